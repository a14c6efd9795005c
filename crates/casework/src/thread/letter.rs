//! One mail as threads need it: from a mail itself, from a mail that it carries as attachment, or from one that a mail
//! program copied into a forward.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lexicon::MailFacts;
use lexicon::facts::{Attachment, InlineMail};
use sha2::{Digest, Sha256};

use super::payload::{self, Payload};
use super::words;
use crate::letters::letters;
use crate::mark::first_u64;
use crate::reuse::Print;
use crate::sketch::{BANDS, Sketch};
use crate::{moment, party, quotation, subject};

/// Recipients of one mail that count.
pub(super) const MAX_TO: usize = 24;
/// References of one mail that count: the first and the newest.
pub(super) const MAX_REFERENCES: usize = 32;
/// Mails taken out of one mail.
const MAX_CARRIED: usize = 40;
/// Letters (bytes) of a text's beginning by which two copies of one mail know each other.
const START: usize = 96;
/// A text with fewer letters (bytes) is compared with no other: it is everybody's "please see attached".
const MIN_ENQUIRY: usize = 60;
/// One who forwards writes no more letters (bytes) than this above.
const MAX_NOTE: usize = 360;

/// How a mail came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Came {
    /// As itself.
    Itself,
    /// Attached to another mail, the nth attachment from 0.
    Attached(usize),
    /// Copied as text into another mail, the nth from 0.
    Inline(usize),
}

impl Came {
    /// The stable word: `itself`, `attached`, `inline`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Attached(_) => "attached",
            Self::Inline(_) => "inline",
        }
    }
}

/// A mail as threads need it.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    /// How it came.
    pub came: Came,
    /// Message-ID, where it is known.
    pub id: Option<String>,
    /// The mails that it answers, oldest first.
    pub references: Vec<String>,
    /// Its sender's address, in lower case.
    pub from: Option<String>,
    /// Its recipients' addresses, in lower case.
    pub to: Vec<String>,
    /// When it was sent.
    pub at: Option<Timestamp>,
    /// Subject as written.
    pub subject: String,
    /// Its files that count.
    pub payload: Vec<Payload>,
    /// It asks which program the reader unpacks with (#4-7 of S5).
    pub asks_archiver: bool,
    /// It says that a file could not be opened or read.
    pub cannot_open: bool,
    /// It tells a password.
    pub tells_password: bool,
    /// Its sender has the address from a service where anybody gets one.
    pub freemail: bool,
    /// Tells of the mail that speak against its sender.
    pub against: Vec<(String, u8)>,
    /// Lists, machines and newsletters write by themselves.
    pub automatic: bool,
    /// Its sender wrote a web address: an enquiry that only begins an attack has none.
    pub has_link: bool,

    pub(super) reply_to: Option<String>,
    pub(super) base: String,
    pub(super) is_answer: bool,
    pub(super) start: Option<u64>,
    pub(super) own: Print,
    pub(super) quoted: Print,
    pub(super) enquiry: Option<(Sketch, [u64; BANDS])>,
    pub(super) origin: Option<String>,
}

impl Letter {
    /// The mails that one submitted mail is or carries. A mail that only carries others (a desk forwards to its security
    /// team or to the hub) is not among them. Never fails.
    ///
    /// ```
    /// use casework::thread::Letter;
    /// use lexicon::facts::{InlineMail, MailFacts, Mailbox};
    ///
    /// let mailbox = |address: &str| Some(Mailbox { name: String::new(), address: address.into() });
    /// let mut facts = MailFacts { from: mailbox("desk@member.example"), ..MailFacts::default() };
    /// facts.subject = Some("Fwd: 製品について".into());
    /// facts.forwards = vec![InlineMail { from: mailbox("sato@free.example"), ..InlineMail::default() }];
    /// let letters = Letter::all_of(&facts);
    /// assert_eq!(letters[0].from.as_deref(), Some("sato@free.example"));
    /// assert_eq!(letters.len(), 1);
    /// ```
    pub fn all_of(facts: &MailFacts) -> Vec<Self> {
        let mut carried: Vec<Self> = Vec::new();
        for (at, inner) in facts.forwards.iter().enumerate().take(MAX_CARRIED) {
            carried.push(Self::inline(inner, at, facts));
        }
        for (at, file) in facts.attachments.iter().enumerate() {
            if carried.len() >= MAX_CARRIED {
                break;
            }
            if matches!(file.kind.as_str(), "eml" | "msg") && file.property("mail.from").is_some() {
                carried.push(Self::attached(file, at));
            }
        }
        let itself = Self::itself(facts);
        if !carried.is_empty() && only_carries(facts, &itself, &carried) {
            return carried;
        }
        carried.insert(0, itself);
        carried
    }

    fn itself(facts: &MailFacts) -> Self {
        let shown = if facts.body.text.trim().is_empty() { &facts.html.text } else { &facts.body.text };
        let mut out = Self::new(Came::Itself, shown, facts.subject.as_deref().unwrap_or_default());
        out.id = facts.message_id.clone();
        out.references = bounded(&facts.references);
        out.is_answer |= !out.references.is_empty();
        out.from = facts.from.as_ref().and_then(party::address);
        out.reply_to =
            facts.reply_to.as_ref().and_then(party::address).filter(|a| Some(a) != out.from.as_ref());
        out.to = facts.to.iter().chain(&facts.cc).filter_map(party::address).take(MAX_TO).collect();
        out.at = facts.date.as_deref().and_then(moment::read);
        out.payload = payload::of(&facts.attachments, facts);
        out.automatic = facts.headers.iter().any(|header| {
            ["list-id", "list-unsubscribe", "auto-submitted", "precedence"]
                .iter()
                .any(|name| header.name.eq_ignore_ascii_case(name))
        });
        out.freemail = out.from.as_deref().is_some_and(party::is_freemail)
            || facts.tells.iter().any(|tell| tell.id == "freemail-sender");
        out.origin = origin(facts, out.freemail);
        out.against = facts
            .tells
            .iter()
            .filter(|tell| AGAINST.contains(&tell.id.as_str()))
            .map(|tell| (tell.id.clone(), tell.weight))
            .collect();
        out
    }

    fn inline(inner: &InlineMail, at: usize, carrier: &MailFacts) -> Self {
        let mut out = Self::new(Came::Inline(at), &inner.text, inner.subject.as_deref().unwrap_or_default());
        out.from = inner.from.as_ref().and_then(party::address);
        out.to = inner.to.iter().chain(&inner.cc).filter_map(party::address).take(MAX_TO).collect();
        out.at = inner.time.as_deref().and_then(moment::read);
        out.freemail = out.from.as_deref().is_some_and(party::is_freemail);
        // Programs that forward copy the innermost mail's files to the outer one; with several mails inside nobody can
        // say whose they are.
        if carrier.forwards.len() == 1 {
            out.payload = payload::of(&carrier.attachments, carrier);
        }
        out
    }

    fn attached(file: &Attachment, at: usize) -> Self {
        let text = |name: &str| file.property(name).unwrap_or_default();
        let mut out = Self::new(Came::Attached(at), &file.text, text("mail.subject"));
        out.id = file.property("mail.message-id").map(str::to_owned);
        out.references = text("mail.references").split_whitespace().map(str::to_owned).collect();
        out.is_answer |= !out.references.is_empty();
        let from = text("mail.from");
        let from = from.rsplit_once('<').map_or(from, |(_, rest)| rest.trim_end_matches('>'));
        out.from = party::plain(from);
        out.to = text("mail.to").split_whitespace().filter_map(party::plain).take(MAX_TO).collect();
        out.at = file.property("mail.date").and_then(moment::read);
        out.freemail = out.from.as_deref().is_some_and(party::is_freemail);
        out.payload = payload::of(&file.children, &MailFacts::default());
        out
    }

    fn new(came: Came, body: &str, written: &str) -> Self {
        let (base, before) = subject::fold(written);
        let parts = quotation::split(body);
        let read = letters(&parts.own);
        let start = read.get(..read.len().min(START)).filter(|start| start.len() >= START / 4);
        Self {
            came,
            id: None,
            references: Vec::new(),
            from: None,
            to: Vec::new(),
            at: None,
            subject: lexicon::text::cut(written, 400).to_owned(),
            payload: Vec::new(),
            asks_archiver: words::asks_archiver(&parts.own),
            cannot_open: words::cannot_open(&parts.own),
            tells_password: words::tells_password(&parts.own),
            freemail: false,
            against: Vec::new(),
            automatic: false,
            has_link: ["http://", "https://", "ftp://"].iter().any(|scheme| parts.own.contains(scheme)),
            reply_to: None,
            is_answer: before.answer || !parts.quoted.trim().is_empty(),
            base,
            start: start.map(|start| first_u64(&Sha256::digest(start))),
            own: Print::of_letters(&read),
            quoted: Print::of(&parts.quoted),
            enquiry: if read.len() >= MIN_ENQUIRY { Sketch::of(&read) } else { None },
            origin: None,
        }
    }

    /// The keys under which a store finds mails of the same conversation or operator, sorted, each once: two mails that
    /// may belong together share at least one. A key that very many mails have can be passed over.
    ///
    /// ```
    /// use casework::thread::Letter;
    /// assert!(Letter::keys(&Letter::all_of(&lexicon::MailFacts::default())).is_empty());
    /// ```
    pub fn keys(letters: &[Self]) -> Vec<u64> {
        let mut keys: BTreeSet<u64> = BTreeSet::new();
        let key = |kind: &str, value: &str| crate::mark::first_u64_of(&format!("{kind}:{value}"));
        for letter in letters.iter().filter(|letter| !letter.automatic) {
            keys.extend(letter.id.iter().chain(&letter.references).map(|id| key("id", id)));
            // A desk that answers writes to everybody: its address brings up nothing that its subject does not.
            let answers = letter.is_answer && !letter.freemail && letter.payload.is_empty();
            if !answers {
                keys.extend(letter.from.iter().chain(&letter.reply_to).map(|address| key("from", address)));
            }
            if !letter.base.is_empty() {
                let people = letter.from.iter().chain(letter.to.iter().take(6));
                keys.extend(people.map(|address| key("subject", &format!("{address}\n{}", letter.base))));
            }
            let files = letter.payload.iter().filter(|file| file.weight >= 2 && !file.sha256.is_empty());
            keys.extend(files.map(|file| key("file", &file.sha256)));
            if let Some((_, bands)) =
                letter.enquiry.as_ref().filter(|_| letter.payload.is_empty() && !letter.is_answer)
            {
                keys.extend(bands.iter().map(|band| band ^ 0x7468_7265_6164));
            }
        }
        keys.into_iter().collect()
    }

    /// Everybody whom it names, each once.
    pub(super) fn people(&self) -> BTreeSet<&str> {
        self.from.iter().chain(&self.reply_to).chain(&self.to).map(String::as_str).collect()
    }
}

/// Tells that speak against whoever sends, whatever is attached.
const AGAINST: &[&str] = &[
    "freemail-claims-organisation",
    "known-name-foreign-address",
    "lookalike-domain",
    "lookalike-within-mail",
    "display-name-holds-other-address",
    "signature-differs-from-sender",
    "zone-contradicts-identifier",
    "auth-failed",
];

fn bounded(references: &[String]) -> Vec<String> {
    let from = references.len().saturating_sub(MAX_REFERENCES - 1);
    let first = references.first().filter(|_| from > 0);
    first.into_iter().chain(references.get(from..).into_iter().flatten()).cloned().collect()
}

/// The address at which the sender sat: a free mail service names it in a header, where it does; otherwise the first
/// client from outside.
fn origin(facts: &MailFacts, freemail: bool) -> Option<String> {
    let named = facts
        .headers
        .iter()
        .filter(|header| {
            ["x-originating-ip", "x-sender-ip"].iter().any(|name| header.name.eq_ignore_ascii_case(name))
        })
        .find_map(|header| header.value.trim().trim_matches(['[', ']']).parse::<std::net::IpAddr>().ok());
    match named {
        Some(ip) => Some(ip.to_string()),
        None if freemail => None,
        None => facts.origin.as_ref().map(|origin| origin.ip.clone()),
    }
}

/// True if a mail was sent only to hand on others: its sender took part in what it carries, its subject says so or it
/// says little itself.
fn only_carries(facts: &MailFacts, itself: &Letter, carried: &[Letter]) -> bool {
    let Some(from) = &itself.from else { return true };
    let ours = party::party(from);
    let took_part = carried.iter().any(|inner| {
        inner.to.is_empty()
            || inner.people().iter().any(|address| *address == from || party::party(address) == ours)
    });
    let (_, before) = subject::fold(facts.subject.as_deref().unwrap_or_default());
    let note = carried
        .iter()
        .filter(|inner| matches!(inner.came, Came::Inline(_)))
        .map(|inner| inner.own.hashes().len())
        .sum::<usize>();
    let little = itself.own.hashes().len() <= note + MAX_NOTE / crate::reuse::RUN;
    took_part && (before.forward || little)
}
