//! How a verb ends.

use std::fmt;
use std::io;
use std::process::ExitCode;

/// A verb that came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Everything was done.
    Done,
    /// Something was found that the verb was asked to find.
    Found,
    /// Some input could not be read; the rest was done.
    Unread,
}

/// A verb that could not do its work. The texts say what, where, and what to do.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line asks for what cannot be.
    Usage(String),
    /// Input without which nothing can be done.
    Input(String),
    /// Standard output, or the file asked for, could not be written.
    Output(io::Error),
}

impl Failure {
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_) => 2,
            Self::Input(_) | Self::Output(_) => 3,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Input(text) => f.write_str(text),
            Self::Output(error) => write!(f, "output could not be written: {error}"),
        }
    }
}

impl From<crate::intake::NoWorkers> for Failure {
    fn from(error: crate::intake::NoWorkers) -> Self {
        Self::Usage(format!("--jobs {}: workers could not be started: {}", error.jobs, error.why))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
