//! The mail itself and the files in it: shown harmless, as source, as bytes, as texts; and taken out, sealed.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use desk::evidence::{Evidence, FILE_LIMIT, Place};
use desk::records::SubmissionRecord;
use desk::{Desk, DeskResult};
use lexicon::Lang;
use lexicon::facts::Attachment;
use lexicon::ids::SubmissionId;
use serde::Deserialize;

use super::answers::{Settled, id};
use super::kinds;
use super::lists::{size, subject};
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::guard::Framed;
use crate::routes::{READER, Route};
use crate::show::{hex, html, sealed, source, strings};
use crate::state::App;
use crate::view::{View, page};

/// Files opened for people at the same time: each may take a worker and some hundred megabytes.
pub(crate) const OPENING: usize = 2;

/// The policy of a mail that is shown: no script, no address, no form, no origin.
const FRAME_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/submissions/{id}/rendered", READER, rendered),
        Route::get("/submissions/{id}/source", READER, show_source),
        Route::get("/submissions/{id}/files/{place}/hex", READER, show_hex),
        Route::get("/submissions/{id}/files/{place}/strings", READER, show_strings),
        Route::get("/submissions/{id}/files/{place}/download", READER, warn),
        Route::post("/submissions/{id}/files/{place}/download", READER, download),
    ]
}

/// Where a page of evidence stands.
struct Trail {
    id: String,
    place: String,
    subject: String,
    name: String,
    is_mail: bool,
}

impl Trail {
    fn of(v: &View, submission: &SubmissionRecord, file: Option<&Attachment>, place: &Place) -> Self {
        Self {
            id: submission.id.to_string(),
            place: place.to_string(),
            subject: subject(v, submission),
            name: match file {
                None => v.t("メール全体", "The whole mail").to_owned(),
                Some(file) => match file.name.as_deref().map(lexicon::text::visible) {
                    Some(name) if !name.trim().is_empty() => name,
                    _ => v.t("（名前なし）", "(no name)").to_owned(),
                },
            },
            is_mail: file.is_none(),
        }
    }
}

fn place(view: &View, text: &str) -> Result<Place, PageError> {
    text.parse().map_err(|_| PageError::not_found(view))
}

/// Does what takes its time on a thread of its own, a few at a time.
async fn aside<T, F>(app: &App, view: &View, work: F) -> Result<T, PageError>
where
    T: Send + 'static,
    F: FnOnce(Arc<Desk>, tokio::runtime::Handle) -> DeskResult<T> + Send + 'static,
{
    let busy = || {
        PageError::new(
            view,
            axum::http::StatusCode::SERVICE_UNAVAILABLE,
            lexicon::Text::new(
                "ファイルを開けませんでした。しばらくしてからやり直してください。",
                "The file could not be opened. Please try again shortly.",
            ),
        )
    };
    let _turn = app.inner.opening.acquire().await.map_err(|_| busy())?;
    let desk = Arc::clone(&app.inner.desk);
    let runtime = tokio::runtime::Handle::current();
    let done = tokio::task::spawn_blocking(move || work(desk, runtime)).await;
    done.map_err(|_| busy())?.settled(view)
}

async fn open(
    app: &App,
    view: &View,
    submission: SubmissionId,
    place: &Place,
) -> Result<Evidence, PageError> {
    let (actor, place) = (view.actor()?.clone(), place.clone());
    aside(app, view, move |desk, runtime| runtime.block_on(desk.file_of(&actor, submission, &place))).await
}

async fn rendered(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let submission = id(&view, &text)?;
    let (actor, lang) = (view.actor()?.clone(), view.lang);
    let document = aside(&app, &view, move |desk, runtime| {
        let (_, raw) = runtime.block_on(desk.mail_of(&actor, submission))?;
        Ok(document(&raw, lang))
    })
    .await?;
    let mut response = Html(document).into_response();
    response.extensions_mut().insert(Framed(FRAME_POLICY));
    Ok(response)
}

/// A mail as a harmless page: its HTML, or its text where it has none.
pub(super) fn document(raw: &[u8], lang: Lang) -> String {
    let reading = forensics::read(raw, &forensics::Limits::default());
    match reading.html {
        Some(html) if !html.trim().is_empty() => html::document(&html, lang),
        _ => html::plain_document(&reading.facts.body.text, lang),
    }
}

#[derive(Template)]
#[template(path = "source.html")]
struct SourcePage<'a> {
    v: &'a View,
    trail: Trail,
    lines: Vec<String>,
    is_text: bool,
    cut: bool,
    size: String,
}

async fn show_source(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let mail: Place = place(&view, "mail")?;
    let found = open(&app, &view, id(&view, &text)?, &mail).await?;
    // Outlook's format is no text: its bytes say more.
    let is_text = !found.bytes.starts_with(forensics::ole::MAGIC);
    Ok(page(&SourcePage {
        v: &view,
        trail: Trail::of(&view, &found.submission, None, &mail),
        lines: if is_text { source::lines(&found.bytes) } else { Vec::new() },
        is_text,
        cut: found.bytes.len() > source::SOURCE,
        size: size(found.bytes.len() as u64),
    }))
}

#[derive(Debug, Default, Deserialize)]
struct HexQuery {
    #[serde(default)]
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "hex.html")]
struct HexPage<'a> {
    v: &'a View,
    trail: Trail,
    rows: Vec<hex::Row>,
    page: usize,
    pages: usize,
    size: String,
}

async fn show_hex(
    State(app): State<App>,
    view: View,
    Path((text, at)): Path<(String, String)>,
    Query(query): Query<HexQuery>,
) -> PageResult {
    let at = place(&view, &at)?;
    let found = open(&app, &view, id(&view, &text)?, &at).await?;
    let number = match query.page.as_deref() {
        None | Some("") => 1,
        Some(text) => text.parse().map_err(|_| PageError::not_found(&view))?,
    };
    let pages = hex::pages(found.bytes.len());
    if !(1..=pages).contains(&number) {
        return Err(PageError::not_found(&view));
    }
    Ok(page(&HexPage {
        v: &view,
        trail: Trail::of(&view, &found.submission, found.file.as_ref(), &at),
        rows: hex::rows(&found.bytes, number),
        page: number,
        pages,
        size: size(found.bytes.len() as u64),
    }))
}

#[derive(Debug, Default, Deserialize)]
struct StringsQuery {
    #[serde(default)]
    min: Option<String>,
    #[serde(default)]
    from: Option<String>,
}

#[derive(Template)]
#[template(path = "strings.html")]
struct StringsPage<'a> {
    v: &'a View,
    trail: Trail,
    rows: Vec<(String, &'static str, String)>,
    least: usize,
    choices: [usize; 5],
    is_first: bool,
    next: Option<usize>,
    size: String,
}

async fn show_strings(
    State(app): State<App>,
    view: View,
    Path((text, at)): Path<(String, String)>,
    Query(query): Query<StringsQuery>,
) -> PageResult {
    let at = place(&view, &at)?;
    let submission = id(&view, &text)?;
    let number = |text: &Option<String>, other: usize| match text.as_deref() {
        None | Some("") => Ok(other),
        Some(text) => text.parse().map_err(|_| PageError::not_found(&view)),
    };
    let (least, from) = (number(&query.min, 6)?, number(&query.from, 0)?);
    let least = least.clamp(*strings::SHORTEST.start(), *strings::SHORTEST.end());
    let (actor, wanted) = (view.actor()?.clone(), at.clone());
    let (found, texts) = aside(&app, &view, move |desk, runtime| {
        let found = runtime.block_on(desk.file_of(&actor, submission, &wanted))?;
        let texts = strings::page(&found.bytes, from, least);
        Ok((found, texts))
    })
    .await?;
    if from > 0 && from >= found.bytes.len() {
        return Err(PageError::not_found(&view));
    }
    Ok(page(&StringsPage {
        v: &view,
        trail: Trail::of(&view, &found.submission, found.file.as_ref(), &at),
        rows: texts
            .found
            .into_iter()
            .map(|one| (format!("{:08x}", one.offset), one.encoding, super::lists::named(&one.text)))
            .collect(),
        least,
        choices: [4, 6, 8, 12, 20],
        is_first: from == 0,
        next: texts.next,
        size: size(found.bytes.len() as u64),
    }))
}

#[derive(Template)]
#[template(path = "download.html")]
struct DownloadPage<'a> {
    v: &'a View,
    trail: Trail,
    kind: String,
    size: String,
    sha256: String,
    password: &'static str,
}

async fn warn(State(app): State<App>, view: View, Path((text, at)): Path<(String, String)>) -> PageResult {
    let at = place(&view, &at)?;
    let known = app.desk().file_known(view.actor()?, id(&view, &text)?, &at).await;
    let (submission, file) = known.settled(&view)?;
    // A file that was listed and not opened cannot be had.
    if file.as_ref().is_some_and(|file| file.sha256.is_empty()) {
        return Err(PageError::not_found(&view));
    }
    let (kind, bytes, sha256) = match &file {
        Some(file) => (kinds::kind(view.lang, &file.kind), file.size, file.sha256.clone()),
        None => (kinds::kind(view.lang, "eml"), submission.size, submission.sha256.clone()),
    };
    Ok(page(&DownloadPage {
        v: &view,
        trail: Trail::of(&view, &submission, file.as_ref(), &at),
        kind,
        size: size(bytes),
        sha256,
        password: sealed::PASSWORD,
    }))
}

async fn download(
    State(app): State<App>,
    view: View,
    Path((text, at)): Path<(String, String)>,
    _form: Posted,
) -> PageResult {
    let at = place(&view, &at)?;
    let submission = id(&view, &text)?;
    let (actor, random) = (view.actor()?.clone(), [app.desk().random::<11>(), app.desk().random::<11>()]);
    let (name, archive) = aside(&app, &view, move |desk, runtime| {
        let taken = runtime.block_on(desk.take_file(&actor, submission, &at))?;
        Ok(seal(&taken, random))
    })
    .await?;
    Ok(attached(&name, archive))
}

/// The archive of a file and its name: the content under its hash, and a note that says what it was.
fn seal(taken: &Evidence, random: [[u8; 11]; 2]) -> (String, Vec<u8>) {
    debug_assert!(taken.bytes.len() <= FILE_LIMIT);
    let sha256 = forensics::hash::sha256(&taken.bytes);
    let name = match &taken.file {
        Some(file) => file.name.clone().unwrap_or_default(),
        None => taken.submission.name.clone(),
    };
    let note = format!(
        "開かないでください。攻撃に使われたおそれのあるファイルです。解析環境でのみ扱ってください。\r\n\
         Do not open. This file may have been used in an attack; handle it in an analysis environment only.\r\n\r\n\
         Original name: {}\r\nSHA-256: {sha256}\r\nSize: {} bytes\r\nSubmission: {}\r\n",
        lexicon::text::visible(lexicon::text::cut(&name, 1_000)),
        taken.bytes.len(),
        taken.submission.id,
    );
    let [first, second] = random;
    let archive = sealed::zip(&[
        sealed::Entry { name: &sha256, bytes: &taken.bytes, random: first },
        sealed::Entry { name: "note.txt", bytes: note.as_bytes(), random: second },
    ]);
    (format!("{}.zip", lexicon::text::cut(&sha256, 12)), archive)
}

fn attached(name: &str, archive: Vec<u8>) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    ([(CONTENT_TYPE, "application/zip".to_owned()), (CONTENT_DISPOSITION, disposition)], archive)
        .into_response()
}
