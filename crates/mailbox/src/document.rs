//! What a mail says where a search looks: its texts, each with its field and its place.

pub(crate) mod bytes;
mod read;

use lexicon::facts::Mailbox;

use crate::intake::Stamp;

pub use read::{Reader, SearchLimits};

/// A part of a mail that a search can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// The subject, also of attached mails.
    Subject = 1,
    /// The text as a reader sees it, and its other forms (the HTML part beside the text part); also of attached mails.
    Body = 2,
    /// From and Sender: name and address.
    From = 3,
    /// Reply-To.
    ReplyTo = 4,
    /// Return-Path.
    ReturnPath = 5,
    /// To.
    To = 6,
    /// Cc.
    Cc = 7,
    /// Names of attachments, and of the files inside of them.
    Name = 8,
    /// Text inside of attachments.
    Inside = 9,
    /// The Message-ID.
    Id = 10,
    /// Hashes of the mail, of attachments, and of the files inside of them.
    Hash = 11,
    /// Kinds of attachments, and of the files inside of them.
    Kind = 12,
    /// What it has: `attachment`, `url`, `encrypted`, `macro`, `mail`, `japanese`.
    Has = 13,
    /// URLs seen anywhere in the mail.
    Url = 14,
    /// Host names seen anywhere: of URLs, addresses, servers on the way.
    Host = 15,
    /// IP addresses seen anywhere.
    Ip = 16,
    /// Addresses seen anywhere, not only in the header.
    Address = 17,
    /// Where the mail lies.
    Path = 18,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Subject,
        Self::Body,
        Self::From,
        Self::ReplyTo,
        Self::ReturnPath,
        Self::To,
        Self::Cc,
        Self::Name,
        Self::Inside,
        Self::Id,
        Self::Hash,
        Self::Kind,
        Self::Has,
        Self::Url,
        Self::Host,
        Self::Ip,
        Self::Address,
        Self::Path,
    ];

    /// Those with words in them that a search without a field looks at.
    pub const WORDS: [Self; 9] = [
        Self::Subject,
        Self::Body,
        Self::From,
        Self::ReplyTo,
        Self::ReturnPath,
        Self::To,
        Self::Cc,
        Self::Name,
        Self::Inside,
    ];

    /// The field of a number, as [`Field`] as `u8` gives it.
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// True for names with addresses: `name <address>`.
    pub fn is_mailbox(self) -> bool {
        matches!(self, Self::From | Self::ReplyTo | Self::ReturnPath | Self::To | Self::Cc)
    }

    /// True for texts of which the words are looked for.
    pub fn is_words(self) -> bool {
        Self::WORDS.contains(&self) || matches!(self, Self::Url | Self::Path)
    }
}

/// A text of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub field: Field,
    /// Where it stands, in the words of `dissect --jsonl`: `header:from`, `body`, `attachment[0]:name` …
    pub place: String,
    /// The text as it is in the mail.
    pub text: String,
}

/// A mail as searches see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Its name in the output: the file, with `#3` for the third mail of an mbox.
    pub path: String,
    /// Bytes of `path` that name the file.
    pub file: usize,
    /// What the file was.
    pub stamp: Stamp,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// Message-ID without angle brackets.
    pub message_id: Option<String>,
    /// Its Date, RFC 3339 with its own offset.
    pub date: Option<String>,
    /// When it was sent, seconds since 1970: its Date, else what the last server on its way wrote.
    pub time: Option<i64>,
    /// Decoded subject.
    pub subject: Option<String>,
    /// First From mailbox.
    pub from: Option<Mailbox>,
    /// First To mailbox.
    pub to: Option<Mailbox>,
    /// What of it could not be read: ids of oddities with their places.
    pub unread: Vec<String>,
    /// Its texts.
    pub entries: Vec<Entry>,
}

impl Document {
    /// The file in which it lies.
    pub fn file(&self) -> &str {
        self.path.get(..self.file).unwrap_or(&self.path)
    }

    /// Its number in that file, from 1.
    pub fn number(&self) -> u64 {
        let rest = self.path.get(self.file..).unwrap_or_default();
        rest.rsplit_once('#').and_then(|(_, number)| number.parse().ok()).unwrap_or(1)
    }
}

/// The address of an entry of a mailbox field, without its angle brackets; empty where there is none.
pub(crate) fn address_of(text: &str) -> &str {
    let rest = text.rfind('<').and_then(|at| text.get(at + 1..)).unwrap_or_default();
    rest.strip_suffix('>').unwrap_or_default()
}

/// The display name of an entry of a mailbox field.
pub(crate) fn name_of(text: &str) -> &str {
    text.rfind('<').and_then(|at| text.get(..at)).unwrap_or(text)
}
