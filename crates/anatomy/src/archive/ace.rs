//! ACE: its list, and the entries that are stored.

use super::names;
use crate::binary::{piece, u8_at, u16_at, u32_at};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;

/// Blocks of one archive that are read.
const BLOCKS: usize = 8_000;

pub(crate) static ANALYSER: Analyser = Analyser { kinds: &["ace"], run, tells: &[], oddities: &[] };

struct Block<'a> {
    kind: u8,
    flags: u16,
    /// What follows type and flags.
    body: &'a [u8],
    data: usize,
    packed: usize,
}

fn block(bytes: &[u8], at: usize) -> Option<Block<'_>> {
    let size = usize::from(u16_at(bytes, at.checked_add(2)?)?);
    let head = bytes.get(at + 4..at + 4 + size)?;
    let (kind, flags) = (u8_at(head, 0)?, u16_at(head, 1)?);
    let packed = if flags & 1 != 0 { usize::try_from(u32_at(head, 3)?).ok()? } else { 0 };
    Some(Block { kind, flags, body: head.get(3..)?, data: at + 4 + size, packed })
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(first) = block(bytes, 0) else {
        specimen.odd("archive-cut", "");
        return;
    };
    // The sign of seven bytes, then the versions needed and made by, the system, the volume.
    let version = u8_at(first.body, 7).unwrap_or(0);
    specimen.property("archive.version", format!("{}.{}", version / 10, version % 10));
    let host = match u8_at(first.body, 9) {
        Some(0) => "MS-DOS",
        Some(1) => "OS/2",
        Some(2) => "Windows",
        Some(3) => "Unix",
        _ => "",
    };
    specimen.property("archive.created-on", host);
    if first.flags & 0x8000 != 0 {
        specimen.property("archive.solid", "yes");
    }
    if first.flags & 0x0800 != 0 {
        specimen.property("archive.volume", u8_at(first.body, 10).unwrap_or(0).saturating_add(1).to_string());
        specimen.odd("archive-volume", "");
    }
    let mut entries = Vec::new();
    let mut at = first.data;
    for _ in 0..BLOCKS {
        if at >= bytes.len() {
            break;
        }
        let Some(block) = block(bytes, at) else {
            specimen.odd("archive-cut", "");
            break;
        };
        at = block.data.saturating_add(block.packed);
        if block.kind == 1 {
            let length = usize::from(u16_at(block.body, 26).unwrap_or(0));
            entries.push((piece(block.body, 28, length), block));
        }
    }
    let raw: Vec<&[u8]> = entries.iter().map(|(name, _)| *name).collect();
    for ((_, block), name) in entries.iter().zip(names::decode(&raw)) {
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            return;
        }
        super::path(specimen, &name);
        entry(bytes, block, name.replace('\\', "/"), specimen);
    }
}

fn entry(bytes: &[u8], block: &Block<'_>, name: String, specimen: &mut Specimen<'_, '_>) {
    let body = block.body;
    if u32_at(body, 12).unwrap_or(0) & 0x10 != 0 {
        return;
    }
    let encrypted = block.flags & 0x4000 != 0;
    let method = match u8_at(body, 20) {
        Some(0) => "store",
        Some(1) => "ace 1",
        Some(2) => "ace 2",
        _ => "unknown",
    };
    specimen.property("archive.method", method);
    let data = piece(bytes, block.data, block.packed.min(specimen.room(block.packed as u64)));
    let content = (method == "store" && !encrypted).then_some(data);
    if encrypted {
        specimen.property("archive.encryption", "ACE");
        specimen.odd("password-unknown", &name);
    } else if content.is_none() {
        specimen.odd("method-not-supported", &name);
    } else if data.len() < block.packed {
        specimen.odd("archive-cut", &name);
    }
    let stamp = u32_at(body, 8).unwrap_or(0);
    specimen.child(Entry {
        name: Some(name),
        size: u32_at(body, 4).unwrap_or(0).into(),
        encrypted: Some(encrypted),
        content,
        properties: vec![
            ("entry.method", method.to_owned()),
            ("entry.modified", time::dos((stamp >> 16) as u16, stamp as u16).unwrap_or_default()),
        ],
        ..Entry::default()
    });
}

#[cfg(test)]
mod tests {
    use crate::{Job, Limits};

    fn block(body: &[u8]) -> Vec<u8> {
        let mut out = vec![0, 0];
        out.extend((body.len() as u16).to_le_bytes());
        out.extend(body);
        out
    }

    #[test]
    fn stored_entries_are_opened_and_encrypted_ones_listed() {
        let mut bytes = block(b"\0\0\0**ACE**\x14\x14\x02\0\0\0\0\0\0\0\0\0\0\0");
        for (flags, name) in [(1u16, b"a.txt"), (0x4001, b"b.txt")] {
            let mut body = vec![1];
            body.extend(flags.to_le_bytes());
            body.extend(5u32.to_le_bytes());
            body.extend(5u32.to_le_bytes());
            body.extend(0x4307_4980u32.to_le_bytes());
            body.extend(0x20u32.to_le_bytes());
            body.extend([0; 4]);
            body.extend([0, 0, 0, 0, 0, 0]);
            body.extend(5u16.to_le_bytes());
            body.extend(name);
            bytes.extend(block(&body));
            bytes.extend(b"hello");
        }
        let job = Job { name: Some("a.ace"), place: "attachment[0]", inline: false, bytes: &bytes };
        let opened = crate::open(&job, &[], &Limits::default());
        let told: Vec<_> = opened
            .attachment
            .children
            .iter()
            .map(|c| (c.name.as_deref().unwrap(), c.text.as_str(), c.encrypted))
            .collect();
        assert_eq!(told, [("a.txt", "hello", None), ("b.txt", "", Some(true))]);
        assert_eq!(opened.oddities[0].id, "password-unknown");
    }
}
