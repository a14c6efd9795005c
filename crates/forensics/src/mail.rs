//! A mail in RFC 5322 form: header, body, attachments.

use std::borrow::Cow;

use lexicon::facts::{Attachment, Body, Header, HtmlFacts, MailFacts, Mailbox, SourceForm, TextPart};

use crate::file::{self, File};
use crate::header::Block;
use crate::html::Html;
use crate::session::Session;
use crate::structure::{self, Part};
use crate::transfer::{self, Transfer};
use crate::{address, auth, charset, date, flowed, forward, html, language, params, route, words};

/// Reads a mail; `prefix` is empty for the mail itself and `attachment[0]:` for one attached to it, `mails` how
/// many mails it is inside of. The second value is its HTML part.
pub(crate) fn read(
    session: &mut Session<'_>,
    raw: &[u8],
    prefix: &str,
    mails: usize,
) -> (MailFacts, Option<String>) {
    let lines = one_line_end(raw);
    if lines.len() < raw.len() {
        session.odd("line-ends-limit", format!("{prefix}byte:{}", lines.len()));
    }
    let structure = structure::split(&lines, session.limits, &mut session.parts_left);
    for (id, place) in structure.oddities {
        session.odd(id, format!("{prefix}{place}"));
    }
    let mut facts = MailFacts::default();
    if let Some(top) = structure.parts.first() {
        read_header(session, &top.block, &mut facts, prefix);
        if mails == 0 {
            facts.authentication.signatures = crate::tells::signatures(session, &lines, &top.block, &facts);
        }
    }
    let mut bodies = Bodies::default();
    for part in &structure.parts {
        if part.multipart {
            continue;
        }
        // Files keep the bytes they came with, whatever their line ends.
        let start = crate::header::offset(&lines, part.body);
        let original = raw.get(start..start + part.body.len()).unwrap_or(part.body);
        part_into(session, (part, original), &mut facts, &mut bodies, prefix, mails);
    }
    let html = bodies.settle(session, &mut facts, prefix);
    forward::tell(session, &mut facts, prefix);
    (facts, html)
}

/// Reads a mail attached to another one: its children are its attachments.
pub(crate) fn attached(session: &mut Session<'_>, raw: &[u8], place: &str, mails: usize) -> Vec<Attachment> {
    read(session, raw, &format!("{place}:"), mails).0.attachments
}

/// Bytes of a mail with lone carriage returns that are read: they must be copied to be changed.
const LONE_CR_BYTES: usize = 48 << 20;

/// Line ends that are lone carriage returns (old Macintosh mail) become line feeds, in the first
/// [`LONE_CR_BYTES`]; what lies beyond is left out.
fn one_line_end(raw: &[u8]) -> Cow<'_, [u8]> {
    let first = memchr::memchr2(b'\r', b'\n', raw);
    let lone = first.is_some_and(|at| raw.get(at) == Some(&b'\r') && raw.get(at + 1) != Some(&b'\n'));
    // `\r\r\n` is a broken gateway's, not a Macintosh's.
    if !lone || first.is_some_and(|at| raw.get(at + 1..at + 3) == Some(b"\r\n")) {
        return Cow::Borrowed(raw);
    }
    let mut out = raw.get(..raw.len().min(LONE_CR_BYTES)).unwrap_or(raw).to_vec();
    for at in memchr::memchr_iter(b'\r', raw) {
        if raw.get(at + 1) != Some(&b'\n')
            && let Some(byte) = out.get_mut(at)
        {
            *byte = b'\n';
        }
    }
    Cow::Owned(out)
}

/// Headers told with their values because an analyst looks at them, and whether they are searched for indicators.
const TOLD: [(&str, bool); 27] = [
    ("x-mailer", false),
    ("user-agent", false),
    ("x-originating-ip", false),
    ("x-sender-ip", false),
    ("x-source-ip", false),
    ("x-originating-email", true),
    ("x-sender", true),
    ("x-authenticated-sender", true),
    ("x-original-sender", true),
    ("x-get-message-sender-via", true),
    ("x-php-originating-script", true),
    ("x-php-script", true),
    ("x-source", true),
    ("x-source-dir", true),
    ("x-priority", false),
    ("importance", false),
    ("organization", true),
    ("list-unsubscribe", true),
    ("list-id", true),
    ("errors-to", true),
    ("disposition-notification-to", true),
    ("x-forefront-antispam-report", false),
    ("x-spam-status", false),
    ("x-mimeole", false),
    ("x-envelope-from", true),
    ("x-remote-ip", false),
    ("comments", true),
];

/// Headers told in one mail.
const TOLD_MOST: usize = 60;

pub(crate) fn read_header(session: &mut Session<'_>, block: &Block<'_>, facts: &mut MailFacts, prefix: &str) {
    let limits = session.limits;
    let declared = block.get("content-type").map(params::parse).unwrap_or_default();
    let label = declared.param("charset");
    let text = |session: &mut Session<'_>, name: &str| -> Option<String> {
        let value = block.get(name)?;
        let short = value.get(..limits.header_bytes).unwrap_or(value);
        if short.len() < value.len() {
            session.odd("header-length-limit", format!("{prefix}header:{name}"));
        }
        Some(words::text_as(short, label))
    };
    facts.subject = text(session, "subject");
    facts.message_id = text(session, "message-id").map(|id| bare_id(&id)).filter(|id| !id.is_empty());
    if let Some(value) = text(session, "date") {
        match date::parse(&value) {
            Some((date, zone)) => {
                if !zone {
                    session.odd("date-without-zone", format!("{prefix}header:date"));
                }
                facts.date = Some(date);
            }
            None => session.odd("date-unreadable", format!("{prefix}header:date")),
        }
    }
    facts.from = mailboxes(session, block, "from", label, prefix).into_iter().next();
    facts.sender = mailboxes(session, block, "sender", label, prefix).into_iter().next();
    facts.reply_to = mailboxes(session, block, "reply-to", label, prefix).into_iter().next();
    facts.to = mailboxes(session, block, "to", label, prefix);
    facts.cc = mailboxes(session, block, "cc", label, prefix);
    facts.return_path = block
        .get("return-path")
        .map(|v| address::parse(v.get(..limits.header_bytes).unwrap_or(v), None, 1).0)
        .and_then(|found| found.into_iter().next())
        .map(|m| if m.address.is_empty() { m.name } else { m.address })
        .filter(|a| !a.is_empty());
    for name in ["references", "in-reply-to"] {
        for value in block.all(name) {
            let value = value.get(..limits.header_bytes).unwrap_or(value);
            for id in ids(&words::raw_text(value)) {
                if facts.references.len() >= limits.references {
                    session.odd("references-limit", format!("{prefix}header:{name}"));
                    break;
                }
                if !facts.references.contains(&id) {
                    facts.references.push(id);
                }
            }
        }
    }
    for value in block.all("received") {
        if facts.received.len() >= limits.hops {
            session.odd("received-limit", format!("{prefix}header:received"));
            break;
        }
        facts.received.push(route::hop(value.get(..limits.header_bytes).unwrap_or(value)));
    }
    facts.authentication = auth::read(block);
    if prefix.is_empty() {
        crate::tells::traits(session, block, facts);
    }
    for field in &block.fields {
        if facts.headers.len() >= TOLD_MOST {
            break;
        }
        if TOLD.iter().any(|(name, _)| field.is(name)) {
            let value = field.value.get(..limits.header_bytes).unwrap_or(field.value);
            facts.headers.push(Header {
                name: String::from_utf8_lossy(field.name).into_owned(),
                value: words::text(value),
            });
        }
    }
    for name in ["from", "subject", "date", "message-id", "to"] {
        if block.all(name).nth(1).is_some() {
            session.odd("header-repeated", format!("{prefix}header:{name}"));
        }
    }
    if !block.fields.is_empty() && block.get("from").is_none() && mails_header(block) {
        session.odd("from-missing", format!("{prefix}header:from"));
    }
    raw_headers(session, block, prefix);
    header_sources(session, facts, prefix);
}

fn mails_header(block: &Block<'_>) -> bool {
    block.get("subject").is_some() || block.get("received").is_some() || block.get("date").is_some()
}

/// Headers with raw bytes beyond ASCII, which no standard but RFC 6532 (UTF-8) allows.
fn raw_headers(session: &mut Session<'_>, block: &Block<'_>, prefix: &str) {
    for name in ["subject", "from", "to"] {
        if let Some(value) = block.get(name)
            && (memchr::memchr(0x1b, value).is_some() || std::str::from_utf8(value).is_err())
        {
            session.odd("header-raw-bytes", format!("{prefix}header:{name}"));
        }
    }
    if block.fields.iter().any(|f| memchr::memchr(0, f.value).is_some()) {
        session.odd("header-nul", format!("{prefix}header"));
    }
}

fn mailboxes(
    session: &mut Session<'_>,
    block: &Block<'_>,
    name: &str,
    label: Option<&str>,
    prefix: &str,
) -> Vec<Mailbox> {
    let mut out: Vec<Mailbox> = Vec::new();
    for value in block.all(name) {
        let short = value.get(..session.limits.header_bytes).unwrap_or(value);
        let left = session.limits.addresses.saturating_sub(out.len());
        let (found, more) = address::parse(short, label, left);
        if more || short.len() < value.len() {
            session.odd("address-limit", format!("{prefix}header:{name}"));
        }
        out.extend(found);
    }
    if name == "from" && out.len() > 1 {
        session.odd("from-several", format!("{prefix}header:from"));
    }
    out
}

fn bare_id(text: &str) -> String {
    let text = text.trim();
    match text.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or(rest).trim().to_owned(),
        None => text.trim_matches(|c| matches!(c, '<' | '>')).to_owned(),
    }
}

fn ids(text: &str) -> Vec<String> {
    let bracketed: Vec<String> = text
        .split('<')
        .skip(1)
        .filter_map(|piece| piece.split_once('>'))
        .map(|(id, _)| id.split_whitespace().collect::<String>())
        .filter(|id| !id.is_empty())
        .collect();
    if !bracketed.is_empty() {
        return bracketed;
    }
    text.split_whitespace()
        .filter(|w| w.contains('@'))
        .map(|w| w.trim_matches(['<', '>', ',']).to_owned())
        .collect()
}

pub(crate) fn header_sources(session: &mut Session<'_>, facts: &MailFacts, prefix: &str) {
    let address = |session: &mut Session<'_>, name: &str, mailbox: &Option<Mailbox>| {
        if let Some(mailbox) = mailbox {
            session.source(format!("{prefix}header:{name}"), SourceForm::Address, &mailbox.address);
            // A display name may hold an address of its own.
            if mailbox.name.contains(['@', '.', '/']) {
                session.source(format!("{prefix}header:{name}"), SourceForm::Prose, &mailbox.name);
            }
        }
    };
    address(session, "from", &facts.from);
    address(session, "sender", &facts.sender);
    address(session, "reply-to", &facts.reply_to);
    if let Some(path) = &facts.return_path {
        session.source(format!("{prefix}header:return-path"), SourceForm::Address, path);
    }
    for (index, hop) in facts.received.iter().enumerate() {
        let place = || format!("{prefix}header:received[{index}]");
        if let Some(ip) = &hop.ip {
            session.source(place(), SourceForm::Ip, ip);
        }
        if let Some(from) = &hop.from {
            match route::ip(from) {
                Some(ip) => session.source(place(), SourceForm::Ip, &ip),
                None if from.contains('.') => session.source(place(), SourceForm::Host, from),
                None => {}
            }
        }
    }
    for header in &facts.headers {
        let name = header.name.to_ascii_lowercase();
        let place = || format!("{prefix}header:{name}");
        match name.as_str() {
            "x-originating-ip" | "x-sender-ip" | "x-source-ip" | "x-remote-ip" => {
                if let Some(ip) = header.value.split([',', ' ', ';']).find_map(route::ip) {
                    session.source(place(), SourceForm::Ip, &ip);
                }
            }
            name if TOLD.iter().any(|(n, searched)| *n == name && *searched) => {
                session.source(place(), SourceForm::Prose, &header.value);
            }
            _ => {}
        }
    }
    if let Some(subject) = &facts.subject {
        session.source(format!("{prefix}header:subject"), SourceForm::Prose, subject);
    }
}

/// A text that may be the body, or a part of it.
struct Piece {
    /// Parts of one multipart/alternative say the same: one of them is shown.
    group: Option<usize>,
    text: String,
    html: bool,
    charset: String,
    declared: Option<String>,
    detected: Option<String>,
    /// Its place in the MIME tree.
    part: String,
}

/// The texts of a mail.
#[derive(Default)]
struct Bodies {
    pieces: Vec<Piece>,
    facts: HtmlFacts,
    html: Option<String>,
    scripts: String,
}

fn is_blank(text: &str) -> bool {
    !text.chars().any(char::is_alphanumeric)
}

impl Bodies {
    /// Chooses the body and hands the texts on for indicators.
    fn settle(mut self, session: &mut Session<'_>, facts: &mut MailFacts, prefix: &str) -> Option<String> {
        let mut body = Body::default();
        let mut chosen = vec![false; self.pieces.len()];
        let mut done = Vec::new();
        for (index, piece) in self.pieces.iter().enumerate() {
            let pick = match piece.group {
                None => Some(index),
                Some(group) if done.contains(&group) => None,
                Some(group) => {
                    done.push(group);
                    let of_group = |(_, p): &(usize, &Piece)| p.group == Some(group) && !is_blank(&p.text);
                    let mut candidates = self.pieces.iter().enumerate().filter(of_group);
                    let plain = candidates.clone().find(|(_, p)| !p.html);
                    plain.or_else(|| candidates.next()).map(|(i, _)| i)
                }
            };
            if let Some(flag) = pick.and_then(|p| chosen.get_mut(p)) {
                *flag = true;
            }
        }
        for (piece, _) in self.pieces.iter().zip(&chosen).filter(|(_, chosen)| **chosen) {
            if is_blank(&piece.text) && (self.pieces.len() > 1 || piece.html) && !body.text.is_empty() {
                continue;
            }
            if body.source.is_empty() || is_blank(&body.text) {
                body.source = if piece.html { "text/html" } else { "text/plain" }.to_owned();
                body.charset = Some(piece.charset.clone());
                body.charset_declared = piece.declared.clone();
                body.charset_detected = piece.detected.clone();
                body.text.clear();
            } else if !body.text.ends_with('\n') {
                body.text.push('\n');
            }
            body.text.push_str(&piece.text);
        }
        if body.text.len() > session.limits.body_bytes {
            body.text = lexicon::text::cut(&body.text, session.limits.body_bytes).to_owned();
            session.odd("body-limit", format!("{prefix}body"));
        }
        body.language = language::of(&body.text);
        let alike = |p: &Piece| Some(&p.charset) == body.charset.as_ref() && p.declared.is_none();
        if self.pieces.len() > 1 && !self.pieces.iter().all(alike) {
            let told = self.pieces.iter().map(|piece| TextPart {
                part: piece.part.clone(),
                kind: if piece.html { "text/html" } else { "text/plain" }.to_owned(),
                charset: piece.charset.clone(),
                charset_declared: piece.declared.clone(),
                charset_detected: piece.detected.clone(),
            });
            body.parts = told.collect();
        }
        session.source(format!("{prefix}body"), SourceForm::Prose, &body.text);
        for (piece, chosen) in self.pieces.iter().zip(&chosen) {
            if !chosen {
                let place = if piece.html { "html:text" } else { "text" };
                session.source(format!("{prefix}{place}"), SourceForm::Prose, &piece.text);
                if piece.html {
                    let room = session.limits.body_bytes.saturating_sub(self.facts.text.len());
                    self.facts.text.push_str(lexicon::text::cut(&piece.text, room));
                }
            }
        }
        session.source(format!("{prefix}html:script"), SourceForm::Prose, &self.scripts);
        html_sources(session, &self.facts, prefix.trim_end_matches(':'));
        crate::tells::page(session, &self.facts, prefix.trim_end_matches(':'));
        facts.body = body;
        facts.html = self.facts;
        self.html
    }

    fn add_html(&mut self, session: &mut Session<'_>, page: Html, place: &str) {
        if page.cut {
            session.odd("html-limit", place.to_owned());
        }
        let most = session.limits.links;
        let mut facts = page.facts;
        self.facts.links.append(&mut facts.links);
        self.facts.forms.append(&mut facts.forms);
        self.facts.refresh.append(&mut facts.refresh);
        self.facts.remote.append(&mut facts.remote);
        let room = session.limits.body_bytes.saturating_sub(self.facts.hidden.len());
        self.facts.hidden.push_str(lexicon::text::cut(&facts.hidden, room));
        // Several HTML parts: the first that says something.
        if self.facts.skeleton.is_empty() {
            self.facts.skeleton = facts.skeleton;
        }
        self.facts.links.truncate(most);
        self.facts.forms.truncate(most);
        self.facts.refresh.truncate(most);
        self.facts.remote.truncate(most);
        self.scripts.push_str(&page.scripts);
    }
}

/// Hands on every URL of an HTML text; `place` is the attachment's, or empty for the mail's own HTML.
pub(crate) fn html_sources(session: &mut Session<'_>, facts: &HtmlFacts, place: &str) {
    for source in html::sources(facts, place) {
        session.source(source.place, source.form, &source.text);
    }
}

fn part_into(
    session: &mut Session<'_>,
    (part, original): (&Part<'_>, &[u8]),
    facts: &mut MailFacts,
    bodies: &mut Bodies,
    prefix: &str,
    mails: usize,
) {
    let disposition = part.block.get("content-disposition").map(params::parse).unwrap_or_default();
    let name = disposition
        .param("filename")
        .or(part.content_type.param("name"))
        .map(str::trim)
        .filter(|n| !n.is_empty());
    let kind = part.content_type.word.as_str();
    let place = || format!("{prefix}part:{}", part.number);
    let mut transfer = part
        .block
        .get("content-transfer-encoding")
        .map_or(Transfer::Identity, |v| Transfer::parse(&words::raw_text(v)));
    if transfer == Transfer::Unknown {
        session.odd("transfer-encoding-unknown", place());
        transfer = Transfer::Identity;
    }
    let attached = disposition.word == "attachment" || name.is_some();
    let is_mail = matches!(kind, "message/rfc822" | "message/global" | "message/news");
    // A multipart whose boundaries are lost, and types that are no types, read as text.
    let text = kind == "text/plain"
        || kind.starts_with("multipart/")
        || !kind.contains('/')
        || kind == "text/unknown";
    let html = matches!(kind, "text/html" | "application/xhtml+xml");
    let is_body = !is_mail && (text || html) && !attached;
    if is_body {
        if part.body.len() > session.limits.html_bytes {
            session.odd("body-limit", place());
        }
        let encoded = part.body.get(..session.limits.html_bytes).unwrap_or(part.body);
        let decoded = transfer.decode(encoded);
        let bytes = relabelled(session, &decoded, transfer, &place);
        let found = body_text(session, &bytes, part, html, &place);
        add_body(session, found, html, part, facts, bodies, prefix, mails);
        return;
    }
    if !session.take_attachment(&place()) {
        return;
    }
    let index = facts.attachments.len();
    let inline = disposition.word == "inline"
        || disposition.word != "attachment" && part.block.get("content-id").is_some();
    let file = File {
        name: name.map(str::to_owned),
        content_type: part.content_type.word.clone(),
        inline,
        body: original,
        transfer,
        is_mail,
    };
    let read = file::read(session, file, &format!("{prefix}attachment[{index}]"), mails);
    facts.attachments.push(read);
}

/// Text that declares 7bit or 8bit but is base64 throughout is decoded after all.
fn relabelled<'a>(
    session: &mut Session<'_>,
    bytes: &'a [u8],
    transfer: Transfer,
    place: &dyn Fn() -> String,
) -> Cow<'a, [u8]> {
    /// Shorter texts may be base64 by chance.
    const LEAST: usize = 120;
    if transfer == Transfer::Identity && bytes.len() >= LEAST && looks_base64(bytes) {
        let decoded = transfer::base64(bytes);
        if std::str::from_utf8(&decoded).is_ok() {
            session.odd("transfer-encoding-mismatch", place());
            return Cow::Owned(decoded);
        }
    }
    Cow::Borrowed(bytes)
}

/// One word a line, all lines but the last of one length between 60 and 76, nothing but base64.
fn looks_base64(bytes: &[u8]) -> bool {
    let first = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let line = bytes.get(..first).unwrap_or(bytes).trim_ascii();
    (60..=76).contains(&line.len())
        && line.len() % 4 == 0
        && transfer::is_base64(bytes.trim_ascii())
        && !line.contains(&b' ')
}

/// `text` with CRLF line ends as LF.
pub(crate) fn line_feeds(text: Cow<'_, str>) -> String {
    let Some(first) = memchr::memchr(b'\r', text.as_bytes()) else {
        return text.into_owned();
    };
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    let mut next = Some(first);
    while let Some(at) = next {
        let crlf = text.as_bytes().get(at + 1) == Some(&b'\n');
        out.push_str(text.get(from..if crlf { at } else { at + 1 }).unwrap_or(""));
        from = at + 1;
        next = memchr::memchr(b'\r', text.as_bytes().get(from..).unwrap_or(&[])).map(|n| from + n);
    }
    out.push_str(text.get(from..).unwrap_or(""));
    out
}

struct BodyText {
    text: String,
    charset: String,
    declared: Option<String>,
    detected: Option<String>,
}

fn body_text(
    session: &mut Session<'_>,
    bytes: &[u8],
    part: &Part<'_>,
    html: bool,
    place: &dyn Fn() -> String,
) -> BodyText {
    let label = part.content_type.param("charset").filter(|l| !l.trim().is_empty());
    let label = label.or_else(|| if html { html::declared_charset(bytes) } else { None });
    let decoded = charset::decode(bytes, label);
    if let Some(id) = decoded.oddity {
        session.odd(id, place());
    }
    let is = |name: &str, value: &str| {
        part.content_type.param(name).is_some_and(|found| found.trim().eq_ignore_ascii_case(value))
    };
    let mut text = if html {
        decoded.text.into_owned()
    } else if is("format", "flowed") {
        flowed::join(&decoded.text, is("delsp", "yes"))
    } else {
        line_feeds(decoded.text)
    };
    if memchr::memchr(0, text.as_bytes()).is_some() {
        session.odd("body-nul", place());
        text = text.replace('\0', "");
    }
    BodyText {
        text,
        charset: decoded.used.into_owned(),
        declared: decoded.declared,
        detected: decoded.detected.map(Cow::into_owned),
    }
}

#[expect(clippy::too_many_arguments, reason = "one call site; a struct would only rename the list")]
fn add_body(
    session: &mut Session<'_>,
    mut found: BodyText,
    html: bool,
    part: &Part<'_>,
    facts: &mut MailFacts,
    bodies: &mut Bodies,
    prefix: &str,
    mails: usize,
) {
    let place = || format!("{prefix}part:{}", part.number);
    if html {
        let page = html::read(&found.text, session.limits);
        let text = page.text.clone();
        bodies.add_html(session, page, &place());
        if bodies.html.is_none() {
            bodies.html = Some(std::mem::take(&mut found.text));
        }
        found.text = text;
    } else if memchr::memmem::find(found.text.as_bytes(), b"begin").is_some() {
        if found.text.contains("=ybegin ") {
            session.odd("yenc-not-read", place());
        }
        found.text = uufiles(session, &found.text, facts, prefix, mails);
    }
    bodies.pieces.push(Piece {
        group: part.alternative,
        text: found.text,
        html,
        charset: found.charset,
        declared: found.declared,
        detected: found.detected,
        part: part.number.clone(),
    });
}

/// Takes uuencoded files out of a text and makes attachments of them.
fn uufiles(
    session: &mut Session<'_>,
    text: &str,
    facts: &mut MailFacts,
    prefix: &str,
    mails: usize,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = transfer::next_uufile(text.as_bytes(), at) {
        out.push_str(text.get(at..found.span.start).unwrap_or(""));
        at = found.span.end;
        let place = format!("{prefix}attachment[{}]", facts.attachments.len());
        if !session.take_attachment(&place) {
            break;
        }
        let file = File {
            name: Some(words::text(found.name)),
            content_type: String::new(),
            inline: false,
            body: &found.bytes,
            transfer: Transfer::Identity,
            is_mail: false,
        };
        let read = file::read(session, file, &place, mails);
        facts.attachments.push(read);
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}
