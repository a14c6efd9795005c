//! Receive: a member gives mails; they are stored durably before the answer.

use lexicon::ids::SubmissionId;
use sha2::{Digest, Sha256};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::{Channel, NewSubmission, Receipt, SubmissionRecord};

/// The largest mail taken in one submission. Mail systems refuse long before.
pub const MAIL_LIMIT: usize = 64 * 1024 * 1024;
/// The most mails taken from one mbox.
pub const MBOX_LIMIT: usize = 10_000;
/// The longest note, in characters.
pub const NOTE_LIMIT: usize = 4_000;

/// What a member hands in.
pub struct Handed<'a> {
    /// The file name; may be empty.
    pub name: &'a str,
    /// What the member says about it; may be empty.
    pub note: &'a str,
    /// The bytes: one mail, or an mbox of several.
    pub bytes: &'a [u8],
    /// The door.
    pub channel: Channel,
}

impl Desk {
    /// Takes what a member hands in; each mail of an mbox is a submission of its own. When this returns, every
    /// receipt is durable. Handing in again gives the same receipts.
    ///
    /// # Errors
    /// Not a member's account; nothing in it; too large; the records failed (then hand it in again).
    pub async fn receive(&self, actor: &Actor, handed: Handed<'_>) -> DeskResult<Vec<Receipt>> {
        let member = actor.organisation("submission form")?;
        let Handed { name, note, bytes, channel } = handed;
        if bytes.is_empty() {
            return Err(DeskError::invalid(
                "files",
                "ファイルが空です。メールを .eml または .msg 形式で保存し、そのファイルを選んでください。",
                "the file is empty; save the mail as .eml or .msg and choose that file",
            ));
        }
        if bytes.len() > MAIL_LIMIT {
            return Err(DeskError::invalid(
                "files",
                "ファイルが 64 MiB を超えています。メールを分けて提供してください。",
                "the file is larger than 64 MiB; hand in its mails one by one",
            ));
        }
        if note.chars().count() > NOTE_LIMIT {
            return Err(DeskError::invalid(
                "note",
                "補足は 4,000 文字以内で書いてください。",
                "the note is longer than 4,000 characters",
            ));
        }
        if !forensics::mbox::is_mbox(bytes) {
            return Ok(vec![self.receive_one(actor, member, bytes, name, note, channel).await?]);
        }
        // No mail of the box is longer than the box, so nothing is cut.
        let mails: Vec<Vec<u8>> = forensics::mbox::MboxReader::new(bytes, MAIL_LIMIT)
            .filter_map(Result::ok)
            .map(|message| message.bytes)
            .take(MBOX_LIMIT + 1)
            .collect();
        if mails.len() < 2 {
            return Ok(vec![self.receive_one(actor, member, bytes, name, note, channel).await?]);
        }
        if mails.len() > MBOX_LIMIT {
            return Err(DeskError::invalid(
                "files",
                "1 つの mbox に入れられるのは 10,000 通までです。分けて提供してください。",
                "one mbox may hold 10,000 mails; split it",
            ));
        }
        let mut receipts = Vec::with_capacity(mails.len());
        for (i, mail) in mails.iter().enumerate() {
            let name = format!("{name}#{}", i + 1);
            receipts.push(self.receive_one(actor, member, mail, &name, note, channel).await?);
        }
        Ok(receipts)
    }

    /// A submission, for an analyst or its own provider.
    ///
    /// # Errors
    /// It is not there for this actor.
    pub async fn submission_for(&self, actor: &Actor, id: SubmissionId) -> DeskResult<SubmissionRecord> {
        let record = self.records.submission(id).await?.ok_or(DeskError::NotFound("submission"))?;
        let own = actor.organisation("submission").is_ok_and(|member| member == record.member);
        if own || actor.analyst("submission").is_ok() {
            Ok(record)
        } else {
            Err(DeskError::NotFound("submission"))
        }
    }

    async fn receive_one(
        &self,
        actor: &Actor,
        member: lexicon::ids::MemberId,
        bytes: &[u8],
        name: &str,
        note: &str,
        channel: Channel,
    ) -> DeskResult<Receipt> {
        let sha256 = hex(&Sha256::digest(bytes));
        self.blobs.put(&sha256, bytes).await?;
        let id = self.new_id(SubmissionId::from_time_and_random);
        let new = NewSubmission {
            id,
            member,
            account: actor.account,
            sha256,
            size: bytes.len() as u64,
            name: lexicon::text::cut(name.rsplit(['/', '\\']).next().unwrap_or(""), 255).to_owned(),
            note: note.to_owned(),
            channel,
            received: self.now(),
        };
        Ok(self.records.receive(&new, &self.entry(actor, "submission.receive", id)).await?)
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
