//! ARJ: its list, and the entries that are stored.

use super::names;
use crate::binary::{piece, u8_at, u16_at, u32_at};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;

/// Entries of one archive that are read.
const ENTRIES: usize = 4_000;

/// Extended headers of one entry that are stepped over.
const EXTENDED: usize = 16;

/// The longest basic header that the format allows.
const HEADER_BYTES: usize = 2_600;

pub(crate) static ANALYSER: Analyser = Analyser { kinds: &["arj"], run, tells: &[], oddities: &[] };

/// One header: the archive's own, or an entry's.
struct Header<'a> {
    body: &'a [u8],
    name: &'a [u8],
    comment: &'a [u8],
    /// Where the data starts.
    data: usize,
}

fn header(bytes: &[u8], at: usize) -> Option<Header<'_>> {
    if u16_at(bytes, at)? != 0xea60 {
        return None;
    }
    let size = usize::from(u16_at(bytes, at.checked_add(2)?)?);
    if !(30..=HEADER_BYTES).contains(&size) {
        return None;
    }
    let body = bytes.get(at + 4..at + 4 + size)?;
    let texts = body.get(usize::from(u8_at(body, 0)?)..)?;
    let mut texts = texts.split(|byte| *byte == 0);
    let (name, comment) = (texts.next()?, texts.next().unwrap_or(&[]));
    let mut data = at + 8 + size;
    for _ in 0..EXTENDED {
        match usize::from(u16_at(bytes, data)?) {
            0 => break,
            length => data = data.checked_add(6 + length)?,
        }
    }
    Some(Header { body, name, comment, data: data + 2 })
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(first) = header(bytes, 0) else {
        specimen.odd("archive-undecodable", "");
        return;
    };
    specimen.property("archive.version", u8_at(first.body, 1).unwrap_or(0).to_string());
    specimen.property("archive.created-on", system(u8_at(first.body, 3)));
    let comment = forensics::charset::decode(first.comment, None).text.into_owned();
    specimen.property("archive.comment", comment);
    let mut headers = Vec::new();
    let mut at = first.data;
    while headers.len() < ENTRIES {
        let Some(header) = header(bytes, at) else {
            if bytes.get(at..at.saturating_add(4)) != Some(b"\x60\xea\0\0") {
                specimen.odd("archive-cut", "");
            }
            break;
        };
        let packed = u32_at(header.body, 12).and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
        let next = header.data.saturating_add(packed);
        headers.push((header, packed));
        at = next;
    }
    let raw: Vec<&[u8]> = headers.iter().map(|(header, _)| header.name).collect();
    for ((header, packed), name) in headers.iter().zip(names::decode(&raw)) {
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            return;
        }
        super::path(specimen, &name);
        entry(bytes, header, *packed, name.replace('\\', "/"), specimen);
    }
}

fn entry(bytes: &[u8], header: &Header<'_>, packed: usize, name: String, specimen: &mut Specimen<'_, '_>) {
    let body = header.body;
    // 3 is a folder, 4 a volume's label.
    if matches!(u8_at(body, 6), Some(3 | 4)) {
        return;
    }
    let (flags, method) = (u8_at(body, 4).unwrap_or(0), u8_at(body, 5).unwrap_or(0));
    let label = format!("arj {method}");
    specimen.property("archive.method", label.as_str());
    let encrypted = flags & 1 != 0;
    let data = piece(bytes, header.data, packed.min(specimen.room(packed as u64)));
    let content = (method == 0 && !encrypted).then_some(data);
    if encrypted {
        specimen.property("archive.encryption", "ARJ");
        specimen.odd("password-unknown", &name);
    } else if content.is_none() {
        specimen.odd("method-not-supported", &name);
    } else if data.len() < packed {
        specimen.odd("archive-cut", &name);
    }
    let stamp = u32_at(body, 8).unwrap_or(0);
    let moment = time::dos((stamp >> 16) as u16, stamp as u16).unwrap_or_default();
    specimen.child(Entry {
        name: Some(name),
        size: u32_at(body, 16).unwrap_or(0).into(),
        encrypted: Some(encrypted),
        content,
        properties: vec![("entry.method", label), ("entry.modified", moment)],
        ..Entry::default()
    });
}

fn system(number: Option<u8>) -> &'static str {
    match number {
        Some(0) => "MS-DOS",
        Some(2) => "Unix",
        Some(3) => "Amiga",
        Some(4) => "Macintosh",
        Some(5) => "OS/2",
        Some(10 | 11) => "Windows",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use crate::{Job, Limits};

    fn header(flags: u8, method: u8, kind: u8, size: u32, name: &[u8]) -> Vec<u8> {
        let mut body = vec![30, 11, 1, 0, flags, method, kind, 0];
        body.extend(0x4307_4980u32.to_le_bytes());
        body.extend(size.to_le_bytes());
        body.extend(size.to_le_bytes());
        body.extend([0; 10]);
        body.extend(name);
        body.extend([0, 0]);
        let mut out = vec![0x60, 0xea];
        out.extend((body.len() as u16).to_le_bytes());
        out.extend(body);
        out.extend([0; 6]);
        out
    }

    #[test]
    fn stored_entries_are_opened_and_the_others_listed() {
        let mut bytes = header(0, 0, 2, 0, b"a.arj");
        bytes.extend(header(0, 0, 0, 5, b"\x90\xbf\x8b\x81\x8f\x91.txt"));
        bytes.extend(b"hello");
        bytes.extend(header(0, 1, 0, 3, b"packed.exe"));
        bytes.extend(b"xyz");
        bytes.extend(header(1, 0, 0, 3, b"secret.doc"));
        bytes.extend(b"xyz");
        bytes.extend([0x60, 0xea, 0, 0]);
        let job = Job { name: Some("a.arj"), place: "attachment[0]", inline: false, bytes: &bytes };
        let opened = crate::open(&job, &[], &Limits::default());
        let told: Vec<_> = opened
            .attachment
            .children
            .iter()
            .map(|c| (c.name.as_deref().unwrap(), c.text.as_str(), c.encrypted))
            .collect();
        assert_eq!(
            told,
            [("請求書.txt", "hello", None), ("packed.exe", "", Some(false)), ("secret.doc", "", Some(true))]
        );
        let ids: Vec<_> = opened.oddities.iter().map(|o| o.id.as_str()).collect();
        assert_eq!(ids, ["method-not-supported", "password-unknown"]);
    }
}
