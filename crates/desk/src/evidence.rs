//! Evidence: the mail itself and the files in it, for those who may see the submission. Looking is free; taking a
//! file out of the hub is written down.

use std::fmt;
use std::str::FromStr;

use lexicon::MailFacts;
use lexicon::SubmissionState;
use lexicon::facts::Attachment;
use lexicon::ids::SubmissionId;

use crate::actor::Actor;
use crate::desk::Desk;
use crate::dissect::attachment;
use crate::error::{DeskError, DeskResult};
use crate::records::SubmissionRecord;

/// Steps of a place: as deep as files are opened, and more.
const STEPS: usize = 64;
/// The largest file that is handed out.
pub const FILE_LIMIT: usize = 96 << 20;

/// Where a file stands in a mail: `0.2.1` for the second file in the third one in the first attachment, `mail` for
/// the mail itself.
///
/// ```
/// use desk::evidence::Place;
/// let place: Place = "0.2.1".parse().unwrap();
/// assert_eq!(place.to_string(), "0.2.1");
/// assert_eq!(place.in_facts(), "attachment[0]:attachment[2]:attachment[1]");
/// assert!("01".parse::<Place>().is_err() && "".parse::<Place>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place(Vec<u32>);

/// A text that is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place of a file, such as 0.2.1, and not the word mail")]
pub struct NoPlace;

impl FromStr for Place {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        if text == "mail" {
            return Ok(Self(Vec::new()));
        }
        // One place has one address: no signs, no leading zeros.
        let step = |step: &str| -> Result<u32, NoPlace> {
            let number: u32 = step.parse().map_err(|_| NoPlace)?;
            if number.to_string() == step { Ok(number) } else { Err(NoPlace) }
        };
        let steps = text.split('.').take(STEPS + 1).map(step).collect::<Result<Vec<_>, _>>()?;
        if steps.len() > STEPS { Err(NoPlace) } else { Ok(Self(steps)) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_mail() {
            return f.write_str("mail");
        }
        for (at, step) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            write!(f, "{step}")?;
        }
        Ok(())
    }
}

impl Place {
    /// True for the mail itself.
    pub fn is_mail(&self) -> bool {
        self.0.is_empty()
    }

    /// The same in the form of the facts.
    pub fn in_facts(&self) -> String {
        self.0.iter().map(|step| format!("attachment[{step}]")).collect::<Vec<_>>().join(":")
    }

    /// The file in the facts of its mail.
    pub fn file<'f>(&self, facts: &'f MailFacts) -> Option<&'f Attachment> {
        let mut level = &facts.attachments;
        let mut found = None;
        for step in &self.0 {
            let file = level.get(usize::try_from(*step).ok()?)?;
            level = &file.children;
            found = Some(file);
        }
        found
    }
}

/// A file of a submission, or its mail.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Whose it is.
    pub submission: SubmissionRecord,
    /// What is known of the file; `None` for the mail itself.
    pub file: Option<Attachment>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Desk {
    /// The mail of a submission as it came, for an analyst or its own provider.
    ///
    /// # Errors
    /// It is not there for this actor, or its bytes are no longer kept.
    pub async fn mail_of(&self, actor: &Actor, id: SubmissionId) -> DeskResult<(SubmissionRecord, Vec<u8>)> {
        let submission = self.submission_for(actor, id).await?;
        let raw = self.blobs.get(&submission.sha256).await?.ok_or(DeskError::NotFound("mail"))?;
        Ok((submission, raw))
    }

    /// What is known of a file of a submission, without its bytes; `None` for the mail itself.
    ///
    /// # Errors
    /// The submission or the file is not there for this actor.
    pub async fn file_known(
        &self,
        actor: &Actor,
        id: SubmissionId,
        place: &Place,
    ) -> DeskResult<(SubmissionRecord, Option<Attachment>)> {
        let submission = self.submission_for(actor, id).await?;
        if place.is_mail() {
            return Ok((submission, None));
        }
        let facts = self.dissected(&submission).await?;
        let file = place.file(&facts).cloned().ok_or(DeskError::NotFound("file"))?;
        Ok((submission, Some(file)))
    }

    /// The bytes of a file of a submission. Opening what it is in takes its time: call it where that holds up nobody.
    ///
    /// # Errors
    /// The submission or the file is not there for this actor, or the file cannot be opened.
    pub async fn file_of(&self, actor: &Actor, id: SubmissionId, place: &Place) -> DeskResult<Evidence> {
        let (submission, raw) = self.mail_of(actor, id).await?;
        if place.is_mail() {
            return Ok(Evidence { submission, file: None, bytes: raw });
        }
        let facts = self.dissected(&submission).await?;
        let file = place.file(&facts).cloned().ok_or(DeskError::NotFound("file"))?;
        let bytes = attachment(&raw, &facts, &place.in_facts(), &*self.settings.opener)
            .ok_or(DeskError::NotFound("file"))?;
        Ok(Evidence { submission, file: Some(file), bytes })
    }

    /// Like [`Desk::file_of`], to be taken out of the hub: who took what is written down first.
    ///
    /// # Errors
    /// As there; or the file is too large to be handed out.
    pub async fn take_file(&self, actor: &Actor, id: SubmissionId, place: &Place) -> DeskResult<Evidence> {
        let evidence = self.file_of(actor, id, place).await?;
        if evidence.bytes.len() > FILE_LIMIT {
            return Err(DeskError::refused(
                "ファイルが大きすぎるため、ダウンロードできません（上限 96 MiB）。",
                "The file is too large to be downloaded (the limit is 96 MiB).",
            ));
        }
        let object = format!("{id} {place}");
        self.records.put_audit(&self.entry(actor, "submission.download", object)).await?;
        Ok(evidence)
    }

    async fn dissected(&self, submission: &SubmissionRecord) -> DeskResult<MailFacts> {
        let known = self.records.dissection(&submission.sha256).await?;
        known
            .filter(|_| submission.state >= SubmissionState::Dissected)
            .map(|known| known.facts)
            .ok_or(DeskError::NotFound("file"))
    }
}
