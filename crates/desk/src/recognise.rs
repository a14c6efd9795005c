//! Recognise: a worker dissects a submission, compares it with its neighbours, and a campaign opens or grows.

use std::panic::AssertUnwindSafe;

use casework::Signature;
use futures_util::FutureExt;
use lexicon::MailFacts;
use lexicon::facts::Oddity;

use crate::desk::Desk;
use crate::dissect::{ENGINE, dissect};
use crate::error::{DeskError, DeskResult};
use crate::records::{Completion, DissectionRecord, SubmissionRecord};

/// Submissions from an earlier version that are signed at once.
const EARLIER: u32 = 50;
/// After this many tries a mail that brings its worker down is set aside with an oddity.
const ATTEMPTS: u32 = 3;

/// What a worker did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It finished a submission.
    Finished,
    /// It linked mails of an earlier version anew.
    Linked,
    /// There was nothing to do.
    Nothing,
}

impl Desk {
    /// Takes up the oldest waiting submission and finishes it; where none waits, mails that were linked by an earlier
    /// version are linked anew.
    ///
    /// # Errors
    /// The records failed: the submission waits on, and is taken up again after the next start.
    pub async fn work_one(&self) -> DeskResult<Work> {
        let Some(submission) = self.records.claim().await? else {
            let linked = self.records.sign_earlier(EARLIER, self.now()).await?;
            return Ok(if linked > 0 { Work::Linked } else { Work::Nothing });
        };
        // A mail that brings the reader down is taken up again a few times and then set aside with an oddity; it
        // must take neither the queue nor another worker's mail with it.
        match AssertUnwindSafe(self.finish(&submission)).catch_unwind().await {
            Ok(Ok(())) => Ok(Work::Finished),
            Ok(Err(error)) => {
                self.records.release_claim(submission.id).await?;
                Err(error)
            }
            Err(_) => {
                self.records.release_claim(submission.id).await?;
                Err(DeskError::refused("解析処理が中断しました。", "the dissection was cut off"))
            }
        }
    }

    async fn finish(&self, submission: &SubmissionRecord) -> DeskResult<()> {
        let dissection = match self.records.dissection(&submission.sha256).await? {
            Some(known) if known.engine == ENGINE => self.for_all_givers(submission, known).await?,
            _ => self.dissect_submission(submission).await?,
        };
        let signature = Signature::of(&dissection.facts);
        let completion = Completion { submission: submission.id, dissection, signature };
        self.records.complete(&completion).await?;
        self.look_further(submission, &completion.dissection.facts).await?;
        self.unlock_earlier(submission, &completion.dissection.facts).await
    }

    async fn dissect_submission(&self, submission: &SubmissionRecord) -> DeskResult<DissectionRecord> {
        let lost = |id: &str| MailFacts {
            // No file name: one dissection serves every submission of these bytes, whoever gave them.
            sha256: submission.sha256.clone(),
            size: submission.size,
            oddities: vec![Oddity { id: id.to_owned(), place: "mail".to_owned() }],
            ..MailFacts::default()
        };
        let facts = if submission.attempts > ATTEMPTS {
            lost("dissection-failed")
        } else {
            match self.blobs.get(&submission.sha256).await? {
                None => lost("raw-bytes-missing"),
                Some(raw) => {
                    let facts = dissect(&raw, "", &self.settings).facts;
                    self.unlock(submission, &raw, facts).await?
                }
            }
        };
        Ok(DissectionRecord {
            sha256: submission.sha256.clone(),
            facts,
            engine: ENGINE.to_owned(),
            at: self.now(),
        })
    }
}
