//! The headers of an LZH archive, levels 0 to 3: read by ourselves, because a header that is wrong in one field must
//! still give the others.

use crate::binary::{piece, u8_at, u16_at, u32_at, u64_at};

/// Extended headers of one entry that are read.
const EXTENDED: usize = 64;

/// One entry as its header tells it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Header<'a> {
    /// `-lh5-` …
    pub(crate) method: [u8; 5],
    pub(crate) level: u8,
    pub(crate) packed: u64,
    pub(crate) size: u64,
    /// MS-DOS date and time at levels 0 and 1, seconds since 1970 at 2 and 3.
    pub(crate) time: u32,
    /// A Windows or Unix time from the extended headers: it knows its zone.
    pub(crate) filetime: Option<u64>,
    pub(crate) unix_time: Option<u32>,
    pub(crate) crc: u16,
    pub(crate) system: u8,
    pub(crate) name: &'a [u8],
    pub(crate) folder: &'a [u8],
    /// Both again as UTF-16, where the packer wrote them.
    pub(crate) wide_name: Option<&'a [u8]>,
    pub(crate) wide_folder: Option<&'a [u8]>,
    pub(crate) code_page: Option<u32>,
    pub(crate) comment: &'a [u8],
    /// Where the packed bytes start.
    pub(crate) data: usize,
}

/// True for the methods of LHA, LArc and PMarc.
pub(crate) fn is_method(method: &[u8]) -> bool {
    matches!(
        method,
        [b'-', b'l', b'h', b'0'..=b'9' | b'd' | b'x', b'-']
            | [b'-', b'l', b'z', b's' | b'2'..=b'8', b'-']
            | [b'-', b'p', b'm', b'0'..=b'2' | b's', b'-']
    )
}

/// True if the eight-bit sum of a header of level 0 or 1 is right, or a longer one's sizes hold together.
pub(crate) fn plausible(bytes: &[u8], at: usize) -> bool {
    if !bytes.get(at.saturating_add(2)..at.saturating_add(7)).is_some_and(is_method) {
        return false;
    }
    match u8_at(bytes, at + 20) {
        Some(0 | 1) => {
            let length = usize::from(u8_at(bytes, at).unwrap_or(0));
            let sum = piece(bytes, at + 2, length).iter().fold(0u8, |sum, byte| sum.wrapping_add(*byte));
            length >= 20 && Some(sum) == u8_at(bytes, at + 1)
        }
        Some(2) => u16_at(bytes, at).is_some_and(|size| (26..4096).contains(&size)),
        Some(3) => u16_at(bytes, at) == Some(4),
        _ => false,
    }
}

/// The header at `at`; `None` where none stands.
pub(crate) fn read(bytes: &[u8], at: usize) -> Option<Header<'_>> {
    let head = bytes.get(at..)?;
    let method: [u8; 5] = head.get(2..7)?.try_into().ok()?;
    if !is_method(&method) {
        return None;
    }
    let level = u8_at(head, 20)?;
    let mut out = Header {
        method,
        level,
        packed: u64::from(u32_at(head, 7)?),
        size: u64::from(u32_at(head, 11)?),
        time: u32_at(head, 15)?,
        ..Header::default()
    };
    match level {
        0 | 1 => {
            let end = usize::from(u8_at(head, 0)?) + 2;
            let length = usize::from(u8_at(head, 21)?);
            out.name = head.get(22..22 + length)?;
            out.crc = u16_at(head, 22 + length).unwrap_or(0);
            out.system = u8_at(head, 24 + length).filter(|_| end > 24 + length).unwrap_or(0);
            if level == 0 {
                if end >= 36 + length && out.system == b'U' {
                    out.unix_time = u32_at(head, 26 + length);
                }
                out.data = at + end;
            } else {
                let first = usize::from(u16_at(head, end.checked_sub(2)?)?);
                let used = extended(head, end, first, 2, &mut out);
                out.packed = out.packed.saturating_sub(used as u64);
                out.data = at.checked_add(end)?.checked_add(used)?;
            }
        }
        2 => {
            let end = usize::from(u16_at(head, 0)?);
            out.crc = u16_at(head, 21)?;
            out.system = u8_at(head, 23)?;
            let used = extended(head, 26, usize::from(u16_at(head, 24)?), 2, &mut out);
            // Some packers do not count the size field itself; a padding byte may follow.
            out.data = at.checked_add(if end < 26 + used { 26 + used } else { end })?;
            if end >= 26 + used && end - (26 + used) > 2 {
                out.data = at + end;
            }
        }
        3 => {
            let end = usize::try_from(u32_at(head, 24)?).ok()?;
            out.crc = u16_at(head, 21)?;
            out.system = u8_at(head, 23)?;
            let first = usize::try_from(u32_at(head, 28)?).ok()?;
            let used = extended(head, 32, first, 4, &mut out);
            out.data = at.checked_add(end.max(32 + used))?;
        }
        _ => return None,
    }
    if let Some(end) = memchr::memchr(0, out.name) {
        // Amiga packers put a comment behind the name.
        let (name, rest) = out.name.split_at(end);
        out.name = name;
        out.comment = rest.get(1..).unwrap_or(&[]);
    }
    Some(out)
}

/// Reads the chain of extended headers from `at`; tells how many bytes it takes.
fn extended<'a>(head: &'a [u8], at: usize, first: usize, width: usize, out: &mut Header<'a>) -> usize {
    let (mut size, mut used) = (first, 0usize);
    for _ in 0..EXTENDED {
        let Some(record) = at
            .checked_add(used)
            .and_then(|start| head.get(start..start.checked_add(size)?))
            .filter(|record| record.len() > width)
        else {
            break;
        };
        let (record, next) = record.split_at(record.len() - width);
        let (kind, data) = record.split_first().unwrap_or((&0, &[]));
        match kind {
            0x01 => out.name = data,
            0x02 => out.folder = data,
            0x3f => out.comment = data,
            0x41 => out.filetime = u64_at(data, 8),
            0x42 => {
                if let (Some(packed), Some(size)) = (u64_at(data, 0), u64_at(data, 8)) {
                    (out.packed, out.size) = (packed, size);
                }
            }
            0x44 => out.wide_name = Some(data),
            0x45 => out.wide_folder = Some(data),
            0x46 => out.code_page = u32_at(data, 0),
            0x54 => out.unix_time = u32_at(data, 0),
            _ => {}
        }
        used += size;
        size = match width {
            2 => u16_at(next, 0).map_or(0, usize::from),
            _ => u32_at(next, 0).and_then(|size| usize::try_from(size).ok()).unwrap_or(0),
        };
    }
    used
}
