//! Writing a segment: documents as they come, then the terms in their order, then the tables.
//!
//! ```text
//! documents   compressed one by one
//! lists       postings of more than INLINE bytes, each with its checksum
//! blocks      terms in their order with their shorter postings, front-coded, each block with its checksum
//! block index the first key of each block and where it is
//! table       of each document: where it is, when it was sent, its size
//! files       of each document: its path, what its file was, its SHA-256
//! footer      where these parts are, and their checksums
//! ```

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::manifest::settle;
use super::problem::Problem;
use crate::document::Document;
use crate::document::bytes::{put, put_text};
use crate::intake::Stamp;

/// First bytes of a segment.
pub(super) const MAGIC: &[u8; 8] = b"NRSMAIL1";
/// Bytes of the footer.
pub(super) const FOOTER: usize = 8 + 8 * PARTS + 4 * 3 + 4 + 4 + 4 + 8;
/// Ends of parts that the footer tells.
pub(super) const PARTS: usize = 6;
/// Terms of a block.
pub(super) const BLOCK: usize = 64;
/// Postings of at most so many bytes stand in the block.
pub(super) const INLINE: usize = 16;
/// Bytes of a row of the table.
pub(super) const ROW: usize = 8 + 4 + 4 + 4 + 8 + 8;

/// What the index keeps of a document besides itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Kept {
    pub(super) path: String,
    /// Bytes of the path that name the file.
    pub(super) file: usize,
    pub(super) stamp: Stamp,
    pub(super) sha256: String,
    pub(super) size: u64,
}

/// A document, compressed.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    /// Bytes before compression.
    pub(super) raw: u32,
    pub(super) time: Option<i64>,
    pub(super) kept: Kept,
}

impl Packed {
    pub(super) fn of(document: &Document) -> Option<Self> {
        let mut raw = Vec::new();
        document.to_bytes(&mut raw);
        Some(Self {
            raw: u32::try_from(raw.len()).ok()?,
            bytes: lz4_flex::block::compress(&raw),
            time: document.time,
            kept: Kept {
                path: document.path.clone(),
                file: document.file,
                stamp: document.stamp,
                sha256: document.sha256.clone(),
                size: document.size,
            },
        })
    }
}

/// A segment in the making.
pub(super) struct Writer {
    dir: PathBuf,
    name: String,
    temporary: PathBuf,
    out: BufWriter<File>,
    at: u64,
    table: Vec<u8>,
    files: Vec<u8>,
    docs: u32,
    docs_end: u64,
    blocks: Vec<u8>,
    index: Vec<u8>,
    starts: Vec<u32>,
    terms_in_block: usize,
    block: Vec<u8>,
    /// Where the lists of this block begin.
    lists: u64,
    first: Vec<u8>,
    last: Vec<u8>,
}

impl Writer {
    /// Begins the segment `name` in `dir`.
    pub(super) fn new(dir: &Path, name: &str) -> Result<Self, Problem> {
        let temporary = dir.join(format!("{name}.tmp"));
        let file = File::create(&temporary).map_err(Problem::io(&temporary))?;
        let mut writer = Self {
            dir: dir.to_owned(),
            name: name.to_owned(),
            out: BufWriter::with_capacity(1 << 20, file),
            temporary,
            at: 0,
            table: Vec::new(),
            files: Vec::new(),
            docs: 0,
            docs_end: 0,
            blocks: Vec::new(),
            index: Vec::new(),
            starts: Vec::new(),
            terms_in_block: 0,
            block: Vec::new(),
            lists: 0,
            first: Vec::new(),
            last: Vec::new(),
        };
        writer.put(MAGIC)?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        self.out.write_all(bytes).map_err(Problem::io(&self.temporary))?;
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Adds a document; all of them before the first term.
    pub(super) fn document(&mut self, packed: &Packed) -> Result<(), Problem> {
        let Packed { bytes, raw, time, kept } = packed;
        self.table.extend_from_slice(&self.at.to_le_bytes());
        self.table.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.table.extend_from_slice(&raw.to_le_bytes());
        self.table.extend_from_slice(&crc32fast::hash(bytes).to_le_bytes());
        self.table.extend_from_slice(&time.unwrap_or(i64::MIN).to_le_bytes());
        self.table.extend_from_slice(&kept.size.to_le_bytes());
        put_text(&mut self.files, &kept.path);
        put(&mut self.files, kept.file as u64);
        put(&mut self.files, kept.stamp.size);
        self.files.extend_from_slice(&kept.stamp.modified.to_le_bytes());
        put(&mut self.files, kept.stamp.inode);
        put_text(&mut self.files, &kept.sha256);
        put(&mut self.files, kept.size);
        self.docs += 1;
        self.put(bytes)?;
        self.docs_end = self.at;
        Ok(())
    }

    /// Adds a term with its list; in rising order.
    pub(super) fn term(&mut self, key: &[u8], list: &[u8]) -> Result<(), Problem> {
        if self.terms_in_block == 0 {
            self.first = key.to_vec();
            self.last.clear();
            self.lists = self.at;
        }
        let shared = key.iter().zip(&self.last).take_while(|(a, b)| a == b).count();
        put(&mut self.block, shared as u64);
        let rest = key.get(shared..).unwrap_or_default();
        put(&mut self.block, rest.len() as u64);
        self.block.extend_from_slice(rest);
        let inline = list.len() <= INLINE;
        put(&mut self.block, (list.len() as u64) << 1 | u64::from(inline));
        if inline {
            self.block.extend_from_slice(list);
        } else {
            self.put(list)?;
            self.put(&crc32fast::hash(list).to_le_bytes())?;
        }
        self.last.clear();
        self.last.extend_from_slice(key);
        self.terms_in_block += 1;
        if self.terms_in_block == BLOCK {
            self.end_block();
        }
        Ok(())
    }

    fn end_block(&mut self) {
        if self.terms_in_block == 0 {
            return;
        }
        self.starts.push(u32::try_from(self.index.len()).unwrap_or(u32::MAX));
        let at = self.blocks.len() as u64;
        let sum = crc32fast::hash(&self.block);
        self.blocks.append(&mut self.block);
        self.index.extend_from_slice(&at.to_le_bytes());
        self.index.extend_from_slice(
            &u32::try_from(self.blocks.len() as u64 - at).unwrap_or(u32::MAX).to_le_bytes(),
        );
        self.index.extend_from_slice(&sum.to_le_bytes());
        self.index.extend_from_slice(&self.lists.to_le_bytes());
        self.index.extend_from_slice(&self.first);
        self.terms_in_block = 0;
    }

    /// Ends the segment: it is on disk, whole, under its name.
    pub(super) fn finish(mut self) -> Result<u32, Problem> {
        self.end_block();
        let lists_end = self.at;
        let blocks = std::mem::take(&mut self.blocks);
        self.put(&blocks)?;
        let blocks_end = self.at;
        let mut index = (self.starts.len() as u64).to_le_bytes().to_vec();
        self.starts.iter().for_each(|start| index.extend_from_slice(&start.to_le_bytes()));
        index.append(&mut self.index);
        self.put(&index)?;
        let index_end = self.at;
        let table = std::mem::take(&mut self.table);
        self.put(&table)?;
        let table_end = self.at;
        let files = lz4_flex::block::compress_prepend_size(&self.files);
        self.put(&files)?;
        let files_end = self.at;
        let mut footer = MAGIC.to_vec();
        for end in
            [self.docs_end.max(MAGIC.len() as u64), lists_end, blocks_end, index_end, table_end, files_end]
        {
            footer.extend_from_slice(&end.to_le_bytes());
        }
        for part in [&index, &table, &files] {
            footer.extend_from_slice(&crc32fast::hash(part).to_le_bytes());
        }
        footer.extend_from_slice(&self.docs.to_le_bytes());
        footer.extend_from_slice(&super::VERSION.to_le_bytes());
        footer.extend_from_slice(&crc32fast::hash(&footer).to_le_bytes());
        footer.extend_from_slice(MAGIC);
        self.put(&footer)?;
        let failed = Problem::io(&self.temporary);
        let synced: io::Result<()> =
            self.out.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| file.sync_all());
        synced.map_err(failed)?;
        settle(&self.dir, &self.temporary, &self.name)?;
        Ok(self.docs)
    }
}
