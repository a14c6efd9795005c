//! What a worker may take.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Bounds of one worker process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of memory that it may write to.
    pub memory: u64,
    /// Processor seconds for one file.
    pub cpu_seconds: u64,
    /// Time on the clock for one file, for a worker that waits instead of working.
    pub wall: Duration,
    /// Bytes of one answer.
    pub answer_bytes: usize,
    /// Files opened by one worker before a new one takes its place.
    pub jobs: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 512 << 20,
            cpu_seconds: 10,
            wall: Duration::from_secs(60),
            answer_bytes: 64 << 20,
            jobs: 2_000,
        }
    }
}
