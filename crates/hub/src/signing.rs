//! The hub's signature under what machines pull, so that a reader knows it as the hub's own wherever it was passed
//! through or kept: Ed25519 (RFC 8032), whose signatures are the same each time for the same bytes.

use data_encoding::{BASE64, HEXLOWER};
use desk::world::World;
use ring::signature::{Ed25519KeyPair, KeyPair};
use sha2::{Digest, Sha256};

/// What is signed begins with this, so that a signature of one use is none of another.
pub const CONTEXT: &[u8] = b"noroshi-indicators-v1\0";

/// The hub's key. It signs and is never shown.
pub struct Signer(Ed25519KeyPair);

/// A digest with the hub's signature.
pub(crate) struct Signed {
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub(crate) digest: String,
    /// The signature over [`CONTEXT`] and the digest's 32 bytes, base64.
    pub(crate) signature: String,
}

impl Signer {
    /// The key of a seed of 32 bytes.
    ///
    /// # Errors
    /// The seed has another length.
    pub fn from_seed(seed: &[u8]) -> Result<Self, ring::error::KeyRejected> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self)
    }

    /// A key drawn at random, which lives as long as the process.
    pub(crate) fn passing(world: &dyn World) -> Option<Self> {
        let mut seed = [0; 32];
        world.fill(&mut seed);
        Self::from_seed(&seed).ok()
    }

    /// The public half, base64 of its 32 bytes.
    pub fn public(&self) -> String {
        BASE64.encode(self.0.public_key().as_ref())
    }

    /// A short name of the key: the first half of its SHA-256.
    pub fn name(&self) -> String {
        let digest = Sha256::digest(self.0.public_key().as_ref());
        HEXLOWER.encode(digest.get(..16).unwrap_or_default())
    }

    /// Signs bytes.
    pub(crate) fn sign(&self, bytes: &[u8]) -> Signed {
        let digest = Sha256::digest(bytes);
        let mut message = CONTEXT.to_vec();
        message.extend_from_slice(&digest);
        Signed { digest: HEXLOWER.encode(&digest), signature: BASE64.encode(self.0.sign(&message).as_ref()) }
    }
}
