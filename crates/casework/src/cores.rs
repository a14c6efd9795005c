//! Cores of a pile of mails: what is tied for good.

use std::collections::HashMap;

use lexicon::ReasonKind;

use crate::kinds::Kinds;
use crate::print::{Print, ROOM};
use crate::settle::Sets;
use crate::signature::Signature;

/// Cores, and the pairs of mails whose tie made them one: a tree of each core.
pub(crate) struct Cores {
    pub(crate) sets: Sets,
    pub(crate) joins: Vec<(usize, usize)>,
}

/// Cores by the strong ties among `kinds`. Mails are visited in `order`: another order gives the same cores, only other
/// joins.
pub(crate) fn cores(signatures: &[Signature], order: &[usize], kinds: Kinds) -> Cores {
    let mut found = Cores { sets: Sets::new(signatures.len()), joins: Vec::new() };
    // What is the same to the letter: the first mail stands for all.
    let mut first: HashMap<u64, usize> = HashMap::new();
    let mut prints: Vec<(usize, &Print)> = Vec::new();
    for &mail in order {
        let signature = &signatures[mail];
        if kinds.has(ReasonKind::Text) {
            for print in signature.prints() {
                found.same(&mut first, print.id(), mail, || prints.push((mail, print)));
            }
        }
        for mark in signature.marks().iter().filter(|m| m.kind.is_strong() && kinds.has(m.kind.reason())) {
            found.same(&mut first, mark.key(), mail, || {});
        }
    }
    // Near-identical texts.
    let mut places: Vec<(u64, u64, u32)> = Vec::with_capacity(prints.len() * crate::print::SLOTS);
    for (at, (_, print)) in prints.iter().enumerate() {
        places.extend(print.places().map(|(shallow, deep)| (shallow, deep, at as u32)));
    }
    places.sort_unstable();
    places.dedup();
    for shallow in places.chunk_by(|a, b| a.0 == b.0).filter(|place| place.len() > 1) {
        if shallow.len() <= ROOM {
            found.pairs(&prints, shallow);
            continue;
        }
        for deep in shallow.chunk_by(|a, b| a.1 == b.1).filter(|place| place.len() > 1) {
            if deep.len() <= ROOM {
                found.pairs(&prints, deep);
            } else {
                deep.windows(2)
                    .for_each(|pair| found.unite(prints[pair[0].2 as usize].0, prints[pair[1].2 as usize].0));
            }
        }
    }
    found
}

impl Cores {
    fn same(&mut self, first: &mut HashMap<u64, usize>, key: u64, mail: usize, new: impl FnOnce()) {
        match first.entry(key) {
            std::collections::hash_map::Entry::Occupied(known) => self.unite(*known.get(), mail),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(mail);
                new();
            }
        }
    }

    fn pairs(&mut self, prints: &[(usize, &Print)], place: &[(u64, u64, u32)]) {
        for (at, a) in place.iter().enumerate() {
            let (mail, print) = prints[a.2 as usize];
            for b in &place[..at] {
                let (other, theirs) = prints[b.2 as usize];
                if self.sets.root(mail) != self.sets.root(other) && print.alike(theirs).is_some() {
                    self.unite(mail, other);
                }
            }
        }
    }

    fn unite(&mut self, a: usize, b: usize) {
        if self.sets.unite(a, b) {
            self.joins.push((a.min(b), a.max(b)));
        }
    }
}
