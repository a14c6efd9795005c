//! Sightings (同様の受信確認): a member's answer to an advisory.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::ids::{AdvisoryId, MemberId, SightingId};

/// One member's answer to one advisory. A later answer of the same member replaces the earlier one in every
/// count; both are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// Its id.
    pub id: SightingId,
    /// The advisory it answers.
    pub advisory: AdvisoryId,
    /// Who answered; known to the hub alone.
    pub member: MemberId,
    /// "We saw it too", or "we did not".
    pub seen: bool,
    /// How many mails or communications were seen; 0 where none.
    pub count: u32,
    /// The date of the first of them, in the member's own reckoning.
    pub first_date: Option<Date>,
    /// The date of the last of them.
    pub last_date: Option<Date>,
    /// A word to the analysts; never shown to others.
    pub note: String,
    /// When the answer came in.
    pub answered: Timestamp,
}
