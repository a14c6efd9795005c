//! Writes a compound file again: a storage as a file of its own, or a document with its streams decrypted.

use forensics::ole::{MAGIC, Ole};

const SECTOR: usize = 512;
const MINI: usize = 64;
const CUTOFF: usize = 4_096;
const END: u32 = 0xffff_fffe;
const FREE: u32 = 0xffff_ffff;
const FAT: u32 = 0xffff_fffd;
const DIFAT: u32 = 0xffff_fffc;

/// Entries written.
const ENTRIES: usize = 2_000;

/// An entry to be written; the first is the root.
pub(super) struct Node {
    pub(super) name: String,
    pub(super) class: [u8; 16],
    /// `None` for a storage.
    pub(super) data: Option<Vec<u8>>,
    pub(super) children: Vec<usize>,
}

/// The storage `root` of `ole` as a file, with the root's streams of those names replaced; of the others at most
/// `limit` bytes are taken.
pub(super) fn write(ole: &Ole<'_>, root: usize, replaced: &[(&str, Vec<u8>)], limit: usize) -> Vec<u8> {
    let mut nodes = vec![Node {
        name: "Root Entry".to_owned(),
        class: ole.entries.get(root).map(|e| e.clsid).unwrap_or_default(),
        data: None,
        children: Vec::new(),
    }];
    let mut left = limit;
    let mut seen = vec![false; ole.entries.len()];
    let mut stack = vec![(root, 0usize)];
    while let Some((storage, node)) = stack.pop() {
        if seen.get_mut(storage).is_none_or(|s| std::mem::replace(s, true)) {
            continue;
        }
        for index in ole.children(storage) {
            let Some(entry) = ole.entries.get(index).filter(|_| nodes.len() < ENTRIES) else { continue };
            let data = entry.is_stream().then(|| {
                let new = replaced.iter().find(|(n, _)| node == 0 && n.eq_ignore_ascii_case(&entry.name));
                new.map_or_else(|| ole.stream(entry, left).into_owned(), |(_, data)| data.clone())
            });
            left = left.saturating_sub(data.as_ref().map_or(0, Vec::len));
            if !entry.is_stream() {
                stack.push((index, nodes.len()));
            }
            let number = nodes.len();
            nodes.push(Node { name: entry.name.clone(), class: entry.clsid, data, children: Vec::new() });
            if let Some(parent) = nodes.get_mut(node) {
                parent.children.push(number);
            }
        }
    }
    build(nodes)
}

/// A compound file of these entries.
pub(super) fn build(mut nodes: Vec<Node>) -> Vec<u8> {
    let count = |length: usize| length.div_ceil(SECTOR);
    let number = |n: usize| u32::try_from(n).unwrap_or(END);
    // Siblings hang on one another to the right, in their order: readers need no balance.
    let mut right = vec![FREE; nodes.len()];
    let mut child = vec![FREE; nodes.len()];
    let orders: Vec<Vec<usize>> = nodes
        .iter()
        .map(|node| {
            let mut order = node.children.clone();
            order.sort_by_key(|i| {
                let name = nodes.get(*i).map(|n| n.name.to_uppercase()).unwrap_or_default();
                (name.encode_utf16().count(), name)
            });
            order
        })
        .collect();
    for (index, order) in orders.iter().enumerate() {
        if let (Some(slot), Some(first)) = (child.get_mut(index), order.first()) {
            *slot = number(*first);
        }
        for pair in order.windows(2) {
            if let Some(slot) = right.get_mut(pair[0]) {
                *slot = number(pair[1]);
            }
        }
    }
    // Small streams share one stream of small sectors.
    let (mut mini, mut mini_fat) = (Vec::new(), Vec::new());
    let mut starts = vec![END; nodes.len()];
    for (node, start) in nodes.iter().zip(&mut starts) {
        let Some(data) = node.data.as_ref().filter(|d| !d.is_empty() && d.len() < CUTOFF) else { continue };
        let first = mini_fat.len();
        *start = number(first);
        let last = first + data.len().div_ceil(MINI);
        mini_fat.extend((first + 1..=last).map(|i| if i == last { END } else { number(i) }));
        mini.extend_from_slice(data);
        mini.resize(last * MINI, 0);
    }
    let directory = count(nodes.len() * 128);
    let large = nodes.iter().filter_map(|n| n.data.as_ref()).filter(|d| d.len() >= CUTOFF);
    let streams: usize = large.map(|d| count(d.len())).sum();
    let streams = streams + count(mini.len()) + count(mini_fat.len() * 4);
    let (mut tables, mut lists) = (1usize, 0usize);
    loop {
        let wanted = (directory + streams + tables + lists).div_ceil(SECTOR / 4);
        let more = wanted.saturating_sub(109).div_ceil(SECTOR / 4 - 1);
        if wanted <= tables && more <= lists {
            break;
        }
        (tables, lists) = (wanted.max(tables), more.max(lists));
    }
    // Sectors in this order: table lists, tables, directory, streams.
    let mut fat = vec![DIFAT; lists];
    fat.resize(lists + tables, FAT);
    let mut body = Vec::with_capacity((directory + streams) * SECTOR);
    let chain = |fat: &mut Vec<u32>, sectors: usize| -> u32 {
        let start = fat.len();
        fat.extend((1..=sectors).map(|i| if i == sectors { END } else { number(start + i) }));
        if sectors == 0 { END } else { number(start) }
    };
    let directory_at = chain(&mut fat, directory);
    let mini_fat_sectors = count(mini_fat.len() * 4);
    let mini_fat_at = chain(&mut fat, mini_fat_sectors);
    body.extend(mini_fat.iter().flat_map(|id| id.to_le_bytes()));
    body.resize(body.len().next_multiple_of(SECTOR), 0xff);
    let mini_at = chain(&mut fat, count(mini.len()));
    body.extend_from_slice(&mini);
    body.resize(body.len().next_multiple_of(SECTOR), 0);
    let mut entries = Vec::with_capacity(directory * SECTOR);
    for (index, node) in nodes.iter_mut().enumerate() {
        let data = node.data.take();
        let size = data.as_ref().map_or(if index == 0 { mini.len() } else { 0 }, Vec::len);
        let start = match &data {
            Some(data) if data.len() >= CUTOFF => chain(&mut fat, count(size)),
            Some(_) => starts.get(index).copied().unwrap_or(END),
            None if index == 0 => mini_at,
            None => 0,
        };
        if let Some(data) = data.as_ref().filter(|d| d.len() >= CUTOFF) {
            body.extend_from_slice(data);
            body.resize(body.len().next_multiple_of(SECTOR), 0);
        }
        let mut entry = [0u8; 128];
        let mut length = 2u16;
        for (slot, unit) in entry.chunks_exact_mut(2).zip(node.name.encode_utf16().take(31)) {
            slot.copy_from_slice(&unit.to_le_bytes());
            length += 2;
        }
        let kind = if index == 0 {
            5
        } else if data.is_some() {
            2
        } else {
            1
        };
        let mut put = |at: usize, bytes: &[u8]| {
            if let Some(slot) = entry.get_mut(at..at + bytes.len()) {
                slot.copy_from_slice(bytes);
            }
        };
        put(64, &length.to_le_bytes());
        put(66, &[kind, 1]);
        put(68, &FREE.to_le_bytes());
        put(72, &right.get(index).copied().unwrap_or(FREE).to_le_bytes());
        put(76, &child.get(index).copied().unwrap_or(FREE).to_le_bytes());
        put(80, &node.class);
        put(116, &start.to_le_bytes());
        put(120, &number(size).to_le_bytes());
        entries.extend_from_slice(&entry);
    }
    entries.resize(directory * SECTOR, 0);
    fat.resize(tables * SECTOR / 4, FREE);

    let mut out = vec![0u8; 76];
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(slot) = out.get_mut(at..at + bytes.len()) {
            slot.copy_from_slice(bytes);
        }
    };
    put(0, MAGIC);
    put(24, &[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    put(44, &number(tables).to_le_bytes());
    put(48, &directory_at.to_le_bytes());
    put(56, &4_096u32.to_le_bytes());
    put(60, &mini_fat_at.to_le_bytes());
    put(64, &number(mini_fat_sectors).to_le_bytes());
    put(68, &(if lists == 0 { END } else { 0 }).to_le_bytes());
    put(72, &number(lists).to_le_bytes());
    let ids: Vec<u32> = (lists..lists + tables).map(number).collect();
    let (head, tail) = ids.split_at(ids.len().min(109));
    out.extend(head.iter().flat_map(|id| id.to_le_bytes()));
    out.resize(SECTOR, 0xff);
    for (index, chunk) in tail.chunks(SECTOR / 4 - 1).enumerate() {
        out.extend(chunk.iter().flat_map(|id| id.to_le_bytes()));
        out.resize(SECTOR * (index + 2) - 4, 0xff);
        let next = if index + 1 < lists { number(index + 1) } else { END };
        out.extend_from_slice(&next.to_le_bytes());
    }
    out.extend(fat.iter().flat_map(|id| id.to_le_bytes()));
    out.extend_from_slice(&entries);
    out.extend_from_slice(&body);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_whatever_its_size() {
        let stream = |name: &str, length: usize| Node {
            name: name.to_owned(),
            class: [0; 16],
            data: Some(vec![7; length]),
            children: Vec::new(),
        };
        let root = Node { children: vec![1, 2, 3], data: None, ..stream("Root Entry", 0) };
        let nodes = vec![root, stream("WordDocument", 5_000), stream("a", 100), stream("big", 8 << 20)];
        let bytes = build(nodes);
        let ole = Ole::open(&bytes).unwrap();
        for (name, length) in [("WordDocument", 5_000), ("a", 100), ("big", 8 << 20)] {
            assert_eq!(ole.stream(ole.find(name).unwrap(), usize::MAX).len(), length, "{name}");
        }
        let again = write(&ole, 0, &[("a", vec![1; 200])], 64 << 20);
        let ole = Ole::open(&again).unwrap();
        assert_eq!(&*ole.stream(ole.find("a").unwrap(), usize::MAX), &[1; 200]);
    }
}
