//! The directory of a help file: chunks of sorted names, each with a section, a place in it, and a length.

use crate::binary::{piece, u32_at, u64_at};

/// Files of one directory that are read.
const FILES: usize = 20_000;

/// Chunks of one directory that are read.
const CHUNKS: usize = 4_000;

/// Bytes of a name.
const NAME_BYTES: usize = 1_024;

/// Bytes of one chunk: compilers write 4 KiB.
const CHUNK_BYTES: usize = 1 << 20;

/// One file as the directory lists it.
pub(super) struct Listed<'a> {
    pub(super) name: &'a [u8],
    /// 0 is stored, 1 is compressed.
    pub(super) section: u64,
    pub(super) offset: usize,
    pub(super) length: usize,
}

/// What stands before the content.
pub(super) struct Directory<'a> {
    /// Where section 0 starts.
    pub(super) content: usize,
    /// Bytes of the whole file, as it says itself.
    pub(super) size: Option<usize>,
    /// The Windows language of whoever compiled it.
    pub(super) language: u32,
    pub(super) files: Vec<Listed<'a>>,
    /// A chunk or an entry could not be read.
    pub(super) broken: bool,
    /// There are more files than are read.
    pub(super) more: bool,
}

/// The directory; `None` if there is none to be found.
pub(super) fn read(bytes: &[u8]) -> Option<Directory<'_>> {
    let number = |at: usize| usize::try_from(u64_at(bytes, at)?).ok();
    let start = number(0x48)?;
    let content = if u32_at(bytes, 4)? >= 3 { number(0x58)? } else { start.checked_add(number(0x50)?)? };
    let head = bytes.get(start..)?;
    if !head.starts_with(b"ITSP") {
        return None;
    }
    let chunks = start.checked_add(usize::try_from(u32_at(head, 8)?).ok()?)?;
    let size = usize::try_from(u32_at(head, 0x10)?).ok().filter(|size| (64..=CHUNK_BYTES).contains(size))?;
    let count = usize::try_from(u32_at(head, 0x2c)?).ok()?;
    let mut out = Directory {
        content,
        size: number(0x38)
            .filter(|at| *at >= 0x58)
            .and_then(|at| number(at.checked_add(8)?))
            .filter(|size| *size > 0),
        language: u32_at(bytes, 0x14)?,
        files: Vec::new(),
        broken: false,
        more: count > CHUNKS,
    };
    // In their order on disk and not as they are chained: a chain may run in a circle or leave some out.
    for chunk in 0..count.min(CHUNKS) {
        let at = chunks.saturating_add(chunk.saturating_mul(size));
        let chunk = piece(bytes, at, size);
        if chunk.len() < size {
            out.broken = true;
            break;
        }
        // Index chunks repeat names of the others.
        if chunk.starts_with(b"PMGL") && !listing(chunk, &mut out) {
            out.broken = true;
        }
        if out.more {
            break;
        }
    }
    Some(out)
}

/// Reads one chunk; false if an entry is broken.
fn listing<'a>(chunk: &'a [u8], out: &mut Directory<'a>) -> bool {
    let free = u32_at(chunk, 4).and_then(|free| usize::try_from(free).ok()).unwrap_or(usize::MAX);
    let Some(end) = chunk.len().checked_sub(free) else { return false };
    let mut rest = chunk.get(0x14..end).unwrap_or(&[]);
    while !rest.is_empty() {
        if out.files.len() >= FILES {
            out.more = true;
            return true;
        }
        let Some(file) = entry(&mut rest) else { return false };
        out.files.push(file);
    }
    true
}

fn entry<'a>(rest: &mut &'a [u8]) -> Option<Listed<'a>> {
    let length = usize::try_from(number(rest)?).ok().filter(|length| *length <= NAME_BYTES)?;
    let (name, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(Listed {
        name,
        section: number(rest)?,
        offset: usize::try_from(number(rest)?).ok()?,
        length: usize::try_from(number(rest)?).ok()?,
    })
}

/// A number of seven bits a byte, the highest first.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for count in 0..10 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        if count == 9 {
            return None;
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
