//! How an attack spread: who got it, when, in which sectors, first and last, before and after the advisory went out.
//!
//! Whoever calls says what a place and a sector are; a member in several sectors stands in each (延べ), and once among
//! the places. Two times matter of each place: when the attack arrived there, and when the hub learned of it. What was
//! learned after the advisory may have arrived long before: the advisory found it (S59).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

/// Columns of the matrix at most.
pub const COLUMNS: usize = 12;
/// Steps of the matrix, in hours: from an hour to four years.
const STEPS: [i64; 11] = [1, 3, 6, 12, 24, 72, 168, 720, 2_160, 8_760, 35_064];
/// Japan is so many hours ahead of UTC: columns begin at full hours and days there.
const JAPAN: i64 = 9;

/// How the hub knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// The mail itself was given.
    Reported,
    /// "We saw it too", in answer to an advisory.
    Confirmed,
}

/// Mails that arrived at one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival<W> {
    /// Where.
    pub place: W,
    /// When the first of them arrived there.
    pub at: Timestamp,
    /// When the hub learned of it.
    pub known: Timestamp,
    /// How many.
    pub mails: u64,
    /// How the hub knows.
    pub how: How,
}

/// One place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<W> {
    /// Which.
    pub place: W,
    /// Mails given.
    pub reported: u64,
    /// Mails confirmed in answer to an advisory.
    pub confirmed: u64,
    /// When the first arrived, and the last.
    pub first: Timestamp,
    /// See `first`.
    pub last: Timestamp,
    /// When the hub first learned of it.
    pub known: Timestamp,
    /// Mails by column of the matrix.
    pub cells: Vec<u64>,
}

/// One sector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sector<S> {
    /// Which; `None` for places of no sector.
    pub sector: Option<S>,
    /// Places of it.
    pub places: u64,
    /// Mails at them, given and confirmed.
    pub mails: u64,
    /// When the first arrived, and the last.
    pub first: Timestamp,
    /// See `first`.
    pub last: Timestamp,
    /// Mails by column of the matrix.
    pub cells: Vec<u64>,
}

/// One side of the advisory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Side {
    /// Places that the hub learned of on this side.
    pub places: u64,
    /// Mails that it learned of on this side.
    pub mails: u64,
    /// Places at which the first mail arrived on this side.
    pub arrived: u64,
}

/// How an attack spread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread<W, S> {
    /// Its places, in the order in which the hub learned of them.
    pub places: Vec<Place<W>>,
    /// Its sectors, by when it first arrived in them.
    pub sectors: Vec<Sector<S>>,
    /// The first arrival and the last; `None` where nothing arrived.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Where each column of the matrix begins, and where the last ends.
    pub columns: Vec<Timestamp>,
    /// When the first advisory went out.
    pub released: Option<Timestamp>,
    /// Before it (everything, where none went out).
    pub before: Side,
    /// From it on.
    pub after: Side,
}

/// Lays out how an attack spread. Order does not matter.
///
/// ```
/// use casework::spread::{Arrival, How, spread};
/// let arrival = |place, at: &str, how| {
///     let at: jiff::Timestamp = at.parse().unwrap();
///     Arrival { place, at, known: at, mails: 1, how }
/// };
/// let spread = spread(
///     &[
///         arrival("a", "2026-11-01T00:00:00Z", How::Reported),
///         arrival("b", "2026-11-03T00:00:00Z", How::Confirmed),
///     ],
///     |place| vec![if *place == "a" { "gas" } else { "power" }],
///     Some("2026-11-02T00:00:00Z".parse().unwrap()),
/// );
/// assert_eq!((spread.before.places, spread.after.places), (1, 1));
/// ```
pub fn spread<W: Ord + Clone, S: Ord + Clone>(
    arrivals: &[Arrival<W>],
    sectors_of: impl Fn(&W) -> Vec<S>,
    released: Option<Timestamp>,
) -> Spread<W, S> {
    let first = arrivals.iter().map(|arrival| arrival.at).min();
    let last = arrivals.iter().map(|arrival| arrival.at).max();
    let span = first.zip(last);
    let columns = span.map(|(first, last)| columns(first, last)).unwrap_or_default();
    let cells = columns.len().saturating_sub(1);
    let column = |at: Timestamp| {
        columns.partition_point(|start| *start <= at).saturating_sub(1).min(cells.saturating_sub(1))
    };

    let mut places: BTreeMap<W, Place<W>> = BTreeMap::new();
    let mut sides = [Side::default(); 2];
    for arrival in arrivals {
        let place = places.entry(arrival.place.clone()).or_insert_with(|| Place {
            place: arrival.place.clone(),
            reported: 0,
            confirmed: 0,
            first: arrival.at,
            last: arrival.at,
            known: arrival.known,
            cells: vec![0; cells],
        });
        match arrival.how {
            How::Reported => place.reported = place.reported.saturating_add(arrival.mails),
            How::Confirmed => place.confirmed = place.confirmed.saturating_add(arrival.mails),
        }
        place.first = place.first.min(arrival.at);
        place.last = place.last.max(arrival.at);
        place.known = place.known.min(arrival.known);
        if let Some(cell) = place.cells.get_mut(column(arrival.at)) {
            *cell = cell.saturating_add(arrival.mails);
        }
        if let Some(side) = sides.get_mut(usize::from(is_after(arrival.known, released))) {
            side.mails = side.mails.saturating_add(arrival.mails);
        }
    }
    for place in places.values() {
        if let Some(side) = sides.get_mut(usize::from(is_after(place.known, released))) {
            side.places += 1;
        }
        if let Some(side) = sides.get_mut(usize::from(is_after(place.first, released))) {
            side.arrived += 1;
        }
    }
    let sectors = sectors(places.values(), sectors_of);
    let mut places: Vec<Place<W>> = places.into_values().collect();
    places.sort_by_key(|place| (place.known, place.first));
    let [before, after] = sides;
    Spread { places, sectors, span, columns, released, before, after }
}

fn is_after(at: Timestamp, released: Option<Timestamp>) -> bool {
    released.is_some_and(|released| at >= released)
}

fn sectors<'a, W: Ord + 'a, S: Ord + Clone>(
    places: impl Iterator<Item = &'a Place<W>>,
    sectors_of: impl Fn(&W) -> Vec<S>,
) -> Vec<Sector<S>> {
    let mut sectors: BTreeMap<Option<S>, Sector<S>> = BTreeMap::new();
    for place in places {
        let of: BTreeSet<S> = sectors_of(&place.place).into_iter().collect();
        let of: Vec<Option<S>> = if of.is_empty() { vec![None] } else { of.into_iter().map(Some).collect() };
        for sector in of {
            let entry = sectors.entry(sector.clone()).or_insert_with(|| Sector {
                sector,
                places: 0,
                mails: 0,
                first: place.first,
                last: place.last,
                cells: vec![0; place.cells.len()],
            });
            entry.places += 1;
            entry.mails = entry.mails.saturating_add(place.reported).saturating_add(place.confirmed);
            entry.first = entry.first.min(place.first);
            entry.last = entry.last.max(place.last);
            for (all, own) in entry.cells.iter_mut().zip(&place.cells) {
                *all = all.saturating_add(*own);
            }
        }
    }
    let mut sectors: Vec<Sector<S>> = sectors.into_values().collect();
    sectors.sort_by(|a, b| a.first.cmp(&b.first).then_with(|| a.sector.cmp(&b.sector)));
    sectors
}

/// The starts of at most [`COLUMNS`] columns of one step, and the end of the last.
fn columns(first: Timestamp, last: Timestamp) -> Vec<Timestamp> {
    let hours = |at: Timestamp| at.as_second().div_euclid(3600) + JAPAN;
    let (from, to) = (hours(first), hours(last));
    let most = i64::try_from(COLUMNS).unwrap_or(i64::MAX);
    let wide = STEPS.iter().copied().find(|step| to.div_euclid(*step) - from.div_euclid(*step) < most);
    // Two ends of time: columns as wide as it takes.
    let step = wide.unwrap_or((to - from) / (most - 1) + 1);
    let start = from.div_euclid(step) * step;
    let count = to.div_euclid(step) - from.div_euclid(step) + 1;
    (0..=count)
        .map(|n| {
            let hour = (start + n * step - JAPAN).saturating_mul(3600);
            let end = if n == 0 { Timestamp::MIN } else { Timestamp::MAX };
            Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_secs(hour)).unwrap_or(end)
        })
        .collect()
}
