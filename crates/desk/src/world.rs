//! Clock and chance, taken from outside, so that a run can be repeated to the byte.

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in whole microseconds at the finest.
    fn now(&self) -> Timestamp;
}

/// Draws random bytes fit for secrets.
pub trait Chance: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The world as the desk sees it.
pub trait World: Clock + Chance {}
impl<T: Clock + Chance> World for T {}

/// Ten random bytes for an id.
pub(crate) fn ten(chance: &dyn World) -> [u8; 10] {
    let mut bytes = [0; 10];
    chance.fill(&mut bytes);
    bytes
}

/// A world that repeats itself: time moves one second a look, chance is a counter through SHA-256. For tests
/// and for showing that two runs agree.
pub struct RepeatableWorld {
    seconds: std::sync::atomic::AtomicI64,
    draws: std::sync::atomic::AtomicU64,
}

impl RepeatableWorld {
    /// A world that begins at `start`.
    pub fn new(start: Timestamp) -> Self {
        Self { seconds: start.as_second().into(), draws: 0.into() }
    }
}

impl Clock for RepeatableWorld {
    fn now(&self) -> Timestamp {
        let second = self.seconds.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Timestamp::from_second(second).unwrap_or_default()
    }
}

impl Chance for RepeatableWorld {
    fn fill(&self, bytes: &mut [u8]) {
        use sha2::{Digest, Sha256};
        for chunk in bytes.chunks_mut(32) {
            let n = self.draws.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let block = Sha256::digest(n.to_be_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
