//! Forms of pages: read whole, their token checked before anything else.

use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};

use crate::error::PageError;
use crate::view::View;

/// The most fields of one form.
const FIELD_LIMIT: usize = 5_000;

/// A form that carried this session's token. Fields may repeat (check boxes).
#[derive(Debug, Clone, Default)]
pub struct Posted(Vec<(String, String)>);

impl Posted {
    /// The first value of a field, trimmed of nothing; empty where the field is missing.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// True if the field was sent at all (a check box).
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(field, _)| field == name)
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// Characters of a text that is searched for.
const LONGEST_SEARCH: usize = 200;

/// What is searched for. A NUL byte, which PostgreSQL refuses, and other controls are in no subject.
pub(crate) fn searched(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(LONGEST_SEARCH).collect()
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Response;
    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let view = request.extensions().get::<View>().cloned();
        let view = view.ok_or_else(|| axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response())?;
        let axum::extract::Form(fields) =
            axum::extract::Form::<Vec<(String, String)>>::from_request(request, state)
                .await
                .map_err(|_| PageError::stale_form(&view).into_response())?;
        let posted = Self(fields);
        // Before logging in there is no session, and so no token: the origin check alone guards that form.
        let token_fits = match &view.viewer {
            Some(viewer) => same(posted.get("csrf"), &viewer.csrf),
            None => true,
        };
        if !token_fits || posted.0.len() > FIELD_LIMIT {
            return Err(PageError::stale_form(&view).into_response());
        }
        Ok(posted)
    }
}

/// Equality in a time that does not tell where the texts part.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && !a.is_empty() && a.bytes().zip(b.bytes()).fold(0, |all, (x, y)| all | (x ^ y)) == 0
}
