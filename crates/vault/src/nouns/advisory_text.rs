//! The text of an advisory with its audience and indicators: the present one, and the frozen ones of its
//! releases. Both are kept in the same tables, so that a release is exactly what an advisory was.

use std::collections::BTreeMap;

use desk::records::RecordResult;
use lexicon::ids::AdvisoryId;
use lexicon::indicator::FileHashes;
use lexicon::{Advisory, Audience, Indicator, Lang};
use sqlx::AssertSqlSafe;

use crate::sql::{Row, Session, args, insert_many, marks};

/// The place of the present text; the n-th release's is n.
pub(super) const PRESENT: i64 = 0;

/// How many texts are read by one statement; a page and the row that follows it fit.
const KEYS_AT_ONCE: usize = 256;

/// Names one text: an advisory, and [`PRESENT`] or the number of the release.
pub(super) type TextKey = (AdvisoryId, i64);

/// Writes a text in place of an earlier one of the same key.
pub(super) async fn write(
    session: &mut Session,
    frozen: i64,
    advisory: &Advisory,
    audience: &Audience,
) -> RecordResult<()> {
    let id = advisory.id;
    let key = || args![id, frozen];
    let clear = "DELETE FROM advisory_indicator WHERE advisory = $1 AND frozen = $2";
    session.run(clear, key()).await?;
    let clear = "DELETE FROM advisory_audience_sig WHERE advisory = $1 AND frozen = $2";
    session.run(clear, key()).await?;
    session.run("DELETE FROM advisory_text WHERE advisory = $1 AND frozen = $2", key()).await?;

    let sql = "INSERT INTO advisory_text (advisory, frozen, number, version, lang, title, summary, features, \
               measures, request, organisations, first_seen, last_seen, tlp, all_members, vendors) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let args = args![
        id,
        frozen,
        &advisory.number,
        advisory.version,
        advisory.lang.tag(),
        &advisory.title,
        &advisory.summary,
        &advisory.features,
        &advisory.measures,
        &advisory.request,
        advisory.organisations,
        advisory.first_seen,
        advisory.last_seen,
        advisory.tlp.label(),
        audience.all_members,
        audience.vendors,
    ];
    session.run(sql, args).await?;

    let sigs = audience.sigs.iter().map(|sig| args![id, frozen, *sig]).collect();
    insert_many(session, "advisory_audience_sig (advisory, frozen, sig)", 3, sigs, "").await?;
    let indicators = (0i64..)
        .zip(&advisory.indicators)
        .map(|(place, indicator)| {
            let hash = |pick: fn(&FileHashes) -> &Option<String>| {
                indicator.hashes.as_ref().and_then(|hashes| pick(hashes).as_deref())
            };
            args![
                id,
                frozen,
                place,
                indicator.kind.word(),
                &indicator.value,
                indicator.hashes.is_some(),
                hash(|hashes| &hashes.md5),
                hash(|hashes| &hashes.sha1),
                hash(|hashes| &hashes.sha256),
                &indicator.note,
            ]
        })
        .collect();
    let into = "advisory_indicator (advisory, frozen, place, kind, value, hashed, md5, sha1, sha256, note)";
    insert_many(session, into, 10, indicators, "").await?;
    Ok(())
}

/// Reads the texts of these keys, each of which is named once.
pub(super) async fn read(
    session: &mut Session,
    keys: &[TextKey],
) -> RecordResult<BTreeMap<TextKey, (Advisory, Audience)>> {
    let mut texts = BTreeMap::new();
    for list in keys.chunks(KEYS_AT_ONCE) {
        // A join, in this order: an IN over pairs makes SQLite read the whole table.
        let wanted = format!("WITH wanted (id, nth) AS (VALUES {})", marks(1, 2, list.len()));
        let joined = |table: &str| {
            format!("FROM wanted CROSS JOIN {table} t WHERE t.advisory = wanted.id AND t.frozen = wanted.nth")
        };
        let args = || list.iter().flat_map(|(id, frozen)| args![*id, *frozen]).collect();

        let sql = format!(
            "{wanted} SELECT advisory, frozen, number, version, lang, title, summary, features, measures, \
             request, organisations, first_seen, last_seen, tlp, all_members, vendors {}",
            joined("advisory_text")
        );
        for row in session.rows(AssertSqlSafe(sql), args()).await? {
            texts.insert(key(&row)?, read_text(&row)?);
        }

        let sql = format!("{wanted} SELECT advisory, frozen, sig {}", joined("advisory_audience_sig"));
        for row in session.rows(AssertSqlSafe(sql), args()).await? {
            if let Some((_, audience)) = texts.get_mut(&key(&row)?) {
                audience.sigs.insert(row.id("sig")?);
            }
        }

        let sql = format!(
            "{wanted} SELECT advisory, frozen, kind, value, hashed, md5, sha1, sha256, note {} \
             ORDER BY advisory, frozen, place",
            joined("advisory_indicator")
        );
        for row in session.rows(AssertSqlSafe(sql), args()).await? {
            if let Some((advisory, _)) = texts.get_mut(&key(&row)?) {
                advisory.indicators.push(read_indicator(&row)?);
            }
        }
    }
    Ok(texts)
}

fn key(row: &Row) -> RecordResult<TextKey> {
    Ok((row.id("advisory")?, row.int("frozen")?))
}

fn read_text(row: &Row) -> RecordResult<(Advisory, Audience)> {
    let advisory = Advisory {
        id: row.id("advisory")?,
        number: row.text("number")?,
        version: row.count("version")?,
        lang: row.parsed("lang", Lang::parse)?,
        title: row.text("title")?,
        summary: row.text("summary")?,
        features: row.text("features")?,
        measures: row.text("measures")?,
        request: row.text("request")?,
        organisations: row.count("organisations")?,
        first_seen: row.maybe_time("first_seen")?,
        last_seen: row.maybe_time("last_seen")?,
        indicators: Vec::new(),
        tlp: row.word("tlp")?,
    };
    let (all_members, vendors) = (row.truth("all_members")?, row.truth("vendors")?);
    Ok((advisory, Audience { sigs: Default::default(), all_members, vendors }))
}

fn read_indicator(row: &Row) -> RecordResult<Indicator> {
    let hashes = if row.truth("hashed")? {
        let (md5, sha1) = (row.maybe_text("md5")?, row.maybe_text("sha1")?);
        Some(FileHashes { md5, sha1, sha256: row.maybe_text("sha256")? })
    } else {
        None
    };
    Ok(Indicator { kind: row.word("kind")?, value: row.text("value")?, hashes, note: row.text("note")? })
}
