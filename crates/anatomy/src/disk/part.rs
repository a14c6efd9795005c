//! Hard disk images: raw or VHD (fixed and dynamic), with MBR or GPT partitions, and the FAT volumes on them. Other
//! file systems are named.

use super::fat::Fat;
use crate::binary::{be32_at, piece, u8_at, u32_at, u64_at};
use crate::registry::Analyser;
use crate::specimen::Specimen;

/// Partitions that are looked at.
const PARTITIONS: usize = 32;

/// Bytes of a sector.
const SECTOR: usize = 512;

/// Bytes to which a dynamic image is laid out.
const LAID_OUT: usize = 128 << 20;

pub(crate) static ANALYSER: Analyser =
    Analyser { kinds: &["img", "vhd", "vhdx", "vmdk"], run, tells: &[], oddities: &[] };

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    match specimen.file.kind.as_str() {
        "img" => disk(bytes, specimen),
        "vhd" => {
            let footer = piece(bytes, bytes.len().saturating_sub(SECTOR), SECTOR);
            let footer = if footer.starts_with(b"conectix") { footer } else { piece(bytes, 0, SECTOR) };
            match be32_at(footer, 60) {
                Some(2) => {
                    specimen.property("disk.format", "VHD fixed");
                    disk(bytes, specimen);
                }
                Some(3) => {
                    specimen.property("disk.format", "VHD dynamic");
                    match lay_out(bytes, footer, specimen) {
                        Some(whole) => disk(&whole, specimen),
                        None => specimen.odd("disk-unreadable", "VHD"),
                    }
                }
                _ => specimen.odd("disk-unreadable", "VHD"),
            }
            let creator = String::from_utf8_lossy(piece(footer, 28, 4)).into_owned();
            specimen.property("disk.application", creator);
            // Seconds since the year 2000.
            let stamp = be32_at(footer, 24).and_then(|s| crate::time::unix(i64::from(s) + 946_684_800));
            specimen.property("disk.created", stamp.unwrap_or_default());
        }
        other => {
            let other = other.to_uppercase();
            specimen.property("disk.format", other.as_str());
            specimen.odd("disk-unreadable", &other);
        }
    }
}

/// A dynamic VHD's sectors at their places, as far as [`LAID_OUT`].
fn lay_out(bytes: &[u8], footer: &[u8], specimen: &mut Specimen<'_, '_>) -> Option<Vec<u8>> {
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
    if size > LAID_OUT {
        specimen.odd("unpacked-size-limit", "VHD");
    }
    let size = size.min(LAID_OUT);
    let bitmap = (block / SECTOR / 8).div_ceil(SECTOR) * SECTOR;
    let mut out = vec![0; size];
    for (index, into) in out.chunks_mut(block).enumerate() {
        let entry = table.checked_add(index.checked_mul(4)?).and_then(|at| be32_at(bytes, at));
        let Some(entry) = entry.filter(|entry| *entry != u32::MAX) else {
            continue;
        };
        let start = usize::try_from(entry).ok()?.checked_mul(SECTOR)?.checked_add(bitmap)?;
        let data = piece(bytes, start, into.len());
        if let Some(into) = into.get_mut(..data.len()) {
            into.copy_from_slice(data);
        }
    }
    Some(out)
}

/// A volume, or a table of partitions.
fn disk(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    if volume(bytes, specimen) {
        return;
    }
    let mut starts = Vec::new();
    if piece(bytes, SECTOR, 8) == b"EFI PART" {
        specimen.property("disk.partitions", "GPT");
        let table = u64_at(bytes, SECTOR + 72).and_then(|at| usize::try_from(at).ok()).unwrap_or(2);
        let step = u32_at(bytes, SECTOR + 84).and_then(|s| usize::try_from(s).ok()).unwrap_or(128);
        for index in 0..PARTITIONS {
            let at = table.saturating_mul(SECTOR).saturating_add(index.saturating_mul(step.clamp(128, 4096)));
            let entry = piece(bytes, at, 128);
            if entry.iter().take(16).all(|b| *b == 0) {
                continue;
            }
            starts.extend(u64_at(entry, 32).and_then(|start| usize::try_from(start).ok()));
        }
    } else if piece(bytes, 510, 2) == b"\x55\xaa" {
        specimen.property("disk.partitions", "MBR");
        for entry in piece(bytes, 446, 64).chunks_exact(16) {
            if u8_at(entry, 4).is_some_and(|kind| kind != 0) {
                starts.extend(u32_at(entry, 8).and_then(|start| usize::try_from(start).ok()));
            }
        }
    }
    let mut known = false;
    starts.dedup();
    for start in starts.into_iter().filter(|start| *start > 0) {
        known |= volume(bytes.get(start.saturating_mul(SECTOR)..).unwrap_or(&[]), specimen);
    }
    // An optical file system in an .img is read by its own analyser.
    if !known && piece(bytes, 0x8001, 5) != b"CD001" {
        specimen.odd("disk-unreadable", "");
    }
}

/// Tells a volume; false if its file system is not known.
fn volume(bytes: &[u8], specimen: &mut Specimen<'_, '_>) -> bool {
    match piece(bytes, 3, 8) {
        b"NTFS    " => {
            specimen.property("disk.system", "NTFS");
            specimen.odd("disk-unreadable", "NTFS");
            true
        }
        b"EXFAT   " => {
            specimen.property("disk.system", "exFAT");
            specimen.odd("disk-unreadable", "exFAT");
            true
        }
        _ => match Fat::new(bytes).filter(|_| piece(bytes, 510, 2) == b"\x55\xaa") {
            Some(fat) => {
                fat.tell(specimen);
                true
            }
            None => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use crate::{Job, Limits};

    /// A FAT12 volume with a long-named file in a folder that contains itself.
    fn volume() -> Vec<u8> {
        let mut bytes = vec![0; 20 * 512];
        let mut put = |at: usize, data: &[u8]| bytes[at..at + data.len()].copy_from_slice(data);
        put(0, b"\xeb\x3c\x90MSDOS5.0\0\x02\x01\x01\0\x01\x10\0\x14\0\xf8\x01\0");
        put(54, b"FAT12   ");
        put(510, b"\x55\xaa");
        put(512, b"\xf8\xff\xff\xff\xff\xff");
        let record = |name: &[u8; 11], kind: u8, cluster: u8, size: u8| {
            let mut out = [0u8; 32];
            out[..11].copy_from_slice(name);
            out[11] = kind;
            out[22..26].copy_from_slice(&[0x80, 0x49, 0x07, 0x43]);
            out[26] = cluster;
            out[28] = size;
            out
        };
        put(1024, &record(b"LABEL      ", 8, 0, 0));
        put(1056, &record(b"FOLDER     ", 16, 2, 0));
        let mut long = [0xff; 32];
        let units: Vec<u8> = "請求書.txt\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        long[0] = 0x41;
        long[1..11].copy_from_slice(&units[..10]);
        long[11..14].copy_from_slice(&[0x0f, 0, 0]);
        long[14..20].copy_from_slice(&units[10..16]);
        put(1536, &long);
        put(1568, &record(b"SEIKYU~1TXT", 32, 3, 5));
        put(1600, &record(b"AGAIN      ", 16, 2, 0));
        put(2048, b"hello");
        bytes
    }

    fn open(name: &str, bytes: &[u8]) -> crate::Opened {
        let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
        crate::open(&job, &[], &Limits::default())
    }

    fn check(opened: &crate::Opened) {
        let child = &opened.attachment.children[0];
        assert_eq!((child.name.as_deref(), child.text.as_str()), (Some("FOLDER/請求書.txt"), "hello"));
        assert_eq!(child.properties[0].value, "2013-08-07T09:12:00");
        assert!(opened.attachment.properties.iter().any(|p| p.name == "disk.volume" && p.value == "LABEL"));
        assert_eq!(opened.oddities[0].id, "disk-folder-loop");
    }

    #[test]
    fn a_volume_is_walked_by_itself_and_behind_a_table_of_partitions() {
        check(&open("a.img", &volume()));
        let mut disk = vec![0; 512];
        disk[450] = 1;
        disk[454] = 1;
        disk[510..512].copy_from_slice(b"\x55\xaa");
        disk.extend(volume());
        check(&open("b.img", &disk));
    }

    #[test]
    fn fixed_and_dynamic_vhd_are_walked() {
        let mut footer = vec![0; 512];
        footer[..8].copy_from_slice(b"conectix");
        footer[63] = 2;
        let mut fixed = volume();
        fixed.extend(&footer);
        check(&open("a.vhd", &fixed));
        footer[63] = 3;
        footer[22..24].copy_from_slice(&[2, 0]);
        footer[54..56].copy_from_slice(&(20 * 512u16).to_be_bytes());
        let mut dynamic = footer.clone();
        let mut header = vec![0; 1024];
        header[..8].copy_from_slice(b"cxsparse");
        header[20..24].copy_from_slice(&1536u32.to_be_bytes());
        header[32..36].copy_from_slice(&16384u32.to_be_bytes());
        dynamic.extend(header);
        let mut table = vec![0xff; 512];
        table[..4].copy_from_slice(&4u32.to_be_bytes());
        dynamic.extend(table);
        dynamic.extend(vec![0xff; 512]);
        dynamic.extend(volume());
        dynamic.extend(&footer);
        dynamic[16..24].copy_from_slice(&512u64.to_be_bytes());
        let end = dynamic.len() - 512;
        dynamic[end + 16..end + 24].copy_from_slice(&512u64.to_be_bytes());
        check(&open("b.vhd", &dynamic));
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        assert_eq!(open("a.vhdx", b"vhdxfile\0").oddities[0].id, "disk-unreadable");
        assert_eq!(open("a.vhd", b"conectix").oddities[0].id, "disk-unreadable");
    }
}
