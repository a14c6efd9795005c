//! Several segments into one, without the documents that count no more.

use std::collections::BinaryHeap;
use std::path::Path;

use super::keys::has_positions;
use super::postings::Listing;
use super::problem::{Damage, Problem};
use super::segment::ListAt;
use super::write::Writer;
use super::{Part, Set};

/// Why a merge did not come about: what was there stays.
pub(super) enum Failed {
    /// A segment is damaged.
    Damaged(Damage),
    /// It could not be written.
    Problem(Problem),
}

impl From<Damage> for Failed {
    fn from(damage: Damage) -> Self {
        Self::Damaged(damage)
    }
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// The terms of a segment, one after the other.
struct Terms<'p> {
    part: &'p Part,
    block: usize,
    ahead: std::vec::IntoIter<(Vec<u8>, ListAt)>,
}

impl Terms<'_> {
    fn next(&mut self) -> Result<Option<(Vec<u8>, ListAt)>, Damage> {
        loop {
            if let Some(term) = self.ahead.next() {
                return Ok(Some(term));
            }
            match self.part.segment.block_terms(self.block)? {
                Some(terms) => self.ahead = terms.into_iter(),
                None => return Ok(None),
            }
            self.block += 1;
        }
    }
}

/// Writes the segment `name` of what counts in `parts`; how many documents it holds.
pub(super) fn merge(dir: &Path, name: &str, parts: &[&Part]) -> Result<u32, Failed> {
    let mut writer = Writer::new(dir, name)?;
    let mut numbers: Vec<Vec<u32>> = Vec::new();
    let mut next = 0;
    for part in parts {
        let mut here = Vec::new();
        for (doc, kept) in (0u32..).zip(part.segment.files()?) {
            if part.dropped.has(doc) {
                here.push(u32::MAX);
                continue;
            }
            writer.document(&part.segment.packed(doc, kept)?)?;
            here.push(next);
            next += 1;
        }
        numbers.push(here);
    }
    let mut terms: Vec<Terms<'_>> =
        parts.iter().map(|part| Terms { part, block: 0, ahead: Vec::new().into_iter() }).collect();
    // The smallest key first, and of the same key the first segment.
    let mut heap = BinaryHeap::new();
    let mut lists: Vec<Option<ListAt>> = vec![None; parts.len()];
    for (at, terms) in terms.iter_mut().enumerate() {
        if let Some((key, list)) = terms.next()? {
            heap.push(std::cmp::Reverse((key, at)));
            if let Some(place) = lists.get_mut(at) {
                *place = Some(list);
            }
        }
    }
    let mut listing = Listing::default();
    let mut list = Vec::new();
    while let Some(std::cmp::Reverse((key, at))) = heap.pop() {
        if let (Some(from), Some(numbers), Some(part)) =
            (lists.get_mut(at).and_then(Option::take), numbers.get(at), parts.get(at))
        {
            let with_positions = has_positions(key.get(1).copied().unwrap_or(0));
            let postings = part.segment.postings(&from)?;
            postings
                .pieces(with_positions, |doc, count, positions| {
                    if let Some(number) = numbers.get(doc as usize).filter(|number| **number != u32::MAX) {
                        listing.add(*number, count, positions);
                    }
                })
                .ok_or_else(|| Damage::new(&part.name, "lists"))?;
        }
        if let Some((next, from)) = terms.get_mut(at).map(Terms::next).transpose()?.flatten() {
            heap.push(std::cmp::Reverse((next, at)));
            if let Some(place) = lists.get_mut(at) {
                *place = Some(from);
            }
        }
        let goes_on = heap.peek().is_some_and(|std::cmp::Reverse((next, _))| *next == key);
        if !goes_on && !listing.is_empty() {
            list.clear();
            listing.finish(&mut list);
            writer.term(&key, &list)?;
        }
    }
    Ok(writer.finish()?)
}

/// Which parts are to be merged: all of them if they are too many small ones, or one that is mostly dropped.
pub(super) fn due(parts: &[Part], most: usize) -> Option<Vec<usize>> {
    let live = |part: &Part| part.segment.docs() - part.dropped.count();
    if parts.len() > most {
        // The small ones; the largest stay as they are.
        let mut by_size: Vec<usize> = (0..parts.len()).collect();
        by_size.sort_by_key(|at| parts.get(*at).map_or(0, live));
        by_size.truncate(parts.len() - most / 2);
        by_size.sort_unstable();
        return Some(by_size);
    }
    parts.iter().position(|part| part.dropped.count() * 2 > part.segment.docs()).map(|at| vec![at])
}

/// Keeps [`Set`] in the words of this file.
pub(super) fn nothing_dropped(docs: u32) -> Set {
    Set::none(docs)
}
