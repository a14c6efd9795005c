//! Released advisories over the API.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use lexicon::Text;
use lexicon::ids::AdvisoryId;

use super::types::{Listed, PageQuery, ReleasedJson, SightingBody, SightingCountJson, WithdrawBody};
use super::{ApiResult, Body, error, id, not_found, refuse};
use crate::export::{Format, exported};
use crate::routes::{ANALYST, ORGANISATION, READER, Route};
use crate::state::App;
use crate::view::View;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/advisories", READER, list),
        Route::get("/api/v1/advisories/{id}", READER, show),
        Route::get("/api/v1/advisories/{id}/{format}", READER, export),
        Route::post("/api/v1/advisories/{id}/sightings", ORGANISATION, sight),
        Route::post("/api/v1/advisories/{id}/withdraw", ANALYST, withdraw),
    ]
}

/// Lists the advisories released to this reader, newest first.
#[utoipa::path(get, path = "/api/v1/advisories", tag = "advisories", params(PageQuery),
    responses((status = 200, body = Listed<ReleasedJson>)))]
pub(crate) async fn list(State(app): State<App>, view: View, Query(query): Query<PageQuery>) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let page = app.desk().releases_for(actor, query.request()?).await.map_err(refuse)?;
    Ok(Json(Listed {
        items: page.items.iter().map(|released| ReleasedJson::of(released, None)).collect(),
        next: page.next.map(|cursor| cursor.to_string()),
    })
    .into_response())
}

/// One advisory with what came back on it.
#[utoipa::path(get, path = "/api/v1/advisories/{id}", tag = "advisories",
    responses((status = 200, body = ReleasedJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let released = app.desk().released_for(actor, id).await.map_err(refuse)?;
    let count = app.desk().sighting_count(actor, id).await.map_err(refuse)?;
    let withdrawn = app.desk().withdrawn(&released).await.map_err(refuse)?;
    Ok(Json(ReleasedJson::of(&released, Some(count)).withdrawn(withdrawn)).into_response())
}

/// An advisory in a format that tools read: `stix`, `csv`, `rpz` or `list`.
#[utoipa::path(get, path = "/api/v1/advisories/{id}/{format}", tag = "advisories",
    responses((status = 200, description = "the advisory in that format"), (status = 404, body = super::ApiError),
        (status = 410, body = super::ApiError, description = "it was withdrawn")))]
pub(crate) async fn export(
    State(app): State<App>,
    view: View,
    Path((text, format)): Path<(String, String)>,
) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let format = Format::parse(&format).ok_or_else(not_found)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let released = app.desk().released_for(actor, id).await.map_err(refuse)?;
    if app.desk().withdrawn(&released).await.map_err(refuse)?.is_some() {
        return Err(error(
            StatusCode::GONE,
            Text::new(
                "この注意喚起は取り下げられました。インディケータは使わないでください。",
                "This advisory was withdrawn; do not use its indicators.",
            ),
        ));
    }
    Ok(exported(&released, format, &app.settings().name).into_response())
}

/// Answers "we saw it too" or "we did not". A later answer replaces the earlier one in every count.
#[utoipa::path(post, path = "/api/v1/advisories/{id}/sightings", tag = "advisories", request_body = SightingBody,
    responses((status = 201, body = SightingCountJson), (status = 200, body = SightingCountJson, description = "the same answer as before"), (status = 404, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn sight(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<SightingBody>,
) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let answer =
        super::sightings::read(body).map_err(|message| error(StatusCode::UNPROCESSABLE_ENTITY, message))?;
    let recorded = app.desk().sight(actor, id, answer).await.map_err(refuse)?;
    let count = app.desk().sighting_count(actor, id).await.map_err(refuse)?;
    let status = if recorded.already { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(SightingCountJson::from(count))).into_response())
}

/// Takes a released advisory back. Its readers are told that its indicators no longer hold.
#[utoipa::path(post, path = "/api/v1/advisories/{id}/withdraw", tag = "advisories", request_body = WithdrawBody,
    responses((status = 204), (status = 404, body = super::ApiError), (status = 409, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn withdraw(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<WithdrawBody>,
) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    app.desk().withdraw_release(actor, id, &body.reason).await.map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
