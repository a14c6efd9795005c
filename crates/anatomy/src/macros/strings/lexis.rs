//! String literals, numbers and comments of the languages that are folded.

use crate::macros::calls::Language;

/// Bytes searched for the end of a regular expression.
const REGEX_BYTES: usize = 500;

/// A literal: its text, whether escapes made up a good part of it, and where the script goes on.
pub(super) struct Literal {
    pub(super) text: String,
    pub(super) escapes: usize,
    pub(super) end: usize,
}

/// Reads the literal whose quote stands at `at`; `Err` with where its line ends if it is never closed.
pub(super) fn literal(text: &str, at: usize, language: Language) -> Result<Literal, usize> {
    let bytes = text.as_bytes();
    let quote = bytes.get(at).copied().unwrap_or(b'"');
    let mut out = Vec::new();
    let mut escapes = 0;
    let mut here = at + 1;
    while let Some(byte) = bytes.get(here).copied() {
        let next = bytes.get(here + 1).copied();
        match (byte, language) {
            (b, _) if b == quote => {
                let doubles = language.is_basic() || language == Language::PowerShell;
                if !(doubles && next == Some(quote)) {
                    let text = String::from_utf8(out)
                        .unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
                    return Ok(Literal { text, escapes, end: here + 1 });
                }
                out.push(quote);
                here += 2;
            }
            (b'\n' | b'\r', _) if language != Language::PowerShell && quote != b'`' => return Err(here),
            (b'\\', Language::JavaScript | Language::Page) => {
                let (end, coded) = escape(bytes, here + 1, &mut out);
                escapes += usize::from(coded);
                here = end;
            }
            (b'`', Language::PowerShell) if quote == b'"' => {
                let c = match next {
                    Some(b'n') => b'\n',
                    Some(b'r') => b'\r',
                    Some(b't') => b'\t',
                    Some(b'0') => 0,
                    Some(other) => other,
                    None => break,
                };
                out.push(c);
                here += 2;
            }
            (b, _) => {
                out.push(b);
                here += 1;
            }
        }
    }
    Err(bytes.len())
}

/// A JavaScript escape after its backslash; where the literal goes on, and whether a code stood there.
fn escape(bytes: &[u8], at: usize, out: &mut Vec<u8>) -> (usize, bool) {
    let number = |from: usize, digits: usize| {
        let text = bytes.get(from..from.checked_add(digits)?)?;
        let text = std::str::from_utf8(text).ok().filter(|t| t.bytes().all(|b| b.is_ascii_hexdigit()))?;
        u32::from_str_radix(text, 16).ok().and_then(char::from_u32)
    };
    let mut push = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    match bytes.get(at).copied() {
        Some(b'x') if let Some(c) = number(at + 1, 2) => {
            push(c);
            (at + 3, true)
        }
        Some(b'u') if let Some(c) = number(at + 1, 4) => {
            push(c);
            (at + 5, true)
        }
        Some(b'0'..=b'7') => {
            let digits =
                bytes.get(at..).unwrap_or(&[]).iter().take(3).take_while(|b| matches!(b, b'0'..=b'7'));
            let (mut value, mut count) = (0u32, 0);
            for digit in digits {
                value = value * 8 + u32::from(digit - b'0');
                count += 1;
            }
            push(char::from_u32(value).unwrap_or('\u{fffd}'));
            (at + count, count == 3)
        }
        Some(b'n') => {
            push('\n');
            (at + 1, false)
        }
        Some(b'r') => {
            push('\r');
            (at + 1, false)
        }
        Some(b't') => {
            push('\t');
            (at + 1, false)
        }
        // A line end after a backslash is no character.
        Some(b'\r' | b'\n') => (at + 1, false),
        Some(other) => {
            out.push(other);
            (at + 1, false)
        }
        None => (at, false),
    }
}

/// Where a comment that starts at `at` ends; `None` if none starts there.
pub(super) fn comment(text: &str, at: usize, language: Language) -> Option<usize> {
    let bytes = text.as_bytes();
    let rest = bytes.get(at..)?;
    let line = || memchr::memchr2(b'\r', b'\n', rest).map_or(bytes.len(), |n| at + n);
    match language {
        Language::Vba | Language::VbScript if rest.starts_with(b"'") => Some(line()),
        Language::PowerShell if rest.starts_with(b"<#") => {
            Some(memchr::memmem::find(rest, b"#>").map_or(bytes.len(), |n| at + n + 2))
        }
        Language::PowerShell if rest.starts_with(b"#") => Some(line()),
        Language::JavaScript | Language::Page if rest.starts_with(b"//") => Some(line()),
        Language::JavaScript | Language::Page if rest.starts_with(b"/*") => {
            Some(memchr::memmem::find(rest, b"*/").map_or(bytes.len(), |n| at + n + 2))
        }
        Language::JavaScript | Language::Page if rest.starts_with(b"/") => regex(bytes, at).map(|r| r.1),
        _ => None,
    }
}

/// The pattern of a JavaScript regular expression at `at`, and where the script goes on.
pub(super) fn regex(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let before = bytes.get(..at)?.iter().rev().take(8).find(|b| !b.is_ascii_whitespace());
    if !matches!(
        before,
        None | Some(b'(' | b',' | b'=' | b':' | b'[' | b'!' | b'&' | b'|' | b'?' | b'{' | b'}' | b';')
    ) {
        return None;
    }
    let rest = bytes.get(at + 1..)?;
    let (mut here, mut class) = (0, false);
    while let Some(byte) = rest.get(here).filter(|_| here < REGEX_BYTES) {
        match byte {
            b'\\' => here += 1,
            b'[' => class = true,
            b']' => class = false,
            b'\r' | b'\n' => return None,
            b'/' if !class => {
                let flags = rest.get(here + 1..)?.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                return Some((rest.get(..here)?, at + 1 + here + 1 + flags));
            }
            _ => {}
        }
        here += 1;
    }
    None
}

/// A number at `at`: decimal, `0x`, `&H`, `&O`; and where the script goes on.
pub(super) fn number(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let rest = bytes.get(at..)?;
    let (radix, skip) = match rest {
        [b'0', b'x' | b'X', ..] | [b'&', b'H' | b'h', ..] => (16, 2),
        [b'&', b'O' | b'o', ..] => (8, 2),
        [b'0'..=b'9', ..] => (10, 0),
        _ => return None,
    };
    let digits = rest.get(skip..)?.iter().take(16).take_while(|b| char::from(**b).is_digit(radix)).count();
    let text = std::str::from_utf8(rest.get(skip..skip + digits)?).ok()?;
    let mut end = at + skip + digits;
    // `&H41&` is a Long.
    if skip == 2 && bytes.get(end) == Some(&b'&') && rest.starts_with(b"&") {
        let joins = bytes.get(end + 1).is_some_and(|b| matches!(b, b')' | b',' | b' '));
        end += usize::from(joins);
    }
    Some((i64::from_str_radix(text, radix).ok()?, end))
}

/// An identifier with its dots at `at`; where it ends.
pub(super) fn identifier(bytes: &[u8], at: usize) -> usize {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'.') || *b >= 0x80;
    let length = bytes.get(at..).unwrap_or(&[]).iter().take_while(|b| is_part(b)).count();
    at + length
}
