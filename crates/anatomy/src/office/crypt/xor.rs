//! XOR obfuscation ([MS-OFFCRYPTO] 2.3.7): no encryption at all, but Excel 95 to 2003 could write it.

use super::Lock;

const PAD: [u8; 15] =
    [0xbb, 0xff, 0xff, 0xba, 0xff, 0xff, 0xb9, 0x80, 0x00, 0xbe, 0x0f, 0x00, 0xbf, 0x0f, 0x00];

const INITIAL: [u16; 15] = [
    0xe1f0, 0x1d0f, 0xcc9c, 0x84c0, 0x110c, 0x0e10, 0xf1ce, 0x313e, 0x1872, 0xe139, 0xd40f, 0x84f9, 0x280c,
    0xa96a, 0x4ec3,
];

/// One row of seven bits for each letter, the last letter first.
const MATRIX: [u16; 105] = [
    0xaefc, 0x4dd9, 0x9bb2, 0x2745, 0x4e8a, 0x9d14, 0x2a09, 0x7b61, 0xf6c2, 0xfda5, 0xeb6b, 0xc6f7, 0x9dcf,
    0x2bbf, 0x4563, 0x8ac6, 0x05ad, 0x0b5a, 0x16b4, 0x2d68, 0x5ad0, 0x0375, 0x06ea, 0x0dd4, 0x1ba8, 0x3750,
    0x6ea0, 0xdd40, 0xd849, 0xa0b3, 0x5147, 0xa28e, 0x553d, 0xaa7a, 0x44d5, 0x6f45, 0xde8a, 0xad35, 0x4a4b,
    0x9496, 0x390d, 0x721a, 0xeb23, 0xc667, 0x9cef, 0x29ff, 0x53fe, 0xa7fc, 0x5fd9, 0x47d3, 0x8fa6, 0x0f6d,
    0x1eda, 0x3db4, 0x7b68, 0xf6d0, 0xb861, 0x60e3, 0xc1c6, 0x93ad, 0x377b, 0x6ef6, 0xddec, 0x45a0, 0x8b40,
    0x06a1, 0x0d42, 0x1a84, 0x3508, 0x6a10, 0xaa51, 0x4483, 0x8906, 0x022d, 0x045a, 0x08b4, 0x1168, 0x76b4,
    0xed68, 0xcaf1, 0x85c3, 0x1ba7, 0x374e, 0x6e9c, 0x3730, 0x6e60, 0xdcc0, 0xa9a1, 0x4363, 0x86c6, 0x1dad,
    0x3331, 0x6662, 0xccc4, 0x89a9, 0x0373, 0x06e6, 0x0dcc, 0x1021, 0x2042, 0x4084, 0x8108, 0x1231, 0x2462,
    0x48c4,
];

/// Letters of a password that count.
const LETTERS: usize = 15;

#[derive(Debug)]
pub(in crate::office) struct Xor {
    pub(in crate::office) verifier: u16,
}

impl Lock for Xor {
    fn words(&self) -> String {
        "XOR obfuscation".to_owned()
    }

    fn cost(&self) -> u64 {
        1
    }

    fn key(&self, password: &str) -> Option<Vec<u8>> {
        // Letters beyond Latin-1 stand in the system's code page, which is not known.
        let letters: Option<Vec<u8>> = password.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
        let letters = letters.filter(|l| !l.is_empty() && l.len() <= LETTERS)?;
        (verifier(&letters) == self.verifier).then(|| array(&letters).to_vec())
    }
}

fn verifier(letters: &[u8]) -> u16 {
    let length = u16::try_from(letters.len()).unwrap_or(0);
    let bytes = letters.iter().rev().map(|b| u16::from(*b)).chain([length]);
    bytes.fold(0u16, |sum, byte| (sum >> 14 & 1 | sum << 1 & 0x7fff) ^ byte) ^ 0xce4b
}

/// The sixteen bytes that go round and round over the data.
fn array(letters: &[u8]) -> [u8; 16] {
    let mut key = INITIAL[letters.len().clamp(1, LETTERS) - 1];
    let mut element = MATRIX.len();
    for letter in letters.iter().rev().take(LETTERS) {
        for bit in 0..7 {
            element -= 1;
            if letter << bit & 0x40 != 0 {
                key ^= MATRIX[element];
            }
        }
    }
    let [low, high] = key.to_le_bytes();
    let mut out = [0; 16];
    for (index, slot) in out.iter_mut().enumerate() {
        let byte = letters.get(index).copied().unwrap_or_else(|| PAD[(index - letters.len()).min(14)]);
        let mask = if index % 2 == 0 { low } else { high };
        *slot = (byte ^ mask).rotate_right(1);
    }
    out
}

/// Undoes the obfuscation of a record's data; `at` is where the array is entered.
pub(super) fn apply(array: &[u8], at: usize, data: &mut [u8]) {
    for (byte, mask) in data.iter_mut().zip(array.iter().cycle().skip(at % array.len().max(1))) {
        *byte = (*byte ^ mask).rotate_right(5);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_is_the_one_of_the_built_in_password() {
        assert_eq!(verifier(b"VelvetSweatshop"), 0x9a0a);
        assert!(Xor { verifier: 0x9a0a }.key("VelvetSweatshop").is_some());
        assert!(Xor { verifier: 0x9a0a }.key("other").is_none());
    }
}
