//! Serialized property stores (MS-PROPSTORE): the few values that tell of people and places.

use crate::binary::{guid, piece, u16_at, u32_at, utf16};
use crate::specimen::Specimen;

use super::Shortcut;

/// Values of one block that are read.
const VALUES: usize = 256;

/// Windows' type for counted UTF-16 text.
const TEXT: u16 = 31;

/// Windows' type for GUIDs.
const GUID: u16 = 72;

/// Reads the storages of a block.
pub(super) fn read(store: &[u8], specimen: &mut Specimen<'_, '_>, shortcut: &mut Shortcut) {
    let mut rest = store;
    let mut left = VALUES;
    while let Some((storage, after)) = counted(rest) {
        rest = after;
        if storage.get(4..8) != Some(b"1SPS") {
            continue;
        }
        let format = storage.get(8..).and_then(guid).unwrap_or_default();
        let mut values = storage.get(24..).unwrap_or(&[]);
        while let Some((value, after)) = counted(values) {
            values = after;
            if left == 0 {
                return;
            }
            left -= 1;
            one(&format, value, specimen, shortcut);
        }
    }
}

/// The next piece that begins with its own length, and what follows it.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let size = usize::try_from(u32_at(bytes, 0)?).ok().filter(|s| *s >= 4)?;
    Some((bytes.get(..size)?, bytes.get(size..)?))
}

fn one(format: &str, value: &[u8], specimen: &mut Specimen<'_, '_>, shortcut: &mut Shortcut) {
    let text = || match u16_at(value, 9) {
        Some(TEXT) => {
            let chars = usize::try_from(u32_at(value, 13).unwrap_or(0)).unwrap_or(0);
            utf16(piece(value, 17, chars.saturating_mul(2)))
        }
        Some(GUID) => value.get(13..).and_then(guid).unwrap_or_default(),
        _ => String::new(),
    };
    match (format, u32_at(value, 4).unwrap_or(0)) {
        ("46588ae2-4cbc-4338-bbfc-139326986dce", 4) => specimen.property("lnk.owner-sid", text()),
        ("28636aa6-953d-11d2-b5d6-00c04fd918d0", 30) => shortcut.target("property", &text()),
        ("446d16b1-8dad-4870-a748-402ea43d788c", 104) => specimen.property("lnk.volume-id", text()),
        ("9f4c2855-9f79-4b39-a8d0-e1d42de1d5f3", 5) => {
            shortcut.application = text();
            specimen.property("lnk.application-id", shortcut.application.as_str());
        }
        ("dabd30ed-0043-4789-a7f8-d013a4736622", 100) => specimen.property("lnk.target-folder", text()),
        ("b725f130-47ef-101a-a5f1-02608c9eebac", 4) => specimen.property("lnk.target-kind", text()),
        _ => {}
    }
}
