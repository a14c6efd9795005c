//! What a worker writes when it has finished a submission: dissection, state, links. All in the transaction that the
//! caller commits.

use std::collections::HashMap;

use casework::Signature;
use desk::records::{Completion, DissectionRecord, RecordError, RecordResult};
use lexicon::ids::SubmissionId;
use lexicon::{MailFacts, SubmissionState};

use super::linking::{Coming, Linker};
use crate::sql::{Session, Statement, args, inserts, marks, padded};

/// Mails that are linked as one change at most.
const AT_ONCE: usize = 512;
/// Mails of one statement: some dissections are very large.
const DISSECTIONS: usize = 32;

pub(super) async fn write(session: &mut Session, completions: &[Completion]) -> RecordResult<()> {
    for completions in completions.chunks(AT_ONCE) {
        let Some(latest) = completions.iter().map(|completion| completion.dissection.at).max() else {
            continue;
        };
        let (coming, apart) = finish(session, completions).await?;
        let mut linker = Linker::new(session, latest).knowing(apart);
        linker.put_all(coming).await?;
        linker.finish().await?;
    }
    Ok(())
}

/// Marks submissions dissected, fills their list columns and writes their dissections; a conflict where one is not being
/// dissected. Tells on the way what linking would have to ask: which of them analysts told or hold anything of, and whether any pin keeps mails
/// apart.
async fn finish(session: &mut Session, completions: &[Completion]) -> RecordResult<(Vec<Coming>, bool)> {
    let by_id: HashMap<SubmissionId, &Completion> =
        completions.iter().map(|completion| (completion.submission, completion)).collect();
    let mut coming: HashMap<SubmissionId, Coming> = HashMap::new();
    let mut apart = false;
    for chunk in completions.chunks(DISSECTIONS) {
        let list: Vec<&Completion> =
            padded(&chunk.iter().collect::<Vec<_>>()).into_iter().flatten().collect();
        let sql = format!(
            // Found by their ids alone: by its index of states a database would go through all that wait.
            "WITH given (mail, title, sent_by, told) AS (VALUES {}) UPDATE submission SET state = $1, \
             subject = title, sender = sent_by, tells = told FROM given WHERE id = mail AND state || '' = $2 \
             RETURNING id, received, core, campaign, \
             (SELECT COUNT(*) FROM submission_told t WHERE t.submission = submission.id) \
             + (SELECT COUNT(*) FROM campaign_pin p WHERE p.withdrawn IS NULL \
             AND (p.a = submission.id OR p.b = submission.id)) AS said, (SELECT COUNT(*) FROM \
             (SELECT 1 FROM campaign_pin WHERE withdrawn IS NULL AND same = 0 LIMIT 1) AS first) AS apart",
            marks(3, 4, list.len())
        );
        let mut values = args![SubmissionState::Dissected.word(), SubmissionState::Dissecting.word()];
        for completion in list {
            let facts = &completion.dissection.facts;
            let sender = facts.from.as_ref().map(|from| from.address.as_str());
            let sender = sender.filter(|address| !address.is_empty());
            let tells = u64::try_from(facts.tells.len()).unwrap_or(u64::MAX);
            values.extend(args![completion.submission, facts.subject.as_deref(), sender, tells]);
        }
        let mut statements = vec![Statement::new(sql, values)];
        statements.extend(dissections(chunk)?);
        for row in session.run_each(statements).await? {
            let mail = row.id("id")?;
            let Some(completion) = by_id.get(&mail) else { continue };
            let arrived = completion.dissection.facts.arrived(row.time("received")?);
            let (core, campaign) = (row.maybe_int("core")?, row.maybe_id("campaign")?);
            let (signature, said) = (completion.signature.clone(), row.int("said")? > 0);
            apart |= row.truth("apart")?;
            coming.insert(mail, Coming { mail, signature, core, campaign, arrived: Some(arrived), said });
        }
    }
    if coming.len() != completions.len() {
        return Err(session.conflict());
    }
    let coming = completions.iter().filter_map(|completion| coming.remove(&completion.submission)).collect();
    Ok((coming, apart))
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

/// What writes the dissections.
fn dissections(completions: &[Completion]) -> RecordResult<Vec<Statement>> {
    let mut rows = Vec::new();
    for record in completions.iter().map(|completion| &completion.dissection) {
        let facts = as_json(&record.facts)?;
        rows.push(args![&record.sha256, &record.engine, &facts, record.at]);
    }
    let again = "ON CONFLICT (sha256, engine) DO NOTHING";
    Ok(inserts("dissection (sha256, engine, facts, at)", 4, rows, again))
}
