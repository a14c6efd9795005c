//! What a provider is asked to approve.

use askama::Template;
use axum::extract::State;

use super::home::{ApprovalRow, approval_rows};
use crate::error::PageResult;
use crate::routes::{ORGANISATION, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/approvals", ORGANISATION, show)]
}

#[derive(Template)]
#[template(path = "approvals.html")]
struct ApprovalsPage<'a> {
    v: &'a View,
    rows: Vec<ApprovalRow>,
}

async fn show(State(app): State<App>, view: View) -> PageResult {
    Ok(page(&ApprovalsPage { v: &view, rows: approval_rows(&app, &view, false).await? }))
}
