//! Fingerprints of a text: enough to find it again inside another text, too little to read it.
//!
//! The text's letters (see [`letters`](crate::letters)) are cut into overlapping windows of 32 bytes that end on a
//! character (32 Latin letters, about 11 kana or kanji). Every window is hashed, and of each run of eight hashes the
//! smallest is kept (winnowing: Schleimer, Wilkerson and Aiken 2003). So two texts that share a run of about 18 kana or
//! kanji, or 39 Latin letters, share at least one fingerprint, whatever stands around it.

use lexicon::text::cut;

use crate::letters::letters;
use crate::sketch::mix;

/// Bytes of one window.
pub const WINDOW: usize = 32;
/// Windows of which one is kept.
pub const RUN: usize = 8;
/// Fingerprints kept of one text: those of its first 18,000 letters or so.
pub const MAX_PRINTS: usize = 4096;
/// Bytes of text read.
const MAX_TEXT: usize = 256 << 10;
/// An odd number: the base of the rolling hash.
const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

/// The fingerprints of one text, ascending, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Print(Box<[u64]>);

impl Print {
    /// Fingerprints of `text`. Punctuation, digits, layout, addresses, width and case of letters make no difference.
    ///
    /// ```
    /// use casework::reuse::Print;
    /// let mail = "先日お打ち合わせいただいた新工場の設備更新計画につきまして、見積書をお送りいたします。";
    /// let quoted = format!("> {mail}\n\n添付をご確認ください。");
    /// assert_eq!(Print::of(mail).within(&Print::of(&quoted)), 1.0);
    /// ```
    pub fn of(text: &str) -> Self {
        Self::of_letters(&letters(cut(text, MAX_TEXT)))
    }

    /// Takes fingerprints that were made elsewhere; more than [`MAX_PRINTS`] are left out.
    ///
    /// ```
    /// assert_eq!(casework::reuse::Print::from_hashes(vec![3, 1, 3]).hashes(), [1, 3]);
    /// ```
    pub fn from_hashes(mut hashes: Vec<u64>) -> Self {
        hashes.truncate(MAX_PRINTS);
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes.into_boxed_slice())
    }

    pub(crate) fn of_letters(letters: &[u8]) -> Self {
        let mut kept = Vec::new();
        let mut run: std::collections::VecDeque<(u64, usize)> =
            std::collections::VecDeque::with_capacity(RUN);
        let mut last = None;
        let mut place = 0;
        windows(letters, |hash| {
            // A monotone queue: its front is the smallest of the last RUN hashes, the latest of equal ones.
            while run.back().is_some_and(|&(back, _)| back >= hash) {
                run.pop_back();
            }
            run.push_back((hash, place));
            if run.front().is_some_and(|&(_, at)| at + RUN <= place) {
                run.pop_front();
            }
            place += 1;
            if place >= RUN
                && let Some(&(smallest, at)) = run.front()
                && last != Some(at)
                && kept.len() < MAX_PRINTS
            {
                last = Some(at);
                kept.push(smallest);
            }
        });
        if kept.is_empty()
            && let Some(&(smallest, _)) = run.front()
        {
            kept.push(smallest);
        }
        kept.sort_unstable();
        kept.dedup();
        Self(kept.into_boxed_slice())
    }

    /// The fingerprints themselves, ascending.
    pub fn hashes(&self) -> &[u64] {
        &self.0
    }

    /// True where there is too little text for one fingerprint.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How much of this text stands in `other`, 0 to 1.
    pub fn within(&self, other: &Self) -> f64 {
        if self.0.is_empty() { 0.0 } else { self.shared(other) as f64 / self.0.len() as f64 }
    }

    /// Fingerprints in common.
    pub(crate) fn shared(&self, other: &Self) -> usize {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut both = 0;
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            match x.cmp(y) {
                std::cmp::Ordering::Less => drop(a.next()),
                std::cmp::Ordering::Greater => drop(b.next()),
                std::cmp::Ordering::Equal => {
                    both += 1;
                    a.next();
                    b.next();
                }
            }
        }
        both
    }
}

/// Hands on the hash of every window that ends with a character.
fn windows(letters: &[u8], mut each: impl FnMut(u64)) {
    // BASE to the power of WINDOW: takes the byte that leaves the window out of the rolling hash.
    let leaving = (0..WINDOW).fold(1u64, |power, _| power.wrapping_mul(BASE));
    let mut hash = 0u64;
    for (at, &byte) in letters.iter().enumerate() {
        hash = hash.wrapping_mul(BASE).wrapping_add(u64::from(byte) + 1);
        if let Some(&out) = at.checked_sub(WINDOW).and_then(|out| letters.get(out)) {
            hash = hash.wrapping_sub(leaving.wrapping_mul(u64::from(out) + 1));
        }
        let ends = letters.get(at + 1).is_none_or(|next| next & 0xc0 != 0x80);
        if ends && at + 1 >= WINDOW {
            each(mix(hash));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "先日はお時間をいただきありがとうございました。新工場の設備更新計画につきまして、\
                        仕様書の改訂版と見積書をお送りいたします。ご確認のうえ来週の定例会でご意見をお聞かせください。";

    #[test]
    fn a_text_is_found_inside_another_whatever_stands_around_it() {
        let around =
            format!("ご担当者様\n至急ご確認ください。\n\n{MAIL}\n\n以上、よろしくお願いいたします。");
        assert_eq!(Print::of(MAIL).within(&Print::of(&around)), 1.0);
        let quoted: String = MAIL.split('、').map(|piece| format!("> {piece}、\n")).collect();
        assert!(Print::of(MAIL).within(&Print::of(&quoted)) > 0.99);
    }

    #[test]
    fn width_case_digits_and_layout_make_no_difference() {
        assert_eq!(
            Print::of("Ｐｌｅａｓｅ ｃｈｅｃｋ the revised quotation of 12 March, as agreed by all of us"),
            Print::of("please check the revised quotation of 3 MARCH as agreed\nby all of us!")
        );
    }

    #[test]
    fn texts_that_share_no_long_run_share_nothing() {
        let other = "平素より格別のご高配を賜り厚く御礼申し上げます。年次監査の日程が決まりましたのでお知らせいたします。";
        assert_eq!(Print::of(MAIL).shared(&Print::of(other)), 0);
    }

    #[test]
    fn a_repeated_character_is_one_fingerprint_and_a_short_text_none() {
        assert_eq!(Print::of(&"あ".repeat(5000)).hashes().len(), 1);
        assert!(Print::of("了解しました。").is_empty());
    }

    #[test]
    fn the_rolling_hash_equals_hashing_each_window() {
        let text = letters(MAIL);
        let mut rolled = Vec::new();
        windows(&text, |hash| rolled.push(hash));
        let mut each = Vec::new();
        for end in WINDOW..=text.len() {
            if text.get(end).is_none_or(|next| next & 0xc0 != 0x80) {
                windows(&text[end - WINDOW..end], |hash| each.push(hash));
            }
        }
        assert_eq!(rolled, each);
    }
}
