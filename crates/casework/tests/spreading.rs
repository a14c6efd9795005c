//! How an attack spread, with the documents' own cases (S62, S63) as invented data.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use casework::spread::{Arrival, COLUMNS, How, Side, spread};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn given(place: u32, when: &str) -> Arrival<u32> {
    Arrival {
        place,
        at: at(when),
        known: at(when) + SignedDuration::from_hours(2),
        mails: 1,
        how: How::Reported,
    }
}

fn confirmed(place: u32, arrived: &str, answered: &str, mails: u64) -> Arrival<u32> {
    Arrival { place, at: at(arrived), known: at(answered), mails, how: How::Confirmed }
}

/// S62: in the name of a government centre, to six manufacturers within a day.
#[test]
fn one_mail_in_a_centre_s_name_reached_six_manufacturers() {
    let arrivals: Vec<_> = (1..=6).map(|n| given(n, &format!("2012-02-01T0{n}:30:00+09:00"))).collect();
    let spread = spread(&arrivals, |_| vec!["manufacturing"], None);
    assert_eq!(spread.places.len(), 6);
    assert_eq!(spread.sectors.len(), 1);
    assert_eq!((spread.sectors[0].places, spread.sectors[0].mails), (6, 6));
    assert_eq!(spread.span, Some((at("2012-02-01T01:30:00+09:00"), at("2012-02-01T06:30:00+09:00"))));
    // Nothing was released: all of it stands before.
    assert_eq!(spread.before, Side { places: 6, mails: 6, arrived: 6 });
    assert_eq!(spread.after, Side::default());
    // By the hour, each in its own column.
    assert_eq!(spread.columns.len(), 7);
    assert!(spread.places.iter().enumerate().all(|(n, place)| place.cells[n] == 1));
}

/// S63: two companies reported it; the council was told; 23 municipalities and 4 operators found that they had it too.
#[test]
fn two_companies_became_twenty_nine_places_after_the_council_was_told() {
    let mut arrivals = vec![given(1, "2012-04-10T10:00:00+09:00"), given(2, "2012-04-10T15:00:00+09:00")];
    let released = at("2012-04-12T09:00:00+09:00");
    for n in 0..23 {
        arrivals.push(confirmed(100 + n, "2012-04-11T00:00:00+09:00", "2012-04-13T10:00:00+09:00", 2));
    }
    for n in 0..4 {
        arrivals.push(confirmed(200 + n, "2012-04-13T00:00:00+09:00", "2012-04-14T10:00:00+09:00", 1));
    }
    let sector = |place: &u32| {
        vec![match place {
            0..=99 => "company",
            100..=199 => "municipality",
            _ => "operator",
        }]
    };
    let spread = spread(&arrivals, sector, Some(released));
    assert_eq!(spread.places.len(), 2 + 23 + 4);
    // Told of after the advisory, though it had arrived at the municipalities before.
    assert_eq!(spread.before, Side { places: 2, mails: 2, arrived: 25 });
    assert_eq!(spread.after, Side { places: 27, mails: 50, arrived: 4 });
    let sectors: Vec<_> = spread.sectors.iter().map(|s| (s.sector.unwrap(), s.places, s.mails)).collect();
    assert_eq!(sectors, [("company", 2, 2), ("municipality", 23, 46), ("operator", 4, 4)]);
    assert_eq!(spread.places[0].place, 1);
}

#[test]
fn a_member_of_two_sectors_stands_in_both_and_once_among_the_places() {
    let spread = spread(&[given(1, "2026-11-20T00:00:00Z")], |_| vec!["gas", "heavy"], None);
    assert_eq!((spread.places.len(), spread.sectors.len()), (1, 2));
    assert_eq!(spread.before.places, 1);
}

#[test]
fn who_reports_and_confirms_is_one_place_with_both_numbers() {
    let arrivals =
        [given(1, "2026-11-01T00:00:00Z"), confirmed(1, "2026-10-30T15:00:00Z", "2026-11-09T00:00:00Z", 40)];
    let spread = spread(&arrivals, |_| Vec::<&str>::new(), Some(at("2026-11-05T00:00:00Z")));
    let place = &spread.places[0];
    assert_eq!((spread.places.len(), place.reported, place.confirmed), (1, 1, 40));
    assert_eq!((spread.before.places, spread.after.places, spread.after.mails), (1, 0, 40));
    assert_eq!(spread.sectors[0].sector, None);
}

proptest! {
    #[test]
    fn every_mail_stands_in_one_cell_and_on_one_side_in_any_order(
        rows in proptest::collection::vec((0u8..9, -1_000_000_000i64..2_000_000_000, 0i64..1_000_000, 0u64..50, any::<bool>()), 0..60),
        released in proptest::option::of(-1_000_000_000i64..2_000_000_000),
    ) {
        let second = |s: i64| Timestamp::from_second(s).unwrap();
        let arrivals: Vec<_> = rows.iter().map(|(place, at, later, mails, reported)| Arrival {
            place: *place,
            at: second(*at),
            known: second(at + later),
            mails: *mails,
            how: if *reported { How::Reported } else { How::Confirmed },
        }).collect();
        let one = spread(&arrivals, |place| vec![place % 2], released.map(second));
        let total: u64 = arrivals.iter().map(|a| a.mails).sum();
        prop_assert!(one.columns.len() <= COLUMNS + 1);
        prop_assert!(one.columns.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!(one.before.mails + one.after.mails, total);
        prop_assert_eq!(one.before.places + one.after.places, one.places.len() as u64);
        prop_assert_eq!(one.places.iter().flat_map(|p| &p.cells).sum::<u64>(), total);
        prop_assert_eq!(one.sectors.iter().flat_map(|s| &s.cells).sum::<u64>(), total);
        let mut turned = arrivals.clone();
        turned.reverse();
        let other = spread(&turned, |place| vec![place % 2], released.map(second));
        prop_assert_eq!(one, other);
    }
}
