//! Rapport threads, as far as they are kept: keys by which mails of one conversation find each other, what was found
//! last, and the warnings that members see. Everything but the warnings' first time can be computed anew.

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::ids::{MemberId, SubmissionId};

use super::RecordResult;

/// One thread that is an attack or may become one, as it stood when its last mail came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadRecord {
    /// The submission with its first mail.
    pub submission: SubmissionId,
    /// Who gave that.
    pub member: MemberId,
    /// `rapport` or `forming`.
    pub standing: String,
    /// The desk has an enquiry before it and has not answered.
    pub waits: bool,
    /// The address from outside.
    pub outside: String,
    /// The address that was written to.
    pub window: String,
    /// Its mails.
    pub steps: u32,
    /// Organisations to which its operator writes.
    pub desks: u32,
    /// The operator came back after a long time.
    pub revisit: bool,
    /// When its first mail was sent.
    pub first: Option<Timestamp>,
    /// When its last mail was sent.
    pub last: Option<Timestamp>,
}

/// A warning to the provider of an enquiry: do not answer before you have looked into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarningRecord {
    /// The submission with the enquiry.
    pub submission: SubmissionId,
    /// Whom it warns.
    pub member: MemberId,
    /// True where the operator attacks elsewhere; false where he asks several organisations at once.
    pub attacks: bool,
    /// False once the desk has answered, or nothing speaks for it any more.
    pub open: bool,
    /// When it was first told.
    pub at: Timestamp,
}

/// Keeps threads.
#[async_trait]
pub trait Threads {
    /// Keys under which a submission's mails are found; those that it has already stay.
    async fn put_thread_keys(&self, submission: SubmissionId, keys: &[u64]) -> RecordResult<()>;
    /// Submissions that share a key, oldest first, each once. A key that more than `each` have brings up nobody.
    async fn thread_carriers(&self, keys: &[u64], each: u32) -> RecordResult<Vec<SubmissionId>>;
    /// Puts what was found about these submissions in the stead of what was known of them. A warning that is there
    /// keeps its time; one of these submissions that is not among `warnings` is closed.
    async fn put_threads(
        &self,
        of: &[SubmissionId],
        threads: &[ThreadRecord],
        warnings: &[WarningRecord],
    ) -> RecordResult<()>;
    /// Threads, the last mail first: all, or those of one member.
    async fn threads(&self, member: Option<MemberId>, limit: u32) -> RecordResult<Vec<ThreadRecord>>;
    /// How many threads there are, and how many of them wait for an answer.
    async fn thread_counts(&self) -> RecordResult<(u64, u64)>;
    /// Warnings, open ones first, then the newest: all, or those of one member.
    async fn warnings(&self, member: Option<MemberId>, limit: u32) -> RecordResult<Vec<WarningRecord>>;
}
