//! Sight: a recipient answers "we saw it too" or "we did not".

use jiff::civil::Date;
use lexicon::ids::{AdvisoryId, SightingId};
use lexicon::{Role, Sighting};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};

/// An answer as it comes in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    /// "We saw it too."
    pub seen: bool,
    /// How many were seen.
    pub count: u32,
    /// The date of the first.
    pub first_date: Option<Date>,
    /// The date of the last.
    pub last_date: Option<Date>,
    /// A word to the analysts.
    pub note: String,
}

/// What an advisory has brought back: the latest answer of each organisation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SightingCount {
    /// Organisations that saw it.
    pub seen: u32,
    /// Organisations that did not.
    pub not_seen: u32,
    /// Mails or communications seen, over all organisations.
    pub total: u64,
    /// The earliest first date.
    pub first_date: Option<Date>,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// The answer that now counts.
    pub id: SightingId,
    /// It says what the organisation's latest answer said already: nothing was written.
    pub already: bool,
}

impl SightingCount {
    /// Counts the latest answers.
    pub fn of(sightings: &[Sighting]) -> Self {
        let seen = || sightings.iter().filter(|s| s.seen);
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            seen: number(seen().count()),
            not_seen: number(sightings.len() - seen().count()),
            total: seen().map(|s| u64::from(s.count)).sum(),
            first_date: seen().filter_map(|s| s.first_date).min(),
        }
    }
}

impl Desk {
    /// Records an answer. Only who received the advisory may answer it. The same answer given again changes
    /// nothing.
    ///
    /// # Errors
    /// The advisory is not there for this actor; "seen" without a count; a date in the future; the last before
    /// the first.
    pub async fn sight(&self, actor: &Actor, advisory: AdvisoryId, answer: Answer) -> DeskResult<Recorded> {
        let member = actor.organisation("advisory")?;
        self.released_for(actor, advisory).await?;
        if answer.seen && answer.count == 0 {
            return Err(DeskError::invalid(
                "count",
                "受信した件数を 1 以上の数で書いてください。",
                "write how many you saw, 1 or more",
            ));
        }
        let now = self.now();
        let today = now.to_zoned(lexicon::time::jst()).date();
        if answer.first_date.is_some_and(|date| date > today) {
            return Err(DeskError::invalid(
                "first_date",
                "最初の受信日が未来の日付です。",
                "the first date lies in the future",
            ));
        }
        if answer
            .last_date
            .is_some_and(|date| date > today || answer.first_date.is_some_and(|first| first > date))
        {
            return Err(DeskError::invalid(
                "last_date",
                "最後の受信日は、最初の受信日から今日までの日付にしてください。",
                "the last date lies between the first date and today",
            ));
        }
        let id = self.new_id(SightingId::from_time_and_random);
        let sighting = Sighting {
            id,
            advisory,
            member,
            seen: answer.seen,
            count: if answer.seen { answer.count } else { 0 },
            first_date: answer.first_date.filter(|_| answer.seen),
            last_date: answer.last_date.filter(|_| answer.seen),
            note: answer.note.chars().take(crate::receive::NOTE_LIMIT).collect(),
            answered: now,
        };
        let earlier = self.records.answers(advisory, member).await?.pop();
        if let Some(earlier) = earlier
            && (Sighting { id, answered: now, ..earlier.clone() }) == sighting
        {
            return Ok(Recorded { id: earlier.id, already: true });
        }
        self.records.put_sighting(&sighting, &self.entry(actor, "advisory.sight", advisory)).await?;
        Ok(Recorded { id, already: false })
    }

    /// What came back on a released advisory, as numbers; for its recipients and the analysts.
    ///
    /// # Errors
    /// The advisory is not there for this actor.
    pub async fn sighting_count(&self, actor: &Actor, advisory: AdvisoryId) -> DeskResult<SightingCount> {
        if actor.role != Role::Analyst {
            self.released_for(actor, advisory).await?;
        }
        Ok(SightingCount::of(&self.records.sightings(advisory).await?))
    }
}
