//! Genuine mail that members gave, as fingerprints, and where it was used again.

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::ids::{MemberId, SubmissionId};

use super::{AuditEntry, RecordResult};

/// What is kept of a genuine mail. Its text is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalRecord {
    /// Who gave it.
    pub member: MemberId,
    /// The hash of its Message-ID.
    pub mail: String,
    /// When it was sent.
    pub at: Option<Timestamp>,
    /// Its subject; empty where only fingerprints were given.
    pub subject: String,
    /// Its sender's address; empty where only fingerprints were given.
    pub sender: String,
    /// Who held it; none where only fingerprints were given.
    pub people: Vec<String>,
    /// A number for its conversation.
    pub family: u64,
    /// Its fingerprints.
    pub prints: Vec<u64>,
}

/// A genuine mail that was used again.
#[derive(Debug, Clone, PartialEq)]
pub struct ReuseRecord {
    /// The submission that uses it.
    pub submission: SubmissionId,
    /// Who gave the genuine mail.
    pub member: MemberId,
    /// The hash of its Message-ID.
    pub mail: String,
    /// `reuse` or `onward`.
    pub relation: String,
    /// How much of the genuine mail stands in it, 0 to 1.
    pub of_original: f64,
    /// How much of it comes from the genuine mail, 0 to 1.
    pub of_mail: f64,
    /// Seconds between the two.
    pub lag: Option<i64>,
}

/// Keeps genuine mail and its re-uses.
#[async_trait]
pub trait Originals {
    /// Keeps these; those that a member gave before are as they were. Returns how many are new.
    async fn put_originals(&self, originals: &[OriginalRecord], audit: &AuditEntry) -> RecordResult<u64>;
    /// One genuine mail.
    async fn original(&self, member: MemberId, mail: &str) -> RecordResult<Option<OriginalRecord>>;
    /// How many a member gave.
    async fn originals(&self, member: MemberId) -> RecordResult<u64>;
    /// Genuine mail that has any of these fingerprints. One that more than `each` have brings up nothing.
    async fn originals_with(&self, prints: &[u64], each: u32) -> RecordResult<Vec<OriginalRecord>>;
    /// Fingerprints by which a submission is found when genuine mail comes later.
    async fn put_mail_prints(&self, submission: SubmissionId, prints: &[u64]) -> RecordResult<()>;
    /// Submissions that have any of these fingerprints, under the same rule.
    async fn mails_with(&self, prints: &[u64], each: u32) -> RecordResult<Vec<SubmissionId>>;
    /// Keeps re-uses; one that is there is replaced.
    async fn put_reuses(&self, reuses: &[ReuseRecord]) -> RecordResult<()>;
    /// Re-uses, the newest submission first: all, or those of one member's genuine mail.
    async fn reuses(&self, member: Option<MemberId>, limit: u32) -> RecordResult<Vec<ReuseRecord>>;
    /// The genuine mail that one submission uses, the most of it first.
    async fn reuses_in(&self, submission: SubmissionId) -> RecordResult<Vec<ReuseRecord>>;
    /// How many re-uses there are.
    async fn reuse_count(&self) -> RecordResult<u64>;
}
