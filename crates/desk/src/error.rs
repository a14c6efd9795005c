//! What can go wrong at the desk, in words for people.

use lexicon::Text;

use crate::records::RecordError;

/// A use case that did not happen.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// There is no such thing, or the actor may not know of it: the two are the same to the outside.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The actor may see it, but not do this to it now.
    #[error("{}", .0.en)]
    Refused(Text),
    /// Something in the request is not right.
    #[error("{field}: {}", .message.en)]
    Invalid {
        /// The field of the request.
        field: &'static str,
        /// What is wrong and what to do.
        message: Text,
    },
    /// The gate stays shut.
    #[error("the gate stays shut")]
    Gate(#[from] gate::Refusal),
    /// The records failed.
    #[error("the records failed")]
    Records(#[from] RecordError),
}

impl DeskError {
    pub(crate) fn refused(ja: &'static str, en: &'static str) -> Self {
        Self::Refused(Text::new(ja, en))
    }

    pub(crate) fn invalid(field: &'static str, ja: &'static str, en: &'static str) -> Self {
        Self::Invalid { field, message: Text::new(ja, en) }
    }
}

/// Shorthand for use cases.
pub type DeskResult<T> = Result<T, DeskError>;
