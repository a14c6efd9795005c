//! Readers around readers: what was read is hashed, what expands too much is stopped.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::limits::{FREE_EXPANSION, MAX_RATIO};

/// How much was read of a file, and the digest of it if one is kept.
#[derive(Clone, Default)]
pub(crate) struct Hashed(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    bytes: u64,
    digest: Option<Sha256>,
}

impl Hashed {
    pub(super) fn new(with_digest: bool) -> Self {
        Self(Arc::new(Mutex::new(State { bytes: 0, digest: with_digest.then(Sha256::new) })))
    }

    fn take_in(&self, bytes: &[u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.bytes += bytes.len() as u64;
        if let Some(digest) = &mut state.digest {
            digest.update(bytes);
        }
    }

    /// Bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// The SHA-256 of what was read so far, in hexadecimal.
    pub(crate) fn sha256(&self) -> Option<String> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state
            .digest
            .as_ref()
            .map(|digest| digest.clone().finalize().iter().map(|b| format!("{b:02x}")).collect())
    }
}

/// A reader that counts, and hashes if asked.
pub(super) struct HashingRead<R> {
    pub(super) inner: R,
    pub(super) hashed: Hashed,
}

impl<R: Read> Read for HashingRead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hashed.take_in(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// Stops where a compressed stream expands beyond all measure.
pub(super) struct Expansion<R> {
    pub(super) inner: R,
    /// Bytes of the compressed file read so far.
    pub(super) compressed: Hashed,
    pub(super) out: u64,
}

/// What an [`Expansion`] says when it stops.
pub(super) const EXPANDS: &str = "expands more than 2000 times its size";

impl<R: Read> Read for Expansion<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.out += count as u64;
        if self.out > FREE_EXPANSION && self.out / MAX_RATIO > self.compressed.bytes() {
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, EXPANDS));
        }
        Ok(count)
    }
}
