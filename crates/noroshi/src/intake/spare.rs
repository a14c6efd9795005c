//! Buffers used again: a folder of a million mails is read into the memory of a batch, and the system need not clear
//! new pages for each mail.

use std::sync::{Mutex, PoisonError};

/// Buffers kept.
const BUFFERS: usize = 256;
/// A buffer larger than this is given back to the system.
const BYTES: usize = 256 << 10;

/// Buffers of mails that are done with.
#[derive(Debug, Default)]
pub(super) struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    /// An empty buffer.
    pub(super) fn take(&self) -> Vec<u8> {
        // A thread that fell while it held the lock left nothing half done behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub(super) fn give(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= BYTES {
            buffer.clear();
            let mut buffers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if buffers.len() < BUFFERS {
                buffers.push(buffer);
            }
        }
    }
}
