//! Encrypted documents ([MS-OFFCRYPTO]): every password at hand is tried, and what opens is taken apart in place.

mod agile;
mod binary;
mod cipher;
mod rc4;
mod standard;
mod xor;

use forensics::ole::Ole;

use crate::specimen::Specimen;

/// The password that Office itself tries: a document protected with it opens without asking.
const BUILT_IN: [&str; 2] = ["VelvetSweatshop", "/01Hannes Ruescher/01"];

/// A lock: how a document is encrypted.
pub(super) trait Lock {
    /// The encryption in words.
    fn words(&self) -> String;
    /// Hash operations that one password takes.
    fn cost(&self) -> u64;
    /// The key, if the password is the right one.
    fn key(&self, password: &str) -> Option<Vec<u8>>;
}

/// Opens an encrypted document; true if it is one, whether it was opened or not.
pub(super) fn run(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) -> bool {
    if specimen.decrypted {
        return false;
    }
    let sealed = match binary::Sealed::find(ole) {
        binary::Found::Plain => return false,
        binary::Found::Unknown(words) => {
            specimen.file.encrypted = Some(true);
            specimen.property("document.encryption", words);
            specimen.odd("document-encryption-unknown", "");
            return false;
        }
        binary::Found::Sealed(sealed) => sealed,
    };
    specimen.file.encrypted = Some(true);
    specimen.property("document.encryption", sealed.lock.words());
    let given = specimen.passwords();
    let built_in = BUILT_IN.iter().map(|password| (*password, "built-in"));
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
        return true;
    }
    specimen.odd("password-unknown", "");
    // What is not encrypted (properties, objects) is still told.
    false
}

/// A password as the formats hash it.
fn utf16(password: &str) -> Vec<u8> {
    password.encode_utf16().flat_map(u16::to_le_bytes).collect()
}
