//! What the desk needs kept, as traits; `vault` keeps it in SQLite or PostgreSQL.
//!
//! One trait per noun. Every method is atomic: it happens wholly or not at all, and when a writing method
//! returns `Ok`, what it wrote survives a crash of the process and of the machine. What people do is written
//! together with its audit entry, in one transaction, so that neither is ever there without the other. To add a noun: a file here
//! with its record types and trait, the trait in [`Records`], the tables in a new migration of `vault`, and a
//! test in `vault/tests/contract`, which runs over both databases.

mod accounts;
mod advisories;
mod audit;
mod blobs;
mod campaign_views;
mod casebook;
mod form_files;
mod originals;
mod page;
mod roster;
mod sightings;
mod submissions;
mod threads;
mod threat_actors;
mod verdicts;

pub use accounts::{AccountRecord, Accounts, SessionRecord, TokenRecord};
pub use advisories::{
    Advisories, AdvisoryFilter, AdvisoryRecord, ApprovalRecord, ApprovalState, ChangeKey, ChangeRecord,
    Readers, ReleaseRecord,
};
pub use audit::{AuditEntry, AuditTrail};
pub use blobs::Blobs;
pub use campaign_views::{
    CampaignArrival, CampaignFacts, CampaignHead, CampaignMails, CampaignStanding, CampaignViews,
};
pub use casebook::{
    CampaignEvent, CampaignRecord, CampaignSummary, Casebook, PinOutcome, PinRecord, SHOWN_LINKED, ToldRecord,
};
pub use form_files::{FormFileRecord, FormFiles};
pub use originals::{OriginalRecord, Originals, ReuseRecord};
pub use page::{Cursor, CursorError, PAGE_LIMIT, Page, PageRequest};
pub use roster::Roster;
pub use sightings::Sightings;
pub use submissions::{
    Channel, Completion, DissectionRecord, NewSubmission, QueueDepth, Receipt, SubmissionFilter,
    SubmissionRecord, Submissions,
};
pub use threads::{ThreadRecord, Threads, WarningRecord};
pub use threat_actors::{C2Record, ThreatActorSummary, ThreatActors};
pub use verdicts::{Agreement, CampaignVerdictRecord, Decision, Extent, Judged, VerdictRecord, Verdicts};

/// A failure to read or write a record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The store could not do it: no space, no connection, a broken file. The source says why.
    #[error("the record store could not {action}")]
    Store {
        /// What was tried, as a verb phrase.
        action: &'static str,
        /// The store's own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Somebody else changed the record in the meantime: load it again and decide anew.
    #[error("the {noun} was changed by somebody else in the meantime; load it again")]
    Conflict {
        /// What was to be changed.
        noun: &'static str,
    },
    /// A stored value that no version of this program would have written.
    #[error("a stored {noun} cannot be read: {detail}")]
    Corrupt {
        /// What was to be read.
        noun: &'static str,
        /// What is wrong with it; never its content.
        detail: String,
    },
}

/// Shorthand for results of the traits here.
pub type RecordResult<T> = Result<T, RecordError>;

/// Everything the desk keeps, save blobs.
pub trait Records:
    Roster
    + Accounts
    + Submissions
    + Casebook
    + CampaignViews
    + Verdicts
    + ThreatActors
    + Advisories
    + Sightings
    + Threads
    + Originals
    + FormFiles
    + AuditTrail
    + Send
    + Sync
{
}

impl<T> Records for T where
    T: Roster
        + Accounts
        + Submissions
        + Casebook
        + CampaignViews
        + Verdicts
        + ThreatActors
        + Advisories
        + Sightings
        + Threads
        + Originals
        + FormFiles
        + AuditTrail
        + Send
        + Sync
{
}
