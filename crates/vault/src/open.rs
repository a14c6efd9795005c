//! Opening either database: settings, first creation, and the schema.

use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use desk::records::RecordError;
use sqlx::ConnectOptions as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::Vault;
use crate::migrations::{self, Opened};
use crate::sql::Store;

/// How long a connection waits for another process that writes to the same SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);

/// How many connections read a SQLite file at the same time.
const SQLITE_READERS: u32 = 4;

/// How many connections a hub opens to PostgreSQL, whose own default allows 100 in all.
const POSTGRES_CONNECTIONS: u32 = 10;

/// For so long nothing is written before what was is carried from the log into the SQLite file: whoever writes beside it
/// is slowed …
const REST: Duration = Duration::from_millis(500);

/// … but where there is no rest, it is carried over after so many times as long.
const RESTLESS: u32 = 8;

/// While nothing is written here, it is looked after so many times as long whether another process wrote.
const OTHERS: u32 = 60;

/// Pages in the log at which a writer carries them over itself (400 MB): only where nobody else came to it.
const LATEST_CHECKPOINT: &str = "100000";

/// Memory for pages of a SQLite file at the connection that writes, in KiB (negative: SQLite's way to say so).
const CACHE: &str = "-196608";

/// How long a caller waits for a free connection.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 400;

/// Why the records could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer version of the program has worked on these records.
    #[error(
        "these records have schema version {found}, and this version of noroshi knows versions up to {known}; \
         nothing was changed. Start the newer noroshi that wrote them, or restore the backup that was taken \
         before it was installed"
    )]
    NewerSchema {
        /// The version found.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// The database keeps texts in another encoding than UTF-8.
    #[error(
        "the PostgreSQL database keeps texts as {found}; noroshi needs UTF8. Make a new one with \
         CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
    )]
    Encoding {
        /// The encoding found.
        found: String,
    },
    /// The file or its folder could not be made.
    #[error("{} could not be made; look whether the folder may be written to", path.display())]
    Folder {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The address of the database could not be read. It is not repeated here: it may hold a password.
    #[error("the database address could not be read; it looks like postgres://user:password@host/database")]
    Address,
    /// The database could not be reached or read, or a migration failed and was taken back whole.
    #[error("the record store could not be opened ({})", what)]
    Store {
        /// Which database.
        what: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl OpenError {
    pub(crate) fn records(what: &str, source: RecordError) -> Self {
        Self::Store { what: what.to_owned(), source: Box::new(source) }
    }
}

impl Vault {
    /// Opens PostgreSQL where `place` begins with `postgres://` or `postgresql://`, else the SQLite file of
    /// this path.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(place: &str) -> Result<(Self, Opened), OpenError> {
        if place.starts_with("postgres://") || place.starts_with("postgresql://") {
            Self::open_postgres(place).await
        } else {
            Self::open_sqlite(Path::new(place)).await
        }
    }

    /// Opens a SQLite file and brings its schema up to date. A file that is not there is made, readable by
    /// its owner only, and so is its folder. What is acknowledged survives a power cut: WAL with full
    /// synchronisation.
    ///
    /// # Errors
    /// See [`OpenError`]. Records of a newer schema are left untouched.
    pub async fn open_sqlite(path: &Path) -> Result<(Self, Opened), OpenError> {
        let what = path.display().to_string();
        let failed = |source: sqlx::Error| OpenError::Store { what: what.clone(), source: Box::new(source) };
        let base = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();

        // A look before the first touch: even the switch to WAL writes to the file.
        if make_file(path)? {
            let found = match look(&base.clone().read_only(true), &what).await {
                // A kill in the middle of the very first writes leaves a journal to roll back, which a
                // connection that may only read must not do.
                Err(_) => look(&base, &what).await,
                found => found,
            };
            migrations::refuse_newer(found?)?;
        }

        let write = base.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
        let pool = |most: u32| {
            // A connection to a file does not go stale, so none is closed for its age or tried before use.
            SqlitePoolOptions::new()
                .max_connections(most)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
        };
        // Carrying over takes as long as very many commits: no writer is to wait for it.
        let writing =
            write.clone().pragma("wal_autocheckpoint", LATEST_CHECKPOINT).pragma("cache_size", CACHE);
        let writer = pool(1).connect_with(writing).await.map_err(failed)?;
        let readers = pool(SQLITE_READERS).connect_lazy_with(write.pragma("query_only", "ON"));
        let opened = Self::up_to_date(Store::sqlite(writer, readers), &what).await?;
        let store = Arc::downgrade(&opened.0.store);
        tokio::spawn(async move {
            let (mut before, mut restless, mut quiet) = (0, 0, 0);
            loop {
                tokio::time::sleep(REST).await;
                let Some(store) = store.upgrade() else { return };
                let Some((writes, busy)) = store.writes() else { return };
                let rests = writes == before && !busy;
                (before, restless) = (writes, if rests { 0 } else { restless + 1 });
                // What others wrote, or a hub that was killed before this one, is looked for now and then.
                quiet = if rests && quiet > 0 { quiet - 1 } else { 0 };
                if quiet == 0 && (rests || restless >= RESTLESS) {
                    restless = 0;
                    let all = store.checkpoint().await;
                    quiet = if rests && all { OTHERS } else { 0 };
                }
            }
        });
        Ok(opened)
    }

    /// Opens a PostgreSQL database and brings its schema up to date.
    ///
    /// # Errors
    /// See [`OpenError`]. Records of a newer schema are left untouched.
    pub async fn open_postgres(url: &str) -> Result<(Self, Opened), OpenError> {
        let what = "PostgreSQL";
        let failed =
            |source: sqlx::Error| OpenError::Store { what: what.to_owned(), source: Box::new(source) };
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| OpenError::Address)?
            .application_name("noroshi")
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    // Acknowledged means durable, whatever the server's default; a stricter one is left.
                    sqlx::query(
                        "SELECT set_config('synchronous_commit', 'on', false) \
                         WHERE current_setting('synchronous_commit') = 'off'",
                    )
                    .execute(connection)
                    .await
                    .map(|_| ())
                })
            })
            .connect_with(options)
            .await
            .map_err(failed)?;
        let encoding: String = sqlx::query_scalar("SELECT current_setting('server_encoding')")
            .fetch_one(&pool)
            .await
            .map_err(failed)?;
        if encoding != "UTF8" {
            pool.close().await;
            return Err(OpenError::Encoding { found: encoding });
        }
        Self::up_to_date(Store::Postgres(pool), what).await
    }

    async fn up_to_date(store: Store, what: &str) -> Result<(Self, Opened), OpenError> {
        match migrations::apply(&store, what, migrations::KNOWN_SCHEMA).await {
            Ok(opened) => Ok((Self { store: Arc::new(store) }, opened)),
            Err(error) => {
                store.close().await;
                Err(error)
            }
        }
    }
}

/// The schema version of a SQLite file.
async fn look(options: &SqliteConnectOptions, what: &str) -> Result<u32, OpenError> {
    let failed = |source: sqlx::Error| OpenError::Store { what: what.to_owned(), source: Box::new(source) };
    let pool =
        SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await.map_err(failed)?;
    let store = Store::sqlite(pool.clone(), pool);
    let found = migrations::found(&store).await.map_err(|source| OpenError::records(what, source));
    store.close().await;
    found
}

/// Makes the file and the folders above it where they are missing; true if the file was there. SQLite gives
/// the files that it puts beside it the same mode.
fn make_file(path: &Path) -> Result<bool, OpenError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| OpenError::Folder { path, source }
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(folder).map_err(failed(folder))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => {
            file.sync_all().map_err(failed(path))?;
            sync_folder(folder).map_err(failed(folder))?;
            Ok(false)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(true),
        Err(error) => Err(failed(path)(error)),
    }
}

/// Makes a folder, for its owner only, and those above it, durably.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // Which of those above are new is not known, so their entries are all made durable; one that may not
    // be opened is an older one.
    for above in folder.ancestors().skip(1).filter(|above| !above.as_os_str().is_empty()) {
        let _ = sync_folder(above);
    }
    Ok(())
}

/// Makes the entries of a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { std::fs::File::open(folder)?.sync_all() } else { Ok(()) }
}
