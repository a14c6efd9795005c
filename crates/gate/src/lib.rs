//! The one way out.
//!
//! [`Released<T>`] has private fields and is made in one function, [`Gate::release`]: after the audience is
//! named, every provider has approved exactly this text, and the identity check has found nothing that
//! would give a member away. Whatever leaves the hub — a page, a feed, a file — takes a `Released`; so
//! forgetting the gate does not compile:
//!
//! ```compile_fail
//! # fn leave(_: &gate::Released<lexicon::Advisory>) {}
//! # fn unreleased() -> lexicon::Advisory { unimplemented!() }
//! let advisory: lexicon::Advisory = unreleased();
//! leave(&advisory); // expected `&Released<Advisory>`, found `&Advisory`
//! ```
//!
//! and neither does making one by hand:
//!
//! ```compile_fail
//! # fn unreleased() -> lexicon::Advisory { unimplemented!() }
//! # fn now() -> jiff::Timestamp { unimplemented!() }
//! let forged = gate::Released { item: unreleased(), audience: Default::default(), at: now(), stamp: [0; 32] };
//! ```
//!
//! The same code with the gate in its place does compile:
//!
//! ```no_run
//! # fn leave(_: &gate::Released<lexicon::Advisory>) {}
//! # fn unreleased() -> lexicon::Advisory { unimplemented!() }
//! # fn papers() -> gate::Papers<'static> { unimplemented!() }
//! # let key = gate::GateKey::new([7; 32]);
//! let gate = gate::Gate::new(key);
//! if let Ok(released) = gate.release(unreleased(), papers()) {
//!     leave(&released);
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
