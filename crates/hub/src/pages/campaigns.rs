//! The list of campaigns.

use askama::Template;
use axum::extract::{Query, State};
use desk::records::{AdvisoryFilter, PageRequest};

use super::answers::Settled;
use super::campaign::{StandingRow, standing_rows};
use super::labels::{self, Chip};
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
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
}

/// A campaign with where its verdict and its newest advisory stand.
struct Row {
    campaign: CampaignRow,
    standing: Vec<StandingRow>,
    advisory: Option<Chip>,
}

async fn show(State(app): State<App>, view: View, Query(query): Query<ListQuery>) -> PageResult {
    let query = ListQuery { state: None, ..query };
    let found = app.desk().records().campaigns(query.request(&view)?).await.settled(&view)?;
    let (first, next) = query.pager("/campaigns", found.next);
    let records = app.desk().records();
    let mut rows = Vec::with_capacity(found.items.len());
    for row in &found.items {
        let standing = records.campaign_standing(row.id).await.settled(&view)?;
        let filter = AdvisoryFilter { campaign: Some(row.id), ..AdvisoryFilter::default() };
        let advisories = records.advisories(filter, PageRequest::first(1)).await.settled(&view)?;
        rows.push(Row {
            campaign: CampaignRow::of(&view, row),
            standing: standing_rows(&view, &standing),
            advisory: advisories.items.first().map(|record| labels::advisory_state(&view, record.state)),
        });
    }
    Ok(page(&CampaignsPage { v: &view, rows, first, next }))
}
