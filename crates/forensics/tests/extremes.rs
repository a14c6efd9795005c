//! Mails made to exhaust a reader: each is read within its limits, and says which limit it met.

use std::fmt::Write as _;

use forensics::{Limits, read};

fn ids(raw: &[u8], limits: &Limits) -> Vec<String> {
    read(raw, limits).facts.oddities.into_iter().map(|o| o.id).collect()
}

fn check(raw: &[u8], id: &str) {
    let got = ids(raw, &Limits::default());
    assert!(got.iter().any(|g| g == id), "{id} not in {got:?}");
}

#[test]
fn ten_thousand_parts_stop_at_the_limit_and_lose_nothing_but_their_splitting() {
    let mut raw = "Content-Type: multipart/mixed; boundary=b\n\n".to_owned();
    for n in 0..10_000 {
        let _ = write!(raw, "--b\nContent-Disposition: attachment; filename=f{n}\n\n{n}\n");
    }
    raw.push_str("--b--\n");
    let facts = read(raw.as_bytes(), &Limits::default()).facts;
    assert_eq!(facts.attachments.len(), 1_000);
    assert!(facts.oddities.iter().any(|o| o.id == "mime-parts-limit"));
    assert!(facts.oddities.iter().any(|o| o.id == "attachment-limit"));
}

#[test]
fn a_thousand_multiparts_inside_each_other_stop_at_the_limit() {
    let mut raw = String::new();
    for n in 0..1_000 {
        let _ = write!(raw, "Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
    }
    raw.push_str("\ninnermost\n");
    check(raw.as_bytes(), "mime-depth-limit");
}

#[test]
fn a_thousand_mails_inside_each_other_stop_at_the_limit() {
    let mut raw = String::new();
    for _ in 0..1_000 {
        raw.push_str("Content-Type: message/rfc822\n\n");
    }
    raw.push_str("Subject: innermost\n\nx\n");
    check(raw.as_bytes(), "mail-depth-limit");
}

#[test]
fn a_million_header_lines_stop_at_the_limit_and_the_body_is_found() {
    let raw = format!("{}\nthe body\n", "X-A: 1\n".repeat(1_000_000));
    let facts = read(raw.as_bytes(), &Limits::default()).facts;
    assert_eq!(facts.body.text, "the body\n");
    assert!(facts.oddities.iter().any(|o| o.id == "header-count-limit"));
}

#[test]
fn one_line_of_ten_megabytes_is_cut() {
    let line = "a".repeat(10 << 20);
    check(format!("Subject: {line}\n\n").as_bytes(), "header-length-limit");
    check(format!("Subject: x\n\n{line}").as_bytes(), "body-limit");
    check(format!("To: {}\n\n", "a@example.com,".repeat(200_000)).as_bytes(), "address-limit");
    check(
        format!("Content-Type: text/html\n\n{}", "<a href=http://a.example/>x</a>".repeat(5_000)).as_bytes(),
        "html-limit",
    );
    check(format!("{}\n", "Received: by a\n".repeat(500)).as_bytes(), "received-limit");
    check(
        format!(
            "References: {}\n\n",
            "<a@b>".repeat(10).replace('a', "x") + &(0..900).map(|n| format!("<{n}@b>")).collect::<String>()
        )
        .as_bytes(),
        "references-limit",
    );
}

#[test]
fn a_mail_of_nothing_but_nul_is_read() {
    let facts = read(&vec![0; 5 << 20], &Limits::default()).facts;
    assert_eq!(facts.size, 5 << 20);
    assert!(facts.body.text.is_empty());
}

#[test]
fn openers_that_never_close_cost_no_more_than_their_length() {
    for piece in [
        "<",
        "<a ",
        "<a href=\"",
        "<!--",
        "=?utf-8?q?",
        "=?",
        "(",
        "\"",
        "<",
        "&#",
        "--",
        "\n--b\n",
        "+",
        "\x1b$B",
        "begin 644 a\n",
    ] {
        let body = piece.repeat((1 << 17) / piece.len());
        for head in [
            "Content-Type: text/html\n\n",
            "Content-Type: text/plain; charset=utf-7\n\n",
            "Content-Type: multipart/mixed; boundary=b\n\n",
            "Content-Type: text/plain; charset=iso-2022-jp\n\n",
            "Subject: ",
            "From: ",
            "Content-Type: text/plain; ",
            "Received: from ",
            "Authentication-Results: ",
        ] {
            let _ = read(format!("{head}{body}").as_bytes(), &Limits::default());
        }
    }
}

#[test]
fn a_long_attachment_is_hashed_whole_in_pieces() {
    // "AAAA" is three zero bytes.
    let encoded = "AAAA".repeat(19) + "\r\n";
    let lines = 20_000;
    let raw = format!(
        "Content-Type: application/octet-stream; name=a.bin\nContent-Transfer-Encoding: base64\n\n{}",
        encoded.repeat(lines)
    );
    let whole = read(raw.as_bytes(), &Limits::default()).facts;
    let pieces = read(raw.as_bytes(), &Limits { attachment_piece: 1_000, ..Limits::default() }).facts;
    assert_eq!(whole.attachments[0].size, 57 * lines as u64);
    assert_eq!(whole.attachments[0].hashes(), pieces.attachments[0].hashes());
    assert_eq!(whole.attachments[0].size, pieces.attachments[0].size);
    assert!(pieces.oddities.iter().any(|o| o.id == "attachment-size-limit"));
}

#[test]
fn a_huge_mail_of_lone_carriage_returns_is_read_as_far_as_it_may_be_copied() {
    let mut raw = b"Subject: huge\rFrom: a@example.com\r\r".to_vec();
    raw.resize(49 << 20, b'x');
    let facts = forensics::read(&raw, &forensics::Limits::default()).facts;
    assert_eq!(facts.subject.as_deref(), Some("huge"));
    assert_eq!(facts.size, 49 << 20);
    assert!(facts.oddities.iter().any(|o| o.id == "line-ends-limit" && o.place == "byte:50331648"));
}

#[test]
fn a_long_quoted_printable_attachment_is_hashed_in_pieces_to_the_same_hash() {
    let line = "caf=C3=A9 =3D soft=\r\nbreak\r\n".repeat(400);
    let raw = format!(
        "Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{line}"
    );
    let whole = read(raw.as_bytes(), &Limits::default()).facts;
    let pieces = read(raw.as_bytes(), &Limits { attachment_piece: 100, ..Limits::default() }).facts;
    let (whole, pieces) = (&whole.attachments[0], &pieces.attachments[0]);
    assert_eq!((&whole.sha256, &whole.md5, whole.size), (&pieces.sha256, &pieces.md5, pieces.size));
}
