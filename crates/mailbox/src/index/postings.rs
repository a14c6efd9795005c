//! The documents and positions of one term.
//!
//! `documents, bytes of them, (distance to the one before × 2 + "once", count unless once) …, positions …`, all in
//! groups of seven bits.

use crate::document::bytes::{put, split, take};

/// The documents of a term, in rising order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Postings {
    pub(super) docs: Vec<u32>,
    /// How often it stands in each.
    counts: Vec<u32>,
    /// All the positions, undecoded.
    positions: Vec<u8>,
}

/// Writes such a list.
#[derive(Debug, Default)]
pub(super) struct Listing {
    docs: Vec<u8>,
    positions: Vec<u8>,
    many: u64,
    next: u32,
}

impl Listing {
    /// Adds a document behind those that are there.
    pub(super) fn add(&mut self, doc: u32, count: u32, positions: &[u8]) {
        let distance = u64::from(doc.saturating_sub(self.next));
        put(&mut self.docs, distance << 1 | u64::from(count == 1));
        if count != 1 {
            put(&mut self.docs, u64::from(count));
        }
        self.positions.extend_from_slice(positions);
        self.next = doc.saturating_add(1);
        self.many += 1;
    }

    /// True where nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.many == 0
    }

    /// The list; the listing is empty then.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        put(out, self.many);
        put(out, self.docs.len() as u64);
        out.extend_from_slice(&self.docs);
        out.extend_from_slice(&self.positions);
        self.docs.clear();
        self.positions.clear();
        (self.many, self.next) = (0, 0);
    }
}

impl Postings {
    /// Reads a list; `None` for other bytes. Documents are below `size`.
    pub(super) fn read(bytes: &[u8], size: u32) -> Option<Self> {
        let rest = &mut &*bytes;
        let many = usize::try_from(take(rest)?).ok().filter(|many| *many <= size as usize)?;
        let length = usize::try_from(take(rest)?).ok()?;
        let docs = &mut split(rest, length)?;
        let mut out = Self {
            docs: Vec::with_capacity(many),
            counts: Vec::with_capacity(many),
            positions: rest.to_vec(),
        };
        let mut next = 0u32;
        for _ in 0..many {
            let word = take(docs)?;
            let doc = next.checked_add(u32::try_from(word >> 1).ok()?).filter(|doc| *doc < size)?;
            let count = if word & 1 == 1 { 1 } else { u32::try_from(take(docs)?).ok()? };
            out.docs.push(doc);
            out.counts.push(count);
            next = doc + 1;
        }
        Some(out)
    }

    /// Hands out the positions of those documents that `wanted` names, in rising order.
    pub(super) fn positions(
        &self,
        wanted: impl Fn(u32) -> bool,
        mut each: impl FnMut(u32, u32),
    ) -> Option<()> {
        let rest = &mut &*self.positions;
        for (doc, count) in self.docs.iter().zip(&self.counts) {
            if wanted(*doc) {
                let mut position = 0u32;
                for _ in 0..*count {
                    position = position.checked_add(u32::try_from(take(rest)?).ok()?)?;
                    each(*doc, position);
                }
            } else {
                for _ in 0..*count {
                    let end = rest.iter().position(|b| b & 0x80 == 0)?;
                    *rest = rest.get(end + 1..)?;
                }
            }
        }
        Some(())
    }

    /// The documents with their counts and the bytes of their positions, for merging.
    pub(super) fn pieces(&self, with_positions: bool, mut each: impl FnMut(u32, u32, &[u8])) -> Option<()> {
        let rest = &mut &*self.positions;
        for (doc, count) in self.docs.iter().zip(&self.counts) {
            let mut length = 0;
            if with_positions {
                for _ in 0..*count {
                    length += rest.get(length..)?.iter().position(|b| b & 0x80 == 0)? + 1;
                }
            }
            each(*doc, *count, split(rest, length)?);
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_list_comes_back(docs in proptest::collection::btree_map(0u32..5_000, proptest::collection::btree_set(0u32..100_000, 1..5), 0..60)) {
            let mut listing = Listing::default();
            for (doc, positions) in &docs {
                let mut bytes = Vec::new();
                let mut before = 0;
                for position in positions {
                    put(&mut bytes, u64::from(position - before));
                    before = *position;
                }
                listing.add(*doc, u32::try_from(positions.len()).unwrap(), &bytes);
            }
            let mut bytes = Vec::new();
            listing.finish(&mut bytes);
            let read = Postings::read(&bytes, 5_000).unwrap();
            let mut back = std::collections::BTreeMap::<u32, std::collections::BTreeSet<u32>>::new();
            read.positions(|_| true, |doc, position| { back.entry(doc).or_default().insert(position); }).unwrap();
            prop_assert_eq!(&back, &docs);
            let odd: Vec<u32> = docs.keys().copied().filter(|doc| doc % 2 == 1).collect();
            let mut seen = Vec::new();
            read.positions(|doc| doc % 2 == 1, |doc, _| seen.push(doc)).unwrap();
            seen.dedup();
            prop_assert_eq!(seen, odd);
        }

        #[test]
        fn other_bytes_give_a_list_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Some(postings) = Postings::read(&bytes, 1_000) {
                prop_assert!(postings.docs.iter().all(|doc| *doc < 1_000));
                let _ = postings.positions(|_| true, |_, _| {});
            }
        }
    }
}
