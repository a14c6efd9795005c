//! Indicators: find them in a mail's texts, write them down in one form, show them harmlessly, and mark the
//! ones that nobody should block.
//!
//! - [`extract`] reads the texts that `forensics` hands over and gives every observable with its places.
//! - [`defang`] writes a value so that no screen makes a link of it, and reads such shapes back.
//! - [`inert`] makes values and running text harmless: what leads somewhere is defanged where it stands.
//! - [`shape`] tells what a single value is, and gives its normal form.
//! - [`guard`] marks what must not be taken for an indicator without thought. Marks never drop anything.
//! - [`set`] reads a list of indicators, plain or CSV.
//!
//! Nothing here reads a file, a clock or the network, and nothing grows faster than its input.

pub mod defang;
mod extraction;
mod filename;
mod fold;
pub mod guard;
mod host;
pub mod inert;
mod limits;
mod name;
mod problem;
mod prose;
pub mod set;
pub mod shape;
mod url;

pub use extraction::{Extraction, extract};
pub use limits::{
    MAX_DEPTH, MAX_FILES, MAX_OBSERVABLES, MAX_PLACES, MAX_PROBLEMS, MAX_SET, MAX_TEXT, MAX_URL,
};
pub use problem::Problem;
