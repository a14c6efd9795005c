//! Threads, warnings, genuine mail and form floods over the API.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use lexicon::ids::SubmissionId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ApiResult, id, not_found, refuse};
use crate::routes::{ANALYST, ORGANISATION, READER, Route};
use crate::state::App;
use crate::view::View;

/// Rows of one answer.
const ROWS: u32 = 500;

/// The routes of this file.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/threads", ANALYST, list),
        Route::get("/api/v1/threads/{id}", READER, show),
        Route::get("/api/v1/warnings", READER, warnings),
        Route::post("/api/v1/originals", ORGANISATION, give_originals),
        Route::get("/api/v1/reuses", READER, reuses),
        Route::post("/api/v1/forms", ORGANISATION, give_forms),
        Route::get("/api/v1/floods", ANALYST, floods),
    ]
}

/// A thread in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct ThreadJson {
    /// The submission with its first mail.
    submission: String,
    /// `rapport` or `forming`.
    standing: String,
    /// The desk has not answered yet.
    waits: bool,
    /// Who writes from outside.
    outside: String,
    /// The address that was written to.
    window: String,
    /// Its mails.
    steps: u32,
    /// Organisations to which its operator writes.
    organisations: u32,
    /// The operator came back after a long time.
    revisit: bool,
    /// RFC 3339.
    first: Option<String>,
    /// RFC 3339.
    last: Option<String>,
}

/// Threads, for analysts.
#[derive(Serialize, ToSchema)]
pub(crate) struct ThreadsJson {
    items: Vec<ThreadJson>,
}

/// Lists rapport threads and enquiries of such an operator, the last mail first.
#[utoipa::path(get, path = "/api/v1/threads", tag = "threads", responses((status = 200, body = ThreadsJson)))]
pub(crate) async fn list(State(app): State<App>, view: View) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let found = app.desk().threads(actor, ROWS).await.map_err(refuse)?;
    let items = found.into_iter().map(|record| ThreadJson {
        submission: record.submission.to_string(),
        standing: record.standing,
        waits: record.waits,
        outside: record.outside,
        window: record.window,
        steps: record.steps,
        organisations: record.desks,
        revisit: record.revisit,
        first: record.first.map(|at| at.to_string()),
        last: record.last.map(|at| at.to_string()),
    });
    Ok(Json(ThreadsJson { items: items.collect() }).into_response())
}

/// A mail of a thread.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepJson {
    /// `recon`, `reply`, `attack` or `message`.
    kind: &'static str,
    /// The submission that it came in.
    submission: Option<String>,
    /// RFC 3339.
    at: Option<String>,
    /// Seconds since the mail before it.
    interval_seconds: Option<i64>,
    /// Its sender.
    from: Option<String>,
    /// Its subject.
    subject: String,
    /// It asks for the archiver.
    asks_archiver: bool,
    /// It answers a mail that nobody gave.
    answers_unseen: bool,
}

/// A thread with its mails.
#[derive(Serialize, ToSchema)]
pub(crate) struct OneThreadJson {
    /// `rapport`, `forming` or `conversation`.
    standing: &'static str,
    /// The desk has not answered yet.
    waits: bool,
    /// Who writes from outside.
    outside: String,
    /// The address that was written to.
    window: String,
    /// Its mails in the order of time.
    steps: Vec<StepJson>,
}

/// The threads around a submission.
#[derive(Serialize, ToSchema)]
pub(crate) struct WovenJson {
    /// The caller's provider is warned not to answer.
    warned: bool,
    /// For an analyst those of all members, for others their own.
    threads: Vec<OneThreadJson>,
}

/// The thread of a submission, and, for analysts, its operator's others.
#[utoipa::path(get, path = "/api/v1/threads/{id}", tag = "threads",
    responses((status = 200, body = WovenJson), (status = 404, body = super::ApiError)))]
pub(crate) async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> ApiResult {
    let start: SubmissionId = id(&text)?;
    let actor = view.actor().map_err(|_| not_found())?;
    let woven = app.desk().woven(actor, start).await.map_err(refuse)?;
    let warned = app.desk().warning_on(actor, start).await.map_err(refuse)?.is_some();
    let threads = woven.findings.threads.iter().map(|thread| OneThreadJson {
        standing: thread.standing.word(),
        waits: thread.waits,
        outside: thread.outside.clone(),
        window: thread.window.clone(),
        steps: thread
            .steps
            .iter()
            .filter_map(|step| {
                let letter = woven.letters.get(step.letter)?;
                Some(StepJson {
                    kind: step.kind.word(),
                    submission: woven.submission(step.letter).map(|record| record.id.to_string()),
                    at: step.at.map(|at| at.to_string()),
                    interval_seconds: step.after,
                    from: letter.from.clone(),
                    subject: letter.subject.clone(),
                    asks_archiver: letter.asks_archiver,
                    answers_unseen: step.answers_unseen,
                })
            })
            .collect(),
    });
    Ok(Json(WovenJson { warned, threads: threads.collect() }).into_response())
}

/// A warning not to answer an enquiry.
#[derive(Serialize, ToSchema)]
pub(crate) struct WarningJson {
    /// The submission with the enquiry.
    submission: String,
    /// False once it is settled.
    open: bool,
    /// RFC 3339.
    at: String,
    /// In English.
    message: &'static str,
    /// In Japanese.
    message_ja: &'static str,
}

/// Warnings of the caller's organisation; all of them for an analyst.
#[derive(Serialize, ToSchema)]
pub(crate) struct WarningsJson {
    items: Vec<WarningJson>,
}

/// Warnings ahead: enquiries that look like the first mail of a rapport-building attack. Ask often: they are there as
/// soon as the mail, or another one of its operator, has been dissected.
#[utoipa::path(get, path = "/api/v1/warnings", tag = "threads", responses((status = 200, body = WarningsJson)))]
pub(crate) async fn warnings(State(app): State<App>, view: View) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let found = app.desk().warnings(actor, ROWS).await.map_err(refuse)?;
    let items = found.into_iter().map(|warning| WarningJson {
        submission: warning.submission.to_string(),
        open: warning.open,
        at: warning.at.to_string(),
        message: "This enquiry looks like the first mail of a rapport-building attack: do not answer before you have looked into it.",
        message_ja: "この問い合わせは、やり取り型攻撃の最初のメール（偵察）とみられます。返信する前に確認してください。",
    });
    Ok(Json(WarningsJson { items: items.collect() }).into_response())
}

/// What was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenJson {
    /// Mails in it.
    mails: u64,
    /// Those among them that were not given before.
    new: u64,
    /// Mails that were found to use one of them.
    found: u64,
}

/// Gives genuine sent mail: a mail, an mbox, or a file of fingerprints made with `noroshi similar --fingerprint`. Its text
/// is not kept.
#[utoipa::path(post, path = "/api/v1/originals", tag = "genuine mail",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = TakenJson), (status = 422, body = super::ApiError)))]
pub(crate) async fn give_originals(State(app): State<App>, view: View, body: Bytes) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let taken = crate::given::originals(app.desk(), actor, &body).await.map_err(refuse)?;
    Ok(Json(TakenJson { mails: taken.mails, new: taken.new, found: taken.found }).into_response())
}

/// A genuine mail that was used again.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReuseJson {
    /// The submission that uses it; for analysts only.
    #[serde(skip_serializing_if = "Option::is_none")]
    submission: Option<String>,
    /// The hash of its Message-ID.
    mail: String,
    /// Its subject; empty where only fingerprints were given.
    subject: String,
    /// When it was sent, RFC 3339.
    sent: Option<String>,
    /// `reuse` or `onward`.
    relation: String,
    /// How much of it is used, 0 to 1.
    share_of_original: f64,
    /// Seconds between the two.
    lag_seconds: Option<i64>,
    /// Who held it.
    holders: Vec<String>,
}

/// Genuine mail that was used again.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReusesJson {
    items: Vec<ReuseJson>,
}

/// Genuine mail that was used again: the caller's own, or all of it for an analyst.
#[utoipa::path(get, path = "/api/v1/reuses", tag = "genuine mail", responses((status = 200, body = ReusesJson)))]
pub(crate) async fn reuses(State(app): State<App>, view: View) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let inside = view.is_analyst();
    let found = app.desk().reuses(actor, ROWS).await.map_err(refuse)?;
    let items = found.into_iter().map(|(reuse, original)| ReuseJson {
        submission: inside.then(|| reuse.submission.to_string()),
        mail: reuse.mail,
        subject: original.subject,
        sent: original.at.map(|at| at.to_string()),
        relation: reuse.relation,
        share_of_original: reuse.of_original,
        lag_seconds: reuse.lag,
        holders: original.people,
    });
    Ok(Json(ReusesJson { items: items.collect() }).into_response())
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormsQuery {
    /// The file's name.
    #[serde(default)]
    name: String,
}

/// Gives records of web forms: CSV, JSON lines or an access log.
#[utoipa::path(post, path = "/api/v1/forms", tag = "forms", params(FormsQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201), (status = 200, description = "given before"), (status = 422, body = super::ApiError)))]
pub(crate) async fn give_forms(
    State(app): State<App>,
    view: View,
    Query(query): Query<FormsQuery>,
    body: Bytes,
) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let new = crate::given::form_file(app.desk(), actor, &query.name, &body).await.map_err(refuse)?;
    Ok(if new { StatusCode::CREATED } else { StatusCode::OK }.into_response())
}

/// What a source did to an organisation.
#[derive(Serialize, ToSchema)]
pub(crate) struct CellJson {
    /// The member's id.
    member: String,
    /// Submissions of forms.
    forms: u64,
    /// Those among them without any meaning.
    meaningless: u64,
    /// Requests of pages.
    pages: u64,
    /// It floods the organisation's forms.
    floods: bool,
}

/// A source of floods.
#[derive(Serialize, ToSchema)]
pub(crate) struct SourceJson {
    /// Its address.
    address: String,
    /// Its country, where a record says it.
    country: Option<String>,
    /// It floods pages, too.
    floods_pages: bool,
    /// Organisations to which it did anything.
    members: Vec<CellJson>,
}

/// Floods, for analysts.
#[derive(Serialize, ToSchema)]
pub(crate) struct FloodsJson {
    sources: Vec<SourceJson>,
}

/// Floods of web forms over all members.
#[utoipa::path(get, path = "/api/v1/floods", tag = "forms", responses((status = 200, body = FloodsJson)))]
pub(crate) async fn floods(State(app): State<App>, view: View) -> ApiResult {
    let actor = view.actor().map_err(|_| not_found())?;
    let found = app.desk().floods(actor, crate::given::posts).await.map_err(refuse)?;
    let sources = found.sources.into_iter().map(|source| SourceJson {
        floods_pages: source.floods_pages(),
        members: source
            .cells
            .iter()
            .map(|(member, cell)| CellJson {
                member: member.clone(),
                forms: cell.forms,
                meaningless: cell.meaningless,
                pages: cell.pages,
                floods: cell.floods_forms,
            })
            .collect(),
        address: source.address,
        country: source.country,
    });
    Ok(Json(FloodsJson { sources: sources.collect() }).into_response())
}
