//! The inbox of analysts, and an organisation's own submissions.

use askama::Template;
use axum::extract::{Query, State};
use desk::records::SubmissionFilter;
use lexicon::SubmissionState;

use super::answers::{Settled, id};
use super::labels;
use super::lists::{Filter, ListQuery, SubmissionRow};
use crate::error::PageResult;
use crate::routes::{READER, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/submissions", READER, show)]
}

#[derive(Template)]
#[template(path = "submissions.html")]
struct SubmissionsPage<'a> {
    v: &'a View,
    filters: Vec<Filter>,
    rows: Vec<SubmissionRow>,
    first: Option<String>,
    next: Option<String>,
}

async fn show(State(app): State<App>, view: View, Query(query): Query<ListQuery>) -> PageResult {
    let state = query.state.as_deref().map(|word| id::<SubmissionState>(&view, word)).transpose()?;
    let member = view.actor()?.only_own().settled(&view)?;
    let filter = SubmissionFilter { member, state, campaign: None };
    let found = app.desk().records().submissions(filter, query.request(&view)?).await.settled(&view)?;
    let all =
        Filter {
            href: "/submissions".to_owned(), label: view.t("すべて", "All"), current: state.is_none()
        };
    let filters = SubmissionState::ALL.into_iter().map(|each| Filter {
        href: format!("/submissions?state={each}"),
        label: labels::submission_state_text(&view, each),
        current: state == Some(each),
    });
    let (first, next) = query.pager("/submissions", found.next);
    Ok(page(&SubmissionsPage {
        v: &view,
        filters: std::iter::once(all).chain(filters).collect(),
        rows: found.items.iter().map(|record| SubmissionRow::of(&view, record)).collect(),
        first,
        next,
    }))
}
