//! Unlock: an attachment that its own mail's passwords do not open is tried with those of the provider's other mails,
//! whichever came first.

use lexicon::MailFacts;

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
        if !is_locked(&facts) {
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
            if !is_locked(&earlier.facts) {
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
