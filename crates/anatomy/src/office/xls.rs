//! Excel's binary workbooks ([MS-XLS]): strings, sheets, hyperlinks, links to other programs and files.

use forensics::charset;

use crate::binary::{piece, u8_at, u16_at, u32_at, utf16};
use crate::specimen::Specimen;

use super::links::{relate, visible_text};
use super::parts::{dde_link, push, sheet_name};
use super::propset::label;

/// Records of one workbook.
const RECORDS: usize = 2_000_000;

/// Strings read.
const STRINGS: usize = 200_000;

/// The class of a URL moniker, and of a file moniker.
const URL_MONIKER: &[u8; 16] = b"\xe0\xc9\xea\x79\xf9\xba\xce\x11\x8c\x82\x00\xaa\x00\x4b\xa9\x0b";
const FILE_MONIKER: &[u8; 16] = b"\x03\x03\0\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";

/// Every record: its number, and its data where it stands.
pub(super) fn records(book: &[u8]) -> impl Iterator<Item = (u16, usize, &[u8])> {
    let mut at = 0usize;
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(book, at)?, usize::from(u16_at(book, at + 2)?));
        let data = piece(book, at + 4, length);
        let place = at + 4;
        at = place + length;
        Some((kind, place, data))
    })
    .take(RECORDS)
}

pub(super) fn run(book: &[u8], specimen: &mut Specimen<'_, '_>) {
    let mut text = String::new();
    let mut page = 1252;
    let mut wide = true;
    let mut strings: Vec<&[u8]> = Vec::new();
    let mut in_strings = false;
    let (mut pictures, mut end) = (0usize, 0usize);
    for (kind, place, data) in records(book) {
        end = place.saturating_add(data.len());
        if kind == 0x3c {
            if in_strings {
                strings.push(data);
            }
            continue;
        }
        in_strings = kind == 0xfc;
        match kind {
            // BOF: version 0x0600 has Unicode strings.
            0x809 => wide = u16_at(data, 0) == Some(0x0600),
            // TEMPLATE and ADDIN ([MS-XLS] 2.4.319, 2.4.1).
            0x60 if specimen.file.kind == "xls" => specimen.file.kind = "xlt".to_owned(),
            0x87 if specimen.file.kind == "xls" => specimen.file.kind = "xla".to_owned(),
            0x42 => page = u16_at(data, 0).unwrap_or(1252),
            0xfc => strings.push(data),
            0x85 => {
                let state =
                    ["", "hidden", "veryHidden"].get(usize::from(data.get(4).copied().unwrap_or(0) & 3));
                let name = short(data, 6, wide, page);
                sheet_name(specimen, &name, state.unwrap_or(&""));
            }
            // LABEL: a string in its cell.
            0x204 => {
                let length = usize::from(u16_at(data, 6).unwrap_or(0));
                push(&mut text, &characters(data, 8, length, wide, page));
                push(&mut text, "\n");
            }
            0x1ae => sup_book(specimen, data),
            0x1b8 => hyperlink(specimen, data),
            // WRITEACCESS: who had it open last.
            0x5c if wide => {
                let length = usize::from(u16_at(data, 0).unwrap_or(0));
                let name = characters(data, 2, length, true, page);
                specimen.property("document.write-access", name.trim());
            }
            0x7f | 0xe9 => pictures += 1,
            // MsoDrawingGroup: one BSE record for each picture.
            0xeb => pictures += memchr::memmem::find_iter(data, b"\x07\xf0").count(),
            _ => {}
        }
    }
    if end.saturating_add(4) < book.len() && book.len() > 512 && text.is_empty() && strings.is_empty() {
        specimen.odd("document-damaged", "Workbook");
    }
    shared(&strings, &mut text);
    if !wide {
        specimen.property("document.code-page", page.to_string());
    }
    specimen.property("document.images", pictures.to_string());
    visible_text(specimen, &text);
}

/// A string behind its one-byte length.
fn short(data: &[u8], at: usize, wide: bool, page: u16) -> String {
    characters(data, at + 1, usize::from(u8_at(data, at).unwrap_or(0)), wide, page)
}

/// `length` characters, behind their flags where strings are Unicode.
fn characters(data: &[u8], at: usize, length: usize, wide: bool, page: u16) -> String {
    if !wide {
        return charset::decode(piece(data, at, length), Some(&label(page))).text.into_owned();
    }
    if u8_at(data, at).unwrap_or(0) & 1 == 0 {
        return piece(data, at + 1, length).iter().map(|b| char::from(*b)).collect();
    }
    utf16(piece(data, at + 1, length * 2))
}

/// The string table, which runs over records; each new record says anew how wide its characters are.
fn shared(records: &[&[u8]], text: &mut String) {
    let Some(first) = records.first() else { return };
    let count = usize::try_from(u32_at(first, 4).unwrap_or(0)).unwrap_or(0).min(STRINGS);
    let mut cursor = Cursor { records, index: 0, at: 8 };
    for _ in 0..count {
        let (Some(length), Some(flags)) = (cursor.number(2), cursor.number(1)) else { return };
        let runs = if flags & 8 != 0 { cursor.number(2).unwrap_or(0) } else { 0 };
        let extra = if flags & 4 != 0 { cursor.number(4).unwrap_or(0) } else { 0 };
        push(text, &cursor.characters(length, flags & 1 != 0));
        push(text, "\n");
        cursor.skip(runs.saturating_mul(4).saturating_add(extra));
    }
}

struct Cursor<'r> {
    records: &'r [&'r [u8]],
    index: usize,
    at: usize,
}

impl Cursor<'_> {
    fn left(&self) -> usize {
        self.records.get(self.index).map_or(0, |r| r.len().saturating_sub(self.at))
    }

    /// Goes to the next record where this one is at its end; false at the end of all.
    fn settle(&mut self) -> bool {
        while self.left() == 0 {
            if self.index >= self.records.len() {
                return false;
            }
            self.index += 1;
            self.at = 0;
        }
        true
    }

    fn number(&mut self, bytes: usize) -> Option<usize> {
        if !self.settle() {
            return None;
        }
        let record = self.records.get(self.index)?;
        let raw = record.get(self.at..self.at.checked_add(bytes)?)?;
        self.at += bytes;
        Some(raw.iter().rev().fold(0, |value, b| value << 8 | usize::from(*b)))
    }

    fn characters(&mut self, mut length: usize, mut wide: bool) -> String {
        let mut out = String::new();
        while length > 0 && self.index < self.records.len() {
            let width = if wide { 2 } else { 1 };
            let take = length.min(self.left() / width);
            if let Some(record) = self.records.get(self.index) {
                let raw = piece(record, self.at, take * width);
                if wide {
                    let units = raw.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]]));
                    out.extend(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')));
                } else {
                    out.extend(raw.iter().map(|b| char::from(*b)));
                }
            }
            self.at += take * width;
            length -= take;
            if length > 0 {
                self.index += 1;
                self.at = 0;
                wide = self.number(1).is_some_and(|flags| flags & 1 != 0);
            }
        }
        out
    }

    fn skip(&mut self, mut bytes: usize) {
        while bytes > 0 && self.settle() {
            let step = bytes.min(self.left());
            self.at += step;
            bytes -= step;
        }
    }
}

/// A link to another program, or to another workbook.
fn sup_book(specimen: &mut Specimen<'_, '_>, data: &[u8]) {
    let (Some(sheets), Some(length)) = (u16_at(data, 0), u16_at(data, 2)) else { return };
    // 0x0401 and 0x3a01 mean this workbook and add-in functions.
    if length == 0 || length > 0xff {
        return;
    }
    let path = characters(data, 4, usize::from(length), true, 1200);
    match path.split_once('\u{3}') {
        Some((service, topic)) if sheets == 0 => dde_link(specimen, service, topic),
        _ => {
            // Paths have marks in front and for the drive and folders.
            let shown = path.trim_start_matches('\u{1}').replace('\u{3}', "\\");
            let shown = match shown.strip_prefix('\u{1}') {
                Some(volume) => match volume.strip_prefix('@') {
                    Some(share) => format!("\\\\{share}"),
                    None => volume.to_owned(),
                },
                None => shown.trim_start_matches(['\u{2}', '\u{4}', '\u{5}', '\u{6}']).to_owned(),
            };
            relate(specimen, "external-link", &shown.replace(char::is_control, ""));
        }
    }
}

/// A cell's hyperlink, by its moniker.
fn hyperlink(specimen: &mut Specimen<'_, '_>, data: &[u8]) {
    if let Some(at) = memchr::memmem::find(data, URL_MONIKER) {
        let length = usize::try_from(u32_at(data, at + 16).unwrap_or(0)).unwrap_or(0);
        relate(specimen, "hyperlink", &utf16(piece(data, at + 20, length)));
    } else if let Some(at) = memchr::memmem::find(data, FILE_MONIKER) {
        let length = usize::try_from(u32_at(data, at + 18).unwrap_or(0)).unwrap_or(0);
        let raw = piece(data, at + 22, length).split(|b| *b == 0).next().unwrap_or(&[]);
        relate(specimen, "hyperlink", &charset::decode(raw, None).text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_that_runs_over_records_changes_its_width_there() {
        let mut first = vec![1, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0];
        first.extend_from_slice(b"ab");
        let second = [1, 0x71, 0x5c, 0x30, 0x75];
        let mut text = String::new();
        shared(&[&first, &second], &mut text);
        assert_eq!(text, "ab山田\n");
    }
}
