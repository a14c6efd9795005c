//! Files of form submissions.

use async_trait::async_trait;
use desk::records::{AuditEntry, FormFileRecord, FormFiles, RecordResult};
use lexicon::ids::MemberId;

use super::audit;
use crate::Vault;
use crate::sql::{Arg, args, select};

#[async_trait]
impl FormFiles for Vault {
    async fn put_form_file(&self, file: &FormFileRecord, entry: &AuditEntry) -> RecordResult<bool> {
        let mut session = self.store.write("write a file of forms", "form file").await?;
        let done = async {
            let sql = "INSERT INTO form_file (member, sha256, name, row_count, at) VALUES ($1, $2, $3, $4, $5) \
                       ON CONFLICT (member, sha256) DO NOTHING";
            let args = args![file.member, &file.sha256, &file.name, file.rows, file.at];
            let new = session.run(sql, args).await? > 0;
            if new {
                audit::insert(&mut session, entry).await?;
            }
            Ok(new)
        }
        .await;
        session.end(done).await
    }

    async fn form_files(&self, member: Option<MemberId>, limit: u32) -> RecordResult<Vec<FormFileRecord>> {
        let mut session = self.store.read("list files of forms", "form file").await?;
        let (sql, args) = select("SELECT member, sha256, name, row_count, at FROM form_file WHERE 1 = 1")
            .and("member = ?", member.map(Arg::from))
            .end(" ORDER BY at DESC, sha256");
        let rows = session.rows(sql, args).await?;
        rows.iter()
            .take(limit as usize)
            .map(|row| {
                Ok(FormFileRecord {
                    member: row.id("member")?,
                    sha256: row.text("sha256")?,
                    name: row.text("name")?,
                    rows: row.count("row_count")?,
                    at: row.time("at")?,
                })
            })
            .collect()
    }
}
