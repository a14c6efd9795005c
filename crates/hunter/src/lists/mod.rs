//! Lists of indicators, as people and programs write them → a set.
//!
//! Which form a file has is seen from its beginning: a compiled set, JSON (a STIX 2.1 bundle or MISP events), CSV with
//! a header, else one value a line. To add one: a module with a function that gives values to [`Gather`], and a line
//! in [`Gather::add`].

mod csv;
mod gather;
mod misp;
mod normal;
mod plain;
mod stix;
mod stix_pattern;

pub use gather::{Counts, Gather, Guarded, Remark, Why};

pub(crate) use csv::split_record;

/// A STIX pattern as the values in it, for those who fuzz it.
#[doc(hidden)]
pub fn stix_pattern_values(pattern: &str) -> Vec<(crate::Kind, String)> {
    stix_pattern::read(pattern).values
}
