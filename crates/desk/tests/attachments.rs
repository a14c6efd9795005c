//! What the attachments of a mail hold reaches the facts, whoever opens them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

use std::path::Path;

use desk::dissect::{attachment, dissect, dissect_with, is_locked};
use desk::keyring::{Keyring, Ring};
use lexicon::MailFacts;

fn fixture(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    std::fs::read(root.join(name)).unwrap()
}

fn facts(name: &str) -> MailFacts {
    dissect(&fixture(&format!("mail/{name}")), name, &Default::default()).facts
}

#[test]
fn the_entries_of_an_attached_archive_are_opened_with_their_names_right() {
    let facts = facts("japanese/zip-entry-name-cp932.eml");
    let entry = &facts.attachments[0].children[0];
    assert_eq!(entry.name.as_deref(), Some("議事録a.txt"));
    assert_eq!(entry.size, 5);
    assert_eq!(entry.sha256.len(), 64, "it was opened, not only listed");
}

#[test]
fn a_form_in_an_attached_page_is_told_with_its_target_as_an_indicator() {
    let facts = facts("targeted/html-form-attached.eml");
    let form = facts.tells.iter().find(|tell| tell.id == "form-asks-password").unwrap();
    assert!(form.why.starts_with("attachment[0]"), "{}", form.why);
    assert!(
        facts.observables.iter().any(|o| o.places.iter().any(|place| place == "attachment[0]:html:form"))
    );
    assert!(!facts.urls.is_empty());
}

/// A mail with a file attached.
fn mail(from: &str, subject: &str, text: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let file = data_encoding::BASE64.encode(bytes);
    format!(
        "From: {from}\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n\
         --b\r\nContent-Type: application/octet-stream; name=\"{name}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{file}\r\n--b--\r\n"
    )
    .into_bytes()
}

/// A zip with one stored entry, encrypted by the old cipher of zip with the password.
fn locked_zip(name: &str, content: &[u8], password: &str) -> Vec<u8> {
    let crc = crc(content);
    let mut keys = [0x1234_5678u32, 0x2345_6789, 0x3456_7890];
    let step = |crc: u32, byte: u8| TABLE[usize::from((crc as u8) ^ byte)] ^ (crc >> 8);
    let update = |keys: &mut [u32; 3], byte: u8| {
        keys[0] = step(keys[0], byte);
        keys[1] = keys[1].wrapping_add(keys[0] & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        keys[2] = step(keys[2], (keys[1] >> 24) as u8);
    };
    password.bytes().for_each(|byte| update(&mut keys, byte));
    let mut head = vec![7u8; 11];
    head.push((crc >> 24) as u8);
    let cipher: Vec<u8> = head
        .iter()
        .chain(content)
        .map(|&byte| {
            let mask = (keys[2] | 2) as u16;
            let out = byte ^ ((u32::from(mask) * u32::from(mask ^ 1)) >> 8) as u8;
            update(&mut keys, byte);
            out
        })
        .collect();
    let (packed, size) = (cipher.len() as u32, content.len() as u32);
    let mut common = vec![20, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    common.extend(crc.to_le_bytes());
    common.extend(packed.to_le_bytes());
    common.extend(size.to_le_bytes());
    common.extend((name.len() as u16).to_le_bytes());
    common.extend([0, 0]);
    let mut out = b"PK\x03\x04".to_vec();
    out.extend(&common);
    out.extend(name.bytes());
    out.extend(cipher);
    let start = out.len() as u32;
    out.extend(b"PK\x01\x02\x14\0");
    out.extend(&common);
    out.extend([0; 14]);
    out.extend(name.bytes());
    let length = out.len() as u32 - start;
    out.extend(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend(length.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

const TABLE: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut n = 0;
    while n < 256 {
        let mut value = n as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[n] = value;
        n += 1;
    }
    table
};

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| TABLE[usize::from((crc as u8) ^ byte)] ^ (crc >> 8))
}

#[test]
fn a_password_told_in_the_same_mail_opens_the_archive_and_says_where_it_stood() {
    let zip = locked_zip("readme.txt", b"see http://inside.example/x", "Nori-2026");
    let raw = mail("a@example.jp", "x", "解凍パスワード：Nori-2026", "a.zip", &zip);
    let facts = dissect(&raw, "", &Default::default()).facts;
    let entry = &facts.attachments[0].children[0];
    assert_eq!(
        (entry.password.as_deref(), entry.password_from.as_deref()),
        (Some("Nori-2026"), Some("body"))
    );
    assert_eq!(facts.urls, ["http://inside.example/x"]);
    assert!(!is_locked(&facts), "{:?}", facts.attachments);
}

#[test]
fn a_password_told_in_another_mail_of_the_same_sender_opens_the_archive() {
    let zip = locked_zip("readme.txt", b"see http://inside.example/x", "Kagi#77x");
    let locked = mail("a@example.jp", "資料の送付", "添付をご確認ください。", "a.zip", &zip);
    let first = dissect(&locked, "", &Default::default()).facts;
    assert!(is_locked(&first) && first.urls.is_empty());
    let telling = b"From: a@example.jp\r\nSubject: key\r\n\r\nThe password is Kagi#77x\r\n";
    let mut keyring = Keyring::default();
    keyring.add(Ring::told_by(&dissect(telling, "", &Default::default()).facts));
    let passwords = keyring.passwords_for(&first);
    let facts = dissect_with(&locked, "", &Default::default(), &passwords).facts;
    let entry = &facts.attachments[0].children[0];
    assert_eq!(entry.password.as_deref(), Some("Kagi#77x"));
    assert!(entry.password_from.as_deref().unwrap().starts_with("mail:"));
    assert_eq!(facts.urls, ["http://inside.example/x"]);
}

#[test]
fn the_bytes_of_any_file_in_the_mail_are_had_by_its_place() {
    let zip = locked_zip("readme.txt", b"inner bytes", "Nori-2026");
    let raw = mail("a@example.jp", "x", "パスワード：Nori-2026", "a.zip", &zip);
    let settings = desk::dissect::Settings::default();
    let facts = dissect(&raw, "", &settings).facts;
    let had = |place: &str| attachment(&raw, &facts, place, &*settings.opener);
    assert_eq!(had("attachment[0]").as_deref(), Some(&zip[..]));
    assert_eq!(had("attachment[0]:attachment[0]").as_deref(), Some(&b"inner bytes"[..]));
    assert_eq!(had("attachment[0]:attachment[1]"), None);
    assert_eq!(had("nowhere"), None);
}
