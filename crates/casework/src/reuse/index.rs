//! Many originals, and which of them stand in a text.

use std::borrow::Borrow;

use crate::reuse::Print;

/// A fingerprint that originals of more than this many different subjects have is a greeting, a footer or a notice that
/// everybody writes: it says nothing.
pub const COMMON_FAMILIES: usize = 4;
/// A fingerprint that more originals than this have says nothing.
pub const COMMON_MAILS: usize = 96;
/// Fewer telling fingerprints in common than this are chance or a set phrase.
pub const LEAST_SHARED: usize = 4;
/// At least this share of the original must stand in the mail …
pub const LEAST_OF_ORIGINAL: f64 = 0.4;
/// … and be this share of it: a newsletter that quotes a sentence re-uses nothing.
pub const LEAST_OF_MAIL: f64 = 0.2;
/// So much of the original is enough, whatever stands around it.
pub const MOST_OF_ORIGINAL: f64 = 0.75;
/// A mail that consists so much of the original is enough, however long that is.
pub const MOST_OF_MAIL: f64 = 0.6;
/// Originals told of one mail, those with the most in common.
pub const MAX_MATCHES: usize = 50;

/// An original that stands in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Which original, in the order they were given.
    pub original: usize,
    /// Telling fingerprints in common.
    pub shared: usize,
    /// How much of the original's telling fingerprints stand in the mail, 0 to 1.
    pub of_original: f64,
    /// How much of the mail's fingerprints come from the original, 0 to 1.
    pub of_mail: f64,
}

impl Overlap {
    /// True where so much is in common that one was made from the other.
    pub fn is_reuse(&self) -> bool {
        self.shared >= LEAST_SHARED
            && ((self.of_original >= LEAST_OF_ORIGINAL && self.of_mail >= LEAST_OF_MAIL)
                || self.of_original >= MOST_OF_ORIGINAL
                || self.of_mail >= MOST_OF_MAIL)
    }
}

/// Originals that can be asked for.
///
/// Sorted once; asking costs the mail's fingerprints times [`COMMON_MAILS`] at most, however many originals there are
/// and however often one text stands in them.
#[derive(Debug, Clone, Default)]
pub struct Index {
    /// Fingerprint and original, of telling fingerprints only.
    postings: Vec<(u64, u32)>,
    /// Telling fingerprints of each original.
    telling: Vec<u32>,
    /// Fingerprints that everybody has, ascending.
    common: Vec<u64>,
}

impl Index {
    /// An index of originals: the fingerprints of each and a number for its conversation (the mails of one conversation
    /// may share text without making it common).
    ///
    /// ```
    /// use casework::reuse::{Index, Print};
    /// let mail = "先日お打ち合わせいただいた新工場の設備更新計画につきまして、見積書と工程表の改訂版をお送りいたします。";
    /// let index = Index::new([(Print::of(mail), 1)]);
    /// let found = index.find(&Print::of(&format!("転送します。\n{mail}")));
    /// assert!(found[0].is_reuse() && found[0].of_original > 0.9);
    /// ```
    pub fn new<P: Borrow<Print>>(originals: impl IntoIterator<Item = (P, u64)>) -> Self {
        let mut postings = Vec::new();
        let mut families = Vec::new();
        for (at, (print, family)) in originals.into_iter().enumerate() {
            let Ok(number) = u32::try_from(at) else { break };
            families.push(family);
            postings.extend(print.borrow().hashes().iter().map(|&hash| (hash, number)));
        }
        postings.sort_unstable();
        let mut out = Self { telling: vec![0; families.len()], ..Self::default() };
        for group in postings.chunk_by(|a, b| a.0 == b.0) {
            if is_common(group, &families) {
                out.common.extend(group.first().map(|(hash, _)| hash));
                continue;
            }
            for &(hash, number) in group {
                if let Some(count) = out.telling.get_mut(number as usize) {
                    *count += 1;
                }
                out.postings.push((hash, number));
            }
        }
        out
    }

    /// Originals in it.
    pub fn len(&self) -> usize {
        self.telling.len()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.telling.is_empty()
    }

    /// The originals of which `mail` has something, those with the most in common first; ask
    /// [`Overlap::is_reuse`] whether it is enough.
    pub fn find(&self, mail: &Print) -> Vec<Overlap> {
        let mut hits: Vec<u32> = Vec::new();
        let mut of_everybody = 0usize;
        for &hash in mail.hashes() {
            let from = self.postings.partition_point(|&(at, _)| at < hash);
            let here = self.postings.get(from..).unwrap_or(&[]);
            hits.extend(here.iter().take_while(|&&(at, _)| at == hash).map(|&(_, number)| number));
            of_everybody += usize::from(self.common.binary_search(&hash).is_ok());
        }
        hits.sort_unstable();
        let asked = mail.hashes().len().saturating_sub(of_everybody).max(1);
        let mut found: Vec<Overlap> = hits
            .chunk_by(|a, b| a == b)
            .filter_map(|group| {
                let original = *group.first()? as usize;
                let telling = *self.telling.get(original)? as usize;
                Some(Overlap {
                    original,
                    shared: group.len(),
                    of_original: group.len() as f64 / telling.max(1) as f64,
                    of_mail: group.len() as f64 / asked as f64,
                })
            })
            .collect();
        found.sort_by(|a, b| {
            (b.shared.cmp(&a.shared))
                .then(b.of_original.total_cmp(&a.of_original))
                .then(a.original.cmp(&b.original))
        });
        found.truncate(MAX_MATCHES);
        found
    }
}

fn is_common(group: &[(u64, u32)], families: &[u64]) -> bool {
    if group.len() > COMMON_MAILS {
        return true;
    }
    if group.len() <= COMMON_FAMILIES {
        return false;
    }
    let mut of: Vec<u64> =
        group.iter().filter_map(|&(_, number)| families.get(number as usize).copied()).collect();
    of.sort_unstable();
    of.dedup();
    of.len() > COMMON_FAMILIES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: usize) -> String {
        let mut state = number as u64 * 7919 + 13;
        (0..60)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from_u32(0x4e00 + (state >> 33) as u32 % 0x1000).unwrap_or('一')
            })
            .collect()
    }

    #[test]
    fn a_footer_that_everybody_has_ties_nothing() {
        let footer = "本メールには秘密情報が含まれている可能性があります。誤って受信された場合は速やかに削除のうえご連絡ください。";
        let mails = (0..40).map(|n| (Print::of(&format!("{}\n{footer}", text(n))), n as u64));
        let index = Index::new(mails);
        let found = index.find(&Print::of(&format!("{}\n{footer}", text(99))));
        assert!(found.iter().all(|overlap| !overlap.is_reuse()), "{found:?}");
        let found = index.find(&Print::of(&format!("ご確認ください。{}\n{footer}", text(7))));
        assert_eq!(found.iter().filter(|o| o.is_reuse()).map(|o| o.original).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn a_mail_that_quotes_all_others_is_answered_within_bounds() {
        let mails: Vec<String> = (0..500).map(text).collect();
        let index = Index::new(mails.iter().enumerate().map(|(n, mail)| (Print::of(mail), n as u64)));
        let found = index.find(&Print::of(&mails.join("\n")));
        assert_eq!(found.len(), MAX_MATCHES);
        assert!(found[0].of_original > 0.9);
    }

    #[test]
    fn a_text_that_is_everywhere_costs_nothing_and_says_nothing() {
        let index = Index::new((0..5000).map(|n| (Print::of(&text(0)), n)));
        assert!(index.find(&Print::of(&text(0))).is_empty());
    }
}
