//! Changes to what is released, in the order in which readers learn of them.

use desk::records::{ChangeKey, ChangeRecord, Readers, RecordResult};
use jiff::Timestamp;
use lexicon::ids::AdvisoryId;
use sqlx::AssertSqlSafe;

use super::releases;
use crate::sql::{Arg, Session, args};

/// Appends a change. It is the last of all until the transaction ends: places are handed out in the order in which
/// changes become visible, so that no reader passes one by.
pub(super) async fn append(
    session: &mut Session,
    advisory: AdvisoryId,
    nth: i64,
    withdrawn: bool,
    at: Timestamp,
) -> RecordResult<()> {
    session.alone().await?;
    session.run("UPDATE advisory_change SET latest = 0 WHERE advisory = $1", args![advisory]).await?;
    let sql = "INSERT INTO advisory_change (seq, advisory, nth, withdrawn, at, latest) \
               VALUES ((SELECT COALESCE(MAX(seq), 0) + 1 FROM advisory_change), $1, $2, $3, $4, 1)";
    session.run(sql, args![advisory, nth, withdrawn, at]).await?;
    Ok(())
}

/// Takes the latest release back.
pub(super) async fn withdraw(session: &mut Session, advisory: AdvisoryId, at: Timestamp) -> RecordResult<()> {
    let sql = "SELECT nth FROM advisory_change WHERE advisory = $1 AND latest = 1 AND withdrawn = 0";
    let Some(row) = session.row(sql, args![advisory]).await? else { return Err(session.conflict()) };
    append(session, advisory, row.int("nth")?, true, at).await
}

/// When the latest release was taken back.
pub(super) async fn withdrawal(
    session: &mut Session,
    advisory: AdvisoryId,
) -> RecordResult<Option<Timestamp>> {
    let sql = "SELECT at FROM advisory_change WHERE advisory = $1 AND latest = 1 AND withdrawn = 1";
    session.row(sql, args![advisory]).await?.map(|row| row.time("at")).transpose()
}

/// Adds to a statement what holds for the changes that these readers know.
fn for_readers(readers: &Readers, sql: &mut String, args: &mut Vec<Arg>) {
    sql.push_str(match readers {
        Readers::Analysts => "",
        Readers::Vendors => " AND t.vendors = 1",
        Readers::Members(sigs) if sigs.is_empty() => " AND t.all_members = 1",
        Readers::Members(_) => {
            " AND (t.all_members = 1 OR EXISTS (SELECT 1 FROM advisory_audience_sig s \
             WHERE s.advisory = t.advisory AND s.frozen = t.frozen AND s.sig IN ("
        }
    });
    if let Readers::Members(sigs) = readers
        && !sigs.is_empty()
    {
        for (at, sig) in sigs.iter().enumerate() {
            args.push(Arg::from(*sig));
            if at > 0 {
                sql.push_str(", ");
            }
            sql.push_str(&format!("${}", args.len()));
        }
        sql.push_str(")))");
    }
}

/// Changes with the text that each is about.
const FROM: &str =
    "FROM advisory_change c JOIN advisory_text t ON t.advisory = c.advisory AND t.frozen = c.nth";

/// The place of a change.
pub(super) async fn place(
    session: &mut Session,
    key: ChangeKey,
    readers: &Readers,
) -> RecordResult<Option<i64>> {
    let mut args = args![key.advisory, key.nth, key.withdrawn];
    let mut sql = format!("SELECT c.seq {FROM} WHERE c.advisory = $1 AND c.nth = $2 AND c.withdrawn = $3");
    for_readers(readers, &mut sql, &mut args);
    session.row(AssertSqlSafe(sql), args).await?.map(|row| row.int("seq")).transpose()
}

/// The changes behind a place.
pub(super) async fn list(
    session: &mut Session,
    readers: &Readers,
    after: i64,
    limit: u32,
) -> RecordResult<Vec<ChangeRecord>> {
    let mut args = args![after, limit];
    let mut sql = format!(
        "SELECT c.advisory, c.nth, c.withdrawn, c.at AS changed, r.at, r.stamp {FROM} \
         JOIN advisory_release r ON r.advisory = c.advisory AND r.nth = c.nth WHERE c.latest = 1 AND c.seq > $1"
    );
    for_readers(readers, &mut sql, &mut args);
    sql.push_str(" ORDER BY c.seq LIMIT $2");
    let rows = session.rows(AssertSqlSafe(sql), args).await?;
    let told = rows
        .iter()
        .map(|row| {
            let key = ChangeKey {
                advisory: row.id("advisory")?,
                nth: row.count("nth")?,
                withdrawn: row.truth("withdrawn")?,
            };
            Ok((key, row.time("changed")?))
        })
        .collect::<RecordResult<Vec<_>>>()?;
    let releases = releases::with_texts(session, rows).await?;
    let records =
        told.into_iter().zip(releases).map(|((key, at), release)| ChangeRecord { key, release, at });
    Ok(records.collect())
}
