//! What is wrong with a line of a list that a person wrote, and what to do about it.

use std::fmt;

/// A line that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, 1-based.
    pub line: usize,
    /// What is wrong with it, with the value as written (cut).
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl Problem {
    pub(crate) fn new(line: usize, what: &str, value: &str, hint: &str) -> Self {
        let shown = lexicon::text::visible(lexicon::text::cut(value, 80));
        Self { line, what: format!("{what}: {shown}"), hint: hint.to_owned() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {} ({})", self.line, self.what, self.hint)
    }
}
