//! The 40-bit RC4 encryption of Office 97 to 2003.

use md5::{Digest, Md5};

use super::cipher::Rc4;
use super::{Lock, utf16};

#[derive(Debug)]
pub(super) struct Legacy {
    salt: Vec<u8>,
    input: Vec<u8>,
    value: Vec<u8>,
}

impl Legacy {
    /// The lock by its description, which begins with its version.
    pub(super) fn read(info: &[u8]) -> Option<Self> {
        let part = |at: usize| info.get(at..at + 16).map(<[u8]>::to_vec);
        Some(Self { salt: part(4)?, input: part(20)?, value: part(36)? })
    }

    /// The RC4 stream of a block.
    pub(super) fn rc4(key: &[u8], block: u32) -> Rc4 {
        let mut hash = Md5::new();
        hash.update(key.get(..5).unwrap_or(key));
        hash.update(block.to_le_bytes());
        Rc4::new(&hash.finalize())
    }
}

impl Lock for Legacy {
    fn words(&self) -> String {
        "RC4 40 bits MD5".to_owned()
    }

    fn cost(&self) -> u64 {
        20
    }

    fn key(&self, password: &str) -> Option<Vec<u8>> {
        let first = Md5::digest(utf16(password));
        let mut hash = Md5::new();
        for _ in 0..16 {
            hash.update(first.get(..5)?);
            hash.update(&self.salt);
        }
        let key = hash.finalize().get(..5)?.to_vec();
        let mut stream = Self::rc4(&key, 0);
        let (mut input, mut value) = (self.input.clone(), self.value.clone());
        stream.apply(&mut input);
        stream.apply(&mut value);
        (value == Md5::digest(&input).as_slice()).then_some(key)
    }
}
