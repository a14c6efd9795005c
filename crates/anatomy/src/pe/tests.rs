//! A program of headers only, written byte by byte; it holds no code.

use crate::{Job, Limits, Opened, open};

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn put32(bytes: &mut [u8], at: usize, value: u32) {
    put(bytes, at, &value.to_le_bytes());
}

fn program() -> Vec<u8> {
    let mut b = vec![0u8; 0x600];
    put(&mut b, 0, b"MZ");
    put32(&mut b, 0x3c, 0xa0);
    // Rich: an empty list, and one tool, under a key.
    for (at, value) in [(0, 0x536e_6144u32), (16, 0x0104_0001), (20, 3)] {
        put32(&mut b, 0x80 + at, value);
    }
    let mut key = 0x80u32;
    for at in 0..0x80u32 {
        if !(0x3c..0x40).contains(&at) {
            key = key.wrapping_add(u32::from(b[at as usize]).rotate_left(at & 31));
        }
    }
    key = key.wrapping_add(0x0104_0001u32.rotate_left(3));
    for at in (0x80..0x98).step_by(4) {
        let value = u32::from_le_bytes(b[at..at + 4].try_into().unwrap());
        put32(&mut b, at, value ^ key);
    }
    put(&mut b, 0x98, b"Rich");
    put32(&mut b, 0x9c, key);
    put(&mut b, 0xa0, b"PE\0\0\x4c\x01\x02\0");
    put32(&mut b, 0xa8, 1_375_855_920);
    put(&mut b, 0xb4, b"\xe0\0\x02\x01\x0b\x01");
    put32(&mut b, 0xc8, 0x1000);
    put32(&mut b, 0xb8 + 36, 0x200);
    put32(&mut b, 0xb8 + 60, 0x200);
    put(&mut b, 0xb8 + 68, b"\x02\0");
    put32(&mut b, 0xb8 + 92, 16);
    let directories = 0xb8 + 96;
    put32(&mut b, directories + 8, 0x1000);
    put32(&mut b, directories + 12, 40);
    put32(&mut b, directories + 16, 0x2000);
    put32(&mut b, directories + 20, 0x200);
    put32(&mut b, directories + 48, 0x1100);
    put32(&mut b, directories + 52, 28);
    for (index, name, address, at) in [(0, b".text\0\0\0", 0x1000, 0x200), (1, b".rsrc\0\0\0", 0x2000, 0x400)]
    {
        let section = directories + 128 + index * 40;
        put(&mut b, section, name);
        put32(&mut b, section + 8, 0x200);
        put32(&mut b, section + 12, address);
        put32(&mut b, section + 16, 0x200);
        put32(&mut b, section + 20, at);
    }
    // Imports: one by name, one by number.
    put32(&mut b, 0x200, 0x1040);
    put32(&mut b, 0x20c, 0x1060);
    put32(&mut b, 0x240, 0x1070);
    put32(&mut b, 0x244, 0x8000_0017);
    put(&mut b, 0x260, b"WS2_32.dll\0");
    put(&mut b, 0x270, b"\0\0Test\0");
    // Debug.
    put32(&mut b, 0x300 + 12, 2);
    put32(&mut b, 0x300 + 24, 0x320);
    put(&mut b, 0x320, b"RSDS\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46\x02\0\0\0C:\\build\\tool.pdb\0");
    // One version resource in Japanese.
    let rsrc = 0x400;
    for (folder, id, to) in [(0, 16, 0x8000_0018u32), (0x18, 1, 0x8000_0030), (0x30, 0x411, 0x48)] {
        put(&mut b, rsrc + folder + 14, b"\x01\0");
        put32(&mut b, rsrc + folder + 16, id);
        put32(&mut b, rsrc + folder + 20, to);
    }
    let version = version();
    put32(&mut b, rsrc + 0x48, 0x2060);
    put32(&mut b, rsrc + 0x4c, u32::try_from(version.len()).unwrap());
    put(&mut b, rsrc + 0x60, &version);
    b
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn block(key: &str, value: &[u8], inner: &[u8]) -> Vec<u8> {
    let mut out = vec![0; 6];
    out.extend(wide(key));
    out.resize(out.len().next_multiple_of(4), 0);
    out.extend(value);
    out.resize(out.len().next_multiple_of(4), 0);
    out.extend(inner);
    let (length, size) = (u16::try_from(out.len()).unwrap(), u16::try_from(value.len()).unwrap());
    put(&mut out, 0, &length.to_le_bytes());
    put(&mut out, 2, &size.to_le_bytes());
    out.resize(out.len().next_multiple_of(4), 0);
    out
}

fn version() -> Vec<u8> {
    let mut fixed = vec![0; 52];
    put32(&mut fixed, 0, 0xfeef_04bd);
    put32(&mut fixed, 8, 1 << 16 | 2);
    let strings = [block("CompanyName", &wide("例株式会社"), &[]), block("FileVersion", &wide("1.2"), &[])];
    let table = block("041104b0", &[], &strings.concat());
    block("VS_VERSION_INFO", &fixed, &block("StringFileInfo", &[], &table))
}

fn opened(bytes: &[u8]) -> Opened {
    let job = Job { name: Some("tool.exe"), place: "attachment[0]", inline: false, bytes };
    open(&job, &[], &Limits::default())
}

#[test]
fn a_program_tells_when_and_where_it_was_built() {
    let opened = opened(&program());
    let check = |name: &str, value: &str| {
        assert_eq!(opened.attachment.property(name), Some(value), "{name}");
    };
    check("pe.machine", "x86");
    check("pe.subsystem", "windows");
    check("pe.compiled", "2013-08-07T06:12:00Z");
    check("pe.entry-point", "0x1000");
    check("pe.imports", "WS2_32.dll");
    check("pe.imported-functions", "2");
    // MD5 of "ws2_32.test,ws2_32.socket".
    check("pe.imphash", "22cbac76fa8b34bbfb5365aeb2cf9a62");
    check("pe.rich-checksum", "valid");
    check("pe.rich-hash", "a4eaaba04736a7178389f1e10f36cde8");
    check("pe.pdb", "C:\\build\\tool.pdb");
    check("pe.pdb-guid", "00021401-0000-0000-c000-000000000046");
    check("pe.pdb-age", "2");
    check("pe.resource-language", "ja-JP");
    check("pe.company", "例株式会社");
    check("pe.file-version", "1.2");
    check("pe.version", "1.2.0.0");
    assert_eq!(opened.attachment.property("pe.overlay-size"), None);
    assert!(opened.oddities.is_empty());
}

#[test]
fn an_archive_behind_a_program_is_opened_as_a_file_inside() {
    let mut bytes = program();
    bytes.extend(b";settings;");
    bytes.extend(b"7z\xbc\xaf\x27\x1c\0\x04");
    bytes.extend([0; 24]);
    let file = opened(&bytes).attachment;
    assert_eq!(file.property("pe.overlay-offset"), Some("1536"));
    assert_eq!(file.property("pe.overlay-kind"), Some("7z"));
    assert_eq!(file.children[0].kind, "7z");
    assert_eq!(file.children[0].property("entry.offset"), Some("1546"));
}

#[test]
fn a_program_cut_or_changed_anywhere_is_survived() {
    let bytes = program();
    for end in (0..bytes.len()).step_by(3) {
        crate::open_as(
            "exe",
            &Job { name: None, place: "", inline: false, bytes: &bytes[..end] },
            &[],
            &Limits::default(),
        );
    }
    for at in 0x3c..bytes.len() {
        let mut wild = bytes.clone();
        wild[at] = 0xff;
        opened(&wild);
    }
    assert!(opened(b"MZ\0\0").oddities.iter().any(|o| o.id == "pe-cut"));
    assert!(opened(&bytes[..0xc0]).oddities.iter().any(|o| o.id == "pe-cut"));
}

#[test]
fn an_old_program_for_dos_hands_on_the_archive_behind_it() {
    let mut bytes = b"MZ\x50\0\x01\0".to_vec();
    bytes.resize(80, 0);
    bytes.extend(b"\x19\0-lh0-");
    bytes.resize(200, 1);
    let file = opened(&bytes).attachment;
    assert_eq!(file.property("pe.format"), Some("dos"));
    assert_eq!(file.children[0].size, 120);
}

#[test]
fn a_signature_is_told_but_not_taken_for_an_overlay() {
    let mut bytes = program();
    let signature = include_bytes!("../../../../fixtures/files/smime/signed.p7m");
    let size = u32::try_from(signature.len()).unwrap() + 8;
    put32(&mut bytes, 0xb8 + 96 + 32, 0x600);
    put32(&mut bytes, 0xb8 + 96 + 36, size);
    bytes.extend(size.to_le_bytes());
    bytes.extend([0, 2, 2, 0]);
    bytes.extend(signature);
    let file = opened(&bytes).attachment;
    let signer = file.property("pe.signer").unwrap();
    assert!(signer.contains("O=例株式会社, CN=山田太郎"), "{signer}");
    assert_eq!(file.property("pe.signer-serial"), Some("1234abcd"));
    assert_eq!(file.property("pe.signature-unverified"), Some("yes"));
    assert!(file.property("pe.signed").is_some());
    assert_eq!(file.property("pe.overlay-size"), None);
}

#[test]
fn a_dotnet_program_tells_the_id_of_its_module() {
    let mut bytes = program();
    put32(&mut bytes, 0xb8 + 96 + 112, 0x1180);
    put32(&mut bytes, 0xb8 + 96 + 116, 72);
    put32(&mut bytes, 0x380 + 8, 0x11a0);
    put(
        &mut bytes,
        0x3a0,
        b"BSJB\x01\0\x01\0\0\0\0\0\x04\0\0\0v4.0\0\0\x01\0\x30\0\0\0\x10\0\0\0#GUID\0\0\0",
    );
    put(&mut bytes, 0x3d0, b"\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46");
    let file = opened(&bytes).attachment;
    assert_eq!(file.property("pe.dotnet"), Some("v4.0"));
    assert_eq!(file.property("pe.dotnet-mvid"), Some("00021401-0000-0000-c000-000000000046"));
}

/// A program whose only resources are an icon group and its one picture, of 32 by 32 pixels and 32 bits.
fn with_icon(pixel: impl Fn(i32, i32) -> [u8; 4]) -> Vec<u8> {
    let mut icon = vec![0u8; 40];
    put32(&mut icon, 0, 40);
    put32(&mut icon, 4, 32);
    put32(&mut icon, 8, 64);
    put(&mut icon, 12, b"\x01\0\x20\0");
    for y in (0..32).rev() {
        for x in 0..32 {
            let [red, green, blue, opacity] = pixel(x, y);
            icon.extend([blue, green, red, opacity]);
        }
    }
    icon.resize(icon.len() + 128, 0);
    let mut group = b"\0\0\x01\0\x01\0\x20\x20\0\0\x01\0\x20\0".to_vec();
    group.extend(u32::try_from(icon.len()).unwrap().to_le_bytes());
    group.extend(1u16.to_le_bytes());
    let mut b = program();
    let rsrc = 0x400;
    b[rsrc..].fill(0);
    // Two types, a name and a language each, and where the data lies.
    put(&mut b, rsrc + 14, b"\x02\0");
    for (index, (kind, name, language, data)) in
        [(3, 0x20u32, 0x38, 0x80u32), (14, 0x50, 0x68, 0x90)].into_iter().enumerate()
    {
        put32(&mut b, rsrc + 16 + index * 8, kind);
        put32(&mut b, rsrc + 20 + index * 8, 0x8000_0000 | name);
        for (folder, id, to) in [(name, 1, 0x8000_0000 | language), (language, 0x411, data)] {
            let at = rsrc + usize::try_from(folder).unwrap();
            put(&mut b, at + 14, b"\x01\0");
            put32(&mut b, at + 16, id);
            put32(&mut b, at + 20, to);
        }
    }
    let icon_size = u32::try_from(icon.len()).unwrap();
    for (at, address, size) in [(0x80, 0x20a0, icon_size), (0x90, 0x20a0 + icon_size, 20)] {
        put32(&mut b, rsrc + at, address);
        put32(&mut b, rsrc + at + 4, size);
    }
    b.truncate(rsrc + 0xa0);
    b.extend(icon);
    b.extend(group);
    b.resize(rsrc + 0x1400, 0);
    // The section with the resources holds it all.
    let section = 0xb8 + 96 + 128 + 40;
    put32(&mut b, section + 8, 0x1400);
    put32(&mut b, section + 16, 0x1400);
    b
}

fn page_pixel(x: i32, y: i32) -> [u8; 4] {
    let inside = (5..27).contains(&x) && (1..31).contains(&y);
    let folded = x - 19 > y - 1;
    match inside && !folded {
        true if (8..20).contains(&x) && (14..24).contains(&y) => [20, 90, 190, 255],
        true => [255, 255, 255, 255],
        false => [0, 0, 0, 0],
    }
}

fn icon_tell(bytes: &[u8], name: &str) -> Option<String> {
    let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
    let opened = open(&job, &[], &Limits::default());
    opened.tells.into_iter().find(|tell| tell.id == "program-with-document-icon").map(|tell| tell.why)
}

#[test]
fn a_program_that_looks_like_a_document_is_told_with_what_it_looks_like() {
    let program = with_icon(page_pixel);
    let why = icon_tell(&program, "見積書.exe").unwrap();
    assert!(why.contains("page with a folded corner") && why.contains("blue as of Word"), "{why}");
    assert!(icon_tell(&program, "a.scr").is_some());
    // Nobody sees the icon of a library.
    let mut library = program;
    library[0xb7] |= 0x20;
    assert_eq!(icon_tell(&library, "a.dll"), None);
    let round = with_icon(|x, y| {
        let inside = (x - 16).pow(2) + (y - 16).pow(2) < 220;
        if inside { [240, 240, 255, 255] } else { [0, 0, 0, 0] }
    });
    assert_eq!(icon_tell(&round, "a.exe"), None);
}
