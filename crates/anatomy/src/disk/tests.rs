//! Disks made with the programs that make them, and what a hostile hand may do to them.

use std::io::Read;

use crate::{Job, Limits, Opened};

const UDF: &[u8] = include_bytes!("../../../../fixtures/files/disk/udf.iso.gz");
const NTFS: &[u8] = include_bytes!("../../../../fixtures/files/disk/ntfs.vhdx.gz");
const EXFAT: &[u8] = include_bytes!("../../../../fixtures/files/disk/exfat.img.gz");
const FAT: &[u8] = include_bytes!("../../../../fixtures/files/disk/fat.vmdk.gz");

fn inflated(packed: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut out).unwrap();
    out
}

fn opened(name: &str, bytes: &[u8]) -> Opened {
    let job = Job { name: Some(name), place: "attachment[0]", inline: false, bytes };
    crate::open(&job, &[], &Limits::default())
}

/// Names and sizes of the files, sorted.
fn files(opened: &Opened) -> Vec<(&str, u64)> {
    let children = opened.attachment.children.iter();
    let mut out: Vec<_> = children.map(|c| (c.name.as_deref().unwrap_or(""), c.size)).collect();
    out.sort_unstable();
    out
}

fn told(opened: &Opened, id: &str) -> bool {
    opened.oddities.iter().any(|o| o.id == id)
}

const TREE: [(&str, u64); 3] = [("ascii.txt", 3), ("big.txt", 9_000), ("folder/請求書.txt", 30)];

#[test]
fn a_udf_disc_is_read_with_its_japanese_names() {
    let opened = opened("a.iso", &inflated(UDF));
    assert_eq!(opened.attachment.property("disk.system"), Some("UDF"));
    assert_eq!(opened.attachment.property("disk.volume"), Some("LABEL"));
    assert_eq!(files(&opened), TREE);
    let note = opened.attachment.children.iter().find(|c| c.size == 30).unwrap();
    assert_eq!(note.text, "hello\nhttps://files.example/a");
    assert!(note.property("entry.modified").is_some_and(|d| d.ends_with('Z')));
    assert_eq!(opened.oddities, []);
}

/// Puts the same disc's description behind a partition of metadata, as a Blu-ray disc has it.
fn with_metadata(mut disc: Vec<u8>) -> Vec<u8> {
    let sector = 2048;
    let tag = |disc: &[u8], at: usize| u16::from_le_bytes([disc[at], disc[at + 1]]);
    let mut start = 0;
    for at in (32 * sector..256 * sector).step_by(sector) {
        match tag(&disc, at) {
            5 => start = u32::from_le_bytes(disc[at + 188..at + 192].try_into().unwrap()) as usize,
            6 => {
                // The set of files is looked for in the second partition, which is the metadata.
                disc[at + 256..at + 258].copy_from_slice(&1u16.to_le_bytes());
                disc[at + 264..at + 272].copy_from_slice(&[70, 0, 0, 0, 2, 0, 0, 0]);
                let map = at + 446;
                disc[map..map + 2].copy_from_slice(&[2, 64]);
                disc[map + 5..map + 28].copy_from_slice(b"*UDF Metadata Partition");
                disc[map + 36..map + 40].copy_from_slice(&[1, 0, 0, 0]);
                let block = u32::try_from(disc.len() / sector).unwrap();
                disc[map + 40..map + 44].copy_from_slice(&block.to_le_bytes());
            }
            _ => {}
        }
    }
    let block = disc.len() / sector - start;
    for at in (32 * sector..256 * sector).step_by(sector) {
        if tag(&disc, at) == 6 {
            disc[at + 486..at + 490].copy_from_slice(&u32::try_from(block).unwrap().to_le_bytes());
        }
    }
    let set = start * sector;
    assert_eq!(tag(&disc, set), 256);
    disc[set + 408..set + 410].copy_from_slice(&1u16.to_le_bytes());
    // The file with the metadata: two extents that cover the whole partition.
    let mut node = vec![0; sector];
    node[..2].copy_from_slice(&261u16.to_le_bytes());
    node[4] = 5 + 1;
    node[27] = 250;
    node[172] = 16;
    node[176..184].copy_from_slice(&[0, 8, 0, 0, 0, 0, 0, 0]);
    node[184..192].copy_from_slice(&[0, 0, 16, 0, 1, 0, 0, 0]);
    disc.extend(node);
    disc
}

#[test]
fn a_udf_disc_with_a_metadata_partition_is_read() {
    let disc = with_metadata(inflated(UDF));
    assert_eq!(files(&opened("a.iso", &disc)), TREE);
}

#[test]
fn an_ntfs_volume_in_a_vhdx_is_read_with_its_hidden_stream() {
    let disk = inflated(NTFS);
    let opened = opened("a.vhdx", &disk);
    assert_eq!(opened.attachment.property("disk.format"), Some("VHDX"));
    assert_eq!(opened.attachment.property("disk.system"), Some("NTFS"));
    assert_eq!(opened.attachment.property("disk.volume"), Some("LABEL"));
    assert_eq!(files(&opened), [("big.txt", 9_000), ("big.txt:hidden", 7), ("請求書.txt", 30)]);
    assert!(opened.attachment.children.iter().any(|c| c.text == "hello\nhttps://files.example/a"));
    assert!(opened.attachment.children.iter().any(|c| c.text == "secret"));
    assert!(told(&opened, "disk-stream-hidden") && opened.oddities.len() == 1);
}

#[test]
fn a_log_that_waits_is_told() {
    let mut disk = inflated(NTFS);
    for at in [0x1_0030, 0x2_0030] {
        disk[at] = 1;
    }
    assert!(walked("vhdx", &disk).iter().any(|o| o.id == "disk-log-pending"));
}

#[test]
fn an_exfat_volume_is_read_with_and_without_chains() {
    let opened = opened("a.img", &inflated(EXFAT));
    assert_eq!(opened.attachment.property("disk.system"), Some("exFAT"));
    assert_eq!(opened.attachment.property("disk.volume"), Some("LABEL"));
    let long = format!("大きな{}.txt", "長い名前の".repeat(4));
    assert_eq!(files(&opened), [("folder/請求書.txt", 5), (long.as_str(), 4_101)]);
    let big = opened.attachment.children.iter().find(|c| c.size == 4_101).unwrap();
    assert!(big.text.ends_with("aathe e"), "the second cluster of the chain");
    assert_eq!(big.property("entry.modified"), Some("2013-08-07T09:12:00"));
}

#[test]
fn a_sparse_vmdk_is_read() {
    let opened = opened("a.vmdk", &inflated(FAT));
    assert_eq!(opened.attachment.property("disk.format"), Some("VMDK"));
    assert_eq!(files(&opened), TREE);
}

/// The readers alone: nothing else is to take its time over the whole disk.
fn walked(kind: &str, bytes: &[u8]) -> Vec<lexicon::facts::Oddity> {
    let limits = Limits { file_bytes: 16 << 10, ..Limits::default() };
    let mut bench = crate::bench::Bench::new(&limits, &[], 0);
    let file = lexicon::facts::Attachment { kind: kind.to_owned(), ..Default::default() };
    let mut specimen = crate::specimen::Specimen {
        bench: &mut bench,
        file,
        place: String::new(),
        depth: 0,
        decrypted: false,
    };
    for analyser in [&super::iso::ANALYSER, &super::part::ANALYSER] {
        if analyser.kinds.contains(&kind) {
            (analyser.run)(bytes, &mut specimen);
        }
    }
    bench.oddities
}

#[test]
fn disks_changed_anywhere_are_survived() {
    for (kind, packed) in [("iso", UDF), ("vhdx", NTFS), ("img", EXFAT), ("vmdk", FAT)] {
        let mut disk = inflated(packed);
        let says = |sector: &[u8]| sector.iter().any(|b| !matches!(b, 0 | 0xff | b'a'));
        let sectors: Vec<usize> =
            disk.chunks_exact(512).enumerate().filter(|(_, s)| says(s)).map(|(n, _)| n).collect();
        for (index, sector) in sectors.into_iter().enumerate().step_by(3).take(25) {
            for (nth, value) in [0xff, 0x7f].into_iter().enumerate() {
                let spot = sector * 512 + (index * 37 + nth * 89) % 512;
                let before = std::mem::replace(&mut disk[spot], value);
                walked(kind, &disk);
                disk[spot] = before;
            }
        }
    }
}
