//! Names are out of the copy, and everything else is as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use courier::redact::{Redaction, Terms, redact};
use data_encoding::BASE64;
use proptest::prelude::*;

fn terms(list: &[&str]) -> Terms {
    Terms::new(list.iter().map(|term| (*term).to_owned())).unwrap()
}

fn all() -> Terms {
    terms(&[
        "taro.yamada@member.example",
        "member.example",
        "山田 太郎",
        "山田太郎",
        "Member Gas",
        "会員ガス",
    ])
}

fn mail(header: &str, body: &[u8]) -> Vec<u8> {
    let mut mail = header.replace('\n', "\r\n").into_bytes();
    mail.extend_from_slice(b"\r\n");
    mail.extend_from_slice(body);
    mail
}

fn text(redaction: &Redaction) -> String {
    String::from_utf8_lossy(&redaction.bytes).into_owned()
}

#[test]
fn header_fields_lose_names_and_addresses_and_keep_the_rest() {
    let raw = mail(
        "Received: from x by mx.member.example (Postfix) for <Taro.Yamada@member.example>;\n\tThu, 19 Nov 2026 10:00:00 +0900\nTo: \"Member\n Gas\" <taro.yamada@MEMBER.example>\nSubject: hello\n",
        b"hi\r\n",
    );
    let expect = mail(
        "Received: from x by mx.redacted.invalid (Postfix) for <redacted@redacted.invalid>;\n\tThu, 19 Nov 2026 10:00:00 +0900\nTo: \"REDACTED\" <redacted@redacted.invalid>\nSubject: hello\n",
        b"hi\r\n",
    );
    let redaction = redact(&raw, &all());
    assert_eq!(text(&redaction), String::from_utf8(expect).unwrap());
    assert_eq!(redaction.count(), 4);
    assert!(redaction.replaced.keys().all(|(_, place)| place == "header:received" || place == "header:to"));
}

#[test]
fn encoded_words_are_read_whatever_their_charset_and_however_they_are_cut() {
    let (jis, ..) = encoding_rs::ISO_2022_JP.encode("会員ガス 山田太郎様");
    let (sjis, ..) = encoding_rs::SHIFT_JIS.encode("会員ガス");
    let (first, second) = "山田太郎".split_at(6);
    let raw = mail(
        &format!(
            "Subject: =?ISO-2022-JP?B?{}?= tail\nTo: =?utf-8?b?{}?=\n =?UTF-8?B?{}?= <x@other.example>\nX-Org: =?Shift_JIS?Q?{}?=\n",
            BASE64.encode(&jis),
            BASE64.encode(first.as_bytes()),
            BASE64.encode(second.as_bytes()),
            sjis.iter().map(|b| format!("={b:02X}")).collect::<String>(),
        ),
        b"",
    );
    let redaction = redact(&raw, &all());
    let word = |text: &str| format!("=?UTF-8?B?{}?=", BASE64.encode(text.as_bytes()));
    assert_eq!(
        text(&redaction),
        format!(
            "Subject: {} tail\r\nTo: {} <x@other.example>\r\nX-Org: {}\r\n\r\n",
            word("REDACTED REDACTED様"),
            word("REDACTED"),
            word("REDACTED")
        )
    );
    assert!(redaction.left.is_empty());
}

#[test]
fn text_parts_are_read_in_their_own_encoding_and_only_their_lines_change() {
    let lines = "担当の皆様\r\n会員ガスの山田太郎です。\r\nよろしくお願いします。\r\n";
    for (label, encoding) in [
        ("iso-2022-jp", encoding_rs::ISO_2022_JP),
        ("shift_jis", encoding_rs::SHIFT_JIS),
        ("euc-jp", encoding_rs::EUC_JP),
        ("utf-8", encoding_rs::UTF_8),
    ] {
        let (bytes, ..) = encoding.encode(lines);
        let expect = "担当の皆様\r\nREDACTEDのREDACTEDです。\r\nよろしくお願いします。\r\n";
        let header = format!("Content-Type: text/plain; charset={label}\n");
        let redaction = redact(&mail(&header, &bytes), &all());
        let (expect, ..) = encoding.encode(expect);
        assert_eq!(redaction.bytes, mail(&header, &expect), "{label}");

        let header = format!("{header}Content-Transfer-Encoding: base64\n");
        let redaction = redact(&mail(&header, BASE64.encode(&bytes).as_bytes()), &all());
        let lines: Vec<String> = expect.chunks(57).map(|line| BASE64.encode(line)).collect();
        assert_eq!(redaction.bytes, mail(&header, lines.join("\r\n").as_bytes()), "{label} in base64");
    }
}

#[test]
fn quoted_printable_keeps_the_lines_that_hold_no_name() {
    let raw = mail(
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
        b"a =3D b, odd =\r\nbreak and=20\r\n=E5=B1=B1=E7=94=\r\n=B0=E5=A4=AA=E9=83=8E here =\r\nand on\r\nlast=e3\r\n",
    );
    let expect = mail(
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n",
        b"a =3D b, odd =\r\nbreak and=20\r\nREDACTED here and on\r\nlast=e3\r\n",
    );
    // The last line is no UTF-8: it stays, and is no reason to leave the others.
    let redaction = redact(&raw, &all());
    assert_eq!(text(&redaction), String::from_utf8_lossy(&expect));
}

#[test]
fn attachments_stay_and_are_named_and_their_names_are_redacted() {
    let raw = mail(
        "Content-Type: multipart/mixed; boundary=\"member.example\"\n",
        "--member.example\r\nContent-Type: text/plain\r\n\r\nMember Gas\r\n--member.example\r\n\
         Content-Type: application/msword; name=\"Member Gas.doc\"\r\nContent-Disposition: attachment;\r\n filename*0*=UTF-8''%E5%B1%B1%E7%94%B0;\r\n filename*1*=%E5%A4%AA%E9%83%8E.doc\r\n\r\n\
         Member Gas inside\r\n--member.example--\r\n"
            .as_bytes(),
    );
    let redaction = redact(&raw, &all());
    let expect = mail(
        "Content-Type: multipart/mixed; boundary=\"member.example\"\n",
        "--member.example\r\nContent-Type: text/plain\r\n\r\nREDACTED\r\n--member.example\r\n\
         Content-Type: application/msword; name=\"REDACTED.doc\"\r\nContent-Disposition: attachment; filename*=UTF-8''REDACTED.doc\r\n\r\n\
         Member Gas inside\r\n--member.example--\r\n"
            .as_bytes(),
    );
    assert_eq!(text(&redaction), String::from_utf8(expect).unwrap());
    assert_eq!(redaction.untouched, ["part:2/application/msword"]);
}

#[test]
fn a_mail_inside_a_mail_is_a_mail() {
    let raw = mail(
        "Content-Type: multipart/mixed; boundary=b\n",
        b"--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\nTo: taro.yamada@member.example\r\n\r\nbody of Member Gas\r\n--b--\r\n",
    );
    let redaction = redact(&raw, &all());
    assert!(!text(&redaction).to_lowercase().contains("member"), "{}", text(&redaction));
    assert_eq!(redaction.replaced.keys().map(|(_, place)| place.as_str()).collect::<Vec<_>>().len(), 2);
}

#[test]
fn a_name_that_was_folded_in_a_japanese_text_is_found() {
    let raw =
        mail("Content-Type: text/plain; charset=utf-8\n", "> 担当は山田\r\n> 太郎です\r\nend\r\n".as_bytes());
    let redaction = redact(&raw, &all());
    assert_eq!(
        text(&redaction),
        "Content-Type: text/plain; charset=utf-8\r\n\r\n> 担当はREDACTEDです\r\nend\r\n"
    );
}

/// Pieces of mails: names whole and broken, structure, encodings, odd bytes.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "taro.yamada@member.example", "Member Gas", "member\r\n gas", "山田太郎", "山田\r\n太郎", "\r\n", "\r\n\r\n", "\n",
            "Subject: ", "To: ", "Content-Type: text/plain; charset=iso-2022-jp\r\n", "Content-Type: text/html; charset=utf-8\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n", "--b\r\n", "--b--\r\n", "Content-Type: message/rfc822\r\n",
            "Content-Transfer-Encoding: base64\r\n", "Content-Transfer-Encoding: quoted-printable\r\n", "Content-Disposition: attachment; filename*=UTF-8''",
            "=?UTF-8?B?5bGx55Sw5aSq6YOO?=", "=?ISO-2022-JP?B?", "?=", "=E5=B1=B1", "=\r\n", "\u{1b}$B;3ED\u{1b}(B", "%E5%B1%B1", ";", "\"", " ",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ]
}

fn any_mail() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn without_a_name_in_it_a_mail_stays_byte_for_byte(raw in any_mail()) {
        let redaction = redact(&raw, &terms(&["nobody.has@this.name"]));
        prop_assert_eq!(redaction.bytes, raw);
        prop_assert!(redaction.replaced.is_empty());
    }

    #[test]
    fn a_second_time_finds_nothing_more_in_headers_and_lines(raw in any_mail()) {
        let once = redact(&raw, &all());
        let twice = redact(&once.bytes, &all());
        // Where nothing was left behind, nothing is found again.
        if once.left.is_empty() && once.count() > 0 {
            prop_assert!(twice.count() <= once.count());
        }
        if once.count() == 0 {
            prop_assert_eq!(&once.bytes, &raw);
        }
    }

    #[test]
    fn no_name_is_left_in_a_mail_of_text(
        before in "[a-zぁ-ん東京都大阪会社様御中 ]{0,60}",
        after in "[a-zぁ-ん東京都大阪会社様御中 。\n]{0,60}",
        name in prop::sample::select(vec!["taro.yamada@member.example", "Member Gas", "山田太郎", "会員ガス"]),
        charset in prop::sample::select(vec![encoding_rs::UTF_8, encoding_rs::ISO_2022_JP, encoding_rs::SHIFT_JIS, encoding_rs::EUC_JP]),
        transfer in prop::sample::select(vec!["8bit", "base64", "quoted-printable"]),
    ) {
        let said = format!("{before}{name}{after}");
        let (bytes, _, bad) = charset.encode(&said);
        prop_assume!(!bad);
        let body = match transfer {
            "base64" => BASE64.encode(&bytes).into_bytes().chunks(76).collect::<Vec<_>>().join(&b"\r\n"[..]),
            "quoted-printable" => bytes.iter().map(|b| if *b == b'\n' { "\n".to_owned() } else { format!("={b:02X}") }).collect::<Vec<_>>().chunks(20).map(|c| c.concat()).collect::<Vec<_>>().join("=\r\n").into_bytes(),
            _ => bytes.to_vec(),
        };
        let header = format!("Subject: x\nContent-Type: text/plain; charset={}\nContent-Transfer-Encoding: {transfer}\n", charset.name());
        let redaction = redact(&mail(&header, &body), &terms(&[name]));
        prop_assert_eq!(redaction.count(), 1, "{}", String::from_utf8_lossy(&redaction.bytes));
        prop_assert!(redaction.left.is_empty());
        // Read again as the receiver reads it: what was said, with the mark in the name's place.
        let again = redact(&redaction.bytes, &terms(&["REDACTED NOT", name]));
        prop_assert_eq!(again.count(), 0);
    }

    #[test]
    fn no_bytes_make_it_fall(raw in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = redact(&raw, &all());
    }
}
