//! What stands before every route: who is it, may they, and what does their page look like.

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::BASE64URL_NOPAD;
use lexicon::Lang;

use crate::auth::{cookie_value, session_viewer, token_viewer};
use crate::error::PageError;
use crate::routes::{Access, Door};
use crate::state::App;
use crate::view::{View, Viewer};

/// A route's guard.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) app: App,
    pub(crate) access: Access,
    pub(crate) door: Door,
}

/// Lets a request through, or answers in the route's stead: who is not logged in is sent to log in; to whom
/// may not know of the route, it does not exist.
pub(crate) async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let viewer = match guard.door {
        Door::Page => session_viewer(&guard.app, headers).await,
        Door::Api => token_viewer(&guard.app, headers).await,
    };
    let view = view(&guard.app, &request, viewer.as_ref().ok().cloned().flatten());
    if let Err(error) = viewer {
        return PageError::of(&view, error.into()).into_response();
    }
    let response = if guard.access.admits(view.role()) {
        request.extensions_mut().insert(view.clone());
        next.run(request).await
    } else {
        refused(&guard, &view, request.method())
    };
    dress(response, &view)
}

fn refused(guard: &Guard, view: &View, method: &Method) -> Response {
    match (guard.door, &view.viewer) {
        (Door::Api, None) => crate::api::error(
            StatusCode::UNAUTHORIZED,
            lexicon::Text::new(
                "API トークンを Authorization: Bearer で送ってください。",
                "Send an API token as Authorization: Bearer.",
            ),
        ),
        (Door::Api, Some(_)) => crate::api::not_found(),
        (Door::Page, None) if method == Method::GET || method == Method::HEAD => {
            let next: String = form_encode(&view.here);
            Redirect::to(&format!("/login?next={next}")).into_response()
        }
        (Door::Page, None) => Redirect::to("/login").into_response(),
        (Door::Page, Some(_)) => PageError::not_found(view).into_response(),
    }
}

fn form_encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}

fn view(app: &App, request: &Request, viewer: Option<Viewer>) -> View {
    View {
        lang: language(request.headers()),
        viewer,
        demo: app.settings().demo,
        hub: app.settings().name.clone(),
        nonce: BASE64URL_NOPAD.encode(&app.desk().random::<12>()),
        here: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
    }
}

/// The reader's choice, else the browser's, else Japanese.
fn language(headers: &HeaderMap) -> Lang {
    cookie_value(headers, "noroshi_lang")
        .as_deref()
        .and_then(Lang::parse)
        .or_else(|| headers.get(ACCEPT_LANGUAGE)?.to_str().ok().and_then(Lang::parse))
        .unwrap_or_default()
}

/// An answer that brings a policy of its own: it may be framed by our pages, and by nothing else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Framed(pub(crate) &'static str);

/// Headers of every answer: nothing from elsewhere may run in or frame a page, and no shared cache keeps it.
fn dress(mut response: Response, view: &View) -> Response {
    let framed = response.extensions().get::<Framed>().copied();
    let headers = response.headers_mut();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{}'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        view.nonce
    );
    let policy = framed.map_or(policy, |framed| framed.0.to_owned());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
        ("x-frame-options", if framed.is_some() { "SAMEORIGIN" } else { "DENY" }),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// What is not in the table is not there.
pub(crate) async fn nothing_here(State(app): State<App>, request: Request) -> Response {
    let viewer = session_viewer(&app, request.headers()).await.ok().flatten();
    let view = view(&app, &request, viewer);
    let response = if request.uri().path().starts_with("/api/") {
        crate::api::not_found()
    } else {
        PageError::not_found(&view).into_response()
    };
    dress(response, &view)
}
