//! One campaign: how much, when, by how many, and why it is one. Members are numbers here.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::{Path, State};
use desk::records::{
    AdvisoryFilter, CampaignRecord, PAGE_LIMIT, PageRequest, SubmissionFilter, SubmissionRecord,
};
use jiff::Timestamp;
use lexicon::ids::{CampaignId, MemberId, SubmissionId};
use lexicon::{Lang, Reason, ReasonKind};

use super::answers::{Settled, id, see};
use super::labels;
use super::lists::{DraftRow, SubmissionRow, inert};
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::plot::{LANES, LaneData, Timeline};
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

/// Mails listed; a larger campaign's older ones are counted, not listed.
const MAILS: usize = 1_000;
/// Reasons listed.
const REASONS: usize = 60;
/// Mail numbers told for one reason.
const NUMBERS: usize = 12;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/campaigns/{id}", ANALYST, show), Route::post("/campaigns/{id}/draft", ANALYST, draft)]
}

#[derive(Template)]
#[template(path = "campaign.html")]
struct CampaignPage<'a> {
    v: &'a View,
    id: String,
    subject: String,
    lead: String,
    total: usize,
    first: String,
    last: String,
    /// Markup of ours, its values escaped when it was made.
    timeline: String,
    lanes: Vec<LaneRow>,
    reasons: Vec<ReasonRow>,
    more_reasons: usize,
    mails: Vec<MailRow>,
    drafts: Vec<DraftRow>,
}

struct LaneRow {
    label: String,
    count: usize,
    first: String,
    last: String,
}

struct ReasonRow {
    kind: &'static str,
    value: String,
    percent: u32,
    mails: String,
}

struct MailRow {
    number: usize,
    member: String,
    mail: SubmissionRow,
}

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let records = app.desk().records();
    let campaign: CampaignId = id(&view, &text)?;
    let record =
        records.campaign(campaign).await.settled(&view)?.ok_or_else(|| PageError::not_found(&view))?;
    if let Some(into) = record.merged_into {
        return Ok(see(&format!("/campaigns/{into}")));
    }
    let mails = mails(&app, &view, campaign).await?;
    let members = records.campaign_members(campaign).await.settled(&view)?;
    let lanes = lanes(&view, &members, &mails);
    let subject = mails.iter().find_map(|mail| mail.subject.as_deref()).map(lexicon::text::visible);
    let subject = subject.unwrap_or_else(|| view.t("（件名なし）", "(no subject)").to_owned());
    let numbers: BTreeMap<SubmissionId, usize> =
        record.submissions.iter().enumerate().map(|(n, id)| (*id, n + 1)).collect();
    let (reasons, more_reasons) = reasons(&view, &record, &numbers);
    let filter = AdvisoryFilter { campaign: Some(campaign), ..AdvisoryFilter::default() };
    let drafts = records.advisories(filter, PageRequest::first(20)).await.settled(&view)?;
    let when = |at: Option<Timestamp>| at.map(|at| view.time(&at)).unwrap_or_default();
    let all = || lanes.iter().flat_map(|lane| lane.at.iter().copied());
    Ok(page(&CampaignPage {
        v: &view,
        id: campaign.to_string(),
        lead: lead(&view, &record, members.len()),
        total: record.submissions.len(),
        first: when(all().min()),
        last: when(all().max()),
        timeline: timeline(&view, &subject, &lanes),
        subject,
        lanes: lanes
            .iter()
            .map(|lane| LaneRow {
                label: lane.label.clone(),
                count: lane.at.len(),
                first: when(lane.at.iter().min().copied()),
                last: when(lane.at.iter().max().copied()),
            })
            .collect(),
        reasons,
        more_reasons,
        mails: mails
            .iter()
            .map(|mail| MailRow {
                number: numbers.get(&mail.id).copied().unwrap_or(0),
                member: member_label(&view, &members, mail.member),
                mail: SubmissionRow::of(&view, mail),
            })
            .collect(),
        drafts: drafts.items.iter().map(|record| DraftRow::of(&view, record)).collect(),
    }))
}

/// The campaign's mails, oldest first; the newest [`MAILS`] of a large one.
async fn mails(app: &App, view: &View, campaign: CampaignId) -> Result<Vec<SubmissionRecord>, PageError> {
    let filter = SubmissionFilter { campaign: Some(campaign), ..SubmissionFilter::default() };
    let mut request = PageRequest::first(PAGE_LIMIT);
    let mut out = Vec::new();
    loop {
        let found = app.desk().records().submissions(filter, request).await.settled(view)?;
        out.extend(found.items);
        request.after = found.next;
        if found.next.is_none() || out.len() >= MAILS {
            out.reverse();
            return Ok(out);
        }
    }
}

fn member_label(v: &View, members: &[MemberId], member: MemberId) -> String {
    match members.iter().position(|known| *known == member) {
        Some(n) => format!("{} {}", v.t("組織", "Member"), n + 1),
        None => "–".to_owned(),
    }
}

fn lanes(v: &View, members: &[MemberId], mails: &[SubmissionRecord]) -> Vec<LaneData> {
    let mut at: BTreeMap<MemberId, Vec<Timestamp>> = BTreeMap::new();
    for mail in mails {
        at.entry(mail.member).or_default().push(mail.received);
    }
    members
        .iter()
        .map(|member| LaneData {
            label: member_label(v, members, *member),
            at: at.remove(member).unwrap_or_default(),
        })
        .collect()
}

fn timeline(v: &View, subject: &str, lanes: &[LaneData]) -> String {
    let desc = match v.lang {
        Lang::Ja => format!("{} 組織が、いつ提供したか。同じ内容を下の表でも示します。", lanes.len()),
        Lang::En => format!("When {} organisations submitted. The table below says the same.", lanes.len()),
    };
    let title = format!("{}：{subject}", v.t("情報提供の時系列", "Submissions over time"));
    let drawn: Vec<LaneData> = match lanes.split_at_checked(LANES - 1) {
        Some((few, rest)) if rest.len() > 1 => {
            let label = format!("{} {}", v.t("ほか", "others"), rest.len());
            let at = rest.iter().flat_map(|lane| lane.at.iter().copied()).collect();
            few.iter().cloned().chain([LaneData { label, at }]).collect()
        }
        _ => lanes.to_vec(),
    };
    Timeline::new(title, desc, &drawn).render().unwrap_or_default()
}

fn lead(v: &View, record: &CampaignRecord, members: usize) -> String {
    let kinds: BTreeSet<ReasonKind> =
        record.links.iter().flat_map(|link| link.reasons.iter().map(|reason| reason.kind)).collect();
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
    record: &CampaignRecord,
    numbers: &BTreeMap<SubmissionId, usize>,
) -> (Vec<ReasonRow>, usize) {
    let mut found: BTreeMap<(ReasonKind, &str), (f64, BTreeSet<usize>)> = BTreeMap::new();
    for link in &record.links {
        for reason in &link.reasons {
            let (weight, mails) = found.entry((reason.kind, what(reason))).or_default();
            *weight = weight.max(reason.weight);
            mails.extend([link.a, link.b].iter().filter_map(|id| numbers.get(id)));
        }
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by(|(a, (x, xs)), (b, (y, ys))| {
        y.total_cmp(x).then_with(|| ys.len().cmp(&xs.len())).then_with(|| a.cmp(b))
    });
    let more = found.len().saturating_sub(REASONS);
    let rows = found
        .into_iter()
        .take(REASONS)
        .map(|((kind, value), (weight, mails))| {
            let mut told: Vec<String> = mails.iter().take(NUMBERS).map(ToString::to_string).collect();
            if mails.len() > NUMBERS {
                told.push(format!("… ({})", mails.len()));
            }
            ReasonRow {
                kind: labels::reason_kind(v, kind),
                value: match kind {
                    ReasonKind::Text => {
                        format!("{}（{value}）", v.t("ほぼ同じ文面", "near-identical wording"))
                    }
                    _ => inert(value),
                },
                percent: percent(weight),
                mails: told.join(", "),
            }
        })
        .collect();
    (rows, more)
}

/// What is shared, without what differs from pair to pair: the likeness of two texts (`jaccard 0.94`), or how
/// many mails had the value when the link was made (`host evil.example (3 mails)`).
fn what(reason: &Reason) -> &str {
    let value = reason.value.as_str();
    match reason.kind {
        ReasonKind::Text => value.split(' ').next().unwrap_or(value),
        _ => match value.rsplit_once(" (") {
            Some((shared, count)) if count.starts_with(|c: char| c.is_ascii_digit()) => shared,
            _ => value,
        },
    }
}

/// A weight of 0 to 1 in whole per cent.
fn percent(weight: f64) -> u32 {
    // In 0..=100 after the clamp, so nothing is cut off; NaN becomes 0.
    (weight.clamp(0.0, 1.0) * 100.0).round() as u32
}

async fn draft(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let lang = Lang::parse(form.get("lang")).unwrap_or(view.lang);
    let draft = app.desk().draft(view.actor()?, id(&view, &text)?, lang).await.settled(&view)?;
    Ok(see(&format!("/drafts/{draft}?done=drafted")))
}
