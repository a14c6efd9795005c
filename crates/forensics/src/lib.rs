//! Mail forensics: one raw message in, everything it says out, with what was odd about it.
//!
//! [`read`] never fails and never panics. It works on borrowed bytes, decodes only what it looks at, and holds
//! every bound of [`Limits`].

mod address;
mod auth;
pub mod charset;
mod clock;
mod date;
pub mod dkim;
mod entities;
mod file;
mod fingerprint;
mod flowed;
mod forward;
mod freemail;
pub mod hash;
mod header;
pub mod html;
mod inner;
pub mod kind;
mod known;
mod language;
mod limits;
mod lookalike;
mod mail;
pub mod mbox;
mod msg;
pub mod oddities;
pub mod ole;
mod params;
pub mod pst;
mod route;
pub mod rules;
mod session;
mod structure;
pub mod tells;
mod transfer;
mod words;
pub mod zipdir;

pub use freemail::Freemail;
pub use inner::mail_properties;
pub use known::Known;
pub use limits::Limits;
pub use lookalike::{KnownName, Roster};
pub use msg::rtf;

use lexicon::facts::{MailFacts, Source};

/// What one mail says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// The facts, without `path`, `observables` and `urls`: those come from the caller and from `indicators`.
    pub facts: MailFacts,
    /// The texts in which indicators are to be looked for, with their places.
    pub sources: Vec<Source>,
    /// The decoded HTML part, bounded.
    pub html: Option<String>,
    /// The attachments that are worth opening, decoded: `anatomy` looks inside them.
    pub payloads: Vec<Payload>,
    /// The facts of the mails attached to it, however deep, without their attachments: those stand in the tree of
    /// [`MailFacts::attachments`] at the same place.
    pub mails: Vec<AttachedMail>,
}

/// What a mail attached to another one says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AttachedMail {
    /// Where it stands, e.g. `attachment[0]`.
    pub place: String,
    /// Its facts.
    pub facts: MailFacts,
}

/// The bytes of an attachment that is worth opening.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payload {
    /// Where it stands, e.g. `attachment[0]` or, in an attached mail, `attachment[0]:attachment[2]`.
    pub place: String,
    /// The decoded bytes.
    pub bytes: Vec<u8>,
}

/// The decoded bytes of the attachment at a place such as `attachment[0]` or, of an attached mail,
/// `attachment[0]:attachment[2]`; `None` where no attachment of the mail itself stands there: what is inside of
/// archives and documents is for `anatomy::extract`.
///
/// ```
/// let raw = b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\naGk=\r\n";
/// assert_eq!(forensics::attachment(raw, "attachment[0]").as_deref(), Some(&b"hi"[..]));
/// assert_eq!(forensics::attachment(raw, "attachment[7]"), None);
/// ```
pub fn attachment(raw: &[u8], place: &str) -> Option<Vec<u8>> {
    let limits = Limits::default();
    let mut session = session::Session::new(&limits);
    session.wanted = Some((place.to_owned(), None));
    read_into(&mut session, raw);
    session.wanted.and_then(|(_, bytes)| bytes)
}

/// Reads one message: RFC 5322 with MIME, or Outlook's .msg, told apart by content.
///
/// ```
/// let reading = forensics::read(b"Subject: =?utf-8?b?6KuL5rGC5pu4?=\r\n\r\nHello", &forensics::Limits::default());
/// assert_eq!(reading.facts.subject.as_deref(), Some("請求書"));
/// assert_eq!(reading.facts.body.text, "Hello");
/// ```
pub fn read(raw: &[u8], limits: &Limits) -> Reading {
    read_with(raw, limits, Known::nothing())
}

/// Reads one message, held against what the operator knows.
///
/// ```
/// let known = forensics::Known { freemail: forensics::Freemail::parse("free.example"), ..Default::default() };
/// let reading = forensics::read_with(b"From: a@free.example\r\n\r\n", &forensics::Limits::default(), &known);
/// assert_eq!(reading.facts.tells[0].id, "freemail-sender");
/// ```
pub fn read_with(raw: &[u8], limits: &Limits, known: &Known) -> Reading {
    let mut session = session::Session::with_known(limits, known);
    let (mut facts, html) = read_into(&mut session, raw);
    if raw.is_empty() {
        session.odd("mail-empty", "byte:0".to_owned());
    }
    facts.sha256 = hash::sha256(raw);
    facts.size = raw.len() as u64;
    session.settle(Reading { facts, html, ..Reading::default() })
}

fn read_into(session: &mut session::Session<'_>, raw: &[u8]) -> (MailFacts, Option<String>) {
    if raw.starts_with(ole::MAGIC) { msg::read(session, raw, "", 0) } else { mail::read(session, raw, "", 0) }
}
