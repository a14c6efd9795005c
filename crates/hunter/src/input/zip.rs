//! The members of a zip, by its directory; each is read as a stream, nothing is unpacked.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use flate2::read::DeflateDecoder;

use super::compressed::{Wrapping, expand};
use super::open::Stream;
use crate::limits::{MAX_DIRECTORY, MAX_MEMBERS};

/// Where the bytes of an archive are: a file, opened anew for each member, or memory.
#[derive(Clone)]
pub(super) enum Store {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

impl Store {
    fn open(&self) -> io::Result<Box<dyn Seekable>> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path)?),
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }
}

/// A member of the directory.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) encrypted: bool,
    method: u16,
    packed: u64,
    offset: u64,
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    bytes.get(at..at + size).unwrap_or_default().iter().rev().fold(0, |sum, &b| sum << 8 | u64::from(b))
}

/// The members, in the order of the directory; folders are left out.
pub(super) fn members(store: &Store) -> io::Result<Vec<Member>> {
    let mut input = store.open()?;
    let length = input.seek(SeekFrom::End(0))?;
    // The end record stands within 64 KiB and a comment of the end.
    let tail = length.min(66_000);
    input.seek(SeekFrom::Start(length - tail))?;
    let mut end = Vec::new();
    input.by_ref().take(tail).read_to_end(&mut end)?;
    let at =
        memchr::memmem::rfind(&end, b"PK\x05\x06").ok_or_else(|| damaged("a zip without its directory"))?;
    let record = end.get(at..).unwrap_or_default();
    let mut size = number(record, 12, 4);
    let mut offset = number(record, 16, 4);
    // Zip64: the locator stands before the end record.
    if let Some(locator) =
        at.checked_sub(20).and_then(|at| end.get(at..)).filter(|l| l.starts_with(b"PK\x06\x07"))
    {
        input.seek(SeekFrom::Start(number(locator, 8, 8)))?;
        let mut record = [0; 56];
        input.read_exact(&mut record)?;
        if record.starts_with(b"PK\x06\x06") {
            size = number(&record, 40, 8);
            offset = number(&record, 48, 8);
        }
    }
    if size > MAX_DIRECTORY || offset > length {
        return Err(damaged("the directory of a zip lies outside of it"));
    }
    input.seek(SeekFrom::Start(offset))?;
    let mut directory = Vec::new();
    input.take(size).read_to_end(&mut directory)?;
    let mut members = Vec::new();
    let mut rest = directory.as_slice();
    while rest.starts_with(b"PK\x01\x02") && rest.len() >= 46 {
        let flags = number(rest, 8, 2);
        let lengths = [28, 30, 32].map(|at| usize::try_from(number(rest, at, 2)).unwrap_or(0));
        let [name_length, extra_length, comment_length] = lengths;
        let name = rest.get(46..46 + name_length).unwrap_or_default();
        let extra = rest.get(46 + name_length..46 + name_length + extra_length).unwrap_or_default();
        let (mut packed, mut offset) = (number(rest, 20, 4), number(rest, 42, 4));
        large(extra, number(rest, 24, 4), &mut packed, &mut offset);
        let name = match std::str::from_utf8(name) {
            Ok(name) => name.to_owned(),
            Err(_) => encoding_rs::SHIFT_JIS.decode(name).0.into_owned(),
        };
        if !name.ends_with('/') {
            let method = u16::try_from(number(rest, 10, 2)).unwrap_or(u16::MAX);
            members.push(Member { name, encrypted: flags & 1 != 0, method, packed, offset });
        }
        if members.len() > MAX_MEMBERS {
            return Err(damaged("a zip with too many members"));
        }
        rest = rest.get(46 + name_length + extra_length + comment_length..).unwrap_or_default();
    }
    Ok(members)
}

/// Sizes and places beyond 4 GiB stand in an extra field, those that need it, in this order.
fn large(extra: &[u8], size: u64, packed: &mut u64, offset: &mut u64) {
    let mut rest = extra;
    while rest.len() >= 4 {
        let length = usize::try_from(number(rest, 2, 2)).unwrap_or(0);
        if number(rest, 0, 2) == 1 {
            let mut at = 4 + if size == 0xffff_ffff { 8 } else { 0 };
            for value in [packed, offset] {
                if *value == 0xffff_ffff {
                    *value = number(rest, at, 8);
                    at += 8;
                }
            }
            return;
        }
        rest = rest.get(4 + length..).unwrap_or_default();
    }
}

/// The content of a member.
pub(super) fn open(store: &Store, member: &Member) -> io::Result<Stream> {
    let mut input = store.open()?;
    input.seek(SeekFrom::Start(member.offset))?;
    let mut head = [0; 30];
    input.read_exact(&mut head)?;
    if !head.starts_with(b"PK\x03\x04") {
        return Err(damaged("a member of a zip is not where its directory says"));
    }
    let skip = number(&head, 26, 2) + number(&head, 28, 2);
    input.seek(SeekFrom::Current(i64::try_from(skip).unwrap_or(0)))?;
    let packed: Stream = Box::new(BufReader::with_capacity(128 << 10, input).take(member.packed));
    Ok(match member.method {
        0 => packed,
        8 => Box::new(DeflateDecoder::new(packed)),
        12 => expand(Wrapping::Bzip2, packed),
        93 => expand(Wrapping::Zstd, packed),
        95 => expand(Wrapping::Xz, packed),
        _ => {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                format!("method {} of zip", member.method),
            ));
        }
    })
}
