//! `noroshi dissect`: the contract of its output and its exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{folder, mail, noroshi, noroshi_with};

const MBOX: &str = "From a@partner.example Tue Nov 10 09:12:00 2026\nSubject: one\n\n1\n\n\
                    From b@partner.example Tue Nov 10 09:13:00 2026\nSubject: two\n\n2\n\n\
                    From c@partner.example Tue Nov 10 09:14:00 2026\nSubject: three\n\n3\n";

#[test]
fn a_mail_has_every_field_of_the_contract() {
    let text = concat!(
        "Received: from mail.evil.example (mail.evil.example [203.0.113.7]) by mx.member.example; ",
        "Tue, 10 Nov 2026 00:12:05 +0000\r\n",
        "Authentication-Results: mx.member.example; spf=fail; dkim=none; dmarc=fail\r\n",
        "From: =?utf-8?B?5L2Q6Jek?= <sato@partner.example>\r\nReply-To: other@evil.example\r\n",
        "To: info@member.example\r\nCc: a@member.example, b@member.example\r\nSubject: =?utf-8?B?6KuL5rGC5pu4?=\r\n",
        "Date: Tue, 10 Nov 2026 09:12:00 +0900\r\nMessage-ID: <1@partner.example>\r\n",
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nhttp://evil.example/a\r\n",
        "--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n",
        "\r\n%PDF-1.4\r\n--b--\r\n"
    );
    let folder = folder(&[("a.eml", text)]);
    let run = noroshi(folder.path(), &["dissect", "--jsonl", "a.eml"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let mail = &run.lines()[0];
    let fields = [
        "path",
        "sha256",
        "message_id",
        "date",
        "subject",
        "from",
        "reply_to",
        "to",
        "cc",
        "received",
        "authentication",
        "body",
        "attachments",
        "urls",
        "observables",
        "tells",
        "oddities",
    ];
    for field in fields {
        assert!(!mail[field].is_null(), "{field}");
    }
    assert_eq!(mail["path"], "a.eml");
    assert_eq!(mail["date"], "2026-11-10T09:12:00+09:00");
    assert_eq!(
        (&mail["from"]["name"], &mail["from"]["address"]),
        (&"佐藤".into(), &"sato@partner.example".into())
    );
    assert_eq!(mail["subject"], "請求書");
    assert_eq!(mail["received"][0]["ip"], "203.0.113.7");
    assert_eq!(mail["authentication"]["spf"], "fail");
    assert_eq!(mail["urls"][0], "http://evil.example/a");
    let attachment = &mail["attachments"][0];
    assert_eq!((&attachment["name"], &attachment["kind"]), (&"a.pdf".into(), &"pdf".into()));
    for field in ["size", "sha256", "encrypted", "password", "inline", "children"] {
        assert!(attachment.get(field).is_some(), "{field}");
    }
    let observables = mail["observables"].as_array().unwrap();
    let url = observables.iter().find(|o| o["type"] == "url").unwrap();
    assert_eq!((&url["value"], &url["where"][0]), (&"http://evil.example/a".into(), &"body".into()));
}

#[test]
fn a_folder_is_read_in_the_order_of_its_names_and_what_is_no_mail_is_passed_over() {
    let mail = mail("x");
    let folder = folder(&[
        ("mails/b/2.eml", &mail),
        ("mails/b/10.eml", &mail),
        ("mails/a", &mail),
        ("mails/README.md", "# Mails\n\nNothing here.\n"),
        ("mails/c.eml", ""),
    ]);
    let run = noroshi(folder.path(), &["dissect", "mails"]);
    assert_eq!(run.paths(), ["mails/a", "mails/b/10.eml", "mails/b/2.eml", "mails/c.eml"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("passed over 1 file"), "{}", run.err);
    // Named, it is read whatever it looks like.
    assert_eq!(noroshi(folder.path(), &["dissect", "mails/README.md"]).lines().len(), 1);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_done() {
    let folder = folder(&[("a.eml", &mail("x"))]);
    let run = noroshi(folder.path(), &["dissect", "gone.eml", "a.eml", "nowhere/"]);
    assert_eq!(run.code, 3);
    assert_eq!(run.paths(), ["a.eml"]);
    assert!(
        run.err.contains("could not be read: 2\n  gone.eml: there is no such file or folder\n"),
        "{}",
        run.err
    );
    assert!(run.err.contains("  nowhere/: "), "{}", run.err);
    let run = noroshi_with(folder.path(), &["dissect", "gone.eml"], b"", &[("LANG", "ja_JP.UTF-8")]);
    assert!(run.err.contains("読めなかったもの 1 件"), "{}", run.err);
}

#[test]
fn a_mail_beyond_the_cap_is_told_and_not_read() {
    let folder = folder(&[("a.eml", &mail("x")), ("huge.eml", "Subject: huge\n\n")]);
    let huge = std::fs::OpenOptions::new().write(true).open(folder.path().join("huge.eml")).unwrap();
    huge.set_len(257 << 20).unwrap();
    let run = noroshi(folder.path(), &["dissect", "."]);
    assert_eq!((run.code, run.paths()), (3, vec!["./a.eml".to_owned()]));
    assert!(run.err.contains("./huge.eml: larger than 256 MiB"), "{}", run.err);
}

#[test]
fn the_mails_of_a_mailbox_are_numbered() {
    let one = "From a@partner.example Tue Nov 10 09:12:00 2026\nSubject: one\n\n1\n";
    let folder = folder(&[("box.mbox", MBOX), ("one.mbox", one), ("raw", one)]);
    let run = noroshi(folder.path(), &["dissect", "box.mbox", "one.mbox", "raw"]);
    assert_eq!(run.paths(), ["box.mbox#1", "box.mbox#2", "box.mbox#3", "one.mbox#1", "raw"]);
    let subjects: Vec<_> =
        run.lines().iter().map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect();
    assert_eq!(subjects, ["one", "two", "three", "one", "one"]);
}

#[test]
fn standard_input_is_a_mail_or_a_mailbox() {
    let folder = folder(&[]);
    let english = [("NOROSHI_LANG", "en")];
    let run = noroshi_with(folder.path(), &["dissect", "-"], mail("x").as_bytes(), &english);
    assert_eq!((run.code, run.paths()), (0, vec!["-".to_owned()]));
    let run = noroshi_with(folder.path(), &["dissect", "-"], MBOX.as_bytes(), &english);
    assert_eq!(run.paths(), ["-#1", "-#2", "-#3"]);
}

#[test]
fn mails_that_a_maildir_has_not_got_yet_are_left_alone() {
    let mail = mail("x");
    let folder = folder(&[
        ("Maildir/cur/1.M1P1.host:2,S", &mail),
        ("Maildir/new/2.M1P1.host", "no header at all\n"),
        ("Maildir/tmp/3.M1P1.host", &mail),
        ("Maildir/dovecot.index", "\u{1}\u{2}"),
        ("Maildir/.Sent/cur/4.M1P1.host:2,S", &mail),
        ("Maildir/.Sent/new/.keep", ""),
        ("Maildir/.Sent/tmp/.keep", ""),
    ]);
    let run = noroshi(folder.path(), &["dissect", "Maildir"]);
    assert_eq!(
        run.paths(),
        [
            "Maildir/.Sent/cur/4.M1P1.host:2,S",
            "Maildir/.Sent/new/.keep",
            "Maildir/cur/1.M1P1.host:2,S",
            "Maildir/new/2.M1P1.host"
        ]
    );
}

#[cfg(unix)]
#[test]
fn links_in_a_folder_lead_nowhere() {
    let folder = folder(&[("in/a.eml", &mail("x")), ("out/b.eml", &mail("y"))]);
    std::os::unix::fs::symlink("..", folder.path().join("in/loop")).unwrap();
    std::os::unix::fs::symlink("../out/b.eml", folder.path().join("in/b.eml")).unwrap();
    let run = noroshi(folder.path(), &["dissect", "in"]);
    assert_eq!(run.paths(), ["in/a.eml"]);
    assert!(run.err.contains("did not follow 2 symbolic links"), "{}", run.err);
    // Named, a link is followed.
    assert_eq!(noroshi(folder.path(), &["dissect", "in/b.eml"]).paths(), ["in/b.eml"]);
}

#[test]
fn the_output_depends_on_nothing_but_the_mails() {
    let files: Vec<(String, String)> =
        (0..600).map(|number| (format!("m/{number:03}.eml"), mail(&format!("no {number}")))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = folder(&files);
    let one = noroshi(folder.path(), &["dissect", "--jobs", "1", "m"]);
    let four = noroshi(folder.path(), &["dissect", "--jobs", "4", "m"]);
    assert_eq!(one.lines().len(), 600);
    assert_eq!(one.out, four.out);
    let array = noroshi(folder.path(), &["dissect", "--json", "m"]).json();
    assert_eq!(array.as_array().unwrap(), &one.lines());
}

#[test]
fn nothing_found_is_an_empty_list() {
    let folder = folder(&[("m/notes.txt", "nothing\n")]);
    let run = noroshi(folder.path(), &["dissect", "--json", "m"]);
    assert_eq!((run.code, run.json()), (0, serde_json::json!([])));
    assert!(run.err.contains("there was no mail"), "{}", run.err);
}

#[test]
fn fail_on_decides_the_exit_code() {
    let bad = "From: info@example.com <a@evil.example>\r\nSubject: x\r\nContent-Type: application/octet-stream; name=\"a.pdf.exe\"\r\n\
               Content-Disposition: attachment; filename=\"a.pdf.exe\"\r\n\r\nMZ\r\n";
    let folder = folder(&[("bad.eml", bad), ("good.eml", &mail("x"))]);
    let code = |args: &[&str]| noroshi(folder.path(), &[&["dissect"], args].concat()).code;
    assert_eq!(code(&["bad.eml"]), 0);
    assert_eq!(code(&["--fail-on", "tell", "bad.eml"]), 1);
    assert_eq!(code(&["--fail-on", "tell:5,oddity", "bad.eml"]), 1);
    assert_eq!(code(&["--fail-on", "file-runs-code", "bad.eml"]), {
        let known = anatomy::tells::text("file-runs-code").is_some();
        if known { 1 } else { 2 }
    });
    assert_eq!(code(&["--fail-on", "tell:5", "good.eml"]), 0);
    // What could not be read weighs more: the answer is not complete.
    assert_eq!(code(&["--fail-on", "tell", "bad.eml", "gone.eml"]), 3);
}

#[test]
fn bad_usage_is_told_with_what_to_do() {
    let folder = folder(&[]);
    for (args, words) in [
        (&["dissect"][..], "PATH"),
        (&["dissect", "--fail-on", "all", "-"], "use tell, tell:4, oddity"),
        (&["dissect", "--json", "--report", "-"], "cannot be used with"),
        (&["dissect", "--override", "x", "-"], "write the value and the reason"),
        (&["dissect", "--lang", "fr", "-"], "use ja or en"),
        (&["campaigns", "--by", "colour", "-"], "use text, structure, attachment"),
        (&["export", "--format", "doc", "-"], "stix"),
        (&["export", "--format", "csv"], "PATH"),
        (&["nonsense"], "nonsense"),
    ] {
        let run = noroshi(folder.path(), args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.err.contains(words), "{args:?}: {}", run.err);
    }
}

#[test]
fn guards_mark_and_an_override_gives_its_reason() {
    let text = "From: a@partner.co.jp\r\nSubject: x\r\n\r\n\
                https://files.partner.co.jp/a https://evil.co.jp/b 198.51.100.7 https://shop.member.co.jp/\r\n";
    let folder = folder(&[("a.eml", text), ("partners.txt", ".partner.co.jp\nnot a value\n")]);
    let args = [
        "dissect",
        "--guard-list",
        "partners.txt",
        "--own-domain",
        "member.co.jp",
        "--override",
        "files.partner.co.jp=taken over",
        "a.eml",
    ];
    let run = noroshi(folder.path(), &args);
    assert_eq!(run.code, 0);
    assert!(run.err.starts_with("partners.txt: line 2: "), "{}", run.err);
    let mail = &run.lines()[0];
    let guard = |value: &str| {
        let list = mail["observables"].as_array().unwrap();
        list.iter().find(|o| o["value"] == value).unwrap_or_else(|| panic!("{value}"))["guard"].clone()
    };
    assert_eq!(guard("shop.member.co.jp")["list"], "own-names");
    assert_eq!(guard("a@partner.co.jp")["list"], serde_json::Value::Null);
    assert_eq!(guard("files.partner.co.jp")["list"], "partners");
    assert_eq!(guard("files.partner.co.jp")["override"], "taken over");
    assert!(guard("evil.co.jp").is_null());
    let run = noroshi(folder.path(), &["dissect", "--guard-list", "gone.txt", "a.eml"]);
    assert_eq!(run.code, 3);
    assert!(run.err.contains("the guard list gone.txt cannot be read"), "{}", run.err);
}

#[test]
fn every_verb_shows_an_example() {
    let folder = folder(&[]);
    let help = noroshi(folder.path(), &["--help"]);
    assert_eq!(help.code, 0);
    for verb in ["dissect", "campaigns", "export", "doctor"] {
        assert!(help.out.contains(verb), "{verb}");
        let run = noroshi(folder.path(), &[verb, "--help"]);
        assert!(run.out.contains(&format!("Examples:\n  noroshi {verb}")), "{}", run.out);
    }
}

#[test]
fn one_page_for_a_browser_holds_everything_and_asks_for_nothing() {
    let text = "From: a@evil.example\r\nSubject: the only one\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
                --b\r\nContent-Type: text/html\r\n\r\n<p onclick=x()>see <a href=http://evil.example/x>this</a><script>x()</script>\r\n\
                --b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n";
    let folder = folder(&[("a.eml", text), ("b.eml", &text.replace("the only one", "another"))]);
    for (lang, word) in [("en", "Kind of malware"), ("ja", "マルウェアの種別")] {
        let run = noroshi(folder.path(), &["--lang", lang, "dissect", "--html", "a.eml"]);
        assert_eq!((run.code, run.err.as_str()), (0, ""));
        assert!(run.out.starts_with("<!doctype html>") && run.out.contains(word));
        assert!(run.out.contains("the only one") && run.out.contains("a.pdf"));
        // The source tells of both, as text.
        assert!(!run.out.contains("<script") && !run.out.contains("<p onclick"));
        assert!(!run.out.contains("<link") && !run.out.contains("<img"));
    }
    let run = noroshi(folder.path(), &["--lang", "en", "dissect", "--html", "-", "--fail-on", "tell", "."]);
    assert!(run.out.contains("2 mails taken apart") && run.out.contains("href=\"#m2-mail\""));
    let wrong = noroshi(folder.path(), &["dissect", "--html", "x.html", "--jsonl", "a.eml"]);
    assert_eq!(wrong.code, 2);
    let run = noroshi(folder.path(), &["dissect", "--html", "page.html", "a.eml", "b.eml"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert!(std::fs::read_to_string(folder.path().join("page.html")).unwrap().contains("another"));
    // The mails are never written over, whatever the order of the arguments.
    let wrong = noroshi(folder.path(), &["dissect", "--html", "a.eml", "b.eml"]);
    assert_eq!(wrong.code, 2);
    assert!(std::fs::read_to_string(folder.path().join("a.eml")).unwrap().contains("the only one"));
}
