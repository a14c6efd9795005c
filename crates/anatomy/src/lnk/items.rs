//! The target as a list of shell items: folders inside folders, from the desktop down.

use crate::binary::{guid, piece, u8_at, u16_at, u32_at, utf16};
use crate::specimen::Specimen;
use crate::time;

use super::ansi;

/// Items of one list that are read.
const ITEMS: usize = 256;

/// The folder above all drives, which no path names.
const COMPUTER: &str = "20d04fe0-3aea-1069-a2d8-08002b30309d";

/// Reads a list into a path; notes dates and file references on the way.
pub(super) fn path(list: &[u8], specimen: &mut Specimen<'_, '_>) -> String {
    let mut path = String::new();
    let mut rest = list;
    for _ in 0..ITEMS {
        let size = usize::from(u16_at(rest, 0).unwrap_or(0));
        if size < 2 {
            break;
        }
        let item = piece(rest, 0, size);
        rest = rest.get(size..).unwrap_or(&[]);
        let last = u16_at(rest, 0).unwrap_or(0) < 2;
        let name = name(item, last, specimen);
        if name.is_empty() {
            continue;
        }
        if name.starts_with("\\\\") || name.contains("://") || name.get(1..3) == Some(":\\") {
            // A share is told with its server, a drive needs no desktop before it.
            path.clear();
        }
        if !path.is_empty() && !path.ends_with('\\') {
            path.push('\\');
        }
        path.push_str(&name);
    }
    let is_computer = || list.get(4..).and_then(guid).as_deref() == Some(COMPUTER);
    if path.is_empty() && u8_at(list, 2) == Some(0x1f) && is_computer() {
        "Computer".clone_into(&mut path);
    }
    path
}

/// The name of one item; empty where it adds nothing to a path.
fn name(item: &[u8], last: bool, specimen: &mut Specimen<'_, '_>) -> String {
    let kind = u8_at(item, 2).unwrap_or(0);
    match kind {
        0x1f => folder(item, 4),
        0x20..=0x2f if kind & 1 != 0 => ansi(item.get(3..).unwrap_or(&[])),
        0x20..=0x2f => folder(item, 4),
        0x30..=0x3f => file(item, 4, kind & 4 != 0, last, specimen),
        0x40..=0x4f => ansi(item.get(5..).unwrap_or(&[])),
        0x61 => address(item),
        0x70..=0x73 => folder(item, 14),
        0x74 if item.get(6..10) == Some(b"CFSF") => {
            file(item, 14, u8_at(item, 12).unwrap_or(0) & 4 != 0, last, specimen)
        }
        _ => long_name(item).map_or_else(String::new, |(_, name)| name),
    }
}

/// A file or folder: its size stands at `at`, then its date and its short name.
fn file(item: &[u8], at: usize, unicode: bool, last: bool, specimen: &mut Specimen<'_, '_>) -> String {
    let short = item.get(at + 10..).unwrap_or(&[]);
    let short = if unicode { utf16(short) } else { ansi(short) };
    let date = |at: usize| time::dos(u16_at(item, at)?, u16_at(item, at + 2)?);
    let long = long_name(item);
    if last {
        // MS-DOS dates of the list are in UTC, other than in archives.
        let note = |value: Option<String>| value.map_or_else(String::new, |v| v + "Z");
        specimen.property("lnk.item-modified", note(date(at + 4)));
        if let Some((block, _)) = &long {
            specimen.property("lnk.item-created", note(date(block + 8)));
            specimen.property("lnk.item-accessed", note(date(block + 12)));
            let version = u16_at(item, block + 2).unwrap_or(0);
            if version >= 7
                && let Some(reference) = u32_at(item, block + 20).filter(|r| *r != 0)
            {
                specimen.property("lnk.mft-entry", reference.to_string());
            }
        }
    }
    long.map(|(_, name)| name).filter(|name| !name.is_empty()).unwrap_or(short)
}

/// The extension block 0xbeef0004, and the long name in it.
fn long_name(item: &[u8]) -> Option<(usize, String)> {
    let block = memchr::memmem::find(item, b"\x04\0\xef\xbe")?.checked_sub(4)?;
    let at = match u16_at(item, block + 2)? {
        0..=2 => return None,
        3..=6 => 20,
        7 => 38,
        8 => 42,
        _ => 46,
    };
    Some((block, utf16(item.get(block + at..)?)))
}

/// A web address; its flags say how it is written.
fn address(item: &[u8]) -> String {
    let skip = usize::from(u16_at(item, 4).unwrap_or(0));
    let text = item.get(6 + skip..).unwrap_or(&[]);
    if u8_at(item, 3).unwrap_or(0) & 0x80 != 0 { utf16(text) } else { ansi(text) }
}

/// A folder that has a number instead of a path; the desktop's own is left out.
fn folder(item: &[u8], at: usize) -> String {
    let Some(id) = item.get(at..).and_then(guid) else {
        return String::new();
    };
    match known(&id) {
        Some("") => String::new(),
        Some(name) => name.to_owned(),
        None => format!("::{{{id}}}"),
    }
}

/// Windows' own folders by their GUIDs, as far as shortcuts lead there.
pub(super) fn known(id: &str) -> Option<&'static str> {
    const NAMES: [(&str, &str); 33] = [
        (COMPUTER, ""),
        ("00021400-0000-0000-c000-000000000046", ""),
        ("b4bfcc3a-db2c-424c-b029-7fe99a87c641", "Desktop"),
        ("21ec2020-3aea-1069-a2dd-08002b30309d", "Control Panel"),
        ("26ee0668-a00a-44d7-9371-beb064c98683", "Control Panel"),
        ("5399e694-6ce5-4d6c-8fce-1d8870fdcba0", "Control Panel"),
        ("208d2c60-3aea-1069-a2d7-08002b30309d", "Network"),
        ("f02c1a0d-be21-4350-88b0-7367fc96ef3c", "Network"),
        ("645ff040-5081-101b-9f08-00aa002f954e", "Recycle Bin"),
        ("871c5380-42a0-1069-a2ea-08002b30309d", "Internet Explorer"),
        ("450d8fba-ad25-11d0-98a8-0800361b1103", "Documents"),
        ("fdd39ad0-238f-46af-adb4-6c85480369c7", "Documents"),
        ("a8cdff1c-4878-43be-b5fd-f8091c1c60d0", "Documents"),
        ("374de290-123f-4565-9164-39c4925e467b", "Downloads"),
        ("088e3905-0323-4b02-9826-5d99428e115f", "Downloads"),
        ("33e28130-4e1e-4676-835a-98395c3bc3bb", "Pictures"),
        ("24ad3ad4-a569-4530-98e1-ab02f9417aa8", "Pictures"),
        ("4bd8d571-6d19-48d3-be97-422220080e43", "Music"),
        ("18989b1d-99b5-455b-841c-ab7c74e4ddfc", "Videos"),
        ("59031a47-3f72-44a7-89c5-5595fe6b30ee", "User Folder"),
        ("f3ce0f7c-4901-4acc-8648-d5d44b04ef8f", "User Files"),
        ("5e6c858f-0e22-4760-9afe-ea3317b67173", "Profile"),
        ("031e4825-7b94-4dc3-b131-e946b44c8dd5", "Libraries"),
        ("679f85cb-0220-4080-b29b-5540cc05aab6", "Quick access"),
        ("2227a280-3aea-1069-a2de-08002b30309d", "Printers"),
        ("d34a6ca6-62c2-4c34-8a7c-14709c1ad938", "Common Places"),
        ("ed228fdf-9ea8-4870-83b1-96b02cfe0d52", "Games"),
        ("3080f90d-d7ad-11d9-bd98-0000947b0257", "Show Desktop"),
        ("3080f90e-d7ad-11d9-bd98-0000947b0257", "Window Switcher"),
        ("2559a1f1-21d7-11d4-bdaf-00c04f60b9f0", "Help and Support"),
        ("2559a1f3-21d7-11d4-bdaf-00c04f60b9f0", "Run"),
        ("905e63b6-c1bf-494e-b29c-65b732d3d21a", "Program Files"),
        ("1ac14e77-02e7-4e5d-b744-2eb1ae5198b7", "System32"),
    ];
    NAMES.iter().find(|(guid, _)| *guid == id).map(|(_, name)| *name)
}
