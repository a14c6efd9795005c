//! Files that are made to break what opens them, through the program and its workers: each ends in bounded time, the
//! mail is told, what else is in the mail is done, and no worker falls.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

#[path = "../../anatomy/tests/carriers/mod.rs"]
mod carriers;
mod common;

use std::time::{Duration, Instant};

use common::noroshi;
use data_encoding::BASE64;

/// A debug build is some twenty times slower than what users run, and this machine may be busy.
const PATIENCE: Duration = Duration::from_secs(90);

/// Those that take a debug build longer than a worker may take; in-process tests of `anatomy` have them.
const SLOW: &[&str] =
    &["million.zip", "million.pdf", "zeros.gz", "costly.rar", "one-tag.html", "one-line.js"];

fn part(name: &str, bytes: &[u8]) -> String {
    let mut text = format!(
        "--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n"
    );
    for line in bytes.chunks(57) {
        text.push_str(&BASE64.encode(line));
        text.push_str("\r\n");
    }
    text
}

#[test]
fn a_bad_file_costs_its_mail_nothing_but_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for carrier in carriers::ALL.iter().filter(|carrier| !SLOW.contains(&carrier.name)) {
        let bytes = (carrier.make)();
        let mail = format!(
            "From: Sato <sato@partner.example>\r\nSubject: bad\r\n\
             Content-Type: multipart/mixed; boundary=b\r\n\r\n{}{}--b--\r\n",
            part(carrier.name, &bytes),
            part("good.url", b"[InternetShortcut]\r\nURL=https://good.example/after\r\n"),
        );
        std::fs::write(folder.path().join("a.eml"), mail).unwrap();
        let start = Instant::now();
        let run = noroshi(folder.path(), &["dissect", "--jsonl", "a.eml"]);
        let took = start.elapsed();
        assert_eq!(run.code, 0, "{}: {}", carrier.name, run.err);
        let facts = &run.lines()[0];
        let odd: Vec<&str> =
            facts["oddities"].as_array().unwrap().iter().map(|odd| odd["id"].as_str().unwrap()).collect();
        let told = carrier.odd.is_empty() || carrier.odd.iter().any(|id| odd.contains(id));
        let fell = odd.iter().any(|id| id.starts_with("worker-") || *id == "analysis-failed");
        let done = facts["urls"].as_array().unwrap().iter().any(|url| url == "https://good.example/after");
        let size = facts["attachments"][0]["size"] == bytes.len();
        if !told || fell || !done || !size || took > PATIENCE {
            wrong.push(format!("{}: {odd:?}, neighbour {done}, size {size}, {took:?}", carrier.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_data_file_of_loops_ends() {
    let mut bytes = b"!BDN\0\0\0\0SM\x17\0\x13\0\x01\x01".to_vec();
    // Every place that it names is its own beginning.
    bytes.resize(4096, 0);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.pst"), bytes).unwrap();
    let start = Instant::now();
    let run = noroshi(folder.path(), &["dissect", "--jsonl", "a.pst"]);
    assert!(start.elapsed() < PATIENCE);
    assert!((0..=3).contains(&run.code), "{run:?}");
}

#[test]
fn a_password_that_is_given_opens_what_no_mail_tells() {
    let zip = include_bytes!("../../../fixtures/files/archive/zipcrypto.zip");
    let mail = format!(
        "Subject: locked\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}--b--\r\n",
        part("a.zip", zip)
    );
    let folder = common::folder(&[("a.eml", &mail)]);
    let closed = noroshi(folder.path(), &["dissect", "--jsonl", "a.eml"]).json();
    assert_eq!(closed["attachments"][0]["children"][0]["password"], serde_json::Value::Null);
    let args = ["dissect", "--jsonl", "--password", "wrong", "--password", "Sakura-77", "a.eml"];
    let open = noroshi(folder.path(), &args).json();
    let entry = &open["attachments"][0]["children"][0];
    assert_eq!(entry["password"], "Sakura-77");
    assert_eq!(entry["password_from"], "given");
}

/// The worker that is this process's own child, if there is one.
#[cfg(target_os = "linux")]
fn worker() -> Option<u32> {
    let me = std::process::id().to_string();
    std::fs::read_dir("/proc").unwrap().flatten().find_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        // After the name in parentheses: state, parent.
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
        let command = std::fs::read(entry.path().join("cmdline")).ok()?;
        (parent == me && command.ends_with(b"\0worker\0")).then_some(number)
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_is_not_blamed_for_a_worker_that_others_wore_out() {
    use anatomy::Opener as _;
    let pool = confine::Pool::new(env!("CARGO_BIN_EXE_noroshi"), &["worker"], confine::Limits::default());
    let file = lexicon::facts::Attachment { name: Some("a.txt".to_owned()), ..Default::default() };
    assert!(pool.open(&file, b"first", &[]).oddities.is_empty());
    let number = worker().expect("a worker waits for the next file").to_string();
    assert!(std::process::Command::new("kill").args(["-9", &number]).status().unwrap().success());
    let opened = pool.open(&file, b"second", &[]);
    assert!(opened.oddities.is_empty(), "{opened:?}");
    assert_eq!(opened.attachment.kind, "txt");
}
