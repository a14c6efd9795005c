//! Link keys, links and campaigns.

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::Link;
use lexicon::ids::{CampaignId, MemberId, SubmissionId};

use super::{Page, PageRequest, RecordResult};

/// A value under which mails find each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkKey {
    /// What kind of value it stands for; `casework` says which.
    pub kind: u8,
    /// The value's hash.
    pub value: u64,
}

/// How many submissions carry a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyCount {
    /// The key.
    pub key: LinkKey,
    /// How many submissions carry it.
    pub submissions: u64,
    /// How many different text families ([`super::Completion::family`]) those submissions are of.
    pub families: u64,
}

/// A campaign as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignRecord {
    /// Its id.
    pub id: CampaignId,
    /// When it opened.
    pub opened: Timestamp,
    /// Set where it was merged into another: look there.
    pub merged_into: Option<CampaignId>,
    /// Its submissions, oldest first by (received, id).
    pub submissions: Vec<SubmissionId>,
    /// The links among them.
    pub links: Vec<Link<SubmissionId>>,
}

/// A campaign as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignSummary {
    /// Its id.
    pub id: CampaignId,
    /// When it opened.
    pub opened: Timestamp,
    /// How many submissions.
    pub submissions: u64,
    /// How many distinct members.
    pub members: u64,
    /// When its first and last submission came.
    pub first: Timestamp,
    /// See `first`.
    pub last: Timestamp,
    /// The subject of its first submission.
    pub subject: Option<String>,
}

/// Keeps what ties mails together.
#[async_trait]
pub trait Casebook {
    /// How many submissions carry each of these keys; keys that none carries are left out. Sorted by key.
    async fn key_counts(&self, keys: &[LinkKey]) -> RecordResult<Vec<KeyCount>>;
    /// The submissions that carry one of these keys, oldest first by (received, id), at most `limit`.
    async fn carriers(&self, keys: &[LinkKey], limit: u32) -> RecordResult<Vec<SubmissionId>>;
    /// How many submissions have keys at all: what a count is rare or common among.
    async fn keyed(&self) -> RecordResult<u64>;
    /// A campaign with its submissions and links.
    async fn campaign(&self, id: CampaignId) -> RecordResult<Option<CampaignRecord>>;
    /// Campaigns that still stand (not merged away), newest first by (opened, id).
    async fn campaigns(&self, page: PageRequest) -> RecordResult<Page<CampaignSummary>>;
    /// The distinct members of a campaign, in the order in which they first reported it. "Member 1" on a page
    /// is the first of these.
    async fn campaign_members(&self, id: CampaignId) -> RecordResult<Vec<MemberId>>;
}
