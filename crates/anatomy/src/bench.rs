//! The bench: what one opening gathers over all the files inside each other, and how much is still allowed.

use lexicon::facts::{Oddity, Source, SourceForm, Tell};

use crate::limits::Limits;
use crate::{Password, tells, yara};

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
    /// A place whose bytes are to be kept, and the bytes once they were met.
    pub(crate) wanted: Option<(&'c str, Option<Vec<u8>>)>,
    /// Hash operations that may still be spent on checking passwords, over all files.
    pub(crate) hashes_left: u64,
    /// The operator's rules, that every file is held against.
    pub(crate) rules: Option<&'c yara::Rules>,
    source_room: usize,
    /// Bytes that may still be hashed and decrypted to try passwords.
    trial_room: u64,
}

/// Bytes hashed and decrypted to try passwords, over all files inside each other: a few seconds at worst. One trial on
/// a 7z archive as 7-Zip writes it takes some ten million.
const TRIAL_BYTES: u64 = 512 << 20;

/// How often all the files inside of a small one may together fill [`Limits::ratio_free_bytes`].
const LAYERS: usize = 16;

impl<'c> Bench<'c> {
    /// A bench for a file of `size` bytes.
    pub(crate) fn new(limits: &'c Limits, passwords: &'c [Password], size: usize) -> Self {
        // The ratio holds from the outermost file on: what grows a little at each layer would get around it.
        let by_ratio = size.saturating_mul(limits.ratio).max(limits.ratio_free_bytes.saturating_mul(LAYERS));
        Self {
            limits,
            passwords: passwords.get(..limits.passwords).unwrap_or(passwords),
            sources: Vec::new(),
            tells: Vec::new(),
            oddities: Vec::new(),
            files_left: limits.files,
            bytes_left: limits.all_bytes.min(by_ratio),
            wanted: None,
            hashes_left: limits.hashes,
            rules: None,
            source_room: limits.source_bytes,
            trial_room: TRIAL_BYTES,
        }
    }

    /// Takes `cost` bytes of work from what trying passwords may take; false if that is more than is left.
    pub(crate) fn trial(&mut self, cost: u64) -> bool {
        let left = self.trial_room.checked_sub(cost);
        self.trial_room = left.unwrap_or(self.trial_room);
        left.is_some()
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
        self.tell_weighing(id, why, tells::weight(id));
    }

    /// The same with a weight of its own.
    pub(crate) fn tell_weighing(&mut self, id: &str, why: String, weight: u8) {
        let told = self.tells.iter().any(|t| t.id == id && t.why == why);
        if !told && self.tells.len() < self.limits.tells {
            self.tells.push(Tell { id: id.to_owned(), why, weight, text: None });
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
