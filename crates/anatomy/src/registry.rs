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
    &crate::archive::ANALYSER,
    &crate::archive::ace::ANALYSER,
    &crate::archive::arj::ANALYSER,
    &crate::archive::cab::ANALYSER,
    &crate::archive::lzh::ANALYSER,
    &crate::archive::rar::ANALYSER,
    &crate::archive::sevenz::ANALYSER,
    &crate::archive::stream::ANALYSER,
    &crate::archive::tar::ANALYSER,
    &crate::archive::zip::ANALYSER,
    &crate::chm::ANALYSER,
    &crate::disk::iso::ANALYSER,
    &crate::disk::part::ANALYSER,
    &crate::fuzzy::ANALYSER,
    &crate::ichitaro::ANALYSER,
    &crate::image::ANALYSER,
    &crate::lnk::ANALYSER,
    &crate::macros::vba::ANALYSER,
    &crate::macros::xlm::ANALYSER,
    &crate::mail::ANALYSER,
    &crate::markup::ANALYSER,
    &crate::msi::ANALYSER,
    &crate::office::ANALYSER,
    &crate::onenote::ANALYSER,
    &crate::pdf::ANALYSER,
    &crate::pe::ANALYSER,
    &crate::pgp::ANALYSER,
    &crate::plain::ANALYSER,
    &crate::program::ANALYSER,
    &crate::rtf::ANALYSER,
    &crate::script::ANALYSER,
    &crate::smime::ANALYSER,
    &crate::tnef::ANALYSER,
    &crate::yara::WORDS,
];
