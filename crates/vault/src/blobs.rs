//! Raw mails as files, each named by its own SHA-256.
//!
//! The layout is `ab/cd/abcd…`. A file comes to its name whole (it is written beside it and renamed), and it
//! and the folders that lead to it are durable before [`Blobs::put`] returns.

use std::collections::HashSet;
use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use desk::records::{Blobs, RecordError, RecordResult};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutPayload};
use sha2::{Digest as _, Sha256};

use crate::open::{make_folder, sync_folder};

/// The folder for blobs could not be made or opened.
#[derive(Debug, thiserror::Error)]
#[error("the folder for mails, {}, could not be opened; look whether it may be written to", folder.display())]
pub struct BlobsError {
    /// Which folder.
    pub folder: PathBuf,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Blobs in a folder of this machine. Cloning it is cheap.
#[derive(Clone)]
pub struct LocalBlobs {
    store: Arc<LocalFileSystem>,
    folder: PathBuf,
    /// Folders `ab/cd` whose entries above are known to be durable.
    settled: Arc<Mutex<HashSet<String>>>,
}

impl LocalBlobs {
    /// Opens the folder; where it is missing it is made, for its owner only.
    ///
    /// # Errors
    /// The folder cannot be made or is no folder.
    pub fn open(dir: &FilePath) -> Result<Self, BlobsError> {
        let failed = |source| BlobsError { folder: dir.to_owned(), source };
        make_folder(dir).map_err(|source| failed(source.into()))?;
        let folder = dir.canonicalize().map_err(|source| failed(source.into()))?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(|source| failed(source.into()))?;
        Ok(Self { store: Arc::new(store), folder, settled: Arc::default() })
    }

    /// The bytes under a name, if they are there and whole.
    async fn read(&self, place: &Place) -> RecordResult<Option<Vec<u8>>> {
        let failed = |source: object_store::Error| RecordError::Store {
            action: "read a mail's bytes",
            source: Box::new(source),
        };
        let found = match self.store.get(&place.path()).await {
            Ok(found) => found.bytes().await.map_err(failed)?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let (hash, bytes) = hashed(found.into()).await?;
        if hash == place.sha256 {
            Ok(Some(bytes))
        } else {
            Err(corrupt("its bytes no longer agree with its hash"))
        }
    }

    /// Makes a blob and the folders that lead to it durable: `object_store` leaves that to the system.
    async fn settle(&self, place: &Place) -> RecordResult<()> {
        let known = self.settled.lock().unwrap_or_else(PoisonError::into_inner).contains(&place.inner);
        let inner = self.folder.join(&place.inner);
        let file = inner.join(&place.sha256);
        let above = if known { None } else { Some((self.folder.join(&place.outer), self.folder.clone())) };
        blocking(move || -> io::Result<()> {
            std::fs::File::open(file)?.sync_all()?;
            sync_folder(&inner)?;
            if let Some((outer, folder)) = above {
                sync_folder(&outer)?;
                sync_folder(&folder)?;
            }
            Ok(())
        })
        .await?
        .map_err(|source| store_error(Box::new(source)))?;
        self.settled.lock().unwrap_or_else(PoisonError::into_inner).insert(place.inner.clone());
        Ok(())
    }
}

#[async_trait]
impl Blobs for LocalBlobs {
    async fn put(&self, sha256: &str, bytes: &[u8]) -> RecordResult<()> {
        let place = Place::of(sha256)?;
        let (hash, bytes) = hashed(bytes.to_vec()).await?;
        if hash != place.sha256 {
            return Err(corrupt("its bytes do not have the hash they were to be stored under"));
        }
        match self.read(&place).await {
            Ok(Some(_)) => {}
            // Also bytes that a power cut left half-written: here they are again, whole.
            Ok(None) | Err(RecordError::Corrupt { .. }) => {
                self.store
                    .put(&place.path(), PutPayload::from(bytes))
                    .await
                    .map_err(|source| store_error(Box::new(source)))?;
            }
            Err(error) => return Err(error),
        }
        // Also for bytes that were there: whoever wrote them may have died before they were durable.
        self.settle(&place).await
    }

    async fn get(&self, sha256: &str) -> RecordResult<Option<Vec<u8>>> {
        self.read(&Place::of(sha256)?).await
    }
}

/// Where a blob lies.
struct Place {
    sha256: String,
    /// `ab`
    outer: String,
    /// `ab/cd`
    inner: String,
}

impl Place {
    /// The place of a hash; an error for a text that is none, so that no name leads out of the folder.
    fn of(sha256: &str) -> RecordResult<Self> {
        let valid = sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match (sha256.get(..2), sha256.get(2..4)) {
            (Some(a), Some(b)) if valid => {
                Ok(Self { sha256: sha256.to_owned(), outer: a.to_owned(), inner: format!("{a}/{b}") })
            }
            _ => Err(corrupt("its name is not a SHA-256 in lower-case hexadecimal")),
        }
    }

    fn path(&self) -> Path {
        Path::from(format!("{}/{}", self.inner, self.sha256))
    }
}

fn corrupt(detail: &str) -> RecordError {
    RecordError::Corrupt { noun: "mail", detail: detail.to_owned() }
}

fn store_error(source: Box<dyn std::error::Error + Send + Sync>) -> RecordError {
    RecordError::Store { action: "write a mail's bytes", source }
}

/// The SHA-256 of bytes in hexadecimal, and the bytes again; off the threads that answer requests.
async fn hashed(bytes: Vec<u8>) -> RecordResult<(String, Vec<u8>)> {
    blocking(move || {
        let digest = Sha256::digest(&bytes);
        (digest.iter().map(|byte| format!("{byte:02x}")).collect(), bytes)
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> RecordResult<T> {
    tokio::task::spawn_blocking(work).await.map_err(|source| store_error(Box::new(source)))
}
