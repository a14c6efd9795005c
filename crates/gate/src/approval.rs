//! What must be on the table before a release.

use lexicon::Audience;
use lexicon::ids::MemberId;
use sha2::{Digest, Sha256};

use crate::releasable::Releasable;

/// A provider's word that exactly one text may go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// Who approves.
    pub provider: MemberId,
    /// The digest ([`approval_digest`]) of the text that was shown and the audience that was named.
    pub digest: [u8; 32],
}

/// What an approval is given on: exactly this text, to exactly this audience.
pub fn approval_digest<T: Releasable>(item: &T, audience: &Audience) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(item.digest());
    hasher.update([u8::from(audience.all_members), u8::from(audience.vendors)]);
    for sig in &audience.sigs {
        hasher.update(sig.uuid().as_bytes());
    }
    hasher.finalize().into()
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
