//! One request for approval: the provider sees exactly the text, and answers on exactly that text.

use askama::Template;
use axum::extract::{Path, State};
use data_encoding::HEXLOWER;
use desk::records::{AdvisoryRecord, ApprovalRecord, ApprovalState};
use gate::Releasable;
use lexicon::AdvisoryState;
use lexicon::ids::AdvisoryId;

use super::advisory_text::AdvisoryText;
use super::answers::{Settled, again, id, see};
use super::draft::audience_texts;
use super::labels::{self, Chip};
use super::problem::Problem;
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{ORGANISATION, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/approvals/{id}", ORGANISATION, show),
        Route::post("/approvals/{id}", ORGANISATION, answer),
    ]
}

#[derive(Template)]
#[template(path = "approval.html")]
struct ApprovalPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    id: String,
    number: String,
    state: Chip,
    text: Option<AdvisoryText>,
    /// The level of the preview's heading on this page.
    level: u8,
    audience: Vec<String>,
    open: bool,
    released: bool,
    digest: String,
    decision: String,
    note: String,
    at: String,
}

/// True while the advisory still has the text that this provider was asked about. A text under revision is
/// not the provider's to see: only what it is asked to approve.
pub(super) fn is_asked_text(approval: &ApprovalRecord, record: &AdvisoryRecord) -> bool {
    approval.digest == record.advisory.digest()
}

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    Ok(page(&make(&app, &view, id(&view, &text)?, None).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    advisory: AdvisoryId,
    typed: Option<(Problem, &Posted)>,
) -> Result<ApprovalPage<'a>, PageError> {
    let (approval, record) = app.desk().approval_for(view.actor()?, advisory).await.settled(view)?;
    let sigs = app.desk().records().sigs().await.settled(view)?;
    Ok(ApprovalPage {
        v: view,
        problems: typed.iter().map(|(problem, _)| *problem).collect(),
        id: advisory.to_string(),
        number: record.advisory.number.clone(),
        state: labels::approval_state(view, approval.state),
        text: is_asked_text(&approval, &record).then(|| AdvisoryText::preview(&record.advisory)),
        level: 2,
        audience: audience_texts(view, &record.audience, &sigs),
        open: approval.state == ApprovalState::Asked && record.state == AdvisoryState::AwaitingApproval,
        released: record.state == AdvisoryState::Released,
        digest: HEXLOWER.encode(&approval.digest),
        decision: typed.map(|(_, form)| form.get("decision").to_owned()).unwrap_or_default(),
        note: match typed {
            Some((_, form)) => form.get("note").to_owned(),
            None => approval.note.clone(),
        },
        at: view.time(&approval.at),
    })
}

async fn answer(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let advisory: AdvisoryId = id(&view, &text)?;
    let digest = HEXLOWER.decode(form.get("digest").as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    let approve = match form.get("decision") {
        "approve" => Some(true),
        "decline" => Some(false),
        _ => None,
    };
    let problem = match (digest, approve) {
        (Some(digest), Some(approve)) => {
            let note = form.get("note");
            match app.desk().answer_approval(view.actor()?, advisory, digest, approve, note).await {
                Ok(()) => return Ok(see("/approvals?done=answered")),
                Err(error) => Problem::of(&view, error)?,
            }
        }
        (None, _) => return Err(PageError::stale_form(&view)),
        (_, None) => Problem {
            field: "decision",
            message: view.t("承認するかどうかを選んでください。", "Choose whether you approve."),
        },
    };
    Ok(again(&make(&app, &view, advisory, Some((problem, &form))).await?))
}
