//! Advisories in the making; their texts, approvals and releases have files of their own.

use async_trait::async_trait;
use desk::records::{
    Advisories, AdvisoryFilter, AdvisoryRecord, ApprovalRecord, AuditEntry, ChangeKey, ChangeRecord, Cursor,
    Page, PageRequest, Readers, RecordResult, ReleaseRecord,
};
use jiff::Timestamp;
use lexicon::ids::{AdvisoryId, MemberId};

use super::advisory_text::{self, PRESENT};
use super::pages::page;
use super::{approvals, audit, changes, releases};
use crate::Vault;
use crate::sql::{Arg, Row, Session, args, select};

/// The columns of an advisory beside its text.
macro_rules! columns {
    () => {
        "SELECT id, state, campaign, author, created, revision FROM advisory "
    };
}

/// Adds the texts to rows of advisories.
async fn with_texts(session: &mut Session, rows: Vec<Row>) -> RecordResult<Vec<AdvisoryRecord>> {
    let keys = rows.iter().map(|row| Ok((row.id("id")?, PRESENT))).collect::<RecordResult<Vec<_>>>()?;
    let mut texts = advisory_text::read(session, &keys).await?;
    keys.iter()
        .zip(rows)
        .map(|(key, row)| {
            let text = texts.remove(key).ok_or_else(|| row.corrupt("id", "names no text"))?;
            Ok(AdvisoryRecord {
                advisory: text.0,
                state: row.word("state")?,
                campaign: row.maybe_id("campaign")?,
                audience: text.1,
                author: row.id("author")?,
                created: row.time("created")?,
                revision: row.count("revision")?,
            })
        })
        .collect()
}

/// Writes the row of an advisory whose revision in the store is the one that was read.
async fn write_row(session: &mut Session, record: &AdvisoryRecord) -> RecordResult<()> {
    let AdvisoryRecord { advisory, state, campaign, author, created, revision, .. } = record;
    let (id, next) = (advisory.id, i64::from(*revision) + 1);
    let done = if *revision == 0 {
        let sql = "INSERT INTO advisory (id, state, campaign, author, created, revision) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING";
        session.run(sql, args![id, state.word(), *campaign, *author, *created, next]).await?
    } else {
        let sql = "UPDATE advisory SET state = $2, campaign = $3, author = $4, created = $5, revision = $6 \
                   WHERE id = $1 AND revision = $7";
        let args = args![id, state.word(), *campaign, *author, *created, next, *revision];
        session.run(sql, args).await?
    };
    if done == 1 { Ok(()) } else { Err(session.conflict()) }
}

#[async_trait]
impl Advisories for Vault {
    async fn next_number(&self, year: i16) -> RecordResult<u32> {
        let mut session = self.store.write("hand out an advisory number", "advisory number").await?;
        let done = async {
            let sql = "INSERT INTO advisory_number (year, latest) VALUES ($1, 1) \
                       ON CONFLICT (year) DO UPDATE SET latest = advisory_number.latest + 1 RETURNING latest";
            let row = session.row(sql, args![i64::from(year)]).await?;
            let Some(row) = row else { return Err(session.conflict()) };
            let number = row.count("latest")?;
            Ok(number)
        }
        .await;
        session.end(done).await
    }

    async fn put_advisory(&self, record: &AdvisoryRecord, entry: &AuditEntry) -> RecordResult<()> {
        let mut session = self.store.write("write an advisory", "advisory").await?;
        let done = async {
            write_row(&mut session, record).await?;
            advisory_text::write(&mut session, PRESENT, &record.advisory, &record.audience).await?;
            audit::insert(&mut session, entry).await
        }
        .await;
        session.end(done).await
    }

    async fn advisory(&self, id: AdvisoryId) -> RecordResult<Option<AdvisoryRecord>> {
        let mut session = self.store.snapshot("read an advisory", "advisory").await?;
        let rows = session.rows(concat!(columns!(), "WHERE id = $1"), args![id]).await?;
        Ok(with_texts(&mut session, rows).await?.pop())
    }

    async fn advisories(
        &self,
        filter: AdvisoryFilter,
        request: PageRequest,
    ) -> RecordResult<Page<AdvisoryRecord>> {
        let mut session = self.store.snapshot("list advisories", "advisory").await?;
        let (sql, args) = select(concat!(columns!(), "WHERE 1 = 1"))
            .and("state = ?", filter.state.map(|state| Arg::from(state.word())))
            .and("campaign = ?", filter.campaign.map(Arg::from))
            .page("created", "id", request);
        let rows = session.rows(sql, args).await?;
        let records = with_texts(&mut session, rows).await?;
        Ok(page(records, request, |it| Cursor { at: it.created, id: it.advisory.id.uuid() }))
    }

    async fn put_approval(&self, approval: &ApprovalRecord, entry: &AuditEntry) -> RecordResult<()> {
        let mut session = self.store.write("write an approval", "approval").await?;
        let done = async {
            approvals::write(&mut session, approval).await?;
            audit::insert(&mut session, entry).await
        }
        .await;
        session.end(done).await
    }

    async fn approvals(&self, advisory: AdvisoryId) -> RecordResult<Vec<ApprovalRecord>> {
        approvals::on(&mut self.store.read("list approvals", "approval").await?, advisory).await
    }

    async fn approvals_of(&self, member: MemberId) -> RecordResult<Vec<ApprovalRecord>> {
        approvals::of(&mut self.store.read("list a provider's approvals", "approval").await?, member).await
    }

    async fn put_release(
        &self,
        release: &ReleaseRecord,
        revision: u32,
        entry: &AuditEntry,
    ) -> RecordResult<()> {
        let mut session = self.store.write("write a release", "advisory").await?;
        let done = async {
            releases::write(&mut session, release, revision).await?;
            audit::insert(&mut session, entry).await
        }
        .await;
        session.end(done).await
    }

    async fn release(&self, advisory: AdvisoryId) -> RecordResult<Option<ReleaseRecord>> {
        releases::latest(&mut self.store.snapshot("read a release", "release").await?, advisory).await
    }

    async fn releases(&self, request: PageRequest) -> RecordResult<Page<ReleaseRecord>> {
        let mut session = self.store.snapshot("list releases", "release").await?;
        let records = releases::list(&mut session, request).await?;
        Ok(page(records, request, |it| Cursor { at: it.at, id: it.advisory.id.uuid() }))
    }

    async fn put_withdrawal(
        &self,
        advisory: AdvisoryId,
        at: Timestamp,
        entry: &AuditEntry,
    ) -> RecordResult<()> {
        let mut session = self.store.write("withdraw a release", "advisory").await?;
        let done = async {
            changes::withdraw(&mut session, advisory, at).await?;
            audit::insert(&mut session, entry).await
        }
        .await;
        session.end(done).await
    }

    async fn withdrawal(&self, advisory: AdvisoryId) -> RecordResult<Option<Timestamp>> {
        changes::withdrawal(&mut self.store.read("read a withdrawal", "advisory").await?, advisory).await
    }

    async fn change_place(&self, key: ChangeKey, readers: &Readers) -> RecordResult<Option<i64>> {
        changes::place(&mut self.store.read("find a change", "change").await?, key, readers).await
    }

    async fn changes(&self, readers: &Readers, after: i64, limit: u32) -> RecordResult<Vec<ChangeRecord>> {
        changes::list(&mut self.store.snapshot("list changes", "change").await?, readers, after, limit).await
    }
}
