//! One submission: the mail as dissected, and an analyst's verdict.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::records::{PageRequest, SubmissionFilter, SubmissionRecord, VerdictRecord};
use lexicon::SubmissionState;
use lexicon::ids::SubmissionId;

use super::answers::{Settled, id, see};
use super::labels::{self, Chip};
use super::lists::{size, state, subject};
use super::mail::{Around, Mail};
use super::problem::Problem;
use super::threads::span;
use super::verdict::{self, SchemeVerdict, VerdictForm};
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
    form: VerdictForm,
    history: Vec<HistoryRow>,
    ties: Vec<TieRow>,
    reused: Vec<ReuseNote>,
    received: String,
    name: String,
    size: String,
    sha256: String,
    provider: Option<String>,
    note: String,
}

/// One verdict in a history.
pub(super) struct HistoryRow {
    pub(super) verdicts: Vec<SchemeVerdict>,
    pub(super) monitoring: bool,
    pub(super) reason: String,
    pub(super) by: String,
    pub(super) at: String,
    /// Where it was given on a whole campaign: what that means.
    pub(super) extent: Option<String>,
}

/// A mail that this one is tied to.
struct TieRow {
    other: String,
    subject: String,
    received: String,
    reasons: String,
}

/// A genuine mail that this one uses.
struct ReuseNote {
    holder: String,
    share: String,
    lag: Option<String>,
}

/// Mails of its campaign that a mail's ties are told of: the first of each organisation, then the oldest.
const TIES: u32 = 16;

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let record = app.desk().submission_for(view.actor()?, id(&view, &text)?).await.settled(&view)?;
    Ok(page(&make(&app, &view, &record, Vec::new(), None).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    record: &SubmissionRecord,
    problems: Vec<Problem>,
    sent: Option<&Posted>,
) -> Result<SubmissionPage<'a>, PageError> {
    let records = app.desk().records();
    let own = match view.actor()?.member {
        Some(member) => records.member(member).await.settled(view)?,
        None => None,
    };
    let dissection = records.dissection(&record.sha256).await.settled(view)?;
    let dissection = dissection.filter(|_| record.state >= SubmissionState::Dissected);
    let inside = view.is_analyst();
    let (relations, ties) = match record.campaign.filter(|_| inside) {
        Some(campaign) => relations(app, view, record.id, campaign).await?,
        None => (Vec::new(), Vec::new()),
    };
    let suggestion = match inside {
        true => app.desk().suggestion(view.actor()?, record.id).await.settled(view)?,
        false => None,
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
        form: VerdictForm::of(view, suggestion.as_ref(), sent),
        ties,
        reused: if inside { reused(app, view, record.id).await? } else { Vec::new() },
        history: if inside { history(app, view, record.id).await? } else { Vec::new() },
        received: view.time(&record.received),
        name: lexicon::text::visible(&record.name),
        size: size(record.size),
        sha256: record.sha256.clone(),
        provider,
        note: lexicon::text::visible(&record.note),
    })
}

/// What ties a submission to others, in words, and the mails it is tied to, for the analyst.
async fn relations(
    app: &App,
    view: &View,
    id: SubmissionId,
    campaign: lexicon::ids::CampaignId,
) -> Result<(Vec<String>, Vec<TieRow>), PageError> {
    let records = app.desk().records();
    let Some(head) = records.campaign_head(campaign).await.settled(view)? else {
        return Ok((Vec::new(), Vec::new()));
    };
    let others = head.submissions.saturating_sub(1);
    let mut mails = records.campaign_picture(campaign, TIES).await.settled(view)?;
    if !mails.iter().any(|mail| mail.id == id)
        && let Some(own) = records.submission(id).await.settled(view)?
    {
        mails.push(own);
    }
    let mut links = app.desk().links_among(view.actor()?, &mails).await.settled(view)?;
    links.retain(|link| link.a == id || link.b == id);
    let mut kinds = Vec::new();
    let mut ties = Vec::new();
    for link in &links {
        let mut words: Vec<&str> = Vec::new();
        for reason in &link.reasons {
            let word = labels::reason_kind(view, reason.kind);
            if !words.contains(&word) {
                words.push(word);
            }
            if !kinds.contains(&word) {
                kinds.push(word);
            }
        }
        let other = if link.a == id { link.b } else { link.a };
        if let Some(record) = mails.iter().find(|mail| mail.id == other) {
            ties.push(TieRow {
                other: other.to_string(),
                subject: subject(view, record),
                received: view.time(&record.received),
                reasons: words.join(view.t("、", ", ")),
            });
        }
    }
    let mut out = vec![match view.lang {
        lexicon::Lang::Ja => format!("ほかの情報提供 {others} 件と同じ攻撃とみられます。"),
        lexicon::Lang::En => format!("It appears to be one attack with {others} other submission(s)."),
    }];
    if !kinds.is_empty() {
        let words = kinds.join(view.t("、", ", "));
        out.push(format!("{}{words}", view.t("共通するもの：", "In common: ")));
    }
    Ok((out, ties))
}

/// The genuine mails that a submission uses, for the analyst.
async fn reused(app: &App, view: &View, id: SubmissionId) -> Result<Vec<ReuseNote>, PageError> {
    let records = app.desk().records();
    let mut out = Vec::new();
    for reuse in records.reuses_in(id).await.settled(view)? {
        let holder = records.member(reuse.member).await.settled(view)?;
        out.push(ReuseNote {
            holder: holder.map_or_else(|| "–".to_owned(), |member| member.name),
            share: format!("{:.0}%", reuse.of_original * 100.0),
            lag: reuse.lag.map(|seconds| span(view, seconds)),
        });
    }
    Ok(out)
}

async fn history(app: &App, view: &View, id: SubmissionId) -> Result<Vec<HistoryRow>, PageError> {
    let records = app.desk().records();
    let mut rows = Vec::new();
    for given in records.verdicts(id).await.settled(view)?.into_iter().rev() {
        let VerdictRecord { judgement, reason, account, at, campaign, .. } = given;
        rows.push(HistoryRow {
            verdicts: verdict::by_scheme(view, judgement),
            monitoring: judgement.monitoring,
            reason: lexicon::text::visible(&reason),
            by: who(app, view, account).await?,
            at: view.time(&at),
            extent: campaign
                .map(|_| view.t("キャンペーン全体の判定", "by a verdict on the campaign").to_owned()),
        });
    }
    Ok(rows)
}

/// The login name of an account.
pub(super) async fn who(
    app: &App,
    view: &View,
    account: lexicon::ids::AccountId,
) -> Result<String, PageError> {
    let known = app.desk().records().account(account).await.settled(view)?;
    Ok(known.map_or_else(|| "–".to_owned(), |account| account.user))
}

async fn judge(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let actor = view.actor()?;
    let submission: SubmissionId = id(&view, &text)?;
    let problem = match verdict::chosen(&view, &form) {
        Ok(judgement) => match app.desk().judge(actor, submission, judgement, form.get("reason")).await {
            Ok(()) => return next_to_judge(&app, &view).await,
            Err(error) => Problem::of(&view, error)?,
        },
        Err(problem) => problem,
    };
    let record = app.desk().submission_for(actor, submission).await.settled(&view)?;
    let shown = make(&app, &view, &record, vec![problem], Some(&form)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&shown)).into_response())
}

/// Back to work: the newest submission that nobody has judged, or the inbox.
pub(super) async fn next_to_judge(app: &App, view: &View) -> PageResult {
    let filter = SubmissionFilter { state: Some(SubmissionState::Dissected), ..SubmissionFilter::default() };
    let waiting = app.desk().records().submissions(filter, PageRequest::first(1)).await.settled(view)?;
    Ok(match waiting.items.first() {
        Some(record) => see(&format!("/submissions/{}?done=judged", record.id)),
        None => see("/submissions?done=all-judged"),
    })
}
