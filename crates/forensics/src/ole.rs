//! OLE compound files (MS-CFB), read-only and bounded: the directory and the streams of a borrowed slice.
//!
//! Own reader instead of a general library: names and small streams are all that is needed, a broken file must
//! give what it still holds, and no chain in it may run in circles.

use std::borrow::Cow;

/// First bytes of every compound file.
pub const MAGIC: &[u8; 8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Directory entries read.
const ENTRIES: usize = 20_000;

/// Sectors of allocation tables and of the directory that are followed.
const TABLE_SECTORS: usize = 40_000;

const END: u32 = 0xffff_fffe;
const FREE: u32 = 0xffff_ffff;
const NO_STREAM: u32 = 0xffff_ffff;

/// A storage (folder) or stream (file).
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// 1 storage, 2 stream, 5 root.
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    /// Its class, as it stands in the file.
    pub clsid: [u8; 16],
    start: u32,
    size: u64,
}

impl Entry {
    /// True for a stream, false for a storage.
    pub fn is_stream(&self) -> bool {
        self.kind == 2
    }
}

/// An opened compound file.
#[derive(Debug)]
pub struct Ole<'a> {
    raw: &'a [u8],
    sector: usize,
    mini_sector: usize,
    mini_cutoff: u64,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    /// Every entry of the directory; the first is the root.
    pub entries: Vec<Entry>,
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

/// The 32-bit little-endian number at `at`; 0 beyond the end.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

impl<'a> Ole<'a> {
    /// Opens a compound file as far as it is whole; `None` if it is none.
    pub fn open(raw: &'a [u8]) -> Option<Self> {
        if !raw.starts_with(MAGIC) || raw.len() < 512 {
            return None;
        }
        let shift = u16_at(raw, 30);
        let sector = if shift == 12 { 4096 } else { 512 };
        let mut ole = Ole {
            raw,
            sector,
            mini_sector: 64,
            mini_cutoff: u64::from(u32_at(raw, 56)).clamp(64, 1 << 20),
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            entries: Vec::new(),
        };
        ole.read_fat();
        let directory = ole.chain(u32_at(raw, 48), ENTRIES * 128);
        for (index, bytes) in directory.chunks_exact(128).take(ENTRIES).enumerate() {
            ole.entries.push(entry(bytes, index, sector));
        }
        let mini_fat = ole.chain(u32_at(raw, 60), TABLE_SECTORS * sector);
        ole.mini_fat = mini_fat.chunks_exact(4).map(|b| u32_at(b, 0)).collect();
        if let Some(root) = ole.entries.first() {
            let wanted = usize::try_from(root.size).unwrap_or(0).min(raw.len());
            ole.mini = ole.chain(root.start, wanted).into_owned();
        }
        (!ole.entries.is_empty()).then_some(ole)
    }

    fn sector_at(&self, id: u32) -> Option<&'a [u8]> {
        let start = (usize::try_from(id).ok()? + 1).checked_mul(self.sector)?;
        // The last sector may be cut short.
        let end = (start + self.sector).min(self.raw.len());
        self.raw.get(start..end).filter(|s| !s.is_empty())
    }

    fn read_fat(&mut self) {
        let most = self.raw.len() / self.sector + 1;
        let mut tables: Vec<u32> = (0..109).map(|i| u32_at(self.raw, 76 + 4 * i)).collect();
        let mut next = u32_at(self.raw, 68);
        let mut steps = 0;
        while next < END && steps < most.min(TABLE_SECTORS) {
            let Some(sector) = self.sector_at(next) else {
                break;
            };
            let per = self.sector / 4 - 1;
            tables.extend((0..per).map(|i| u32_at(sector, 4 * i)));
            next = u32_at(sector, 4 * per);
            steps += 1;
        }
        for id in tables.into_iter().filter(|id| *id < END).take(TABLE_SECTORS) {
            if self.fat.len() > most {
                break;
            }
            match self.sector_at(id) {
                Some(sector) => self.fat.extend(
                    (0..self.sector / 4)
                        .map(|i| if 4 * i + 4 <= sector.len() { u32_at(sector, 4 * i) } else { FREE }),
                ),
                None => break,
            }
        }
    }

    /// The bytes of a sector chain, at most `limit`; a circle ends because no chain is longer than the file.
    fn chain(&self, start: u32, limit: usize) -> Cow<'a, [u8]> {
        let limit = limit.min(self.raw.len());
        // Sectors in a row are borrowed as they are.
        let mut run = 1usize;
        let mut id = start;
        let mut straight = true;
        let mut ids = vec![start];
        while run * self.sector < limit {
            let next = usize::try_from(id).ok().and_then(|i| self.fat.get(i)).copied().unwrap_or(END);
            if next >= END {
                break;
            }
            straight &= next == id.wrapping_add(1);
            ids.push(next);
            id = next;
            run += 1;
        }
        if start >= END {
            return Cow::Borrowed(&[]);
        }
        if straight {
            let from = usize::try_from(start).ok().and_then(|s| (s + 1).checked_mul(self.sector));
            let Some(from) = from.filter(|f| *f < self.raw.len()) else {
                return Cow::Borrowed(&[]);
            };
            let end = (from + (run * self.sector).min(limit)).min(self.raw.len());
            return Cow::Borrowed(self.raw.get(from..end).unwrap_or(&[]));
        }
        let mut out = Vec::with_capacity(limit.min(ids.len() * self.sector));
        for id in ids {
            let Some(sector) = self.sector_at(id) else {
                break;
            };
            out.extend_from_slice(sector);
            if out.len() >= limit {
                break;
            }
        }
        out.truncate(limit);
        Cow::Owned(out)
    }

    /// The first `limit` bytes of a stream.
    pub fn stream(&self, entry: &Entry, limit: usize) -> Cow<'a, [u8]> {
        let size = usize::try_from(entry.size).unwrap_or(usize::MAX).min(self.raw.len()).min(limit);
        if entry.size >= self.mini_cutoff {
            return self.chain(entry.start, size);
        }
        let mut out = Vec::with_capacity(size);
        let mut id = entry.start;
        while out.len() < size && id < END {
            let Some(start) = usize::try_from(id).ok().and_then(|i| i.checked_mul(self.mini_sector)) else {
                break;
            };
            let end = (start + self.mini_sector.min(size - out.len())).min(self.mini.len());
            let Some(piece) = self.mini.get(start..end).filter(|p| !p.is_empty()) else {
                break;
            };
            out.extend_from_slice(piece);
            id = usize::try_from(id).ok().and_then(|i| self.mini_fat.get(i)).copied().unwrap_or(END);
        }
        Cow::Owned(out)
    }

    /// The children of a storage, in directory order of their tree, each once.
    pub fn children(&self, storage: usize) -> Vec<usize> {
        let mut out = Vec::new();
        let mut stack: Vec<u32> = self.entries.get(storage).map(|e| e.child).into_iter().collect();
        let mut seen = vec![false; self.entries.len()];
        while let Some(id) = stack.pop() {
            if id == NO_STREAM {
                continue;
            }
            let Ok(index) = usize::try_from(id) else {
                continue;
            };
            let Some(entry) = self.entries.get(index).filter(|e| e.kind != 0) else {
                continue;
            };
            if std::mem::replace(&mut seen[index], true) {
                continue;
            }
            out.push(index);
            stack.push(entry.right);
            stack.push(entry.left);
        }
        out
    }

    /// The child of that name, without regard to case.
    pub fn child(&self, storage: usize, name: &str) -> Option<usize> {
        self.children(storage)
            .into_iter()
            .find(|i| self.entries.get(*i).is_some_and(|e| e.name.eq_ignore_ascii_case(name)))
    }

    /// True if any entry has that name.
    pub fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.kind != 0 && e.name.eq_ignore_ascii_case(name))
    }

    /// The first entry of that name anywhere.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.kind != 0 && e.name.eq_ignore_ascii_case(name))
    }
}

fn entry(bytes: &[u8], index: usize, sector: usize) -> Entry {
    let length = usize::from(u16_at(bytes, 64)).clamp(2, 64) - 2;
    let units = bytes.get(..length).unwrap_or(&[]).chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]]));
    let name: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
    let mut clsid = [0; 16];
    clsid.copy_from_slice(bytes.get(80..96).unwrap_or(&[0; 16]));
    let low = u64::from(u32_at(bytes, 120));
    // The upper half of the size is rubbish in small-sector files.
    let size = if sector == 512 { low } else { low | u64::from(u32_at(bytes, 124)) << 32 };
    let kind = bytes.get(66).copied().unwrap_or(0);
    Entry {
        name,
        kind: if index == 0 { 5 } else { kind },
        left: u32_at(bytes, 68),
        right: u32_at(bytes, 72),
        child: u32_at(bytes, 76),
        clsid,
        start: u32_at(bytes, 116),
        size,
    }
}
