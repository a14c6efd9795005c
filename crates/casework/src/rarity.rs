//! How common a value is here: rarity decides whether it ties.
//!
//! What counts is not how many mails carry a value but how many *different texts* do: one template sent a
//! thousand times with one link is one text, while a thousand unrelated mails that link to the same place
//! say nothing about each other.

use std::collections::{HashMap, HashSet};

use crate::key::Key;
use crate::signature::Signature;

/// How often a key is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Mails that carry it.
    pub mails: u64,
    /// Different texts among them: different values of [`Signature::family`].
    pub texts: u64,
}

/// Tells how common keys are: from a batch ([`Rarity`]) or from a store's own counts.
pub trait RarityOf {
    /// All mails known.
    fn mails(&self) -> u64;
    /// How often `key` is seen among them, the mails under comparison included. Only asked for keys whose
    /// kind is not text ([`KeyKind::is_text`](crate::KeyKind::is_text)).
    fn count(&self, key: Key) -> Count;
}

/// Counts of keys.
///
/// ```
/// use casework::{Count, Key, KeyKind, Rarity, RarityOf};
///
/// let key = Key { kind: KeyKind::Host, value: 7 };
/// let mut rarity = Rarity::new(1000);
/// rarity.set(key, Count { mails: 12, texts: 2 });
/// assert_eq!(rarity.count(key).texts, 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Rarity {
    mails: u64,
    counts: HashMap<Key, Count>,
}

impl Rarity {
    /// Among `mails` mails, with counts still to be [`set`](Self::set).
    pub fn new(mails: u64) -> Self {
        Self { mails, counts: HashMap::new() }
    }

    /// Sets how often a key is seen; a key that was never set counts as seen in no mail.
    pub fn set(&mut self, key: Key, count: Count) {
        self.counts.insert(key, count);
    }

    /// Counts a batch.
    pub fn of(signatures: &[Signature]) -> Self {
        let mut counts: HashMap<Key, Count> = HashMap::new();
        let mut seen: HashSet<(Key, u64)> = HashSet::new();
        for signature in signatures {
            let family = signature.family();
            for &key in signature.keys().iter().filter(|key| !key.kind.is_text()) {
                let count = counts.entry(key).or_default();
                count.mails += 1;
                count.texts += u64::from(seen.insert((key, family)));
            }
        }
        Self { mails: signatures.len() as u64, counts }
    }
}

impl RarityOf for Rarity {
    fn mails(&self) -> u64 {
        self.mails
    }
    fn count(&self, key: Key) -> Count {
        self.counts.get(&key).copied().unwrap_or_default()
    }
}
