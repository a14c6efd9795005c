//! The list of advisories, from draft to release.

use askama::Template;
use axum::extract::{Query, State};
use desk::records::AdvisoryFilter;
use lexicon::AdvisoryState;

use super::answers::{Settled, id};
use super::labels;
use super::lists::{DraftRow, Filter, ListQuery};
use crate::error::PageResult;
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/drafts", ANALYST, show)]
}

#[derive(Template)]
#[template(path = "drafts.html")]
struct DraftsPage<'a> {
    v: &'a View,
    filters: Vec<Filter>,
    rows: Vec<DraftRow>,
    first: Option<String>,
    next: Option<String>,
}

async fn show(State(app): State<App>, view: View, Query(query): Query<ListQuery>) -> PageResult {
    let state = query.state.as_deref().map(|word| id::<AdvisoryState>(&view, word)).transpose()?;
    let filter = AdvisoryFilter { state, campaign: None };
    let found = app.desk().records().advisories(filter, query.request(&view)?).await.settled(&view)?;
    let all =
        Filter { href: "/drafts".to_owned(), label: view.t("すべて", "All"), current: state.is_none() };
    let filters = AdvisoryState::ALL.into_iter().map(|each| Filter {
        href: format!("/drafts?state={each}"),
        label: labels::advisory_state_text(&view, each),
        current: state == Some(each),
    });
    let (first, next) = query.pager("/drafts", found.next);
    Ok(page(&DraftsPage {
        v: &view,
        filters: std::iter::once(all).chain(filters).collect(),
        rows: found.items.iter().map(|record| DraftRow::of(&view, record)).collect(),
        first,
        next,
    }))
}
