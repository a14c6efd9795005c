//! Campaigns as pages need them: a part at a time, so that one of ten thousand mails is as quick to open as one of ten.

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::ids::{CampaignId, MemberId, SubmissionId};
use lexicon::{Judgement, Link, MailFacts};

use super::{Cursor, RecordResult, SubmissionRecord};

/// A campaign without its mails and links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignHead {
    /// Its id.
    pub id: CampaignId,
    /// When it opened.
    pub opened: Timestamp,
    /// Set where it was merged into another: look there.
    pub merged_into: Option<CampaignId>,
    /// How many submissions it holds.
    pub submissions: u64,
    /// How many distinct members gave them.
    pub members: u64,
}

/// What one member gave within one hour and had got within one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignArrival {
    /// Who.
    pub member: MemberId,
    /// When the first of these arrived there, as the mail says (see [`lexicon::MailFacts::arrived`]), or was received
    /// by the hub where nothing is known.
    pub arrived: Timestamp,
    /// When the hub received the first of these.
    pub received: Timestamp,
    /// How many.
    pub mails: u64,
}

/// How many mails of a campaign stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignStanding {
    /// The latest verdict; `None` where nobody has judged.
    pub judgement: Option<Judgement>,
    /// How many mails.
    pub mails: u64,
}

/// Mails of a campaign, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignMails {
    /// The mails.
    pub items: Vec<SubmissionRecord>,
    /// The number of the first of them in the campaign, from 1.
    pub first_number: u64,
    /// Where the next page starts; `None` where this is the last.
    pub next: Option<Cursor>,
}

/// Mails that stand for a campaign where all of them would be too many.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CampaignFacts {
    /// Of its distinct mails, by their bytes, the oldest and the newest: oldest first by when the first of them was
    /// received. All of them where there are no more than asked for.
    pub mails: Vec<MailFacts>,
    /// How many distinct mails it has.
    pub distinct: u64,
}

/// Reads campaigns part by part. Nothing here writes.
#[async_trait]
pub trait CampaignViews {
    /// What there is to know without its mails.
    async fn campaign_head(&self, id: CampaignId) -> RecordResult<Option<CampaignHead>>;
    /// Its mails, oldest first by (received, id), after a cursor.
    async fn campaign_mails(
        &self,
        id: CampaignId,
        after: Option<Cursor>,
        limit: u32,
    ) -> RecordResult<CampaignMails>;
    /// What came when, by member, hour of receipt and hour of arrival, oldest first by (received, member, arrived).
    async fn campaign_arrivals(&self, id: CampaignId) -> RecordResult<Vec<CampaignArrival>>;
    /// The mails that stand for it in a picture: the first of each member, oldest first, then the oldest of the
    /// others, at most `limit`. Sorted by (received, id).
    async fn campaign_picture(&self, id: CampaignId, limit: u32) -> RecordResult<Vec<SubmissionRecord>>;
    /// What its mails say, as many as `most`: half of them the oldest, half the newest.
    async fn campaign_facts(&self, id: CampaignId, most: u32) -> RecordResult<CampaignFacts>;
    /// Links that show why its mails belong together: see [`CampaignRecord::links`](super::CampaignRecord::links).
    async fn campaign_links(&self, id: CampaignId) -> RecordResult<Vec<Link<SubmissionId>>>;
    /// Everything that pairs of these mails have in common, weighed as rare as the values are today, sorted by (a, b);
    /// mails that are not signed have nothing. At most 64 mails are compared.
    async fn links_among(&self, mails: &[SubmissionId]) -> RecordResult<Vec<Link<SubmissionId>>>;
    /// How its mails were judged, unjudged first, then by verdict.
    async fn campaign_standing(&self, id: CampaignId) -> RecordResult<Vec<CampaignStanding>>;
}
