//! Submissions over the API.

use std::str::FromStr;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use desk::receive::Handed;
use desk::records::{Channel, SubmissionFilter};
use lexicon::ids::{MemberId, SubmissionId};
use lexicon::{MailFacts, SubmissionState, Text};
use serde::Deserialize;

use super::types::{Listed, PageQuery, QueueJson, Receipts, SubmissionJson, VerdictBody};
use super::{ApiResult, Body, error, id, not_found, refuse};
use crate::form::searched;
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

fn too_large(_: axum::extract::rejection::BytesRejection) -> Response {
    error(
        StatusCode::PAYLOAD_TOO_LARGE,
        Text::new(
            "64 MiB を超えています。メールを分けて提供してください。",
            "it is larger than 64 MiB; hand in its mails one by one",
        ),
    )
}

/// Which submissions, and which page of them.
#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListQuery {
    /// `next` of the page before.
    after: Option<String>,
    /// 1 to 200; 50 if not given.
    limit: Option<u32>,
    /// `received`, `dissecting`, `dissected` or `judged`.
    state: Option<String>,
    /// `targeted`, `recon`, `mass`, `bec`, `phishing`, `other` or `undetermined`.
    verdict: Option<String>,
    /// What stands in subject, sender, file name or SHA-256, whether its ASCII letters are small or large; 200 characters
    /// at most.
    q: Option<String>,
    /// Received at this time or later (RFC 3339).
    since: Option<String>,
    /// Received before this time (RFC 3339).
    before: Option<String>,
    /// The organisation that gave them, by its id; for analysts.
    member: Option<String>,
}

impl ListQuery {
    /// The filter of the records, for a reader who may see only what `own` gave.
    fn filter(&self, own: Option<MemberId>) -> Result<SubmissionFilter, Response> {
        let state = word(self.state.as_deref(), || {
            Text::new(
                "state は received, dissecting, dissected, judged のいずれかです。",
                "state is one of received, dissecting, dissected, judged",
            )
        })?;
        let verdict = word(self.verdict.as_deref(), || {
            Text::new(
                "verdict は targeted, recon, mass, bec, phishing, other, undetermined のいずれかです。",
                "verdict is one of targeted, recon, mass, bec, phishing, other, undetermined",
            )
        })?;
        let time = |text: &Option<String>| {
            word(text.as_deref(), || {
                Text::new(
                    "since と before は 2026-11-27T09:00:00+09:00 の形で渡してください。",
                    "since and before are times like 2026-11-27T09:00:00+09:00",
                )
            })
        };
        let asked: Option<MemberId> = word(self.member.as_deref(), || {
            Text::new("member は組織の ID です。", "member is an organisation's id")
        })?;
        // What somebody else gave is not there for who asks, rather than forbidden.
        if own.is_some() && asked.is_some() && own != asked {
            return Err(not_found());
        }
        let text = searched(self.q.as_deref().unwrap_or_default());
        let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (since, before) = (time(&self.since)?, time(&self.before)?);
        let member = own.or(asked);
        Ok(SubmissionFilter { state, verdict, since, before, text, member, ..SubmissionFilter::default() })
    }
}

/// A value of a query, if it is given; refused with `what` it should be.
fn word<T: FromStr>(given: Option<&str>, what: impl Fn() -> Text) -> Result<Option<T>, Response> {
    let read = given.map(|text| text.parse().map_err(|_| error(StatusCode::UNPROCESSABLE_ENTITY, what())));
    read.transpose()
}

/// Lists submissions, newest first: an analyst sees all, others their own. Every condition that is given must hold.
#[utoipa::path(get, path = "/api/v1/submissions", tag = "submissions", params(ListQuery),
    responses((status = 200, body = Listed<SubmissionJson>), (status = 422, body = super::ApiError)))]
pub(crate) async fn list(State(app): State<App>, view: View, Query(query): Query<ListQuery>) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let filter = query.filter(actor.only_own().map_err(refuse)?)?;
    let request = PageQuery { after: query.after, limit: query.limit }.request()?;
    let page = app.desk().records().submissions(filter, request).await.map_err(|e| refuse(e.into()))?;
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
