//! The ciphers and hashes of encrypted documents.

use aes::cipher::{Array, BlockCipherDecrypt, KeyInit};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// Bytes of one AES block.
const BLOCK: usize = 16;

/// Decrypts whole AES blocks in place; `start` is the first block's chaining value, `None` for blocks on their own.
/// `None` for a key of no AES length.
pub(super) fn aes(key: &[u8], start: Option<&[u8]>, data: &mut [u8]) -> Option<()> {
    match key.len() {
        16 => blocks(&aes::Aes128::new_from_slice(key).ok()?, start, data),
        24 => blocks(&aes::Aes192::new_from_slice(key).ok()?, start, data),
        32 => blocks(&aes::Aes256::new_from_slice(key).ok()?, start, data),
        _ => return None,
    }
    Some(())
}

fn blocks<C>(cipher: &C, start: Option<&[u8]>, data: &mut [u8])
where
    C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>,
{
    let mut before = [0u8; BLOCK];
    for (slot, byte) in before.iter_mut().zip(start.unwrap_or(&[])) {
        *slot = *byte;
    }
    for block in data.chunks_exact_mut(BLOCK) {
        let mut state = [0u8; BLOCK];
        state.copy_from_slice(block);
        let sealed = state;
        let mut state = Array::from(state);
        cipher.decrypt_block(&mut state);
        block.copy_from_slice(&state);
        if start.is_some() {
            block.iter_mut().zip(before).for_each(|(byte, mask)| *byte ^= mask);
            before = sealed;
        }
    }
}

/// RC4: a stream that is its own inverse.
pub(in crate::office) struct Rc4 {
    state: [u8; 256],
    i: u8,
    j: u8,
}

impl Rc4 {
    pub(in crate::office) fn new(key: &[u8]) -> Self {
        let mut state = [0u8; 256];
        for (slot, value) in state.iter_mut().zip(0..=255) {
            *slot = value;
        }
        let mut j = 0u8;
        for i in 0..256 {
            let byte = if key.is_empty() { 0 } else { key[i % key.len()] };
            j = j.wrapping_add(state[i]).wrapping_add(byte);
            state.swap(i, usize::from(j));
        }
        Self { state, i: 0, j: 0 }
    }

    pub(in crate::office) fn apply(&mut self, data: &mut [u8]) {
        for byte in data {
            self.i = self.i.wrapping_add(1);
            let a = self.state[usize::from(self.i)];
            self.j = self.j.wrapping_add(a);
            self.state.swap(usize::from(self.i), usize::from(self.j));
            let sum = a.wrapping_add(self.state[usize::from(self.i)]);
            *byte ^= self.state[usize::from(sum)];
        }
    }
}

/// A hash by its name in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::office) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(super) fn by_name(name: &str) -> Option<Self> {
        Some(match name.replace('-', "").to_ascii_uppercase().as_str() {
            "SHA1" => Self::Sha1,
            "SHA256" => Self::Sha256,
            "SHA384" => Self::Sha384,
            "SHA512" => Self::Sha512,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The hash of the pieces put together.
    pub(in crate::office) fn of(self, pieces: &[&[u8]]) -> Vec<u8> {
        fn run<D: Digest>(pieces: &[&[u8]]) -> Vec<u8> {
            let mut hash = D::new();
            for piece in pieces {
                hash.update(piece);
            }
            hash.finalize().to_vec()
        }
        match self {
            Self::Sha1 => run::<Sha1>(pieces),
            Self::Sha256 => run::<Sha256>(pieces),
            Self::Sha384 => run::<Sha384>(pieces),
            Self::Sha512 => run::<Sha512>(pieces),
        }
    }

    /// The password's hash, hashed on `spins` times with a counter in front.
    pub(in crate::office) fn spun(self, salt: &[u8], password: &[u8], spins: u32) -> Vec<u8> {
        fn run<D: Digest>(salt: &[u8], password: &[u8], spins: u32) -> Vec<u8> {
            let mut state = D::new().chain_update(salt).chain_update(password).finalize();
            for spin in 0..spins {
                state = D::new().chain_update(spin.to_le_bytes()).chain_update(&state).finalize();
            }
            state.to_vec()
        }
        match self {
            Self::Sha1 => run::<Sha1>(salt, password, spins),
            Self::Sha256 => run::<Sha256>(salt, password, spins),
            Self::Sha384 => run::<Sha384>(salt, password, spins),
            Self::Sha512 => run::<Sha512>(salt, password, spins),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ciphers_give_what_their_standards_say() {
        let mut data = *b"\xbb\xf3\x16\xe8\xd9\x40\xaf\x0a\xd3";
        Rc4::new(b"Key").apply(&mut data);
        assert_eq!(&data, b"Plaintext");
        // FIPS 197, appendix C.1.
        let key: Vec<u8> = (0..16).collect();
        let mut block = *b"\x69\xc4\xe0\xd8\x6a\x7b\x04\x30\xd8\xcd\xb7\x80\x70\xb4\xc5\x5a";
        aes(&key, None, &mut block).unwrap();
        assert_eq!(block[..3], [0x00, 0x11, 0x22]);
        assert!(aes(b"short", None, &mut block).is_none());
    }
}
