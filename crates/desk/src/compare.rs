//! Compare: two mails side by side, with what was changed between them.

use lexicon::Link;
use lexicon::ids::SubmissionId;

pub use casework::diff::{Diff, Hole, Piece, diff};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::SubmissionRecord;

/// Two mails side by side.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The one.
    pub a: SubmissionRecord,
    /// The other.
    pub b: SubmissionRecord,
    /// Their subjects.
    pub subject: Diff,
    /// Their senders' display names and addresses.
    pub sender: Diff,
    /// Their texts, as mail programs show them: of the HTML part where there is one.
    pub text: Diff,
    /// What ties them, if anything does.
    pub link: Option<Link<SubmissionId>>,
}

impl Desk {
    /// Compares two mails, for an analyst.
    ///
    /// # Errors
    /// One of them is not there for this actor, or not dissected yet.
    pub async fn compare(&self, actor: &Actor, a: SubmissionId, b: SubmissionId) -> DeskResult<Compared> {
        actor.analyst("submission")?;
        let (a, facts_a) = self.compared(a).await?;
        let (b, facts_b) = self.compared(b).await?;
        let shown = |facts: &lexicon::MailFacts| match facts.html.text.trim().is_empty() {
            true => facts.body.text.clone(),
            false => facts.html.text.clone(),
        };
        let sender = |facts: &lexicon::MailFacts| {
            facts.from.as_ref().map(|from| format!("{} <{}>", from.name, from.address)).unwrap_or_default()
        };
        let subject = |facts: &lexicon::MailFacts| facts.subject.clone().unwrap_or_default();
        Ok(Compared {
            subject: diff(&subject(&facts_a), &subject(&facts_b)),
            sender: diff(&sender(&facts_a), &sender(&facts_b)),
            text: diff(&shown(&facts_a), &shown(&facts_b)),
            link: self.links(&[a.clone(), b.clone()]).await?.into_iter().next(),
            a,
            b,
        })
    }

    async fn compared(&self, id: SubmissionId) -> DeskResult<(SubmissionRecord, lexicon::MailFacts)> {
        let record = self.records.submission(id).await?.ok_or(DeskError::NotFound("submission"))?;
        let facts = self.facts_judged_by(&record).await?.ok_or(DeskError::NotFound("mail"))?;
        Ok((record, facts))
    }
}
