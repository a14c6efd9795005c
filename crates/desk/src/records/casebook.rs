//! What ties mails together: campaigns with their links and history, pins, told addresses.

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::Link;
use lexicon::ids::{AccountId, CampaignId, MemberId, PinId, SubmissionId};

use super::{AuditEntry, Page, PageRequest, RecordResult};

/// A campaign as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignRecord {
    /// Its id.
    pub id: CampaignId,
    /// When it opened.
    pub opened: Timestamp,
    /// Set where it was merged into another: look there.
    pub merged_into: Option<CampaignId>,
    /// Set where nothing ties its mails any more.
    pub ended: Option<Timestamp>,
    /// Its submissions, oldest first by (received, id).
    pub submissions: Vec<SubmissionId>,
    /// Links that show why they belong together: a tree of what ties them, weighed as rare as the values are today. Of
    /// a large campaign the links among its [`SHOWN_LINKED`] oldest.
    pub links: Vec<Link<SubmissionId>>,
}

/// So many submissions of a campaign are looked at for [`CampaignRecord::links`].
pub const SHOWN_LINKED: u32 = 200;

/// Something that happened to a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignEvent {
    /// When.
    pub at: Timestamp,
    /// What, as a stable word: `opened`; `merged` (`other` went into it), `merged-into` (it went into `other`);
    /// `came` and `left` (mails from or to `other`, or to none); `withdrawn` (the value in `detail` turned common, and
    /// what rested on it was withdrawn); `ended`.
    pub event: String,
    /// The other campaign.
    pub other: Option<CampaignId>,
    /// How many mails it concerns; of `withdrawn`, how many different texts carry the value.
    pub mails: u64,
    /// More about it.
    pub detail: String,
}

/// What an analyst holds of two mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinRecord {
    /// Its id.
    pub id: PinId,
    /// The one mail.
    pub a: SubmissionId,
    /// The other; where they are not the same, the one that leaves whatever `a` is in.
    pub b: SubmissionId,
    /// True for the same attack, false for not the same.
    pub same: bool,
    /// Why.
    pub note: String,
    /// Who says so.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// When it was taken back.
    pub withdrawn: Option<Timestamp>,
}

/// What came of a pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PinOutcome {
    /// It stands.
    Made,
    /// It stood before.
    Stands(PinId),
    /// An earlier one says the contrary: nothing was changed.
    Contradicts(PinRecord),
}

/// A command-and-control address that somebody told of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRecord {
    /// Of which.
    pub submission: SubmissionId,
    /// The address: a domain, an IP address or a URL.
    pub value: String,
    /// Where it is from: a sandbox report, an analysis.
    pub source: String,
    /// Who told it.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
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
    /// A campaign with its submissions and links.
    async fn campaign(&self, id: CampaignId) -> RecordResult<Option<CampaignRecord>>;
    /// What happened to a campaign, oldest first.
    async fn campaign_events(&self, id: CampaignId) -> RecordResult<Vec<CampaignEvent>>;
    /// Writes a pin and links both mails anew. It survives whatever is recomputed.
    async fn put_pin(&self, pin: &PinRecord, audit: &AuditEntry) -> RecordResult<PinOutcome>;
    /// Takes a pin back and links both mails anew; false where none stands under this id.
    async fn withdraw_pin(&self, id: PinId, at: Timestamp, audit: &AuditEntry) -> RecordResult<bool>;
    /// The pins of a submission, withdrawn ones too, oldest first.
    async fn pins(&self, submission: SubmissionId) -> RecordResult<Vec<PinRecord>>;
    /// Keeps what was told of a submission, once a value, and links it anew.
    async fn put_told(&self, told: &ToldRecord, audit: &AuditEntry) -> RecordResult<()>;
    /// What was told of a submission, by value.
    async fn told(&self, submission: SubmissionId) -> RecordResult<Vec<ToldRecord>>;
    /// Signs and links up to `limit` submissions from before their kind of signature was known; returns how many.
    async fn sign_earlier(&self, limit: u32, at: Timestamp) -> RecordResult<u64>;
    /// Campaigns that still stand (neither merged away nor ended), newest first by (opened, id).
    async fn campaigns(&self, page: PageRequest) -> RecordResult<Page<CampaignSummary>>;
    /// The distinct members of a campaign, in the order in which they first reported it. "Member 1" on a page
    /// is the first of these.
    async fn campaign_members(&self, id: CampaignId) -> RecordResult<Vec<MemberId>>;
}
