//! The audit trail, read only.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use lexicon::ids::AccountId;

use crate::error::PageResult;
use crate::pages::answers::Settled;
use crate::pages::lists::ListQuery;
use crate::routes::{ADMINISTRATOR, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/admin/audit", ADMINISTRATOR, show)]
}

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct AuditPage<'a> {
    v: &'a View,
    rows: Vec<AuditRow>,
    first: Option<String>,
    next: Option<String>,
}

struct AuditRow {
    at: String,
    who: String,
    action: String,
    object: String,
}

async fn show(State(app): State<App>, view: View, Query(query): Query<ListQuery>) -> PageResult {
    let query = ListQuery { state: None, ..query };
    let records = app.desk().records();
    let found = records.audit(query.request(&view)?).await.settled(&view)?;
    let accounts = records.accounts().await.settled(&view)?;
    let users: BTreeMap<AccountId, &str> =
        accounts.iter().map(|account| (account.id, account.user.as_str())).collect();
    let (first, next) = query.pager("/admin/audit", found.next);
    let rows = found
        .items
        .into_iter()
        .map(|entry| AuditRow {
            at: view.time(&entry.at),
            who: match entry.account {
                None => view.t("情報ハブ", "the hub").to_owned(),
                Some(account) => {
                    users.get(&account).map_or_else(|| account.to_string(), |user| (*user).to_owned())
                }
            },
            action: entry.action,
            object: entry.object,
        })
        .collect();
    Ok(page(&AuditPage { v: &view, rows, first, next }))
}
