//! Who looks at which kinds.

use crate::specimen::Specimen;
use crate::{oddities, tells};

/// An analyser: what it looks at, what it does, and the words that it may say.
pub(crate) struct Analyser {
    /// The kinds (`forensics::kind`) that it looks at.
    pub(crate) kinds: &'static [&'static str],
    /// Looks at a file of such a kind. It never fails: it says what it found.
    pub(crate) run: fn(&[u8], &mut Specimen<'_, '_>),
    /// The tells that it may tell.
    pub(crate) tells: &'static [tells::Entry],
    /// The oddities that it may tell.
    pub(crate) oddities: &'static [oddities::Entry],
}

/// Every analyser; a file is shown to each that knows its kind, in this order.
pub(crate) static ALL: &[&Analyser] = &[
    &crate::markup::ANALYSER,
    &crate::plain::ANALYSER,
    &crate::lnk::ANALYSER,
    &crate::mail::ANALYSER,
    &crate::pe::ANALYSER,
    &crate::smime::ANALYSER,
    &crate::pgp::ANALYSER,
    &crate::tnef::ANALYSER,
    &crate::msi::ANALYSER,
    &crate::program::ANALYSER,
    &crate::yara::WORDS,
];
