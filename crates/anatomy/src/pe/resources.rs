//! Resources: the version, languages, the icon, and files that are kept there.

use md5::{Digest, Md5};

use crate::binary::{hex, piece, u16_at, u32_at};
use crate::specimen::{Entry, Specimen};

use super::{Pe, icon, version};

/// Entries of all resource folders that are read.
const ENTRIES: usize = 4_000;

/// Files in resources that are opened.
const FILES: usize = 16;

pub(super) const ICON: u32 = 3;
pub(super) const ICON_GROUP: u32 = 14;
const VERSION: u32 = 16;

/// A resource, with its type, name and language as numbers.
pub(super) struct Leaf<'a> {
    pub(super) kind: u32,
    pub(super) name: u32,
    language: u32,
    pub(super) data: &'a [u8],
}

pub(super) fn read(pe: &Pe<'_>, specimen: &mut Specimen<'_, '_>) {
    let Some(root) = pe.directory(2).and_then(|(address, _)| pe.at(address)) else {
        return;
    };
    let leaves = leaves(pe, root);
    let mut languages: Vec<u32> = leaves.iter().map(|l| l.language).filter(|l| *l & 0x3ff != 0).collect();
    languages.sort_unstable();
    languages.dedup();
    for language in languages {
        specimen.property("pe.resource-language", named(language));
    }
    if let Some(leaf) = leaves.iter().find(|l| l.kind == VERSION) {
        version::read(leaf.data, specimen);
    }
    let groups = leaves.iter().filter(|l| l.kind == ICON_GROUP).count();
    if groups > 0 {
        specimen.property("pe.icon-groups", groups.to_string());
        let icons = leaves.iter().filter(|l| l.kind == ICON);
        if let Some(largest) = icons.max_by_key(|l| l.data.len()).filter(|l| !l.data.is_empty()) {
            specimen.property("pe.icon-md5", hex(&Md5::digest(largest.data)));
        }
    }
    icon::look(&leaves, specimen);
    let signs: [&[u8]; 4] = [b"MSCF\0\0\0\0", b"7z\xbc\xaf\x27\x1c", b"PK\x03\x04", b"MZ"];
    let files = leaves.iter().filter(|l| signs.iter().any(|sign| l.data.starts_with(sign)));
    for leaf in files.take(FILES) {
        let added = specimen.child(Entry {
            size: leaf.data.len() as u64,
            content: Some(leaf.data),
            properties: vec![("entry.resource", format!("{}/{}", leaf.kind & 0xffff, leaf.name & 0xffff))],
            ..Entry::default()
        });
        if !added {
            return;
        }
    }
}

/// Types, then names, then languages: three levels, never more.
fn leaves<'a>(pe: &Pe<'a>, root: usize) -> Vec<Leaf<'a>> {
    let mut left = ENTRIES;
    let mut out = Vec::new();
    for (kind, names) in entries(pe, root, 0, &mut left) {
        for (name, languages) in folder(pe, root, names, &mut left) {
            for (language, leaf) in folder(pe, root, languages, &mut left) {
                let at = root.saturating_add(leaf);
                let number = |at: usize| usize::try_from(u32_at(pe.bytes, at)?).ok();
                if let (Some(address), Some(size)) = (number(at), number(at + 4))
                    && let Some(place) = pe.at(address)
                {
                    out.push(Leaf { kind, name, language, data: piece(pe.bytes, place, size) });
                }
            }
        }
    }
    out
}

/// The entries of a folder that another entry leads to; nothing if it leads to a resource.
fn folder(pe: &Pe<'_>, root: usize, entry: usize, left: &mut usize) -> Vec<(u32, usize)> {
    if entry & 0x8000_0000 == 0 {
        return Vec::new();
    }
    entries(pe, root, entry & 0x7fff_ffff, left)
}

fn entries(pe: &Pe<'_>, root: usize, folder: usize, left: &mut usize) -> Vec<(u32, usize)> {
    let at = root.saturating_add(folder);
    let count = |at: usize| usize::from(u16_at(pe.bytes, at).unwrap_or(0));
    let all = count(at + 12) + count(at + 14);
    let mut out = Vec::new();
    for index in 0..all {
        if *left == 0 {
            break;
        }
        *left -= 1;
        let entry = at + 16 + index * 8;
        let (Some(id), Some(to)) = (u32_at(pe.bytes, entry), u32_at(pe.bytes, entry + 4)) else {
            break;
        };
        out.push((id, usize::try_from(to).unwrap_or(0)));
    }
    out
}

/// A Windows language, by its name where East Asia and its neighbours are concerned.
pub(super) fn named(language: u32) -> String {
    match language & 0xffff {
        0 => String::new(),
        0x0409 => "en-US".to_owned(),
        0x0809 => "en-GB".to_owned(),
        0x0411 => "ja-JP".to_owned(),
        0x0404 => "zh-TW".to_owned(),
        0x0804 => "zh-CN".to_owned(),
        0x0c04 => "zh-HK".to_owned(),
        0x1004 => "zh-SG".to_owned(),
        0x0412 => "ko-KR".to_owned(),
        0x0419 => "ru-RU".to_owned(),
        0x0407 => "de-DE".to_owned(),
        0x040c => "fr-FR".to_owned(),
        0x0c0a | 0x040a => "es-ES".to_owned(),
        0x0416 => "pt-BR".to_owned(),
        0x042a => "vi-VN".to_owned(),
        other => format!("0x{other:04x}"),
    }
}
