//! Campaigns: mails recognised as one attack, and the reasons for it.

use std::fmt;
use std::str::FromStr;

use crate::audience::UnknownWord;
use crate::ids::{CampaignId, SubmissionId};

/// What two mails have in common.
///
/// ```
/// use lexicon::ReasonKind;
/// assert_eq!("route".parse(), Ok(ReasonKind::Route));
/// assert!(ReasonKind::Route.is_infrastructure() && !ReasonKind::Password.is_infrastructure());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReasonKind {
    /// Near-identical body text.
    Text,
    /// The same skeleton of tags and attributes in the HTML part.
    Structure,
    /// The same or a similar attachment, or what its file says of who and what made it.
    Attachment,
    /// The same password of an archive or document.
    Password,
    /// The same subject, names and numbers masked.
    Subject,
    /// Who sends: address, display name, Reply-To, Return-Path.
    Sender,
    /// From where and with what: origin address, HELO, mailing program and time zone.
    Route,
    /// Where links lead: host, page, shape of the path.
    Url,
    /// A command-and-control address told by an analyst or a sandbox report.
    C2,
    /// An analyst says so.
    Analyst,
    /// Infrastructure as a whole ([`is_infrastructure`](Self::is_infrastructure)): the word for all of its kinds
    /// together, and for reasons that were kept before they were told apart.
    Infrastructure,
}

impl ReasonKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::Structure,
        Self::Attachment,
        Self::Password,
        Self::Subject,
        Self::Sender,
        Self::Route,
        Self::Url,
        Self::C2,
        Self::Analyst,
        Self::Infrastructure,
    ];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Structure => "structure",
            Self::Attachment => "attachment",
            Self::Password => "password",
            Self::Subject => "subject",
            Self::Sender => "sender",
            Self::Route => "route",
            Self::Url => "url",
            Self::C2 => "c2",
            Self::Analyst => "analyst",
            Self::Infrastructure => "infrastructure",
        }
    }

    /// True for the kinds that `infrastructure` stands for: sender, route, url, c2, and itself.
    pub fn is_infrastructure(self) -> bool {
        matches!(self, Self::Sender | Self::Route | Self::Url | Self::C2 | Self::Infrastructure)
    }
}

impl fmt::Display for ReasonKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for ReasonKind {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|k| k.word() == text).ok_or_else(|| UnknownWord::new("link kind", text))
    }
}

/// One reason for a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// What is in common.
    pub kind: ReasonKind,
    /// How strongly it ties, 0 to 1.
    pub weight: f64,
    /// The value in common, or the similarity for text, e.g. `jaccard 0.94`, `host evil.example`.
    pub value: String,
    /// How rare the value is here: how many different texts are known to carry it, 2 being the rarest that can tie.
    /// `None` where rarity says nothing: for near-identical text, and for what an analyst says.
    pub texts: Option<u64>,
}

/// A link between two mails, named by the caller's own keys.
#[derive(Debug, Clone, PartialEq)]
pub struct Link<K> {
    /// The one mail; `a < b`.
    pub a: K,
    /// The other.
    pub b: K,
    /// Why, strongest first; never empty.
    pub reasons: Vec<Reason>,
}

/// A campaign at the hub.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Its id: stays with the campaign while it grows.
    pub id: CampaignId,
    /// Its submissions, oldest first.
    pub submissions: Vec<SubmissionId>,
    /// Why they belong together.
    pub links: Vec<Link<SubmissionId>>,
}
