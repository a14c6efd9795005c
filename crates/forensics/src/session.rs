//! What one reading gathers, whatever the form of the mail: oddities, sources, and how much is still allowed.

use lexicon::facts::{Attachment, Oddity, Source, SourceForm, Tell};

use crate::limits::Limits;

/// The state shared by all mails of one reading: the mail itself and those attached to it.
pub(crate) struct Session<'l> {
    pub(crate) limits: &'l Limits,
    pub(crate) oddities: Vec<Oddity>,
    pub(crate) sources: Vec<Source>,
    pub(crate) tells: Vec<Tell>,
    source_bytes: usize,
    pub(crate) parts_left: usize,
    pub(crate) attachments_left: usize,
}

impl<'l> Session<'l> {
    pub(crate) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            oddities: Vec::new(),
            sources: Vec::new(),
            tells: Vec::new(),
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
            self.tells.push(Tell { id: id.to_owned(), why, weight });
        }
    }

    /// The list of a zip archive as children.
    pub(crate) fn entries(&mut self, list: crate::zipdir::ZipList, place: &str) -> Vec<Attachment> {
        if list.cut {
            self.odd("archive-entries-limit", place.to_owned());
        }
        if list.torn {
            self.odd("archive-torn", place.to_owned());
        }
        let mut out = Vec::new();
        for entry in list.entries {
            // Folders are no files.
            if entry.name.ends_with('/') {
                continue;
            }
            if !self.take_attachment(place) {
                break;
            }
            let name = lexicon::text::cut(&entry.name, self.limits.name_bytes).to_owned();
            self.source(format!("{place}:attachment[{}]:name", out.len()), SourceForm::Prose, &name);
            out.push(Attachment {
                kind: crate::kind::word_by_name(&name).to_owned(),
                name: Some(name),
                size: entry.size,
                encrypted: Some(entry.encrypted),
                ..Attachment::default()
            });
        }
        out
    }
}
