//! One part out of an OOXML package, decompressed under a byte cap.

use std::io::Read;

use crate::binary::{u16_at, u32_at};

/// Entries of a package looked through.
const ENTRIES: usize = 5_000;

/// Bytes of one part.
const PART_BYTES: usize = 16 << 20;

/// A part's place in its package.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Its name as it stands.
    pub(crate) name: String,
    method: u16,
    packed: usize,
    header: usize,
}

/// The parts of a package, from its central directory; empty where that is lost.
pub(crate) fn list(bytes: &[u8]) -> Vec<Part> {
    let mut out = Vec::new();
    let Some(end) = memchr::memmem::rfind(bytes, b"PK\x05\x06") else {
        return out;
    };
    let number = |at: usize| u32_at(bytes, at).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let (size, offset) = (number(end.saturating_add(12)), number(end.saturating_add(16)));
    let start = end.checked_sub(size).filter(|s| crate::binary::piece(bytes, *s, 4) == b"PK\x01\x02");
    let start = start.unwrap_or(offset);
    // Where something was put before the package, every offset is too small by as much.
    let shift = start.saturating_sub(offset);
    let mut at = start;
    while out.len() < ENTRIES && crate::binary::piece(bytes, at, 4) == b"PK\x01\x02" {
        let short = |offset: usize| u16_at(bytes, at + offset).map_or(0, usize::from);
        let name = crate::binary::piece(bytes, at + 46, short(28));
        out.push(Part {
            name: String::from_utf8_lossy(name).into_owned(),
            method: u16_at(bytes, at + 10).unwrap_or(0),
            packed: number(at + 20),
            header: number(at + 42).saturating_add(shift),
        });
        at += 46 + short(28) + short(30) + short(32);
    }
    out
}

/// The bytes of a part, at most 16 MB of them; `None` for a method that packages do not use.
pub(crate) fn read(bytes: &[u8], part: &Part) -> Option<Vec<u8>> {
    let short = |offset: usize| u16_at(bytes, part.header.saturating_add(offset)).map(usize::from);
    let start = part.header.checked_add(30)?.checked_add(short(26)?)?.checked_add(short(28)?)?;
    let packed = crate::binary::piece(bytes, start, part.packed);
    match part.method {
        0 => Some(packed.get(..PART_BYTES).unwrap_or(packed).to_vec()),
        8 => {
            let mut out = Vec::new();
            let cap = u64::try_from(PART_BYTES).unwrap_or(u64::MAX);
            // What is whole before an error counts.
            let _ = flate2::read::DeflateDecoder::new(packed).take(cap).read_to_end(&mut out);
            Some(out)
        }
        _ => None,
    }
}

#[cfg(test)]
pub(crate) mod testing {
    /// A package of stored parts.
    pub(crate) fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut directory = Vec::new();
        for (name, data) in parts {
            let offset = u32::try_from(out.len()).unwrap();
            let size = u32::try_from(data.len()).unwrap().to_le_bytes();
            let length = u16::try_from(name.len()).unwrap().to_le_bytes();
            let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            common.extend(size);
            common.extend(size);
            common.extend(length);
            common.extend([0, 0]);
            out.extend(b"PK\x03\x04");
            out.extend(&common);
            out.extend(name.as_bytes());
            out.extend(*data);
            directory.extend(b"PK\x01\x02\x14\0");
            directory.extend(&common);
            directory.extend([0; 10]);
            directory.extend(offset.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let start = u32::try_from(out.len()).unwrap().to_le_bytes();
        let size = u32::try_from(directory.len()).unwrap().to_le_bytes();
        let count = u16::try_from(parts.len()).unwrap().to_le_bytes();
        out.extend(directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend(count);
        out.extend(count);
        out.extend(size);
        out.extend(start);
        out.extend([0, 0]);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_and_read() {
        let package = testing::package(&[("a.xml", b"first"), ("word/b.bin", b"second")]);
        let parts = list(&package);
        assert_eq!(parts.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["a.xml", "word/b.bin"]);
        assert_eq!(read(&package, &parts[1]).unwrap(), b"second");
        for end in 0..package.len() {
            for part in list(&package[..end]) {
                read(&package[..end], &part);
            }
        }
    }
}
