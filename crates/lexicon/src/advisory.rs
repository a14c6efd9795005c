//! Advisories (注意喚起): what the hub tells others, and the life of one.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::audience::UnknownWord;
use crate::ids::AdvisoryId;
use crate::indicator::Indicator;
use crate::lang::Lang;
use crate::tlp::Tlp;

/// The content of one version of an advisory: all that its readers will see, and nothing else.
///
/// It has no field for a provider. Whether its texts give one away is for the gate to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// Its id through all versions.
    pub id: AdvisoryId,
    /// The number that readers cite, e.g. `N-2026-0007`.
    pub number: String,
    /// 1 for the first version; a later one replaces it and says so (S20).
    pub version: u32,
    /// The language of its texts.
    pub lang: Lang,
    /// Title.
    pub title: String,
    /// What happens, in a paragraph.
    pub summary: String,
    /// What the mails look like: subjects, senders, attachment names.
    pub features: String,
    /// What readers should do: users first, then administrators.
    pub measures: String,
    /// What the hub asks its readers to report back (S31).
    pub request: String,
    /// How many organisations have reported it: a number, never who.
    pub organisations: u32,
    /// When the first of its mails was sent.
    pub first_seen: Option<Timestamp>,
    /// When the last of its mails was sent.
    pub last_seen: Option<Timestamp>,
    /// What to look for, sorted.
    pub indicators: Vec<Indicator>,
    /// How far it may be passed on.
    pub tlp: Tlp,
}

/// Where an advisory stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdvisoryState {
    /// An analyst edits it.
    Draft,
    /// Every provider has been asked.
    AwaitingApproval,
    /// Every provider has approved exactly this text.
    Approved,
    /// It left through the gate.
    Released,
    /// Withdrawn before release, with a reason.
    Withdrawn,
}

impl AdvisoryState {
    /// All states.
    pub const ALL: [Self; 5] =
        [Self::Draft, Self::AwaitingApproval, Self::Approved, Self::Released, Self::Withdrawn];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::AwaitingApproval => "awaiting-approval",
            Self::Approved => "approved",
            Self::Released => "released",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// True if the life-cycle allows the step to `next`.
    pub fn may_become(self, next: Self) -> bool {
        use AdvisoryState::{Approved, AwaitingApproval, Draft, Released, Withdrawn};
        matches!(
            (self, next),
            (Draft, AwaitingApproval | Withdrawn)
                | (AwaitingApproval, Approved | Draft | Withdrawn)
                | (Approved, Released | Draft | Withdrawn)
        )
    }
}

impl fmt::Display for AdvisoryState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for AdvisoryState {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|s| s.word() == text)
            .ok_or_else(|| UnknownWord::new("advisory state", text))
    }
}

#[cfg(test)]
mod tests {
    use super::AdvisoryState as S;

    #[test]
    fn nothing_is_released_without_having_been_approved() {
        for from in S::ALL {
            assert_eq!(from.may_become(S::Released), from == S::Approved, "{from}");
        }
    }

    #[test]
    fn a_released_advisory_is_never_unreleased() {
        assert!(S::ALL.into_iter().all(|next| !S::Released.may_become(next)));
    }
}
