//! Content-Transfer-Encoding: lenient base64, quoted-printable and uuencode decoders.
//!
//! Lenient means: what is not of the encoding is skipped (base64) or kept (quoted-printable), because mail
//! programs do the same, and an attacker counts on it.

use std::borrow::Cow;

/// A transfer encoding (RFC 2045 §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transfer {
    /// 7bit, 8bit, binary, or nothing said.
    Identity,
    Base64,
    QuotedPrintable,
    Uuencode,
    /// A word that no standard knows; read as it is.
    Unknown,
}

impl Transfer {
    /// From the header's value, without regard to case, comments or stray punctuation.
    pub(crate) fn parse(value: &str) -> Self {
        let word = value
            .split(|c: char| c.is_ascii_whitespace() || matches!(c, ';' | '(' | ','))
            .map(|w| w.trim_matches(|c: char| matches!(c, '"' | '\'' | '<' | '>')))
            .find(|w| !w.is_empty())
            .unwrap_or("");
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        if is("base64") || is("base-64") || is("b64") {
            Self::Base64
        } else if is("quoted-printable") || is("quotedprintable") || is("quoted_printable") || is("qp") {
            Self::QuotedPrintable
        } else if is("x-uuencode") || is("uuencode") || is("x-uue") || is("uue") || is("x-uu") {
            Self::Uuencode
        } else if word.is_empty() || is("7bit") || is("8bit") || is("binary") || is("7-bit") || is("8-bit") {
            Self::Identity
        } else {
            Self::Unknown
        }
    }

    /// Decodes `body`, borrowing where nothing changes.
    pub(crate) fn decode(self, body: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Identity | Self::Unknown => Cow::Borrowed(body),
            Self::Base64 => Cow::Owned(base64(body)),
            Self::QuotedPrintable => quoted_printable(body),
            Self::Uuencode => Cow::Owned(uuencoded_body(body)),
        }
    }
}

/// Marks a byte that stands for no six bits.
const BAD: u32 = 1 << 31;

/// What each byte contributes as the first, second, third or fourth of a group of four.
static GROUP: [[u32; 256]; 4] = groups();

const fn groups() -> [[u32; 256]; 4] {
    let alphabet = *b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [[BAD; 256]; 4];
    let mut i = 0;
    while i < 64 {
        let byte = alphabet[i] as usize;
        let mut place = 0;
        while place < 4 {
            table[place][byte] = (i as u32) << (18 - 6 * place);
            place += 1;
        }
        i += 1;
    }
    table
}

/// Base64 decoding that keeps its state between pieces, so that a long attachment need not be held whole.
#[derive(Debug, Default)]
pub(crate) struct Base64 {
    bits: u32,
    count: u32,
}

impl Base64 {
    /// Decodes `input`, appending to `out`.
    pub(crate) fn feed(&mut self, input: &[u8], out: &mut Vec<u8>) {
        out.reserve(input.len() / 4 * 3 + 3);
        let mut rest = input;
        let mut end = usize::MAX;
        while !rest.is_empty() {
            // Lines are of one length as a rule; a line end inside a longer piece is skipped like any other byte.
            if rest.get(end) != Some(&b'\n') {
                end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            let (line, tail) = rest.split_at(end);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.line(line, out);
            rest = tail.get(1..).unwrap_or(&[]);
        }
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let mut line = line;
        // The common case: whole groups of four good characters. Anything else goes one by one.
        while self.count == 0 && line.len() >= 4 {
            let start = out.len();
            let groups = line.len() / 4;
            out.resize(start + groups * 3, 0);
            let mut good = 0;
            if let Some(target) = out.get_mut(start..) {
                for (four, three) in line.chunks_exact(4).zip(target.chunks_exact_mut(3)) {
                    let [a, b, c, d] = [four[0], four[1], four[2], four[3]].map(usize::from);
                    let word = GROUP[0][a] | GROUP[1][b] | GROUP[2][c] | GROUP[3][d];
                    if word & BAD != 0 {
                        break;
                    }
                    let [_, x, y, z] = word.to_be_bytes();
                    three.copy_from_slice(&[x, y, z]);
                    good += 1;
                }
            }
            out.truncate(start + good * 3);
            line = line.get(good * 4..).unwrap_or(&[]);
            if good == groups {
                break;
            }
            let (odd, after) = line.split_at(4.min(line.len()));
            self.slow(odd, out);
            line = after;
            while self.count != 0 && !line.is_empty() {
                let (one, after) = line.split_at(1);
                self.slow(one, out);
                line = after;
            }
        }
        self.slow(line, out);
    }

    fn slow(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for &byte in bytes {
            if byte == b'=' {
                self.finish(out);
                continue;
            }
            let value = GROUP[3][usize::from(byte)];
            if value & BAD != 0 {
                continue;
            }
            self.bits = self.bits << 6 | value;
            self.count += 1;
            if self.count == 4 {
                let [_, x, y, z] = self.bits.to_be_bytes();
                out.extend_from_slice(&[x, y, z]);
                self.bits = 0;
                self.count = 0;
            }
        }
    }

    /// Writes the whole bytes that are still held, and starts anew.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        match self.count {
            2 => out.push((self.bits >> 4) as u8),
            3 => out.extend_from_slice(&[(self.bits >> 10) as u8, (self.bits >> 2) as u8]),
            _ => {}
        }
        self.bits = 0;
        self.count = 0;
    }
}

/// Decodes base64, skipping what is not base64; groups after padding are decoded too.
pub(crate) fn base64(input: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut state = Base64::default();
    state.feed(input, &mut out);
    state.finish(&mut out);
    out
}

/// True if `input` holds nothing but base64 characters, padding and white space, and some of the first.
pub(crate) fn is_base64(input: &[u8]) -> bool {
    let mut some = false;
    input.iter().all(|&b| {
        let good = GROUP[3][usize::from(b)] & BAD == 0;
        some |= good;
        good || b == b'=' || b.is_ascii_whitespace()
    }) && some
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Decodes quoted-printable; a `=` that starts no valid escape is kept, as mail programs do.
pub(crate) fn quoted_printable(input: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr(b'=', input) else {
        return Cow::Borrowed(input);
    };
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input;
    let mut next = first;
    loop {
        let (plain, tail) = rest.split_at(next);
        out.extend_from_slice(plain);
        rest = match tail {
            [b'=', b'\r', b'\n', after @ ..] | [b'=', b'\n', after @ ..] => after,
            [b'=', a, b, after @ ..] if hex(*a).is_some() && hex(*b).is_some() => {
                out.push(hex(*a).unwrap_or(0) << 4 | hex(*b).unwrap_or(0));
                after
            }
            [b'=', after @ ..] => match soft_break(after) {
                Some(after) => after,
                None => {
                    out.push(b'=');
                    after
                }
            },
            _ => &[],
        };
        match memchr::memchr(b'=', rest) {
            Some(at) => next = at,
            None => {
                out.extend_from_slice(rest);
                return Cow::Owned(out);
            }
        }
    }
}

/// Most white space allowed between a soft break's `=` and its line end.
const SOFT_BREAK_SPACE: usize = 80;

/// What follows a soft line break with trailing white space, or at the end of the input.
fn soft_break(after: &[u8]) -> Option<&[u8]> {
    let blank = after.iter().take(SOFT_BREAK_SPACE).take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
    match after.get(blank..) {
        Some([b'\n', rest @ ..]) => Some(rest),
        Some([]) => Some(&[]),
        _ => None,
    }
}

/// One file found in uuencoded text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Uufile<'a> {
    /// Name bytes from the `begin` line.
    pub(crate) name: &'a [u8],
    /// Decoded bytes.
    pub(crate) bytes: Vec<u8>,
    /// Where the `begin` line starts in the text, and where the line after `end` starts.
    pub(crate) span: std::ops::Range<usize>,
}

/// The next uuencoded file at or after `from`: a `begin` (or `begin-base64`) line with a mode and a name, and at
/// least one data line.
pub(crate) fn next_uufile(text: &[u8], from: usize) -> Option<Uufile<'_>> {
    let mut at = from;
    loop {
        let found = memchr::memmem::find(text.get(at..)?, b"begin")? + at;
        let line_start = found == 0 || text.get(found - 1) == Some(&b'\n');
        if line_start && let Some(file) = uufile_at(text, found) {
            return Some(file);
        }
        at = found + 5;
    }
}

fn line_at(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = text.get(at..).filter(|r| !r.is_empty())?;
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let line = rest.get(..end)?;
    Some((line.strip_suffix(b"\r").unwrap_or(line), (at + end + 1).min(text.len())))
}

fn uufile_at(text: &[u8], start: usize) -> Option<Uufile<'_>> {
    let (line, mut at) = line_at(text, start)?;
    let (rest, base64) = match line.strip_prefix(b"begin-base64 ") {
        Some(rest) => (rest, true),
        None => (line.strip_prefix(b"begin ")?, false),
    };
    let digits = rest.iter().take_while(|b| (b'0'..=b'7').contains(*b)).count();
    if !(3..=6).contains(&digits) || rest.get(digits) != Some(&b' ') {
        return None;
    }
    let name = rest.get(digits + 1..)?.trim_ascii();
    if base64 {
        // Lines of base64 up to one of four equals signs.
        let from = at;
        let mut end = at;
        while let Some((line, next)) = line_at(text, at) {
            at = next;
            if line == b"====" || !is_base64(line) {
                break;
            }
            end = next;
        }
        let bytes = self::base64(text.get(from..end).unwrap_or(&[]));
        return (!bytes.is_empty() && !name.is_empty()).then_some(Uufile { name, bytes, span: start..at });
    }
    let mut bytes = Vec::new();
    while let Some((line, next)) = line_at(text, at) {
        if line == b"end" {
            at = next;
            break;
        }
        if !uuline(line, &mut bytes) {
            break;
        }
        at = next;
    }
    (!bytes.is_empty() && !name.is_empty()).then_some(Uufile { name, bytes, span: start..at })
}

/// Decodes one data line; false if it is none.
fn uuline(line: &[u8], out: &mut Vec<u8>) -> bool {
    let Some((&length, data)) = line.split_first() else {
        return false;
    };
    if !(b' '..=b'`').contains(&length) {
        return false;
    }
    let wanted = usize::from((length - b' ') & 63);
    if data.len() * 3 / 4 + 3 < wanted || data.iter().any(|b| !(b' '..=b'`').contains(b)) {
        return false;
    }
    let before = out.len();
    for four in data.chunks(4) {
        let value = |i: usize| four.get(i).map_or(0, |b| u32::from((b - b' ') & 63));
        let word = value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
        let [_, x, y, z] = word.to_be_bytes();
        out.extend_from_slice(&[x, y, z]);
    }
    out.truncate(before + wanted);
    true
}

/// A body with `Content-Transfer-Encoding: x-uuencode`: its first file, or the body as it is.
fn uuencoded_body(body: &[u8]) -> Vec<u8> {
    next_uufile(body, 0).map_or_else(|| body.to_vec(), |file| file.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_base64(input: &str, expect: &str) {
        assert_eq!(String::from_utf8_lossy(&base64(input.as_bytes())), expect, "{input:?}");
    }

    #[test]
    fn base64_is_decoded_however_it_is_broken_into_lines() {
        check_base64("SGVsbG8sIHdvcmxkIQ==", "Hello, world!");
        check_base64("SGVs\r\nbG8sIHdv\ncmxkIQ==\r\n", "Hello, world!");
        check_base64("S\nG\nV\ns\nbG8sIHdvcmxkI\nQ==", "Hello, world!");
        check_base64("SGVs!!bG8s*IHdvcmxkIQ", "Hello, world!");
        check_base64("SGVsbG8=LCB3b3JsZCE=", "Hello, world!");
        check_base64("", "");
        check_base64("A", "");
    }

    #[test]
    fn base64_fed_in_pieces_equals_base64_fed_whole() {
        let text = "SGVsbG8sIHdvcmxkIQ==\r\nSGVsbG8sIHdvcmxkIQ==\r\n";
        for cut in 0..text.len() {
            let (a, b) = text.as_bytes().split_at(cut);
            let mut out = Vec::new();
            let mut state = Base64::default();
            state.feed(a, &mut out);
            state.feed(b, &mut out);
            state.finish(&mut out);
            assert_eq!(out, base64(text.as_bytes()), "cut at {cut}");
        }
    }

    fn check_qp(input: &str, expect: &str) {
        assert_eq!(String::from_utf8_lossy(&quoted_printable(input.as_bytes())), expect, "{input:?}");
    }

    #[test]
    fn quoted_printable_keeps_what_is_no_escape() {
        check_qp("a=3Db", "a=b");
        check_qp("soft=\r\nbreak", "softbreak");
        check_qp("soft= \t\nbreak", "softbreak");
        check_qp("=e3=81=82", "あ");
        check_qp("100=% =ZZ", "100=% =ZZ");
        check_qp("end=", "end");
        check_qp("plain", "plain");
    }

    #[test]
    fn a_uuencoded_file_is_found_in_running_text() {
        let text = b"hello\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\n";
        let file = next_uufile(text, 0).expect("a file");
        assert_eq!((file.name, file.bytes.as_slice()), (&b"cat.txt"[..], &b"Cat"[..]));
        assert_eq!(text.get(file.span.end..), Some(&b"bye\n"[..]));
        assert_eq!(next_uufile(b"we begin 644 times\nand end\n", 0), None);
        assert_eq!(next_uufile(b"begin again\nend\n", 0), None);
    }

    #[test]
    fn transfer_encoding_words_are_read_with_their_usual_misspellings() {
        for (word, expect) in [
            ("BASE64", Transfer::Base64),
            (" \"base64\" ", Transfer::Base64),
            ("quoted-printable (yes)", Transfer::QuotedPrintable),
            ("8bit", Transfer::Identity),
            ("", Transfer::Identity),
            ("rot13", Transfer::Unknown),
        ] {
            assert_eq!(Transfer::parse(word), expect, "{word:?}");
        }
    }
}
