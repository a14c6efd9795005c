//! Bytes as hexadecimal digits, sixteen a row.

/// Bytes a row.
pub const ROW: usize = 16;
/// Bytes a page.
pub const PAGE: usize = 256 * ROW;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it starts, in hexadecimal.
    pub offset: String,
    /// The first eight bytes.
    pub left: String,
    /// The others.
    pub right: String,
    /// The same as characters: printable ASCII, a dot for the rest.
    pub text: String,
}

/// How many pages there are; an empty file has one.
pub fn pages(length: usize) -> usize {
    length.div_ceil(PAGE).max(1)
}

/// The rows of a page, counted from 1; none beyond the end.
///
/// ```
/// let rows = hub::show::hex::rows(b"MZ\x00harmless bytes", 1);
/// assert_eq!(rows[0].left, "4d 5a 00 68 61 72 6d 6c");
/// assert_eq!(rows[0].text, "MZ.harmless byte");
/// assert_eq!(rows[1].offset, "00000010");
/// ```
pub fn rows(bytes: &[u8], page: usize) -> Vec<Row> {
    let start = page.saturating_sub(1).saturating_mul(PAGE);
    let shown = bytes.get(start..).unwrap_or(&[]);
    let shown = shown.get(..PAGE).unwrap_or(shown);
    shown
        .chunks(ROW)
        .enumerate()
        .map(|(number, row)| Row {
            offset: format!("{:08x}", start + number * ROW),
            left: digits(row.get(..8).unwrap_or(row)),
            right: digits(row.get(8..).unwrap_or(&[])),
            text: row.iter().map(|b| if (0x20..0x7f).contains(b) { char::from(*b) } else { '.' }).collect(),
        })
        .collect()
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_and_end_with_the_file() {
        let bytes = vec![7u8; PAGE + 3];
        assert_eq!(pages(bytes.len()), 2);
        assert_eq!(rows(&bytes, 1).len(), 256);
        let last = rows(&bytes, 2);
        assert_eq!((last.len(), last[0].offset.as_str(), last[0].left.as_str()), (1, "00001000", "07 07 07"));
        assert!(rows(&bytes, 3).is_empty() && rows(&bytes, usize::MAX).is_empty());
        assert_eq!((pages(0), rows(b"", 1).len()), (1, 0));
    }
}
