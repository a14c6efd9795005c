//! The mails of a conversation in their order, before and after they are named.

use std::collections::HashSet;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::join::Node;
use super::letter::Letter;
use super::sides::{self, Own, Sides};

/// A password that comes within this many seconds after a file belongs to it.
const PASSWORD_SECONDS: i64 = 3600;

/// What a mail of a conversation is (the table's 種別).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// 偵察: from outside, harmless by itself.
    Recon,
    /// 返信: the desk answers.
    Reply,
    /// 攻撃: from outside, with a file (or the password of one).
    Attack,
    /// From outside, in a conversation that is no attack.
    Message,
}

impl StepKind {
    /// The stable word: `recon`, `reply`, `attack`, `message`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Recon => "recon",
            Self::Reply => "reply",
            Self::Attack => "attack",
            Self::Message => "message",
        }
    }
}

/// One mail of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The letter that says most of it.
    pub letter: usize,
    /// All letters that are this mail.
    pub copies: Vec<usize>,
    /// What it is.
    pub kind: StepKind,
    /// When it was sent.
    pub at: Option<Timestamp>,
    /// Seconds since the mail before it.
    pub after: Option<i64>,
    /// True if it answers a mail that nobody gave.
    pub answers_unseen: bool,
}

/// A conversation that is not judged yet.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) key: String,
    pub(super) sides: Sides,
    pub(super) steps: Vec<Step>,
    /// For each step, whether it comes from outside.
    pub(super) outside: Vec<bool>,
    pub(super) unseen: usize,
}

impl Draft {
    pub(super) fn first(&self) -> Option<Timestamp> {
        self.steps.iter().find_map(|step| step.at)
    }

    /// The letters from outside, in order, with their steps.
    pub(super) fn outside_letters<'a>(
        &'a self,
        letters: &'a [Letter],
    ) -> impl Iterator<Item = (usize, &'a Letter)> {
        self.steps.iter().zip(&self.outside).enumerate().filter_map(|(at, (step, &outside))| {
            letters.get(step.letter).filter(|_| outside).map(|letter| (at, letter))
        })
    }

    /// The enquiry: the first letter from outside, if it brings no file and no link.
    pub(super) fn enquiry<'a>(&'a self, letters: &'a [Letter]) -> Option<&'a Letter> {
        self.outside_letters(letters)
            .next()
            .map(|(_, letter)| letter)
            .filter(|l| l.payload.is_empty() && !l.automatic && !l.has_link)
    }
}

/// The conversation of these nodes; `None` where it has no two sides.
pub(super) fn draft(
    letters: &[Letter],
    nodes: &[Node],
    list: &[usize],
    own: &Own,
    known: &HashSet<&str>,
) -> Option<Draft> {
    let mut order: Vec<&Node> = list.iter().filter_map(|&node| nodes.get(node)).collect();
    let letter = |node: &Node| letters.get(node.letter);
    // Those without a date stand behind those that they answer, at the end otherwise; equal times in a settled order.
    order.sort_by(|a, b| {
        let key = |node: &Node| {
            letter(node).map(|l| (l.at.is_none(), l.at, l.references.len(), l.id.clone(), l.start))
        };
        key(a).cmp(&key(b))
    });
    let in_order: Vec<&Letter> = order.iter().filter_map(|node| letter(node)).collect();
    let sides = sides::of(&in_order, own)?;
    let mut before: Option<Timestamp> = None;
    let mut missing: HashSet<&str> = HashSet::new();
    let mut steps = Vec::with_capacity(order.len());
    let mut outside = Vec::with_capacity(order.len());
    for (node, letter) in order.iter().zip(&in_order) {
        let outside_letters = sides.is_outside(letter, own);
        missing.extend(letter.references.iter().map(String::as_str).filter(|id| !known.contains(id)));
        let after = letter.at.zip(before).map(|(at, before)| at.as_second() - before.as_second());
        before = letter.at.or(before);
        steps.push(Step {
            letter: node.letter,
            copies: node.copies.clone(),
            kind: if outside_letters { StepKind::Message } else { StepKind::Reply },
            at: letter.at,
            after,
            answers_unseen: letter.references.last().is_some_and(|id| !known.contains(id.as_str())),
        });
        outside.push(outside_letters);
    }
    let first = in_order.first()?;
    let name = format!(
        "{}\n{}\n{}\n{:?}\n{:?}",
        sides.outside,
        sides.desk,
        first.base,
        first.at.map(Timestamp::as_second),
        first.start
    );
    let key = Sha256::digest(name).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(Draft { key, sides, steps, outside, unseen: missing.len() })
}

/// Names the steps of an attack or of what may become one.
pub(super) fn name(draft: &mut Draft, letters: &[Letter]) {
    let mut file: Option<Timestamp> = None;
    for (step, &outside) in draft.steps.iter_mut().zip(&draft.outside) {
        let Some(letter) = letters.get(step.letter) else { continue };
        let password = letter.tells_password
            && file
                .zip(letter.at)
                .is_some_and(|(file, at)| at.as_second() - file.as_second() <= PASSWORD_SECONDS);
        step.kind = match (outside, letter.payload.is_empty()) {
            (false, _) => StepKind::Reply,
            (true, false) => StepKind::Attack,
            (true, true) if password => StepKind::Attack,
            (true, true) => StepKind::Recon,
        };
        if outside && !letter.payload.is_empty() {
            file = letter.at;
        }
    }
}
