//! What is wrong with a form: shown in a summary on top and again at its field, with what was typed kept.

use desk::DeskError;

use crate::error::{PageError, settle};
use crate::view::View;

/// One thing to mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The id of its field on the page; empty where it concerns the whole.
    pub(crate) field: &'static str,
    /// What is wrong and what to do.
    pub(crate) message: &'static str,
}

impl Problem {
    /// A use case's refusal as a problem of this form; an error page where no form can mend it.
    pub(crate) fn of(view: &View, error: DeskError) -> Result<Self, PageError> {
        let field = match &error {
            DeskError::Invalid { field, .. } => field,
            DeskError::Gate(gate::Refusal::NoAudience) => "audience",
            DeskError::Gate(gate::Refusal::Identity(_)) => "check",
            DeskError::Gate(_) | DeskError::Refused(_) => "",
            DeskError::Records(desk::records::RecordError::Conflict { .. }) => "",
            DeskError::NotFound(_) | DeskError::Records(_) => return Err(PageError::of(view, error)),
        };
        Ok(Self { field, message: settle(&error).1.of(view.lang) })
    }
}

/// The problem at a field.
pub(crate) fn at(problems: &[Problem], field: &str) -> Option<&'static str> {
    problems.iter().find(|problem| problem.field == field).map(|problem| problem.message)
}
