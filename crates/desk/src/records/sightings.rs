//! Sightings, kept one and all.

use async_trait::async_trait;
use lexicon::Sighting;
use lexicon::ids::{AdvisoryId, MemberId};

use super::{AuditEntry, RecordResult};

/// Keeps sightings.
#[async_trait]
pub trait Sightings {
    /// Writes a sighting; a later one of the same member supersedes the earlier one in [`Self::sightings`].
    async fn put_sighting(&self, sighting: &Sighting, audit: &AuditEntry) -> RecordResult<()>;
    /// The latest answer of each member to an advisory, sorted by (answered, id).
    async fn sightings(&self, advisory: AdvisoryId) -> RecordResult<Vec<Sighting>>;
    /// All answers of one member to one advisory, oldest first.
    async fn answers(&self, advisory: AdvisoryId, member: MemberId) -> RecordResult<Vec<Sighting>>;
}
