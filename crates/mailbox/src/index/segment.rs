//! Reading a segment. Every part is checked before it is believed; nothing in it is taken on trust.

use std::ops::ControlFlow;

use super::file::Storage;
use super::postings::Postings;
use super::problem::Damage;
use super::write::{BLOCK, FOOTER, Kept, MAGIC, PARTS, Packed, ROW};
use crate::document::Document;
use crate::document::bytes::{split, take, take_text};
use crate::intake::Stamp;

/// Bytes of one document that are unpacked: more than any reader of mails puts in.
const MAX_DOCUMENT: u32 = 1 << 30;
/// Bytes of an entry of the block index without its key.
const ENTRY: usize = 8 + 4 + 4 + 8;
/// Bytes of the list of files that are unpacked for each byte that it takes.
const MAX_RATIO: usize = 300;

/// A segment, open.
pub struct Segment {
    file: String,
    storage: Storage,
    bytes: u64,
    docs: u32,
    ends: [u64; PARTS],
    sums: [u32; 3],
    /// The block index.
    index: Vec<u8>,
    blocks: usize,
}

/// Where the list of a term is.
#[derive(Debug, Clone)]
pub(super) enum ListAt {
    Here(Vec<u8>),
    There(u64, usize),
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    number(bytes, at).map(u64::from_le_bytes)
}

fn short(bytes: &[u8], at: usize) -> Option<u32> {
    number(bytes, at).map(u32::from_le_bytes)
}

/// A term and where its list stands.
type TermAt = (Vec<u8>, ListAt);

impl Segment {
    /// Opens a segment; `file` names it in what is told.
    ///
    /// # Errors
    /// It is not one, or was cut off, or its tables are damaged.
    pub fn open(file: &str, storage: Storage) -> Result<Self, Damage> {
        let io = |error: &std::io::Error| Damage::io(file, error);
        let bytes = storage.size().map_err(|error| io(&error))?;
        let wrong = || Damage::new(file, "footer");
        let at = bytes.checked_sub(FOOTER as u64).ok_or_else(wrong)?;
        let footer = storage.read(at, FOOTER).map_err(|error| io(&error))?;
        let read = || -> Option<Self> {
            let body = footer.get(..FOOTER - 12)?;
            if !footer.starts_with(MAGIC)
                || !footer.ends_with(MAGIC)
                || short(&footer, FOOTER - 12)? != crc32fast::hash(body)
                || short(&footer, FOOTER - 16)? != super::VERSION
            {
                return None;
            }
            let mut ends = [0; PARTS];
            for (number, end) in ends.iter_mut().enumerate() {
                *end = long(&footer, 8 + number * 8)?;
            }
            let sums = [0, 1, 2].map(|n| short(&footer, 8 + PARTS * 8 + n * 4).unwrap_or(0));
            let docs = short(&footer, FOOTER - 20)?;
            let rising = ends.windows(2).all(|pair| pair.first() <= pair.last());
            let [.., table, files] = ends;
            let rows = table.checked_sub(*ends.get(3)?)?;
            (rising && files == at && rows == u64::from(docs) * ROW as u64).then_some(Self {
                file: String::new(),
                storage: Storage::Memory(Vec::new()),
                bytes,
                docs,
                ends,
                sums,
                index: Vec::new(),
                blocks: 0,
            })
        };
        let mut segment = Self { file: file.to_owned(), ..read().ok_or_else(wrong)? };
        segment.storage = storage;
        segment.index = segment.part(3, Some(0), "block index")?;
        let blocks = long(&segment.index, 0).and_then(|blocks| usize::try_from(blocks).ok());
        let fits = |blocks: &usize| blocks.checked_mul(4).is_some_and(|n| n + 8 <= segment.index.len());
        segment.blocks = blocks.filter(fits).ok_or_else(|| Damage::new(file, "block index"))?;
        Ok(segment)
    }

    /// Documents in it.
    pub fn docs(&self) -> u32 {
        self.docs
    }

    /// Its size on disk.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn damage(&self, what: &'static str) -> Damage {
        Damage::new(&self.file, what)
    }

    fn read(&self, at: u64, length: usize, what: &'static str) -> Result<Vec<u8>, Damage> {
        self.storage
            .read(at, length)
            .map_err(|error| Damage { why: Some(error.to_string()), ..self.damage(what) })
    }

    /// A part by its number, checked against a sum of the footer.
    fn part(&self, number: usize, sum: Option<usize>, what: &'static str) -> Result<Vec<u8>, Damage> {
        let end = |number: usize| self.ends.get(number).copied().unwrap_or(0);
        let from = number.checked_sub(1).map_or(MAGIC.len() as u64, end);
        let length = usize::try_from(end(number) - from).map_err(|_| self.damage(what))?;
        let bytes = self.read(from, length, what)?;
        match sum.and_then(|sum| self.sums.get(sum)) {
            Some(sum) if crc32fast::hash(&bytes) != *sum => Err(self.damage(what)),
            _ => Ok(bytes),
        }
    }

    /// When each document was sent, and its size.
    pub(super) fn times(&self) -> Result<Vec<(Option<i64>, u64)>, Damage> {
        let table = self.part(4, Some(1), "table")?;
        let rows = table.chunks_exact(ROW).map(|row| {
            let time = long(row, 20).map_or(i64::MIN, |time| time.cast_signed());
            ((time != i64::MIN).then_some(time), long(row, 28).unwrap_or(0))
        });
        Ok(rows.collect())
    }

    /// What is kept of every document.
    pub(super) fn files(&self) -> Result<Vec<Kept>, Damage> {
        let wrong = || self.damage("files");
        let packed = self.part(5, Some(2), "files")?;
        let size = short(&packed, 0).ok_or_else(wrong)? as usize;
        if size > packed.len().saturating_mul(MAX_RATIO) {
            return Err(wrong());
        }
        let bytes = lz4_flex::block::decompress_size_prepended(&packed).map_err(|_| wrong())?;
        let rest = &mut bytes.as_slice();
        let mut one = || -> Option<Kept> {
            let path = take_text(rest)?;
            let file = usize::try_from(take(rest)?).ok()?;
            let size = take(rest)?;
            let modified = i64::from_le_bytes(split(rest, 8)?.try_into().ok()?);
            let inode = take(rest)?;
            let sha256 = take_text(rest)?;
            Some(Kept { path, file, stamp: Stamp { size, modified, inode }, sha256, size: take(rest)? })
        };
        (0..self.docs).map(|_| one().ok_or_else(wrong)).collect()
    }

    /// A document as it is stored.
    pub(super) fn packed(&self, doc: u32, kept: Kept) -> Result<Packed, Damage> {
        let row = self.row(doc)?;
        let (bytes, raw) = self.stored(&row)?;
        let time = long(&row, 20).map_or(i64::MIN, |time| time.cast_signed());
        Ok(Packed { bytes, raw, time: (time != i64::MIN).then_some(time), kept })
    }

    fn row(&self, doc: u32) -> Result<Vec<u8>, Damage> {
        let [_, _, _, table, _, _] = self.ends;
        if doc >= self.docs {
            return Err(self.damage("table"));
        }
        self.read(table + u64::from(doc) * ROW as u64, ROW, "table")
    }

    fn stored(&self, row: &[u8]) -> Result<(Vec<u8>, u32), Damage> {
        let wrong = || self.damage("document");
        let at = long(row, 0).ok_or_else(wrong)?;
        let length = short(row, 8).ok_or_else(wrong)? as usize;
        let raw = short(row, 12).filter(|raw| *raw <= MAX_DOCUMENT).ok_or_else(wrong)?;
        let bytes = self.read(at, length, "document")?;
        if Some(crc32fast::hash(&bytes)) != short(row, 16) {
            return Err(wrong());
        }
        Ok((bytes, raw))
    }

    /// A document.
    ///
    /// # Errors
    /// It is damaged.
    pub fn document(&self, doc: u32) -> Result<Document, Damage> {
        let wrong = || self.damage("document");
        let (bytes, raw) = self.stored(&self.row(doc)?)?;
        // A byte of it cannot become more than so many.
        if raw as usize > bytes.len().saturating_mul(MAX_RATIO) + 64 {
            return Err(wrong());
        }
        let raw = lz4_flex::block::decompress(&bytes, raw as usize).map_err(|_| wrong())?;
        Document::from_bytes(&raw).ok_or_else(wrong)
    }

    /// The entry of a block: its bytes' place, length, sum, where its lists begin, its first key.
    fn block(&self, number: usize) -> Option<(u64, usize, u32, u64, &[u8])> {
        let start = |number: usize| short(&self.index, 8 + number * 4).map(|start| start as usize);
        let base = 8 + self.blocks * 4;
        let at = base.checked_add(start(number)?)?;
        let end =
            if number + 1 < self.blocks { base.checked_add(start(number + 1)?)? } else { self.index.len() };
        let entry = self.index.get(at..end)?;
        let key = entry.get(ENTRY..)?;
        Some((long(entry, 0)?, short(entry, 8)? as usize, short(entry, 12)?, long(entry, 16)?, key))
    }

    /// The last block whose first key is not behind `key`.
    fn block_of(&self, key: &[u8]) -> Option<usize> {
        let (mut low, mut high) = (0, self.blocks);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.block(middle)?.4 <= key { low = middle + 1 } else { high = middle }
        }
        Some(low.saturating_sub(1))
    }

    /// Hands out the terms of a block in their order.
    fn terms(
        &self,
        number: usize,
        each: &mut dyn FnMut(&[u8], ListAt) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Damage> {
        let wrong = || self.damage("terms");
        let (at, length, sum, mut lists, _) = self.block(number).ok_or_else(wrong)?;
        let [_, base, ..] = self.ends;
        let bytes = self.read(base.checked_add(at).ok_or_else(wrong)?, length, "terms")?;
        if crc32fast::hash(&bytes) != sum {
            return Err(wrong());
        }
        let rest = &mut bytes.as_slice();
        let mut key = Vec::new();
        for _ in 0..BLOCK {
            if rest.is_empty() {
                break;
            }
            let mut one = || -> Option<ListAt> {
                let shared = usize::try_from(take(rest)?).ok().filter(|shared| *shared <= key.len())?;
                let length = usize::try_from(take(rest)?).ok()?;
                key.truncate(shared);
                key.extend_from_slice(split(rest, length)?);
                let word = take(rest)?;
                let length = usize::try_from(word >> 1).ok()?;
                if word & 1 == 1 {
                    return Some(ListAt::Here(split(rest, length)?.to_vec()));
                }
                let list = ListAt::There(lists, length);
                lists = lists.checked_add(length as u64 + 4)?;
                Some(list)
            };
            let list = one().ok_or_else(wrong)?;
            if each(&key, list).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Hands out every term from `from` on, in their order, until `each` breaks off.
    pub(super) fn from(
        &self,
        from: &[u8],
        mut each: impl FnMut(&[u8], ListAt) -> ControlFlow<()>,
    ) -> Result<(), Damage> {
        if self.blocks == 0 {
            return Ok(());
        }
        let first = self.block_of(from).ok_or_else(|| self.damage("block index"))?;
        for number in first..self.blocks {
            let flow = self.terms(number, &mut |key, list| match key < from {
                true => ControlFlow::Continue(()),
                false => each(key, list),
            })?;
            if flow.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The documents of a term.
    pub(super) fn find(&self, key: &[u8]) -> Result<Option<Postings>, Damage> {
        let mut found = None;
        self.from(key, |term, list| {
            if term == key {
                found = Some(list);
            }
            ControlFlow::Break(())
        })?;
        found.map(|list| self.postings(&list)).transpose()
    }

    /// The list at a place.
    pub(super) fn postings(&self, list: &ListAt) -> Result<Postings, Damage> {
        let wrong = || self.damage("lists");
        let bytes = match list {
            ListAt::Here(bytes) => std::borrow::Cow::Borrowed(bytes.as_slice()),
            ListAt::There(at, length) => {
                let mut bytes = self.read(*at, length.saturating_add(4), "lists")?;
                let sum = bytes.split_off(*length);
                if crc32fast::hash(&bytes).to_le_bytes() != sum.as_slice() {
                    return Err(wrong());
                }
                bytes.into()
            }
        };
        Postings::read(&bytes, self.docs).ok_or_else(wrong)
    }

    /// Reads all of it.
    ///
    /// # Errors
    /// The first part that is damaged.
    pub fn check(&self) -> Result<(), Damage> {
        self.times()?;
        self.files()?;
        for doc in 0..self.docs {
            self.document(doc)?;
        }
        let mut failed = None;
        self.from(&[], |_, list| match self.postings(&list) {
            Ok(_) => ControlFlow::Continue(()),
            Err(damage) => {
                failed = Some(damage);
                ControlFlow::Break(())
            }
        })?;
        failed.map_or(Ok(()), Err)
    }

    /// Terms one block after the other, for merging.
    pub(super) fn block_terms(&self, number: usize) -> Result<Option<Vec<TermAt>>, Damage> {
        if number >= self.blocks {
            return Ok(None);
        }
        let mut out = Vec::with_capacity(BLOCK);
        let _ = self.terms(number, &mut |key, list| {
            out.push((key.to_vec(), list));
            ControlFlow::Continue(())
        })?;
        Ok(Some(out))
    }
}
