//! Small helpers of the handlers: errors into pages, redirects after a POST.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use desk::DeskError;

use crate::error::PageError;
use crate::view::{View, page};

/// Turns a failure into its page.
pub(crate) trait Settled<T> {
    /// The value, or the page that tells why not.
    fn settled(self, view: &View) -> Result<T, PageError>;
}

impl<T, E: Into<DeskError>> Settled<T> for Result<T, E> {
    fn settled(self, view: &View) -> Result<T, PageError> {
        self.map_err(|error| PageError::of(view, error.into()))
    }
}

/// An id in an address; what is none is simply not found.
pub(crate) fn id<I: std::str::FromStr>(view: &View, text: &str) -> Result<I, PageError> {
    text.parse().map_err(|_| PageError::not_found(view))
}

/// After a form was taken: see the page that it led to (303), so that reloading repeats nothing.
pub(crate) fn see(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// A form that was not taken, shown again (422).
pub(crate) fn again(template: &impl askama::Template) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page(template)).into_response()
}
