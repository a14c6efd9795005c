//! Who has a value: look-ups by many hashes at once, each bounded, so that a value that all have costs no more than the
//! bound.

use std::collections::BTreeSet;

use desk::records::RecordResult;
use sqlx::AssertSqlSafe;

use crate::sql::{Arg, Row, Session, padded};

/// Rows of `table` for each of `values` in `column`, with `columns`; those of a value that more than `each` rows have are
/// left out. The names are ours, never a caller's.
pub(super) async fn carriers(
    session: &mut Session,
    table: &'static str,
    column: &'static str,
    columns: &'static str,
    values: &[u64],
    each: u32,
) -> RecordResult<Vec<Row>> {
    let values: Vec<u64> = values.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mut found = Vec::new();
    for list in padded(&values) {
        let of_each: Vec<String> = (0..list.len())
            .map(|n| {
                format!(
                    "SELECT n, {columns} FROM (SELECT CAST({n} AS BIGINT) AS n, {columns} FROM {table} WHERE {column} = ${} LIMIT $1) \
                     AS k{n}",
                    n + 2
                )
            })
            .collect();
        let sql = of_each.join(" UNION ALL ");
        let args: Vec<Arg> = std::iter::once(Arg::from(u64::from(each) + 1))
            .chain(list.iter().map(|&value| Arg::from(value)))
            .collect();
        let rows = session.rows(AssertSqlSafe(sql), args).await?;
        let mut counts = vec![0u32; list.len()];
        let mut numbered = Vec::with_capacity(rows.len());
        for row in rows {
            let n: usize = row.count("n")?;
            if let Some(count) = counts.get_mut(n) {
                *count += 1;
            }
            numbered.push((n, row));
        }
        found.extend(
            numbered
                .into_iter()
                .filter(|(n, _)| counts.get(*n).is_some_and(|&c| c <= each))
                .map(|(_, row)| row),
        );
    }
    Ok(found)
}
