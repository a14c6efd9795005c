//! `noroshi threads`, `similar` and `floods`: the contract of their output and their exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use std::path::Path;

use common::{folder, noroshi};
use serde_json::Value;

/// The nine mails of the report's table 1, in four charsets.
fn table() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail/rapport").to_string_lossy().into_owned()
}

#[test]
fn the_table_of_the_report_is_told_with_its_kinds_and_intervals() {
    let empty = folder(&[("freemail.txt", "freemail.example\n")]);
    let run = noroshi(empty.path(), &["threads", "--json", "--freemail", "freemail.txt", &table()]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let found = run.json();
    let thread = &found["threads"][0];
    assert_eq!(found["threads"].as_array().unwrap().len(), 1);
    assert_eq!((&thread["standing"], &thread["unseen"]), (&Value::from("rapport"), &Value::from(0)));
    let steps = thread["steps"].as_array().unwrap();
    let kinds: Vec<&str> = steps.iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["recon", "reply", "attack", "reply", "attack", "reply", "recon", "reply", "attack"]);
    assert_eq!(
        (&steps[6]["interval_seconds"], &steps[8]["interval_seconds"]),
        (&Value::from(780), &Value::from(3060))
    );
    assert_eq!(steps[6]["asks_archiver"], true);
    assert_eq!(
        (&steps[4]["files"][0]["kind"], &steps[4]["files"][0]["locked"]),
        (&Value::from("rar"), &Value::from(true))
    );
    assert!(steps[0]["path"].as_str().unwrap().ends_with("4-1.eml"));
    assert_eq!(steps[0]["date"], "2013-08-07T09:00:00+09:00");
}

#[test]
fn what_was_found_decides_the_exit_code_only_where_it_is_asked_for() {
    let empty = folder(&[("freemail.txt", "freemail.example\n")]);
    let free = ["--freemail", "freemail.txt"];
    let run = |args: &[&str]| noroshi(empty.path(), &[args, &free[..]].concat()).code;
    let table = table();
    assert_eq!(run(&["threads", &table]), 0);
    assert_eq!(run(&["threads", "--fail-on", "rapport", &table]), 1);
    // A recon mail alone is no attack.
    assert_eq!(run(&["threads", "--fail-on", "forming", &format!("{table}/4-1.eml")]), 0);
    assert_eq!(run(&["threads", "no-such-folder"]), 3);
    assert_eq!(noroshi(empty.path(), &["threads"]).code, 2);
}

#[test]
fn the_report_says_who_asked_for_the_archiver_and_when() {
    let empty = folder(&[("freemail.txt", "freemail.example\n")]);
    let run = noroshi(
        empty.path(),
        &["threads", "--report", "--width", "120", "--freemail", "freemail.txt", &table()],
    );
    assert!(
        run.out.contains("rapport-building attack") && run.out.contains("asks for the archiver"),
        "{}",
        run.out
    );
    assert!(run.out.contains("+13 min") && run.out.contains("2013-08-07 13:13 JST"), "{}", run.out);
}

const GENUINE: &str = "先日の連絡会でご相談いたしました共同受注の件につきまして、各社の分担案と日程表をまとめましたのでお送りいたします。来週水曜日までにご意見をお寄せください。";

fn mail(id: &str, from: &str, to: &str, date: &str, text: &str) -> String {
    format!(
        "From: <{from}>\r\nTo: <{to}>\r\nSubject: =?utf-8?B?5YWx5ZCM5Y+X5rOo?=\r\nDate: {date}\r\nMessage-ID: <{id}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

fn stolen() -> tempfile::TempDir {
    let sent = mail(
        "1@x.example",
        "eigyo@x.example",
        "a@partner.example",
        "Mon, 20 Feb 2012 17:05:00 +0900",
        GENUINE,
    );
    let other = mail(
        "2@x.example",
        "eigyo@x.example",
        "b@partner.example",
        "Tue, 14 Feb 2012 10:00:00 +0900",
        "設備の点検は月末に行います。立ち会いの方は事前にお知らせくださいますようお願いいたします。",
    );
    let attack = mail(
        "9@free.example",
        "eigyo.x@free.example",
        "info@kyokai.example",
        "Tue, 21 Feb 2012 04:05:00 +0900",
        &format!("各位\r\n\r\n{GENUINE}\r\n\r\n添付をご確認ください。"),
    );
    folder(&[("attack.eml", &attack), ("sent/1.eml", &sent), ("sent/2.eml", &other)])
}

#[test]
fn the_genuine_mail_and_its_holders_are_found() {
    let folder = stolen();
    let run = noroshi(folder.path(), &["similar", "attack.eml", "--in", "sent", "--json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let found = run.json();
    let mail = &found["mails"][0];
    let best = &mail["matches"][0];
    assert_eq!((&mail["reuse"], mail["matches"].as_array().unwrap().len()), (&Value::from(true), 1));
    assert_eq!((&best["path"], &best["relation"]), (&Value::from("sent/1.eml"), &Value::from("reuse")));
    assert_eq!(best["lag_seconds"], 11 * 3600);
    assert!(best["share_of_original"].as_f64().unwrap() > 0.9);
    let holders: Vec<&str> =
        found["holders"].as_array().unwrap().iter().map(|h| h["address"].as_str().unwrap()).collect();
    assert_eq!(holders, ["a@partner.example", "eigyo@x.example"]);
    assert_eq!(
        noroshi(folder.path(), &["similar", "attack.eml", "--in", "sent", "--fail-on", "reuse"]).code,
        1
    );
}

#[test]
fn fingerprints_find_the_same_and_say_nothing_else() {
    let folder = stolen();
    let run = noroshi(folder.path(), &["similar", "--fingerprint", "sent", "--out", "prints.jsonl"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    let text = std::fs::read_to_string(folder.path().join("prints.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert!(!text.contains("x.example") && !text.contains("共同"), "{text}");
    let run = noroshi(folder.path(), &["similar", "attack.eml", "--in", "prints.jsonl", "--json"]);
    let best = &run.json()["mails"][0]["matches"][0];
    assert_eq!((&best["relation"], &best["lag_seconds"]), (&Value::from("reuse"), &Value::from(11 * 3600)));
    assert!(best["holders"].as_array().unwrap().is_empty());
}

#[test]
fn usage_of_similar_is_checked() {
    let folder = stolen();
    assert_eq!(noroshi(folder.path(), &["similar", "attack.eml"]).code, 2);
    assert_eq!(noroshi(folder.path(), &["similar", "attack.eml", "--in", "nowhere"]).code, 3);
}

#[test]
fn floods_lay_sources_beside_organisations() {
    let mut csv = "受付日時,IPアドレス,お名前,お問い合わせ内容\n".to_owned();
    let mut log = String::new();
    for n in 0..30 {
        csv.push_str(&format!("2012/06/18 10:00:{n:02},203.0.113.7,　,{n}{n}\n"));
        log.push_str(&format!(
            "203.0.113.7 - - [19/Jun/2012:11:00:{n:02} +0900] \"POST /inquiry HTTP/1.1\" 200 5\n"
        ));
    }
    csv.push_str("2012/06/18 10:01:00,192.0.2.5,山田太郎,水道料金について教えてください\n");
    let folder =
        folder(&[("forms/city-a.csv", &csv), ("forms/gas-b.log", &log), ("forms/notes.txt", "hello\n")]);
    let run = noroshi(folder.path(), &["floods", "--json", "forms/city-a.csv", "forms/gas-b.log"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let found = run.json();
    assert_eq!(found["organisations"], serde_json::json!(["city-a", "gas-b"]));
    let sources = found["sources"].as_array().unwrap();
    assert_eq!((sources.len(), &sources[0]["address"]), (1, &Value::from("203.0.113.7")));
    assert_eq!(sources[0]["organisations"][0]["meaningless"], 30);
    assert_eq!(noroshi(folder.path(), &["floods", "--fail-on", "forms/city-a.csv"]).code, 1);
    assert_eq!(
        noroshi(folder.path(), &["floods", "forms"]).code,
        3,
        "a file that is no record of forms is told"
    );
}
