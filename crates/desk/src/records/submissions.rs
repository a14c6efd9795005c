//! Submissions, their queue, and their dissections.

use async_trait::async_trait;
use casework::Signature;
use jiff::Timestamp;
use lexicon::ids::{AccountId, CampaignId, MemberId, SubmissionId};
use lexicon::{MailFacts, SubmissionState, Verdict};

use super::{AuditEntry, Page, PageRequest, RecordResult};

/// The door a submission came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// The submission page.
    Page,
    /// The API.
    Api,
}

impl Channel {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
        }
    }

    /// The channel of a stable word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Page, Self::Api].into_iter().find(|c| c.word() == word)
    }
}

/// A mail that is to be acknowledged. Its bytes are in the blob store already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSubmission {
    /// The id it gets if it is new.
    pub id: SubmissionId,
    /// Who gives it.
    pub member: MemberId,
    /// The account that handed it in.
    pub account: AccountId,
    /// SHA-256 of the raw bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Size of the raw bytes.
    pub size: u64,
    /// The file name it came under; may be empty.
    pub name: String,
    /// What the member says about it; may be empty.
    pub note: String,
    /// The door.
    pub channel: Channel,
    /// When it came.
    pub received: Timestamp,
}

/// The answer to a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its id: the earlier one where this member gave the same bytes before.
    pub id: SubmissionId,
    /// True if this member gave the same bytes before.
    pub already: bool,
    /// When it was first received.
    pub received: Timestamp,
}

/// A kept submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionRecord {
    /// Its id.
    pub id: SubmissionId,
    /// Who gave it.
    pub member: MemberId,
    /// SHA-256 of the raw bytes.
    pub sha256: String,
    /// Size of the raw bytes.
    pub size: u64,
    /// The file name it came under.
    pub name: String,
    /// What the member says about it.
    pub note: String,
    /// The door.
    pub channel: Channel,
    /// When it came.
    pub received: Timestamp,
    /// Where it stands.
    pub state: SubmissionState,
    /// How often a worker has taken it up.
    pub attempts: u32,
    /// The subject, once dissected; for lists.
    pub subject: Option<String>,
    /// The sender's address, once dissected; for lists.
    pub sender: Option<String>,
    /// How many tells, once dissected; for lists.
    pub tells: u32,
    /// Its campaign.
    pub campaign: Option<CampaignId>,
    /// The latest verdict, by J-CSIP's field: what lists show.
    pub verdict: Option<Verdict>,
    /// True where the latest verdict says that it is watched on (S29).
    pub monitoring: bool,
}

/// A filter for lists of submissions; every set field must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubmissionFilter {
    /// Given by this member.
    pub member: Option<MemberId>,
    /// In this state.
    pub state: Option<SubmissionState>,
    /// In this campaign.
    pub campaign: Option<CampaignId>,
    /// Watched on, or not.
    pub monitoring: Option<bool>,
    /// Judged so, by the latest verdict.
    pub verdict: Option<Verdict>,
    /// Received at this moment or later.
    pub since: Option<Timestamp>,
    /// Received before this moment.
    pub before: Option<Timestamp>,
    /// With this in subject, sender, file name or SHA-256, whatever the case of its Latin letters.
    pub text: Option<String>,
}

/// How many submissions stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueDepth {
    /// Waiting for a worker.
    pub received: u64,
    /// With a worker.
    pub dissecting: u64,
    /// Waiting for an analyst.
    pub dissected: u64,
    /// Judged.
    pub judged: u64,
    /// When the oldest waiting one came.
    pub oldest_waiting: Option<Timestamp>,
}

/// The dissection of one mail, and what made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DissectionRecord {
    /// SHA-256 of the raw bytes.
    pub sha256: String,
    /// The facts.
    pub facts: MailFacts,
    /// The version of the program that dissected it.
    pub engine: String,
    /// When.
    pub at: Timestamp,
}

/// Everything that is written when a worker has finished a submission: in one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The submission.
    pub submission: SubmissionId,
    /// Its dissection; one of the same `sha256` and engine is kept.
    pub dissection: DissectionRecord,
    /// What ties it to others: the campaigns become what casework makes of all mails with this one.
    pub signature: Signature,
}

/// Keeps submissions.
#[async_trait]
pub trait Submissions {
    /// Acknowledges a submission durably. The same bytes by the same member are one submission, and the
    /// second time writes no audit entry.
    async fn receive(&self, new: &NewSubmission, audit: &AuditEntry) -> RecordResult<Receipt>;
    /// One submission.
    async fn submission(&self, id: SubmissionId) -> RecordResult<Option<SubmissionRecord>>;
    /// A page of submissions, newest first by (received, id).
    async fn submissions(
        &self,
        filter: SubmissionFilter,
        page: PageRequest,
    ) -> RecordResult<Page<SubmissionRecord>>;
    /// Takes the oldest waiting submission and marks it as being dissected.
    async fn claim(&self) -> RecordResult<Option<SubmissionRecord>>;
    /// Puts back one submission whose worker could not finish it; one that is not being dissected stays as it is.
    async fn release_claim(&self, id: SubmissionId) -> RecordResult<()>;
    /// Puts back everything marked as being dissected: called once when the hub starts, because a worker of
    /// an earlier run no longer lives. Returns how many.
    async fn requeue(&self) -> RecordResult<u64>;
    /// Writes all that came of a submission and marks it dissected. A submission that is not being dissected
    /// is a [`super::RecordError::Conflict`]: so that each is dissected once.
    async fn complete(&self, completion: &Completion) -> RecordResult<()> {
        self.complete_all(std::slice::from_ref(completion)).await
    }
    /// Writes all that came of several submissions at once, all or none.
    async fn complete_all(&self, completions: &[Completion]) -> RecordResult<()>;
    /// How many stand where.
    async fn queue(&self) -> RecordResult<QueueDepth>;
    /// Puts a better dissection of the same mail by the same engine in the stead of the known one: a password that
    /// came later opened what was closed. Its submissions are linked anew by what is inside. A mail without one is a
    /// [`super::RecordError::Conflict`].
    async fn redissected(&self, better: &DissectionRecord) -> RecordResult<()>;
    /// How many submissions these bytes have: one for each member that gave them.
    async fn givers(&self, sha256: &str) -> RecordResult<u64>;
    /// The dissection of a mail.
    async fn dissection(&self, sha256: &str) -> RecordResult<Option<DissectionRecord>>;
}
