//! The roster: SIGs and member organisations.

use async_trait::async_trait;
use lexicon::ids::MemberId;
use lexicon::{Member, Sig};

use super::RecordResult;

/// Keeps SIGs and members. A roster has hundreds of rows, so it is read whole.
#[async_trait]
pub trait Roster {
    /// Writes a SIG; one of the same id is replaced.
    async fn put_sig(&self, sig: &Sig) -> RecordResult<()>;
    /// All SIGs, sorted by Japanese name, then id.
    async fn sigs(&self) -> RecordResult<Vec<Sig>>;
    /// Writes a member with its SIGs and identity; one of the same id is replaced.
    async fn put_member(&self, member: &Member) -> RecordResult<()>;
    /// One member.
    async fn member(&self, id: MemberId) -> RecordResult<Option<Member>>;
    /// All members, sorted by id.
    async fn members(&self) -> RecordResult<Vec<Member>>;
}
