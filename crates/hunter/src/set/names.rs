//! A filter that says no for nearly every name of a log, by one word of memory or two.
//!
//! Of a listed name with two labels (`ver.net`) the word of these two is marked. Of one with more (`a.shop.co.jp`) the word
//! of the last two is marked as leading on, and that of the last three (`shop.co.jp`): below `co.jp`, where very many
//! names lie, the third label decides.

use super::hash::fold_hash;
use crate::Kind;
use crate::near::last_two_dots;

/// What the hash of three labels begins with, so that it is not that of two.
const THREE: u64 = 0x33;
const TWO: u64 = Kind::Domain as u64;

/// A Bloom filter of which all bits of a value lie in one word.
#[derive(Debug, Clone, Default)]
pub(super) struct NameFilter {
    words: Vec<u64>,
}

/// Four bits of the word.
#[inline]
fn whole(hash: u64) -> u64 {
    1 << (hash & 63) | 1 << (hash >> 6 & 63) | 1 << (hash >> 12 & 63) | 1 << (hash >> 58)
}

/// Three others, by which it leads on.
#[inline]
fn leads_on(hash: u64) -> u64 {
    1 << (hash >> 46 & 63) | 1 << (hash >> 52 & 63) | 1 << (hash >> 40 & 63)
}

/// Where the last two labels of a name begin; `None` if there is only one.
#[inline]
pub(super) fn last_two_labels(name: &[u8]) -> Option<usize> {
    match last_two_dots(name) {
        (None, _) => None,
        (Some(_), second) => Some(second.map_or(0, |at| at + 1)),
    }
}

/// Where the label before the one at `start` begins.
#[inline]
fn label_before(name: &[u8], start: usize) -> Option<usize> {
    let before = name.get(..start.checked_sub(1)?)?;
    Some(last_two_dots(before).0.map_or(0, |at| at + 1))
}

impl NameFilter {
    /// Room for `count` names; none for none.
    pub(super) fn new(count: usize) -> Self {
        let bits = (count * 16).next_power_of_two().clamp(1 << 12, 1 << 26);
        Self { words: if count == 0 { Vec::new() } else { vec![0; bits / 64] } }
    }

    pub(super) fn from_words(words: Vec<u64>) -> Option<Self> {
        (words.is_empty() || words.len().is_power_of_two()).then_some(Self { words })
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    #[inline]
    fn word(&self, hash: u64) -> u64 {
        #[allow(clippy::cast_possible_truncation, reason = "the low bits are wanted")]
        let at = (hash >> 20) as usize & self.words.len().wrapping_sub(1);
        self.words.get(at).copied().unwrap_or(0)
    }

    fn mark(&mut self, hash: u64, bits: u64) {
        #[allow(clippy::cast_possible_truncation, reason = "the low bits are wanted")]
        let at = (hash >> 20) as usize & self.words.len().wrapping_sub(1);
        if let Some(word) = self.words.get_mut(at) {
            *word |= bits;
        }
    }

    /// Adds a name; false if it has one label only, which the filter does not know.
    pub(super) fn add(&mut self, name: &[u8]) -> bool {
        let Some(two) = last_two_labels(name) else { return false };
        let hash = fold_hash(name.get(two..).unwrap_or_default(), TWO);
        match label_before(name, two) {
            None => self.mark(hash, whole(hash)),
            Some(three) => {
                self.mark(hash, leads_on(hash));
                let hash = fold_hash(name.get(three..).unwrap_or_default(), THREE);
                self.mark(hash, whole(hash));
            }
        }
        true
    }

    /// False where no listed name of two labels or more is `name` or above it. `two`: where its last two labels begin.
    #[inline]
    pub(super) fn may_hold(&self, name: &[u8], two: usize) -> bool {
        let hash = fold_hash(name.get(two..).unwrap_or_default(), TWO);
        let word = self.word(hash);
        let (whole_bits, on) = (whole(hash), leads_on(hash));
        if word & whole_bits == whole_bits {
            return true;
        }
        word & on == on && self.third(name, two)
    }

    #[inline(never)]
    fn third(&self, name: &[u8], two: usize) -> bool {
        let Some(three) = label_before(name, two) else { return false };
        let hash = fold_hash(name.get(three..).unwrap_or_default(), THREE);
        let bits = whole(hash);
        self.word(hash) & bits == bits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_a_suffix_that_many_share_the_third_label_decides() {
        let mut filter = NameFilter::new(4);
        for name in ["ver.net", "evil.co.jp", "a.b.shop.co.jp"] {
            assert!(filter.add(name.as_bytes()));
        }
        assert!(!filter.add(b"localhost"));
        let may = |name: &str| filter.may_hold(name.as_bytes(), last_two_labels(name.as_bytes()).unwrap());
        for name in
            ["ver.net", "www.VER.net", "evil.co.jp", "x.evil.co.jp", "a.b.shop.co.jp", "z.a.b.shop.co.jp"]
        {
            assert!(may(name), "{name}");
        }
        for name in ["steamserver.net", "co.jp", "honest.co.jp", "www.honest.co.jp", "evil.ne.jp"] {
            assert!(!may(name), "{name}");
        }
    }
}
