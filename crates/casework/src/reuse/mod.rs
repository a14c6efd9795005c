//! Genuine mail that attackers use again (S61): found by containment, with who held the original.
//!
//! In the NPA's case a company's mail came back about eleven hours later, nearly word for word, in attack mails to two
//! associations and four companies: somebody read the company's mailbox. [`Original`] is what is kept of a genuine mail,
//! [`Index`] finds those whose text stands in a suspicious one, [`relation`] tells a re-use from an honest answer, and
//! [`holders`] narrows down whose mailbox was read.

mod index;
mod print;

use std::collections::BTreeMap;

use jiff::Timestamp;
use lexicon::MailFacts;
use sha2::{Digest, Sha256};

use crate::mark::first_u64;
use crate::{moment, party, quotation, subject};

pub use index::{
    COMMON_FAMILIES, COMMON_MAILS, Index, LEAST_OF_MAIL, LEAST_OF_ORIGINAL, LEAST_SHARED, MAX_MATCHES,
    MOST_OF_MAIL, MOST_OF_ORIGINAL, Overlap,
};
pub use print::{MAX_PRINTS, Print, RUN, WINDOW};

/// People told of one mail.
const MAX_PEOPLE: usize = 100;
/// An attachment that speaks so strongly for an attack makes a mail that is sent on suspicious.
const HARMFUL: u8 = 3;

/// What is kept of a genuine mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Original {
    /// Message-ID, where it has one.
    pub message_id: Option<String>,
    /// When it was sent.
    pub at: Option<Timestamp>,
    /// Its sender's address, in lower case.
    pub from: Option<String>,
    /// The addresses of everybody who held it: sender and recipients, in lower case, each once, ascending.
    pub people: Vec<String>,
    /// A number for its conversation: the subject without `Re:` and the like.
    pub family: u64,
    /// Fingerprints of what its sender wrote: what is quoted in it has its own original.
    pub print: Print,
}

impl Original {
    /// What is kept of a mail. Never fails.
    ///
    /// ```
    /// use casework::reuse::Original;
    /// assert!(Original::of(&lexicon::MailFacts::default()).print.is_empty());
    /// ```
    pub fn of(facts: &MailFacts) -> Self {
        let from = facts.from.as_ref().and_then(party::address);
        let mut people: Vec<String> = facts
            .to
            .iter()
            .chain(&facts.cc)
            .filter_map(party::address)
            .take(MAX_PEOPLE)
            .chain(from.clone())
            .collect();
        people.sort_unstable();
        people.dedup();
        let own = quotation::split(shown(facts)).own;
        Self {
            message_id: facts.message_id.clone(),
            at: facts.date.as_deref().and_then(moment::read),
            from,
            people,
            family: family(facts.subject.as_deref().unwrap_or_default(), facts.message_id.as_deref()),
            print: Print::of(&own),
        }
    }
}

/// Mails with one subject, `Re:` and the like aside; a mail without a subject is alone.
fn family(of: &str, id: Option<&str>) -> u64 {
    let (base, _) = subject::fold(of);
    let named = if base.is_empty() { id.unwrap_or_default() } else { &base };
    first_u64(&Sha256::digest(named))
}

/// The text that a reader sees: mail programs show the HTML part where there is one.
fn shown(facts: &MailFacts) -> &str {
    if facts.html.text.trim().is_empty() { &facts.body.text } else { &facts.html.text }
}

/// Fingerprints of everything that a suspicious mail says, quotations and attached mails included: what is looked for in
/// [`Index::find`].
pub fn print_of(facts: &MailFacts) -> Print {
    let mut text = shown(facts).to_owned();
    for file in facts.attachments.iter().filter(|file| matches!(file.kind.as_str(), "eml" | "msg")).take(8) {
        text.push('\n');
        text.push_str(&file.text);
    }
    Print::of(&text)
}

/// How a mail stands to an original whose text it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// It is the original.
    Same,
    /// One of those who held the original answers those who held it.
    Answer,
    /// One of those who held the original seems to send it on.
    Onward,
    /// It was sent before the original.
    Earlier,
    /// Somebody else uses its text, or somebody in the name of one who held it, with signs of forgery.
    Reuse,
}

impl Relation {
    /// The stable word: `same`, `answer`, `onward`, `earlier`, `reuse`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Answer => "answer",
            Self::Onward => "onward",
            Self::Earlier => "earlier",
            Self::Reuse => "reuse",
        }
    }
}

/// How `mail` stands to `original`, of whose text it has enough ([`Overlap::is_reuse`]).
///
/// Where nothing is known of the original's people (only fingerprints were given), a mail that is not the original and
/// not older is a re-use: those who answer are known to the giver alone.
pub fn relation(mail: &MailFacts, original: &Original) -> Relation {
    if mail.message_id.is_some() && mail.message_id == original.message_id {
        return Relation::Same;
    }
    let at = mail.date.as_deref().and_then(moment::read);
    if at.zip(original.at).is_some_and(|(mail, original)| mail < original) {
        return Relation::Earlier;
    }
    let held = |address: &String| original.people.binary_search(address).is_ok();
    let from = mail.from.as_ref().and_then(party::address);
    if !from.as_ref().is_some_and(held) || is_forged(mail) {
        return Relation::Reuse;
    }
    let to: Vec<String> =
        mail.to.iter().chain(&mail.cc).filter_map(party::address).take(MAX_PEOPLE).collect();
    if to.iter().any(held) { Relation::Answer } else { Relation::Onward }
}

/// True where the mail's own facts speak against its sender.
fn is_forged(mail: &MailFacts) -> bool {
    let failed = |result: &Option<String>| result.as_deref() == Some("fail");
    failed(&mail.authentication.dmarc)
        || (failed(&mail.authentication.spf) && mail.authentication.dkim.as_deref() != Some("pass"))
        || mail.tells.iter().any(|tell| tell.id == "auth-failed" || tell.id == "reply-to-differs")
        || crate::thread::heaviest_payload(mail) >= HARMFUL
}

/// One who held some of the originals that were used again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// Address, in lower case.
    pub address: String,
    /// How many of the originals it held.
    pub held: usize,
}

/// Who held the originals that were used again, those who held most of them first: one who held all of them is the
/// mailbox to look at. Each item is the people of one original.
///
/// ```
/// use casework::reuse::holders;
/// let people = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
/// let found = holders(&[people(&["a@x.example", "b@x.example"]), people(&["b@x.example", "c@y.example"])]);
/// assert_eq!((found[0].address.as_str(), found[0].held), ("b@x.example", 2));
/// ```
pub fn holders(originals: &[Vec<String>]) -> Vec<Holder> {
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for people in originals {
        let once: std::collections::BTreeSet<&str> = people.iter().map(String::as_str).collect();
        for address in once {
            *held.entry(address).or_default() += 1;
        }
    }
    let mut out: Vec<Holder> =
        held.into_iter().map(|(address, held)| Holder { address: address.to_owned(), held }).collect();
    out.sort_by(|a, b| b.held.cmp(&a.held).then_with(|| a.address.cmp(&b.address)));
    out
}

/// The name under which a mail is known without its Message-ID: the first 16 bytes of its SHA-256, in hexadecimal.
pub fn mail_name(message_id: &str) -> String {
    Sha256::digest(message_id).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
