//! The filters of PDF streams: what is packed is unpacked up to a bound, and what is damaged up to the damage.

use std::io::Read;

use super::syntax::{is_space, unhex};

/// What a filter's parameters say, as far as it matters here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameters {
    pub(super) predictor: i64,
    pub(super) colors: i64,
    pub(super) bits: i64,
    pub(super) columns: i64,
    pub(super) early: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { predictor: 1, colors: 1, bits: 8, columns: 1, early: true }
    }
}

/// One filter applied, up to `room` bytes; `None` for a filter that is not read here (pictures).
pub(super) fn apply(name: &[u8], data: &[u8], parameters: Parameters, room: usize) -> Option<Vec<u8>> {
    let out = match name {
        b"FlateDecode" | b"Fl" => predicted(inflate(data, room), parameters),
        b"LZWDecode" | b"LZW" => predicted(lzw(data, parameters.early, room), parameters),
        b"ASCIIHexDecode" | b"AHx" => {
            let end = memchr::memchr(b'>', data).unwrap_or(data.len());
            let end = end.min(room.saturating_mul(2));
            unhex(data.get(..end).unwrap_or(data))
        }
        b"ASCII85Decode" | b"A85" => ascii85(data, room),
        b"RunLengthDecode" | b"RL" => run_length(data, room),
        b"Crypt" => data.to_vec(),
        _ => return None,
    };
    Some(out)
}

/// Inflates with a zlib header, or without one where it is missing or wrong.
pub(super) fn inflate(data: &[u8], room: usize) -> Vec<u8> {
    let limit = u64::try_from(room).unwrap_or(u64::MAX);
    // The smallest of what one would expect; it grows from there.
    let mut out = Vec::with_capacity(data.len().saturating_mul(3).min(room).min(1 << 20));
    // An error keeps what came before it.
    let _ = flate2::bufread::ZlibDecoder::new(data).take(limit).read_to_end(&mut out);
    if out.is_empty() {
        let start = data.iter().position(|b| !is_space(*b)).unwrap_or(0);
        for skip in [start, start + 2] {
            let raw = data.get(skip..).unwrap_or(&[]);
            let _ = flate2::bufread::DeflateDecoder::new(raw).take(limit).read_to_end(&mut out);
            if !out.is_empty() {
                break;
            }
        }
    }
    out
}

fn lzw(data: &[u8], early: bool, room: usize) -> Vec<u8> {
    let order = weezl::BitOrder::Msb;
    let mut decoder = if early {
        weezl::decode::Decoder::with_tiff_size_switch(order, 8)
    } else {
        weezl::decode::Decoder::new(order, 8)
    };
    let (mut out, mut block, mut rest) = (Vec::new(), [0_u8; 8 << 10], data);
    while out.len() < room {
        let step = decoder.decode_bytes(rest, &mut block);
        out.extend_from_slice(block.get(..step.consumed_out).unwrap_or(&[]));
        rest = rest.get(step.consumed_in..).unwrap_or(&[]);
        let stuck = step.consumed_in == 0 && step.consumed_out == 0;
        if stuck || !matches!(step.status, Ok(weezl::LzwStatus::Ok)) {
            break;
        }
    }
    out.truncate(room);
    out
}

fn ascii85(data: &[u8], room: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut group, mut count) = (0_u32, 0_usize);
    let data = data.strip_prefix(b"<~").unwrap_or(data);
    for byte in data {
        if out.len() >= room {
            return out;
        }
        match byte {
            b'z' if count == 0 => out.extend_from_slice(&[0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    out.extend_from_slice(&group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        out.extend(group.to_be_bytes().iter().take(count - 1));
    }
    out
}

fn run_length(data: &[u8], room: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&length) = data.get(at) {
        at += 1;
        match length {
            0..=127 => {
                let piece = crate::binary::piece(data, at, usize::from(length) + 1);
                out.extend_from_slice(piece);
                at += piece.len().max(1);
            }
            128 => break,
            129.. => {
                let Some(byte) = data.get(at) else { break };
                out.extend(std::iter::repeat_n(*byte, 257 - usize::from(length)));
                at += 1;
            }
        }
        if out.len() >= room {
            break;
        }
    }
    out.truncate(room);
    out
}

/// Undoes a PNG or TIFF predictor.
fn predicted(data: Vec<u8>, parameters: Parameters) -> Vec<u8> {
    if parameters.predictor < 2 {
        return data;
    }
    let positive = |value: i64, top: usize| usize::try_from(value).unwrap_or(1).clamp(1, top);
    let (colors, bits) = (positive(parameters.colors, 32), positive(parameters.bits, 16));
    let columns = positive(parameters.columns, 1 << 20);
    let pixel = (colors * bits).div_ceil(8).max(1);
    let row = (columns * colors * bits).div_ceil(8).max(1);
    if parameters.predictor == 2 {
        return tiff(data, row, colors, bits);
    }
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let mut above = vec![0_u8; row.min(data.len())];
    for line in data.chunks(row + 1) {
        let Some((kind, line)) = line.split_first() else { break };
        let mut now = line.to_vec();
        for at in 0..now.len() {
            let left = if at >= pixel { now.get(at - pixel).copied().unwrap_or(0) } else { 0 };
            let up = above.get(at).copied().unwrap_or(0);
            let corner = if at >= pixel { above.get(at - pixel).copied().unwrap_or(0) } else { 0 };
            let guess = match kind {
                1 => left,
                2 => up,
                3 => u8::try_from((u16::from(left) + u16::from(up)) / 2).unwrap_or(0),
                4 => paeth(left, up, corner),
                _ => 0,
            };
            if let Some(byte) = now.get_mut(at) {
                *byte = byte.wrapping_add(guess);
            }
        }
        out.extend_from_slice(&now);
        above = now;
    }
    out
}

fn tiff(mut data: Vec<u8>, row: usize, colors: usize, bits: usize) -> Vec<u8> {
    if bits == 8 {
        for line in data.chunks_mut(row) {
            for at in colors..line.len() {
                let left = line.get(at - colors).copied().unwrap_or(0);
                if let Some(byte) = line.get_mut(at) {
                    *byte = byte.wrapping_add(left);
                }
            }
        }
    }
    data
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let guess = a + b - c;
    let (by_left, by_up, by_corner) = ((guess - a).abs(), (guess - b).abs(), (guess - c).abs());
    if by_left <= by_up && by_left <= by_corner {
        left
    } else if by_up <= by_corner {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(name: &str, data: &[u8]) -> String {
        let out = apply(name.as_bytes(), data, Parameters::default(), 1_000).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_filter_gives_back_what_was_packed() {
        assert_eq!(plain("AHx", b"68 65 6c6C 6f>rest"), "hello");
        assert_eq!(plain("A85", b"BOu!rDZ~>"), "hello");
        assert_eq!(plain("RL", b"\x01he\xffl\x00o\x80zz"), "hello");
        assert_eq!(plain("Fl", b"x\x01\x01\x05\x00\xfa\xffhello"), "hello");
        assert_eq!(plain("LZW", b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01"), "-----A---B");
    }

    #[test]
    fn predictors_are_undone() {
        let up = Parameters { predictor: 12, columns: 3, ..Parameters::default() };
        assert_eq!(predicted(b"\x02abc\x02\x01\x01\x01".to_vec(), up), b"abcbcd");
        let left = Parameters { predictor: 15, columns: 3, ..Parameters::default() };
        assert_eq!(predicted(b"\x01a\x01\x01".to_vec(), left), b"abc");
        let old = Parameters { predictor: 2, columns: 3, ..Parameters::default() };
        assert_eq!(predicted(b"a\x01\x01".to_vec(), old), b"abc");
    }

    #[test]
    fn no_filter_gives_more_than_there_is_room_for() {
        let runs = b"\x81a".repeat(10_000);
        assert_eq!(apply(b"RL", &runs, Parameters::default(), 5_000).unwrap().len(), 5_000);
        let wild = Parameters { predictor: 15, columns: i64::MAX, colors: i64::MAX, bits: -5, early: true };
        assert!(apply(b"Fl", b"x\x01\x01\x05\x00\xfa\xffhello", wild, 10).is_some());
    }
}
