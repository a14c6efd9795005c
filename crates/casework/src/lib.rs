//! Links mails into campaigns and tells why.
//!
//! Three kinds of evidence tie two mails ([`lexicon::ReasonKind`]): near-identical text, the same attachment,
//! the same rare infrastructure. [`Signature::of`] takes from a mail's facts what linking needs, [`compare`]
//! says why two mails belong together, and [`group`] does it for a pile of mails at once. A store works with
//! the same parts: it keeps each signature under its [`Signature::keys`], compares a new mail with those that
//! share a key, keeps the links, and lets [`form`] make campaigns of them.
//!
//! What keeps unrelated mails apart:
//! * a value's power falls with the number of *different texts* that carry it ([`Rarity`]); a value that many
//!   carry ties nothing, and freemail, hosting, shortening and mailing services never tie alone;
//! * infrastructure ties by one very rare value, or by values of two independent classes;
//! * infrastructure ties are not transitive ([`form`]): no chain of weak links makes a giant.
//!
//! What stands above links is here too, as pure functions: how an attack spread ([`spread`]), a suggested verdict with
//! its grounds ([`suggest`]), and where two mails of one template differ ([`diff`]).
//!
//! The same input gives the same output in any order; nothing here reads a clock, a file or a random number.

mod compare;
pub mod flood;
pub mod diff;
mod form;
mod group;
mod key;
mod kinds;
mod letters;
mod marks;
mod moment;
mod party;
mod quotation;
mod rarity;
pub mod reuse;
mod services;
mod signature;
mod sketch;
mod subject;
pub mod thread;
pub mod spread;
pub mod suggest;

pub use compare::{compare, is_common};
pub use form::form;
pub use group::{Group, Grouping, group, group_with};
pub use key::{Key, KeyKind};
pub use kinds::Kinds;
pub use rarity::{Count, Rarity, RarityOf};
pub use signature::Signature;
