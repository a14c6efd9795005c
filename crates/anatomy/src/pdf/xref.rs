//! The cross-reference: which object of each number counts. It is followed as a reader of PDF does, from the end of the
//! file through all its sections, tables and streams; but what it leaves out is not forgotten, only told apart.

use std::collections::HashMap;

use memchr::memmem;

use super::file::{Found, STREAM_BYTES};
use super::syntax::{Dict, Reader, Value, is_space};

/// Sections of one file: each time that it was saved adds one.
const SECTIONS: usize = 400;

/// Entries of all sections together.
const ENTRIES: usize = 300_000;

/// Bytes at the end in which the start of the last section is looked for.
const END_BYTES: usize = 4_096;

/// Where an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere: the number is free.
    Free,
    /// At a place in the file.
    At(usize),
    /// In the object stream of that number.
    In(u32),
}

/// The cross-reference.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Where the latest object of each number stands.
    pub(super) places: HashMap<u32, Place>,
    /// A section was not where it should be.
    pub(super) broken: bool,
    left: usize,
}

/// Follows the sections from the last one on; places are counted from the start of `bytes`.
pub(super) fn read(bytes: &[u8], found: &Found<'_>) -> Table {
    let mut table = Table { left: ENTRIES, ..Table::default() };
    // What stands before the header moves every place.
    let head = crate::binary::piece(bytes, 0, super::HEADER_BYTES);
    let base = memmem::find(head, b"%PDF-").unwrap_or(0);
    let tail = bytes.len().saturating_sub(END_BYTES);
    let last = memmem::rfind(bytes.get(tail..).unwrap_or(&[]), b"startxref");
    let first = last.and_then(|at| number(&mut Reader::new(bytes, tail + at + 9, 8)));
    let mut next: Vec<usize> = first.into_iter().collect();
    let mut seen = Vec::new();
    while let Some(offset) = next.pop() {
        if seen.contains(&offset) || seen.len() >= SECTIONS {
            table.broken = true;
            break;
        }
        seen.push(offset);
        let at = offset.saturating_add(base);
        let Some(section) = section(bytes, at, found, &mut table).or_else(|| {
            // Some writers count from the start of the file all the same.
            (base > 0).then(|| self::section(bytes, offset, found, &mut table)).flatten()
        }) else {
            table.broken = true;
            continue;
        };
        next.extend(section);
    }
    for place in table.places.values_mut() {
        if let Place::At(at) = place {
            *at = at.saturating_add(base);
        }
    }
    table.broken |= first.is_none() || table.places.is_empty();
    table
}

/// Reads one section; gives the sections that it leads to, the one to be read first last.
fn section(bytes: &[u8], at: usize, found: &Found<'_>, table: &mut Table) -> Option<Vec<usize>> {
    let mut reader = Reader::new(bytes, at, 1_000);
    reader.skip();
    if !reader.take(b"xref") {
        let object = found.objects.iter().find(|object| object.at == reader.at)?;
        let dict = object.dict().filter(|dict| dict.is(b"Type", b"XRef"))?;
        stream(dict, &object.data(None, STREAM_BYTES).0, table);
        return Some(place(dict, b"Prev").into_iter().collect());
    }
    let mut entries = Vec::new();
    let end = lines(bytes, reader.at, table.left, &mut entries);
    table.left = table.left.saturating_sub(entries.len());
    let mut reader = Reader::new(bytes, end, found.left.max(1_000));
    reader.skip();
    let dict = match reader.take(b"trailer").then(|| reader.value()).flatten() {
        Some(Value::Dict(dict)) => dict,
        _ => return None,
    };
    // What a stream beside the table says goes before the table: there it is free.
    if let Some(beside) = place(&dict, b"XRefStm")
        && let Some(object) = found.objects.iter().find(|object| object.at == beside)
        && let Some(dict) = object.dict()
    {
        stream(dict, &object.data(None, STREAM_BYTES).0, table);
    }
    for (number, place) in entries {
        table.places.entry(number).or_insert(place);
    }
    Some(place(&dict, b"Prev").into_iter().collect())
}

fn place(dict: &Dict<'_>, key: &[u8]) -> Option<usize> {
    dict.int(key).and_then(|at| usize::try_from(at).ok())
}

fn number(reader: &mut Reader<'_>) -> Option<usize> {
    reader.value()?.int().and_then(|n| usize::try_from(n).ok())
}

/// The entries of a table, by blocks of numbers that follow each other; gives the place where they end.
fn lines(bytes: &[u8], mut at: usize, most: usize, out: &mut Vec<(u32, Place)>) -> usize {
    loop {
        let start = at;
        let (Some(first), Some(count)) = (digits(bytes, &mut at), digits(bytes, &mut at)) else {
            return start;
        };
        for index in 0..count {
            let (Some(offset), Some(_)) = (digits(bytes, &mut at), digits(bytes, &mut at)) else { return at };
            blanks(bytes, &mut at);
            let place = match bytes.get(at) {
                Some(b'n') => Place::At(offset),
                Some(b'f') => Place::Free,
                _ => return at,
            };
            at += 1;
            let Some(number) = first.checked_add(index).and_then(|number| u32::try_from(number).ok()) else {
                return at;
            };
            if out.len() >= most {
                return at;
            }
            out.push((number, place));
        }
    }
}

fn blanks(bytes: &[u8], at: &mut usize) {
    while bytes.get(*at).is_some_and(|byte| is_space(*byte)) {
        *at += 1;
    }
}

fn digits(bytes: &[u8], at: &mut usize) -> Option<usize> {
    blanks(bytes, at);
    let rest = bytes.get(*at..)?;
    let length = rest.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let value = std::str::from_utf8(rest.get(..length)?).ok()?.parse().ok()?;
    *at += length;
    Some(value)
}

/// The entries of a stream: three numbers each, of the widths that the dictionary tells.
fn stream(dict: &Dict<'_>, data: &[u8], table: &mut Table) {
    let list = |key: &[u8]| match dict.get(key) {
        Some(Value::List(list)) => {
            list.iter().map(|value| value.int().and_then(|n| usize::try_from(n).ok()).unwrap_or(0)).collect()
        }
        _ => Vec::new(),
    };
    let widths = list(b"W");
    let [kind, second, third] = widths.as_slice() else { return };
    let width = kind.saturating_add(*second).saturating_add(*third);
    if width == 0 || width > 24 {
        return;
    }
    let mut index = list(b"Index");
    if index.is_empty() {
        index = vec![0, place(dict, b"Size").unwrap_or(0)];
    }
    let mut rows = data.chunks_exact(width);
    for block in index.chunks_exact(2) {
        for offset in 0..block[1] {
            let Some(row) = rows.next() else { return };
            if table.left == 0 {
                return;
            }
            table.left -= 1;
            let value = |from: usize, to: usize| {
                row.get(from..to).unwrap_or(&[]).iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte))
            };
            // A width of nothing means an object at a place.
            let form = if *kind == 0 { 1 } else { value(0, *kind) };
            let field = value(*kind, kind + second);
            let place = match form {
                1 => usize::try_from(field).map_or(Place::Free, Place::At),
                2 => u32::try_from(field).map_or(Place::Free, Place::In),
                _ => Place::Free,
            };
            let Some(number) = block[0].checked_add(offset).and_then(|n| u32::try_from(n).ok()) else {
                return;
            };
            table.places.entry(number).or_insert(place);
        }
    }
}
