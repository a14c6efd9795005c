//! Keeps the desk's records in SQLite (the default) or PostgreSQL, and blobs through `object_store`.
//!
//! [`Vault`] implements every trait of [`desk::records`] but `Blobs`, which [`LocalBlobs`] does. The nouns
//! are written once for both databases over a thin layer of their own (`sql`); the contract suite in
//! `tests/contract` runs over both. To add a noun: its tables in a new numbered file of `src/migrations`, a
//! line for it in `migrations.rs`, its trait implemented in a file of `src/nouns`, and its promises as tests.
//!
//! Times are kept to the microsecond; ids as their 16 bytes, so that they sort alike in both databases;
//! texts exactly, whatever characters they hold.

mod blobs;
mod migrations;
mod nouns;
mod open;
mod sql;

use std::sync::Arc;

pub use blobs::{BlobsError, LocalBlobs};
pub use migrations::{KNOWN_SCHEMA, Opened};
pub use open::OpenError;

use sql::Store;

/// The records of one hub. Cloning it is cheap and shares the connections.
///
/// ```no_run
/// # async fn example() -> Result<(), vault::OpenError> {
/// let (vault, opened) = vault::Vault::open("data/noroshi.sqlite").await?;
/// for what in &opened.applied {
///     eprintln!("{}", what.en);
/// }
/// vault.close().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Vault {
    store: Arc<Store>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &*self.store {
            Store::Sqlite { .. } => "Vault(SQLite)",
            Store::Postgres(_) => "Vault(PostgreSQL)",
        })
    }
}

impl Vault {
    /// Closes all connections, after those at work have finished. Clones are closed with it.
    pub async fn close(&self) {
        self.store.close().await;
    }
}
