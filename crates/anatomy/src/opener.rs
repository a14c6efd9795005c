//! Who opens files: this process, or a confined one (`confine`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use lexicon::facts::Attachment;

use crate::{Job, Limits, Opened, Password, extract, open_known, open_with_rules, yara};

/// The place that every file has for its opener; [`Opened::moved`] puts the real one in its stead. One file attached
/// to a hundred mails is thus opened once.
pub const HERE: &str = "@";

/// The kind of a file that is held against an operator's rules only: a whole mail, which is read elsewhere.
pub const RAW: &str = "raw-mail";

/// Opens files.
pub trait Opener: Send + Sync {
    /// Opens a file whose name, hashes and kind `file` tells, with the passwords in their order. The places in what
    /// comes back begin with [`HERE`]. It never fails: a file that could not be opened comes back with an oddity.
    fn open(&self, file: &Attachment, bytes: &[u8], passwords: &[Password]) -> Opened;

    /// The bytes of the file at `place` inside of it; the place begins with [`HERE`]. `None` where it cannot be had.
    fn extract(
        &self,
        file: &Attachment,
        bytes: &[u8],
        place: &str,
        passwords: &[Password],
    ) -> Option<Vec<u8>>;
}

/// Opens files in the caller's own process and thread.
#[derive(Debug, Clone, Default)]
pub struct InProcess(
    /// How much is opened.
    pub Limits,
);

impl Opener for InProcess {
    fn open(&self, file: &Attachment, bytes: &[u8], passwords: &[Password]) -> Opened {
        let job = Job { name: file.name.as_deref(), place: HERE, inline: file.inline, bytes };
        open_known(&job, file, passwords, &self.0)
    }

    fn extract(
        &self,
        file: &Attachment,
        bytes: &[u8],
        place: &str,
        passwords: &[Password],
    ) -> Option<Vec<u8>> {
        let job = Job { name: file.name.as_deref(), place: HERE, inline: file.inline, bytes };
        extract(&job, place, passwords, &self.0)
    }
}

/// Opens files like [`InProcess`], and holds each against an operator's rules.
#[derive(Debug, Clone)]
pub struct Ruled {
    /// How much is opened.
    pub limits: Limits,
    /// The rules.
    pub rules: Arc<yara::Rules>,
}

impl Opener for Ruled {
    fn open(&self, file: &Attachment, bytes: &[u8], passwords: &[Password]) -> Opened {
        let job = Job { name: file.name.as_deref(), place: HERE, inline: file.inline, bytes };
        open_with_rules(&job, file, passwords, &self.limits, &self.rules)
    }

    fn extract(
        &self,
        file: &Attachment,
        bytes: &[u8],
        place: &str,
        passwords: &[Password],
    ) -> Option<Vec<u8>> {
        InProcess(self.limits.clone()).extract(file, bytes, place, passwords)
    }
}

impl Opened {
    /// The same with `place` in the stead of [`HERE`].
    pub fn moved(mut self, place: &str) -> Self {
        let to = |text: &mut String| {
            if let Some(rest) = text.strip_prefix(HERE) {
                *text = format!("{place}{rest}");
            }
        };
        self.sources.iter_mut().for_each(|source| to(&mut source.place));
        self.tells.iter_mut().for_each(|tell| to(&mut tell.why));
        self.oddities.iter_mut().for_each(|oddity| to(&mut oddity.place));
        self
    }
}

/// Files remembered.
const FILES: usize = 512;
/// A file with more inside than this many bytes of texts is not remembered.
const BYTES: usize = 64 << 10;

/// What makes two files the same for an opener.
type Key = (String, Option<String>, bool, Vec<String>);

/// Remembers what was opened last: mass mail carries the same logo and the same document a thousand times.
pub struct Remembering<O> {
    opener: O,
    known: Mutex<HashMap<Key, Opened>>,
}

impl<O: Opener> Remembering<O> {
    /// Remembers what `opener` opens.
    pub fn new(opener: O) -> Self {
        Self { opener, known: Mutex::new(HashMap::new()) }
    }
}

impl<O: Opener> Opener for Remembering<O> {
    fn open(&self, file: &Attachment, bytes: &[u8], passwords: &[Password]) -> Opened {
        // A whole mail comes once.
        if file.kind == RAW {
            return self.opener.open(file, bytes, passwords);
        }
        let tried = passwords.iter().map(|password| password.value.clone()).collect();
        let key = (file.sha256.clone(), file.name.clone(), file.inline, tried);
        // A thread that fell while it held the lock left nothing half done behind.
        let known = || self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(opened) = known().get(&key) {
            return opened.clone();
        }
        let opened = self.opener.open(file, bytes, passwords);
        let size: usize = opened.sources.iter().map(|source| source.text.len()).sum();
        if size <= BYTES && opened.attachment.password.is_none() {
            let mut known = known();
            if known.len() >= FILES {
                known.clear();
            }
            known.insert(key, opened.clone());
        }
        opened
    }

    fn extract(
        &self,
        file: &Attachment,
        bytes: &[u8],
        place: &str,
        passwords: &[Password],
    ) -> Option<Vec<u8>> {
        self.opener.extract(file, bytes, place, passwords)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_file_in_another_mail_is_told_at_its_own_place() {
        let opener = Remembering::new(InProcess::default());
        let file = Attachment { name: Some("a.html".to_owned()), ..Attachment::default() };
        let bytes = b"<html><a href='https://evil.example/'>x</a></html>";
        for place in ["attachment[0]", "attachment[3]"] {
            let opened = opener.open(&file, bytes, &[]).moved(place);
            assert!(opened.sources.iter().any(|s| s.place == format!("{place}:html:link")), "{opened:?}");
            assert!(opened.sources.iter().all(|s| s.place.starts_with(place)));
        }
    }
}
