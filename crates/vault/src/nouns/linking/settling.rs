//! Settling: which cores are one campaign, under which id, and what its history says.

use std::collections::{BTreeMap, BTreeSet};

use desk::records::RecordResult;
use lexicon::ids::CampaignId;
use sha2::{Digest as _, Sha256};

use super::Linker;
use super::book::{Book, numbers};
use super::cores::Core;
use crate::sql::{args, insert_many, marks, padded};

impl Linker<'_> {
    /// Reads cores with what they are tied to.
    async fn see(&mut self, ids: &BTreeSet<i64>) -> RecordResult<()> {
        self.book.load(self.session, ids.iter().copied()).await?;
        let tied = |id: &&i64| self.book.core(**id).is_some_and(|core| core.ties > 0);
        let tied: Vec<i64> = ids.iter().filter(tied).copied().collect();
        self.book.load_near(self.session, tied).await
    }

    /// These cores and those that they are tied to.
    async fn around(&mut self, ids: &BTreeSet<i64>) -> RecordResult<BTreeSet<i64>> {
        self.see(ids).await?;
        let mut out = ids.clone();
        out.extend(ids.iter().flat_map(|id| self.book.near(*id)));
        self.see(&out).await?;
        Ok(out)
    }

    /// Decides for every core that the changes reach whose campaign it is in.
    pub(super) async fn settle(&mut self) -> RecordResult<()> {
        let mut centres = std::mem::take(&mut self.centres);
        let mut moved = std::mem::take(&mut self.moved);
        let brought = std::mem::take(&mut self.brought);
        let mut look = BTreeSet::new();
        let grown = std::mem::take(&mut self.grown);
        self.see(&grown).await?;
        let mut steady: BTreeSet<i64> = BTreeSet::new();
        for id in grown {
            let Some(core) = self.book.core(id) else { continue };
            // What is in a campaign and changed nothing but its size stays there under the same name.
            let named = core.campaign.is_some() && !moved.contains(&id) && !brought.contains(&id);
            if !named || !self.common.is_empty() {
                centres.insert(core.centre);
            }
            // A centre that only grew is still one, and those that went to it still do: only the others may come.
            if core.centre != id || moved.contains(&id) {
                moved.insert(id);
            } else {
                steady.insert(id);
            }
        }
        self.around(&steady).await?;
        for id in steady {
            let centre = |near: i64| self.book.core(near).map(|core| core.centre);
            look.insert(id);
            look.extend(self.book.near(id).filter(|near| centre(*near).is_some_and(|centre| centre != id)));
        }
        let one = self.around(&moved).await?;
        look.extend(self.around(&one).await?);
        // What decides about a core stands up to two ties away from it.
        let two = self.around(&look).await?;
        self.around(&two).await?;
        for id in look {
            let apart = self.apart_from(id).await?;
            self.see(&apart).await?;
            let Some(core) = self.book.core(id) else { continue };
            let (to, was) = (decide(&self.book, core, &apart), core.centre);
            if to != was {
                centres.extend([was, to]);
                self.book.change(id, |core| core.centre = to);
            }
        }
        self.name(centres).await
    }

    /// Gives every group around these centres its campaign.
    async fn name(&mut self, centres: BTreeSet<i64>) -> RecordResult<()> {
        self.book.load_groups(self.session, centres.iter().copied()).await?;
        let members: BTreeSet<i64> = centres.iter().flat_map(|centre| self.book.group(*centre)).collect();
        self.book.load(self.session, members).await?;
        let mut groups: BTreeMap<i64, Vec<Core>> = BTreeMap::new();
        for centre in centres {
            let of: Vec<Core> =
                self.book.group(centre).iter().filter_map(|id| self.book.core(*id)).cloned().collect();
            if !of.is_empty() {
                groups.insert(centre, of);
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
        let mut renamed: Vec<(i64, Option<CampaignId>)> = Vec::new();
        // Where the mails of each former campaign are now.
        let mut went: BTreeMap<CampaignId, BTreeMap<Option<CampaignId>, u64>> = BTreeMap::new();
        for (centre, cores) in &groups {
            let mails = size(cores);
            let campaign = match named.get(centre) {
                Some(known) => Some(*known),
                None if mails > 1 => {
                    let new = self.open(*centre).await?;
                    self.event(new, "opened", None, mails, "");
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
                    self.book.change(core.id, |core| core.campaign = campaign);
                    renamed.push((core.id, campaign));
                }
            }
        }
        self.rename(&renamed).await?;
        for (was, core) in std::mem::take(&mut self.gone) {
            let Some(was) = was else { continue };
            self.book.load(self.session, [core]).await?;
            let now = self.book.core(core).and_then(|core| core.campaign);
            *went.entry(was).or_default().entry(now).or_default() += 1;
        }
        for (was, to) in went {
            if to.keys().any(|now| *now != Some(was)) {
                self.history(was, &to).await?;
            }
        }
        Ok(())
    }

    /// Writes into which campaign the mails of these cores come.
    async fn rename(&mut self, cores: &[(i64, Option<CampaignId>)]) -> RecordResult<()> {
        if cores.is_empty() {
            return Ok(());
        }
        self.book.flush_mails(self.session).await?;
        for list in padded(cores) {
            let sql = format!(
                "WITH given (its_core, its_campaign) AS (VALUES {}) UPDATE submission \
                 SET campaign = its_campaign FROM given WHERE core = its_core",
                marks(1, 2, list.len())
            );
            let values = list.iter().flat_map(|(core, campaign)| args![*core, *campaign]).collect();
            self.session.run(sqlx::AssertSqlSafe(sql), values).await?;
        }
        Ok(())
    }

    /// Tells the history of a campaign whose mails are in these now.
    async fn history(&mut self, was: CampaignId, to: &BTreeMap<Option<CampaignId>, u64>) -> RecordResult<()> {
        self.book.flush_mails(self.session).await?;
        let sql = "SELECT id FROM submission WHERE campaign = $1 LIMIT 1";
        let stands = self.session.row(sql, args![was]).await?.is_some();
        let most = to.iter().filter_map(|(id, mails)| id.map(|id| (*mails, id))).max();
        for (other, mails) in to.iter().filter(|(other, _)| **other != Some(was)) {
            match other {
                Some(other) if stands => {
                    self.event(was, "left", Some(*other), *mails, "");
                    self.event(*other, "came", Some(was), *mails, "");
                }
                Some(other) if most.is_some_and(|(_, most)| most == *other) => {
                    self.event(*other, "merged", Some(was), *mails, "");
                }
                Some(other) => self.event(*other, "came", Some(was), *mails, ""),
                None if stands => self.event(was, "left", None, *mails, ""),
                None => {}
            }
        }
        if stands {
            return Ok(());
        }
        match most {
            Some((mails, into)) => {
                self.event(was, "merged-into", Some(into), mails, "");
                let sql = "UPDATE campaign SET merged_into = $1 WHERE id = $2 OR merged_into = $2";
                self.session.run(sql, args![into, was]).await?;
            }
            None => {
                self.event(was, "ended", None, 0, "");
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
                self.event(campaign, "withdrawn", None, carriers.len() as u64, &word);
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

    /// Tells an event of a campaign's history; written by [`tell_events`](Self::tell_events).
    fn event(
        &mut self,
        campaign: CampaignId,
        event: &'static str,
        other: Option<CampaignId>,
        mails: u64,
        detail: &str,
    ) {
        self.events.push(Event { campaign, event, other, mails, detail: detail.to_owned() });
    }

    /// Writes the events that were told, in their order.
    pub(super) async fn tell_events(&mut self) -> RecordResult<()> {
        let events = std::mem::take(&mut self.events);
        let campaigns: BTreeSet<CampaignId> = events.iter().map(|event| event.campaign).collect();
        let campaigns: Vec<CampaignId> = campaigns.into_iter().collect();
        let mut told: BTreeMap<CampaignId, u64> = BTreeMap::new();
        for list in padded(&campaigns) {
            let sql = format!(
                "SELECT campaign, MAX(nth) AS nth FROM campaign_event WHERE campaign IN ({}) GROUP BY campaign",
                numbers(list.len())
            );
            let values = list.iter().flat_map(|id| args![*id]).collect();
            for row in self.session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                told.insert(row.id("campaign")?, row.count("nth")?);
            }
        }
        let mut rows = Vec::new();
        for Event { campaign, event, other, mails, detail } in events {
            let nth = told.entry(campaign).or_default();
            *nth += 1;
            rows.push(args![campaign, *nth, self.at, event, other, mails, detail.as_str()]);
        }
        let into = "campaign_event (campaign, nth, at, event, other, mails, detail)";
        insert_many(self.session, into, 7, rows, "").await.map(|_| ())
    }
}

/// Something in a campaign's history.
pub(super) struct Event {
    campaign: CampaignId,
    event: &'static str,
    other: Option<CampaignId>,
    mails: u64,
    detail: String,
}

/// The core whose campaign this one is in.
fn decide(book: &Book, core: &Core, apart: &BTreeSet<i64>) -> i64 {
    let ranks = |id: i64| book.near(id).filter_map(|other| book.core(other)).map(Core::rank);
    if casework::is_centre(&core.rank(), ranks(core.id)) {
        return core.id;
    }
    let centres = book
        .near(core.id)
        .filter_map(|other| book.core(other))
        .filter(|other| casework::is_centre(&other.rank(), ranks(other.id)))
        .map(|other| (other.id, other.rank()));
    let refused = |to: i64| {
        apart
            .iter()
            .filter_map(|id| book.core(*id))
            .any(|other| book.near(to).any(|near| near == other.id) && other.rank() > core.rank())
    };
    casework::choose(centres, refused).unwrap_or(core.id)
}
