//! Advisories in the making over the API, for analysts.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::Actor;
use desk::draft::Edit;
use lexicon::ids::AdvisoryId;
use lexicon::{Audience, Text};

use super::types::{AcknowledgeBody, AudienceJson, DraftJson, EditBody, ReleasedJson};
use super::{ApiResult, Body, error, id, not_found, refuse};
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::View;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/drafts/{id}", ANALYST, show),
        Route::put("/api/v1/drafts/{id}", ANALYST, edit),
        Route::post("/api/v1/drafts/{id}/ask", ANALYST, ask),
        Route::post("/api/v1/drafts/{id}/release", ANALYST, release),
        Route::post("/api/v1/drafts/{id}/withdraw", ANALYST, withdraw),
    ]
}

pub(crate) async fn draft_json(
    app: &App,
    actor: &Actor,
    id: AdvisoryId,
) -> Result<Json<DraftJson>, axum::response::Response> {
    let record = app.desk().draft_for(actor, id).await.map_err(refuse)?;
    let findings = app.desk().check(actor, id).await.map_err(refuse)?;
    let approvals = app.desk().records().approvals(id).await.map_err(|error| refuse(error.into()))?;
    Ok(Json(DraftJson::of(&record, &findings, &approvals)))
}

/// A draft with what the identity check finds.
#[utoipa::path(get, path = "/api/v1/drafts/{id}", tag = "drafts",
    responses((status = 200, body = DraftJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    Ok(draft_json(&app, actor, id(&text)?).await?.into_response())
}

fn audience(body: &AudienceJson) -> Result<Audience, axum::response::Response> {
    let sigs = body.sigs.iter().map(|sig| sig.parse()).collect::<Result<_, _>>().map_err(|_| {
        error(
            StatusCode::UNPROCESSABLE_ENTITY,
            Text::new("audience.sigs には SIG の ID を渡してください。", "audience.sigs takes ids of SIGs"),
        )
    })?;
    Ok(Audience { sigs, all_members: body.all_members, vendors: body.vendors })
}

/// Changes a draft. Approvals of an earlier text fall away.
#[utoipa::path(put, path = "/api/v1/drafts/{id}", tag = "drafts", request_body = EditBody,
    responses((status = 200, body = DraftJson), (status = 404, body = super::ApiError),
        (status = 409, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn edit(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<EditBody>,
) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let tlp = body.tlp.parse().map_err(|_| {
        error(
            StatusCode::UNPROCESSABLE_ENTITY,
            Text::new(
                "tlp には TLP:AMBER などのラベルを渡してください。",
                "tlp takes a label such as TLP:AMBER",
            ),
        )
    })?;
    let edit = Edit {
        audience: audience(&body.audience)?,
        title: body.title,
        summary: body.summary,
        features: body.features,
        measures: body.measures,
        request: body.request,
        keep: body.indicators.into_iter().collect(),
        tlp,
        revision: body.revision,
    };
    app.desk().edit(actor, id, edit).await.map_err(refuse)?;
    Ok(draft_json(&app, actor, id).await?.into_response())
}

/// Asks every provider to approve exactly the present text.
#[utoipa::path(post, path = "/api/v1/drafts/{id}/ask", tag = "drafts", request_body = AcknowledgeBody,
    responses((status = 200, body = DraftJson), (status = 404, body = super::ApiError), (status = 409, body = super::ApiError)))]
pub(crate) async fn ask(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<AcknowledgeBody>,
) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    app.desk().ask_approval(actor, id, &body.list()).await.map_err(refuse)?;
    Ok(draft_json(&app, actor, id).await?.into_response())
}

/// Releases an approved advisory through the gate.
#[utoipa::path(post, path = "/api/v1/drafts/{id}/release", tag = "drafts", request_body = AcknowledgeBody,
    responses((status = 200, body = ReleasedJson), (status = 404, body = super::ApiError), (status = 409, body = super::ApiError)))]
pub(crate) async fn release(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<AcknowledgeBody>,
) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let released = app.desk().release(actor, id, &body.list()).await.map_err(refuse)?;
    Ok(Json(ReleasedJson::of(&released, None)).into_response())
}

/// Withdraws an advisory that has not been released.
#[utoipa::path(post, path = "/api/v1/drafts/{id}/withdraw", tag = "drafts",
    responses((status = 200, body = DraftJson), (status = 404, body = super::ApiError), (status = 409, body = super::ApiError)))]
pub(crate) async fn withdraw(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    app.desk().withdraw(actor, id).await.map_err(refuse)?;
    Ok(draft_json(&app, actor, id).await?.into_response())
}
