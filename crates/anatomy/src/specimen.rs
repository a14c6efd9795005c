//! The specimen: one file on the bench, and everything that an analyser may say about it.

use lexicon::facts::{Attachment, Property, Relation, Script, SourceForm};
use lexicon::text::cut;

use crate::Password;
use crate::bench::Bench;
use crate::driver;

/// A file that is being taken apart.
pub(crate) struct Specimen<'b, 'c> {
    pub(crate) bench: &'b mut Bench<'c>,
    /// What is known of it so far; kind, name, size and hashes are there before an analyser runs.
    pub(crate) file: Attachment,
    /// Where it stands.
    pub(crate) place: String,
    /// How many files it is inside of.
    pub(crate) depth: usize,
    /// True once its decrypted form is what is looked at; it is decrypted only once.
    pub(crate) decrypted: bool,
}

/// A file found inside another one.
#[derive(Default)]
pub(crate) struct Entry<'e> {
    /// Its name, with its folders as they stand (`a/b.txt`).
    pub(crate) name: Option<String>,
    /// Its kind, where the container knows it and the content alone would not tell.
    pub(crate) kind: Option<&'static str>,
    /// Its size as the archive claims it; the content's own size counts where there is content.
    pub(crate) size: u64,
    /// Whether it needs a password; `None` where the archive's kind knows no encryption.
    pub(crate) encrypted: Option<bool>,
    /// Its bytes; `None` lists it unopened. Bytes that are not whole are given with an oddity about it.
    pub(crate) content: Option<&'e [u8]>,
    /// The password that opened it.
    pub(crate) password: Option<&'e Password>,
    /// What the container says of it: `entry.modified` (RFC 3339), `entry.method` …
    pub(crate) properties: Vec<(&'static str, String)>,
    /// True if the container shows it in place, such as a picture in a document.
    pub(crate) inline: bool,
}

impl<'c> Specimen<'_, 'c> {
    /// Its name; empty where it has none.
    pub(crate) fn name(&self) -> &str {
        self.file.name.as_deref().unwrap_or("")
    }

    /// The passwords to be tried, best first; they do not borrow the specimen.
    pub(crate) fn passwords(&self) -> &'c [Password] {
        self.bench.passwords
    }

    /// Notes something that the file says of itself. Empty values and repetitions are dropped.
    pub(crate) fn property(&mut self, name: &str, value: impl Into<String>) {
        let limits = self.bench.limits;
        let value = value.into();
        let value = cut(value.trim_matches(['\0', ' ', '\r', '\n']), limits.property_bytes);
        let told = self.file.properties.iter().any(|p| p.name == name && p.value == value);
        if !value.is_empty() && !told && self.file.properties.len() < limits.properties {
            self.file.properties.push(Property { name: name.to_owned(), value: value.to_owned() });
        }
    }

    /// Keeps a script, and hands its text on for indicators.
    pub(crate) fn script(&mut self, language: &str, name: &str, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let limits = self.bench.limits;
        let text = cut(text, limits.script_bytes);
        if self.file.scripts.len() >= limits.scripts {
            self.odd("script-limit", "");
            return;
        }
        self.file.scripts.push(Script {
            language: language.to_owned(),
            name: cut(name, limits.name_bytes).to_owned(),
            text: text.to_owned(),
        });
        let place = self.within(&format!("script[{}]", self.file.scripts.len() - 1));
        self.bench.source(place, SourceForm::Prose, text);
    }

    /// Notes where the file leads, and hands it on for indicators: as one URL if it has a scheme, else as text.
    pub(crate) fn relation(&mut self, kind: &str, target: &str) {
        let limits = self.bench.limits;
        let target = cut(target.trim_matches(['\0', ' ', '\r', '\n']), limits.target_bytes);
        let told = self.file.relations.iter().any(|r| r.kind == kind && r.target == target);
        if target.is_empty() || told {
            return;
        }
        if self.file.relations.len() >= limits.relations {
            self.odd("relation-limit", "");
            return;
        }
        self.file.relations.push(Relation { kind: kind.to_owned(), target: target.to_owned() });
        let scheme = target.split_once("://").map_or("", |(scheme, _)| scheme);
        let is_url = !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
            && !target.contains(char::is_whitespace);
        let place = self.within(kind);
        let form = if is_url { SourceForm::Url } else { SourceForm::Prose };
        self.bench.source(place, form, target);
    }

    /// Adds to the text that a reader of the document sees, and hands it on for indicators.
    pub(crate) fn text(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let room = self.bench.limits.text_bytes.saturating_sub(self.file.text.len());
        if !self.file.text.is_empty() && room > 0 {
            self.file.text.push('\n');
        }
        self.file.text.push_str(cut(text, room.saturating_sub(1)));
        let place = self.within("text");
        self.bench.source(place, SourceForm::Prose, text);
    }

    /// Hands a text on for indicators that is neither script nor relation nor visible text.
    pub(crate) fn source(&mut self, what: &str, form: SourceForm, text: &str) {
        let place = self.within(what);
        self.bench.source(place, form, text);
    }

    /// Tells what gives the file away; `why` is the evidence, the place is put before it.
    pub(crate) fn tell(&mut self, id: &str, why: &str) {
        let name = lexicon::text::visible(self.name());
        let why = lexicon::text::visible(cut(why, 400));
        let why = match (name.is_empty(), why.is_empty()) {
            (true, _) => format!("{}: {why}", self.place),
            (false, true) => format!("{}: {name}", self.place),
            (false, false) => format!("{}: {name} ({why})", self.place),
        };
        self.bench.tell(id, why);
    }

    /// Tells an oddity; `what` says where in the file, and may be empty.
    pub(crate) fn odd(&mut self, id: &str, what: &str) {
        let place = self.within(what);
        self.bench.odd(id, &place);
    }

    /// Says that a password opened it, and shows its decrypted form to every analyser of the kind that it turns out
    /// to be. Return from the analyser after this: the encrypted form is shown to nobody else.
    pub(crate) fn decrypted(&mut self, bytes: &[u8], password: &str, from: &str) {
        self.file.encrypted = Some(true);
        self.file.password = Some(password.to_owned());
        self.file.password_from = Some(from.to_owned());
        driver::decrypted(self, bytes);
    }

    /// A place inside this file.
    pub(crate) fn within(&self, what: &str) -> String {
        if what.is_empty() { self.place.clone() } else { format!("{}:{what}", self.place) }
    }

    /// How many bytes the next file inside may grow to, if `packed` bytes hold it: the smallest of what one file, all
    /// files and the ratio allow. Decompress no more than this plus one byte; where that byte comes, the file is
    /// beyond the limits: give what is there and say `odd("unpacked-size-limit", …)`.
    pub(crate) fn room(&self, packed: u64) -> usize {
        let limits = self.bench.limits;
        let packed = usize::try_from(packed).unwrap_or(usize::MAX);
        let by_ratio = packed.saturating_mul(limits.ratio).max(limits.ratio_free_bytes);
        limits.file_bytes.min(self.bench.bytes_left).min(by_ratio)
    }

    /// True while more files may be told. Ask before decompressing the next.
    pub(crate) fn has_room(&self) -> bool {
        self.bench.files_left > 0
    }

    /// Adds a file found inside, and takes it apart in turn. False if no more files may be told: then stop.
    pub(crate) fn child(&mut self, entry: Entry<'_>) -> bool {
        driver::child(self, entry)
    }
}
