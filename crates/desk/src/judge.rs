//! Judge: an analyst says what a submission is, and why.

use lexicon::Verdict;
use lexicon::ids::SubmissionId;

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::VerdictRecord;

impl Desk {
    /// Gives a verdict; an earlier one stays in the history.
    ///
    /// # Errors
    /// Not an analyst; no such submission; no reason given.
    pub async fn judge(
        &self,
        actor: &Actor,
        submission: SubmissionId,
        verdict: Verdict,
        reason: &str,
    ) -> DeskResult<()> {
        actor.analyst("submission")?;
        if reason.trim().is_empty() {
            return Err(DeskError::invalid(
                "reason",
                "判定の理由を書いてください。あとで見直すときの根拠になります。",
                "write why; it is what a later review rests on",
            ));
        }
        let record = self.records.submission(submission).await?.ok_or(DeskError::NotFound("submission"))?;
        let verdict = VerdictRecord {
            submission: record.id,
            verdict,
            reason: reason.trim().to_owned(),
            account: actor.account,
            at: self.now(),
        };
        Ok(self.records.put_verdict(&verdict, &self.entry(actor, "submission.judge", submission)).await?)
    }
}
