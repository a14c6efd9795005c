//! Threat actors above campaigns (S61: the same C2 addresses, so the same actor), as hypotheses with source and
//! confidence (S42). Never more than that: a claim can be withdrawn and is never erased.
//!
//! Nothing here derives `Serialize`: who is thought to be behind an attack does not leave the hub on the side of the
//! gate.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::audience::UnknownWord;
use crate::ids::{AccountId, CampaignId, HypothesisId, ThreatActorId};
use crate::lang::Text;

/// Somebody whom several campaigns may be the work of, under the hub's own name for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatActor {
    /// Its id.
    pub id: ThreatActorId,
    /// The hub's name for it, e.g. `攻撃者 A`.
    pub name: String,
    /// Names that others use, in the order given.
    pub aliases: Vec<String>,
    /// What is known.
    pub note: String,
    /// When it was written down.
    pub created: Timestamp,
    /// Who wrote it down.
    pub account: AccountId,
}

/// What a claim rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// The same command-and-control addresses (S61).
    C2,
    /// The same malware, or malware of one family.
    Malware,
    /// The same sending or hosting infrastructure.
    Infrastructure,
    /// The same way of going about it.
    Conduct,
    /// A published attribution that it was compared with (S42).
    Report,
}

impl Basis {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::C2, Self::Malware, Self::Infrastructure, Self::Conduct, Self::Report];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::C2 => "c2",
            Self::Malware => "malware",
            Self::Infrastructure => "infrastructure",
            Self::Conduct => "conduct",
            Self::Report => "report",
        }
    }

    /// The words for people.
    pub fn text(self) -> Text {
        match self {
            Self::C2 => Text::new("同じ不正接続先（C2）", "The same C2 addresses"),
            Self::Malware => Text::new("同じ（系統の）マルウェア", "The same malware or family"),
            Self::Infrastructure => Text::new("同じ送信・配置の基盤", "The same infrastructure"),
            Self::Conduct => Text::new("同じ手口", "The same conduct"),
            Self::Report => Text::new("公開された帰属情報との照合", "A published attribution"),
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Basis {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|b| b.word() == text).ok_or_else(|| UnknownWord::new("basis", text))
    }
}

/// How sure somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Possible; other explanations are as good.
    Low,
    /// Plausible, with gaps.
    Moderate,
    /// Well supported, by independent facts.
    High,
}

impl Confidence {
    /// All of them, rising.
    pub const ALL: [Self; 3] = [Self::Low, Self::Moderate, Self::High];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
        }
    }

    /// The words for people.
    pub fn text(self) -> Text {
        match self {
            Self::Low => Text::new("確度：低", "Low confidence"),
            Self::Moderate => Text::new("確度：中", "Moderate confidence"),
            Self::High => Text::new("確度：高", "High confidence"),
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Confidence {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|c| c.word() == text).ok_or_else(|| UnknownWord::new("confidence", text))
    }
}

/// A claim: this campaign is the work of this actor, because.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hypothesis {
    /// Its id.
    pub id: HypothesisId,
    /// Whose work.
    pub actor: ThreatActorId,
    /// Which campaign.
    pub campaign: CampaignId,
    /// What the claim rests on.
    pub basis: Basis,
    /// The values behind it, e.g. the C2 addresses, normalised; sorted, each once.
    pub values: Vec<String>,
    /// Where the knowledge is from: an analysis, a sandbox report, a publication.
    pub source: String,
    /// How sure.
    pub confidence: Confidence,
    /// Further words.
    pub note: String,
    /// Who made the claim.
    pub account: AccountId,
    /// When.
    pub at: Timestamp,
    /// Set once it was taken back.
    pub withdrawn: Option<Withdrawn>,
}

/// That a claim was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub account: AccountId,
    /// Why.
    pub reason: String,
}
