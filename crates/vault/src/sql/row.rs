//! Rows on their way out of the database.

use std::str::FromStr;

use desk::records::{RecordError, RecordResult};
use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::text::unescape;

/// One row of an answer; columns are read by name.
pub(crate) struct Row {
    noun: &'static str,
    cells: Cells,
}

/// The row as its database gives it.
pub(crate) enum Cells {
    /// Of SQLite.
    Sqlite(SqliteRow),
    /// Of PostgreSQL.
    Postgres(PgRow),
}

macro_rules! get {
    ($row:expr, $column:expr, $kind:ty) => {{
        let value = match &$row.cells {
            Cells::Sqlite(row) => row.try_get::<Option<$kind>, _>($column),
            Cells::Postgres(row) => row.try_get::<Option<$kind>, _>($column),
        };
        // sqlx's own words on a value of the wrong type name types and columns, never the value; but a
        // text that is no UTF-8 is another matter, so only the column is told.
        value.map_err(|_| $row.corrupt($column, "is of another type"))?
    }};
}

impl Row {
    pub(crate) fn new(noun: &'static str, cells: Cells) -> Self {
        Self { noun, cells }
    }

    /// The error for a column whose value cannot be.
    pub(crate) fn corrupt(&self, column: &str, what: &str) -> RecordError {
        RecordError::Corrupt { noun: self.noun, detail: format!("its column {column} {what}") }
    }

    fn there<T>(&self, column: &str, value: Option<T>) -> RecordResult<T> {
        value.ok_or_else(|| self.corrupt(column, "is empty"))
    }

    fn valid<T>(&self, column: &str, value: Option<T>) -> RecordResult<T> {
        value.ok_or_else(|| self.corrupt(column, "holds no valid value"))
    }

    pub(crate) fn maybe_int(&self, column: &str) -> RecordResult<Option<i64>> {
        Ok(get!(self, column, i64))
    }

    pub(crate) fn int(&self, column: &str) -> RecordResult<i64> {
        self.there(column, self.maybe_int(column)?)
    }

    /// A count that must fit `T`.
    pub(crate) fn count<T: TryFrom<i64>>(&self, column: &str) -> RecordResult<T> {
        self.valid(column, T::try_from(self.int(column)?).ok())
    }

    pub(crate) fn truth(&self, column: &str) -> RecordResult<bool> {
        self.valid(
            column,
            match self.int(column)? {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            },
        )
    }

    pub(crate) fn real(&self, column: &str) -> RecordResult<f64> {
        let value = get!(self, column, f64);
        self.there(column, value)
    }

    pub(crate) fn maybe_text(&self, column: &str) -> RecordResult<Option<String>> {
        match get!(self, column, String) {
            Some(kept) => self.valid(column, unescape(kept)).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn text(&self, column: &str) -> RecordResult<String> {
        self.there(column, self.maybe_text(column)?)
    }

    /// A stable word of an enum.
    pub(crate) fn word<T: FromStr>(&self, column: &str) -> RecordResult<T> {
        self.valid(column, self.text(column)?.parse().ok())
    }

    /// A stable word of an enum, or nothing.
    pub(crate) fn maybe_word<T: FromStr>(&self, column: &str) -> RecordResult<Option<T>> {
        match self.maybe_text(column)? {
            Some(word) => self.valid(column, word.parse().ok()).map(Some),
            None => Ok(None),
        }
    }

    /// A value that `parse` reads from a text.
    pub(crate) fn parsed<T>(&self, column: &str, parse: impl Fn(&str) -> Option<T>) -> RecordResult<T> {
        self.valid(column, parse(&self.text(column)?))
    }

    pub(crate) fn maybe_time(&self, column: &str) -> RecordResult<Option<Timestamp>> {
        match self.maybe_int(column)? {
            Some(at) => self.valid(column, Timestamp::from_microsecond(at).ok()).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn time(&self, column: &str) -> RecordResult<Timestamp> {
        self.there(column, self.maybe_time(column)?)
    }

    fn maybe_bytes(&self, column: &str) -> RecordResult<Option<Vec<u8>>> {
        Ok(get!(self, column, Vec<u8>))
    }

    pub(crate) fn maybe_id<T: From<Uuid>>(&self, column: &str) -> RecordResult<Option<T>> {
        match self.maybe_bytes(column)? {
            Some(bytes) => self.valid(column, Uuid::from_slice(&bytes).ok()).map(|id| Some(T::from(id))),
            None => Ok(None),
        }
    }

    pub(crate) fn id<T: From<Uuid>>(&self, column: &str) -> RecordResult<T> {
        self.there(column, self.maybe_id(column)?)
    }

    pub(crate) fn bytes(&self, column: &str) -> RecordResult<Vec<u8>> {
        let bytes = self.maybe_bytes(column)?;
        self.there(column, bytes)
    }

    pub(crate) fn digest(&self, column: &str) -> RecordResult<[u8; 32]> {
        let bytes = self.maybe_bytes(column)?;
        let bytes = self.there(column, bytes)?;
        self.valid(column, bytes.try_into().ok())
    }
}
