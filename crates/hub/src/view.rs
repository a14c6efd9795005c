//! What every page knows of its reader: language, account, and the tokens that forms and scripts carry.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use desk::Actor;
use jiff::Timestamp;
use lexicon::{Lang, Role};

use crate::error::PageError;

/// A logged-in reader.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// The account, for the desk.
    pub actor: Actor,
    /// Its login name, to show.
    pub user: String,
    /// The token that this session's forms carry; empty for API tokens, which send no forms.
    pub csrf: String,
}

/// A page's reader and surroundings.
#[derive(Debug, Clone)]
pub struct View {
    /// The language of the page.
    pub lang: Lang,
    /// Who reads it, if logged in.
    pub viewer: Option<Viewer>,
    /// True in the demo.
    pub demo: bool,
    /// The hub's name.
    pub hub: String,
    /// The nonce of this response's Content-Security-Policy.
    pub nonce: String,
    /// Path and query of the request, for the language switch and for coming back after logging in.
    pub here: String,
}

impl View {
    /// The surroundings of a page that stands alone: no reader, no hub.
    pub(crate) fn bare(lang: Lang) -> Self {
        Self {
            lang,
            viewer: None,
            demo: false,
            hub: String::new(),
            nonce: String::new(),
            here: String::new(),
        }
    }

    /// The text in the page's language.
    pub fn t(&self, ja: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(ja, en)
    }

    /// The form token.
    pub fn csrf(&self) -> &str {
        self.viewer.as_ref().map_or("", |viewer| &viewer.csrf)
    }

    /// The reader's role.
    pub fn role(&self) -> Option<Role> {
        self.viewer.as_ref().map(|viewer| viewer.actor.role)
    }

    /// True for an analyst.
    pub fn is_analyst(&self) -> bool {
        self.role() == Some(Role::Analyst)
    }

    /// True for the account of a member organisation or vendor.
    pub fn is_organisation(&self) -> bool {
        matches!(self.role(), Some(Role::Member | Role::Vendor))
    }

    /// The role in words.
    pub fn role_text(&self) -> &'static str {
        match self.role() {
            Some(Role::Administrator) => self.t("管理者", "Administrator"),
            Some(Role::Analyst) => self.t("分析者", "Analyst"),
            Some(Role::Member) => self.t("参加組織", "Member"),
            Some(Role::Vendor) => self.t("セキュリティベンダー", "Vendor"),
            None => "",
        }
    }

    /// A point in time, in Japan.
    pub fn time(&self, at: &Timestamp) -> String {
        lexicon::time::show(*at)
    }

    /// The reader, for handlers behind a login.
    ///
    /// # Errors
    /// Nobody is logged in; the route's guard lets no such request through.
    pub fn actor(&self) -> Result<&Actor, PageError> {
        self.viewer.as_ref().map(|viewer| &viewer.actor).ok_or_else(|| PageError::not_found(self))
    }
}

/// The view that [`crate::guard`] worked out.
impl<S: Send + Sync> FromRequestParts<S> for View {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts
            .extensions
            .get::<View>()
            .cloned()
            .ok_or_else(|| axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for View {
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        Ok(parts.extensions.get::<View>().cloned())
    }
}

/// A rendered page.
pub fn page(template: &impl askama::Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
