//! OLE compound documents: the kind's own text and links, properties, and the objects embedded in storages.

use forensics::charset;
use forensics::ole::{Entry as Stored, Ole};

use crate::binary::{guid, piece, u16_at, u32_at, utf16};
use crate::specimen::{Entry, Specimen};

use super::links::relate;
use super::ooxml::EMBEDDED;
use super::{activity, compound, crypt, doc, ppt, propset, xls};

/// Bytes of one main stream.
pub(super) const STREAM_BYTES: usize = 64 << 20;

/// Bytes of a small descriptive stream.
const SMALL_BYTES: usize = 64 << 10;

/// Storages searched for objects.
const STORAGES: usize = 2_000;

/// Bytes of the path to a storage.
const PATH_BYTES: usize = 1_024;

/// Links taken from one stream without structure.
const LINKS: usize = 200;

pub(super) fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(ole) = Ole::open(bytes) else {
        specimen.odd("document-damaged", "");
        return;
    };
    propset::run(&ole, specimen);
    let outcome = crypt::run(&ole, specimen);
    if outcome == crypt::Outcome::Opened {
        return;
    }
    // Of a document that stays shut, properties and objects may still be plain.
    if outcome == crypt::Outcome::Plain {
        text(&ole, specimen);
    }
    objects(&ole, specimen);
}

/// What a reader sees, and the links in it.
fn text(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) {
    if let Some(stream) = main(ole, "WordDocument") {
        doc::run(ole, &stream, specimen);
    } else if let Some(stream) = main(ole, "Workbook").or_else(|| main(ole, "Book")) {
        xls::run(&stream, specimen);
    } else if let Some(stream) = main(ole, "PowerPoint Document") {
        ppt::run(ole, &stream, specimen);
    }
    if matches!(specimen.file.kind.as_str(), "pub" | "vsd" | "vss" | "vst" | "wps") {
        for entry in ole.entries.iter().filter(|e| e.is_stream()).take(EMBEDDED) {
            for link in links_in(&ole.stream(entry, 4 << 20)) {
                relate(specimen, "hyperlink", &link);
            }
        }
    }
}

/// A stream at the root.
pub(super) fn main<'a>(ole: &Ole<'a>, name: &str) -> Option<std::borrow::Cow<'a, [u8]>> {
    let entry = ole.child(0, name).and_then(|i| ole.entries.get(i)).filter(|e| e.is_stream())?;
    Some(ole.stream(entry, STREAM_BYTES))
}

/// Objects in the root (an embedded object's own file) and in every storage below it.
fn objects(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) {
    let mut stack = vec![(0usize, String::new())];
    let mut seen = vec![false; ole.entries.len()];
    let mut given = 0;
    for _ in 0..STORAGES {
        let Some((storage, path)) = stack.pop() else { return };
        let Some(entry) = ole.entries.get(storage) else { continue };
        let children = ole.children(storage);
        let has = |name: &str| {
            let found = children.iter().filter_map(|i| ole.entries.get(*i));
            found.clone().find(|e| e.is_stream() && e.name.eq_ignore_ascii_case(name))
        };
        let pooled = storage != 0 && (path.contains("ObjectPool/") || entry.name.starts_with("MBD"));
        if storage != 0 && (pooled || has("\u{1}CompObj").is_some()) || specimen.file.kind == "ole" {
            if let Some(id) = guid(&entry.clsid) {
                activity::class(specimen, &id);
            }
            let described = has("\u{1}CompObj");
            if let Some(program) = described.and_then(|s| program(&ole.stream(s, SMALL_BYTES))) {
                activity::program(specimen, &program);
            }
        }
        if has("Equation Native").is_some() {
            activity::program(specimen, "Equation.3");
        }
        if let Some(stream) = has("\u{1}Ole") {
            for link in links_in(&ole.stream(stream, SMALL_BYTES)) {
                relate(specimen, "ole-link", &link);
            }
        }
        if given < EMBEDDED && specimen.has_room() {
            if let Some(stream) = has("\u{1}Ole10Native") {
                native(ole, stream, &path, specimen);
                given += 1;
            }
            let content = ["Package", "CONTENTS"].iter().find_map(|name| has(name));
            if let Some(stream) = content.filter(|_| storage != 0 || specimen.file.kind == "ole") {
                let bytes = ole.stream(stream, specimen.room(u64::MAX));
                child(specimen, format!("{path}{}", stream.name), &bytes, Vec::new());
                given += 1;
            }
            let whole = ["WordDocument", "Workbook", "Book", "PowerPoint Document", "VisioDocument"];
            if storage != 0 && whole.iter().any(|name| has(name).is_some()) {
                let bytes = compound::write(ole, storage, &[], specimen.room(u64::MAX));
                child(specimen, path.trim_end_matches('/').to_owned(), &bytes, Vec::new());
                given += 1;
                // What is inside of it is told there.
                continue;
            }
        }
        for index in children {
            let entry = ole.entries.get(index).filter(|e| !e.is_stream() && path.len() < PATH_BYTES);
            // Marked when it is put on the stack, so that storages that claim the same children do not fill it.
            if let Some(entry) = entry
                && seen.get_mut(index).is_some_and(|s| !std::mem::replace(s, true))
            {
                stack.push((index, format!("{path}{}/", entry.name)));
            }
        }
    }
}

fn child(
    specimen: &mut Specimen<'_, '_>,
    name: String,
    bytes: &[u8],
    properties: Vec<(&'static str, String)>,
) {
    if bytes.is_empty() {
        return;
    }
    let name = Some(name.replace(char::is_control, ""));
    specimen.child(Entry { name, content: Some(bytes), properties, ..Entry::default() });
}

/// The program's name from a CompObj stream.
fn program(bytes: &[u8]) -> Option<String> {
    let text = |at: usize| -> Option<(String, usize)> {
        let length = usize::try_from(u32_at(bytes, at)?).ok()?.min(bytes.len());
        let raw = piece(bytes, at + 4, length).split(|b| *b == 0).next().unwrap_or(&[]);
        Some((String::from_utf8_lossy(raw).into_owned(), at + 4 + length))
    };
    let (_, at) = text(28)?;
    let at = match u32_at(bytes, at)? {
        0 => at + 4,
        0xffff_ffff | 0xffff_fffe => at + 8,
        _ => text(at)?.1,
    };
    let (name, _) = text(at)?;
    let fine = !name.is_empty() && name.len() < 60 && name.bytes().all(|b| b.is_ascii_graphic());
    fine.then_some(name)
}

/// URLs and shares in UTF-16, and shares in one byte a letter: monikers without their structure, which exploits bend.
pub(super) fn links_in(bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for needle in [&b"h\0t\0t\0p\0"[..], b"\\\0\\\0", b"f\0i\0l\0e\0:\0"] {
        for at in memchr::memmem::find_iter(bytes, needle).take(LINKS) {
            let text = utf16(piece(bytes, at, 4_096));
            let end = text.find(|c: char| c.is_control() || c == '\u{fffd}').unwrap_or(text.len());
            found.extend(text.get(..end).map(str::to_owned));
        }
    }
    for at in memchr::memmem::find_iter(bytes, b"\\\\").take(LINKS) {
        let raw = piece(bytes, at, 1_024).split(|b| *b < 0x20).next().unwrap_or(&[]);
        found.push(charset::decode(raw, None).text.into_owned());
    }
    let fine =
        |l: &String| (l.contains("://") || l.starts_with("\\\\")) && l.len() > 7 && !l.contains('\u{fffd}');
    found.retain(fine);
    found.dedup();
    found
}

/// What the packager embedded: its label, the paths it came from, and the file.
fn native(ole: &Ole<'_>, stream: &Stored, path: &str, specimen: &mut Specimen<'_, '_>) {
    let bytes = ole.stream(stream, specimen.room(u64::MAX));
    if let Some((label, target)) = linked(&bytes) {
        specimen.property("package.label", label);
        relate(specimen, "package-link", &target);
        return;
    }
    match packaged(&bytes) {
        Some(package) => {
            let base = package.label.rsplit(['/', '\\']).next().unwrap_or("").to_owned();
            let base = if base.is_empty() { "package".to_owned() } else { base };
            let notes = vec![
                ("package.label", package.label),
                ("package.path", package.path),
                ("package.temp-path", package.temp),
            ];
            child(specimen, base, package.data, notes);
        }
        None => child(specimen, format!("{path}Ole10Native"), piece(&bytes, 4, usize::MAX), Vec::new()),
    }
}

struct Packaged<'b> {
    label: String,
    path: String,
    temp: String,
    data: &'b [u8],
}

/// Text up to its NUL, and where it ends.
fn until_zero(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = bytes.get(at..)?;
    let end = memchr::memchr(0, rest.get(..2_048).unwrap_or(rest))?;
    Some((rest.get(..end)?, at + end + 1))
}

/// The packager's link to a file that is not embedded: its label, and where it points.
fn linked(bytes: &[u8]) -> Option<(String, String)> {
    let (label, at) = until_zero(bytes, 6).filter(|_| u16_at(bytes, 4) == Some(2))?;
    let (_, at) = until_zero(bytes, at)?;
    let (target, _) = until_zero(bytes, at + 6).filter(|_| u16_at(bytes, at + 2) == Some(1))?;
    let text = |raw: &[u8]| charset::decode(raw, None).text.into_owned();
    Some((text(label), text(target)))
}

/// The packager's layout; `None` for data of another program, which stands there bare.
fn packaged(bytes: &[u8]) -> Option<Packaged<'_>> {
    if u16_at(bytes, 4)? != 2 {
        return None;
    }
    let (label, at) = until_zero(bytes, 6)?;
    let (path, at) = until_zero(bytes, at)?;
    let length = usize::try_from(u32_at(bytes, at + 4)?).ok()?.min(bytes.len());
    let temp = piece(bytes, at + 8, length).split(|b| *b == 0).next().unwrap_or(&[]);
    let at = at + 8 + length;
    let size = usize::try_from(u32_at(bytes, at)?).ok()?;
    let data = piece(bytes, at + 4, size);
    // The same three in UTF-16 may follow: temp path, label, path.
    let mut at = (at + 4).saturating_add(size);
    let mut wide = || -> Option<String> {
        let length = usize::try_from(u32_at(bytes, at)?).ok()?.saturating_mul(2);
        let text = bytes.get(at.checked_add(4)?..at.checked_add(4)?.checked_add(length)?)?;
        at += 4 + length;
        Some(utf16(text)).filter(|t| !t.is_empty())
    };
    let (wide_temp, wide_label, wide_path) = (wide(), wide(), wide());
    let narrow = |raw: &[u8]| charset::decode(raw, None).text.into_owned();
    Some(Packaged {
        label: wide_label.unwrap_or_else(|| narrow(label)),
        path: wide_path.unwrap_or_else(|| narrow(path)),
        temp: wide_temp.unwrap_or_else(|| narrow(temp)),
        data,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packager_link_gives_where_it_points() {
        let bytes = b"K\0\0\0\x02\0a.txt\0C:\\x\\a.txt\0\0\0\x01\0\x01\0C:\\y\\a.txt\0";
        assert_eq!(linked(bytes), Some(("a.txt".to_owned(), "C:\\y\\a.txt".to_owned())));
    }

    #[test]
    fn the_packager_layout_gives_label_paths_and_file() {
        let mut bytes = vec![0; 4];
        bytes.extend_from_slice(b"\x02\0note.txt\0C:\\a\\note.txt\0\0\0\x03\0\x0a\0\0\0C:\\t\\n.txt");
        bytes.extend_from_slice(b"\x05\0\0\0hello");
        let package = packaged(&bytes).unwrap();
        assert_eq!((package.label.as_str(), package.data), ("note.txt", &b"hello"[..]));
        assert_eq!((package.path.as_str(), package.temp.as_str()), ("C:\\a\\note.txt", "C:\\t\\n.txt"));
        assert!(packaged(b"\0\0\0\0\x07\0").is_none());
    }
}
