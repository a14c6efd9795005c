//! Rapport threads (やり取り型): from mails to conversations, their steps, and who stands behind several of them.
//!
//! An attacker writes to a desk that must answer: an enquiry, harmless (偵察). The desk answers (返信), and the next mail
//! brings the file (攻撃); where it cannot be opened he asks which program the desk unpacks with (J-CSIP, annual report
//! FY2013, table 1). No single mail gives that away, so that only the sequence is judged, never a mail:
//!
//! * [`Letter::all_of`] takes from a submitted mail the mails that it is or carries;
//! * [`threads`] joins them to conversations, also where some of their mails are missing, finds the desk and the side
//!   from outside, weighs what speaks for an attack ([`Evidence`]) and names the steps;
//! * what one operator does at several desks is one [`Operation`]: windows within minutes, organisations within two
//!   weeks, a revisit after months, and the desks that have his enquiry before them and have not been attacked yet.
//!
//! The same letters give the same threads in any order. Nothing here reads a clock: what waits is told by the letters.

mod join;
mod letter;
mod operation;
mod payload;
mod sides;
mod steps;
mod weigh;
mod words;

use jiff::Timestamp;
use lexicon::MailFacts;

pub use letter::{Came, Letter};
pub use operation::{FORTNIGHT, MINUTES, Operation, REVISIT, Revisit, Tie, TieKind};
pub use payload::Payload;
pub use sides::Own;
pub use steps::{Step, StepKind};
pub use weigh::{Evidence, QUICK, RAPPORT, Sign};

/// How much the most suspicious file of a mail speaks for an attack, 0 (there is none) to 5 (a program).
pub(crate) fn heaviest_payload(facts: &MailFacts) -> u8 {
    payload::of(&facts.attachments, facts).iter().map(|file| file.weight).max().unwrap_or(0)
}

/// What a conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A conversation as any other: nothing in its sequence speaks for an attack.
    Conversation,
    /// An enquiry as an attack begins with: its operator attacks elsewhere, or asks several organisations at once. No
    /// file has come yet.
    Forming,
    /// Enquiry, answer, and a file that speaks for an attack.
    Rapport,
}

impl Standing {
    /// The stable word: `conversation`, `forming`, `rapport`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Conversation => "conversation",
            Self::Forming => "forming",
            Self::Rapport => "rapport",
        }
    }

    /// The standing of a stable word; an unknown word is a conversation.
    pub fn parse(word: &str) -> Self {
        let all = [Self::Rapport, Self::Forming];
        all.into_iter().find(|standing| standing.word() == word).unwrap_or(Self::Conversation)
    }
}

/// One conversation between a desk and somebody outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Thread {
    /// Follows from its first letter, so that it is the same in every run.
    pub id: String,
    /// The organisation that is written to, by its domain.
    pub desk: String,
    /// The address that is written to.
    pub window: String,
    /// The address that writes from outside.
    pub outside: String,
    /// Its mails in the order of time.
    pub steps: Vec<Step>,
    /// What it is.
    pub standing: Standing,
    /// What speaks for an attack.
    pub evidence: Vec<Evidence>,
    /// Mails that are referred to and that nobody gave.
    pub unseen: usize,
    /// True where it is [`Standing::Forming`] and the desk has not answered since the last mail from outside.
    pub waits: bool,
}

impl Thread {
    /// When its first mail with a date was sent.
    pub fn first(&self) -> Option<Timestamp> {
        self.steps.iter().find_map(|step| step.at)
    }

    /// When its last mail with a date was sent.
    pub fn last(&self) -> Option<Timestamp> {
        self.steps.iter().rev().find_map(|step| step.at)
    }

    /// How often a kind of step occurs.
    pub fn count(&self, kind: StepKind) -> usize {
        self.steps.iter().filter(|step| step.kind == kind).count()
    }
}

/// What [`threads`] found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// Conversations of two sides, by their first mail's time.
    pub threads: Vec<Thread>,
    /// What one operator does in several of them, or in one that is an attack.
    pub operations: Vec<Operation>,
}

/// Conversations among `letters`.
///
/// ```
/// use casework::thread::{Letter, Own, Standing, threads};
/// use lexicon::facts::{Attachment, MailFacts, Mailbox};
///
/// let mail = |id: &str, from: &str, to: &str, minute: u8| MailFacts {
///     message_id: Some(id.into()),
///     date: Some(format!("2013-08-07T09:{minute:02}:00+09:00")),
///     from: Some(Mailbox { name: String::new(), address: from.into() }),
///     to: vec![Mailbox { name: String::new(), address: to.into() }],
///     subject: Some("Re: 製品について".into()),
///     ..MailFacts::default()
/// };
/// let (sato, desk) = ("sato@freemail.example", "info@member.example");
/// let mut attack = mail("3", sato, desk, 31);
/// attack.attachments = vec![Attachment { kind: "rar".into(), encrypted: Some(true), ..Attachment::default() }];
/// let mails = [mail("1", sato, desk, 0), mail("2", desk, sato, 18), attack];
/// let letters: Vec<Letter> = mails.iter().flat_map(Letter::all_of).collect();
/// let found = threads(&letters, &Own::default());
/// assert_eq!(found.threads[0].standing, Standing::Rapport);
/// let steps: Vec<&str> = found.threads[0].steps.iter().map(|step| step.kind.word()).collect();
/// assert_eq!(steps, ["recon", "reply", "attack"]);
/// assert_eq!(found.threads[0].steps[2].after, Some(13 * 60));
/// ```
pub fn threads(letters: &[Letter], own: &Own) -> Findings {
    let own = &own.told_by(letters);
    let nodes = join::nodes(letters);
    let known: std::collections::HashSet<&str> =
        letters.iter().filter_map(|letter| letter.id.as_deref()).collect();
    let mut drafts: Vec<steps::Draft> = join::conversations(letters, &nodes, own)
        .into_iter()
        .filter_map(|list| steps::draft(letters, &nodes, &list, own, &known))
        .collect();
    drafts.sort_by(|a, b| (a.first(), &a.key).cmp(&(b.first(), &b.key)));
    let mut operations = operation::operations(letters, &drafts, own);
    let threads = weigh::judge(letters, drafts, &mut operations, own);
    operations.retain(|operation| operation.standing > Standing::Conversation);
    Findings { threads, operations }
}
