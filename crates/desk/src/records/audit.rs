//! The audit trail: who did what to which record, when. Never the content.

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::ids::{AccountId, AuditId};

use super::{Page, PageRequest, RecordResult};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditId,
    /// When.
    pub at: Timestamp,
    /// Who; `None` for the hub itself.
    pub account: Option<AccountId>,
    /// What, as a stable word: `submission.receive`, `advisory.release` …
    pub action: String,
    /// The record's id.
    pub object: String,
}

/// Keeps the audit trail; entries are only ever added.
#[async_trait]
pub trait AuditTrail {
    /// Adds an entry.
    async fn put_audit(&self, entry: &AuditEntry) -> RecordResult<()>;
    /// A page, newest first by (at, id).
    async fn audit(&self, page: PageRequest) -> RecordResult<Page<AuditEntry>>;
}
