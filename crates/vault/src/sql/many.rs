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

/// Inserts rows of `width` values each with `INSERT INTO {into} VALUES (…), (…) {after}`; what `after` says
/// to give back is returned. A statement takes a few rows or a power of two, so that few prepared ones serve all numbers.
pub(crate) async fn insert_many(
    session: &mut Session,
    into: &'static str,
    width: usize,
    rows: Vec<Vec<Arg>>,
    after: &'static str,
) -> RecordResult<Vec<Row>> {
    let mut given_back = Vec::new();
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let most = rows.len().min(CHUNK);
        let most = if most <= FEW { most } else { 1 << most.ilog2() };
        let chunk: Vec<Vec<Arg>> = rows.by_ref().take(most).collect();
        let sql = format!("INSERT INTO {into} VALUES {} {after}", marks(1, width, chunk.len()));
        let args = chunk.into_iter().flatten().collect();
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
    values
        .chunks(CHUNK)
        .map(|chunk| {
            let mut list = chunk.to_vec();
            if let Some(last) = chunk.last() {
                list.resize(chunk.len().next_power_of_two(), last.clone());
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
    fn lists_are_filled_up_without_a_new_value() {
        assert_eq!(padded(&[1, 2, 3]), [[1, 2, 3, 3]]);
        assert!(padded::<u8>(&[]).is_empty());
        let lists = padded(&(0..300).collect::<Vec<_>>());
        assert_eq!(lists.iter().map(Vec::len).collect::<Vec<_>>(), [64, 64, 64, 64, 64]);
    }
}
