//! Building a set: values go straight into the arrays that are looked up later, each value once.

use super::hash::fold_hash;
use super::ips::Ips;
use super::names::NameFilter;
use super::origin::{Origin, Origins, index};
use super::parts::AllParts;
use super::{Set, url_key};
use crate::Kind;
use crate::limits::{MAX_INDICATORS, MAX_PARTS};

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is new.
    New,
    /// It was there already; its origin is kept as well.
    Again,
    /// There are [`MAX_INDICATORS`] values, or [`MAX_PARTS`] that are parts, already.
    Full,
}

/// A set in the making.
#[derive(Debug, Clone, Default)]
pub struct Builder {
    ends: Vec<u32>,
    blob: Vec<u8>,
    kinds: Vec<u8>,
    groups: Vec<u32>,
    origins: Origins,
    slots: Vec<u64>,
    parts: usize,
}

impl Builder {
    /// An empty set.
    pub fn new() -> Self {
        Self { slots: vec![0; 1 << 10], ..Self::default() }
    }

    /// Where the values that follow come from.
    pub fn origin(&mut self, origin: Origin) -> u32 {
        self.origins.origin(origin)
    }

    /// Makes room for about this many values more.
    pub fn reserve(&mut self, values: usize) {
        let values = values.min(MAX_INDICATORS);
        let wanted = ((self.ends.len() + values) * 2).next_power_of_two();
        if wanted > self.slots.len() {
            self.grow(wanted);
        }
    }

    /// Adds a value in its normal form, from this origin.
    pub fn add(&mut self, kind: Kind, value: &str, origin: u32) -> Added {
        let hash = fold_hash(value.as_bytes(), kind as u64);
        match self.find(kind, value.as_bytes(), hash) {
            Ok(entry) => {
                if let Some(group) = self.groups.get_mut(entry as usize) {
                    *group = self.origins.with(Some(*group), origin);
                }
                Added::Again
            }
            Err(slot) => {
                let full = self.blob.len() + value.len() > u32::MAX as usize
                    || self.ends.len() >= MAX_INDICATORS
                    || (kind.is_part() && self.parts >= MAX_PARTS);
                if full {
                    return Added::Full;
                }
                self.parts += usize::from(kind.is_part());
                let entry = index(self.ends.len());
                self.blob.extend_from_slice(value.as_bytes());
                self.ends.push(index(self.blob.len()));
                self.kinds.push(kind as u8);
                self.groups.push(self.origins.with(None, origin));
                if let Some(slot) = self.slots.get_mut(slot) {
                    *slot = hash >> 32 << 32 | u64::from(entry + 1);
                }
                if self.ends.len() * 2 > self.slots.len() {
                    self.grow(self.slots.len() * 2);
                }
                Added::New
            }
        }
    }

    /// The value's entry, or the slot in which it would stand.
    fn find(&self, kind: Kind, value: &[u8], hash: u64) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        #[allow(clippy::cast_possible_truncation, reason = "the low bits are wanted")]
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at).copied().unwrap_or(0);
            if slot == 0 {
                return Err(at);
            }
            #[allow(clippy::cast_possible_truncation, reason = "the low half is the entry")]
            let entry = slot as u32 - 1;
            if slot >> 32 == hash >> 32
                && self.kinds.get(entry as usize) == Some(&(kind as u8))
                && self.value(entry) == value
            {
                return Ok(entry);
            }
            at = (at + 1) & mask;
        }
    }

    fn value(&self, entry: u32) -> &[u8] {
        value_of(&self.ends, &self.blob, entry)
    }

    fn grow(&mut self, size: usize) {
        let mut slots = vec![0u64; size];
        let mask = size - 1;
        for entry in 0..index(self.ends.len()) {
            let kind = u64::from(self.kinds.get(entry as usize).copied().unwrap_or(0));
            let hash = fold_hash(self.value(entry), kind);
            #[allow(clippy::cast_possible_truncation, reason = "the low bits are wanted")]
            let mut at = hash as usize & mask;
            while slots.get(at).is_some_and(|slot| *slot != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = hash >> 32 << 32 | u64::from(entry + 1);
            }
        }
        self.slots = slots;
    }

    /// True if nothing was added.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The set, ready to be looked up.
    pub fn finish(self) -> Set {
        let mut set = Set {
            ends: self.ends,
            blob: self.blob,
            kinds: self.kinds,
            groups: self.groups,
            origins: self.origins,
            slots: self.slots,
            ..Set::default()
        };
        let count = index(set.ends.len());
        let values = |kind: Kind| {
            let set = &set;
            (0..count)
                .filter(move |&entry| set.kind(entry) == kind)
                .map(move |entry| (entry, set.value(entry)))
        };
        let domains = values(Kind::Domain).count();
        let mut filter = NameFilter::new(domains);
        let mut has_single_label = false;
        for (_, name) in values(Kind::Domain) {
            has_single_label |= !filter.add(name.as_bytes());
        }
        let ips = Ips::build(values(Kind::Ipv4).chain(values(Kind::Ipv6)));
        let mut urls: Vec<(u64, u32)> =
            values(Kind::Url).filter_map(|(entry, url)| Some((url_key(url)?, entry))).collect();
        urls.sort_unstable();
        set.filter = filter;
        set.has_single_label = has_single_label;
        set.ips = ips;
        set.url_hosts = urls.iter().map(|url| url.0).collect();
        set.url_entries = urls.iter().map(|url| url.1).collect();
        set.derive();
        set
    }
}

/// The bytes of a value.
#[inline]
pub(super) fn value_of<'a>(ends: &[u32], blob: &'a [u8], entry: u32) -> &'a [u8] {
    let at = entry as usize;
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(at).copied().unwrap_or(start);
    blob.get(start as usize..end as usize).unwrap_or_default()
}

impl Set {
    /// What is quickly made of the rest.
    pub(super) fn derive(&mut self) {
        let count = index(self.ends.len());
        let mut has = [false; Kind::ALL.len()];
        for &kind in &self.kinds {
            if let Some(has) = has.get_mut(usize::from(kind)) {
                *has = true;
            }
        }
        self.has = has;
        let usual = [Kind::Domain, Kind::DomainPart, Kind::Ipv4];
        self.has_rare =
            self.ips.has_v6() || Kind::ALL.into_iter().any(|kind| !usual.contains(&kind) && self.has(kind));
        let parts = Kind::ALL.into_iter().any(|kind| kind.is_part() && self.has(kind));
        let all = |parts: bool| if parts { count } else { 0 };
        self.parts =
            AllParts::build((0..all(parts)).map(|entry| (entry, self.kind(entry), self.value(entry))));
    }
}
