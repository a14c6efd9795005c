//! Releases: frozen texts with the gate's stamp.

use desk::records::{PageRequest, RecordResult, ReleaseRecord};
use lexicon::AdvisoryState;
use lexicon::ids::AdvisoryId;

use super::advisory_text::{self, TextKey};
use super::changes;
use crate::sql::{Row, Session, args, select};

/// Marks the advisory released, if it still has the revision that was read, and freezes its text.
pub(super) async fn write(session: &mut Session, release: &ReleaseRecord, revision: u32) -> RecordResult<()> {
    let id = release.advisory.id;
    let sql = "UPDATE advisory SET state = $1, revision = revision + 1 WHERE id = $2 AND revision = $3";
    if session.run(sql, args![AdvisoryState::Released.word(), id, revision]).await? == 0 {
        return Err(session.conflict());
    }
    let sql = "INSERT INTO advisory_release (advisory, nth, at, stamp) VALUES ($1, \
               (SELECT COUNT(*) + 1 FROM advisory_release WHERE advisory = $1), $2, $3) RETURNING nth";
    let row = session.row(sql, args![id, release.at, &release.stamp]).await?;
    let Some(row) = row else { return Err(session.conflict()) };
    let nth = row.int("nth")?;
    advisory_text::write(session, nth, &release.advisory, &release.audience).await?;
    changes::append(session, id, nth, false, release.at).await
}

/// The latest release of an advisory.
pub(super) async fn latest(
    session: &mut Session,
    advisory: AdvisoryId,
) -> RecordResult<Option<ReleaseRecord>> {
    let sql = "SELECT advisory, nth, at, stamp FROM advisory_release WHERE advisory = $1 \
               ORDER BY nth DESC LIMIT 1";
    let rows = session.rows(sql, args![advisory]).await?;
    Ok(with_texts(session, rows).await?.pop())
}

/// The releases of a page, and one more.
pub(super) async fn list(session: &mut Session, request: PageRequest) -> RecordResult<Vec<ReleaseRecord>> {
    let (sql, args) = select("SELECT advisory, nth, at, stamp FROM advisory_release WHERE 1 = 1")
        .page("at", "advisory", request);
    let rows = session.rows(sql, args).await?;
    with_texts(session, rows).await
}

pub(super) async fn with_texts(session: &mut Session, rows: Vec<Row>) -> RecordResult<Vec<ReleaseRecord>> {
    let keys = rows
        .iter()
        .map(|row| Ok((row.id("advisory")?, row.int("nth")?)))
        .collect::<RecordResult<Vec<TextKey>>>()?;
    let mut texts = advisory_text::read(session, &keys).await?;
    keys.iter()
        .zip(rows)
        .map(|(key, row)| {
            let text = texts.remove(key).ok_or_else(|| row.corrupt("nth", "names no text"))?;
            let (at, stamp) = (row.time("at")?, row.digest("stamp")?);
            Ok(ReleaseRecord { advisory: text.0, audience: text.1, at, stamp })
        })
        .collect()
}
