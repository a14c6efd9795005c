//! The hunter: sweeps of a member's own evidence for what was shared.
//!
//! - [`set`]: indicator sets, compiled once, asked millions of times a second.
//! - [`lists`]: plain lists, CSV, STIX 2.1 bundles and MISP events → a set.
//! - [`log`]: readers of name, proxy, mail and network logs, recognised by themselves.
//! - [`input`]: files, folders, patterns, compressed files and archives → line-aligned chunks.
//! - [`sweep`]: all of it together, in parallel, with results in order.
//! - [`watch`]: logs that grow, across rotation and restart.
//!
//! Evidence is only ever opened for reading. Nothing here asks the network or the clock.

pub mod input;
pub mod kind;
pub mod limits;
pub mod lists;
pub mod log;
mod near;
pub mod set;
pub mod sweep;
pub mod watch;

pub use kind::Kind;
