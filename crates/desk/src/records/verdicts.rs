//! Verdicts on mails and on whole campaigns, and how they agree with what was suggested.

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::ids::{AccountId, CampaignId, SubmissionId};
use lexicon::{Judgement, Scheme, Verdict};

use super::{AuditEntry, Page, PageRequest, RecordResult};

/// A verdict as given; later ones supersede earlier ones, none is erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictRecord {
    /// On which submission.
    pub submission: SubmissionId,
    /// What it is, by each scheme.
    pub judgement: Judgement,
    /// What was suggested when it was given; `None` where nothing had been worked out.
    pub suggested: Option<Judgement>,
    /// The campaign that was judged as a whole, where it came that way.
    pub campaign: Option<CampaignId>,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Which mails of a campaign a verdict on the whole of it is given on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// Those that nobody has judged yet.
    Unjudged,
    /// All; what was said before stays in their history.
    All,
}

impl Extent {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unjudged => "unjudged",
            Self::All => "all",
        }
    }

    /// The extent of a stable word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Unjudged, Self::All].into_iter().find(|e| e.word() == word)
    }
}

/// A verdict on a whole campaign as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignVerdictRecord {
    /// On which campaign.
    pub campaign: CampaignId,
    /// What it is, by each scheme.
    pub judgement: Judgement,
    /// What was suggested when it was given.
    pub suggested: Option<Judgement>,
    /// Which of its mails it was given on.
    pub extent: Extent,
    /// How many those were.
    pub mails: u64,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
}

/// How many decisions were taken where this was suggested and that decided. A decision is a mail judged by itself, or a
/// campaign judged as a whole, once, whatever its size; of several on one thing the latest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Agreement {
    /// What was suggested.
    pub suggested: Verdict,
    /// What was decided.
    pub decided: Verdict,
    /// How often.
    pub decisions: u64,
}

/// What a decision was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judged {
    /// One mail.
    Submission(SubmissionId),
    /// A whole campaign.
    Campaign(CampaignId),
}

/// One decision behind a figure of [`Verdicts::agreement`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it was about.
    pub about: Judged,
    /// What was suggested.
    pub suggested: Judgement,
    /// What was decided.
    pub judgement: Judgement,
    /// Why.
    pub reason: String,
    /// Who.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Keeps verdicts.
#[async_trait]
pub trait Verdicts {
    /// Writes a verdict and marks the submission judged.
    async fn put_verdict(&self, verdict: &VerdictRecord, audit: &AuditEntry) -> RecordResult<()>;
    /// The verdicts on a submission, oldest first.
    async fn verdicts(&self, submission: SubmissionId) -> RecordResult<Vec<VerdictRecord>>;
    /// Writes a verdict on a campaign and on its mails that are dissected, as its extent says, in one transaction;
    /// returns how many mails those are (`verdict.mails` is not looked at). A campaign that was merged away is a
    /// [`super::RecordError::Conflict`].
    async fn put_campaign_verdict(
        &self,
        verdict: &CampaignVerdictRecord,
        audit: &AuditEntry,
    ) -> RecordResult<u64>;
    /// The verdicts on a campaign and on those that were merged into it, oldest first.
    async fn campaign_verdicts(&self, campaign: CampaignId) -> RecordResult<Vec<CampaignVerdictRecord>>;
    /// How decisions agree with suggestions by one scheme, sorted by suggested, then decided; pairs that never occur
    /// are left out. Decisions without a suggestion are not counted.
    async fn agreement(&self, scheme: Scheme) -> RecordResult<Vec<Agreement>>;
    /// The decisions behind one of those figures, newest first by (at, id of what it was about).
    async fn decisions(
        &self,
        scheme: Scheme,
        suggested: Verdict,
        decided: Verdict,
        page: PageRequest,
    ) -> RecordResult<Page<Decision>>;
}
