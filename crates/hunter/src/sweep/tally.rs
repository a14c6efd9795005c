//! Hits counted by value and by machine: first seen, last seen, how often (S22).

use std::collections::HashMap;

use super::hit::Hit;
use super::timeline::Timeline;
use crate::limits::MAX_PAIRS;
use crate::log::Moment;

/// First, last, how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Hits.
    pub count: u64,
    /// The first of those that tell their time.
    pub first: Option<Moment>,
    /// The last.
    pub last: Option<Moment>,
    /// When how much.
    pub timeline: Timeline,
}

impl Seen {
    fn add(&mut self, time: Option<Moment>) {
        self.count += 1;
        self.first = self.first.into_iter().chain(time).min();
        self.last = self.last.into_iter().chain(time).max();
        if let Some(time) = time {
            self.timeline.add(time.at);
        }
    }
}

/// A machine and what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its address, name or user.
    pub who: String,
    /// The value of the set.
    pub entry: u32,
    /// First, last, how often.
    pub count: u64,
    /// The first of those that tell their time.
    pub first: Option<Moment>,
    /// The last.
    pub last: Option<Moment>,
}

/// Counts hits.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    entries: HashMap<u32, Seen>,
    pairs: HashMap<(u32, String), Seen>,
    /// All hits.
    pub all: Seen,
    /// Hits of pairs that were not told apart any more.
    pub beyond: u64,
}

impl Tally {
    /// Counts a hit: for its value and all others that it is.
    pub fn add(&mut self, hit: &Hit) {
        self.all.add(hit.time);
        for &entry in hit.also.iter().chain(std::iter::once(&hit.entry)) {
            self.entries.entry(entry).or_default().add(hit.time);
        }
        if hit.who.is_empty() {
            return;
        }
        let full = self.pairs.len() >= MAX_PAIRS;
        let key = (hit.entry, hit.who.clone());
        match self.pairs.get_mut(&key) {
            Some(seen) => seen.add_plain(hit.time),
            None if full => self.beyond += 1,
            None => self.pairs.entry(key).or_default().add_plain(hit.time),
        }
    }

    /// Values by how often they were seen, most first; then by their number.
    pub fn by_entry(&self) -> Vec<(u32, &Seen)> {
        let mut all: Vec<_> = self.entries.iter().map(|(entry, seen)| (*entry, seen)).collect();
        all.sort_by(|a, b| b.1.count.cmp(&a.1.count).then(a.0.cmp(&b.0)));
        all
    }

    /// Machines with the value that each met, by machine and first time.
    pub fn machines(&self) -> Vec<Machine> {
        let mut all: Vec<Machine> = self
            .pairs
            .iter()
            .map(|((entry, who), seen)| Machine {
                who: who.clone(),
                entry: *entry,
                count: seen.count,
                first: seen.first,
                last: seen.last,
            })
            .collect();
        all.sort_by(|a, b| a.who.cmp(&b.who).then(a.first.cmp(&b.first)).then(a.entry.cmp(&b.entry)));
        all
    }

    /// Machines that met one value, most hits first.
    pub fn machines_of(&self, entry: u32) -> Vec<Machine> {
        let mut all: Vec<Machine> =
            self.machines().into_iter().filter(|machine| machine.entry == entry).collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then(a.who.cmp(&b.who)));
        all
    }
}

impl Seen {
    /// Without a timeline: there are many pairs.
    fn add_plain(&mut self, time: Option<Moment>) {
        self.count += 1;
        self.first = self.first.into_iter().chain(time).min();
        self.last = self.last.into_iter().chain(time).max();
    }
}
