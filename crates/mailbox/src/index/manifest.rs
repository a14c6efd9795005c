//! The manifest: which segments count, and what of them does not.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{Set, VERSION};
use crate::intake::Stamp;

const NAME: &str = "manifest";
const FORMAT: &str = "noroshi-mail-index";
/// Bytes of a manifest that are read.
const MAX: u64 = 256 << 20;

/// What an index consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    format: String,
    version: u32,
    /// Number of the next segment.
    pub(super) next: u64,
    pub(super) segments: Vec<Entry>,
    /// Files with many mails that have grown: what they were when they were read last.
    #[serde(default)]
    pub(super) grown: BTreeMap<String, (u64, i64, u64)>,
}

/// One segment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) file: String,
    pub(super) docs: u32,
    /// Documents that count no more, as `[from, until)`.
    #[serde(default)]
    pub(super) dropped: Vec<[u32; 2]>,
}

/// What every version has.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

impl Manifest {
    pub(super) fn new() -> Self {
        Self { format: FORMAT.to_owned(), version: VERSION, ..Self::default() }
    }

    /// The manifest of a folder; `None` where there is none.
    pub(super) fn read(dir: &Path) -> Result<Option<Self>, Problem> {
        let path = dir.join(NAME);
        let mut text = String::new();
        match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Problem::Io(path, error)),
            Ok(file) => match file.take(MAX).read_to_string(&mut text) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    return Err(Problem::Damaged(dir.to_owned()));
                }
                Err(error) => return Err(Problem::Io(path, error)),
            },
        }
        let (json, sum) = text.split_once('\n').unwrap_or((&text, ""));
        let damaged = || Problem::Damaged(dir.to_owned());
        let head: Head = serde_json::from_str(json).map_err(|_| damaged())?;
        if head.format != FORMAT {
            return Err(Problem::OtherFolder(dir.to_owned()));
        }
        if head.version > VERSION {
            return Err(Problem::Newer(dir.to_owned(), head.version));
        }
        if sum.trim() != checksum(json) {
            return Err(damaged());
        }
        serde_json::from_str(json).map(Some).map_err(|_| damaged())
    }

    /// Puts this manifest into the place of the one that is there, in one step.
    pub(super) fn write(&self, dir: &Path) -> Result<(), Problem> {
        let json = serde_json::to_string(self).map_err(|_| Problem::Damaged(dir.to_owned()))?;
        let text = format!("{json}\n{}\n", checksum(&json));
        replace(dir, NAME, text.as_bytes())
    }
}

fn checksum(text: &str) -> String {
    format!("{:08x}", crc32fast::hash(text.as_bytes()))
}

/// Writes a file so that it is there whole or not at all.
fn replace(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), Problem> {
    let temporary = dir.join(format!("{name}.tmp"));
    let mut file = File::create(&temporary).map_err(Problem::io(&temporary))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(Problem::io(&temporary))?;
    settle(dir, &temporary, name)
}

/// Gives a finished file its name, for good.
pub(super) fn settle(dir: &Path, temporary: &Path, name: &str) -> Result<(), Problem> {
    let path: PathBuf = dir.join(name);
    std::fs::rename(temporary, &path).map_err(Problem::io(&path))?;
    // The folder must know the name too. Not every system can sync a folder.
    if let Ok(folder) = File::open(dir) {
        let _ = folder.sync_all();
    }
    Ok(())
}

impl Entry {
    /// Keeps which documents count no more.
    pub(super) fn drop_set(&mut self, dropped: &Set) {
        self.dropped.clear();
        for at in dropped.iter() {
            match self.dropped.last_mut() {
                Some([_, until]) if *until == at => *until += 1,
                _ => self.dropped.push([at, at + 1]),
            }
        }
    }
}

/// A stamp as the manifest keeps it.
pub(super) fn kept(stamp: Stamp) -> (u64, i64, u64) {
    (stamp.size, stamp.modified, stamp.inode)
}
