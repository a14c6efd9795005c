//! What was read of each log, kept across restarts: written beside, synced, renamed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::mark::{Identity, Mark};

/// The form of the file.
const VERSION: u32 = 1;
/// Bytes of a state file.
const MAX_BYTES: u64 = 64 << 20;

/// What is known of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    identity: Identity,
    pub(super) mark: Mark,
    pub(super) offset: u64,
    pub(super) line: u64,
}

/// What is known of all logs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    version: u32,
    logs: BTreeMap<PathBuf, Known>,
}

/// Why a state cannot be used.
#[derive(Debug)]
pub enum StateError {
    /// It is damaged, or of another version: going on without it would miss or repeat.
    Damaged,
    /// The system says no.
    Io(io::Error),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "it is no state of noroshi watch; name another file, or delete it to begin anew",
            Self::Io(_) => "it cannot be read",
        })
    }
}

impl std::error::Error for StateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Damaged => None,
        }
    }
}

impl State {
    /// Reads a state; an empty one where there is none yet.
    ///
    /// # Errors
    /// [`StateError`]
    pub fn read(path: &Path) -> Result<Self, StateError> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(StateError::Io(error)),
        };
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(file, MAX_BYTES), &mut bytes).map_err(StateError::Io)?;
        let state: Self = serde_json::from_slice(&bytes).map_err(|_| StateError::Damaged)?;
        if state.version == VERSION { Ok(state) } else { Err(StateError::Damaged) }
    }

    /// Writes it whole or not at all, and returns when it is on the disk.
    ///
    /// # Errors
    /// The system's.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let temporary = path.with_extension("new");
        let mut file = File::create(&temporary)?;
        serde_json::to_writer(&mut file, &Self { version: VERSION, ..self.clone() })?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)?;
        // The new name is on the disk when its folder is. Windows cannot open folders and needs it not.
        #[cfg(unix)]
        {
            let folder =
                path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }

    /// True if it comes from an earlier run: what it does not know is new.
    pub(super) fn was_saved(&self) -> bool {
        self.version == VERSION
    }

    pub(super) fn get(&self, path: &Path) -> Option<&Known> {
        self.logs.get(path)
    }

    pub(super) fn forget(&mut self, path: &Path) {
        self.logs.remove(path);
    }

    pub(super) fn set(&mut self, path: &Path, identity: &Identity, mark: &Mark, offset: u64, line: u64) {
        let known = Known { identity: identity.clone(), mark: mark.clone(), offset, line };
        self.logs.insert(path.to_owned(), known);
    }
}
