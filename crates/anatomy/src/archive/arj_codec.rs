//! ARJ's methods: 1 to 3 write what LHA's `lh7` reads, 4 is of ARJ's own; and its garbling with a password.

use delharc::decode::{Decoder, DecoderAny};
use delharc::header::CompressionMethod;

/// Bytes decoded at a time: what a broken stream loses at its end at most.
const STEP: usize = 4 << 10;

/// How far back the fourth method may point.
const WINDOW: usize = 26_624;

/// The shortest piece that is pointed to.
const SHORTEST: usize = 3;

/// Unpacks at most `limit` bytes, as far as they decode; `None` for a method that does not exist.
pub(super) fn unpack(method: u8, packed: &[u8], limit: usize) -> Option<Vec<u8>> {
    match method {
        0 => Some(packed.get(..limit).unwrap_or(packed).to_vec()),
        1..=3 => {
            let mut decoder = DecoderAny::new_from_compression(CompressionMethod::Lh7, packed);
            let mut out = Vec::new();
            while out.len() < limit {
                let from = out.len();
                out.resize(limit.min(from + STEP), 0);
                let Some(step) = out.get_mut(from..) else { break };
                if decoder.fill_buffer(step).is_err() {
                    out.truncate(from);
                    break;
                }
            }
            Some(out)
        }
        4 => Some(fastest(packed, limit)),
        _ => None,
    }
}

/// Undoes the garbling: every byte is changed by the password's, each of them moved by a number in the header.
pub(super) fn ungarbled(packed: &[u8], password: &[u8], modifier: u8) -> Vec<u8> {
    packed.iter().zip(password.iter().cycle()).map(|(byte, key)| byte ^ key.wrapping_add(modifier)).collect()
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bits(&mut self, count: usize) -> Option<usize> {
        let mut value = 0;
        for _ in 0..count {
            let byte = *self.bytes.get(self.at / 8)?;
            value = value << 1 | usize::from(byte >> (7 - self.at % 8) & 1);
            self.at += 1;
        }
        Some(value)
    }

    /// A number whose width is told by the ones before it: from `narrow` to `wide` bits.
    fn number(&mut self, narrow: usize, wide: usize) -> Option<usize> {
        let (mut width, mut plus) = (narrow, 0);
        while width < wide && self.bits(1)? == 1 {
            plus += 1 << width;
            width += 1;
        }
        Some(plus + self.bits(width)?)
    }
}

/// The fourth method: single bytes, and pieces of what came before.
fn fastest(packed: &[u8], limit: usize) -> Vec<u8> {
    let mut bits = Bits { bytes: packed, at: 0 };
    let mut out = Vec::new();
    while out.len() < limit {
        let Some(length) = bits.number(0, 7) else { break };
        if length == 0 {
            let Some(byte) = bits.bits(8) else { break };
            out.push(byte as u8);
            continue;
        }
        let Some(back) = bits.number(9, 13) else { break };
        let Some(from) = out.len().checked_sub(back + 1).filter(|_| back < WINDOW) else { break };
        for at in from..from + length + SHORTEST - 1 {
            if out.len() >= limit {
                break;
            }
            let byte = out.get(at).copied().unwrap_or(0);
            out.push(byte);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_as_wide_as_the_ones_before_it_say() {
        let mut bits = Bits { bytes: &[0b0110_1110, 0b1110_0000], at: 0 };
        assert_eq!(bits.number(0, 7), Some(0));
        assert_eq!(bits.number(0, 7), Some(1 + 2 + 3));
        assert_eq!(Bits { bytes: &[0xff], at: 0 }.number(9, 13), None);
    }

    #[test]
    fn a_piece_that_points_before_the_beginning_ends_the_content() {
        // A byte, then a piece of three from three bytes back.
        assert_eq!(fastest(&[0b0011_0000, 0b1100_0000, 0b0000_1010, 0], 100), [0x61]);
    }

    #[test]
    fn garbling_is_its_own_reverse() {
        let garbled = ungarbled(b"the minutes", b"Sakura", 13);
        assert_ne!(garbled, b"the minutes");
        assert_eq!(ungarbled(&garbled, b"Sakura", 13), b"the minutes");
    }
}
