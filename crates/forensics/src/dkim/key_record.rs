//! Key records (RFC 6376 §3.6.1) and the check of a signature with one.

use ring::signature::{
    ED25519, RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
    UnparsedPublicKey,
};

use super::Algorithm;
use super::tags::{self, Tags};

/// Why a signature does not pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The key is no good for it.
    Key(&'static str),
    /// The key is too short to count (RFC 8301).
    Weak,
    /// It is not the signature of these bytes.
    Signature,
}

/// Shortest RSA key that counts, in bits (RFC 8301 §3.2).
const RSA_BITS: usize = 1024;

/// A public key.
pub(super) struct KeyRecord {
    tags: Tags,
    key: Vec<u8>,
}

impl KeyRecord {
    pub(super) fn parse(record: &str) -> Result<Self, Failure> {
        let tags = tags::parse(record.as_bytes()).map_err(|_| Failure::Key("key unreadable"))?;
        if tags.get("v").is_some_and(|v| v != "DKIM1") {
            return Err(Failure::Key("key unreadable"));
        }
        let key = tags.get("p").ok_or(Failure::Key("key unreadable"))?;
        if key.is_empty() {
            return Err(Failure::Key("key revoked"));
        }
        let key = crate::transfer::base64(key.as_bytes());
        Ok(Self { tags, key })
    }

    /// Whether the key's owner lets it be used so.
    pub(super) fn allows(&self, algorithm: Algorithm, same_domain: bool) -> Result<(), Failure> {
        let kind = self.tags.get("k").unwrap_or("rsa");
        let wanted = if algorithm == Algorithm::Ed25519Sha256 { "ed25519" } else { "rsa" };
        if kind != wanted {
            return Err(Failure::Key("key of another kind"));
        }
        let listed =
            |name: &str, value: &str| self.tags.get(name).is_none_or(|v| v.split(':').any(|w| w == value));
        if !listed("h", if algorithm.sha1() { "sha1" } else { "sha256" }) {
            return Err(Failure::Key("key does not allow the hash"));
        }
        if !listed("s", "email") && !listed("s", "*") {
            return Err(Failure::Key("key is not for mail"));
        }
        if !same_domain && self.tags.get("t").is_some_and(|t| t.split(':').any(|f| f == "s")) {
            return Err(Failure::Key("key does not allow subdomains"));
        }
        Ok(())
    }

    /// Whether `signature` is one of `signed`.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &[u8],
    ) -> Result<(), Failure> {
        let verified = match algorithm {
            Algorithm::Ed25519Sha256 => {
                // RFC 8463 §3: what is signed is the hash.
                let hash = ring::digest::digest(&ring::digest::SHA256, signed);
                UnparsedPublicKey::new(&ED25519, &self.key).verify(hash.as_ref(), signature)
            }
            Algorithm::RsaSha1 | Algorithm::RsaSha256 => {
                let key = rsa_key(&self.key).ok_or(Failure::Key("key unreadable"))?;
                if modulus_bits(key).ok_or(Failure::Key("key unreadable"))? < RSA_BITS {
                    return Err(Failure::Weak);
                }
                let how = if algorithm.sha1() {
                    &RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY
                } else {
                    &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
                };
                UnparsedPublicKey::new(how, key).verify(signed, signature)
            }
        };
        verified.map_err(|_| Failure::Signature)
    }
}

/// One DER value of the kind `tag` at the start of `bytes`, and what follows it.
fn der(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    if first != tag {
        return None;
    }
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81 | 0x82 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(length - 0x80))?;
            (bytes.iter().fold(0usize, |sum, b| sum << 8 | usize::from(*b)), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// The RSAPublicKey, taken out of a SubjectPublicKeyInfo; some publish it bare.
fn rsa_key(bytes: &[u8]) -> Option<&[u8]> {
    const SEQUENCE: u8 = 0x30;
    const BIT_STRING: u8 = 0x03;
    let (outer, _) = der(bytes, SEQUENCE)?;
    match der(outer, SEQUENCE) {
        Some((_, rest)) => der(rest, BIT_STRING)?.0.strip_prefix(&[0]),
        None => Some(bytes),
    }
}

fn modulus_bits(key: &[u8]) -> Option<usize> {
    const SEQUENCE: u8 = 0x30;
    const INTEGER: u8 = 0x02;
    let (modulus, _) = der(der(key, SEQUENCE)?.0, INTEGER)?;
    let zeros = modulus.iter().take_while(|b| **b == 0).count();
    let digits = modulus.get(zeros..)?;
    Some(digits.len() * 8 - digits.first()?.leading_zeros() as usize)
}
