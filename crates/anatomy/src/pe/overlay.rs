//! What follows the last section: the archive of a self-extracting program, an installer's data, or a second file.

use std::ops::Range;

use crate::specimen::{Entry, Specimen};

use super::Pe;

/// Bytes in front of an archive that a self-extractor may use for its settings.
const SETTINGS: usize = 64 << 10;

/// Archives as they begin.
const ARCHIVES: [&[u8]; 4] = [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"PK\x03\x04", b"MSCF\0\0\0\0"];

pub(super) fn read(pe: &Pe<'_>, certificates: Option<Range<usize>>, specimen: &mut Specimen<'_, '_>) {
    let ends = pe.sections.iter().filter(|s| s.size > 0).map(|s| pe.start(s).saturating_add(s.size));
    let start = ends.max().unwrap_or(pe.headers_size).max(pe.headers_size);
    let end = certificates.filter(|c| c.start >= start).map_or(pe.bytes.len(), |c| c.start);
    told(pe.bytes, start, end, specimen);
}

/// Says what stands between two places, and opens it if it is an archive or a program.
pub(super) fn told(bytes: &[u8], start: usize, end: usize, specimen: &mut Specimen<'_, '_>) {
    let Some(overlay) = bytes.get(start..end).filter(|o| o.iter().any(|b| *b != 0)) else {
        return;
    };
    specimen.property("pe.overlay-offset", start.to_string());
    specimen.property("pe.overlay-size", overlay.len().to_string());
    let head = overlay.get(..SETTINGS).unwrap_or(overlay);
    let archive = ARCHIVES.iter().filter_map(|sign| memchr::memmem::find(head, sign)).min();
    // An LZH archive has its sign behind two bytes.
    let lzh = memchr::memmem::find_iter(head, b"-lh")
        .filter(|at| head.get(at + 4) == Some(&b'-'))
        .find_map(|at| at.checked_sub(2));
    let kind = forensics::kind::look(None, overlay).kind.word;
    if memchr::memmem::find(head.get(..64).unwrap_or(head), b"NullsoftInst").is_some() {
        specimen.property("pe.overlay-kind", "nsis");
    } else if let Some(at) = archive.or(lzh) {
        let content = overlay.get(at..).unwrap_or(&[]);
        specimen.property("pe.overlay-kind", forensics::kind::look(None, content).kind.word);
        specimen.child(Entry {
            size: content.len() as u64,
            content: Some(content),
            properties: vec![("entry.offset", start.saturating_add(at).to_string())],
            ..Entry::default()
        });
    } else {
        specimen.property("pe.overlay-kind", kind);
        if matches!(kind, "exe" | "dll") {
            specimen.child(Entry {
                size: overlay.len() as u64,
                content: Some(overlay),
                properties: vec![("entry.offset", start.to_string())],
                ..Entry::default()
            });
        }
    }
}
