//! Who acts: an account with its role, and what that lets it see.

use lexicon::Role;
use lexicon::ids::{AccountId, MemberId};

use crate::error::{DeskError, DeskResult};

/// A logged-in account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub account: AccountId,
    /// Its role.
    pub role: Role,
    /// Whom it works for.
    pub member: Option<MemberId>,
}

impl Actor {
    /// Passes analysts. To all others the thing does not exist.
    pub(crate) fn analyst(&self, noun: &'static str) -> DeskResult<()> {
        if self.role == Role::Analyst { Ok(()) } else { Err(DeskError::NotFound(noun)) }
    }

    /// For lists: `None` for an analyst, who sees everything; for others their own organisation, which they
    /// are limited to.
    ///
    /// # Errors
    /// An account that is neither.
    pub fn only_own(&self) -> DeskResult<Option<MemberId>> {
        match self.role {
            Role::Analyst => Ok(None),
            _ => self.organisation("list").map(Some),
        }
    }

    /// The member organisation or vendor that this account works for. To all others the thing does not exist.
    pub(crate) fn organisation(&self, noun: &'static str) -> DeskResult<MemberId> {
        match (self.role, self.member) {
            (Role::Member | Role::Vendor, Some(member)) => Ok(member),
            _ => Err(DeskError::NotFound(noun)),
        }
    }
}
