//! Floods of forms: the NPA's case of June and July 2012.
#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use casework::flood::{Act, Given, Meaning, Post, floods};

fn post(second: i64, source: &str, act: Act, country: &str) -> Post {
    let start: jiff::Timestamp = "2012-06-18T01:00:00Z".parse().unwrap();
    Post {
        at: Some(start + jiff::SignedDuration::from_secs(second)),
        source: source.into(),
        target: "/inquiry".into(),
        act,
        country: Some(country.into()).filter(|country: &String| !country.is_empty()),
    }
}

/// Twelve addresses, six in China; thirteen operators: eight municipalities, two gas, two railway, one airport.
fn case() -> Vec<(String, Vec<Post>)> {
    let kinds = ["jichitai"; 8].into_iter().chain(["gas"; 2]).chain(["tetsudo"; 2]).chain(["kuko"]);
    kinds
        .enumerate()
        .map(|(n, kind)| {
            let mut posts = Vec::new();
            for source in 0..12usize {
                // Every source floods some of the operators, every operator is flooded by some.
                if (n + source) % 3 != 0 {
                    continue;
                }
                let address = format!("203.0.113.{}", source + 1);
                let country = if source < 6 { "CN" } else { "" };
                let what = if source % 2 == 0 { Meaning::Blank } else { Meaning::Digits };
                posts.extend(
                    (0..40).map(|k| post(n as i64 * 86_400 + k * 4, &address, Act::Form(what), country)),
                );
                if source == 0 {
                    posts.extend((0..400).map(|k| post(n as i64 * 86_400 + k, &address, Act::Page, country)));
                }
            }
            // People ask, too.
            posts.extend(
                (0..30).map(|k| post(k * 3000, &format!("192.0.2.{k}"), Act::Form(Meaning::Sense), "JP")),
            );
            posts.extend(
                (0..5).map(|k| post(k * 9000, &format!("192.0.2.{k}"), Act::Form(Meaning::Blank), "JP")),
            );
            (format!("{kind}{n}.example"), posts)
        })
        .collect()
}

fn given(case: &[(String, Vec<Post>)]) -> Vec<Given<'_>> {
    case.iter().map(|(organisation, posts)| Given { organisation, posts }).collect()
}

#[test]
fn twelve_addresses_at_thirteen_operators_are_found_and_no_person_is() {
    let case = case();
    let found = floods(&given(&case));
    assert_eq!((found.sources.len(), found.organisations.len()), (12, 13));
    assert_eq!(found.sources.iter().filter(|source| source.country.as_deref() == Some("CN")).count(), 6);
    assert!(found.sources.iter().all(|source| source.flooded().count() >= 2));
    let pages: Vec<&str> =
        found.sources.iter().filter(|s| s.floods_pages()).map(|s| s.address.as_str()).collect();
    assert_eq!(pages, ["203.0.113.1"]);
    for kind in [("jichitai", 8), ("gas", 2), ("tetsudo", 2), ("kuko", 1)] {
        assert_eq!(found.organisations.iter().filter(|name| name.starts_with(kind.0)).count(), kind.1);
    }
}

#[test]
fn the_order_makes_no_difference() {
    let mut case = case();
    let expect = floods(&given(&case));
    case.reverse();
    case.iter_mut().for_each(|(_, posts)| posts.reverse());
    assert_eq!(floods(&given(&case)), expect);
}

#[test]
fn many_sources_with_a_few_submissions_each_are_found_together() {
    let posts: Vec<Post> =
        (0..60).map(|n| post(n, &format!("198.51.100.{}", n % 15), Act::Form(Meaning::Random), "")).collect();
    let found = floods(&[Given { organisation: "city.example", posts: &posts }]);
    assert_eq!(found.sources.len(), 15);
}

#[test]
fn sense_in_a_burst_and_blanks_over_weeks_are_no_flood() {
    let mut posts: Vec<Post> = (0..50).map(|n| post(n, "192.0.2.1", Act::Form(Meaning::Sense), "")).collect();
    posts.extend((0..40).map(|n| post(n * 40_000, "192.0.2.2", Act::Form(Meaning::Blank), "")));
    posts.extend((0..9).map(|n| post(n, "192.0.2.1", Act::Form(Meaning::Blank), "")));
    assert!(floods(&[Given { organisation: "city.example", posts: &posts }]).sources.is_empty());
}
