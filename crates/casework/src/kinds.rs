//! A set of link kinds, as `campaigns --by` takes it.

use lexicon::ReasonKind;
use lexicon::audience::UnknownWord;

/// Which kinds of evidence may tie mails.
///
/// ```
/// use casework::Kinds;
/// use lexicon::ReasonKind;
///
/// let kinds = Kinds::parse("text, attachment").unwrap();
/// assert!(kinds.has(ReasonKind::Text) && !kinds.has(ReasonKind::Infrastructure));
/// assert_eq!(Kinds::parse("text,attachment,infrastructure").unwrap(), Kinds::ALL);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kinds(u8);

impl Kinds {
    /// Every kind.
    pub const ALL: Self = Self(0b111);
    /// None: nothing ties.
    pub const NONE: Self = Self(0);

    /// Only `kind`.
    pub fn only(kind: ReasonKind) -> Self {
        Self(bit(kind))
    }

    /// Reads a list of kinds separated by commas.
    ///
    /// # Errors
    /// A word that is no link kind, an empty one too.
    pub fn parse(list: &str) -> Result<Self, UnknownWord> {
        list.split(',').try_fold(Self::NONE, |set, word| {
            word.trim().parse::<ReasonKind>().map(|kind| Self(set.0 | bit(kind)))
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

fn bit(kind: ReasonKind) -> u8 {
    match kind {
        ReasonKind::Text => 0b001,
        ReasonKind::Attachment => 0b010,
        ReasonKind::Infrastructure => 0b100,
    }
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
}
