//! Pin: an analyst says that two mails are the same attack, or that they are not; and tell: which addresses an attack
//! talks to, from an analysis or a sandbox report. Both change what is linked, and survive whatever is recomputed.

use lexicon::ids::{PinId, SubmissionId};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::{PinOutcome, PinRecord, ToldRecord};

/// The longest address that is told (bytes).
const MAX_TOLD: usize = 255;
/// Addresses told at once.
const MAX_AT_ONCE: usize = 100;

impl Desk {
    /// Pins two mails as the same attack, or `b` as not of the attack that `a` is of: then `b` leaves whatever it shares
    /// with `a`. What came of it says whether the pin stands, and which earlier one says the contrary.
    ///
    /// # Errors
    /// Not an analyst; no such submission, or one that is not dissected yet; one and the same submission; no note.
    pub async fn pin(
        &self,
        actor: &Actor,
        a: SubmissionId,
        b: SubmissionId,
        same: bool,
        note: &str,
    ) -> DeskResult<(PinId, PinOutcome)> {
        actor.analyst("submission")?;
        if a == b {
            return Err(DeskError::invalid(
                "b",
                "同じ情報提供どうしは結び付けられません。別の情報提供を選んでください。",
                "a submission cannot be pinned to itself; choose another one",
            ));
        }
        if note.trim().is_empty() {
            return Err(DeskError::invalid(
                "note",
                "理由を書いてください。あとで見直すときの根拠になります。",
                "write why; it is what a later review rests on",
            ));
        }
        for id in [a, b] {
            self.records.submission(id).await?.ok_or(DeskError::NotFound("submission"))?;
        }
        let id = self.new_id(PinId::from_time_and_random);
        let (note, account, at) = (note.trim().to_owned(), actor.account, self.now());
        let pin = PinRecord { id, a, b, same, note, account, at, withdrawn: None };
        let entry = self.entry(actor, if same { "campaign.pin-same" } else { "campaign.pin-apart" }, id);
        let outcome = self.records.put_pin(&pin, &entry).await?;
        let id = if let PinOutcome::Stands(earlier) = outcome { earlier } else { id };
        Ok((id, outcome))
    }

    /// Takes a pin back: the mails are linked by what they say again.
    ///
    /// # Errors
    /// Not an analyst; no such pin, or one that was taken back before.
    pub async fn unpin(&self, actor: &Actor, pin: PinId) -> DeskResult<()> {
        actor.analyst("pin")?;
        let entry = self.entry(actor, "campaign.unpin", pin);
        if self.records.withdraw_pin(pin, self.now(), &entry).await? {
            Ok(())
        } else {
            Err(DeskError::NotFound("pin"))
        }
    }

    /// Keeps command-and-control addresses that an analyst or a sandbox report told of a mail: mails of which the same
    /// rare one was told are linked. Told again, an address changes nothing.
    ///
    /// # Errors
    /// Not an analyst; no such submission; no address, one that cannot be one, or too many at once.
    pub async fn tell(
        &self,
        actor: &Actor,
        submission: SubmissionId,
        values: &[String],
        source: &str,
    ) -> DeskResult<()> {
        actor.analyst("submission")?;
        self.records.submission(submission).await?.ok_or(DeskError::NotFound("submission"))?;
        let values: Vec<String> = values.iter().map(|value| normal(value)).collect();
        let fits = |value: &String| {
            (4..=MAX_TOLD).contains(&value.len())
                && value.contains(['.', ':'])
                && !value.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        if values.is_empty() || values.len() > MAX_AT_ONCE || !values.iter().all(fits) {
            return Err(DeskError::invalid(
                "values",
                "不正接続先（ドメイン名、IP アドレス、URL）を 1～100 個、空白を入れずに書いてください。",
                "give 1 to 100 addresses (domain names, IP addresses, URLs) without blanks in them",
            ));
        }
        for value in values {
            let (source, account, at) = (source.trim().to_owned(), actor.account, self.now());
            let told = ToldRecord { submission, value, source, account, at };
            self.records.put_told(&told, &self.entry(actor, "submission.tell", submission)).await?;
        }
        Ok(())
    }
}

/// An address as it is compared: refanged, in lower case, without a scheme's slashes or a final dot.
fn normal(value: &str) -> String {
    let value = value.trim().replace("[.]", ".").replace("(.)", ".").to_lowercase();
    let value = value.strip_prefix("hxxp").map_or(value.clone(), |rest| format!("http{rest}"));
    value.trim_end_matches(['.', '/']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn an_address_is_compared_refanged() {
        assert_eq!(normal(" hxxp://C2[.]Evil.example/gate.php/ "), "http://c2.evil.example/gate.php");
        assert_eq!(normal("C2.evil.example."), "c2.evil.example");
    }
}
