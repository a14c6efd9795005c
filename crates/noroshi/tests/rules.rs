//! What an operator supplies: own tells, YARA rules matched in the confined worker, lists.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{folder, noroshi, noroshi_with};

const OWN: &str = include_str!("../../../fixtures/rules/own.toml");
const FREE: &str = include_str!("../../../fixtures/rules/freemail.txt");
const YARA: &str = include_str!("../../../fixtures/rules/canary.yar");

/// `canary in a noroshi mine`, in a font: a kind that is opened for rules only.
const FONT: &str = "AAEAAAAMY2FuYXJ5IGluIGEgbm9yb3NoaSBtaW5l";

/// A zip made with Python's zipfile (deflate), holding `note.txt`: the phrase twice.
const ZIP: &str = "UEsDBBQAAAAIAAAAIQD4IDI+HgAAADIAAAAIAAAAbm90ZS50eHRLTsxLLKpUyMxTSFTIyy/KL87IVMjNzEtVSMYlAQBQSwECFAMUAAAACAAAACEA+CAyPh4AAAAyAAAACAAAAAAAAAAAAAAAgAEAAAAAbm90ZS50eHRQSwUGAAAAAAEAAQA2AAAARAAAAAAA";

fn mail(attachment: &str) -> String {
    format!(
        "Received: from relay.example.net ([203.0.113.7]) by mx.example.co.jp; Wed, 7 Aug 2013 09:12:00 +0900\r\n\
         From: Sato <sato@partner.example>\r\nReply-To: sato@mail.provider.example\r\nTo: a@example.co.jp\r\n\
         Subject: Your Invoice\r\nMessage-ID: <1@partner.example>\r\nDate: Wed, 7 Aug 2013 09:12:00 +0900\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
         hello\r\n--b\r\nContent-Type: application/octet-stream\r\n\
         Content-Disposition: attachment; filename={attachment}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
}

fn tells(run: &common::Run, id: &str) -> Vec<serde_json::Value> {
    let line = run.lines().remove(0);
    line["tells"].as_array().unwrap().iter().filter(|tell| tell["id"] == id).cloned().collect()
}

#[test]
fn own_tells_and_yara_rules_of_a_folder_are_told_with_texts_and_evidence() {
    let eml = mail("a.ttf") + FONT + "\r\n--b--\r\n";
    let folder = folder(&[
        ("a.eml", &eml),
        ("rules/own.toml", OWN),
        ("rules/freemail.txt", FREE),
        ("rules/canary.yar", YARA),
    ]);
    let run = noroshi(folder.path(), &["dissect", "--jsonl", "--rules", "rules", "a.eml"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let own = tells(&run, "own-fake-invoice");
    assert_eq!(own[0]["why"], "subject: Your Invoice; reply_to.domain: mail.provider.example");
    assert_eq!((&own[0]["weight"], &own[0]["text"]["criterion"]), (&4.into(), &"craft".into()));
    assert_eq!(tells(&run, "own-relay")[0]["why"], "received.ip: 203.0.113.7");
    let yara = tells(&run, "yara-match");
    assert_eq!(yara.len(), 1, "{yara:?}");
    assert_eq!(
        yara[0]["why"],
        "attachment[0]: a.ttf: noroshi_canary (canary.yar), A harmless phrase that marks a test file; \
         $phrase @0x6 \"canary in a noroshi mine\""
    );
    assert_eq!(yara[0]["weight"], 4);
    let report = noroshi(folder.path(), &["dissect", "--report", "--rules", "rules", "a.eml"]);
    assert!(report.out.contains("It calls itself an invoice"), "{}", report.out);
    let plain = noroshi(folder.path(), &["dissect", "--jsonl", "a.eml"]);
    assert!(tells(&plain, "yara-match").is_empty() && tells(&plain, "own-relay").is_empty());
}

#[test]
fn the_raw_mail_is_matched_in_the_worker_too() {
    let eml = common::mail("Canary in a Noroshi mine");
    let folder = folder(&[("a.eml", &eml), ("c.yara", YARA)]);
    let run = noroshi(folder.path(), &["dissect", "--jsonl", "--rules", "c.yara", "a.eml"]);
    let yara = tells(&run, "yara-match");
    assert!(yara[0]["why"].as_str().unwrap().starts_with("raw: noroshi_canary (c.yara)"), "{yara:?}");
}

#[test]
fn a_match_inside_a_zip_inside_a_mail_is_told_at_its_place() {
    let eml = mail("a.zip") + ZIP + "\r\n--b--\r\n";
    let folder = folder(&[("a.eml", &eml), ("c.yar", YARA)]);
    let run = noroshi(folder.path(), &["dissect", "--jsonl", "--rules", "c.yar", "a.eml"]);
    let yara = tells(&run, "yara-match");
    assert!(
        yara[0]["why"].as_str().unwrap().starts_with("attachment[0]:attachment[0]: note.txt:"),
        "{yara:?}"
    );
}

#[test]
fn broken_rules_end_the_run_with_code_two_and_all_their_places() {
    let folder = folder(&[
        ("a.eml", &common::mail("a")),
        ("r/a.toml", "[[tell]]\nid = 'own-a'\nweight = 7\n"),
        ("r/b.yar", "rule b {\n  condition: nothing\n}\n"),
    ]);
    let run = noroshi(folder.path(), &["dissect", "--rules", "r", "a.eml"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    for place in ["NR007 r/a.toml:3:10", "NR002 r/a.toml:1:1", "NY001 r/b.yar:2:14", "^^^^^^^"] {
        assert!(run.err.contains(place), "{place} in {}", run.err);
    }
    let japanese =
        noroshi_with(folder.path(), &["dissect", "--rules", "r", "a.eml"], b"", &[("NOROSHI_LANG", "ja")]);
    assert!(japanese.err.contains("weight は 1 から 5 の整数です"), "{}", japanese.err);
    let missing = noroshi(folder.path(), &["dissect", "--rules", "none.toml", "a.eml"]);
    assert_eq!(missing.code, 3);
}

#[test]
fn fail_on_takes_own_tells_and_refuses_unknown_ones() {
    let eml = mail("a.ttf") + FONT + "\r\n--b--\r\n";
    let folder = folder(&[("a.eml", &eml), ("own.toml", OWN), ("freemail.txt", FREE)]);
    let run = |id: &str| {
        noroshi(folder.path(), &["dissect", "--jsonl", "--rules", "own.toml", "--fail-on", id, "a.eml"]).code
    };
    assert_eq!((run("own-relay"), run("yara-match"), run("own-nothing")), (1, 0, 2));
}

#[test]
fn supplied_lists_are_held_against_mails() {
    let eml = "From: =?utf-8?b?5L6L56S655yB?= <a@mine.example>\r\nSubject: x\r\n\r\nhello\r\n";
    let folder = folder(&[
        ("a.eml", eml),
        ("people.txt", "# ours\n例示省 = example.go.jp\nexample.co.jp\n"),
        ("free.txt", "mine.example\nnot a domain\n"),
    ]);
    let run = noroshi(
        folder.path(),
        &["dissect", "--jsonl", "--people", "people.txt", "--freemail", "free.txt", "a.eml"],
    );
    assert_eq!(tells(&run, "known-name-foreign-address").len(), 1, "{run:?}");
    assert_eq!(tells(&run, "freemail-sender").len(), 1);
    assert!(run.err.contains("NR022 free.txt:2:1"), "{}", run.err);
}

#[test]
fn doctor_looks_at_the_rules_of_the_data_folder() {
    let folder =
        folder(&[("d/rules/own.toml", OWN), ("d/rules/freemail.txt", FREE), ("d/rules/c.yar", YARA)]);
    let check = |folder: &tempfile::TempDir| {
        let checks = noroshi(folder.path(), &["doctor", "--data", "d", "--json"]).json();
        checks["checks"].as_array().unwrap().iter().find(|c| c["id"] == "rules").unwrap().clone()
    };
    let good = check(&folder);
    assert_eq!(
        (&good["status"], &good["found"]),
        (&"ok".into(), &"2 own tells, 1 YARA rules, 0 DKIM keys".into())
    );
    std::fs::write(folder.path().join("d/rules/b.yar"), "rule b { condition: nothing }").unwrap();
    let bad = check(&folder);
    assert_eq!(bad["status"], "warn");
    assert!(bad["found"].as_str().unwrap().contains("b.yar:1:21"), "{bad}");
}
