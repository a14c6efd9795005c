//! What an analyst says a mail is, by each scheme that counts it. Never decided by a number alone.
//!
//! "Targeted" is relative to who counts (domain.md §2): J-CSIP leaves mass mail out, J-CRAT counts espionage only, the
//! National Police Agency counts mass mail inside. So a [`Judgement`] has a field for each [`Scheme`].

use std::fmt;
use std::str::FromStr;

use crate::audience::UnknownWord;
use crate::lang::Text;

/// What a mail is.
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

/// Who counts, each by a definition of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// IPA's sharing initiative J-CSIP: mass mail is not targeted (S52).
    Jcsip,
    /// IPA's rescue team J-CRAT: targeted is cyber-espionage (S34).
    Jcrat,
    /// The National Police Agency: mass mail, the same text or malware at ten places or more, is a kind of targeted
    /// mail.
    Npa,
}

impl Scheme {
    /// All of them; J-CSIP's verdict is the one that lists show.
    pub const ALL: [Self; 3] = [Self::Jcsip, Self::Jcrat, Self::Npa];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Jcsip => "j-csip",
            Self::Jcrat => "j-crat",
            Self::Npa => "npa",
        }
    }

    /// Its name.
    pub fn text(self) -> Text {
        match self {
            Self::Jcsip => Text::new("J-CSIP", "J-CSIP"),
            Self::Jcrat => Text::new("J-CRAT", "J-CRAT"),
            Self::Npa => Text::new("警察庁", "National Police Agency"),
        }
    }

    /// What it calls targeted, in a sentence.
    pub fn definition(self) -> Text {
        match self {
            Self::Jcsip => {
                Text::new("ばらまき型は標的型に数えません。", "Mass mail does not count as targeted.")
            }
            Self::Jcrat => Text::new(
                "サイバースパイ活動だけを標的型に数えます。",
                "Only cyber-espionage counts as targeted.",
            ),
            Self::Npa => Text::new(
                "同じ文面・不正プログラムが 10 か所以上に届いたものを「ばらまき型」とし、標的型の内数とします。",
                "The same text or malware at ten places or more is mass mail, and counts within targeted.",
            ),
        }
    }

    /// True if this scheme counts a mail of this verdict among targeted attack mails.
    ///
    /// ```
    /// use lexicon::verdict::{Scheme, Verdict};
    /// assert!(!Scheme::Jcsip.counts_as_targeted(Verdict::Mass));
    /// assert!(Scheme::Npa.counts_as_targeted(Verdict::Mass));
    /// ```
    pub fn counts_as_targeted(self, verdict: Verdict) -> bool {
        verdict == Verdict::Targeted || (self == Self::Npa && verdict == Verdict::Mass)
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Scheme {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|s| s.word() == text).ok_or_else(|| UnknownWord::new("scheme", text))
    }
}

/// A verdict by each scheme, and whether the mail is watched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Judgement {
    /// By J-CSIP's definition.
    pub jcsip: Verdict,
    /// By J-CRAT's.
    pub jcrat: Verdict,
    /// By the National Police Agency's.
    pub npa: Verdict,
    /// "At present so, and watched on" (S29): what members confirm later changes the picture of the spread, and the
    /// verdict only when somebody judges anew.
    pub monitoring: bool,
}

impl Judgement {
    /// Undetermined by every scheme.
    pub const UNDETERMINED: Self = Self {
        jcsip: Verdict::Undetermined,
        jcrat: Verdict::Undetermined,
        npa: Verdict::Undetermined,
        monitoring: false,
    };

    /// What J-CSIP's verdict says about the others by their definitions; what it does not say is undetermined: whether
    /// a targeted mail is espionage, and whether a mass mail reached ten places.
    ///
    /// ```
    /// use lexicon::verdict::{Judgement, Verdict};
    /// let targeted = Judgement::entailed_by(Verdict::Targeted);
    /// assert_eq!((targeted.jcrat, targeted.npa), (Verdict::Undetermined, Verdict::Targeted));
    /// let mass = Judgement::entailed_by(Verdict::Mass);
    /// assert_eq!((mass.jcrat, mass.npa), (Verdict::Mass, Verdict::Undetermined));
    /// ```
    pub fn entailed_by(verdict: Verdict) -> Self {
        Self {
            jcsip: verdict,
            jcrat: if verdict == Verdict::Targeted { Verdict::Undetermined } else { verdict },
            npa: if verdict == Verdict::Mass { Verdict::Undetermined } else { verdict },
            monitoring: false,
        }
    }

    /// The verdict by one scheme.
    pub fn by(self, scheme: Scheme) -> Verdict {
        match scheme {
            Scheme::Jcsip => self.jcsip,
            Scheme::Jcrat => self.jcrat,
            Scheme::Npa => self.npa,
        }
    }

    /// The same with another verdict by one scheme.
    #[must_use]
    pub fn with(self, scheme: Scheme, verdict: Verdict) -> Self {
        match scheme {
            Scheme::Jcsip => Self { jcsip: verdict, ..self },
            Scheme::Jcrat => Self { jcrat: verdict, ..self },
            Scheme::Npa => Self { npa: verdict, ..self },
        }
    }

    /// The same, watched on or not.
    #[must_use]
    pub fn monitored(self, monitoring: bool) -> Self {
        Self { monitoring, ..self }
    }
}

impl From<Verdict> for Judgement {
    fn from(verdict: Verdict) -> Self {
        Self::entailed_by(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back_to_their_schemes() {
        for scheme in Scheme::ALL {
            assert_eq!(scheme.word().parse(), Ok(scheme));
        }
        assert!("police".parse::<Scheme>().is_err());
    }

    #[test]
    fn what_a_verdict_does_not_say_about_another_scheme_is_undetermined() {
        for verdict in Verdict::ALL {
            let judgement = Judgement::from(verdict);
            for scheme in Scheme::ALL {
                let other = judgement.by(scheme);
                assert!(other == verdict || other == Verdict::Undetermined, "{scheme} {verdict}");
            }
            assert!(!judgement.monitoring);
        }
    }
}
