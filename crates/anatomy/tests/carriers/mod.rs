//! Bad files, built from harmless bytes: bombs, loops, wild sizes, claims without end.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};

/// A bad file, and what has to be told of it.
pub struct Carrier {
    /// Its name.
    pub name: &'static str,
    /// Builds it.
    pub make: fn() -> Vec<u8>,
    /// The oddities of which one at least is told; empty where there is nothing that a reader has to know.
    pub odd: &'static [&'static str],
}

const fn carrier(name: &'static str, make: fn() -> Vec<u8>, odd: &'static [&'static str]) -> Carrier {
    Carrier { name, make, odd }
}

/// Every one of them.
pub const ALL: &[Carrier] = &[
    carrier("bomb.zip", bomb, &["files-limit"]),
    carrier("zeros.gz", zeros, &["unpacked-size-limit"]),
    carrier("overlap.zip", overlap, &["archive-entries-overlap"]),
    carrier("nested.zip", nested, &["nesting-limit"]),
    carrier("million.zip", million, &["files-limit"]),
    carrier("wrong-crc.zip", wrong_crc, &["archive-crc-wrong"]),
    carrier("cut.zip", cut_in_the_middle, &["archive-cut", "archive-directory-lost"]),
    carrier("renamed.pdf", renamed, &[]),
    carrier("names.zip", names, &["archive-path-escapes"]),
    carrier("long-name.tar", long_name, &[]),
    carrier("cycles.pdf", pdf_cycles, &[]),
    carrier("million.pdf", pdf_million, &["pdf-objects-limit"]),
    carrier("cycles.docx", ooxml_cycles, &[]),
    carrier("laughs.docx", ooxml_laughs, &[]),
    carrier("deep.docx", ooxml_deep, &[]),
    carrier("wild.lnk", wild_lnk, &["lnk-cut"]),
    carrier("wild.doc", wild_ole, &[]),
    carrier("loop.doc", looping_ole, &[]),
    carrier("loop.msg", looping_ole, &[]),
    carrier("wild.exe", wild_pe, &["pe-cut"]),
    carrier("huge.png", huge_png, &["image-too-large"]),
    carrier("huge.gif", huge_gif, &["image-too-large"]),
    carrier("huge.jpg", huge_jpg, &["image-too-large"]),
    carrier("bad.ttf", bad_font, &[]),
    carrier("bad.ico", bad_icon, &[]),
    carrier("bad.emf", bad_emf, &[]),
    carrier("deep.rtf", deep_rtf, &[]),
    carrier("dictionary.xz", large_dictionary_xz, &[]),
    carrier("dictionary.lzma", large_dictionary_lzma, &[]),
    carrier(
        "dictionary.7z",
        large_dictionary_7z,
        &["archive-undecodable", "archive-cut", "archive-crc-wrong"],
    ),
    carrier("costly.rar", costly_rar, &["password-trials-limit", "password-unknown"]),
    carrier("costly.docx", costly_office, &["document-spin-limit"]),
    carrier("forbidden.docx", forbidden_office, &["document-encryption-unknown"]),
    carrier("deep.gz", deep_gzip, &["unpacked-size-limit", "nesting-limit"]),
    carrier("winmail.dat", wild_tnef, &["tnef-cut"]),
    carrier("one-tag.html", one_tag, &[]),
    carrier("one-line.js", one_line, &["script-size-limit"]),
];

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zip of deflated entries.
fn zip(entries: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::new();
    // The same content again and again is packed once.
    let mut last: Option<(&[u8], Vec<u8>, u32)> = None;
    for &(name, content) in entries {
        if last.as_ref().is_none_or(|(known, ..)| !std::ptr::eq(*known, content)) {
            last = Some((content, deflated(content), crc(content)));
        }
        let Some((_, packed, sum)) = &last else { continue };
        let mut middle = Vec::new();
        for field in [0_u16, 8, 0, 0x5821] {
            middle.extend(field.to_le_bytes());
        }
        for field in [*sum, packed.len() as u32, content.len() as u32] {
            middle.extend(field.to_le_bytes());
        }
        middle.extend((name.len() as u16).to_le_bytes());
        middle.extend([0, 0]);
        let offset = out.len() as u32;
        out.extend(b"PK\x03\x04\x14\x00");
        out.extend(&middle);
        out.extend(name);
        out.extend(packed);
        directory.extend(b"PK\x01\x02\x14\x00\x14\x00");
        directory.extend(&middle);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name);
    }
    end(out, &directory, entries.len() as u64)
}

/// A zip of these parts and directory, with 64-bit counts where they are needed.
fn end(mut out: Vec<u8>, directory: &[u8], count: u64) -> Vec<u8> {
    let start = out.len() as u64;
    out.extend(directory);
    if count > 0xfffe {
        let at = out.len() as u64;
        out.extend(b"PK\x06\x06");
        out.extend(44_u64.to_le_bytes());
        out.extend([45, 0, 45, 0]);
        out.extend([0; 8]);
        for field in [count, count, directory.len() as u64, start] {
            out.extend(field.to_le_bytes());
        }
        out.extend(b"PK\x06\x07\0\0\0\0");
        out.extend(at.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
    }
    let short = count.min(0xffff) as u16;
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(short.to_le_bytes());
    out.extend(short.to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend((start as u32).to_le_bytes());
    out.extend([0, 0]);
    out
}

/// Six layers of a hundred archives each around 16 KB of zeros: 10^16 bytes from some ten thousand.
fn bomb() -> Vec<u8> {
    let mut content = vec![0; 16 << 10];
    for layer in 0..6 {
        let names: Vec<String> = (0..100).map(|number| format!("{layer}-{number}.zip")).collect();
        let entries: Vec<(&[u8], &[u8])> = names.iter().map(|name| (name.as_bytes(), &*content)).collect();
        content = zip(&entries);
    }
    content
}

/// 1 GB of zeros: sixty-four members of 16 MB each.
fn zeros() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 16 << 20]).unwrap();
    encoder.finish().unwrap().repeat(64)
}

/// Little that grows a thousandfold at each of many layers, as a gzip file that contains itself does.
fn deep_gzip() -> Vec<u8> {
    let mut content = vec![0; 48 << 20];
    for _ in 0..4 {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&content).unwrap();
        content = encoder.finish().unwrap();
    }
    content
}

/// A thousand names for one and the same entry.
fn overlap() -> Vec<u8> {
    let one = zip(&[(b"a.txt", &[b'a'; 4096])]);
    let at = one.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let record = &one[at..at + 46 + 5];
    end(one[..at].to_vec(), &record.repeat(1_000), 1_000)
}

/// An archive in an archive in an archive, as one that contains itself looks to who opens it.
fn nested() -> Vec<u8> {
    let mut content = b"the end".to_vec();
    for _ in 0..100 {
        content = zip(&[(b"again.zip", &content)]);
    }
    content
}

/// A million entries that are empty.
fn million() -> Vec<u8> {
    let mut out = Vec::new();
    let mut directory = Vec::with_capacity(53 << 20);
    out.extend(b"PK\x03\x04\x14\x00");
    out.extend([0; 20]);
    out.extend([7, 0, 0, 0]);
    out.extend(b"0000000");
    for number in 0..1_000_000 {
        directory.extend(b"PK\x01\x02\x14\x00\x14\x00");
        directory.extend([0; 20]);
        directory.extend([7, 0]);
        directory.extend([0; 16]);
        write!(directory, "{number:07}").unwrap();
    }
    end(out, &directory, 1_000_000)
}

fn wrong_crc() -> Vec<u8> {
    let mut bytes = zip(&[(b"a.txt", b"the text that its sum does not fit")]);
    let sum = crc(b"the text that its sum does not fit").to_le_bytes();
    while let Some(at) = bytes.windows(4).position(|window| window == sum) {
        bytes[at] ^= 0xff;
    }
    bytes
}

fn cut_in_the_middle() -> Vec<u8> {
    let noise: Vec<u8> = (0..20_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut bytes = zip(&[(b"a.bin", &noise), (b"b.bin", &noise)]);
    bytes.truncate(bytes.len() / 4);
    bytes
}

fn renamed() -> Vec<u8> {
    zip(&[(b"a.txt", b"a text")])
}

/// Names that are as long as can be, that climb, that end early, that run backwards.
fn names() -> Vec<u8> {
    let long = vec![b'n'; 65_000];
    let backwards = "invoice\u{202e}fdp.exe";
    zip(&[
        (&long, b"1"),
        (b"../../../etc/cron.d/x", b"2"),
        (b"a.txt\0.exe", b"3"),
        (backwards.as_bytes(), b"4"),
        (b"C:\\Windows\\x.dll", b"5"),
    ])
}

/// A name of 1 MB.
fn long_name() -> Vec<u8> {
    fn block(name: &str, kind: u8, content: &[u8]) -> Vec<u8> {
        let mut head = vec![0; 512];
        head[..name.len()].copy_from_slice(name.as_bytes());
        head[100..108].copy_from_slice(b"0000644\0");
        head[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
        head[136..148].copy_from_slice(b"00000000000\0");
        head[148..156].copy_from_slice(b"        ");
        head[156] = kind;
        head[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        head.extend(content);
        head.resize(head.len().next_multiple_of(512), 0);
        head
    }
    let name = vec![b'n'; 1 << 20];
    let mut out = block("././@LongLink", b'L', &name);
    out.extend(block("a.txt", b'0', b"a text"));
    out.extend([0; 1024]);
    out
}

/// A tree of pages that is its own grandchild, a length that is itself, an object stream in itself.
fn pdf_cycles() -> Vec<u8> {
    b"%PDF-1.7\n\
    1 0 obj\n<</Type/Catalog/Pages 2 0 R/OpenAction 1 0 R/Outlines 6 0 R/Names 7 0 R/AcroForm 1 0 R>>\nendobj\n\
    2 0 obj\n<</Type/Pages/Kids[3 0 R 2 0 R 3 0 R]/Count 3/Parent 3 0 R>>\nendobj\n\
    3 0 obj\n<</Type/Pages/Kids[2 0 R 2 0 R 3 0 R]/Count 3/Parent 2 0 R/Resources 3 0 R/Contents 4 0 R>>\nendobj\n\
    4 0 obj\n<</Length 4 0 R/Filter 4 0 R>>\nstream\nx\nendstream\nendobj\n\
    5 0 obj\n<</Type/ObjStm/N 3/First 8/Length 12/Extends 5 0 R>>\nstream\n5 0 2 4 3 8 5 0 R\nendstream\nendobj\n\
    6 0 obj\n<</First 6 0 R/Next 6 0 R/Last 6 0 R/A 6 0 R>>\nendobj\n\
    7 0 obj\n<</EmbeddedFiles 7 0 R/JavaScript 7 0 R/Kids[7 0 R 7 0 R]/Names[7 0 R 7 0 R]>>\nendobj\n\
    8 0 obj\n9 0 R\nendobj\n9 0 obj\n8 0 R\nendobj\n\
    xref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R/Info 8 0 R/Prev 9/XRefStm 9>>\nstartxref\n9\n%%EOF\n"
        .to_vec()
}

fn pdf_million() -> Vec<u8> {
    let mut text = String::with_capacity(32 << 20);
    text.push_str("%PDF-1.7\n");
    for number in 1..=1_000_000 {
        let next = number % 1_000_000 + 1;
        let _ = write!(text, "{number} 0 obj\n{next} 0 R\nendobj\n");
    }
    text.push_str("trailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n");
    text.into_bytes()
}

const TYPES: &[u8] = br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
const RELATIONS: &[u8] = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="_rels/.rels"/></Relationships>"#;

fn docx(document: &str, own: &[u8]) -> Vec<u8> {
    zip(&[
        (b"[Content_Types].xml", TYPES),
        (b"_rels/.rels", RELATIONS),
        (b"word/document.xml", document.as_bytes()),
        (b"word/_rels/document.xml.rels", own),
    ])
}

/// Parts that lead to each other and to themselves.
fn ooxml_cycles() -> Vec<u8> {
    let own = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/subDocument" Target="document.xml"/><Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/subDocument" Target="_rels/document.xml.rels"/><Relationship Id="c" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="../word/../word/../word/document.xml"/></Relationships>"#;
    docx("<w:document><w:body><w:p><w:r><w:t>round</w:t></w:r></w:p></w:body></w:document>", own)
}

/// An entity of ten entities of ten entities, nine times.
fn ooxml_laughs() -> Vec<u8> {
    let mut text = "<?xml version=\"1.0\"?><!DOCTYPE d [<!ENTITY e0 \"ha\">".to_owned();
    for level in 1..10 {
        let _ = write!(text, "<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10));
    }
    text.push_str("]><w:document><w:body><w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:document>");
    docx(&text, b"<Relationships/>")
}

fn ooxml_deep() -> Vec<u8> {
    let text = format!("{}<w:t>deep</w:t>{}", "<w:p>".repeat(100_000), "</w:p>".repeat(100_000));
    docx(&text, b"<Relationships/>")
}

fn wild_lnk() -> Vec<u8> {
    let mut bytes = b"L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0F".to_vec();
    // Every optional part is said to be there.
    bytes.extend([0xff, 0xff, 0xff, 0x07]);
    bytes.resize(76, 0xff);
    bytes.extend([0x10, 0, 0xff, 0xff, 0x1f, 0x50]);
    bytes.extend([0xff; 300]);
    bytes
}

/// A header of an OLE file.
fn ole_header(directory: u32, fat: &[u32], mini: u32, difat: u32) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.extend([0; 16]);
    bytes.extend([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    bytes.extend([0; 10]);
    for field in [fat.len() as u32, directory, 0, 4096, mini, 0xffff, difat, 0xffff] {
        bytes.extend(field.to_le_bytes());
    }
    fat.iter().for_each(|sector| bytes.extend(sector.to_le_bytes()));
    bytes.resize(512, 0xff);
    bytes
}

/// Every sector that it names lies far outside.
fn wild_ole() -> Vec<u8> {
    let mut bytes = ole_header(0x7fff_fff0, &[0x7fff_0000, 0xffff_fff0], 0x7fff_fff1, 0x7fff_fff2);
    bytes.extend([0xfa; 4096]);
    bytes
}

/// Chains of sectors that lead back to their beginning, and a folder that is its own child and brother.
fn looping_ole() -> Vec<u8> {
    let mut bytes = ole_header(1, &[0, 0, 0], 2, 0);
    // The table: each sector leads to itself.
    (0..128_u32).for_each(|sector| bytes.extend(sector.to_le_bytes()));
    let entry = |name: &str, kind: u8, size: u32| {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        entry.resize(64, 0);
        entry.extend(((name.len() as u16 + 1) * 2).to_le_bytes());
        entry.extend([kind, 1]);
        // Left, right, child: itself each time.
        for _ in 0..3 {
            entry.extend((u32::from(kind != 5)).to_le_bytes());
        }
        entry.resize(116, 0);
        entry.extend(2_u32.to_le_bytes());
        entry.extend(size.to_le_bytes());
        entry.extend([0; 4]);
        entry
    };
    bytes.extend(entry("Root Entry", 5, 0x7fff_ffff));
    bytes.extend(entry("WordDocument", 1, 0x7fff_ffff));
    bytes.extend(entry("__properties_version1.0", 2, 0x7fff_ffff));
    bytes.extend(entry("Macros", 2, 0xffff_ffff));
    bytes.extend([1; 1024]);
    bytes
}

fn wild_pe() -> Vec<u8> {
    let mut bytes = b"MZ".to_vec();
    bytes.resize(60, 0xff);
    bytes.extend(64_u32.to_le_bytes());
    bytes.extend(b"PE\0\0\x4c\x01\xff\xff");
    bytes.extend([0xff; 12]);
    bytes.extend([0xe0, 0, 0x02, 0x01, 0x0b, 0x01]);
    bytes.resize(64 + 24 + 0xe0, 0xff);
    bytes.extend([0xfe; 400]);
    bytes
}

fn huge_png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8], content: &[u8]| {
        let whole = [kind, content].concat();
        bytes.extend((content.len() as u32).to_be_bytes());
        bytes.extend(&whole);
        bytes.extend(crc(&whole).to_be_bytes());
    };
    chunk(b"IHDR", b"\0\0\xea\x60\0\0\xea\x60\x08\x06\0\0\0");
    chunk(b"IDAT", b"\x78\x01\x01\0\0\xff\xff\0\0\0\x01");
    chunk(b"IEND", b"");
    bytes
}

fn huge_gif() -> Vec<u8> {
    b"GIF89a\x60\xea\x60\xea\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x60\xea\x60\xea\0\x02\x02\x44\x01\0;".to_vec()
}

fn huge_jpg() -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec();
    bytes.extend(b"\xff\xdb\0\x43\0");
    bytes.extend([1; 64]);
    bytes.extend(b"\xff\xc0\0\x11\x08\xea\x60\xea\x60\x03\x01\x22\0\x02\x11\0\x03\x11\0");
    bytes.extend(b"\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0\0\0\0\xff\xd9");
    bytes
}

fn bad_font() -> Vec<u8> {
    let mut bytes = b"\0\x01\0\0\xff\xff\xff\xff\xff\xff\xff\xff".to_vec();
    for tag in [b"cmap", b"glyf", b"loca", b"name"] {
        bytes.extend(tag);
        bytes.extend([0xff; 12]);
    }
    bytes
}

fn bad_icon() -> Vec<u8> {
    let mut bytes = b"\0\0\x01\0\xff\xff".to_vec();
    bytes.extend([0xff; 16].repeat(20));
    bytes
}

fn bad_emf() -> Vec<u8> {
    let mut bytes = b"\x01\0\0\0\0\0\0\0".to_vec();
    bytes.extend([0xff; 32]);
    bytes.extend(b" EMF\0\0\x01\0");
    bytes.extend([0xff; 64]);
    bytes
}

fn deep_rtf() -> Vec<u8> {
    format!("{{\\rtf1{}deep{}}}", "{\\b{\\*\\objdata 01".repeat(50_000), "}}".repeat(50_000)).into_bytes()
}

/// One block of stored bytes, whose dictionary is said to be of 4 GB.
fn large_dictionary_xz() -> Vec<u8> {
    fn summed(mut part: Vec<u8>) -> Vec<u8> {
        let sum = crc(&part).to_le_bytes();
        part.extend(sum);
        part
    }
    let mut out = b"\xfd7zXZ\0".to_vec();
    out.extend(summed(vec![0, 0]));
    out.extend(summed(vec![2, 0, 0x21, 1, 40, 0, 0, 0]));
    out.extend(b"\x01\0\x04hello\0");
    out.extend([0; 3]);
    // 12 bytes of header and 9 of content, rounded up; 5 unpacked.
    let index = summed(vec![0, 1, 21, 5]);
    let backward = (index.len() as u32 / 4 - 1).to_le_bytes();
    out.extend(&index);
    let foot = [&backward[..], &[0, 0]].concat();
    out.extend(crc(&foot).to_le_bytes());
    out.extend(foot);
    out.extend(b"YZ");
    out
}

fn large_dictionary_lzma() -> Vec<u8> {
    let mut bytes = b"\x5d\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff".to_vec();
    bytes.extend(b"\0\x34\x19\x49\xee\x8d\xe9\x17\x89\x3a\x33\x5f\xff\xff\xff\xff");
    bytes
}

fn large_dictionary_7z() -> Vec<u8> {
    let packed = b"\0\x34\x19\x49\xee\x8d\xe9\x17\x89\x3a\x33\x60";
    let mut header = vec![1, 4, 6, 0, 1, 9, packed.len() as u8, 0];
    // One folder of one coder, LZMA with a dictionary of 4 GB, to unpack to 1 MB.
    header.extend([7, 0x0b, 1, 0, 1, 0x23, 3, 1, 1, 5, 0x5d, 0xff, 0xff, 0xff, 0xff]);
    header.extend([0x0c, 0xd0, 0, 0]);
    header.extend([0, 0]);
    header.extend([5, 1, 0x11, 5, 0, b'a', 0, 0, 0, 0, 0]);
    let mut start = Vec::new();
    start.extend((packed.len() as u64).to_le_bytes());
    start.extend((header.len() as u64).to_le_bytes());
    start.extend(crc(&header).to_le_bytes());
    let mut out = b"7z\xbc\xaf\x27\x1c\0\x04".to_vec();
    out.extend(crc(&start).to_le_bytes());
    out.extend(start);
    out.extend(packed);
    out.extend(header);
    out
}

/// Encrypted headers whose key takes 2^24 rounds, for each password anew.
fn costly_rar() -> Vec<u8> {
    let mut out = b"Rar!\x1a\x07\x01\0".to_vec();
    let mut header = vec![4, 0, 0, 0, 24];
    header.extend([7; 16]);
    header.insert(0, header.len() as u8);
    out.extend(crc(&header).to_le_bytes());
    out.extend(header);
    out.extend([9; 512]);
    out
}

/// The most rounds that Office's format allows: more than all passwords together may take.
fn costly_office() -> Vec<u8> {
    spun(b"10000000")
}

/// 10^9 rounds: more than the format allows.
fn forbidden_office() -> Vec<u8> {
    spun(b"1000000000")
}

/// A document that is encrypted as Office does it, whose key is said to take so many rounds.
fn spun(rounds: &[u8]) -> Vec<u8> {
    let mut bytes = include_bytes!("../../../../fixtures/files/office/agile-sakura-2020.docx").to_vec();
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|window| window == what);
    // The room for more digits is taken from a name that nothing in it uses.
    let dispensable = b" xmlns:c=\"http://schemas.microsoft.com/office/2006/keyEncryptor/certificate\"";
    let count = b"spinCount=\"100000\"";
    let mut new = [&b"spinCount=\""[..], rounds, b"\""].concat();
    new.resize(count.len() + dispensable.len(), b' ');
    let gap = find(&bytes, dispensable).unwrap();
    bytes.drain(gap..gap + dispensable.len());
    let at = find(&bytes, count).unwrap();
    assert!(gap < at);
    bytes.splice(at..at + count.len(), new);
    bytes
}

fn wild_tnef() -> Vec<u8> {
    let mut bytes = b"\x78\x9f\x3e\x22\x01\0\x01\x06\x90\x08\0\x04\0\0\0\0\0\x01\0\x01\0".to_vec();
    bytes.extend(b"\x01\x03\x90\x06\0\xff\xff\xff\x7f\xff\xff\xff\x7f");
    bytes.extend(b"\x02\x02\x90\x06\0\xff\xff\xff\xff".repeat(50));
    bytes
}

fn one_tag() -> Vec<u8> {
    let mut bytes = b"<html><body><a href=\"https://page.example/".to_vec();
    bytes.resize(30 << 20, b'a');
    bytes.extend(b"\">link</a></body></html>");
    bytes
}

fn one_line() -> Vec<u8> {
    let mut text = String::with_capacity(11 << 20);
    text.push_str("var a=[];");
    while text.len() < 10 << 20 {
        text.push_str("a.push(String.fromCharCode(104,101)+\"x\".split(\"\").reverse().join(\"\"));");
    }
    text.into_bytes()
}
