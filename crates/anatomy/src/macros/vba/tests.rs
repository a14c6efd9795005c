use super::*;
use crate::macros::decompress::testing::pack;
use crate::macros::dir::testing::record;
use crate::testing::{compound, ids, open};

/// A project with one module, its source in code page 932.
fn project_with(source: Option<&[u8]>, offset: u32) -> Vec<u8> {
    let mut directory = record(3, &932u16.to_le_bytes());
    directory.extend(record(4, b"VBAProject"));
    directory.extend(record(0x19, b"Module1"));
    directory.extend(record(0x1a, b"Module1"));
    directory.extend(record(0x31, &offset.to_le_bytes()));
    let mut module = vec![0xfe; offset as usize];
    module.extend(source.map(pack).unwrap_or_default());
    compound(&[("VBA/dir", &pack(&directory)), ("VBA/Module1", &module)])
}

fn source() -> Vec<u8> {
    // 請求 in code page 932.
    let mut text = b"Attribute VB_Name = \"Module1\"\r\nSub Auto".to_vec();
    text.extend(b"Open()\r\n' \x90\xbf\x8b\x81\r\nx = Sh");
    text.extend(b"ell(\"ht\" & \"tp://a.example/\")\r\nEnd Sub\r\n");
    text
}

#[test]
fn a_module_is_read_in_its_code_page_with_its_calls() {
    let opened = open("a.bin", "ole", &project_with(Some(&source()), 600));
    let file = &opened.attachment;
    assert_eq!(file.scripts[0].language, "vba");
    assert!(file.scripts[0].text.contains("請求"), "{}", file.scripts[0].text);
    assert_eq!(file.scripts[1].text, "http://a.example/");
    assert_eq!(file.property("macro.project"), Some("VBAProject"));
    assert_eq!(file.property("macro.auto-start"), Some("AutoOpen"));
    assert_eq!(ids(&opened), ["macro-runs-programs", "macro-starts-itself"]);
    assert!(opened.sources.iter().any(|s| s.text.contains("http://a.example/")));
}

#[test]
fn a_project_in_a_package_is_read() {
    let package = crate::macros::part::testing::package(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/vbaProject.bin", &project_with(Some(&source()), 600)),
    ]);
    let opened = open("a.docm", "docm", &package);
    assert_eq!(opened.attachment.scripts[0].name, "Module1");
}

#[test]
fn a_module_is_found_where_the_directory_is_lost() {
    let mut module = vec![0; 700];
    module.extend(pack(&source()));
    let file = compound(&[("VBA/dir", b"lost"), ("VBA/Module1", &module)]);
    let opened = open("a.bin", "ole", &file);
    assert_eq!(opened.attachment.scripts[0].name, "Module1");
    assert!(opened.oddities.iter().any(|o| o.id == "vba-directory-broken"));
}

#[test]
fn a_source_that_was_taken_away_is_told() {
    let opened = open("a.bin", "ole", &project_with(None, 900));
    assert_eq!(ids(&opened), ["vba-stomped"]);
}

#[test]
fn a_project_in_a_presentation_is_inflated() {
    let project = project_with(Some(&source()), 600);
    let mut packed = flate2::read::ZlibEncoder::new(project.as_slice(), flate2::Compression::fast());
    let mut data = u32::try_from(project.len()).unwrap().to_le_bytes().to_vec();
    packed.read_to_end(&mut data).unwrap();
    let mut stream = b"\x10\0\x11\x10".to_vec();
    stream.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    stream.extend(data);
    let opened = open("a.ppt", "ppt", &compound(&[("PowerPoint Document", &stream)]));
    assert_eq!(opened.attachment.scripts[0].name, "Module1");
}

#[test]
fn broken_projects_are_survived() {
    let file = project_with(Some(&source()), 600);
    for end in (0..file.len()).step_by(97) {
        open("a.bin", "ole", &file[..end]);
    }
    for at in (0..file.len()).step_by(61) {
        let mut bent = file.clone();
        bent[at] ^= 0xff;
        open("a.bin", "ole", &bent);
    }
}
