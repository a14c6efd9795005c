//! A disk as the system that mounts it sees it: its bytes as they stand, or laid out in blocks by a table. Nothing is
//! laid out in memory: a file of a few kilobytes may claim a disk of terabytes.

use std::borrow::Cow;
use std::rc::Rc;

use crate::binary::{piece, u8_at, u16_at, u32_at, u64_at};

/// Bytes that one reading gives at most where they are not at hand as they stand.
const READ: usize = 64 << 20;

/// A disk, or a part of it.
#[derive(Clone)]
pub(crate) struct View<'a> {
    bytes: &'a [u8],
    /// Where each block of so many bytes stands; a block without a place is all zeroes.
    blocks: Option<(usize, Rc<[Option<usize>]>)>,
    start: usize,
    end: usize,
}

impl<'a> View<'a> {
    /// A disk whose bytes stand as they are.
    pub(crate) fn flat(bytes: &'a [u8]) -> Self {
        Self { bytes, blocks: None, start: 0, end: bytes.len() }
    }

    /// A disk of `size` bytes in blocks of `block` bytes.
    pub(crate) fn blocks(bytes: &'a [u8], block: usize, places: Vec<Option<usize>>, size: usize) -> Self {
        let end = size.min(block.saturating_mul(places.len()));
        Self { bytes, blocks: Some((block.max(1), places.into())), start: 0, end }
    }

    /// The disk from `start` on.
    pub(crate) fn from(&self, start: usize) -> Self {
        Self { start: self.start.saturating_add(start).min(self.end), ..self.clone() }
    }

    /// Its size.
    pub(crate) fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// How many bytes there really are behind it.
    pub(crate) fn packed(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// `length` bytes at `at`, or as many of them as there are.
    pub(crate) fn piece(&self, at: usize, length: usize) -> Cow<'a, [u8]> {
        let from = self.start.saturating_add(at).min(self.end);
        let length = length.min(self.end - from);
        let Some((block, places)) = &self.blocks else {
            return Cow::Borrowed(piece(self.bytes, from, length));
        };
        let spot =
            |at: usize| places.get(at / block).copied().flatten().map(|p| p.saturating_add(at % block));
        if from % block + length <= *block
            && let Some(place) = spot(from)
        {
            return Cow::Borrowed(piece(self.bytes, place, length));
        }
        let length = length.min(READ);
        let mut out = Vec::new();
        while out.len() < length {
            let at = from + out.len();
            let step = (length - out.len()).min(block - at % block);
            if let Some(place) = spot(at) {
                out.extend_from_slice(piece(self.bytes, place, step));
            }
            out.resize((at - from) + step, 0);
        }
        Cow::Owned(out)
    }

    /// The byte at `at`.
    pub(crate) fn u8(&self, at: usize) -> Option<u8> {
        u8_at(&self.piece(at, 1), 0)
    }

    /// The little-endian 16-bit number at `at`.
    pub(crate) fn u16(&self, at: usize) -> Option<usize> {
        u16_at(&self.piece(at, 2), 0).map(usize::from)
    }

    /// The little-endian 32-bit number at `at`.
    pub(crate) fn u32(&self, at: usize) -> Option<usize> {
        u32_at(&self.piece(at, 4), 0).and_then(|n| usize::try_from(n).ok())
    }

    /// The little-endian 64-bit number at `at`.
    pub(crate) fn u64(&self, at: usize) -> Option<usize> {
        u64_at(&self.piece(at, 8), 0).and_then(|n| usize::try_from(n).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_read_across_their_borders_and_missing_ones_are_zeroes() {
        let view = View::blocks(b"..BBBBAAAA", 4, vec![Some(6), None, Some(2)], 11);
        assert_eq!(&*view.piece(0, 100), b"AAAA\0\0\0\0BBB");
        assert_eq!(&*view.from(2).piece(0, 4), b"AA\0\0");
        assert_eq!(view.from(8).len(), 3);
        assert_eq!(view.from(9).u32(0), None);
        assert_eq!(&*view.piece(usize::MAX, usize::MAX), b"");
    }
}
