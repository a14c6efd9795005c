//! Encodings of bytes as text: base64, hexadecimal, percent; and whether bytes are text or a file.

use std::io::Read;

/// Bytes of a script that was compressed.
const INFLATED_BYTES: usize = 1 << 20;

/// Characters of the shortest text that may be an encoding.
const SHORTEST: usize = 12;

/// Decodes base64, standard or URL-safe, with or without padding and line ends; `None` if anything else stands
/// in it.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    if text.len() < SHORTEST {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut held, mut bits, mut digits, mut padding) = (0u32, 0u32, 0usize, 0usize);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                padding += 1;
                continue;
            }
            b'\r' | b'\n' | b' ' | b'\t' => continue,
            _ => return None,
        };
        if padding > 0 {
            return None;
        }
        digits += 1;
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).unwrap_or(0));
        }
    }
    let whole = padding <= 2 && digits % 4 != 1 && (padding == 0 || (digits + padding).is_multiple_of(4));
    (whole && digits >= SHORTEST).then_some(out)
}

/// Decodes hexadecimal, plain or with separators (`4d 5a`, `\x4d\x5a`, `0x4d,0x5a`).
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if bytes.len() < SHORTEST {
        return None;
    }
    let mut out = Vec::with_capacity(bytes.len() / 2);
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or(&[]);
        match rest {
            [b'0' | b'\\', b'x' | b'X', ..] => at += 2,
            [b' ' | b',' | b'-' | b':' | b'\r' | b'\n', ..] => at += 1,
            [a, b, ..] => {
                let digit = |b: u8| char::from(b).to_digit(16);
                out.push(u8::try_from(digit(*a)? << 4 | digit(*b)?).ok()?);
                at += 2;
            }
            _ => return None,
        }
    }
    (out.len() >= SHORTEST / 2).then_some(out)
}

/// Resolves `%41` and `%u0041`, where there are at least three of them.
pub(crate) fn percent(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if memchr::memchr_iter(b'%', bytes).take(3).count() < 3 {
        return None;
    }
    let number = |from: usize, digits: usize| {
        let text = bytes.get(from..from.checked_add(digits)?)?;
        let text = std::str::from_utf8(text).ok().filter(|t| t.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u32::from_str_radix(text, 16).ok()
    };
    let mut units: Vec<u8> = Vec::with_capacity(bytes.len());
    let (mut at, mut resolved) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let wide = *byte == b'%' && matches!(bytes.get(at + 1), Some(b'u' | b'U'));
        if wide && let Some(c) = number(at + 2, 4) {
            let c = char::from_u32(c).unwrap_or('\u{fffd}');
            units.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            (at, resolved) = (at + 6, resolved + 1);
        } else if *byte == b'%'
            && let Some(c) = number(at + 1, 2)
        {
            units.push(u8::try_from(c).unwrap_or(0));
            (at, resolved) = (at + 3, resolved + 1);
        } else {
            units.push(*byte);
            at += 1;
        }
    }
    (resolved >= 3).then(|| String::from_utf8(units).unwrap_or_else(|e| latin(e.as_bytes())))
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|b| char::from(*b)).collect()
}

/// UTF-16LE that is text throughout.
pub(crate) fn wide(bytes: &[u8]) -> Option<String> {
    if bytes.len() < 8 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let text = crate::binary::utf16(bytes);
    let ascii = text.chars().filter(|c| c.is_ascii() && (!c.is_control() || c.is_whitespace())).count();
    let all = text.chars().count();
    (all * 2 == bytes.len() && ascii * 10 >= all * 9).then_some(text)
}

/// Bytes as text, if they are text throughout: ASCII, UTF-8 with few other characters, or UTF-16LE.
pub(crate) fn readable(bytes: &[u8]) -> Option<String> {
    let plain = |c: char| !c.is_control() || matches!(c, '\t' | '\r' | '\n');
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().all(plain) && text.len() >= 6 => {
            // Random bytes that happen to be UTF-8 are short and mostly not ASCII.
            let ascii = text.bytes().filter(u8::is_ascii).count();
            (ascii * 2 >= text.len() || text.len() > 60).then(|| text.to_owned())
        }
        _ => wide(bytes),
    }
}

/// Inflates gzip, zlib or bare deflate data that is whole, as far as a script is long.
pub(super) fn inflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let cap = u64::try_from(INFLATED_BYTES).unwrap_or(u64::MAX);
    let mut out = Vec::new();
    let done = match bytes {
        [0x1f, 0x8b, ..] => flate2::read::GzDecoder::new(bytes).take(cap).read_to_end(&mut out),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => {
            flate2::read::ZlibDecoder::new(bytes).take(cap).read_to_end(&mut out)
        }
        _ => flate2::read::DeflateDecoder::new(bytes).take(cap).read_to_end(&mut out),
    };
    done.ok().filter(|n| *n > 16).map(|_| out)
}

/// True for bytes that start like a file of a kind that has a signature.
pub(super) fn is_file(bytes: &[u8]) -> bool {
    bytes.len() >= 24
        && !matches!(
            forensics::kind::of(None, bytes).word,
            "txt" | "bin" | "empty" | "mp3" | "p12" | "cer" | "cur"
        )
        && !(bytes.starts_with(b"MZ") && bytes.len() < 64)
}
