//! `noroshi hunt mail` as a user runs it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "in a test, a panic is the report"
)]

mod common;

use std::path::Path;

use common::{Run, folder, mail, noroshi, noroshi_with};
use serde_json::Value;

/// The paths of the mails found, by name; the last line must be the summary.
fn found(run: &Run) -> (Vec<String>, Value) {
    let mut lines = run.lines();
    let summary = lines.pop().unwrap_or_else(|| panic!("no output: {run:?}"))["summary"].take();
    assert!(summary.is_object(), "{run:?}");
    let mut paths: Vec<String> = lines
        .iter()
        .map(|line| {
            Path::new(line["path"].as_str().unwrap()).file_name().unwrap().to_string_lossy().into_owned()
        })
        .collect();
    paths.sort();
    (paths, summary)
}

fn japanese(charset: &str, subject: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!(
        "From: =?utf-8?B?5L2Q6Jek?= <sato@partner.example>\r\nTo: info@member.example\r\nSubject: {subject}\r\n\
         Date: Wed, 7 Aug 2013 09:12:00 +0900\r\nMessage-ID: <{}@partner.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset={charset}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    out.extend_from_slice(body);
    out
}

#[test]
fn japanese_is_found_in_every_charset_whatever_its_width_and_wherever_it_breaks() {
    let dir = folder(&[]);
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    write("jis.eml", &japanese("iso-2022-jp", "x", b"\x1b$B@A5a=q\x1b(B\r\n"));
    write("sjis.eml", &japanese("shift_jis", "x", b"\x90\xbf\x8b\x81\x8f\x91\r\n"));
    write("euc.eml", &japanese("euc-jp", "x", b"\xc0\xc1\xb5\xe1\xbd\xf1\r\n"));
    write("utf8.eml", &japanese("utf-8", "x", "御請求\r\n書をお送りします".as_bytes()));
    write("subject.eml", &japanese("utf-8", "=?utf-8?B?6KuL5rGC5pu444Gu5Lu2?=", b"x\r\n"));
    write("other.eml", &japanese("utf-8", "x", "請求の書類、ｴﾗｰです".as_bytes()));
    let all = ["euc.eml", "jis.eml", "sjis.eml", "subject.eml", "utf8.eml"];
    for index in [&[][..], &["--index", "../index"][..]] {
        let index_dir = tempfile::tempdir().unwrap();
        let shown = index_dir.path().join("i").to_string_lossy().into_owned();
        let index: Vec<&str> = if index.is_empty() { vec![] } else { vec!["--index", &shown] };
        let ask = |query: &str| {
            let args = [&["hunt", "mail", "."][..], &index, &[query]].concat();
            let run = noroshi(dir.path(), &args);
            assert_eq!(run.code, 0, "{run:?}");
            found(&run)
        };
        assert_eq!(ask("請求書").0, all);
        assert_eq!(ask("件名:請求書").0, ["subject.eml"]);
        assert_eq!(ask("エラー").0, ["other.eml"]);
        assert_eq!(ask("請求 -書類").0, all);
        assert_eq!(ask("差出人:佐藤 date:2013-08-07 請求").0.len(), 6);
    }
}

#[test]
fn a_hit_says_where_and_shows_the_text() {
    let dir = folder(&[("a.eml", &mail("Invoice"))]);
    let run = noroshi(dir.path(), &["hunt", "mail", "a.eml", "invoice"]);
    let lines = run.lines();
    assert_eq!(lines[0]["path"], "a.eml");
    assert_eq!(lines[0]["message_id"], "Invoice@partner.example");
    assert_eq!(lines[0]["date"], "2026-11-10T09:12:00+09:00");
    assert_eq!(lines[0]["from"]["address"], "sato@partner.example");
    assert_eq!(lines[0]["where"], serde_json::json!(["header:subject"]));
    assert_eq!(lines[0]["snippet"], "Invoice");
    assert_eq!(lines[0]["marks"], serde_json::json!([[0, 7]]));
    assert_eq!(lines[1]["summary"]["found"], 1);
    assert_eq!(run.code, 0);
    let run = noroshi(dir.path(), &["hunt", "mail", "a.eml", "invoice", "--fail-on", "hit"]);
    assert_eq!(run.code, 1);
}

#[test]
fn indicators_are_told_by_the_contract() {
    let dir = folder(&[
        (
            "box.mbox",
            &format!(
                "From a@b Wed Aug  7 09:12:00 2013\n{}\nFrom a@b Wed Aug  7 09:13:00 2013\nSubject: clean\n\nnothing\n",
                mail("x").replace("\r\n", "\n")
            ),
        ),
        ("iocs.txt", "# list\nevil[.]example\n203.0.113.0/24\nsato@partner.example\nnever.example\n"),
    ]);
    let run = noroshi(dir.path(), &["hunt", "mail", "box.mbox", "--indicators", "iocs.txt"]);
    assert_eq!(run.code, 0, "{run:?}");
    let lines = run.lines();
    assert_eq!(lines.len(), 4, "{run:?}");
    let hit = lines.iter().find(|line| line["indicator"]["type"] == "domain-name").unwrap();
    assert_eq!((hit["source"].as_str(), hit["line"].as_u64()), (Some("box.mbox"), Some(1)));
    assert_eq!(hit["who"], "info@member.example");
    assert_eq!(hit["time"], "2026-11-10T09:12:00+09:00");
    assert_eq!(hit["indicator"]["value"], "evil.example");
    assert!(hit["what"].as_str().unwrap().contains("evil.example"), "{hit}");
    assert!(hit["advisory"].is_null());
    let summary = &lines[3]["summary"];
    assert_eq!(summary["indicators"], serde_json::json!({"given": 4, "seen": 3}));
    assert_eq!(summary["first"], "2026-11-10T09:12:00+09:00");
}

#[test]
fn an_index_grows_with_the_mailbox_and_reads_only_what_is_new() {
    let dir = folder(&[("m/a.eml", &mail("one")), ("m/b.eml", &mail("two")), ("m/c.eml", &mail("three"))]);
    let index = |query: &str| {
        let run = noroshi(dir.path(), &["hunt", "mail", "m", "--index", "i", query]);
        assert_eq!(run.code, 0, "{run:?}");
        let (paths, summary) = found(&run);
        let n = |name: &str| summary["index"][name].as_u64().unwrap();
        (paths, [n("added"), n("kept"), n("dropped")])
    };
    assert_eq!(index("subject:two"), (vec!["b.eml".to_owned()], [3, 0, 0]));
    assert_eq!(index("subject:two").1, [0, 3, 0]);
    std::fs::write(dir.path().join("m/d.eml"), mail("four")).unwrap();
    std::fs::remove_file(dir.path().join("m/a.eml")).unwrap();
    std::fs::write(dir.path().join("m/b.eml"), mail("twice")).unwrap();
    assert_eq!(index("subject:two OR subject:one"), (vec![], [2, 1, 2]));
    assert_eq!(index("subject:twice OR subject:four").0, ["b.eml", "d.eml"]);
    // With no mailbox, what the index holds.
    let run = noroshi(dir.path(), &["hunt", "mail", "--index", "i", "subject:three"]);
    assert_eq!(found(&run).0, ["c.eml"]);
}

#[test]
fn of_an_mbox_that_grew_only_the_new_mails_are_read() {
    let one = |n: u32| {
        let text = mail(&format!("s{n}")).replace("\r\n", "\n");
        format!("From a@b Wed Aug  7 09:12:{n:02} 2013\n{text}\n")
    };
    let dir = folder(&[("box.mbox", &(one(1) + &one(2)))]);
    let index = |query: &str| {
        let run = noroshi(dir.path(), &["hunt", "mail", "box.mbox", "--index", "i", query]);
        assert_eq!(run.code, 0, "{run:?}");
        let (paths, summary) = found(&run);
        (paths, summary["index"]["added"].as_u64().unwrap(), summary["index"]["kept"].as_u64().unwrap())
    };
    assert_eq!(index("s2"), (vec!["box.mbox#2".to_owned()], 2, 0));
    std::fs::write(dir.path().join("box.mbox"), one(1) + &one(2) + &one(3)).unwrap();
    assert_eq!(index("s3"), (vec!["box.mbox#3".to_owned()], 1, 2));
    assert_eq!(index("s1 OR s2 OR s3").0.len(), 3);
    assert_eq!(index("s1"), (vec!["box.mbox#1".to_owned()], 0, 3));
}

#[test]
fn what_cannot_be_read_is_said_and_ends_with_3() {
    let dir =
        folder(&[("m/a.eml", &mail("one")), ("m/empty.eml", ""), ("m/nul.eml", "\0\0\0Subject: x\0\n\n\0")]);
    let run = noroshi(dir.path(), &["hunt", "mail", "m", "nowhere.mbox", "-q", "one"]);
    assert_eq!(run.code, 3, "{run:?}");
    let (paths, summary) = found(&run);
    assert_eq!(paths, ["a.eml"]);
    assert_eq!(summary["unread"][0]["path"], "nowhere.mbox");
    assert_eq!(summary["mails"], 3);
}

#[test]
fn a_query_that_cannot_be_read_is_pointed_at_in_both_languages() {
    let dir = folder(&[("a.eml", &mail("one"))]);
    let run = noroshi(dir.path(), &["hunt", "mail", "a.eml", "件名:x (請求 OR"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("nothing stands right of OR\n  件名:x (請求 OR\n               ^^\n"),
        "{}",
        run.err
    );
    let env = [("NOROSHI_LANG", "ja")];
    let run = noroshi_with(dir.path(), &["hunt", "mail", "a.eml", "form:x"], b"", &env);
    assert!(run.err.contains("from: のことでしょうか"), "{}", run.err);
    assert_eq!(run.code, 2);
}

#[test]
fn nothing_is_written_into_the_evidence() {
    let dir = folder(&[("m/a.eml", &mail("one"))]);
    let run = noroshi(dir.path(), &["hunt", "mail", "m", "--index", "m/index", "one"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(!dir.path().join("m/index").exists());
    let run = noroshi(dir.path(), &["hunt", "mail", "m", "one", "--manifest", "read.jsonl"]);
    assert_eq!(run.code, 0);
    let manifest = std::fs::read_to_string(dir.path().join("read.jsonl")).unwrap();
    let read: Value = serde_json::from_str(manifest.trim()).unwrap();
    assert_eq!(read["path"], "m/a.eml");
    assert_eq!(read["sha256"].as_str().unwrap().len(), 64);
}

#[test]
fn people_get_an_aligned_list_with_marks_and_a_page() {
    let dir = folder(&[("a.eml", &mail("Invoice"))]);
    let run = noroshi(
        dir.path(),
        &["--color", "always", "hunt", "mail", "a.eml", "hxxp", "--report", "--width", "80"],
    );
    assert!(run.out.contains("2026-11-10 09:12"), "{}", run.out);
    assert!(run.out.contains("\u{1b}[1m\u{1b}[31mhxxp"), "{:?}", run.out);
    let run = noroshi(dir.path(), &["hunt", "mail", "a.eml", "invoice", "--html", "-"]);
    assert!(run.out.contains("<mark>Invoice</mark>"), "{}", run.out);
    assert!(!run.out.contains("http://") && !run.out.contains("<script"), "{}", run.out);
}

#[test]
fn the_index_is_whole_after_kill_9_at_any_moment() {
    use std::process::{Command, Stdio};
    let dir = folder(&[]);
    std::fs::create_dir(dir.path().join("m")).unwrap();
    for n in 0..400 {
        std::fs::write(dir.path().join(format!("m/{n:03}.eml")), mail(&format!("number{n} common"))).unwrap();
    }
    for round in 0u64..8 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_noroshi"))
            .args(["hunt", "mail", "m", "--index", "i"])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(round * 12));
        let _ = child.kill();
        child.wait().unwrap();
        // Whatever is there opens, and everything in it is true.
        if dir.path().join("i/manifest").exists() {
            let run = noroshi(dir.path(), &["hunt", "mail", "--index", "i", "common"]);
            assert_eq!(run.code, 0, "{run:?}");
        }
        std::fs::write(dir.path().join(format!("m/new{round}.eml")), mail("number0 common")).unwrap();
    }
    let run = noroshi(dir.path(), &["hunt", "mail", "m", "--index", "i", "common"]);
    assert_eq!(run.code, 0, "{run:?}");
    let (paths, summary) = found(&run);
    assert_eq!((paths.len(), summary["mails"].as_u64()), (408, Some(408)));
}
