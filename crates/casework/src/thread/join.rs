//! Which letters are one conversation.
//!
//! Copies of one mail (submitted by itself, attached, copied into a forward) become one. Then letters are joined by
//! Message-ID and References, by subject and the pair that writes, and by quotation; each of them only where the letters
//! have somebody in common, so that a forged reference or a mail that quotes everything joins nothing that is not its
//! own. All look-ups are by hash and every bucket is bounded: the work grows with the number of letters.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::letter::{Came, Letter};
use super::sides::Own;
use crate::reuse::{Index, Print};

/// Letters of one sender with one beginning that are held against each other.
const MAX_COPIES: usize = 48;
/// Two copies of one mail differ by no more than this (seconds): programs that forward leave out the seconds.
const COPY_SECONDS: i64 = 90;
/// Letters that are held against one that refers to the same missing mail.
const MAX_SIBLINGS: usize = 8;
/// An answer under the same subject comes within this many seconds (45 days).
const ANSWER_SECONDS: i64 = 45 * 86_400;
/// A letter stands in another one's quotation if so much of it does.
const QUOTED: f64 = 0.5;
/// Letters that one quotation may join.
const MAX_QUOTED: usize = 12;

/// One mail with all its copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// The copy that says most.
    pub(super) letter: usize,
    /// All copies, ascending.
    pub(super) copies: Vec<usize>,
}

/// The mails among `letters`, copies put together, in an order that follows from what they say alone: whatever order they
/// came in, each is held against the same ones.
pub(super) fn nodes(letters: &[Letter]) -> Vec<Node> {
    let mut order: Vec<usize> = (0..letters.len()).collect();
    order.sort_by(|&a, &b| {
        let key = |at: usize| {
            letters.get(at).map(|l| {
                let when = (l.at.is_none(), l.at);
                (when, &l.id, &l.from, l.start, &l.base, l.came, &l.to, &l.references, l.own.hashes())
            })
        };
        key(a).cmp(&key(b))
    });
    let mut sets = Sets::new(letters.len());
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    let mut by_start: HashMap<(&str, u64, &str), Vec<usize>> = HashMap::new();
    for &at in &order {
        let Some(letter) = letters.get(at) else { continue };
        if let Some(id) = &letter.id {
            let first = *by_id.entry(id).or_insert(at);
            // One Message-ID on mails of two senders is a forgery, not a copy.
            if letters
                .get(first)
                .is_some_and(|first| first.from == letter.from && first.start == letter.start)
            {
                sets.unite(first, at);
            }
        }
        let (Some(from), Some(start)) = (&letter.from, letter.start) else { continue };
        let bucket = by_start.entry((from, start, &letter.base)).or_default();
        if let Some(&same) =
            bucket.iter().find(|&&other| letters.get(other).is_some_and(|other| is_copy(letter, other)))
        {
            sets.unite(same, at);
        }
        if bucket.len() < MAX_COPIES {
            bucket.push(at);
        }
    }
    let mut nodes: Vec<Node> = Vec::new();
    let mut of: HashMap<usize, usize> = HashMap::new();
    for &at in &order {
        let root = sets.root(at);
        match of.get(&root).and_then(|&node| nodes.get_mut(node)) {
            Some(node) => node.copies.push(at),
            None => {
                of.insert(root, nodes.len());
                nodes.push(Node { letter: at, copies: vec![at] });
            }
        }
    }
    for node in &mut nodes {
        node.copies.sort_unstable();
        let best = node.copies.iter().copied().min_by_key(|&copy| {
            letters
                .get(copy)
                .map(|letter| (letter.came != Came::Itself, letter.id.is_none(), letter.came, copy))
        });
        node.letter = best.unwrap_or(node.letter);
    }
    nodes
}

/// True if two letters of one sender, subject and beginning are one mail.
fn is_copy(a: &Letter, b: &Letter) -> bool {
    if a.id.is_some() && b.id.is_some() {
        return a.id == b.id;
    }
    let Some((x, y)) = a.at.zip(b.at) else { return false };
    let near = (x.as_second() - y.as_second()).abs() <= COPY_SECONDS;
    near && (a.to.is_empty() || b.to.is_empty() || a.to.iter().any(|to| b.to.contains(to)))
}

/// The conversations among `nodes`: each a list of nodes, ascending, by their first node.
pub(super) fn conversations(letters: &[Letter], nodes: &[Node], own: &Own) -> Vec<Vec<usize>> {
    let of = |node: usize| nodes.get(node).and_then(|node| letters.get(node.letter));
    let mut sets = Sets::new(nodes.len());
    by_reference(nodes.len(), &of, &mut sets);
    by_subject(nodes.len(), &of, own, &mut sets);
    by_quotation(nodes.len(), &of, own, &mut sets);
    let mut lists: Vec<Vec<usize>> = Vec::new();
    let mut place: HashMap<usize, usize> = HashMap::new();
    for node in 0..nodes.len() {
        let root = sets.root(node);
        match place.get(&root).and_then(|&list| lists.get_mut(list)) {
            Some(list) => list.push(node),
            None => {
                place.insert(root, lists.len());
                lists.push(vec![node]);
            }
        }
    }
    lists
}

/// Somebody takes part in both.
fn meet(a: &Letter, b: &Letter) -> bool {
    let people = a.people();
    b.people().iter().any(|address| people.contains(address))
}

fn by_reference<'a>(count: usize, of: &impl Fn(usize) -> Option<&'a Letter>, sets: &mut Sets) {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for node in 0..count {
        if let Some(id) = of(node).and_then(|letter| letter.id.as_deref()) {
            known.entry(id).or_insert(node);
        }
    }
    // Who answers a mail that nobody gave.
    let mut missing: HashMap<&str, Vec<usize>> = HashMap::new();
    for node in 0..count {
        let Some(letter) = of(node) else { continue };
        for id in &letter.references {
            if let Some(&other) = known.get(id.as_str()) {
                if of(other).is_some_and(|other| meet(letter, other)) {
                    sets.unite(node, other);
                }
                continue;
            }
            let siblings = missing.entry(id).or_default();
            if let Some(&sibling) = siblings.iter().find(|&&s| of(s).is_some_and(|s| meet(letter, s))) {
                sets.unite(node, sibling);
            } else if siblings.len() < MAX_SIBLINGS {
                siblings.push(node);
            }
        }
    }
}

fn by_subject<'a>(count: usize, of: &impl Fn(usize) -> Option<&'a Letter>, own: &Own, sets: &mut Sets) {
    // One writes from an address of his own, the other side as an organisation: `info@` is asked, `tanaka@` answers.
    /// Mails of two people under one subject, by when they were sent.
    type Pairs<'l> = HashMap<(&'l str, &'l str, String), Vec<(Timestamp, usize)>>;
    let mut pairs: Pairs<'_> = HashMap::new();
    for node in 0..count {
        let Some(letter) = of(node) else { continue };
        let (Some(from), Some(at)) = (&letter.from, letter.at) else { continue };
        if letter.base.is_empty() || letter.automatic {
            continue;
        }
        let mut keys: BTreeSet<(&str, String)> = BTreeSet::new();
        for to in letter.to.iter().take(6) {
            keys.insert((from, own.party(to)));
            keys.insert((to, own.party(from)));
        }
        for (address, other) in keys {
            pairs.entry((&letter.base, address, other)).or_default().push((at, node));
        }
    }
    for list in pairs.values_mut() {
        list.sort_unstable();
        for pair in list.windows(2) {
            let &[(before, a), (after, b)] = pair else { continue };
            let near = after.as_second() - before.as_second() <= ANSWER_SECONDS;
            let answers = of(b).zip(of(a)).is_some_and(|(b, a)| b.is_answer || b.from != a.from);
            if near && answers {
                sets.unite(a, b);
            }
        }
    }
}

fn by_quotation<'a>(count: usize, of: &impl Fn(usize) -> Option<&'a Letter>, own: &Own, sets: &mut Sets) {
    let quoting: Vec<usize> =
        (0..count).filter(|&node| of(node).is_some_and(|letter| !letter.quoted.is_empty())).collect();
    if quoting.is_empty() {
        return;
    }
    let family = |letter: &Letter| crate::mark::first_u64_of(&letter.base);
    let none = Print::default();
    let index = Index::new((0..count).map(|node| match of(node) {
        Some(letter) => (&letter.own, family(letter)),
        None => (&none, 0),
    }));
    for node in quoting {
        let Some(letter) = of(node) else { continue };
        for overlap in index.find(&letter.quoted).into_iter().take(MAX_QUOTED) {
            let Some(other) = of(overlap.original).filter(|_| overlap.original != node) else { continue };
            let older = other.at.zip(letter.at).is_none_or(|(other, at)| other <= at);
            if overlap.of_original >= QUOTED && older && carries_on(letter, other, own) {
                sets.unite(node, overlap.original);
            }
        }
    }
}

/// True if two of those who take part in a mail took part in the earlier one that it quotes, by their organisations: a desk
/// that answers everybody in the same words ties nobody together, nor does one who asks several desks in the same words.
fn carries_on(letter: &Letter, earlier: &Letter, own: &Own) -> bool {
    let parties = |letter: &Letter| -> BTreeSet<String> {
        letter.people().into_iter().map(|address| own.party(address)).collect()
    };
    parties(letter).intersection(&parties(earlier)).nth(1).is_some()
}

/// Disjoint sets, joined by size.
pub(super) struct Sets {
    parent: Vec<usize>,
    size: Vec<u32>,
}

impl Sets {
    pub(super) fn new(count: usize) -> Self {
        Self { parent: (0..count).collect(), size: vec![1; count] }
    }

    pub(super) fn root(&mut self, mut at: usize) -> usize {
        while let Some(&up) = self.parent.get(at).filter(|&&up| up != at) {
            let above = self.parent.get(up).copied().unwrap_or(up);
            if let Some(slot) = self.parent.get_mut(at) {
                *slot = above;
            }
            at = up;
        }
        at
    }

    pub(super) fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        let size = |at: usize| self.size.get(at).copied().unwrap_or(0);
        let (big, small) = if (size(b), a) > (size(a), b) { (b, a) } else { (a, b) };
        let sum = size(a).saturating_add(size(b));
        if let Some(slot) = self.parent.get_mut(small) {
            *slot = big;
        }
        if let Some(slot) = self.size.get_mut(big) {
            *slot = sum;
        }
    }
}
