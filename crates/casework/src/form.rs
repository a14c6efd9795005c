//! From links to campaigns, without giants.
//!
//! Strong links (text, attachment) are transitive: mails tied by them form a *core*. Weak links
//! (infrastructure alone) are not: a core joins another only if both are tied *directly*, if enough of the
//! smaller one's mails are, and the one that is joined is the centre. So a campaign is one core and the cores
//! directly tied to it, and a chain of weak links (A and B share a host, B and C a sender, C and D an address
//! …) falls into pairs instead of growing into a giant.

use std::collections::{BTreeMap, BTreeSet};

use lexicon::Link;

use crate::compare::is_strong;

/// At least this share of the smaller core's mails must be tied to the larger core.
const TIED_SHARE: f64 = 0.5;

/// The campaigns that `links` make among `count` mails, numbered from 0: each with at least two mails, mails
/// ascending, campaigns by their first mail. `rank(mail)` orders mails by content, so that ties between
/// equally good centres are decided alike in every input.
///
/// Links that name mails beyond `count` are passed over.
pub fn form<R: Ord>(count: usize, links: &[Link<usize>], rank: impl Fn(usize) -> R) -> Vec<Vec<usize>> {
    let links = || links.iter().filter(|link| link.a < count && link.b < count && link.a != link.b);
    let mut cores = Sets::new(count);
    for link in links().filter(|link| is_strong(&link.reasons)) {
        cores.unite(link.a, link.b);
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for mail in 0..count {
        members.entry(cores.root(mail)).or_default().push(mail);
    }

    // Which of a core's mails are tied weakly to which other core.
    let mut tied: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for link in links().filter(|link| !is_strong(&link.reasons)) {
        let (a, b) = (cores.root(link.a), cores.root(link.b));
        if a != b {
            tied.entry((a, b)).or_default().insert(link.a);
            tied.entry((b, a)).or_default().insert(link.b);
        }
    }
    let size = |core: usize| members.get(&core).map_or(0, Vec::len);
    let touched = |a: usize, b: usize| tied.get(&(a, b)).map_or(0, BTreeSet::len) as f64;
    let mut neighbours: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &(a, b) in tied.keys() {
        let smaller = size(a).min(size(b));
        let share =
            |core, other| if size(core) == smaller { touched(core, other) / smaller as f64 } else { 0.0 };
        if share(a, b).max(share(b, a)) >= TIED_SHARE {
            neighbours.entry(a).or_default().push(b);
        }
    }

    // Centres: the largest core first, then the one with most neighbours, then by content.
    let mut order: Vec<_> = neighbours
        .iter()
        .map(|(&core, near)| {
            let first = members.get(&core).into_iter().flatten().map(|&mail| rank(mail)).min();
            (std::cmp::Reverse((size(core), near.len())), first, core)
        })
        .collect();
    order.sort();
    let mut centre: BTreeMap<usize, usize> = BTreeMap::new();
    for (_, _, core) in order {
        if centre.contains_key(&core) {
            continue;
        }
        centre.insert(core, core);
        for &near in neighbours.get(&core).into_iter().flatten() {
            centre.entry(near).or_insert(core);
        }
    }

    let mut campaigns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (core, mails) in members {
        campaigns.entry(centre.get(&core).copied().unwrap_or(core)).or_default().extend(mails);
    }
    let mut campaigns: Vec<Vec<usize>> = campaigns.into_values().filter(|mails| mails.len() > 1).collect();
    campaigns.iter_mut().for_each(|mails| mails.sort_unstable());
    campaigns.sort_unstable();
    campaigns
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
        if let Some(slot) = self.parent.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
        a != b
    }
}
