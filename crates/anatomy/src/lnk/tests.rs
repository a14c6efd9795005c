//! Shortcuts built byte by byte.

use crate::{Job, Limits, Opened, open};

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn counted(text: &str) -> Vec<u8> {
    let units = u16::try_from(text.encode_utf16().count()).unwrap();
    [units.to_le_bytes().to_vec(), wide(text)].concat()
}

fn header(flags: u32, icon: i32) -> Vec<u8> {
    let mut out = b"\x4c\0\0\0\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46".to_vec();
    out.extend(flags.to_le_bytes());
    out.extend(0x20u32.to_le_bytes());
    for _ in 0..3 {
        out.extend(130_203_295_200_000_000u64.to_le_bytes());
    }
    out.extend(1234u32.to_le_bytes());
    out.extend(icon.to_le_bytes());
    out.extend(7u32.to_le_bytes());
    out.extend(0x0641u16.to_le_bytes());
    out.extend([0; 10]);
    out
}

/// Root, drive C:, and a file whose long name stands in an extension block.
fn id_list() -> Vec<u8> {
    let root = b"\x14\0\x1f\x50\xe0\x4f\xd0\x20\xea\x3a\x69\x10\xa2\xd8\x08\0\x2b\x30\x30\x9d".to_vec();
    let mut drive = b"\x19\0\x2fC:\\".to_vec();
    drive.resize(25, 0);
    let name = [wide("道具 cmd.exe"), vec![0, 0]].concat();
    let mut block = b"\0\0\x03\0\x04\0\xef\xbe\x07\x43\x80\x49\x07\x43\x80\x49\x14\0\0\0".to_vec();
    block.extend(name);
    let mut file = b"\0\0\x32\0\x10\0\0\0\x07\x43\x80\x49\x20\0CMD~1.EXE\0".to_vec();
    file.extend(block);
    file.extend(24u16.to_le_bytes());
    let size = u16::try_from(file.len()).unwrap();
    file.splice(0..2, size.to_le_bytes());
    let items = [root, drive, file, vec![0, 0]].concat();
    [u16::try_from(items.len()).unwrap().to_le_bytes().to_vec(), items].concat()
}

fn link_info(path: &[u8]) -> Vec<u8> {
    let mut volume = Vec::new();
    for number in [20u32, 3, 0x7450_b65f, 16] {
        volume.extend(number.to_le_bytes());
    }
    volume.extend(b"OS\0\0");
    let mut out = Vec::new();
    let path_at = 28 + 20;
    let suffix_at = path_at + path.len() as u32 + 1;
    for number in [suffix_at + 1, 28, 1, 28, path_at, 0, suffix_at] {
        out.extend(number.to_le_bytes());
    }
    out.extend(volume);
    out.extend(path);
    out.extend([0, 0]);
    out
}

fn tracker() -> Vec<u8> {
    let mut out = Vec::new();
    for number in [96u32, 0xa000_0003, 88, 0] {
        out.extend(number.to_le_bytes());
    }
    out.extend(b"pc-soumu01\0\0\0\0\0\0");
    for _ in 0..2 {
        out.extend([0x11; 16]);
        // 9247aa4b-bc97-11e5-80b1-00155d016d0f
        out.extend(b"\x4b\xaa\x47\x92\x97\xbc\xe5\x11\x80\xb1\x00\x15\x5d\x01\x6d\x0f");
    }
    out
}

fn opened(bytes: &[u8]) -> Opened {
    let job = Job { name: Some("資料.lnk"), place: "attachment[0]", inline: false, bytes };
    open(&job, &[], &Limits::default())
}

fn has(opened: &Opened, id: &str) -> bool {
    opened.tells.iter().any(|t| t.id == id)
}

#[test]
fn a_shortcut_tells_its_target_and_the_machine_it_was_made_on() {
    let bytes = [
        header(0b1011_0011, 0),
        id_list(),
        link_info(b"C:\\\x8e\x91\x97\xbf\\a.exe"),
        counted("C:\\work"),
        counted("/x"),
        tracker(),
        vec![0; 4],
    ]
    .concat();
    let opened = opened(&bytes);
    let file = &opened.attachment;
    let check = |name: &str, value: &str| assert_eq!(file.property(name), Some(value), "{name}");
    check("lnk.target", "C:\\資料\\a.exe");
    check("lnk.target-by-id-list", "C:\\道具 cmd.exe");
    check("lnk.arguments", "/x");
    check("lnk.working-folder", "C:\\work");
    check("lnk.target-created", "2013-08-07T06:12:00Z");
    check("lnk.item-modified", "2013-08-07T09:12:00Z");
    check("lnk.target-size", "1234");
    check("lnk.window", "minimized");
    check("lnk.hotkey", "Ctrl+Alt+A");
    check("lnk.volume-serial", "7450-b65f");
    check("lnk.volume-label", "OS");
    check("lnk.drive-type", "fixed");
    check("lnk.machine-id", "pc-soumu01");
    check("lnk.droid-file", "9247aa4b-bc97-11e5-80b1-00155d016d0f");
    check("lnk.mac-address", "00:15:5d:01:6d:0f");
    check("lnk.droid-created", "2016-01-16T21:24:48Z");
    assert_eq!(file.property("lnk.appended"), None);
    assert_eq!(file.scripts[0].text, "C:\\資料\\a.exe /x");
    assert!(opened.oddities.is_empty(), "{:?}", opened.oddities);
    assert!(!has(&opened, "lnk-runs-command") && !has(&opened, "lnk-hidden-arguments"));
}

#[test]
fn a_command_behind_blanks_a_documents_icon_and_appended_data_is_told() {
    let hidden = format!("{}/c start https://files.example/a", " ".repeat(200));
    let bytes = [
        header(0b1110_1000, 1),
        counted("..\\..\\Windows\\System32\\cmd.exe"),
        counted(&hidden),
        counted("%SystemRoot%\\System32\\SHELL32.dll"),
        vec![0; 4],
        vec![b'x'; 100],
    ]
    .concat();
    let opened = opened(&bytes);
    for id in ["lnk-runs-command", "lnk-hidden-arguments", "lnk-document-icon", "lnk-carries-data"] {
        assert!(has(&opened, id), "{id} in {:?}", opened.tells);
    }
    let file = &opened.attachment;
    assert_eq!(file.property("lnk.appended"), Some("100"));
    assert_eq!(file.children[0].size, 100);
    assert_eq!(file.property("lnk.icon"), Some("%SystemRoot%\\System32\\SHELL32.dll,1"));
    assert!(opened.sources.iter().any(|s| s.place == "attachment[0]:script[0]"));
}

#[test]
fn a_shortcut_to_the_command_prompt_alone_is_no_attack() {
    let bytes = [header(0b1000_1000, 0), counted("..\\cmd.exe"), vec![0; 4]].concat();
    let opened = opened(&bytes);
    assert_eq!(opened.attachment.property("lnk.target"), Some("..\\cmd.exe"));
    assert!(!has(&opened, "lnk-runs-command"));
}

#[test]
fn a_shortcut_cut_anywhere_is_survived() {
    let bytes = [
        header(0b1011_0011, 0),
        id_list(),
        link_info(b"C:\\a.exe"),
        counted("C:\\work"),
        counted("/x"),
        tracker(),
    ]
    .concat();
    for end in 0..bytes.len() {
        let job = Job { name: None, place: "attachment[0]", inline: false, bytes: &bytes[..end] };
        crate::open_as("lnk", &job, &[], &Limits::default());
    }
    for at in 76..bytes.len() {
        let mut wild = bytes.clone();
        wild[at] = 0xff;
        opened(&wild);
    }
    assert!(opened(&bytes[..90]).oddities.iter().any(|o| o.id == "lnk-cut"));
}

#[test]
fn items_without_a_path_are_named() {
    let root = b"\x16\0\x14\0\x1f\x50\xe0\x4f\xd0\x20\xea\x3a\x69\x10\xa2\xd8\x08\0\x2b\x30\x30\x9d\0\0";
    let file = opened(&[header(0x81, 0), root.to_vec(), vec![0; 4]].concat()).attachment;
    assert_eq!(file.property("lnk.target"), Some("Computer"));
    let mut address = b"\0\0\x61\x80\0\0".to_vec();
    address.extend(wide("https://files.example/a"));
    address.extend([0, 0]);
    let size = u16::try_from(address.len()).unwrap();
    address.splice(0..2, size.to_le_bytes());
    let list = [(size + 2).to_le_bytes().to_vec(), address, vec![0, 0]].concat();
    let opened = opened(&[header(0x81, 0), list, vec![0; 4]].concat());
    assert_eq!(opened.attachment.property("lnk.target"), Some("https://files.example/a"));
    assert_eq!(opened.attachment.relations[0].kind, "target");
}

#[test]
fn a_packaged_application_is_the_target_where_there_is_no_path() {
    let id = [wide("Example.App_1!App"), vec![0, 0]].concat();
    let mut value = Vec::new();
    value.extend((id.len() as u32 + 17).to_le_bytes());
    value.extend(5u32.to_le_bytes());
    value.extend([0, 31, 0, 0, 0]);
    value.extend((id.len() as u32 / 2).to_le_bytes());
    value.extend(id);
    let format = b"\x55\x28\x4c\x9f\x79\x9f\x39\x4b\xa8\xd0\xe1\xd4\x2d\xe1\xd5\xf3";
    let storage = [b"1SPS".as_slice(), format, &value, &[0; 4]].concat();
    let storage = [(storage.len() as u32 + 4).to_le_bytes().to_vec(), storage, vec![0; 4]].concat();
    let block =
        [(storage.len() as u32 + 8).to_le_bytes().to_vec(), 0xa000_0009u32.to_le_bytes().to_vec(), storage];
    let file = opened(&[header(0x80, 0), block.concat(), vec![0; 4]].concat()).attachment;
    assert_eq!(file.property("lnk.application-id"), Some("Example.App_1!App"));
    assert_eq!(file.property("lnk.target"), Some("shell:AppsFolder\\Example.App_1!App"));
}
