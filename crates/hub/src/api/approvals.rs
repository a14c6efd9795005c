//! A provider's approvals over the API.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use lexicon::Text;
use lexicon::ids::AdvisoryId;

use super::types::{ApprovalBody, ApprovalJson};
use super::{ApiResult, Body, error, id, not_found, refuse};
use crate::routes::{ORGANISATION, Route};
use crate::state::App;
use crate::view::View;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/approvals", ORGANISATION, list),
        Route::get("/api/v1/approvals/{id}", ORGANISATION, show),
        Route::post("/api/v1/approvals/{id}", ORGANISATION, answer),
    ]
}

/// What this organisation was asked to approve, newest first.
#[utoipa::path(get, path = "/api/v1/approvals", tag = "approvals", responses((status = 200, body = Vec<ApprovalJson>)))]
pub(crate) async fn list(State(app): State<App>, view: View) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let asked = app.desk().approvals_for(actor).await.map_err(refuse)?;
    let rows: Vec<ApprovalJson> = asked.iter().map(|asked| ApprovalJson::of(&asked.approval, None)).collect();
    Ok(Json(rows).into_response())
}

/// One request for approval with exactly the text that would go out.
#[utoipa::path(get, path = "/api/v1/approvals/{id}", tag = "approvals",
    responses((status = 200, body = ApprovalJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let asked = app.desk().approval_for(actor, id).await.map_err(refuse)?;
    Ok(Json(ApprovalJson::of(&asked.approval, asked.shown.as_ref())).into_response())
}

/// Approves or declines exactly the text with this digest.
#[utoipa::path(post, path = "/api/v1/approvals/{id}", tag = "approvals", request_body = ApprovalBody,
    responses((status = 204), (status = 404, body = super::ApiError), (status = 409, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn answer(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<ApprovalBody>,
) -> ApiResult {
    let id: AdvisoryId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let digest = data_encoding::HEXLOWER_PERMISSIVE
        .decode(body.digest.as_bytes())
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .ok_or_else(|| {
            error(
                StatusCode::UNPROCESSABLE_ENTITY,
                Text::new(
                    "digest には、表示された 64 桁の値をそのまま渡してください。",
                    "digest takes the 64 digits that were shown",
                ),
            )
        })?;
    app.desk().answer_approval(actor, id, digest, body.approve, &body.note).await.map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
