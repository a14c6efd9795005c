//! The roster as a list.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use lexicon::ids::SigId;

use crate::error::PageResult;
use crate::pages::answers::Settled;
use crate::pages::labels;
use crate::routes::{ADMINISTRATOR, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::get("/admin/members", ADMINISTRATOR, show)]
}

#[derive(Template)]
#[template(path = "admin/members.html")]
struct MembersPage<'a> {
    v: &'a View,
    rows: Vec<MemberRow>,
}

struct MemberRow {
    id: String,
    name: String,
    role: &'static str,
    sigs: String,
    names: usize,
    domains: usize,
    networks: usize,
}

async fn show(State(app): State<App>, view: View) -> PageResult {
    let records = app.desk().records();
    let sigs = records.sigs().await.settled(&view)?;
    let sigs: BTreeMap<SigId, &str> =
        sigs.iter().map(|sig| (sig.id, view.lang.pick(&sig.name_ja, &sig.name_en))).collect();
    let mut members = records.members().await.settled(&view)?;
    members.sort_by(|a, b| (a.role, &a.name, a.id).cmp(&(b.role, &b.name, b.id)));
    let rows = members
        .into_iter()
        .map(|member| MemberRow {
            id: member.id.to_string(),
            role: labels::role(&view, member.role),
            sigs: member
                .sigs
                .iter()
                .filter_map(|sig| sigs.get(sig).copied())
                .collect::<Vec<_>>()
                .join(view.t("、", ", ")),
            names: member.identity.names.len() + member.identity.persons.len(),
            domains: member.identity.domains.len(),
            networks: member.identity.networks.len(),
            name: member.name,
        })
        .collect();
    Ok(page(&MembersPage { v: &view, rows }))
}
