//! What a worker writes when it has finished a submission: dissection, keys, links, campaign, state. All in
//! the transaction that the caller commits.

use std::collections::{BTreeMap, BTreeSet};

use desk::records::{Completion, DissectionRecord, RecordError, RecordResult};
use jiff::Timestamp;
use lexicon::{MailFacts, SubmissionState};

use super::campaigns;
use super::casebook::read_key;
use crate::sql::{Session, args, insert_many};

pub(super) async fn write(session: &mut Session, completion: &Completion) -> RecordResult<()> {
    session.alone().await?;
    let received = finish(session, completion).await?;
    dissection(session, completion).await?;
    keys(session, completion, received).await?;
    links(session, completion).await?;
    let opened = completion.dissection.at;
    campaigns::change(session, completion.submission, &completion.change, opened).await
}

/// Marks the submission dissected and fills its list columns; a conflict where it is not being dissected.
async fn finish(session: &mut Session, completion: &Completion) -> RecordResult<Timestamp> {
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
    Ok(received)
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
    Ok(())
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

async fn keys(session: &mut Session, completion: &Completion, received: Timestamp) -> RecordResult<()> {
    let keys: BTreeSet<_> = completion.keys.iter().copied().collect();
    if keys.is_empty() {
        return Ok(());
    }
    let (id, family) = (completion.submission, completion.family);
    let rows = keys.iter().map(|key| args![key.kind, key.value, received, id, family]).collect();
    insert_many(session, "submission_key (kind, value, received, submission, family)", 5, rows, "").await?;

    let rows = keys.iter().map(|key| args![key.kind, key.value, family]).collect();
    let new_only = "ON CONFLICT (kind, value, family) DO NOTHING RETURNING kind, value";
    let first_of_family = insert_many(session, "key_family (kind, value, family)", 3, rows, new_only)
        .await?
        .iter()
        .map(read_key)
        .collect::<RecordResult<BTreeSet<_>>>()?;

    let rows =
        keys.iter().map(|key| args![key.kind, key.value, 1i64, first_of_family.contains(key)]).collect();
    let add = "ON CONFLICT (kind, value) DO UPDATE SET submissions = key_count.submissions + 1, \
               families = key_count.families + excluded.families";
    insert_many(session, "key_count (kind, value, submissions, families)", 4, rows, add).await?;

    let sql = "INSERT INTO keyed_count (slot, submissions) VALUES (1, 1) \
               ON CONFLICT (slot) DO UPDATE SET submissions = keyed_count.submissions + 1";
    session.run(sql, Vec::new()).await?;
    Ok(())
}

async fn links(session: &mut Session, completion: &Completion) -> RecordResult<()> {
    // A pair that is named twice is the later one's.
    let mut pairs = BTreeMap::new();
    for link in &completion.links {
        pairs.insert((link.a, link.b), &link.reasons);
    }
    let rows = pairs
        .into_iter()
        .flat_map(|((a, b), reasons)| {
            (0i64..).zip(reasons).map(move |(place, reason)| {
                args![a, b, place, reason.kind.word(), reason.weight, &reason.value]
            })
        })
        .collect();
    insert_many(session, "link_reason (a, b, place, kind, weight, value)", 6, rows, "").await?;
    Ok(())
}
