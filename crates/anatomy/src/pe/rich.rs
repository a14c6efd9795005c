//! The Rich header: which of Microsoft's tools built the program, and how often each.

use md5::{Digest, Md5};

use crate::binary::{hex, piece, u32_at};
use crate::specimen::Specimen;

/// Where Microsoft's linker puts it.
const START: usize = 0x80;

pub(super) fn read(bytes: &[u8], header: usize, specimen: &mut Specimen<'_, '_>) {
    let Some(area) = bytes.get(START..header) else {
        return;
    };
    let Some(end) = memchr::memmem::find(area, b"Rich") else {
        return;
    };
    let Some(key) = area.get(end + 4..end + 8) else {
        return;
    };
    let clear: Vec<u8> =
        area.get(..end).unwrap_or(&[]).iter().zip(key.iter().cycle()).map(|(b, k)| b ^ k).collect();
    specimen.property("pe.rich-hash", hex(&Md5::digest(&clear)));
    let valid = clear.starts_with(b"DanS") && u32_at(key, 0) == Some(checksum(bytes, &clear));
    specimen.property("pe.rich-checksum", if valid { "valid" } else { "invalid" });
}

/// The key is a sum over the DOS header and the list itself: one that was copied from another program is wrong.
fn checksum(bytes: &[u8], clear: &[u8]) -> u32 {
    let mut sum = 0x80u32;
    for (at, byte) in (0u32..).zip(piece(bytes, 0, START)) {
        // The place of the PE header was not known yet.
        if !(0x3c..0x40).contains(&at) {
            sum = sum.wrapping_add(u32::from(*byte).rotate_left(at & 31));
        }
    }
    for pair in clear.get(16..).unwrap_or(&[]).chunks_exact(8) {
        let (id, count) = (u32_at(pair, 0).unwrap_or(0), u32_at(pair, 4).unwrap_or(0));
        sum = sum.wrapping_add(id.rotate_left(count & 31));
    }
    sum
}
