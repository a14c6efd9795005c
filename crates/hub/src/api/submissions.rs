//! Submissions over the API.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use desk::receive::Handed;
use desk::records::{Channel, SubmissionFilter};
use lexicon::ids::SubmissionId;
use lexicon::{MailFacts, SubmissionState, Text};
use serde::Deserialize;

use super::types::{Listed, PageQuery, QueueJson, Receipts, SubmissionJson, VerdictBody};
use super::{ApiResult, Body, error, id, not_found, refuse};
use crate::routes::{ANALYST, ORGANISATION, READER, Route};
use crate::state::App;
use crate::view::View;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/submissions", ORGANISATION, submit),
        Route::get("/api/v1/submissions", READER, list),
        Route::get("/api/v1/submissions/{id}", READER, show),
        Route::post("/api/v1/submissions/{id}/verdict", ANALYST, judge),
        Route::get("/api/v1/queue", ANALYST, queue),
    ]
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubmitQuery {
    /// The file's name, where the body is the mail itself.
    #[serde(default)]
    name: String,
    /// What the member says about it.
    #[serde(default)]
    note: String,
}

/// Gives a mail: the body is the mail itself (`message/rfc822`, `application/vnd.ms-outlook` or
/// `application/octet-stream`; an mbox gives several), or `multipart/form-data` with parts `files` and `note`.
/// When this answers, every mail is stored durably.
#[utoipa::path(post, path = "/api/v1/submissions", tag = "submissions", params(SubmitQuery),
    request_body(content = Vec<u8>, content_type = "message/rfc822"),
    responses((status = 201, body = Receipts, description = "stored"),
        (status = 200, body = Receipts, description = "all of it was given before"),
        (status = 413, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn submit(
    State(app): State<App>,
    view: View,
    Query(query): Query<SubmitQuery>,
    request: Request,
) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?.clone();
    let multipart = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("multipart/form-data"));
    let mut note = query.note;
    let mut files: Vec<(String, Bytes)> = Vec::new();
    if multipart {
        let mut form = Multipart::from_request(request, &app).await.map_err(IntoResponse::into_response)?;
        while let Some(field) = form.next_field().await.map_err(IntoResponse::into_response)? {
            match (field.name(), field.file_name().map(str::to_owned)) {
                (_, Some(name)) => {
                    files.push((name, field.bytes().await.map_err(IntoResponse::into_response)?));
                }
                (Some("note"), None) => note = field.text().await.map_err(IntoResponse::into_response)?,
                _ => {}
            }
        }
    } else {
        files.push((query.name, Bytes::from_request(request, &app).await.map_err(too_large)?));
    }
    if files.is_empty() {
        return Err(error(
            StatusCode::UNPROCESSABLE_ENTITY,
            Text::new("ファイルがありません。", "there is no file in it"),
        ));
    }
    let mut receipts = Vec::new();
    for (name, bytes) in &files {
        let handed = Handed { name, note: &note, bytes, channel: Channel::Api };
        receipts.extend(app.desk().receive(&actor, handed).await.map_err(refuse)?);
    }
    app.ring();
    let all_known = receipts.iter().all(|receipt| receipt.already);
    let status = if all_known { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(Receipts { submissions: receipts.into_iter().map(Into::into).collect() }))
        .into_response())
}

fn too_large(_: axum::extract::rejection::BytesRejection) -> axum::response::Response {
    error(
        StatusCode::PAYLOAD_TOO_LARGE,
        Text::new(
            "64 MiB を超えています。メールを分けて提供してください。",
            "it is larger than 64 MiB; hand in its mails one by one",
        ),
    )
}

/// Lists submissions, newest first: an analyst sees all, others their own.
#[utoipa::path(get, path = "/api/v1/submissions", tag = "submissions", params(PageQuery),
    responses((status = 200, body = Listed<SubmissionJson>)))]
pub(crate) async fn list(State(app): State<App>, view: View, Query(query): Query<PageQuery>) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let filter =
        SubmissionFilter { member: actor.only_own().map_err(refuse)?, ..SubmissionFilter::default() };
    let page =
        app.desk().records().submissions(filter, query.request()?).await.map_err(|e| refuse(e.into()))?;
    let inside = view.is_analyst();
    Ok(Json(Listed {
        items: page.items.into_iter().map(|record| SubmissionJson::of(record, inside, None)).collect(),
        next: page.next.map(|cursor| cursor.to_string()),
    })
    .into_response())
}

/// One submission with its mail facts, once dissected.
#[utoipa::path(get, path = "/api/v1/submissions/{id}", tag = "submissions",
    responses((status = 200, body = SubmissionJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let id: SubmissionId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let record = app.desk().submission_for(actor, id).await.map_err(refuse)?;
    // Until its own turn has come, a mail shows no facts: that they are there already would tell that somebody
    // else had given the same bytes.
    let mut facts = None;
    if record.state >= SubmissionState::Dissected {
        let known =
            app.desk().records().dissection(&record.sha256).await.map_err(|error| refuse(error.into()))?;
        facts = known.map(|known| MailFacts { path: record.name.clone(), ..known.facts });
    }
    Ok(Json(SubmissionJson::of(record, view.is_analyst(), facts)).into_response())
}

/// Gives a verdict.
#[utoipa::path(post, path = "/api/v1/submissions/{id}/verdict", tag = "submissions", request_body = VerdictBody,
    responses((status = 204), (status = 404, body = super::ApiError), (status = 422, body = super::ApiError)))]
pub(crate) async fn judge(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Body(body): Body<VerdictBody>,
) -> ApiResult {
    let submission: SubmissionId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let verdict = super::verdicts::judgement(&body)?;
    app.desk().judge(actor, submission, verdict, &body.reason).await.map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// How many submissions stand where.
#[utoipa::path(get, path = "/api/v1/queue", tag = "operation", responses((status = 200, body = QueueJson)))]
pub(crate) async fn queue(State(app): State<App>) -> ApiResult {
    let depth = app.desk().records().queue().await.map_err(|error| refuse(error.into()))?;
    Ok(Json(QueueJson::from(depth)).into_response())
}
