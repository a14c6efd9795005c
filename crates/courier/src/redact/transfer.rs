//! Transfer encodings, cut into pieces that can be written anew one by one, so that the rest keeps its bytes.

use std::ops::Range;

use data_encoding::BASE64;

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transfer {
    Identity,
    Base64,
    QuotedPrintable,
    /// uuencode and what no standard knows: not looked into.
    Other,
}

/// A piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its bytes in the mail.
    pub(super) range: Range<usize>,
    /// What it stands for.
    pub(super) decoded: Vec<u8>,
}

impl Transfer {
    pub(super) fn parse(value: &str) -> Self {
        let word = value.trim().split([';', ' ', '\t', '(']).next().unwrap_or_default().trim_matches('"');
        match word.to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            "" | "7bit" | "8bit" | "binary" => Self::Identity,
            _ => Self::Other,
        }
    }

    /// The pieces of a body that begins at `offset` in the mail: lines, or the whole where it is base64.
    pub(super) fn pieces(self, body: &[u8], offset: usize) -> Vec<Piece> {
        match self {
            Self::Other => Vec::new(),
            Self::Base64 => vec![Piece { range: offset..offset + body.len(), decoded: base64(body) }],
            Self::Identity => lines(body)
                .map(|range| Piece {
                    decoded: body.get(range.clone()).unwrap_or_default().to_vec(),
                    range: offset + range.start..offset + range.end,
                })
                .collect(),
            Self::QuotedPrintable => {
                let mut pieces: Vec<Piece> = Vec::new();
                let mut goes_on = false;
                for range in lines(body) {
                    let line = body.get(range.clone()).unwrap_or_default();
                    let (decoded, soft) = quoted_line(line);
                    let range = offset + range.start..offset + range.end;
                    match pieces.last_mut().filter(|_| goes_on) {
                        Some(last) => {
                            last.range.end = range.end;
                            last.decoded.extend_from_slice(&decoded);
                        }
                        None => pieces.push(Piece { range, decoded }),
                    }
                    goes_on = soft;
                }
                pieces
            }
        }
    }

    /// Bytes in this encoding. `ending` is how the mail ends its lines.
    pub(super) fn encode(self, bytes: &[u8], ending: &str, last: bool) -> Vec<u8> {
        match self {
            Self::Identity | Self::Other => bytes.to_vec(),
            Self::Base64 => {
                let mut out = Vec::new();
                // 76 characters a line (RFC 2045 §6.8) are 57 bytes.
                for chunk in bytes.chunks(57) {
                    out.extend_from_slice(BASE64.encode(chunk).as_bytes());
                    out.extend_from_slice(ending.as_bytes());
                }
                out
            }
            Self::QuotedPrintable => quoted(bytes, ending, last),
        }
    }
}

/// Lines with their ends.
pub(super) fn lines(body: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        if at >= body.len() {
            return None;
        }
        let start = at;
        at = memchr::memchr(b'\n', body.get(start..).unwrap_or_default())
            .map_or(body.len(), |end| start + end + 1);
        Some(start..at)
    })
}

/// Lenient: what is not of the alphabet is passed over, as mail programs do.
fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for &byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                // Padding ends a run; another may follow.
                (bits, held) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).unwrap_or_default());
        }
    }
    out
}

/// A line of quoted-printable, decoded, and whether it goes on in the next.
fn quoted_line(line: &[u8]) -> (Vec<u8>, bool) {
    let (text, ending) = match line {
        [text @ .., b'\r', b'\n'] => (text, &b"\r\n"[..]),
        [text @ .., b'\n'] => (text, &b"\n"[..]),
        text => (text, &b""[..]),
    };
    let text = text.trim_ascii_end();
    let soft = text.last() == Some(&b'=') && !ending.is_empty();
    let text = if soft { text.get(..text.len() - 1).unwrap_or_default() } else { text };
    let mut out = Vec::with_capacity(text.len() + 2);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, digit(at + 1), digit(at + 2)) {
            (b'=', Some(high), Some(low)) => {
                out.push(u8::try_from(high << 4 | low).unwrap_or_default());
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    if !soft {
        out.extend_from_slice(ending);
    }
    (out, soft)
}

/// Quoted-printable of one piece; its own line ends stay line ends. `last`: nothing follows, so that a piece without a
/// line end needs no soft one.
fn quoted(bytes: &[u8], ending: &str, last: bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() * 2);
    let mut column = 0;
    let mut ends_line = false;
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        let break_length = if rest.starts_with(b"\r\n") { 2 } else { usize::from(byte == b'\n') };
        if break_length > 0 {
            out.extend_from_slice(rest.get(..break_length).unwrap_or_default());
            rest = rest.get(break_length..).unwrap_or_default();
            column = 0;
            ends_line = true;
            continue;
        }
        ends_line = false;
        let at_end = after.is_empty() || after.starts_with(b"\n") || after.starts_with(b"\r\n");
        let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || matches!(byte, b' ' | b'\t') && !at_end;
        let length = if plain { 1 } else { 3 };
        // 76 characters a line with the soft break's own (RFC 2045 §6.7).
        if column + length > 75 {
            out.push(b'=');
            out.extend_from_slice(ending.as_bytes());
            column = 0;
        }
        if plain {
            out.push(byte)
        } else {
            out.extend_from_slice(format!("={byte:02X}").as_bytes())
        }
        column += length;
        rest = after;
    }
    if !ends_line && !last && !out.is_empty() {
        out.push(b'=');
        out.extend_from_slice(ending.as_bytes());
    }
    out
}
