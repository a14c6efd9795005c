//! LinkInfo: the volume or share on which the target lay, and its path there.

use crate::binary::{piece, u32_at, utf16};
use crate::specimen::Specimen;

use super::ansi;

/// Reads the structure; gives the path, empty where it has none.
pub(super) fn read(info: &[u8], specimen: &mut Specimen<'_, '_>) -> String {
    let flags = u32_at(info, 8).unwrap_or(0);
    let unicode = u32_at(info, 4).unwrap_or(0) >= 0x24;
    let text = |at: usize, wide: usize| {
        let wide = if unicode { from(info, wide).map(utf16) } else { None };
        wide.filter(|t| !t.is_empty()).or_else(|| from(info, at).map(ansi)).unwrap_or_default()
    };
    let suffix = text(24, 32);
    let mut path = String::new();
    if flags & 1 != 0 {
        volume(from(info, 12).unwrap_or(&[]), specimen);
        path = joined(&text(16, 28), &suffix);
    }
    if flags & 2 != 0 {
        let share = share(from(info, 20).unwrap_or(&[]), specimen);
        if path.is_empty() {
            path = joined(&share, &suffix);
        }
    }
    path
}

fn joined(base: &str, suffix: &str) -> String {
    let between = if base.is_empty() || suffix.is_empty() || base.ends_with('\\') { "" } else { "\\" };
    format!("{base}{between}{suffix}")
}

/// What stands where the offset at `at` leads; an offset of 0 leads nowhere.
fn from(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let offset = usize::try_from(u32_at(bytes, at)?).ok().filter(|o| *o > 0)?;
    bytes.get(offset..)
}

fn volume(volume: &[u8], specimen: &mut Specimen<'_, '_>) {
    let volume = piece(volume, 0, usize::try_from(u32_at(volume, 0).unwrap_or(0)).unwrap_or(0));
    let kind = match u32_at(volume, 4) {
        Some(2) => "removable",
        Some(3) => "fixed",
        Some(4) => "network",
        Some(5) => "optical",
        Some(6) => "ramdisk",
        _ => "",
    };
    specimen.property("lnk.drive-type", kind);
    if let Some(serial) = u32_at(volume, 8).filter(|s| *s != 0) {
        specimen.property("lnk.volume-serial", format!("{:04x}-{:04x}", serial >> 16, serial & 0xffff));
    }
    let label = match u32_at(volume, 12) {
        Some(0x14) => from(volume, 16).map(utf16),
        _ => from(volume, 12).map(ansi),
    };
    specimen.property("lnk.volume-label", label.unwrap_or_default());
}

fn share(share: &[u8], specimen: &mut Specimen<'_, '_>) -> String {
    let share = piece(share, 0, usize::try_from(u32_at(share, 0).unwrap_or(0)).unwrap_or(0));
    let flags = u32_at(share, 4).unwrap_or(0);
    let unicode = u32_at(share, 8).unwrap_or(0) > 0x14;
    let text = |at: usize, wide: usize| {
        let wide = if unicode { from(share, wide).map(utf16) } else { None };
        wide.filter(|t| !t.is_empty()).or_else(|| from(share, at).map(ansi)).unwrap_or_default()
    };
    let name = text(8, 20);
    specimen.property("lnk.share", name.as_str());
    if flags & 1 != 0 {
        specimen.property("lnk.share-drive", text(12, 24));
    }
    name
}
