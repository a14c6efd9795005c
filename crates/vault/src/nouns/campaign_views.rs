//! Campaigns part by part, as pages show them.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use desk::records::{
    CampaignArrival, CampaignFacts, CampaignHead, CampaignMails, CampaignStanding, CampaignViews, Cursor,
    PAGE_LIMIT, RecordResult, SubmissionRecord,
};
use lexicon::ids::{CampaignId, SubmissionId};
use lexicon::{Judgement, Link, MailFacts};

use super::linking;
use super::submissions::{columns, read};
use crate::Vault;
use crate::sql::{args, marks, padded};

/// Mails of a picture at most.
const PICTURE: usize = 256;
/// Mails whose facts are read at most.
const FACTS: u32 = 1024;

#[async_trait]
impl CampaignViews for Vault {
    async fn campaign_head(&self, id: CampaignId) -> RecordResult<Option<CampaignHead>> {
        let mut session = self.store.read("read a campaign", "campaign").await?;
        let sql = "SELECT opened, merged_into, \
                   (SELECT COUNT(*) FROM submission s WHERE s.campaign = c.id) AS submissions, \
                   (SELECT COUNT(DISTINCT member) FROM submission s WHERE s.campaign = c.id) AS members \
                   FROM campaign c WHERE id = $1";
        let Some(row) = session.row(sql, args![id]).await? else { return Ok(None) };
        Ok(Some(CampaignHead {
            id,
            opened: row.time("opened")?,
            merged_into: row.maybe_id("merged_into")?,
            submissions: row.count("submissions")?,
            members: row.count("members")?,
        }))
    }

    async fn campaign_mails(
        &self,
        id: CampaignId,
        after: Option<Cursor>,
        limit: u32,
    ) -> RecordResult<CampaignMails> {
        let mut session = self.store.snapshot("list a campaign's mails", "submission").await?;
        let limit = limit.clamp(1, PAGE_LIMIT);
        let (rows, before) = match after {
            None => {
                let sql = concat!(
                    "SELECT ",
                    columns!(),
                    " FROM submission WHERE campaign = $1 ORDER BY received, id LIMIT $2"
                );
                (session.rows(sql, args![id, limit + 1]).await?, 0)
            }
            Some(after) => {
                let sql = concat!(
                    "SELECT ",
                    columns!(),
                    " FROM submission WHERE campaign = $1 AND (received, id) > ($2, $3) \
                     ORDER BY received, id LIMIT $4"
                );
                let rows = session.rows(sql, args![id, after.at, after.id, limit + 1]).await?;
                let sql = "SELECT COUNT(*) AS n FROM submission WHERE campaign = $1 \
                           AND (received, id) <= ($2, $3)";
                let before = session.row(sql, args![id, after.at, after.id]).await?;
                (rows, before.map_or(Ok(0), |row| row.count("n"))?)
            }
        };
        let mut items = rows.iter().map(read).collect::<RecordResult<Vec<_>>>()?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|it| Cursor { at: it.received, id: it.id.uuid() });
        Ok(CampaignMails { items, first_number: before + 1, next })
    }

    async fn campaign_arrivals(&self, id: CampaignId) -> RecordResult<Vec<CampaignArrival>> {
        let mut session = self.store.read("list a campaign's arrivals", "submission").await?;
        let sql = "SELECT member, MIN(COALESCE(arrived, received)) AS first_arrived, \
                   MIN(received) AS first_received, COUNT(*) AS mails \
                   FROM submission WHERE campaign = $1 GROUP BY member, \
                   received / 3600000000, COALESCE(arrived, received) / 3600000000 \
                   ORDER BY first_received, member, first_arrived";
        let rows = session.rows(sql, args![id]).await?;
        rows.iter()
            .map(|row| {
                Ok(CampaignArrival {
                    member: row.id("member")?,
                    arrived: row.time("first_arrived")?,
                    received: row.time("first_received")?,
                    mails: row.count("mails")?,
                })
            })
            .collect()
    }

    async fn campaign_picture(&self, id: CampaignId, limit: u32) -> RecordResult<Vec<SubmissionRecord>> {
        let mut session = self.store.snapshot("read a campaign's picture", "submission").await?;
        let most = usize::try_from(limit).unwrap_or(usize::MAX).min(PICTURE);
        let firsts = concat!(
            "SELECT ",
            columns!(),
            " FROM submission WHERE campaign = $1 AND (member, received) IN \
             (SELECT member, MIN(received) AS first FROM submission WHERE campaign = $1 GROUP BY member \
             ORDER BY first, member LIMIT $2) ORDER BY received, id"
        );
        let oldest = concat!(
            "SELECT ",
            columns!(),
            " FROM submission WHERE campaign = $1 ORDER BY received, id LIMIT $2"
        );
        let mut members = BTreeSet::new();
        let mut chosen: BTreeMap<_, SubmissionRecord> = BTreeMap::new();
        for (sql, once) in [(firsts, true), (oldest, false)] {
            for row in session.rows(sql, args![id, limit]).await? {
                let record = read(&row)?;
                // Several mails of one member at one moment: the first stands for it.
                if (once && !members.insert(record.member)) || chosen.len() >= most {
                    continue;
                }
                chosen.insert((record.received, record.id), record);
            }
        }
        Ok(chosen.into_values().collect())
    }

    async fn campaign_facts(&self, id: CampaignId, most: u32) -> RecordResult<CampaignFacts> {
        let mut session = self.store.snapshot("read a campaign's mails", "dissection").await?;
        let sql = "SELECT COUNT(DISTINCT sha256) AS n FROM submission WHERE campaign = $1";
        let distinct = session.row(sql, args![id]).await?.map_or(Ok(0), |row| row.count("n"))?;
        let most = most.clamp(1, FACTS);
        let oldest = "SELECT sha256, MIN(received) AS first FROM submission WHERE campaign = $1 GROUP BY sha256 \
                      ORDER BY first, sha256 LIMIT $2";
        let newest = "SELECT sha256, MIN(received) AS first FROM submission WHERE campaign = $1 GROUP BY sha256 \
                      ORDER BY first DESC, sha256 DESC LIMIT $2";
        let mut chosen: BTreeSet<(i64, String)> = BTreeSet::new();
        for (sql, limit) in [(oldest, most - most / 2), (newest, most / 2)] {
            for row in session.rows(sql, args![id, limit]).await? {
                chosen.insert((row.int("first")?, row.text("sha256")?));
            }
        }
        let hashes: Vec<String> = chosen.into_iter().map(|(_, sha256)| sha256).collect();
        let mut facts: BTreeMap<String, MailFacts> = BTreeMap::new();
        for list in padded(&hashes) {
            // Of several dissections the latest, which is read last.
            let marks = marks(1, 1, list.len());
            let sql =
                format!("SELECT sha256, facts FROM dissection WHERE sha256 IN ({marks}) ORDER BY at, engine");
            let values = list.iter().flat_map(|sha256| args![sha256]).collect();
            for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                let known = serde_json::from_str(&row.text("facts")?)
                    .map_err(|_| row.corrupt("facts", "holds no mail facts"))?;
                facts.insert(row.text("sha256")?, known);
            }
        }
        Ok(CampaignFacts {
            mails: hashes.iter().filter_map(|sha256| facts.remove(sha256)).collect(),
            distinct,
        })
    }

    async fn campaign_links(&self, id: CampaignId) -> RecordResult<Vec<Link<SubmissionId>>> {
        let mut session = self.store.snapshot("read a campaign's links", "link").await?;
        linking::links(&mut session, id).await
    }

    async fn links_among(&self, mails: &[SubmissionId]) -> RecordResult<Vec<Link<SubmissionId>>> {
        let mut session = self.store.snapshot("read links among mails", "link").await?;
        linking::links_of_pairs(&mut session, mails).await
    }

    async fn campaign_standing(&self, id: CampaignId) -> RecordResult<Vec<CampaignStanding>> {
        let mut session = self.store.read("count a campaign's verdicts", "verdict").await?;
        let sql = "SELECT v.jcsip AS jcsip, v.jcrat AS jcrat, v.npa AS npa, v.monitoring AS monitoring, \
                   COUNT(*) AS mails FROM submission s LEFT JOIN verdict v ON v.submission = s.id AND v.nth = \
                   (SELECT l.nth FROM verdict l WHERE l.submission = s.id ORDER BY l.at DESC, l.nth DESC LIMIT 1) \
                   WHERE s.campaign = $1 GROUP BY v.jcsip, v.jcrat, v.npa, v.monitoring";
        let rows = session.rows(sql, args![id]).await?;
        let mut out = rows
            .iter()
            .map(|row| {
                let judgement = match row.maybe_word("jcsip")? {
                    None => None,
                    Some(jcsip) => Some(Judgement {
                        jcsip,
                        jcrat: row.word("jcrat")?,
                        npa: row.word("npa")?,
                        monitoring: row.truth("monitoring")?,
                    }),
                };
                Ok(CampaignStanding { judgement, mails: row.count("mails")? })
            })
            .collect::<RecordResult<Vec<_>>>()?;
        out.sort_by_key(|standing| standing.judgement);
        Ok(out)
    }
}
