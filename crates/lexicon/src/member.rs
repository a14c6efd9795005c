//! Member organisations and their industry groups, as the roster gives them.

use std::collections::BTreeSet;

use crate::audience::Role;
use crate::ids::{MemberId, SigId};

/// An industry group (SIG).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sig {
    /// Its id.
    pub id: SigId,
    /// Its name in Japanese, e.g. `ガス`.
    pub name_ja: String,
    /// Its name in English, e.g. `Gas`.
    pub name_en: String,
}

/// A member organisation (参加組織) or a vendor, with all that could give it away.
///
/// This type deliberately has no `Serialize` and no `Display`: the roster never leaves the hub.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: MemberId,
    /// [`Role::Member`] or [`Role::Vendor`].
    pub role: Role,
    /// Its name as people write it.
    pub name: String,
    /// The SIGs it belongs to; one organisation may be in two (S14: counted twice in the gross count).
    pub sigs: BTreeSet<SigId>,
    /// All that could identify it.
    pub identity: Identity,
}

impl std::fmt::Debug for Member {
    /// Only the id: a name must not reach a log through `{:?}`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Member").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Everything in the roster that could tell a reader who provided something.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Names, abbreviations, former names, product and service names: any language and script.
    pub names: Vec<String>,
    /// Domains; their subdomains count too.
    pub domains: Vec<String>,
    /// Addresses, also those outside the domains.
    pub addresses: Vec<String>,
    /// IP addresses and CIDR ranges, IPv4 and IPv6.
    pub networks: Vec<String>,
    /// People: family and given names, account names.
    pub persons: Vec<String>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(sealed)")
    }
}
