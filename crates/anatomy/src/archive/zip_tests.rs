use std::io::Write;

use crate::{Job, Limits, Opened, Password, open};

const CSV: &str = "079c7f8c11c1f937511ef9b17fdcc14345730c69d29d3d269175eb545ce02f45";
const MINUTES: &str = "696dc5ec5c25ef963f87819453635b10a44147a79a01a3e731a8ef78578717d1";

/// A zip being written: local headers and the directory.
#[derive(Default)]
struct Writer {
    local: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Writer {
    fn file(mut self, name: &[u8], content: &[u8]) -> Self {
        let packed = deflated(content);
        self.entry(name, name, 8, crc32fast::hash(content), &packed, content.len());
        self
    }

    fn entry(&mut self, name: &[u8], in_directory: &[u8], method: u16, crc: u32, packed: &[u8], size: usize) {
        let at = self.local.len();
        let fields = fields(method, crc, packed.len(), size);
        self.local.extend(b"PK\x03\x04\x14\0\0\0");
        self.local.extend(&fields);
        self.local.extend((name.len() as u16).to_le_bytes());
        self.local.extend([0, 0]);
        self.local.extend(name);
        self.local.extend(packed);
        self.point(in_directory, &fields, at);
    }

    fn point(&mut self, name: &[u8], fields: &[u8], at: usize) {
        self.directory.extend(b"PK\x01\x02\x14\0\x14\0\0\0");
        self.directory.extend(fields);
        self.directory.extend((name.len() as u16).to_le_bytes());
        self.directory.extend([0; 12]);
        self.directory.extend((at as u32).to_le_bytes());
        self.directory.extend(name);
        self.count += 1;
    }

    fn finish(self) -> Vec<u8> {
        let mut out = self.local;
        let start = out.len() as u32;
        out.extend(&self.directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend(self.count.to_le_bytes());
        out.extend(self.count.to_le_bytes());
        out.extend((self.directory.len() as u32).to_le_bytes());
        out.extend(start.to_le_bytes());
        out.extend([0, 0]);
        out
    }
}

/// Method, time, date, check sum and sizes, as they stand in both kinds of header.
fn fields(method: u16, crc: u32, packed: usize, size: usize) -> Vec<u8> {
    let mut out = method.to_le_bytes().to_vec();
    out.extend([0x80, 0x49, 0x07, 0x43]);
    out.extend(crc.to_le_bytes());
    out.extend((packed as u32).to_le_bytes());
    out.extend((size as u32).to_le_bytes());
    out
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(content).unwrap();
    writer.finish().unwrap()
}

fn opened_with(bytes: &[u8], passwords: &[Password], limits: &Limits) -> Opened {
    let job = Job { name: Some("a.zip"), place: "attachment[0]", inline: false, bytes };
    open(&job, passwords, limits)
}

fn opened(bytes: &[u8]) -> Opened {
    opened_with(bytes, &[], &Limits::default())
}

fn ids(opened: &Opened) -> Vec<&str> {
    opened.oddities.iter().map(|o| o.id.as_str()).collect()
}

fn names(opened: &Opened) -> Vec<&str> {
    opened.attachment.children.iter().map(|c| c.name.as_deref().unwrap_or("")).collect()
}

fn passwords(values: &[&str]) -> Vec<Password> {
    values.iter().map(|value| Password { value: (*value).to_owned(), from: "body".to_owned() }).collect()
}

fn told(opened: &Opened, name: &str) -> Vec<String> {
    opened.attachment.properties.iter().filter(|p| p.name == name).map(|p| p.value.clone()).collect()
}

#[test]
fn files_with_japanese_names_are_opened_in_the_charset_of_their_archive() {
    for (first, second) in [
        (&b"\x90\xbf\x8b\x81\x8f\x91.txt"[..], &b"\x82\xe8\x82\xf1\x82\xb2.txt"[..]),
        (b"\xc0\xc1\xb5\xe1\xbd\xf1.txt", b"\xa4\xea\xa4\xf3\xa4\xb4.txt"),
        ("請求書.txt".as_bytes(), "りんご.txt".as_bytes()),
    ] {
        let zip = Writer::default().file(first, b"one").file(second, b"two").finish();
        let opened = opened(&zip);
        assert_eq!(names(&opened), ["請求書.txt", "りんご.txt"]);
        assert_eq!(opened.attachment.children[1].sha256, forensics::hash::sha256(b"two"));
        assert_eq!(opened.attachment.children[0].properties[0].value, "2013-08-07T09:12:00");
        assert_eq!(ids(&opened), Vec::<&str>::new());
    }
}

#[test]
fn every_method_that_is_in_use_is_decompressed() {
    for (bytes, method) in [
        (&include_bytes!("../../../../fixtures/files/archive/lzma.zip")[..], "lzma"),
        (include_bytes!("../../../../fixtures/files/archive/ppmd.zip"), "ppmd"),
        (include_bytes!("../../../../fixtures/files/archive/bzip2.zip"), "bzip2"),
        (include_bytes!("../../../../fixtures/files/archive/deflate64.zip"), "deflate64"),
    ] {
        let opened = opened(bytes);
        assert_eq!(told(&opened, "archive.method"), [method]);
        assert_eq!(names(&opened), ["見積.csv"]);
        assert_eq!((opened.attachment.children[0].sha256.as_str(), ids(&opened)), (CSV, vec![]), "{method}");
    }
}

#[test]
fn the_password_that_was_told_opens_both_ciphers_and_is_recorded() {
    for (bytes, cipher) in [
        (&include_bytes!("../../../../fixtures/files/archive/aes256.zip")[..], "AES-256"),
        (include_bytes!("../../../../fixtures/files/archive/zipcrypto.zip"), "ZipCrypto"),
    ] {
        let words = crate::passwords::told(&[("body", "解凍パスワードは Sakura-77 です。")]);
        let all: Vec<Password> = passwords(&["wrong", "himitsu"]).into_iter().chain(words).collect();
        let opened = opened_with(bytes, &all, &Limits::default());
        assert!(told(&opened, "archive.encryption")[0].starts_with(cipher));
        let files = &opened.attachment.children;
        assert_eq!([&files[0].sha256, &files[1].sha256], [MINUTES, CSV], "{cipher}");
        for file in files {
            assert_eq!(file.password.as_deref(), Some("Sakura-77"));
            assert_eq!(file.password_from.as_deref(), Some("body"));
            assert_eq!(file.encrypted, Some(true));
        }
        assert_eq!(ids(&opened), Vec::<&str>::new());
    }
}

#[test]
fn what_no_password_opens_is_listed_and_told_once() {
    // Some of so many wrong ones pass the one-byte check of the old cipher, none the check sum.
    for (bytes, count) in [
        (&include_bytes!("../../../../fixtures/files/archive/aes256.zip")[..], 5),
        (include_bytes!("../../../../fixtures/files/archive/zipcrypto.zip"), 1_000),
    ] {
        let many: Vec<String> = (0..count).map(|n| format!("wrong-{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let limits = Limits { passwords: 1_000, ..Limits::default() };
        let opened = opened_with(bytes, &passwords(&many), &limits);
        assert_eq!(names(&opened), ["minutes.txt", "見積.csv"]);
        assert!(opened.attachment.children.iter().all(|c| c.sha256.is_empty() && c.encrypted == Some(true)));
        assert_eq!(ids(&opened), ["password-unknown"]);
    }
}

#[test]
fn an_entry_that_cannot_be_proven_does_not_keep_the_others_closed() {
    // The smallest entry's check sum is broken: the password shows on the other one.
    let mut bytes = include_bytes!("../../../../fixtures/files/archive/zipcrypto.zip").to_vec();
    let directory = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    bytes[directory + 16] ^= 0xff;
    bytes[directory + 24] ^= 0x01;
    let opened = opened_with(&bytes, &passwords(&["Sakura-77"]), &Limits::default());
    assert_eq!(opened.attachment.children[1].sha256, CSV);
}

#[test]
fn a_wrong_check_sum_and_a_wrong_size_are_told() {
    let mut writer = Writer::default();
    writer.entry(b"a.txt", b"a.txt", 8, 7, &deflated(b"hello"), 5);
    writer.entry(b"b.txt", b"b.txt", 0, crc32fast::hash(b"hello"), b"hello", 9);
    let opened = opened(&writer.finish());
    assert_eq!(ids(&opened), ["archive-crc-wrong", "archive-size-wrong"]);
    assert_eq!(opened.attachment.children[0].sha256, forensics::hash::sha256(b"hello"));
}

#[test]
fn an_archive_that_is_cut_gives_what_is_there() {
    let content: Vec<u8> = (0..60_000u32).map(|n| (n * n / 7) as u8).collect();
    let zip = Writer::default().file(b"a.bin", b"first").file(b"b.bin", &content).finish();
    let opened = opened(&zip[..zip.len() / 2]);
    assert_eq!(names(&opened), ["a.bin", "b.bin"]);
    assert!(opened.attachment.children[1].size > 100);
    assert_eq!(ids(&opened), ["archive-directory-lost", "archive-cut", "archive-undecodable"]);
}

#[test]
fn headers_that_disagree_and_files_that_no_directory_names_are_told() {
    let mut writer = Writer::default();
    writer.entry(b"harmless.txt", b"program.exe", 0, crc32fast::hash(b"x1"), b"x1", 2);
    assert_eq!(ids(&opened(&writer.finish())), ["archive-headers-differ"]);

    // Two archives one after the other: Explorer shows the last one, other programs the first.
    let first = Writer::default().file(b"seen.txt", b"by some").finish();
    let both = [first, Writer::default().file(b"other.txt", b"by others").finish()].concat();
    let opened = opened(&both);
    assert_eq!(names(&opened), ["other.txt", "seen.txt"]);
    assert_eq!(ids(&opened), ["archive-data-before", "archive-entries-hidden"]);
    assert_eq!(opened.attachment.children[1].sha256, forensics::hash::sha256(b"by some"));
}

#[test]
fn names_that_escape_or_come_twice_and_data_after_the_end_are_told() {
    let mut zip = Writer::default().file(b"../up.txt", b"1").file(b"a", b"2").file(b"a", b"3").finish();
    zip.extend(b"more");
    assert_eq!(ids(&opened(&zip)), ["archive-data-after", "archive-path-escapes", "archive-names-twice"]);
}

#[test]
fn entries_that_share_their_data_are_unpacked_once() {
    let kernel = deflated(&vec![0; 1 << 20]);
    let crc = crc32fast::hash(&vec![0; 1 << 20]);
    let mut writer = Writer::default();
    writer.entry(b"0", b"0", 8, crc, &kernel, 1 << 20);
    for name in [b"1", b"2", b"3"] {
        writer.point(name, &fields(8, crc, kernel.len(), 1 << 20), 0);
    }
    let opened = opened(&writer.finish());
    let unpacked = opened.attachment.children.iter().filter(|c| !c.sha256.is_empty()).count();
    assert_eq!((opened.attachment.children.len(), unpacked), (4, 1));
    assert_eq!(ids(&opened).iter().filter(|id| **id == "archive-entries-overlap").count(), 3);
}

#[test]
fn a_bomb_is_cut_at_the_ratio_and_what_came_out_counts() {
    let limits = Limits { ratio: 100, ratio_free_bytes: 10_000, ..Limits::default() };
    let zip = Writer::default().file(b"zeros", &vec![0; 1 << 20]).finish();
    let opened = opened_with(&zip, &[], &limits);
    assert_eq!(ids(&opened), ["unpacked-size-limit"]);
    assert!(opened.attachment.children[0].size < 200_000);
}

#[test]
fn archives_in_archives_end_at_the_depth_and_at_the_sum_of_all_bytes() {
    // Four zips in four zips in four zips … of zeros: what 42.zip does, with less.
    let mut zip = Writer::default().file(b"zeros", &vec![0; 1 << 20]).finish();
    for _ in 0..4 {
        let mut writer = Writer::default();
        for index in 0..4u8 {
            writer = writer.file(&[b'a' + index], &zip);
        }
        zip = writer.finish();
    }
    let limits = Limits { all_bytes: 20 << 20, ..Limits::default() };
    let got = opened_with(&zip, &[], &limits);
    assert!(ids(&got).contains(&"unpacked-size-limit"));
    let limits = Limits { depth: 2, ..Limits::default() };
    let got = opened_with(&zip, &[], &limits);
    assert!(ids(&got).contains(&"nesting-limit"));

    let mut nested = Writer::default().file(b"end.txt", b"end").finish();
    for _ in 0..100 {
        nested = Writer::default().file(b"in.zip", &nested).finish();
    }
    assert_eq!(ids(&opened(&nested)), ["nesting-limit"]);
}

#[test]
fn only_so_many_files_are_told() {
    let mut writer = Writer::default();
    for index in 0..5_000 {
        writer.entry(format!("{index}").as_bytes(), format!("{index}").as_bytes(), 0, 0, b"", 0);
    }
    let opened = opened(&writer.finish());
    assert_eq!(opened.attachment.children.len(), Limits::default().files);
    assert_eq!(ids(&opened), ["files-limit"]);
    assert_eq!(told(&opened, "archive.entries"), ["5000"]);
}

#[test]
fn no_cut_and_no_flipped_byte_makes_it_panic() {
    for whole in [
        &include_bytes!("../../../../fixtures/files/archive/aes256.zip")[..],
        include_bytes!("../../../../fixtures/files/archive/ppmd.zip"),
        include_bytes!("../../../../fixtures/files/archive/lzma.zip"),
        include_bytes!("../../../../fixtures/files/archive/deflate64.zip"),
    ] {
        let words = passwords(&["Sakura-77"]);
        for at in (0..whole.len()).step_by(71) {
            opened_with(&whole[..at], &words, &Limits::default());
            let mut flipped = whole.to_vec();
            flipped[at] ^= 0xff;
            opened_with(&flipped, &words, &Limits::default());
        }
    }
}
