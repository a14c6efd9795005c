//! Standard encryption (AES, Office 2007) and RC4 CryptoAPI, which share their header.

use crate::binary::{piece, u16_at, u32_at};

use super::cipher::{Hash, Rc4, aes};
use super::{Lock, utf16};

/// Hash operations of one password, as the format fixes it.
const SPINS: u32 = 50_000;

const RC4: u32 = 0x6801;

#[derive(Debug)]
pub(super) struct Standard {
    algorithm: u32,
    key_bytes: usize,
    salt: Vec<u8>,
    input: Vec<u8>,
    value: Vec<u8>,
}

impl Standard {
    /// The lock by its description, which begins with its version; `None` for what is unknown or cut short.
    pub(super) fn read(info: &[u8]) -> Option<Self> {
        if u16_at(info, 2)? != 2 {
            return None;
        }
        let length = usize::try_from(u32_at(info, 8)?).ok()?;
        let header = piece(info, 12, length);
        let algorithm = u32_at(header, 8)?;
        let bits = usize::try_from(u32_at(header, 16)?).ok()?;
        let verifier = piece(info, 12usize.checked_add(length)?, usize::MAX);
        let salt = verifier.get(4..20)?.to_vec();
        let input = verifier.get(20..36)?.to_vec();
        let value_bytes = if algorithm == RC4 { 20 } else { 32 };
        let value = verifier.get(40..40 + value_bytes)?.to_vec();
        // RC4 with a key length of zero means 40 bits.
        let bits = if bits == 0 && algorithm == RC4 { 40 } else { bits };
        let known = match algorithm {
            RC4 => (40..=128).contains(&bits),
            0x660e..=0x6610 => matches!(bits, 128 | 192 | 256),
            _ => false,
        };
        known.then_some(Self { algorithm, key_bytes: bits / 8, salt, input, value })
    }

    pub(super) fn is_rc4(&self) -> bool {
        self.algorithm == RC4
    }

    /// The RC4 stream of a block.
    pub(super) fn rc4(&self, key: &[u8], block: u32) -> Rc4 {
        let mut key = Hash::Sha1.of(&[key, &block.to_le_bytes()]);
        key.truncate(self.key_bytes);
        if self.key_bytes == 5 {
            key.resize(16, 0);
        }
        Rc4::new(&key)
    }

    /// The package behind its size; false if it is not whole.
    pub(super) fn open(&self, stream: &[u8], key: &[u8]) -> (Vec<u8>, bool) {
        let size = stream.get(..8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
        let mut out = stream.get(8..).unwrap_or(&[]).to_vec();
        let fine = aes(key, None, &mut out).is_some();
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let whole = fine && size <= out.len();
        out.truncate(size);
        (out, whole)
    }
}

impl Lock for Standard {
    fn words(&self) -> String {
        let bits = self.key_bytes * 8;
        if self.is_rc4() {
            format!("RC4 CryptoAPI {bits} bits SHA-1")
        } else {
            format!("standard AES-{bits} SHA-1 {SPINS} rounds")
        }
    }

    fn cost(&self) -> u64 {
        if self.is_rc4() { 10 } else { u64::from(SPINS) }
    }

    fn key(&self, password: &str) -> Option<Vec<u8>> {
        let (mut input, mut value) = (self.input.clone(), self.value.clone());
        let key = if self.is_rc4() {
            let key = Hash::Sha1.of(&[&self.salt, &utf16(password)]);
            let mut stream = self.rc4(&key, 0);
            stream.apply(&mut input);
            stream.apply(&mut value);
            key
        } else {
            let spun = Hash::Sha1.spun(&self.salt, &utf16(password), SPINS);
            let last = Hash::Sha1.of(&[&spun, &0u32.to_le_bytes()]);
            let half = |pad: u8| {
                let mut block = [pad; 64];
                block.iter_mut().zip(&last).for_each(|(slot, byte)| *slot ^= byte);
                Hash::Sha1.of(&[&block])
            };
            let mut key = [half(0x36), half(0x5c)].concat();
            key.truncate(self.key_bytes);
            aes(&key, None, &mut input)?;
            aes(&key, None, &mut value)?;
            key
        };
        (value.get(..20)? == Hash::Sha1.of(&[&input]).as_slice()).then_some(key)
    }
}
