//! Keys of conversations, threads and warnings.

use std::collections::BTreeSet;

use async_trait::async_trait;
use desk::records::{RecordResult, ThreadRecord, Threads, WarningRecord};
use lexicon::ids::{MemberId, SubmissionId};

use super::carriers::carriers;
use crate::Vault;
use crate::sql::{Arg, Row, args, insert_many, select};

fn read_thread(row: &Row) -> RecordResult<ThreadRecord> {
    Ok(ThreadRecord {
        submission: row.id("submission")?,
        member: row.id("member")?,
        standing: row.text("standing")?,
        waits: row.truth("waits")?,
        outside: row.text("outside")?,
        window: row.text("window_address")?,
        steps: row.count("steps")?,
        desks: row.count("desks")?,
        revisit: row.truth("revisit")?,
        first: row.maybe_time("first_at")?,
        last: row.maybe_time("last_at")?,
    })
}

fn read_warning(row: &Row) -> RecordResult<WarningRecord> {
    Ok(WarningRecord {
        submission: row.id("submission")?,
        member: row.id("member")?,
        attacks: row.truth("attacks")?,
        open: row.truth("open")?,
        at: row.time("at")?,
    })
}

#[async_trait]
impl Threads for Vault {
    async fn put_thread_keys(&self, submission: SubmissionId, keys: &[u64]) -> RecordResult<()> {
        let mut session = self.store.write("write thread keys", "thread").await?;
        let keys: BTreeSet<u64> = keys.iter().copied().collect();
        let rows = keys.into_iter().map(|key| args![key, submission]).collect();
        let known = "ON CONFLICT (key, submission) DO NOTHING";
        let done =
            insert_many(&mut session, "thread_key (key, submission)", 2, rows, known).await.map(|_| ());
        session.end(done).await
    }

    async fn thread_carriers(&self, keys: &[u64], each: u32) -> RecordResult<Vec<SubmissionId>> {
        let mut session = self.store.snapshot("find mails of a thread", "thread").await?;
        let rows = carriers(&mut session, "thread_key", "key", "submission", keys, each).await?;
        let found: BTreeSet<SubmissionId> =
            rows.iter().map(|row| row.id("submission")).collect::<RecordResult<_>>()?;
        // Ids sort by age.
        Ok(found.into_iter().collect())
    }

    async fn put_threads(
        &self,
        of: &[SubmissionId],
        threads: &[ThreadRecord],
        warnings: &[WarningRecord],
    ) -> RecordResult<()> {
        let mut session = self.store.write("write threads", "thread").await?;
        let done = async {
            for id in of {
                session.run("DELETE FROM thread WHERE submission = $1", args![*id]).await?;
                if !warnings.iter().any(|warning| warning.submission == *id) {
                    let sql = "UPDATE thread_warning SET open = 0 WHERE submission = $1 AND open = 1";
                    session.run(sql, args![*id]).await?;
                }
            }
            let rows = threads
                .iter()
                .map(|thread| {
                    let sorted = thread.last.or(thread.first).map_or(0, |at| at.as_microsecond());
                    args![
                        thread.submission,
                        thread.member,
                        &thread.standing,
                        thread.waits,
                        &thread.outside,
                        &thread.window,
                        thread.steps,
                        thread.desks,
                        thread.revisit,
                        thread.first,
                        thread.last,
                        sorted
                    ]
                })
                .collect();
            let into = "thread (submission, member, standing, waits, outside, window_address, steps, desks, revisit, \
                        first_at, last_at, sorted)";
            insert_many(&mut session, into, 12, rows, "ON CONFLICT (submission) DO NOTHING").await?;
            let rows = warnings
                .iter()
                .map(|w| args![w.submission, w.member, w.attacks, w.open, w.at])
                .collect();
            let keep = "ON CONFLICT (submission) DO UPDATE SET attacks = excluded.attacks, open = excluded.open";
            insert_many(&mut session, "thread_warning (submission, member, attacks, open, at)", 5, rows, keep)
                .await?;
            Ok(())
        }
        .await;
        session.end(done).await
    }

    async fn threads(&self, member: Option<MemberId>, limit: u32) -> RecordResult<Vec<ThreadRecord>> {
        let mut session = self.store.read("list threads", "thread").await?;
        let (sql, args) = select(
            "SELECT submission, member, standing, waits, outside, window_address, steps, desks, revisit, first_at, \
             last_at FROM thread WHERE 1 = 1",
        )
        .and("member = ?", member.map(Arg::from))
        .end(" ORDER BY sorted DESC, submission DESC");
        let rows = session.rows(sql, args).await?;
        rows.iter().take(limit as usize).map(read_thread).collect()
    }

    async fn thread_counts(&self) -> RecordResult<(u64, u64)> {
        let mut session = self.store.read("count threads", "thread").await?;
        let sql = "SELECT COUNT(*) AS n, COUNT(CASE WHEN waits <> 0 THEN 1 END) AS waiting FROM thread";
        let row = session.row(sql, Vec::new()).await?;
        row.map_or(Ok((0, 0)), |row| Ok((row.count("n")?, row.count("waiting")?)))
    }

    async fn warnings(&self, member: Option<MemberId>, limit: u32) -> RecordResult<Vec<WarningRecord>> {
        let mut session = self.store.read("list warnings", "thread").await?;
        let (sql, args) =
            select("SELECT submission, member, attacks, open, at FROM thread_warning WHERE 1 = 1")
                .and("member = ?", member.map(Arg::from))
                .end(" ORDER BY open DESC, at DESC, submission DESC");
        let rows = session.rows(sql, args).await?;
        rows.iter().take(limit as usize).map(read_warning).collect()
    }
}
