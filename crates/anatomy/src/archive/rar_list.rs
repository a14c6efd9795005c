//! A list of what a RAR archive holds, read from its headers alone and as far as they go: for archives that are cut,
//! damaged, or otherwise more than `rars` takes. Nothing is unpacked here, and no check sum is asked for.
//!
//! After the headers as WinRAR's technical notes describe them (RAR 5), and as RAR 1.5 to 4 write them.

use crate::binary::{piece, u8_at, u16_at, u32_at};
use crate::time;

/// Blocks that are read.
const BLOCKS: usize = 8_000;

/// Entries that are listed.
const ENTRIES: usize = 4_000;

/// The largest header of RAR 5.
const HEADER_BYTES: u64 = 2 << 20;

const STEPS: [&str; 6] = ["store", "fastest", "fast", "normal", "good", "best"];

/// One entry as its header tells it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its name, as bytes; UTF-8 where the archive says so.
    pub(super) name: Vec<u8>,
    pub(super) size: u64,
    pub(super) method: String,
    pub(super) encrypted: bool,
    /// Its data goes on in, or comes from, another volume.
    pub(super) split: bool,
    pub(super) modified: Option<String>,
    /// Where its data stands in the archive, if it is neither packed nor encrypted.
    pub(super) stored: Option<(usize, usize)>,
}

/// The files of an archive that begins with RAR's sign, folders left out.
pub(super) fn list(bytes: &[u8]) -> Vec<Listed> {
    if bytes.get(6) == Some(&1) { new(bytes) } else { old(bytes) }
}

/// RAR 1.5 to 4.
fn old(bytes: &[u8]) -> Vec<Listed> {
    const MAIN: u8 = 0x73;
    const FILE: u8 = 0x74;
    const END: u8 = 0x7b;
    let mut out = Vec::new();
    let mut at = 7;
    for _ in 0..BLOCKS {
        let (Some(kind), Some(flags), Some(size)) =
            (u8_at(bytes, at + 2), u16_at(bytes, at + 3), u16_at(bytes, at + 5).map(usize::from))
        else {
            break;
        };
        // What lies behind is not headers any more.
        if size < 7 || !(0x72..=END).contains(&kind) || kind == END || out.len() >= ENTRIES {
            break;
        }
        if kind == MAIN && flags & 0x80 != 0 {
            // Everything that follows is encrypted.
            break;
        }
        let head = piece(bytes, at, size);
        let mut data = if flags & 0x8000 != 0 { u32_at(bytes, at + 7).unwrap_or(0).into() } else { 0u64 };
        if kind == FILE {
            if flags & 0x100 != 0 {
                data |= u64::from(u32_at(head, 32).unwrap_or(0)) << 32;
            }
            out.extend(old_file(head, flags, at + size, data));
        }
        let Some(next) = usize::try_from(data).ok().and_then(|data| (at + size).checked_add(data)) else {
            break;
        };
        at = next;
    }
    out
}

fn old_file(head: &[u8], flags: u16, data: usize, packed: u64) -> Option<Listed> {
    let (version, method) = (u8_at(head, 24)?, u8_at(head, 25)?);
    if flags & 0xe0 == 0xe0 {
        return None;
    }
    let (mut size, mut at) = (u64::from(u32_at(head, 11)?), 32);
    if flags & 0x100 != 0 {
        size |= u64::from(u32_at(head, 36)?) << 32;
        at = 40;
    }
    let raw = piece(head, at, usize::from(u16_at(head, 26)?));
    let name = if flags & 0x200 != 0 { wide_name(raw) } else { raw.to_vec() };
    let stamp = u32_at(head, 20)?;
    let step = STEPS.get(usize::from(method.wrapping_sub(0x30))).copied().unwrap_or("unknown");
    let (encrypted, split) = (flags & 4 != 0, flags & 3 != 0);
    let stored = (method == 0x30 && !encrypted).then_some((data, usize::try_from(packed).ok()?));
    (!name.is_empty()).then(|| Listed {
        name,
        size,
        method: format!("rar {}.{} {step}", version / 10, version % 10),
        encrypted,
        split,
        modified: time::dos((stamp >> 16) as u16, stamp as u16),
        stored,
    })
}

/// A name that stands there twice: in some code page up to a NUL, then in UTF-16 with what is alike left out.
fn wide_name(raw: &[u8]) -> Vec<u8> {
    let Some(end) = memchr::memchr(0, raw) else { return raw.to_vec() };
    let (plain, coded) = (piece(raw, 0, end), piece(raw, end + 1, raw.len()));
    let wide = widened(plain, coded);
    if wide.is_empty() { plain.to_vec() } else { String::from_utf16_lossy(&wide).into_bytes() }
}

/// Undoes the packing of a name. Each letter is told by two bits: a byte, a byte with the common high byte, two bytes,
/// or a run of the plain name.
fn widened(plain: &[u8], coded: &[u8]) -> Vec<u16> {
    let mut out: Vec<u16> = Vec::new();
    let mut rest = coded.iter().copied();
    let Some(high) = rest.next().map(|byte| u16::from(byte) << 8) else { return out };
    let (mut flags, mut left) = (0u8, 0u8);
    loop {
        if left == 0 {
            let Some(next) = rest.next() else { return out };
            (flags, left) = (next, 4);
        }
        let kind = flags >> 6;
        flags <<= 2;
        left -= 1;
        let Some(first) = rest.next() else { return out };
        match kind {
            0 => out.push(first.into()),
            1 => out.push(high | u16::from(first)),
            2 => out.push(u16::from(first) | rest.next().map_or(0, |byte| u16::from(byte) << 8)),
            _ => {
                let shift = if first & 0x80 != 0 { rest.next() } else { None };
                for _ in 0..(first & 0x7f) + 2 {
                    let Some(byte) = plain.get(out.len()) else { break };
                    out.push(match shift {
                        Some(shift) => high | u16::from(byte.wrapping_add(shift)),
                        None => u16::from(*byte),
                    });
                }
            }
        }
    }
}

/// RAR 5 and later.
fn new(bytes: &[u8]) -> Vec<Listed> {
    let mut out = Vec::new();
    let mut at = 8;
    for _ in 0..BLOCKS {
        // A check sum, then the size of what follows the size.
        let mut rest = bytes.get(at + 4..).unwrap_or(&[]);
        let before = rest.len();
        let Some(size) = number(&mut rest).filter(|size| (1..=HEADER_BYTES).contains(size)) else { break };
        let start = at + 4 + (before - rest.len());
        let head = piece(bytes, start, usize::try_from(size).unwrap_or(0));
        let mut fields = head;
        let (Some(kind), Some(flags)) = (number(&mut fields), number(&mut fields)) else { break };
        let extra = if flags & 1 != 0 { number(&mut fields) } else { Some(0) };
        let data = if flags & 2 != 0 { number(&mut fields) } else { Some(0) };
        let (Some(extra), Some(data)) = (extra, data) else { break };
        let end = start.saturating_add(head.len());
        if kind == 2 {
            let extra =
                head.len().checked_sub(usize::try_from(extra).unwrap_or(usize::MAX)).unwrap_or(head.len());
            out.extend(new_file(fields, head.get(extra..).unwrap_or(&[]), flags, end, data));
        }
        // 4: everything that follows is encrypted; 5: the end.
        if matches!(kind, 4 | 5) || out.len() >= ENTRIES {
            break;
        }
        let Some(next) = usize::try_from(data).ok().and_then(|data| end.checked_add(data)) else { break };
        at = next;
    }
    out
}

fn new_file(mut fields: &[u8], extra: &[u8], flags: u64, data: usize, packed: u64) -> Option<Listed> {
    let file = number(&mut fields)?;
    let size = number(&mut fields)?;
    number(&mut fields)?;
    let mut modified = None;
    if file & 2 != 0 {
        let (stamp, after) = fields.split_at_checked(4)?;
        modified = u32_at(stamp, 0).and_then(|stamp| time::unix(i64::from(stamp)));
        fields = after;
    }
    if file & 4 != 0 {
        fields = fields.get(4..)?;
    }
    let packing = number(&mut fields)?;
    number(&mut fields)?;
    let length = usize::try_from(number(&mut fields)?).ok()?;
    let name = piece(fields, 0, length).to_vec();
    if file & 1 != 0 || name.is_empty() {
        return None;
    }
    let step = STEPS.get(usize::try_from(packing >> 7 & 7).ok()?).copied().unwrap_or("unknown");
    let encrypted = has_record(extra, 1);
    let stored = (packing >> 7 & 7 == 0 && !encrypted).then_some((data, usize::try_from(packed).ok()?));
    Some(Listed {
        name,
        size,
        method: format!("{} {step}", if packing & 0x3f == 0 { "rar5" } else { "rar7" }),
        encrypted,
        split: flags & 0x18 != 0,
        modified,
        stored,
    })
}

/// True if a header's extra area has a record of that kind.
fn has_record(extra: &[u8], kind: u64) -> bool {
    let mut rest = extra;
    for _ in 0..64 {
        let Some(size) = number(&mut rest).and_then(|size| usize::try_from(size).ok()) else { return false };
        let mut record = piece(rest, 0, size);
        if number(&mut record) == Some(kind) {
            return true;
        }
        rest = rest.get(size..).unwrap_or(&[]);
    }
    false
}

/// A number of seven bits a byte, the lowest first.
fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in 0..10 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f).checked_shl(shift * 7)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_wide_name_is_undone() {
        // 見積.xls: two whole letters, then a run of the plain name.
        let raw = [b"??.xls\0".as_slice(), &[0, 0b1010_1100, 0x8b, 0x89, 0x4d, 0x7a, 2]].concat();
        assert_eq!(wide_name(&raw), "見積.xls".as_bytes());
        assert_eq!(wide_name(b"plain.txt\0"), b"plain.txt");
        assert_eq!(wide_name(b"plain.txt"), b"plain.txt");
        // A common high byte.
        let raw = [b"??\0".as_slice(), &[0x30, 0b0101_0000, 0x42, 0x44]].concat();
        assert_eq!(wide_name(&raw), "\u{3042}\u{3044}".as_bytes());
    }

    #[test]
    fn numbers_end_within_ten_bytes() {
        assert_eq!(number(&mut &[0x80, 1][..]), Some(128));
        assert_eq!(number(&mut &[0xff; 12][..]), None);
        assert_eq!(number(&mut &[0x80][..]), None);
    }
}
