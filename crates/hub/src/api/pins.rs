//! Pins and told addresses over the API, for analysts.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::records::{PinOutcome, PinRecord};
use lexicon::ids::{PinId, SubmissionId};

use super::types::{PinBody, PinJson, TellBody, ToldJson};
use super::{ApiError, ApiResult, Body, id, not_found, refuse};
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::View;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/submissions/{id}/pins", ANALYST, list),
        Route::post("/api/v1/submissions/{id}/pins", ANALYST, pin),
        Route::post("/api/v1/pins/{id}/withdraw", ANALYST, unpin),
        Route::get("/api/v1/submissions/{id}/told", ANALYST, told),
        Route::post("/api/v1/submissions/{id}/told", ANALYST, tell),
    ]
}

/// The pins of a submission, withdrawn ones too, oldest first.
#[utoipa::path(get, path = "/api/v1/submissions/{id}/pins", tag = "campaigns",
    responses((status = 200, body = Vec<PinJson>), (status = 404, body = super::ApiError)))]
pub(crate) async fn list(State(app): State<App>, Path(text): Path<String>) -> ApiResult {
    let submission = known(&app, &text).await?;
    let pins = app.desk().records().pins(submission).await.map_err(|error| refuse(error.into()))?;
    Ok(Json(pins.into_iter().map(PinJson::from).collect::<Vec<_>>()).into_response())
}

/// Pins this submission and another as the same attack, or the other as not of this one's attack: then the other
/// leaves. A pin that contradicts an earlier one is refused, and the answer names that one.
#[utoipa::path(post, path = "/api/v1/submissions/{id}/pins", tag = "campaigns", request_body = PinBody,
    responses((status = 201, body = PinJson), (status = 200, body = PinJson, description = "it stood before"),
        (status = 404, body = super::ApiError), (status = 409, body = super::ApiError),
        (status = 422, body = super::ApiError)))]
pub(crate) async fn pin(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<PinBody>,
) -> ApiResult {
    let a: SubmissionId = id(&text)?;
    let b: SubmissionId = id(&body.other)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let (pin, outcome) = app.desk().pin(actor, a, b, body.same, &body.note).await.map_err(refuse)?;
    let status = match outcome {
        PinOutcome::Made => StatusCode::CREATED,
        PinOutcome::Stands(_) => StatusCode::OK,
        PinOutcome::Contradicts(earlier) => return Err(contradiction(&app, &earlier).await),
    };
    let pins = app.desk().records().pins(a).await.map_err(|error| refuse(error.into()))?;
    let made = pins.into_iter().find(|known| known.id == pin).ok_or_else(not_found)?;
    Ok((status, Json(PinJson::from(made))).into_response())
}

/// Who said the contrary, when and why.
async fn contradiction(app: &App, earlier: &PinRecord) -> axum::response::Response {
    let by = app.desk().records().account(earlier.account).await.ok().flatten();
    let by = by.map_or_else(|| "–".to_owned(), |account| account.user);
    let (ja, en) = if earlier.same {
        ("同じ攻撃", "the same attack")
    } else {
        ("別の攻撃", "not the same attack")
    };
    let PinRecord { id, a, b, at, note, .. } = earlier;
    let error = format!(
        "pin {id} says the contrary: {by} pinned submissions {a} and {b} as {en} at {at} (\"{note}\"). \
         Withdraw that pin first if it is wrong"
    );
    let error_ja = format!(
        "先に付けられたピン {id} と矛盾します。{by} が {at} に、情報提供 {a} と {b} を「{ja}」としています（理由：{note}）。\
         そのピンが誤りであれば、先に取り消してください。"
    );
    (StatusCode::CONFLICT, Json(ApiError { error, error_ja })).into_response()
}

/// Takes a pin back.
#[utoipa::path(post, path = "/api/v1/pins/{id}/withdraw", tag = "campaigns",
    responses((status = 204), (status = 404, body = super::ApiError)))]
pub(crate) async fn unpin(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let pin: PinId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    app.desk().unpin(actor, pin).await.map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The command-and-control addresses told of a submission.
#[utoipa::path(get, path = "/api/v1/submissions/{id}/told", tag = "submissions",
    responses((status = 200, body = Vec<ToldJson>), (status = 404, body = super::ApiError)))]
pub(crate) async fn told(State(app): State<App>, Path(text): Path<String>) -> ApiResult {
    let submission = known(&app, &text).await?;
    let told = app.desk().records().told(submission).await.map_err(|error| refuse(error.into()))?;
    Ok(Json(told.into_iter().map(ToldJson::from).collect::<Vec<_>>()).into_response())
}

/// Tells command-and-control addresses of a submission, from an analysis or a sandbox report.
#[utoipa::path(post, path = "/api/v1/submissions/{id}/told", tag = "submissions", request_body = TellBody,
    responses((status = 204), (status = 404, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn tell(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<TellBody>,
) -> ApiResult {
    let submission: SubmissionId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    app.desk().tell(actor, submission, &body.values, &body.source).await.map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn known(app: &App, text: &str) -> Result<SubmissionId, axum::response::Response> {
    let submission: SubmissionId = id(text)?;
    let found = app.desk().records().submission(submission).await.map_err(|error| refuse(error.into()))?;
    found.map(|_| submission).ok_or_else(not_found)
}
