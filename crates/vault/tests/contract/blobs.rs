//! Promises of blobs in a folder.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use desk::records::{Blobs as _, RecordError};
use vault::LocalBlobs;

use crate::harness::runtime;

/// The SHA-256 of "abc", the example of FIPS 180-4.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// The SHA-256 of nothing.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn with_blobs<F: Future<Output = ()>>(check: impl FnOnce(LocalBlobs, std::path::PathBuf) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("data/blobs");
    let blobs = LocalBlobs::open(&folder).unwrap();
    runtime().block_on(check(blobs, folder));
}

fn place(folder: &Path, sha256: &str) -> std::path::PathBuf {
    folder.join(sha256.get(..2).unwrap()).join(sha256.get(2..4).unwrap()).join(sha256)
}

fn is_corrupt<T>(result: &Result<T, RecordError>) -> bool {
    matches!(result, Err(RecordError::Corrupt { .. }))
}

#[test]
fn bytes_come_back_and_lie_under_their_own_hash() {
    with_blobs(|blobs, folder| async move {
        assert_eq!(blobs.get(ABC).await.unwrap(), None);
        blobs.put(ABC, b"abc").await.unwrap();
        blobs.put(NOTHING, b"").await.unwrap();
        assert_eq!(blobs.get(ABC).await.unwrap().as_deref(), Some(&b"abc"[..]));
        assert_eq!(blobs.get(NOTHING).await.unwrap().as_deref(), Some(&b""[..]));
        assert_eq!(std::fs::read(place(&folder, ABC)).unwrap(), b"abc");
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    });
}

#[test]
fn storing_again_leaves_the_file_alone() {
    with_blobs(|blobs, folder| async move {
        blobs.put(ABC, b"abc").await.unwrap();
        let made = std::fs::metadata(place(&folder, ABC)).unwrap();
        blobs.put(ABC, b"abc").await.unwrap();
        let after = std::fs::metadata(place(&folder, ABC)).unwrap();
        use std::os::unix::fs::MetadataExt as _;
        assert_eq!((made.ino(), made.mtime_nsec()), (after.ino(), after.mtime_nsec()));
    });
}

#[test]
fn ten_who_store_the_same_bytes_at_once_all_succeed() {
    with_blobs(|blobs, folder| async move {
        let tries = (0..10).map(|_| {
            let blobs = blobs.clone();
            tokio::spawn(async move { blobs.put(ABC, b"abc").await.unwrap() })
        });
        for one in futures_util::future::join_all(tries).await {
            one.unwrap();
        }
        assert_eq!(blobs.get(ABC).await.unwrap().as_deref(), Some(&b"abc"[..]));
        let beside = std::fs::read_dir(place(&folder, ABC).parent().unwrap()).unwrap().count();
        assert_eq!(beside, 1, "no half-written file stays");
    });
}

#[test]
fn bytes_that_no_longer_agree_with_their_hash_are_told_and_healed_by_storing_again() {
    with_blobs(|blobs, folder| async move {
        blobs.put(ABC, b"abc").await.unwrap();
        for broken in [&b"abd"[..], b"", b"abcabc"] {
            std::fs::write(place(&folder, ABC), broken).unwrap();
            assert!(is_corrupt(&blobs.get(ABC).await));
            blobs.put(ABC, b"abc").await.unwrap();
            assert_eq!(blobs.get(ABC).await.unwrap().as_deref(), Some(&b"abc"[..]));
        }
    });
}

#[test]
fn bytes_are_not_stored_under_a_hash_that_is_not_theirs() {
    with_blobs(|blobs, folder| async move {
        assert!(is_corrupt(&blobs.put(ABC, b"abd").await));
        assert!(!place(&folder, ABC).exists());
    });
}

#[test]
fn a_name_that_is_no_hash_leads_nowhere() {
    with_blobs(|blobs, _| async move {
        let upper = ABC.to_uppercase();
        let long = format!("{ABC}0");
        for name in ["", "..", "../../../../etc/passwd", "ab/cd", "ba78", &upper, &long, &"半".repeat(32)] {
            assert!(is_corrupt(&blobs.get(name).await), "{name}");
            assert!(is_corrupt(&blobs.put(name, b"abc").await), "{name}");
        }
    });
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("blobs");
    std::fs::write(&file, "a file").unwrap();
    let error = LocalBlobs::open(&file).err().unwrap();
    assert!(error.to_string().contains("blobs"), "{error}");
}
