//! The pages of logging in and out, of the language, and of the first start.

use std::net::{IpAddr, SocketAddr};

use askama::Template;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use desk::records::AccountRecord;
use lexicon::Role;
use lexicon::ids::AccountId;
use serde::Deserialize;

use super::password::{PASSWORD_MAX, PASSWORD_MIN};
use super::session::{Login, hash, login, logout};
use crate::error::{PageError, PageResult};
use crate::form::Posted;
use crate::routes::{Access, Route};
use crate::state::App;
use crate::view::{View, page};

/// The routes of this file.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/login", Access::Public, show_login),
        Route::post("/login", Access::Public, do_login),
        Route::post("/logout", Access::Public, do_logout),
        Route::post("/language", Access::Public, set_language),
        Route::get("/setup", Access::Public, show_setup),
        Route::post("/setup", Access::Public, do_setup),
    ]
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    v: &'a View,
    next: &'a str,
    failed: bool,
    locked: bool,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

/// Where to go next: only a path of this hub, never another site.
fn local(next: &str) -> &str {
    let path = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if path { next } else { "/" }
}

async fn show_login(view: View, Query(query): Query<Next>) -> Response {
    if view.viewer.is_some() {
        return Redirect::to(local(&query.next)).into_response();
    }
    page(&LoginPage { v: &view, next: local(&query.next), failed: false, locked: false })
}

/// The address that a request comes from, where the server knows it.
fn peer(extensions: &axum::http::Extensions) -> Option<IpAddr> {
    extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip())
}

async fn do_login(
    State(app): State<App>,
    view: View,
    extensions: axum::http::Extensions,
    form: Posted,
) -> PageResult {
    let next = local(form.get("next")).to_owned();
    let outcome = login(&app, form.get("user"), form.get("password"), peer(&extensions))
        .await
        .map_err(|error| PageError::of(&view, error.into()))?;
    Ok(match outcome {
        Login::In(cookie) => ([(SET_COOKIE, cookie)], Redirect::to(&next)).into_response(),
        Login::Wrong => {
            let shown = page(&LoginPage { v: &view, next: &next, failed: true, locked: false });
            (StatusCode::UNPROCESSABLE_ENTITY, shown).into_response()
        }
        Login::Wait => {
            let shown = page(&LoginPage { v: &view, next: &next, failed: true, locked: true });
            (StatusCode::TOO_MANY_REQUESTS, shown).into_response()
        }
    })
}

async fn do_logout(State(app): State<App>, view: View, headers: HeaderMap, _form: Posted) -> PageResult {
    let cookie = logout(&app, &headers).await.map_err(|error| PageError::of(&view, error.into()))?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to("/")).into_response())
}

async fn set_language(form: Posted) -> Response {
    let lang = lexicon::Lang::parse(form.get("lang")).unwrap_or_default();
    let cookie = format!("noroshi_lang={lang}; Path=/; SameSite=Lax; Max-Age=31536000");
    ([(SET_COOKIE, cookie)], Redirect::to(local(form.get("next")))).into_response()
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage<'a> {
    v: &'a View,
    token: &'a str,
    problem: Option<&'a str>,
}

#[derive(Deserialize)]
struct SetupToken {
    #[serde(default)]
    token: String,
}

async fn show_setup(State(app): State<App>, view: View, Query(query): Query<SetupToken>) -> PageResult {
    let open = app.desk().records().setup_is_open(&hash(&query.token)).await;
    if !open.map_err(|error| PageError::of(&view, error.into()))? {
        return Err(PageError::not_found(&view));
    }
    Ok(page(&SetupPage { v: &view, token: &query.token, problem: None }))
}

async fn do_setup(State(app): State<App>, view: View, form: Posted) -> PageResult {
    let records = app.desk().records();
    let token = form.get("token").to_owned();
    let failed = |error: desk::records::RecordError| PageError::of(&view, error.into());
    if !records.setup_is_open(&hash(&token)).await.map_err(failed)? {
        return Err(PageError::not_found(&view));
    }
    let user = form.get("user").trim().to_lowercase();
    let password = form.get("password");
    if let Some(problem) = problem_with(&view, &user, password, form.get("repeat")) {
        let shown = page(&SetupPage { v: &view, token: &token, problem: Some(problem) });
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, shown).into_response());
    }
    if !records.take_setup(&hash(&token)).await.map_err(failed)? {
        return Err(PageError::not_found(&view));
    }
    let account = AccountRecord {
        id: app.desk().new_id(AccountId::from_time_and_random),
        user: user.clone(),
        role: Role::Administrator,
        member: None,
        password_hash: super::password::hash(password).await,
        created: app.desk().now(),
        disabled: false,
    };
    records.put_account(&account).await.map_err(failed)?;
    Ok(Redirect::to("/login").into_response())
}

/// What is wrong with a new account's name and password, if anything.
pub(crate) fn problem_with(view: &View, user: &str, password: &str, repeat: &str) -> Option<&'static str> {
    let letters = password.chars().count();
    if user.is_empty()
        || user.chars().count() > 64
        || user.chars().any(|c| c.is_whitespace() || c.is_control())
    {
        return Some(view.t(
            "ユーザー名は 1〜64 文字で、空白を入れずに書いてください。",
            "Write a user name of 1 to 64 characters without spaces.",
        ));
    }
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&letters) {
        return Some(view.t(
            "パスワードは 12〜256 文字にしてください。長い文でかまいません。",
            "Choose a password of 12 to 256 characters; a sentence is fine.",
        ));
    }
    if password != repeat {
        return Some(view.t("2 回のパスワードが一致しません。", "The two passwords differ."));
    }
    None
}
