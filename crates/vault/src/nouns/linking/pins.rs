//! What analysts hold and tell of mails.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use desk::records::{PinOutcome, PinRecord, RecordResult, ToldRecord};
use jiff::Timestamp;
use lexicon::ids::{PinId, SubmissionId};

use super::Linker;
use crate::sql::{Row, Session, args};

const PIN: &str = "SELECT id, a, b, same, note, account, at, withdrawn FROM campaign_pin";

fn read(row: &Row) -> RecordResult<PinRecord> {
    Ok(PinRecord {
        id: row.id("id")?,
        a: row.id("a")?,
        b: row.id("b")?,
        same: row.truth("same")?,
        note: row.text("note")?,
        account: row.id("account")?,
        at: row.time("at")?,
        withdrawn: row.maybe_time("withdrawn")?,
    })
}

/// The pins of a mail, withdrawn ones too, oldest first.
pub(in crate::nouns) async fn pins(
    session: &mut Session,
    mail: SubmissionId,
) -> RecordResult<Vec<PinRecord>> {
    let sql = format!("{PIN} WHERE a = $1 OR b = $1 ORDER BY at, id");
    let rows = session.rows(sqlx::AssertSqlSafe(sql), args![mail]).await?;
    rows.iter().map(read).collect()
}

/// Makes a pin and links both mails anew, unless it contradicts one that stands.
pub(in crate::nouns) async fn pin(session: &mut Session, new: &PinRecord) -> RecordResult<PinOutcome> {
    let sql = format!("{PIN} WHERE withdrawn IS NULL ORDER BY at, id");
    let rows = session.rows(sqlx::AssertSqlSafe(sql), Vec::new()).await?;
    let known: Vec<PinRecord> = rows.iter().map(read).collect::<RecordResult<_>>()?;
    if let Some(earlier) = contradicts(&known, new) {
        return Ok(PinOutcome::Contradicts(earlier));
    }
    let again = |pin: &&PinRecord| {
        pin.same == new.same
            && ((pin.a, pin.b) == (new.a, new.b) || (new.same && (pin.a, pin.b) == (new.b, new.a)))
    };
    if let Some(earlier) = known.iter().find(again) {
        return Ok(PinOutcome::Stands(earlier.id));
    }
    let PinRecord { id, a, b, same, note, account, at, .. } = new;
    let sql =
        "INSERT INTO campaign_pin (id, a, b, same, note, account, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    session.run(sql, args![*id, *a, *b, *same, note, *account, *at]).await?;
    relink(session, new, *at).await?;
    Ok(PinOutcome::Made)
}

/// Takes a pin back; false where it is not there or was taken back before.
pub(in crate::nouns) async fn withdraw(
    session: &mut Session,
    id: PinId,
    at: Timestamp,
) -> RecordResult<bool> {
    let sql = format!("{PIN} WHERE id = $1 AND withdrawn IS NULL");
    let Some(row) = session.row(sqlx::AssertSqlSafe(sql), args![id]).await? else { return Ok(false) };
    let pin = read(&row)?;
    session.run("UPDATE campaign_pin SET withdrawn = $1 WHERE id = $2", args![at, id]).await?;
    relink(session, &pin, at).await?;
    Ok(true)
}

async fn relink(session: &mut Session, pin: &PinRecord, at: Timestamp) -> RecordResult<()> {
    let mut linker = Linker::new(session, at);
    for mail in [pin.a, pin.b] {
        linker.renew(mail).await?;
    }
    linker.finish().await
}

/// The pin that stands and says the contrary: what is the same as the same is the same, and two mails that are the same
/// cannot be kept apart.
fn contradicts(known: &[PinRecord], new: &PinRecord) -> Option<PinRecord> {
    let same = |pin: &&PinRecord| pin.same;
    let group = |from: SubmissionId| {
        let mut way: BTreeMap<SubmissionId, Option<&PinRecord>> = BTreeMap::from([(from, None)]);
        let mut open = VecDeque::from([from]);
        while let Some(at) = open.pop_front() {
            for pin in known.iter().filter(same) {
                let other = if pin.a == at { pin.b } else { pin.a };
                if (pin.a == at || pin.b == at) && !way.contains_key(&other) {
                    way.insert(other, Some(pin));
                    open.push_back(other);
                }
            }
        }
        way
    };
    let (of_a, of_b) = (group(new.a), group(new.b));
    if !new.same {
        return of_a.get(&new.b).copied().flatten().cloned();
    }
    let (of_a, of_b): (BTreeSet<_>, BTreeSet<_>) = (of_a.into_keys().collect(), of_b.into_keys().collect());
    let between = |pin: &&PinRecord| {
        !pin.same
            && ((of_a.contains(&pin.a) && of_b.contains(&pin.b))
                || (of_a.contains(&pin.b) && of_b.contains(&pin.a)))
    };
    known.iter().find(between).cloned()
}

/// Keeps what was told of a mail, and links it anew.
pub(in crate::nouns) async fn tell(session: &mut Session, told: &ToldRecord) -> RecordResult<()> {
    let ToldRecord { submission, value, source, account, at } = told;
    let sql = "INSERT INTO submission_told (submission, value, source, account, at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (submission, value) DO NOTHING";
    if session.run(sql, args![*submission, value, source, *account, *at]).await? == 1 {
        let mut linker = Linker::new(session, *at);
        linker.renew(*submission).await?;
        linker.finish().await?;
    }
    Ok(())
}

/// What was told of a mail, by value.
pub(in crate::nouns) async fn told(
    session: &mut Session,
    mail: SubmissionId,
) -> RecordResult<Vec<ToldRecord>> {
    let sql = "SELECT submission, value, source, account, at FROM submission_told WHERE submission = $1 ORDER BY value";
    let rows = session.rows(sql, args![mail]).await?;
    rows.iter()
        .map(|row| {
            Ok(ToldRecord {
                submission: row.id("submission")?,
                value: row.text("value")?,
                source: row.text("source")?,
                account: row.id("account")?,
                at: row.time("at")?,
            })
        })
        .collect()
}
