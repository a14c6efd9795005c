//! OLE property sets ([MS-OLEPS]): SummaryInformation, DocumentSummaryInformation and custom properties.

use forensics::charset;
use forensics::ole::Ole;

use crate::binary::{guid, piece, u16_at, u32_at, u64_at, utf16};
use crate::specimen::Specimen;
use crate::time;

use super::links::relate;
use super::ooxml::key;

/// Bytes of one property stream.
const STREAM_BYTES: usize = 1 << 20;

/// Properties of one set.
const PROPERTIES: usize = 500;

/// Elements of a vector.
const ELEMENTS: usize = 50;

/// The WHATWG label of a Windows code page.
pub(super) fn label(page: u16) -> String {
    match page {
        932 | 10001 => "shift_jis".to_owned(),
        936 | 10008 => "gbk".to_owned(),
        949 | 10003 => "euc-kr".to_owned(),
        950 | 10002 => "big5".to_owned(),
        1200 => "utf-16le".to_owned(),
        1201 => "utf-16be".to_owned(),
        10000 => "macintosh".to_owned(),
        20932 | 51932 => "euc-jp".to_owned(),
        50220..=50222 => "iso-2022-jp".to_owned(),
        54936 => "gb18030".to_owned(),
        65001 => "utf-8".to_owned(),
        page => format!("windows-{page}"),
    }
}

pub(super) fn run(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) {
    for name in ["\u{5}SummaryInformation", "\u{5}DocumentSummaryInformation"] {
        // The document's own stand at the root; those of embedded documents are told with them.
        let Some(entry) = ole.child(0, name).and_then(|i| ole.entries.get(i)) else {
            continue;
        };
        stream(specimen, &ole.stream(entry, STREAM_BYTES));
    }
}

fn stream(specimen: &mut Specimen<'_, '_>, bytes: &[u8]) {
    let sets = u32_at(bytes, 24).unwrap_or(0).min(2);
    let mut place = 28;
    for _ in 0..sets {
        let Some((format, offset)) = guid(piece(bytes, place, 16)).zip(u32_at(bytes, place + 16)) else {
            return;
        };
        let set = piece(bytes, usize::try_from(offset).unwrap_or(usize::MAX), usize::MAX);
        match format.as_str() {
            "f29f85e0-4ff9-1068-ab91-08002b27b3d9" => section(specimen, set, summary),
            "d5cdd502-2e9c-101b-9397-08002b2cf9ae" => section(specimen, set, document),
            "d5cdd505-2e9c-101b-9397-08002b2cf9ae" => custom(specimen, set),
            _ => {}
        }
        place += 20;
    }
}

fn summary(id: u32) -> Option<&'static str> {
    Some(match id {
        2 => "document.title",
        3 => "document.subject",
        4 => "document.author",
        5 => "document.keywords",
        6 => "document.comments",
        7 => "document.template",
        8 => "document.last-saved-by",
        9 => "document.revision",
        10 => "document.editing-time",
        11 => "document.printed",
        12 => "document.created",
        13 => "document.saved",
        14 => "document.pages",
        15 => "document.words",
        18 => "document.application",
        19 => "document.security",
        _ => return None,
    })
}

fn document(id: u32) -> Option<&'static str> {
    Some(match id {
        2 => "document.category",
        7 => "document.slides",
        14 => "document.manager",
        15 => "document.company",
        23 => "document.application-version",
        27 => "document.status",
        28 => "document.language",
        _ => return None,
    })
}

/// The places of a set's properties by their ids.
fn places(set: &[u8]) -> Vec<(u32, usize)> {
    let count = usize::try_from(u32_at(set, 4).unwrap_or(0)).unwrap_or(0).min(PROPERTIES);
    (0..count)
        .map_while(|i| {
            let offset = usize::try_from(u32_at(set, 12 + 8 * i)?).ok()?;
            Some((u32_at(set, 8 + 8 * i)?, offset))
        })
        .collect()
}

fn code_page(set: &[u8], places: &[(u32, usize)]) -> Option<u16> {
    let (_, at) = places.iter().find(|(id, _)| *id == 1)?;
    u16_at(piece(set, *at, 8), 4)
}

fn section(specimen: &mut Specimen<'_, '_>, set: &[u8], name: fn(u32) -> Option<&'static str>) {
    let places = places(set);
    let page = code_page(set, &places);
    if let Some(page) = page {
        specimen.property("document.code-page", page.to_string());
    }
    for (id, at) in places {
        let Some(name) = name(id) else { continue };
        let Some(value) = value(piece(set, at, usize::MAX), page) else { continue };
        let value = match (name, &value) {
            ("document.application-version", Value::Number(n)) => format!("{}.{}", n >> 16, n & 0xffff),
            ("document.security" | "document.pages" | "document.words", Value::Number(0)) => continue,
            ("document.editing-time", Value::Ticks(ticks)) => format!("{} min", ticks / 600_000_000),
            (_, Value::Ticks(ticks)) => time::filetime(*ticks).unwrap_or_default(),
            (_, Value::Number(n)) => n.to_string(),
            (_, Value::Text(text)) => text.clone(),
        };
        specimen.property(name, value);
    }
}

/// Custom properties, whose names stand in a dictionary.
fn custom(specimen: &mut Specimen<'_, '_>, set: &[u8]) {
    let places = places(set);
    let page = code_page(set, &places);
    let mut names: Vec<(u32, String)> = Vec::new();
    if let Some((_, at)) = places.iter().find(|(id, _)| *id == 0) {
        let count = usize::try_from(u32_at(set, *at).unwrap_or(0)).unwrap_or(0).min(PROPERTIES);
        let mut at = at.saturating_add(4);
        for _ in 0..count {
            let Some((id, length)) = u32_at(set, at).zip(u32_at(set, at.saturating_add(4))) else {
                break;
            };
            let wide = page == Some(1200);
            let length = usize::try_from(length).unwrap_or(usize::MAX).min(set.len());
            let bytes = piece(set, at + 8, if wide { length.saturating_mul(2) } else { length });
            names.push((id, string(bytes, page)));
            let length = if wide { bytes.len().next_multiple_of(4) } else { length };
            at = (at + 8).saturating_add(length);
        }
    }
    for (id, at) in places {
        let Some((_, name)) = names.iter().find(|(i, _)| *i == id) else { continue };
        let data = piece(set, at, usize::MAX);
        if name == "_PID_LINKBASE" {
            let length = u32_at(data, 4).map_or(0, |l| usize::try_from(l).unwrap_or(0));
            let base = utf16(piece(data, 8, length));
            specimen.property("document.hyperlink-base", base.as_str());
            relate(specimen, "hyperlink-base", &base);
            continue;
        }
        if name == "_PID_HLINKS" || name == "_PID_GUID" {
            continue;
        }
        let value = match value(data, page) {
            Some(Value::Text(text)) => text,
            Some(Value::Number(n)) => n.to_string(),
            Some(Value::Ticks(ticks)) => time::filetime(ticks).unwrap_or_default(),
            None => continue,
        };
        specimen.property(&format!("document.custom.{}", key(name)), value);
    }
}

enum Value {
    Text(String),
    Number(u32),
    Ticks(u64),
}

fn value(data: &[u8], page: Option<u16>) -> Option<Value> {
    let kind = u32_at(data, 0)?;
    Some(match kind {
        2 => Value::Number(u32::from(u16_at(data, 4)?)),
        3 | 11 | 19 => Value::Number(u32_at(data, 4)?),
        30 | 8 => Value::Text(counted(data, 4, page)?.0),
        31 => {
            let units = usize::try_from(u32_at(data, 4)?).ok()?.saturating_mul(2);
            Value::Text(utf16(piece(data, 8, units)))
        }
        64 => Value::Ticks(u64_at(data, 4)?),
        0x101e => {
            let count = usize::try_from(u32_at(data, 4)?).ok()?.min(ELEMENTS);
            let mut at = 8;
            let mut all = Vec::new();
            for _ in 0..count {
                let Some((text, next)) = counted(data, at, page) else { break };
                all.push(text);
                at = next;
            }
            Value::Text(all.join(", "))
        }
        _ => return None,
    })
}

/// A string behind its length, and where it ends.
fn counted(data: &[u8], at: usize, page: Option<u16>) -> Option<(String, usize)> {
    let length = usize::try_from(u32_at(data, at)?).ok()?;
    Some((string(piece(data, at + 4, length), page), at.saturating_add(4).saturating_add(length)))
}

fn string(bytes: &[u8], page: Option<u16>) -> String {
    if page == Some(1200) {
        return utf16(bytes);
    }
    let bytes = bytes.split(|b| *b == 0).next().unwrap_or(&[]);
    let label = page.map(label);
    charset::decode(bytes, label.as_deref()).text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_read_in_their_code_page() {
        let check = |bytes: &[u8], page, expect: &str| {
            let length = u32::try_from(bytes.len()).unwrap().to_le_bytes();
            let data = [&[30, 0, 0, 0][..], &length, bytes].concat();
            match value(&data, Some(page)) {
                Some(Value::Text(text)) => assert_eq!(text, expect),
                _ => panic!("no text"),
            }
        };
        check(b"\x8e\x52\x93\x63\0", 932, "山田");
        check(b"\x71\x5c\x30\x75\0\0", 1200, "山田");
        check("山田\0".as_bytes(), 65001, "山田");
        check(b"M\xfcller\0\0", 1252, "Müller");
    }
}
