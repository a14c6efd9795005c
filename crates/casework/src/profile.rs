//! What ties one core to another: values that both carry, weighed by kind and rarity.
//!
//! A *core* is mails tied for good: by near-identical text, the same program, or an analyst. Whatever else two cores
//! have in common ties them weakly, and only as a whole: a value speaks for a core where enough of its mails carry it.

use crate::alike_files::AGREE;
use crate::kinds::Kinds;
use crate::mark::{Class, Mark, MarkKind};

/// What a file weighs that few have.
pub(crate) const FILE: f64 = 0.95;
/// Weak ties hold from this strength on.
pub const TIES: f64 = 0.6;
/// What a shared page still weighs where links lead to many places.
const SCATTERED: f64 = 0.7;
/// Of the smaller core one mail in so many must carry a value …
const SMALLER: u64 = 2;
/// … and of the larger one, one in so many.
pub const LARGER: u64 = 8;

/// A value that enough of a core's mails carry to speak for it: one in [`LARGER`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The value's number ([`Mark::key`]).
    pub key: u64,
    /// What it is.
    pub kind: MarkKind,
    /// What it weighs where it is rarest, in hundredths.
    pub base: u8,
    /// How many of the core's mails carry it.
    pub mails: u64,
}

impl Held {
    /// One mail's. A file that runs ties for good by its bytes; what it is beside that is any file, as the same bytes are
    /// in a mail that calls them a text: a value is of one kind, whichever mail brings it.
    pub fn one(mark: &Mark) -> Self {
        let (kind, base) = match mark.kind {
            MarkKind::Program => (MarkKind::File, (FILE * 100.0).round() as u8),
            kind => (kind, mark.base),
        };
        Self { key: mark.key(), kind, base, mails: 1 }
    }
}

/// What a core carries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// How many mails it has.
    pub mails: u64,
    /// The values that speak for it, by their numbers.
    pub held: Vec<Held>,
}

impl Profile {
    /// The profile of so many mails, of values with their counts in any order.
    pub fn new(mails: u64, counts: impl IntoIterator<Item = Held>) -> Self {
        let mut held: Vec<Held> = counts.into_iter().filter(|held| held.mails * LARGER >= mails).collect();
        held.sort_unstable_by_key(|held| held.key);
        Self { mails, held }
    }

    /// True where links lead to many places in most mails.
    fn is_scattered(&self) -> bool {
        self.held.iter().any(|held| held.kind == MarkKind::Scattered && held.mails * 2 > self.mails)
    }

    /// The values that speak for both.
    fn shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a Held, &'a Held)> {
        let (mut left, mut right) = (self.held.iter().peekable(), other.held.iter().peekable());
        std::iter::from_fn(move || {
            loop {
                match left.peek()?.key.cmp(&right.peek()?.key) {
                    std::cmp::Ordering::Less => drop(left.next()),
                    std::cmp::Ordering::Greater => drop(right.next()),
                    std::cmp::Ordering::Equal => return left.next().zip(right.next()),
                }
            }
        })
        .filter(|(a, b)| {
            let speaks = |held: &Held, of: &Self, share| held.mails * share >= of.mails;
            let as_smaller = speaks(a, self, SMALLER) && speaks(b, other, LARGER);
            let as_larger = speaks(a, self, LARGER) && speaks(b, other, SMALLER);
            match self.mails.cmp(&other.mails) {
                std::cmp::Ordering::Less => as_smaller,
                std::cmp::Ordering::Greater => as_larger,
                std::cmp::Ordering::Equal => as_smaller || as_larger,
            }
        })
    }

    /// What ties two cores, with what each value weighs here, and how strongly all together. `texts` tells how many
    /// different cores carry a value. Symmetric.
    ///
    /// Classes of values are independent of each other: what is left unexplained multiplies.
    pub fn tie(&self, other: &Self, texts: impl Fn(u64) -> u64, kinds: Kinds) -> (f64, Vec<(Held, f64)>) {
        let scattered = self.is_scattered() || other.is_scattered();
        let mut values = Vec::new();
        for (a, b) in self.shared(other) {
            if !kinds.has(a.kind.reason()) {
                continue;
            }
            let weight = weigh(a.kind, a.base.min(b.base), texts(a.key), scattered);
            if weight > 0.0 {
                values.push((*a, weight));
            }
        }
        if values.iter().filter(|(held, _)| held.kind == MarkKind::Alike).count() < AGREE {
            values.retain(|(held, _)| held.kind != MarkKind::Alike);
        }
        let mut strongest = [0.0f64; Class::ALL.len()];
        for (held, weight) in &values {
            if let Some(of_class) = strongest.get_mut(held.kind.class() as usize) {
                *of_class = of_class.max(*weight);
            }
        }
        (1.0 - strongest.iter().fold(1.0, |left, weight| left * (1.0 - weight)), values)
    }
}

/// What a value weighs that so many different texts carry.
pub(crate) fn weigh(kind: MarkKind, base: u8, texts: u64, scattered: bool) -> f64 {
    let focus = if kind == MarkKind::Page && scattered { SCATTERED } else { 1.0 };
    f64::from(base) / 100.0 * kind.rarity(texts) * focus
}
