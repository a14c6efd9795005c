//! The audit trail.

use async_trait::async_trait;
use desk::records::{AuditEntry, AuditTrail, Cursor, Page, PageRequest, RecordResult};
use lexicon::ids::AuditId;

use super::pages::page;
use crate::Vault;
use crate::sql::{Row, Session, args, select};

/// Adds an entry in the transaction of what it tells of.
pub(super) async fn insert(session: &mut Session, entry: &AuditEntry) -> RecordResult<()> {
    let sql = "INSERT INTO audit_entry (id, at, account, action, object) VALUES ($1, $2, $3, $4, $5)";
    session.run(sql, args![entry.id, entry.at, entry.account, &entry.action, &entry.object]).await?;
    Ok(())
}

fn read(row: &Row) -> RecordResult<AuditEntry> {
    Ok(AuditEntry {
        id: row.id::<AuditId>("id")?,
        at: row.time("at")?,
        account: row.maybe_id("account")?,
        action: row.text("action")?,
        object: row.text("object")?,
    })
}

#[async_trait]
impl AuditTrail for Vault {
    async fn put_audit(&self, entry: &AuditEntry) -> RecordResult<()> {
        let mut session = self.store.write("write an audit entry", "audit entry").await?;
        let done = insert(&mut session, entry).await;
        session.end(done).await
    }

    async fn audit(&self, request: PageRequest) -> RecordResult<Page<AuditEntry>> {
        let mut session = self.store.read("list audit entries", "audit entry").await?;
        let (sql, args) = select("SELECT id, at, account, action, object FROM audit_entry WHERE 1 = 1")
            .page("at", "id", request);
        let rows = session.rows(sql, args).await?;
        let entries = rows.iter().map(read).collect::<RecordResult<_>>()?;
        Ok(page(entries, request, |entry: &AuditEntry| Cursor { at: entry.at, id: entry.id.uuid() }))
    }
}
