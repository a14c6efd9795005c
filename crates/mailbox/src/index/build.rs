//! A segment gathered in memory: documents come one by one, terms are sorted once at the end.

use super::keys::Inverted;
use super::postings::Listing;
use super::problem::Problem;
use super::write::Writer;

/// Memory after which a segment is written.
const FULL: usize = 256 << 20;

/// A term in a document.
struct Stand {
    term: u32,
    doc: u32,
    /// Where its positions begin in [`Builder::positions`]; they end where those of the next stand begin.
    at: u32,
}

/// Documents on their way into a segment.
#[derive(Default)]
pub(super) struct Builder {
    table: Vec<u32>,
    hashes: Vec<u32>,
    /// Where each key ends in `keys`.
    ends: Vec<u32>,
    keys: Vec<u8>,
    stands: Vec<Stand>,
    positions: Vec<u8>,
    docs: u32,
}

impl Builder {
    /// True when it is time to write it.
    pub(super) fn is_full(&self) -> bool {
        let stands = self.stands.len() * size_of::<Stand>();
        stands + self.positions.len() + self.keys.len() + self.table.len() * 4 + self.hashes.len() * 8 >= FULL
    }

    /// Adds a document; its number here.
    pub(super) fn add(&mut self, inverted: &Inverted) -> u32 {
        let doc = self.docs;
        let (mut key_from, mut from) = (0, 0);
        for term in &inverted.terms {
            let key = inverted.keys.get(key_from..term.key as usize).unwrap_or_default();
            let positions = inverted.positions.get(from..term.positions as usize).unwrap_or_default();
            (key_from, from) = (term.key as usize, term.positions as usize);
            let number = self.number(key, term.hash);
            let at = u32::try_from(self.positions.len()).unwrap_or(u32::MAX);
            self.positions.extend_from_slice(positions);
            self.stands.push(Stand { term: number, doc, at });
        }
        self.docs += 1;
        doc
    }

    fn key(&self, at: usize) -> &[u8] {
        let end = |at: usize| self.ends.get(at).map_or(0, |end| *end as usize);
        self.keys.get(at.checked_sub(1).map_or(0, end)..end(at)).unwrap_or_default()
    }

    fn number(&mut self, key: &[u8], hash: u32) -> u32 {
        if self.hashes.len() * 2 >= self.table.len() {
            self.grow();
        }
        let mask = self.table.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            match self.table.get(slot).copied().unwrap_or(0) {
                0 => {
                    self.keys.extend_from_slice(key);
                    self.ends.push(u32::try_from(self.keys.len()).unwrap_or(u32::MAX));
                    self.hashes.push(hash);
                    let number = u32::try_from(self.hashes.len()).unwrap_or(u32::MAX);
                    if let Some(place) = self.table.get_mut(slot) {
                        *place = number;
                    }
                    return number - 1;
                }
                number => {
                    let at = number as usize - 1;
                    if self.hashes.get(at) == Some(&hash) && self.key(at) == key {
                        return number - 1;
                    }
                    slot = (slot + 1) & mask;
                }
            }
        }
    }

    fn grow(&mut self) {
        let size = (self.table.len() * 2).max(1 << 16);
        self.table.clear();
        self.table.resize(size, 0);
        for (at, hash) in self.hashes.iter().enumerate() {
            let mut slot = *hash as usize & (size - 1);
            while self.table.get(slot).is_some_and(|number| *number != 0) {
                slot = (slot + 1) & (size - 1);
            }
            if let Some(place) = self.table.get_mut(slot) {
                *place = u32::try_from(at + 1).unwrap_or(u32::MAX);
            }
        }
    }

    /// Writes the terms into a segment that has the documents already; the builder is empty then.
    pub(super) fn write(&mut self, writer: &mut Writer) -> Result<(), Problem> {
        // Terms by their keys: most differ in their first bytes, which stand beside their numbers.
        let mut order: Vec<(u64, u32)> = (0..self.ends.len())
            .map(|at| {
                let mut first = [0; 8];
                let key = self.key(at);
                let length = key.len().min(8);
                if let (Some(to), Some(from)) = (first.get_mut(..length), key.get(..length)) {
                    to.copy_from_slice(from);
                }
                (u64::from_be_bytes(first), u32::try_from(at).unwrap_or(u32::MAX))
            })
            .collect();
        order.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then_with(|| self.key(a.1 as usize).cmp(self.key(b.1 as usize)))
        });
        // Stands by their terms; within one they are in the order of the documents already.
        let mut starts = vec![0u32; self.ends.len() + 1];
        for stand in &self.stands {
            if let Some(count) = starts.get_mut(stand.term as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut by_term = vec![0u32; self.stands.len()];
        let mut next = starts.clone();
        for (at, stand) in self.stands.iter().enumerate() {
            if let Some(start) = next.get_mut(stand.term as usize) {
                if let Some(place) = by_term.get_mut(*start as usize) {
                    *place = u32::try_from(at).unwrap_or(u32::MAX);
                }
                *start += 1;
            }
        }
        let mut listing = Listing::default();
        let mut list = Vec::new();
        for (_, term) in order {
            let term = term as usize;
            let from = starts.get(term).map_or(0, |from| *from as usize);
            let until = starts.get(term + 1).map_or(0, |until| *until as usize);
            for number in by_term.get(from..until).unwrap_or_default() {
                let number = *number as usize;
                let Some(stand) = self.stands.get(number) else { continue };
                let end = self.stands.get(number + 1).map_or(self.positions.len(), |next| next.at as usize);
                let positions = self.positions.get(stand.at as usize..end).unwrap_or_default();
                // Each position is a number whose last byte has no mark; a whole value has none, and counts once.
                let count = positions.iter().filter(|byte| **byte & 0x80 == 0).count().max(1);
                listing.add(stand.doc, u32::try_from(count).unwrap_or(u32::MAX), positions);
            }
            list.clear();
            listing.finish(&mut list);
            writer.term(self.key(term), &list)?;
        }
        *self = Self::default();
        Ok(())
    }
}

/// Begins a segment, adds documents and terms, and ends it: for tests and for what is small.
#[cfg(test)]
pub(super) fn write(
    dir: &std::path::Path,
    name: &str,
    documents: &[crate::Document],
) -> Result<u32, Problem> {
    let mut writer = Writer::new(dir, name)?;
    let mut builder = Builder::default();
    for document in documents {
        if let Some(packed) = super::write::Packed::of(document) {
            writer.document(&packed)?;
            builder.add(&super::keys::invert(document));
        }
    }
    builder.write(&mut writer)?;
    writer.finish()
}
