//! The skeleton of an HTML part: which tags with which attributes follow each other, whatever is written in them.
//!
//! Steps (a tag's name with the names of its attributes) are cut into overlapping runs of four; what counts is which
//! runs are there, not how often: one row more in a table changes nothing. Of the runs' hashes the smallest in each of
//! [`BINS`] bins are kept (one-permutation MinHash), and six of them make one word: mails that are alike in nine of ten
//! runs share at least one of the four words nearly always, unrelated ones never.

use std::fmt::Write as _;

/// Steps of one run.
const RUN: usize = 4;
/// Words told.
const WORDS: usize = 4;
const BINS: usize = WORDS * 6;
/// A part with fewer full bins than this has too few different runs to say anything.
const MIN_FULL: usize = BINS - 4;
/// Tags looked at: what comes after them says nothing new.
const MAX_STEPS: usize = 20_000;

/// The skeleton while it is read.
#[derive(Debug, Clone)]
pub(super) struct Skeleton {
    window: [u64; RUN],
    steps: usize,
    bins: [u32; BINS],
}

impl Default for Skeleton {
    fn default() -> Self {
        Self { window: [0; RUN], steps: 0, bins: [u32::MAX; BINS] }
    }
}

/// A hash of a name, the same in capital and small letters.
pub(super) fn hash(name: &str) -> u64 {
    // FNV-1a.
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

impl Skeleton {
    /// One tag; `attributes` is the sum of its attributes' hashes.
    pub(super) fn step(&mut self, name: &str, attributes: u64) {
        if self.steps >= MAX_STEPS {
            return;
        }
        self.steps += 1;
        self.window.rotate_left(1);
        self.window[RUN - 1] = mix(hash(name) ^ mix(attributes));
        if self.steps < RUN {
            return;
        }
        let run = self.window.iter().fold(0, |sum, step| mix(sum ^ step));
        let at = ((run >> 32) * BINS as u64) >> 32;
        if let Some(bin) = self.bins.get_mut(at as usize) {
            *bin = (*bin).min(run as u32);
        }
    }

    /// The words, apart by spaces; empty where there is too little.
    pub(super) fn words(&self) -> String {
        let full = self.bins.iter().filter(|bin| **bin != u32::MAX).count();
        let mut out = String::new();
        if full < MIN_FULL {
            return out;
        }
        for (at, bins) in self.bins.chunks(BINS / WORDS).enumerate() {
            // An empty bin counts as empty: alike parts leave the same ones empty.
            let word = bins.iter().fold(at as u64, |sum, bin| mix(sum ^ u64::from(*bin)));
            let space = if at == 0 { "" } else { " " };
            let _ = write!(out, "{space}{:012x}", word >> 16);
        }
        out
    }
}

/// SplitMix64's finaliser.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use crate::Limits;

    fn page(rows: usize, seed: u64) -> String {
        let tags = ["td", "tr", "table", "a", "img", "span", "font", "div", "p", "b", "center", "h1"];
        let mut state = seed;
        let mut out = String::new();
        for _ in 0..120 {
            state = super::mix(state);
            let tag = tags[(state % 12) as usize];
            out.push_str(&format!("<{tag} class='{state}'>word {state}</{tag}>"));
        }
        for row in 0..rows {
            out.push_str(&format!("<tr><td style='x'><b>{row}</b><i>x</i></td></tr>"));
        }
        out
    }

    fn words(html: &str) -> String {
        crate::html::read(html, &Limits::default()).facts.skeleton
    }

    #[test]
    fn words_rows_and_values_change_nothing() {
        let one = words(&page(3, 7));
        assert_eq!(one.split(' ').count(), 4);
        assert_eq!(one, words(&page(9, 7).replace("word", "another").replace("class", "CLASS")));
    }

    #[test]
    fn another_template_shares_no_word_and_little_html_has_none() {
        let (one, two) = (words(&page(3, 7)), words(&page(3, 8)));
        assert!(one.split(' ').all(|word| !two.contains(word)));
        assert_eq!(words("<p>Hello <b>there</b></p>"), "");
    }
}
