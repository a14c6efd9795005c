//! Mail forensics: one raw message in, everything it says out, with what was odd about it.
//!
//! [`read`] never fails and never panics. It works on borrowed bytes, decodes only what it looks at, and holds
//! every bound of [`Limits`].

mod address;
mod auth;
pub mod charset;
mod date;
mod entities;
mod file;
mod flowed;
mod forward;
pub mod hash;
mod header;
pub mod html;
pub mod kind;
mod language;
mod limits;
mod mail;
pub mod mbox;
mod msg;
pub mod oddities;
pub mod ole;
mod params;
pub mod pst;
mod route;
mod session;
mod structure;
pub mod tells;
mod transfer;
mod words;
pub mod zipdir;

pub use limits::Limits;

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
}

/// The bytes of an attachment that is worth opening.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payload {
    /// Where it stands, e.g. `attachment[0]` or, in an attached mail, `attachment[0]:attachment[2]`.
    pub place: String,
    /// The decoded bytes.
    pub bytes: Vec<u8>,
}

/// Reads one message: RFC 5322 with MIME, or Outlook's .msg, told apart by content.
///
/// ```
/// let reading = forensics::read(b"Subject: =?utf-8?b?6KuL5rGC5pu4?=\r\n\r\nHello", &forensics::Limits::default());
/// assert_eq!(reading.facts.subject.as_deref(), Some("請求書"));
/// assert_eq!(reading.facts.body.text, "Hello");
/// ```
pub fn read(raw: &[u8], limits: &Limits) -> Reading {
    let mut session = session::Session::new(limits);
    let (mut facts, html) = if raw.starts_with(ole::MAGIC) {
        msg::read(&mut session, raw, "", 0)
    } else {
        mail::read(&mut session, raw, "", 0)
    };
    if raw.is_empty() {
        session.odd("mail-empty", "byte:0".to_owned());
    }
    facts.sha256 = hash::sha256(raw);
    facts.size = raw.len() as u64;
    session.settle(Reading { facts, html, ..Reading::default() })
}
