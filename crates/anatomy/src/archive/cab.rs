//! Microsoft cabinets: stored, MSZIP and LZX. (Quantum, which Microsoft stopped writing in the 1990s, is listed only.)
//!
//! `lzxd` asserts on blocks of length zero and indexes by lengths that a crafted block names; those panics are caught
//! here and become the oddity of a broken entry.

use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::archive::codec::{self, Filled};
use crate::archive::{Seen, next};
use crate::binary::{piece, u16_at, u32_at};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;

pub(crate) static ANALYSER: Analyser = Analyser { kinds: &["cab"], run, tells: &[], oddities: &[] };

/// Bytes that one data block may unpack to.
const BLOCK: usize = 32 << 10;

/// Bytes of a name.
const NAME_BYTES: usize = 1_024;

struct Folder {
    at: usize,
    blocks: usize,
    method: u16,
}

struct File<'a> {
    name: &'a [u8],
    utf8: bool,
    size: usize,
    start: usize,
    folder: u16,
    modified: (u16, u16),
}

struct Cabinet<'a> {
    folders: Vec<Folder>,
    files: Vec<File<'a>>,
    /// Bytes before each block's data that are the application's.
    reserve: usize,
    flags: u16,
    more: bool,
}

fn read(bytes: &[u8], limit: usize) -> Option<Cabinet<'_>> {
    let flags = u16_at(bytes, 30)?;
    let mut at = 36;
    let (mut folder_reserve, mut reserve) = (0, 0);
    if flags & 4 != 0 {
        folder_reserve = usize::from(*bytes.get(38)?);
        reserve = usize::from(*bytes.get(39)?);
        at = 40 + usize::from(u16_at(bytes, 36)?);
    }
    for flag in [1, 1, 2, 2] {
        // The names of the cabinet and disk before and after.
        let skip = flag == 1 && flags & 1 != 0 || flag == 2 && flags & 2 != 0;
        if skip {
            at += memchr::memchr(0, piece(bytes, at, NAME_BYTES))? + 1;
        }
    }
    let mut folders = Vec::new();
    for _ in 0..u16_at(bytes, 26)? {
        folders.push(Folder {
            at: usize::try_from(u32_at(bytes, at)?).ok()?,
            blocks: usize::from(u16_at(bytes, at + 4)?),
            method: u16_at(bytes, at + 6)?,
        });
        at += 8 + folder_reserve;
    }
    let mut out = Cabinet { folders, files: Vec::new(), reserve, flags, more: false };
    let mut at = usize::try_from(u32_at(bytes, 16)?).ok()?;
    for _ in 0..u16_at(bytes, 28)? {
        let Some(attributes) = u16_at(bytes, at.checked_add(14)?) else {
            break;
        };
        let Some(length) = memchr::memchr(0, piece(bytes, at + 16, NAME_BYTES)) else {
            break;
        };
        if out.files.len() >= limit {
            out.more = true;
            break;
        }
        out.files.push(File {
            name: piece(bytes, at + 16, length),
            utf8: attributes & 0x80 != 0,
            size: usize::try_from(u32_at(bytes, at)?).ok()?,
            start: usize::try_from(u32_at(bytes, at + 4)?).ok()?,
            folder: u16_at(bytes, at + 8)?,
            modified: (u16_at(bytes, at + 10)?, u16_at(bytes, at + 12)?),
        });
        at += 16 + length + 1;
    }
    Some(out)
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let Some(cabinet) = read(bytes, specimen.bench.files_left) else {
        specimen.odd("archive-cut", "");
        return;
    };
    let claimed = u32_at(bytes, 8).and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
    for (told, id) in [
        (claimed > bytes.len(), "archive-cut"),
        (claimed < bytes.len(), "archive-data-after"),
        (cabinet.flags & 3 != 0, "archive-volume"),
        (cabinet.more, "files-limit"),
    ] {
        if told {
            specimen.odd(id, "");
        }
    }
    specimen.property("archive.entries", cabinet.files.len().to_string());
    let mut legacy = Vec::new();
    for file in cabinet.files.iter().filter(|file| !file.utf8 && !file.name.is_ascii()) {
        legacy.extend_from_slice(file.name);
        legacy.push(b'\n');
    }
    let label = forensics::charset::file_names(&legacy);
    let mut seen = Seen::default();
    let mut unpacked: Option<(u16, Option<Filled>)> = None;
    for file in &cabinet.files {
        if !specimen.has_room() {
            specimen.odd("files-limit", "");
            return;
        }
        let label = if file.utf8 { "utf-8" } else { label };
        let name = forensics::charset::decode(file.name, Some(label)).text.into_owned();
        seen.name(specimen, &name);
        // The highest numbers say that a file continues from or into another cabinet.
        let (number, split) = match file.folder {
            0xfffd => (0, true),
            0xfffe | 0xffff => ((cabinet.folders.len() as u16).saturating_sub(1), true),
            number => (number, false),
        };
        if unpacked.as_ref().is_none_or(|(which, _)| *which != number) {
            let end = cabinet.files.iter().filter(|f| f.folder == file.folder);
            let end = end.map(|f| f.start.saturating_add(f.size)).max().unwrap_or(0);
            let content = cabinet.folders.get(usize::from(number)).and_then(|folder| {
                specimen.property("archive.method", method_name(folder.method));
                let room = specimen.room(bytes.len() as u64);
                unpack(bytes, folder, cabinet.reserve, room.min(end), specimen)
            });
            unpacked = Some((number, content));
        }
        let folder = unpacked.as_ref().and_then(|(_, content)| content.as_ref());
        let place = next(specimen);
        let content = folder.filter(|_| file.folder != 0xfffd && file.folder != 0xffff).map(|folder| {
            let content = piece(&folder.bytes, file.start, file.size);
            if content.len() < file.size {
                let id = if folder.over {
                    "unpacked-size-limit"
                } else if split {
                    "archive-volume"
                } else {
                    "archive-undecodable"
                };
                specimen.odd(id, &place);
            }
            content
        });
        if content.is_none() {
            specimen.odd(if split { "archive-volume" } else { "archive-method-unknown" }, &place);
        }
        specimen.child(Entry {
            name: Some(name),
            size: file.size as u64,
            content: content.filter(|content| !content.is_empty() || file.size == 0),
            properties: vec![(
                "entry.modified",
                time::dos(file.modified.0, file.modified.1).unwrap_or_default(),
            )],
            ..Entry::default()
        });
    }
}

fn method_name(method: u16) -> &'static str {
    match method & 15 {
        0 => "store",
        1 => "mszip",
        2 => "quantum",
        3 => "lzx",
        _ => "unknown",
    }
}

/// Unpacks a folder, at most `room` bytes of it; `None` for a method that is not known.
fn unpack(
    bytes: &[u8],
    folder: &Folder,
    reserve: usize,
    room: usize,
    specimen: &mut Specimen<'_, '_>,
) -> Option<Filled> {
    let mut lzx = match (folder.method & 15, folder.method >> 8 & 31) {
        (0 | 1, _) => None,
        (3, size) => Some(lzxd::Lzxd::new(codec::lzx_window(size as u8)?)),
        _ => return None,
    };
    let mut out = Filled::default();
    let mut at = folder.at;
    for _ in 0..folder.blocks {
        let (Some(packed), Some(size)) = (u16_at(bytes, at + 4), u16_at(bytes, at + 6)) else {
            out.broken = true;
            break;
        };
        let (packed, size) = (usize::from(packed), usize::from(size));
        let data = piece(bytes, at + 8 + reserve, packed);
        if data.len() < packed || size > BLOCK {
            out.broken = true;
            break;
        }
        let sum = u32_at(bytes, at).unwrap_or(0);
        if sum != 0 && sum != check(piece(bytes, at + 4, 4 + reserve), check(data, 0)) {
            specimen.odd("archive-crc-wrong", "");
        }
        at += 8 + reserve + packed;
        let block = match folder.method & 15 {
            0 => Some(data.to_vec()),
            1 => mszip(data, &out.bytes, size),
            _ => lzx.as_mut().and_then(|decoder| {
                let result = catch_unwind(AssertUnwindSafe(|| {
                    decoder.decompress_next(data, size).ok().map(<[u8]>::to_vec)
                }));
                result.unwrap_or(None)
            }),
        };
        let Some(block) = block.filter(|block| block.len() <= BLOCK) else {
            out.broken = true;
            break;
        };
        let left = room - out.bytes.len();
        out.bytes.extend_from_slice(block.get(..left).unwrap_or(&block));
        if block.len() > left {
            out.over = true;
            break;
        }
    }
    Some(out)
}

/// One MSZIP block: deflate that may point back into the block before.
fn mszip(data: &[u8], before: &[u8], size: usize) -> Option<Vec<u8>> {
    let data = data.strip_prefix(b"CK")?;
    // What came before is put first as a stored block, so that the decoder knows it.
    let dictionary = before.get(before.len().saturating_sub(BLOCK)..).unwrap_or(before);
    let length = dictionary.len() as u16;
    let [a, b] = length.to_le_bytes();
    let head = [0, a, b, !a, !b];
    let input = head.chain(dictionary).chain(data);
    let mut reader = flate2::read::DeflateDecoder::new(input);
    let filled = codec::fill(&mut reader, dictionary.len() + size);
    let block = filled.bytes.get(dictionary.len()..)?;
    (block.len() == size && !filled.broken).then(|| block.to_vec())
}

/// The check sum of a data block: little-endian words, xored; what is left over stands the other way round.
fn check(data: &[u8], seed: u32) -> u32 {
    let words = data.chunks_exact(4);
    let rest = words.remainder().iter().fold(0u32, |value, byte| value << 8 | u32::from(*byte));
    words.fold(seed, |sum, word| sum ^ u32_at(word, 0).unwrap_or(0)) ^ rest
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use crate::{Job, Limits, open};

    /// A cabinet with one MSZIP folder of two blocks, the second of which points back into the first.
    fn cabinet(name: &[u8], content: &[u8]) -> Vec<u8> {
        let mut blocks = Vec::new();
        for chunk in content.chunks(32 << 10) {
            let mut packed = b"CK".to_vec();
            let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
            writer.write_all(chunk).unwrap();
            packed.extend(writer.finish().unwrap());
            let sizes = [(packed.len() as u16).to_le_bytes(), (chunk.len() as u16).to_le_bytes()].concat();
            let sum = super::check(&sizes, super::check(&packed, 0));
            blocks.push([&sum.to_le_bytes()[..], &sizes, &packed].concat());
        }
        let mut out = b"MSCF\0\0\0\0".to_vec();
        let total = 36 + 8 + 16 + name.len() + 1 + blocks.iter().map(Vec::len).sum::<usize>();
        out.extend((total as u32).to_le_bytes());
        out.extend([0; 4]);
        out.extend(44u32.to_le_bytes());
        out.extend(b"\0\0\0\0\x03\x01\x01\0\x01\0\0\0\0\0\0\0");
        out.extend((44 + 16 + name.len() as u32 + 1).to_le_bytes());
        out.extend((blocks.len() as u16).to_le_bytes());
        out.extend(1u16.to_le_bytes());
        out.extend((content.len() as u32).to_le_bytes());
        out.extend(b"\0\0\0\0\0\0\x07\x43\x80\x49\x20\0");
        out.extend(name);
        out.push(0);
        out.extend(blocks.concat());
        out
    }

    #[test]
    fn a_cabinet_with_a_japanese_name_is_opened() {
        let content: Vec<u8> = (0..50_000u32).map(|n| (n / 7) as u8).collect();
        let bytes = cabinet(b"\x90\xbf\x8b\x81\x8f\x91.txt", &content);
        let job = Job { name: Some("a.cab"), place: "attachment[0]", inline: false, bytes: &bytes };
        let opened = open(&job, &[], &Limits::default());
        let file = &opened.attachment.children[0];
        assert_eq!((file.name.as_deref(), file.size), (Some("請求書.txt"), 50_000));
        assert_eq!(file.sha256, forensics::hash::sha256(&content));
        assert_eq!(file.properties[0].value, "2013-08-07T09:12:00");
        assert_eq!(opened.oddities, []);

        let mut broken = bytes.clone();
        let last = broken.len() - 3;
        broken[last] ^= 0x55;
        let opened = open(&Job { bytes: &broken, ..job }, &[], &Limits::default());
        assert!(opened.oddities.iter().any(|o| o.id == "archive-crc-wrong"));
    }
}
