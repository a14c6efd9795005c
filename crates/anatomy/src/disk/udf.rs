//! UDF 1.02 to 2.60 (ECMA-167), as optical discs and their images have it. A volume that was written bit by bit (with
//! a virtual partition) is named only.

use std::borrow::Cow;
use std::collections::HashSet;

use super::view::View;
use super::{Found, give};
use crate::archive::Seen;
use crate::binary::{be16_at, piece, u8_at, u16_at, u32_at, u64_at};
use crate::specimen::Specimen;
use crate::time;

/// Sectors of the volume's description that are read.
const DESCRIPTORS: usize = 64;

/// Folders that are read.
const FOLDERS: usize = 2_000;

/// Records read over all folders.
const RECORDS: usize = 20_000;

/// Bytes of one folder that are read.
const FOLDER_BYTES: usize = 4 << 20;

/// Extents of one file.
const EXTENTS: usize = 10_000;

/// Extents of the file with the metadata: every block of it is looked for among them.
const METADATA: usize = 64;

/// Further lists of extents of one file.
const LISTS: usize = 100;

/// Partitions of a volume.
const MAPS: usize = 8;

/// Bytes of a sector with a description.
const SECTOR: usize = 512;

/// A piece of a file: partition, block, bytes; `None` for bytes that were never written.
#[derive(Clone, Copy)]
struct Extent {
    place: Option<(u16, usize)>,
    length: usize,
}

/// How blocks of a partition are found.
enum Map {
    /// From this block of the disk on.
    Plain(usize),
    /// In a file of another partition.
    Metadata(Vec<Extent>),
}

struct Volume<'v, 'a> {
    disk: &'v View<'a>,
    block: usize,
    maps: Vec<Map>,
}

/// A file's own record.
struct Node {
    folder: bool,
    size: usize,
    /// Its content, where it stands in the record itself.
    inline: Option<Vec<u8>>,
    extents: Vec<Extent>,
    modified: Option<String>,
    created: Option<String>,
}

/// True if a descriptor of that kind stands at the start: its number, and the sum of its first bytes.
fn is(bytes: &[u8], kind: u16) -> bool {
    let sum = bytes.iter().take(16).enumerate().filter(|(at, _)| *at != 4);
    let sum = sum.fold(0u8, |sum, (_, byte)| sum.wrapping_add(*byte));
    u16_at(bytes, 0) == Some(kind) && bytes.len() >= 16 && u8_at(bytes, 4) == Some(sum)
}

fn number(bytes: &[u8], at: usize) -> usize {
    u32_at(bytes, at).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)
}

/// Text of eight or sixteen bits, as its first byte says.
fn text(raw: &[u8]) -> String {
    match raw.split_first() {
        Some((8 | 254, rest)) => rest.iter().map(|b| char::from(*b)).collect(),
        Some((16 | 255, rest)) => {
            let units = rest.chunks_exact(2).filter_map(|pair| be16_at(pair, 0));
            char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
        }
        _ => String::new(),
    }
}

/// A text in a field whose last byte tells its length.
fn field(bytes: &[u8], at: usize, length: usize) -> String {
    let whole = piece(bytes, at, length);
    let told = whole.last().map_or(0, |n| usize::from(*n));
    text(piece(whole, 0, told.min(length.saturating_sub(1))))
}

/// A date: its zone in minutes, year to second.
fn moment(bytes: &[u8], at: usize) -> Option<String> {
    let zone = u16_at(bytes, at)? & 0xfff;
    let minutes = i64::from((zone << 4).cast_signed() >> 4);
    let small = |offset: usize| u8_at(bytes, at + offset).and_then(|n| i8::try_from(n).ok());
    let year = u16_at(bytes, at + 2)?.cast_signed();
    let date =
        jiff::civil::DateTime::new(year, small(4)?, small(5)?, small(6)?, small(7)?, small(8)?, 0).ok()?;
    // A zone that is not known is told as -2047.
    if !(-1440..=1440).contains(&minutes) {
        return Some(date.to_string());
    }
    let seconds = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    time::unix(seconds - minutes * 60)
}

/// Tells the files of a volume; `None` if there is none that can be read.
pub(super) fn tell(disk: &View<'_>, specimen: &mut Specimen<'_, '_>) -> Option<()> {
    let ends = disk.len();
    let anchor = [2048, 512, 4096, 1024].into_iter().find_map(|block| {
        let last = (ends / block).checked_sub(1)?;
        [256, last, last.saturating_sub(256)].into_iter().find_map(|at| {
            let bytes = disk.piece(at.checked_mul(block)?, SECTOR);
            (is(&bytes, 2) && number(&bytes, 12) == at).then_some((block, bytes))
        })
    });
    let (block, anchor) = anchor?;
    let mut about = About::default();
    for at in [16, 24] {
        let (length, start) = (number(&anchor, at), number(&anchor, at + 4));
        about.read(disk, block, start, length / block, specimen);
        if about.root.is_some() {
            break;
        }
    }
    let (root, maps) = (about.root?, std::mem::take(&mut about.maps));
    let mut volume = Volume { disk, block, maps: Vec::new() };
    volume.lay_out(&maps, &about.partitions)?;
    specimen.property("disk.system", "UDF");
    let set = volume.bytes(&[root], SECTOR);
    if !is(&set, 256) {
        return None;
    }
    let (_, first) = long_extent(&set, 400)?;
    volume.walk(first.place?, specimen);
    Some(())
}

/// What the description of a volume says.
#[derive(Default)]
struct About {
    /// Number and first block of each partition.
    partitions: Vec<(u16, usize)>,
    maps: Vec<Vec<u8>>,
    /// Where the set of files is described.
    root: Option<Extent>,
}

impl About {
    fn read(
        &mut self,
        disk: &View<'_>,
        block: usize,
        start: usize,
        count: usize,
        specimen: &mut Specimen<'_, '_>,
    ) {
        for index in 0..count.min(DESCRIPTORS) {
            let at = start.saturating_add(index).saturating_mul(block);
            let bytes = disk.piece(at, 2048);
            if is(&bytes, 8) {
                break;
            } else if is(&bytes, 1) {
                specimen.property("disk.volume", field(&bytes, 24, 32));
                specimen.property("disk.created", moment(&bytes, 376).unwrap_or_default());
                for at in [345, 389] {
                    let name = String::from_utf8_lossy(piece(&bytes, at, 23)).into_owned();
                    specimen.property("disk.application", name.trim_start_matches('*'));
                }
            } else if is(&bytes, 5) && self.partitions.len() < MAPS {
                self.partitions.extend(u16_at(&bytes, 22).map(|name| (name, number(&bytes, 188))));
            } else if is(&bytes, 6) {
                self.root = long_extent(&bytes, 248).map(|(_, extent)| extent);
                let mut rest = piece(&bytes, 440, number(&bytes, 264));
                self.maps.clear();
                while let [_, length, ..] = rest {
                    let length = usize::from(*length);
                    if self.maps.len() >= MAPS || length < 6 {
                        break;
                    }
                    self.maps.push(piece(rest, 0, length).to_vec());
                    rest = rest.get(length..).unwrap_or(&[]);
                }
            }
        }
    }
}

/// An extent with its partition; also its form in the upper bits of its length.
fn long_extent(bytes: &[u8], at: usize) -> Option<(usize, Extent)> {
    let length = number(piece(bytes, at, 4), 0);
    let (block, partition) = (number(bytes, at + 4), u16_at(bytes, at + 8)?);
    let form = length >> 30;
    Some((form, Extent { place: (form == 0).then_some((partition, block)), length: length & 0x3fff_ffff }))
}

impl Volume<'_, '_> {
    /// Finds out where each partition's blocks stand.
    fn lay_out(&mut self, maps: &[Vec<u8>], partitions: &[(u16, usize)]) -> Option<()> {
        let start = |wanted: Option<u16>| {
            partitions
                .iter()
                .find(|(name, _)| Some(*name) == wanted)
                .or(partitions.first())
                .map(|(_, at)| *at)
        };
        for map in maps {
            let name = piece(map, 5, 23);
            let plain = match u8_at(map, 0) {
                Some(1) => start(u16_at(map, 4)),
                // Sectors that were moved away from damage do not matter in an image.
                Some(2) if name.starts_with(b"*UDF Sparable") || name.starts_with(b"*UDF Metadata") => {
                    start(u16_at(map, 38))
                }
                _ => return None,
            };
            self.maps.push(Map::Plain(plain?));
        }
        // Now that the plain ones are known, the file with the metadata can be read through them.
        for (index, map) in maps.iter().enumerate().filter(|(_, m)| piece(m, 5, 13) == b"*UDF Metadata") {
            let own = u16::try_from(index).ok()?;
            let node = [40, 44].into_iter().find_map(|at| self.node((own, number(map, at))))?;
            if let Some(slot) = self.maps.get_mut(index) {
                let mut extents = node.extents;
                extents.truncate(METADATA);
                *slot = Map::Metadata(extents);
            }
        }
        Some(())
    }

    /// Where a block stands on the disk, and how many bytes from there on belong together.
    fn spot(&self, partition: u16, block: usize) -> Option<(usize, usize)> {
        match self.maps.get(usize::from(partition))? {
            Map::Plain(start) => Some((start.checked_add(block)?.checked_mul(self.block)?, usize::MAX)),
            Map::Metadata(extents) => {
                let mut at = block.checked_mul(self.block)?;
                for extent in extents {
                    if at < extent.length {
                        // Its own map was a plain one when these were read.
                        let (_, first) = extent.place?;
                        let start = match self.maps.iter().find(|m| matches!(m, Map::Plain(_)))? {
                            Map::Plain(start) => *start,
                            Map::Metadata(_) => return None,
                        };
                        let base = start.checked_add(first)?.checked_mul(self.block)?;
                        return Some((base.checked_add(at)?, extent.length - at));
                    }
                    at -= extent.length;
                }
                None
            }
        }
    }

    /// The first bytes of what extents hold.
    fn bytes(&self, extents: &[Extent], limit: usize) -> Vec<u8> {
        let mut out = Vec::new();
        for extent in extents {
            let end = out.len().saturating_add(extent.length).min(limit);
            match extent.place {
                None => out.resize(end, 0),
                Some((partition, block)) => {
                    let mut block = block;
                    while out.len() < end {
                        let Some((at, run)) = self.spot(partition, block) else { return out };
                        let bytes = self.disk.piece(at, run.min(end - out.len()));
                        if bytes.is_empty() {
                            return out;
                        }
                        out.extend_from_slice(&bytes);
                        block = block.saturating_add(bytes.len().div_ceil(self.block));
                    }
                }
            }
            if out.len() >= limit {
                break;
            }
        }
        out
    }

    /// A file's own record, short or extended.
    fn node(&self, (partition, block): (u16, usize)) -> Option<Node> {
        let own = Extent { place: Some((partition, block)), length: self.block };
        let record = self.bytes(&[own], self.block);
        let (size, modified, created, lengths) = match () {
            () if is(&record, 261) => (56, 84, None, 168),
            () if is(&record, 266) => (56, 92, Some(104), 208),
            () => return None,
        };
        let (before, list) = (number(&record, lengths), number(&record, lengths + 4));
        let list = piece(&record, (lengths + 8).saturating_add(before), list);
        let form = u16_at(&record, 34)? & 7;
        let size = u64_at(&record, size).and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
        let mut node = Node {
            folder: u8_at(&record, 27)? == 4,
            size,
            inline: (form == 3).then(|| list.to_vec()),
            extents: Vec::new(),
            modified: moment(&record, modified),
            created: created.and_then(|at| moment(&record, at)),
        };
        if form < 3 {
            self.extents(list.to_vec(), usize::from(form), partition, &mut node.extents);
        }
        Some(node)
    }

    /// Reads a list of extents, with the lists that it goes on in.
    fn extents(&self, first: Vec<u8>, form: usize, partition: u16, out: &mut Vec<Extent>) {
        let step = [8, 16, 20].get(form).copied().unwrap_or(8);
        let mut list = first;
        for _ in 0..LISTS {
            let mut next = None;
            for entry in list.chunks_exact(step) {
                let found = match form {
                    0 => {
                        let length = number(entry, 0);
                        let place = Some((partition, number(entry, 4))).filter(|_| length >> 30 == 0);
                        Some((length >> 30, Extent { place, length: length & 0x3fff_ffff }))
                    }
                    // The extended form has three lengths before its place; the first is the one that counts here.
                    1 => long_extent(entry, 0),
                    _ => long_extent(entry, 0).map(|(form, mut extent)| {
                        let place = (u16_at(entry, 16).unwrap_or(0), number(entry, 12));
                        extent.place = (form == 0).then_some(place);
                        (form, extent)
                    }),
                };
                let Some((kind, extent)) = found.filter(|(_, extent)| extent.length > 0) else { break };
                if kind == 3 {
                    let place = match form {
                        0 => (partition, number(entry, 4)),
                        1 => (u16_at(entry, 8).unwrap_or(0), number(entry, 4)),
                        _ => (u16_at(entry, 16).unwrap_or(0), number(entry, 12)),
                    };
                    next = Some(Extent { place: Some(place), length: extent.length });
                    break;
                }
                if out.len() >= EXTENTS {
                    return;
                }
                out.push(extent);
            }
            let Some(place) = next else { return };
            let more = self.bytes(&[place], place.length.min(self.block));
            if !is(&more, 258) {
                return;
            }
            list = piece(&more, 24, number(&more, 20)).to_vec();
        }
    }

    fn content(&self, node: &Node, limit: usize) -> Vec<u8> {
        let limit = limit.min(node.size);
        match &node.inline {
            Some(bytes) => piece(bytes, 0, limit).to_vec(),
            None => self.bytes(&node.extents, limit),
        }
    }

    fn walk(&self, root: (u16, usize), specimen: &mut Specimen<'_, '_>) {
        let mut folders = vec![(root, String::new())];
        let (mut seen, mut names, mut records) = (HashSet::new(), Seen::default(), 0usize);
        while let Some((place, path)) = folders.pop() {
            if !seen.insert(place) {
                specimen.odd("disk-folder-loop", &path);
                continue;
            }
            let Some(node) = self.node(place) else {
                specimen.odd("disk-cut", &path);
                continue;
            };
            let folder = self.content(&node, FOLDER_BYTES);
            let mut rest = folder.as_slice();
            while is(rest, 257) {
                records += 1;
                if records > RECORDS || seen.len() > FOLDERS {
                    specimen.odd("files-limit", "");
                    return;
                }
                let flags = u8_at(rest, 18).unwrap_or(0);
                let length = usize::from(u8_at(rest, 19).unwrap_or(0));
                let used = usize::from(u16_at(rest, 36).unwrap_or(0));
                let name = text(piece(rest, 38 + used, length));
                let place = long_extent(rest, 20).and_then(|(_, extent)| extent.place);
                rest = rest.get((38 + used + length).next_multiple_of(4)..).unwrap_or(&[]);
                // Deleted, or the way back up.
                if flags & 0x0c != 0 {
                    continue;
                }
                let full = format!("{path}{name}");
                if flags & 2 != 0 {
                    folders.extend(place.map(|place| (place, format!("{full}/"))));
                    continue;
                }
                if !self.file(full, place, &mut names, specimen) {
                    return;
                }
            }
        }
    }

    fn file(
        &self,
        name: String,
        place: Option<(u16, usize)>,
        names: &mut Seen,
        specimen: &mut Specimen<'_, '_>,
    ) -> bool {
        let node = place.and_then(|place| self.node(place)).filter(|node| !node.folder);
        let Some(node) = node else {
            specimen.odd("disk-cut", &crate::archive::next(specimen));
            return specimen.child(crate::specimen::Entry { name: Some(name), ..Default::default() });
        };
        let found = Found {
            name,
            size: node.size,
            packed: self.disk.packed(),
            modified: node.modified.clone(),
            created: node.created.clone(),
        };
        give(specimen, names, found, |room| Cow::Owned(self.content(&node, room)))
    }
}
