//! Genuine mail that members give, and attack mails that use it again (S61).
//!
//! The mails themselves are not kept: fingerprints, the time, and, where the mail was given, its subject and who held it.
//! Nobody but its giver and the hub's analysts learns that it was given, and no campaign ever holds it. It is found
//! whichever came first, the genuine mail or the attack.

use casework::reuse::{Index, Original, Print, Relation, mail_name, print_of, relation};
use lexicon::MailFacts;
use lexicon::ids::MemberId;

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::{OriginalRecord, ReuseRecord, SubmissionRecord};

/// Bytes given at once.
pub const ORIGINALS_LIMIT: usize = 64 << 20;
/// Mails given at once.
const MAILS_LIMIT: usize = 20_000;
/// A fingerprint that more mails have brings up none.
const EVERYBODY: u32 = 64;
/// One in so many fingerprints is looked up; the whole text is then compared.
const SAMPLED: u64 = 4;

/// A genuine mail of which only fingerprints were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printed {
    /// The hash of its Message-ID.
    pub mail: String,
    /// When it was sent, RFC 3339.
    pub at: Option<String>,
    /// A number for its conversation.
    pub family: u64,
    /// The fingerprints.
    pub prints: Vec<u64>,
}

/// What was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Mails in it.
    pub mails: u64,
    /// Those among them that were not given before.
    pub new: u64,
    /// Attack mails that were found to use one of them.
    pub found: u64,
}

fn sampled(print: &Print) -> Vec<u64> {
    print.hashes().iter().copied().filter(|hash| hash.is_multiple_of(SAMPLED)).collect()
}

impl Desk {
    /// Takes genuine mail: one mail, or an mbox.
    ///
    /// # Errors
    /// Not a member's account; nothing in it; too much at once; the records failed.
    pub async fn give_originals(&self, actor: &Actor, bytes: &[u8]) -> DeskResult<Taken> {
        let member = actor.organisation("genuine mail")?;
        if bytes.is_empty() || bytes.len() > ORIGINALS_LIMIT {
            return Err(unfit());
        }
        let one = |raw: &[u8]| {
            let facts = forensics::read(raw, &self.settings.limits).facts;
            let original = Original::of(&facts);
            let name = facts.message_id.as_deref().unwrap_or(&facts.sha256);
            OriginalRecord {
                member,
                mail: mail_name(name),
                at: original.at,
                subject: lexicon::text::cut(facts.subject.as_deref().unwrap_or_default(), 400).to_owned(),
                sender: original.from.unwrap_or_default(),
                people: original.people,
                family: original.family,
                prints: original.print.hashes().to_vec(),
            }
        };
        let records: Vec<OriginalRecord> = if forensics::mbox::is_mbox(bytes) {
            let mails = forensics::mbox::MboxReader::new(bytes, ORIGINALS_LIMIT).filter_map(Result::ok);
            mails.take(MAILS_LIMIT).map(|message| one(&message.bytes)).collect()
        } else {
            vec![one(bytes)]
        };
        self.take_originals(actor, member, records).await
    }

    /// Takes fingerprints that a member made on its side.
    ///
    /// # Errors
    /// Not a member's account; nothing in it; too much at once; the records failed.
    pub async fn give_fingerprints(&self, actor: &Actor, given: Vec<Printed>) -> DeskResult<Taken> {
        let member = actor.organisation("genuine mail")?;
        if given.is_empty() || given.len() > MAILS_LIMIT {
            return Err(unfit());
        }
        let records = given
            .into_iter()
            .map(|printed| OriginalRecord {
                member,
                mail: printed.mail,
                at: printed.at.as_deref().and_then(|at| at.parse().ok()),
                subject: String::new(),
                sender: String::new(),
                people: Vec::new(),
                family: printed.family,
                prints: Print::from_hashes(printed.prints).hashes().to_vec(),
            })
            .collect();
        self.take_originals(actor, member, records).await
    }

    async fn take_originals(
        &self,
        actor: &Actor,
        member: MemberId,
        mut records: Vec<OriginalRecord>,
    ) -> DeskResult<Taken> {
        records.retain(|record| !record.prints.is_empty());
        records.sort_by(|a, b| a.mail.cmp(&b.mail));
        records.dedup_by(|a, b| a.mail == b.mail);
        let entry = self.entry(actor, "originals.give", member);
        let new = self.records.put_originals(&records, &entry).await?;
        // Attack mails that came before.
        let mut found = 0;
        for record in &records {
            let prints = sampled(&Print::from_hashes(record.prints.clone()));
            for id in self.records.mails_with(&prints, EVERYBODY).await? {
                let Some(submission) = self.records.submission(id).await? else { continue };
                let Some(known) = self.records.dissection(&submission.sha256).await? else { continue };
                found += self.look_for_reuse(&submission, &known.facts, std::slice::from_ref(record)).await?;
            }
        }
        Ok(Taken { mails: records.len() as u64, new, found })
    }

    /// Looks for the genuine mail that a newly dissected mail uses.
    pub(crate) async fn find_originals(
        &self,
        submission: &SubmissionRecord,
        facts: &MailFacts,
    ) -> DeskResult<()> {
        let prints = sampled(&print_of(facts));
        if prints.is_empty() {
            return Ok(());
        }
        self.records.put_mail_prints(submission.id, &prints).await?;
        let candidates = self.records.originals_with(&prints, EVERYBODY).await?;
        self.look_for_reuse(submission, facts, &candidates).await?;
        Ok(())
    }

    /// Compares a mail with originals that may be in it, and keeps what is.
    async fn look_for_reuse(
        &self,
        submission: &SubmissionRecord,
        facts: &MailFacts,
        candidates: &[OriginalRecord],
    ) -> DeskResult<u64> {
        if candidates.is_empty() {
            return Ok(0);
        }
        let originals: Vec<Original> = candidates.iter().map(original).collect();
        let index = Index::new(originals.iter().map(|original| (&original.print, original.family)));
        let mut reuses = Vec::new();
        for overlap in index.find(&print_of(facts)) {
            let (Some(record), Some(original)) =
                (candidates.get(overlap.original), originals.get(overlap.original))
            else {
                continue;
            };
            let same = facts.message_id.as_deref().map(mail_name).as_deref() == Some(record.mail.as_str());
            let relation = relation(facts, original);
            if same || !overlap.is_reuse() || !matches!(relation, Relation::Reuse | Relation::Onward) {
                continue;
            }
            let at: Option<jiff::Timestamp> = facts.date.as_deref().and_then(|date| date.parse().ok());
            reuses.push(ReuseRecord {
                submission: submission.id,
                member: record.member,
                mail: record.mail.clone(),
                relation: relation.word().to_owned(),
                of_original: overlap.of_original.min(1.0),
                of_mail: overlap.of_mail.min(1.0),
                lag: at.zip(original.at).map(|(mail, original)| mail.as_second() - original.as_second()),
            });
        }
        self.records.put_reuses(&reuses).await?;
        Ok(reuses.len() as u64)
    }

    /// Where genuine mail was used again: all of it for an analyst, an organisation's own otherwise.
    ///
    /// # Errors
    /// An account that is neither.
    pub async fn reuses(&self, actor: &Actor, limit: u32) -> DeskResult<Vec<(ReuseRecord, OriginalRecord)>> {
        let mut out = Vec::new();
        for reuse in self.records.reuses(actor.only_own()?, limit).await? {
            if let Some(original) = self.records.original(reuse.member, &reuse.mail).await? {
                out.push((reuse, original));
            }
        }
        Ok(out)
    }

    /// How much genuine mail an organisation gave.
    ///
    /// # Errors
    /// Not a member's account.
    pub async fn originals_given(&self, actor: &Actor) -> DeskResult<u64> {
        Ok(self.records.originals(actor.organisation("genuine mail")?).await?)
    }
}

fn original(record: &OriginalRecord) -> Original {
    Original {
        message_id: None,
        at: record.at,
        from: Some(record.sender.clone()).filter(|sender| !sender.is_empty()),
        people: record.people.clone(),
        family: record.family,
        print: Print::from_hashes(record.prints.clone()),
    }
}

fn unfit() -> DeskError {
    DeskError::invalid(
        "files",
        "正規のメール（.eml、mbox）か指紋のファイルを、64 MiB・20,000 通までで渡してください。",
        "give genuine mail (.eml, mbox) or a file of fingerprints, up to 64 MiB and 20,000 mails",
    )
}

/// Who held the genuine mails that were used again, those who held most of them first: each original counts once.
pub fn common_holders(found: &[(ReuseRecord, OriginalRecord)]) -> Vec<(String, usize)> {
    let mut originals: Vec<&OriginalRecord> = found.iter().map(|(_, original)| original).collect();
    originals.sort_by(|a, b| (a.member, &a.mail).cmp(&(b.member, &b.mail)));
    originals.dedup_by(|a, b| (a.member, &a.mail) == (b.member, &b.mail));
    let people: Vec<Vec<String>> = originals.iter().map(|original| original.people.clone()).collect();
    let held = casework::reuse::holders(&people);
    held.into_iter().map(|holder| (holder.address, holder.held)).take(HOLDERS).collect()
}

/// Holders told.
const HOLDERS: usize = 20;
