//! Passwords, as Argon2id hashes.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// The shortest password for a new account, in characters (NIST SP 800-63B asks for 8 at least).
pub const PASSWORD_MIN: usize = 12;
/// The longest, so that hashing stays cheap to refuse.
pub const PASSWORD_MAX: usize = 256;

/// The Argon2id hash of a password in PHC form, with a fresh salt. Takes about 20 ms by design.
///
/// An empty text means that no hash could be made; [`verify_password`] accepts nothing for it.
pub fn hash_password(password: &str) -> String {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).unwrap_or_default()
}

/// True if the password is the hash's.
pub(crate) fn verify_password(password: &str, hash: &str) -> bool {
    password.len() <= PASSWORD_MAX * 4
        && PasswordHash::new(hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_and_no_other() {
        let hash = hash_password("のろしを上げる 2026");
        assert!(verify_password("のろしを上げる 2026", &hash));
        assert!(!verify_password("のろしを上げる 2025", &hash));
        assert!(!verify_password("", ""));
    }
}
