//! Campaigns with their links and history, pins and told addresses.

use async_trait::async_trait;
use desk::records::{
    AuditEntry, CampaignEvent, CampaignRecord, CampaignSummary, Casebook, Cursor, Page, PageRequest,
    PinOutcome, PinRecord, RecordResult, ToldRecord,
};
use jiff::Timestamp;
use lexicon::ids::{CampaignId, MemberId, PinId, SubmissionId};

use super::audit;
use super::linking::{self, Linker};
use super::pages::page;
use crate::Vault;
use crate::sql::{Row, args, select};

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
    async fn campaign(&self, id: CampaignId) -> RecordResult<Option<CampaignRecord>> {
        let mut session = self.store.snapshot("read a campaign", "campaign").await?;
        let sql = "SELECT opened, merged_into, ended FROM campaign WHERE id = $1";
        let Some(row) = session.row(sql, args![id]).await? else { return Ok(None) };
        let (opened, merged_into) = (row.time("opened")?, row.maybe_id("merged_into")?);
        let ended = row.maybe_time("ended")?;
        let sql = "SELECT id FROM submission WHERE campaign = $1 ORDER BY received, id";
        let submissions = session.rows(sql, args![id]).await?;
        let submissions = submissions.iter().map(|row| row.id("id")).collect::<RecordResult<_>>()?;
        let links = linking::links(&mut session, id).await?;
        Ok(Some(CampaignRecord { id, opened, merged_into, ended, submissions, links }))
    }

    async fn campaign_events(&self, id: CampaignId) -> RecordResult<Vec<CampaignEvent>> {
        let mut session = self.store.read("read a campaign's history", "campaign event").await?;
        let sql =
            "SELECT at, event, other, mails, detail FROM campaign_event WHERE campaign = $1 ORDER BY nth";
        let rows = session.rows(sql, args![id]).await?;
        rows.iter()
            .map(|row| {
                Ok(CampaignEvent {
                    at: row.time("at")?,
                    event: row.text("event")?,
                    other: row.maybe_id("other")?,
                    mails: row.count("mails")?,
                    detail: row.text("detail")?,
                })
            })
            .collect()
    }

    async fn put_pin(&self, pin: &PinRecord, entry: &AuditEntry) -> RecordResult<PinOutcome> {
        let mut session = self.store.write("write a pin", "pin").await?;
        let done = async {
            session.alone().await?;
            let outcome = linking::pin(&mut session, pin).await?;
            if outcome == PinOutcome::Made {
                audit::insert(&mut session, entry).await?;
            }
            Ok(outcome)
        }
        .await;
        session.end(done).await
    }

    async fn withdraw_pin(&self, id: PinId, at: Timestamp, entry: &AuditEntry) -> RecordResult<bool> {
        let mut session = self.store.write("take a pin back", "pin").await?;
        let done = async {
            session.alone().await?;
            let stood = linking::withdraw(&mut session, id, at).await?;
            if stood {
                audit::insert(&mut session, entry).await?;
            }
            Ok(stood)
        }
        .await;
        session.end(done).await
    }

    async fn pins(&self, submission: SubmissionId) -> RecordResult<Vec<PinRecord>> {
        linking::pins(&mut self.store.read("read pins", "pin").await?, submission).await
    }

    async fn put_told(&self, told: &ToldRecord, entry: &AuditEntry) -> RecordResult<()> {
        let mut session = self.store.write("write what was told of a mail", "submission").await?;
        let done = async {
            session.alone().await?;
            linking::tell(&mut session, told).await?;
            audit::insert(&mut session, entry).await
        }
        .await;
        session.end(done).await
    }

    async fn told(&self, submission: SubmissionId) -> RecordResult<Vec<ToldRecord>> {
        linking::told(&mut self.store.read("read what was told of a mail", "submission").await?, submission)
            .await
    }

    async fn sign_earlier(&self, limit: u32, at: Timestamp) -> RecordResult<u64> {
        // A look without writing, since nothing is there to do as a rule.
        let mut session = self.store.read("look for unsigned submissions", "submission").await?;
        let look = format!(
            "SELECT id FROM submission{} WHERE core IS NULL AND state IN ('dissected', 'judged') \
             ORDER BY received, id LIMIT $1",
            session.by_index("submission_unsigned")
        );
        if session.row(sqlx::AssertSqlSafe(look.as_str()), args![1u32]).await?.is_none() {
            return Ok(0);
        }
        drop(session);
        let mut session = self.store.write("sign earlier submissions", "submission").await?;
        let done = async {
            session.alone().await?;
            let rows = session.rows(sqlx::AssertSqlSafe(look), args![limit]).await?;
            let mut linker = Linker::new(&mut session, at);
            for row in &rows {
                linker.renew(row.id("id")?).await?;
            }
            linker.finish().await?;
            Ok(rows.len() as u64)
        }
        .await;
        session.end(done).await
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
             AS subject FROM campaign c WHERE merged_into IS NULL AND ended IS NULL",
        )
        .page("opened", "id", request);
        let rows = session.rows(sql, args).await?;
        let items = rows.iter().map(read_summary).collect::<RecordResult<_>>()?;
        Ok(page(items, request, |it: &CampaignSummary| Cursor { at: it.opened, id: it.id.uuid() }))
    }

    async fn campaign_members(&self, id: CampaignId) -> RecordResult<Vec<MemberId>> {
        let mut session = self.store.read("list a campaign's members", "campaign").await?;
        let sql = "SELECT member FROM (SELECT member, received, id, ROW_NUMBER() OVER \
                   (PARTITION BY member ORDER BY received, id) AS nth FROM submission WHERE campaign = $1) AS firsts \
                   WHERE nth = 1 ORDER BY received, id";
        session.rows(sql, args![id]).await?.iter().map(|row| row.id("member")).collect()
    }
}
