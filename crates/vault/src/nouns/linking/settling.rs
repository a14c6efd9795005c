//! Settling: which cores are one campaign, under which id, and what its history says.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use desk::records::RecordResult;
use lexicon::ids::CampaignId;
use sha2::{Digest as _, Sha256};

use super::Linker;
use super::cores::Core;
use crate::sql::args;

/// Cores with what they are tied to, read once.
#[derive(Default)]
struct Seen {
    cores: HashMap<i64, Core>,
    near: HashMap<i64, Vec<i64>>,
}

impl Linker<'_> {
    async fn see(&mut self, seen: &mut Seen, ids: &BTreeSet<i64>) -> RecordResult<()> {
        let missing = ids.iter().copied().filter(|id| !seen.cores.contains_key(id)).collect();
        for core in self.cores(&missing).await? {
            let near = if core.ties == 0 { Vec::new() } else { self.near(core.id).await? };
            seen.near.insert(core.id, near);
            seen.cores.insert(core.id, core);
        }
        Ok(())
    }

    /// These cores and those that they are tied to.
    async fn around(&mut self, seen: &mut Seen, ids: &BTreeSet<i64>) -> RecordResult<BTreeSet<i64>> {
        self.see(seen, ids).await?;
        let mut out = ids.clone();
        out.extend(ids.iter().filter_map(|id| seen.near.get(id)).flatten());
        self.see(seen, &out).await?;
        Ok(out)
    }

    /// Decides for every core that the changes reach whose campaign it is in.
    pub(super) async fn settle(&mut self) -> RecordResult<()> {
        let mut seen = Seen::default();
        let mut centres = std::mem::take(&mut self.centres);
        let mut moved = std::mem::take(&mut self.moved);
        let mut look = BTreeSet::new();
        for id in std::mem::take(&mut self.grown) {
            // A centre that only grew is still one, and those that went to it still do: only the others may come.
            self.see(&mut seen, &BTreeSet::from([id])).await?;
            let Some(core) = seen.cores.get(&id) else { continue };
            centres.insert(core.centre);
            if core.centre != id || moved.contains(&id) {
                moved.insert(id);
                continue;
            }
            let near = self.around(&mut seen, &BTreeSet::from([id])).await?;
            look.extend(
                near.into_iter()
                    .filter(|near| *near == id || seen.cores.get(near).is_some_and(|core| core.centre != id)),
            );
        }
        let one = self.around(&mut seen, &moved).await?;
        look.extend(self.around(&mut seen, &one).await?);
        // What decides about a core stands up to two ties away from it.
        let two = self.around(&mut seen, &look).await?;
        self.around(&mut seen, &two).await?;
        for id in look {
            let Some(core) = seen.cores.get(&id).cloned() else { continue };
            let apart = self.apart_from(id).await?;
            self.see(&mut seen, &apart).await?;
            let to = decide(&seen, &core, &apart);
            if to != core.centre {
                centres.extend([core.centre, to]);
                self.session.run("UPDATE core SET centre = $1 WHERE id = $2", args![to, id]).await?;
                if let Some(core) = seen.cores.get_mut(&id) {
                    core.centre = to;
                }
            }
        }
        self.name(centres).await
    }

    /// Gives every group around these centres its campaign.
    async fn name(&mut self, centres: BTreeSet<i64>) -> RecordResult<()> {
        let mut groups: BTreeMap<i64, Vec<Core>> = BTreeMap::new();
        for centre in centres {
            let rows = self.session.rows("SELECT id FROM core WHERE centre = $1", args![centre]).await?;
            let ids = rows.iter().map(|row| row.int("id")).collect::<RecordResult<_>>()?;
            let cores = self.cores(&ids).await?;
            if !cores.is_empty() {
                groups.insert(centre, cores);
            }
        }
        let size = |cores: &[Core]| cores.iter().map(|core| core.profile.mails).sum::<u64>();
        // Every group asks for the campaigns that its mails were in; the one with most of a campaign's mails has it,
        // and each keeps the one that most of its mails were in.
        let mut claims: Vec<(std::cmp::Reverse<u64>, CampaignId, i64)> = Vec::new();
        for (centre, cores) in groups.iter().filter(|(_, cores)| size(cores) > 1) {
            let mut of: BTreeMap<CampaignId, u64> = BTreeMap::new();
            for core in cores {
                if let Some(campaign) = core.campaign {
                    *of.entry(campaign).or_default() += core.profile.mails;
                }
            }
            claims.extend(
                of.into_iter().map(|(campaign, mails)| (std::cmp::Reverse(mails), campaign, *centre)),
            );
        }
        claims.sort_unstable();
        let mut named: BTreeMap<i64, CampaignId> = BTreeMap::new();
        let mut taken: BTreeSet<CampaignId> = BTreeSet::new();
        for (_, campaign, centre) in &claims {
            if !named.contains_key(centre) && taken.insert(*campaign) {
                named.insert(*centre, *campaign);
            }
        }
        self.withdrawn(&groups).await?;
        // Where the mails of each former campaign are now.
        let mut went: BTreeMap<CampaignId, BTreeMap<Option<CampaignId>, u64>> = BTreeMap::new();
        for (centre, cores) in &groups {
            let mails = size(cores);
            let campaign = match named.get(centre) {
                Some(known) => Some(*known),
                None if mails > 1 => {
                    let new = self.open(*centre).await?;
                    self.event(new, "opened", None, mails, "").await?;
                    Some(new)
                }
                None => None,
            };
            for core in cores {
                let was = core.campaign;
                if let Some(was) = was {
                    *went.entry(was).or_default().entry(campaign).or_default() += core.profile.mails;
                }
                if was != campaign {
                    let sql = "UPDATE core SET campaign = $1 WHERE id = $2";
                    self.session.run(sql, args![campaign, core.id]).await?;
                    let sql = "UPDATE submission SET campaign = $1 WHERE core = $2";
                    self.session.run(sql, args![campaign, core.id]).await?;
                }
            }
        }
        for (was, core) in std::mem::take(&mut self.gone) {
            let Some(was) = was else { continue };
            let sql = "SELECT campaign FROM core WHERE id = $1";
            let now = match self.session.row(sql, args![core]).await? {
                Some(row) => row.maybe_id("campaign")?,
                None => None,
            };
            *went.entry(was).or_default().entry(now).or_default() += 1;
        }
        for (was, to) in went {
            self.history(was, &to).await?;
        }
        Ok(())
    }

    /// Tells the history of a campaign whose mails are in these now.
    async fn history(&mut self, was: CampaignId, to: &BTreeMap<Option<CampaignId>, u64>) -> RecordResult<()> {
        let sql = "SELECT id FROM submission WHERE campaign = $1 LIMIT 1";
        let stands = self.session.row(sql, args![was]).await?.is_some();
        let most = to.iter().filter_map(|(id, mails)| id.map(|id| (*mails, id))).max();
        for (other, mails) in to.iter().filter(|(other, _)| **other != Some(was)) {
            match other {
                Some(other) if stands => {
                    self.event(was, "left", Some(*other), *mails, "").await?;
                    self.event(*other, "came", Some(was), *mails, "").await?;
                }
                Some(other) if most.is_some_and(|(_, most)| most == *other) => {
                    self.event(*other, "merged", Some(was), *mails, "").await?;
                }
                Some(other) => self.event(*other, "came", Some(was), *mails, "").await?,
                None if stands => self.event(was, "left", None, *mails, "").await?,
                None => {}
            }
        }
        if stands {
            return Ok(());
        }
        match most {
            Some((mails, into)) => {
                self.event(was, "merged-into", Some(into), mails, "").await?;
                let sql = "UPDATE campaign SET merged_into = $1 WHERE id = $2 OR merged_into = $2";
                self.session.run(sql, args![into, was]).await?;
            }
            None => {
                self.event(was, "ended", None, 0, "").await?;
                self.session.run("UPDATE campaign SET ended = $1 WHERE id = $2", args![self.at, was]).await?;
            }
        }
        Ok(())
    }

    /// Values that turned common: the history of the campaigns that rested on them says so.
    async fn withdrawn(&mut self, groups: &BTreeMap<i64, Vec<Core>>) -> RecordResult<()> {
        let untied = std::mem::take(&mut self.untied);
        for (held, carriers) in std::mem::take(&mut self.common) {
            if untied == 0 {
                continue;
            }
            let word = self.words.get(&held.key).cloned().unwrap_or_else(|| held.kind.word().to_owned());
            let of = |core: &&Core| carriers.contains(&core.id);
            let campaigns: BTreeSet<CampaignId> =
                groups.values().flatten().filter(of).filter_map(|core| core.campaign).collect();
            for campaign in campaigns {
                self.event(campaign, "withdrawn", None, carriers.len() as u64, &word).await?;
            }
        }
        Ok(())
    }

    /// Opens a campaign around a core. Its id sorts by age and follows from the core.
    async fn open(&mut self, centre: i64) -> RecordResult<CampaignId> {
        let mut nth = 0u32;
        loop {
            let mut digest = Sha256::new();
            digest.update(centre.to_be_bytes());
            digest.update(self.at.as_nanosecond().to_be_bytes());
            digest.update(nth.to_be_bytes());
            let mut random = [0; 10];
            random.iter_mut().zip(digest.finalize()).for_each(|(to, from)| *to = from);
            let id = CampaignId::from_time_and_random(self.at.as_millisecond(), random);
            let sql = "INSERT INTO campaign (id, opened) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
            if self.session.run(sql, args![id, self.at]).await? == 1 {
                return Ok(id);
            }
            nth += 1;
        }
    }

    async fn event(
        &mut self,
        campaign: CampaignId,
        event: &'static str,
        other: Option<CampaignId>,
        mails: u64,
        detail: &str,
    ) -> RecordResult<()> {
        let sql = "INSERT INTO campaign_event (campaign, nth, at, event, other, mails, detail) VALUES ($1, \
                   (SELECT COUNT(*) + 1 FROM campaign_event WHERE campaign = $1), $2, $3, $4, $5, $6)";
        self.session.run(sql, args![campaign, self.at, event, other, mails, detail]).await.map(|_| ())
    }
}

/// The core whose campaign this one is in.
fn decide(seen: &Seen, core: &Core, apart: &BTreeSet<i64>) -> i64 {
    let near = |id: i64| seen.near.get(&id).into_iter().flatten().copied();
    let ranks = |id: i64| near(id).filter_map(|other| seen.cores.get(&other)).map(Core::rank);
    if casework::is_centre(&core.rank(), ranks(core.id)) {
        return core.id;
    }
    let centres = near(core.id)
        .filter_map(|other| seen.cores.get(&other))
        .filter(|other| casework::is_centre(&other.rank(), ranks(other.id)))
        .map(|other| (other.id, other.rank()));
    let refused = |to: i64| {
        apart
            .iter()
            .filter_map(|id| seen.cores.get(id))
            .any(|other| near(to).any(|near| near == other.id) && other.rank() > core.rank())
    };
    casework::choose(centres, refused).unwrap_or(core.id)
}
