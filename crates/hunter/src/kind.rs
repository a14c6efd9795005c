//! What can be hunted for.

use std::fmt;
use std::str::FromStr;

/// The kind of a hunted value. The words are STIX 2.1 names where one exists.
///
/// ```
/// use hunter::Kind;
/// assert_eq!(Kind::Domain.word(), "domain-name");
/// assert_eq!("user-agent".parse(), Ok(Kind::UserAgent));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A domain name: itself and everything below it.
    Domain,
    /// A part of a name, with `*` for any letters (部分 FQDN, S39): `*evil*`, `mail-*.evil.example`.
    DomainPart,
    /// An IPv4 address or range.
    Ipv4,
    /// An IPv6 address or range.
    Ipv6,
    /// A URL: itself and everything below its path.
    Url,
    /// A part of a URL's path and query (S39).
    UrlPath,
    /// An e-mail address.
    Email,
    /// A part of a mail's subject (S38).
    Subject,
    /// A file, by a hash.
    FileHash,
    /// A file's name, without a folder.
    FileName,
    /// A part of a file's path (S40).
    FilePath,
    /// A registry key and everything below it (S40).
    RegistryKey,
    /// What stands in a registry value.
    RegistryValue,
    /// A mutex.
    Mutex,
    /// A part of a user agent.
    UserAgent,
}

impl Kind {
    /// All kinds; the place in this list is how a compiled set names a kind.
    pub const ALL: [Self; 15] = [
        Self::Domain,
        Self::DomainPart,
        Self::Ipv4,
        Self::Ipv6,
        Self::Url,
        Self::UrlPath,
        Self::Email,
        Self::Subject,
        Self::FileHash,
        Self::FileName,
        Self::FilePath,
        Self::RegistryKey,
        Self::RegistryValue,
        Self::Mutex,
        Self::UserAgent,
    ];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Domain => "domain-name",
            Self::DomainPart => "domain-part",
            Self::Ipv4 => "ipv4-addr",
            Self::Ipv6 => "ipv6-addr",
            Self::Url => "url",
            Self::UrlPath => "url-path",
            Self::Email => "email-addr",
            Self::Subject => "email-subject",
            Self::FileHash => "file",
            Self::FileName => "file-name",
            Self::FilePath => "file-path",
            Self::RegistryKey => "windows-registry-key",
            Self::RegistryValue => "windows-registry-value",
            Self::Mutex => "mutex",
            Self::UserAgent => "user-agent",
        }
    }

    /// Found as a part of a text (an automaton), not by looking a whole value up.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            Self::DomainPart
                | Self::UrlPath
                | Self::Subject
                | Self::FileName
                | Self::FilePath
                | Self::RegistryKey
                | Self::RegistryValue
                | Self::Mutex
                | Self::UserAgent
        )
    }

    /// The word that a list, a CSV column or a MISP attribute may use for it.
    pub fn from_common_word(word: &str) -> Option<Self> {
        let word = word.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        if let Ok(kind) = word.parse() {
            return Some(kind);
        }
        Some(match word.as_str() {
            "domain" | "hostname" | "host" | "fqdn" | "dns" => Self::Domain,
            "partial-domain" | "domain-pattern" | "name-part" | "partial-fqdn" => Self::DomainPart,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "uri" | "link" | "url-prefix" => Self::Url,
            "path" | "uri-path" | "urlpath" => Self::UrlPath,
            "email" | "mail" | "e-mail" | "email-src" | "email-dst" | "email-address" | "email-reply-to" => {
                Self::Email
            }
            "subject" | "email-message" | "mail-subject" => Self::Subject,
            "hash" | "md5" | "sha1" | "sha-1" | "sha256" | "sha-256" | "filehash" | "file-hash" => {
                Self::FileHash
            }
            "filename" | "email-attachment" | "attachment" => Self::FileName,
            "filepath" => Self::FilePath,
            "regkey" | "registry-key" | "registry" => Self::RegistryKey,
            "regkey|value" | "regvalue" | "registry-value" => Self::RegistryValue,
            "mutex-name" | "mutant" => Self::Mutex,
            "useragent" | "http-user-agent" | "ua" => Self::UserAgent,
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that names no kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKind(pub String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is no kind of indicator", self.0)
    }
}

impl std::error::Error for UnknownKind {}

impl FromStr for Kind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.word() == text)
            .ok_or_else(|| UnknownKind(text.chars().take(64).collect()))
    }
}
