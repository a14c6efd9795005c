//! The pulled set as a file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use courier::feed::{Answer, State};
use courier::set::{Set, SetError, is_set};
use data_encoding::BASE64;
use lexicon::{ObservableType, Tlp};
use serde_json::{Value, json};

fn empty() -> Set {
    Set::new("https://hub.example.org", BASE64.encode(&[7; 32]).parse().unwrap())
}

fn advisory(n: u32, state: &str, values: &[&str]) -> Value {
    let indicators: Vec<Value> =
        values.iter().map(|value| json!({ "type": "domain-name", "value": value, "note": "C2" })).collect();
    json!({
        "id": format!("id-{n}"), "number": format!("N-2026-{n:04}"), "version": 1, "title": "請求書を装うメール",
        "tlp": if n == 1 { "TLP:GREEN" } else { "TLP:AMBER" }, "state": state,
        "released": "2026-11-20T00:00:00Z", "withdrawn": null, "indicators": indicators,
    })
}

fn answer(restart: bool, advisories: &[Value]) -> Answer {
    let body = json!({ "after": null, "restart": restart, "next": "place", "more": false, "advisories": advisories });
    Answer::read(body.to_string().as_bytes(), None).unwrap()
}

#[test]
fn a_set_comes_back_from_its_file() {
    let mut set = empty();
    set.apply(answer(
        false,
        &[advisory(2, "released", &["b.example", "a.example"]), advisory(1, "released", &[])],
    ))
    .unwrap();
    set.etag = Some("\"e\"".to_owned());
    set.pulled = Some("2026-11-20T00:00:00Z".parse().unwrap());
    let text = set.to_text();
    assert!(is_set(&text));
    assert_eq!(Set::parse(&text), Ok(set));
    // One thing a line, in order.
    let lines: Vec<&str> = text.lines().filter(|line| line.contains("\"advisory\":")).collect();
    assert!(lines[0].contains("a.example") && lines[1].contains("b.example"), "{text}");
}

#[test]
fn an_indicator_stands_as_an_observable_of_stix() {
    let mut set = empty();
    let mut file = advisory(1, "released", &[]);
    let sha256 = "ab".repeat(32);
    file["indicators"] = json!([{ "type": "file", "value": sha256, "sha1": "cd".repeat(20), "note": "" }]);
    set.apply(answer(false, &[file])).unwrap();
    let text: Value = serde_json::from_str(&set.to_text()).unwrap();
    let object = &text["objects"][0];
    assert_eq!(object["hashes"], json!({ "SHA-1": "cd".repeat(20), "SHA-256": sha256 }));
    assert_eq!(object["external_references"][0]["external_id"], "N-2026-0001");
    assert_eq!(
        object["object_marking_refs"],
        json!(["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"])
    );
    assert_eq!(object["valid_from"], "2026-11-20T00:00:00Z");
}

#[test]
fn what_is_withdrawn_loses_its_indicators_and_what_is_new_is_told() {
    let mut set = empty();
    let before = set.clone();
    set.apply(answer(
        false,
        &[advisory(1, "released", &["a.example"]), advisory(2, "released", &["b.example"])],
    ))
    .unwrap();
    assert_eq!(set.changes_since(&before).new.len(), 2);
    let before = set.clone();
    set.apply(answer(false, &[advisory(1, "withdrawn", &[]), advisory(2, "released", &["c.example"])]))
        .unwrap();
    let changes = set.changes_since(&before);
    assert_eq!((changes.new.len(), changes.updated.len(), changes.withdrawn.len()), (0, 1, 1));
    assert_eq!(set.indicators(), 1);
    assert_eq!(set.advisory("id-1").unwrap().state, State::Withdrawn);
    assert!(!set.to_text().contains("a.example"));
    assert_eq!(Set::parse(&set.to_text()), Ok(set));
}

#[test]
fn a_fresh_start_drops_what_is_not_told_again() {
    let mut set = empty();
    set.apply(answer(
        false,
        &[advisory(1, "released", &["a.example"]), advisory(2, "released", &["b.example"])],
    ))
    .unwrap();
    let before = set.clone();
    set.apply(answer(true, &[advisory(2, "released", &["b.example"])])).unwrap();
    let changes = set.changes_since(&before);
    assert_eq!((changes.new.len(), changes.updated.len(), changes.withdrawn.len()), (0, 0, 1));
    assert!(set.advisory("id-1").is_none());
}

#[test]
fn a_list_carries_the_narrowest_label_and_each_value_once() {
    let mut set = empty();
    set.apply(answer(
        false,
        &[advisory(1, "released", &["a.example"]), advisory(2, "released", &["a.example"])],
    ))
    .unwrap();
    let list = set.as_list("set", "2026-11-20T00:00:00Z".parse().unwrap());
    assert_eq!((list.tlp, list.indicators.len()), (Tlp::Amber, 1));
    assert_eq!(list.indicators[0].kind, ObservableType::DomainName);
    assert_eq!(list.indicators[0].note, "N-2026-0001: C2");
}

#[test]
fn what_is_no_set_or_damaged_is_told_apart() {
    let mut set = empty();
    set.apply(answer(false, &[advisory(1, "released", &["a.example"])])).unwrap();
    let text = set.to_text();
    for (wrong, expect) in [
        ("{}".to_owned(), "no set"),
        ("a.example\n".to_owned(), "no set"),
        (text.replace("\"noroshi_set\": 1", "\"noroshi_set\": 2"), "newer"),
        (lexicon::text::cut(&text, text.len() / 2).to_owned(), "damaged"),
        (text.replace("\"advisory\":\"N-2026-0001\"", "\"advisory\":\"N-2026-0009\""), "damaged"),
        (text.replace("\"state\":\"released\"", "\"state\":\"withdrawn\""), "damaged"),
        (text.replace("TLP:GREEN", "TLP:PURPLE"), "damaged"),
    ] {
        let error = Set::parse(&wrong).unwrap_err();
        assert!(error.to_string().contains(expect), "{error}: {wrong}");
    }
    assert_eq!(Set::parse("[1,"), Err(SetError::NoSet));
}

#[test]
fn two_advisories_of_one_number_are_refused_and_change_nothing() {
    let mut set = empty();
    let mut twin = advisory(1, "released", &["b.example"]);
    twin["id"] = json!("id-2");
    let before = set.clone();
    assert!(set.apply(answer(false, &[advisory(1, "released", &["a.example"]), twin])).is_err());
    assert_eq!(set, before);
}
