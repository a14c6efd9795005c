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
//! Two modules translate what members give, which never passes the gate: [`forms`] (submissions of web forms) and
//! [`fingerprints`] (of genuine mail).
//!
//! To add a format: one module with one function that takes `&Released<T: Carried>` and gives a `String`; a
//! snapshot and an escaping test beside it; where a reader of the format can be had, a case in
//! `tests/peers.rs`; a word in `noroshi export --format`.
//!
//! What has not passed the gate does not compile, whichever export is called:
//!
//! ```compile_fail,E0308
//! fn stix_bundle(advisory: &lexicon::Advisory, settings: &exchange::stix::StixSettings) -> String {
//!     exchange::stix::bundle(advisory, settings)
//! }
//! ```
//! ```compile_fail,E0308
//! fn stix_objects(advisory: &lexicon::Advisory, settings: &exchange::stix::StixSettings) -> Vec<String> {
//!     exchange::stix::objects(advisory, settings)
//! }
//! ```
//! ```compile_fail,E0308
//! fn csv_table(advisory: &lexicon::Advisory, settings: &exchange::csv::CsvSettings) -> String {
//!     exchange::csv::table(advisory, *settings)
//! }
//! ```
//! ```compile_fail,E0308
//! fn rpz_zone(advisory: &lexicon::Advisory, settings: &exchange::rpz::RpzSettings) -> String {
//!     exchange::rpz::zone(advisory, settings)
//! }
//! ```
//! ```compile_fail,E0308
//! fn plain_list(advisory: &lexicon::Advisory) -> String {
//!     exchange::plain::list(advisory)
//! }
//! ```
//! ```compile_fail,E0308
//! fn plain_hosts(advisory: &lexicon::Advisory, settings: &indicators::guard::Guards) -> String {
//!     exchange::plain::hosts(advisory, settings)
//! }
//! ```
//!
//! The same calls with what has passed it do:
//!
//! ```
//! use gate::Released;
//! fn stix_bundle(advisory: &Released<lexicon::Advisory>, settings: &exchange::stix::StixSettings) -> String {
//!     exchange::stix::bundle(advisory, settings)
//! }
//! fn stix_objects(advisory: &Released<lexicon::Advisory>, settings: &exchange::stix::StixSettings) -> Vec<String> {
//!     exchange::stix::objects(advisory, settings)
//! }
//! fn csv_table(advisory: &Released<lexicon::Advisory>, settings: &exchange::csv::CsvSettings) -> String {
//!     exchange::csv::table(advisory, *settings)
//! }
//! fn rpz_zone(advisory: &Released<lexicon::Advisory>, settings: &exchange::rpz::RpzSettings) -> String {
//!     exchange::rpz::zone(advisory, settings)
//! }
//! fn plain_list(advisory: &Released<lexicon::Advisory>) -> String {
//!     exchange::plain::list(advisory)
//! }
//! fn plain_hosts(advisory: &Released<lexicon::Advisory>, settings: &indicators::guard::Guards) -> String {
//!     exchange::plain::hosts(advisory, settings)
//! }
//! ```

mod carried;
pub mod csv;
pub mod fingerprints;
pub mod forms;
mod names;
pub mod plain;
pub mod rpz;
pub mod stix;

pub use carried::{Carried, Item};
