//! The connection pools of one database.

use desk::records::RecordResult;
use sqlx::{PgPool, SqlitePool};

use super::session::{Session, Wire, failure};

/// Both databases behind one type.
pub(crate) enum Store {
    /// SQLite: one connection writes, several read.
    Sqlite {
        /// The only connection that writes: writers queue here, in this process, and none meets a lock.
        writer: SqlitePool,
        /// Connections that cannot write.
        readers: SqlitePool,
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
            Self::Sqlite { writer, .. } => writer.begin_with("BEGIN IMMEDIATE").await.map(Wire::SqliteTx),
            Self::Postgres(pool) => pool.begin().await.map(Wire::PostgresTx),
        };
        Ok(Session { wire: wire.map_err(|source| failure(action, noun, source))?, action, noun })
    }

    /// Carries what is in SQLite's log into its file, as far as that holds up nobody; false where the store is closed.
    pub(crate) async fn checkpoint(&self) -> bool {
        let Self::Sqlite { readers, .. } = self else { return false };
        if readers.is_closed() {
            return false;
        }
        // Where it cannot be done now, it is done the next time.
        let _ = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(readers).await;
        true
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
