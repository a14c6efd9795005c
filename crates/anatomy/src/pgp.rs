//! OpenPGP (RFC 9580): for whom it is encrypted, who signed, and what can be read without a key.

use std::borrow::Cow;

use flate2::read::{DeflateDecoder, ZlibDecoder};
use lexicon::facts::SourceForm;

use crate::binary::{be16_at, be32_at, hex, piece};
use crate::registry::Analyser;
use crate::smime::inflated;
use crate::specimen::{Entry, Specimen};
use crate::time;

/// Bytes of an armored file that are read.
const ARMORED: usize = 32 << 20;

/// Armored blocks of one file that are read.
const BLOCKS: usize = 16;

/// Packets of one file that are read.
const PACKETS: usize = 1_000;

/// Compressed packets inside compressed packets.
const DEPTH: usize = 3;

pub(crate) static ANALYSER: Analyser = Analyser { kinds: &["pgp"], run, tells: &[], oddities: &[] };

/// What is left to be read of one file.
struct Room {
    packets: usize,
    unpacked: usize,
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let mut room = Room { packets: PACKETS, unpacked: specimen.room(bytes.len() as u64) };
    if bytes.first().is_some_and(|b| b & 0x80 != 0) && !bytes.starts_with(b"\xef\xbb\xbf") {
        packets(bytes, 0, &mut room, specimen);
        return;
    }
    let text = forensics::charset::decode(bytes.get(..ARMORED).unwrap_or(bytes), None).text;
    let mut rest = text.as_ref();
    for _ in 0..BLOCKS {
        let Some((_, after)) = rest.split_once("-----BEGIN PGP ") else {
            return;
        };
        let Some((title, body)) = after.split_once('\n') else {
            return;
        };
        if title.starts_with("SIGNED MESSAGE") {
            let (clear, after) = body.split_once("\n-----BEGIN PGP SIGNATURE").unwrap_or((body, ""));
            clear_text(clear, specimen);
            rest = body.get(body.len() - after.len()..).filter(|r| !r.is_empty()).unwrap_or("");
            // The signature's own block follows; its line was cut in half.
            let (block, after) = rest.split_once("-----END PGP").unwrap_or((rest, ""));
            packets(&dearmored(block.split_once('\n').map_or("", |(_, b)| b)), 0, &mut room, specimen);
            rest = after;
            continue;
        }
        let (block, after) = body.split_once("-----END PGP").unwrap_or((body, ""));
        packets(&dearmored(block), 0, &mut room, specimen);
        if title.starts_with("SIGNATURE") {
            specimen.property("pgp.form", "signed");
        }
        rest = after;
    }
}

/// The signed text behind its armor headers, with the dashes undone.
fn clear_text(clear: &str, specimen: &mut Specimen<'_, '_>) {
    specimen.property("pgp.form", "clear-signed");
    let mut lines = clear.lines().skip_while(|line| !line.trim().is_empty());
    lines.next();
    let text: Vec<&str> = lines.map(|line| line.strip_prefix("- ").unwrap_or(line)).collect();
    specimen.text(&text.join("\n"));
}

/// The bytes of an armored block, without its headers and its checksum.
fn dearmored(block: &str) -> Vec<u8> {
    let (mut out, mut bits, mut count) = (Vec::new(), 0u32, 0);
    let body = block.lines().map(str::trim).skip_while(|line| line.contains(": ") || line.is_empty());
    for byte in body.take_while(|line| !line.starts_with('=')).flat_map(str::bytes) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count & 0xff) as u8);
        }
    }
    out
}

fn packets(bytes: &[u8], depth: usize, room: &mut Room, specimen: &mut Specimen<'_, '_>) {
    let mut rest = bytes;
    while let Some((tag, body, after)) = packet(rest) {
        rest = after;
        if room.packets == 0 {
            return;
        }
        room.packets -= 1;
        match tag {
            1 => {
                specimen.property("pgp.form", "encrypted");
                if body.first() == Some(&3) {
                    let id = hex(body.get(1..9).unwrap_or(&[]));
                    // Nobody's id means that the recipient is kept secret.
                    let id = if id.bytes().all(|b| b == b'0') { "anonymous".to_owned() } else { id };
                    specimen.property("pgp.encrypted-to", id);
                    specimen.property("pgp.algorithm", algorithm(body.get(9)));
                }
            }
            2 => signature(&body, specimen),
            3 => {
                specimen.property("pgp.form", "encrypted");
                specimen.property("pgp.encrypted-to", "password");
            }
            5 | 6 => key(&body, tag == 5, specimen),
            8 if depth < DEPTH => {
                let packed = body.get(1..).unwrap_or(&[]);
                let (content, whole) = match body.first() {
                    Some(1) => inflated(DeflateDecoder::new(packed), room.unpacked),
                    Some(2) => inflated(ZlibDecoder::new(packed), room.unpacked),
                    _ => {
                        specimen.property("pgp.compression", "unread");
                        continue;
                    }
                };
                room.unpacked = room.unpacked.saturating_sub(content.len());
                if !whole {
                    specimen.odd("unpacked-size-limit", "");
                }
                packets(&content, depth + 1, room, specimen);
            }
            9 | 18 | 20 => {
                specimen.property("pgp.form", "encrypted");
                specimen.file.encrypted = Some(true);
            }
            11 => literal(&body, specimen),
            13 => {
                let user = forensics::charset::decode(&body, Some("utf-8")).text;
                specimen.property("pgp.user", user.as_ref());
                specimen.source("pgp.user", SourceForm::Prose, &user);
            }
            _ => {}
        }
    }
}

/// A packet: its tag, its body, and what follows.
type Packet<'a> = (u8, Cow<'a, [u8]>, &'a [u8]);

/// The next packet.
fn packet(bytes: &[u8]) -> Option<Packet<'_>> {
    let (first, rest) = bytes.split_first().filter(|(b, _)| **b & 0x80 != 0)?;
    if first & 0x40 == 0 {
        let (length, skip): (usize, usize) = match first & 3 {
            0 => (usize::from(*rest.first()?), 1),
            1 => (usize::from(be16_at(rest, 0)?), 2),
            2 => (usize::try_from(be32_at(rest, 0)?).ok()?, 4),
            _ => (rest.len(), 0),
        };
        let after = rest.get(skip.saturating_add(length)..).unwrap_or(&[]);
        return Some((first >> 2 & 15, piece(rest, skip, length).into(), after));
    }
    let mut rest = rest;
    let mut parts: Vec<u8> = Vec::new();
    loop {
        let byte = usize::from(*rest.first()?);
        let (length, skip, more) = match byte {
            0..=191 => (byte, 1, false),
            192..=223 => (((byte - 192) << 8) + usize::from(*rest.get(1)?) + 192, 2, false),
            255 => (usize::try_from(be32_at(rest, 1)?).ok()?, 5, false),
            _ => (1 << (byte & 31), 1, true),
        };
        let part = piece(rest, skip, length);
        rest = rest.get(skip.saturating_add(length)..).unwrap_or(&[]);
        if !more && parts.is_empty() {
            return Some((first & 63, part.into(), rest));
        }
        parts.extend_from_slice(part);
        if !more || rest.is_empty() {
            return Some((first & 63, parts.into(), rest));
        }
    }
}

fn algorithm(number: Option<&u8>) -> String {
    match number {
        Some(1..=3) => "rsa".to_owned(),
        Some(16) => "elgamal".to_owned(),
        Some(17) => "dsa".to_owned(),
        Some(18) => "ecdh".to_owned(),
        Some(19) => "ecdsa".to_owned(),
        Some(22 | 27) => "ed25519".to_owned(),
        Some(25) => "x25519".to_owned(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn signature(body: &[u8], specimen: &mut Specimen<'_, '_>) {
    // Signatures on keys are not the sender's word about a text.
    let kind = if body.first() == Some(&3) { body.get(2) } else { body.get(1) };
    if !matches!(kind, Some(0 | 1)) {
        return;
    }
    specimen.property("pgp.form", "signed");
    if body.first() == Some(&3) {
        let date = be32_at(body, 3).and_then(|t| time::unix(i64::from(t)));
        specimen.property("pgp.signed", date.unwrap_or_default());
        specimen.property("pgp.signature-key", hex(body.get(7..15).unwrap_or(&[])));
        return;
    }
    let hashed = usize::from(be16_at(body, 4).unwrap_or(0));
    let open = usize::from(be16_at(body, 6 + hashed).unwrap_or(0));
    for mut area in [piece(body, 6, hashed), piece(body, 8 + hashed, open)] {
        while let Some(first) = area.first().map(|b| usize::from(*b)) {
            let (length, skip) = match first {
                0..=191 => (first, 1),
                192..=254 => (((first - 192) << 8) + area.get(1).map_or(0, |b| usize::from(*b)) + 192, 2),
                _ => break,
            };
            let part = piece(area, skip, length);
            area = area.get(skip + length..).unwrap_or(&[]);
            let value = part.get(1..).unwrap_or(&[]);
            match part.first() {
                Some(2) => {
                    let date = be32_at(value, 0).and_then(|t| time::unix(i64::from(t)));
                    specimen.property("pgp.signed", date.unwrap_or_default());
                }
                Some(16) => specimen.property("pgp.signature-key", hex(value.get(..8).unwrap_or(&[]))),
                Some(28) => {
                    let signer = forensics::charset::decode(value, Some("utf-8")).text;
                    specimen.property("pgp.signer", signer.as_ref());
                }
                Some(33) => {
                    let print = value.get(1..33).unwrap_or(value.get(1..21).unwrap_or(&[]));
                    specimen.property("pgp.signature-fingerprint", hex(print));
                }
                _ => {}
            }
        }
    }
}

fn key(body: &[u8], secret: bool, specimen: &mut Specimen<'_, '_>) {
    specimen.property("pgp.form", if secret { "secret key" } else { "public key" });
    let created = be32_at(body, 1).and_then(|t| time::unix(i64::from(t)));
    specimen.property("pgp.key-created", created.unwrap_or_default());
    specimen.property("pgp.algorithm", algorithm(body.get(5)));
    if !secret && body.first() == Some(&4) {
        // A version-4 fingerprint is the SHA-1 of the packet in its old form.
        let length = u16::try_from(body.len()).unwrap_or(u16::MAX);
        let mut three = forensics::hash::Three::default();
        three.feed(&[[0x99].as_slice(), &length.to_be_bytes(), body].concat());
        specimen.property("pgp.key-fingerprint", three.finish().1);
    }
}

/// The text or file itself.
fn literal(body: &[u8], specimen: &mut Specimen<'_, '_>) {
    let length = body.get(1).map_or(0, |b| usize::from(*b));
    let name = forensics::charset::decode(piece(body, 2, length), Some("utf-8")).text;
    let date = be32_at(body, 2 + length).and_then(|t| time::unix(i64::from(t)));
    let content = body.get(6 + length..).unwrap_or(&[]);
    specimen.child(Entry {
        name: Some(name.into_owned()).filter(|n| !n.is_empty()),
        size: content.len() as u64,
        content: Some(content),
        properties: vec![("entry.modified", date.unwrap_or_default())],
        ..Entry::default()
    });
}

#[cfg(test)]
mod tests {
    use crate::{Job, Limits, Opened, open, open_as};

    const KEY: &str = "9e5c575e282ff8c2";

    fn opened(name: &str, bytes: &[u8]) -> Opened {
        let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
        open_as("pgp", &job, &[], &Limits::default())
    }

    #[test]
    fn an_encrypted_message_names_the_keys_that_open_it() {
        let bytes = include_bytes!("../../../fixtures/files/pgp/encrypted.asc");
        let job = Job { name: Some("a.asc"), place: "attachment[0]", inline: false, bytes };
        let file = open(&job, &[], &Limits::default()).attachment;
        assert_eq!(file.kind, "pgp");
        assert_eq!(file.encrypted, Some(true));
        assert_eq!(file.property("pgp.form"), Some("encrypted"));
        assert_eq!(file.property("pgp.encrypted-to"), Some("6063b5c6fb1d4ea1"));
        assert_eq!(file.property("pgp.algorithm"), Some("rsa"));
    }

    #[test]
    fn a_clear_signed_text_is_read_with_its_signer() {
        let bytes = include_bytes!("../../../fixtures/files/pgp/clear-signed.asc");
        let opened = opened("a.asc", bytes);
        assert_eq!(opened.attachment.text, "signed text\nhttps://files.example/a");
        assert_eq!(opened.attachment.property("pgp.signature-key"), Some(KEY));
        assert_eq!(opened.attachment.property("pgp.signed"), Some("2026-11-21T04:33:43Z"));
        assert!(opened.sources.iter().any(|s| s.place == "attachment[0]:text"));
    }

    #[test]
    fn a_signed_and_compressed_file_is_opened() {
        let file = opened("a.pgp", include_bytes!("../../../fixtures/files/pgp/signed.pgp")).attachment;
        assert_eq!(file.property("pgp.signature-key"), Some(KEY));
        assert_eq!(file.children[0].name.as_deref(), Some("p.txt"));
        assert_eq!(file.children[0].text, "signed text\nhttps://files.example/a");
    }

    #[test]
    fn a_key_tells_its_owner_and_fingerprint() {
        let file = opened("a.asc", include_bytes!("../../../fixtures/files/pgp/key.asc")).attachment;
        assert_eq!(file.property("pgp.user"), Some("Yamada <yamada@example.co.jp>"));
        assert_eq!(file.property("pgp.key-fingerprint"), Some("3bfe577266a04b48993d01579e5c575e282ff8c2"));
    }

    #[test]
    fn messages_cut_or_changed_anywhere_are_survived() {
        let bytes = include_bytes!("../../../fixtures/files/pgp/signed.pgp");
        for end in 0..bytes.len() {
            opened("a", &bytes[..end]);
            let mut wild = bytes.to_vec();
            wild[end] = 0xff;
            opened("a", &wild);
        }
        opened("a", &[0xff].repeat(10_000));
    }
}
