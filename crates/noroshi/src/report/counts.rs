//! What the closing line counts.

use lexicon::MailFacts;

/// Sums over mails.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) mails: u64,
    /// Mails with a tell of weight 4 or 5.
    pub(crate) suspicious: u64,
    pub(crate) attachments: u64,
    pub(crate) indicators: u64,
    pub(crate) guarded: u64,
    /// Mails with an oddity.
    pub(crate) odd: u64,
}

impl Counts {
    pub(crate) fn of(facts: &MailFacts) -> Self {
        let indicators = facts.observables.iter().filter(|o| o.is_actionable()).count() as u64;
        Self {
            mails: 1,
            suspicious: u64::from(facts.tells.iter().any(|tell| tell.weight >= 4)),
            attachments: facts.attachments.iter().filter(|a| !a.inline).count() as u64,
            indicators,
            guarded: facts.observables.len() as u64 - indicators,
            odd: u64::from(!facts.oddities.is_empty()),
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.mails += other.mails;
        self.suspicious += other.suspicious;
        self.attachments += other.attachments;
        self.indicators += other.indicators;
        self.guarded += other.guarded;
        self.odd += other.odd;
    }
}
