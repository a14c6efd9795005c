//! What tells one log from another under the same name.

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes of the beginning that are looked at.
pub(super) const HEAD: u64 = 64 << 10;
/// Bytes of the beginning that are remembered by their digest.
const MARKED: usize = 1_024;

/// Which file it is, by the file system: a renamed file keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity(u64, u64);

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(meta: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self(meta.dev(), meta.ino())
    }

    /// Elsewhere the time of creation stands for it: a new file under an old name has a new one.
    #[cfg(not(unix))]
    pub(super) fn of(meta: &Metadata) -> Self {
        let created = meta.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        Self(0, created.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0))
    }
}

/// The beginning of a log: a file that was truncated and grew again has another one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    length: usize,
    sha256: String,
}

impl Mark {
    /// The mark of a file, and its beginning.
    pub(super) fn take(file: &mut File) -> io::Result<(Self, Vec<u8>)> {
        file.seek(SeekFrom::Start(0))?;
        let mut head = Vec::new();
        file.take(HEAD).read_to_end(&mut head)?;
        Ok((Self::of(&head, head.len().min(MARKED)), head))
    }

    fn of(head: &[u8], length: usize) -> Self {
        let digest = Sha256::digest(head.get(..length).unwrap_or_default());
        Self { length, sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect() }
    }

    /// True if a log that begins like this is the marked one.
    pub(super) fn is_of(&self, head: &[u8]) -> bool {
        self.length > 0 && head.len() >= self.length && Self::of(head, self.length) == *self
    }

    /// True if the file still begins as it did. A mark of nothing fits everything.
    pub(super) fn fits(&self, file: &mut File) -> io::Result<bool> {
        if self.length == 0 {
            return Ok(true);
        }
        file.seek(SeekFrom::Start(0))?;
        let mut head = Vec::new();
        file.take(self.length as u64).read_to_end(&mut head)?;
        Ok(self.is_of(&head))
    }

    /// The log was too short to be marked well.
    pub(super) fn is_short(&self) -> bool {
        self.length < MARKED
    }
}

/// Files beside a log whose names begin with its own: `query.log.1`, `query.log-20231114.gz`.
pub(super) fn neighbours(path: &Path) -> Vec<PathBuf> {
    let (Some(name), Some(folder)) = (path.file_name(), path.parent()) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let name = name.to_string_lossy();
    let stem = name.strip_suffix(".log").unwrap_or(&name);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|other| {
            other.file_name().is_some_and(|other| {
                let other = other.to_string_lossy();
                other != name && other.starts_with(stem)
            })
        })
        .collect();
    found.sort();
    found
}
