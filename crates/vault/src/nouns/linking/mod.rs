//! Linking: a mail comes in, and cores, ties and campaigns are again what casework makes of all mails at once.
//!
//! All in the transaction that the caller commits; the caller has seen to it that no other runs beside it. One mail
//! touches its anchors, the places of its texts, the values that it carries, the cores that these tie, and the
//! neighbours of those: each a bounded number, however many mails there are. Mails are only moved one by one where
//! cores become one (those of the smaller core) or fall apart.

mod anchors;
mod cores;
mod pins;
mod reasons;
mod settling;

use std::collections::{BTreeSet, HashMap};

use casework::{Held, Mark, Signature};
use desk::records::RecordResult;
use jiff::Timestamp;
use lexicon::MailFacts;
use lexicon::ids::{CampaignId, SubmissionId};

use crate::sql::{Session, args};

pub(super) use pins::{pin, pins, tell, told, withdraw};
pub(super) use reasons::{links, links_of_pairs};

/// One change of what is linked.
pub(super) struct Linker<'s> {
    session: &'s mut Session,
    at: Timestamp,
    /// Cores whose ties are to be decided anew.
    dirty: BTreeSet<i64>,
    /// Cores whose ties changed, or that are new.
    moved: BTreeSet<i64>,
    /// Cores that have other mails than before.
    grown: BTreeSet<i64>,
    /// Cores that were the centre of something that is no more.
    centres: BTreeSet<i64>,
    /// Campaigns whose mails went into another core.
    gone: Vec<(Option<CampaignId>, i64)>,
    /// Values that turned common, and who carries them.
    common: Vec<(Held, Vec<i64>)>,
    /// How many ties were withdrawn.
    untied: u64,
    /// Values in words, for the history.
    words: HashMap<u64, String>,
    any_apart: Option<bool>,
}

impl<'s> Linker<'s> {
    pub(super) fn new(session: &'s mut Session, at: Timestamp) -> Self {
        Self {
            session,
            at,
            dirty: BTreeSet::new(),
            moved: BTreeSet::new(),
            grown: BTreeSet::new(),
            centres: BTreeSet::new(),
            gone: Vec::new(),
            common: Vec::new(),
            untied: 0,
            words: HashMap::new(),
            any_apart: None,
        }
    }

    /// Puts a mail in, or in anew, with what analysts told and hold of it.
    pub(super) async fn put(&mut self, mail: SubmissionId, signature: Signature) -> RecordResult<()> {
        self.leave(mail).await?;
        let signature = self.effective(mail, signature).await?;
        for mark in signature.marks() {
            self.words.insert(mark.key(), format!("{} {}", mark.kind.word(), mark.value));
        }
        self.enter(mail, &signature).await
    }

    /// Puts a mail in anew, from its dissection.
    pub(super) async fn renew(&mut self, mail: SubmissionId) -> RecordResult<()> {
        let sql = "SELECT d.facts AS facts FROM submission s LEFT JOIN dissection d ON d.sha256 = s.sha256 \
                   WHERE s.id = $1 AND s.state IN ('dissected', 'judged') ORDER BY d.at DESC, d.engine DESC LIMIT 1";
        let Some(row) = self.session.row(sql, args![mail]).await? else { return Ok(()) };
        // What cannot be read any more ties nothing; the mail itself is kept as it is.
        let facts = row.maybe_text("facts")?.unwrap_or_default();
        let facts: MailFacts = serde_json::from_str(&facts).unwrap_or_default();
        self.put(mail, Signature::of(&facts)).await
    }

    /// A mail's signature with what analysts told and hold of it.
    async fn effective(&mut self, mail: SubmissionId, signature: Signature) -> RecordResult<Signature> {
        let sql = "SELECT value FROM submission_told WHERE submission = $1";
        let told = self.session.rows(sql, args![mail]).await?;
        let told: Vec<Mark> =
            told.iter().map(|row| Ok(Mark::c2(&row.text("value")?))).collect::<RecordResult<_>>()?;
        let sql = "SELECT id, b, same FROM campaign_pin WHERE withdrawn IS NULL AND (a = $1 OR b = $1)";
        let mut signature = signature.with(told);
        for row in self.session.rows(sql, args![mail]).await? {
            let (id, b) = (row.id::<lexicon::ids::PinId>("id")?, row.id::<SubmissionId>("b")?);
            if row.truth("same")? {
                signature = signature.with([Mark::same(&id.to_string())]);
            } else if b == mail {
                signature = signature.apart();
            }
        }
        Ok(signature)
    }

    /// Decides everything that rests on what changed.
    pub(super) async fn finish(mut self) -> RecordResult<()> {
        self.retie().await?;
        self.settle().await
    }
}
