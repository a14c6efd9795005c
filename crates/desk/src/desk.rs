//! The desk itself: what every use case works with.

use std::sync::Arc;

use gate::Gate;
use jiff::Timestamp;
use lexicon::ids::AuditId;

use crate::actor::Actor;
use crate::dissect::Settings;
use crate::records::{AuditEntry, Blobs, Records};
use crate::world::{World, ten};

/// The desk. One per hub; cheap to share behind an [`Arc`].
pub struct Desk {
    pub(crate) records: Arc<dyn Records>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) gate: Gate,
    pub(crate) world: Arc<dyn World>,
    pub(crate) settings: Settings,
}

impl Desk {
    /// A desk over these records.
    pub fn new(
        records: Arc<dyn Records>,
        blobs: Arc<dyn Blobs>,
        gate: Gate,
        world: Arc<dyn World>,
        settings: Settings,
    ) -> Self {
        Self { records, blobs, gate, world, settings }
    }

    /// The records, for what has no rule of its own (accounts, sessions, the roster).
    pub fn records(&self) -> &dyn Records {
        &*self.records
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.world.now()
    }

    /// Random bytes fit for secrets.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.world.fill(&mut bytes);
        bytes
    }

    /// A new id of a noun: `desk.new_id(CampaignId::from_time_and_random)`.
    pub fn new_id<I>(&self, make: impl FnOnce(i64, [u8; 10]) -> I) -> I {
        make(self.world.now().as_millisecond(), ten(&*self.world))
    }

    /// An audit entry for what `actor` does to `object`.
    pub(crate) fn entry(&self, actor: &Actor, action: &str, object: impl ToString) -> AuditEntry {
        AuditEntry {
            id: self.new_id(AuditId::from_time_and_random),
            at: self.world.now(),
            account: Some(actor.account),
            action: action.to_owned(),
            object: object.to_string(),
        }
    }
}
