//! What every format asks of a released item, whichever kind it is.

use gate::Releasable;
use jiff::Timestamp;
use lexicon::{Advisory, Indicator, IndicatorSet, Lang, Tlp};

/// An item that carries indicators: an advisory or an indicator list.
///
/// Sealed: a new kind of item must first be [`Releasable`], so that the gate sees all of its texts.
pub trait Carried: Releasable + sealed::Sealed {
    /// The name that readers cite: the advisory's number, the list's name.
    fn reference(&self) -> &str;
    /// The title for people.
    fn title(&self) -> &str;
    /// How far it may be passed on.
    fn label(&self) -> Tlp;
    /// What to look for, sorted.
    fn indicators(&self) -> &[Indicator];
    /// The language of its texts, where it is known.
    fn lang(&self) -> Option<Lang>;
    /// When the attack was first seen, where it is known.
    fn first_seen(&self) -> Option<Timestamp>;
    /// The item itself, for formats that tell kinds apart.
    fn item(&self) -> Item<'_>;
}

/// Every kind of item.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// An advisory.
    Advisory(&'a Advisory),
    /// An indicator list.
    List(&'a IndicatorSet),
}

impl Carried for Advisory {
    fn reference(&self) -> &str {
        &self.number
    }
    fn title(&self) -> &str {
        &self.title
    }
    fn label(&self) -> Tlp {
        self.tlp
    }
    fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }
    fn lang(&self) -> Option<Lang> {
        Some(self.lang)
    }
    fn first_seen(&self) -> Option<Timestamp> {
        self.first_seen
    }
    fn item(&self) -> Item<'_> {
        Item::Advisory(self)
    }
}

impl Carried for IndicatorSet {
    fn reference(&self) -> &str {
        &self.name
    }
    fn title(&self) -> &str {
        &self.name
    }
    fn label(&self) -> Tlp {
        self.tlp
    }
    fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }
    fn lang(&self) -> Option<Lang> {
        None
    }
    fn first_seen(&self) -> Option<Timestamp> {
        None
    }
    fn item(&self) -> Item<'_> {
        Item::List(self)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for lexicon::Advisory {}
    impl Sealed for lexicon::IndicatorSet {}
}

/// A file's hashes as (MD5, SHA-1, SHA-256): those the indicator lists, and its value, told by its length.
pub(crate) fn hashes(indicator: &Indicator) -> [Option<&str>; 3] {
    let known = indicator.hashes.as_ref();
    let of_length = |length: usize| {
        let value = indicator.value.as_str();
        (value.len() == length && value.bytes().all(|b| b.is_ascii_hexdigit())).then_some(value)
    };
    [
        known.and_then(|h| h.md5.as_deref()).or_else(|| of_length(32)),
        known.and_then(|h| h.sha1.as_deref()).or_else(|| of_length(40)),
        known.and_then(|h| h.sha256.as_deref()).or_else(|| of_length(64)),
    ]
}
