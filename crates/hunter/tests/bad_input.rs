//! Whatever lies in the way, the sweep finishes and says what it could not read.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "in a test, a panic is the report"
)]

mod common;

use std::io::Write;
use std::path::Path;

use common::{run, set, settings, sweep_text};

const LINE: &str = "14-Nov-2023 22:13:20.004 queries: info: client @0x7f 198.51.100.9#10158 (www.evil.example): query: www.evil.example IN A +E(0)K (203.0.113.53)\n";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(text).unwrap();
    out.finish().unwrap()
}

/// A zip with stored members.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    for (name, content) in members {
        let offset = u32::try_from(out.len()).unwrap();
        let size = u32::try_from(content.len()).unwrap().to_le_bytes();
        let name_size = u16::try_from(name.len()).unwrap().to_le_bytes();
        let crc = crc32fast::hash(content).to_le_bytes();
        let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &crc, &size, &size, &name_size, &[0, 0]].concat();
        out.extend([b"PK\x03\x04".as_slice(), &common, name.as_bytes(), content].concat());
        directory.extend(
            [b"PK\x01\x02\x14\x00".as_slice(), &common, &[0; 10], &offset.to_le_bytes(), name.as_bytes()]
                .concat(),
        );
    }
    let offset = u32::try_from(out.len()).unwrap().to_le_bytes();
    let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
    let count = u16::try_from(members.len()).unwrap().to_le_bytes();
    out.extend(directory);
    out.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &size, &offset, &[0, 0]].concat());
    out
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members {
        let mut head = [0u8; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        head[148..156].fill(b' ');
        head[156] = b'0';
        head[257..262].copy_from_slice(b"ustar");
        let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend(head);
        out.extend_from_slice(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

#[track_caller]
fn check(name: &str, bytes: &[u8], paths: &[&str], whys: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    std::fs::write(folder.path().join("zz.log"), LINE).unwrap();
    let (hits, summary) = run(&set("evil.example\n"), &settings(&[folder.path()]));
    let short = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let mut found: Vec<String> =
        hits.iter().map(|(path, hit)| format!("{}:{}", short(path), hit.line)).collect();
    assert_eq!(
        found.pop().as_deref(),
        Some("zz.log:1"),
        "the next log is read whatever comes before it: {summary:?}"
    );
    assert_eq!(found, paths, "{summary:?}");
    let told: Vec<&str> = summary.unread.iter().map(|unread| unread.why).collect();
    assert_eq!(told, whys, "{summary:?}");
}

#[test]
fn compressed_logs_and_archives_are_read_as_they_are() {
    let two = LINE.repeat(2);
    check("a.log.gz", &gzip(two.as_bytes()), &["a.log.gz:1", "a.log.gz:2"], &[]);
    // Two streams one after the other, as logrotate with append makes them.
    check("a.gz", &[gzip(LINE.as_bytes()), gzip(LINE.as_bytes())].concat(), &["a.gz:1", "a.gz:2"], &[]);
    let mut bz2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    bz2.write_all(LINE.as_bytes()).unwrap();
    check("a.bz2", &bz2.finish().unwrap(), &["a.bz2:1"], &[]);
    let zst = ruzstd::encoding::compress_to_vec(LINE.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    check("a.zst", &[zst.clone(), zst].concat(), &["a.zst:1", "a.zst:2"], &[]);
    let inner = zip(&[("deep.log", LINE.as_bytes())]);
    let members =
        [("b.log", LINE.as_bytes()), ("c.log.gz", &gzip(LINE.as_bytes())[..]), ("d.zip", &inner[..])];
    check("a.zip", &zip(&members), &["a.zip!b.log:1", "a.zip!c.log.gz:1", "a.zip!d.zip!deep.log:1"], &[]);
    check(
        "a.tar.gz",
        &gzip(&tar(&members)),
        &["a.tar.gz!b.log:1", "a.tar.gz!c.log.gz:1", "a.tar.gz!d.zip!deep.log:1"],
        &[],
    );
}

#[test]
fn what_is_damaged_is_searched_up_to_there_and_told() {
    // Enough that something comes out before the cut.
    let many: Vec<u8> = (0..20_000)
        .flat_map(|n| format!("{n} 198.51.100.9 n{}.test\n", n * 7919 % 1000).into_bytes())
        .collect();
    let text = [LINE.as_bytes(), &many].concat();
    let cut = gzip(&text);
    check("a.gz", &cut[..cut.len() / 2], &["a.gz:1"], &["damaged"]);
    let mut flipped = cut.clone();
    let middle = flipped.len() / 2;
    flipped[middle..middle + 40].fill(0xff);
    check("a.gz", &flipped, &["a.gz:1"], &["damaged"]);
    check("a.gz", b"\x1f\x8b\x08 no gzip at all", &[], &["damaged"]);
    check("a.zip", b"PK\x03\x04 no zip at all", &[], &["damaged"]);
    let whole = zip(&[("b.log", LINE.as_bytes())]);
    check("a.zip", &whole[..whole.len() - 30], &[], &["damaged"]);
    check("a.7z", b"7z\xbc\xaf\x27\x1c rest", &[], &["unknown-archive"]);
    check("a.evtx", b"ElfFile\0 rest", &[], &["not-a-log"]);
    let mut encrypted = whole.clone();
    let at = memchr::memmem::find(&encrypted, b"PK\x01\x02").unwrap();
    encrypted[at + 8] |= 1;
    check("a.zip", &encrypted, &[], &["encrypted"]);
    let mut deep = LINE.as_bytes().to_vec();
    for _ in 0..6 {
        deep = zip(&[("x.zip", &deep)]);
    }
    check("a.zip", &deep, &[], &["too-deep"]);
    let damaged_tar = &tar(&[("b.log", LINE.as_bytes()), ("c.log", LINE.as_bytes())])[..640];
    check("a.tar", damaged_tar, &["a.tar!b.log:1"], &["damaged"]);
}

#[test]
fn empty_nul_and_mixed_logs_are_read() {
    check("a.log", b"", &[], &[]);
    check(
        "a.log",
        &[b"\0\0\0\n".as_slice(), LINE.as_bytes(), b"\0evil.example\0"].concat(),
        &["a.log:2", "a.log:3"],
        &[],
    );
    check("a.log", b"\xef\xbb\xbfat evil.example\r\n", &["a.log:1"], &[]);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("a\r\nat evil.example 件\r\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    check("a.log", &utf16, &["a.log:2"], &[]);
    // CP932 and UTF-8 in one log.
    check(
        "a.log",
        b"\x90\xbf\x8b\x81 evil.example\n\xe8\xab\x8b evil.example\n",
        &["a.log:1", "a.log:2"],
        &[],
    );
    // No end of line at the end of the log.
    check("a.log", LINE.trim_end().as_bytes(), &["a.log:1"], &[]);
}

#[test]
fn a_line_of_a_hundred_megabytes_is_searched_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(b"first\n").unwrap();
    let filler = b"some text without an end. ".repeat(40_000);
    // Hits anywhere, also across the seams of the pieces.
    for _ in 0..100 {
        file.write_all(&filler).unwrap();
    }
    file.write_all(b" evil.example ").unwrap();
    file.write_all(&filler).unwrap();
    file.write_all(b"\nlast evil.example\n").unwrap();
    drop(file);
    let (hits, summary) = run(&set("evil.example\n"), &settings(&[&path]));
    let lines: Vec<u64> = hits.iter().map(|(_, hit)| hit.line).collect();
    assert_eq!(lines, [2, 3], "{summary:?}");
    assert_eq!(hits[0].1.offset, 6 + 100 * filler.len() as u64 + 1);
    assert_eq!(summary.lines(), 3);
    assert_eq!(summary.bytes(), std::fs::metadata(&path).unwrap().len());
}

#[test]
fn a_value_across_a_seam_is_found_once() {
    let set = set("evil.example\n");
    for shift in [0usize, 5, 12, 4096] {
        let mut text = vec![b'x'; (1 << 20) - shift - 7];
        text.extend_from_slice(b" evil.example ");
        text.resize(3 << 20, b'y');
        text.push(b'\n');
        let (hits, _) = sweep_text(&set, &text);
        assert_eq!(
            hits.iter().map(|hit| (hit.line, hit.offset)).collect::<Vec<_>>(),
            [(1, (1 << 20) - shift as u64 - 6)],
            "{shift}"
        );
    }
}

#[test]
fn a_sparse_file_is_read_like_its_zeros() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sparse.log");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(LINE.as_bytes()).unwrap();
    file.set_len(64 << 20).unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::End(0)).unwrap();
    file.write_all(b"\n198.51.100.9 evil.example\n").unwrap();
    let (hits, summary) = run(&set("evil.example\n"), &settings(&[&path]));
    assert_eq!(hits.iter().map(|(_, hit)| hit.line).collect::<Vec<_>>(), [1, 3], "{summary:?}");
}

#[test]
fn dates_that_cannot_be_hide_no_hit() {
    let text = LINE.replace("14-Nov-2023", "99-Foo-2023") + &LINE.replace("22:13:20.004", "77:99:00");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    std::fs::write(&path, text).unwrap();
    let mut settings = settings(&[&path]);
    settings.since = Some("2030-01-01T00:00:00Z".parse().unwrap());
    let (hits, _) = run(&set("evil.example\n"), &settings);
    assert_eq!(hits.iter().map(|(_, hit)| hit.time).collect::<Vec<_>>(), [None, None]);
}

#[test]
fn hits_outside_of_the_time_asked_for_are_counted_only() {
    let text = LINE.to_owned() + &LINE.replace("2023", "2022");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    std::fs::write(&path, text).unwrap();
    let mut settings = settings(&[&path]);
    settings.since = Some("2023-01-01T00:00:00Z".parse().unwrap());
    let (hits, summary) = run(&set("evil.example\n"), &settings);
    assert_eq!((hits.len(), summary.hits, summary.out_of_time), (1, 1, 1));
}

#[test]
fn what_is_not_there_or_forbidden_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (hits, summary) = run(
        &set("evil.example\n"),
        &settings(&[&folder.path().join("none.log"), &folder.path().join("*.none")]),
    );
    assert_eq!(hits.len(), 0);
    assert_eq!(summary.unread.iter().map(|unread| unread.why).collect::<Vec<_>>(), ["missing", "missing"]);
    assert!(summary.is_incomplete());
    #[cfg(unix)]
    {
        let link = folder.path().join("link.log");
        std::os::unix::fs::symlink("/etc/hostname", link).unwrap();
        let (_, summary) = run(&set("evil.example\n"), &settings(&[folder.path()]));
        assert_eq!(summary.unread.iter().map(|unread| unread.why).collect::<Vec<_>>(), ["not-followed"]);
        assert!(!summary.is_incomplete(), "a link is told, and is no reason for an exit code");
    }
}

#[test]
fn patterns_name_files_in_any_part_of_a_path() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a/q1.log", "b/q2.log", "b/other.txt"] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, LINE).unwrap();
    }
    let pattern = folder.path().join("*/q?.log");
    let (hits, _) = run(&set("evil.example\n"), &settings(&[&pattern]));
    assert_eq!(hits.len(), 2);
}

#[test]
fn a_bomb_is_stopped_and_told() {
    // 384 MiB of nothing in 12 KiB of zstd: blocks that repeat one byte.
    let mut bomb = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x50];
    for _ in 0..(3 << 10) {
        // Block header: not the last, type 1 (repeat), 128 KiB.
        let header: u32 = (131_072 << 3) | (1 << 1);
        bomb.extend_from_slice(&header.to_le_bytes()[..3]);
        bomb.push(b'\n');
    }
    check("a.zst", &bomb, &[], &["expands-too-much"]);
}

#[test]
fn nothing_is_written_into_the_evidence() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.log"), LINE).unwrap();
    std::fs::write(folder.path().join("b.zip"), zip(&[("b.log", LINE.as_bytes())])).unwrap();
    let look = |path: &Path| {
        let mut all: Vec<_> = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                (path.clone(), std::fs::read(&path).unwrap(), path.metadata().unwrap().modified().unwrap())
            })
            .collect();
        all.sort();
        all
    };
    let before = look(folder.path());
    let mut settings = settings(&[folder.path()]);
    settings.with_digests = true;
    let (hits, summary) = run(&set("evil.example\n"), &settings);
    assert_eq!(hits.len(), 2);
    assert_eq!(look(folder.path()), before);
    use sha2::{Digest, Sha256};
    for file in &summary.files {
        let expect: String =
            Sha256::digest(std::fs::read(&file.path).unwrap()).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(file.sha256.as_deref(), Some(expect.as_str()), "{}", file.path);
    }
}
