//! Reading pieces of a file without moving a common place in it.

use std::fs::File;
use std::io;

/// Where the bytes of a segment are.
#[derive(Debug)]
pub enum Storage {
    /// In a file.
    File(File),
    /// In memory.
    Memory(Vec<u8>),
}

impl Storage {
    /// How many bytes there are.
    pub(crate) fn size(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// The `length` bytes from `at`; never more than there are in all.
    pub(crate) fn read(&self, at: u64, length: usize) -> io::Result<Vec<u8>> {
        let size = self.size()?;
        let beyond = || io::Error::from(io::ErrorKind::UnexpectedEof);
        if at.checked_add(length as u64).is_none_or(|end| end > size) {
            return Err(beyond());
        }
        match self {
            Self::Memory(bytes) => {
                let at = usize::try_from(at).map_err(|_| beyond())?;
                bytes.get(at..at + length).map(<[u8]>::to_vec).ok_or_else(beyond)
            }
            Self::File(file) => {
                let mut out = vec![0; length];
                read_at(file, at, &mut out)?;
                Ok(out)
            }
        }
    }
}

#[cfg(unix)]
fn read_at(file: &File, at: u64, out: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, out, at)
}

#[cfg(not(unix))]
fn read_at(file: &File, at: u64, out: &mut [u8]) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    let mut file = file;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(out)
}
