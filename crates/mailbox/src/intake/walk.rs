//! The files below a folder, in the order of their names.

use std::path::PathBuf;

use super::{Notes, Stamp};

/// A regular file.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) stamp: Stamp,
    /// The user named it: then it is read whatever it looks like.
    pub(super) surely_mail: bool,
}

/// Walks a folder depth first. Symbolic links are not followed, so it never leaves the folder and never loops.
pub(super) struct Walk {
    /// What is left of each folder on the way down, last name first.
    open: Vec<(PathBuf, Vec<std::ffi::OsString>)>,
    start: Option<PathBuf>,
}

impl Walk {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { open: Vec::new(), start: Some(folder) }
    }

    pub(super) fn next(&mut self, notes: &mut Notes) -> Option<Found> {
        if let Some(folder) = self.start.take() {
            self.enter(folder, notes);
        }
        loop {
            let (folder, names) = self.open.last_mut()?;
            let Some(name) = names.pop() else {
                self.open.pop();
                continue;
            };
            let path = folder.join(name);
            match path.symlink_metadata() {
                Err(error) => notes.unread.push((path.to_string_lossy().into_owned(), error.into())),
                Ok(meta) if meta.is_dir() => self.enter(path, notes),
                Ok(meta) if meta.is_file() => {
                    return Some(Found { path, stamp: Stamp::of(&meta), surely_mail: false });
                }
                Ok(_) => notes.not_followed += 1,
            }
        }
    }

    fn enter(&mut self, folder: PathBuf, notes: &mut Notes) {
        let listed = std::fs::read_dir(&folder).and_then(|entries| {
            entries.map(|entry| entry.map(|entry| entry.file_name())).collect::<Result<Vec<_>, _>>()
        });
        match listed {
            Err(error) => notes.unread.push((folder.to_string_lossy().into_owned(), error.into())),
            Ok(mut names) => {
                // A Maildir: what lies in `tmp` is not delivered yet.
                if ["cur", "new", "tmp"].iter().all(|part| names.iter().any(|name| name == part)) {
                    names.retain(|name| name != "tmp");
                }
                names.sort_unstable_by(|a, b| b.cmp(a));
                self.open.push((folder, names));
            }
        }
    }
}
