//! Searches over short distances. A field of a log is mostly shorter than what a long-distance search needs to begin:
//! sixteen bytes are looked at in a few instructions, and only what is farther away goes to `memchr`.
//!
//! A mask has one bit for each byte, the lowest for the first.

use memchr::memchr;
use wide::u8x16;

/// Sixteen bytes at once.
#[derive(Clone, Copy)]
pub(crate) struct Lane(u8x16);

#[inline(always)]
fn mask(of: u8x16) -> u64 {
    u64::from(of.to_bitmask())
}

impl Lane {
    #[inline(always)]
    fn load(bytes: &[u8; 16]) -> Self {
        Self(u8x16::new(*bytes))
    }

    #[inline(always)]
    fn equal(self, byte: u8) -> u8x16 {
        self.0.simd_eq(u8x16::splat(byte))
    }

    #[inline(always)]
    pub(crate) fn is(self, byte: u8) -> u64 {
        mask(self.equal(byte))
    }

    #[inline(always)]
    pub(crate) fn either(self, a: u8, b: u8) -> u64 {
        mask(self.equal(a) | self.equal(b))
    }

    #[inline(always)]
    fn same(self, other: Self) -> u64 {
        mask(self.0.simd_eq(other.0))
    }

    #[inline(always)]
    pub(crate) fn high(self) -> u64 {
        mask(self.0)
    }

    /// Decimal digits.
    #[inline(always)]
    fn digits(self) -> u64 {
        mask(within(self.0, b'0', 9))
    }

    /// Letters, digits, `-`, `_`, `.` and everything that is not ASCII.
    #[inline(always)]
    pub(crate) fn in_name(self) -> u64 {
        let letter = within(self.0 | u8x16::splat(0x20), b'a', 25);
        // `-` and `.` are neighbours.
        mask(letter | within(self.0, b'0', 9) | within(self.0, b'-', 1) | self.equal(b'_') | self.0)
    }
}

/// Bytes from `first` to `first + more`.
#[inline(always)]
fn within(of: u8x16, first: u8, more: u8) -> u8x16 {
    let from = of - u8x16::splat(first);
    from.min(u8x16::splat(more)).simd_eq(from)
}

/// A question about sixty-four bytes.
#[inline(always)]
pub(crate) fn block(bytes: &[u8; 64], of: impl Fn(Lane) -> u64) -> u64 {
    match bytes.as_chunks::<16>().0 {
        [a, b, c, d] => {
            of(Lane::load(a)) | of(Lane::load(b)) << 16 | of(Lane::load(c)) << 32 | of(Lane::load(d)) << 48
        }
        _ => 0,
    }
}

/// A question about twice as many.
#[inline(always)]
pub(crate) fn wide(bytes: &[u8; 128], of: impl Fn(Lane) -> u64) -> u128 {
    match bytes.as_chunks::<64>().0 {
        [first, second] => u128::from(block(first, &of)) | u128::from(block(second, &of)) << 64,
        _ => 0,
    }
}

/// Sixty-four bytes from `start` on; zeros behind the end of the text.
#[inline(always)]
pub(crate) fn block_at(text: &[u8], start: usize, of: impl Fn(Lane) -> u64) -> u64 {
    let rest = text.get(start..).unwrap_or_default();
    if let Some(whole) = rest.first_chunk::<64>() {
        return block(whole, of);
    }
    if let Some(last) = text.last_chunk::<64>() {
        return block(last, of).checked_shr((64 - rest.len()) as u32).unwrap_or(0);
    }
    let mut padded = [0; 64];
    if let Some(to) = padded.get_mut(..rest.len()) {
        to.copy_from_slice(rest);
    }
    block(&padded, of)
}

/// Goes from one marked byte of a text to the next.
pub(crate) struct Marks<'a, F> {
    text: &'a [u8],
    of: F,
    start: usize,
    mask: u64,
}

impl<'a, F: Fn(Lane) -> u64> Marks<'a, F> {
    /// `of` never marks a zero.
    #[inline(always)]
    pub(crate) fn new(text: &'a [u8], of: F) -> Self {
        let mask = block_at(text, 0, &of);
        Self { text, of, start: 0, mask }
    }

    /// The first mark from `at` on, which is never before the last one asked for.
    #[inline(always)]
    pub(crate) fn from(&mut self, at: usize) -> Option<usize> {
        let mut mask =
            if at < self.start + 64 { self.mask & !lowest(at.saturating_sub(self.start)) } else { 0 };
        while mask == 0 {
            self.start += 64;
            if self.start >= self.text.len() {
                self.start = self.text.len() & !63;
                self.mask = 0;
                return None;
            }
            if at < self.start + 64 {
                self.mask = block_at(self.text, self.start, &self.of);
                mask = self.mask & !lowest(at.saturating_sub(self.start));
            }
        }
        Some(self.start + mask.trailing_zeros() as usize)
    }
}

/// Where both have the same byte.
#[inline(always)]
pub(crate) fn same(one: &[u8; 64], other: &[u8; 64]) -> u64 {
    match (one.as_chunks::<16>().0, other.as_chunks::<16>().0) {
        ([a, b, c, d], [e, f, g, h]) => {
            let same = |one, other| Lane::load(one).same(Lane::load(other));
            same(a, e) | same(b, f) << 16 | same(c, g) << 32 | same(d, h) << 48
        }
        _ => 0,
    }
}

/// Where `byte` first stands among eight, the first the lowest; 8 or more if nowhere.
#[inline(always)]
pub(crate) fn first_of_8(bytes: u64, byte: u8) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let zero_there = bytes ^ ONES.wrapping_mul(u64::from(byte));
    let marks = zero_there.wrapping_sub(ONES) & !zero_there & ONES << 7;
    marks.trailing_zeros() as usize / 8
}

/// The lowest `count` bits.
#[inline(always)]
pub(crate) fn lowest(count: usize) -> u64 {
    if count >= 64 { u64::MAX } else { (1 << count) - 1 }
}

/// Sixteen bytes or fewer, zeros behind them.
#[inline]
pub(crate) fn up_to_16(text: &[u8]) -> u128 {
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        let far = (text.len().min(16) - 8) * 8;
        return u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << far;
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let far = (text.len() - 4) * 8;
        return u128::from(
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << far,
        );
    }
    text.iter().rev().fold(0, |wide, &byte| wide << 8 | u128::from(byte))
}

/// Where `byte` first stands.
#[inline]
pub(crate) fn find(byte: u8, text: &[u8]) -> Option<usize> {
    search(text, |lane| lane.is(byte), |rest| memchr(byte, rest))
}

/// Where one of two bytes first stands.
#[inline]
pub(crate) fn find2(a: u8, b: u8, text: &[u8]) -> Option<usize> {
    search(text, |lane| lane.either(a, b), |rest| memchr::memchr2(a, b, rest))
}

/// Where one of four bytes first stands.
#[inline]
pub(crate) fn find4(bytes: [u8; 4], text: &[u8]) -> Option<usize> {
    let [a, b, c, d] = bytes;
    search(
        text,
        |lane| lane.either(a, b) | lane.either(c, d),
        |rest| rest.iter().position(|other| bytes.contains(other)),
    )
}

#[inline]
fn search(text: &[u8], of: impl Fn(Lane) -> u64, far: impl Fn(&[u8]) -> Option<usize>) -> Option<usize> {
    let Some(first) = text.first_chunk::<16>() else {
        let mask = of(Lane::load(&up_to_16(text).to_le_bytes())) & lowest(text.len());
        return (mask != 0).then(|| mask.trailing_zeros() as usize);
    };
    let mask = of(Lane::load(first));
    if mask != 0 {
        return Some(mask.trailing_zeros() as usize);
    }
    let rest = text.get(16..).unwrap_or_default();
    if let Some(second) = rest.first_chunk::<16>() {
        let mask = of(Lane::load(second));
        if mask != 0 {
            return Some(16 + mask.trailing_zeros() as usize);
        }
        return far(rest.get(16..).unwrap_or_default()).map(|at| at + 32);
    }
    // What is left is less than sixteen bytes: with those before it, sixteen.
    let mask = of(Lane::load(text.last_chunk::<16>()?));
    (mask != 0).then(|| text.len() - 16 + mask.trailing_zeros() as usize)
}

/// Where the last two dots stand: the last, and the one before it.
#[inline]
pub(crate) fn last_two_dots(text: &[u8]) -> (Option<usize>, Option<usize>) {
    // Of the last thirty-two bytes; nearly every name is shorter.
    let (from, mask) = match (text.first_chunk::<16>(), text.last_chunk::<16>()) {
        (Some(first), Some(last)) => {
            let last = Lane::load(last).is(b'.');
            match text.len() {
                length @ 16..=32 => (0, Lane::load(first).is(b'.') | last << (length - 16)),
                length => {
                    let before = text.get(..length - 16).and_then(<[u8]>::last_chunk::<16>);
                    (length - 32, before.map_or(0, |before| Lane::load(before).is(b'.')) | last << 16)
                }
            }
        }
        _ => (0, Lane::load(&up_to_16(text).to_le_bytes()).is(b'.')),
    };
    let far = |to: usize| text.get(..to).and_then(|before| memchr::memrchr(b'.', before));
    let Some(last) = mask.checked_ilog2() else {
        let last = if from == 0 { None } else { far(from) };
        return (last, last.and_then(far));
    };
    let second = match (mask ^ 1 << last).checked_ilog2() {
        Some(second) => Some(from + second as usize),
        None if from == 0 => None,
        None => far(from),
    };
    (Some(from + last as usize), second)
}

/// The bytes of a text and where its dots are, if it is of digits and three dots and as long as an IPv4 address can be.
#[inline(always)]
fn quads(text: &[u8]) -> Option<(u128, u64)> {
    if text.len() < 7 || text.len() > 15 {
        return None;
    }
    let wide = up_to_16(text);
    let lane = Lane::load(&wide.to_le_bytes());
    let dots = lane.is(b'.');
    (lane.digits() | dots == lowest(text.len()) && dots.count_ones() == 3).then_some((wide, dots))
}

/// Reads an IPv4 address in dotted quads strictly: one to three digits a part, nothing behind it.
#[inline]
pub(crate) fn ipv4(text: &[u8]) -> Option<u32> {
    let (wide, dots) = quads(text)?;
    let first = dots.trailing_zeros();
    let dots = dots & (dots - 1);
    let second = dots.trailing_zeros();
    let third = (dots & (dots - 1)).trailing_zeros();
    #[allow(clippy::cast_possible_truncation, reason = "at most 15")]
    let end = text.len() as u32;
    let a = part(wide, 0, first)?;
    let b = part(wide, first + 1, second)?;
    let c = part(wide, second + 1, third)?;
    let d = part(wide, third + 1, end)?;
    Some(a << 24 | b << 16 | c << 8 | d)
}

/// The first half of an IPv4 address; `None` where the text is none by its bytes and dots.
#[inline]
pub(crate) fn network(text: &[u8]) -> Option<u16> {
    let (wide, dots) = quads(text)?;
    let first = dots.trailing_zeros();
    let second = (dots & (dots - 1)).trailing_zeros();
    // Both stand in the first eight bytes, or are too long.
    #[allow(clippy::cast_possible_truncation, reason = "eight bytes are wanted")]
    let near = wide as u64;
    #[allow(clippy::cast_possible_truncation, reason = "below 256 each")]
    Some((number(near, 0, first)? << 8 | number(near, first + 1, second)?) as u16)
}

/// The number in the bytes `from..to` of eight.
#[inline(always)]
fn number(bytes: u64, from: u32, to: u32) -> Option<u32> {
    let count = to.wrapping_sub(from);
    if count.wrapping_sub(1) > 2 || from > 7 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "four bytes are wanted")]
    decimal((bytes >> (from * 8)) as u32, count)
}

/// The number of `count` digits, one to three, of which the first is the lowest byte.
#[inline(always)]
fn decimal(digits: u32, count: u32) -> Option<u32> {
    // The last digit becomes the highest byte; what stands before the first is shifted in as zero.
    let digits = digits << ((4 - count) * 8) & 0x0f0f_0f00;
    let value = (digits >> 24) + (digits >> 16 & 0xff) * 10 + (digits >> 8 & 0xff) * 100;
    (value < 256).then_some(value)
}

/// The number that stands in the bytes `from..to`.
#[inline]
fn part(wide: u128, from: u32, to: u32) -> Option<u32> {
    let count = to.wrapping_sub(from);
    if count.wrapping_sub(1) > 2 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, reason = "four bytes are wanted")]
    decimal((wide >> (from * 8)) as u32, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_near_is_found_like_what_is_far(text in "[a-w.#\u{3042}]{0,80}", byte in "[a-c.#]") {
            let (text, byte) = (text.as_bytes(), byte.as_bytes()[0]);
            prop_assert_eq!(find(byte, text), text.iter().position(|&b| b == byte));
            prop_assert_eq!(find2(byte, b'#', text), text.iter().position(|&b| b == byte || b == b'#'));
            let mut dots = text.iter().enumerate().rev().filter(|(_, b)| **b == b'.').map(|(at, _)| at);
            prop_assert_eq!(last_two_dots(text), (dots.next(), dots.next()));
        }

        #[test]
        fn a_block_tells_the_same_as_its_bytes(bytes in proptest::collection::vec(any::<u8>(), 64), byte in any::<u8>()) {
            let bytes: [u8; 64] = bytes.try_into().unwrap();
            let name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.') || b >= 0x80;
            for (at, &here) in bytes.iter().enumerate() {
                let bit = |mask: u64| mask >> at & 1 != 0;
                prop_assert_eq!(bit(block(&bytes, |lane| lane.is(byte))), here == byte);
                prop_assert_eq!(bit(block(&bytes, |lane| lane.either(byte, 7))), here == byte || here == 7);
                prop_assert_eq!(bit(block(&bytes, Lane::high)), here >= 0x80);
                prop_assert_eq!(bit(block(&bytes, Lane::in_name)), name(here));
                prop_assert_eq!(bit(same(&bytes, &[byte; 64])), here == byte);
            }
        }

        #[test]
        fn marks_are_those_of_the_bytes(text in "[a,b]{0,200}", jump in 1usize..90) {
            let text = text.as_bytes();
            let mut marks = Marks::new(text, |lane| lane.is(b','));
            let mut at = 0;
            while at <= text.len() {
                let next = text.get(at..).and_then(|rest| rest.iter().position(|&b| b == b',')).map(|n| at + n);
                prop_assert_eq!(marks.from(at), next);
                at = next.unwrap_or(at) + jump;
            }
        }

        #[test]
        fn a_byte_is_found_among_eight(bytes in any::<[u8; 8]>(), byte in any::<u8>()) {
            let found = first_of_8(u64::from_le_bytes(bytes), byte);
            prop_assert_eq!((found < 8).then_some(found), bytes.iter().position(|&here| here == byte));
        }

        #[test]
        fn what_is_no_address_is_none(text in "[0-9.x]{5,17}") {
            let strict = text.parse::<std::net::Ipv4Addr>().ok().map(u32::from);
            // Leading zeros are read here, Rust refuses them.
            if strict.is_some() {
                prop_assert_eq!(ipv4(text.as_bytes()), strict);
            }
            let parts: Vec<&str> = text.split('.').collect();
            let plain = parts.len() == 4
                && parts.iter().all(|part| part.len() < 4 && part.parse::<u16>().is_ok_and(|value| value < 256));
            prop_assert_eq!(ipv4(text.as_bytes()).is_some(), plain);
        }

        #[test]
        fn an_address_is_read_as_it_is_written(address in any::<u32>()) {
            let text = std::net::Ipv4Addr::from(address).to_string();
            prop_assert_eq!(ipv4(text.as_bytes()), Some(address));
            prop_assert_eq!(network(text.as_bytes()).map(u32::from), Some(address >> 16));
        }
    }
}
