//! One request for approval: the provider sees exactly the text, and answers on exactly that text.

use askama::Template;
use axum::extract::{Path, State};
use data_encoding::HEXLOWER;
use desk::records::ApprovalState;

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

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    Ok(page(&make(&app, &view, id(&view, &text)?, None).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    advisory: AdvisoryId,
    typed: Option<(Problem, &Posted)>,
) -> Result<ApprovalPage<'a>, PageError> {
    let asked = app.desk().approval_for(view.actor()?, advisory).await.settled(view)?;
    let approval = &asked.approval;
    let sigs = app.desk().records().sigs().await.settled(view)?;
    Ok(ApprovalPage {
        v: view,
        problems: typed.iter().map(|(problem, _)| *problem).collect(),
        id: advisory.to_string(),
        number: asked.number.clone(),
        state: labels::approval_state(view, approval.state),
        text: asked.shown.as_ref().map(|(advisory, _)| AdvisoryText::preview(advisory)),
        level: 2,
        audience: asked.shown.as_ref().map(|(_, to)| audience_texts(view, to, &sigs)).unwrap_or_default(),
        open: approval.state == ApprovalState::Asked && asked.state == AdvisoryState::AwaitingApproval,
        released: asked.state == AdvisoryState::Released,
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
