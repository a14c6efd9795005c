//! The one way out.
//!
//! [`Released<T>`] has private fields and is made in one function, [`Gate::release`]: after the audience is
//! named, every provider has approved exactly this text, and the identity check has found nothing that
//! would give a member away. Whatever leaves the hub — a page, a feed, a file — takes a `Released`; so
//! forgetting the gate does not compile (`exchange` shows it for each of its exports), and neither does making
//! one by hand:
//!
//! ```compile_fail,E0451
//! fn forge(item: lexicon::Advisory, at: jiff::Timestamp) -> gate::Released<lexicon::Advisory> {
//!     gate::Released { item, audience: lexicon::Audience::all_members(), at, stamp: [0; 32] }
//! }
//! ```
//!
//! The same function through the gate does compile:
//!
//! ```
//! fn release(
//!     gate: &gate::Gate,
//!     item: lexicon::Advisory,
//!     papers: gate::Papers<'_>,
//! ) -> Result<gate::Released<lexicon::Advisory>, gate::Refusal> {
//!     gate.release(item, papers)
//! }
//! ```

mod approval;
mod check;
mod fold;
mod network;
mod releasable;
mod release;
mod terms;
mod views;

pub use approval::{Acknowledged, Approval, approval_digest};
pub use check::{Certainty, Finding, identity_check};
pub use network::is_network;
pub use releasable::{Field, Releasable};
pub use release::{FreshPapers, Gate, GateKey, Origin, Papers, Refusal, Released};
pub use terms::TermKind;
