//! The feed: what was released to a reader since it last asked, and what was taken back.
//!
//! A reader says how far it has read by a [`Place`]: the last change that it knows, and whose list that was. The hub
//! keeps nothing about readers. Where the place is unknown, or the reader has joined or left a SIG since, the list
//! begins anew and says so ([`Feed::restart`]): only then does nothing get lost that was released to the SIG before.

use std::fmt;
use std::str::FromStr;

use gate::Released;
use jiff::Timestamp;
use lexicon::ids::AdvisoryId;
use lexicon::{Advisory, Role};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::{ChangeKey, Readers, RecordError};

/// The most changes of one page. An advisory holds some tens of indicators.
pub const FEED_LIMIT: u32 = 100;

/// How far a reader has read.
///
/// It names the change itself and not its number among all changes: how many advisories went to others is nobody's
/// business.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    key: ChangeKey,
    /// The beginning of a digest over the readers' role and SIGs.
    readers: u32,
}

/// A text that is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place that the hub gave out")]
pub struct PlaceError;

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.key.withdrawn { 'w' } else { 'r' };
        write!(f, "{}-{}{sign}-{:08x}", self.key.advisory.uuid().simple(), self.key.nth, self.readers)
    }
}

impl FromStr for Place {
    type Err = PlaceError;
    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let mut parts = text.split('-');
        let (Some(id), Some(nth), Some(readers), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(PlaceError);
        };
        let withdrawn = nth.ends_with('w');
        let nth = nth.strip_suffix(['r', 'w']).ok_or(PlaceError)?;
        let key = ChangeKey {
            advisory: AdvisoryId::from(Uuid::try_parse(id).map_err(|_| PlaceError)?),
            nth: nth.parse().map_err(|_| PlaceError)?,
            withdrawn,
        };
        let place = Self { key, readers: u32::from_str_radix(readers, 16).map_err(|_| PlaceError)? };
        // One form only: what is said back is what was given.
        if place.to_string() == text { Ok(place) } else { Err(PlaceError) }
    }
}

/// A change, as its readers learn of it.
pub struct Change {
    /// The release that it is about.
    pub released: Released<Advisory>,
    /// Set where that release was taken back.
    pub withdrawn: Option<Timestamp>,
}

/// A page of the feed.
pub struct Feed {
    /// The latest change of each advisory, oldest first.
    pub changes: Vec<Change>,
    /// How far the reader has read with this page; `None` where nothing was ever released to it.
    pub place: Option<Place>,
    /// More is there: ask again with the place.
    pub more: bool,
    /// The list begins anew: what the reader has from before is to be dropped.
    pub restart: bool,
}

impl Desk {
    /// What changed for this reader behind `after`; everything, where it is `None`.
    ///
    /// # Errors
    /// An account that receives no advisories; the records failed; a stored text no longer fits its stamp.
    pub async fn feed(&self, actor: &Actor, after: Option<Place>, limit: u32) -> DeskResult<Feed> {
        let readers = match actor.role {
            Role::Analyst => Readers::Analysts,
            Role::Member => Readers::Members(self.sigs_of(actor).await?),
            Role::Vendor => Readers::Vendors,
            Role::Administrator => return Err(DeskError::NotFound("feed")),
        };
        let mark = mark(&readers);
        let known = match after.filter(|place| place.readers == mark) {
            Some(place) => self.records.change_place(place.key, &readers).await?,
            None => None,
        };
        let limit = limit.clamp(1, FEED_LIMIT);
        let mut records = self.records.changes(&readers, known.unwrap_or(0), limit + 1).await?;
        let more = records.len() > limit as usize;
        records.truncate(limit as usize);
        let last = records.last().map(|record| Place { key: record.key, readers: mark });
        let sigs = match &readers {
            Readers::Members(sigs) => sigs.clone(),
            _ => Default::default(),
        };
        let mut changes = Vec::with_capacity(records.len());
        for record in records {
            let withdrawn = record.key.withdrawn.then_some(record.at);
            let released = self.reopen(record.release)?;
            // The records chose by what is stored; the gate's own word on the audience decides.
            if released.audience().includes(actor.role, &sigs) {
                changes.push(Change { released, withdrawn });
            }
        }
        let restart = after.is_some() && known.is_none();
        let place = last.or(after.filter(|_| !restart));
        Ok(Feed { changes, place, more, restart })
    }

    /// Takes a released advisory back: its readers are told that its indicators no longer hold. The reason stays with
    /// the hub, in the audit trail; it may name somebody.
    ///
    /// # Errors
    /// Not an analyst; not released, or taken back before; no reason.
    pub async fn withdraw_release(&self, actor: &Actor, id: AdvisoryId, reason: &str) -> DeskResult<()> {
        actor.analyst("advisory")?;
        self.records.release(id).await?.ok_or(DeskError::NotFound("advisory"))?;
        if reason.trim().is_empty() {
            return Err(DeskError::invalid(
                "reason",
                "取り下げる理由を書いてください。監査証跡に残り、受信者には表示されません。",
                "write why it is withdrawn; the reason goes into the audit trail, not to the readers",
            ));
        }
        let object = format!("{id}: {}", reason.trim());
        let entry = self.entry(actor, "advisory.withdraw-release", lexicon::text::cut(&object, 1_000));
        match self.records.put_withdrawal(id, self.now(), &entry).await {
            Err(RecordError::Conflict { .. }) => Err(DeskError::refused(
                "この注意喚起は、すでに取り下げられています。",
                "this advisory was withdrawn before",
            )),
            done => Ok(done?),
        }
    }

    /// When a released advisory was taken back, for an actor who may see it.
    ///
    /// # Errors
    /// The records failed.
    pub async fn withdrawn(&self, released: &Released<Advisory>) -> DeskResult<Option<Timestamp>> {
        Ok(self.records.withdrawal(released.item().id).await?)
    }
}

/// Tells lists of readers apart. A reader learns nothing from it but that its own SIGs changed, which it knows.
fn mark(readers: &Readers) -> u32 {
    let mut hasher = Sha256::new();
    match readers {
        Readers::Analysts => hasher.update(b"analysts"),
        Readers::Vendors => hasher.update(b"vendors"),
        Readers::Members(sigs) => {
            hasher.update(b"members");
            for sig in sigs {
                hasher.update(sig.uuid().as_bytes());
            }
        }
    }
    hasher.finalize().iter().take(4).fold(0, |mark, byte| mark << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_the_address_bar_and_has_one_form() {
        for (nth, withdrawn) in [(1, false), (12, true)] {
            let key = ChangeKey { advisory: AdvisoryId::from(Uuid::from_u128(7)), nth, withdrawn };
            let place = Place { key, readers: 0x0f };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for wrong in [
            "",
            "1-1r-0",
            "0-1r-0000000f",
            "00000000000000000000000000000007-01r-0000000f",
            "a-b-c-d",
            "é-1r-1",
        ] {
            assert_eq!(wrong.parse::<Place>(), Err(PlaceError), "{wrong}");
        }
    }

    #[test]
    fn readers_of_other_sigs_have_another_list() {
        let sig = |n| lexicon::ids::SigId::from(Uuid::from_u128(n));
        let members = |list: &[u128]| mark(&Readers::Members(list.iter().map(|n| sig(*n)).collect()));
        assert_eq!(members(&[1, 2]), members(&[2, 1]));
        assert_ne!(members(&[1]), members(&[1, 2]));
        assert_ne!(members(&[]), mark(&Readers::Vendors));
    }
}
