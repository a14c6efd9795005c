//! Submitting: files in, receipts out.

use askama::Template;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use desk::DeskError;
use desk::receive::{Handed, NOTE_LIMIT};
use desk::records::Channel;
use lexicon::Text;

use super::labels::Chip;
use super::problem::Problem;
use crate::error::{PageError, PageResult, settle};
use crate::form::same;
use crate::routes::{ORGANISATION, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/submit", ORGANISATION, show), Route::post("/submit", ORGANISATION, submit)]
}

#[derive(Template)]
#[template(path = "submit.html")]
struct SubmitPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    note: String,
}

#[derive(Template)]
#[template(path = "submitted.html")]
struct SubmittedPage<'a> {
    v: &'a View,
    problems: Vec<FileProblem>,
    receipts: Vec<ReceiptRow>,
}

struct FileProblem {
    file: String,
    message: &'static str,
}

struct ReceiptRow {
    id: String,
    file: String,
    mark: Chip,
}

async fn show(view: View) -> Response {
    page(&SubmitPage { v: &view, problems: Vec::new(), note: String::new() })
}

async fn submit(
    State(app): State<App>,
    view: View,
    form: Result<Multipart, MultipartRejection>,
) -> PageResult {
    let actor = view.actor()?;
    let mut form = form.map_err(|_| broken(&view))?;
    let mut allowed = false;
    let mut note = String::new();
    let mut files = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| broken(&view))? {
        let name = field.name().unwrap_or("").to_owned();
        match (name.as_str(), allowed) {
            ("csrf", _) => allowed = same(&text(&view, field).await?, view.csrf()),
            // The token is the form's first field: nothing is read before it.
            (_, false) => return Err(PageError::stale_form(&view)),
            ("note", true) => note = text(&view, field).await?,
            ("files", true) => {
                let file = field.file_name().unwrap_or("").to_owned();
                let bytes = field.bytes().await.map_err(|_| too_large(&view))?;
                // A browser sends one nameless, empty part where no file was chosen.
                if !(file.is_empty() && bytes.is_empty()) {
                    files.push((file, bytes));
                }
            }
            _ => {}
        }
    }
    if !allowed {
        return Err(PageError::stale_form(&view));
    }
    if let Some(problem) = unfit(&view, &note, files.is_empty()) {
        let shown = page(&SubmitPage { v: &view, problems: vec![problem], note });
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    }
    let mut result = SubmittedPage { v: &view, problems: Vec::new(), receipts: Vec::new() };
    for (name, bytes) in &files {
        let handed = Handed { name, note: &note, bytes, channel: Channel::Page };
        match app.desk().receive(actor, handed).await {
            Ok(receipts) => result.receipts.extend(receipts.iter().map(|receipt| ReceiptRow {
                id: receipt.id.to_string(),
                file: lexicon::text::visible(name),
                mark: match receipt.already {
                    true => Chip::new("grey", "info", view.t("受付済みのメール", "Received before")),
                    false => Chip::new("green", "check", view.t("受け付けました", "Received")),
                },
            })),
            Err(error @ DeskError::NotFound(_)) => return Err(PageError::of(&view, error)),
            Err(error) => result.problems.push(FileProblem {
                file: lexicon::text::visible(name),
                message: settle(&error).1.of(view.lang),
            }),
        }
    }
    app.ring();
    let status = if result.receipts.is_empty() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, page(&result)).into_response())
}

fn unfit(view: &View, note: &str, no_files: bool) -> Option<Problem> {
    if no_files {
        let message = view.t("メールのファイルを選んでください。", "Choose the mail's file.");
        return Some(Problem { field: "files", message });
    }
    let message =
        view.t("補足は 4,000 文字以内で書いてください。", "Write the note in 4,000 characters or fewer.");
    (note.chars().count() > NOTE_LIMIT).then_some(Problem { field: "note", message })
}

async fn text(view: &View, field: Field<'_>) -> Result<String, PageError> {
    field.text().await.map_err(|_| broken(view))
}

fn broken(view: &View) -> PageError {
    PageError::bad_form(
        view,
        Text::new(
            "送信が途中で切れました。もう一度お送りください。同じメールが二重に数えられることはありません。",
            "The upload broke off. Please send it again; the same mail is never counted twice.",
        ),
    )
}

fn too_large(view: &View) -> PageError {
    PageError::new(
        view,
        StatusCode::PAYLOAD_TOO_LARGE,
        Text::new(
            "送信が途中で切れたか、大きすぎます。1 回に送れるのは合計 64 MiB までです。分けてお送りください。",
            "The upload broke off or is too large: send at most 64 MiB at once.",
        ),
    )
}
