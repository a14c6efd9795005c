//! What must be on the table before a release.

use lexicon::ids::MemberId;

/// A provider's word that exactly one text may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// Who approves.
    pub provider: MemberId,
    /// The digest ([`crate::Releasable::digest`]) of the text that was shown.
    pub digest: [u8; 32],
}

/// An analyst's word, with a reason, that a doubtful finding gives nobody away. A certain finding cannot be
/// acknowledged: the draft must change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    /// The field.
    pub field: String,
    /// The text as it stands in the draft.
    pub excerpt: String,
    /// Why it gives nobody away; must not be blank.
    pub reason: String,
}
