//! The fixture mails, each named for the trait it tests.

use std::path::{Path, PathBuf};

use forensics::{Limits, Reading, oddities, read, tells};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail")
}

fn reading(name: &str) -> Reading {
    let raw = std::fs::read(folder().join(name)).unwrap_or_default();
    assert_eq!(raw.is_empty(), name == "malformed/empty.eml", "{name} is there");
    read(&raw, &Limits::default())
}

fn all() -> Vec<String> {
    let mut out = Vec::new();
    for place in ["rfc", "malformed", "japanese", "targeted", "benign"] {
        for entry in std::fs::read_dir(folder().join(place)).into_iter().flatten().flatten() {
            out.push(format!("{place}/{}", entry.file_name().to_string_lossy()));
        }
    }
    out.sort();
    assert!(out.len() > 40);
    out
}

#[test]
fn every_oddity_and_tell_told_is_in_its_catalogue() {
    for name in all() {
        let facts = reading(&name).facts;
        for oddity in &facts.oddities {
            assert!(oddities::text(&oddity.id).is_some(), "{name}: {}", oddity.id);
        }
        for tell in &facts.tells {
            let entry = tells::CATALOGUE.iter().find(|e| e.id == tell.id);
            assert_eq!(entry.map(|e| e.weight), Some(tell.weight), "{name}: {}", tell.id);
        }
    }
}

#[test]
fn every_fixture_survives_its_json_form() {
    for name in all() {
        let facts = reading(&name).facts;
        let json = serde_json::to_string(&facts).expect("facts serialise");
        let back: lexicon::MailFacts = serde_json::from_str(&json).expect("facts come back");
        assert_eq!(back, facts, "{name}");
    }
}

fn check_subject(name: &str, subject: &str) {
    assert_eq!(reading(name).facts.subject.as_deref(), Some(subject), "{name}");
}

fn check_body(name: &str, text: &str) {
    assert_eq!(reading(name).facts.body.text.trim_end(), text, "{name}");
}

fn check_attachment(name: &str, file: &str) {
    let facts = reading(name).facts;
    assert_eq!(facts.attachments.first().and_then(|a| a.name.as_deref()), Some(file), "{name}");
}

#[test]
fn japanese_subjects_are_read_however_they_are_written() {
    check_subject("japanese/subject-two-jis-words.eml", "見積書の送付について");
    check_subject("japanese/subject-utf8-cut-in-character.eml", "議事録の確認");
    check_subject("japanese/subject-sjis-cut-in-character.eml", "議事録の確認");
    check_subject("japanese/subject-raw-sjis.eml", "来週の予定です");
    check_subject("japanese/subject-raw-jis.eml", "来週の予定です");
}

#[test]
fn japanese_bodies_are_read_whatever_their_label_says() {
    for name in ["jis-without-charset", "utf8-labelled-jis", "sjis-labelled-jis", "sjis-without-charset"] {
        check_body(&format!("japanese/body-{name}.eml"), "会議の資料をお送りします。");
    }
    check_body("japanese/body-jis-vendor-characters.eml", "㈱ ① ｶﾅ");
    check_body("japanese/boundary-in-mid-line.eml", "一行目 --KUGIRI は区切りではありません\n二行目");
}

#[test]
fn the_charset_used_and_the_one_declared_are_both_told() {
    let body = reading("japanese/body-sjis-labelled-jis.eml").facts.body;
    assert_eq!(body.charset.as_deref(), Some("shift_jis"));
    assert_eq!(body.charset_declared.as_deref(), Some("iso-2022-jp"));
    assert_eq!(reading("benign/meeting-in-japanese.eml").facts.body.charset_declared, None);
}

#[test]
fn japanese_file_names_are_read_however_they_are_written() {
    for name in ["sjis-encoded-word", "raw-sjis", "raw-jis", "rfc2231-continued"] {
        check_attachment(&format!("japanese/name-{name}.eml"), "名簿.zip");
    }
}

fn check_oddities(name: &str, expect: &[&str]) {
    let facts = reading(name).facts;
    let got: Vec<&str> = facts.oddities.iter().map(|o| o.id.as_str()).collect();
    assert_eq!(got, expect, "{name}");
}

#[test]
fn malformed_mails_are_read_and_say_what_is_wrong() {
    check_oddities("malformed/no-blank-line.eml", &["header-no-blank-line"]);
    check_body("malformed/no-blank-line.eml", "This is the body already.\nAnd more.");
    check_oddities("malformed/header-only.eml", &[]);
    check_subject("malformed/header-only.eml", "header only");
    check_oddities("malformed/boundary-missing.eml", &["multipart-boundary-missing"]);
    check_body("malformed/boundary-missing.eml", "first");
    check_attachment("malformed/boundary-missing.eml", "a.bin");
    check_oddities("malformed/boundary-absent.eml", &["multipart-boundary-absent"]);
    check_body("malformed/boundary-absent.eml", "Just text, no parts at all.");
    check_oddities(
        "malformed/multipart-unterminated.eml",
        &["multipart-unterminated", "multipart-unterminated"],
    );
    check_attachment("malformed/multipart-unterminated.eml", "x.pdf");
    check_body("malformed/line-ends-cr.eml", "first line\nsecond line");
    check_body("malformed/line-ends-mixed.eml", "first\nsecond");
    check_oddities("malformed/nul-bytes.eml", &["header-nul", "body-nul"]);
    check_oddities("malformed/folding-broken.eml", &["header-junk-line"]);
    check_oddities("malformed/charset-unknown.eml", &["charset-unknown"]);
    check_oddities("malformed/address-headers.eml", &["date-unreadable"]);
    check_oddities("malformed/base64-undeclared.eml", &["transfer-encoding-mismatch"]);
    check_oddities("malformed/epilogue.eml", &["multipart-epilogue"]);
    check_oddities("malformed/empty.eml", &["mail-empty"]);
}

#[test]
fn targeted_mails_show_their_tells() {
    let check = |name: &str, expect: &[&str]| {
        let facts = reading(name).facts;
        let mut got: Vec<&str> = facts.tells.iter().map(|t| t.id.as_str()).collect();
        got.sort_unstable();
        got.dedup();
        assert_eq!(got, expect, "{name}");
        assert!(facts.tells.iter().all(|t| !t.why.is_empty()), "{name}");
    };
    check(
        "targeted/recon-enquiry.eml",
        &[
            "enquiry-wording",
            "freemail-claims-organisation",
            "freemail-sender",
            "pressing-subject",
            "recon-without-payload",
        ],
    );
    check(
        "targeted/asks-for-archiver.eml",
        &["asks-about-archiver", "password-sent-separately", "pressing-subject"],
    );
    check(
        "targeted/program-in-disguise.eml",
        &[
            "attachment-runs-code",
            "auth-failed",
            "display-name-holds-other-address",
            "double-extension",
            "link-text-differs",
            "name-invisible-characters",
            "name-spaces-run",
            "pressing-subject",
            "reply-to-differs",
            "return-path-differs",
            "url-ip-host",
        ],
    );
    check(
        "targeted/encrypted-zip.eml",
        &[
            "encrypted-archive",
            "forced-to-open-theme",
            "freemail-claims-organisation",
            "freemail-sender",
            "password-sent-separately",
            "pressing-subject",
        ],
    );
    check("targeted/iqy.eml", &["attachment-runs-code", "pressing-subject"]);
    check(
        "targeted/html-form-attached.eml",
        &["freemail-claims-organisation", "freemail-sender", "html-attachment", "pressing-subject"],
    );
}

#[test]
fn benign_mails_show_none() {
    for name in all().iter().filter(|n| n.starts_with("benign/")) {
        let facts = reading(name).facts;
        assert_eq!(facts.tells, [], "{name}");
        assert_eq!(facts.oddities, [], "{name}");
    }
}

#[test]
fn every_text_is_handed_on_with_its_place() {
    let places = |name: &str| -> Vec<String> {
        reading(name)
            .sources
            .into_iter()
            .map(|s| format!("{} {:?} {}", s.place, s.form, s.text.trim()))
            .collect()
    };
    insta::assert_json_snapshot!("sources_alternative", places("rfc/alternative-with-inline-image.eml"));
    insta::assert_json_snapshot!("sources_attached_mail", places("rfc/attached-mail.eml"));
    insta::assert_json_snapshot!("sources_html_attached", places("targeted/html-form-attached.eml"));
}

#[test]
fn facts_are_stable() {
    for name in [
        "rfc/alternative-with-inline-image.eml",
        "rfc/attached-mail.eml",
        "rfc/html-only.eml",
        "rfc/uuencoded-file-in-text.eml",
        "targeted/program-in-disguise.eml",
        "japanese/zip-entry-name-cp932.eml",
    ] {
        let key = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".eml").replace('-', "_");
        insta::assert_json_snapshot!(format!("facts_{key}"), reading(name).facts);
    }
}

#[test]
fn the_decoded_html_part_is_handed_out() {
    let html = reading("rfc/html-only.eml").html.expect("an HTML part");
    assert!(html.contains("<h1>Thank you</h1>"));
    assert_eq!(reading("malformed/header-only.eml").html, None);
}
