//! A set of link kinds, as `campaigns --by` takes it.

use lexicon::ReasonKind;
use lexicon::audience::UnknownWord;

/// Which kinds of evidence may tie mails. `infrastructure` stands for all its kinds: sender, route, url, c2.
///
/// ```
/// use casework::Kinds;
/// use lexicon::ReasonKind;
///
/// let kinds = Kinds::parse("text, infrastructure").unwrap();
/// assert!(kinds.has(ReasonKind::Text) && kinds.has(ReasonKind::Route));
/// assert!(!kinds.has(ReasonKind::Attachment));
/// assert!(Kinds::ALL.has(ReasonKind::Password));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kinds(u16);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self(u16::MAX);
    /// None: nothing ties.
    pub const NONE: Self = Self(0);

    /// Only `kind`; for infrastructure all of its kinds.
    pub fn only(kind: ReasonKind) -> Self {
        let with = |other: &ReasonKind| {
            *other == kind || (kind == ReasonKind::Infrastructure && other.is_infrastructure())
        };
        Self(ReasonKind::ALL.into_iter().filter(with).fold(0, |set, kind| set | bit(kind)))
    }

    /// Reads a list of kinds separated by commas.
    ///
    /// # Errors
    /// A word that is no link kind, an empty one too.
    pub fn parse(list: &str) -> Result<Self, UnknownWord> {
        list.split(',').try_fold(Self::NONE, |set, word| {
            word.trim().parse::<ReasonKind>().map(|kind| Self(set.0 | Self::only(kind).0))
        })
    }

    /// True if `kind` is in the set.
    pub fn has(self, kind: ReasonKind) -> bool {
        self.0 & bit(kind) != 0
    }
}

impl Default for Kinds {
    fn default() -> Self {
        Self::ALL
    }
}

impl std::str::FromStr for Kinds {
    type Err = UnknownWord;
    fn from_str(list: &str) -> Result<Self, UnknownWord> {
        Self::parse(list)
    }
}

fn bit(kind: ReasonKind) -> u16 {
    1 << kind as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kind_is_refused_by_name() {
        let error = Kinds::parse("text,colour").unwrap_err();
        assert_eq!(error.given, "colour");
        assert!(Kinds::parse("").is_err());
    }

    #[test]
    fn every_kind_has_its_own_place_in_the_set() {
        for kind in ReasonKind::ALL.into_iter().filter(|kind| *kind != ReasonKind::Infrastructure) {
            let only = Kinds::only(kind);
            assert_eq!(ReasonKind::ALL.into_iter().filter(|other| only.has(*other)).count(), 1, "{kind}");
        }
    }
}
