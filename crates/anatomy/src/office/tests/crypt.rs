//! Encrypted documents.

use md5::{Digest, Md5};

use super::super::crypt::Lock;
use super::super::crypt::cipher::{Hash, Rc4};
use super::super::crypt::xor::Xor;
use super::binary::{compound, excel, records, word_streams};
use super::*;

const AGILE: &[u8] = include_bytes!("../../../../../fixtures/files/office/agile-sakura-2020.docx");

#[test]
fn the_right_password_among_others_opens_an_agile_document() {
    let opened = open_with("a.docx", AGILE, &["wrong", "sakura-2020"]);
    let file = &opened.attachment;
    assert_eq!(file.encrypted, Some(true));
    assert_eq!(
        (file.password.as_deref(), file.password_from.as_deref()),
        (Some("sakura-2020"), Some("body"))
    );
    assert_eq!(property(file, "document.encryption"), ["agile AES-256 SHA-512 100000 rounds"]);
    assert_eq!(property(file, "document.author"), ["山田 太郎"]);
    assert!(file.text.contains("https://files.example/agenda"));
}

#[test]
fn without_the_password_it_stays_shut_and_says_so() {
    let opened = open("a.docx", AGILE);
    assert_eq!((opened.attachment.encrypted, &opened.attachment.password), (Some(true), &None));
    assert!(odd(&opened, "password-unknown"));
}

#[test]
fn the_built_in_password_needs_nobody_to_tell_it() {
    let opened = open("a.xlsx", include_bytes!("../../../../../fixtures/files/office/agile-built-in.xlsx"));
    assert_eq!(opened.attachment.password_from.as_deref(), Some("built-in"));
    assert_eq!(opened.attachment.text, "見積書 合計");
}

#[test]
fn the_work_of_checking_passwords_is_bounded() {
    let job = Job { name: Some("a.docx"), place: "a", inline: false, bytes: AGILE };
    let limits = Limits { hashes: 100_000, ..Limits::default() };
    let opened = crate::open(&job, &[], &limits);
    assert!(odd(&opened, "document-spin-limit") && odd(&opened, "password-unknown"));
}

#[test]
fn an_encrypted_document_that_is_cut_is_told() {
    let opened = open_with("a.docx", AGILE.get(..AGILE.len() - 8_192).unwrap(), &["sakura-2020"]);
    assert!(odd(&opened, "document-decryption-damaged"), "{:?}", opened.oddities);
}

fn wide(password: &str) -> Vec<u8> {
    password.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// What describes a 40-bit RC4 lock, and the key behind it.
fn legacy(password: &str) -> (Vec<u8>, Vec<u8>) {
    let salt = [3u8; 16];
    let first = Md5::digest(wide(password));
    let mut hash = Md5::new();
    for _ in 0..16 {
        hash.update(&first[..5]);
        hash.update(salt);
    }
    let key = hash.finalize()[..5].to_vec();
    let mut input = [9u8; 16];
    let mut value = Md5::digest(input).to_vec();
    let mut stream = legacy_stream(&key, 0);
    stream.apply(&mut input);
    stream.apply(&mut value);
    ([&[1, 0, 1, 0][..], &salt, &input, &value].concat(), key)
}

fn legacy_stream(key: &[u8], block: u32) -> Rc4 {
    Rc4::new(&Md5::digest([key, &block.to_le_bytes()].concat()))
}

#[test]
fn a_word_document_under_rc4_is_opened() {
    let (info, key) = legacy("hana");
    let (mut word, mut table) = word_streams("秘密の本文");
    word[11] |= 1;
    for (stream, plain) in [(&mut word, 0x44), (&mut table, info.len())] {
        let head = stream[..plain].to_vec();
        for (index, block) in (0u32..).zip(stream.chunks_mut(512)) {
            legacy_stream(&key, index).apply(block);
        }
        stream[..plain].copy_from_slice(&head);
    }
    table[..info.len()].copy_from_slice(&info);
    let bytes = compound(&[("WordDocument", word), ("1Table", table)]);
    let opened = open_with("a.doc", &bytes, &["x", "hana"]);
    assert_eq!(opened.attachment.text, "秘密の本文");
    assert_eq!(opened.attachment.password.as_deref(), Some("hana"));
    assert!(odd(&open("a.doc", &bytes), "password-unknown"));
}

/// A workbook behind a FilePass record, its data encrypted with the key streams of `stream`.
fn sealed(pass: &[u8], stream: impl Fn(u32) -> Rc4) -> Vec<u8> {
    let length = u16::try_from(pass.len()).unwrap().to_le_bytes();
    let mut plain = [b"\x2f\0", &length[..], pass, &records()].concat();
    // The first record is 20 bytes long.
    let mut whole = [vec![0; 20], plain.clone()].concat();
    for (index, block) in (0u32..).zip(whole.chunks_mut(1_024)) {
        stream(index).apply(block);
    }
    let mut at = 4 + pass.len();
    while at < plain.len() {
        let kind = u16::from_le_bytes([plain[at], plain[at + 1]]);
        let end = at + 4 + usize::from(u16::from_le_bytes([plain[at + 2], plain[at + 3]]));
        let from = at + 4 + if kind == 0x85 { 4 } else { 0 };
        if from < end {
            plain[from..end].copy_from_slice(&whole[20 + from..20 + end]);
        }
        at = end;
    }
    excel(&plain)
}

#[test]
fn a_workbook_under_the_built_in_password_is_opened_and_its_links_told() {
    let (info, key) = legacy("VelvetSweatshop");
    let bytes = sealed(&[&[1, 0][..], &info].concat(), |block| legacy_stream(&key, block));
    let opened = open("a.xls", &bytes);
    assert_eq!(opened.attachment.password_from.as_deref(), Some("built-in"));
    assert!(told(&opened, "dde-command"));
    assert_eq!(opened.attachment.text, "abc");
}

#[test]
fn a_workbook_under_rc4_cryptoapi_is_opened() {
    let salt = [5u8; 16];
    let key = Hash::Sha1.of(&[&salt, &wide("momo")]);
    let stream = |block: u32| Rc4::new(&Hash::Sha1.of(&[&key, &block.to_le_bytes()])[..16]);
    let mut input = [1u8; 16];
    let mut value = Hash::Sha1.of(&[&input]);
    let mut first = stream(0);
    first.apply(&mut input);
    first.apply(&mut value);
    let numbers = |all: &[u32]| -> Vec<u8> { all.iter().flat_map(|n| n.to_le_bytes()).collect() };
    let header = numbers(&[4, 0, 0x6801, 0x8004, 128, 1, 0, 0]);
    let info = [
        &[1, 0, 4, 0, 2, 0][..],
        &numbers(&[4, 32]),
        &header,
        &numbers(&[16]),
        &salt,
        &input,
        &numbers(&[20]),
        &value,
    ]
    .concat();
    let opened = open_with("a.xls", &sealed(&info, stream), &["momo"]);
    assert_eq!(property(&opened.attachment, "document.encryption"), ["RC4 CryptoAPI 128 bits SHA-1"]);
    assert_eq!(opened.attachment.text, "abc");
}

/// AES in the other direction, block by block.
fn aes_sealed(key: &[u8], data: &mut [u8]) {
    use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
    let cipher = aes::Aes128::new_from_slice(key).unwrap();
    for block in data.chunks_exact_mut(16) {
        let mut state = Array::from(<[u8; 16]>::try_from(&*block).unwrap());
        cipher.encrypt_block(&mut state);
        block.copy_from_slice(&state);
    }
}

#[test]
fn a_document_under_standard_encryption_is_opened() {
    let salt = [7u8; 16];
    let spun = Hash::Sha1.spun(&salt, &wide("umi"), 50_000);
    let last = Hash::Sha1.of(&[&spun, &[0; 4]]);
    let mut pad = [0x36u8; 64];
    pad.iter_mut().zip(&last).for_each(|(slot, byte)| *slot ^= byte);
    let key = Hash::Sha1.of(&[&pad])[..16].to_vec();
    let mut input = [4u8; 16];
    let mut value = Hash::Sha1.of(&[&input]);
    value.resize(32, 0);
    aes_sealed(&key, &mut input);
    aes_sealed(&key, &mut value);
    let numbers = |all: &[u32]| -> Vec<u8> { all.iter().flat_map(|n| n.to_le_bytes()).collect() };
    let info = [
        &[3, 0, 2, 0][..],
        &numbers(&[0x24, 32, 0x24, 0, 0x660e, 0x8004, 128, 0x18, 0, 0, 16]),
        &salt,
        &input,
        &numbers(&[20]),
        &value,
    ]
    .concat();
    let plain = include_bytes!("../../../../../fixtures/files/office/estimate.xlsx");
    let mut sealed = plain.to_vec();
    sealed.resize(sealed.len().next_multiple_of(16), 0);
    aes_sealed(&key, &mut sealed);
    let package = [&(plain.len() as u64).to_le_bytes()[..], &sealed].concat();
    let bytes = compound(&[("EncryptionInfo", info), ("EncryptedPackage", package)]);
    let opened = open_with("a.xlsx", &bytes, &["umi"]);
    assert_eq!(property(&opened.attachment, "document.encryption"), ["standard AES-128 SHA-1 50000 rounds"]);
    assert_eq!(opened.attachment.text, "見積書 合計");
    assert!(!odd(&opened, "document-decryption-damaged"));
}

#[test]
fn a_workbook_under_xor_obfuscation_is_opened() {
    let lock = Xor { verifier: 0x9a0a };
    let array = lock.key("VelvetSweatshop").unwrap();
    let mut plain = [&b"\x2f\0\x06\0\0\0\0\0\x0a\x9a"[..], &records()].concat();
    let mut at = 10;
    while at < plain.len() {
        let sheet = plain[at] == 0x85;
        let end = at + 4 + usize::from(u16::from_le_bytes([plain[at + 2], plain[at + 3]]));
        let from = at + 4 + if sheet { 4 } else { 0 };
        // Of the stream, twenty bytes stand before these.
        for (byte, index) in plain[from..end].iter_mut().zip(end + 20..) {
            *byte = byte.rotate_left(5) ^ array[index % 16];
        }
        at = end;
    }
    let opened = open("a.xls", &excel(&plain));
    assert_eq!(property(&opened.attachment, "document.encryption"), ["XOR obfuscation"]);
    assert_eq!(opened.attachment.text, "abc");
    assert!(told(&opened, "dde-command"));
}
