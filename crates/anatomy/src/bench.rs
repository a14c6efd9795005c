//! The bench: what one opening gathers over all the files inside each other, and how much is still allowed.

use lexicon::facts::{Oddity, Source, SourceForm, Tell};

use crate::limits::Limits;
use crate::{Password, tells};

/// The state shared by a file and everything inside of it.
pub(crate) struct Bench<'c> {
    pub(crate) limits: &'c Limits,
    /// Passwords to be tried, best first.
    pub(crate) passwords: &'c [Password],
    pub(crate) sources: Vec<Source>,
    pub(crate) tells: Vec<Tell>,
    pub(crate) oddities: Vec<Oddity>,
    pub(crate) files_left: usize,
    pub(crate) bytes_left: usize,
    /// Hash operations that may still be spent on checking passwords, over all files.
    pub(crate) hashes_left: u64,
    source_room: usize,
}

impl<'c> Bench<'c> {
    pub(crate) fn new(limits: &'c Limits, passwords: &'c [Password]) -> Self {
        Self {
            limits,
            passwords: passwords.get(..limits.passwords).unwrap_or(passwords),
            sources: Vec::new(),
            tells: Vec::new(),
            oddities: Vec::new(),
            files_left: limits.files,
            bytes_left: limits.all_bytes,
            hashes_left: limits.hashes,
            source_room: limits.source_bytes,
        }
    }

    /// Tells an oddity, each once.
    pub(crate) fn odd(&mut self, id: &str, place: &str) {
        let told = self.oddities.iter().any(|o| o.id == id && o.place == place);
        if !told && self.oddities.len() < self.limits.oddities {
            self.oddities.push(Oddity { id: id.to_owned(), place: place.to_owned() });
        }
    }

    /// Tells what gives the file away, each evidence once.
    pub(crate) fn tell(&mut self, id: &str, why: String) {
        let told = self.tells.iter().any(|t| t.id == id && t.why == why);
        if !told && self.tells.len() < self.limits.tells {
            self.tells.push(Tell { id: id.to_owned(), why, weight: tells::weight(id) });
        }
    }

    /// Hands a text on for indicators.
    pub(crate) fn source(&mut self, place: String, form: SourceForm, text: &str) {
        if text.len() > self.source_room {
            self.odd("source-limit", &place);
        }
        let text = lexicon::text::cut(text, self.source_room);
        if !text.is_empty() {
            self.source_room -= text.len();
            self.sources.push(Source { place, form, text: text.to_owned() });
        }
    }
}
