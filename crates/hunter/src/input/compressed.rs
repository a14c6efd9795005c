//! Compressed streams by their first bytes.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::open::Stream;
use crate::limits::XZ_MEMORY_KIB;

/// What a stream is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapping {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
    Zip,
    Tar,
    /// Archives and files that another verb or tool reads.
    Foreign(&'static str),
    None,
}

/// Bytes of the beginning that tell it.
pub(super) const HEAD: usize = 512;

pub(super) fn wrapping(head: &[u8]) -> Wrapping {
    let is_tar = head.get(257..262) == Some(b"ustar");
    match head {
        [0x1f, 0x8b, 8, ..] => Wrapping::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Wrapping::Zstd,
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Wrapping::Xz,
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => Wrapping::Bzip2,
        [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => Wrapping::Bzip2,
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Wrapping::Zip,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Wrapping::Foreign("7z"),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Wrapping::Foreign("rar"),
        [0x1f, 0x9d, ..] => Wrapping::Foreign("compress (.Z)"),
        [4, 0x22, 0x4d, 0x18, ..] => Wrapping::Foreign("lz4"),
        [b'E', b'l', b'f', b'F', b'i', b'l', b'e', 0, ..] => Wrapping::Foreign("evtx"),
        [b'r', b'e', b'g', b'f', ..] if head.contains(&0) => Wrapping::Foreign("registry hive"),
        _ if head.starts_with(b"SQLite format 3\0") => Wrapping::Foreign("SQLite"),
        _ if is_tar => Wrapping::Tar,
        _ => Wrapping::None,
    }
}

/// Bytes read from below at once.
const BUFFER: usize = 128 << 10;

/// The expanded stream.
pub(super) fn expand(wrapping: Wrapping, stream: Stream) -> Stream {
    let input = BufReader::with_capacity(BUFFER, stream);
    match wrapping {
        Wrapping::Gzip => Box::new(MultiGzDecoder::new(input)),
        Wrapping::Zstd => Box::new(Zstd { state: State::Between(input) }),
        Wrapping::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(input, true, XZ_MEMORY_KIB)),
        Wrapping::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(input)),
        _ => Box::new(input),
    }
}

/// Zstandard frames one after the other, with skippable ones between.
struct Zstd<R: BufRead> {
    state: State<R>,
}

enum State<R: BufRead> {
    Between(R),
    Frame(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
    Done,
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Done => return Ok(0),
                State::Frame(mut decoder) => {
                    let count = decoder.read(buffer)?;
                    self.state = match count {
                        0 if !buffer.is_empty() => State::Between(decoder.into_inner()),
                        _ => State::Frame(decoder),
                    };
                    if count > 0 || buffer.is_empty() {
                        return Ok(count);
                    }
                }
                State::Between(mut input) => {
                    let ahead = input.fill_buf()?;
                    if ahead.is_empty() {
                        return Ok(0);
                    }
                    if matches!(ahead, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
                        let mut head = [0u8; 8];
                        input.read_exact(&mut head)?;
                        let [_, _, _, _, a, b, c, d] = head;
                        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
                        io::copy(&mut (&mut input).take(length), &mut io::sink())?;
                        self.state = State::Between(input);
                        continue;
                    }
                    let decoder = StreamingDecoder::new(input)
                        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
                    self.state = State::Frame(Box::new(decoder));
                }
            }
        }
    }
}
