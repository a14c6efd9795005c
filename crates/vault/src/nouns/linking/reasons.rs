//! Why the mails of a campaign belong together, as rare as their values are today.

use std::collections::HashMap;

use casework::{Count, Kinds, MarkKind, Signature};
use desk::records::{RecordResult, SHOWN_LINKED};
use lexicon::Link;
use lexicon::ids::{CampaignId, SubmissionId};

use super::anchors;
use super::cores::read_card;
use crate::sql::{Row, Session, args, padded};

/// Mails compared pair by pair at most.
const PAIRED: usize = 64;

/// Links among the oldest submissions of a campaign, by their ids: a tree of what ties them.
pub(in crate::nouns) async fn links(
    session: &mut Session,
    campaign: CampaignId,
) -> RecordResult<Vec<Link<SubmissionId>>> {
    let sql = "SELECT s.id AS id, g.card AS card FROM submission s JOIN submission_signature g \
               ON g.submission = s.id WHERE s.campaign = $1 ORDER BY s.received, s.id LIMIT $2";
    let rows = session.rows(sql, args![campaign, SHOWN_LINKED]).await?;
    let Read { mails, signatures, counts } = read(session, &rows).await?;
    let found = casework::links_among(&signatures, |key| counts.get(&key).copied().unwrap_or_default());
    let mut links: Vec<Link<SubmissionId>> = found
        .into_iter()
        .filter_map(|link| {
            let (a, b) = (*mails.get(link.a)?, *mails.get(link.b)?);
            Some(Link { a: a.min(b), b: a.max(b), reasons: link.reasons })
        })
        .collect();
    links.sort_by_key(|link| (link.a, link.b));
    Ok(links)
}

/// Everything that pairs of these mails have in common, by their ids.
pub(in crate::nouns) async fn links_of_pairs(
    session: &mut Session,
    mails: &[SubmissionId],
) -> RecordResult<Vec<Link<SubmissionId>>> {
    let asked: Vec<SubmissionId> = mails.iter().take(PAIRED).copied().collect();
    let mut rows = Vec::new();
    for list in padded(&asked) {
        let marks: Vec<String> = (1..=list.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT submission AS id, card FROM submission_signature WHERE submission IN ({}) ORDER BY submission",
            marks.join(", ")
        );
        let values = list.iter().flat_map(|id| args![*id]).collect();
        rows.extend(session.rows(sqlx::AssertSqlSafe(sql), values).await?);
    }
    let Read { mails, signatures, counts } = read(session, &rows).await?;
    let count = |key: u64| counts.get(&key).copied().unwrap_or_default();
    let mut links = Vec::new();
    let known: Vec<(&SubmissionId, &Signature)> = mails.iter().zip(&signatures).collect();
    for (place, (a, signature)) in known.iter().enumerate() {
        for (b, other) in known.iter().skip(place + 1) {
            let reasons = casework::compare(signature, other, &count, Kinds::ALL);
            if !reasons.is_empty() {
                links.push(Link { a: **a.min(b), b: **a.max(b), reasons });
            }
        }
    }
    links.sort_by_key(|link| (link.a, link.b));
    Ok(links)
}

/// What is kept of some mails, and how often the values are seen that two of them carry.
struct Read {
    mails: Vec<SubmissionId>,
    signatures: Vec<Signature>,
    counts: HashMap<u64, Count>,
}

/// Reads rows of (id, card).
async fn read(session: &mut Session, rows: &[Row]) -> RecordResult<Read> {
    let mut mails: Vec<SubmissionId> = Vec::new();
    let mut cards = Vec::new();
    for row in rows {
        mails.push(row.id("id")?);
        cards.push(read_card(&row.bytes("card")?)?);
    }
    let mut texts: Vec<i64> = cards.iter().flat_map(|card| &card.prints).map(|id| id.cast_signed()).collect();
    texts.sort_unstable();
    texts.dedup();
    let prints = anchors::prints(session, &texts).await?;
    // Only what two of them have is told.
    let mut kinds: HashMap<u64, (MarkKind, u32)> = HashMap::new();
    for mark in cards.iter().flat_map(|card| &card.marks) {
        kinds.entry(mark.key()).or_insert((mark.kind, 0)).1 += 1;
    }
    let mut wanted: Vec<(u64, u64)> = kinds
        .iter()
        .filter(|(_, (_, mails))| *mails > 1)
        .map(|(key, (kind, _))| (*key, kind.most_texts().min(1000) + 2))
        .collect();
    wanted.sort_unstable();
    let mut counts: HashMap<u64, Count> = HashMap::new();
    for list in padded(&wanted) {
        let parts: Vec<String> = (0..list.len())
            .map(|at| {
                format!(
                    "SELECT value, core, mails FROM (SELECT value, core, mails FROM core_value WHERE value = ${} \
                     LIMIT ${}) AS v{at}",
                    at * 2 + 1,
                    at * 2 + 2
                )
            })
            .collect();
        let sql = parts.join(" UNION ");
        let values = list.iter().flat_map(|(key, limit)| args![*key, *limit]).collect();
        for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
            let count = counts.entry(row.int("value")?.cast_unsigned()).or_default();
            count.texts += 1;
            count.mails += row.count::<u64>("mails")?;
        }
    }
    let signatures: Vec<Signature> = cards
        .into_iter()
        .map(|card| {
            let of = card.prints.iter().filter_map(|id| prints.get(&id.cast_signed()).cloned()).collect();
            card.with_prints(of)
        })
        .collect();
    Ok(Read { mails, signatures, counts })
}
