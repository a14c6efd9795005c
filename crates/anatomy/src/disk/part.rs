//! Hard disk images, raw or virtual, with MBR or GPT partitions, and the volumes on them: FAT, exFAT and NTFS.

use super::fat::Fat;
use super::view::View;
use super::{exfat, ntfs, virtual_disk};
use crate::binary::{u8_at, u32_at};
use crate::registry::Analyser;
use crate::specimen::Specimen;

/// Partitions that are looked at.
const PARTITIONS: usize = 32;

/// Bytes of a sector.
const SECTOR: usize = 512;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["img", "vhd", "vhdx", "vmdk"],
    run,
    tells: &[],
    oddities: &[ntfs::HIDDEN, virtual_disk::LOG, virtual_disk::DIFFERENCING],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let kind = specimen.file.kind.clone();
    match virtual_disk::open(&kind, bytes, specimen) {
        Some(view) => disk(&view, specimen),
        None => specimen.odd("disk-unreadable", &kind.to_uppercase()),
    }
}

/// A volume, or a table of partitions.
fn disk(view: &View<'_>, specimen: &mut Specimen<'_, '_>) {
    if volume(view, specimen) {
        return;
    }
    let mut starts = Vec::new();
    // Disks of our days may have sectors of 4 KB.
    let table = [SECTOR, 4096].into_iter().find(|sector| &*view.piece(*sector, 8) == b"EFI PART");
    let sector = table.unwrap_or(SECTOR);
    if table.is_some() {
        specimen.property("disk.partitions", "GPT");
        let table = view.u64(sector + 72).unwrap_or(2);
        let step = view.u32(sector + 84).unwrap_or(128);
        for index in 0..PARTITIONS {
            let at = table.saturating_mul(sector).saturating_add(index.saturating_mul(step.clamp(128, 4096)));
            let entry = view.piece(at, 128);
            if entry.iter().take(16).all(|b| *b == 0) {
                continue;
            }
            starts.extend(View::flat(&entry).u64(32));
        }
    } else if &*view.piece(510, 2) == b"\x55\xaa" {
        specimen.property("disk.partitions", "MBR");
        for entry in view.piece(446, 64).chunks_exact(16) {
            if u8_at(entry, 4).is_some_and(|kind| kind != 0) {
                starts.extend(u32_at(entry, 8).and_then(|start| usize::try_from(start).ok()));
            }
        }
    }
    let mut known = false;
    starts.sort_unstable();
    starts.dedup();
    for start in starts.into_iter().filter(|start| *start > 0) {
        known |= volume(&view.from(start.saturating_mul(sector)), specimen);
    }
    // An optical file system in an .img is read by its own analyser.
    let optical = matches!(&*view.piece(0x8001, 5), b"CD001" | b"BEA01");
    let elsewhere = optical && specimen.file.kind == "img";
    if !known && !elsewhere {
        specimen.odd("disk-unreadable", "");
    }
}

/// Tells a volume; false if its file system is not known.
fn volume(view: &View<'_>, specimen: &mut Specimen<'_, '_>) -> bool {
    let read = match &*view.piece(3, 8) {
        b"NTFS    " => {
            specimen.property("disk.system", "NTFS");
            ntfs::tell(view, specimen)
        }
        b"EXFAT   " => {
            specimen.property("disk.system", "exFAT");
            exfat::tell(view, specimen)
        }
        b"-FVE-FS-" => {
            specimen.property("disk.system", "BitLocker");
            specimen.file.encrypted = Some(true);
            specimen.odd("password-unknown", "");
            Some(())
        }
        _ => match Fat::new(view.clone()).filter(|_| &*view.piece(510, 2) == b"\x55\xaa") {
            Some(fat) => {
                fat.tell(specimen);
                Some(())
            }
            None => return false,
        },
    };
    if read.is_none() {
        specimen.odd("disk-unreadable", "");
    }
    true
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
