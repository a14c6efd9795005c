//! Sessions of browsers and tokens of machines. The hub keeps only hashes of their secrets.

use std::net::IpAddr;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, COOKIE};
use data_encoding::BASE64URL_NOPAD;
use desk::Actor;
use desk::records::{AccountRecord, RecordResult, SessionRecord, TokenRecord};
use jiff::SignedDuration;
use lexicon::ids::{AccountId, TokenId};
use sha2::{Digest, Sha256};

use super::password::verify;
use crate::state::App;
use crate::view::Viewer;

/// The session cookie.
const COOKIE_NAME: &str = "noroshi_session";
/// A session ends after this, whether used or not.
const SESSION_LENGTH: SignedDuration = SignedDuration::from_hours(12);
/// What every API token begins with, so that a scanner can find a leaked one.
const TOKEN_PREFIX: &str = "nrs_";

/// How a login went.
pub enum Login {
    /// The `Set-Cookie` value of the new session.
    In(String),
    /// Unknown user or wrong password: which of the two is not told.
    Wrong,
    /// Too many failures from there.
    Wait,
}

/// Logs an account in.
///
/// # Errors
/// The records failed.
pub async fn login(app: &App, user: &str, password: &str, from: Option<IpAddr>) -> RecordResult<Login> {
    let user: String = user.trim().to_lowercase().chars().take(128).collect();
    let now = app.desk().now();
    if app.inner.throttle.is_shut(&user, from, now) {
        return Ok(Login::Wait);
    }
    let account = app.desk().records().account_by_user(&user).await?.filter(|account| !account.disabled);
    let hash = account.as_ref().map_or(&app.inner.decoy_hash, |account| &account.password_hash).clone();
    // Counted before the check, so that guesses sent side by side count too.
    app.inner.throttle.failed(&user, from, now);
    let fits = verify(password, &hash).await;
    let Some(account) = account.filter(|_| fits) else {
        return Ok(Login::Wrong);
    };
    app.inner.throttle.succeeded(&user, from);
    app.desk().records().delete_expired_sessions(now).await?;
    Ok(Login::In(open_session(app, &account).await?))
}

async fn open_session(app: &App, account: &AccountRecord) -> RecordResult<String> {
    let secret = BASE64URL_NOPAD.encode(&app.desk().random::<32>());
    let now = app.desk().now();
    let session = SessionRecord {
        hash: hash(&secret),
        account: account.id,
        csrf: BASE64URL_NOPAD.encode(&app.desk().random::<24>()),
        created: now,
        expires: now + SESSION_LENGTH,
    };
    app.desk().records().put_session(&session).await?;
    Ok(set_cookie(app, &secret, SESSION_LENGTH.as_secs()))
}

fn set_cookie(app: &App, value: &str, seconds: i64) -> String {
    let secure = if app.settings().secure { "; Secure" } else { "" };
    format!("{COOKIE_NAME}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// Ends the session of a request; the `Set-Cookie` value that forgets it.
pub(crate) async fn logout(app: &App, headers: &HeaderMap) -> RecordResult<String> {
    if let Some(secret) = cookie_value(headers, COOKIE_NAME) {
        app.desk().records().delete_session(&hash(&secret)).await?;
    }
    Ok(set_cookie(app, "", 0))
}

/// The first cookie of this name.
pub(crate) fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(cookie::Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value().to_owned())
}

/// Who a browser's request comes from.
pub(crate) async fn session_viewer(app: &App, headers: &HeaderMap) -> RecordResult<Option<Viewer>> {
    let Some(secret) = cookie_value(headers, COOKIE_NAME) else { return Ok(None) };
    let records = app.desk().records();
    let Some(session) = records.session(&hash(&secret), app.desk().now()).await? else { return Ok(None) };
    Ok(records.account(session.account).await?.filter(|a| !a.disabled).map(|a| viewer(a, session.csrf)))
}

/// Who a machine's request comes from.
pub(crate) async fn token_viewer(app: &App, headers: &HeaderMap) -> RecordResult<Option<Viewer>> {
    let Some(token) = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
    else {
        return Ok(None);
    };
    let records = app.desk().records();
    let Some(token) = records.token(&hash(token)).await? else { return Ok(None) };
    Ok(records.account(token.account).await?.filter(|a| !a.disabled).map(|a| viewer(a, String::new())))
}

fn viewer(account: AccountRecord, csrf: String) -> Viewer {
    Viewer {
        actor: Actor { account: account.id, role: account.role, member: account.member },
        user: account.user,
        csrf,
    }
}

/// Makes an API token for an account. It is shown once; the hub keeps its hash.
///
/// # Errors
/// The records failed.
pub async fn new_token(app: &App, account: AccountId, label: &str) -> RecordResult<String> {
    let token = format!("{TOKEN_PREFIX}{}", BASE64URL_NOPAD.encode(&app.desk().random::<32>()));
    let record = TokenRecord {
        id: app.desk().new_id(TokenId::from_time_and_random),
        hash: hash(&token),
        account,
        label: label.trim().chars().take(100).collect(),
        created: app.desk().now(),
    };
    app.desk().records().put_token(&record).await?;
    Ok(token)
}

/// The secret of the one-time link with which the first administrator is made, if there is no account yet.
///
/// # Errors
/// The records failed.
pub async fn setup_link(app: &App) -> RecordResult<Option<String>> {
    if !app.desk().records().accounts().await?.is_empty() {
        return Ok(None);
    }
    let secret = BASE64URL_NOPAD.encode(&app.desk().random::<24>());
    app.desk().records().put_setup(&hash(&secret)).await?;
    Ok(Some(secret))
}

/// The hash that is kept of a secret. The secrets are random, so a plain hash is enough.
pub(crate) fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
