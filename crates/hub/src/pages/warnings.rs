//! Warnings ahead: enquiries that an organisation gave and that look like the first mail of a rapport-building attack. They
//! say nothing of anybody else.

use askama::Template;
use axum::extract::State;
use desk::records::WarningRecord;

use super::answers::Settled;
use super::labels::Chip;
use crate::error::PageResult;
use crate::routes::{ORGANISATION, Route};
use crate::state::App;
use crate::view::{View, page};

/// Warnings of one page.
const ROWS: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/warnings", ORGANISATION, show)]
}

#[derive(Template)]
#[template(path = "warnings.html")]
struct WarningsPage<'a> {
    v: &'a View,
    rows: Vec<WarningRow>,
    newest: Option<String>,
}

pub(super) struct WarningRow {
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) state: Chip,
    pub(super) at: String,
    pub(super) open: bool,
}

async fn show(State(app): State<App>, view: View) -> PageResult {
    let mut found = app.desk().warnings(view.actor()?, u32::MAX).await.settled(&view)?;
    let total = found.len();
    found.truncate(ROWS);
    let rows = rows(&app, &view, found).await?;
    Ok(page(&WarningsPage { v: &view, newest: super::lists::newest(&view, rows.len(), total), rows }))
}

/// Warnings as the reader sees them.
pub(super) async fn rows(
    app: &App,
    view: &View,
    warnings: Vec<WarningRecord>,
) -> Result<Vec<WarningRow>, crate::error::PageError> {
    let mut rows = Vec::new();
    for warning in warnings {
        let Some(record) = app.desk().records().submission(warning.submission).await.settled(view)? else {
            continue;
        };
        let state = match (warning.open, warning.attacks) {
            (true, true) => Chip::new("red", "alert", view.t("返信しないでください", "Do not answer")),
            (true, false) => {
                Chip::new("orange", "alert", view.t("返信の前に確認", "Check before you answer"))
            }
            (false, _) => Chip::new("grey", "check", view.t("解除", "Closed")),
        };
        rows.push(WarningRow {
            id: record.id.to_string(),
            subject: super::lists::subject(view, &record),
            state,
            at: view.time(&warning.at),
            open: warning.open,
        });
    }
    Ok(rows)
}
