//! A sketch of a text: small, and enough to tell how alike two texts are.
//!
//! The text's letters are cut into overlapping windows of eight bytes that end on a character: eight Latin
//! letters, or two to three kana or kanji. Windows are hashed with one multiplication chain, no allocation.
//! Of the hashes are kept the smallest ([`KEPT`]: Jaccard similarity is then read off exactly for short texts
//! and within about ±0.025 for long ones), and the smallest in each of 64 bins (one-permutation MinHash with
//! densification), which give the bands under which a near-identical text is found.

/// So many smallest hashes are kept.
pub(crate) const KEPT: usize = 256;
/// A text with fewer different windows than this is too poor to tie (one repeated character, a single word).
pub(crate) const MIN_WINDOWS: usize = 5;
/// Bands under which a text is found …
pub(crate) const BANDS: usize = 16;
/// … each made of so many bins: a pair of Jaccard 0.8 is missed with probability 0.0002, one of 0.3 is looked
/// at with probability 0.12.
const ROWS: usize = 4;
const BINS: usize = BANDS * ROWS;

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sketch {
    /// The smallest window hashes, ascending, each once; all of them where there are fewer than [`KEPT`].
    smallest: Box<[u32]>,
}

impl Sketch {
    /// The sketch of a text's letters and its bands; `None` where there is too little to say.
    pub(crate) fn of(letters: &[u8]) -> Option<(Self, [u64; BANDS])> {
        let mut bins = [u32::MAX; BINS];
        let mut smallest = Vec::with_capacity(KEPT * 2);
        // Hashes are even: of n windows the smallest KEPT lie below about KEPT/n of the whole range. Where
        // they do not (a text that repeats itself), all are looked at again.
        let share = (KEPT as u64 + KEPT as u64 / 4 + 24) << 32;
        let below = u32::try_from(share / (letters.len() as u64).max(1)).unwrap_or(u32::MAX);
        windows(letters, |hash| {
            let low = hash as u32;
            if let Some(bin) = bins.get_mut((hash >> 58) as usize) {
                *bin = low.min(*bin);
            }
            if low < below {
                smallest.push(low);
            }
        });
        tidy(&mut smallest);
        if smallest.len() < KEPT && below < u32::MAX {
            smallest.clear();
            let mut below = u32::MAX;
            windows(letters, |hash| {
                let low = hash as u32;
                if low < below {
                    smallest.push(low);
                    if smallest.len() == KEPT * 4 {
                        tidy(&mut smallest);
                        below = if smallest.len() == KEPT { smallest[KEPT - 1] } else { below };
                    }
                }
            });
            tidy(&mut smallest);
        }
        if smallest.len() < MIN_WINDOWS {
            return None;
        }
        densify(&mut bins);
        let mut bands = [0; BANDS];
        for (at, (band, rows)) in bands.iter_mut().zip(bins.chunks_exact(ROWS)).enumerate() {
            *band = rows.iter().fold(mix(at as u64 + 1), |sum, &row| mix(sum ^ u64::from(row)));
        }
        Some((Self { smallest: smallest.into_boxed_slice() }, bands))
    }

    /// How alike two texts are, 0 to 1 (shared windows over all windows), or `None` if less than `least`.
    pub(crate) fn jaccard(&self, other: &Self, least: f64) -> Option<f64> {
        // So many windows may be missing on one side before it is clear that the texts are not alike enough.
        let mut spare = ((1.0 - least) * KEPT as f64) as u32;
        let (mut a, mut b) = (self.smallest.iter().peekable(), other.smallest.iter().peekable());
        let (mut all, mut both) = (0u32, 0u32);
        while (all as usize) < KEPT {
            match (a.peek(), b.peek()) {
                (None, None) => break,
                (Some(x), Some(y)) if x == y => {
                    both += 1;
                    a.next();
                    b.next();
                }
                (x, y) => {
                    spare = spare.checked_sub(1)?;
                    let first = y.is_none() || x.is_some_and(|x| y.is_some_and(|y| x < y));
                    if first {
                        a.next()
                    } else {
                        b.next()
                    };
                }
            }
            all += 1;
        }
        let jaccard = if all == 0 { 0.0 } else { f64::from(both) / f64::from(all) };
        (jaccard >= least).then_some(jaccard)
    }

    /// The smallest window hashes, ascending.
    pub(crate) fn smallest(&self) -> &[u32] {
        &self.smallest
    }

    /// A sketch of hashes that were kept.
    pub(crate) fn kept(smallest: Vec<u32>) -> Self {
        Self { smallest: smallest.into_boxed_slice() }
    }
}

/// Hands on the hash of every window of eight bytes that ends with a character.
fn windows(letters: &[u8], mut each: impl FnMut(u64)) {
    let mut window = 0u64;
    for (at, pair) in letters.windows(2).enumerate() {
        window = (window << 8) | u64::from(pair[0]);
        // The next byte is no continuation byte: a character ends here.
        if at >= 7 && pair[1] & 0xc0 != 0x80 {
            each(hash(window));
        }
    }
    if let (Some(&last), true) = (letters.last(), letters.len() >= 8) {
        each(hash((window << 8) | u64::from(last)));
    }
}

/// One wide multiplication, folded.
fn hash(window: u64) -> u64 {
    let wide = u128::from(window ^ 0x2d35_8dcc_aa6c_78a5) * u128::from(0x8bb8_4b93_962e_acc9_u64);
    (wide >> 64) as u64 ^ wide as u64
}

/// Sorts, drops what is there twice, and keeps the smallest [`KEPT`].
fn tidy(hashes: &mut Vec<u32>) {
    hashes.sort_unstable();
    hashes.dedup();
    hashes.truncate(KEPT);
}

/// Fills each empty bin from one that the text fills, chosen by the bin's number alone, so that alike texts
/// choose alike (optimal densification, Shrivastava 2017).
fn densify(bins: &mut [u32; BINS]) {
    let full = *bins;
    for (at, bin) in bins.iter_mut().enumerate() {
        let mut attempt = 0u64;
        while *bin == u32::MAX && attempt < 4096 {
            attempt += 1;
            let from = (mix((at as u64) << 32 | attempt) >> 58) as usize;
            *bin = full.get(from).copied().unwrap_or(u32::MAX);
        }
    }
}

/// SplitMix64's finaliser: every input bit moves every output bit.
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn words(from: u64, count: u64) -> Vec<u8> {
        (from..from + count).flat_map(|n| mix(n).to_be_bytes().map(|b| b'a' + b % 26)).collect()
    }

    fn windows(letters: &[u8]) -> BTreeSet<&[u8]> {
        letters.windows(8).collect()
    }

    #[test]
    fn the_estimate_is_near_the_true_jaccard_and_exact_for_short_texts() {
        for (shared, own) in [(25, 3), (90, 10), (400, 60), (4000, 500), (10, 200)] {
            let a = [words(0, shared), words(100_000, own)].concat();
            let b = [words(0, shared), words(200_000, own)].concat();
            let (wa, wb) = (windows(&a), windows(&b));
            let exact = wa.intersection(&wb).count() as f64 / wa.union(&wb).count() as f64;
            let told = Sketch::of(&a).unwrap().0.jaccard(&Sketch::of(&b).unwrap().0, 0.0).unwrap();
            let allowed = if wa.len() < KEPT { 1e-9 } else { 0.08 };
            assert!((told - exact).abs() <= allowed, "{shared} {own}: {told} for {exact}");
        }
    }

    #[test]
    fn a_text_that_repeats_itself_is_sketched_like_any_other() {
        let text = words(0, 60);
        let once = Sketch::of(&text).unwrap().0;
        let often = Sketch::of(&text.repeat(50)).unwrap().0;
        assert!(once.jaccard(&often, 0.0).unwrap() > 0.97);
        assert_eq!(Sketch::of(&words(0, 8000)).unwrap().0.smallest.len(), KEPT);
    }

    #[test]
    fn what_is_less_alike_than_asked_for_is_no_answer() {
        let (a, b) =
            ([words(0, 90), words(100_000, 10)].concat(), [words(0, 90), words(200_000, 10)].concat());
        let (a, b) = (Sketch::of(&a).unwrap().0, Sketch::of(&b).unwrap().0);
        let jaccard = a.jaccard(&b, 0.0).unwrap();
        assert_eq!(a.jaccard(&b, jaccard - 0.01), Some(jaccard));
        assert_eq!(a.jaccard(&b, jaccard + 0.01), None);
    }

    #[test]
    fn near_identical_texts_share_a_band_and_unrelated_ones_do_not() {
        let share = |a: &[u8], b: &[u8]| {
            let (a, b) = (Sketch::of(a).unwrap().1, Sketch::of(b).unwrap().1);
            a.iter().zip(b).filter(|(x, y)| *x == y).count()
        };
        for n in 0..200 {
            let a = [words(n * 1000, 90), words(1_000_000 + n, 5)].concat();
            let b = [words(n * 1000, 90), words(2_000_000 + n, 5)].concat();
            assert!(share(&a, &b) > 0, "{n}");
            assert_eq!(share(&a, &words(5_000_000 + n * 1000, 90)), 0, "{n}");
        }
    }

    #[test]
    fn a_text_without_variety_has_no_sketch() {
        assert!(Sketch::of(b"").is_none());
        assert!(Sketch::of(&[b'a'; 60_000]).is_none());
        assert!(Sketch::of("あ".repeat(20_000).as_bytes()).is_none());
        assert!(Sketch::of(b"pleaseconfirmreceipt").is_some());
    }
}
