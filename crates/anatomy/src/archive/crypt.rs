//! The ciphers of zip and 7z archives. Nothing here decides that a password is right: that is what check sums and
//! authentication codes are for.

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use hmac::Mac;
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// What the trial of one password on an AES zip costs, in bytes hashed.
pub(crate) const ZIP_AES_COST: u64 = 8_000 * 64;

/// The largest exponent for the rounds of a 7z key: 7-Zip writes 19, and refuses more than 24.
pub(crate) const SEVEN_ROUNDS: u8 = 24;

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xedb8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
}

static CRC: [u32; 256] = crc_table();

/// PKWARE's old cipher.
pub(crate) struct ZipCrypto {
    keys: [u32; 3],
}

impl ZipCrypto {
    pub(crate) fn new(password: &[u8]) -> Self {
        let mut cipher = Self { keys: [0x1234_5678, 0x2345_6789, 0x3456_7890] };
        password.iter().for_each(|byte| cipher.update(*byte));
        cipher
    }

    fn update(&mut self, byte: u8) {
        let step = |crc: u32, byte: u8| CRC[usize::from((crc as u8) ^ byte)] ^ crc >> 8;
        let [a, b, c] = &mut self.keys;
        *a = step(*a, byte);
        *b = b.wrapping_add(*a & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        *c = step(*c, (*b >> 24) as u8);
    }

    pub(crate) fn decrypt(&mut self, byte: u8) -> u8 {
        let word = self.keys[2] | 2;
        let plain = byte ^ (word.wrapping_mul(word ^ 1) >> 8) as u8;
        self.update(plain);
        plain
    }
}

/// AES as WinZip and 7-Zip write it into zip files.
pub(crate) enum ZipAes {
    Aes128(aes::Aes128),
    Aes192(aes::Aes192),
    Aes256(aes::Aes256),
}

/// The keys that a password gives: the cipher, the key for the authentication code, and the two bytes by which a wrong
/// password shows at once.
pub(crate) struct ZipAesKeys {
    pub(crate) cipher: ZipAes,
    pub(crate) mac: Vec<u8>,
    pub(crate) check: [u8; 2],
}

/// Bytes of the salt for a strength (1 to 3).
pub(crate) fn salt_bytes(strength: u8) -> usize {
    4 + 4 * usize::from(strength.clamp(1, 3))
}

impl ZipAesKeys {
    pub(crate) fn new(password: &[u8], salt: &[u8], strength: u8) -> Option<Self> {
        let length = 8 + 8 * usize::from(strength.clamp(1, 3));
        let mut out = vec![0; 2 * length + 2];
        pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, 1_000, &mut out);
        let key = out.get(..length)?;
        let cipher = match length {
            16 => ZipAes::Aes128(aes::Aes128::new_from_slice(key).ok()?),
            24 => ZipAes::Aes192(aes::Aes192::new_from_slice(key).ok()?),
            _ => ZipAes::Aes256(aes::Aes256::new_from_slice(key).ok()?),
        };
        let mac = out.get(length..2 * length)?.to_vec();
        Some(Self { cipher, mac, check: out.get(2 * length..)?.try_into().ok()? })
    }

    /// True if `code` is the authentication code of the encrypted `data`.
    pub(crate) fn authentic(&self, data: &[u8], code: &[u8]) -> bool {
        let Ok(mut mac) = hmac::Hmac::<Sha1>::new_from_slice(&self.mac) else {
            return false;
        };
        mac.update(data);
        mac.finalize().into_bytes().get(..10).is_some_and(|ours| ours == code)
    }

    /// Counter mode with a little-endian counter that starts at one.
    pub(crate) fn decrypt(&self, data: &[u8]) -> Vec<u8> {
        let mut out = data.to_vec();
        for (index, chunk) in out.chunks_mut(16).enumerate() {
            let mut block = aes::Block::from((index as u128 + 1).to_le_bytes());
            match &self.cipher {
                ZipAes::Aes128(cipher) => cipher.encrypt_block(&mut block),
                ZipAes::Aes192(cipher) => cipher.encrypt_block(&mut block),
                ZipAes::Aes256(cipher) => cipher.encrypt_block(&mut block),
            }
            chunk.iter_mut().zip(block).for_each(|(byte, key)| *byte ^= key);
        }
        out
    }
}

/// The parameters of a 7z cipher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SevenAes {
    pub(crate) rounds: u8,
    pub(crate) salt: Vec<u8>,
    pub(crate) start: [u8; 16],
}

impl SevenAes {
    pub(crate) fn read(properties: &[u8]) -> Option<Self> {
        let first = *properties.first()?;
        let second = properties.get(1).copied().unwrap_or(0);
        let salt = usize::from(first >> 7) + usize::from(second >> 4);
        let start = usize::from(first >> 6 & 1) + usize::from(second & 15);
        let mut out = Self { rounds: first & 63, salt: Vec::new(), start: [0; 16] };
        if first & 0xc0 != 0 {
            out.salt = properties.get(2..2 + salt)?.to_vec();
            let given = properties.get(2 + salt..2 + salt + start)?;
            out.start.get_mut(..start)?.copy_from_slice(given);
        }
        Some(out)
    }

    /// What one key costs, in bytes hashed; `None` where it is not to be afforded at all.
    pub(crate) fn cost(&self, password: &str) -> Option<u64> {
        let once = self.salt.len() + password.encode_utf16().count() * 2 + 8;
        match self.rounds {
            63 => Some(0),
            0..=SEVEN_ROUNDS => Some((once as u64) << self.rounds),
            _ => None,
        }
    }

    /// The key that a password gives.
    pub(crate) fn key(&self, password: &str) -> Option<[u8; 32]> {
        let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let seed: Vec<u8> = self.salt.iter().copied().chain(password).collect();
        if self.rounds == 63 {
            let mut key = [0; 32];
            key.iter_mut().zip(seed).for_each(|(to, from)| *to = from);
            return Some(key);
        }
        if self.rounds > SEVEN_ROUNDS {
            return None;
        }
        let mut hash = Sha256::new();
        for round in 0..1u64 << self.rounds {
            hash.update(&seed);
            hash.update(round.to_le_bytes());
        }
        Some(hash.finalize().into())
    }

    /// Cipher block chaining, without padding.
    pub(crate) fn decrypt(&self, key: &[u8; 32], data: &[u8]) -> Vec<u8> {
        let cipher = aes::Aes256::new(&(*key).into());
        let mut before = self.start;
        let mut out = Vec::with_capacity(data.len());
        for chunk in data.chunks_exact(16) {
            let Ok(sealed) = <[u8; 16]>::try_from(chunk) else {
                break;
            };
            let mut block = aes::Block::from(sealed);
            cipher.decrypt_block(&mut block);
            out.extend(block.iter().zip(before).map(|(byte, last)| byte ^ last));
            before = sealed;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_a_7z_cipher_are_read_and_a_huge_claim_costs_too_much() {
        let aes = SevenAes::read(&[0x53, 0x07, 1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
        assert_eq!((aes.rounds, aes.salt.len(), &aes.start[..8]), (19, 0, &[1, 2, 3, 4, 5, 6, 7, 8][..]));
        assert_eq!(aes.cost("ab"), Some(12 << 19));
        let greedy = SevenAes::read(&[62]).unwrap();
        assert_eq!((greedy.cost("a"), greedy.key("a")), (None, None));
        assert_eq!(SevenAes::read(&[0xd3, 0xff, 1]), None);
    }
}
