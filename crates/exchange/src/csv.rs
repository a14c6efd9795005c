//! Comma-separated values (RFC 4180) for spreadsheets and scripts.

use gate::Released;
use lexicon::ObservableType;
use lexicon::text::cell;

use crate::carried::{Carried, hashes};

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CsvSettings {
    /// Put a byte order mark first: Excel on Japanese Windows reads UTF-8 as Shift_JIS without it.
    pub bom: bool,
}

/// The columns, in order.
pub const COLUMNS: [&str; 9] =
    ["advisory", "tlp", "type", "value", "md5", "sha1", "sha256", "note", "released"];

/// One line an indicator, below a line with [`COLUMNS`]; lines end with CR LF.
///
/// A cell that a spreadsheet would take for a formula gets an apostrophe before it, and control characters
/// become spaces.
pub fn table<T: Carried>(released: &Released<T>, settings: CsvSettings) -> String {
    let item = released.item();
    let mut out = String::from(if settings.bom { "\u{feff}" } else { "" });
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    // Writing to memory does not fail, and every row has the same number of cells.
    let mut row = |cells: [&str; 9]| drop(writer.write_record(cells.map(cell)));
    row(COLUMNS);
    let at = crate::stix::timestamp(released.at());
    for indicator in item.indicators() {
        let [md5, sha1, sha256] =
            if indicator.kind == ObservableType::File { hashes(indicator) } else { [None; 3] };
        row([
            item.reference(),
            item.label().label(),
            indicator.kind.word(),
            &indicator.value,
            md5.unwrap_or(""),
            sha1.unwrap_or(""),
            sha256.unwrap_or(""),
            &indicator.note,
            &at,
        ]);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    out.push_str(&String::from_utf8_lossy(&bytes));
    out
}
