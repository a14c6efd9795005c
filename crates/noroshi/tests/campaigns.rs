//! `noroshi campaigns`: the contract of its output.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{folder, noroshi};
use serde_json::Value;

fn lure(number: u32) -> String {
    format!(
        "From: a{number}@sender{number}.test\r\nSubject: Invoice {number}\r\nDate: Tue, 1{number} Nov 2026 09:12:00 +0900\r\n\r\n\
         Dear customer {number}, your parcel could not be delivered because a customs fee of {number}.99 EUR is open. \
         Please pay it today, or the parcel goes back to its sender.\r\n"
    )
}

const ALONE: &str = "From: b@other.test\r\nSubject: Minutes\r\n\r\nThe minutes of the meeting on Tuesday are attached; \
                     please send corrections to the secretary by Friday evening.\r\n";

fn pile() -> tempfile::TempDir {
    folder(&[("m/a.eml", &lure(1)), ("m/b.eml", ALONE), ("m/c.eml", &lure(2)), ("n/d.eml", &lure(3))])
}

#[test]
fn campaigns_come_with_their_mails_links_and_reasons() {
    let run = noroshi(pile().path(), &["campaigns", "--json", "m", "n"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let json = run.json();
    assert_eq!(json["singletons"], serde_json::json!(["m/b.eml"]));
    let campaigns = json["campaigns"].as_array().unwrap();
    assert_eq!(campaigns.len(), 1);
    assert_eq!(campaigns[0]["mails"], serde_json::json!(["m/a.eml", "m/c.eml", "n/d.eml"]));
    for link in campaigns[0]["links"].as_array().unwrap() {
        assert!(link["a"].as_str() < link["b"].as_str());
        let reason = &link["reasons"][0];
        assert_eq!(reason["kind"], "text");
        assert!(reason["weight"].as_f64().unwrap() > 0.8);
        assert!(reason["value"].as_str().unwrap().starts_with("jaccard "));
    }
}

#[test]
fn the_order_of_the_paths_does_not_matter_and_the_place_not_for_the_id() {
    let folder = pile();
    let one = noroshi(folder.path(), &["campaigns", "--json", "m", "n"]);
    let other = noroshi(folder.path(), &["campaigns", "--json", "--jobs", "3", "n", "m"]);
    assert_eq!(one.out, other.out);
    let elsewhere = noroshi(&folder.path().join("m"), &["campaigns", "--json", ".", "../n"]).json();
    let id = |json: &Value| json["campaigns"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(id(&one.json()), id(&elsewhere));
}

#[test]
fn only_the_wanted_kinds_tie() {
    let run = noroshi(pile().path(), &["campaigns", "--json", "--by", "attachment", "m", "n"]);
    assert_eq!(run.json()["campaigns"], serde_json::json!([]));
}

#[test]
fn people_get_a_table() {
    let folder = pile();
    let run = noroshi(folder.path(), &["campaigns", "--report", "--width", "90", "m", "n"]);
    insta::assert_snapshot!(run.out);
    let run = noroshi(
        folder.path(),
        &["--lang", "ja", "campaigns", "--report", "--full", "--width", "90", "m", "n"],
    );
    insta::assert_snapshot!("people_get_a_table_in_japanese", run.out);
}

#[test]
fn unreadable_paths_are_named_and_the_rest_is_done() {
    let run = noroshi(pile().path(), &["campaigns", "m", "gone"]);
    assert_eq!(run.code, 3);
    assert_eq!(run.json()["campaigns"].as_array().unwrap().len(), 1);
    assert!(run.err.contains("gone: there is no such file or folder"), "{}", run.err);
}
