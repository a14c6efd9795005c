//! The lower layer of a data file (MS-PST §2.2): header, the two B-trees, blocks and the trees of blocks.

use std::cell::Cell;

use super::Why;
use super::crypt;
use super::pages::Pages;

/// Levels of a B-tree that are followed.
const LEVELS: u8 = 12;

/// Bytes of one block: 8 KiB, 64 KiB where pages have 4 KiB.
const BLOCK_BYTES: usize = 64 << 10;

/// Subnodes of one node that are told.
const SUBNODES: usize = 20_000;

/// The widths that the three forms of the file have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Numbers of 32 bits, pages of 512 bytes: Outlook 97 to 2002.
    Ansi,
    /// Numbers of 64 bits, pages of 512 bytes.
    Unicode,
    /// Numbers of 64 bits, pages of 4 KiB, blocks that may be compressed: .ost of Outlook 2013 and later.
    Large,
}

impl Form {
    fn page(self) -> usize {
        if self == Self::Large { 4_096 } else { 512 }
    }

    /// Bytes of an id or an offset.
    fn word(self) -> usize {
        if self == Self::Ansi { 4 } else { 8 }
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    at.checked_add(2).and_then(|end| bytes.get(at..end)).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let found = at.checked_add(4).and_then(|end| bytes.get(at..end));
    found.map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at.saturating_add(4))) << 32
}

/// A node: where its data and its subnodes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) id: u32,
    pub(super) data: u64,
    pub(super) sub: u64,
    /// The folder of a folder or message; 0 for subnodes.
    pub(super) parent: u32,
}

/// An opened file.
pub(super) struct Blocks<P> {
    pages: P,
    pub(super) form: Form,
    crypt: u8,
    nodes: u64,
    blocks: u64,
    /// A block could not be read, or was not what its check sum says, since this was last asked.
    damaged: Cell<bool>,
}

impl<P: Pages> Blocks<P> {
    pub(super) fn open(pages: P) -> Result<Self, Why> {
        let mut head = [0; 564];
        let there = pages.at(0, &mut head);
        if there < 512 || !head.starts_with(b"!BDN") || head.get(8) != Some(&b'S') {
            return Err(Why::NoDataFile);
        }
        let form = match u16_at(&head, 10) {
            14 | 15 => Form::Ansi,
            23 => Form::Unicode,
            36 | 37 => Form::Large,
            _ => return Err(Why::Version),
        };
        let (nodes, blocks, crypt) = match form {
            Form::Ansi => {
                (u64::from(u32_at(&head, 0xbc)), u64::from(u32_at(&head, 0xc4)), head.get(0x1cd).copied())
            }
            _ => (u64_at(&head, 0xe0), u64_at(&head, 0xf0), head.get(0x201).copied()),
        };
        let crypt = crypt.unwrap_or(0);
        if crypt > 2 {
            return Err(Why::Encrypted);
        }
        Ok(Self { pages, form, crypt, nodes, blocks, damaged: Cell::new(false) })
    }

    /// True if something was damaged since this was last asked.
    pub(super) fn take_damaged(&self) -> bool {
        self.damaged.replace(false)
    }

    pub(super) fn damage(&self) {
        self.damaged.set(true);
    }

    /// Reads the page at `offset`: its entries, their size, and its level.
    fn page(&self, offset: u64) -> Option<(Vec<u8>, usize, u8)> {
        let size = self.form.page();
        let mut page = vec![0; size];
        if self.pages.at(offset, &mut page) < size {
            self.damage();
            return None;
        }
        let (count, entry, level, room) = match self.form {
            Form::Large => {
                (usize::from(u16_at(&page, 4_056)), page.get(4_060), page.get(4_061).copied(), 4_056)
            }
            Form::Unicode => (usize::from(*page.get(488)?), page.get(490), page.get(491).copied(), 488),
            Form::Ansi => (usize::from(*page.get(496)?), page.get(498), page.get(499).copied(), 496),
        };
        let entry = usize::from(*entry?);
        let level = level?;
        let least = if level > 0 { 3 * self.form.word() } else { 12 };
        let kind = match self.form {
            Form::Large => page.get(4_072),
            Form::Unicode => page.get(496),
            Form::Ansi => page.get(500),
        };
        if entry < least || level > LEVELS || !matches!(kind, Some(0x80 | 0x81)) {
            self.damage();
            return None;
        }
        page.truncate((count * entry).min(room));
        Some((page, entry, level))
    }

    /// A number as wide as ids are.
    fn word(&self, bytes: &[u8], at: usize) -> u64 {
        if self.form == Form::Ansi { u64::from(u32_at(bytes, at)) } else { u64_at(bytes, at) }
    }

    /// Goes down one of the B-trees to the leaf entry of `key`.
    fn find(&self, root: u64, key: u64) -> Option<Vec<u8>> {
        let word = self.form.word();
        let mut offset = root;
        let mut above = u8::MAX;
        loop {
            let (page, size, level) = self.page(offset)?;
            // Every page is one level below the one that led to it: no circle.
            if level >= above {
                self.damage();
                return None;
            }
            above = level;
            let entries = || page.chunks_exact(size);
            if level == 0 {
                return entries().find(|e| self.key(e) == key).map(<[u8]>::to_vec);
            }
            let child = entries().take_while(|e| self.key(e) <= key).last()?;
            offset = self.word(child, 2 * word);
        }
    }

    /// Keys are as wide as ids; the last bit of a block's id has no meaning, and node ids have 32 bits.
    fn key(&self, entry: &[u8]) -> u64 {
        self.word(entry, 0)
    }

    fn node_of(&self, entry: &[u8]) -> Node {
        let word = self.form.word();
        Node {
            id: u32_at(entry, 0),
            data: self.word(entry, word),
            sub: self.word(entry, 2 * word),
            parent: u32_at(entry, 3 * word),
        }
    }

    /// The node of that id.
    pub(super) fn node(&self, id: u32) -> Option<Node> {
        self.find(self.nodes, u64::from(id)).map(|entry| self.node_of(&entry))
    }

    /// A walk over all nodes in the order of their ids.
    pub(super) fn walk(&self) -> Walk {
        Walk { open: Vec::new(), started: false, last: None }
    }

    /// One block as it is stored, revealed.
    fn block(&self, id: u64) -> Option<Vec<u8>> {
        let word = self.form.word();
        // The trees keep ids with their last bit as it was written; it has no meaning.
        let entry = self.find(self.blocks, id & !1).or_else(|| self.find(self.blocks, id | 1));
        let Some(entry) = entry else {
            self.damage();
            return None;
        };
        let offset = self.word(&entry, word);
        let size = usize::from(u16_at(&entry, 2 * word));
        let mut bytes = vec![0; size];
        let there = self.pages.at(offset, &mut bytes);
        if there < size {
            self.damage();
            bytes.truncate(there);
        }
        if self.form != Form::Large {
            self.check(offset, &bytes, size);
        }
        if self.form == Form::Large {
            let whole = usize::from(u16_at(&entry, 2 * word + 2));
            if whole > size {
                // Compressed; a guess at more than a block holds is cut.
                match miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(&bytes, BLOCK_BYTES) {
                    Ok(plain) => bytes = plain,
                    Err(_) => {
                        self.damage();
                        return None;
                    }
                }
            }
        }
        if id & 2 == 0 {
            crypt::reveal(self.crypt, (id & 0xffff_fffe) as u32, &mut bytes);
        }
        Some(bytes)
    }

    /// Compares a block with the check sum behind it.
    fn check(&self, offset: u64, bytes: &[u8], size: usize) {
        let trailer = if self.form == Form::Ansi { 12 } else { 16 };
        let Some(end) = (size + trailer).checked_next_multiple_of(64) else {
            return;
        };
        let mut tail = [0; 16];
        let at = offset.saturating_add((end - trailer) as u64);
        self.pages.at(at, &mut tail);
        let sum = u32_at(&tail, if self.form == Form::Ansi { 8 } else { 4 });
        if usize::from(u16_at(&tail, 0)) != size || sum != crc(bytes) {
            self.damage();
        }
    }

    /// The data of a block tree, block by block, at most `limit` bytes.
    pub(super) fn data(&self, id: u64, limit: usize) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let mut room = limit;
        self.data_into(id, u8::MAX, &mut room, &mut out);
        out
    }

    fn data_into(&self, id: u64, above: u8, room: &mut usize, out: &mut Vec<Vec<u8>>) {
        if id == 0 || *room == 0 {
            return;
        }
        let Some(mut bytes) = self.block(id) else {
            // An empty block keeps the numbers of those behind it.
            out.push(Vec::new());
            return;
        };
        if id & 2 == 0 {
            bytes.truncate(*room);
            *room -= bytes.len();
            out.push(bytes);
            return;
        }
        let level = bytes.get(1).copied().unwrap_or(0);
        // XXBLOCK (2) over XBLOCK (1) over data.
        if bytes.first() != Some(&1) || level == 0 || level > 2 || level >= above {
            self.damage();
            return;
        }
        let word = self.form.word();
        let count = usize::from(u16_at(&bytes, 2));
        for child in bytes.get(8..).unwrap_or(&[]).chunks_exact(word).take(count) {
            if *room == 0 {
                break;
            }
            // A child costs something even if it holds nothing, so that no tree of empty blocks is endless.
            *room = room.saturating_sub(1);
            self.data_into(self.word(child, 0), level, room, out);
        }
    }

    /// The subnodes of a node, in the order of their ids.
    pub(super) fn subnodes(&self, id: u64) -> Vec<Node> {
        let mut out = Vec::new();
        self.subnodes_into(id, u8::MAX, &mut out);
        out
    }

    fn subnodes_into(&self, id: u64, above: u8, out: &mut Vec<Node>) {
        if id == 0 {
            return;
        }
        let Some(bytes) = self.block(id | 2) else {
            return;
        };
        let level = bytes.get(1).copied().unwrap_or(0);
        if bytes.first() != Some(&2) || level > 1 || level >= above {
            self.damage();
            return;
        }
        let word = self.form.word();
        let head = if self.form == Form::Ansi { 4 } else { 8 };
        let count = usize::from(u16_at(&bytes, 2));
        let width = if level == 0 { 3 * word } else { 2 * word };
        for entry in bytes.get(head..).unwrap_or(&[]).chunks_exact(width).take(count) {
            if out.len() >= SUBNODES {
                return;
            }
            if level == 0 {
                out.push(Node { parent: 0, ..self.node_of(entry) });
            } else {
                self.subnodes_into(self.word(entry, word), level, out);
            }
        }
    }
}

/// The state of a walk over all nodes: the pages from the root down, each with how much of it was read.
#[derive(Debug, Default)]
pub(super) struct Walk {
    open: Vec<(Vec<u8>, usize, u8, usize)>,
    started: bool,
    /// The id told last: a walk only goes up, whatever the pages say.
    last: Option<u32>,
}

impl Walk {
    pub(super) fn next<P: Pages>(&mut self, blocks: &Blocks<P>) -> Option<Node> {
        if !std::mem::replace(&mut self.started, true)
            && let Some((page, size, level)) = blocks.page(blocks.nodes)
        {
            self.open.push((page, size, level, 0));
        }
        loop {
            let (page, size, level, at) = self.open.last_mut()?;
            let Some(entry) = page.get(*at..*at + *size).map(<[u8]>::to_vec) else {
                self.open.pop();
                continue;
            };
            *at += *size;
            let above = *level;
            if above == 0 {
                let node = blocks.node_of(&entry);
                if self.last.is_none_or(|last| node.id > last) {
                    self.last = Some(node.id);
                    return Some(node);
                }
                blocks.damage();
                continue;
            }
            // Subtrees below what was told already would only repeat it.
            let offset = blocks.word(&entry, 2 * blocks.form.word());
            if let Some((page, size, level)) = blocks.page(offset)
                && level < above
            {
                self.open.push((page, size, level, 0));
            }
        }
    }
}

/// The check sum of blocks (MS-PST §5.3): CRC-32 without the inversions at its ends.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut at = 0;
        while at < 256 {
            let mut value = at as u32;
            let mut bit = 0;
            while bit < 8 {
                value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
                bit += 1;
            }
            table[at] = value;
            at += 1;
        }
        table
    };
    bytes.iter().fold(0, |sum, byte| TABLE[usize::from(sum as u8 ^ byte)] ^ sum >> 8)
}
