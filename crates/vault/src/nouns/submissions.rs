//! Submissions and their queue; what a worker writes when it has finished one is in [`super::completion`].

use async_trait::async_trait;
use desk::records::{
    AuditEntry, Channel, Completion, Cursor, DissectionRecord, NewSubmission, Page, PageRequest, QueueDepth,
    Receipt, RecordError, RecordResult, SubmissionFilter, SubmissionRecord, Submissions,
};
use jiff::Timestamp;
use lexicon::SubmissionState;
use lexicon::ids::SubmissionId;

use super::pages::page;
use super::{audit, completion};
use crate::Vault;
use crate::sql::{Arg, Row, args, select};

/// The columns of a submission, for every statement that gives one back.
macro_rules! columns {
    () => {
        "id, member, sha256, size, name, note, channel, received, state, attempts, subject, sender, tells, \
         campaign, verdict, monitoring"
    };
}
pub(super) use columns;

pub(super) fn read(row: &Row) -> RecordResult<SubmissionRecord> {
    Ok(SubmissionRecord {
        id: row.id("id")?,
        member: row.id("member")?,
        sha256: row.text("sha256")?,
        size: row.int("size")?.cast_unsigned(),
        name: row.text("name")?,
        note: row.text("note")?,
        channel: row.parsed("channel", Channel::parse)?,
        received: row.time("received")?,
        state: row.word("state")?,
        attempts: row.count("attempts")?,
        subject: row.maybe_text("subject")?,
        sender: row.maybe_text("sender")?,
        tells: row.count("tells")?,
        campaign: row.maybe_id("campaign")?,
        verdict: row.maybe_word("verdict")?,
        monitoring: row.truth("monitoring")?,
    })
}

/// A pattern of LIKE for what has `text` in it.
fn containing(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[async_trait]
impl Submissions for Vault {
    async fn receive(&self, new: &NewSubmission, entry: &AuditEntry) -> RecordResult<Receipt> {
        let mut session = self.store.write("receive a submission", "submission").await?;
        let done = async {
            let sql = "INSERT INTO submission (id, member, account, sha256, size, name, note, channel, \
                       received, state, attempts, tells) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0) \
                       ON CONFLICT (member, sha256) DO NOTHING";
            let NewSubmission { id, member, account, sha256, size, name, note, channel, received } = new;
            let state = SubmissionState::Received.word();
            let channel = channel.word();
            let args = args![*id, *member, *account, sha256, *size, name, note, channel, *received, state];
            if session.run(sql, args).await? == 1 {
                audit::insert(&mut session, entry).await?;
                // As it will be read again: to the microsecond.
                let kept = Timestamp::from_microsecond(received.as_microsecond());
                let received = kept.unwrap_or(*received);
                return Ok(Receipt { id: *id, already: false, received });
            }
            let sql = "SELECT id, received FROM submission WHERE member = $1 AND sha256 = $2";
            let earlier = session.row(sql, args![*member, sha256]).await?;
            let Some(row) = earlier else { return Err(session.conflict()) };
            Ok(Receipt { id: row.id("id")?, already: true, received: row.time("received")? })
        }
        .await;
        session.end(done).await
    }

    async fn submission(&self, id: SubmissionId) -> RecordResult<Option<SubmissionRecord>> {
        let mut session = self.store.read("read a submission", "submission").await?;
        let sql = concat!("SELECT ", columns!(), " FROM submission WHERE id = $1");
        session.row(sql, args![id]).await?.as_ref().map(read).transpose()
    }

    async fn submissions(
        &self,
        filter: SubmissionFilter,
        request: PageRequest,
    ) -> RecordResult<Page<SubmissionRecord>> {
        let mut session = self.store.read("list submissions", "submission").await?;
        // PostgreSQL's LIKE tells large letters from small ones.
        let text = match session.is_postgres() {
            true => {
                r"(subject ILIKE ? ESCAPE '\' OR sender ILIKE ? ESCAPE '\' OR name ILIKE ? ESCAPE '\' OR sha256 ILIKE ? ESCAPE '\')"
            }
            false => {
                r"(subject LIKE ? ESCAPE '\' OR sender LIKE ? ESCAPE '\' OR name LIKE ? ESCAPE '\' OR sha256 LIKE ? ESCAPE '\')"
            }
        };
        let (sql, args) = select(concat!("SELECT ", columns!(), " FROM submission WHERE 1 = 1"))
            .and("member = ?", filter.member.map(Arg::from))
            .and("state = ?", filter.state.map(|state| Arg::from(state.word())))
            .and("campaign = ?", filter.campaign.map(Arg::from))
            .and("monitoring = ?", filter.monitoring.map(Arg::from))
            .and("verdict = ?", filter.verdict.map(|verdict| Arg::from(verdict.word())))
            .and("received >= ?", filter.since.map(Arg::from))
            .and("received < ?", filter.before.map(Arg::from))
            .and(text, filter.text.map(|text| Arg::from(containing(&text).as_str())))
            .page("received", "id", request);
        let rows = session.rows(sql, args).await?;
        let items = rows.iter().map(read).collect::<RecordResult<_>>()?;
        Ok(page(items, request, |it: &SubmissionRecord| Cursor { at: it.received, id: it.id.uuid() }))
    }

    async fn claim(&self) -> RecordResult<Option<SubmissionRecord>> {
        let mut session = self.store.write("take up a submission", "submission").await?;
        let done = async {
            let sql = format!(
                concat!(
                    "UPDATE submission SET state = $1, attempts = attempts + 1 WHERE id = (",
                    "SELECT id FROM submission WHERE state = $2 ORDER BY received, id LIMIT 1{}) RETURNING ",
                    columns!()
                ),
                session.skip_locked()
            );
            let args = args![SubmissionState::Dissecting.word(), SubmissionState::Received.word()];
            let taken = session.row(sqlx::AssertSqlSafe(sql), args).await?;
            let taken = taken.as_ref().map(read).transpose()?;
            Ok(taken)
        }
        .await;
        session.end(done).await
    }

    async fn release_claim(&self, id: SubmissionId) -> RecordResult<()> {
        let mut session = self.store.write("put a submission back", "submission").await?;
        let sql = "UPDATE submission SET state = $1 WHERE id = $2 AND state = $3";
        let (received, dissecting) = (SubmissionState::Received.word(), SubmissionState::Dissecting.word());
        let done = session.run(sql, args![received, id, dissecting]).await.map(|_| ());
        session.end(done).await
    }

    async fn requeue(&self) -> RecordResult<u64> {
        let mut session = self.store.write("put submissions back", "submission").await?;
        let args = args![SubmissionState::Received.word(), SubmissionState::Dissecting.word()];
        let done = session.run("UPDATE submission SET state = $1 WHERE state = $2", args).await;
        session.end(done).await
    }

    async fn complete_all(&self, completions: &[Completion]) -> RecordResult<()> {
        let mut session = self.store.write("complete submissions", "submission").await?;
        let done = async {
            session.alone().await?;
            completion::write(&mut session, completions).await
        }
        .await;
        session.end(done).await
    }

    async fn queue(&self) -> RecordResult<QueueDepth> {
        let mut session = self.store.read("count the queue", "submission").await?;
        let mut depth = QueueDepth::default();
        let sql = "SELECT state, COUNT(*) AS n, MIN(received) AS oldest FROM submission GROUP BY state";
        for row in session.rows(sql, Vec::new()).await? {
            let n = row.count("n")?;
            match row.word("state")? {
                SubmissionState::Received => {
                    depth.received = n;
                    depth.oldest_waiting = row.maybe_time("oldest")?;
                }
                SubmissionState::Dissecting => depth.dissecting = n,
                SubmissionState::Dissected => depth.dissected = n,
                SubmissionState::Judged => depth.judged = n,
            }
        }
        Ok(depth)
    }

    async fn redissected(&self, better: &DissectionRecord) -> RecordResult<()> {
        let mut session = self.store.write("improve a dissection", "dissection").await?;
        let done = async {
            session.alone().await?;
            completion::rewrite(&mut session, better).await
        }
        .await;
        session.end(done).await
    }

    async fn givers(&self, sha256: &str) -> RecordResult<u64> {
        let mut session = self.store.read("count who gave a mail", "submission").await?;
        let sql = "SELECT COUNT(*) AS n FROM submission WHERE sha256 = $1";
        session.row(sql, args![sha256]).await?.map_or(Ok(0), |row| row.count("n"))
    }

    async fn dissection(&self, sha256: &str) -> RecordResult<Option<DissectionRecord>> {
        let mut session = self.store.read("read a dissection", "dissection").await?;
        let sql = "SELECT sha256, engine, facts, at FROM dissection WHERE sha256 = $1 \
                   ORDER BY at DESC, engine DESC LIMIT 1";
        let Some(row) = session.row(sql, args![sha256]).await? else { return Ok(None) };
        let facts = serde_json::from_str(&row.text("facts")?).map_err(|error| RecordError::Corrupt {
            noun: "dissection",
            // The error's own words may quote the mail.
            detail: format!("its facts are no longer JSON of the known shape ({:?})", error.classify()),
        })?;
        Ok(Some(DissectionRecord {
            sha256: row.text("sha256")?,
            facts,
            engine: row.text("engine")?,
            at: row.time("at")?,
        }))
    }
}
