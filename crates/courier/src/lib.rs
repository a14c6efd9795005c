//! A member's side of the hub, without the network: what a hub answers and whether it is the hub's own ([`feed`]), the
//! pulled set ([`set`]), what a sweep found as sightings ([`hits`]), and names taken out of a mail before it leaves
//! ([`redact`]).
//!
//! Nothing here reads a clock, a file or the network; whatever is read may be hostile, and every limit is in
//! [`limits`].

pub mod feed;
pub mod hits;
pub mod limits;
pub mod redact;
pub mod set;
