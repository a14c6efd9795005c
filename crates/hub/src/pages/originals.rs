//! Genuine mail: an organisation gives its own and sees where it was used again; analysts see every re-use.

use askama::Template;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::records::{OriginalRecord, ReuseRecord};
use lexicon::text::visible;

use super::answers::Settled;
use super::lists::{inert, newest};
use super::problem::Problem;
use super::threads::{moment, span};
use super::upload;
use crate::error::PageResult;
use crate::routes::{ANALYST, ORGANISATION, Route};
use crate::state::App;
use crate::view::{View, page};

/// Re-uses of one page.
const ROWS: u32 = 300;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/originals", ORGANISATION, own),
        Route::post("/originals", ORGANISATION, give),
        Route::get("/reuses", ANALYST, all),
    ]
}

#[derive(Template)]
#[template(path = "originals.html")]
struct OriginalsPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    given: u64,
    told: Option<String>,
    rows: Vec<ReuseRow>,
}

struct ReuseRow {
    submission: Option<String>,
    campaign: Option<String>,
    provider: Option<String>,
    holder: Option<String>,
    subject: String,
    sent: String,
    share: String,
    lag: String,
    people: Vec<String>,
}

fn row(view: &View, reuse: &ReuseRecord, original: &OriginalRecord) -> ReuseRow {
    ReuseRow {
        submission: None,
        campaign: None,
        provider: None,
        holder: None,
        // Of fingerprints, the member knows the mail by the hash of its Message-ID.
        subject: match original.subject.is_empty() {
            true => format!("{} {}", view.t("指紋", "fingerprint"), original.mail),
            false => inert(&original.subject),
        },
        sent: moment(view, original.at),
        share: format!("{:.0}%", reuse.of_original * 100.0),
        lag: reuse.lag.map(|seconds| span(view, seconds)).unwrap_or_default(),
        people: original.people.iter().map(|address| visible(address)).collect(),
    }
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    problems: Vec<Problem>,
    told: Option<String>,
) -> Result<OriginalsPage<'a>, crate::error::PageError> {
    let actor = view.actor()?;
    let found = app.desk().reuses(actor, ROWS).await.settled(view)?;
    Ok(OriginalsPage {
        v: view,
        problems,
        given: app.desk().originals_given(actor).await.settled(view)?,
        told,
        rows: found.iter().map(|(reuse, original)| row(view, reuse, original)).collect(),
    })
}

async fn own(State(app): State<App>, view: View) -> PageResult {
    Ok(page(&make(&app, &view, Vec::new(), None).await?))
}

async fn give(State(app): State<App>, view: View, form: Result<Multipart, MultipartRejection>) -> PageResult {
    let actor = view.actor()?;
    let files = upload::files(&view, form).await?;
    let mut problems = Vec::new();
    let (mut mails, mut new) = (0, 0);
    for (_, bytes) in &files {
        match crate::given::originals(app.desk(), actor, bytes).await {
            Ok(taken) => {
                mails += taken.mails;
                new += taken.new;
            }
            Err(error) => problems.push(Problem::of(&view, error)?),
        }
    }
    if files.is_empty() {
        let message = view.t("ファイルを選んでください。", "Choose a file.");
        problems.push(Problem { field: "files", message });
    }
    let failed = !problems.is_empty();
    let told = (mails > 0).then(|| match view.lang {
        lexicon::Lang::Ja => format!("{mails} 通を受け取りました（うち新しいもの {new} 通）。"),
        lexicon::Lang::En => format!("{mails} mails received, {new} of them new."),
    });
    let shown = page(&make(&app, &view, problems, told).await?);
    let status = if failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok((status, shown).into_response())
}

#[derive(Template)]
#[template(path = "reuses.html")]
struct ReusesPage<'a> {
    v: &'a View,
    rows: Vec<ReuseRow>,
    holders: Vec<HolderRow>,
    newest: Option<String>,
}

struct HolderRow {
    address: String,
    held: usize,
}

async fn all(State(app): State<App>, view: View) -> PageResult {
    let found = app.desk().reuses(view.actor()?, ROWS).await.settled(&view)?;
    let records = app.desk().records();
    let total = usize::try_from(records.reuse_count().await.settled(&view)?).unwrap_or(usize::MAX);
    let mut rows = Vec::with_capacity(found.len());
    for (reuse, original) in &found {
        let submission = records.submission(reuse.submission).await.settled(&view)?;
        let provider = match &submission {
            Some(record) => records.member(record.member).await.settled(&view)?.map(|member| member.name),
            None => None,
        };
        let holder = records.member(reuse.member).await.settled(&view)?.map(|member| member.name);
        rows.push(ReuseRow {
            submission: Some(reuse.submission.to_string()),
            campaign: submission.as_ref().and_then(|record| record.campaign).map(|id| id.to_string()),
            provider,
            holder,
            ..row(&view, reuse, original)
        });
    }
    let held = desk::reuse::common_holders(&found);
    let holders =
        held.into_iter().map(|(address, held)| HolderRow { address: visible(&address), held }).collect();
    Ok(page(&ReusesPage { v: &view, newest: newest(&view, rows.len(), total), rows, holders }))
}
