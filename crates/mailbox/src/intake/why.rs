//! Why something could not be read, in words that help.

use std::io;

use lexicon::Lang;

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// There is nothing of this name.
    Missing,
    /// The user may not.
    Forbidden,
    /// It is a folder where a file is needed.
    Folder,
    /// A mail beyond [`super::MAX_MAIL`].
    LargeMail,
    /// A list beyond its cap, in bytes.
    LargeFile(u64),
    /// A text in another encoding.
    NotUtf8,
    /// An Outlook data file that needs a key.
    LockedStore,
    /// An Outlook data file of an unknown form.
    UnknownStore,
    /// An error of this program.
    Ours,
    /// A mail server does not answer as it should: why, in Japanese and in English.
    Server(String, String),
    /// What the system says.
    Other(String),
}

impl Why {
    /// In the words of `lang`.
    pub fn of(&self, lang: Lang) -> String {
        let text = match self {
            Self::Missing => lang.pick("ファイルもフォルダもありません", "there is no such file or folder"),
            Self::Forbidden => lang.pick("権限がありません", "you do not have the permission"),
            Self::Folder => lang.pick("フォルダです", "it is a folder"),
            Self::LargeMail => lang.pick("256 MiB を超えています", "larger than 256 MiB"),
            Self::LargeFile(cap) => {
                let cap = mebibytes(*cap);
                return match lang {
                    Lang::Ja => format!("{cap} を超えています"),
                    Lang::En => format!("larger than {cap}"),
                };
            }
            Self::NotUtf8 => lang.pick(
                "UTF-8 ではありません。iconv -f CP932 -t UTF-8 などで変換してください",
                "it is not UTF-8; convert it, e.g. with iconv -f CP932 -t UTF-8",
            ),
            Self::LockedStore => lang.pick(
                "暗号化された Outlook データファイルです。Outlook で復号してから指定してください",
                "an Outlook data file that needs a key; let Outlook decrypt it first",
            ),
            Self::UnknownStore => lang
                .pick("読めない形式の Outlook データファイルです", "an Outlook data file of an unknown form"),
            Self::Ours => lang.pick(
                "このメールで noroshi の誤りが見つかりました。報告をお願いします",
                "this mail brought out an error of noroshi; please report it",
            ),
            Self::Server(ja, en) => lang.pick(ja, en),
            Self::Other(text) => text,
        };
        text.to_owned()
    }
}

/// `256 MB`: caps are whole powers of 1,024.
fn mebibytes(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{} KB", bytes.div_ceil(1 << 10)),
        whole => format!("{whole} MB"),
    }
}

impl From<&io::Error> for Why {
    fn from(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::PermissionDenied => Self::Forbidden,
            io::ErrorKind::IsADirectory => Self::Folder,
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<io::Error> for Why {
    fn from(error: io::Error) -> Self {
        Self::from(&error)
    }
}
