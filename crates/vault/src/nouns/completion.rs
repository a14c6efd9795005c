//! What a worker writes when it has finished a submission: dissection, state, links. All in the transaction that the
//! caller commits.

use std::collections::HashMap;

use casework::Signature;
use desk::records::{Completion, DissectionRecord, RecordError, RecordResult};
use lexicon::ids::SubmissionId;
use lexicon::{MailFacts, SubmissionState};

use super::linking::{Coming, Linker};
use crate::sql::{Session, args, insert_many, marks, padded};

/// Mails that are linked as one change at most.
const AT_ONCE: usize = 512;
/// Dissections written by one statement: some are very large.
const DISSECTIONS: usize = 32;

pub(super) async fn write(session: &mut Session, completions: &[Completion]) -> RecordResult<()> {
    for completions in completions.chunks(AT_ONCE) {
        let Some(latest) = completions.iter().map(|completion| completion.dissection.at).max() else {
            continue;
        };
        let coming = finish(session, completions).await?;
        for completions in completions.chunks(DISSECTIONS) {
            dissections(session, completions).await?;
        }
        let mut linker = Linker::new(session, latest);
        linker.put_all(coming).await?;
        linker.finish().await?;
    }
    Ok(())
}

/// Marks submissions dissected and fills their list columns; a conflict where one is not being dissected.
async fn finish(session: &mut Session, completions: &[Completion]) -> RecordResult<Vec<Coming>> {
    let by_id: HashMap<SubmissionId, &Completion> =
        completions.iter().map(|completion| (completion.submission, completion)).collect();
    let mut coming: HashMap<SubmissionId, Coming> = HashMap::new();
    for list in padded(completions) {
        let sql = format!(
            // Found by their ids alone: by its index of states a database would go through all that wait.
            "WITH given (mail, title, sent_by, told) AS (VALUES {}) UPDATE submission SET state = $1, \
             subject = title, sender = sent_by, tells = told FROM given WHERE id = mail AND state || '' = $2 \
             RETURNING id, received, core, campaign",
            marks(3, 4, list.len())
        );
        let mut values = args![SubmissionState::Dissected.word(), SubmissionState::Dissecting.word()];
        for completion in &list {
            let facts = &completion.dissection.facts;
            let sender = facts.from.as_ref().map(|from| from.address.as_str());
            let sender = sender.filter(|address| !address.is_empty());
            let tells = u64::try_from(facts.tells.len()).unwrap_or(u64::MAX);
            values.extend(args![completion.submission, facts.subject.as_deref(), sender, tells]);
        }
        for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
            let mail = row.id("id")?;
            let Some(completion) = by_id.get(&mail) else { continue };
            let arrived = completion.dissection.facts.arrived(row.time("received")?);
            let (core, campaign) = (row.maybe_int("core")?, row.maybe_id("campaign")?);
            let signature = completion.signature.clone();
            coming.insert(mail, Coming { mail, signature, core, campaign, arrived: Some(arrived) });
        }
    }
    if coming.len() != completions.len() {
        return Err(session.conflict());
    }
    Ok(completions.iter().filter_map(|completion| coming.remove(&completion.submission)).collect())
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

async fn dissections(session: &mut Session, completions: &[Completion]) -> RecordResult<()> {
    let mut rows = Vec::new();
    for record in completions.iter().map(|completion| &completion.dissection) {
        let facts = as_json(&record.facts)?;
        rows.push(args![&record.sha256, &record.engine, &facts, record.at]);
    }
    let again = "ON CONFLICT (sha256, engine) DO NOTHING";
    insert_many(session, "dissection (sha256, engine, facts, at)", 4, rows, again).await.map(|_| ())
}
