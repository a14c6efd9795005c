//! Whatever the bytes, reading them ends with facts.

use forensics::{Limits, kind, mbox, read};
use proptest::prelude::*;

/// Fixtures that are changed at random.
fn seeds() -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/mail");
    let mut out = Vec::new();
    for place in ["rfc", "malformed", "japanese", "targeted", "benign"] {
        let mut files: Vec<_> =
            std::fs::read_dir(folder.join(place)).into_iter().flatten().flatten().map(|e| e.path()).collect();
        files.sort();
        out.extend(files.iter().flat_map(std::fs::read));
    }
    assert!(out.len() > 40);
    out
}

/// A small compound file: header, one allocation sector, one directory sector, rest as given.
fn compound(rest: &[u8]) -> Vec<u8> {
    let mut raw = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    raw.resize(512, 0xff);
    raw[30] = 9;
    raw[31] = 0;
    raw[48..52].copy_from_slice(&1u32.to_le_bytes());
    raw[56..60].copy_from_slice(&4096u32.to_le_bytes());
    raw[60..64].copy_from_slice(&2u32.to_le_bytes());
    raw[76..80].copy_from_slice(&0u32.to_le_bytes());
    raw.extend_from_slice(rest);
    raw
}

fn settled(raw: &[u8]) {
    let limits = Limits::default();
    let reading = read(raw, &limits);
    assert_eq!(reading.facts.size, raw.len() as u64);
    assert!(reading.facts.body.text.len() <= limits.body_bytes);
    assert!(reading.facts.oddities.len() <= limits.oddities);
    assert_eq!(read(raw, &limits), reading, "the same bytes give the same reading");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(raw in proptest::collection::vec(any::<u8>(), 0..1_500)) {
        settled(&raw);
        kind::of(None, &raw);
        for message in mbox::MboxReader::new(raw.as_slice(), 1_000) {
            prop_assert!(message.is_ok());
        }
    }

    #[test]
    fn bytes_after_a_known_signature_never_panic(
        sign in prop::sample::select(vec![
            &b"PK\x03\x04"[..], b"PK\x05\x06", b"Rar!\x1a\x07\x01\0", b"Rar!\x1a\x07\0", b"7z\xbc\xaf\x27\x1c", b"MZ",
            b"%PDF-", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x30\x82", b"RIFF", b"\x1b$B", b"\xff\xfe",
        ]),
        rest in proptest::collection::vec(any::<u8>(), 0..1_000),
    ) {
        let raw = [sign, &rest].concat();
        kind::of(Some("a.bin"), &raw);
        settled(&raw);
    }

    #[test]
    fn broken_compound_files_never_panic(rest in proptest::collection::vec(any::<u8>(), 0..3_000)) {
        // Mostly the small numbers and end marks that chains are made of.
        let rest: Vec<u8> = rest.iter().map(|b| match b { 0..=120 => 0, 121..=160 => b % 6, 161..=210 => 0xff, b => *b }).collect();
        let raw = compound(&rest);
        kind::of(Some("a.doc"), &raw);
        settled(&raw);
    }

    #[test]
    fn changed_mails_never_panic(
        seed in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 1..12),
    ) {
        let seeds = seeds();
        let mut raw = seeds[seed.index(seeds.len())].clone();
        for (at, byte, how) in changes {
            if raw.is_empty() {
                break;
            }
            let at = at.index(raw.len());
            match how {
                0 => raw[at] = byte,
                1 => raw.insert(at, byte),
                2 => drop(raw.remove(at)),
                _ => raw.truncate(at),
            }
        }
        settled(&raw);
    }

    #[test]
    fn headers_of_arbitrary_text_never_panic(
        name in prop::sample::select(vec![
            "From", "To", "Subject", "Date", "Received", "Content-Type", "Content-Disposition", "References",
            "Authentication-Results", "Content-Transfer-Encoding", "Return-Path", "X-Originating-IP",
        ]),
        value in "[ -~\u{3042}\u{ff21}\r\n\t\"<>()@,;:=?*'%\\\\]{0,300}",
    ) {
        settled(format!("{name}: {value}\n\nbody").as_bytes());
    }

    #[test]
    fn arbitrary_html_never_panics(body in "([<>&;='\"/ !\\-a-d#x0-9あ\\n]|<a href=|</a>|<!--|-->|<script>|<form|<input type=password>|&#){0,200}") {
        settled(format!("Content-Type: text/html; charset=utf-8\n\n{body}").as_bytes());
    }
}
