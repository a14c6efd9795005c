//! Virtual hard disks as a [`View`]: VHD (fixed and dynamic), VHDX, and VMDK in one sparse file.

use super::view::View;
use crate::binary::{be32_at, guid, piece, u16_at, u32_at, u64_at};
use crate::oddities;
use crate::specimen::Specimen;

/// Bytes of a sector.
const SECTOR: usize = 512;

/// Entries of a table that are read: a disk of 2 TB in blocks of 2 MB.
const BLOCKS: usize = 1 << 20;

/// Entries of a VHDX's tables of regions and items.
const ITEMS: usize = 64;

pub(super) const LOG: oddities::Entry = oddities::entry(
    "disk-log-pending",
    "仮想ディスクの書き込み途中の記録（ログ）は反映せずに読みました",
    "The virtual disk has a log of unfinished writes; it was read without them",
);

pub(super) const DIFFERENCING: oddities::Entry = oddities::entry(
    "disk-differencing",
    "差分ディスクのため、親ディスクにある部分は読めません",
    "It is a differencing disk: what stands on its parent cannot be read",
);

fn size_at(bytes: &[u8], at: usize) -> Option<usize> {
    u64_at(bytes, at).and_then(|n| usize::try_from(n).ok())
}

/// The disk inside of a file of that kind.
pub(super) fn open<'a>(kind: &str, bytes: &'a [u8], specimen: &mut Specimen<'_, '_>) -> Option<View<'a>> {
    match kind {
        "vhd" => vhd(bytes, specimen),
        "vhdx" => vhdx(bytes, specimen),
        "vmdk" => vmdk(bytes, specimen),
        _ => Some(View::flat(bytes)),
    }
}

fn vhd<'a>(bytes: &'a [u8], specimen: &mut Specimen<'_, '_>) -> Option<View<'a>> {
    let footer = piece(bytes, bytes.len().saturating_sub(SECTOR), SECTOR);
    let footer = if footer.starts_with(b"conectix") { footer } else { piece(bytes, 0, SECTOR) };
    let creator = String::from_utf8_lossy(piece(footer, 28, 4)).into_owned();
    specimen.property("disk.application", creator);
    // Seconds since the year 2000.
    let stamp = be32_at(footer, 24).and_then(|s| crate::time::unix(i64::from(s) + 946_684_800));
    specimen.property("disk.created", stamp.unwrap_or_default());
    let form = be32_at(footer, 60)?;
    match form {
        2 => {
            specimen.property("disk.format", "VHD fixed");
            return Some(View::flat(bytes));
        }
        3 => specimen.property("disk.format", "VHD dynamic"),
        4 => {
            specimen.property("disk.format", "VHD differencing");
            specimen.odd("disk-differencing", "");
        }
        _ => return None,
    }
    let place = |at: usize| {
        let (high, low) = (u64::from(be32_at(footer, at)?), u64::from(be32_at(footer, at + 4)?));
        usize::try_from(high << 32 | low).ok()
    };
    let size = place(48)?;
    let header = bytes.get(place(16)?..)?;
    if !header.starts_with(b"cxsparse") {
        return None;
    }
    let table = usize::try_from(be32_at(header, 20)?).ok()?;
    let block = usize::try_from(be32_at(header, 32)?).ok().filter(|b| b.is_power_of_two() && *b >= SECTOR)?;
    let bitmap = (block / SECTOR / 8).div_ceil(SECTOR) * SECTOR;
    let mut places = Vec::new();
    for index in 0..size.div_ceil(block).min(BLOCKS) {
        let Some(entry) = be32_at(bytes, table.saturating_add(index * 4)) else { break };
        let start = usize::try_from(entry).ok().filter(|_| entry != u32::MAX);
        places.push(start.and_then(|s| s.checked_mul(SECTOR)?.checked_add(bitmap)));
    }
    Some(View::blocks(bytes, block, places, size))
}

/// [MS-VHDX] 2: headers at 64 and 128 KB, tables of regions at 192 and 256 KB.
fn vhdx<'a>(bytes: &'a [u8], specimen: &mut Specimen<'_, '_>) -> Option<View<'a>> {
    specimen.property("disk.format", "VHDX");
    let creator = crate::binary::utf16(piece(bytes, 8, 512));
    specimen.property("disk.application", creator);
    let headers = [0x1_0000, 0x2_0000].map(|at| piece(bytes, at, 4 << 10));
    let header = headers.iter().filter(|h| h.starts_with(b"head")).max_by_key(|h| u64_at(h, 8));
    if header.is_some_and(|h| piece(h, 48, 16).iter().any(|b| *b != 0)) {
        specimen.odd("disk-log-pending", "");
    }
    let regions = [0x3_0000, 0x4_0000].into_iter().find(|at| piece(bytes, *at, 4) == b"regi")?;
    let region = |wanted: &str| {
        (0..ITEMS).map(|index| regions + 16 + index * 32).find_map(|at| {
            let found = guid(piece(bytes, at, 16)).is_some_and(|g| g == wanted);
            found.then(|| Some((size_at(bytes, at + 16)?, u32_at(bytes, at + 24)?)))?
        })
    };
    let (items, _) = region("8b7ca206-4790-4b9a-b8fe-575f050f886e")?;
    let (table, table_bytes) = region("2dc27766-f623-4200-9d64-115e9bfd4a08")?;
    let items = bytes.get(items..).filter(|i| i.starts_with(b"metadata"))?;
    let item = |wanted: &str| {
        let count = usize::from(u16_at(items, 10)?).min(ITEMS);
        (0..count).map(|index| 32 + index * 32).find_map(|at| {
            let found = guid(piece(items, at, 16)).is_some_and(|g| g == wanted);
            found.then(|| usize::try_from(u32_at(items, at + 16)?).ok())?
        })
    };
    let parameters = item("caa16737-fa36-4d43-b3b6-33f0aa44e76b")?;
    let block = usize::try_from(u32_at(items, parameters)?).ok();
    let block = block.filter(|b| b.is_power_of_two() && (1 << 20..=256 << 20).contains(b))?;
    let flags = u32_at(items, parameters.checked_add(4)?)?;
    if flags & 2 != 0 {
        specimen.odd("disk-differencing", "");
    }
    let size = size_at(items, item("2fa54224-cd1b-4876-b211-5dbed83bf4b8")?)?;
    let sector = item("8141bf1d-a96f-4709-ba47-f233a8faab5f").and_then(|at| u32_at(items, at)).unwrap_or(512);
    let sector = usize::try_from(sector).ok().filter(|s| matches!(s, 512 | 4096))?;
    // After every so many blocks stands the place of a bitmap, which only differencing disks use.
    let chunk = ((1usize << 23) * sector / block).max(1);
    let entries = usize::try_from(table_bytes).ok()? / 8;
    let mut places = Vec::new();
    for index in 0..size.div_ceil(block).min(BLOCKS) {
        let at = index + index / chunk;
        let Some(entry) = size_at(bytes, table.saturating_add(at * 8)).filter(|_| at < entries) else {
            break;
        };
        // Six is a block that is there, seven one that is there in part.
        places.push(matches!(entry & 7, 6 | 7).then_some(entry & !0xf_ffff));
    }
    Some(View::blocks(bytes, block, places, size))
}

/// A sparse extent whose grains are not compressed.
fn vmdk<'a>(bytes: &'a [u8], specimen: &mut Specimen<'_, '_>) -> Option<View<'a>> {
    specimen.property("disk.format", "VMDK");
    let number = |at: usize| size_at(bytes, at);
    let flags = u32_at(bytes, 8)?;
    // Bit 16: the grains are compressed.
    if !bytes.starts_with(b"KDMV") || flags & 1 << 16 != 0 {
        return None;
    }
    let size = number(12)?.checked_mul(SECTOR)?;
    let grain = number(20)?.checked_mul(SECTOR).filter(|g| g.is_power_of_two() && *g <= 1 << 24)?;
    let per = usize::try_from(u32_at(bytes, 44)?).ok().filter(|n| (1..=65_536).contains(n))?;
    let directory = number(56)?.checked_mul(SECTOR)?;
    let at = |table: usize, index: usize| {
        let entry = u32_at(bytes, table.checked_add(index.checked_mul(4)?)?)?;
        usize::try_from(entry).ok()?.checked_mul(SECTOR)
    };
    let mut places = Vec::new();
    for index in 0..size.div_ceil(grain).min(BLOCKS) {
        let Some(table) = at(directory, index / per) else { break };
        let place = if table == 0 { None } else { at(table, index % per) };
        // One says that the grain is all zeroes.
        places.push(place.filter(|p| *p > SECTOR));
    }
    Some(View::blocks(bytes, grain, places, size))
}
