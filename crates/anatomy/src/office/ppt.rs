//! PowerPoint's binary presentations ([MS-PPT]): text, links, embedded objects, pictures.

use forensics::ole::Ole;

use crate::binary::{piece, u16_at, u32_at, utf16};
use crate::specimen::{Entry, Specimen};

use super::links::{relate, visible_text};
use super::ole::main;
use super::ooxml::EMBEDDED;
use super::package::inflate_zlib;
use super::parts::push;

/// Records of one presentation.
const RECORDS: usize = 1_000_000;

/// A record's header.
pub(super) struct Record {
    pub(super) version: u16,
    pub(super) kind: u16,
    pub(super) length: usize,
}

pub(super) fn record(bytes: &[u8], at: usize) -> Option<Record> {
    Some(Record {
        version: u16_at(bytes, at)?,
        kind: u16_at(bytes, at.checked_add(2)?)?,
        length: usize::try_from(u32_at(bytes, at.checked_add(4)?)?).ok()?,
    })
}

pub(super) fn run(ole: &Ole<'_>, stream: &[u8], specimen: &mut Specimen<'_, '_>) {
    let mut text = String::new();
    let (mut at, mut given) = (0usize, 0usize);
    for _ in 0..RECORDS {
        let Some(record) = record(stream, at) else { break };
        let data = piece(stream, at + 8, record.length);
        at += 8;
        // Containers are stepped into: every record inside is met in turn.
        if record.version & 15 == 15 {
            continue;
        }
        at = at.saturating_add(record.length);
        match record.kind {
            0x0fa0 => {
                push(&mut text, &utf16(data).replace('\r', "\n"));
                push(&mut text, "\n");
            }
            0x0fa8 => {
                let plain: String = data.iter().map(|b| char::from(*b)).collect();
                push(&mut text, &plain.replace('\r', "\n"));
                push(&mut text, "\n");
            }
            0x0fba => {
                let target = utf16(data);
                if target.contains("://") || target.starts_with("\\\\") {
                    relate(specimen, "hyperlink", &target);
                }
            }
            0x1011 if given < EMBEDDED && specimen.has_room() => {
                given += 1;
                let packed = record.version >> 4 == 1;
                let room = specimen.room(data.len() as u64);
                let content = inflate_zlib(piece(data, 4, if packed { usize::MAX } else { 0 }), room);
                let bytes = if packed { content.bytes.as_slice() } else { data };
                let name = Some(format!("object{given}.bin"));
                let content = Some(bytes).filter(|b| !b.is_empty());
                specimen.child(Entry { name, content, ..Entry::default() });
            }
            _ => {}
        }
    }
    pictures(ole, specimen);
    visible_text(specimen, &text);
}

/// The pictures' stream: PNG and JPEG as files inside, all of them counted.
fn pictures(ole: &Ole<'_>, specimen: &mut Specimen<'_, '_>) {
    let Some(stream) = main(ole, "Pictures") else {
        specimen.property("document.images", "0");
        return;
    };
    let (mut at, mut count) = (0usize, 0usize);
    while let Some(record) = record(&stream, at).filter(|r| (0xf01a..=0xf029).contains(&r.kind)) {
        let data = piece(&stream, at + 8, record.length);
        at = at.saturating_add(8).saturating_add(record.length);
        count += 1;
        let ending = match record.kind {
            0xf01d | 0xf02a => "jpg",
            0xf01e => "png",
            _ => continue,
        };
        // One or two ids stand before the picture, and a byte.
        let head = if record.version >> 4 & 1 == 1 { 33 } else { 17 };
        let content = Some(piece(data, head, usize::MAX)).filter(|b| !b.is_empty());
        let name = Some(format!("picture{count}.{ending}"));
        if count > EMBEDDED || !specimen.child(Entry { name, content, inline: true, ..Entry::default() }) {
            break;
        }
    }
    specimen.property("document.images", count.to_string());
}
