//! Use cases: receive, dissect, recognise, judge, draft, approve, release, sight.
//!
//! The desk knows what must happen, and in which order; it owns the traits for what must be kept
//! ([`records`]) and takes clock and chance from outside ([`world`]). It knows no HTTP, no SQL and no wire
//! format.

pub mod actor;
pub mod attribute;
pub mod compare;
mod desk;
pub mod dissect;
pub mod draft;
pub mod error;
pub mod evidence;
pub mod feed;
pub mod flood;
pub mod judge;
pub mod keyring;
pub mod links;
mod pin;
pub mod receive;
mod recognise;
pub mod records;
mod release;
pub mod reuse;
pub mod sight;
pub mod spread;
pub mod thread;
mod unlock;
pub mod world;

pub use actor::Actor;
pub use desk::Desk;
pub use error::{DeskError, DeskResult};
pub use recognise::Work;
pub use release::Asked;
