//! One's own account: language, keyboard, API tokens.

use askama::Template;
use axum::extract::{Path, State};

use super::answers::{Settled, id, see};
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{Access, Route};
use crate::state::App;
use crate::view::{View, page};

/// The longest label of a token, in characters.
const LABEL: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/account", Access::Account, show),
        Route::post("/account/tokens", Access::Account, create),
        Route::post("/account/tokens/{id}/revoke", Access::Account, revoke),
    ]
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    v: &'a View,
    user: String,
    member: Option<String>,
    tokens: Vec<TokenRow>,
}

struct TokenRow {
    id: String,
    label: String,
    created: String,
}

#[derive(Template)]
#[template(path = "token.html")]
struct TokenPage<'a> {
    v: &'a View,
    label: &'a str,
    token: String,
}

async fn show(State(app): State<App>, view: View) -> PageResult {
    let actor = view.actor()?;
    let records = app.desk().records();
    let member = match actor.member {
        Some(member) => records.member(member).await.settled(&view)?.map(|member| member.name),
        None => None,
    };
    let tokens = records.tokens_of(actor.account).await.settled(&view)?;
    Ok(page(&AccountPage {
        v: &view,
        user: view.viewer.as_ref().map(|viewer| viewer.user.clone()).unwrap_or_default(),
        member,
        tokens: tokens
            .into_iter()
            .map(|token| TokenRow {
                id: token.id.to_string(),
                created: view.time(&token.created),
                label: lexicon::text::visible(&token.label),
            })
            .collect(),
    }))
}

/// The one answer to a POST that is no redirect: the token is shown here once and kept nowhere.
async fn create(State(app): State<App>, view: View, form: Posted) -> PageResult {
    let label: String = lexicon::text::visible(form.get("label").trim()).chars().take(LABEL).collect();
    let label = if label.is_empty() { "API".to_owned() } else { label };
    let token = crate::auth::new_token(&app, view.actor()?.account, &label).await.settled(&view)?;
    Ok(page(&TokenPage { v: &view, label: &label, token }))
}

async fn revoke(State(app): State<App>, view: View, Path(text): Path<String>, _form: Posted) -> PageResult {
    let token = id(&view, &text)?;
    if app.desk().records().delete_token(view.actor()?.account, token).await.settled(&view)? {
        Ok(see("/account?done=revoked"))
    } else {
        Err(PageError::not_found(&view))
    }
}
