//! What people read: the report on a terminal, in both languages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use common::{folder, mail, noroshi_with};

/// A mail with something in every section.
const TARGETED: &str = concat!(
    "Return-Path: <bounce@bulk.test>\r\n",
    "Received: from mx.member.example by store.member.example; Tue, 10 Nov 2026 09:40:07 +0900\r\n",
    "Received: from mail.evil.test (mail.evil.test [203.0.113.7]) by mx.member.example; Tue, 10 Nov 2026 00:12:05 +0000\r\n",
    "Authentication-Results: mx.member.example; spf=fail smtp.mailfrom=bulk.test; dkim=none; dmarc=fail\r\n",
    "From: =?utf-8?B?5L2Q6Jek?= <sato@partner.test>\r\nReply-To: other@evil.test\r\n",
    "To: info@member.example\r\nSubject: =?utf-8?B?6KuL5rGC5pu444Gu44GU56K66KqN?=\r\n",
    "Date: Tue, 10 Nov 2026 01:12:00 +0100\r\nMessage-ID: <1@partner.test>\r\nX-Mailer: Mailer 1.0\r\n",
    "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
    "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n",
    "<p>お世話になっております。お手数ですが、本日中に下記の請求書をご確認のうえ、必ずご返信くださいますようお願い申し上げます。</p>",
    "<p><a href=\"http://203.0.113.80/login\">https://www.bank.test/</a></p>\r\n",
    "--b\r\nContent-Type: application/octet-stream; name=\"=?utf-8?B?6KuL5rGC5pu4LnBkZi5leGU=?=\"\r\n",
    "Content-Disposition: attachment; filename=\"=?utf-8?B?6KuL5rGC5pu4LnBkZi5leGU=?=\"\r\n",
    "Content-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAAEAAAA//8AALgAAAA=\r\n",
    "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhello\r\n",
    "--b--\r\n"
);

fn report(lang: &str, files: &[(&str, &str)], more: &[&str]) -> String {
    let folder = folder(files);
    let mut args = vec!["--lang", lang, "dissect", "--report", "--width", "100"];
    args.extend(more);
    args.extend(files.iter().map(|(path, _)| *path));
    noroshi_with(folder.path(), &args, b"", &[]).out
}

#[test]
fn one_mail_in_japanese() {
    insta::assert_snapshot!(report("ja", &[("請求書.eml", TARGETED)], &[]));
}

#[test]
fn one_mail_in_english() {
    insta::assert_snapshot!(report("en", &[("invoice.eml", TARGETED)], &["--full"]));
}

#[test]
fn several_mails_in_both_languages() {
    let plain = mail("minutes");
    let files = [("a.eml", TARGETED), ("b.eml", plain.as_str()), ("c.eml", "")];
    insta::assert_snapshot!(format!("{}\n{}", report("ja", &files, &[]), report("en", &files, &[])));
}

/// Whatever a mail holds, a report has no control character but the line's end, and no line is too wide.
#[test]
fn nothing_that_a_sender_writes_reaches_the_terminal_raw() {
    let steering =
        "\u{1b}]8;;http://evil.test/\u{7}click\u{1b}]8;;\u{7} \u{1b}[2J \u{9b}31m \u{202e}gpj.exe \u{8}\u{0}";
    let text = format!(
        "From: {steering} <a@evil.test>\r\nSubject: {steering}\r\nTo: {steering}\r\nX-Mailer: {steering}\r\n\
         Received: from {steering} by {steering}; Tue, 10 Nov 2026 00:12:05 +0000\r\nMessage-ID: <{steering}>\r\n\
         Authentication-Results: x; spf={steering}\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset={steering}\r\n\r\n\
         <a href='http://evil.test/{steering}'>http://bank.test/{steering}</a> {steering} {}\r\n\
         --b\r\nContent-Disposition: attachment; filename=\"{steering}.exe\"\r\n\r\nMZ\r\n--b--\r\n",
        "長い行".repeat(500)
    );
    for (lang, more) in [("ja", &[][..]), ("en", &["--full"])] {
        let out = report(lang, &[("a.eml", &text)], more);
        for line in out.lines() {
            let bad = line.chars().find(|c| c.is_control() || lexicon::text::is_invisible(*c));
            assert_eq!(bad, None, "{line:?}");
            assert!(!line.contains("http://"), "{line}");
            assert!(unicode_width::UnicodeWidthStr::width(line) <= 100 || line.contains("sha"), "{line}");
        }
        assert!(out.contains("⟨U+001B⟩") && out.contains("⟨U+202E⟩"), "{out}");
    }
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    let folder = folder(&[("a.eml", TARGETED)]);
    let escape = |args: &[&str], env: &[(&str, &str)]| {
        noroshi_with(folder.path(), &[args, &["dissect", "--report", "a.eml"]].concat(), b"", env)
            .out
            .contains('\u{1b}')
    };
    assert!(!escape(&[], &[]));
    assert!(escape(&["--color", "always"], &[]));
    assert!(!escape(&["--color", "never"], &[]));
    assert!(!escape(&[], &[("NO_COLOR", "1")]));
}

#[test]
fn the_language_follows_the_environment() {
    let folder = folder(&[("a.eml", TARGETED)]);
    let is_japanese = |env: &[(&str, &str)]| {
        noroshi_with(folder.path(), &["dissect", "--report", "a.eml"], b"", env).out.contains("差出人")
    };
    assert!(is_japanese(&[]));
    assert!(is_japanese(&[("LANG", "C")]));
    assert!(!is_japanese(&[("LANG", "en_US.UTF-8")]));
    assert!(is_japanese(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "ja_JP.UTF-8")]));
    assert!(!is_japanese(&[("LC_ALL", "ja_JP.UTF-8"), ("NOROSHI_LANG", "en")]));
}
