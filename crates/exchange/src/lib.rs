//! What has passed the gate, in the formats that other tools read.
//!
//! Pure translation: nothing here reads a file, a clock or the network, and the same release gives the same
//! bytes every time. There is no other way in than [`gate::Released`]: what was not released does not compile.
//!
//! | module | for |
//! |---|---|
//! | [`stix`] | STIX 2.1 bundles: MISP, OpenCTI, TAXII clients, most SIEM |
//! | [`csv`] | spreadsheets and scripts |
//! | [`rpz`] | response-policy zones: BIND, Unbound, Knot Resolver, PowerDNS |
//! | [`plain`] | one value a line, and hosts files |
//!
//! To add a format: one module with one function that takes `&Released<T: Carried>` and gives a `String`; a
//! snapshot and an escaping test beside it; where a reader of the format can be had, a case in
//! `tests/peers.rs`; a word in `noroshi export --format`.

mod carried;
pub mod csv;
mod names;
pub mod plain;
pub mod rpz;
pub mod stix;

pub use carried::{Carried, Item};
