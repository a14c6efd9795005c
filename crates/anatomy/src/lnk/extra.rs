//! The blocks after a shortcut's strings: environment paths, the tracker's machine name, property stores.

use crate::binary::{guid, piece, u8_at, u16_at, u32_at, utf16};
use crate::specimen::Specimen;
use crate::time;

use super::{Shortcut, ansi, items, store};

/// Blocks that are read.
const BLOCKS: usize = 64;

/// 100-nanosecond steps from 1582, where UUIDs start, to 1601, where Windows starts.
const UUID_TO_FILETIME: u64 = 5_748_192_000_000_000;

/// Reads the blocks from `at` on; gives the place after the last.
pub(super) fn read(
    bytes: &[u8],
    mut at: usize,
    specimen: &mut Specimen<'_, '_>,
    shortcut: &mut Shortcut,
) -> usize {
    for _ in 0..BLOCKS {
        let Some(size) = u32_at(bytes, at) else {
            return bytes.len().min(at);
        };
        if size < 4 {
            return at + 4;
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let signature = u32_at(bytes, at + 4).unwrap_or(0);
        // Every block has a signature of this shape; anything else is no longer the shortcut.
        if signature & 0xffff_ff00 != 0xa000_0000 || size < 8 || size > bytes.len() - at {
            specimen.odd("lnk-odd-block", &format!("byte:{at}"));
            return at;
        }
        block(signature, piece(bytes, at, size), specimen, shortcut);
        at += size;
    }
    at
}

fn block(signature: u32, block: &[u8], specimen: &mut Specimen<'_, '_>, shortcut: &mut Shortcut) {
    match signature {
        0xa000_0001 => shortcut.target("environment", &both(block)),
        0xa000_0003 => tracker(block, specimen),
        0xa000_0004 => {
            let page = u32_at(block, 8).map(|p| p.to_string()).unwrap_or_default();
            specimen.property("lnk.console-code-page", page);
        }
        0xa000_0006 => specimen.property("lnk.msi-product", both(block)),
        0xa000_0007 => {
            let icon = both(block);
            if shortcut.icon.is_empty() {
                shortcut.icon = icon;
            } else if shortcut.icon != icon {
                specimen.property("lnk.icon-environment", icon);
            }
        }
        0xa000_0008 => specimen.property("lnk.shim", utf16(block.get(8..).unwrap_or(&[]))),
        0xa000_0009 => store::read(block.get(8..).unwrap_or(&[]), specimen, shortcut),
        0xa000_000b => {
            let id = block.get(8..).and_then(guid).unwrap_or_default();
            let name = items::known(&id).filter(|n| !n.is_empty()).map_or(id.clone(), str::to_owned);
            specimen.property("lnk.known-folder", name);
        }
        0xa000_000c => {
            let path = items::path(block.get(8..).unwrap_or(&[]), specimen);
            shortcut.target("vista-id-list", &path);
        }
        _ => {}
    }
}

/// A path of 260 characters kept twice; the Unicode one is the truer.
fn both(block: &[u8]) -> String {
    let wide = utf16(piece(block, 268, 520));
    if wide.is_empty() { ansi(piece(block, 8, 260)) } else { wide }
}

/// The link tracker's block: the machine, and ids that carry a network card's address and a time.
fn tracker(block: &[u8], specimen: &mut Specimen<'_, '_>) {
    specimen.property("lnk.machine-id", ansi(piece(block, 16, 16)));
    let ids = [
        (32, "lnk.droid-volume"),
        (48, "lnk.droid-file"),
        (64, "lnk.birth-droid-volume"),
        (80, "lnk.birth-droid-file"),
    ];
    for (at, name) in ids {
        let raw = piece(block, at, 16);
        if let Some(id) = guid(raw).filter(|_| raw.iter().any(|b| *b != 0)) {
            specimen.property(name, id);
        }
        if at == 48 || at == 80 {
            machine(raw, specimen);
        }
    }
}

/// What a version-1 UUID tells of the machine that made it.
fn machine(id: &[u8], specimen: &mut Specimen<'_, '_>) {
    let (Some(low), Some(mid), Some(high)) = (u32_at(id, 0), u16_at(id, 4), u16_at(id, 6)) else {
        return;
    };
    let is_variant = u8_at(id, 8).is_some_and(|b| b & 0xc0 == 0x80);
    let Some(node) = id.get(10..16).filter(|n| high >> 12 == 1 && is_variant && n.iter().any(|b| *b != 0))
    else {
        return;
    };
    let address: Vec<String> = node.iter().map(|b| format!("{b:02x}")).collect();
    specimen.property("lnk.mac-address", address.join(":"));
    let ticks = u64::from(high & 0xfff) << 48 | u64::from(mid) << 32 | u64::from(low);
    let date = ticks.checked_sub(UUID_TO_FILETIME).and_then(time::filetime);
    specimen.property("lnk.droid-created", date.unwrap_or_default());
}
