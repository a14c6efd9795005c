//! Encrypted documents ([MS-OFFCRYPTO]): every password at hand is tried, and what opens is taken apart in place.

mod agile;
mod binary;
pub(super) mod cipher;
mod rc4;
mod standard;
pub(super) mod xor;

use forensics::ole::Ole;

use crate::specimen::Specimen;

/// The passwords that Office itself tries: a document protected with one opens without asking.
const BUILT_IN: [&str; 2] = ["VelvetSweatshop", "/01Hannes Ruescher/01"];

/// Hash operations up to which a lock is cheap to try: only such ones are tried with PowerPoint's own password,
/// which old formats alone have.
const CHEAP: u64 = 1_000;

/// What became of a document's encryption.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It has none, or is the decrypted form.
    Plain,
    /// It was opened and taken apart.
    Opened,
    /// It stays shut.
    Shut,
}

/// A lock: how a document is encrypted.
pub(super) trait Lock {
    /// The encryption in words.
    fn words(&self) -> String;
    /// Hash operations that one password takes.
    fn cost(&self) -> u64;
    /// The key, if the password is the right one.
    fn key(&self, password: &str) -> Option<Vec<u8>>;
}

/// Opens an encrypted document, and has it taken apart.
pub(super) fn run(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) -> Outcome {
    if specimen.decrypted {
        return Outcome::Plain;
    }
    let sealed = match binary::Sealed::find(ole) {
        binary::Found::Plain => return Outcome::Plain,
        binary::Found::Unknown(words) => {
            specimen.file.encrypted = Some(true);
            specimen.property("document.encryption", words);
            specimen.odd("document-encryption-unknown", "");
            return Outcome::Shut;
        }
        binary::Found::Sealed(sealed) => sealed,
    };
    specimen.file.encrypted = Some(true);
    specimen.property("document.encryption", sealed.lock.words());
    let given = specimen.passwords();
    let few = if sealed.lock.cost() <= CHEAP { BUILT_IN.len() } else { 1 };
    let built_in = BUILT_IN.iter().take(few).map(|password| (*password, "built-in"));
    let all = built_in.chain(given.iter().map(|p| (p.value.as_str(), p.from.as_str())));
    for (password, from) in all {
        let Some(left) = specimen.bench.hashes_left.checked_sub(sealed.lock.cost()) else {
            specimen.odd("document-spin-limit", "");
            break;
        };
        specimen.bench.hashes_left = left;
        let Some(key) = sealed.lock.key(password) else { continue };
        let (bytes, whole) = sealed.open(ole, &key);
        if !whole {
            specimen.odd("document-decryption-damaged", "");
        }
        specimen.decrypted(&bytes, password, from);
        return Outcome::Opened;
    }
    specimen.odd("password-unknown", "");
    Outcome::Shut
}

/// A password as the formats hash it.
fn utf16(password: &str) -> Vec<u8> {
    password.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
