//! Passwords, as Argon2id hashes.

use std::sync::OnceLock;
use std::sync::mpsc::{SyncSender, sync_channel};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// The shortest password for a new account, in characters (NIST SP 800-63B asks for 8 at least).
pub const PASSWORD_MIN: usize = 12;
/// The longest, so that hashing stays cheap to refuse.
pub const PASSWORD_MAX: usize = 256;

/// How much password work may wait: at 20 ms each, a second and a half.
const WAITING: usize = 64;

type Job = Box<dyn FnOnce() + Send>;

/// Does password work on the one thread that is there for it. Each hash takes 19 MiB of memory for 20 ms: on
/// threads of its own choosing, a storm of logins would take as many times that and the allocator would keep it.
/// `None` where too many wait already, or the process is ending.
async fn on_the_hashing_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    static THREAD: OnceLock<SyncSender<Job>> = OnceLock::new();
    let thread = THREAD.get_or_init(|| {
        let (sender, jobs) = sync_channel::<Job>(WAITING);
        std::thread::spawn(move || jobs.into_iter().for_each(|job| job()));
        sender
    });
    let (answer, answered) = tokio::sync::oneshot::channel();
    // Whoever asked may have gone; then nobody misses the answer.
    thread.try_send(Box::new(move || drop(answer.send(work())))).ok()?;
    answered.await.ok()
}

/// [`hash_password`], for handlers; empty where too many wait.
pub async fn hash(password: &str) -> String {
    let password = password.to_owned();
    on_the_hashing_thread(move || hash_password(&password)).await.unwrap_or_default()
}

/// True if the password is the hash's; for handlers.
pub(crate) async fn verify(password: &str, hash: &str) -> bool {
    if password.len() > PASSWORD_MAX * 4 {
        return false;
    }
    let (password, hash) = (password.to_owned(), hash.to_owned());
    on_the_hashing_thread(move || verify_password(&password, &hash)).await.unwrap_or(false)
}

/// The Argon2id hash of a password in PHC form, with a fresh salt. Takes about 20 ms by design.
///
/// An empty text means that no hash could be made; no password fits it.
pub fn hash_password(password: &str) -> String {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).unwrap_or_default()
}

/// True if the password is the hash's.
fn verify_password(password: &str, hash: &str) -> bool {
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
