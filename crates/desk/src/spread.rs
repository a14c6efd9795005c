//! How a campaign spread, for the hub alone: who gave it, who confirmed it, when, in which SIGs, before and after the
//! advisory.

use std::collections::{BTreeMap, BTreeSet};

use casework::spread::spread;
use jiff::Timestamp;
use lexicon::ids::{AdvisoryId, CampaignId, MemberId, SigId};
use lexicon::{Sig, Sighting};

pub use casework::spread::{Arrival, How, Place, Sector, Side, Spread};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::{AdvisoryFilter, PageRequest};

/// Advisories of one campaign looked at.
const ADVISORIES: u32 = 50;

/// A campaign's spread with the names for the hub's own pages.
#[derive(Debug, Clone)]
pub struct CampaignSpread {
    /// The spread itself.
    pub spread: Spread<MemberId, SigId>,
    /// What it is made of.
    pub arrivals: Vec<Arrival<MemberId>>,
    /// The number of each organisation on pages: by the order in which the hub learned of it, from 1.
    pub numbers: BTreeMap<MemberId, usize>,
    /// The SIGs that occur.
    pub sigs: BTreeMap<SigId, Sig>,
    /// SIGs of each organisation.
    pub of: BTreeMap<MemberId, BTreeSet<SigId>>,
    /// The answers that count: the latest "we saw it too" of each organisation, by advisory.
    pub confirmations: Vec<(AdvisoryId, Sighting)>,
    /// The advisories that went out, oldest first.
    pub released: Vec<(AdvisoryId, Timestamp)>,
}

impl Desk {
    /// How a campaign spread, for an analyst.
    ///
    /// # Errors
    /// It is not there for this actor.
    pub async fn spread(&self, actor: &Actor, campaign: CampaignId) -> DeskResult<CampaignSpread> {
        actor.analyst("campaign")?;
        self.records.campaign_head(campaign).await?.ok_or(DeskError::NotFound("campaign"))?;
        let (released, confirmations) = self.confirmations(campaign).await?;
        let mut arrivals: Vec<Arrival<MemberId>> = Vec::new();
        for arrival in self.records.campaign_arrivals(campaign).await? {
            arrivals.push(Arrival {
                place: arrival.member,
                at: arrival.arrived,
                known: arrival.received,
                mails: arrival.mails,
                how: How::Reported,
            });
        }
        for (_, sighting) in &confirmations {
            arrivals.push(Arrival {
                place: sighting.member,
                at: first_of(sighting),
                known: sighting.answered,
                mails: u64::from(sighting.count),
                how: How::Confirmed,
            });
        }
        let of: BTreeMap<MemberId, BTreeSet<SigId>> =
            self.records.members().await?.into_iter().map(|member| (member.id, member.sigs)).collect();
        let sectors = |member: &MemberId| of.get(member).into_iter().flatten().copied().collect();
        let first = released.iter().map(|(_, at)| *at).min();
        let spread = spread(&arrivals, sectors, first);
        let sigs = self.records.sigs().await?.into_iter().map(|sig| (sig.id, sig)).collect();
        let numbers = (1..).zip(&spread.places).map(|(number, place)| (place.place, number)).collect();
        Ok(CampaignSpread { arrivals, numbers, sigs, of, confirmations, released, spread })
    }

    /// Organisations that received a campaign's mails: those that gave them, and those that confirmed.
    pub(crate) async fn campaign_places(&self, campaign: CampaignId) -> DeskResult<BTreeSet<MemberId>> {
        let mut places: BTreeSet<MemberId> =
            self.records.campaign_members(campaign).await?.into_iter().collect();
        let (_, confirmations) = self.confirmations(campaign).await?;
        places.extend(confirmations.iter().map(|(_, sighting)| sighting.member));
        Ok(places)
    }

    /// The released advisories of a campaign, and who confirmed in answer to one of them: the latest answer of each
    /// organisation to each advisory counts, and of several advisories the first that it confirmed.
    async fn confirmations(
        &self,
        campaign: CampaignId,
    ) -> DeskResult<(Vec<(AdvisoryId, Timestamp)>, Vec<(AdvisoryId, Sighting)>)> {
        let filter = AdvisoryFilter { campaign: Some(campaign), ..AdvisoryFilter::default() };
        let advisories = self.records.advisories(filter, PageRequest::first(ADVISORIES)).await?;
        let mut released = Vec::new();
        for record in advisories.items {
            if let Some(release) = self.records.release(record.advisory.id).await? {
                released.push((record.advisory.id, release.at));
            }
        }
        released.sort_by_key(|(id, at)| (*at, *id));
        let mut seen = BTreeSet::new();
        let mut confirmations = Vec::new();
        for (advisory, _) in &released {
            for sighting in self.records.sightings(*advisory).await? {
                if sighting.seen && seen.insert(sighting.member) {
                    confirmations.push((*advisory, sighting));
                }
            }
        }
        Ok((released, confirmations))
    }
}

/// When the first of what an organisation confirmed arrived: the start of that day in Japan, or when it answered.
fn first_of(sighting: &Sighting) -> Timestamp {
    let day = sighting.first_date.and_then(|date| date.to_zoned(lexicon::time::jst()).ok());
    day.map_or(sighting.answered, |day| day.timestamp().min(sighting.answered))
}
