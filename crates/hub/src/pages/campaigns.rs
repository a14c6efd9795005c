//! The list of campaigns.

use askama::Template;
use axum::extract::{Query, State};

use super::answers::Settled;
use super::lists::{CampaignRow, ListQuery};
use crate::error::PageResult;
use crate::routes::{ANALYST, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/campaigns", ANALYST, show)]
}

#[derive(Template)]
#[template(path = "campaigns.html")]
struct CampaignsPage<'a> {
    v: &'a View,
    rows: Vec<CampaignRow>,
    first: Option<String>,
    next: Option<String>,
}

async fn show(State(app): State<App>, view: View, Query(query): Query<ListQuery>) -> PageResult {
    let query = ListQuery { state: None, ..query };
    let found = app.desk().records().campaigns(query.request(&view)?).await.settled(&view)?;
    let (first, next) = query.pager("/campaigns", found.next);
    Ok(page(&CampaignsPage {
        v: &view,
        rows: found.items.iter().map(|row| CampaignRow::of(&view, row)).collect(),
        first,
        next,
    }))
}
