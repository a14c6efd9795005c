//! The released advisories that this reader's organisation may see.

use askama::Template;
use axum::extract::{Query, State};

use super::answers::Settled;
use super::home::{AdvisoryRow, advisory_rows};
use super::lists::ListQuery;
use crate::error::PageResult;
use crate::routes::{READER, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/advisories", READER, show)]
}

#[derive(Template)]
#[template(path = "advisories.html")]
struct AdvisoriesPage<'a> {
    v: &'a View,
    rows: Vec<AdvisoryRow>,
    first: Option<String>,
    next: Option<String>,
}

async fn show(State(app): State<App>, view: View, Query(query): Query<ListQuery>) -> PageResult {
    let query = ListQuery { state: None, ..query };
    let actor = view.actor()?;
    let found = app.desk().releases_for(actor, query.request(&view)?).await.settled(&view)?;
    let (first, next) = query.pager("/advisories", found.next);
    let rows = advisory_rows(&app, &view, actor, &found.items).await?;
    Ok(page(&AdvisoriesPage { v: &view, rows, first, next }))
}
