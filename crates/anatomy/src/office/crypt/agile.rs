//! Agile encryption, as Office 2010 and later write it.

use data_encoding::BASE64;

use crate::office::xml::{self, Item};

use super::cipher::{Hash, aes};
use super::{Lock, utf16};

/// Bytes encrypted together.
const SEGMENT: usize = 4_096;

/// Hash operations that the format itself allows at most.
const SPINS: u32 = 10_000_000;

const INPUT: &[u8] = &[0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79];
const VALUE: &[u8] = &[0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e];
const KEY: &[u8] = &[0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6];

#[derive(Debug, Default)]
struct Side {
    hash: Option<Hash>,
    key_bytes: usize,
    block: usize,
    salt: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Agile {
    data: Side,
    password: Side,
    spins: u32,
    input: Vec<u8>,
    value: Vec<u8>,
    sealed: Vec<u8>,
}

impl Agile {
    /// The lock by its description; `None` for ciphers other than AES-CBC.
    pub(super) fn read(description: &[u8]) -> Option<Self> {
        let mut lock = Self::default();
        let mut known = true;
        xml::walk(description, |item| {
            let Item::Open(name @ ("keyData" | "encryptedKey"), element) = item else { return };
            let get = |key: &str| element.get(key).unwrap_or_default();
            let bytes = |key: &str| BASE64.decode(get(key).as_bytes()).unwrap_or_default();
            let number = |key: &str| get(key).parse::<usize>().unwrap_or(0);
            let side = Side {
                hash: Hash::by_name(&get("hashAlgorithm")),
                key_bytes: number("keyBits") / 8,
                block: number("blockSize").min(64),
                salt: bytes("saltValue"),
            };
            known &= get("cipherAlgorithm") == "AES" && get("cipherChaining") == "ChainingModeCBC";
            if name == "keyData" {
                lock.data = side;
            } else if lock.password.hash.is_none() {
                lock.password = side;
                lock.spins = get("spinCount").parse().unwrap_or(u32::MAX);
                lock.input = bytes("encryptedVerifierHashInput");
                lock.value = bytes("encryptedVerifierHashValue");
                lock.sealed = bytes("encryptedKeyValue");
            }
        });
        let whole = lock.data.hash.is_some() && lock.password.hash.is_some() && !lock.sealed.is_empty();
        (known && whole && lock.spins <= SPINS).then_some(lock)
    }

    /// The package behind its size; false if it is not whole.
    pub(super) fn open(&self, stream: &[u8], key: &[u8]) -> (Vec<u8>, bool) {
        let Some(hash) = self.data.hash else { return (Vec::new(), false) };
        let size = stream.get(..8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes);
        let mut out = stream.get(8..).unwrap_or(&[]).to_vec();
        for (index, segment) in (0u32..).zip(out.chunks_mut(SEGMENT)) {
            let mut start = hash.of(&[&self.data.salt, &index.to_le_bytes()]);
            start.resize(self.data.block.max(16), 0x36);
            let whole = segment.len() / 16 * 16;
            if aes(key, Some(&start), segment.get_mut(..whole).unwrap_or(&mut [])).is_none() {
                return (Vec::new(), false);
            }
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let whole = size <= out.len();
        out.truncate(size);
        (out, whole)
    }
}

impl Lock for Agile {
    fn words(&self) -> String {
        let hash = self.password.hash.map_or("", Hash::name);
        format!("agile AES-{} {hash} {} rounds", self.data.key_bytes * 8, self.spins)
    }

    fn cost(&self) -> u64 {
        u64::from(self.spins) + 10
    }

    fn key(&self, password: &str) -> Option<Vec<u8>> {
        let hash = self.password.hash?;
        let spun = hash.spun(&self.password.salt, &utf16(password), self.spins);
        let opened = |purpose: &[u8], sealed: &[u8]| -> Option<Vec<u8>> {
            let mut key = hash.of(&[&spun, purpose]);
            key.resize(self.password.key_bytes, 0x36);
            let mut data = sealed.to_vec();
            aes(&key, Some(&self.password.salt), &mut data)?;
            Some(data)
        };
        let input = opened(INPUT, &self.input)?;
        let value = opened(VALUE, &self.value)?;
        let input = input.get(..self.password.salt.len()).unwrap_or(&input);
        let expected = hash.of(&[input]);
        if value.is_empty() || value.get(..expected.len())? != expected.as_slice() {
            return None;
        }
        let mut key = opened(KEY, &self.sealed)?;
        key.truncate(self.data.key_bytes);
        Some(key)
    }
}
