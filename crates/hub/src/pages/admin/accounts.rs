//! Accounts: who may log in, as what, for whom.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use desk::records::AccountRecord;
use lexicon::Role;
use lexicon::ids::{AccountId, MemberId};

use super::note;
use crate::auth::hash_on_thread;
use crate::auth::pages::problem_with;
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::pages::answers::{Settled, again, id, see};
use crate::pages::labels::{self, Chip};
use crate::pages::lists::Choice;
use crate::pages::problem::Problem;
use crate::routes::{ADMINISTRATOR, Route};
use crate::state::App;
use crate::view::{View, page};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/admin/accounts", ADMINISTRATOR, show),
        Route::post("/admin/accounts", ADMINISTRATOR, change),
    ]
}

#[derive(Template)]
#[template(path = "admin/accounts.html")]
struct AccountsPage<'a> {
    v: &'a View,
    problems: Vec<Problem>,
    rows: Vec<AccountRow>,
    roles: Vec<Choice>,
    members: Vec<Choice>,
    given: Given,
}

struct AccountRow {
    id: String,
    user: String,
    role: &'static str,
    member: String,
    state: Chip,
    disabled: bool,
    own: bool,
}

#[derive(Default)]
struct Given {
    user: String,
    role: String,
    member: String,
}

async fn show(State(app): State<App>, view: View) -> PageResult {
    Ok(page(&make(&app, &view, Vec::new(), Given::default()).await?))
}

async fn make<'a>(
    app: &App,
    view: &'a View,
    problems: Vec<Problem>,
    given: Given,
) -> Result<AccountsPage<'a>, PageError> {
    let records = app.desk().records();
    let members = records.members().await.settled(view)?;
    let names: BTreeMap<MemberId, &str> =
        members.iter().map(|member| (member.id, member.name.as_str())).collect();
    let own = view.actor()?.account;
    let rows = records
        .accounts()
        .await
        .settled(view)?
        .into_iter()
        .map(|account| AccountRow {
            id: account.id.to_string(),
            role: labels::role(view, account.role),
            member: account.member.and_then(|member| names.get(&member)).map_or("", |name| name).to_owned(),
            state: match account.disabled {
                true => Chip::new("grey", "cross", view.t("停止中", "Disabled")),
                false => Chip::new("green", "check", view.t("有効", "Active")),
            },
            disabled: account.disabled,
            own: account.id == own,
            user: account.user,
        })
        .collect();
    let role = given.role.parse().unwrap_or(Role::Member);
    Ok(AccountsPage {
        v: view,
        problems,
        rows,
        roles: [Role::Member, Role::Vendor, Role::Analyst, Role::Administrator]
            .into_iter()
            .map(|each| Choice {
                word: each.word().to_owned(),
                text: labels::role(view, each).to_owned(),
                checked: each == role,
            })
            .collect(),
        members: members
            .iter()
            .map(|member| Choice {
                word: member.id.to_string(),
                text: member.name.clone(),
                checked: member.id.to_string() == given.member,
            })
            .collect(),
        given,
    })
}

async fn change(State(app): State<App>, view: View, form: Posted) -> PageResult {
    match form.get("action") {
        "disable" => switch(&app, &view, &form, true).await,
        "enable" => switch(&app, &view, &form, false).await,
        _ => put(&app, &view, &form).await,
    }
}

async fn switch(app: &App, view: &View, form: &Posted, disabled: bool) -> PageResult {
    let records = app.desk().records();
    let account: AccountId = id(view, form.get("id"))?;
    let found = records.account(account).await.settled(view)?;
    // Nobody locks themselves out.
    let record = found.filter(|found| found.id != view.actor().map_or(found.id, |actor| actor.account));
    let record = record.ok_or_else(|| PageError::not_found(view))?;
    note(app, view, if disabled { "account.disable" } else { "account.enable" }, account).await?;
    records.put_account(&AccountRecord { disabled, ..record }).await.settled(view)?;
    Ok(see(if disabled { "/admin/accounts?done=disabled" } else { "/admin/accounts?done=enabled" }))
}

async fn put(app: &App, view: &View, form: &Posted) -> PageResult {
    let records = app.desk().records();
    let given = Given {
        user: form.get("user").trim().to_lowercase(),
        role: form.get("role").to_owned(),
        member: form.get("member").to_owned(),
    };
    let role: Role = id(view, &given.role)?;
    let organisation = match given.member.parse::<MemberId>() {
        Ok(member) => records.member(member).await.settled(view)?,
        Err(_) => None,
    };
    let works_for_one = matches!(role, Role::Member | Role::Vendor);
    let password = form.get("password");
    let problem = match &organisation {
        Some(member) if works_for_one && member.role != role => Some(Problem {
            field: "member",
            message: view
                .t("役割と組織の種別が合いません。", "The role does not fit the organisation's kind."),
        }),
        None if works_for_one => Some(Problem {
            field: "member",
            message: view
                .t("このアカウントが属する組織を選んでください。", "Choose the organisation it works for."),
        }),
        _ => problem_with(view, &given.user, password, password).map(|message| {
            let user_is_bad = problem_with(view, &given.user, "long enough for this", "long enough for this");
            Problem { field: if user_is_bad.is_some() { "user" } else { "password" }, message }
        }),
    };
    if let Some(problem) = problem {
        return Ok(again(&make(app, view, vec![problem], given).await?));
    }
    let known = records.account_by_user(&given.user).await.settled(view)?;
    // A known name sets a password anew. It never moves an account to another organisation or role: whoever
    // still held it would see what is not theirs.
    let wanted = (role, organisation.as_ref().filter(|_| works_for_one).map(|member| member.id));
    if known.as_ref().is_some_and(|known| (known.role, known.member) != wanted) {
        let message = view.t(
            "このユーザー名は、別の役割または組織のアカウントで使われています。別の名前にしてください。",
            "This user name belongs to an account of another role or organisation. Choose another.",
        );
        return Ok(again(&make(app, view, vec![Problem { field: "user", message }], given).await?));
    }
    let account = AccountRecord {
        id: known
            .as_ref()
            .map_or_else(|| app.desk().new_id(AccountId::from_time_and_random), |known| known.id),
        user: given.user,
        role,
        member: organisation.filter(|_| works_for_one).map(|member| member.id),
        password_hash: hash_on_thread(password).await,
        created: known.as_ref().map_or_else(|| app.desk().now(), |known| known.created),
        disabled: known.is_some_and(|known| known.disabled),
    };
    note(app, view, "account.put", account.id).await?;
    records.put_account(&account).await.settled(view)?;
    // Whoever held the old password, or a token made with it, is out.
    records.delete_sessions_of(account.id).await.settled(view)?;
    for token in records.tokens_of(account.id).await.settled(view)? {
        records.delete_token(account.id, token.id).await.settled(view)?;
    }
    Ok(see("/admin/accounts?done=saved"))
}
