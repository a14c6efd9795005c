//! Windows installers (MSI): what product they claim to be, what they run while installing, and the files in them.
//! An installer is an OLE file whose streams are tables of a small database.

use forensics::ole::Ole;

use crate::binary::{piece, u16_at, u32_at, u64_at};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::{oddities, time};

/// Bytes of one table that are read.
const TABLE: usize = 8 << 20;

/// Texts of the string table that are read.
const STRINGS: usize = 200_000;

/// Rows of one table that are looked at.
const ROWS: usize = 2_000;

/// Streams that are opened as files.
const FILES: usize = 200;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["msi"],
    run,
    tells: &[],
    oddities: &[oddities::entry(
        "msi-unreadable",
        "MSIの構造が壊れているため読めません",
        "The MSI's structure is broken and cannot be read",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(ole) = Ole::open(bytes) else {
        specimen.odd("msi-unreadable", "");
        return;
    };
    if let Some(entry) = ole.find("\u{5}SummaryInformation") {
        summary(&ole.stream(entry, 64 << 10), specimen);
    }
    let streams: Vec<(String, &forensics::ole::Entry)> =
        ole.entries.iter().filter(|e| e.is_stream()).map(|e| (decoded(&e.name), e)).collect();
    let table = |name: &str| {
        let found = streams.iter().find(|(n, _)| n.strip_prefix('!') == Some(name));
        found.map(|(_, entry)| ole.stream(entry, TABLE)).unwrap_or_default()
    };
    let strings = Strings::read(&table("_StringPool"), &table("_StringData"));
    products(&table("Property"), &strings, specimen);
    actions(&table("CustomAction"), &table("_Columns"), &strings, specimen);
    let files = streams.iter().filter(|(name, _)| !name.starts_with(['!', '\u{5}']) && !name.is_empty());
    for (name, entry) in files.take(FILES) {
        let room = specimen.room(bytes.len() as u64);
        let content = ole.stream(entry, room);
        let added = specimen.child(Entry {
            name: Some(name.clone()),
            size: content.len() as u64,
            content: Some(&content),
            ..Entry::default()
        });
        if !added {
            return;
        }
    }
}

/// Stream names pack two letters into one character; a table's begins with a mark, shown as `!`.
fn decoded(name: &str) -> String {
    const LETTERS: &[u8; 64] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
    let letter = |number: u32| char::from(LETTERS[(number & 63) as usize]);
    let mut out = String::new();
    for c in name.chars() {
        match u32::from(c) {
            two @ 0x3800..0x4800 => {
                out.push(letter(two - 0x3800));
                out.push(letter((two - 0x3800) >> 6));
            }
            one @ 0x4800..0x4840 => out.push(letter(one - 0x4800)),
            0x4840 => out.push('!'),
            _ => out.push(c),
        }
    }
    out
}

/// The texts of all tables.
struct Strings {
    texts: Vec<String>,
    /// Bytes of a text's number in a table.
    width: usize,
}

impl Strings {
    fn read(pool: &[u8], data: &[u8]) -> Self {
        let head = u32_at(pool, 0).unwrap_or(0);
        let label = if head & 0xffff == 932 { "shift_jis" } else { "utf-8" };
        let mut texts = vec![String::new()];
        let (mut at, mut start) = (4, 0usize);
        while let (Some(length), Some(used)) = (u16_at(pool, at), u16_at(pool, at + 2)) {
            if texts.len() >= STRINGS {
                break;
            }
            let mut length = usize::from(length);
            at += 4;
            if length == 0 && used != 0 {
                // Longer than a 16-bit number can say.
                let (low, high) = (u16_at(pool, at).unwrap_or(0), u16_at(pool, at + 2).unwrap_or(0));
                length = usize::from(low) | usize::from(high) << 16;
                at += 4;
            }
            let text = piece(data, start, length);
            texts.push(forensics::charset::decode(text, Some(label)).text.into_owned());
            start = start.saturating_add(length);
        }
        Self { texts, width: if head & 0x8000_0000 == 0 { 2 } else { 3 } }
    }

    /// The text whose number stands at `at` of a table.
    fn at(&self, table: &[u8], at: usize) -> &str {
        let number = table.get(at..at.saturating_add(self.width)).unwrap_or(&[]);
        let number = number.iter().rev().fold(0, |sum, b| sum << 8 | usize::from(*b));
        self.texts.get(number).map_or("", String::as_str)
    }
}

fn products(table: &[u8], strings: &Strings, specimen: &mut Specimen<'_, '_>) {
    // Tables are kept column by column.
    let rows = table.len() / (2 * strings.width);
    for row in 0..rows.min(ROWS) {
        let name = match strings.at(table, row * strings.width) {
            "ProductName" => "msi.product",
            "Manufacturer" => "msi.manufacturer",
            "ProductVersion" => "msi.version",
            "ProductCode" => "msi.product-code",
            "UpgradeCode" => "msi.upgrade-code",
            "ProductLanguage" => "msi.language",
            _ => continue,
        };
        specimen.property(name, strings.at(table, (rows + row) * strings.width));
    }
}

/// Custom actions: what the installer runs besides copying files.
fn actions(table: &[u8], columns: &[u8], strings: &Strings, specimen: &mut Specimen<'_, '_>) {
    let width = strings.width;
    let all = columns.len() / (2 * width + 4);
    let own = (0..all.min(STRINGS)).filter(|row| strings.at(columns, row * width) == "CustomAction").count();
    // Action, type, source, target; newer installers add a number of four bytes.
    let row_bytes = 3 * width + 2 + if own > 4 { 4 } else { 0 };
    let rows = table.len() / row_bytes;
    for row in 0..rows.min(ROWS) {
        let name = strings.at(table, row * width);
        let kind = u16_at(table, rows * width + row * 2).unwrap_or(0) ^ 0x8000;
        let sources = rows * (width + 2);
        let source = strings.at(table, sources + row * width);
        let target = strings.at(table, sources + (rows + row) * width);
        let text = format!("{source} {target}");
        match kind & 0x3f {
            // Libraries, programs and scripts kept in the installer, installed by it, or there already.
            1 | 2 | 5 | 6 | 17 | 18 | 21 | 22 | 34 | 50 => specimen.script("command", name, text.trim()),
            37 => specimen.script("javascript", name, target),
            38 => specimen.script("vbscript", name, target),
            _ => {}
        }
    }
}

/// The summary of an OLE file: author, title, dates.
fn summary(stream: &[u8], specimen: &mut Specimen<'_, '_>) {
    let start = u32_at(stream, 44).and_then(|a| usize::try_from(a).ok()).unwrap_or(usize::MAX);
    let set = stream.get(start..).unwrap_or(&[]);
    let count = u32_at(set, 4).and_then(|c| usize::try_from(c).ok()).unwrap_or(0);
    for index in 0..count.min(64) {
        let (Some(id), Some(at)) = (u32_at(set, 8 + index * 8), u32_at(set, 12 + index * 8)) else {
            return;
        };
        let value = set.get(usize::try_from(at).unwrap_or(usize::MAX)..).unwrap_or(&[]);
        let name = match id {
            2 => "document.title",
            3 => "document.subject",
            4 => "document.author",
            5 => "document.keywords",
            6 => "document.comments",
            7 => "msi.platform",
            8 => "document.last-saved-by",
            9 => "msi.package-code",
            12 => "document.created",
            13 => "document.saved",
            18 => "document.application",
            _ => continue,
        };
        match u32_at(value, 0) {
            Some(30) => {
                let length = u32_at(value, 4).and_then(|l| usize::try_from(l).ok()).unwrap_or(0);
                let text = piece(value, 8, length.min(4_096));
                let end = memchr::memchr(0, text).unwrap_or(text.len());
                let text = text.get(..end).unwrap_or(text);
                specimen.property(name, forensics::charset::decode(text, Some("shift_jis")).text);
            }
            Some(64) => {
                let date = u64_at(value, 4).and_then(time::filetime);
                specimen.property(name, date.unwrap_or_default());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Job, Limits, open_as};

    #[test]
    fn stream_names_are_unpacked() {
        let packed: String = [0x4840u32, 0x3f3f, 0x4577, 0x446c, 0x3e6a, 0x44b2, 0x482f]
            .iter()
            .filter_map(|c| char::from_u32(*c))
            .collect();
        assert_eq!(decoded(&packed), "!_StringPool");
    }

    #[test]
    fn what_an_installer_runs_is_told_with_its_texts() {
        let data = b"Start\xe8\xb3\x87.exe/quietCustomActionProductName";
        let lengths: [u16; 5] = [5, 7, 6, 12, 11];
        let mut pool = vec![0xe9, 0xfd, 0, 0];
        for length in lengths {
            pool.extend([length.to_le_bytes(), 1u16.to_le_bytes()].concat());
        }
        let strings = Strings::read(&pool, data);
        assert_eq!(strings.texts, ["", "Start", "資.exe", "/quiet", "CustomAction", "ProductName"]);
        let columns = [4u16; 4].iter().flat_map(|t| t.to_le_bytes()).collect::<Vec<u8>>();
        let columns = [columns, vec![0; 24]].concat();
        let table: Vec<u8> = [1u16, 0x8012, 2, 3].iter().flat_map(|t| t.to_le_bytes()).collect();
        let limits = Limits::default();
        let mut bench = crate::bench::Bench::new(&limits, &[], 0);
        let mut specimen = Specimen {
            bench: &mut bench,
            file: lexicon::facts::Attachment::default(),
            place: "attachment[0]".to_owned(),
            depth: 0,
            decrypted: false,
        };
        actions(&table, &columns, &strings, &mut specimen);
        products(&[5, 0, 2, 0], &strings, &mut specimen);
        let file = specimen.file;
        assert_eq!(file.scripts[0].name, "Start");
        assert_eq!(file.scripts[0].text, "資.exe /quiet");
        assert_eq!(file.property("msi.product"), Some("資.exe"));
    }

    #[test]
    fn an_installer_that_is_none_is_told() {
        let job = Job { name: None, place: "attachment[0]", inline: false, bytes: b"\xd0\xcf\x11\xe0" };
        let opened = open_as("msi", &job, &[], &Limits::default());
        assert_eq!(opened.oddities[0].id, "msi-unreadable");
    }
}
