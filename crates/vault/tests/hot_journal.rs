//! A kill in the middle of the very first writes, before the file is switched to WAL, leaves a rollback journal
//! beside it. The next start rolls it back and goes on.

#![allow(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use sqlx::{Connection as _, Executor as _};

#[tokio::test]
async fn records_with_a_journal_to_roll_back_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let (made, killed) = (folder.path().join("made.sqlite"), folder.path().join("killed.sqlite"));
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&made).create_if_missing(true);
    let mut connection = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    connection.execute("PRAGMA journal_mode = DELETE").await.unwrap();
    connection.execute("PRAGMA cache_size = 1").await.unwrap();
    connection.execute("CREATE TABLE unrelated (filler TEXT)").await.unwrap();
    connection.execute("BEGIN").await.unwrap();
    for _ in 0..200 {
        connection.execute("INSERT INTO unrelated VALUES (hex(randomblob(4000)))").await.unwrap();
    }
    // What a kill at this moment would leave.
    std::fs::copy(&made, &killed).unwrap();
    std::fs::copy(folder.path().join("made.sqlite-journal"), folder.path().join("killed.sqlite-journal"))
        .unwrap();

    let (vault, opened) = vault::Vault::open_sqlite(&killed).await.unwrap();
    assert_eq!((opened.from_schema, opened.to_schema), (0, vault::KNOWN_SCHEMA));
    vault.close().await;
}
