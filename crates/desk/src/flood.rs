//! Floods of web forms: files that members give, looked at together.

pub use casework::flood::{Floods, Post};
use casework::flood::{Given, floods};
use lexicon::ids::MemberId;
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::receive::hex;
use crate::records::FormFileRecord;

/// Bytes of one file.
pub const FORMS_LIMIT: usize = 32 << 20;
/// The newest files that are looked at together, and their bytes.
const FILES: u32 = 200;
const BYTES: usize = 256 << 20;

impl Desk {
    /// Takes a file of form submissions, of which `rows` could be read.
    ///
    /// # Errors
    /// Not a member's account; too large, or no row in it; the records failed.
    pub async fn give_forms(&self, actor: &Actor, name: &str, bytes: &[u8], rows: usize) -> DeskResult<bool> {
        let member = actor.organisation("form file")?;
        if rows == 0 || bytes.len() > FORMS_LIMIT {
            return Err(DeskError::invalid(
                "files",
                "フォームの記録として読めません。日時と IP アドレスの列がある CSV、JSON Lines、またはアクセスログを 32 MiB までで渡してください。",
                "not a record of forms: give CSV with columns for time and IP address, JSON lines or an access log, up to 32 MiB",
            ));
        }
        let sha256 = hex(&Sha256::digest(bytes));
        self.blobs.put(&sha256, bytes).await?;
        let file = FormFileRecord {
            member,
            sha256,
            name: lexicon::text::cut(name.rsplit(['/', '\\']).next().unwrap_or(""), 255).to_owned(),
            rows: rows as u64,
            at: self.now(),
        };
        let entry = self.entry(actor, "forms.give", &file.sha256);
        Ok(self.records.put_form_file(&file, &entry).await?)
    }

    /// The files that were given: an organisation's own, or all for an analyst.
    ///
    /// # Errors
    /// An account that is neither.
    pub async fn form_files(&self, actor: &Actor) -> DeskResult<Vec<FormFileRecord>> {
        Ok(self.records.form_files(actor.only_own()?, FILES).await?)
    }

    /// Floods over all members, by the members' ids; for analysts. `read` makes submissions of a file's bytes.
    ///
    /// # Errors
    /// Not an analyst; the records failed.
    pub async fn floods(&self, actor: &Actor, read: impl Fn(&[u8]) -> Vec<Post>) -> DeskResult<Floods> {
        actor.analyst("flood")?;
        let mut posts: Vec<(MemberId, Vec<Post>)> = Vec::new();
        let mut left = BYTES;
        for file in self.records.form_files(None, FILES).await? {
            let Some(bytes) = self.blobs.get(&file.sha256).await? else { continue };
            let Some(rest) = left.checked_sub(bytes.len()) else { break };
            left = rest;
            posts.push((file.member, read(&bytes)));
        }
        posts.sort_by_key(|(member, _)| *member);
        let names: Vec<String> = posts.iter().map(|(member, _)| member.to_string()).collect();
        let given: Vec<Given<'_>> =
            posts.iter().zip(&names).map(|((_, posts), name)| Given { organisation: name, posts }).collect();
        Ok(floods(&given))
    }
}
