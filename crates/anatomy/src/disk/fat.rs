//! FAT12, FAT16 and FAT32 with long names.

use std::borrow::Cow;
use std::collections::HashSet;

use super::view::View;
use super::{Found, give};
use crate::archive::Seen;
use crate::binary::{piece, u8_at, u16_at, u32_at};
use crate::specimen::Specimen;
use crate::time;

/// Folders that are read.
const FOLDERS: usize = 2_000;

/// Records read over all folders.
const RECORDS: usize = 50_000;

/// Bytes of one folder that are read.
const FOLDER_BYTES: usize = 2 << 20;

/// Pieces of one long name.
const NAME_PIECES: usize = 20;

/// A volume.
pub(crate) struct Fat<'a> {
    disk: View<'a>,
    cluster: usize,
    /// Where cluster 2 stands.
    data: usize,
    /// Where the table of clusters stands.
    table: usize,
    bits: usize,
    clusters: usize,
    root: Root,
}

enum Root {
    Place(usize, usize),
    Cluster(usize),
}

impl<'a> Fat<'a> {
    /// The volume at the start of a disk, if one is there.
    pub(crate) fn new(disk: View<'a>) -> Option<Self> {
        let number = |at: usize| disk.u16(at);
        let long = |at: usize| disk.u32(at);
        let sector = number(11).filter(|s| matches!(s, 512 | 1024 | 2048 | 4096))?;
        let per = usize::from(disk.u8(13)?);
        let (reserved, tables) = (number(14)?, usize::from(disk.u8(16)?));
        if !per.is_power_of_two() || reserved == 0 || !(1..=4).contains(&tables) {
            return None;
        }
        let table_sectors = number(22).filter(|n| *n > 0).or_else(|| long(36))?;
        let sectors = number(19).filter(|n| *n > 0).or_else(|| long(32))?;
        let table_bytes = table_sectors.checked_mul(sector)?;
        let root = reserved.checked_mul(sector)?.checked_add(tables.checked_mul(table_bytes)?)?;
        let root_bytes = (number(17)? * 32).div_ceil(sector) * sector;
        let data = root.checked_add(root_bytes)?;
        let clusters = sectors.checked_sub(data / sector)? / per;
        let bits = match clusters {
            0..4085 => 12,
            4085..65525 => 16,
            _ => 32,
        };
        let root = if root_bytes == 0 { Root::Cluster(long(44)?) } else { Root::Place(root, root_bytes) };
        let bits = if root_bytes == 0 { 32 } else { bits };
        let table = reserved * sector;
        Some(Self { disk, cluster: sector * per, data, table, bits, clusters, root })
    }

    fn next(&self, cluster: usize) -> Option<usize> {
        let next = match self.bits {
            12 => {
                let pair = self.disk.u16(self.table + cluster + cluster / 2)?;
                if cluster % 2 == 1 { pair >> 4 } else { pair & 0xfff }
            }
            16 => self.disk.u16(self.table + cluster * 2)?,
            _ => self.disk.u32(self.table + cluster * 4)? & 0x0fff_ffff,
        };
        (2..self.clusters.saturating_add(2)).contains(&next).then_some(next)
    }

    /// The bytes of a chain, at most `limit`; no chain is longer than the volume.
    fn chain(&self, first: usize, limit: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at = (2..self.clusters.saturating_add(2)).contains(&first).then_some(first);
        while let Some(cluster) = at {
            let start = self.data.saturating_add((cluster - 2).saturating_mul(self.cluster));
            let bytes = self.disk.piece(start, self.cluster.min(limit - out.len()));
            out.extend_from_slice(&bytes);
            if bytes.is_empty() || out.len() >= limit || out.len() > self.disk.len() {
                break;
            }
            at = self.next(cluster);
        }
        out
    }

    /// Tells the files of the volume.
    pub(crate) fn tell(&self, specimen: &mut Specimen<'_, '_>) {
        specimen.property("disk.system", format!("FAT{}", self.bits));
        let mut folders = vec![(None, String::new())];
        let (mut seen, mut records) = (HashSet::new(), 0usize);
        let mut names = Seen::default();
        while let Some((cluster, path)) = folders.pop() {
            if !seen.insert(cluster) {
                specimen.odd("disk-folder-loop", &path);
                continue;
            }
            let folder = match (cluster, &self.root) {
                (Some(cluster), _) => self.chain(cluster, FOLDER_BYTES),
                (None, Root::Cluster(cluster)) => self.chain(*cluster, FOLDER_BYTES),
                (None, Root::Place(at, length)) => self.disk.piece(*at, *length).into_owned(),
            };
            let mut long: Vec<(u8, [u16; 13])> = Vec::new();
            for record in folder.chunks_exact(32) {
                records += 1;
                if records > RECORDS || seen.len() > FOLDERS || !specimen.has_room() {
                    specimen.odd("files-limit", "");
                    return;
                }
                let (first, kind) = (u8_at(record, 0).unwrap_or(0), u8_at(record, 11).unwrap_or(0));
                match (first, kind) {
                    (0, _) => break,
                    (0xe5, _) => long.clear(),
                    (order, 0x0f) if long.len() < NAME_PIECES => {
                        let spots = (1..11).step_by(2).chain((14..26).step_by(2)).chain([28, 30]);
                        let mut units = [0xffff; 13];
                        for (unit, at) in units.iter_mut().zip(spots) {
                            *unit = u16_at(record, at).unwrap_or(0xffff);
                        }
                        long.push((order & 0x3f, units));
                    }
                    (_, 0x0f) => {}
                    (_, kind) if kind & 8 != 0 => {
                        specimen.property("disk.volume", text(piece(record, 0, 11)));
                        long.clear();
                    }
                    (b'.', _) => long.clear(),
                    _ => {
                        let name = format!("{path}{}", name(record, &mut long));
                        let high = if self.bits == 32 { u16_at(record, 20).unwrap_or(0) } else { 0 };
                        let cluster = usize::from(high) << 16 | usize::from(u16_at(record, 26).unwrap_or(0));
                        if kind & 0x10 != 0 {
                            folders.push((Some(cluster), format!("{name}/")));
                        } else {
                            self.file(record, name, cluster, &mut names, specimen);
                        }
                    }
                }
            }
        }
    }

    fn file(
        &self,
        record: &[u8],
        name: String,
        cluster: usize,
        names: &mut Seen,
        specimen: &mut Specimen<'_, '_>,
    ) {
        let size = usize::try_from(u32_at(record, 28).unwrap_or(0)).unwrap_or(usize::MAX);
        let modified = time::dos(u16_at(record, 24).unwrap_or(0), u16_at(record, 22).unwrap_or(0));
        let found = Found { name, size, packed: self.disk.packed(), modified, created: None };
        give(specimen, names, found, |room| Cow::Owned(self.chain(cluster, room)));
    }
}

fn text(raw: &[u8]) -> String {
    forensics::charset::decode(raw, Some("shift_jis")).text.trim_end().to_owned()
}

/// The long name before this record if there is one, else its short one.
fn name(record: &[u8], long: &mut Vec<(u8, [u16; 13])>) -> String {
    let mut pieces = std::mem::take(long);
    if !pieces.is_empty() {
        pieces.sort_by_key(|(order, _)| *order);
        let units = pieces.iter().flat_map(|(_, units)| *units).take_while(|u| !matches!(u, 0 | 0xffff));
        return char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
    }
    let mut base = piece(record, 0, 8).to_vec();
    if let Some(first) = base.first_mut().filter(|first| **first == 5) {
        *first = 0xe5;
    }
    let (mut base, mut ending) = (text(&base), text(piece(record, 8, 3)));
    // Windows keeps in two bits that a short name is in lower case.
    let case = u8_at(record, 12).unwrap_or(0);
    if case & 8 != 0 {
        base = base.to_lowercase();
    }
    if case & 16 != 0 {
        ending = ending.to_lowercase();
    }
    if ending.is_empty() { base } else { format!("{base}.{ending}") }
}
