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

/// A zip with one file, stored.
fn zip(name: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let common = [
        &[20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x43][..],
        &crc.sum().to_le_bytes(),
        &size,
        &size,
        &length,
        &[0, 0],
    ]
    .concat();
    let local = [&b"PK\x03\x04"[..], &common, name, bytes].concat();
    let central = [&b"PK\x01\x02\x14\x00"[..], &common, &[0; 14], name].concat();
    let end = [
        &b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..],
        &u32::try_from(central.len()).unwrap().to_le_bytes(),
        &u32::try_from(local.len()).unwrap().to_le_bytes(),
        &[0, 0],
    ]
    .concat();
    [local, central, end].concat()
}

#[test]
fn names_hashes_and_text_are_found_inside_archives_and_attached_mails() {
    // 請求書.txt in code page 932, in a zip in a zip.
    let inner = zip(b"\x90\xbf\x8b\x81\x8f\x91.txt", "口座番号 secretword".as_bytes());
    let outer = data_encoding::BASE64.encode(&zip(b"inner.zip", &inner));
    let attached = mail("hidden").replace("Sato", "Kobayashi");
    let text = format!(
        "From: a@partner.example\r\nSubject: outer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\n{attached}\r\n--b\r\nContent-Type: application/zip; name=outer.zip\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{outer}\r\n--b--\r\n"
    );
    let dir = folder(&[("m/a.eml", &text), ("m/b.eml", &mail("plain"))]);
    let hash = "sha256:".to_owned() + &sha256("口座番号 secretword".as_bytes());
    for query in [
        "添付:請求書",
        "filename:inner.zip",
        "kind:zip",
        "inside:secretword",
        "口座番号",
        "subject:hidden",
        "from:kobayashi",
        "has:mail",
        "has:attachment",
        &hash,
        "id:hidden@partner.example",
    ] {
        let scanned = found(&noroshi(dir.path(), &["hunt", "mail", "m", "-q", query])).0;
        assert_eq!(scanned, ["a.eml"], "{query}");
        let indexed = found(&noroshi(dir.path(), &["hunt", "mail", "m", "--index", "i", query])).0;
        assert_eq!(indexed, ["a.eml"], "{query}");
    }
}

fn sha256(bytes: &[u8]) -> String {
    // As the program tells it of a mail with these bytes.
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("x.eml"), bytes).unwrap();
    let run = noroshi(dir.path(), &["dissect", "--jsonl", "x.eml"]);
    run.lines()[0]["sha256"].as_str().unwrap().to_owned()
}

#[test]
fn bad_mailboxes_cost_only_themselves() {
    let dir = folder(&[("m/good.eml", &mail("good"))]);
    let at = |name: &str| dir.path().join("m").join(name);
    // A line of 40 MB, with the word at its end.
    let mut long = mail("long").into_bytes();
    long.resize(long.len() + (40 << 20), b'x');
    long.extend_from_slice(b" tailword\r\n");
    std::fs::write(at("long.eml"), &long).unwrap();
    // Sparse: 300 MB of nothing, which no mail server passes on.
    let sparse = std::fs::File::create(at("sparse.eml")).unwrap();
    sparse.set_len(300 << 20).unwrap();
    // Cut in the middle of a Japanese character, and mixed encodings.
    let cut: Vec<u8> = japanese("utf-8", "cut", "本文は請求".as_bytes());
    std::fs::write(at("cut.eml"), &cut[..cut.len() - 1]).unwrap();
    std::fs::write(
        at("mixed.eml"),
        japanese("utf-8", "mixed", b"\xff\xfe\x90\xbf\x8b\x81\x8f\x91 goodword \x00\x1b$B"),
    )
    .unwrap();
    for index in [false, true] {
        let mut args = vec!["hunt", "mail", "m", "-q", "subject:good OR goodword OR 本文"];
        if index {
            args.extend(["--index", "i"]);
        }
        let run = noroshi(dir.path(), &args);
        assert_eq!(run.code, 3, "{run:?}");
        let (paths, summary) = found(&run);
        assert_eq!(paths, ["cut.eml", "good.eml", "mixed.eml"]);
        let unread = summary["unread"].as_array().unwrap();
        assert!(
            unread.len() == 1 && unread[0]["path"].as_str().unwrap().ends_with("sparse.eml"),
            "{summary}"
        );
        let partly = summary["partly_read"].as_array().unwrap();
        assert!(partly.len() == 1 && partly[0]["path"].as_str().unwrap().ends_with("long.eml"), "{summary}");
    }
}

#[cfg(unix)]
#[test]
fn mails_of_a_folder_that_cannot_be_read_stay_in_the_index() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let dir = folder(&[("m/sub/a.eml", &mail("inside")), ("m/b.eml", &mail("outside"))]);
    let ask = || noroshi(dir.path(), &["hunt", "mail", "m", "--index", "i", "subject:inside"]);
    assert_eq!(found(&ask()).0, ["a.eml"]);
    let sub = dir.path().join("m/sub");
    if std::fs::metadata(&sub).unwrap().uid() == 0 {
        // Nothing is closed to root: a folder in the place of which a file stands cannot be listed either, but is gone.
        std::fs::remove_dir_all(&sub).unwrap();
        assert_eq!(found(&ask()).0, Vec::<String>::new());
        return;
    }
    std::fs::set_permissions(&sub, std::fs::Permissions::from_mode(0o000)).unwrap();
    let run = ask();
    std::fs::set_permissions(&sub, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(found(&run).0, ["a.eml"]);
}

#[test]
fn a_damaged_index_is_told_and_mended_by_the_next_run() {
    let dir = folder(&[("m/a.eml", &mail("one")), ("m/b.eml", &mail("two"))]);
    let run = noroshi(dir.path(), &["hunt", "mail", "m", "--index", "i", "subject:one"]);
    assert_eq!(run.code, 0, "{run:?}");
    let segment = std::fs::read_dir(dir.path().join("i"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|e| e == "seg"))
        .unwrap();
    let mut bytes = std::fs::read(&segment).unwrap();
    let middle = bytes.len() / 2;
    bytes[8..middle].fill(0x55);
    std::fs::write(&segment, bytes).unwrap();
    let run = noroshi(dir.path(), &["hunt", "mail", "--index", "i", "subject:one"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.err.contains("damaged"), "{}", run.err);
    let run = noroshi(dir.path(), &["hunt", "mail", "m", "--index", "i", "subject:one"]);
    assert_eq!((run.code, found(&run).0), (3, vec!["a.eml".to_owned()]), "{run:?}");
    let run = noroshi(dir.path(), &["hunt", "mail", "--index", "i", "subject:one"]);
    assert_eq!((run.code, found(&run).0), (0, vec!["a.eml".to_owned()]), "{run:?}");
}
