//! The fields that an expression may ask for, and their values in a mail.

use lexicon::facts::{Attachment, MailFacts, Mailbox, Tell};
use lexicon::text::cut;
use unicode_normalization::UnicodeNormalization;

/// Values of one field that are looked at.
const VALUES: usize = 2_000;
/// Bytes of one value that are looked at.
const VALUE_BYTES: usize = 512 << 10;
/// Bytes of all the values of a field that are looked at.
const FIELD_BYTES: usize = 2 << 20;
/// Files inside files that are gone through; deeper ones are not opened either.
const DEPTH: usize = 32;

/// What sort of value a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Sort {
    /// Text: every operator of texts.
    Text,
    /// An address of the Internet: `is` and `in` also take ranges.
    Ip,
    /// A number: comparisons.
    Number,
    /// There or not: stands by itself.
    Flag,
}

/// A field as an expression names it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) sort: Sort,
    /// What stands in parentheses behind it, by an example.
    pub(super) argument: Option<&'static str>,
}

const fn text(name: &'static str) -> Entry {
    Entry { name, sort: Sort::Text, argument: None }
}

const fn of(name: &'static str, sort: Sort) -> Entry {
    Entry { name, sort, argument: None }
}

const fn with(name: &'static str, sort: Sort, argument: &'static str) -> Entry {
    Entry { name, sort, argument: Some(argument) }
}

/// Every field there is.
pub(super) static FIELDS: &[Entry] = &[
    text("subject"),
    text("from.name"),
    text("from.address"),
    text("from.domain"),
    text("sender.name"),
    text("sender.address"),
    text("sender.domain"),
    text("reply_to.name"),
    text("reply_to.address"),
    text("reply_to.domain"),
    text("return_path.address"),
    text("return_path.domain"),
    text("to"),
    text("to.name"),
    text("cc"),
    text("cc.name"),
    text("message_id"),
    text("date"),
    text("body"),
    text("html.text"),
    text("html.hidden"),
    text("html.form"),
    text("links.url"),
    text("links.host"),
    text("links.text"),
    text("language"),
    text("charset"),
    text("mailer"),
    text("spf"),
    text("dkim"),
    text("dmarc"),
    text("signature.domain"),
    text("received.from"),
    text("received.by"),
    of("received.ip", Sort::Ip),
    of("origin.ip", Sort::Ip),
    text("attachment.name"),
    text("attachment.kind"),
    text("attachment.type"),
    text("attachment.sha256"),
    text("attachment.sha1"),
    text("attachment.md5"),
    text("attachment.tlsh"),
    text("attachment.text"),
    text("attachment.script"),
    text("attachment.relation"),
    text("attachment.password"),
    of("attachment.size", Sort::Number),
    of("attachment.encrypted", Sort::Flag),
    with("attachment.property", Sort::Text, "document.author"),
    with("header", Sort::Text, "X-Mailer"),
    with("tell", Sort::Flag, "reply-to-differs"),
    with("oddity", Sort::Flag, "mail-empty"),
    of("size", Sort::Number),
];

/// A field with its argument: `header("X-Mailer")`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) sort: Sort,
    pub(super) argument: Option<String>,
}

impl Field {
    /// True for fields whose values are names of hosts.
    pub(super) fn holds_hosts(&self) -> bool {
        self.name.ends_with(".domain") || matches!(self.name, "links.host" | "received.from" | "received.by")
    }
}

/// One value of a field.
#[derive(Debug)]
pub(super) struct Value<'f> {
    /// Where it stands: `subject`, `attachment[0].name`.
    pub(super) place: String,
    /// As it stands there.
    pub(super) shown: std::borrow::Cow<'f, str>,
    /// For comparison: in NFKC, in lower case.
    pub(super) plain: String,
    /// The number that it is, for numbers.
    pub(super) number: u64,
}

impl Value<'_> {
    /// An own tell that was told already.
    pub(super) fn of_own(tell: &Tell) -> Self {
        Self { place: tell.id.clone(), shown: tell.why.clone().into(), plain: String::new(), number: 0 }
    }
}

/// A text for comparison: the same whatever its width and case.
pub(super) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Gathers the values of one field.
struct Gather<'f> {
    out: Vec<Value<'f>>,
    room: usize,
}

impl<'f> Gather<'f> {
    fn add(&mut self, place: String, text: &'f str) {
        self.push(place, text.into(), 0);
    }

    fn push(&mut self, place: String, text: std::borrow::Cow<'f, str>, number: u64) {
        if text.is_empty() || self.out.len() >= VALUES {
            return;
        }
        // Normalising may make a text longer: by 18 times at worst, which the room for all of them bounds.
        let plain = plain(cut(&text, VALUE_BYTES.min(self.room)));
        let plain = cut(&plain, self.room).to_owned();
        self.room -= plain.len();
        self.out.push(Value { place, shown: text, plain, number });
    }

    fn some(&mut self, place: &str, text: Option<&'f str>) {
        if let Some(text) = text {
            self.add(place.to_owned(), text);
        }
    }

    fn mailbox(&mut self, field: &str, mailbox: Option<&'f Mailbox>) {
        let Some(mailbox) = mailbox else { return };
        let text = match field.rsplit_once('.').map(|(_, what)| what) {
            Some("name") => mailbox.name.as_str(),
            Some("domain") => domain(&mailbox.address),
            _ => mailbox.address.as_str(),
        };
        self.add(field.to_owned(), text);
    }

    fn files(&mut self, files: &'f [Attachment], field: &Field) {
        let mut waiting: Vec<(String, &'f Attachment, usize)> =
            files.iter().enumerate().rev().map(|(at, file)| (format!("attachment[{at}]"), file, 0)).collect();
        while let Some((place, file, depth)) = waiting.pop() {
            if self.out.len() >= VALUES {
                return;
            }
            self.file(&place, file, field);
            if depth < DEPTH {
                let children = file.children.iter().enumerate().rev();
                waiting.extend(
                    children.map(|(at, child)| (format!("{place}:attachment[{at}]"), child, depth + 1)),
                );
            }
        }
    }

    fn file(&mut self, place: &str, file: &'f Attachment, field: &Field) {
        let what = field.name.strip_prefix("attachment.").unwrap_or(field.name);
        let named = format!("{place}.{what}");
        match what {
            "name" => self.some(&named, file.name.as_deref()),
            "kind" => self.add(named, &file.kind),
            "type" => self.add(named, &file.content_type),
            "sha256" => self.add(named, &file.sha256),
            "sha1" => self.add(named, &file.sha1),
            "md5" => self.add(named, &file.md5),
            "tlsh" => self.some(&named, file.tlsh.as_deref()),
            "text" => self.add(named, &file.text),
            "password" => self.some(&named, file.password.as_deref()),
            "script" => file.scripts.iter().for_each(|script| self.add(named.clone(), &script.text)),
            "relation" => file.relations.iter().for_each(|lead| self.add(named.clone(), &lead.target)),
            "size" => self.push(named, file.size.to_string().into(), file.size),
            "encrypted" if file.encrypted == Some(true) => {
                self.add(named, file.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("?"));
            }
            "property" => {
                let asked = field.argument.as_deref().unwrap_or("");
                let found = file.properties.iter().filter(|p| p.name.eq_ignore_ascii_case(asked));
                found.for_each(|p| self.add(format!("{place}.{}", p.name), &p.value));
            }
            _ => {}
        }
    }
}

/// What is there without saying more is there all the same.
fn there(text: &str) -> std::borrow::Cow<'_, str> {
    if text.is_empty() { "-".into() } else { text.into() }
}

/// What stands behind the last `@`.
fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// The host of a URL, without user and port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or("");
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    }
}

/// The values of a field in a mail, bounded, in the mail's order.
pub(super) fn values<'f>(facts: &'f MailFacts, field: &Field) -> Vec<Value<'f>> {
    let mut out = Gather { out: Vec::new(), room: FIELD_BYTES };
    let name = field.name;
    match name {
        "subject" => out.some(name, facts.subject.as_deref()),
        "from.name" | "from.address" | "from.domain" => out.mailbox(name, facts.from.as_ref()),
        "sender.name" | "sender.address" | "sender.domain" => out.mailbox(name, facts.sender.as_ref()),
        "reply_to.name" | "reply_to.address" | "reply_to.domain" => {
            out.mailbox(name, facts.reply_to.as_ref());
        }
        "return_path.address" => out.some(name, facts.return_path.as_deref()),
        "return_path.domain" => out.some(name, facts.return_path.as_deref().map(domain)),
        "to" => facts.to.iter().for_each(|to| out.add(name.to_owned(), &to.address)),
        "to.name" => facts.to.iter().for_each(|to| out.add(name.to_owned(), &to.name)),
        "cc" => facts.cc.iter().for_each(|cc| out.add(name.to_owned(), &cc.address)),
        "cc.name" => facts.cc.iter().for_each(|cc| out.add(name.to_owned(), &cc.name)),
        "message_id" => out.some(name, facts.message_id.as_deref()),
        "date" => out.some(name, facts.date.as_deref()),
        "body" => out.add(name.to_owned(), &facts.body.text),
        "html.text" if !facts.html.text.is_empty() => out.add(name.to_owned(), &facts.html.text),
        "html.text" if facts.body.source == "text/html" => out.add(name.to_owned(), &facts.body.text),
        "html.hidden" => out.add(name.to_owned(), &facts.html.hidden),
        "html.form" => facts.html.forms.iter().for_each(|form| out.add(name.to_owned(), &form.action)),
        "links.url" => facts.urls.iter().for_each(|url| out.add(name.to_owned(), url)),
        "links.host" => facts.urls.iter().for_each(|url| out.add(name.to_owned(), host(url))),
        "links.text" => facts.html.links.iter().for_each(|link| out.add(name.to_owned(), &link.text)),
        "language" => out.some(name, facts.body.language.as_deref()),
        "charset" => out.some(name, facts.body.charset.as_deref()),
        "mailer" => out.some(name, facts.fingerprint.mailer.as_deref()),
        "spf" => out.some(name, facts.authentication.spf.as_deref()),
        "dkim" => out.some(name, facts.authentication.dkim.as_deref()),
        "dmarc" => out.some(name, facts.authentication.dmarc.as_deref()),
        "signature.domain" => {
            let passed = facts.authentication.signatures.iter().filter(|s| s.result == "pass");
            passed.for_each(|signature| out.add(name.to_owned(), &signature.domain));
        }
        "received.from" => facts.received.iter().for_each(|hop| out.some(name, hop.from.as_deref())),
        "received.by" => facts.received.iter().for_each(|hop| out.some(name, hop.by.as_deref())),
        "received.ip" => facts.received.iter().for_each(|hop| out.some(name, hop.ip.as_deref())),
        "origin.ip" => out.some(name, facts.origin.as_ref().map(|origin| origin.ip.as_str())),
        "header" => {
            let asked = field.argument.as_deref().unwrap_or("");
            let found = facts.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(asked));
            found.for_each(|header| out.add(format!("header:{}", header.name), &header.value));
        }
        "tell" => {
            let found = facts.tells.iter().filter(|tell| Some(&tell.id) == field.argument.as_ref());
            found.for_each(|tell| out.push(tell.id.clone(), there(&tell.why), 0));
        }
        "oddity" => {
            let found = facts.oddities.iter().filter(|oddity| Some(&oddity.id) == field.argument.as_ref());
            found.for_each(|oddity| out.push(oddity.id.clone(), there(&oddity.place), 0));
        }
        "size" => out.push(name.to_owned(), facts.size.to_string().into(), facts.size),
        _ => out.files(&facts.attachments, field),
    }
    out.out
}
