//! Messages as Outlook stores them (MS-OXCMSG): properties instead of text, read into the same facts. They come
//! from a .msg (MS-OXMSG: an OLE compound file) or from a data file ([`crate::pst`]).
//!
//! The transport headers, where they were kept, are read with the header reader; properties fill what they do
//! not say. Attached messages have no bytes of their own: their size and hashes are those of a serialisation
//! ([`Serial`]) that is the same wherever the message is stored.

pub(crate) mod bag;
mod properties;
pub mod rtf;

use std::borrow::Cow;

use lexicon::facts::{Attachment, Body, Header, HtmlFacts, MailFacts, Mailbox, Relation, SourceForm};

use crate::file::{self, File};
use crate::hash::Three;
use crate::ole::Ole;
use crate::session::Session;
use crate::transfer::Transfer;
use crate::{charset, forward, header, html, inner, kind, language, mail};
use bag::{Bag, Data, Message, id};
use properties::Stored;

/// Reads a .msg; `prefix` and `mails` as in [`mail::read`].
pub(crate) fn read(
    session: &mut Session<'_>,
    raw: &[u8],
    prefix: &str,
    mails: usize,
) -> (MailFacts, Option<String>) {
    let Some(ole) = Ole::open(raw) else {
        session.odd("msg-unreadable", format!("{prefix}byte:0"));
        return (MailFacts::default(), None);
    };
    if !ole.has("__properties_version1.0") {
        session.odd("msg-unreadable", format!("{prefix}byte:0"));
        return (MailFacts::default(), None);
    }
    let (facts, html, _) = message(session, &Stored::new(&ole, 0), prefix, mails, false);
    (facts, html)
}

/// Reads a .msg attached to a mail: its children are its attachments.
pub(crate) fn attached(session: &mut Session<'_>, raw: &[u8], place: &str, mails: usize) -> MailFacts {
    let facts = read(session, raw, &format!("{place}:"), mails).0;
    session.attached(place, facts)
}

/// Reads a stored message; the third value is its serialisation, empty unless it is to be `hashed`.
pub(crate) fn message<M: Message>(
    session: &mut Session<'_>,
    stored: &M,
    prefix: &str,
    mails: usize,
    hashed: bool,
) -> (MailFacts, Option<String>, Serial) {
    let bag = stored.bag();
    let mut facts = MailFacts::default();
    let mut serial = if hashed { Serial::new(bag) } else { Serial::default() };
    let transport = bag.text(id::TRANSPORT_HEADERS).unwrap_or_default();
    let transport = transport.trim_start();
    let transport = match transport.strip_prefix("Microsoft Mail Internet Headers") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => transport,
    };
    if !transport.is_empty() {
        let block = header::read(transport.as_bytes(), session.limits.headers, true);
        mail::read_header(session, &block, &mut facts, prefix);
    }
    fill(stored, session, &mut facts, &mut serial);
    if transport.is_empty() {
        mail::header_sources(session, &facts, prefix);
    }
    let class = some(bag.text(id::MESSAGE_CLASS)).unwrap_or_default();
    // Appointments, contacts, tasks, receipts, signed mail: what the message is, where it is no plain mail.
    if !class.is_empty() && !class.eq_ignore_ascii_case("IPM.Note") {
        facts.headers.push(Header { name: "Message-Class".to_owned(), value: class.clone() });
    }
    let mut html = body(session, bag, &mut facts, prefix);
    let inner = attachments(session, stored, &class, &mut facts, &mut serial, prefix, mails);
    if let Some((inner, inner_html)) = inner
        && !facts.body.text.chars().any(char::is_alphanumeric)
    {
        facts.body = inner.body;
        facts.html = inner.html;
        html = inner_html;
    }
    forward::tell(session, &mut facts, prefix);
    (facts, html, serial)
}

/// The serialisation of a stored message, hashed as it is written: what its size and hashes are of.
///
/// `noroshi-message-1` and a line feed; then for every property of [`Serial::PROPERTIES`] that is there, every
/// recipient (name, address, type) and every attachment (name, SHA-256 of its bytes or of its own serialisation):
/// a number (32 bits, little-endian), the length (64 bits) and the bytes. Texts are written as UTF-8, so that the
/// same message from a .msg and from a data file has the same hashes.
#[derive(Default)]
pub(crate) struct Serial {
    three: Option<Three>,
    size: u64,
}

impl Serial {
    const TEXTS: [u16; 12] = [
        id::MESSAGE_CLASS,
        id::SUBJECT,
        id::TRANSPORT_HEADERS,
        id::REPRESENTING_NAME,
        id::REPRESENTING_ADDRESS,
        id::SENDER_NAME,
        id::SENDER_ADDRESS,
        id::REPLY_NAMES,
        id::BODY,
        id::MESSAGE_ID,
        id::REFERENCES,
        id::IN_REPLY_TO,
    ];
    const BYTES: [u16; 2] = [id::RTF, id::HTML];
    const FIXED: [u16; 3] = [id::IMPORTANCE, id::SUBMITTED, id::DELIVERED];
    const RECIPIENT: u32 = 0x1_0000;
    const ATTACHMENT: u32 = 0x2_0000;

    fn new(bag: &dyn Bag) -> Self {
        let mut out = Self { three: Some(Three::default()), size: 0 };
        out.feed(b"noroshi-message-1\n");
        for property in Self::TEXTS {
            if let Some(text) = bag.text(property) {
                out.field(u32::from(property), without_mark(&text).as_bytes());
            }
        }
        for property in Self::BYTES {
            if let Some(bytes) = bag.bytes(property, usize::MAX) {
                out.field(u32::from(property), &bytes);
            }
        }
        for property in Self::FIXED {
            if let Some(value) = bag.fixed(property) {
                out.field(u32::from(property), &value);
            }
        }
        out
    }

    fn feed(&mut self, bytes: &[u8]) {
        if let Some(three) = &mut self.three {
            three.feed(bytes);
            self.size += bytes.len() as u64;
        }
    }

    fn field(&mut self, number: u32, bytes: &[u8]) {
        self.feed(&number.to_le_bytes());
        self.feed(&(bytes.len() as u64).to_le_bytes());
        self.feed(bytes);
    }

    /// Its size, MD5, SHA-1 and SHA-256.
    pub(crate) fn finish(self) -> (u64, String, String, String) {
        let (md5, sha1, sha256) = self.three.unwrap_or_default().finish();
        (self.size, md5, sha1, sha256)
    }
}

/// A data file marks the length of `RE: ` in two characters before the subject.
fn without_mark(subject: &str) -> &str {
    let mut chars = subject.chars();
    if chars.next() == Some('\u{1}') && chars.next().is_some() { chars.as_str() } else { subject }
}

fn some(text: Option<String>) -> Option<String> {
    text.map(|t| t.trim_matches(['\0', ' ', '\t', '\r', '\n']).to_owned()).filter(|t| !t.is_empty())
}

/// What the headers do not say, from the properties; the subject always, since it is stored decoded.
fn fill<M: Message>(stored: &M, session: &Session<'_>, facts: &mut MailFacts, serial: &mut Serial) {
    let properties = stored.bag();
    let text = |id: u16| some(properties.text(id));
    if let Some(subject) = text(id::SUBJECT) {
        facts.subject = some(Some(without_mark(&subject).to_owned()));
    }
    if facts.message_id.is_none() {
        facts.message_id =
            text(id::MESSAGE_ID).map(|i| i.trim_matches(['<', '>']).to_owned()).filter(|i| !i.is_empty());
    }
    if facts.date.is_none() {
        facts.date = properties.time(id::SUBMITTED).or_else(|| properties.time(id::DELIVERED));
    }
    if facts.from.as_ref().is_none_or(|f| f.address.is_empty()) {
        let smtp = |value: Option<String>| value.filter(|v| v.contains('@'));
        let address = smtp(text(id::REPRESENTING_SMTP))
            .or_else(|| smtp(text(id::SENDER_SMTP)))
            .or_else(|| smtp(text(id::REPRESENTING_ADDRESS)))
            .or_else(|| smtp(text(id::SENDER_ADDRESS)))
            .unwrap_or_default();
        let name = text(id::REPRESENTING_NAME).or_else(|| text(id::SENDER_NAME)).unwrap_or_default();
        if !address.is_empty() || !name.is_empty() {
            facts.from = Some(Mailbox { name, address });
        }
    }
    if facts.reply_to.is_none()
        && let Some(names) = text(id::REPLY_NAMES)
        && names.contains('@')
    {
        facts.reply_to = crate::address::parse(names.as_bytes(), None, 1).0.into_iter().next();
    }
    if facts.references.is_empty() {
        for id in [id::REFERENCES, id::IN_REPLY_TO] {
            let ids = text(id).unwrap_or_default();
            for word in ids.split_whitespace().take(session.limits.references) {
                let word = word.trim_matches(['<', '>']).to_owned();
                if !word.is_empty() && !facts.references.contains(&word) {
                    facts.references.push(word);
                }
            }
        }
    }
    recipients(stored, session, facts, serial);
}

/// An address that mail can be sent to, first where it is SMTP's: Exchange keeps its own in the others.
fn address_of(item: &dyn Bag) -> String {
    let text = |id: u16| some(item.text(id));
    text(id::SMTP_ADDRESS)
        .or_else(|| text(id::ADDRESS).filter(|a| a.contains('@')))
        .or_else(|| text(id::DISPLAY_NAME).filter(|a| a.contains('@') && !a.contains(' ')))
        .map(|a| a.trim_matches('\'').to_owned())
        .unwrap_or_default()
}

/// The recipients, where the headers name none; blind copies are told as a header of their own.
fn recipients<M: Message>(stored: &M, session: &Session<'_>, facts: &mut MailFacts, serial: &mut Serial) {
    let told = !facts.to.is_empty() || !facts.cc.is_empty();
    let mut blind = Vec::new();
    for recipient in stored.recipients(session.limits.addresses) {
        let address = address_of(&recipient);
        let name = some(recipient.text(id::DISPLAY_NAME)).filter(|n| *n != address).unwrap_or_default();
        let name = name.trim_matches('\'').to_owned();
        let kind = recipient.number(id::RECIPIENT_KIND).unwrap_or(1);
        serial.field(Serial::RECIPIENT, format!("{name}\0{address}\0{kind}").as_bytes());
        if name.is_empty() && address.is_empty() {
            continue;
        }
        let mailbox = Mailbox { name, address };
        // The upper bits say how the mail was delivered.
        match kind & 0xf {
            3 => blind.push(if mailbox.name.is_empty() {
                mailbox.address
            } else {
                format!("{} <{}>", mailbox.name, mailbox.address)
            }),
            _ if told => {}
            2 => facts.cc.push(mailbox),
            // 0 is the sender of an appointment.
            0 => {}
            _ => facts.to.push(mailbox),
        }
    }
    if !blind.is_empty() {
        facts.headers.push(Header { name: "Bcc".to_owned(), value: blind.join(", ") });
    }
    if facts.to.is_empty() && facts.cc.is_empty() {
        let list = |id: u16| {
            let names = stored.bag().text(id).unwrap_or_default();
            crate::address::parse(names.as_bytes(), None, session.limits.addresses).0
        };
        facts.to = list(id::DISPLAY_TO);
        facts.cc = list(id::DISPLAY_CC);
    }
}

/// The body from the plain text, else the HTML, else the RTF; the HTML also where it hides in the RTF.
fn body(
    session: &mut Session<'_>,
    properties: &dyn Bag,
    facts: &mut MailFacts,
    prefix: &str,
) -> Option<String> {
    let limits = session.limits;
    let plain = properties.text(id::BODY).unwrap_or_default();
    let mut label =
        if properties.is_wide(id::BODY) { Some("utf-16le") } else { properties.label() }.map(str::to_owned);
    let blank = |text: &str| !text.chars().any(char::is_alphanumeric);
    let mut html_text = None;
    if let Some(bytes) = properties.bytes(id::HTML, limits.html_bytes) {
        let declared = properties
            .number(id::CODE_PAGE_INTERNET)
            .and_then(bag::label_of)
            .or_else(|| html::declared_charset(&bytes));
        let decoded = charset::decode(&bytes, declared);
        if blank(&plain) {
            label = Some(decoded.used.clone().into_owned());
        }
        html_text = Some(decoded.text.into_owned());
    } else if let Some(text) = properties.text(id::HTML) {
        html_text = Some(text);
    }
    let mut rtf_text = None;
    if html_text.is_none()
        && let Some(bytes) = properties.bytes(id::RTF, limits.html_bytes)
    {
        match rtf::decompress(&bytes, limits.html_bytes) {
            Some(rtf) => match rtf::read(&rtf) {
                rtf::Content::Html(text) => html_text = Some(text),
                rtf::Content::Text(text) => rtf_text = Some(text),
            },
            None => session.odd("msg-rtf-unreadable", format!("{prefix}body")),
        }
    }
    let mut page = html_text.as_deref().map(|text| html::read(text, limits)).unwrap_or_default();
    let mut out = Body { source: "text/plain".to_owned(), charset: label, ..Body::default() };
    if !blank(&plain) {
        out.text = plain;
        session.source(format!("{prefix}html:text"), SourceForm::Prose, &page.text);
        page.facts.text = std::mem::take(&mut page.text);
    } else if !blank(&page.text) {
        out.text = std::mem::take(&mut page.text);
        out.source = "text/html".to_owned();
    } else {
        out.text = rtf_text.unwrap_or(plain);
    }
    out.text = mail::line_feeds(Cow::Owned(out.text));
    if page.cut || out.text.len() > limits.body_bytes {
        out.text = lexicon::text::cut(&out.text, limits.body_bytes).to_owned();
        session.odd("body-limit", format!("{prefix}body"));
    }
    if session.limits.judge {
        out.language = language::of(&out.text);
    }
    session.source(format!("{prefix}body"), SourceForm::Prose, &out.text);
    facts.body = out;
    hand_on(session, page.facts, facts, prefix);
    html_text
}

fn hand_on(session: &mut Session<'_>, found: HtmlFacts, facts: &mut MailFacts, prefix: &str) {
    let place = prefix.trim_end_matches(':');
    mail::html_sources(session, &found, place);
    crate::tells::page(session, &found, place);
    facts.html = found;
}

/// Reads the attachments. What it gives back is the mail inside a signed one: all that the message says stands
/// in its only attachment.
fn attachments<M: Message>(
    session: &mut Session<'_>,
    stored: &M,
    class: &str,
    facts: &mut MailFacts,
    serial: &mut Serial,
    prefix: &str,
    mails: usize,
) -> Option<(MailFacts, Option<String>)> {
    let signed = class.to_ascii_lowercase().starts_with("ipm.note.smime.multipartsigned");
    let mut inner = None;
    for item in stored.attachments(session.limits.attachments) {
        let place = format!("{prefix}attachment[{}]", facts.attachments.len());
        if !session.take_attachment(&place) {
            break;
        }
        let text = |id: u16| some(item.text(id));
        let name =
            text(id::ATTACH_LONG_NAME).or_else(|| text(id::ATTACH_NAME)).or_else(|| text(id::DISPLAY_NAME));
        let hidden = item.number(id::ATTACH_HIDDEN).is_some_and(|n| n & 0xffff != 0);
        let shown = item.number(id::ATTACH_FLAGS).is_some_and(|n| n & 4 != 0);
        let content_type = text(id::ATTACH_MIME).unwrap_or_default().to_ascii_lowercase();
        let mut read = match stored.data(&item) {
            Data::Bytes(bytes) if signed && inner.is_none() && starts_header(&bytes) => {
                let (attachment, mail) =
                    signed_mail(session, (&bytes, name.clone()), &content_type, &place, mails);
                inner = mail;
                attachment
            }
            Data::Bytes(bytes) | Data::Object(bytes) => {
                let file = File {
                    name: name.clone(),
                    content_type: content_type.clone(),
                    inline: hidden || shown,
                    body: &bytes,
                    transfer: Transfer::Identity,
                    is_mail: false,
                };
                file::read(session, file, &place, mails)
            }
            Data::Message(stored) => {
                embedded(session, &*stored, (name.clone(), content_type.clone()), &place, mails)
            }
            Data::Nothing => {
                let word = name.as_deref().map_or("bin", kind::word_by_name);
                let kind = if word == "bin" { "ole" } else { word }.to_owned();
                Attachment {
                    name: name.clone(),
                    content_type: content_type.clone(),
                    kind,
                    ..Attachment::default()
                }
            }
        };
        // By reference (2 to 4, and 7 for the web): the message says only where the file is.
        if let Some(2..=4 | 7) = item.number(id::ATTACH_METHOD)
            && let Some(path) = text(id::ATTACH_LONG_PATH).or_else(|| text(id::ATTACH_PATH))
        {
            session.source(format!("{place}:reference"), SourceForm::Prose, &path);
            read.relations.push(Relation { kind: "external".to_owned(), target: path });
        }
        serial.field(Serial::ATTACHMENT, format!("{}\0{}", name.unwrap_or_default(), read.sha256).as_bytes());
        facts.attachments.push(read);
    }
    inner
}

/// True if `bytes` start like a mail's header.
fn starts_header(bytes: &[u8]) -> bool {
    ["content-type:", "mime-version:"]
        .iter()
        .any(|name| bytes.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes())))
}

/// The attachment that is the whole mail, signed, and what that mail says.
fn signed_mail(
    session: &mut Session<'_>,
    (bytes, name): (&[u8], Option<String>),
    content_type: &str,
    place: &str,
    mails: usize,
) -> (Attachment, Option<(MailFacts, Option<String>)>) {
    let mut three = Three::default();
    three.feed(bytes);
    let (md5, sha1, sha256) = three.finish();
    let mut out = Attachment {
        name,
        size: bytes.len() as u64,
        sha256,
        sha1,
        md5,
        kind: "eml".to_owned(),
        content_type: content_type.to_owned(),
        ..Attachment::default()
    };
    if mails >= session.limits.mail_depth {
        session.odd("mail-depth-limit", place.to_owned());
        return (out, None);
    }
    if bytes.len() > session.limits.attached_mail_bytes {
        session.odd("attached-mail-limit", place.to_owned());
        return (out, None);
    }
    let (mut inner, html) = mail::read(session, bytes, &format!("{place}:"), mails + 1);
    out.children = std::mem::take(&mut inner.attachments);
    (out, Some((inner, html)))
}

/// A message as attachment.
fn embedded<M: Message>(
    session: &mut Session<'_>,
    stored: &M,
    (name, content_type): (Option<String>, String),
    place: &str,
    mails: usize,
) -> Attachment {
    if let Some(name) = &name {
        session.source(format!("{place}:name"), SourceForm::Prose, name);
    }
    let mut out = Attachment { name, content_type, kind: "msg".to_owned(), ..Attachment::default() };
    if mails >= session.limits.mail_depth {
        session.odd("mail-depth-limit", place.to_owned());
        return out;
    }
    let (facts, _, serial) = message(session, stored, &format!("{place}:"), mails + 1, true);
    let facts = session.attached(place, facts);
    inner::describe(&mut out, facts);
    (out.size, out.md5, out.sha1, out.sha256) = serial.finish();
    out
}

#[cfg(test)]
mod tests {
    use crate::{Limits, read};

    #[test]
    fn a_file_that_only_starts_like_a_compound_file_gives_an_oddity() {
        for raw in [
            &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..],
            &[&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0xff; 4096]].concat(),
        ] {
            let facts = read(raw, &Limits::default()).facts;
            assert!(facts.oddities.iter().any(|o| o.id == "msg-unreadable"), "{:?}", facts.oddities);
        }
    }
}
