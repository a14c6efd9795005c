//! Pins: an analyst says that two mails are the same attack, or that they are not. The forms stand on the page that
//! compares the two.

use axum::extract::{Path, State};
use desk::records::{PinOutcome, PinRecord};
use lexicon::ids::{PinId, SubmissionId};

use super::answers::{Settled, id, see};
use super::compare;
use super::problem::Problem;
use super::submission::who;
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::View;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/submissions/{id}/pins", ANALYST, pin),
        Route::post("/pins/{id}/withdraw", ANALYST, withdraw),
    ]
}

/// A pin as the page shows it.
pub(super) struct PinRow {
    pub(super) id: String,
    pub(super) same: bool,
    pub(super) note: String,
    pub(super) by: String,
    pub(super) at: String,
    pub(super) withdrawn: Option<String>,
}

/// The pins of a pair, oldest first.
pub(super) async fn of_pair(
    app: &App,
    view: &View,
    a: SubmissionId,
    b: SubmissionId,
) -> Result<Vec<PinRow>, PageError> {
    let mut rows = Vec::new();
    let known = app.desk().records().pins(a).await.settled(view)?;
    for pin in known.into_iter().filter(|pin| pin.a == b || pin.b == b) {
        rows.push(row(app, view, &pin).await?);
    }
    Ok(rows)
}

async fn row(app: &App, view: &View, pin: &PinRecord) -> Result<PinRow, PageError> {
    Ok(PinRow {
        id: pin.id.to_string(),
        same: pin.same,
        note: lexicon::text::visible(&pin.note),
        by: who(app, view, pin.account).await?,
        at: view.time(&pin.at),
        withdrawn: pin.withdrawn.map(|at| view.time(&at)),
    })
}

async fn pin(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let a: SubmissionId = id(&view, &text)?;
    let b: SubmissionId = form.get("other").parse().map_err(|_| PageError::stale_form(&view))?;
    let same = match form.get("same") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let problem = match same {
        None => Problem {
            field: "same",
            message: view.t("どちらかを選んでください。", "Choose one of the two."),
        },
        Some(same) => match app.desk().pin(view.actor()?, a, b, same, form.get("note")).await {
            Ok((_, PinOutcome::Contradicts(_))) => Problem {
                field: "same",
                message: view.t(
                    "先に付けられた別の指定と矛盾します。それが誤りであれば、先に取り消してください。",
                    "An earlier pin says the contrary; take that one back first if it is wrong.",
                ),
            },
            Ok(_) => return Ok(see(&format!("/submissions/{a}/diff/{b}?done=saved#pins-title"))),
            Err(error) => Problem::of(&view, error)?,
        },
    };
    compare::again(&app, &view, a, b, problem, &form).await
}

/// Takes a pin back, and comes back to the pair that the form names.
async fn withdraw(State(app): State<App>, view: View, Path(text): Path<String>, form: Posted) -> PageResult {
    let pin: PinId = id(&view, &text)?;
    app.desk().unpin(view.actor()?, pin).await.settled(&view)?;
    Ok(match (form.get("a").parse::<SubmissionId>(), form.get("b").parse::<SubmissionId>()) {
        (Ok(a), Ok(b)) => see(&format!("/submissions/{a}/diff/{b}?done=withdrawn#pins-title")),
        _ => see("/campaigns?done=withdrawn"),
    })
}
