//! Advisories in the making, approvals, and what was released.

use std::collections::BTreeSet;

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::ids::{AccountId, AdvisoryId, CampaignId, MemberId, SigId};
use lexicon::{Advisory, AdvisoryState, Audience};

use super::{AuditEntry, Page, PageRequest, RecordResult};

/// An advisory as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisoryRecord {
    /// Its present text.
    pub advisory: Advisory,
    /// Where it stands.
    pub state: AdvisoryState,
    /// The campaign it is about.
    pub campaign: Option<CampaignId>,
    /// Who is to receive it.
    pub audience: Audience,
    /// Who drafted it.
    pub author: AccountId,
    /// When it was drafted.
    pub created: Timestamp,
    /// Counts changes: a writer must name the revision it read.
    pub revision: u32,
}

/// What a provider said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApprovalState {
    /// Asked, no answer yet.
    Asked,
    /// "Yes, this text may go out."
    Approved,
    /// "No", with a reason.
    Declined,
}

impl ApprovalState {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Declined => "declined",
        }
    }

    /// The state of a stable word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Asked, Self::Approved, Self::Declined].into_iter().find(|s| s.word() == word)
    }
}

/// One provider's approval of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRecord {
    /// Of which advisory.
    pub advisory: AdvisoryId,
    /// By which provider.
    pub member: MemberId,
    /// The answer.
    pub state: ApprovalState,
    /// The digest of exactly the text that was shown.
    pub digest: [u8; 32],
    /// What the provider adds; may be empty.
    pub note: String,
    /// When it was asked or answered.
    pub at: Timestamp,
    /// Who answered.
    pub account: Option<AccountId>,
}

/// A release: the text that left, frozen, with the gate's stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRecord {
    /// The text.
    pub advisory: Advisory,
    /// To whom.
    pub audience: Audience,
    /// When.
    pub at: Timestamp,
    /// The gate's stamp over all of it.
    pub stamp: [u8; 32],
}

/// Whose list of changes it is: what is not released to these readers is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readers {
    /// The hub's own analysts.
    Analysts,
    /// Members of these SIGs.
    Members(BTreeSet<SigId>),
    /// Security vendors.
    Vendors,
}

/// Names one change: the n-th release of an advisory, or its withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeKey {
    /// The advisory.
    pub advisory: AdvisoryId,
    /// Which release.
    pub nth: u32,
    /// That release was taken back.
    pub withdrawn: bool,
}

/// A change to what is released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRecord {
    /// Its name.
    pub key: ChangeKey,
    /// The release that it is about.
    pub release: ReleaseRecord,
    /// When it happened: the time of the release, or of the withdrawal.
    pub at: Timestamp,
}

/// A filter for lists of advisories; every set field must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AdvisoryFilter {
    /// In this state.
    pub state: Option<AdvisoryState>,
    /// About this campaign.
    pub campaign: Option<CampaignId>,
}

/// Keeps advisories.
#[async_trait]
pub trait Advisories {
    /// Hands out the next number of a year: 1, 2, 3 …, each once.
    async fn next_number(&self, year: i16) -> RecordResult<u32>;
    /// Writes an advisory. `record.revision` is the one that was read (0 for a new one); it is stored one
    /// higher. Another revision in the store is a [`super::RecordError::Conflict`].
    async fn put_advisory(&self, record: &AdvisoryRecord, audit: &AuditEntry) -> RecordResult<()>;
    /// One advisory.
    async fn advisory(&self, id: AdvisoryId) -> RecordResult<Option<AdvisoryRecord>>;
    /// A page of advisories, newest first by (created, id).
    async fn advisories(
        &self,
        filter: AdvisoryFilter,
        page: PageRequest,
    ) -> RecordResult<Page<AdvisoryRecord>>;
    /// Writes a provider's approval; an earlier one of the same provider and advisory is replaced.
    async fn put_approval(&self, approval: &ApprovalRecord, audit: &AuditEntry) -> RecordResult<()>;
    /// The approvals of an advisory, sorted by member id.
    async fn approvals(&self, advisory: AdvisoryId) -> RecordResult<Vec<ApprovalRecord>>;
    /// What a provider was asked, newest first, at most [`super::PAGE_LIMIT`].
    async fn approvals_of(&self, member: MemberId) -> RecordResult<Vec<ApprovalRecord>>;
    /// Freezes a release and marks the advisory released, from the revision given: one transaction.
    async fn put_release(
        &self,
        release: &ReleaseRecord,
        revision: u32,
        audit: &AuditEntry,
    ) -> RecordResult<()>;
    /// The latest release of an advisory.
    async fn release(&self, advisory: AdvisoryId) -> RecordResult<Option<ReleaseRecord>>;
    /// A page of releases, newest first by (at, advisory id).
    async fn releases(&self, page: PageRequest) -> RecordResult<Page<ReleaseRecord>>;
    /// Takes the latest release of an advisory back. One that is not released, or was taken back before, is a
    /// [`super::RecordError::Conflict`].
    async fn put_withdrawal(
        &self,
        advisory: AdvisoryId,
        at: Timestamp,
        audit: &AuditEntry,
    ) -> RecordResult<()>;
    /// When the latest release of an advisory was taken back, if it was.
    async fn withdrawal(&self, advisory: AdvisoryId) -> RecordResult<Option<Timestamp>>;
    /// The place of a change in the order of all changes; `None` for one that these readers do not know.
    async fn change_place(&self, key: ChangeKey, readers: &Readers) -> RecordResult<Option<i64>>;
    /// The latest change of each advisory that these readers know, oldest first, behind the place `after`
    /// (0: from the beginning), at most `limit`.
    async fn changes(&self, readers: &Readers, after: i64, limit: u32) -> RecordResult<Vec<ChangeRecord>>;
}
