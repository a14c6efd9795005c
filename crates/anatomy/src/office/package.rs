//! The zip package of an OOXML or OpenDocument file: its parts by name, each read under a cap.
//!
//! Own small reader instead of an archive library: a document is read part by part, a torn directory must give what
//! the local headers still tell, and nothing may be inflated beyond what was asked for.

use std::cell::Cell;

use flate2::{Decompress, FlushDecompress, Status};

use crate::binary::{piece, u16_at, u32_at};

/// Parts of one package.
const PARTS: usize = 10_000;

/// Inflated bytes of one part that is read as text.
pub(super) const PART_BYTES: usize = 16 << 20;

/// Inflated bytes of all such parts together.
const PACKAGE_BYTES: usize = 64 << 20;

/// Bytes at the end in which the end record stands: its own 22 and the longest comment.
const TAIL_BYTES: usize = 22 + 65_535;

/// Bytes that one step of inflating adds at most.
const STEP: usize = 256 << 10;

/// One part.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Its name, without a slash in front, as it stands.
    pub(super) name: String,
    /// The same in lower case: part names do not differ by case.
    pub(super) lower: String,
    method: u16,
    /// Its packed size.
    pub(super) packed: usize,
    /// Where its local header begins.
    at: usize,
    encrypted: bool,
}

/// A package with the list of its parts.
pub(super) struct Package<'a> {
    raw: &'a [u8],
    /// The parts in the order of the directory.
    pub(super) parts: Vec<Part>,
    /// The directory was lost or is cut.
    pub(super) torn: bool,
    left: Cell<usize>,
}

/// A part's content.
pub(super) struct Content {
    pub(super) bytes: Vec<u8>,
    /// It ended before its end: damaged data.
    pub(super) damaged: bool,
    /// It is bigger than was asked for.
    pub(super) cut: bool,
}

impl<'a> Package<'a> {
    /// Lists the parts; a package without a directory is read from its local headers.
    pub(super) fn open(raw: &'a [u8]) -> Self {
        let central = central(raw).filter(|parts| !parts.is_empty());
        let torn = central.is_none();
        let parts = central.unwrap_or_else(|| local(raw));
        Self { raw, parts, torn, left: Cell::new(PACKAGE_BYTES) }
    }

    /// The part of that name, without regard to case.
    pub(super) fn find(&self, name: &str) -> Option<&Part> {
        let lower = name.trim_start_matches('/').to_ascii_lowercase();
        self.parts.iter().find(|p| p.lower == lower)
    }

    /// A part that is read as text or records, within the package's own budget.
    pub(super) fn text(&self, part: &Part) -> Content {
        let content = self.read(part, PART_BYTES.min(self.left.get()));
        self.left.set(self.left.get().saturating_sub(content.bytes.len()));
        content
    }

    /// A part by its name; empty if there is none.
    pub(super) fn named(&self, name: &str) -> Option<Content> {
        self.find(name).map(|part| self.text(part))
    }

    /// A part's first `cap` bytes.
    pub(super) fn read(&self, part: &Part, cap: usize) -> Content {
        let header = piece(self.raw, part.at, 30);
        let none = |damaged| Content { bytes: Vec::new(), damaged, cut: false };
        let (Some(name), Some(extra)) = (u16_at(header, 26), u16_at(header, 28)) else {
            return none(true);
        };
        if !header.starts_with(b"PK\x03\x04") || part.encrypted {
            return none(true);
        }
        let start = part.at.saturating_add(30 + usize::from(name) + usize::from(extra));
        match part.method {
            0 => {
                let data = piece(self.raw, start, part.packed);
                let bytes = piece(data, 0, cap).to_vec();
                Content { damaged: data.len() < part.packed, cut: bytes.len() < data.len(), bytes }
            }
            8 => {
                // A size that was not known when the header was written is found by inflating.
                let packed = if part.packed == 0 { usize::MAX } else { part.packed };
                inflate(piece(self.raw, start, packed), cap)
            }
            _ => none(true),
        }
    }
}

/// Raw deflate, at most `cap` bytes of it.
pub(super) fn inflate(data: &[u8], cap: usize) -> Content {
    inflate_with(Decompress::new(false), data, cap)
}

/// Deflate with zlib's header, at most `cap` bytes of it.
pub(super) fn inflate_zlib(data: &[u8], cap: usize) -> Content {
    inflate_with(Decompress::new(true), data, cap)
}

fn inflate_with(mut machine: Decompress, data: &[u8], cap: usize) -> Content {
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let used = usize::try_from(machine.total_in()).unwrap_or(usize::MAX);
        let before = bytes.len();
        if before > cap {
            bytes.truncate(cap);
            return Content { bytes, damaged: false, cut: true };
        }
        bytes.reserve(STEP.min(data.len().saturating_mul(4).max(1 << 10)));
        let status =
            machine.decompress_vec(data.get(used..).unwrap_or(&[]), &mut bytes, FlushDecompress::None);
        let stuck = bytes.len() == before && usize::try_from(machine.total_in()).is_ok_and(|n| n == used);
        match status {
            Ok(Status::StreamEnd) => {
                let cut = bytes.len() > cap;
                bytes.truncate(cap);
                return Content { bytes, damaged: false, cut };
            }
            Ok(_) if !stuck => {}
            _ => {
                bytes.truncate(cap);
                return Content { bytes, damaged: true, cut: false };
            }
        }
    }
}

fn part(name: &[u8], flags: u16, method: u16, packed: u32, at: usize) -> Part {
    let name = String::from_utf8_lossy(name).replace('\\', "/");
    let name = name.trim_start_matches('/').to_owned();
    let packed = usize::try_from(packed).unwrap_or(usize::MAX);
    Part { lower: name.to_ascii_lowercase(), name, method, packed, at, encrypted: flags & 1 != 0 }
}

fn central(raw: &[u8]) -> Option<Vec<Part>> {
    let tail_start = raw.len().saturating_sub(TAIL_BYTES);
    let end = tail_start + memchr::memmem::rfind(raw.get(tail_start..)?, b"PK\x05\x06")?;
    let size = usize::try_from(u32_at(raw, end + 12)?).ok()?;
    let offset = usize::try_from(u32_at(raw, end + 16)?).ok()?;
    // Where something was put before the package, offsets are too small; the directory ends at its end record.
    let start = end
        .checked_sub(size)
        .filter(|start| raw.get(*start..).is_some_and(|r| r.starts_with(b"PK\x01\x02")))
        .unwrap_or(offset);
    let shift = start.saturating_sub(offset);
    let mut parts = Vec::new();
    let mut at = start;
    while parts.len() < PARTS && raw.get(at..end.max(at)).is_some_and(|h| h.starts_with(b"PK\x01\x02")) {
        let (flags, method) = (u16_at(raw, at + 8)?, u16_at(raw, at + 10)?);
        let (name, extra, comment) =
            (u16_at(raw, at + 28)?.into(), usize::from(u16_at(raw, at + 30)?), u16_at(raw, at + 32)?);
        let header = usize::try_from(u32_at(raw, at + 42)?).ok()?.saturating_add(shift);
        parts.push(part(piece(raw, at + 46, name), flags, method, u32_at(raw, at + 20)?, header));
        at += 46 + name + extra + usize::from(comment);
    }
    Some(parts)
}

fn local(raw: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = 0;
    while parts.len() < PARTS {
        let Some(found) = raw.get(at..).and_then(|r| memchr::memmem::find(r, b"PK\x03\x04")) else {
            break;
        };
        let head = at + found;
        let (Some(flags), Some(method), Some(packed), Some(name)) =
            (u16_at(raw, head + 6), u16_at(raw, head + 8), u32_at(raw, head + 18), u16_at(raw, head + 26))
        else {
            break;
        };
        let bytes = piece(raw, head + 30, usize::from(name));
        if !bytes.is_empty() && !bytes.ends_with(b"/") {
            parts.push(part(bytes, flags, method, packed, head));
        }
        let skip = usize::try_from(packed).unwrap_or(0).min(raw.len() - head);
        at = head + 30 + usize::from(name) + if flags & 8 == 0 { skip } else { 0 };
    }
    parts
}

/// Writes packages of stored parts, for tests.
#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A zip of stored entries.
    pub(in crate::office) fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut directory = Vec::new();
        for (name, data) in parts {
            let at = u32::try_from(out.len()).unwrap();
            let size = u32::try_from(data.len()).unwrap().to_le_bytes();
            let mut common = vec![20, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            common.extend_from_slice(&size);
            common.extend_from_slice(&size);
            common.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
            common.extend_from_slice(&[0, 0]);
            out.extend_from_slice(b"PK\x03\x04");
            out.extend_from_slice(&common);
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(data);
            directory.extend_from_slice(b"PK\x01\x02\x14\0");
            directory.extend_from_slice(&common);
            directory.extend_from_slice(&[0; 10]);
            directory.extend_from_slice(&at.to_le_bytes());
            directory.extend_from_slice(name.as_bytes());
        }
        let (at, size) = (u32::try_from(out.len()).unwrap(), u32::try_from(directory.len()).unwrap());
        let count = u16::try_from(parts.len()).unwrap().to_le_bytes();
        out.extend_from_slice(&directory);
        out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        out.extend_from_slice(&count);
        out.extend_from_slice(&count);
        out.extend_from_slice(&size.to_le_bytes());
        out.extend_from_slice(&at.to_le_bytes());
        out.extend_from_slice(&[0, 0]);
        out
    }

    #[test]
    fn parts_are_found_by_name_and_a_torn_package_gives_what_it_holds() {
        let raw = zip(&[("word/a.xml", b"<a/>"), ("word/b.xml", b"<b/>")]);
        let package = Package::open(&raw);
        assert!(!package.torn);
        assert_eq!(package.named("/Word/B.XML").unwrap().bytes, b"<b/>");
        let torn = raw.get(..raw.len() / 3).unwrap();
        let package = Package::open(torn);
        assert!(package.torn);
        assert_eq!(package.named("word/a.xml").unwrap().bytes, b"<a/>");
    }

    #[test]
    fn inflating_stops_at_the_cap() {
        // 1 MiB of zeroes, packed by hand: stored blocks would not show the cap, so a fixed-Huffman run is used.
        let mut packer = flate2::Compress::new(flate2::Compression::best(), false);
        let mut packed = Vec::with_capacity(1 << 16);
        packer.compress_vec(&vec![0; 1 << 20], &mut packed, flate2::FlushCompress::Finish).unwrap();
        let content = inflate(&packed, 1_000);
        assert_eq!((content.bytes.len(), content.cut), (1_000, true));
        let cut = inflate(packed.get(..packed.len() - 4).unwrap(), 1 << 21);
        assert!(cut.damaged);
    }
}
