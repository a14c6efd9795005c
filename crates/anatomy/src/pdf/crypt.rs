//! The standard encryption of PDF: RC4 and AES, revisions 2 to 6, with the user's or the owner's password.

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384, Sha512};

use super::syntax::{Dict, Value};

/// What fills a password up to 32 bytes, as the specification gives it.
const PAD: [u8; 32] = [
    0x28, 0xbf, 0x4e, 0x5e, 0x4e, 0x75, 0x8a, 0x41, 0x64, 0x00, 0x4e, 0x56, 0xff, 0xfa, 0x01, 0x08, 0x2e,
    0x2e, 0x00, 0xb6, 0xd0, 0x68, 0x3e, 0x80, 0x2f, 0x0c, 0xa9, 0xfe, 0x64, 0x53, 0x69, 0x7a,
];

/// Bytes of a password that count.
const PASSWORD_BYTES: usize = 127;

/// Rounds of the hardened hash; it ends by itself long before.
const ROUNDS: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    None,
    Rc4,
    Aes128,
    Aes256,
}

/// What the file says of its encryption.
pub(super) struct Lock {
    version: i64,
    revision: i64,
    owner: Vec<u8>,
    user: Vec<u8>,
    owner_key: Vec<u8>,
    user_key: Vec<u8>,
    permissions: i64,
    id: Vec<u8>,
    length: usize,
    metadata: bool,
    strings: Method,
    streams: Method,
}

/// The key that opens the file.
pub(super) struct Key {
    key: Vec<u8>,
    strings: Method,
    streams: Method,
    /// False if the metadata stand in the clear.
    pub(super) metadata: bool,
}

impl Lock {
    /// Reads the encryption dictionary; `None` if it is not the standard one.
    pub(super) fn read(dict: &Dict<'_>, id: &[u8]) -> Option<Self> {
        let text = |key: &[u8]| match dict.get(key) {
            Some(Value::Text(text)) => text.to_vec(),
            _ => Vec::new(),
        };
        let (version, revision) = (dict.int(b"V").unwrap_or(0), dict.int(b"R")?);
        if !dict.is(b"Filter", b"Standard") || !(2..=6).contains(&revision) {
            return None;
        }
        let bits = dict.int(b"Length").filter(|bits| (40..=128).contains(bits));
        let mut length = usize::try_from(bits.unwrap_or(40)).ok()? / 8;
        let (mut strings, mut streams) = (Method::Rc4, Method::Rc4);
        if version >= 4 {
            let method = |which: &[u8]| {
                let Some(Value::Dict(filters)) = dict.get(b"CF") else { return Method::None };
                let Some(Value::Dict(filter)) = dict.name(which).and_then(|name| filters.get(name)) else {
                    return Method::None;
                };
                match filter.name(b"CFM") {
                    Some(b"V2") => Method::Rc4,
                    Some(b"AESV2") => Method::Aes128,
                    Some(b"AESV3") => Method::Aes256,
                    _ => Method::None,
                }
            };
            (strings, streams) = (method(b"StrF"), method(b"StmF"));
            length = 16;
        }
        if revision == 2 {
            length = 5;
        }
        let metadata = dict.get(b"EncryptMetadata") != Some(&Value::Bool(false));
        let permissions = dict.int(b"P").unwrap_or(0);
        let (owner, user, owner_key, user_key) = (text(b"O"), text(b"U"), text(b"OE"), text(b"UE"));
        let id = id.to_vec();
        Some(Self {
            version,
            revision,
            owner,
            user,
            owner_key,
            user_key,
            permissions,
            id,
            length,
            metadata,
            strings,
            streams,
        })
    }

    /// The method in words.
    pub(super) fn words(&self) -> String {
        let method = match self.streams {
            Method::None => "none".to_owned(),
            Method::Rc4 => format!("RC4 {}-bit", self.length * 8),
            Method::Aes128 => "AES-128".to_owned(),
            Method::Aes256 => "AES-256".to_owned(),
        };
        format!("{method} (V{} R{})", self.version, self.revision)
    }

    /// The key, if the password is the user's or the owner's.
    pub(super) fn open(&self, password: &str) -> Option<Key> {
        let password = password.as_bytes().get(..PASSWORD_BYTES).unwrap_or(password.as_bytes());
        let key = if self.revision >= 5 { self.modern(password) } else { self.classic(password) }?;
        Some(Key { key, strings: self.strings, streams: self.streams, metadata: self.metadata })
    }

    fn classic(&self, password: &[u8]) -> Option<Vec<u8>> {
        let padded = pad(password);
        if let Some(key) = self.user(&padded) {
            return Some(key);
        }
        // The owner's password opens the user's.
        let mut hash = Md5::digest(padded).to_vec();
        if self.revision >= 3 {
            for _ in 0..50 {
                hash = Md5::digest(hash.get(..self.length)?).to_vec();
            }
        }
        let key = hash.get(..self.length)?;
        let mut user = self.owner.get(..32)?.to_vec();
        let rounds: u8 = if self.revision >= 3 { 20 } else { 1 };
        for round in (0..rounds).rev() {
            let key: Vec<u8> = key.iter().map(|b| b ^ round).collect();
            user = rc4(&key, &user);
        }
        self.user(&user)
    }

    /// The key, if that is the user's password.
    fn user(&self, padded: &[u8]) -> Option<Vec<u8>> {
        let mut hash = Md5::new();
        hash.update(padded);
        hash.update(self.owner.get(..32)?);
        hash.update(self.permissions.to_le_bytes().get(..4)?);
        hash.update(&self.id);
        if self.revision >= 4 && !self.metadata {
            hash.update([0xff; 4]);
        }
        let mut hash = hash.finalize().to_vec();
        if self.revision >= 3 {
            for _ in 0..50 {
                hash = Md5::digest(hash.get(..self.length)?).to_vec();
            }
        }
        let key = hash.get(..self.length)?.to_vec();
        let good = if self.revision == 2 {
            rc4(&key, &PAD) == self.user.get(..32)?
        } else {
            let mut check = Md5::new();
            check.update(PAD);
            check.update(&self.id);
            let mut check = check.finalize().to_vec();
            for round in 0..20_u8 {
                let key: Vec<u8> = key.iter().map(|b| b ^ round).collect();
                check = rc4(&key, &check);
            }
            check.get(..16)? == self.user.get(..16)?
        };
        good.then_some(key)
    }

    fn modern(&self, password: &[u8]) -> Option<Vec<u8>> {
        let user = self.user.get(..48)?;
        for (said, packed, more) in
            [(&self.user, &self.user_key, &[][..]), (&self.owner, &self.owner_key, user)]
        {
            let (check, for_key) = (said.get(32..40)?, said.get(40..48)?);
            if self.hash(password, check, more)?.get(..32)? == said.get(..32)? {
                let key = self.hash(password, for_key, more)?;
                return cbc_open(key.get(..32)?, &[0; 16], packed.get(..32)?);
            }
        }
        None
    }

    fn hash(&self, password: &[u8], salt: &[u8], more: &[u8]) -> Option<Vec<u8>> {
        let mut key = Sha256::digest([password, salt, more].concat()).to_vec();
        if self.revision < 6 {
            return Some(key);
        }
        for round in 0..ROUNDS {
            let mut block = [password, &key, more].concat().repeat(64);
            cbc_close(key.get(..16)?, key.get(16..32)?, &mut block)?;
            let kind: u32 = block.get(..16)?.iter().map(|b| u32::from(*b)).sum();
            key = match kind % 3 {
                0 => Sha256::digest(&block).to_vec(),
                1 => Sha384::digest(&block).to_vec(),
                _ => Sha512::digest(&block).to_vec(),
            };
            if round >= 63 && usize::from(*block.last()?) <= round.saturating_sub(31) {
                break;
            }
        }
        key.truncate(32);
        Some(key)
    }
}

impl Key {
    /// A string or a stream of that object, opened.
    pub(super) fn open(&self, data: &[u8], number: u32, generation: u16, stream: bool) -> Vec<u8> {
        let method = if stream { self.streams } else { self.strings };
        let key = match method {
            Method::None => return data.to_vec(),
            Method::Aes256 => self.key.clone(),
            Method::Rc4 | Method::Aes128 => {
                let mut hash = Md5::new();
                hash.update(&self.key);
                hash.update(number.to_le_bytes().get(..3).unwrap_or(&[]));
                hash.update(generation.to_le_bytes());
                if method == Method::Aes128 {
                    hash.update(b"sAlT");
                }
                let mut key = hash.finalize().to_vec();
                key.truncate((self.key.len() + 5).min(16));
                key
            }
        };
        if method == Method::Rc4 {
            return rc4(&key, data);
        }
        let Some((start, rest)) = data.split_at_checked(16) else { return Vec::new() };
        let mut out = cbc_open(&key, start, rest).unwrap_or_default();
        if let Some(fill) = out.last().map(|b| usize::from(*b)).filter(|fill| (1..=16).contains(fill)) {
            out.truncate(out.len().saturating_sub(fill));
        }
        out
    }
}

fn pad(password: &[u8]) -> [u8; 32] {
    let mut padded = PAD;
    for (place, byte) in padded.iter_mut().zip(password.iter().chain(&PAD)) {
        *place = *byte;
    }
    padded
}

fn rc4(key: &[u8], data: &[u8]) -> Vec<u8> {
    if key.is_empty() {
        return data.to_vec();
    }
    let mut state: [u8; 256] = std::array::from_fn(|n| u8::try_from(n).unwrap_or(0));
    let mut j = 0_u8;
    for (i, byte) in (0..256).zip(key.iter().cycle()) {
        j = j.wrapping_add(state[i]).wrapping_add(*byte);
        state.swap(i, usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    let step = |byte: &u8| {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        byte ^ state[usize::from(state[usize::from(i)].wrapping_add(state[usize::from(j)]))]
    };
    data.iter().map(step).collect()
}

/// AES-CBC without padding; what is left of a last block is dropped.
fn cbc_open(key: &[u8], start: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    enum Cipher {
        Short(aes::Aes128Dec),
        Long(aes::Aes256Dec),
    }
    let cipher = match key.len() {
        16 => Cipher::Short(aes::Aes128Dec::new_from_slice(key).ok()?),
        32 => Cipher::Long(aes::Aes256Dec::new_from_slice(key).ok()?),
        _ => return None,
    };
    let mut before: [u8; 16] = start.try_into().ok()?;
    let mut out = Vec::with_capacity(data.len());
    for chunk in data.chunks_exact(16) {
        let sealed: [u8; 16] = chunk.try_into().ok()?;
        let mut block = aes::Block::from(sealed);
        match &cipher {
            Cipher::Short(cipher) => cipher.decrypt_block(&mut block),
            Cipher::Long(cipher) => cipher.decrypt_block(&mut block),
        }
        out.extend(block.iter().zip(before).map(|(a, b)| a ^ b));
        before = sealed;
    }
    Some(out)
}

fn cbc_close(key: &[u8], start: &[u8], data: &mut [u8]) -> Option<()> {
    let cipher = aes::Aes128Enc::new_from_slice(key).ok()?;
    let mut before: [u8; 16] = start.try_into().ok()?;
    for chunk in data.chunks_exact_mut(16) {
        let mut block = aes::Block::from(before);
        block.iter_mut().zip(chunk.iter()).for_each(|(a, b)| *a ^= b);
        cipher.encrypt_block(&mut block);
        chunk.copy_from_slice(&block);
        before = block.into();
    }
    Some(())
}
