//! The words every room of Noroshi uses.
//!
//! Nothing here reads a file, a clock or a random number, and nothing knows a wire format, with one
//! considered exception: [`facts`] *is* the stable machine vocabulary of a dissected mail, so those types
//! (and only those) serialise themselves (docs/adr/0002-facts-are-the-wire-form.md). Types that could name
//! a provider never derive `Serialize`.

pub mod advisory;
pub mod audience;
pub mod campaign;
pub mod facts;
pub mod ids;
pub mod indicator;
pub mod lang;
pub mod member;
pub mod observable;
pub mod sighting;
pub mod submission;
pub mod text;
pub mod threat_actor;
pub mod time;
pub mod tlp;
pub mod verdict;

pub use advisory::{Advisory, AdvisoryState};
pub use audience::{Audience, Role};
pub use campaign::{Campaign, Link, Reason, ReasonKind};
pub use facts::MailFacts;
pub use indicator::{Indicator, IndicatorSet};
pub use lang::{Lang, Text};
pub use member::{Member, Sig};
pub use observable::{Observable, ObservableType};
pub use sighting::Sighting;
pub use submission::SubmissionState;
pub use threat_actor::ThreatActor;
pub use tlp::Tlp;
pub use verdict::{Judgement, Scheme, Verdict};
