//! Help files made by two compilers, and one built byte by byte.

use std::io::Read;

use crate::Opened;
use crate::testing::{ids, open};

const HELP: &[u8] = include_bytes!("../../../../fixtures/files/archive/help.chm.gz");
const HALIBUT: &[u8] = include_bytes!("../../../../fixtures/files/archive/help-halibut.chm.gz");

fn inflated(packed: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut out).unwrap();
    out
}

fn names(opened: &Opened) -> Vec<&str> {
    opened.attachment.children.iter().map(|c| c.name.as_deref().unwrap_or("")).collect()
}

fn odd(opened: &Opened) -> Vec<&str> {
    opened.oddities.iter().map(|o| o.id.as_str()).collect()
}

/// A help file whose files are all stored.
fn stored(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut content = Vec::new();
    let mut list = Vec::new();
    for (name, bytes) in files {
        list.push(u8::try_from(name.len()).unwrap());
        list.extend(name.as_bytes());
        list.push(0);
        list.extend([0x80 | (content.len() >> 7) as u8, content.len() as u8 & 0x7f]);
        list.extend([0x80 | (bytes.len() >> 7) as u8, bytes.len() as u8 & 0x7f]);
        content.extend_from_slice(bytes);
    }
    let mut out = b"ITSF\x03\0\0\0\x60\0\0\0\x01\0\0\0".to_vec();
    out.resize(0x60, 0);
    out[0x14..0x18].copy_from_slice(&0x411u32.to_le_bytes());
    out[0x48..0x50].copy_from_slice(&0x60u64.to_le_bytes());
    let start = 0x60 + 0x54 + 4096;
    out[0x58..0x60].copy_from_slice(&u64::try_from(start).unwrap().to_le_bytes());
    let mut head = b"ITSP\x01\0\0\0\x54\0\0\0\x0a\0\0\0\0\x10\0\0".to_vec();
    head.resize(0x54, 0);
    head[0x2c] = 1;
    out.extend(head);
    let mut chunk = b"PMGL".to_vec();
    chunk.extend(u32::try_from(4096 - 0x14 - list.len()).unwrap().to_le_bytes());
    chunk.resize(0x14, 0);
    chunk.extend(list);
    chunk.resize(4096, 0);
    out.extend(chunk);
    out.extend(content);
    out
}

#[test]
fn pages_and_files_of_a_help_file_are_opened_as_far_as_its_frames_go() {
    let opened = open("a.chm", "chm", &inflated(HELP));
    assert_eq!(names(&opened), ["_#_README_#_", "click.html", "index.html", "long.txt", "toc.hhc"]);
    let long = &opened.attachment.children[3];
    assert_eq!(long.size, 93_421);
    assert!(long.text.starts_with("0: the same words again and again\nthe same words"));
    assert_eq!(long.sha256, "2e20f6daff4b8315d89f7bb9cf8c533331561e7594f16c3f636089eac3afe502");
    assert_eq!(odd(&opened), [""; 0]);
    assert!(opened.sources.iter().any(|s| s.text == "http://start.example.com/x"));
    assert!(ids(&opened).contains(&"help-runs-command"));
    assert!(opened.tells.iter().any(|t| t.why.contains("calc.exe /a http://run.example.com/y")));
}

#[test]
fn what_a_help_file_says_of_itself_is_told() {
    let opened = open("a.chm", "chm", &inflated(HELP));
    let has = |name: &str, value: &str| {
        opened.attachment.properties.iter().any(|p| p.name == name && p.value == value)
    };
    assert!(has("document.title", "見積書"), "{:?}", opened.attachment.properties);
    assert!(has("help.first-page", "index.html"));
    assert!(has("document.language", "ja-JP"));
}

#[test]
fn a_help_file_of_another_compiler_is_opened_too() {
    let whole = inflated(HALIBUT);
    let opened = open("a.chm", "chm", &whole);
    assert_eq!(names(&opened), ["Chapter1.html", "Chapter2.html", "contents.hhc", "Contents.html"]);
    let odd_one = [whole.as_slice(), b"more"].concat();
    assert_eq!(odd(&open("a.chm", "chm", &odd_one)), ["archive-data-after"]);
    assert!(opened.attachment.children[0].text.contains("many words, many words"));
    assert!(opened.sources.iter().any(|s| s.text == "http://halibut.example.com/start"));
    assert_eq!(odd(&opened), [""; 0]);
}

#[test]
fn stored_files_are_opened_and_an_unknown_one_with_an_internal_sign_is_told() {
    let files: [(&str, &[u8]); 4] =
        [("/", b""), ("/#STRINGS", b"x"), ("/$hidden", b"MZ program"), ("/a.txt", b"hello")];
    let opened = open("a.chm", "chm", &stored(&files));
    assert_eq!(names(&opened), ["$hidden", "a.txt"]);
    assert_eq!(opened.attachment.children[1].text, "hello");
    assert_eq!(odd(&opened), [""; 0]);
}

#[test]
fn a_help_file_cut_anywhere_is_told_and_survived() {
    for packed in [HELP, HALIBUT] {
        let whole = inflated(packed);
        for end in (0..whole.len()).step_by(whole.len() / 60) {
            let opened = open("a.chm", "chm", &whole[..end]);
            assert!(!opened.oddities.is_empty(), "cut at {end}");
        }
    }
}
