//! Raw bytes, addressed by their own SHA-256: written once, never edited.

use async_trait::async_trait;

use super::RecordResult;

/// Keeps raw mails.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Stores `bytes` durably under `sha256` (lower-case hexadecimal, the hash of `bytes`). Storing what is
    /// already there is harmless.
    async fn put(&self, sha256: &str, bytes: &[u8]) -> RecordResult<()>;
    /// The bytes, if they are there. Bytes whose hash no longer agrees are
    /// [`super::RecordError::Corrupt`].
    async fn get(&self, sha256: &str) -> RecordResult<Option<Vec<u8>>>;
}
