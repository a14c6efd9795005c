//! What was seen in a mail and may become an indicator.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::audience::UnknownWord;

/// The kind of an observable, by its STIX 2.1 name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObservableType {
    /// An IPv4 address.
    Ipv4Addr,
    /// An IPv6 address.
    Ipv6Addr,
    /// A domain name, in A-label (punycode) form.
    DomainName,
    /// A URL, as it was in the mail after refanging.
    Url,
    /// An e-mail address.
    EmailAddr,
    /// A file, by its hashes.
    File,
}

impl ObservableType {
    /// All types.
    pub const ALL: [Self; 6] =
        [Self::Ipv4Addr, Self::Ipv6Addr, Self::DomainName, Self::Url, Self::EmailAddr, Self::File];

    /// The STIX name, e.g. `domain-name`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ipv4Addr => "ipv4-addr",
            Self::Ipv6Addr => "ipv6-addr",
            Self::DomainName => "domain-name",
            Self::Url => "url",
            Self::EmailAddr => "email-addr",
            Self::File => "file",
        }
    }
}

impl fmt::Display for ObservableType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for ObservableType {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL
            .into_iter()
            .find(|t| t.word() == text)
            .ok_or_else(|| UnknownWord::new("observable type", text))
    }
}

/// One thing seen, and everywhere it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observable {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: ObservableType,
    /// Its normalised value: a domain in lower-case A-labels, a file by its strongest hash in lower case.
    pub value: String,
    /// The Unicode form of an internationalised name, where it differs from `value`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unicode: Option<String>,
    /// A file's hashes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hashes: Option<Hashes>,
    /// Where it was found: `header:from`, `header:received[2]`, `body`, `html:link`, `attachment[1]:name` …
    #[serde(rename = "where")]
    pub places: Vec<String>,
    /// Set where a guard list says that this should not be taken for an indicator.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub guard: Option<GuardMark>,
}

/// A file's hashes, lower-case hexadecimal; the names are STIX's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Hashes {
    /// MD5.
    #[serde(rename = "MD5", skip_serializing_if = "Option::is_none", default)]
    pub md5: Option<String>,
    /// SHA-1.
    #[serde(rename = "SHA-1", skip_serializing_if = "Option::is_none", default)]
    pub sha1: Option<String>,
    /// SHA-256.
    #[serde(rename = "SHA-256", skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
}

/// Why an observable is guarded: it is marked, never dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardMark {
    /// The list: `private-range`, `public-suffix`, `own-names`, `popular-service`, or the operator's list.
    pub list: String,
    /// The entry that matched, e.g. `10.0.0.0/8`.
    pub entry: String,
    /// Set where somebody overrode the mark, with the reason: then it counts as an indicator after all.
    #[serde(rename = "override", skip_serializing_if = "Option::is_none", default)]
    pub overridden: Option<String>,
}

impl Observable {
    /// True if no guard list speaks against it, or somebody overrode the list.
    pub fn is_actionable(&self) -> bool {
        self.guard.as_ref().is_none_or(|guard| guard.overridden.is_some())
    }
}
