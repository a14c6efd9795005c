//! Decompression inside bounds: every method that an archive may name, as a reader, and one place where bytes are
//! drawn from it.
//!
//! What was found in the crates below and is guarded here: dictionaries and models are allocated by the size that the
//! archive claims (so the claim is cut to what may come out at all, or refused), and `ruzstd` holds a whole window back
//! before it gives the first byte (so a window beyond [`ZSTD_WINDOW`] is refused before it starts).

use std::io::{self, Read};

use lzma_rust2::filter::bcj::BcjReader;
use lzma_rust2::filter::delta::DeltaReader;

/// Bytes of memory that one xz dictionary or one PPMd model may take.
const MODEL_BYTES: u32 = 192 << 20;

/// The widest window of a Zstandard frame.
const ZSTD_WINDOW: u64 = 100 << 20;

/// Frames of one Zstandard file: honest writers cut at megabytes.
const ZSTD_FRAMES: usize = 4_096;

/// Bytes drawn at once.
const STEP: usize = 64 << 10;

/// What came out.
#[derive(Debug, Default)]
pub(crate) struct Filled {
    /// The bytes, at most as many as were asked for.
    pub(crate) bytes: Vec<u8>,
    /// More would have come.
    pub(crate) over: bool,
    /// It ended with an error.
    pub(crate) broken: bool,
}

/// Draws at most `room` bytes.
pub(crate) fn fill(reader: &mut dyn Read, room: usize) -> Filled {
    let mut out = Filled::default();
    let mut step = vec![0; STEP];
    loop {
        match reader.read(&mut step) {
            Ok(0) => return out,
            Ok(count) => {
                let got = step.get(..count).unwrap_or(&step);
                let left = room - out.bytes.len();
                out.bytes.extend_from_slice(got.get(..left).unwrap_or(got));
                if count > left {
                    out.over = true;
                    return out;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => {
                out.broken = true;
                return out;
            }
        }
    }
}

pub(crate) type Stream<'a> = Box<dyn Read + 'a>;

fn bad() -> io::Error {
    io::Error::from(io::ErrorKind::InvalidData)
}

/// Raw deflate.
pub(crate) fn deflate<'a>(input: Stream<'a>) -> Stream<'a> {
    Box::new(flate2::read::DeflateDecoder::new(input))
}

/// Deflate64.
pub(crate) fn deflate64<'a>(input: Stream<'a>) -> Stream<'a> {
    Box::new(deflate64::Deflate64Decoder::new(input))
}

/// bzip2, several streams included.
pub(crate) fn bzip2<'a>(input: Stream<'a>) -> Stream<'a> {
    Box::new(bzip2::read::MultiBzDecoder::new(input))
}

/// A dictionary larger than everything that may come out is never used whole.
fn dictionary(claimed: u32, room: usize) -> u32 {
    claimed.min(u32::try_from(room).unwrap_or(u32::MAX).saturating_add(1 << 16)).min(MODEL_BYTES)
}

/// Raw LZMA; `properties` are its five bytes, `size` what comes out if it is known.
pub(crate) fn lzma<'a>(
    input: Stream<'a>,
    properties: &[u8],
    size: Option<u64>,
    room: usize,
) -> io::Result<Stream<'a>> {
    let [first, a, b, c, d, ..] = properties else {
        return Err(bad());
    };
    let size = size.unwrap_or(u64::MAX);
    let claimed = u32::from_le_bytes([*a, *b, *c, *d]);
    let reader =
        lzma_rust2::LzmaReader::new_with_props(input, size, *first, dictionary(claimed, room), None)?;
    Ok(Box::new(reader))
}

/// Raw LZMA2; `property` is its dictionary byte.
pub(crate) fn lzma2<'a>(input: Stream<'a>, property: u8, room: usize) -> io::Result<Stream<'a>> {
    let claimed = match property {
        40 => u32::MAX,
        0..40 => (2 | u32::from(property) & 1) << (property / 2 + 11),
        _ => return Err(bad()),
    };
    Ok(Box::new(lzma_rust2::Lzma2Reader::new(input, dictionary(claimed, room), None)))
}

/// The xz file format.
pub(crate) fn xz<'a>(input: Stream<'a>) -> Stream<'a> {
    Box::new(lzma_rust2::XzReader::new_mem_limit(input, true, MODEL_BYTES >> 10))
}

/// The lzip file format.
pub(crate) fn lzip(input: &[u8]) -> Option<Stream<'_>> {
    // The header's sixth byte names the dictionary: no more than 192 MiB here, 512 MiB by the format.
    let coded = input.get(5)?;
    let size = 1u64.checked_shl(u32::from(coded & 31))?;
    (size <= u64::from(MODEL_BYTES)).then(|| Box::new(lzma_rust2::LzipReader::new(input)) as Stream<'_>)
}

/// PPMd variant H, as 7z has it.
pub(crate) fn ppmd7<'a>(input: Stream<'a>, properties: &[u8]) -> io::Result<Stream<'a>> {
    let [order, a, b, c, d, ..] = properties else {
        return Err(bad());
    };
    let memory = u32::from_le_bytes([*a, *b, *c, *d]);
    if memory > MODEL_BYTES {
        return Err(bad());
    }
    let reader = ppmd_rust::Ppmd7Decoder::new(input, u32::from(*order), memory).map_err(|_| bad())?;
    Ok(Box::new(reader))
}

/// PPMd variant I, as zip has it: two bytes of parameters stand first.
pub(crate) fn ppmd8<'a>(mut input: Stream<'a>) -> io::Result<Stream<'a>> {
    let mut parameters = [0; 2];
    input.read_exact(&mut parameters)?;
    let parameters = u16::from_le_bytes(parameters);
    let order = u32::from(parameters & 15) + 1;
    let memory = (u32::from(parameters >> 4 & 0xff) + 1) << 20;
    let restore = match parameters >> 12 {
        0 => ppmd_rust::RestoreMethod::Restart,
        1 => ppmd_rust::RestoreMethod::CutOff,
        _ => return Err(bad()),
    };
    if memory > MODEL_BYTES {
        return Err(bad());
    }
    let reader = ppmd_rust::Ppmd8Decoder::new(input, order, memory, restore).map_err(|_| bad())?;
    Ok(Box::new(reader))
}

/// The filter for machine code of that 7z method, or `None` for a method that is none.
pub(crate) fn branch<'a>(method: u64, input: Stream<'a>) -> Result<Stream<'a>, Stream<'a>> {
    Ok(match method {
        0x0303_0103 | 0x04 => Box::new(BcjReader::new_x86(input, 0)),
        0x0303_0205 | 0x05 => Box::new(BcjReader::new_ppc(input, 0)),
        0x0303_0401 | 0x06 => Box::new(BcjReader::new_ia64(input, 0)),
        0x0303_0501 | 0x07 => Box::new(BcjReader::new_arm(input, 0)),
        0x0303_0701 | 0x08 => Box::new(BcjReader::new_arm_thumb(input, 0)),
        0x0303_0805 | 0x09 => Box::new(BcjReader::new_sparc(input, 0)),
        0x0a => Box::new(BcjReader::new_arm64(input, 0)),
        0x0b => Box::new(BcjReader::new_riscv(input, 0)),
        _ => return Err(input),
    })
}

/// The delta filter.
pub(crate) fn delta<'a>(input: Stream<'a>, properties: &[u8]) -> Stream<'a> {
    let distance = properties.first().map_or(1, |b| usize::from(*b) + 1);
    Box::new(DeltaReader::new(input, distance))
}

/// Zstandard: all frames of `input`, skippable ones skipped.
pub(crate) fn zstd(input: &[u8], room: usize) -> Filled {
    let mut out = Filled::default();
    let mut rest = input;
    let mut decoder = ruzstd::decoding::FrameDecoder::new();
    for _ in 0..ZSTD_FRAMES {
        match rest {
            [] => return out,
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, tail @ ..] => {
                let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
                rest = tail.get(length..).unwrap_or(&[]);
                continue;
            }
            _ => {}
        }
        if zstd_window(rest).is_none_or(|window| window > ZSTD_WINDOW) {
            break;
        }
        let Ok(mut frame) = ruzstd::decoding::StreamingDecoder::new_with_decoder(&mut rest, &mut decoder)
        else {
            break;
        };
        let got = fill(&mut frame, room - out.bytes.len());
        out.bytes.extend_from_slice(&got.bytes);
        if got.over || got.broken {
            return Filled { bytes: out.bytes, ..got };
        }
    }
    out.broken = !rest.is_empty();
    out
}

/// The window that a frame's header claims.
fn zstd_window(frame: &[u8]) -> Option<u64> {
    let descriptor = *frame.strip_prefix(b"\x28\xb5\x2f\xfd")?.first()?;
    if descriptor & 0x20 == 0 {
        let window = *frame.get(5)?;
        let base = 1u64 << (10 + u32::from(window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    // A single segment: the window is the content.
    let at = 5 + [0, 1, 2, 4][usize::from(descriptor & 3)];
    let length = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let field = frame.get(at..at + length)?;
    let size = field.iter().rev().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    Some(if length == 2 { size + 256 } else { size })
}

/// LZ4 frames, one after the other.
pub(crate) fn lz4(input: &[u8], room: usize) -> Filled {
    let mut out = Filled::default();
    let mut rest = input;
    while !rest.is_empty() {
        let before = rest.len();
        if let [0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d, tail @ ..] = rest {
            let length = usize::try_from(u32::from_le_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
            rest = tail.get(length..).unwrap_or(&[]);
            continue;
        }
        let got = fill(&mut lz4_flex::frame::FrameDecoder::new(&mut rest), room - out.bytes.len());
        out.bytes.extend_from_slice(&got.bytes);
        if got.over || got.broken || rest.len() >= before {
            return Filled { bytes: out.bytes, broken: got.broken || rest.len() >= before, over: got.over };
        }
    }
    out
}

/// The window of an LZX stream, by its number of bits; `None` for one that the format does not have.
pub(crate) fn lzx_window(bits: u8) -> Option<lzxd::WindowSize> {
    use lzxd::WindowSize as Size;
    Some(match bits {
        15 => Size::KB32,
        16 => Size::KB64,
        17 => Size::KB128,
        18 => Size::KB256,
        19 => Size::KB512,
        20 => Size::MB1,
        21 => Size::MB2,
        _ => return None,
    })
}

/// A reader over bytes in memory.
pub(crate) fn slice(bytes: &[u8]) -> Stream<'_> {
    Box::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_drawn_than_there_is_room_for() {
        let filled = fill(&mut std::io::repeat(7), 100_000);
        assert_eq!((filled.bytes.len(), filled.over, filled.broken), (100_000, true, false));
        let filled = fill(&mut &b"abc"[..], 3);
        assert_eq!((filled.bytes.len(), filled.over), (3, false));
    }

    #[test]
    fn a_zstandard_window_is_read_before_it_is_believed() {
        assert_eq!(zstd_window(b"\x28\xb5\x2f\xfd\x04\x00"), Some(1024));
        assert_eq!(zstd_window(b"\x28\xb5\x2f\xfd\x20\x05"), Some(5));
        assert!(zstd(b"\x28\xb5\x2f\xfd\x04\xff\x01\0\0", 10).broken);
    }
}
