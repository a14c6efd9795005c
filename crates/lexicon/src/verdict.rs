//! What an analyst says a mail is. Never decided by a number alone.

use std::fmt;
use std::str::FromStr;

use crate::audience::UnknownWord;
use crate::lang::Text;

/// A verdict on a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Targeted attack mail (標的型攻撃メール).
    Targeted,
    /// Harmless mail that sounds out the desk before an attack (偵察メール).
    Recon,
    /// Mass mail (ばらまき型).
    Mass,
    /// Business e-mail compromise (ビジネスメール詐欺).
    Bec,
    /// Credential phishing.
    Phishing,
    /// None of these.
    Other,
    /// Not decided; may be shared while analysis goes on (S52).
    Undetermined,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 7] =
        [Self::Targeted, Self::Recon, Self::Mass, Self::Bec, Self::Phishing, Self::Other, Self::Undetermined];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Targeted => "targeted",
            Self::Recon => "recon",
            Self::Mass => "mass",
            Self::Bec => "bec",
            Self::Phishing => "phishing",
            Self::Other => "other",
            Self::Undetermined => "undetermined",
        }
    }

    /// The words for people.
    pub fn text(self) -> Text {
        match self {
            Self::Targeted => Text::new("標的型攻撃メール", "Targeted attack"),
            Self::Recon => Text::new("偵察メール", "Reconnaissance"),
            Self::Mass => Text::new("ばらまき型メール", "Mass mail"),
            Self::Bec => Text::new("ビジネスメール詐欺", "Business e-mail compromise"),
            Self::Phishing => Text::new("フィッシング", "Credential phishing"),
            Self::Other => Text::new("その他", "Other"),
            Self::Undetermined => Text::new("未確定", "Undetermined"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Verdict {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|v| v.word() == text).ok_or_else(|| UnknownWord::new("verdict", text))
    }
}
