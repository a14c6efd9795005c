//! What each format looks like, byte for byte.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{RELEASED, advisory, indicator, list, release};
use exchange::csv::{CsvSettings, table};
use exchange::rpz::{Policy, RpzSettings, zone};
use exchange::stix::{StixSettings, bundle, objects};
use exchange::{plain, stix};
use indicators::guard::Guards;
use lexicon::{Advisory, IndicatorSet, ObservableType, Tlp};

fn rpz() -> RpzSettings {
    RpzSettings::new("rpz.example.org", "ns1.example.org").unwrap()
}

fn stix_of(advisory: Advisory, when: &str) -> serde_json::Value {
    serde_json::from_str(&bundle(&release(advisory, when), &StixSettings::default())).unwrap()
}

#[test]
fn an_advisory_as_stix() {
    insta::assert_snapshot!(bundle(&release(advisory(), RELEASED), &StixSettings::default()));
}

#[test]
fn a_list_as_stix() {
    let mut list = list();
    list.indicators.truncate(2);
    insta::assert_snapshot!(bundle(&release(list, RELEASED), &StixSettings { producer: "例示CSIRT".into() }));
}

#[test]
fn an_advisory_as_csv() {
    insta::assert_snapshot!(table(&release(advisory(), RELEASED), CsvSettings::default()).replace('\r', "␍"));
}

#[test]
fn an_advisory_as_a_policy_zone() {
    insta::assert_snapshot!(zone(&release(advisory(), RELEASED), &rpz()));
}

#[test]
fn an_advisory_as_a_list_and_as_a_hosts_file() {
    let released = release(advisory(), RELEASED);
    insta::assert_snapshot!(format!(
        "{}----\n{}",
        plain::list(&released),
        plain::hosts(&released, &Guards::builtin_for_examples())
    ));
}

#[test]
fn the_same_release_gives_the_same_bytes() {
    let all = || {
        let released = release(advisory(), RELEASED);
        [
            bundle(&released, &StixSettings::default()),
            objects(&released, &StixSettings::default()).concat(),
            table(&released, CsvSettings { bom: true }),
            zone(&released, &rpz()),
            plain::list(&released),
            plain::hosts(&released, &Guards::builtin_for_examples()),
        ]
    };
    assert_eq!(all(), all());
}

#[test]
fn a_later_version_keeps_its_ids_and_its_creation() {
    let first = stix_of(advisory(), RELEASED);
    let second = stix_of(Advisory { version: 2, title: "続報".into(), ..advisory() }, "2026-11-25T00:00:00Z");
    assert_ne!(first["id"], second["id"]);
    let (old, new) = (first["objects"].as_array().unwrap(), second["objects"].as_array().unwrap());
    assert_eq!(old.len(), new.len());
    for (old, new) in old.iter().zip(new) {
        assert_eq!((&old["id"], &old["created"]), (&new["id"], &new["created"]));
    }
    assert_eq!(new[2]["modified"], "2026-11-25T00:00:00.000Z");
    assert_eq!(new[2]["created"], "2026-11-18T11:06:40.123Z");
}

#[test]
fn every_object_that_tells_something_carries_the_label() {
    for tlp in Tlp::ALL {
        let bundle = stix_of(Advisory { tlp, ..advisory() }, RELEASED);
        let objects = bundle["objects"].as_array().unwrap();
        assert_eq!(objects[1]["name"], tlp.label());
        for object in &objects[2..] {
            assert_eq!(object["object_marking_refs"][0], objects[1]["id"], "{tlp}");
        }
    }
}

#[test]
fn an_advisory_without_indicators_is_still_a_report() {
    let bundle = stix_of(Advisory { indicators: Vec::new(), ..advisory() }, RELEASED);
    assert_eq!(bundle["objects"][2]["object_refs"][0], bundle["objects"][0]["id"]);
}

#[test]
fn times_are_milliseconds_in_utc() {
    for (given, expect) in [
        ("2026-11-20T06:04:05.678901Z", "2026-11-20T06:04:05.678Z"),
        ("2026-11-20T15:04:05+09:00", "2026-11-20T06:04:05.000Z"),
    ] {
        assert_eq!(stix::timestamp(common::at(given)), expect);
    }
}

#[test]
fn excel_is_told_the_encoding() {
    let table = table(&release(advisory(), RELEASED), CsvSettings { bom: true });
    assert!(table.starts_with("\u{feff}advisory,tlp,"));
}

/// A list that went out comes back in as it was: the values that are values.
#[test]
fn lists_and_tables_are_read_back() {
    let readable = |indicator: &lexicon::Indicator| {
        !indicator.value.contains('\n') && indicator.value.len() < 200 && !indicator.value.starts_with('+')
    };
    let set = IndicatorSet { indicators: list().indicators.into_iter().filter(readable).collect(), ..list() };
    let released = release(set.clone(), RELEASED);
    let values = |text: &str| -> Vec<String> {
        let (set, problems) = indicators::set::parse("x", text, Tlp::Green, set.created);
        assert_eq!(problems, [], "{text}");
        set.indicators.into_iter().map(|i| i.value).collect()
    };
    let expect: Vec<String> = set.indicators.iter().map(|i| i.value.clone()).collect();
    assert_eq!(values(&table(&released, CsvSettings { bom: true })), expect);
    // Alone on a line, `co.jp` is not taken for a value; a table says what it is.
    let bare: Vec<String> = expect.into_iter().filter(|value| value != "co.jp").collect();
    assert_eq!(values(&plain::list(&released).replace("co.jp\n", "")), bare);
}

#[test]
fn a_page_on_a_shared_host_does_not_take_the_host_away() {
    let url = indicator(ObservableType::Url, "https://shared.example/evil", "");
    let zone = zone(&release(IndicatorSet { indicators: vec![url], ..list() }, RELEASED), &rpz());
    assert!(!zone.contains("CNAME"), "{zone}");
    assert!(zone.contains("; left out: url hxxps://shared[.]example/evil"), "{zone}");
}

#[test]
fn no_value_writes_a_line_of_its_own() {
    let values =
        ["a.example\n$INCLUDE /etc/passwd", "b.example\r\n@ IN A 192.0.2.1", "c.example;x", "x.rpz-ip"];
    let indicators = values.map(|value| indicator(ObservableType::DomainName, value, "")).to_vec();
    let set = IndicatorSet { indicators, name: "n\n$TTL 0\u{85}x".into(), ..list() };
    let released = release(set, RELEASED);
    let zone = zone(&released, &rpz());
    let records: Vec<&str> = zone.lines().filter(|line| !line.starts_with(';')).collect();
    assert_eq!(records.len(), 4, "{zone}");
    assert_eq!(
        plain::hosts(&released, &Guards::default())
            .lines()
            .filter(|l| !l.starts_with('#'))
            .collect::<Vec<_>>(),
        ["0.0.0.0 x.rpz-ip"]
    );
    assert_eq!(plain::list(&released).lines().filter(|line| !line.starts_with('#')).count(), 2);
}

#[test]
fn own_names_and_overrides_are_heeded() {
    let set = || {
        let list = ["partner.example", "docs.google.com"];
        let indicators = list.map(|value| indicator(ObservableType::DomainName, value, "")).to_vec();
        release(IndicatorSet { indicators, ..common::list() }, RELEASED)
    };
    let mut settings = rpz();
    settings.policy = Policy::Drop;
    settings.serial = Some(5);
    settings.guards = settings.guards.with_own_names(&["partner.example".to_owned()]);
    settings.guards.add_override("docs.google.com", "taken over");
    let zone = zone(&set(), &settings);
    assert!(zone.contains("\ndocs.google.com IN CNAME rpz-drop.\n"), "{zone}");
    assert!(!zone.contains("\npartner.example "), "{zone}");
    assert!(zone.contains(" 5 3600 "), "{zone}");
}
