//! The members of a tar, read as they come: a log folder packed and compressed is swept without unpacking it.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::open::Stream;

/// A tar that is being read. One member at a time: the next one is found by reading on.
pub(super) struct Tar {
    shared: Arc<Mutex<Shared>>,
    long_name: Option<String>,
    members: usize,
}

struct Shared {
    stream: Stream,
    /// Bytes of the member that are left, and the padding behind it.
    left: u64,
    padding: u64,
}

/// The content of a member.
struct Member(Arc<Mutex<Shared>>);

impl Read for Member {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let most = usize::try_from(shared.left).unwrap_or(usize::MAX).min(buffer.len());
        let Some(part) = buffer.get_mut(..most).filter(|part| !part.is_empty()) else { return Ok(0) };
        let count = shared.stream.read(part)?;
        if count == 0 {
            (shared.left, shared.padding) = (0, 0);
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        shared.left -= count as u64;
        Ok(count)
    }
}

/// Bytes of a long name.
const MAX_NAME: u64 = 64 << 10;

impl Tar {
    pub(super) fn new(stream: Stream) -> Self {
        Self {
            shared: Arc::new(Mutex::new(Shared { stream, left: 0, padding: 0 })),
            long_name: None,
            members: 0,
        }
    }

    /// The next regular file.
    pub(super) fn next(&mut self) -> io::Result<Option<(String, Stream)>> {
        loop {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            let skip = shared.left + shared.padding;
            (shared.left, shared.padding) = (0, 0);
            let skipped = io::copy(&mut (&mut shared.stream).take(skip), &mut io::sink())?;
            if skipped < skip {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut head = [0u8; 512];
            let mut got = 0;
            while got < head.len() {
                match shared.stream.read(head.get_mut(got..).unwrap_or_default())? {
                    0 => break,
                    count => got += count,
                }
            }
            if got == 0 || head.iter().all(|b| *b == 0) {
                return Ok(None);
            }
            self.members += 1;
            if got < head.len() || !sum_fits(&head) || self.members > crate::limits::MAX_MEMBERS {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "no tar header where one should be"));
            }
            let size = number(head.get(124..136).unwrap_or_default());
            shared.left = size;
            shared.padding = (512 - size % 512) % 512;
            let kind = head.get(156).copied().unwrap_or(0);
            if matches!(kind, b'L' | b'x') && size <= MAX_NAME {
                let mut text = vec![0; usize::try_from(size).unwrap_or(0)];
                shared.stream.read_exact(&mut text)?;
                shared.left = 0;
                self.long_name = match kind {
                    b'L' => Some(text_of(&text)),
                    _ => pax_path(&text).or(self.long_name.take()),
                };
                continue;
            }
            if !matches!(kind, 0 | b'0' | b'7') {
                continue;
            }
            let name = self.long_name.take().unwrap_or_else(|| {
                let name = text_of(head.get(..100).unwrap_or_default());
                match text_of(head.get(345..500).unwrap_or_default()) {
                    prefix if prefix.is_empty() => name,
                    prefix => format!("{prefix}/{name}"),
                }
            });
            drop(shared);
            return Ok(Some((name, Box::new(Member(Arc::clone(&self.shared))))));
        }
    }
}

fn text_of(field: &[u8]) -> String {
    let end = memchr::memchr(0, field).unwrap_or(field.len());
    String::from_utf8_lossy(field.get(..end).unwrap_or_default()).into_owned()
}

/// Octal digits, or GNU's binary form for what is larger.
fn number(field: &[u8]) -> u64 {
    match field.first() {
        Some(first) if first & 0x80 != 0 => {
            field.iter().skip(4).fold(0u64, |sum, &b| sum << 8 | u64::from(b)) & i64::MAX as u64
        }
        _ => field
            .iter()
            .skip_while(|b| **b == b' ')
            .take_while(|b| matches!(b, b'0'..=b'7'))
            .fold(0u64, |sum, &b| sum << 3 | u64::from(b - b'0')),
    }
}

fn sum_fits(head: &[u8; 512]) -> bool {
    let told = number(head.get(148..156).unwrap_or_default());
    let sum: u64 = head
        .iter()
        .enumerate()
        .map(|(at, &b)| u64::from(if (148..156).contains(&at) { b' ' } else { b }))
        .sum();
    told == sum
}

/// `27 path=folder/file\n`
fn pax_path(text: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(text, b" path=")?;
    let rest = text.get(at + 6..)?;
    Some(String::from_utf8_lossy(rest.get(..memchr::memchr(b'\n', rest)?)?).into_owned())
}
