//! The compiled set as a file: one header, plain arrays, one checksum.
//!
//! `NOROSHI-SET`, a NUL, the version (u32), the CRC-32 of all that follows (u32), then each part as its length in
//! elements (u64) and its elements, little-endian. The tables are stored as they are used, so that loading is
//! reading. The file is read whole and not mapped: docs/adr/0011-sets-are-read-not-mapped.md has the figures.

use std::fmt;
use std::io::{self, Read, Write};

const MAGIC: &[u8; 12] = b"NOROSHI-SET\0";
/// Changed whenever the meaning of a part changes: an older file is then made anew from its lists.
const VERSION: u32 = 2;
/// Bytes of the arrays of one file.
const MAX_BYTES: u64 = 4 << 30;

/// Why a compiled set cannot be used.
#[derive(Debug)]
pub enum SetFileError {
    /// It is no compiled set.
    NoSet,
    /// It was compiled by another version of this program.
    Version(u32),
    /// It is damaged: cut, or its checksum is wrong.
    Damaged(&'static str),
    /// The system says no.
    Io(io::Error),
}

impl fmt::Display for SetFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSet => f.write_str("it is no compiled indicator set"),
            Self::Version(version) => {
                write!(
                    f,
                    "it was compiled as version {version}, this program reads {VERSION}; compile the lists again"
                )
            }
            Self::Damaged(what) => write!(f, "the compiled set is damaged ({what}); compile the lists again"),
            Self::Io(_) => f.write_str("the compiled set cannot be read"),
        }
    }
}

impl std::error::Error for SetFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for SetFileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Damaged("cut off"),
            _ => Self::Io(error),
        }
    }
}

/// True if a file that begins like this is a compiled set.
pub fn is_compiled(head: &[u8]) -> bool {
    head.starts_with(MAGIC)
}

/// Writes parts; the checksum is known at the end, so they are gathered first.
#[derive(Default)]
pub(super) struct Parts {
    bytes: Vec<u8>,
}

impl Parts {
    pub(super) fn bytes(&mut self, part: &[u8]) {
        self.bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        self.bytes.extend_from_slice(part);
    }

    pub(super) fn u32s(&mut self, part: &[u32]) {
        self.bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        self.bytes.reserve(part.len() * 4);
        part.iter().for_each(|value| self.bytes.extend_from_slice(&value.to_le_bytes()));
    }

    pub(super) fn u64s(&mut self, part: &[u64]) {
        self.bytes.extend_from_slice(&(part.len() as u64).to_le_bytes());
        self.bytes.reserve(part.len() * 8);
        part.iter().for_each(|value| self.bytes.extend_from_slice(&value.to_le_bytes()));
    }

    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        out.write_all(&crc32fast::hash(&self.bytes).to_le_bytes())?;
        out.write_all(&self.bytes)
    }
}

/// Reads parts in the order in which they were written.
pub(super) struct Reader<'a> {
    input: &'a mut dyn Read,
    crc: crc32fast::Hasher,
    expected: u32,
    left: u64,
}

/// Bytes read at once: the buffer stays in the cache.
const STEP: usize = 64 << 10;

impl<'a> Reader<'a> {
    pub(super) fn new(input: &'a mut dyn Read) -> Result<Self, SetFileError> {
        let mut head = [0; 20];
        input.read_exact(&mut head).map_err(|_| SetFileError::NoSet)?;
        let [magic @ .., v0, v1, v2, v3, c0, c1, c2, c3] = head;
        if magic != *MAGIC {
            return Err(SetFileError::NoSet);
        }
        let version = u32::from_le_bytes([v0, v1, v2, v3]);
        if version != VERSION {
            return Err(SetFileError::Version(version));
        }
        let expected = u32::from_le_bytes([c0, c1, c2, c3]);
        Ok(Self { input, crc: crc32fast::Hasher::new(), expected, left: MAX_BYTES })
    }

    fn length(&mut self, size: u64) -> Result<usize, SetFileError> {
        let mut length = [0; 8];
        self.input.read_exact(&mut length)?;
        self.crc.update(&length);
        let count = u64::from_le_bytes(length);
        let bytes = count.checked_mul(size).filter(|&bytes| bytes <= self.left);
        let bytes = bytes.ok_or(SetFileError::Damaged("a part is longer than a set can be"))?;
        self.left -= bytes;
        usize::try_from(count).map_err(|_| SetFileError::Damaged("a part is longer than memory"))
    }

    pub(super) fn bytes(&mut self) -> Result<Vec<u8>, SetFileError> {
        let length = self.length(1)?;
        let mut part = Vec::new();
        // Grows with what is there: a claimed length alone takes no memory.
        while part.len() < length {
            let from = part.len();
            let step = (length - from).min(16 << 20);
            part.resize(from + step, 0);
            self.input.read_exact(part.get_mut(from..).unwrap_or_default())?;
        }
        self.crc.update(&part);
        Ok(part)
    }

    fn words<const N: usize, T>(&mut self, value: impl Fn([u8; N]) -> T) -> Result<Vec<T>, SetFileError> {
        let length = self.length(N as u64)?;
        let mut part = Vec::with_capacity(length.min(STEP));
        let mut buffer = [0u8; STEP];
        let mut left = length;
        if length > STEP {
            part.reserve_exact(length.min(64 << 20) - STEP);
        }
        while left > 0 {
            let step = left.min(STEP / N);
            let bytes = buffer.get_mut(..step * N).unwrap_or_default();
            self.input.read_exact(bytes)?;
            self.crc.update(bytes);
            part.extend(bytes.as_chunks::<N>().0.iter().map(|word| value(*word)));
            left -= step;
        }
        Ok(part)
    }

    pub(super) fn u32s(&mut self) -> Result<Vec<u32>, SetFileError> {
        self.words(u32::from_le_bytes)
    }

    pub(super) fn u64s(&mut self) -> Result<Vec<u64>, SetFileError> {
        self.words(u64::from_le_bytes)
    }

    /// The end: nothing behind it, and the checksum of everything fits.
    pub(super) fn finish(self) -> Result<(), SetFileError> {
        if self.input.read(&mut [0])? != 0 {
            return Err(SetFileError::Damaged("something stands behind its end"));
        }
        if self.crc.finalize() != self.expected {
            return Err(SetFileError::Damaged("the checksum is wrong"));
        }
        Ok(())
    }
}
