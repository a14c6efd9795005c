//! NTFS, read from its master file table: names, folders, dates, and every stream of data that is not compressed.
//! Files that were deleted are left out.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use super::view::View;
use super::{Found, give};
use crate::archive::{Seen, next};
use crate::binary::{piece, u8_at, u16_at, u32_at, u64_at, utf16};
use crate::oddities;
use crate::specimen::{Entry, Specimen};
use crate::time;

/// Records of the table that are read.
const RECORDS: usize = 50_000;

/// Bytes of streams and their runs that are kept while the table is read.
const KEPT: usize = 32 << 20;

/// Attributes of one record.
const ATTRIBUTES: usize = 64;

/// Runs of one stream.
const RUNS: usize = 20_000;

/// How much more a run takes in memory than on the disk.
const RUN_WEIGHT: usize = 8;

/// Streams of one file.
const STREAMS: usize = 32;

/// Folders above a file.
const DEPTH: usize = 64;

/// Records of the system itself, and the one of the topmost folder among them.
const SYSTEM: u64 = 24;
const ROOT: u64 = 5;

/// The number of a record is its lower 48 bits.
const NUMBER: u64 = (1 << 48) - 1;

pub(super) const HIDDEN: oddities::Entry = oddities::entry(
    "disk-stream-hidden",
    "ファイルに代替データストリーム（エクスプローラーには見えないデータ）が付いています",
    "A file on the disk has an alternate data stream, which Explorer does not show",
);

/// Where a part of a stream stands: clusters of the stream, and the first cluster on the disk unless it is all zeroes.
struct Run {
    clusters: usize,
    place: Option<usize>,
}

/// A stream of data.
#[derive(Default)]
struct Stream {
    resident: Option<Vec<u8>>,
    /// Runs by the cluster of the stream that they begin with.
    runs: BTreeMap<u64, Vec<Run>>,
    size: usize,
    flags: u16,
}

/// A file as its records tell it.
#[derive(Default)]
struct Node {
    name: String,
    parent: u64,
    folder: bool,
    /// Its own record was in use.
    used: bool,
    modified: Option<String>,
    created: Option<String>,
    streams: BTreeMap<String, Stream>,
    /// The name of the volume.
    label: String,
}

struct Volume<'v, 'a> {
    disk: &'v View<'a>,
    cluster: usize,
    record: usize,
    /// What is left of [`KEPT`].
    left: Cell<usize>,
}

/// Tells the files of a volume; `None` if its head makes no sense.
pub(super) fn tell(disk: &View<'_>, specimen: &mut Specimen<'_, '_>) -> Option<()> {
    let sector = disk.u16(11).filter(|s| s.is_power_of_two() && (256..=4096).contains(s))?;
    // Numbers above 128 are negative powers of two.
    let per = match disk.u8(13)? {
        0 => return None,
        n @ 1..=128 => usize::from(n),
        n => 1usize.checked_shl(u32::from(256 - u16::from(n)))?,
    };
    let cluster = sector.checked_mul(per).filter(|c| *c <= 2 << 20)?;
    let record = match disk.u8(64)? {
        n @ 1..=127 => usize::from(n) * cluster,
        n => 1usize.checked_shl(u32::from(256 - u16::from(n)))?,
    };
    let record = Some(record).filter(|r| (512..=4_096).contains(r))?;
    let volume = Volume { disk, cluster, record, left: Cell::new(KEPT) };
    let start = disk.u64(48)?.checked_mul(cluster)?;
    let mut first = Node::default();
    let head = disk.piece(start, volume.record);
    volume.read(&fixed(&head)?, &mut first);
    let table = first.streams.remove("")?;
    let nodes = volume.nodes(&table, specimen);
    volume.tell(&nodes, specimen);
    Some(())
}

/// A record with the last bytes of its sectors put back.
fn fixed(record: &[u8]) -> Option<Vec<u8>> {
    if !record.starts_with(b"FILE") {
        return None;
    }
    let (at, count) = (usize::from(u16_at(record, 4)?), usize::from(u16_at(record, 6)?));
    let mut out = record.to_vec();
    for index in 1..count.min(record.len() / 512 + 1) {
        let real = record.get(at + index * 2..at + index * 2 + 2)?;
        out.get_mut(index * 512 - 2..index * 512)?.copy_from_slice(real);
    }
    Some(out)
}

/// The runs of a stream: lengths and places, each relative to the one before.
fn runs(list: &[u8]) -> Vec<Run> {
    let mut out = Vec::new();
    let (mut rest, mut place) = (list, 0i64);
    while let Some((head, tail)) = rest.split_first().filter(|(head, _)| **head != 0) {
        let (length, offset) = (usize::from(head & 15), usize::from(head >> 4));
        let (Some(a), Some(b)) = (tail.get(..length), tail.get(length..length + offset)) else { break };
        if length == 0 || length > 8 || offset > 8 || out.len() >= RUNS {
            break;
        }
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0u64, |n, b| n << 8 | u64::from(*b));
        let Ok(clusters) = usize::try_from(number(a)) else { break };
        let at = if offset == 0 {
            None
        } else {
            let unused = 64 - 8 * offset as u32;
            place = place.wrapping_add((number(b) << unused).cast_signed() >> unused);
            match usize::try_from(place) {
                Ok(place) => Some(place),
                Err(_) => break,
            }
        };
        out.push(Run { clusters, place: at });
        rest = tail.get(length + offset..).unwrap_or(&[]);
    }
    out
}

impl Volume<'_, '_> {
    /// The bytes, if there is still room to keep them.
    fn keep<'b>(&self, bytes: &'b [u8], weight: usize) -> &'b [u8] {
        let left = self.left.get().checked_sub(bytes.len().saturating_mul(weight));
        self.left.set(left.unwrap_or(0));
        left.map_or(&[], |_| bytes)
    }

    /// Adds to a file what one of its records tells.
    fn read(&self, record: &[u8], node: &mut Node) {
        let mut at = u16_at(record, 20).map_or(usize::MAX, usize::from);
        let mut best = 0;
        for _ in 0..ATTRIBUTES {
            let (Some(kind), Some(length)) = (u32_at(record, at), u32_at(record, at.saturating_add(4)))
            else {
                return;
            };
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if kind == u32::MAX || length < 24 {
                return;
            }
            let attribute = piece(record, at, length);
            let resident = || {
                let (size, at) = (u32_at(attribute, 16)?, u16_at(attribute, 20)?);
                Some(piece(attribute, usize::from(at), usize::try_from(size).ok()?))
            };
            match (kind, u8_at(attribute, 8)) {
                (0x10, Some(0)) => {
                    let body = resident().unwrap_or(&[]);
                    node.created = u64_at(body, 0).and_then(time::filetime);
                    node.modified = u64_at(body, 8).and_then(time::filetime);
                }
                (0x30, Some(0)) => {
                    let body = resident().unwrap_or(&[]);
                    // The long name counts, not the one for DOS beside it.
                    let rank = if u8_at(body, 65) == Some(2) { 1 } else { 2 };
                    if rank > best {
                        best = rank;
                        let length = usize::from(u8_at(body, 64).unwrap_or(0));
                        node.name = utf16(piece(body, 66, length * 2));
                        node.parent = u64_at(body, 0).unwrap_or(0) & NUMBER;
                    }
                }
                (0x60, Some(0)) => node.label = utf16(resident().unwrap_or(&[])),
                (0x80, Some(form)) => {
                    let length = usize::from(u8_at(attribute, 9).unwrap_or(0));
                    let name = piece(attribute, u16_at(attribute, 10).map_or(0, usize::from), length * 2);
                    let name = utf16(name);
                    if node.streams.len() < STREAMS || node.streams.contains_key(&name) {
                        let stream = node.streams.entry(name).or_default();
                        stream.flags |= u16_at(attribute, 12).unwrap_or(0);
                        if form == 0 {
                            let body = self.keep(resident().unwrap_or(&[]), 1);
                            stream.size = body.len();
                            stream.resident = Some(body.to_vec());
                        } else {
                            let first = u64_at(attribute, 16).unwrap_or(0);
                            let list = u16_at(attribute, 32).map_or(usize::MAX, usize::from);
                            let list = self.keep(attribute.get(list..).unwrap_or(&[]), RUN_WEIGHT);
                            stream.runs.insert(first, runs(list));
                            if first == 0 {
                                let size = u64_at(attribute, 48).and_then(|n| usize::try_from(n).ok());
                                stream.size = size.unwrap_or(0);
                            }
                        }
                    }
                }
                _ => {}
            }
            at = at.saturating_add(length);
        }
    }

    /// A stream's first bytes.
    fn bytes(&self, stream: &Stream, limit: usize) -> Vec<u8> {
        let limit = limit.min(stream.size);
        if let Some(bytes) = &stream.resident {
            return bytes.get(..limit).unwrap_or(bytes).to_vec();
        }
        let mut out = Vec::new();
        for run in stream.runs.values().flatten() {
            let want = run.clusters.saturating_mul(self.cluster).min(limit - out.len());
            match run.place.and_then(|place| place.checked_mul(self.cluster)) {
                Some(at) => {
                    let bytes = self.disk.piece(at, want);
                    out.extend_from_slice(&bytes);
                    if bytes.len() < want {
                        break;
                    }
                }
                None => out.resize(out.len() + want, 0),
            }
            if out.len() >= limit {
                break;
            }
        }
        out
    }

    /// Every file by the number of its record.
    fn nodes(&self, table: &Stream, specimen: &mut Specimen<'_, '_>) -> BTreeMap<u64, Node> {
        let mut nodes: BTreeMap<u64, Node> = BTreeMap::new();
        let mut number = 0u64;
        for run in table.runs.values().flatten() {
            let Some(at) = run.place.and_then(|place| place.checked_mul(self.cluster)) else { continue };
            let records = run.clusters.saturating_mul(self.cluster) / self.record;
            for index in 0..records {
                if number >= RECORDS as u64 {
                    specimen.odd("files-limit", "");
                    return nodes;
                }
                let bytes =
                    self.disk.piece(at.saturating_add(index.saturating_mul(self.record)), self.record);
                if bytes.is_empty() {
                    break;
                }
                let own = number;
                number += 1;
                let Some(record) = fixed(&bytes) else { continue };
                let flags = u16_at(&record, 22).unwrap_or(0);
                if flags & 1 == 0 {
                    continue;
                }
                // What found no place in a file's own record stands in others that name it.
                let base = u64_at(&record, 32).unwrap_or(0) & NUMBER;
                let node = nodes.entry(if base == 0 { own } else { base }).or_default();
                self.read(&record, node);
                if base == 0 {
                    node.used = true;
                    node.folder = flags & 2 != 0;
                }
            }
        }
        nodes
    }

    fn tell(&self, nodes: &BTreeMap<u64, Node>, specimen: &mut Specimen<'_, '_>) {
        let mut seen = Seen::default();
        for (number, node) in nodes {
            if *number < SYSTEM {
                specimen.property("disk.volume", node.label.as_str());
                continue;
            }
            if !node.used || node.folder && node.streams.is_empty() {
                continue;
            }
            let Some(path) = path(nodes, node, specimen) else { continue };
            for (name, stream) in &node.streams {
                let full = if name.is_empty() { path.clone() } else { format!("{path}:{name}") };
                if !name.is_empty() && name != "Zone.Identifier" {
                    specimen.odd("disk-stream-hidden", &next(specimen));
                }
                if !self.file(full, node, stream, &mut seen, specimen) {
                    return;
                }
            }
        }
    }

    fn file(
        &self,
        name: String,
        node: &Node,
        stream: &Stream,
        seen: &mut Seen,
        specimen: &mut Specimen<'_, '_>,
    ) -> bool {
        // Compressed by the file system, or encrypted by it.
        if stream.flags & 0x40ff != 0 && stream.resident.is_none() {
            seen.name(specimen, &name);
            specimen.odd("archive-method-unknown", &next(specimen));
            let size = stream.size as u64;
            let encrypted = (stream.flags & 0x4000 != 0).then_some(true);
            return specimen.child(Entry { name: Some(name), size, encrypted, ..Entry::default() });
        }
        let found = Found {
            name,
            size: stream.size,
            packed: self.disk.packed(),
            modified: node.modified.clone(),
            created: node.created.clone(),
        };
        give(specimen, seen, found, |room| Cow::Owned(self.bytes(stream, room)))
    }
}

/// The name of a file with its folders; `None` for what belongs to the system.
fn path(nodes: &BTreeMap<u64, Node>, node: &Node, specimen: &mut Specimen<'_, '_>) -> Option<String> {
    let mut parts = vec![node.name.as_str()];
    let mut parent = node.parent;
    for _ in 0..DEPTH {
        if parent == ROOT {
            parts.reverse();
            return Some(parts.join("/"));
        }
        if parent < SYSTEM {
            return None;
        }
        let Some(folder) = nodes.get(&parent) else {
            // Its folder is lost: the file is told all the same.
            parts.reverse();
            return Some(parts.join("/"));
        };
        parts.push(&folder.name);
        parent = folder.parent;
    }
    specimen.odd("disk-folder-loop", &node.name);
    Some(node.name.clone())
}
