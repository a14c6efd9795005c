//! Link keys, links and campaigns.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use desk::records::{
    CampaignRecord, CampaignSummary, Casebook, Cursor, KeyCount, LinkKey, Page, PageRequest, RecordResult,
};
use jiff::Timestamp;
use lexicon::Link;
use lexicon::campaign::Reason;
use lexicon::ids::{CampaignId, MemberId, SubmissionId};
use sqlx::AssertSqlSafe;

use super::pages::page;
use crate::Vault;
use crate::sql::{Row, args, marks, padded, select};

/// Keys, each once or repeated to fill up, in lists that both databases take.
fn key_lists(keys: &[LinkKey]) -> Vec<Vec<LinkKey>> {
    let keys: Vec<LinkKey> = keys.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    padded(&keys)
}

pub(super) fn read_key(row: &Row) -> RecordResult<LinkKey> {
    Ok(LinkKey { kind: row.count("kind")?, value: row.int("value")?.cast_unsigned() })
}

fn read_summary(row: &Row) -> RecordResult<CampaignSummary> {
    let opened = row.time("opened")?;
    Ok(CampaignSummary {
        id: row.id("id")?,
        opened,
        submissions: row.count("submissions")?,
        members: row.count("members")?,
        first: row.maybe_time("first_at")?.unwrap_or(opened),
        last: row.maybe_time("last_at")?.unwrap_or(opened),
        subject: row.maybe_text("subject")?,
    })
}

#[async_trait]
impl Casebook for Vault {
    async fn key_counts(&self, keys: &[LinkKey]) -> RecordResult<Vec<KeyCount>> {
        let mut session = self.store.snapshot("count link keys", "link key").await?;
        let mut counts = BTreeMap::new();
        for list in key_lists(keys) {
            // A join, in this order: an IN over pairs makes SQLite read the whole table.
            let sql = format!(
                "WITH wanted (kind, value) AS (VALUES {}) SELECT k.kind AS kind, k.value AS value, \
                 k.submissions AS submissions, k.families AS families FROM wanted w CROSS JOIN key_count k \
                 WHERE k.kind = w.kind AND k.value = w.value",
                marks(1, 2, list.len())
            );
            let args = list.iter().flat_map(|key| args![key.kind, key.value]).collect();
            for row in session.rows(AssertSqlSafe(sql), args).await? {
                let key = read_key(&row)?;
                let (submissions, families) = (row.count("submissions")?, row.count("families")?);
                counts.insert(key, KeyCount { key, submissions, families });
            }
        }
        Ok(counts.into_values().collect())
    }

    async fn carriers(&self, keys: &[LinkKey], limit: u32) -> RecordResult<Vec<SubmissionId>> {
        let mut session = self.store.snapshot("find carriers of link keys", "link key").await?;
        let mut oldest: BTreeSet<(Timestamp, SubmissionId)> = BTreeSet::new();
        for list in key_lists(keys) {
            // The oldest carriers of all are among the oldest of each key, which its index gives at once: so
            // a key that very many carry costs no more than the limit.
            let of_each: Vec<String> = (0..list.len())
                .map(|place| {
                    format!(
                        "SELECT received, submission FROM (SELECT received, submission FROM submission_key \
                         WHERE kind = ${} AND value = ${} ORDER BY received, submission LIMIT $1) AS k{place}",
                        place * 2 + 2,
                        place * 2 + 3
                    )
                })
                .collect();
            let sql = format!("{} ORDER BY received, submission LIMIT $1", of_each.join(" UNION "));
            let args = args![limit].into_iter().chain(list.iter().flat_map(|key| args![key.kind, key.value]));
            for row in session.rows(AssertSqlSafe(sql), args.collect()).await? {
                oldest.insert((row.time("received")?, row.id("submission")?));
            }
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(oldest.into_iter().take(limit).map(|(_, id)| id).collect())
    }

    async fn keyed(&self) -> RecordResult<u64> {
        let mut session = self.store.read("count submissions with link keys", "link key").await?;
        match session.row("SELECT submissions FROM keyed_count", Vec::new()).await? {
            Some(row) => row.count("submissions"),
            None => Ok(0),
        }
    }

    async fn campaign(&self, id: CampaignId) -> RecordResult<Option<CampaignRecord>> {
        let mut session = self.store.snapshot("read a campaign", "campaign").await?;
        let sql = "SELECT opened, merged_into FROM campaign WHERE id = $1";
        let Some(row) = session.row(sql, args![id]).await? else { return Ok(None) };
        let (opened, merged_into) = (row.time("opened")?, row.maybe_id("merged_into")?);
        let sql = "SELECT id FROM submission WHERE campaign = $1 ORDER BY received, id";
        let submissions = session.rows(sql, args![id]).await?;
        let submissions = submissions.iter().map(|row| row.id("id")).collect::<RecordResult<_>>()?;
        let sql = "SELECT r.a AS a, r.b AS b, r.kind AS kind, r.weight AS weight, r.value AS value \
                   FROM submission s JOIN link_reason r ON r.a = s.id JOIN submission t ON t.id = r.b \
                   WHERE s.campaign = $1 AND t.campaign = $1 ORDER BY r.a, r.b, r.place";
        let mut links: BTreeMap<(SubmissionId, SubmissionId), Vec<Reason>> = BTreeMap::new();
        for row in session.rows(sql, args![id]).await? {
            let (kind, weight, value) = (row.word("kind")?, row.real("weight")?, row.text("value")?);
            links.entry((row.id("a")?, row.id("b")?)).or_default().push(Reason { kind, weight, value });
        }
        let links = links.into_iter().map(|((a, b), reasons)| Link { a, b, reasons }).collect();
        Ok(Some(CampaignRecord { id, opened, merged_into, submissions, links }))
    }

    async fn campaigns(&self, request: PageRequest) -> RecordResult<Page<CampaignSummary>> {
        let mut session = self.store.snapshot("list campaigns", "campaign").await?;
        let (sql, args) = select(
            "SELECT id, opened, \
             (SELECT COUNT(*) FROM submission s WHERE s.campaign = c.id) AS submissions, \
             (SELECT COUNT(DISTINCT member) FROM submission s WHERE s.campaign = c.id) AS members, \
             (SELECT MIN(received) FROM submission s WHERE s.campaign = c.id) AS first_at, \
             (SELECT MAX(received) FROM submission s WHERE s.campaign = c.id) AS last_at, \
             (SELECT subject FROM submission s WHERE s.campaign = c.id ORDER BY received, id LIMIT 1) \
             AS subject FROM campaign c WHERE merged_into IS NULL",
        )
        .page("opened", "id", request);
        let rows = session.rows(sql, args).await?;
        let items = rows.iter().map(read_summary).collect::<RecordResult<_>>()?;
        Ok(page(items, request, |it: &CampaignSummary| Cursor { at: it.opened, id: it.id.uuid() }))
    }

    async fn campaign_members(&self, id: CampaignId) -> RecordResult<Vec<MemberId>> {
        let mut session = self.store.read("list a campaign's members", "campaign").await?;
        let sql = "SELECT member FROM submission WHERE campaign = $1 ORDER BY received, id";
        let mut seen = BTreeSet::new();
        let mut members = Vec::new();
        for row in session.rows(sql, args![id]).await? {
            let member = row.id("member")?;
            if seen.insert(member) {
                members.push(member);
            }
        }
        Ok(members)
    }
}
