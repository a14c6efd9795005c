//! One connection at work.

use std::fmt::Write as _;

use desk::records::{RecordError, RecordResult};
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, SqlSafeStr};
use sqlx::{Postgres, Sqlite, Transaction};

use super::arg::Arg;
use super::many::Statement;
use super::row::{Cells, Row};

/// The key of PostgreSQL's advisory lock that puts completions one behind the other ("noroshi" in ASCII).
const COMPLETION_LOCK: i64 = 0x6e6f_726f_7368_6900;

/// Statements with so few values are handed to SQLite as one: long ones are seldom the same twice, and would be read
/// anew each time.
const JOINED_VALUES: usize = 160;

/// A connection, or a transaction on one, and what is being done on it. A transaction that is not
/// ended is rolled back when the session is dropped, also where a caller is cancelled half-way.
pub(crate) struct Session {
    pub(super) wire: Wire,
    /// What is being done, as a verb phrase for [`RecordError::Store`].
    pub(super) action: &'static str,
    /// What is read or changed, for the other errors.
    pub(super) noun: &'static str,
}

/// Where the statements go.
pub(super) enum Wire {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTx(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// Runs the same words on whichever connection is there; `$cells` becomes the row type's constructor.
macro_rules! on_wire {
    ($wire:expr, |$conn:ident, $cells:ident| $body:expr) => {
        match $wire {
            Wire::Sqlite(wire) => {
                let ($conn, $cells) = (&mut **wire, Cells::Sqlite);
                $body
            }
            Wire::SqliteTx(wire) => {
                let ($conn, $cells) = (&mut **wire, Cells::Sqlite);
                $body
            }
            Wire::Postgres(wire) => {
                let ($conn, $cells) = (&mut **wire, Cells::Postgres);
                $body
            }
            Wire::PostgresTx(wire) => {
                let ($conn, $cells) = (&mut **wire, Cells::Postgres);
                $body
            }
        }
    };
}

/// A statement with its values.
macro_rules! statement {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query($sql);
        for arg in $args {
            query = match arg {
                Arg::Int(value) => query.bind(value),
                Arg::Text(value) => query.bind(value),
                Arg::Bytes(value) => query.bind(value),
                Arg::Real(value) => query.bind(value),
            };
        }
        query
    }};
}

impl Session {
    /// Runs a statement; returns how many rows it touched.
    pub(crate) async fn run(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> RecordResult<u64> {
        let sql = sql.into_sql_str();
        let done = on_wire!(&mut self.wire, |conn, _cells| statement!(sql, args)
            .execute(conn)
            .await
            .map(|done| done.rows_affected()));
        done.map_err(|source| self.failure(source))
    }

    /// Runs a query; returns all its rows.
    pub(crate) async fn rows(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> RecordResult<Vec<Row>> {
        let sql = sql.into_sql_str();
        let noun = self.noun;
        let rows = on_wire!(&mut self.wire, |conn, cells| statement!(sql, args)
            .fetch_all(conn)
            .await
            .map(|rows| rows.into_iter().map(|row| Row::new(noun, cells(row))).collect()));
        rows.map_err(|source| self.failure(source))
    }

    /// Runs a query; returns its first row.
    pub(crate) async fn row(&mut self, sql: impl SqlSafeStr, args: Vec<Arg>) -> RecordResult<Option<Row>> {
        let sql = sql.into_sql_str();
        let noun = self.noun;
        let row = on_wire!(&mut self.wire, |conn, cells| statement!(sql, args)
            .fetch_optional(conn)
            .await
            .map(|row| row.map(|row| Row::new(noun, cells(row)))));
        row.map_err(|source| self.failure(source))
    }

    /// Runs statements one after the other; returns all their rows. SQLite is handed several at once: each way to the
    /// thread that works on it and back costs as much as a small statement.
    pub(crate) async fn run_each(&mut self, statements: Vec<Statement>) -> RecordResult<Vec<Row>> {
        let mut joined: Vec<Statement> = Vec::new();
        for statement in statements {
            match joined.last_mut() {
                Some(last)
                    if !self.is_postgres() && last.args.len() + statement.args.len() <= JOINED_VALUES =>
                {
                    last.join(statement);
                }
                _ => joined.push(statement),
            }
        }
        let mut rows = Vec::new();
        for Statement { sql, args } in joined {
            rows.extend(self.rows(AssertSqlSafe(sql), args).await?);
        }
        Ok(rows)
    }

    /// Runs several statements without values, one after the other.
    pub(crate) async fn script(&mut self, sql: String) -> RecordResult<()> {
        let sql = AssertSqlSafe(sql);
        let done =
            on_wire!(&mut self.wire, |conn, _cells| sqlx::raw_sql(sql).execute(conn).await.map(|_| ()));
        done.map_err(|source| self.failure(source))
    }

    /// Ends a transaction. What went well is made durable: the caller may acknowledge it when this returns
    /// `Ok`, not before. What did not is taken back before this returns, so that no lock outlives it.
    pub(crate) async fn end<T>(self, done: RecordResult<T>) -> RecordResult<T> {
        let Self { wire, action, noun } = self;
        let ended = match (wire, done.is_ok()) {
            (Wire::SqliteTx(tx), true) => tx.commit().await,
            (Wire::PostgresTx(tx), true) => tx.commit().await,
            (Wire::SqliteTx(tx), false) => tx.rollback().await,
            (Wire::PostgresTx(tx), false) => tx.rollback().await,
            (Wire::Sqlite(_) | Wire::Postgres(_), _) => Ok(()),
        };
        let value = done?;
        ended.map_err(|source| failure(action, noun, source))?;
        Ok(value)
    }

    /// Lets no other completion run beside this one until it is committed, so that counts and campaigns
    /// change one after the other and no two transactions wait for each other. In SQLite every writer is
    /// alone anyway.
    pub(crate) async fn alone(&mut self) -> RecordResult<()> {
        if self.is_postgres() {
            self.row("SELECT pg_advisory_xact_lock($1)", vec![Arg::from(COMPLETION_LOCK)]).await?;
        }
        Ok(())
    }

    /// What a sub-select that picks a row to take must end with, so that no two workers wait for the same
    /// row or take it twice. (NO KEY: a row that another transaction merely refers to is not passed over.)
    pub(crate) fn skip_locked(&self) -> &'static str {
        if self.is_postgres() { " FOR NO KEY UPDATE SKIP LOCKED" } else { "" }
    }

    /// What names the index by which SQLite is to read a table: where it knows several that fit, it may take the one by
    /// which it goes through and sorts very many. PostgreSQL counts, and chooses by itself.
    pub(crate) fn by_index(&self, name: &'static str) -> String {
        if self.is_postgres() { String::new() } else { format!(" INDEXED BY {name}") }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.wire, Wire::Postgres(_) | Wire::PostgresTx(_))
    }

    /// The error "somebody else changed it".
    pub(crate) fn conflict(&self) -> RecordError {
        RecordError::Conflict { noun: self.noun }
    }

    fn failure(&self, source: sqlx::Error) -> RecordError {
        failure(self.action, self.noun, source)
    }
}

/// What a database refused, in its own words but without the detail line, which quotes values.
#[derive(Debug, thiserror::Error)]
#[error("the database answered {code}: {message}")]
struct Refusal {
    code: String,
    message: String,
}

/// The record error for a database error. A value that must be unique and is taken is a conflict.
pub(super) fn failure(action: &'static str, noun: &'static str, source: sqlx::Error) -> RecordError {
    match source {
        sqlx::Error::Database(refused) if refused.is_unique_violation() => RecordError::Conflict { noun },
        sqlx::Error::Database(refused) => RecordError::Store {
            action,
            source: Box::new(Refusal {
                code: refused.code().unwrap_or_default().into_owned(),
                message: refused.message().to_owned(),
            }),
        },
        source => RecordError::Store { action, source: Box::new(source) },
    }
}

/// A SELECT that grows with the filter: every clause is a constant text with `?` for its one value.
pub(crate) struct Select {
    sql: String,
    args: Vec<Arg>,
}

/// Begins a SELECT; `sql` ends with a WHERE clause that the others are added to.
pub(crate) fn select(sql: &'static str) -> Select {
    Select { sql: sql.to_owned(), args: Vec::new() }
}

impl Select {
    /// Adds `AND clause` where there is a value.
    pub(crate) fn and(mut self, clause: &'static str, value: Option<Arg>) -> Self {
        if let Some(value) = value {
            self.args.push(value);
            let mark = format!("${}", self.args.len());
            let _ = write!(self.sql, " AND {}", clause.replace('?', &mark));
        }
        self
    }

    /// Ends it with a constant text, e.g. its order.
    pub(crate) fn end(mut self, tail: &'static str) -> (AssertSqlSafe<String>, Vec<Arg>) {
        self.sql.push_str(tail);
        (AssertSqlSafe(self.sql), self.args)
    }

    /// Takes one page, newest first by the time and id columns, and one row more to see whether another
    /// page follows.
    pub(crate) fn page(
        mut self,
        at: &'static str,
        id: &'static str,
        page: desk::records::PageRequest,
    ) -> (AssertSqlSafe<String>, Vec<Arg>) {
        if let Some(after) = page.after {
            self.args.push(Arg::from(after.at));
            self.args.push(Arg::from(after.id));
            let n = self.args.len();
            let _ = write!(self.sql, " AND ({at}, {id}) < (${}, ${n})", n - 1);
        }
        self.args.push(Arg::from(page.bounded() + 1));
        let _ = write!(self.sql, " ORDER BY {at} DESC, {id} DESC LIMIT ${}", self.args.len());
        (AssertSqlSafe(self.sql), self.args)
    }
}
