//! Archives and compressed files other than zip.

use super::Kind;

/// Signatures at the start.
pub(super) const SIGNS: [(&[u8], &str); 21] = [
    (b"MSCF\0\0\0\0", "cab"),
    (b"\x1f\x8b\x08", "gz"),
    (b"\xfd7zXZ\0", "xz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\x1f\x9d", "z"),
    (b"EGGA", "egg"),
    (b"ALZ\x01", "alz"),
    (b"xar!", "xar"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x02\x21\x4c\x18", "lz4"),
    (b"LZIP\x01", "lz"),
    (b"\x89LZO\0\r\n\x1a\n", "lzo"),
    (b"LRZI\0", "lrz"),
    (b"070701", "cpio"),
    (b"070702", "cpio"),
    (b"070707", "cpio"),
    (b"\xc7\x71", "cpio"),
    (b"\x71\xc7", "cpio"),
    (b"\xed\xab\xee\xdb", "rpm"),
    (b"!<arch>\n", "ar"),
    (b"WARC/", "warc"),
];

/// The kind of an archive, if it is one.
pub(super) fn archive(bytes: &[u8]) -> Option<Kind> {
    let at = |offset: usize, sign: &[u8]| bytes.get(offset..).is_some_and(|b| b.starts_with(sign));
    if let Some(rest) = bytes.strip_prefix(b"Rar!\x1a\x07\x01\0") {
        return Some(Kind { word: "rar", encrypted: Some(rar5_encrypted(rest)) });
    }
    if let Some(rest) = bytes.strip_prefix(b"Rar!\x1a\x07\0") {
        return Some(Kind { word: "rar", encrypted: Some(rar4_encrypted(rest)) });
    }
    if bytes.starts_with(b"7z\xbc\xaf\x27\x1c") {
        return Some(Kind { word: "7z", encrypted: seven_encrypted(bytes) });
    }
    let lha = at(2, b"-lh") || at(2, b"-lz") || at(2, b"-pm");
    let word = if lha && bytes.get(6) == Some(&b'-') {
        "lzh"
    } else if let Some((_, word)) = SIGNS.iter().find(|(sign, _)| bytes.starts_with(sign)) {
        word
    } else if bytes.starts_with(b"BZh") && bytes.get(3).is_some_and(|b| (b'1'..=b'9').contains(b)) {
        "bz2"
    } else if at(7, b"**ACE**") {
        "ace"
    } else if bytes.starts_with(b"\x60\xea") && bytes.len() > 10 {
        "arj"
    } else if at(257, b"ustar") || is_old_tar(bytes) {
        "tar"
    } else if is_lzma(bytes) {
        "lzma"
    } else if bytes.first().is_some_and(|b| b & 0xf0 == 0x50) && at(1, b"\x2a\x4d\x18") {
        // A frame to be skipped, which LZ4 and Zstandard share; the one behind it tells.
        let length = bytes.get(4..8).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        let next = usize::try_from(length).ok().and_then(|length| length.checked_add(8));
        let lz4 = next.is_some_and(|next| at(next, b"\x04\x22\x4d\x18"));
        if lz4 { "lz4" } else { "zst" }
    } else {
        return None;
    };
    Some(Kind::plain(word))
}

/// The old `.lzma` format has no signature: its usual properties, a size that is unknown or not absurd, and the zero
/// with which every LZMA stream starts.
fn is_lzma(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x5d\0\0")
        && bytes.get(13) == Some(&0)
        && bytes.get(5..13).is_some_and(|size| size == [0xff; 8] || size.ends_with(&[0; 3]))
}

/// A tape archive from before ustar: it shows by the check sum of its first header only.
fn is_old_tar(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..512) else {
        return false;
    };
    let octal = |field: &[u8]| {
        let digits = field.iter().skip_while(|b| **b == b' ').take_while(|b| (b'0'..=b'7').contains(b));
        digits.fold((0u64, 0), |(value, count), b| (value << 3 | u64::from(b - b'0'), count + 1))
    };
    let (told, digits) = octal(header.get(148..156).unwrap_or(&[]));
    let sum: u64 = header
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) })
        .sum();
    header.first().is_some_and(|byte| *byte != 0) && digits > 3 && told == sum
}

/// Blocks of a RAR archive looked at.
const RAR_BLOCKS: usize = 64;

/// RAR 4: headers encrypted (main header flag 0x80), or a file with a password (file header flag 0x04).
fn rar4_encrypted(rest: &[u8]) -> bool {
    let mut rest = rest;
    for _ in 0..RAR_BLOCKS {
        let [_, _, kind, f0, f1, s0, s1, ..] = rest else {
            return false;
        };
        let flags = u16::from_le_bytes([*f0, *f1]);
        let mut size = usize::from(u16::from_le_bytes([*s0, *s1]));
        match kind {
            0x73 if flags & 0x80 != 0 => return true,
            0x74 if flags & 0x04 != 0 => return true,
            0x7b => return false,
            _ => {}
        }
        if flags & 0x8000 != 0 || *kind == 0x74 {
            let packed = rest.get(7..11).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
            size = size.saturating_add(usize::try_from(packed).unwrap_or(usize::MAX));
        }
        match rest.get(size.max(7)..) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    false
}

/// A RAR 5 variable-length number, and what follows it.
fn vint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0u64;
    for (index, byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * index as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(index + 1..)?));
        }
    }
    None
}

/// RAR 5: an encryption header, or a file header whose extra area has an encryption record.
fn rar5_encrypted(rest: &[u8]) -> bool {
    let mut rest = rest;
    for _ in 0..RAR_BLOCKS {
        let Some((step, encrypted)) = rar5_block(rest) else {
            return false;
        };
        if encrypted {
            return true;
        }
        match rest.get(step..).filter(|r| !r.is_empty()) {
            Some(next) => rest = next,
            None => return false,
        }
    }
    false
}

/// Size of the block with its data, and whether it shows encryption.
fn rar5_block(block: &[u8]) -> Option<(usize, bool)> {
    let (size, body) = vint(block.get(4..)?)?;
    let header_size = usize::try_from(size).ok()?;
    let header = body.get(..header_size)?;
    let (kind, after) = vint(header)?;
    let (flags, mut after) = vint(after)?;
    let mut extra = 0;
    let mut data = 0;
    if flags & 1 != 0 {
        (extra, after) = vint(after)?;
    }
    if flags & 2 != 0 {
        (data, _) = vint(after)?;
    }
    let mut encrypted = kind == 4;
    if kind == 2 || kind == 3 {
        let start = header_size.checked_sub(usize::try_from(extra).ok()?)?;
        let mut records = header.get(start..)?;
        while let Some((length, record)) = vint(records) {
            let Some((1, _)) = vint(record) else {
                match usize::try_from(length).ok().and_then(|l| record.get(l..)) {
                    Some(next) if length > 0 => records = next,
                    _ => break,
                }
                continue;
            };
            encrypted = true;
            break;
        }
    }
    let step = block.len() - body.len() + header_size;
    Some((step.saturating_add(usize::try_from(data).ok()?), encrypted))
}

/// 7z: the header block names its coders where it is not itself compressed. `None` where it is, and so
/// encryption of the files does not show from outside.
fn seven_encrypted(bytes: &[u8]) -> Option<bool> {
    let number = |at: usize| {
        bytes.get(at..at + 8).map(|b| {
            let mut eight = [0; 8];
            eight.copy_from_slice(b);
            u64::from_le_bytes(eight)
        })
    };
    let start = usize::try_from(number(12)?).ok()?.checked_add(32)?;
    let end = start.checked_add(usize::try_from(number(20)?).ok()?)?;
    let header = bytes.get(start..end)?;
    if memchr::memmem::find(header, b"\x06\xf1\x07\x01").is_some() {
        return Some(true);
    }
    match header.first() {
        Some(1) => Some(false),
        _ => None,
    }
}
