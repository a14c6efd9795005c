//! The real clock and the system's random bytes: the one place where they are taken.

use std::sync::atomic::{AtomicI64, Ordering};

use desk::world::{Chance, Clock};
use jiff::{SignedDuration, Timestamp};

/// The world outside. Its clock can be set back while the demo is being filled, so that a new hub has a past.
#[derive(Debug, Default)]
pub struct SystemWorld {
    behind: AtomicI64,
}

impl SystemWorld {
    /// The clock as it is, the set-back left out.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else takes")]
    pub fn real_now() -> Timestamp {
        let now = Timestamp::now();
        // Whole microseconds: what the records keep.
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Sets the clock back by so much; zero ends it.
    pub fn set_back(&self, by: SignedDuration) {
        self.behind.store(i64::try_from(by.as_micros()).unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for SystemWorld {
    fn now(&self) -> Timestamp {
        Self::real_now() - SignedDuration::from_micros(self.behind.load(Ordering::SeqCst))
    }
}

impl Chance for SystemWorld {
    fn fill(&self, bytes: &mut [u8]) {
        // Without random bytes no secret can be made: nothing sensible could go on.
        #[expect(clippy::expect_used, reason = "a system without random bytes cannot keep a secret")]
        getrandom::fill(bytes).expect("the system gives random bytes");
    }
}
