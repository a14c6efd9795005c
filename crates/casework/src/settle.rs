//! From cores and weak ties to campaigns, without giants.
//!
//! A core that is greater than every core tied to it is a *centre*. Every other core goes to the greatest centre that
//! it is *directly* tied to, or stays by itself where it is tied to none. So a campaign is one centre and the cores
//! directly tied to it: a chain of weak ties (A and B share a host, B and C a sender, C and D an address …) falls into
//! small pieces. And where a core goes depends on its neighbours and theirs alone: what changes far away changes
//! nothing here.

use std::cmp::Reverse;

/// How great a core is: by its mails, then by how many cores it is tied to, then by its content.
pub type Rank = (u64, u64, Reverse<[u8; 16]>);

/// True for a core that is greater than all its neighbours.
pub fn is_centre(own: &Rank, neighbours: impl IntoIterator<Item = Rank>) -> bool {
    neighbours.into_iter().all(|other| *own > other)
}

/// Where a core that is no centre goes: to the greatest of the centres tied to it. A centre does not take it where
/// `refused` says so: somebody greater, whom an analyst keeps apart from this core, is tied there as well.
pub fn choose<C: Copy>(
    centres: impl IntoIterator<Item = (C, Rank)>,
    mut refused: impl FnMut(C) -> bool,
) -> Option<C> {
    let mut centres: Vec<(C, Rank)> = centres.into_iter().collect();
    centres.sort_by_key(|&(_, rank)| Reverse(rank));
    centres.into_iter().map(|(core, _)| core).find(|&core| !refused(core))
}

/// For each core the core whose campaign it is in, over all cores at once. `ties` and `apart` name pairs in any order,
/// each once; what is apart is not tied.
pub(crate) fn settle(
    ranks: &[(u64, [u8; 16])],
    ties: &[(usize, usize)],
    apart: &[(usize, usize)],
) -> Vec<usize> {
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); ranks.len()];
    for &(a, b) in ties {
        near[a].push(b);
        near[b].push(a);
    }
    let mut kept_apart: Vec<Vec<usize>> = vec![Vec::new(); ranks.len()];
    for &(a, b) in apart {
        kept_apart[a].push(b);
        kept_apart[b].push(a);
    }
    let rank = |core: usize| -> Rank {
        let (mails, first) = ranks[core];
        (mails, near[core].len() as u64, Reverse(first))
    };
    let centre: Vec<bool> = (0..ranks.len())
        .map(|core| is_centre(&rank(core), near[core].iter().map(|&other| rank(other))))
        .collect();
    (0..ranks.len())
        .map(|core| {
            if centre[core] {
                return core;
            }
            let centres =
                near[core].iter().filter(|&&other| centre[other]).map(|&other| (other, rank(other)));
            let refused = |to: usize| {
                kept_apart[core].iter().any(|&other| near[to].contains(&other) && rank(other) > rank(core))
            };
            choose(centres, refused).unwrap_or(core)
        })
        .collect()
}

/// Disjoint sets of mails.
pub(crate) struct Sets {
    parent: Vec<usize>,
}

impl Sets {
    pub(crate) fn new(count: usize) -> Self {
        Self { parent: (0..count).collect() }
    }

    /// The set's name: its smallest mail.
    pub(crate) fn root(&mut self, mail: usize) -> usize {
        let mut at = mail;
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    /// Unites two sets; false if they were one already.
    pub(crate) fn unite(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
        a != b
    }
}
