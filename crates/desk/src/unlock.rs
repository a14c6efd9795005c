//! Unlock: an attachment that its own mail's passwords do not open is tried with those of the provider's other mails,
//! whichever came first. Only while no other member gave the same bytes: one record serves all who did.

use lexicon::MailFacts;
use lexicon::facts::Attachment;

use crate::desk::Desk;
use crate::dissect::{ENGINE, dissect_with, is_locked, told};
use crate::error::DeskResult;
use crate::keyring::{Keyring, Ring};
use crate::records::{DissectionRecord, PageRequest, SubmissionFilter, SubmissionRecord};

/// Earlier submissions of the same provider that are looked at.
const EARLIER: u32 = 60;

/// What the record says of a password that another mail told. Not which mail: the record of one mail's bytes serves
/// every organisation that gave them, and the other mail may be one's alone.
const OTHER_MAIL: &str = "other-mail";

impl Desk {
    /// The facts of a mail, with what the passwords of the provider's earlier mails open.
    pub(crate) async fn unlock(
        &self,
        submission: &SubmissionRecord,
        raw: &[u8],
        facts: MailFacts,
    ) -> DeskResult<MailFacts> {
        if !is_locked(&facts) || self.records.givers(&submission.sha256).await? > 1 {
            return Ok(facts);
        }
        let mut keyring = Keyring::default();
        for earlier in self.earlier(submission).await?.iter().rev() {
            keyring.add(Ring::told_by(&earlier.facts));
        }
        Ok(self.with_keyring(raw, facts, &keyring))
    }

    /// Opens what earlier mails of the provider left closed, where this mail tells a password.
    pub(crate) async fn unlock_earlier(
        &self,
        submission: &SubmissionRecord,
        facts: &MailFacts,
    ) -> DeskResult<()> {
        if told(facts).is_empty() {
            return Ok(());
        }
        let mut keyring = Keyring::default();
        keyring.add(Ring::told_by(facts));
        for earlier in self.earlier(submission).await? {
            if !is_locked(&earlier.facts) || self.records.givers(&earlier.sha256).await? > 1 {
                continue;
            }
            let Some(raw) = self.blobs.get(&earlier.sha256).await? else { continue };
            let better = self.with_keyring(&raw, earlier.facts.clone(), &keyring);
            if better != earlier.facts {
                let record =
                    DissectionRecord { facts: better, at: self.now(), engine: ENGINE.to_owned(), ..earlier };
                self.records.redissected(&record).await?;
            }
        }
        Ok(())
    }

    /// A known dissection, without what only one giver's other mails opened: now another member gave the same bytes,
    /// and what is inside, and the password itself, would tell it that somebody has such a mail.
    pub(crate) async fn for_all_givers(
        &self,
        submission: &SubmissionRecord,
        known: DissectionRecord,
    ) -> DeskResult<DissectionRecord> {
        if !opened_by_other_mail(&known.facts) || self.records.givers(&submission.sha256).await? < 2 {
            return Ok(known);
        }
        let Some(raw) = self.blobs.get(&submission.sha256).await? else { return Ok(known) };
        let facts = dissect_with(&raw, "", &self.settings, &[]).facts;
        let plain = DissectionRecord { facts, at: self.now(), ..known };
        self.records.redissected(&plain).await?;
        Ok(plain)
    }

    fn with_keyring(&self, raw: &[u8], facts: MailFacts, keyring: &Keyring) -> MailFacts {
        let mut passwords = keyring.passwords_for(&facts);
        if passwords.is_empty() {
            return facts;
        }
        for password in &mut passwords {
            OTHER_MAIL.clone_into(&mut password.from);
        }
        dissect_with(raw, "", &self.settings, &passwords).facts
    }

    /// The dissections of the provider's latest other mails, newest first.
    async fn earlier(&self, submission: &SubmissionRecord) -> DeskResult<Vec<DissectionRecord>> {
        let filter = SubmissionFilter { member: Some(submission.member), ..SubmissionFilter::default() };
        let page = self.records.submissions(filter, PageRequest::first(EARLIER)).await?;
        let mut out = Vec::new();
        for other in page.items.iter().filter(|other| other.sha256 != submission.sha256) {
            let known = self.records.dissection(&other.sha256).await?;
            out.extend(known.filter(|known| known.engine == ENGINE));
        }
        Ok(out)
    }
}

/// True if a password of another mail opened something in this one.
fn opened_by_other_mail(facts: &MailFacts) -> bool {
    fn opened(file: &Attachment) -> bool {
        file.password_from.as_deref() == Some(OTHER_MAIL) || file.children.iter().any(opened)
    }
    facts.attachments.iter().any(opened)
}
