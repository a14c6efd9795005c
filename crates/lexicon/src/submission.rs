//! A submission (情報提供): one mail that one member gave the hub.

use std::fmt;
use std::str::FromStr;

use crate::audience::UnknownWord;

/// Where a submission stands. The order is the order of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubmissionState {
    /// Stored durably and acknowledged; waits for dissection.
    Received,
    /// A worker has it.
    Dissecting,
    /// Dissected and linked; waits for an analyst.
    Dissected,
    /// An analyst has judged it.
    Judged,
}

impl SubmissionState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Received, Self::Dissecting, Self::Dissected, Self::Judged];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Dissecting => "dissecting",
            Self::Dissected => "dissected",
            Self::Judged => "judged",
        }
    }
}

impl fmt::Display for SubmissionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for SubmissionState {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|s| s.word() == text)
            .ok_or_else(|| UnknownWord::new("submission state", text))
    }
}
