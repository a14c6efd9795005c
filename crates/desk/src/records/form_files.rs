//! Files of form submissions that members gave.

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::ids::MemberId;

use super::{AuditEntry, RecordResult};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFileRecord {
    /// Who gave it.
    pub member: MemberId,
    /// SHA-256 of its bytes, which are in the blob store.
    pub sha256: String,
    /// The name that it came under.
    pub name: String,
    /// Submissions and requests in it.
    pub rows: u64,
    /// When it came.
    pub at: Timestamp,
}

/// Keeps files of forms.
#[async_trait]
pub trait FormFiles {
    /// Keeps a file; the same bytes by the same member are one, and the second time writes no audit entry. True where
    /// it is new.
    async fn put_form_file(&self, file: &FormFileRecord, audit: &AuditEntry) -> RecordResult<bool>;
    /// Files, the newest first: all, or those of one member.
    async fn form_files(&self, member: Option<MemberId>, limit: u32) -> RecordResult<Vec<FormFileRecord>>;
}
