//! Statements over many values at once, cut so that neither database's limits are met.

use std::fmt::Write as _;

use desk::records::RecordResult;
use sqlx::AssertSqlSafe;

use super::arg::Arg;
use super::row::Row;
use super::session::Session;

/// The most rows of one INSERT, and the most values asked for by one statement. SQLite allows 32,766 values a statement,
/// but finds the name of each by going through all before it.
const CHUNK: usize = 64;

/// So few rows are one statement, whatever their number.
const FEW: usize = 16;

/// A statement with its values.
pub(crate) struct Statement {
    pub(super) sql: String,
    pub(super) args: Vec<Arg>,
}

impl Statement {
    pub(crate) fn new(sql: impl Into<String>, args: Vec<Arg>) -> Self {
        Self { sql: sql.into(), args }
    }

    /// Puts another one behind: the numbers of its values count on. Only SQLite takes two statements as one.
    pub(super) fn join(&mut self, next: Self) {
        let first = self.args.len();
        self.sql.push(';');
        let mut parts = next.sql.split('$');
        self.sql.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let rest = part.trim_start_matches(|letter: char| letter.is_ascii_digit());
            let number = part.strip_suffix(rest).and_then(|number| number.parse().ok()).unwrap_or(0usize);
            let _ = write!(self.sql, "${}{rest}", first + number);
        }
        self.args.extend(next.args);
    }
}

/// `INSERT INTO {into} VALUES (…), (…) {after}` of rows of `width` values each. A statement takes a few rows or a power
/// of two, so that few prepared ones serve all numbers.
pub(crate) fn inserts(
    into: &'static str,
    width: usize,
    rows: Vec<Vec<Arg>>,
    after: &'static str,
) -> Vec<Statement> {
    let mut out = Vec::new();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let most = rows.len().min(CHUNK);
        let most = if most <= FEW { most } else { 1 << most.ilog2() };
        let chunk: Vec<Vec<Arg>> = rows.by_ref().take(most).collect();
        let sql = format!("INSERT INTO {into} VALUES {} {after}", marks(1, width, chunk.len()));
        out.push(Statement::new(sql, chunk.into_iter().flatten().collect()));
    }
    out
}

/// Runs [`inserts`]; what `after` says to give back is returned.
pub(crate) async fn insert_many(
    session: &mut Session,
    into: &'static str,
    width: usize,
    rows: Vec<Vec<Arg>>,
    after: &'static str,
) -> RecordResult<Vec<Row>> {
    let mut given_back = Vec::new();
    for Statement { sql, args } in inserts(into, width, rows, after) {
        given_back.extend(session.rows(AssertSqlSafe(sql), args).await?);
    }
    Ok(given_back)
}

/// `($1, $2), ($3, $4)`: place marks for `rows` rows of `width` values, from number `first` on.
pub(crate) fn marks(first: usize, width: usize, rows: usize) -> String {
    let mut sql = String::new();
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..width {
            let comma = if column == 0 { "" } else { ", " };
            let _ = write!(sql, "{comma}${}", first + row * width + column);
        }
        sql.push(')');
    }
    sql
}

/// Cuts values into lists for one statement each, filled up to a power of two by repeating its last value:
/// so that a few prepared statements serve lists of every length.
pub(crate) fn padded<T: Clone>(values: &[T]) -> Vec<Vec<T>> {
    lists(values, None)
}

/// Cuts values into lists for one statement each as [`padded`] does, but fills them up with a value that stands for none:
/// where what is asked for each costs something.
pub(crate) fn filled<T: Clone>(values: &[T], none: &T) -> Vec<Vec<T>> {
    lists(values, Some(none))
}

fn lists<T: Clone>(values: &[T], with: Option<&T>) -> Vec<Vec<T>> {
    values
        .chunks(CHUNK)
        .map(|chunk| {
            let mut list = chunk.to_vec();
            if let Some(with) = with.or(chunk.last()) {
                list.resize(chunk.len().next_power_of_two(), with.clone());
            }
            list
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_marks_count_on_from_row_to_row() {
        assert_eq!(marks(1, 2, 2), "($1, $2), ($3, $4)");
        assert_eq!(marks(4, 1, 1), "($4)");
    }

    #[test]
    fn a_statement_that_is_put_behind_another_counts_its_values_on() {
        let mut one = Statement::new("DELETE FROM a WHERE b = $1", vec![Arg::from(7i64)]);
        one.join(Statement::new(
            "INSERT INTO c VALUES ($1, $2), ($10, $2)",
            vec![Arg::from(8i64), Arg::from(9i64)],
        ));
        assert_eq!(one.sql, "DELETE FROM a WHERE b = $1;INSERT INTO c VALUES ($2, $3), ($11, $3)");
        assert_eq!(one.args.len(), 3);
    }

    #[test]
    fn lists_are_filled_up_without_a_new_value() {
        assert_eq!(padded(&[1, 2, 3]), [[1, 2, 3, 3]]);
        assert!(padded::<u8>(&[]).is_empty());
        assert_eq!(filled(&[1, 2, 3], &0), [[1, 2, 3, 0]]);
        let lists = padded(&(0..300).collect::<Vec<_>>());
        assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), [64, 64, 64, 64, 64]);
    }
}
