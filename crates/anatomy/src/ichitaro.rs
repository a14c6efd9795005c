//! Ichitaro documents (.jtd, .jtt, and their compressed forms .jtdc, .jttc): OLE compound files with their own
//! streams. The format is not published; what is read here was learnt from documents.

use forensics::ole::Ole;

use crate::binary::{be32_at, piece, u16_at};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::{oddities, time};

/// Bytes of one stream.
const STREAM_BYTES: usize = 32 << 20;

/// Streams named.
const STREAMS: usize = 150;

/// Texts in one stream.
const TEXTS: usize = 10_000;

/// Bytes of a name in the summary.
const NAME_BYTES: usize = 64;

/// Where a value's size stands after its name.
const SIZE_AT: usize = 12;

/// Where a value stands after its name.
const VALUE_AT: usize = 28;

/// Units in which a control sequence of a text ends.
const CONTROL_UNITS: usize = 64;

/// Embedded objects taken out.
const OBJECTS: usize = 100;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["jtd", "jtt", "jtdc", "jttc"],
    run,
    tells: &[],
    oddities: &[oddities::entry(
        "ichitaro-objects-limit",
        "文書の中のオブジェクトが多すぎるため一部だけを取り出しました",
        "There are too many objects in the document; only the first were taken out",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(ole) = Ole::open(bytes) else {
        return;
    };
    let stream = |name: &str| ole.find(name).filter(|e| e.is_stream()).map(|e| ole.stream(e, STREAM_BYTES));
    let mut names = Vec::new();
    for entry in ole.entries.iter().skip(1).filter(|e| !e.name.is_empty()).take(STREAMS) {
        let name = entry.name.trim_start_matches(|c: char| c.is_control()).to_owned();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    specimen.property("ichitaro.streams", names.join(" "));
    if let Some(summary) = stream("\u{4}JSRV_SummaryInformation") {
        properties(&summary, specimen);
    }
    // The part for readers, then what stands at the edges of pages.
    for name in ["DocumentText", "Header", "Footer", "Footnote", "Endnote"] {
        if let Some(bytes) = stream(name) {
            specimen.text(&text(&bytes));
        }
    }
    if let Some(packed) = stream("JSCompDocument") {
        compressed(&packed, specimen);
    }
    if stream("MacrosStream").is_some_and(|s| s.iter().filter(|b| **b != 0).count() > 2) {
        specimen.property("ichitaro.macros", "MacrosStream");
        if let Some(bytes) = stream("MacrosStream") {
            specimen.script("ichitaro-macro", "MacrosStream", &crate::script::words(&bytes));
        }
    }
    objects(&ole, specimen);
}

/// The texts of a stream: `TextV.01`, a count of UTF-16BE units, and the units.
fn text(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for _ in 0..TEXTS {
        let Some(n) = memchr::memmem::find(bytes.get(at..).unwrap_or(&[]), b"TextV.01") else {
            break;
        };
        let start = at + n + 8;
        let count = be32_at(bytes, start).and_then(|c| usize::try_from(c).ok()).unwrap_or(0);
        let data = piece(bytes, start + 4, count.saturating_mul(2));
        let units: Vec<u16> = data.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]])).collect();
        shown(&units, &mut out);
        out.push('\n');
        at = (start + 4 + data.len()).min(bytes.len());
    }
    out
}

/// Units without the control sequences among them: 0x1C with its length in the third unit, 0x1E in the second;
/// both count from their first unit to their closing 0x1D or 0x1F.
fn shown(units: &[u16], out: &mut String) {
    let mut at = 0;
    let mut kept = Vec::with_capacity(units.len());
    while let Some(unit) = units.get(at).copied() {
        let length = match unit {
            0x1c => units.get(at + 2),
            0x1e => units.get(at + 1),
            _ => None,
        };
        if let Some(length) = length {
            let length = usize::from(*length);
            let closes = |end: usize| units.get(end).is_some_and(|u| matches!(u, 0x1d | 0x1f));
            if length >= 2 && closes(at + length - 1) {
                at += length;
                continue;
            }
            // A length that leads nowhere: to the next closing unit.
            let rest = units.get(at + 1..).unwrap_or(&[]);
            let close = rest.iter().take(CONTROL_UNITS).position(|u| matches!(u, 0x1d | 0x1f));
            at += close.map_or(1, |n| n + 2);
            continue;
        }
        match unit {
            0x0a | 0x0d => kept.push(0x0a),
            0x09 => kept.push(0x09),
            0..=0x1f => {}
            other => kept.push(other),
        }
        at += 1;
    }
    out.push_str(&String::from_utf16_lossy(&kept));
}

/// Ichitaro's own summary: names in UTF-16LE, each followed by its value at a fixed distance.
fn properties(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    const NAMES: [(&str, &str, bool); 8] = [
        ("作成者", "document.author", false),
        ("前回更新者", "document.last-saved-by", false),
        ("最終アクセス者", "document.last-opened-by", false),
        ("見出し", "document.title", false),
        ("会社名", "document.company", false),
        ("作成日時", "document.created", true),
        ("前回更新日時", "document.modified", true),
        ("最終アクセス日時", "document.opened", true),
    ];
    for (name, property, is_date) in NAMES {
        let mark: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        // The whole name: nothing but zero bytes follows it.
        let found = memchr::memmem::find_iter(bytes, &mark).find(|at| {
            u16_at(bytes, at + mark.len()) == Some(0)
                && at.checked_sub(1).and_then(|b| bytes.get(b)) == Some(&0x31)
        });
        let Some(at) = found else {
            continue;
        };
        let head = at + NAME_BYTES;
        let Some(size) = u16_at(bytes, head + SIZE_AT).map(usize::from) else {
            continue;
        };
        let value = piece(bytes, head + VALUE_AT, size);
        if is_date {
            // The upper half stands first.
            let ticks = crate::binary::u64_at(value, 0).map(|ticks| ticks.rotate_left(32));
            if let Some(date) = ticks.and_then(time::filetime) {
                specimen.property(property, date);
            }
        } else {
            specimen.property(property, crate::binary::utf16(value));
        }
    }
}

/// A compressed document: an LHA archive behind a short header.
fn compressed(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let head = piece(bytes, 0, 256);
    let Some(at) = memchr::memmem::find(head, b"-lh").and_then(|at| at.checked_sub(2)) else {
        return;
    };
    let content = bytes.get(at..).unwrap_or(&[]);
    let name = Some("JSCompDocument.lzh".to_owned());
    specimen.child(Entry { name, content: Some(content), ..Entry::default() });
}

/// Files in streams of their own: packages, pictures, documents, programs.
fn objects(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) {
    let mut count = 0;
    for entry in &ole.entries {
        if !entry.is_stream() {
            let is_known =
                entry.clsid == [0; 16] || ole.entries.first().is_some_and(|root| root.clsid == entry.clsid);
            if let Some(class) = crate::binary::guid(&entry.clsid).filter(|_| !is_known) {
                specimen.property("object.class", class);
            }
            continue;
        }
        let native = entry.name.eq_ignore_ascii_case("\u{1}Ole10Native");
        let bytes = ole.stream(entry, STREAM_BYTES);
        let (name, content) = if native {
            match bytes.get(4..).and_then(crate::rtf::package) {
                Some(found) => found,
                None => continue,
            }
        } else if is_file(&bytes) {
            (Some(entry.name.clone()), bytes.into_owned())
        } else {
            continue;
        };
        count += 1;
        if count > OBJECTS {
            specimen.odd("ichitaro-objects-limit", "");
            return;
        }
        if !specimen.child(Entry { name, content: Some(&content), inline: !native, ..Entry::default() }) {
            return;
        }
    }
}

/// True for a stream that is a file by itself.
fn is_file(bytes: &[u8]) -> bool {
    bytes.len() >= 64
        && matches!(
            forensics::kind::of(None, bytes).word,
            "png"
                | "jpg"
                | "gif"
                | "bmp"
                | "tiff"
                | "emf"
                | "wmf"
                | "pdf"
                | "zip"
                | "docx"
                | "xlsx"
                | "pptx"
                | "doc"
                | "xls"
                | "ppt"
                | "ole"
                | "exe"
                | "dll"
                | "lnk"
                | "rtf"
                | "jtd"
                | "msi"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{compound, open};

    fn text_stream(units: &[u16]) -> Vec<u8> {
        let mut out = b"SsmgV.01\0\0\0\x01\0\0\x01\0\0\0\0\x01TextV.01".to_vec();
        out.extend(u32::try_from(units.len()).unwrap().to_be_bytes());
        out.extend(units.iter().flat_map(|u| u.to_be_bytes()));
        out
    }

    fn summary() -> Vec<u8> {
        let mut out = vec![0; 64];
        for (name, kind, value) in [
            ("作成者", 0x0du8, "山田\0".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
            ("作成日時", 0x0a, 130_203_295_200_000_000u64.rotate_left(32).to_le_bytes().to_vec()),
        ] {
            let mut record = vec![4, 0, 0, 0x31];
            record.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
            record.resize(4 + NAME_BYTES, 0);
            record.extend([7, 2, 0, 1, kind, 0, 0, 0, 1, 0, 0, 0]);
            record.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
            record.extend([0; 12]);
            record.extend(value);
            out.extend(record);
        }
        out
    }

    #[test]
    fn text_and_properties_are_read() {
        let mut units: Vec<u16> = "請求書".encode_utf16().collect();
        // A control sequence of seven units, as footnotes have.
        units.extend([0x1c, 1, 7, 0x41, 0x42, 1, 0x1d, 0x0a, 0x42]);
        let picture = [b"\x89PNG\r\n\x1a\n".as_slice(), &[7; 80]].concat();
        let file = compound(&[
            ("\u{4}JSRV_SegmentInformation", b"VDA_DOCO"),
            ("\u{4}JSRV_SummaryInformation", &summary()),
            ("DocumentText", &text_stream(&units)),
            ("Figure", &picture),
        ]);
        let opened = open("a.jtd", "jtd", &file);
        let attachment = &opened.attachment;
        assert_eq!(attachment.text, "請求書\nB");
        assert_eq!(attachment.property("document.author"), Some("山田"));
        assert_eq!(attachment.property("document.created"), Some("2013-08-07T06:12:00Z"));
        assert_eq!(attachment.children[0].kind, "png");
        for end in (0..file.len()).step_by(113) {
            open("a.jtd", "jtd", &file[..end]);
        }
    }

    #[test]
    fn a_compressed_document_is_handed_on_as_an_archive() {
        let packed =
            [b"&\0JustCompressedDocument\0\0\0\0\0\0\0\x01:\x15\x01\0\x01\0J)-lh5-".as_slice(), &[1; 60]]
                .concat();
        let file = compound(&[("JSCompDocument", &packed)]);
        let opened = open("a.jtdc", "jtd", &file);
        assert_eq!(opened.attachment.children[0].name.as_deref(), Some("JSCompDocument.lzh"));
        // The archive's header starts two bytes before its method.
        assert!(opened.attachment.children[0].size >= 67);
    }
}
