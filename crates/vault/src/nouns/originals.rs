//! Genuine mail as fingerprints, and its re-uses.

use std::collections::BTreeSet;

use async_trait::async_trait;
use desk::records::{AuditEntry, OriginalRecord, Originals, RecordResult, ReuseRecord};
use lexicon::ids::{MemberId, SubmissionId};

use super::audit;
use super::carriers::carriers;
use crate::Vault;
use crate::sql::{Arg, Row, args, insert_many, select};

/// One fingerprint in so many is looked up by.
const SAMPLED: u64 = 4;

fn read_original(row: &Row) -> RecordResult<OriginalRecord> {
    let digits = row.text("prints")?;
    let prints = digits.as_bytes().chunks_exact(16).map(|piece| {
        let number = std::str::from_utf8(piece).ok().and_then(|text| u64::from_str_radix(text, 16).ok());
        number.ok_or_else(|| row.corrupt("prints", "no hexadecimal number"))
    });
    Ok(OriginalRecord {
        member: row.id("member")?,
        mail: row.text("mail")?,
        at: row.maybe_time("at")?,
        subject: row.text("subject")?,
        sender: row.text("sender")?,
        people: row.text("people")?.lines().map(str::to_owned).collect(),
        family: row.int("family")?.cast_unsigned(),
        prints: prints.collect::<RecordResult<_>>()?,
    })
}

const COLUMNS: &str = "SELECT member, mail, at, subject, sender, people, family, prints FROM original \
                       WHERE member = $1 AND mail = $2";

#[async_trait]
impl Originals for Vault {
    async fn put_originals(&self, originals: &[OriginalRecord], entry: &AuditEntry) -> RecordResult<u64> {
        let mut session = self.store.write("write genuine mail", "genuine mail").await?;
        let done = async {
            let mut new = 0;
            for original in originals {
                let prints: String = original.prints.iter().map(|hash| format!("{hash:016x}")).collect();
                let sql = "INSERT INTO original (member, mail, at, subject, sender, people, family, prints) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (member, mail) DO NOTHING";
                let OriginalRecord { member, mail, at, subject, sender, people, family, .. } = original;
                let people = people.join("\n");
                let args = args![*member, mail, *at, subject, sender, &people, *family, &prints];
                if session.run(sql, args).await? == 0 {
                    continue;
                }
                new += 1;
                let sampled: BTreeSet<u64> =
                    original.prints.iter().copied().filter(|hash| hash.is_multiple_of(SAMPLED)).collect();
                let rows = sampled.into_iter().map(|hash| args![hash, *member, mail]).collect();
                insert_many(&mut session, "original_print (print, member, mail)", 3, rows, "").await?;
            }
            audit::insert(&mut session, entry).await?;
            Ok(new)
        }
        .await;
        session.end(done).await
    }

    async fn original(&self, member: MemberId, mail: &str) -> RecordResult<Option<OriginalRecord>> {
        let mut session = self.store.read("read genuine mail", "genuine mail").await?;
        session.row(COLUMNS, args![member, mail]).await?.as_ref().map(read_original).transpose()
    }

    async fn originals(&self, member: MemberId) -> RecordResult<u64> {
        let mut session = self.store.read("count genuine mail", "genuine mail").await?;
        let sql = "SELECT COUNT(*) AS n FROM original WHERE member = $1";
        session.row(sql, args![member]).await?.map_or(Ok(0), |row| row.count("n"))
    }

    async fn originals_with(&self, prints: &[u64], each: u32) -> RecordResult<Vec<OriginalRecord>> {
        let mut session = self.store.snapshot("find genuine mail", "genuine mail").await?;
        let rows = carriers(&mut session, "original_print", "print", "member, mail", prints, each).await?;
        let mut found: BTreeSet<(MemberId, String)> = BTreeSet::new();
        for row in &rows {
            found.insert((row.id("member")?, row.text("mail")?));
        }
        let mut out = Vec::with_capacity(found.len());
        for (member, mail) in found {
            if let Some(row) = session.row(COLUMNS, args![member, &mail]).await? {
                out.push(read_original(&row)?);
            }
        }
        Ok(out)
    }

    async fn put_mail_prints(&self, submission: SubmissionId, prints: &[u64]) -> RecordResult<()> {
        let mut session = self.store.write("write a mail's fingerprints", "genuine mail").await?;
        let prints: BTreeSet<u64> = prints.iter().copied().collect();
        let rows = prints.into_iter().map(|print| args![print, submission]).collect();
        let known = "ON CONFLICT (print, submission) DO NOTHING";
        let done =
            insert_many(&mut session, "mail_print (print, submission)", 2, rows, known).await.map(|_| ());
        session.end(done).await
    }

    async fn mails_with(&self, prints: &[u64], each: u32) -> RecordResult<Vec<SubmissionId>> {
        let mut session = self.store.snapshot("find mails with fingerprints", "genuine mail").await?;
        let rows = carriers(&mut session, "mail_print", "print", "submission", prints, each).await?;
        let found: BTreeSet<SubmissionId> =
            rows.iter().map(|row| row.id("submission")).collect::<RecordResult<_>>()?;
        Ok(found.into_iter().collect())
    }

    async fn put_reuses(&self, reuses: &[ReuseRecord]) -> RecordResult<()> {
        if reuses.is_empty() {
            return Ok(());
        }
        let mut session = self.store.write("write re-uses", "genuine mail").await?;
        let rows = reuses
            .iter()
            .map(|r| {
                args![r.submission, r.member, &r.mail, &r.relation, r.of_original, r.of_mail, Arg::Int(r.lag)]
            })
            .collect();
        let into = "reuse (submission, member, mail, relation, of_original, of_mail, lag)";
        let newer = "ON CONFLICT (submission, member, mail) DO UPDATE SET relation = excluded.relation, \
                     of_original = excluded.of_original, of_mail = excluded.of_mail, lag = excluded.lag";
        let done = insert_many(&mut session, into, 7, rows, newer).await.map(|_| ());
        session.end(done).await
    }

    async fn reuses(&self, member: Option<MemberId>, limit: u32) -> RecordResult<Vec<ReuseRecord>> {
        let mut session = self.store.read("list re-uses", "genuine mail").await?;
        let (sql, args) = select(REUSES)
            .and("member = ?", member.map(Arg::from))
            .end(" ORDER BY submission DESC, of_original DESC, mail");
        let rows = session.rows(sql, args).await?;
        rows.iter().take(limit as usize).map(read_reuse).collect()
    }

    async fn reuses_in(&self, submission: SubmissionId) -> RecordResult<Vec<ReuseRecord>> {
        let mut session = self.store.read("list re-uses of a mail", "genuine mail").await?;
        let (sql, args) = select(REUSES)
            .and("submission = ?", Some(submission.into()))
            .end(" ORDER BY of_original DESC, mail, member");
        session.rows(sql, args).await?.iter().map(read_reuse).collect()
    }

    async fn reuse_count(&self) -> RecordResult<u64> {
        let mut session = self.store.read("count re-uses", "genuine mail").await?;
        let row = session.row("SELECT COUNT(*) AS n FROM reuse", Vec::new()).await?;
        row.map_or(Ok(0), |row| row.count("n"))
    }
}

const REUSES: &str =
    "SELECT submission, member, mail, relation, of_original, of_mail, lag FROM reuse WHERE 1 = 1";

fn read_reuse(row: &Row) -> RecordResult<ReuseRecord> {
    Ok(ReuseRecord {
        submission: row.id("submission")?,
        member: row.id("member")?,
        mail: row.text("mail")?,
        relation: row.text("relation")?,
        of_original: row.real("of_original")?,
        of_mail: row.real("of_mail")?,
        lag: row.maybe_int("lag")?,
    })
}
