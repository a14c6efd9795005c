//! Optical discs: ISO 9660 with Joliet and Rock Ridge names. A bridge disc (ISO 9660 and UDF) is read by its UDF side,
//! as Windows does.

use std::borrow::Cow;
use std::collections::HashSet;

use super::view::View;
use super::{Found, give};
use crate::archive::Seen;
use crate::binary::{be16_at, piece, u8_at, u32_at};
use crate::registry::Analyser;
use crate::specimen::Specimen;
use crate::{oddities, time};

/// Bytes of a sector.
const SECTOR: usize = 2048;

/// Volume descriptors that are looked at.
const DESCRIPTORS: usize = 32;

/// Folders that are read.
const FOLDERS: usize = 2_000;

/// Records read over all folders.
const RECORDS: usize = 20_000;

/// Bytes of one folder that are read.
const FOLDER_BYTES: usize = 4 << 20;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["iso", "img"],
    run,
    tells: &[],
    oddities: &[
        oddities::entry(
            "disk-cut",
            "ディスクイメージの中のファイルの位置が、イメージの外を指しています",
            "A file in the disk image lies beyond its end",
        ),
        oddities::entry(
            "disk-folder-loop",
            "ディスクイメージのフォルダが循環しています",
            "A folder of the disk image contains itself",
        ),
        oddities::entry(
            "disk-unreadable",
            "このディスクイメージのファイルシステムは読めません",
            "The file system of this disk image cannot be read here",
        ),
    ],
};

/// One record of a folder.
struct Record<'a> {
    start: usize,
    size: usize,
    folder: bool,
    /// More of the same file follows in the next record.
    more: bool,
    name: &'a [u8],
    system: &'a [u8],
    date: &'a [u8],
}

fn record(bytes: &[u8]) -> Option<Record<'_>> {
    let length = usize::from(u8_at(bytes, 32)?);
    let flags = u8_at(bytes, 25)?;
    let extended = usize::from(u8_at(bytes, 1)?);
    Some(Record {
        start: usize::try_from(u32_at(bytes, 2)?).ok()?.checked_add(extended)?.checked_mul(SECTOR)?,
        size: usize::try_from(u32_at(bytes, 10)?).ok()?,
        folder: flags & 2 != 0,
        more: flags & 0x80 != 0,
        name: bytes.get(33..33 + length)?,
        system: bytes.get(33 + length + (length + 1) % 2..).unwrap_or(&[]),
        date: bytes.get(18..25)?,
    })
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let before = specimen.file.children.len();
    let udf = super::udf::tell(&View::flat(bytes), specimen);
    if specimen.file.children.len() > before {
        return;
    }
    let mut best = None;
    for index in 16..16 + DESCRIPTORS {
        let sector = piece(bytes, index * SECTOR, SECTOR);
        if sector.get(1..6) != Some(b"CD001") {
            break;
        }
        let joliet = matches!(sector.get(88..91), Some(b"%/@" | b"%/C" | b"%/E"));
        match u8_at(sector, 0) {
            Some(1) if best.is_none() => best = Some((sector, false)),
            Some(2) if joliet => best = Some((sector, true)),
            Some(255) => break,
            _ => {}
        }
    }
    let Some((mut volume, mut joliet)) = best else {
        if udf.is_none() && (specimen.file.kind == "iso" || piece(bytes, 0x8001, 5) == b"BEA01") {
            specimen.property("disk.system", "UDF");
            specimen.odd("disk-unreadable", "UDF");
        }
        return;
    };
    // Rock Ridge tells more than Joliet where both are; the primary volume stands first.
    let primary = piece(bytes, 16 * SECTOR, SECTOR);
    let root = |sector: &[u8]| record(sector.get(156..190).unwrap_or(&[])).map(|r| (r.start, r.size));
    let rocky = root(primary).is_some_and(|(start, _)| {
        let first = piece(bytes, start, SECTOR);
        let length = usize::from(u8_at(first, 0).unwrap_or(0));
        record(piece(first, 0, length)).is_some_and(|r| r.system.starts_with(b"SP\x07\x01"))
    });
    if rocky && primary.first() == Some(&1) {
        (volume, joliet) = (primary, false);
    }
    about(volume, joliet, rocky, specimen);
    if let Some((start, size)) = root(volume) {
        walk(bytes, start, size, joliet, rocky, specimen);
    }
}

fn about(volume: &[u8], joliet: bool, rocky: bool, specimen: &mut Specimen<'_, '_>) {
    let text = |at: usize, length: usize| name(piece(volume, at, length), joliet);
    specimen.property(
        "disk.system",
        match (joliet, rocky) {
            (_, true) => "ISO 9660 with Rock Ridge",
            (true, _) => "ISO 9660 with Joliet",
            _ => "ISO 9660",
        },
    );
    specimen.property("disk.volume", text(40, 32));
    specimen.property("disk.publisher", text(318, 128));
    specimen.property("disk.application", text(574, 128));
    let digits = String::from_utf8_lossy(piece(volume, 813, 14)).into_owned();
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|d| d.parse::<i16>().ok());
    if let (Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) =
        (part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14))
    {
        let zone = u8_at(volume, 829).unwrap_or(0);
        let date = [month, day, hour, minute, second].map(|n| u8::try_from(n).unwrap_or(0));
        specimen.property("disk.created", moment(year, date, zone).unwrap_or_default());
    }
}

/// A date with its zone in quarters of an hour → UTC.
fn moment(year: i16, [month, day, hour, minute, second]: [u8; 5], zone: u8) -> Option<String> {
    let small = |value: u8| i8::try_from(value).ok();
    let date = jiff::civil::DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    )
    .ok()?;
    let seconds = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    time::unix(seconds - i64::from(zone.cast_signed()) * 900)
}

fn name(raw: &[u8], joliet: bool) -> String {
    if joliet {
        let units = raw.chunks_exact(2).filter_map(|pair| be16_at(pair, 0));
        return char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
    }
    forensics::charset::decode(raw, None).text.into_owned()
}

/// The name that Rock Ridge keeps beside the short one.
fn long_name(system: &[u8]) -> Option<String> {
    let mut rest = system;
    let mut out = Vec::new();
    while let [a, b, length, _, ..] = rest {
        let field = rest.get(..usize::from(*length)).filter(|field| field.len() >= 4)?;
        if (*a, *b) == (b'N', b'M') {
            out.extend_from_slice(field.get(5..)?);
            if field.get(4).is_some_and(|flags| flags & 1 == 0) {
                break;
            }
        }
        rest = rest.get(field.len()..)?;
        if rest.first() == Some(&0) {
            break;
        }
    }
    (!out.is_empty()).then(|| forensics::charset::decode(&out, None).text.into_owned())
}

fn walk(bytes: &[u8], start: usize, size: usize, joliet: bool, rocky: bool, specimen: &mut Specimen<'_, '_>) {
    let mut folders = vec![(start, size, String::new())];
    let (mut seen, mut names) = (HashSet::new(), Seen::default());
    let mut records = 0usize;
    while let Some((start, size, path)) = folders.pop() {
        if !seen.insert(start) {
            specimen.odd("disk-folder-loop", &path);
            continue;
        }
        if seen.len() > FOLDERS {
            specimen.odd("files-limit", "");
            return;
        }
        let folder = piece(bytes, start, size.min(FOLDER_BYTES));
        let mut at = 0usize;
        let mut begun: Option<usize> = None;
        let mut whole = 0usize;
        while at < folder.len() {
            let length = usize::from(u8_at(folder, at).unwrap_or(0));
            if length < 34 {
                // Records do not cross sectors: the rest of this one is empty.
                at = (at / SECTOR + 1) * SECTOR;
                continue;
            }
            records += 1;
            if records > RECORDS {
                specimen.odd("files-limit", "");
                return;
            }
            let Some(record) = record(piece(folder, at, length)) else {
                break;
            };
            at += length;
            if matches!(record.name, [0 | 1]) {
                continue;
            }
            let short = name(record.name, joliet);
            let plain = short.split_once(';').map_or(short.as_str(), |(name, _)| name).trim_end_matches('.');
            let long = if rocky { long_name(record.system) } else { None };
            let full = format!("{path}{}", long.as_deref().unwrap_or(plain));
            if record.folder {
                folders.push((record.start, record.size, format!("{full}/")));
                continue;
            }
            // Extents of a large file stand behind each other.
            let first = *begun.get_or_insert(record.start);
            whole = whole.saturating_add(record.size);
            if record.more {
                continue;
            }
            begun = None;
            let total = std::mem::take(&mut whole);
            if !file(bytes, full, first, total, record.date, &mut names, specimen) {
                return;
            }
        }
    }
}

fn file(
    bytes: &[u8],
    name: String,
    start: usize,
    size: usize,
    date: &[u8],
    names: &mut Seen,
    specimen: &mut Specimen<'_, '_>,
) -> bool {
    let modified = match date {
        [year, rest @ .., zone] => {
            <[u8; 5]>::try_from(rest).ok().and_then(|rest| moment(1900 + i16::from(*year), rest, *zone))
        }
        _ => None,
    };
    let found = Found { name, size, packed: bytes.len() as u64, modified, created: None };
    give(specimen, names, found, |room| Cow::Borrowed(piece(bytes, start, room)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Job, Limits};

    fn entry(sector: u32, size: u32, flags: u8, name: &[u8], system: &[u8]) -> Vec<u8> {
        let mut out = vec![0, 0];
        out.extend(sector.to_le_bytes());
        out.extend(sector.to_be_bytes());
        out.extend(size.to_le_bytes());
        out.extend(size.to_be_bytes());
        out.extend([113, 8, 7, 9, 12, 0, 36, flags, 0, 0, 1, 0, 0, 1, name.len() as u8]);
        out.extend(name);
        if name.len().is_multiple_of(2) {
            out.push(0);
        }
        out.extend(system);
        out[0] = out.len() as u8;
        out
    }

    fn image(joliet: bool, records: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = vec![0; 22 * SECTOR];
        let mut put = |at: usize, data: &[u8]| bytes[at..at + data.len()].copy_from_slice(data);
        for (sector, kind, root) in [(16, 1, 19), (17, 2, 20)] {
            if kind == 2 && !joliet {
                continue;
            }
            put(sector * SECTOR, &[kind]);
            put(sector * SECTOR + 1, b"CD001\x01");
            put(sector * SECTOR + 40, if kind == 2 { &b"\0L\0A\0B\0E\0L"[..] } else { &b"LABEL"[..] });
            if kind == 2 {
                put(sector * SECTOR + 88, b"%/E");
            }
            put(sector * SECTOR + 156, &entry(root, 2048, 2, b"\0", b""));
        }
        put(18 * SECTOR, b"\xffCD001\x01");
        let folder: Vec<u8> = records.concat();
        put(if joliet { 20 } else { 19 } * SECTOR, &folder);
        put(21 * SECTOR, b"hello");
        bytes
    }

    fn open(bytes: &[u8]) -> crate::Opened {
        let job = Job { name: Some("a.iso"), place: "attachment[0]", inline: false, bytes };
        crate::open(&job, &[], &Limits::default())
    }

    #[test]
    fn joliet_names_and_dates_are_read_and_a_folder_in_itself_is_told() {
        let wide: Vec<u8> = "請求書.txt;1".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let bytes = image(true, &[entry(21, 5, 0, &wide, b""), entry(20, 2048, 2, b"\0d", b"")]);
        let opened = open(&bytes);
        let child = &opened.attachment.children[0];
        assert_eq!((child.name.as_deref(), child.text.as_str()), (Some("請求書.txt"), "hello"));
        assert_eq!(child.properties[0].value, "2013-08-07T00:12:00Z");
        assert!(opened.attachment.properties.iter().any(|p| p.name == "disk.volume" && p.value == "LABEL"));
        assert_eq!(opened.oddities[0].id, "disk-folder-loop");
    }

    #[test]
    fn rock_ridge_names_are_read_and_a_file_beyond_the_end_is_told() {
        let records = [
            entry(19, 2048, 2, b"\0", b"SP\x07\x01\xbe\xef\0"),
            entry(21, 5, 0, b"A.TXT;1", b"NM\x0e\x01\0long.html"),
            entry(900, 5, 0, b"B.TXT;1", b""),
        ];
        let opened = open(&image(false, &records));
        let names: Vec<_> = opened.attachment.children.iter().filter_map(|c| c.name.as_deref()).collect();
        assert_eq!(names, ["long.html", "B.TXT"]);
        assert_eq!(opened.oddities[0].id, "disk-cut");
    }
}
