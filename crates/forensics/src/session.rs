//! What one reading gathers, whatever the form of the mail: oddities, sources, and how much is still allowed.

use lexicon::MailFacts;
use lexicon::facts::{Oddity, Source, SourceForm, Tell};

use crate::known::Known;
use crate::limits::Limits;
use crate::{AttachedMail, Payload, Reading};

/// The state shared by all mails of one reading: the mail itself and those attached to it.
pub(crate) struct Session<'l> {
    pub(crate) limits: &'l Limits,
    pub(crate) known: &'l Known,
    pub(crate) oddities: Vec<Oddity>,
    pub(crate) sources: Vec<Source>,
    pub(crate) tells: Vec<Tell>,
    pub(crate) payloads: Vec<Payload>,
    pub(crate) mails: Vec<AttachedMail>,
    payload_room: usize,
    /// A place whose decoded bytes are to be kept, and those bytes once they were met.
    pub(crate) wanted: Option<(String, Option<Vec<u8>>)>,
    source_bytes: usize,
    pub(crate) parts_left: usize,
    pub(crate) attachments_left: usize,
}

impl<'l> Session<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self::with_known(limits, Known::nothing())
    }

    pub(crate) fn with_known(limits: &'l Limits, known: &'l Known) -> Self {
        Self {
            limits,
            known,
            oddities: Vec::new(),
            sources: Vec::new(),
            tells: Vec::new(),
            payloads: Vec::new(),
            mails: Vec::new(),
            payload_room: limits.payloads_bytes,
            wanted: None,
            source_bytes: 0,
            parts_left: limits.parts,
            attachments_left: limits.attachments,
        }
    }

    /// Tells an oddity, each once.
    pub(crate) fn odd(&mut self, id: &str, place: String) {
        if self.oddities.len() < self.limits.oddities
            && !self.oddities.iter().any(|o| o.id == id && o.place == place)
        {
            self.oddities.push(Oddity { id: id.to_owned(), place });
        }
    }

    /// Hands a text on for indicators.
    pub(crate) fn source(&mut self, place: String, form: SourceForm, text: &str) {
        if text.is_empty() {
            return;
        }
        let left = self.limits.source_bytes.saturating_sub(self.source_bytes);
        if left < text.len() {
            self.odd("source-limit", place.clone());
        }
        let text = lexicon::text::cut(text, left);
        if !text.is_empty() {
            self.source_bytes += text.len();
            self.sources.push(Source { place, form, text: text.to_owned() });
        }
    }

    /// True if one more attachment may be told.
    pub(crate) fn take_attachment(&mut self, place: &str) -> bool {
        if self.attachments_left == 0 {
            self.odd("attachment-limit", place.to_owned());
            return false;
        }
        self.attachments_left -= 1;
        true
    }

    /// Adds a tell, each evidence once.
    pub(crate) fn tell(&mut self, id: &'static str, why: String) {
        let weight = crate::tells::weight(id);
        if !self.tells.iter().any(|t| t.id == id && t.why == why) {
            self.tells.push(Tell { id: id.to_owned(), why, weight, text: None });
        }
    }

    /// Puts what was gathered into the reading.
    pub(crate) fn settle(mut self, mut reading: Reading) -> Reading {
        crate::tells::mail(&mut self, &reading.facts);
        reading.facts.oddities = self.oddities;
        reading.facts.tells = self.tells;
        crate::tells::sort(&mut reading.facts.tells);
        Reading { sources: self.sources, payloads: self.payloads, mails: self.mails, ..reading }
    }

    /// Keeps what an attached mail says, without its attachments; gives it back whole.
    pub(crate) fn attached(&mut self, place: &str, mut facts: MailFacts) -> MailFacts {
        let attachments = std::mem::take(&mut facts.attachments);
        self.mails.push(AttachedMail { place: place.to_owned(), facts: facts.clone() });
        MailFacts { attachments, ..facts }
    }

    /// Keeps the bytes of an attachment that is worth opening.
    pub(crate) fn payload(&mut self, place: &str, bytes: std::borrow::Cow<'_, [u8]>) {
        if bytes.len() > self.limits.payload_bytes || bytes.len() > self.payload_room {
            self.odd("attachment-not-opened", place.to_owned());
            return;
        }
        self.payload_room -= bytes.len();
        self.payloads.push(Payload { place: place.to_owned(), bytes: bytes.into_owned() });
    }
}
