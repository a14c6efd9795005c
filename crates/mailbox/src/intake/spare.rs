//! Buffers used again: a folder of a million mails is read into the memory of a batch, and the system need not clear
//! new pages for each mail.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Buffers kept.
const BUFFERS: usize = 256;
/// A buffer larger than this is given back to the system: the mails of a batch together are no larger.
const BYTES: usize = 4 << 20;
/// Bytes of buffers kept together.
const ALL_BYTES: usize = 16 << 20;

/// Buffers of mails that are done with.
#[derive(Debug, Default)]
pub(super) struct Spare(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    buffers: Vec<Vec<u8>>,
    bytes: usize,
}

impl Spare {
    /// An empty buffer.
    pub(super) fn take(&self) -> Vec<u8> {
        let mut kept = self.kept();
        let buffer = kept.buffers.pop().unwrap_or_default();
        kept.bytes -= buffer.capacity();
        buffer
    }

    /// Takes a buffer back.
    pub(super) fn give(&self, mut buffer: Vec<u8>) {
        let bytes = buffer.capacity();
        let mut kept = self.kept();
        if bytes <= BYTES && kept.buffers.len() < BUFFERS && kept.bytes + bytes <= ALL_BYTES {
            buffer.clear();
            kept.bytes += bytes;
            kept.buffers.push(buffer);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A thread that fell while it held the lock left nothing half done behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
