//! What a file was when it was read, so that a change is noticed.

/// What a file was when it was read. A message on a server has its size, the validity of its folder and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Stamp {
    /// Size of the file in bytes.
    pub size: u64,
    /// When the file was last changed, nanoseconds since 1970; 0 where that is not known.
    pub modified: i64,
    /// The file's number on its disk.
    pub inode: u64,
}

impl Stamp {
    /// The stamp of a file.
    pub fn of(meta: &std::fs::Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(meta);
        #[cfg(not(unix))]
        let inode = 0;
        let modified = meta.modified().ok().and_then(|at| {
            let since = at.duration_since(std::time::UNIX_EPOCH).ok()?;
            i64::try_from(since.as_nanos()).ok()
        });
        Self { size: meta.len(), modified: modified.unwrap_or(0), inode }
    }

    /// The stamp of the file that is there now; `None` where none can be seen.
    pub fn now(path: &str) -> Option<Self> {
        std::fs::metadata(path).ok().map(|meta| Self::of(&meta))
    }
}

/// Where a mail lies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Its name in the output.
    pub path: String,
    /// Bytes of `path` that name the file; the rest is its number there.
    pub file: usize,
    /// What the file was.
    pub stamp: Stamp,
}

impl Place {
    /// The file.
    pub fn file(&self) -> &str {
        self.path.get(..self.file).unwrap_or(&self.path)
    }

    /// True if the file is no longer what it was. What is no file (standard input, a server) has no time of change.
    pub fn is_changed(&self) -> bool {
        self.stamp.modified != 0 && !self.path.contains("://") && Stamp::now(self.file()) != Some(self.stamp)
    }
}
