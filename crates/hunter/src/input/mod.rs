//! What the command line names → streams of bytes: files, folders, patterns, standard input; compressed or not; the
//! members of archives, also inside archives.
//!
//! Evidence is opened for reading only. What cannot be read is told, and the next is read.

mod compressed;
mod guarded;
mod open;
mod tar;
mod walk;
mod zip;

pub use open::{Inputs, Opened, Told};
pub use walk::matches_glob;

/// The files that an argument means: itself, the files of a folder, those of a pattern.
pub(crate) fn files_of(argument: &str, unread: &mut Vec<Unread>) -> Vec<std::path::PathBuf> {
    walk::files(argument, unread).into_iter().map(|found| found.path).collect()
}

use lexicon::Text;

/// Why something was not read, or not to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The path as given or found; members of archives behind a `!`.
    pub path: String,
    /// The stable word: `missing`, `forbidden`, `damaged`, `encrypted`, `too-deep`, `too-large`, `expands-too-much`,
    /// `not-followed`, `unknown-archive`, `not-a-log`, `changed`, `error`.
    pub why: &'static str,
    /// What it means, and what to do.
    pub text: Text,
    /// What the system or the decompressor says.
    pub detail: String,
    /// Told for completeness, without making the sweep incomplete: a link to what is read anyway, an empty pattern.
    pub harmless: bool,
}

impl Unread {
    pub(crate) fn new(path: &str, why: &'static str, text: Text) -> Self {
        Self { path: path.to_owned(), why, text, detail: String::new(), harmless: false }
    }

    pub(crate) fn with(mut self, detail: impl ToString) -> Self {
        self.detail = detail.to_string();
        self
    }

    /// What a failed system call means.
    pub(crate) fn of(path: &str, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let (why, text) = match error.kind() {
            ErrorKind::NotFound => {
                ("missing", Text::new("ファイルもフォルダもありません", "there is no such file or folder"))
            }
            ErrorKind::PermissionDenied => {
                ("forbidden", Text::new("読む権限がありません", "you do not have the permission to read it"))
            }
            ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => (
                "damaged",
                Text::new(
                    "壊れているか途中で切れています。そこまでは調べました",
                    "it is damaged or cut off; it was searched up to there",
                ),
            ),
            _ => ("error", Text::new("読めません", "it cannot be read")),
        };
        Self::new(path, why, text).with(error)
    }
}
