//! Names and addresses taken out of a copy of a mail before it leaves.
//!
//! What a member names is replaced in the header, in the header fields of parts and in text parts: also where it stands
//! in encoded-words, in base64 or quoted-printable, in any charset, and across the places where lines were folded.
//! Everything else stays byte for byte as it was. Attachments are not touched and are listed, so that nobody believes
//! they were.
//!
//! | written | becomes |
//! |---|---|
//! | an address | `redacted@redacted.invalid` |
//! | a domain | `redacted.invalid` |
//! | anything else | `REDACTED` |
//!
//! The marks are ASCII, so every charset can write them, and `.invalid` leads nowhere (RFC 2606).
//!
//! ```
//! use courier::redact::{Terms, redact};
//! let terms = Terms::new(["山田".to_owned(), "taro@member.example".to_owned()]).unwrap();
//! let mail = "To: =?UTF-8?B?5bGx55Sw?= <taro@member.example>\r\n\r\nHello\r\n";
//! let redaction = redact(mail.as_bytes(), &terms);
//! assert_eq!(redaction.count(), 2);
//! assert_eq!(redaction.bytes, b"To: =?UTF-8?B?UkVEQUNURUQ=?= <redacted@redacted.invalid>\r\n\r\nHello\r\n");
//! ```

mod body;
mod charset;
mod field;
mod parts;
mod terms;
mod transfer;

pub use terms::{TermError, Terms};

use std::collections::BTreeMap;
use std::ops::Range;

/// A redacted copy and what was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// The copy.
    pub bytes: Vec<u8>,
    /// How often each term was replaced, by its place among the terms and where: `header:to`, `part:1.2`.
    pub replaced: BTreeMap<(usize, String), u64>,
    /// Parts that were not looked into: attachments and what is no text.
    pub untouched: Vec<String>,
    /// Places where a term stands and could not be replaced, with the number of the term.
    pub left: Vec<(usize, String)>,
}

impl Redaction {
    /// How many places were replaced.
    pub fn count(&self) -> u64 {
        self.replaced.values().sum()
    }
}

/// A replacement of bytes of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edit {
    range: Range<usize>,
    bytes: Vec<u8>,
}

/// What is gathered on the way through a mail.
struct Work<'a> {
    raw: &'a [u8],
    terms: &'a Terms,
    edits: Vec<Edit>,
    replaced: BTreeMap<(usize, String), u64>,
    untouched: Vec<String>,
    left: Vec<(usize, String)>,
    parts: usize,
}

impl Work<'_> {
    fn note(&mut self, place: &str, found: &[terms::Found]) {
        for found in found {
            *self.replaced.entry((found.term, place.to_owned())).or_default() += 1;
        }
    }

    fn leave(&mut self, place: &str, found: &[terms::Found]) {
        self.left.extend(found.iter().map(|found| (found.term, place.to_owned())));
    }
}

/// A copy of a mail without these terms.
pub fn redact(raw: &[u8], terms: &Terms) -> Redaction {
    let mut work = Work {
        raw,
        terms,
        edits: Vec::new(),
        replaced: BTreeMap::new(),
        untouched: Vec::new(),
        left: Vec::new(),
        parts: 0,
    };
    parts::message(&mut work, 0..raw.len(), "", 0);
    let Work { mut edits, replaced, untouched, mut left, .. } = work;
    edits.sort_by_key(|edit| edit.range.start);
    let mut bytes = Vec::with_capacity(raw.len());
    let mut at = 0;
    for edit in edits {
        // Edits never overlap: each belongs to a field or a line of its own.
        if edit.range.start < at {
            continue;
        }
        bytes.extend_from_slice(raw.get(at..edit.range.start).unwrap_or_default());
        bytes.extend_from_slice(&edit.bytes);
        at = edit.range.end;
    }
    bytes.extend_from_slice(raw.get(at..).unwrap_or_default());
    left.sort();
    left.dedup();
    Redaction { bytes, replaced, untouched, left }
}
