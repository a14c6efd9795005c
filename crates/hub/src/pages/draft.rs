//! One advisory in the making: its text, the identity check, the approvals, and the next step.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use desk::draft::Edit;
use desk::records::{AdvisoryRecord, ApprovalState};
use gate::Acknowledged;
use lexicon::ids::AdvisoryId;
use lexicon::{AdvisoryState, Audience, Sig, Tlp};

use super::advisory_text::AdvisoryText;
use super::answers::{Settled, again, id, see};
use super::findings::{self, FindingRow, acknowledged};
use super::icons::{Icon, icon};
use super::labels::{self, Chip, TlpMark};
use super::lists::{Choice, shown};
use super::problem::Problem;
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/drafts/{id}", ANALYST, show),
        Route::post("/drafts/{id}", ANALYST, save),
        Route::post("/drafts/{id}/ask", ANALYST, ask),
        Route::post("/drafts/{id}/withdraw", ANALYST, withdraw),
    ]
}

#[derive(Template)]
#[template(path = "draft.html")]
struct DraftPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    id: String,
    number: String,
    campaign: Option<String>,
    state: Chip,
    steps: Vec<Step>,
    text: AdvisoryText,
    /// The level of the preview's heading on this page.
    level: u8,
    edit: EditForm,
    editable: bool,
    approvals_fall: bool,
    findings: Vec<FindingRow>,
    ack_form: &'static str,
    approvals: Vec<ApprovalRow>,
    audience: Vec<String>,
    can_ask: bool,
    can_release: bool,
    can_withdraw: bool,
    waiting: bool,
    released: bool,
}

struct Step {
    word: &'static str,
    icon: Icon,
    done: bool,
    current: bool,
}

struct EditForm {
    revision: u32,
    title: String,
    summary: String,
    features: String,
    measures: String,
    request: String,
    indicators: Vec<KeepRow>,
    tlps: Vec<TlpChoice>,
    all_members: bool,
    vendors: bool,
    sigs: Vec<Choice>,
}

struct KeepRow {
    value: String,
    shown: String,
    kind: &'static str,
    note: String,
    keep: bool,
}

struct TlpChoice {
    word: &'static str,
    mark: TlpMark,
    text: &'static str,
    checked: bool,
}

struct ApprovalRow {
    who: String,
    state: Chip,
    note: String,
    at: String,
    stale: bool,
}

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let record = app.desk().draft_for(view.actor()?, id(&view, &text)?).await.settled(&view)?;
    Ok(page(&make(&app, &view, &record, Vec::new(), None, &[]).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    record: &AdvisoryRecord,
    problems: Vec<Problem>,
    typed: Option<&Edit>,
    given: &[Acknowledged],
) -> Result<DraftPage<'a>, PageError> {
    let records = app.desk().records();
    let sigs = records.sigs().await.settled(view)?;
    let digest = gate::approval_digest(&record.advisory, &record.audience);
    let approvals = records.approvals(record.advisory.id).await.settled(view)?;
    let members = match record.campaign {
        Some(campaign) => records.campaign_members(campaign).await.settled(view)?,
        None => Vec::new(),
    };
    let number =
        |member| members.iter().position(|known| *known == member).map_or(members.len() + 1, |n| n + 1);
    let mut approval_rows: Vec<(usize, ApprovalRow)> = approvals
        .iter()
        .map(|approval| {
            let n = number(approval.member);
            let row = ApprovalRow {
                who: format!("{} {n}", view.t("提供元", "Provider")),
                state: labels::approval_state(view, approval.state),
                note: lexicon::text::visible(&approval.note),
                at: view.time(&approval.at),
                stale: approval.digest != digest && approval.state != ApprovalState::Asked,
            };
            (n, row)
        })
        .collect();
    approval_rows.sort_by_key(|(n, _)| *n);
    let state = record.state;
    let editable = state == AdvisoryState::Draft || state.may_become(AdvisoryState::Draft);
    Ok(DraftPage {
        v: view,
        problems,
        id: record.advisory.id.to_string(),
        number: record.advisory.number.clone(),
        campaign: record.campaign.map(|campaign| campaign.to_string()),
        state: labels::advisory_state(view, state),
        steps: steps(view, state),
        text: AdvisoryText::preview(&record.advisory),
        level: 3,
        edit: edit_form(view, record, typed, &sigs),
        editable,
        approvals_fall: editable && state != AdvisoryState::Draft,
        findings: findings::rows(app, view, &record.advisory, given).await?,
        ack_form: "ask",
        approvals: approval_rows.into_iter().map(|(_, row)| row).collect(),
        audience: audience_texts(view, &record.audience, &sigs),
        can_ask: state == AdvisoryState::Draft
            || state == AdvisoryState::AwaitingApproval
                && app.desk().not_yet_asked(view.actor()?, record.advisory.id).await.settled(view)? > 0,
        can_release: state == AdvisoryState::Approved,
        can_withdraw: state.may_become(AdvisoryState::Withdrawn),
        waiting: state == AdvisoryState::AwaitingApproval,
        released: state == AdvisoryState::Released,
    })
}

fn steps(v: &View, state: AdvisoryState) -> Vec<Step> {
    let path = [
        AdvisoryState::Draft,
        AdvisoryState::AwaitingApproval,
        AdvisoryState::Approved,
        AdvisoryState::Released,
    ];
    if state == AdvisoryState::Withdrawn {
        let word = labels::advisory_state_text(v, state);
        return vec![Step { word, icon: icon("cross"), done: false, current: true }];
    }
    path.into_iter()
        .map(|step| {
            let current = step == state;
            let done = step < state || (current && state == AdvisoryState::Released);
            let picture = if done {
                "check"
            } else if current {
                "pen"
            } else {
                "clock"
            };
            Step { word: labels::advisory_state_text(v, step), icon: icon(picture), done, current }
        })
        .collect()
}

fn edit_form(v: &View, record: &AdvisoryRecord, typed: Option<&Edit>, sigs: &[Sig]) -> EditForm {
    let advisory = &record.advisory;
    let pick = |own: &str, other: fn(&Edit) -> &str| typed.map_or(own, other).to_owned();
    let audience = typed.map_or(&record.audience, |edit| &edit.audience);
    let tlp = typed.map_or(advisory.tlp, |edit| edit.tlp);
    EditForm {
        revision: typed.map_or(record.revision, |edit| edit.revision),
        title: pick(&advisory.title, |edit| &edit.title),
        summary: pick(&advisory.summary, |edit| &edit.summary),
        features: pick(&advisory.features, |edit| &edit.features),
        measures: pick(&advisory.measures, |edit| &edit.measures),
        request: pick(&advisory.request, |edit| &edit.request),
        indicators: advisory
            .indicators
            .iter()
            .map(|indicator| KeepRow {
                value: indicator.value.clone(),
                shown: shown(&indicator.value),
                kind: labels::observable(v.lang, indicator.kind),
                note: lexicon::text::visible(&indicator.note),
                keep: typed.is_none_or(|edit| edit.keep.contains(&indicator.value)),
            })
            .collect(),
        tlps: Tlp::ALL
            .into_iter()
            .map(|each| TlpChoice {
                word: each.label(),
                mark: TlpMark(each),
                text: labels::tlp_text(v, each),
                checked: each == tlp,
            })
            .collect(),
        all_members: audience.all_members,
        vendors: audience.vendors,
        sigs: sigs
            .iter()
            .map(|sig| Choice {
                word: sig.id.to_string(),
                text: v.lang.pick(&sig.name_ja, &sig.name_en).to_owned(),
                checked: audience.sigs.contains(&sig.id),
            })
            .collect(),
    }
}

/// An audience in words, part by part.
pub(super) fn audience_texts(v: &View, audience: &Audience, sigs: &[Sig]) -> Vec<String> {
    let mut parts = Vec::new();
    if audience.all_members {
        parts.push(v.t("全参加組織", "All members").to_owned());
    }
    for sig in sigs.iter().filter(|sig| audience.sigs.contains(&sig.id)) {
        parts.push(format!("{} SIG", v.lang.pick(&sig.name_ja, &sig.name_en)));
    }
    if audience.vendors {
        parts.push(v.t("セキュリティベンダー", "Security vendors").to_owned());
    }
    parts
}

async fn save(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let draft: AdvisoryId = id(&view, &text)?;
    let actor = view.actor()?;
    let record = app.desk().draft_for(actor, draft).await.settled(&view)?;
    let edit = Edit {
        title: form.get("title").to_owned(),
        summary: form.get("summary").to_owned(),
        features: form.get("features").to_owned(),
        measures: form.get("measures").to_owned(),
        request: form.get("request").to_owned(),
        keep: form.all("keep").map(str::to_owned).collect::<BTreeSet<_>>(),
        tlp: form.get("tlp").parse().unwrap_or(record.advisory.tlp),
        audience: Audience {
            sigs: form.all("sig").filter_map(|sig| sig.parse().ok()).collect(),
            all_members: form.has("all_members"),
            vendors: form.has("vendors"),
        },
        revision: form.get("revision").parse().unwrap_or(0),
    };
    match app.desk().edit(actor, draft, edit.clone()).await {
        Ok(()) => Ok(see(&format!("/drafts/{draft}?done=saved"))),
        Err(error) => {
            let problem = Problem::of(&view, error)?;
            Ok(again(&make(&app, &view, &record, vec![problem], Some(&edit), &[]).await?))
        }
    }
}

async fn ask(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let draft: AdvisoryId = id(&view, &text)?;
    let actor = view.actor()?;
    let given = acknowledged(&form);
    match app.desk().ask_approval(actor, draft, &given).await {
        Ok(()) => Ok(see(&format!("/drafts/{draft}?done=asked"))),
        Err(error) => {
            let problem = Problem::of(&view, error)?;
            let record = app.desk().draft_for(actor, draft).await.settled(&view)?;
            Ok(again(&make(&app, &view, &record, vec![problem], None, &given).await?))
        }
    }
}

async fn withdraw(State(app): State<App>, view: View, Path(text): Path<String>, _form: Posted) -> PageResult {
    let draft: AdvisoryId = id(&view, &text)?;
    app.desk().withdraw(view.actor()?, draft).await.settled(&view)?;
    Ok(see(&format!("/drafts/{draft}?done=withdrawn")))
}
