//! Indicators (インディケータ): what an advisory tells its readers to look for.

use jiff::Timestamp;

use crate::observable::{Hashes, ObservableType};
use crate::tlp::Tlp;

/// One value to look for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Indicator {
    /// What it is.
    pub kind: ObservableType,
    /// The normalised value, as in [`crate::Observable::value`].
    pub value: String,
    /// A file's hashes, all that are known.
    pub hashes: Option<FileHashes>,
    /// A word on its part in the attack, in the advisory's language; may be empty.
    pub note: String,
}

/// Hashes in a form that sorts (MD5, SHA-1, SHA-256).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct FileHashes {
    /// MD5, lower-case hexadecimal.
    pub md5: Option<String>,
    /// SHA-1, lower-case hexadecimal.
    pub sha1: Option<String>,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: Option<String>,
}

impl From<Hashes> for FileHashes {
    fn from(hashes: Hashes) -> Self {
        Self { md5: hashes.md5, sha1: hashes.sha1, sha256: hashes.sha256 }
    }
}

/// A named list of indicators with its label and date: what `noroshi export` reads and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndicatorSet {
    /// Its name, e.g. the file's or the advisory's.
    pub name: String,
    /// How far it may be passed on.
    pub tlp: Tlp,
    /// When it was made.
    pub created: Timestamp,
    /// Sorted by type and value, each once.
    pub indicators: Vec<Indicator>,
}
