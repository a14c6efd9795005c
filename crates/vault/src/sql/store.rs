//! The connection pools of one database.

use std::sync::atomic::{AtomicU64, Ordering};

use desk::records::RecordResult;
use sqlx::{PgPool, Row as _, SqlitePool};

use super::session::{Session, Wire, failure};

/// Both databases behind one type.
pub(crate) enum Store {
    /// SQLite: one connection writes, several read.
    Sqlite {
        /// The only connection that writes: writers queue here, in this process, and none meets a lock.
        writer: SqlitePool,
        /// Connections that cannot write.
        readers: SqlitePool,
        /// How many transactions that write were begun.
        writes: AtomicU64,
    },
    /// PostgreSQL.
    Postgres(PgPool),
}

impl Store {
    /// For one query.
    pub(crate) async fn read(&self, action: &'static str, noun: &'static str) -> RecordResult<Session> {
        let wire = match self {
            Self::Sqlite { readers, .. } => readers.acquire().await.map(Wire::Sqlite),
            Self::Postgres(pool) => pool.acquire().await.map(Wire::Postgres),
        };
        Ok(Session { wire: wire.map_err(|source| failure(action, noun, source))?, action, noun })
    }

    /// For several queries that must see the same moment.
    pub(crate) async fn snapshot(&self, action: &'static str, noun: &'static str) -> RecordResult<Session> {
        let wire = match self {
            Self::Sqlite { readers, .. } => readers.begin().await.map(Wire::SqliteTx),
            Self::Postgres(pool) => {
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(Wire::PostgresTx)
            }
        };
        Ok(Session { wire: wire.map_err(|source| failure(action, noun, source))?, action, noun })
    }

    /// For writing. In SQLite the lock is taken at once (IMMEDIATE): a transaction that began by reading
    /// could not be told to wait when it comes to write.
    pub(crate) async fn write(&self, action: &'static str, noun: &'static str) -> RecordResult<Session> {
        let wire = match self {
            Self::Sqlite { writer, writes, .. } => {
                writes.fetch_add(1, Ordering::Relaxed);
                writer.begin_with("BEGIN IMMEDIATE").await.map(Wire::SqliteTx)
            }
            Self::Postgres(pool) => pool.begin().await.map(Wire::PostgresTx),
        };
        Ok(Session { wire: wire.map_err(|source| failure(action, noun, source))?, action, noun })
    }

    /// For SQLite: both its pools, the one that writes first.
    pub(crate) fn sqlite(writer: SqlitePool, readers: SqlitePool) -> Self {
        Self::Sqlite { writer, readers, writes: AtomicU64::new(0) }
    }

    /// How many transactions that write were begun, and whether one is at work; `None` where there is no log to carry
    /// over, or no more.
    pub(crate) fn writes(&self) -> Option<(u64, bool)> {
        match self {
            Self::Sqlite { writer, readers, writes } if !readers.is_closed() => {
                Some((writes.load(Ordering::Relaxed), writer.num_idle() == 0))
            }
            _ => None,
        }
    }

    /// Carries what is in SQLite's log into its file, as far as that holds up nobody; true where all of it was.
    pub(crate) async fn checkpoint(&self) -> bool {
        let Self::Sqlite { readers, .. } = self else { return true };
        let done = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(readers).await;
        // Whether it was held up, pages in the log, pages carried over.
        let told = done.and_then(|row| Ok((row.try_get::<i64, _>(1)?, row.try_get::<i64, _>(2)?)));
        told.is_ok_and(|(pages, carried)| pages == carried)
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
