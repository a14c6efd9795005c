//! Input that nobody would call a mail: always one object, never a crash, never without end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use common::noroshi;

/// A debug build is some twenty times slower than what users run, and this machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

#[track_caller]
fn check(name: &str, bytes: &[u8]) -> serde_json::Value {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.eml"), bytes).unwrap();
    let start = Instant::now();
    let run = noroshi(folder.path(), &["dissect", "a.eml"]);
    assert!(start.elapsed() < PATIENCE, "{name} took {:?}", start.elapsed());
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{name}");
    let mut lines = run.lines();
    assert_eq!(lines.len(), 1, "{name}");
    assert_eq!(lines[0]["size"], bytes.len(), "{name}");
    // And a report can be made of it.
    let report = noroshi(folder.path(), &["dissect", "--report", "--full", "a.eml"]);
    assert_eq!(report.code, 0, "{name}");
    lines.remove(0)
}

#[test]
fn empty_cut_and_binary_files() {
    check("empty", b"");
    check("header only", b"Subject: x\r\nFrom: a@example.com");
    check("cut in a header", b"Subject: =?iso-2022-jp?B?GyRCMz");
    check("cut in base64", b"Content-Transfer-Encoding: base64\r\n\r\nTVqQAA");
    check("nul-filled", &[0; 100_000]);
    check("all bytes", &(0..=255).cycle().take(200_000).collect::<Vec<u8>>());
    check("no line ends", &vec![b'a'; 1 << 20]);
    check("line ends only", &b"\r\n".repeat(200_000));
    check("colons only", &b":\n".repeat(200_000));
    check("truncated outlook file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
}

#[test]
fn ten_thousand_parts() {
    let mut text = "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned();
    for number in 0..10_000 {
        let _ = write!(
            text,
            "--b\r\nContent-Disposition: attachment; filename=\"{number}.txt\"\r\n\r\n{number}\r\n"
        );
    }
    let facts = check("10,000 parts", text.as_bytes());
    assert!(!facts["oddities"].as_array().unwrap().is_empty());
}

#[test]
fn a_thousand_deep() {
    let mut text = String::new();
    for depth in 0..1_000 {
        let _ = write!(text, "Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n");
    }
    let facts = check("1,000 multiparts deep", text.as_bytes());
    assert!(!facts["oddities"].as_array().unwrap().is_empty());
    let mails = "Content-Type: message/rfc822\r\n\r\n".repeat(1_000);
    let facts = check("1,000 mails deep", mails.as_bytes());
    assert!(!facts["oddities"].as_array().unwrap().is_empty());
}

#[test]
fn fifty_megabytes() {
    let mut text = b"Subject: big\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Disposition: attachment; filename=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n".to_vec();
    let line = [b'A'; 76].as_slice();
    while text.len() < 50 << 20 {
        text.extend_from_slice(line);
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b"--b--\r\n");
    let facts = check("50 MB", &text);
    assert_eq!(facts["attachments"][0]["name"], "a.bin");
    assert!(facts["attachments"][0]["size"].as_u64().unwrap() > 38_000_000);
}
