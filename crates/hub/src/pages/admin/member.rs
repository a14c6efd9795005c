//! One organisation of the roster, with all that could give it away.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, State};
use lexicon::ids::{MemberId, SigId};
use lexicon::member::Identity;
use lexicon::{Member, Role};

use super::note;
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::pages::answers::{Settled, again, id, see};
use crate::pages::lists::Choice;
use crate::pages::problem::Problem;
use crate::routes::{ADMINISTRATOR, Route};
use crate::state::App;
use crate::view::{View, page};

/// Entries of one kind that are kept.
const ENTRIES: usize = 500;
/// The longest entry, in characters.
const ENTRY: usize = 300;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/admin/members/new", ADMINISTRATOR, show_new),
        Route::get("/admin/members/{id}", ADMINISTRATOR, show),
        Route::post("/admin/members", ADMINISTRATOR, save),
    ]
}

#[derive(Template)]
#[template(path = "admin/member.html")]
struct MemberPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    id: Option<String>,
    given: Given,
    sigs: Vec<Choice>,
}

#[derive(Default)]
struct Given {
    name: String,
    vendor: bool,
    names: String,
    domains: String,
    addresses: String,
    networks: String,
    persons: String,
}

async fn show_new(State(app): State<App>, view: View) -> PageResult {
    let sigs = sigs(&app, &view, &BTreeSet::new()).await?;
    Ok(page(&MemberPage { v: &view, problems: Vec::new(), id: None, given: Given::default(), sigs }))
}

async fn show(State(app): State<App>, view: View, Path(text): Path<String>) -> PageResult {
    let member: MemberId = id(&view, &text)?;
    let found = app.desk().records().member(member).await.settled(&view)?;
    let member = found.ok_or_else(|| PageError::not_found(&view))?;
    let sigs = sigs(&app, &view, &member.sigs).await?;
    let Identity { names, domains, addresses, networks, persons } = &member.identity;
    let given = Given {
        name: member.name.clone(),
        vendor: member.role == Role::Vendor,
        names: names.join("\n"),
        domains: domains.join("\n"),
        addresses: addresses.join("\n"),
        networks: networks.join("\n"),
        persons: persons.join("\n"),
    };
    Ok(page(&MemberPage { v: &view, problems: Vec::new(), id: Some(member.id.to_string()), given, sigs }))
}

async fn sigs(app: &App, view: &View, chosen: &BTreeSet<SigId>) -> Result<Vec<Choice>, PageError> {
    let all = app.desk().records().sigs().await.settled(view)?;
    Ok(all
        .iter()
        .map(|sig| Choice {
            word: sig.id.to_string(),
            text: view.lang.pick(&sig.name_ja, &sig.name_en).to_owned(),
            checked: chosen.contains(&sig.id),
        })
        .collect())
}

/// One entry a line; blank lines and repetitions fall away.
fn entries(text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    text.lines()
        .map(|line| line.trim().chars().take(ENTRY).collect::<String>())
        .filter(|line| !line.is_empty() && seen.insert(line.clone()))
        .take(ENTRIES)
        .collect()
}

async fn save(State(app): State<App>, view: View, form: Posted) -> PageResult {
    let records = app.desk().records();
    let given_id = form.get("id");
    let known = match given_id {
        "" => None,
        text => {
            let known = records.member(id(&view, text)?).await.settled(&view)?;
            Some(known.ok_or_else(|| PageError::not_found(&view))?)
        }
    };
    let all: BTreeSet<SigId> = records.sigs().await.settled(&view)?.iter().map(|sig| sig.id).collect();
    let chosen: BTreeSet<SigId> =
        form.all("sig").filter_map(|sig| sig.parse().ok()).filter(|sig| all.contains(sig)).collect();
    let vendor = form.get("role") == Role::Vendor.word();
    let name: String = form.get("name").trim().chars().take(ENTRY).collect();
    // A line that the identity check cannot read would protect nobody, silently.
    let unread = entries(form.get("networks")).into_iter().find(|network| !gate::is_network(network));
    if name.is_empty() || unread.is_some() {
        let given = Given {
            name,
            vendor,
            names: form.get("names").to_owned(),
            domains: form.get("domains").to_owned(),
            addresses: form.get("addresses").to_owned(),
            networks: form.get("networks").to_owned(),
            persons: form.get("persons").to_owned(),
        };
        let problem = match unread {
            None => Problem { field: "name", message: view.t("名称を書いてください。", "Write the name.") },
            Some(_) => Problem {
                field: "networks",
                message: view.t(
                    "IP アドレスか範囲（例 192.0.2.0/24）として読めない行があります。1 行に 1 つずつ書いてください。",
                    "A line is neither an IP address nor a range such as 192.0.2.0/24. Write one a line.",
                ),
            },
        };
        let sigs = sigs(&app, &view, &chosen).await?;
        let id = known.map(|member| member.id.to_string());
        return Ok(again(&MemberPage { v: &view, problems: vec![problem], id, given, sigs }));
    }
    let member = Member {
        id: known.map_or_else(|| app.desk().new_id(MemberId::from_time_and_random), |member| member.id),
        role: if vendor { Role::Vendor } else { Role::Member },
        name,
        sigs: chosen,
        identity: Identity {
            names: entries(form.get("names")),
            domains: entries(form.get("domains")),
            addresses: entries(form.get("addresses")),
            networks: entries(form.get("networks")),
            persons: entries(form.get("persons")),
        },
    };
    note(&app, &view, "member.put", member.id).await?;
    records.put_member(&member).await.settled(&view)?;
    Ok(see("/admin/members?done=saved"))
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn a_list_is_one_entry_a_line() {
        assert_eq!(entries(" a \r\n\nb\na\n"), ["a", "b"]);
    }
}
