//! Which streams of a compound file are encrypted, and how they are made plain.

use std::borrow::Cow;

use forensics::ole::Ole;

use crate::binary::{piece, u16_at, u32_at};
use crate::office::ole::{STREAM_BYTES, main};
use crate::office::{compound, ppt, xls};

use super::agile::Agile;
use super::cipher::Rc4;
use super::rc4::Legacy;
use super::standard::Standard;
use super::{Lock, xor};

/// Bytes of Word's file header that stay plain.
const WORD_HEADER: usize = 0x44;

/// Bytes of an encryption description.
const INFO_BYTES: usize = 1 << 20;

/// Saved states of a presentation, and objects of one.
const EDITS: usize = 100;
const OBJECTS: usize = 100_000;

/// What protects a document, and where.
pub(super) struct Sealed {
    pub(super) lock: Box<dyn Lock>,
    how: How,
}

enum How {
    Agile(Agile),
    Standard(Standard),
    Word(Cipher),
    Excel(Cipher, &'static str),
    PowerPoint(Standard, Vec<(u32, usize)>),
}

enum Cipher {
    Api(Standard),
    Legacy,
    Xor,
}

impl Cipher {
    /// The RC4 stream of a block; `None` for XOR.
    fn rc4(&self, key: &[u8], block: u32) -> Option<Rc4> {
        match self {
            Self::Api(standard) => Some(standard.rc4(key, block)),
            Self::Legacy => Some(Legacy::rc4(key, block)),
            Self::Xor => None,
        }
    }
}

pub(super) enum Found {
    Plain,
    Unknown(&'static str),
    Sealed(Sealed),
}

impl Sealed {
    pub(super) fn find(ole: &Ole<'_>) -> Found {
        if ole.child(0, "EncryptedPackage").is_some() {
            return package(ole).map_or(Found::Unknown("unknown package encryption"), Found::Sealed);
        }
        if let Some(word) = main(ole, "WordDocument") {
            let flags = u16_at(&word, 10).unwrap_or(0);
            if flags & 0x0100 == 0 {
                return Found::Plain;
            }
            if flags & 0x8000 != 0 {
                return Found::Unknown("XOR obfuscation");
            }
            let table = main(ole, table(&word)).unwrap_or_default();
            return legacy(&table).map_or(Found::Unknown("unknown RC4"), |(lock, cipher)| {
                Found::Sealed(Self { lock, how: How::Word(cipher) })
            });
        }
        for name in ["Workbook", "Book"] {
            let Some(book) = main(ole, name) else { continue };
            // FilePass stands among the first records.
            let pass = xls::records(&book).take(50).find(|(kind, _, _)| *kind == 0x2f);
            let Some((_, _, data)) = pass else { return Found::Plain };
            let is_old = data.len() == 4;
            let found = if is_old || u16_at(data, 0) == Some(0) {
                let verifier = u16_at(data, if is_old { 2 } else { 4 });
                verifier.map(|verifier| (Box::new(xor::Xor { verifier }) as Box<dyn Lock>, Cipher::Xor))
            } else {
                legacy(piece(data, 2, usize::MAX))
            };
            return found.map_or(Found::Unknown("unknown RC4"), |(lock, cipher)| {
                Found::Sealed(Self { lock, how: How::Excel(cipher, name) })
            });
        }
        let user = main(ole, "Current User").unwrap_or_default();
        if u32_at(&user, 12) == Some(0xf3d1_c4df) {
            return slides(ole, &user).map_or(Found::Unknown("unknown RC4"), Found::Sealed);
        }
        Found::Plain
    }

    /// The document made plain; false if it is not whole.
    pub(super) fn open(&self, ole: &Ole<'_>, key: &[u8]) -> (Vec<u8>, bool) {
        let package = || main(ole, "EncryptedPackage").unwrap_or_default();
        match &self.how {
            How::Agile(agile) => agile.open(&package(), key),
            How::Standard(standard) => standard.open(&package(), key),
            How::Word(cipher) => {
                let word = main(ole, "WordDocument").unwrap_or_default();
                let name = table(&word);
                let mut plain = blocks(cipher, key, 512, &word);
                let head = WORD_HEADER.min(word.len());
                if let (Some(slot), Some(head)) = (plain.get_mut(..head), word.get(..head)) {
                    slot.copy_from_slice(head);
                }
                // Neither encrypted nor obfuscated, and no key.
                if let Some(flags) = plain.get_mut(11) {
                    *flags &= !0x81;
                }
                let tables = blocks(cipher, key, 512, &main(ole, name).unwrap_or_default());
                let data = blocks(cipher, key, 512, &main(ole, "Data").unwrap_or_default());
                let streams = [("WordDocument", plain), (name, tables), ("Data", data)];
                (compound::write(ole, 0, &streams, STREAM_BYTES), true)
            }
            How::Excel(cipher, name) => {
                let book = main(ole, name).unwrap_or_default();
                (compound::write(ole, 0, &[(name, workbook(cipher, key, &book))], STREAM_BYTES), true)
            }
            How::PowerPoint(standard, objects) => {
                let mut stream = main(ole, "PowerPoint Document").unwrap_or_default().into_owned();
                for (id, at) in objects {
                    let mut head = piece(&stream, *at, 8).to_vec();
                    standard.rc4(key, *id).apply(&mut head);
                    let length = u32_at(&head, 4).and_then(|l| usize::try_from(l).ok()).unwrap_or(0);
                    let end = at.saturating_add(8).saturating_add(length).min(stream.len());
                    if let Some(object) = stream.get_mut(*at..end) {
                        standard.rc4(key, *id).apply(object);
                    }
                }
                let mut user = main(ole, "Current User").unwrap_or_default().into_owned();
                if let Some(token) = user.get_mut(12..16) {
                    token.copy_from_slice(&0xe391_c05fu32.to_le_bytes());
                }
                let streams = [("PowerPoint Document", stream), ("Current User", user)];
                (compound::write(ole, 0, &streams, STREAM_BYTES), true)
            }
        }
    }
}

fn table(word: &[u8]) -> &'static str {
    if u16_at(word, 10).unwrap_or(0) & 0x0200 != 0 { "1Table" } else { "0Table" }
}

fn package(ole: &Ole<'_>) -> Option<Sealed> {
    let info = ole.child(0, "EncryptionInfo").and_then(|i| ole.entries.get(i))?;
    let info = ole.stream(info, INFO_BYTES);
    if (u16_at(&info, 0)?, u16_at(&info, 2)?) == (4, 4) {
        let description = piece(&info, 8, usize::MAX);
        let lock = Box::new(Agile::read(description)?);
        return Some(Sealed { lock, how: How::Agile(Agile::read(description)?) });
    }
    let lock = Box::new(Standard::read(&info).filter(|s| !s.is_rc4())?);
    Some(Sealed { lock, how: How::Standard(Standard::read(&info)?) })
}

/// The lock of a binary document, by its description.
fn legacy(info: &[u8]) -> Option<(Box<dyn Lock>, Cipher)> {
    if (u16_at(info, 0)?, u16_at(info, 2)?) == (1, 1) {
        return Some((Box::new(Legacy::read(info)?), Cipher::Legacy));
    }
    let lock = Box::new(Standard::read(info).filter(Standard::is_rc4)?);
    Some((lock, Cipher::Api(Standard::read(info)?)))
}

/// A stream whose key changes every `size` bytes.
fn blocks(cipher: &Cipher, key: &[u8], size: usize, stream: &[u8]) -> Vec<u8> {
    let mut out = stream.to_vec();
    for (index, block) in (0u32..).zip(out.chunks_mut(size)) {
        if let Some(mut rc4) = cipher.rc4(key, index) {
            rc4.apply(block);
        }
    }
    out
}

/// A workbook: headers and a few records stay plain, but the key stream runs on under them.
fn workbook(cipher: &Cipher, key: &[u8], book: &[u8]) -> Vec<u8> {
    let plain = blocks(cipher, key, 1_024, book);
    let mut out = book.to_vec();
    for (kind, at, data) in xls::records(book) {
        // Of a sheet's record, the place of its sheet stays plain.
        let skip = if kind == 0x85 { 4.min(data.len()) } else { 0 };
        match kind {
            // BOF, UsrExcl, FileLock, InterfaceHdr, RRDInfo, RRDHead.
            0x809 | 0x194 | 0x195 | 0xe1 | 0x196 | 0x138 => continue,
            // FilePass: a number that no record has.
            0x2f => {
                if let Some(slot) = at.checked_sub(4).and_then(|p| out.get_mut(p..p + 2)) {
                    slot.copy_from_slice(&[0xff, 0x4f]);
                }
                continue;
            }
            _ => {}
        }
        let (from, to) = (at + skip, at + data.len());
        let Some(slot) = out.get_mut(from..to) else { continue };
        match cipher {
            Cipher::Xor => xor::apply(key, to, slot),
            _ => slot.copy_from_slice(plain.get(from..to).unwrap_or(slot.to_vec().as_slice())),
        }
    }
    out
}

/// A presentation: its objects are found by the directories of its saved states.
fn slides(ole: &Ole<'_>, user: &[u8]) -> Option<Sealed> {
    let stream: Cow<'_, [u8]> = main(ole, "PowerPoint Document")?;
    let number = |at: usize| u32_at(&stream, at).and_then(|n| usize::try_from(n).ok());
    let mut edit = usize::try_from(u32_at(user, 16)?).ok()?;
    let mut session = None;
    // The newest state comes first; what it says of an object counts.
    let mut objects: Vec<(u32, usize)> = Vec::new();
    let mut known = std::collections::BTreeSet::new();
    for _ in 0..EDITS {
        let Some(record) = ppt::record(&stream, edit).filter(|r| r.kind == 0x0ff5) else { break };
        if session.is_none() && record.length >= 32 {
            session = u32_at(&stream, edit.checked_add(36)?);
        }
        let directory = number(edit.checked_add(20)?)?;
        let Some(record) = ppt::record(&stream, directory).filter(|r| r.kind == 0x1772) else { break };
        let data = piece(&stream, directory.checked_add(8)?, record.length);
        let mut at = 0;
        while let Some(head) = u32_at(data, at) {
            let (first, count) = (head & 0xf_ffff, head >> 20);
            for id in first..first + count {
                at += 4;
                let Some(place) = u32_at(data, at).and_then(|p| usize::try_from(p).ok()) else { break };
                if objects.len() < OBJECTS && known.insert(id) {
                    objects.push((id, place));
                }
            }
            at += 4;
        }
        match number(edit.checked_add(16)?)? {
            // Earlier states lie before later ones.
            earlier if earlier != 0 && earlier < edit => edit = earlier,
            _ => break,
        }
    }
    let session = session?;
    let (_, at) = *objects.iter().find(|(id, _)| *id == session)?;
    let record = ppt::record(&stream, at)?;
    let info = piece(&stream, at.checked_add(8)?, record.length);
    let lock = Box::new(Standard::read(info).filter(Standard::is_rc4)?);
    objects.retain(|(id, _)| *id != session);
    Some(Sealed { lock, how: How::PowerPoint(Standard::read(info)?, objects) })
}
