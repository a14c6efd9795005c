//! Links mails into campaigns and tells why.
//!
//! What a campaign is follows from the set of all mails alone, whatever came first:
//!
//! 1. Mails tied for good make a *core*: near-identical text ([`Print`]), the same program ([`MarkKind::is_strong`]),
//!    an analyst's word ([`Pins`]). Such ties are transitive.
//! 2. Whatever else mails share ([`Mark`]) ties cores weakly, by values that enough mails of both carry
//!    ([`Profile::tie`]): by kind, and by how few different cores carry the value. What many carry ties nothing.
//! 3. A campaign is one core and those *directly* tied to it that are smaller ([`is_centre`], [`choose`]): no chain of
//!    weak ties makes a giant.
//!
//! [`group`] does it for a pile of mails at once. A store does it mail by mail with the same parts, and comes to the
//! same: each rule looks at a bounded number of others, and where a step is passed (a place holds more texts than
//! [`ROOM`], a value turns common), what rested on it is decided anew. ADR 9 says why so.
//!
//! What stands beside links is here too, as pure functions: conversations that build trust ([`thread`]), genuine mail
//! that an attack uses again ([`reuse`]), floods of web forms ([`flood`]), how an attack spread ([`spread`]), a
//! suggested verdict with its grounds ([`suggest`]), and where two mails of one template differ ([`diff`]).
//!
//! Freemail, hosting, shortening and mailing services never tie. The same input gives the same output in any order;
//! nothing here reads a clock, a file or a random number.

mod alike_files;
mod compare;
mod cores;
pub mod diff;
pub mod flood;
mod group;
mod kinds;
mod letters;
mod mark;
mod marks;
mod moment;
mod party;
mod print;
mod profile;
mod quotation;
pub mod reuse;
mod services;
mod settle;
mod signature;
mod sketch;
pub mod spread;
mod subject;
pub mod suggest;
pub mod thread;

pub use compare::compare;
pub use group::{Count, Group, Grouping, Pins, group, group_pinned, links_among};
pub use kinds::Kinds;
pub use mark::{Mark, MarkKind};
pub use print::{Layer, Print, ROOM, SLOTS};
pub use profile::{Held, LARGER, Profile, TIES};
pub use settle::{Rank, choose, is_centre};
pub use signature::{Card, Signature};
