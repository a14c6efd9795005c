//! One submission: the mail as dissected, and an analyst's verdict.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::records::{PageRequest, SubmissionFilter, SubmissionRecord};
use lexicon::ids::SubmissionId;
use lexicon::{SubmissionState, Verdict};

use super::answers::{Settled, id, see};
use super::labels::{self, Chip};
use super::lists::{Choice, size, state, subject};
use super::mail::{Around, Mail};
use super::problem::Problem;
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{ANALYST, READER, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/submissions/{id}", READER, show),
        Route::post("/submissions/{id}/verdict", ANALYST, judge),
    ]
}

#[derive(Template)]
#[template(path = "submission.html")]
struct SubmissionPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    id: String,
    subject: String,
    state: Chip,
    campaign: Option<String>,
    mail: Option<Mail>,
    verdicts: Vec<Choice>,
    reason: String,
    history: Vec<HistoryRow>,
    received: String,
    name: String,
    size: String,
    sha256: String,
    provider: Option<String>,
    note: String,
}

struct HistoryRow {
    verdict: Chip,
    reason: String,
    by: String,
    at: String,
}

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let record = app.desk().submission_for(view.actor()?, id(&view, &text)?).await.settled(&view)?;
    Ok(page(&make(&app, &view, &record, Vec::new(), None, String::new()).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    record: &SubmissionRecord,
    problems: Vec<Problem>,
    chosen: Option<Verdict>,
    reason: String,
) -> Result<SubmissionPage<'a>, PageError> {
    let records = app.desk().records();
    let own = match view.actor()?.member {
        Some(member) => records.member(member).await.settled(view)?,
        None => None,
    };
    let dissection = records.dissection(&record.sha256).await.settled(view)?;
    let dissection = dissection.filter(|_| record.state >= SubmissionState::Dissected);
    let inside = view.is_analyst();
    let relations = match record.campaign.filter(|_| inside) {
        Some(campaign) => relations(app, view, record.id, campaign).await?,
        None => Vec::new(),
    };
    let provider = match inside {
        true => records.member(record.member).await.settled(view)?.map(|member| member.name),
        false => None,
    };
    Ok(SubmissionPage {
        v: view,
        problems,
        id: record.id.to_string(),
        subject: subject(view, record),
        state: state(view, record),
        campaign: record.campaign.filter(|_| inside).map(|campaign| campaign.to_string()),
        mail: dissection.map(|dissection| {
            let around = Around {
                base: Some(format!("/submissions/{}", record.id)),
                relations,
                campaign: record.campaign.filter(|_| inside).map(|campaign| campaign.to_string()),
                own: own.as_ref(),
                ..Around::default()
            };
            Mail::of(view, &dissection.facts, around)
        }),
        verdicts: Verdict::ALL
            .into_iter()
            .map(|verdict| Choice {
                word: verdict.word().to_owned(),
                text: verdict.text().of(view.lang).to_owned(),
                checked: chosen == Some(verdict),
            })
            .collect(),
        reason,
        history: if inside { history(app, view, record.id).await? } else { Vec::new() },
        received: view.time(&record.received),
        name: lexicon::text::visible(&record.name),
        size: size(record.size),
        sha256: record.sha256.clone(),
        provider,
        note: lexicon::text::visible(&record.note),
    })
}

/// What ties a submission to earlier ones, in words, for the analyst.
async fn relations(
    app: &App,
    view: &View,
    id: SubmissionId,
    campaign: lexicon::ids::CampaignId,
) -> Result<Vec<String>, PageError> {
    let Some(campaign) = app.desk().records().campaign(campaign).await.settled(view)? else {
        return Ok(Vec::new());
    };
    let others = campaign.submissions.iter().filter(|other| **other != id).count();
    let mut kinds = Vec::new();
    let own = campaign.links.iter().filter(|link| link.a == id || link.b == id);
    for reason in own.flat_map(|link| &link.reasons) {
        if !kinds.contains(&reason.kind) {
            kinds.push(reason.kind);
        }
    }
    let mut out = vec![match view.lang {
        lexicon::Lang::Ja => format!("ほかの情報提供 {others} 件と結び付いています。"),
        lexicon::Lang::En => format!("It is tied to {others} other submission(s)."),
    }];
    if !kinds.is_empty() {
        let words: Vec<&str> = kinds.into_iter().map(|kind| labels::reason_kind(view, kind)).collect();
        let words = words.join(view.t("、", ", "));
        out.push(format!("{}{words}", view.t("共通するもの：", "In common: ")));
    }
    Ok(out)
}

async fn history(app: &App, view: &View, id: SubmissionId) -> Result<Vec<HistoryRow>, PageError> {
    let records = app.desk().records();
    let mut rows = Vec::new();
    for given in records.verdicts(id).await.settled(view)?.into_iter().rev() {
        let by = records.account(given.account).await.settled(view)?;
        rows.push(HistoryRow {
            verdict: labels::verdict(view, given.verdict),
            reason: lexicon::text::visible(&given.reason),
            by: by.map_or_else(|| "–".to_owned(), |account| account.user),
            at: view.time(&given.at),
        });
    }
    Ok(rows)
}

async fn judge(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let actor = view.actor()?;
    let submission: SubmissionId = id(&view, &text)?;
    let verdict: Option<Verdict> = form.get("verdict").parse().ok();
    let reason = form.get("reason");
    let problem = match verdict {
        Some(verdict) => match app.desk().judge(actor, submission, verdict, reason).await {
            Ok(()) => return next_to_judge(&app, &view).await,
            Err(error) => Problem::of(&view, error)?,
        },
        None => Problem {
            field: "verdict", message: view.t("判定を選んでください。", "Choose a verdict.")
        },
    };
    let record = app.desk().submission_for(actor, submission).await.settled(&view)?;
    let shown = make(&app, &view, &record, vec![problem], verdict, reason.to_owned()).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&shown)).into_response())
}

/// Back to work: the newest submission that nobody has judged, or the inbox.
async fn next_to_judge(app: &App, view: &View) -> PageResult {
    let filter = SubmissionFilter { state: Some(SubmissionState::Dissected), ..SubmissionFilter::default() };
    let waiting = app.desk().records().submissions(filter, PageRequest::first(1)).await.settled(view)?;
    Ok(match waiting.items.first() {
        Some(record) => see(&format!("/submissions/{}?done=judged", record.id)),
        None => see("/submissions?done=all-judged"),
    })
}
