//! Binary documents in compound files, built here.

use super::super::compound::{Node, build};
use super::*;

/// A compound file with these streams at its root.
pub(super) fn compound(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let node = |name: &str, data| Node { name: name.to_owned(), class: [0; 16], data, children: Vec::new() };
    let mut nodes = vec![node("Root Entry", None)];
    nodes[0].children = (1..=streams.len()).collect();
    nodes.extend(streams.iter().map(|(name, data)| node(name, Some(data.clone()))));
    build(nodes)
}

fn put(bytes: &mut [u8], at: usize, value: usize) {
    bytes[at..at + 4].copy_from_slice(&u32::try_from(value).unwrap().to_le_bytes());
}

/// The streams of a Word document with one piece of UTF-16 text.
pub(super) fn word_streams(text: &str) -> (Vec<u8>, Vec<u8>) {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut word = vec![0; 1_024];
    word[..12].copy_from_slice(b"\xec\xa5\xc1\0\0\0\x11\x04\0\0\0\x02");
    let start = word.len();
    word.extend_from_slice(&units);
    // The table stream begins with room for an encryption description.
    let mut table = vec![0; 100];
    let clx = table.len();
    table.extend_from_slice(&[2, 16, 0, 0, 0]);
    table.extend_from_slice(&0u32.to_le_bytes());
    table.extend_from_slice(&u32::try_from(units.len() / 2).unwrap().to_le_bytes());
    table.extend_from_slice(&[0, 0]);
    table.extend_from_slice(&u32::try_from(start).unwrap().to_le_bytes());
    table.extend_from_slice(&[0, 0]);
    put(&mut word, 418, clx);
    put(&mut word, 422, table.len() - clx);
    (word, table)
}

pub(super) fn word(text: &str) -> Vec<u8> {
    let (word, table) = word_streams(text);
    compound(&[("WordDocument", word), ("1Table", table)])
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

/// A workbook's records after its first, with a very hidden sheet, a DDE link and a string.
pub(super) fn records() -> Vec<u8> {
    [
        record(0x85, b"\0\0\0\0\x02\0\x04\0ABCD"),
        record(0x1ae, b"\0\0\x07\0\0prog\x03/x"),
        record(0xfc, b"\x01\0\0\0\x01\0\0\0\x03\0\0abc"),
        record(0x0a, b""),
    ]
    .concat()
}

pub(super) fn excel(records: &[u8]) -> Vec<u8> {
    let book = [record(0x809, b"\0\x06\x05\0\0\0\0\0\0\0\0\0\0\0\0\0"), records.to_vec()].concat();
    compound(&[("Workbook", book)])
}

#[test]
fn the_text_of_a_word_document_is_read_without_its_field_codes() {
    let opened = open(
        "a.doc",
        &word(
            "ご案内\r\u{13}HYPERLINK \"https://a.example/\"\u{14}こちら\u{15}\r\u{13}DDEAUTO prog arg\u{14}\u{15}",
        ),
    );
    assert_eq!(opened.attachment.text, "ご案内\nこちら");
    assert_eq!(relations(&opened), [("hyperlink", "https://a.example/"), ("dde", "prog arg")]);
    assert!(told(&opened, "dde-command"));
    assert_eq!(property(&opened.attachment, "document.language"), ["ja-JP"]);
    assert!(opened.oddities.is_empty(), "{:?}", opened.oddities);
}

#[test]
fn sheets_links_and_strings_of_a_workbook_are_read() {
    let opened = open("a.xls", &excel(&records()));
    assert_eq!(property(&opened.attachment, "document.hidden-sheet"), ["ABCD (very hidden)"]);
    assert_eq!(relations(&opened), [("dde", "prog /x")]);
    assert_eq!(opened.attachment.text, "abc");
}

#[test]
fn texts_of_a_presentation_are_read() {
    let mut stream = b"\x0f\0\xe8\x03\x16\0\0\0\0\0\xa8\x0f\x02\0\0\0ab\0\0\xa0\x0f\x04\0\0\0".to_vec();
    stream.extend_from_slice(b"\x71\x5c\x30\x75");
    let opened = open("a.ppt", &compound(&[("PowerPoint Document", stream)]));
    assert_eq!(opened.attachment.text, "ab\n山田");
}

#[test]
fn properties_in_a_japanese_code_page_are_read() {
    let author = b"\x8e\x52\x93\x63\0\0\0\0";
    let mut set = vec![0xfe, 0xff, 0, 0];
    set.extend_from_slice(&[0; 20]);
    set.extend_from_slice(&1u32.to_le_bytes());
    set.extend_from_slice(b"\xe0\x85\x9f\xf2\xf9\x4f\x68\x10\xab\x91\x08\x00\x2b\x27\xb3\xd9");
    set.extend_from_slice(&48u32.to_le_bytes());
    for number in [64u32, 3, 1, 32, 4, 40, 12, 56] {
        set.extend_from_slice(&number.to_le_bytes());
    }
    set.extend_from_slice(&[2, 0, 0, 0, 0xa4, 3, 0, 0]);
    set.extend_from_slice(&[30, 0, 0, 0, 8, 0, 0, 0]);
    set.extend_from_slice(author);
    set.extend_from_slice(&[64, 0, 0, 0]);
    set.extend_from_slice(&130_203_295_200_000_000u64.to_le_bytes());
    let (word, table) = word_streams("x");
    let bytes = compound(&[("WordDocument", word), ("1Table", table), ("\u{5}SummaryInformation", set)]);
    let opened = open("a.doc", &bytes);
    assert_eq!(property(&opened.attachment, "document.author"), ["山田"]);
    assert_eq!(property(&opened.attachment, "document.code-page"), ["932"]);
    assert_eq!(property(&opened.attachment, "document.created"), ["2013-08-07T06:12:00Z"]);
}

#[test]
fn a_packaged_file_is_a_file_inside_with_where_it_came_from() {
    let mut native = b"\0\0\0\0\x02\0note.txt\0C:\\a\\note.txt\0\0\0\x03\0".to_vec();
    native.extend_from_slice(b"\x0a\0\0\0C:\\t\\n.txt\x05\0\0\0hello");
    let opened = open("a.bin", &compound(&[("\u{1}Ole10Native", native)]));
    let child = &opened.attachment.children[0];
    assert_eq!((child.name.as_deref(), child.text.as_str()), (Some("note.txt"), "hello"));
    assert_eq!(property(child, "package.path"), ["C:\\a\\note.txt"]);
}

#[test]
fn a_link_object_gives_its_address() {
    let address: Vec<u8> = "https://a.example/x.hta\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let opened = open("a.bin", &compound(&[("\u{1}Ole", [vec![1; 48], address].concat())]));
    assert_eq!(relations(&opened), [("ole-link", "https://a.example/x.hta")]);
    assert!(told(&opened, "remote-object"));
}

#[test]
fn old_templates_and_add_ins_are_known_by_their_content() {
    let (mut word, table) = word_streams("text");
    word[10] |= 1;
    let template = compound(&[("WordDocument", word), ("1Table", table)]);
    assert_eq!(open("a.doc", &template).attachment.kind, "dot");
    assert_eq!(open("a.doc", &self::word("text")).attachment.kind, "doc");
    for (number, kind) in [(0x60, "xlt"), (0x87, "xla")] {
        let book = [record(0x809, b"\0\x06\x05\0"), record(number, b""), records()].concat();
        assert_eq!(open("a.xls", &compound(&[("Workbook", book)])).attachment.kind, kind);
    }
}
