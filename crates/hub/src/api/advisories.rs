//! Released advisories over the API.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::sight::Answer;
use lexicon::Text;
use lexicon::ids::AdvisoryId;

use super::types::{Listed, PageQuery, ReleasedJson, SightingBody, SightingCountJson};
use super::{ApiResult, Body, error, id, not_found, refuse};
use crate::export::{Format, exported};
use crate::routes::{ORGANISATION, READER, Route};
use crate::state::App;
use crate::view::View;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/advisories", READER, list),
        Route::get("/api/v1/advisories/{id}", READER, show),
        Route::get("/api/v1/advisories/{id}/{format}", READER, export),
        Route::post("/api/v1/advisories/{id}/sightings", ORGANISATION, sight),
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
    Ok(Json(ReleasedJson::of(&released, Some(count))).into_response())
}

/// An advisory in a format that tools read: `stix`, `csv`, `rpz` or `list`.
#[utoipa::path(get, path = "/api/v1/advisories/{id}/{format}", tag = "advisories",
    responses((status = 200, description = "the advisory in that format"), (status = 404, body = super::ApiError)))]
pub(crate) async fn export(
    State(app): State<App>,
    view: View,
    Path((text, format)): Path<(String, String)>,
) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let format = Format::parse(&format).ok_or_else(not_found)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let released = app.desk().released_for(actor, id).await.map_err(refuse)?;
    Ok(exported(&released, format, &app.settings().name).into_response())
}

/// Answers "we saw it too" or "we did not". A later answer replaces the earlier one in every count.
#[utoipa::path(post, path = "/api/v1/advisories/{id}/sightings", tag = "advisories", request_body = SightingBody,
    responses((status = 201, body = SightingCountJson), (status = 404, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn sight(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<SightingBody>,
) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let first_date = body.first_date.filter(|date| !date.is_empty()).map(|date| date.parse()).transpose();
    let first_date = first_date.map_err(|_| {
        error(
            StatusCode::UNPROCESSABLE_ENTITY,
            Text::new(
                "first_date は YYYY-MM-DD の形で書いてください。",
                "first_date has the form YYYY-MM-DD",
            ),
        )
    })?;
    let answer = Answer { seen: body.seen, count: body.count, first_date, note: body.note };
    app.desk().sight(actor, id, answer).await.map_err(refuse)?;
    let count = app.desk().sighting_count(actor, id).await.map_err(refuse)?;
    Ok((StatusCode::CREATED, Json(SightingCountJson::from(count))).into_response())
}
