//! Guessing passwords is slowed down: per account and address, so that a stranger's guesses do not lock the
//! owner out.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Failures within [`WINDOW`] after which a pair of account and address must wait.
const FAILURES: u32 = 8;
/// See [`FAILURES`].
const WINDOW: SignedDuration = SignedDuration::from_mins(15);
/// Pairs that are remembered; past it the oldest go first.
const PAIRS: usize = 50_000;

/// Whose failures are counted: the account tried, and the address that tries.
type Pair = (String, Option<IpAddr>);

/// Counts failed logins.
#[derive(Default)]
pub struct Throttle {
    failures: Mutex<HashMap<Pair, (Timestamp, u32)>>,
}

impl Throttle {
    /// True if this pair must wait.
    pub fn is_shut(&self, user: &str, from: Option<IpAddr>, now: Timestamp) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures
            .get(&(user.to_owned(), from))
            .is_some_and(|(since, count)| *count >= FAILURES && now.duration_since(*since) < WINDOW)
    }

    /// Counts a failure.
    pub fn failed(&self, user: &str, from: Option<IpAddr>, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= PAIRS {
            failures.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
            if failures.len() >= PAIRS {
                failures.clear();
            }
        }
        let entry = failures.entry((user.to_owned(), from)).or_insert((now, 0));
        if now.duration_since(entry.0) >= WINDOW {
            *entry = (now, 0);
        }
        entry.1 += 1;
    }

    /// Forgets the failures of a pair that logged in.
    pub fn succeeded(&self, user: &str, from: Option<IpAddr>) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(&(user.to_owned(), from));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_is_slowed_and_the_owner_elsewhere_is_not() {
        let throttle = Throttle::default();
        let (guesser, owner) = (Some(IpAddr::from([192, 0, 2, 1])), Some(IpAddr::from([192, 0, 2, 2])));
        let now = Timestamp::UNIX_EPOCH;
        for _ in 0..FAILURES {
            assert!(!throttle.is_shut("sato", guesser, now));
            throttle.failed("sato", guesser, now);
        }
        assert!(throttle.is_shut("sato", guesser, now));
        assert!(!throttle.is_shut("sato", owner, now));
        assert!(!throttle.is_shut("sato", guesser, now + WINDOW));
    }
}
