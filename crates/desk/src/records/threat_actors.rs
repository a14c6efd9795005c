//! Threat actors above campaigns, the claims that tie them, and the C2 addresses told of campaigns (S61).

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::ThreatActor;
use lexicon::ids::{AccountId, CampaignId, HypothesisId, ThreatActorId};
use lexicon::threat_actor::{Hypothesis, Withdrawn};

use super::{AuditEntry, RecordResult};

/// A C2 address of a campaign (不正接続先), as an analyst or a report tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct C2Record {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The address, normalised: an IP address, a host name or a URL.
    pub value: String,
    /// Where the knowledge is from: an analysis, a sandbox report.
    pub source: String,
    /// Who wrote it down.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A threat actor as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatActorSummary {
    /// The actor.
    pub actor: ThreatActor,
    /// Campaigns with a standing claim.
    pub campaigns: u64,
    /// When the latest claim was made.
    pub latest: Option<Timestamp>,
}

/// Keeps threat actors. There are dozens, so they are read whole.
#[async_trait]
pub trait ThreatActors {
    /// Writes an actor; one of the same id is replaced.
    async fn put_threat_actor(&self, actor: &ThreatActor, audit: &AuditEntry) -> RecordResult<()>;
    /// One actor.
    async fn threat_actor(&self, id: ThreatActorId) -> RecordResult<Option<ThreatActor>>;
    /// All actors, sorted by name, then id.
    async fn threat_actors(&self) -> RecordResult<Vec<ThreatActorSummary>>;
    /// Writes a claim. One of the same id is a [`super::RecordError::Conflict`]: claims are taken back, not changed.
    async fn put_hypothesis(&self, hypothesis: &Hypothesis, audit: &AuditEntry) -> RecordResult<()>;
    /// Takes a claim back; one that was taken back already, or is not there, is a
    /// [`super::RecordError::Conflict`].
    async fn withdraw_hypothesis(
        &self,
        id: HypothesisId,
        withdrawn: &Withdrawn,
        audit: &AuditEntry,
    ) -> RecordResult<()>;
    /// The claims on an actor, oldest first, those taken back too.
    async fn hypotheses_of(&self, actor: ThreatActorId) -> RecordResult<Vec<Hypothesis>>;
    /// The claims on a campaign and on those that were merged into it, oldest first.
    async fn hypotheses_on(&self, campaign: CampaignId) -> RecordResult<Vec<Hypothesis>>;
    /// Writes down C2 addresses; those known of the campaign already stay as they are. Returns how many are new.
    async fn put_c2(&self, records: &[C2Record], audit: &AuditEntry) -> RecordResult<u64>;
    /// The C2 addresses of a campaign, of those that were merged into it, and what was told of its mails
    /// ([`super::Casebook::told`]), sorted by value.
    async fn c2_of(&self, campaign: CampaignId) -> RecordResult<Vec<C2Record>>;
    /// Which standing campaigns have one of these C2 addresses, by what was told of them or of their mails, sorted by value, then campaign (the one that stands,
    /// where it was merged away).
    async fn c2_sharers(&self, values: &[String]) -> RecordResult<Vec<(String, CampaignId)>>;
}
