//! The API under `/api/v1`: the same use cases as the pages, for machines. A bearer token opens it; cookies
//! are not looked at.

mod actors;
mod advisories;
mod approvals;
mod campaigns;
mod document;
mod drafts;
mod health;
mod indicators;
mod pins;
mod sightings;
mod spread;
mod submissions;
mod threads;
mod types;
mod verdicts;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::DeskError;
use lexicon::Text;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::routes::Route;

/// The routes of the API.
pub fn routes() -> Vec<Route> {
    let mut all = health::routes();
    all.extend(document::routes());
    all.extend(submissions::routes());
    all.extend(campaigns::routes());
    all.extend(spread::routes());
    all.extend(verdicts::routes());
    all.extend(actors::routes());
    all.extend(pins::routes());
    all.extend(threads::routes());
    all.extend(drafts::routes());
    all.extend(approvals::routes());
    all.extend(advisories::routes());
    all.extend(indicators::routes());
    all.extend(sightings::routes());
    all.into_iter().map(Route::api).collect()
}

/// What went wrong, for machines and the people who read their logs.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(crate) struct ApiError {
    /// What and what to do, in English.
    error: String,
    /// The same in Japanese.
    error_ja: String,
}

/// A handler's answer.
pub(crate) type ApiResult = Result<Response, Response>;

/// An error answer.
pub(crate) fn error(status: StatusCode, message: Text) -> Response {
    (status, Json(ApiError { error: message.en.to_owned(), error_ja: message.ja.to_owned() })).into_response()
}

/// There is no such thing for this caller.
pub(crate) fn not_found() -> Response {
    error(
        StatusCode::NOT_FOUND,
        Text::new(
            "見つかりません。または、このトークンでは扱えません。",
            "There is no such thing, or this token cannot see it.",
        ),
    )
}

/// The answer to a use case's refusal.
pub(crate) fn refuse(refusal: DeskError) -> Response {
    if matches!(refusal, DeskError::NotFound(_)) {
        return not_found();
    }
    let (status, message) = crate::error::settle(&refusal);
    error(status, message)
}

/// An id in a path; one that is none is simply not found.
pub(crate) fn id<I: std::str::FromStr>(text: &str) -> Result<I, Response> {
    text.parse().map_err(|_| not_found())
}

/// A JSON body. Unknown fields are refused, so that nobody can set what is not meant to be set.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Response;
    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => {
                let detail = match &rejection {
                    JsonRejection::JsonDataError(error) => error.body_text(),
                    other => other.body_text(),
                };
                let status = match rejection {
                    JsonRejection::MissingJsonContentType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    JsonRejection::BytesRejection(_) => StatusCode::PAYLOAD_TOO_LARGE,
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                let error_ja = format!("リクエストの JSON を読めません: {detail}");
                Err((status, Json(ApiError { error: detail, error_ja })).into_response())
            }
        }
    }
}
