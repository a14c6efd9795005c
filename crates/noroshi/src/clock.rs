//! The edge where time comes in; everything else takes it as a value.

use jiff::Timestamp;

/// The time now.
#[expect(clippy::disallowed_methods, reason = "the command line is where the clock is read")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
