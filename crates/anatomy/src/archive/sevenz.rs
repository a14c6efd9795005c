//! 7z archives.

use std::collections::BTreeMap;
use std::io::Read;

use crate::Password;
use crate::archive::codec::{self, Stream};
use crate::archive::crypt::SevenAes;
use crate::archive::sevenz_header::{self as header, CODERS, File, Folder, Header, Reader, Streams};
use crate::archive::{Seen, next};
use crate::binary::{u32_at, u64_at};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;

pub(crate) static ANALYSER: Analyser = Analyser { kinds: &["7z"], run, tells: &[], oddities: &[] };

/// The method id of AES-256 with SHA-256.
pub(super) const AES: u64 = 0x06f1_0701;

/// Bytes before everything that offsets count from.
const START: usize = 32;

/// Bytes of an unpacked header.
const HEADER_BYTES: usize = 32 << 20;

/// Headers packed within headers: 7-Zip writes one.
const PACKED_HEADERS: usize = 4;

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let at = u64_at(bytes, 12).and_then(|at| usize::try_from(at).ok()).and_then(|at| at.checked_add(START));
    let length = u64_at(bytes, 20).and_then(|length| usize::try_from(length).ok());
    let (Some(at), Some(length)) = (at, length) else {
        specimen.odd("archive-cut", "");
        return;
    };
    if length == 0 {
        return;
    }
    let Some(end) = at.checked_add(length).filter(|end| *end <= bytes.len()) else {
        let part = specimen.name().ends_with(|c: char| c.is_ascii_digit());
        specimen.odd(if part { "archive-volume" } else { "archive-cut" }, "");
        // Its directory stands at the end of the last part; the start says where that is.
        let whole = at.saturating_add(length);
        specimen.property("archive.whole-size", whole.to_string());
        if part {
            specimen.property("archive.volume", format!("1 / {}", whole.div_ceil(bytes.len())));
        }
        return;
    };
    if end < bytes.len() {
        specimen.odd("archive-data-after", "");
    }
    let raw = bytes.get(at..end).unwrap_or(&[]);
    if u32_at(bytes, 28) != Some(crc32fast::hash(raw)) {
        specimen.odd("archive-crc-wrong", "");
    }
    let mut keys = Keys::new(specimen.passwords());
    let Some(plain) = unpacked_header(bytes, raw, &mut keys, specimen) else {
        return;
    };
    match header::header(&mut Reader::new(plain.get(1..).unwrap_or(&[]))) {
        Some(header) => list(bytes, &header, &mut keys, specimen),
        None => specimen.odd("archive-cut", ""),
    }
}

/// The header in clear; what keeps it closed is told.
fn unpacked_header<'c>(
    bytes: &[u8],
    raw: &[u8],
    keys: &mut Keys<'c>,
    specimen: &mut Specimen<'_, 'c>,
) -> Option<Vec<u8>> {
    let mut plain = raw.to_vec();
    for _ in 0..PACKED_HEADERS {
        match plain.first() {
            Some(1) => return Some(plain),
            Some(0x17) => {}
            _ => break,
        }
        let packed = plain;
        let Some(streams) = header::streams(&mut Reader::new(packed.get(1..).unwrap_or(&[]))) else {
            break;
        };
        let folder = streams.folders.first()?;
        if folder.aes().is_some() {
            specimen.property("archive.encryption", "7z AES-256");
            specimen.property("archive.encryption", "encrypted headers");
            specimen.file.encrypted = Some(true);
        }
        let size = usize::try_from(folder.size()).unwrap_or(usize::MAX).min(HEADER_BYTES);
        let opened = keys.open(bytes, &streams, folder, size, folder.crc, specimen);
        match opened {
            Opening::Open(mut stream, password) => {
                plain = codec::fill(&mut stream, size).bytes;
                if let Some(password) = password {
                    specimen.file.password = Some(password.value.clone());
                    specimen.file.password_from = Some(password.from.clone());
                }
            }
            Opening::Closed => {
                specimen.odd("password-unknown", "");
                return None;
            }
            Opening::Unknown => {
                specimen.odd("archive-method-unknown", "");
                return None;
            }
        }
    }
    specimen.odd("archive-cut", "");
    None
}

/// Tells all files, folder by folder.
fn list<'c>(bytes: &[u8], header: &Header<'_>, keys: &mut Keys<'c>, specimen: &mut Specimen<'_, 'c>) {
    describe(header, specimen);
    let mut seen = Seen::default();
    let mut files = header.files.iter();
    let mut closed = false;
    // The smallest encrypted folder tells soonest which password is right.
    let packed = |folder: &Folder<'_>| -> u64 {
        header.streams.packs.iter().skip(folder.first).take(folder.packed.len()).map(|(_, size)| *size).sum()
    };
    if let Some(folder) =
        header.streams.folders.iter().filter(|f| f.aes().is_some()).min_by_key(|folder| packed(folder))
    {
        let (size, crc) = folder.files.first().copied().unwrap_or((folder.size(), folder.crc));
        let size = specimen.room(packed(folder)).min(usize::try_from(size).unwrap_or(usize::MAX));
        drop(keys.open(bytes, &header.streams, folder, size, crc, specimen));
    }
    for folder in &header.streams.folders {
        let (size, crc) = folder.files.first().copied().unwrap_or((folder.size(), folder.crc));
        let packed = packed(folder);
        let size = specimen.room(packed).min(usize::try_from(size).unwrap_or(usize::MAX));
        let mut opening = if specimen.has_room() {
            keys.open(bytes, &header.streams, folder, size, crc, specimen)
        } else {
            Opening::Unknown
        };
        closed |= matches!(opening, Opening::Closed);
        for (size, crc) in &folder.files {
            // Files without content stand between those that have some.
            let mut file = files.next();
            while let Some(empty) = file.filter(|file| !file.has_stream) {
                if !tell(empty, Content::Empty, None, 0, &mut seen, specimen) {
                    return;
                }
                file = files.next();
            }
            let unnamed = File { has_stream: true, ..File::default() };
            let file = file.unwrap_or(&unnamed);
            let encrypted = folder.aes().is_some();
            let told = match &mut opening {
                Opening::Open(stream, password) => {
                    let password = *password;
                    let room = specimen.room(packed);
                    let want = usize::try_from(*size).unwrap_or(usize::MAX);
                    let filled = codec::fill(&mut stream.by_ref().take(room.min(want) as u64), room);
                    let over = want > room && filled.bytes.len() == room;
                    let broken = !over && (filled.broken || filled.bytes.len() < want);
                    let wrong =
                        !over && !broken && crc.is_some_and(|crc| crc != crc32fast::hash(&filled.bytes));
                    let place = next(specimen);
                    for (told, id) in [
                        (over, "unpacked-size-limit"),
                        (broken, "archive-undecodable"),
                        (wrong, "archive-crc-wrong"),
                    ] {
                        if told {
                            specimen.odd(id, &place);
                        }
                    }
                    if over || broken {
                        // What follows in the stream cannot be reached any more.
                        opening = Opening::Unknown;
                    }
                    tell(
                        file,
                        Content::Bytes(&filled.bytes),
                        password.filter(|_| encrypted),
                        *size,
                        &mut seen,
                        specimen,
                    )
                }
                Opening::Closed => tell(file, Content::Closed, None, *size, &mut seen, specimen),
                Opening::Unknown => {
                    let place = next(specimen);
                    specimen.odd("archive-method-unknown", &place);
                    let content = if encrypted { Content::Closed } else { Content::None };
                    tell(file, content, None, *size, &mut seen, specimen)
                }
            };
            if !told {
                return;
            }
        }
    }
    for file in files {
        let content = if file.has_stream { Content::None } else { Content::Empty };
        if !tell(file, content, None, 0, &mut seen, specimen) {
            return;
        }
    }
    if closed {
        specimen.odd("password-unknown", "");
    }
}

enum Content<'a> {
    Bytes(&'a [u8]),
    Closed,
    Empty,
    None,
}

fn tell(
    file: &File,
    content: Content<'_>,
    password: Option<&Password>,
    size: u64,
    seen: &mut Seen,
    specimen: &mut Specimen<'_, '_>,
) -> bool {
    if file.folder {
        return true;
    }
    if !specimen.has_room() {
        specimen.odd("files-limit", "");
        return false;
    }
    seen.name(specimen, &file.name);
    // Unix modes stand in the upper half of the attributes, where their flag says so.
    let is_link = file.attributes & 0x8000 != 0 && file.attributes >> 28 == 0xa;
    let link = match content {
        Content::Bytes(target) if is_link => String::from_utf8_lossy(target).into_owned(),
        _ => String::new(),
    };
    let encrypted = password.is_some() || matches!(content, Content::Closed);
    specimen.child(Entry {
        name: (!file.name.is_empty()).then(|| file.name.clone()),
        size,
        encrypted: Some(encrypted),
        content: match content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Empty => Some(&[]),
            Content::Closed | Content::None => None,
        },
        password,
        properties: vec![
            ("entry.modified", file.modified.and_then(time::filetime).unwrap_or_default()),
            ("entry.link", link),
        ],
        ..Entry::default()
    })
}

fn describe(header: &Header<'_>, specimen: &mut Specimen<'_, '_>) {
    specimen.property("archive.entries", header.files.len().to_string());
    for coder in header.streams.folders.iter().flat_map(|folder| &folder.coders).take(10_000) {
        if coder.method == AES {
            specimen.property("archive.encryption", "7z AES-256");
            specimen.file.encrypted = Some(true);
        } else {
            specimen.property("archive.method", method_name(coder.method));
        }
    }
    if header.streams.folders.iter().any(|folder| folder.files.len() > 1) {
        specimen.property("archive.solid", "true");
    }
}

fn method_name(method: u64) -> String {
    let name = match method {
        0 => "store",
        0x03_0101 => "lzma",
        0x21 => "lzma2",
        0x03_0401 => "ppmd",
        0x04_0202 => "bzip2",
        0x04_0108 => "deflate",
        0x04_0109 => "deflate64",
        0x04f7_1101 => "zstd",
        0x04f7_1102 => "brotli",
        0x04f7_1104 => "lz4",
        0x03 => "delta",
        0x0303_011b => "bcj2",
        0x04..=0x0b | 0x0303_0000..=0x0303_ffff => "bcj",
        other => return format!("method {other:x}"),
    };
    name.to_owned()
}

/// What opening a folder gave.
enum Opening<'a, 'c> {
    Open(Stream<'a>, Option<&'c Password>),
    /// No password opens it.
    Closed,
    /// The method is not known, or the data are not there.
    Unknown,
}

/// The passwords, and what is known of them in this archive.
struct Keys<'c> {
    all: &'c [Password],
    known: Option<&'c Password>,
    /// Folders that stayed closed after all of them were tried.
    failed: usize,
    /// Keys cost seconds: each is made once for a salt.
    made: BTreeMap<(Vec<u8>, u8, usize), [u8; 32]>,
}

impl<'c> Keys<'c> {
    fn new(all: &'c [Password]) -> Self {
        Self { all, known: None, failed: 0, made: BTreeMap::new() }
    }

    /// Opens a folder, with a password that proves right on its first `size` bytes where it needs one.
    fn open<'a>(
        &mut self,
        bytes: &'a [u8],
        streams: &Streams<'_>,
        folder: &Folder<'_>,
        size: usize,
        crc: Option<u32>,
        specimen: &mut Specimen<'_, '_>,
    ) -> Opening<'a, 'c> {
        let budget = specimen.bench.bytes_left.min(usize::try_from(folder.size()).unwrap_or(usize::MAX));
        let open = |key: Option<&[u8; 32]>| {
            let mut left = CODERS * 2;
            folder.last().and_then(|last| decoder(bytes, streams, folder, last, key, budget, &mut left))
        };
        let Some(coder) = folder.aes() else {
            return open(None).map_or(Opening::Unknown, |stream| Opening::Open(stream, None));
        };
        let Some(aes) = SevenAes::read(coder.properties) else {
            return Opening::Unknown;
        };
        let rest: &'c [Password] =
            if self.failed >= FAILED_FOLDERS && self.known.is_none() { &[] } else { self.all };
        for (index, password) in self.known.into_iter().chain(rest).enumerate() {
            let number = self.all.iter().position(|p| p == password).unwrap_or(index);
            let id = (aes.salt.clone(), aes.rounds, number);
            let key = match self.made.get(&id) {
                Some(key) => *key,
                None => {
                    let cost = aes.cost(&password.value);
                    if cost.is_none_or(|cost| !specimen.bench.trial(cost)) {
                        specimen.odd("password-trials-limit", "");
                        return Opening::Closed;
                    }
                    let Some(key) = aes.key(&password.value) else {
                        return Opening::Closed;
                    };
                    self.made.insert(id, key);
                    key
                }
            };
            let Some(mut stream) = open(Some(&key)) else {
                continue;
            };
            if self.known != Some(password) {
                if !specimen.bench.trial(size as u64) {
                    specimen.odd("password-trials-limit", "");
                    return Opening::Closed;
                }
                let start = codec::fill(&mut stream.by_ref().take(size as u64), size);
                let whole = !start.broken && start.bytes.len() == size;
                let right = match crc {
                    // A file cut by a limit has no check sum to be compared: so many bytes without an error prove it.
                    Some(crc) => whole && (crc == crc32fast::hash(&start.bytes) || size > LONG_PROOF),
                    None => whole && size > 0,
                };
                if !right {
                    continue;
                }
                self.known = Some(password);
            }
            return open(Some(&key)).map_or(Opening::Unknown, |stream| Opening::Open(stream, Some(password)));
        }
        self.failed += 1;
        Opening::Closed
    }
}

/// Folders on which all passwords are tried before an archive counts as closed.
const FAILED_FOLDERS: usize = 4;

/// Decompressed bytes without an error that no wrong key gives.
const LONG_PROOF: usize = 1 << 20;

/// A reader for what that coder gives; `left` bounds the coders visited, whatever the bonds say.
fn decoder<'a>(
    bytes: &'a [u8],
    streams: &Streams<'_>,
    folder: &Folder<'_>,
    number: usize,
    key: Option<&[u8; 32]>,
    budget: usize,
    left: &mut usize,
) -> Option<Stream<'a>> {
    *left = left.checked_sub(1)?;
    let coder = folder.coders.get(number)?;
    let first: usize = folder.coders.iter().take(number).map(|c| c.inputs).sum();
    let mut inputs = Vec::new();
    for input in first..first + coder.inputs {
        let stream = match folder.bonds.iter().find(|(bound, _)| *bound == input) {
            Some((_, output)) => decoder(bytes, streams, folder, *output, key, budget, left)?,
            None => {
                let which = folder.packed.iter().position(|packed| *packed == input)?;
                let (at, length) = streams.packs.get(folder.first + which)?;
                let at = usize::try_from(*at).ok()?.checked_add(START)?;
                let end = at.checked_add(usize::try_from(*length).ok()?)?;
                codec::slice(bytes.get(at..end)?)
            }
        };
        inputs.push(stream);
    }
    if coder.method == 0x0303_011b {
        let reader = lzma_rust2::filter::bcj2::Bcj2Reader::try_new(inputs, coder.size).ok()?;
        return Some(Box::new(reader));
    }
    let mut inputs = inputs.into_iter();
    let (mut input, None) = (inputs.next()?, inputs.next()) else {
        return None;
    };
    let stream: Stream<'a> = match coder.method {
        0 => input,
        0x03_0101 => codec::lzma(input, coder.properties, Some(coder.size), budget).ok()?,
        0x21 => codec::lzma2(input, *coder.properties.first()?, budget).ok()?,
        0x03_0401 => codec::ppmd7(input, coder.properties).ok()?,
        0x04_0108 => codec::deflate(input),
        0x04_0109 => codec::deflate64(input),
        0x04_0202 => codec::bzip2(input),
        0x03 => codec::delta(input, coder.properties),
        0x04f7_1101 | 0x04f7_1104 => {
            let packed = codec::fill(&mut input, bytes.len().max(budget));
            let unpack = if coder.method == 0x04f7_1101 { codec::zstd } else { codec::lz4 };
            Box::new(std::io::Cursor::new(unpack(&packed.bytes, budget).bytes))
        }
        AES => {
            let packed = codec::fill(&mut input, bytes.len());
            let plain = SevenAes::read(coder.properties)?.decrypt(key?, &packed.bytes);
            Box::new(std::io::Cursor::new(plain))
        }
        other => codec::branch(other, input).ok()?,
    };
    Some(Box::new(stream.take(coder.size)))
}

#[cfg(test)]
#[path = "sevenz_tests.rs"]
mod tests;
