//! Campaigns: mails recognised as one attack, and the reasons for it.

use std::fmt;
use std::str::FromStr;

use crate::audience::UnknownWord;
use crate::ids::{CampaignId, SubmissionId};

/// What two mails have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {
    /// Near-identical body text.
    Text,
    /// The same attachment bytes.
    Attachment,
    /// The same rare infrastructure: link host, sender address, origin address.
    Infrastructure,
}

impl ReasonKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Text, Self::Attachment, Self::Infrastructure];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Attachment => "attachment",
            Self::Infrastructure => "infrastructure",
        }
    }
}

impl fmt::Display for ReasonKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for ReasonKind {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|k| k.word() == text).ok_or_else(|| UnknownWord::new("link kind", text))
    }
}

/// One reason for a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What is in common.
    pub kind: ReasonKind,
    /// How strongly it ties, 0 to 1.
    pub weight: f64,
    /// The value in common, or the similarity for text, e.g. `jaccard 0.94`, `host evil.example (3 mails)`.
    pub value: String,
}

/// A link between two mails, named by the caller's own keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Link<K> {
    /// The one mail; `a < b`.
    pub a: K,
    /// The other.
    pub b: K,
    /// Why, strongest first; never empty.
    pub reasons: Vec<Reason>,
}

/// A campaign at the hub.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Its id: stays with the campaign while it grows.
    pub id: CampaignId,
    /// Its submissions, oldest first.
    pub submissions: Vec<SubmissionId>,
    /// Why they belong together.
    pub links: Vec<Link<SubmissionId>>,
}
