//! Outlook's .msg files (MS-OXMSG): properties in streams of an OLE compound file, read into the same facts.
//!
//! The transport headers, where they were kept, are read with the header reader; properties fill what they do
//! not say. Attached messages are storages inside the same file.

mod properties;
mod rtf;

use lexicon::facts::{Attachment, Body, HtmlFacts, MailFacts, Mailbox, SourceForm};

use crate::file::{self, File};
use crate::ole::Ole;
use crate::session::Session;
use crate::transfer::Transfer;
use crate::{charset, forward, header, html, kind, language, mail};
use properties::Properties;

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
    storage(session, &ole, 0, prefix, mails)
}

/// Reads a .msg attached to a mail: its children are its attachments.
pub(crate) fn attached(session: &mut Session<'_>, raw: &[u8], place: &str, mails: usize) -> Vec<Attachment> {
    read(session, raw, &format!("{place}:"), mails).0.attachments
}

/// Property ids ([MS-OXPROPS]).
mod id {
    pub(super) const SUBJECT: u16 = 0x0037;
    pub(super) const SUBMITTED: u16 = 0x0039;
    pub(super) const REPRESENTING_NAME: u16 = 0x0042;
    pub(super) const REPLY_NAMES: u16 = 0x0050;
    pub(super) const REPRESENTING_ADDRESS: u16 = 0x0065;
    pub(super) const TRANSPORT_HEADERS: u16 = 0x007d;
    pub(super) const RECIPIENT_KIND: u16 = 0x0c15;
    pub(super) const SENDER_NAME: u16 = 0x0c1a;
    pub(super) const SENDER_ADDRESS: u16 = 0x0c1f;
    pub(super) const DISPLAY_CC: u16 = 0x0e03;
    pub(super) const DISPLAY_TO: u16 = 0x0e04;
    pub(super) const DELIVERED: u16 = 0x0e06;
    pub(super) const BODY: u16 = 0x1000;
    pub(super) const RTF: u16 = 0x1009;
    pub(super) const HTML: u16 = 0x1013;
    pub(super) const MESSAGE_ID: u16 = 0x1035;
    pub(super) const REFERENCES: u16 = 0x1039;
    pub(super) const IN_REPLY_TO: u16 = 0x1042;
    pub(super) const DISPLAY_NAME: u16 = 0x3001;
    pub(super) const ADDRESS: u16 = 0x3003;
    pub(super) const ATTACH_DATA: u16 = 0x3701;
    pub(super) const ATTACH_NAME: u16 = 0x3704;
    pub(super) const ATTACH_LONG_NAME: u16 = 0x3707;
    pub(super) const ATTACH_MIME: u16 = 0x370e;
    pub(super) const ATTACH_FLAGS: u16 = 0x3714;
    pub(super) const SMTP_ADDRESS: u16 = 0x39fe;
    pub(super) const CODE_PAGE_INTERNET: u16 = 0x3fde;
    pub(super) const SENDER_SMTP: u16 = 0x5d01;
    pub(super) const REPRESENTING_SMTP: u16 = 0x5d02;
    pub(super) const ATTACH_HIDDEN: u16 = 0x7ffe;
}

/// Reads the message in one storage.
fn storage(
    session: &mut Session<'_>,
    ole: &Ole<'_>,
    index: usize,
    prefix: &str,
    mails: usize,
) -> (MailFacts, Option<String>) {
    let properties = Properties::message(ole, index);
    let mut facts = MailFacts::default();
    let transport = properties.text(id::TRANSPORT_HEADERS).unwrap_or_default();
    let transport = transport.trim_start();
    let transport = match transport.strip_prefix("Microsoft Mail Internet Headers") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => transport,
    };
    if !transport.is_empty() {
        let block = header::read(transport.as_bytes(), session.limits.headers, true);
        mail::read_header(session, &block, &mut facts, prefix);
    }
    fill(&properties, ole, session, &mut facts);
    if transport.is_empty() {
        mail::header_sources(session, &facts, prefix);
    }
    let html = body(session, &properties, &mut facts, prefix);
    forward::tell(session, &mut facts, prefix);
    attachments(session, ole, &properties, &mut facts, prefix, mails);
    (facts, html)
}

fn some(text: Option<String>) -> Option<String> {
    text.map(|t| t.trim_matches(['\0', ' ', '\t', '\r', '\n']).to_owned()).filter(|t| !t.is_empty())
}

/// What the headers do not say, from the properties; the subject always, since it is stored decoded.
fn fill(properties: &Properties<'_>, ole: &Ole<'_>, session: &Session<'_>, facts: &mut MailFacts) {
    let text = |id: u16| some(properties.text(id));
    if let Some(subject) = text(id::SUBJECT) {
        facts.subject = Some(subject);
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
    if facts.to.is_empty() && facts.cc.is_empty() {
        recipients(properties, ole, session, facts);
    }
}

fn recipients(properties: &Properties<'_>, ole: &Ole<'_>, session: &Session<'_>, facts: &mut MailFacts) {
    for storage in properties.storages("__recip_version1.0_").take(session.limits.addresses) {
        let recipient = Properties::item(ole, storage, properties);
        let text = |id: u16| some(recipient.text(id));
        let address = text(id::SMTP_ADDRESS)
            .or_else(|| text(id::ADDRESS).filter(|a| a.contains('@')))
            .or_else(|| text(id::DISPLAY_NAME).filter(|a| a.contains('@') && !a.contains(' ')))
            .unwrap_or_default();
        let name = text(id::DISPLAY_NAME).filter(|n| *n != address).unwrap_or_default();
        let name = name.trim_matches('\'').to_owned();
        if name.is_empty() && address.is_empty() {
            continue;
        }
        let mailbox = Mailbox { name, address };
        match recipient.number(id::RECIPIENT_KIND) {
            Some(2) => facts.cc.push(mailbox),
            Some(3) => {}
            _ => facts.to.push(mailbox),
        }
    }
    if facts.to.is_empty() && facts.cc.is_empty() {
        let list = |id: u16| {
            let names = properties.text(id).unwrap_or_default();
            crate::address::parse(names.as_bytes(), None, session.limits.addresses).0
        };
        facts.to = list(id::DISPLAY_TO);
        facts.cc = list(id::DISPLAY_CC);
    }
}

/// The body from the plain text, else the HTML, else the RTF; the HTML also where it hides in the RTF.
fn body(
    session: &mut Session<'_>,
    properties: &Properties<'_>,
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
            .and_then(properties::label_of)
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
    out.text = mail::line_feeds(std::borrow::Cow::Owned(out.text));
    if page.cut || out.text.len() > limits.body_bytes {
        out.text = lexicon::text::cut(&out.text, limits.body_bytes).to_owned();
        session.odd("body-limit", format!("{prefix}body"));
    }
    out.language = language::of(&out.text);
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

fn attachments(
    session: &mut Session<'_>,
    ole: &Ole<'_>,
    properties: &Properties<'_>,
    facts: &mut MailFacts,
    prefix: &str,
    mails: usize,
) {
    for storage_index in properties.storages("__attach_version1.0_") {
        let item = Properties::item(ole, storage_index, properties);
        let place = format!("{prefix}attachment[{}]", facts.attachments.len());
        if !session.take_attachment(&place) {
            break;
        }
        let text = |id: u16| some(item.text(id));
        let name =
            text(id::ATTACH_LONG_NAME).or_else(|| text(id::ATTACH_NAME)).or_else(|| text(id::DISPLAY_NAME));
        let hidden = item.number(id::ATTACH_HIDDEN).is_some_and(|n| n & 0xffff != 0);
        let shown = item.number(id::ATTACH_FLAGS).is_some_and(|n| n & 4 != 0);
        let inline = hidden || shown;
        let content_type = text(id::ATTACH_MIME).unwrap_or_default().to_ascii_lowercase();
        if let Some(inner) = item.storage(id::ATTACH_DATA) {
            facts.attachments.push(embedded(session, ole, inner, (name, content_type), &place, mails));
            continue;
        }
        let bytes = item.bytes(id::ATTACH_DATA, usize::MAX).unwrap_or_default();
        let file =
            File { name, content_type, inline, body: &bytes, transfer: Transfer::Identity, is_mail: false };
        facts.attachments.push(file::read(session, file, &place, mails));
    }
}

/// A storage as attachment: a message, or an object of another program.
fn embedded(
    session: &mut Session<'_>,
    ole: &Ole<'_>,
    storage_index: usize,
    (name, content_type): (Option<String>, String),
    place: &str,
    mails: usize,
) -> Attachment {
    if let Some(name) = &name {
        session.source(format!("{place}:name"), SourceForm::Prose, name);
    }
    let mut out = Attachment { name, content_type, kind: "ole".to_owned(), ..Attachment::default() };
    if ole.child(storage_index, "__properties_version1.0").is_some() {
        out.kind = "msg".to_owned();
        if mails >= session.limits.mail_depth {
            session.odd("mail-depth-limit", place.to_owned());
        } else {
            out.children =
                storage(session, ole, storage_index, &format!("{place}:"), mails + 1).0.attachments;
        }
    } else if let Some(name) = &out.name {
        let word = kind::word_by_name(name);
        out.kind = if word == "bin" { "ole" } else { word }.to_owned();
    }
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
