//! Who may see what: roles of accounts, and the audience (共有範囲) of a release.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::ids::SigId;

/// What an account may do at the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Runs the hub: accounts, members, settings. Sees no mail.
    Administrator,
    /// Works for the hub: sees submissions, judges, drafts, releases.
    Analyst,
    /// Works for one member organisation.
    Member,
    /// A security vendor that protects several customers.
    Vendor,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 4] = [Self::Administrator, Self::Analyst, Self::Member, Self::Vendor];

    /// The stable word for machines.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Analyst => "analyst",
            Self::Member => "member",
            Self::Vendor => "vendor",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Role {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|role| role.word() == text).ok_or_else(|| UnknownWord::new("role", text))
    }
}

/// A word that is not among those known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{given}\" is not a known {noun}")]
pub struct UnknownWord {
    /// What kind of word was expected.
    pub noun: &'static str,
    /// What was given, cut to 64 characters.
    pub given: String,
}

impl UnknownWord {
    /// An unknown `noun`.
    pub fn new(noun: &'static str, given: &str) -> Self {
        Self { noun, given: given.chars().take(64).collect() }
    }
}

/// Who receives a release. Every part must be chosen: an empty audience reaches nobody, never everybody
/// (the fault of MISP#1720 and MISP#4200).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience {
    /// Members of these SIGs.
    pub sigs: BTreeSet<SigId>,
    /// Every member organisation, whatever its SIG.
    pub all_members: bool,
    /// Security vendors (the vendor council).
    pub vendors: bool,
}

impl Audience {
    /// Every member organisation.
    pub fn all_members() -> Self {
        Self { all_members: true, ..Self::default() }
    }

    /// True where nobody would receive anything.
    pub fn is_empty(&self) -> bool {
        self.sigs.is_empty() && !self.all_members && !self.vendors
    }

    /// True if an organisation with this role in these SIGs is addressed.
    pub fn includes(&self, role: Role, sigs: &BTreeSet<SigId>) -> bool {
        match role {
            Role::Member => self.all_members || self.sigs.intersection(sigs).next().is_some(),
            Role::Vendor => self.vendors,
            Role::Analyst => true,
            Role::Administrator => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_audience_reaches_nobody() {
        let sigs = BTreeSet::from([SigId::from_name("gas")]);
        assert!(!Audience::default().includes(Role::Member, &sigs));
        assert!(!Audience::default().includes(Role::Vendor, &sigs));
    }
}
