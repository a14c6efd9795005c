//! The middle layer (MS-PST §2.3): heaps on nodes, B-trees on heaps, property contexts and table contexts.

use std::borrow::Cow;
use std::rc::Rc;

use super::blocks::{Blocks, Form, Node, u16_at, u32_at};
use super::pages::Pages;
use crate::msg::bag::{Bag, kind};

/// Bytes of one heap.
const HEAP_BYTES: usize = 16 << 20;

/// Levels of a B-tree on a heap.
const LEVELS: u8 = 8;

/// Records of one B-tree on a heap.
const RECORDS: usize = 20_000;

/// Columns of a table.
const COLUMNS: usize = 512;

/// A node's data with what its records point to.
pub(super) struct Heap<'r, P> {
    reader: &'r Blocks<P>,
    blocks: Vec<Vec<u8>>,
    subnodes: Vec<Node>,
}

impl<'r, P: Pages> Heap<'r, P> {
    pub(super) fn open(reader: &'r Blocks<P>, node: Node) -> Option<Self> {
        let blocks = reader.data(node.data, HEAP_BYTES);
        if blocks.first().and_then(|b| b.get(2)) != Some(&0xec) {
            reader.damage();
            return None;
        }
        Some(Self { reader, blocks, subnodes: reader.subnodes(node.sub) })
    }

    pub(super) fn subnodes(&self) -> &[Node] {
        &self.subnodes
    }

    fn root(&self) -> u32 {
        self.blocks.first().map_or(0, |b| u32_at(b, 4))
    }

    /// What the heap keeps under `id`.
    fn get(&self, id: u32) -> Option<&[u8]> {
        // In the large form 14 bits count the items of a block, else 11.
        let bits = if self.reader.form == Form::Large { 14 } else { 11 };
        let index = usize::try_from(id >> 5 & ((1 << bits) - 1)).ok()?.checked_sub(1)?;
        let block = self.blocks.get(usize::try_from(id >> (5 + bits)).ok()?)?;
        let map = usize::from(u16_at(block, 0));
        let count = usize::from(u16_at(block, map));
        if index >= count {
            return None;
        }
        let at = map + 4 + 2 * index;
        let (from, to) = (usize::from(u16_at(block, at)), usize::from(u16_at(block, at + 2)));
        block.get(from..to)
    }

    /// What a record points to: an item of the heap, or a subnode's data.
    fn pointed(&self, id: u32, limit: usize) -> Option<Cow<'_, [u8]>> {
        if id == 0 {
            return Some(Cow::Borrowed(&[]));
        }
        if id & 0x1f == 0 {
            return self.get(id).map(|b| Cow::Borrowed(b.get(..limit).unwrap_or(b)));
        }
        let node = self.subnodes.iter().find(|n| n.id == id)?;
        Some(Cow::Owned(self.reader.data(node.data, limit).concat()))
    }

    /// The records of the B-tree at `id`: key and value as they stand.
    fn records(&self, id: u32) -> Vec<&[u8]> {
        let mut out = Vec::new();
        let Some(head) = self.get(id).filter(|h| h.first() == Some(&0xb5) && h.len() >= 8) else {
            return out;
        };
        let key = usize::from(head.get(1).copied().unwrap_or(0));
        let value = usize::from(head.get(2).copied().unwrap_or(0));
        let level = head.get(3).copied().unwrap_or(0).min(LEVELS);
        if key == 0 || value == 0 {
            return out;
        }
        let mut budget = RECORDS;
        self.level(u32_at(head, 4), (key, value), level, &mut budget, &mut out);
        out
    }

    fn level<'s>(
        &'s self,
        id: u32,
        (key, value): (usize, usize),
        level: u8,
        budget: &mut usize,
        out: &mut Vec<&'s [u8]>,
    ) {
        let Some(bytes) = self.get(id) else {
            return;
        };
        let width = if level == 0 { key + value } else { key + 4 };
        for record in bytes.chunks_exact(width) {
            if *budget == 0 {
                return;
            }
            *budget -= 1;
            if level == 0 {
                out.push(record);
            } else {
                self.level(u32_at(record, key), (key, value), level - 1, budget, out);
            }
        }
    }
}

/// Bytes that a property of that type has of itself; `None` where it is kept elsewhere.
fn width(kind: u16) -> Option<usize> {
    Some(match kind {
        0x0002 => 2,
        0x000b => 1,
        0x0003 | 0x0004 | 0x000a => 4,
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => 8,
        _ => return None,
    })
}

struct Record {
    id: u16,
    kind: u16,
    /// The value itself, or what it points to.
    value: [u8; 8],
}

/// The properties of a node or of a row.
pub(super) struct Properties<'r, P> {
    pub(super) heap: Rc<Heap<'r, P>>,
    records: Vec<Record>,
    label: Option<&'static str>,
}

impl<'r, P: Pages> Properties<'r, P> {
    /// Those of a node with a property context.
    pub(super) fn open(reader: &'r Blocks<P>, node: Node) -> Option<Self> {
        let heap = Heap::open(reader, node)?;
        let mut records = Vec::new();
        for record in heap.records(heap.root()) {
            let kind = u16_at(record, 2);
            let short = u32_at(record, 4);
            let mut value = [0; 8];
            match width(kind) {
                Some(8) => {
                    if let Some(bytes) = heap.pointed(short, 8) {
                        value.iter_mut().zip(bytes.iter()).for_each(|(to, from)| *to = *from);
                    }
                }
                _ => value[..4].copy_from_slice(&short.to_le_bytes()),
            }
            records.push(Record { id: u16_at(record, 0), kind, value });
        }
        Some(Self { heap: Rc::new(heap), records, label: None })
    }

    pub(super) fn with_label(self, label: Option<&'static str>) -> Self {
        Self { label, ..self }
    }

    /// The node that an object property points to: its id.
    pub(super) fn object(&self, id: u16) -> Option<u32> {
        let record = self.records.iter().find(|r| r.id == id && r.kind == kind::OBJECT)?;
        let pointer = self.heap.pointed(u32_at(&record.value, 0), 8)?;
        Some(u32_at(&pointer, 0)).filter(|n| *n != 0)
    }
}

impl<P: Pages> Bag for Properties<'_, P> {
    fn raw(&self, id: u16, kind: u16, limit: usize) -> Option<Cow<'_, [u8]>> {
        let record = self.records.iter().find(|r| r.id == id && r.kind == kind)?;
        self.heap.pointed(u32_at(&record.value, 0), limit)
    }

    fn fixed(&self, id: u16) -> Option<[u8; 8]> {
        self.records.iter().find(|r| r.id == id && width(r.kind).is_some()).map(|r| r.value)
    }

    fn label(&self) -> Option<&'static str> {
        self.label
    }
}

/// The rows of a table context, at most `most`.
pub(super) fn rows<'r, P: Pages>(reader: &'r Blocks<P>, node: Node, most: usize) -> Vec<Properties<'r, P>> {
    let mut out = Vec::new();
    let Some(heap) = Heap::open(reader, node) else {
        return out;
    };
    let head = heap.get(heap.root()).unwrap_or(&[]);
    if head.first() != Some(&0x7c) {
        reader.damage();
        return out;
    }
    let row = usize::from(u16_at(head, 8));
    // Where the bits begin that say which cells are there.
    let bits = usize::from(u16_at(head, 6));
    let columns: Vec<&[u8]> = head
        .get(22..)
        .unwrap_or(&[])
        .chunks_exact(8)
        .take(usize::from(head.get(1).copied().unwrap_or(0)).min(COLUMNS))
        .collect();
    let place = u32_at(head, 14);
    // Rows do not cross from block to block.
    let blocks: Vec<Cow<'_, [u8]>> = if place & 0x1f == 0 {
        heap.get(place).map(Cow::Borrowed).into_iter().collect()
    } else {
        let found = heap.subnodes().iter().find(|n| n.id == place);
        found.map_or(Vec::new(), |n| reader.data(n.data, HEAP_BYTES)).into_iter().map(Cow::Owned).collect()
    };
    let mut found: Vec<Vec<Record>> = Vec::new();
    // Which rows there are is what the index says: others are left over.
    let mut index: Vec<usize> = heap
        .records(u32_at(head, 10))
        .into_iter()
        .filter_map(|r| {
            usize::try_from(if reader.form == Form::Ansi { u32::from(u16_at(r, 4)) } else { u32_at(r, 4) })
                .ok()
        })
        .collect();
    index.sort_unstable();
    index.dedup();
    if row == 0 {
        return out;
    }
    let per = blocks.first().map_or(0, |b| b.len() / row).max(1);
    for number in index.into_iter().take(most) {
        let start = (number % per) * row;
        let Some(cells) = blocks.get(number / per).and_then(|b| b.get(start..start + row)) else {
            continue;
        };
        let mut records = Vec::new();
        for column in &columns {
            let (tag, from) = (u32_at(column, 0), usize::from(u16_at(column, 4)));
            let (size, bit) = (column.get(6).copied().unwrap_or(0), column.get(7).copied().unwrap_or(0));
            let there = cells.get(bits + usize::from(bit / 8)).is_some_and(|b| b & (0x80 >> (bit % 8)) != 0);
            let Some(cell) = cells.get(from..from + usize::from(size)).filter(|_| there) else {
                continue;
            };
            let mut value = [0; 8];
            value.iter_mut().zip(cell).for_each(|(to, from)| *to = *from);
            records.push(Record { id: (tag >> 16) as u16, kind: tag as u16, value });
        }
        found.push(records);
    }
    let heap = Rc::new(heap);
    out.extend(found.into_iter().map(|records| Properties { heap: Rc::clone(&heap), records, label: None }));
    out
}
