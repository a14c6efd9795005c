//! exFAT.

use std::borrow::Cow;
use std::collections::HashSet;

use super::view::View;
use super::{Found, give};
use crate::archive::Seen;
use crate::binary::{piece, u8_at, u16_at, u32_at, u64_at, utf16};
use crate::specimen::Specimen;
use crate::time;

/// Folders that are read.
const FOLDERS: usize = 2_000;

/// Records read over all folders.
const RECORDS: usize = 50_000;

/// Bytes of one folder that are read.
const FOLDER_BYTES: usize = 2 << 20;

struct Volume<'v, 'a> {
    disk: &'v View<'a>,
    table: usize,
    heap: usize,
    cluster: usize,
    clusters: usize,
}

impl Volume<'_, '_> {
    /// The bytes from a cluster on, at most `limit`; without a chain they stand one behind the other.
    fn bytes(&self, first: usize, chained: bool, limit: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut cluster = first;
        while (2..self.clusters.saturating_add(2)).contains(&cluster) && out.len() < limit {
            let at = self.heap.saturating_add((cluster - 2).saturating_mul(self.cluster));
            let bytes = self.disk.piece(at, self.cluster.min(limit - out.len()));
            out.extend_from_slice(&bytes);
            if bytes.is_empty() || out.len() > self.disk.len() {
                break;
            }
            cluster = match chained {
                true => self.disk.u32(self.table.saturating_add(cluster * 4)).unwrap_or(0),
                false => cluster + 1,
            };
        }
        out
    }
}

/// Tells the files of a volume; `None` if its head makes no sense.
pub(super) fn tell(disk: &View<'_>, specimen: &mut Specimen<'_, '_>) -> Option<()> {
    let sector = disk.u8(108).filter(|s| (9..=12).contains(s))?;
    let per = disk.u8(109).filter(|s| *s <= 25 - sector)?;
    let volume = Volume {
        disk,
        table: disk.u32(80)? << sector,
        heap: disk.u32(88)? << sector,
        cluster: 1 << (sector + per),
        clusters: disk.u32(92)?,
    };
    let mut folders = vec![(disk.u32(96)?, true, FOLDER_BYTES, String::new())];
    let (mut seen, mut names, mut records) = (HashSet::new(), Seen::default(), 0usize);
    while let Some((cluster, chained, size, path)) = folders.pop() {
        if !seen.insert(cluster) {
            specimen.odd("disk-folder-loop", &path);
            continue;
        }
        let folder = volume.bytes(cluster, chained, size.min(FOLDER_BYTES));
        let mut entries = folder.chunks_exact(32);
        while let Some(entry) = entries.next() {
            records += 1;
            if records > RECORDS || seen.len() > FOLDERS {
                specimen.odd("files-limit", "");
                return Some(());
            }
            match u8_at(entry, 0) {
                Some(0) => break,
                Some(0x83) => {
                    let length = usize::from(u8_at(entry, 1).unwrap_or(0)).min(11);
                    specimen.property("disk.volume", utf16(piece(entry, 2, length * 2)));
                }
                Some(0x85) => {
                    let more = usize::from(u8_at(entry, 1).unwrap_or(0));
                    // Looked at in a copy: a record that lies about its number takes none of the next away.
                    let set: Vec<&[u8]> = entries.clone().take(more).collect();
                    let Some(file) = File::read(entry, &set) else { continue };
                    entries.by_ref().take(more).for_each(drop);
                    let name = format!("{path}{}", file.name);
                    if file.folder {
                        folders.push((file.cluster, file.chained, file.size, format!("{name}/")));
                        continue;
                    }
                    let found = Found {
                        name,
                        size: file.size,
                        packed: disk.packed(),
                        modified: file.modified,
                        created: file.created,
                    };
                    let (first, chained) = (file.cluster, file.chained);
                    let read = |room| Cow::Owned(volume.bytes(first, chained, room));
                    if !give(specimen, &mut names, found, read) {
                        return Some(());
                    }
                }
                _ => {}
            }
        }
    }
    Some(())
}

struct File {
    name: String,
    folder: bool,
    cluster: usize,
    chained: bool,
    size: usize,
    modified: Option<String>,
    created: Option<String>,
}

impl File {
    /// A file's own record with those that belong to it.
    fn read(entry: &[u8], set: &[&[u8]]) -> Option<Self> {
        let stream = set.first().filter(|s| u8_at(s, 0) == Some(0xc0))?;
        let length = usize::from(u8_at(stream, 3)?);
        let mut wide = Vec::new();
        for part in set.iter().skip(1).filter(|s| u8_at(s, 0) == Some(0xc1)) {
            wide.extend_from_slice(piece(part, 2, 30));
        }
        wide.truncate(length * 2);
        let moment = |at: usize| time::dos(u16_at(entry, at + 2)?, u16_at(entry, at)?);
        Some(Self {
            name: utf16(&wide),
            folder: u16_at(entry, 4)? & 0x10 != 0,
            cluster: usize::try_from(u32_at(stream, 20)?).ok()?,
            chained: u8_at(stream, 1)? & 2 == 0,
            size: usize::try_from(u64_at(stream, 24)?).ok()?,
            modified: moment(12),
            created: moment(8),
        })
    }
}
