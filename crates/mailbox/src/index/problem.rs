//! What is wrong with an index, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use lexicon::Lang;

/// Why an index cannot be used at all.
#[derive(Debug)]
pub enum Problem {
    /// There is none.
    NoIndex(PathBuf),
    /// The folder holds other things.
    OtherFolder(PathBuf),
    /// It would lie inside of a mailbox.
    InsideMailbox(PathBuf, String),
    /// A newer program made it.
    Newer(PathBuf, u32),
    /// Another program writes it.
    Busy(PathBuf),
    /// The system refuses.
    Io(PathBuf, io::Error),
    /// Its manifest cannot be read.
    Damaged(PathBuf),
    /// No workers could be started.
    Workers(crate::intake::NoWorkers),
}

impl Problem {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io(path, error)
    }

    /// True where the command line must be changed, not the disk.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::OtherFolder(_) | Self::InsideMailbox(..) | Self::Workers(_))
    }

    /// In the words of `lang`.
    pub fn of(&self, lang: Lang) -> String {
        let ja = matches!(lang, Lang::Ja);
        match self {
            Self::NoIndex(dir) if ja => {
                format!("{} に索引がありません。メールボックスのパスも書くと作ります", dir.display())
            }
            Self::NoIndex(dir) => {
                format!("{} holds no index; name the mailboxes too and it is made", dir.display())
            }
            Self::OtherFolder(dir) if ja => format!(
                "{} は空でなく、索引でもありません。書き込まないので、新しいフォルダを指定してください",
                dir.display()
            ),
            Self::OtherFolder(dir) => format!(
                "{} is not empty and holds no index; nothing is written there: name a new folder",
                dir.display()
            ),
            Self::InsideMailbox(dir, mailbox) if ja => format!(
                "{} はメールボックス {mailbox} の中です。証拠の中には書き込まないので、外のフォルダを指定してください",
                dir.display()
            ),
            Self::InsideMailbox(dir, mailbox) => format!(
                "{} lies inside of the mailbox {mailbox}; nothing is written into evidence: name a folder outside",
                dir.display()
            ),
            Self::Newer(dir, version) if ja => format!(
                "{} は新しい noroshi の索引です（形式 {version}）。そちらを使うか、別のフォルダに作り直してください",
                dir.display()
            ),
            Self::Newer(dir, version) => format!(
                "the index in {} was made by a newer noroshi (form {version}); use that one, or make an index elsewhere",
                dir.display()
            ),
            Self::Busy(dir) if ja => {
                format!("{} には別の noroshi が書き込んでいます。終わってから実行してください", dir.display())
            }
            Self::Busy(dir) => {
                format!(
                    "another noroshi is writing the index in {}; run again when it is done",
                    dir.display()
                )
            }
            Self::Io(path, error) => format!("{}: {error}", path.display()),
            Self::Damaged(dir) if ja => format!(
                "{} の索引は壊れています。フォルダを消して作り直してください（メールは無事です）",
                dir.display()
            ),
            Self::Damaged(dir) => format!(
                "the index in {} is damaged; remove the folder and index again (the mails are untouched)",
                dir.display()
            ),
            Self::Workers(error) => format!("--jobs {}: {}", error.jobs, error.why),
        }
    }
}

impl From<crate::intake::NoWorkers> for Problem {
    fn from(error: crate::intake::NoWorkers) -> Self {
        Self::Workers(error)
    }
}

/// A part of an index that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: String,
    /// What of it.
    pub what: &'static str,
    /// What the system says, where it does.
    pub why: Option<String>,
}

impl Damage {
    pub(crate) fn new(file: &str, what: &'static str) -> Self {
        Self { file: file.to_owned(), what, why: None }
    }

    pub(crate) fn io(file: &str, error: &io::Error) -> Self {
        Self { file: file.to_owned(), what: "file", why: Some(error.to_string()) }
    }

    /// In the words of `lang`.
    pub fn of(&self, lang: Lang) -> String {
        let why = self.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        match lang {
            Lang::Ja => format!(
                "{} の {} が壊れています{why}。メールボックスのパスを付けて実行すると読み直します",
                self.file, self.what
            ),
            Lang::En => format!(
                "{} ({}) is damaged{why}; run again with the paths of the mailboxes and its mails are read anew",
                self.file, self.what
            ),
        }
    }
}
