//! Promises of opening: creation, the schema, and what is refused.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use desk::records::{AuditEntry, AuditTrail as _, NewSubmission, PageRequest, Submissions as _};
use jiff::Timestamp;
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use vault::{KNOWN_SCHEMA, OpenError, Vault};

use crate::cluster::Cluster;
use crate::harness::runtime;
use crate::world::{entry, is_refused, mail, members, new, received};

pub(crate) async fn a_closed_vault_reports_that_the_store_failed(vault: Vault) {
    vault.close().await;
    assert!(is_refused(&vault.submission(mail(1)).await));
    assert!(is_refused(&vault.put_audit(&entry()).await));
}

pub(crate) async fn times_are_kept_to_the_microsecond_also_before_1970(vault: Vault) {
    members(&vault, 1).await;
    let fine = Timestamp::new(1_795_000_000, 123_456_789).unwrap();
    let coarse = Timestamp::new(1_795_000_000, 123_456_000).unwrap();
    let receipt = vault.receive(&NewSubmission { received: fine, ..new(1) }, &entry()).await.unwrap();
    assert_eq!(receipt.received, coarse);
    assert_eq!(vault.submission(mail(1)).await.unwrap().unwrap().received, coarse);
    for time in
        [Timestamp::from_microsecond(-1).unwrap(), Timestamp::MIN, "9999-12-30T00:00:00Z".parse().unwrap()]
    {
        let entry = AuditEntry { at: time, ..entry() };
        vault.put_audit(&entry).await.unwrap();
        let kept = vault.audit(PageRequest::first(200)).await.unwrap().items;
        assert!(kept.contains(&entry), "{time}");
    }
}

/// Runs a check with a path in a new folder.
fn with_path<F: Future<Output = ()>>(check: impl FnOnce(std::path::PathBuf) -> F) {
    let folder = tempfile::tempdir().unwrap();
    runtime().block_on(check(folder.path().join("data/hub/noroshi.sqlite")));
}

async fn sqlite(path: &Path, sql: &'static str) {
    let mut connection = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_file_is_made_for_its_owner_only_with_the_newest_schema() {
    with_path(|path| async move {
        let (vault, opened) = Vault::open(path.to_str().unwrap()).await.unwrap();
        assert_eq!((opened.from_schema, opened.to_schema), (0, KNOWN_SCHEMA));
        assert_eq!(opened.applied.len(), KNOWN_SCHEMA as usize);
        assert!(opened.applied.iter().all(|what| what.en.ends_with('.')), "{:?}", opened.applied);
        received(&vault, 1).await;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        for name in ["noroshi.sqlite", "noroshi.sqlite-wal", "noroshi.sqlite-shm"] {
            assert_eq!(mode(&path.with_file_name(name)), 0o600, "{name}");
        }
        vault.close().await;
    });
}

#[test]
fn opening_again_changes_nothing_and_finds_everything() {
    with_path(|path| async move {
        let (vault, _) = Vault::open_sqlite(&path).await.unwrap();
        received(&vault, 3).await;
        vault.close().await;
        let (vault, opened) = Vault::open_sqlite(&path).await.unwrap();
        assert_eq!((opened.from_schema, opened.to_schema), (KNOWN_SCHEMA, KNOWN_SCHEMA));
        assert!(opened.applied.is_empty());
        assert_eq!(vault.queue().await.unwrap().received, 3);
        vault.close().await;
    });
}

#[test]
fn a_newer_schema_is_refused_politely_and_not_a_byte_is_changed() {
    with_path(|path| async move {
        let (vault, _) = Vault::open_sqlite(&path).await.unwrap();
        received(&vault, 3).await;
        vault.close().await;
        sqlite(&path, "INSERT INTO schema_migration VALUES (7000, 'Something newer.')").await;
        let before = std::fs::read(&path).unwrap();
        let error = Vault::open_sqlite(&path).await.unwrap_err();
        assert!(matches!(error, OpenError::NewerSchema { found: 7000, known: KNOWN_SCHEMA }), "{error:?}");
        let words = error.to_string();
        for part in ["7000", &KNOWN_SCHEMA.to_string(), "nothing was changed", "newer noroshi"] {
            assert!(words.contains(part), "{words}");
        }
        assert!(std::fs::read(&path).unwrap() == before);
    });
}

#[test]
fn several_processes_may_start_at_the_same_moment() {
    with_path(|path| async move {
        let opening = (0..6).map(|_| {
            let path = path.clone();
            tokio::spawn(async move { Vault::open_sqlite(&path).await.unwrap() })
        });
        let mut applied = 0;
        let mut vaults = Vec::new();
        for opened in futures_util::future::join_all(opening).await {
            let (vault, opened) = opened.unwrap();
            assert_eq!(opened.to_schema, KNOWN_SCHEMA);
            applied += opened.applied.len();
            vaults.push(vault);
        }
        assert_eq!(applied, KNOWN_SCHEMA as usize, "each migration ran once");
        // And work beside each other, each with its own connections.
        members(&vaults[0], 1).await;
        let work = vaults.into_iter().enumerate().map(|(n, vault)| {
            tokio::spawn(async move {
                for mail in 0..20 {
                    let number = u32::try_from(n).unwrap() * 20 + mail;
                    vault.receive(&new(number), &entry()).await.unwrap();
                    vault.claim().await.unwrap();
                }
                vault
            })
        });
        let vaults = futures_util::future::join_all(work).await;
        let depth = vaults[0].as_ref().unwrap().queue().await.unwrap();
        assert_eq!(depth.received + depth.dissecting, 120);
    });
}

#[test]
fn a_file_that_is_no_database_is_refused_and_not_a_byte_is_changed() {
    with_path(|path| async move {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = "From: someone@example.com\r\n\r\nno database\r\n".repeat(100);
        std::fs::write(&path, &text).unwrap();
        assert!(matches!(Vault::open_sqlite(&path).await, Err(OpenError::Store { .. })));
        assert!(std::fs::read_to_string(&path).unwrap() == text);
    });
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    with_path(|path| async move {
        let folder = path.parent().unwrap();
        std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
        std::fs::write(folder, "a file").unwrap();
        let error = Vault::open_sqlite(&path).await.unwrap_err();
        assert!(matches!(error, OpenError::Folder { .. }));
        assert!(error.to_string().contains("hub"), "{error}");
    });
}

#[test]
fn a_failed_migration_is_taken_back_whole() {
    with_path(|path| async move {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Somebody else's table is in the way of the last migration.
        std::fs::write(&path, "").unwrap();
        sqlite(&path, "CREATE TABLE sighting (somebody TEXT)").await;
        assert!(matches!(Vault::open_sqlite(&path).await, Err(OpenError::Store { .. })));
        sqlite(&path, "CREATE TABLE member (nothing_of_ours_was_left TEXT)").await;
        sqlite(&path, "DROP TABLE member; DROP TABLE sighting").await;
        let (vault, opened) = Vault::open_sqlite(&path).await.unwrap();
        assert_eq!(opened.from_schema, 0);
        received(&vault, 1).await;
    });
}

#[test]
fn postgresql_is_opened_again_and_refused_where_it_is_newer_or_of_another_encoding() {
    let cluster = Cluster::start();
    runtime().block_on(async {
        let url = cluster.database().await;
        let opening = (0..6).map(|_| {
            let url = url.clone();
            tokio::spawn(async move {
                let (vault, opened) = Vault::open(&url).await.unwrap();
                vault.close().await;
                opened
            })
        });
        let opened = futures_util::future::join_all(opening).await;
        let applied: usize = opened.iter().map(|opened| opened.as_ref().unwrap().applied.len()).sum();
        assert_eq!(applied, KNOWN_SCHEMA as usize, "each migration ran once");

        let (vault, opened) = Vault::open(&url).await.unwrap();
        assert_eq!((opened.from_schema, opened.applied.len()), (KNOWN_SCHEMA, 0));
        vault.close().await;

        let mut connection = PgConnection::connect(&url).await.unwrap();
        let newer = "INSERT INTO schema_migration VALUES (7000, 'Something newer.')";
        sqlx::raw_sql(newer).execute(&mut connection).await.unwrap();
        let error = Vault::open(&url).await.unwrap_err();
        assert!(matches!(error, OpenError::NewerSchema { found: 7000, .. }), "{error:?}");

        let latin = "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'";
        sqlx::raw_sql(latin).execute(&mut connection).await.unwrap();
        let error = Vault::open(&url.replacen("promise_0", "latin", 1)).await.unwrap_err();
        assert!(matches!(error, OpenError::Encoding { .. }), "{error:?}");
    });
}

#[test]
fn an_address_that_is_none_is_not_repeated() {
    runtime().block_on(async {
        let error = Vault::open("postgres://hub:secret@[broken/noroshi").await.unwrap_err();
        assert!(matches!(error, OpenError::Address), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("secret"));
    });
}
