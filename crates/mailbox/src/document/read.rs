//! A mail read for searching: its texts, the names and hashes of everything in it, and what may become an indicator.

use std::sync::Arc;

use anatomy::{Opener, passwords};
use forensics::{Limits, Reading};
use lexicon::ObservableType;
use lexicon::facts::{Attachment, MailFacts, Mailbox, Source, SourceForm};

use super::{Document, Entry, Field};
use crate::intake::{Input, Place};

/// How much of a mail is read for searching: more than a report needs.
pub struct SearchLimits;

impl SearchLimits {
    /// Bytes of a body.
    pub const BODY: usize = 16 << 20;
    /// Bytes of an HTML part.
    pub const HTML: usize = 32 << 20;
    /// Bytes of all texts of a mail.
    pub const TEXTS: usize = 64 << 20;
    /// Places told of one indicator-like thing: the first says enough.
    pub const OBSERVABLES: usize = 20_000;

    /// The limits of the mail reader.
    pub fn limits() -> Limits {
        Limits {
            body_bytes: Self::BODY,
            html_bytes: Self::HTML,
            source_bytes: Self::TEXTS,
            judge: false,
            ..Limits::default()
        }
    }
}

/// True for oddities that mean that something was not read: a search must say so.
fn is_unread(id: &str) -> bool {
    match id {
        // Nothing that is searched is left out by these.
        "own-tells-limit" | "received-limit" | "references-limit" => false,
        "attachment-not-opened"
        | "msg-unreadable"
        | "pst-damaged"
        | "pst-message-unreadable"
        | "analysis-failed"
        | "worker-crashed"
        | "worker-not-started" => true,
        id => id.ends_with("-limit"),
    }
}

/// Reads mails for searching.
pub struct Reader {
    limits: Limits,
    opener: Arc<dyn Opener>,
    /// Whether pictures are looked at too: a QR code may hold the link.
    pictures: bool,
}

impl Reader {
    /// Archives and documents are opened by `opener`.
    pub fn new(opener: Arc<dyn Opener>) -> Self {
        Self { limits: SearchLimits::limits(), opener, pictures: false }
    }

    /// The same, which also looks for QR codes in pictures.
    #[must_use]
    pub fn with_pictures(self) -> Self {
        Self { pictures: true, ..self }
    }

    /// What `input` says, which lies at `place`.
    pub fn read(&self, place: &Place, input: Input<'_>) -> Document {
        let mut reading = match input {
            Input::Raw(raw) => forensics::read(raw, &self.limits),
            Input::Read(reading) => reading.clone(),
        };
        self.open(&mut reading);
        let extraction = indicators::extract(&reading.sources, &[]);
        let facts = &mut reading.facts;
        let mut gather = Gather::default();
        header(&mut gather, facts, "");
        for mail in &reading.mails {
            header(&mut gather, &mail.facts, &format!("{}:", mail.place));
        }
        files(&mut gather, &facts.attachments, "");
        for source in reading.sources {
            text(&mut gather, source);
        }
        for observable in extraction.observables.into_iter().take(SearchLimits::OBSERVABLES) {
            let field = match observable.kind {
                ObservableType::Ipv4Addr | ObservableType::Ipv6Addr => Field::Ip,
                ObservableType::DomainName => Field::Host,
                ObservableType::Url => Field::Url,
                ObservableType::EmailAddr => Field::Address,
                ObservableType::File => continue,
            };
            let place = observable.places.into_iter().next().unwrap_or_default();
            gather.has(field == Field::Url, "url");
            gather.push(field, place, observable.value);
        }
        gather.push(Field::Hash, "mail".to_owned(), facts.sha256.clone());
        if let Some(id) = &facts.message_id {
            gather.push(Field::Id, "header:message-id".to_owned(), id.clone());
        }
        gather.push(Field::Path, "path".to_owned(), place.path.clone());
        Document {
            path: place.path.clone(),
            file: place.file,
            stamp: place.stamp,
            sha256: std::mem::take(&mut facts.sha256),
            size: facts.size,
            time: time(facts),
            message_id: facts.message_id.take(),
            date: facts.date.take(),
            subject: facts.subject.take(),
            from: facts.from.take(),
            to: facts.to.drain(..).next(),
            unread: facts
                .oddities
                .iter()
                .filter(|oddity| is_unread(&oddity.id))
                .map(|oddity| format!("{} {}", oddity.id, oddity.place))
                .collect(),
            entries: gather.entries,
        }
    }

    /// Opens the attachments that may hold names or text.
    fn open(&self, reading: &mut Reading) {
        let facts = &mut reading.facts;
        let mut told = None;
        for payload in std::mem::take(&mut reading.payloads) {
            let Some(file) = Attachment::at(&mut facts.attachments, &payload.place) else { continue };
            let (kind, encrypted) = (file.kind.as_str(), file.encrypted);
            let picture = matches!(
                kind,
                "png" | "jpg" | "gif" | "bmp" | "webp" | "tiff" | "ico" | "svg" | "emf" | "wmf" | "heic"
            );
            if matches!(kind, "eml" | "msg" | "bin") || (picture && !(self.pictures || kind == "svg")) {
                continue;
            }
            let tried: &[_] = match picture {
                true => &[],
                false => told.get_or_insert_with(|| {
                    let subject = facts.subject.as_deref().unwrap_or_default();
                    let mut all = passwords::told(&[("body", &facts.body.text), ("header:subject", subject)]);
                    all.extend(passwords::common());
                    all
                }),
            };
            let opened = self.opener.open(file, &payload.bytes, tried).moved(&payload.place);
            let Some(file) = Attachment::at(&mut facts.attachments, &payload.place) else { continue };
            if !opened.attachment.kind.is_empty() {
                file.kind = opened.attachment.kind;
                file.encrypted = opened.attachment.encrypted.or(encrypted);
                file.children = opened.attachment.children;
                file.scripts = opened.attachment.scripts;
                file.properties = opened.attachment.properties;
            }
            reading.sources.extend(opened.sources);
            facts.oddities.extend(opened.oddities);
        }
    }
}

/// When a mail was sent: its Date, else what the newest server wrote.
fn time(facts: &MailFacts) -> Option<i64> {
    let received = facts.received.first().and_then(|hop| hop.date.as_deref());
    let parse = |text: &str| text.parse::<jiff::Timestamp>().ok();
    let date = facts.date.as_deref().and_then(parse).or_else(|| received.and_then(parse));
    date.map(jiff::Timestamp::as_second)
}

#[derive(Default)]
struct Gather {
    entries: Vec<Entry>,
}

impl Gather {
    fn push(&mut self, field: Field, place: String, text: String) {
        if !text.is_empty() {
            self.entries.push(Entry { field, place, text });
        }
    }

    /// Tells once that it has `what`.
    fn has(&mut self, has: bool, what: &str) {
        if has && !self.entries.iter().any(|entry| entry.field == Field::Has && entry.text == what) {
            self.push(Field::Has, String::new(), what.to_owned());
        }
    }

    fn mailbox(&mut self, field: Field, place: String, mailbox: &Mailbox) {
        let Mailbox { name, address } = mailbox;
        let text = match (name.is_empty(), address.is_empty()) {
            (true, true) => return,
            (true, false) => format!("<{address}>"),
            // An angle in a name must not be taken for the address.
            (false, true) => name.replace('<', "\u{2039}"),
            (false, false) => format!("{name} <{}>", address.replace('<', "")),
        };
        self.push(field, place, text);
    }
}

fn header(gather: &mut Gather, facts: &MailFacts, prefix: &str) {
    let mut one = |field, name: &str, mailbox: &Option<Mailbox>| {
        if let Some(mailbox) = mailbox {
            gather.mailbox(field, format!("{prefix}header:{name}"), mailbox);
        }
    };
    one(Field::From, "from", &facts.from);
    one(Field::From, "sender", &facts.sender);
    one(Field::ReplyTo, "reply-to", &facts.reply_to);
    for (field, name, list) in [(Field::To, "to", &facts.to), (Field::Cc, "cc", &facts.cc)] {
        for mailbox in list {
            gather.mailbox(field, format!("{prefix}header:{name}"), mailbox);
        }
    }
    if let Some(path) = &facts.return_path {
        let mailbox = Mailbox { name: String::new(), address: path.clone() };
        gather.mailbox(Field::ReturnPath, format!("{prefix}header:return-path"), &mailbox);
    }
    if prefix.is_empty() {
        return;
    }
    gather.has(true, "mail");
    if let Some(id) = &facts.message_id {
        gather.push(Field::Id, format!("{prefix}header:message-id"), id.clone());
    }
}

/// Files inside files that are told of one mail.
const DEPTH: usize = 64;

fn files(gather: &mut Gather, list: &[Attachment], prefix: &str) {
    if prefix.len() > DEPTH * "attachment[0]:".len() {
        return;
    }
    for (at, file) in list.iter().enumerate() {
        let place = format!("{prefix}attachment[{at}]");
        gather.has(prefix.is_empty() && !file.inline, "attachment");
        gather.has(file.encrypted == Some(true), "encrypted");
        gather.has(!file.scripts.is_empty(), "macro");
        if let Some(name) = &file.name {
            gather.push(Field::Name, format!("{place}:name"), name.clone());
        }
        for hash in [&file.sha256, &file.sha1, &file.md5] {
            gather.push(Field::Hash, place.clone(), hash.clone());
        }
        gather.push(Field::Kind, place.clone(), file.kind.clone());
        // A mail inside of an archive.
        if let Some(from) = file.property("mail.from") {
            gather.push(Field::From, format!("{place}:header:from"), from.to_owned());
            gather.has(true, "mail");
        }
        files(gather, &file.children, &format!("{place}:"));
    }
}

/// Running text goes to its field; what is whole (a URL, an address) was extracted.
fn text(gather: &mut Gather, source: Source) {
    if source.form != SourceForm::Prose {
        return;
    }
    let place = source.place;
    // `attachment[0]:attachment[2]:body`: what stands behind the last attachment.
    let inner = place.rfind("]:").map_or("", |at| place.get(..at + 2).unwrap_or_default());
    let attached = inner.starts_with("attachment[");
    let tail = if attached { place.get(inner.len()..).unwrap_or_default() } else { place.as_str() };
    let field = match tail {
        "header:subject" => Field::Subject,
        "body" | "html:text" => Field::Body,
        "text" if !attached => Field::Body,
        "name" => return,
        tail if tail.starts_with("header:") => return,
        _ if attached => Field::Inside,
        _ => return,
    };
    gather.push(field, place, source.text);
}
