//! Links: why mails belong together, told of the few mails that a page shows. Worked out anew from the mails and from how
//! common their values are now, so that what is told is what holds.

use std::collections::BTreeMap;

use casework::{Kinds, Signature, compare};
use lexicon::ids::{CampaignId, SubmissionId};
use lexicon::{Link, MailFacts};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::DeskResult;
use crate::records::SubmissionRecord;

/// Mails compared with one another at once, at most.
pub const COMPARED: usize = 64;

impl Desk {
    /// The links among a few mails, sorted by (a, b), for an analyst; mails that are not dissected have none. More than
    /// [`COMPARED`] mails are not looked at.
    ///
    /// # Errors
    /// Not an analyst.
    pub async fn links_among(
        &self,
        actor: &Actor,
        mails: &[SubmissionRecord],
    ) -> DeskResult<Vec<Link<SubmissionId>>> {
        actor.analyst("campaign")?;
        self.links(mails).await
    }

    /// The mails that stand for a campaign (the first of each organisation, then the oldest, at most `limit`) and the
    /// links among them, for an analyst.
    ///
    /// # Errors
    /// Not an analyst.
    pub async fn campaign_picture(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        limit: usize,
    ) -> DeskResult<(Vec<SubmissionRecord>, Vec<Link<SubmissionId>>)> {
        actor.analyst("campaign")?;
        let limit = u32::try_from(limit.min(COMPARED)).unwrap_or(u32::MAX);
        let mails = self.records.campaign_picture(campaign, limit).await?;
        let links = self.links(&mails).await?;
        Ok((mails, links))
    }

    pub(crate) async fn links(&self, mails: &[SubmissionRecord]) -> DeskResult<Vec<Link<SubmissionId>>> {
        let mut facts = Vec::new();
        for record in mails.iter().take(COMPARED) {
            if let Some(known) = self.facts_judged_by(record).await? {
                facts.push((record.id, known));
            }
        }
        self.links_of_facts(&facts).await
    }

    /// The links among mails whose facts are at hand.
    pub(crate) async fn links_of_facts(
        &self,
        mails: &[(SubmissionId, MailFacts)],
    ) -> DeskResult<Vec<Link<SubmissionId>>> {
        let signatures: BTreeMap<SubmissionId, Signature> =
            mails.iter().take(COMPARED).map(|(id, facts)| (*id, Signature::of(facts))).collect();
        let rarity = self.rarity_of(signatures.values()).await?;
        let mut links = Vec::new();
        for (place, (a, signature)) in signatures.iter().enumerate() {
            for (b, other) in signatures.iter().skip(place + 1) {
                let reasons = compare(signature, other, &rarity, Kinds::ALL);
                if !reasons.is_empty() {
                    links.push(Link { a: *a, b: *b, reasons });
                }
            }
        }
        Ok(links)
    }
}
