//! Where the bytes of a data file come from: any place that can be read at an offset.

/// Random access to the bytes of a data file, so that one of 20 GB needs little memory.
pub trait Pages {
    /// Fills `into` from `offset` on; how many bytes were there. Fewer than asked for means that the file ends
    /// or cannot be read there.
    fn at(&self, offset: u64, into: &mut [u8]) -> usize;
}

impl Pages for &[u8] {
    fn at(&self, offset: u64, into: &mut [u8]) -> usize {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let there = self.get(from..).unwrap_or(&[]);
        let length = there.len().min(into.len());
        if let (Some(target), Some(source)) = (into.get_mut(..length), there.get(..length)) {
            target.copy_from_slice(source);
        }
        length
    }
}

#[cfg(unix)]
impl Pages for std::fs::File {
    fn at(&self, offset: u64, into: &mut [u8]) -> usize {
        use std::os::unix::fs::FileExt;
        let mut done = 0;
        while let Some(rest) = into.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.read_at(rest, offset + done as u64) {
                Ok(0) => break,
                Ok(more) => done += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        done
    }
}

#[cfg(windows)]
impl Pages for std::fs::File {
    fn at(&self, offset: u64, into: &mut [u8]) -> usize {
        use std::os::windows::fs::FileExt;
        let mut done = 0;
        while let Some(rest) = into.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.seek_read(rest, offset + done as u64) {
                Ok(0) => break,
                Ok(more) => done += more,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        done
    }
}
