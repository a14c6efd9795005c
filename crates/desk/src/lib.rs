//! Use cases: receive, dissect, recognise, judge, draft, approve, release, sight.
//!
//! The desk knows what must happen, and in which order; it owns the traits for what must be kept
//! ([`records`]) and takes clock and chance from outside. It knows no HTTP, no SQL and no wire format.

pub mod records;
