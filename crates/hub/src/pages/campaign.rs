//! One campaign: how much, when, by how many, and why it is one. Members are numbers here. A campaign of any size opens
//! as quickly as a small one: whatever could be long is a page of its own, or cut with a word on what is left out.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use desk::records::{
    AdvisoryFilter, CampaignHead, CampaignMails, CampaignStanding, Cursor, Extent, PageRequest,
};
use desk::spread::CampaignSpread;
use lexicon::ids::{CampaignId, MemberId, SubmissionId};
use lexicon::{Lang, Link, ReasonKind};
use serde::Deserialize;

use super::answers::{Settled, id, see};
use super::campaign_actors::{self, ActorsCard};
use super::campaign_links::{self, LinksPart};
use super::campaign_spread::{self, SpreadPart};
use super::labels::{self, Chip};
use super::lists::{DraftRow, SubmissionRow, inert};
use super::problem::Problem;
use super::reasons::{value_text, what};
use super::submission::{HistoryRow, next_to_judge, who};
use super::verdict::{self, VerdictForm};
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::graph::NODES;
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

/// Mails of one page of the list.
const MAILS: u32 = 50;
/// Reasons listed.
const REASONS: usize = 40;
/// Mail numbers told for one reason.
const NUMBERS: usize = 12;
/// Organisations named in the key.
const KEY: usize = 500;
/// Mails whose numbers are known to reasons: the oldest.
const NUMBERED: u32 = 200;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/campaigns/{id}", ANALYST, show),
        Route::post("/campaigns/{id}/draft", ANALYST, draft),
        Route::post("/campaigns/{id}/verdict", ANALYST, judge),
        Route::post("/campaigns/{id}/c2", ANALYST, tell_c2),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct CampaignQuery {
    /// Where the page of mails starts.
    #[serde(default)]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "campaign.html")]
struct CampaignPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    id: String,
    subject: String,
    lead: String,
    total: u64,
    members: u64,
    spread: SpreadPart,
    links: LinksPart,
    key: Vec<(usize, String)>,
    reasons: Vec<ReasonRow>,
    reasons_cut: bool,
    mails: Vec<MailRow>,
    mails_from: u64,
    mails_to: u64,
    first: Option<String>,
    next: Option<String>,
    drafts: Vec<DraftRow>,
    standing: Vec<StandingRow>,
    unjudged: u64,
    watched: Option<String>,
    form: VerdictForm,
    extent_all: bool,
    history: Vec<HistoryRow>,
    actors: ActorsCard,
}

struct ReasonRow {
    kind: &'static str,
    value: String,
    percent: u32,
    mails: String,
}

struct MailRow {
    number: u64,
    member: String,
    mail: SubmissionRow,
}

/// How many mails were judged to be one thing.
pub(super) struct StandingRow {
    pub(super) verdict: Chip,
    pub(super) mails: u64,
}

/// What was sent with a form that was not taken.
#[derive(Default)]
struct Sent<'a> {
    problems: Vec<Problem>,
    form: Option<&'a Posted>,
}

async fn show(
    State(app): State<App>,
    view: View,
    Path(text): Path<String>,
    Query(query): Query<CampaignQuery>,
) -> PageResult {
    let head = head(&app, &view, &text).await?;
    if let Some(into) = head.merged_into {
        return Ok(see(&format!("/campaigns/{into}")));
    }
    let after = match query.after.as_deref() {
        None | Some("") => None,
        Some(text) => Some(text.parse::<Cursor>().map_err(|_| PageError::not_found(&view))?),
    };
    Ok(page(&make(&app, &view, head, after, Sent::default()).await?))
}

/// The campaign of an address.
pub(super) async fn head(app: &App, view: &View, text: &str) -> Result<CampaignHead, PageError> {
    let campaign: CampaignId = id(view, text)?;
    let head = app.desk().records().campaign_head(campaign).await.settled(view)?;
    head.ok_or_else(|| PageError::not_found(view))
}

/// The numbers of organisations: by the order in which the hub learned of them.
pub(super) fn member_label(v: &View, spread: &CampaignSpread, member: MemberId) -> String {
    match spread.numbers.get(&member) {
        Some(number) => format!("{} {number}", v.t("組織", "Member")),
        None => "–".to_owned(),
    }
}

/// Which organisation each number stands for, for the hub's own analysts: this page is shown to nobody else, and that of the
/// spread, which is shown around, has numbers alone.
async fn member_key(app: &App, v: &View, spread: &CampaignSpread) -> Result<Vec<(usize, String)>, PageError> {
    if !v.is_analyst() {
        return Ok(Vec::new());
    }
    let members = app.desk().records().members().await.settled(v)?;
    let mut key: Vec<(usize, String)> = members
        .into_iter()
        .filter_map(|member| Some((*spread.numbers.get(&member.id)?, member.name)))
        .collect();
    key.sort();
    key.truncate(KEY);
    Ok(key)
}

/// The subject of a campaign's first mail.
pub(super) fn subject_of(v: &View, mails: &CampaignMails) -> String {
    let subject = mails.items.iter().find_map(|mail| mail.subject.as_deref()).map(inert);
    let subject = subject.filter(|text| !text.trim().is_empty());
    subject.unwrap_or_else(|| v.t("（件名なし）", "(no subject)").to_owned())
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    head: CampaignHead,
    after: Option<Cursor>,
    sent: Sent<'_>,
) -> Result<CampaignPage<'a>, PageError> {
    let (records, actor, campaign) = (app.desk().records(), view.actor()?, head.id);
    let spread = app.desk().spread(actor, campaign).await.settled(view)?;
    let oldest = records.campaign_mails(campaign, None, NUMBERED).await.settled(view)?;
    let mails = records.campaign_mails(campaign, after, MAILS).await.settled(view)?;
    let numbers: BTreeMap<SubmissionId, u64> =
        (1..).zip(&oldest.items).map(|(number, mail)| (mail.id, number)).collect();
    let subject = subject_of(view, &oldest);
    let (picture, links) = app.desk().campaign_picture(actor, campaign, NODES).await.settled(view)?;
    let (reasons, more) = reasons(view, &links, &numbers);
    let filter = AdvisoryFilter { campaign: Some(campaign), ..AdvisoryFilter::default() };
    let drafts = records.advisories(filter, PageRequest::first(20)).await.settled(view)?;
    let standing = records.campaign_standing(campaign).await.settled(view)?;
    let suggestion = app.desk().campaign_suggestion(actor, campaign).await.settled(view)?;
    let verdicts = records.campaign_verdicts(campaign).await.settled(view)?;
    let latest = verdicts.iter().map(|verdict| verdict.at).max();
    let mails_to = mails.first_number + mails.items.len() as u64 - u64::from(!mails.items.is_empty());
    let judges = sent.form.filter(|form| form.has("verdict") || form.has("reason"));
    Ok(CampaignPage {
        v: view,
        problems: sent.problems,
        id: campaign.to_string(),
        lead: lead(view, head.members, &links),
        total: head.submissions,
        members: head.members,
        key: member_key(app, view, &spread).await?,
        links: campaign_links::part(view, &spread, &head, (&picture, &links), &numbers),
        spread: campaign_spread::part(view, &spread, &subject),
        reasons,
        reasons_cut: more || head.submissions > picture.len() as u64,
        mails: (mails.first_number..)
            .zip(&mails.items)
            .map(|(number, mail)| MailRow {
                number,
                member: member_label(view, &spread, mail.member),
                mail: SubmissionRow::of(view, mail),
            })
            .collect(),
        mails_from: mails.first_number,
        mails_to,
        first: after.map(|_| format!("/campaigns/{campaign}#mails-title")),
        next: mails.next.map(|cursor| format!("/campaigns/{campaign}?after={cursor}#mails-title")),
        drafts: drafts.items.iter().map(|record| DraftRow::of(view, record)).collect(),
        unjudged: standing.iter().filter(|row| row.judgement.is_none()).map(|row| row.mails).sum(),
        watched: watched(view, &standing, &spread, latest),
        standing: standing_rows(view, &standing),
        form: VerdictForm::of(view, suggestion.as_ref(), judges),
        extent_all: sent.form.is_some_and(|form| form.get("extent") == Extent::All.word()),
        history: history(app, view, verdicts).await?,
        actors: campaign_actors::card(app, view, campaign, sent.form).await?,
        subject,
    })
}

/// How its mails were judged by J-CSIP's field, those of one verdict together.
pub(super) fn standing_rows(v: &View, standing: &[CampaignStanding]) -> Vec<StandingRow> {
    let mut by: BTreeMap<Option<lexicon::Verdict>, u64> = BTreeMap::new();
    for row in standing {
        *by.entry(row.judgement.map(|judgement| judgement.jcsip)).or_default() += row.mails;
    }
    by.into_iter()
        .map(|(verdict, mails)| StandingRow {
            verdict: match verdict {
                Some(verdict) => labels::verdict(v, verdict),
                None => Chip::new("ochre", "eye", v.t("判定待ち", "To be judged")),
            },
            mails,
        })
        .collect()
}

/// S29: what was confirmed since the verdict, where it is watched on. The verdict stays as it is.
fn watched(
    v: &View,
    standing: &[CampaignStanding],
    spread: &CampaignSpread,
    latest: Option<jiff::Timestamp>,
) -> Option<String> {
    if !standing.iter().any(|row| row.judgement.is_some_and(|judgement| judgement.monitoring)) {
        return None;
    }
    let places = &spread.spread.places;
    let since = places.iter().filter(|place| latest.is_some_and(|at| place.known > at)).count();
    Some(match v.lang {
        Lang::Ja => format!(
            "監視を続けています。判定のあとに受信が分かった組織：{since}。判定は、だれかが見直すまで変わりません。"
        ),
        Lang::En => format!(
            "It is watched on. Organisations known since the verdict: {since}. The verdict stays until somebody judges anew."
        ),
    })
}

async fn history(
    app: &App,
    view: &View,
    verdicts: Vec<desk::records::CampaignVerdictRecord>,
) -> Result<Vec<HistoryRow>, PageError> {
    let mut rows = Vec::new();
    for given in verdicts.into_iter().rev() {
        let extent = match (view.lang, given.extent) {
            (Lang::Ja, Extent::Unjudged) => format!("未判定の {} 件に", given.mails),
            (Lang::Ja, Extent::All) => format!("{} 件すべてに", given.mails),
            (Lang::En, Extent::Unjudged) => format!("on {} unjudged", given.mails),
            (Lang::En, Extent::All) => format!("on all {}", given.mails),
        };
        rows.push(HistoryRow {
            verdicts: verdict::by_scheme(view, given.judgement),
            monitoring: given.judgement.monitoring,
            reason: lexicon::text::visible(&given.reason),
            by: who(app, view, given.account).await?,
            at: view.time(&given.at),
            extent: Some(extent),
        });
    }
    Ok(rows)
}

fn lead(v: &View, members: u64, links: &[Link<SubmissionId>]) -> String {
    let kinds: BTreeSet<ReasonKind> =
        links.iter().flat_map(|link| link.reasons.iter().map(|reason| reason.kind)).collect();
    let kinds: Vec<&str> = kinds.into_iter().map(|kind| labels::reason_kind(v, kind)).collect();
    match v.lang {
        Lang::Ja if kinds.is_empty() => format!("{members} 組織に届いた、同じ攻撃とみられるメールです。"),
        Lang::Ja => format!(
            "{members} 組織に届いた、同じ攻撃とみられるメールです。一致したもの：{}。",
            kinds.join("、")
        ),
        Lang::En if kinds.is_empty() => {
            format!("Mails at {members} organisations that appear to be one attack.")
        }
        Lang::En => format!(
            "Mails at {members} organisations that appear to be one attack. In common: {}.",
            kinds.join(", ").to_lowercase()
        ),
    }
}

fn reasons(
    v: &View,
    links: &[Link<SubmissionId>],
    numbers: &BTreeMap<SubmissionId, u64>,
) -> (Vec<ReasonRow>, bool) {
    let mut found: BTreeMap<(ReasonKind, &str), (f64, BTreeSet<SubmissionId>)> = BTreeMap::new();
    for link in links {
        for reason in &link.reasons {
            let (weight, mails) = found.entry((reason.kind, what(reason))).or_default();
            *weight = weight.max(reason.weight);
            mails.extend([link.a, link.b]);
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by(|(a, (x, xs)), (b, (y, ys))| {
        y.total_cmp(x).then_with(|| ys.len().cmp(&xs.len())).then_with(|| a.cmp(b))
    });
    let more = found.len() > REASONS;
    let rows = found
        .into_iter()
        .take(REASONS)
        .map(|((kind, value), (weight, mails))| {
            let known: BTreeSet<u64> = mails.iter().filter_map(|id| numbers.get(id).copied()).collect();
            let mut told: Vec<String> = known.iter().take(NUMBERS).map(ToString::to_string).collect();
            if mails.len() > told.len() {
                told.push(format!("… ({})", mails.len()));
            }
            ReasonRow {
                kind: labels::reason_kind(v, kind),
                value: value_text(v, kind, value),
                percent: percent(weight),
                mails: told.join(", "),
            }
        })
        .collect();
    (rows, more)
}

/// A weight of 0 to 1 in whole per cent.
pub(super) fn percent(weight: f64) -> u32 {
    // In 0..=100 after the clamp, so nothing is cut off; NaN becomes 0.
    (weight.clamp(0.0, 1.0) * 100.0).round() as u32
}

async fn draft(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let lang = Lang::parse(form.get("lang")).unwrap_or(view.lang);
    let draft = app.desk().draft(view.actor()?, id(&view, &text)?, lang).await.settled(&view)?;
    Ok(see(&format!("/drafts/{draft}?done=drafted")))
}

async fn judge(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let head = head(&app, &view, &text).await?;
    let extent = Extent::parse(form.get("extent")).unwrap_or(Extent::Unjudged);
    let problem = match verdict::chosen(&view, &form) {
        Ok(judgement) => {
            let desk = app.desk();
            match desk.judge_campaign(view.actor()?, head.id, judgement, extent, form.get("reason")).await {
                Ok(_) => return next_to_judge(&app, &view).await,
                Err(error) => Problem::of(&view, error)?,
            }
        }
        Err(problem) => problem,
    };
    again(&app, &view, head, &form, problem).await
}

async fn tell_c2(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let head = head(&app, &view, &text).await?;
    match app.desk().tell_c2(view.actor()?, head.id, form.get("c2"), form.get("c2_source")).await {
        Ok(_) => Ok(see(&format!("/campaigns/{}?done=saved#actors-title", head.id))),
        Err(error) => {
            let problem = Problem::of(&view, error)?;
            again(&app, &view, head, &form, problem).await
        }
    }
}

async fn again(app: &App, view: &View, head: CampaignHead, form: &Posted, problem: Problem) -> PageResult {
    let sent = Sent { problems: vec![problem], form: Some(form) };
    let shown = make(app, view, head, None, sent).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&shown)).into_response())
}
