//! Links: why mails belong together, told of the few mails that a page shows, weighed as rare as their values are now.

use lexicon::Link;
use lexicon::ids::{CampaignId, SubmissionId};

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
        let ids: Vec<SubmissionId> = mails.iter().take(COMPARED).map(|mail| mail.id).collect();
        Ok(self.records.links_among(&ids).await?)
    }
}
