//! The `compress` program's LZW (`.Z`).

/// Codes start with this many bits.
const FIRST_BITS: u32 = 9;

/// Decompresses at most `room` bytes of a whole `.Z` file; the flags say that more would have come, and that the data
/// is broken.
pub(super) fn unpack(file: &[u8], room: usize) -> super::codec::Filled {
    let mut out = super::codec::Filled::default();
    let [0x1f, 0x9d, flags, data @ ..] = file else {
        out.broken = true;
        return out;
    };
    let (most, block) = (u32::from(flags & 31), flags & 0x80 != 0);
    if !(FIRST_BITS..=16).contains(&most) {
        out.broken = true;
        return out;
    }
    // For each code the code before it and its last byte.
    let mut prefix = vec![0u16; 1 << most];
    let mut suffix: Vec<u8> = (0..1usize << most).map(|code| code as u8).collect();
    let first_free: usize = if block { 257 } else { 256 };
    let (mut bits, mut free) = (FIRST_BITS, first_free);
    let mut previous: Option<usize> = None;
    let mut first_byte = 0;
    let mut at = 0usize;
    // Codes come in groups of eight: where their width changes, the rest of a group is padding.
    let mut group = 0usize;
    let mut stack = Vec::new();
    while let Some(code) = code_at(data, at, bits) {
        at += bits as usize;
        if block && code == 256 {
            at = pad(at, group, bits);
            group = at;
            (bits, free, previous) = (FIRST_BITS, first_free, None);
            continue;
        }
        let mut walk = code;
        if code >= free {
            // A code that is being made right now.
            if code > free || previous.is_none() {
                out.broken = true;
                return out;
            }
            stack.push(first_byte);
            walk = previous.unwrap_or(0);
        }
        // Every prefix is smaller than its code, so this ends.
        while walk >= 256 {
            stack.push(suffix.get(walk).copied().unwrap_or(0));
            walk = prefix.get(walk).copied().map_or(0, usize::from);
        }
        first_byte = walk as u8;
        stack.push(first_byte);
        while let Some(byte) = stack.pop() {
            if out.bytes.len() == room {
                out.over = true;
                return out;
            }
            out.bytes.push(byte);
        }
        if let Some(previous) = previous
            && free < 1 << most
        {
            if let (Some(p), Some(s)) = (prefix.get_mut(free), suffix.get_mut(free)) {
                *p = previous as u16;
                *s = first_byte;
            }
            free += 1;
        }
        previous = Some(code);
        if free >= 1 << bits && bits < most {
            at = pad(at, group, bits);
            group = at;
            bits += 1;
        }
    }
    out
}

/// The end of the group of eight codes in which `at` stands.
fn pad(at: usize, group: usize, bits: u32) -> usize {
    let width = bits as usize * 8;
    group + (at - group).div_ceil(width) * width
}

fn code_at(data: &[u8], bit: usize, bits: u32) -> Option<usize> {
    let from = bit / 8;
    if (bit + bits as usize).div_ceil(8) > data.len() {
        return None;
    }
    let byte = |at: usize| data.get(at).copied().map_or(0, u32::from);
    let word = byte(from) | byte(from + 1) << 8 | byte(from + 2) << 16;
    Some((word >> (bit % 8) & ((1 << bits) - 1)) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nine-bit codes of single bytes and one repetition.
    fn packed(codes: &[u32]) -> Vec<u8> {
        let mut out = vec![0x1f, 0x9d, 0x90];
        let (mut word, mut held) = (0u64, 0);
        for code in codes {
            word |= u64::from(*code) << held;
            held += 9;
            while held >= 8 {
                out.push(word as u8);
                word >>= 8;
                held -= 8;
            }
        }
        if held > 0 {
            out.push(word as u8);
        }
        out
    }

    #[test]
    fn codes_that_are_made_while_they_are_read_are_known() {
        // "a", then the code made from "a" and itself: "aa", then "aaa".
        assert_eq!(unpack(&packed(&[97, 257, 258]), 100).bytes, b"aaaaaa");
        let cut = unpack(&packed(&[97, 257, 258]), 4);
        assert_eq!((cut.bytes.as_slice(), cut.over), (&b"aaaa"[..], true));
        assert!(unpack(&packed(&[97, 300]), 100).broken);
        assert!(unpack(b"\x1f\x9d\x9f\0", 100).broken);
    }
}
