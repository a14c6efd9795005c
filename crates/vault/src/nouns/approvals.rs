//! What providers said to a text.

use desk::records::{ApprovalRecord, ApprovalState, PAGE_LIMIT, RecordResult};
use lexicon::ids::{AdvisoryId, MemberId};

use crate::sql::{Row, Session, args};

/// The columns of an approval.
macro_rules! columns {
    () => {
        "SELECT advisory, member, state, digest, note, at, account FROM advisory_approval "
    };
}

pub(super) async fn write(session: &mut Session, approval: &ApprovalRecord) -> RecordResult<()> {
    let sql = "INSERT INTO advisory_approval (advisory, member, state, digest, note, at, account) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (advisory, member) DO UPDATE SET \
               state = excluded.state, digest = excluded.digest, note = excluded.note, at = excluded.at, \
               account = excluded.account";
    let ApprovalRecord { advisory, member, state, digest, note, at, account } = approval;
    session.run(sql, args![*advisory, *member, state.word(), digest, note, *at, *account]).await?;
    Ok(())
}

/// The approvals of an advisory, sorted by member id.
pub(super) async fn on(session: &mut Session, advisory: AdvisoryId) -> RecordResult<Vec<ApprovalRecord>> {
    let sql = concat!(columns!(), "WHERE advisory = $1 ORDER BY member");
    session.rows(sql, args![advisory]).await?.iter().map(read).collect()
}

/// What a provider was asked, newest first.
pub(super) async fn of(session: &mut Session, member: MemberId) -> RecordResult<Vec<ApprovalRecord>> {
    let sql = concat!(columns!(), "WHERE member = $1 ORDER BY at DESC, advisory DESC LIMIT $2");
    session.rows(sql, args![member, PAGE_LIMIT]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> RecordResult<ApprovalRecord> {
    Ok(ApprovalRecord {
        advisory: row.id("advisory")?,
        member: row.id("member")?,
        state: row.parsed("state", ApprovalState::parse)?,
        digest: row.digest("digest")?,
        note: row.text("note")?,
        at: row.time("at")?,
        account: row.maybe_id("account")?,
    })
}
