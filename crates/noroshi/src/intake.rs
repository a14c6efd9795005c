//! Mails from whatever the command line names: [`mailbox::intake`], and how a verb dissects one.

use anatomy::Password;
use desk::dissect::{Settings, dissect_reading, dissect_with};
use lexicon::MailFacts;

pub(crate) use mailbox::intake::{Input, Intake, NoWorkers, Notes, Why, each, each_at, file, text_file};

/// Takes a mail apart.
pub(crate) trait Dissect {
    /// Dissects it, trying also the passwords that other mails told.
    fn dissect(self, path: &str, settings: &Settings, others: &[Password]) -> MailFacts;
}

impl Dissect for Input<'_> {
    fn dissect(self, path: &str, settings: &Settings, others: &[Password]) -> MailFacts {
        match self {
            Self::Raw(bytes) => dissect_with(bytes, path, settings, others).facts,
            Self::Read(reading) => dissect_reading(reading.clone(), path, settings, others).facts,
        }
    }
}
