//! The one table of routes. A route that is not here does not exist, and each says who may use it; the
//! permission test walks this table.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use lexicon::Role;

use crate::state::App;

/// Who may use a route. To everybody else it is not there (404); who is not logged in is sent to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Any account.
    Account,
    /// Accounts of these roles.
    Roles(&'static [Role]),
}

/// Analysts.
pub const ANALYST: Access = Access::Roles(&[Role::Analyst]);
/// Accounts of members and vendors.
pub const ORGANISATION: Access = Access::Roles(&[Role::Member, Role::Vendor]);
/// Analysts, members and vendors: each sees its own part.
pub const READER: Access = Access::Roles(&[Role::Analyst, Role::Member, Role::Vendor]);
/// Administrators.
pub const ADMINISTRATOR: Access = Access::Roles(&[Role::Administrator]);

impl Access {
    /// True if an account of this role may use the route.
    pub fn admits(self, role: Option<Role>) -> bool {
        match self {
            Self::Public => true,
            Self::Account => role.is_some(),
            Self::Roles(roles) => role.is_some_and(|role| roles.contains(&role)),
        }
    }
}

/// How a caller proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Pages: a session cookie, and a form token for whatever changes something.
    Page,
    /// The API: a bearer token; cookies are not looked at, so no page can make a browser call it.
    Api,
}

/// One route.
#[derive(Clone)]
pub struct Route {
    /// GET (which answers HEAD too) or POST, PUT, DELETE.
    pub method: Method,
    /// The path, with `{id}` for what varies.
    pub path: &'static str,
    /// Who may use it.
    pub access: Access,
    /// How they prove who they are.
    pub door: Door,
    pub(crate) handler: MethodRouter<App>,
}

impl Route {
    /// A page.
    pub fn get<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::GET, path, access, door: Door::Page, handler: on(MethodFilter::GET, handler) }
    }

    /// A form's target.
    pub fn post<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self {
            method: Method::POST,
            path,
            access,
            door: Door::Page,
            handler: on(MethodFilter::POST, handler),
        }
    }

    /// A PUT of the API.
    pub fn put<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        Self { method: Method::PUT, path, access, door: Door::Api, handler: on(MethodFilter::PUT, handler) }
    }

    /// The same route behind the API's door.
    pub fn api(self) -> Self {
        Self { door: Door::Api, ..self }
    }
}

/// Every route of the hub.
pub fn table() -> Vec<Route> {
    let mut all = crate::pages::routes();
    all.extend(crate::auth::routes());
    all.extend(crate::api::routes());
    all
}

/// Only where mails are handed in may a request be large, and only after its sender is known: the guard stands
/// before the body is read.
fn body_limit(method: &Method, path: &str) -> usize {
    match path {
        "/submit"
        | "/originals"
        | "/forms"
        | "/api/v1/submissions"
        | "/api/v1/originals"
        | "/api/v1/forms"
            if method == Method::POST =>
        {
            crate::serve::UPLOAD_LIMIT
        }
        _ => crate::serve::REQUEST_LIMIT,
    }
}

/// The router, made from the table alone.
pub(crate) fn router(app: &App) -> Router {
    table()
        .into_iter()
        .fold(Router::new(), |router, route| {
            let guard = crate::guard::Guard { app: app.clone(), access: route.access, door: route.door };
            router.route(
                route.path,
                route
                    .handler
                    .layer(DefaultBodyLimit::max(body_limit(&route.method, route.path)))
                    .layer(axum::middleware::from_fn_with_state(guard, crate::guard::guard)),
            )
        })
        .fallback(crate::guard::nothing_here)
        .with_state(app.clone())
}
