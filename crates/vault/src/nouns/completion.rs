//! What a worker writes when it has finished a submission: dissection, state, links. All in the transaction that the
//! caller commits.

use casework::Signature;
use desk::records::{Completion, DissectionRecord, RecordError, RecordResult};
use lexicon::{MailFacts, SubmissionState};

use super::linking::Linker;
use crate::sql::{Session, args};

pub(super) async fn write(session: &mut Session, completion: &Completion) -> RecordResult<()> {
    finish(session, completion).await?;
    dissection(session, completion).await?;
    let mut linker = Linker::new(session, completion.dissection.at);
    linker.put(completion.submission, completion.signature.clone()).await?;
    linker.finish().await
}

/// Marks the submission dissected and fills its list columns; a conflict where it is not being dissected.
async fn finish(session: &mut Session, completion: &Completion) -> RecordResult<()> {
    let facts = &completion.dissection.facts;
    let sender = facts.from.as_ref().map(|from| from.address.as_str()).filter(|address| !address.is_empty());
    let tells = u64::try_from(facts.tells.len()).unwrap_or(u64::MAX);
    let sql = "UPDATE submission SET state = $1, subject = $2, sender = $3, tells = $4 \
               WHERE id = $5 AND state = $6 RETURNING received";
    let args = args![
        SubmissionState::Dissected.word(),
        facts.subject.as_deref(),
        sender,
        tells,
        completion.submission,
        SubmissionState::Dissecting.word(),
    ];
    let Some(row) = session.row(sql, args).await? else { return Err(session.conflict()) };
    let received = row.time("received")?;
    let sql = "UPDATE submission SET arrived = $1 WHERE id = $2";
    session.run(sql, args![facts.arrived(received), completion.submission]).await?;
    Ok(())
}

/// Puts a better dissection in the stead of the known one, and its number of tells into the lists.
pub(super) async fn rewrite(session: &mut Session, better: &DissectionRecord) -> RecordResult<()> {
    let facts = as_json(&better.facts)?;
    let sql = "UPDATE dissection SET facts = $1, at = $2 WHERE sha256 = $3 AND engine = $4";
    let changed = session.run(sql, args![&facts, better.at, &better.sha256, &better.engine]).await?;
    if changed == 0 {
        return Err(session.conflict());
    }
    let tells = u64::try_from(better.facts.tells.len()).unwrap_or(u64::MAX);
    // One that is still being dissected gets its number when it is done.
    let sql = "UPDATE submission SET tells = $1 WHERE sha256 = $2 AND state IN ($3, $4)";
    let (dissected, judged) = (SubmissionState::Dissected.word(), SubmissionState::Judged.word());
    session.run(sql, args![tells, &better.sha256, dissected, judged]).await?;
    // What is inside ties as well.
    let sql = "SELECT id FROM submission WHERE sha256 = $1 AND core IS NOT NULL ORDER BY id";
    let mut mails = Vec::new();
    for row in session.rows(sql, args![&better.sha256]).await? {
        mails.push(row.id("id")?);
    }
    let mut linker = Linker::new(session, better.at);
    for mail in mails {
        linker.put(mail, Signature::of(&better.facts)).await?;
    }
    linker.finish().await
}

fn as_json(facts: &MailFacts) -> RecordResult<String> {
    serde_json::to_string(facts)
        .map_err(|source| RecordError::Store { action: "write mail facts as JSON", source: Box::new(source) })
}

async fn dissection(session: &mut Session, completion: &Completion) -> RecordResult<()> {
    let record = &completion.dissection;
    let facts = as_json(&record.facts)?;
    let sql = "INSERT INTO dissection (sha256, engine, facts, at) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (sha256, engine) DO NOTHING";
    session.run(sql, args![&record.sha256, &record.engine, &facts, record.at]).await?;
    Ok(())
}
