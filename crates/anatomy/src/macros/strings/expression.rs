//! Constant expressions of strings, found one after the other.

use super::How;
use super::codecs;
use super::lexis::{self, identifier, literal, number};
use crate::macros::calls::Language;

/// Expressions inside each other.
const DEPTH: usize = 8;

/// Bytes of one folded value.
const VALUE_BYTES: usize = 16 << 20;

/// Numbers in one list.
const NUMBERS: usize = 4 << 20;

/// Methods applied to one value.
const METHODS: usize = 12;

/// Bytes of the further arguments of `Replace`.
const REPLACE_BYTES: usize = 200;

/// Texts in one list.
const TEXTS: usize = 20_000;

/// A value found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) how: How,
    pub(super) codes: usize,
    /// Set where a list of numbers stood there.
    pub(super) bytes: Option<Vec<u8>>,
}

impl Found {
    fn new(text: String, how: How) -> Self {
        Self { text, how, codes: 0, bytes: None }
    }

    fn coded(text: String, codes: usize) -> Self {
        Self { text, how: How::Coded, codes, bytes: None }
    }
}

/// Goes through a script from value to value.
pub(super) struct Reader<'t> {
    text: &'t str,
    language: Language,
    at: usize,
    /// No literal that starts before here is ever closed.
    dead: usize,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, language: Language) -> Self {
        Self { text, language, at: 0, dead: 0 }
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn is_js(&self) -> bool {
        matches!(self.language, Language::JavaScript | Language::Page)
    }

    /// The next constant value.
    pub(super) fn next(&mut self) -> Option<Found> {
        while let Some(byte) = self.byte(self.at) {
            if let Some(end) = lexis::comment(self.text, self.at, self.language) {
                self.at = end.max(self.at + 1);
                continue;
            }
            let word = byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$') || byte >= 0x80;
            if (word || matches!(byte, b'"' | b'\'' | b'`' | b'[' | b'(' | b'-'))
                && let Some((found, end)) = self.expression(self.at, 0)
            {
                self.at = end.max(self.at + 1);
                return Some(found);
            }
            if word {
                self.at = identifier(self.text.as_bytes(), self.at).max(self.at + 1);
            } else if byte.is_ascii_digit() {
                // The digits of a longer number are no value.
                self.at = identifier(self.text.as_bytes(), self.at).max(self.at + 1);
            } else {
                self.at = self.at.max(self.dead.min(self.at)) + 1;
            }
        }
        None
    }

    /// Skips blanks, and line continuations of Basic.
    fn space(&self, mut at: usize) -> usize {
        let lines = self.is_js() || self.language == Language::PowerShell;
        while let Some(byte) = self.byte(at) {
            match byte {
                b' ' | b'\t' => at += 1,
                b'\r' | b'\n' if lines => at += 1,
                b'_' if self.language.is_basic() && matches!(self.byte(at + 1), Some(b'\r' | b'\n')) => {
                    at += 2;
                    at += usize::from(self.byte(at) == Some(b'\n'));
                }
                _ => break,
            }
        }
        at
    }

    fn expect(&self, at: usize, byte: u8) -> Option<usize> {
        let at = self.space(at);
        (self.byte(at) == Some(byte)).then_some(at + 1)
    }

    /// Values joined by `&` or `+`.
    fn expression(&mut self, at: usize, depth: usize) -> Option<(Found, usize)> {
        if depth > DEPTH {
            return None;
        }
        let (mut whole, mut end) = self.primary(at, depth)?;
        loop {
            let after = self.space(end);
            let joins = match self.byte(after) {
                Some(b'+') => self.byte(after + 1) != Some(b'+'),
                Some(b'&') => self.language.is_basic(),
                _ => false,
            };
            if !joins || whole.bytes.is_some() {
                break;
            }
            let Some((next, then)) = self.primary(after + 1, depth) else {
                break;
            };
            if whole.text.len() + next.text.len() > VALUE_BYTES || next.bytes.is_some() {
                break;
            }
            whole.text.push_str(&next.text);
            whole.how = whole.how.max(next.how).max(How::Joined);
            whole.codes += next.codes;
            end = then;
        }
        Some((whole, end))
    }

    fn primary(&mut self, at: usize, depth: usize) -> Option<(Found, usize)> {
        let at = self.space(at);
        let (mut value, mut end) = self.operand(at, depth)?;
        for _ in 0..METHODS {
            match self.method(&value, end, depth) {
                Some((next, then)) => (value, end) = (next, then),
                None => break,
            }
        }
        Some((value, end))
    }

    fn operand(&mut self, at: usize, depth: usize) -> Option<(Found, usize)> {
        match self.byte(at)? {
            b'"' => self.quoted(at),
            b'\'' if !self.language.is_basic() => self.quoted(at),
            b'`' if self.is_js() => self.quoted(at),
            b'(' => {
                let (value, end) = self.expression(at + 1, depth + 1)?;
                match self.expect(end, b')') {
                    Some(end) => Some((value, end)),
                    // Inside a call's parentheses, or cut: what was read counts.
                    None if depth == 0 => Some((value, end)),
                    None => None,
                }
            }
            b'[' if self.is_js() => self.list(at + 1, b']', depth),
            b'[' if self.language == Language::PowerShell => self.cast(at, depth),
            b'-' if self.language == Language::PowerShell => self.join(at, depth),
            b if b.is_ascii_alphabetic() || b == b'_' => self.call(at, depth),
            _ => None,
        }
    }

    fn quoted(&mut self, at: usize) -> Option<(Found, usize)> {
        if at < self.dead {
            return None;
        }
        match literal(self.text, at, self.language) {
            Ok(literal) => {
                let coded = literal.escapes >= 3 && literal.escapes * 3 >= literal.text.chars().count();
                let how = if coded { How::Coded } else { How::Plain };
                let codes = if coded { literal.escapes } else { 0 };
                Some((Found { codes, ..Found::new(literal.text, how) }, literal.end))
            }
            Err(end) => {
                self.dead = self.dead.max(end);
                None
            }
        }
    }

    /// A function of constants.
    fn call(&mut self, at: usize, depth: usize) -> Option<(Found, usize)> {
        let end = identifier(self.text.as_bytes(), at);
        let name = self.text.get(at..end).filter(|n| n.len() <= 40)?.to_ascii_lowercase();
        let name = name.trim_end_matches('$');
        let name = name.rsplit_once("vba.").map_or(name, |(_, n)| n);
        if self.language.is_basic() {
            match name {
                "vbcrlf" | "vbnewline" => return Some((Found::new("\r\n".to_owned(), How::Plain), end)),
                "vblf" => return Some((Found::new("\n".to_owned(), How::Plain), end)),
                "vbtab" => return Some((Found::new("\t".to_owned(), How::Plain), end)),
                "vbnullstring" => return Some((Found::new(String::new(), How::Plain), end)),
                _ => {}
            }
        }
        let known = match self.language {
            Language::Vba | Language::VbScript | Language::Xlm => matches!(
                name,
                "chr"
                    | "chrw"
                    | "chrb"
                    | "char"
                    | "strreverse"
                    | "replace"
                    | "lcase"
                    | "ucase"
                    | "cstr"
                    | "trim"
                    | "strings.strreverse"
                    | "strings.chr"
                    | "unescape"
            ),
            Language::JavaScript | Language::Page => matches!(
                name,
                "string.fromcharcode"
                    | "unescape"
                    | "decodeuri"
                    | "decodeuricomponent"
                    | "atob"
                    | "window.atob"
                    | "uint8array"
                    | "string.fromcodepoint"
            ),
            Language::PowerShell | Language::Batch => false,
        };
        if !known {
            return None;
        }
        let open = self.expect(end, b'(')?;
        match name {
            "chr" | "chrw" | "chrb" | "char" | "strings.chr" => {
                let (code, end) = self.integer(open, depth + 1)?;
                let end = self.expect(end, b')')?;
                let c = u32::try_from(code & 0xffff).ok().and_then(char::from_u32)?;
                Some((code_of(c), end))
            }
            "string.fromcharcode" | "string.fromcodepoint" => {
                let (codes, end) = self.integers(open, b')', depth + 1)?;
                let units: Vec<u16> = codes.iter().map(|c| u16::try_from(*c & 0xffff).unwrap_or(0)).collect();
                Some((Found::coded(String::from_utf16_lossy(&units), codes.len()), end))
            }
            "uint8array" => {
                let inner = self.expect(open, b'[')?;
                self.list(inner, b']', depth + 1)
            }
            _ => {
                let (value, end) = self.expression(open, depth + 1)?;
                self.function(name, value, end, depth)
            }
        }
    }

    fn function(&mut self, name: &str, value: Found, end: usize, depth: usize) -> Option<(Found, usize)> {
        let Found { text, how, codes, .. } = value;
        let coded = |text: String| Found { codes, ..Found::coded(text, codes) };
        if name == "replace" {
            let end = self.expect(end, b',')?;
            let (from, end) = self.expression(end, depth + 1)?;
            let end = self.expect(end, b',')?;
            let (to, end) = self.expression(end, depth + 1)?;
            let rest = crate::binary::piece(self.text.as_bytes(), end, REPLACE_BYTES);
            let close = memchr::memchr2(b')', b'\n', rest)?;
            return Some((coded(replaced(&text, &from.text, &to.text)?), end + close + 1));
        }
        let end = self.expect(end, b')')?;
        let value = match name {
            "strreverse" | "strings.strreverse" => coded(text.chars().rev().collect()),
            "unescape" | "decodeuri" | "decodeuricomponent" => match codecs::percent(&text) {
                Some(plain) => Found { codes, ..Found::new(plain, how.max(How::Escaped)) },
                None => Found { codes, ..Found::new(text, how) },
            },
            // The caller looks at literals for base64 anyway; here it becomes part of a longer value.
            "atob" | "window.atob" => {
                match codecs::base64(&text).and_then(|bytes| codecs::readable(&bytes)) {
                    Some(plain) => coded(plain),
                    None => Found { codes, ..Found::new(text, how) },
                }
            }
            "lcase" => Found { codes, ..Found::new(text.to_lowercase(), how) },
            "ucase" => Found { codes, ..Found::new(text.to_uppercase(), how) },
            _ => Found { codes, ..Found::new(text, how) },
        };
        Some((value, end))
    }

    /// What follows a value and changes it.
    fn method(&mut self, value: &Found, at: usize, depth: usize) -> Option<(Found, usize)> {
        if self.language.is_basic() || value.bytes.is_some() {
            return None;
        }
        let at = self.space(at);
        if self.language == Language::PowerShell && self.byte(at) == Some(b'-') {
            return self.operator(value, at, depth);
        }
        if self.byte(at) != Some(b'.') {
            return None;
        }
        let end = identifier(self.text.as_bytes(), at);
        let name = self.text.get(at..end).filter(|n| n.len() <= 20)?.to_ascii_lowercase();
        let open = self.expect(end, b'(')?;
        let coded = |text: String| Found { codes: value.codes, ..Found::coded(text, 0) };
        match name.as_str() {
            ".replace" | ".replaceall" => {
                let (from, end) = self.pattern(open, depth)?;
                let end = self.expect(end, b',')?;
                let (to, end) = self.expression(end, depth + 1)?;
                Some((coded(replaced(&value.text, &from, &to.text)?), self.expect(end, b')')?))
            }
            ".split" => {
                let (by, end) = self.pattern(open, depth)?;
                let end = self.expect(end, b')')?;
                self.split(&value.text, &by, end, depth).map(|(text, end)| (coded(text), end))
            }
            _ => None,
        }
    }

    /// `.split(a).reverse().join(b)`.
    fn split(&mut self, text: &str, by: &str, mut at: usize, depth: usize) -> Option<(String, usize)> {
        let mut reversed = false;
        for _ in 0..3 {
            let start = self.space(at);
            let end = identifier(self.text.as_bytes(), start);
            let name = self.text.get(start..end).filter(|n| n.len() <= 20)?.to_ascii_lowercase();
            let open = self.expect(end, b'(')?;
            match name.as_str() {
                ".reverse" => {
                    reversed = !reversed;
                    at = self.expect(open, b')')?;
                }
                ".join" => {
                    let (with, end) = self.expression(open, depth + 1)?;
                    let end = self.expect(end, b')')?;
                    if by.is_empty() {
                        let mut chars: Vec<char> = text.chars().collect();
                        if reversed {
                            chars.reverse();
                        }
                        return Some((chars.into_iter().collect(), end));
                    }
                    let mut parts: Vec<&str> = text.split(by).collect();
                    if reversed {
                        parts.reverse();
                    }
                    let size = parts.len().saturating_mul(with.text.len()).saturating_add(text.len());
                    return (size <= VALUE_BYTES).then(|| (parts.join(&with.text), end));
                }
                _ => return None,
            }
        }
        None
    }

    /// A constant text, or a regular expression without any special sign.
    fn pattern(&mut self, at: usize, depth: usize) -> Option<(String, usize)> {
        let at = self.space(at);
        if self.byte(at) == Some(b'/') {
            let (pattern, end) = lexis::regex(self.text.as_bytes(), at)?;
            let plain = pattern.iter().all(|b| !b"\\^$.|?*+()[]{}".contains(b));
            return plain.then(|| (String::from_utf8_lossy(pattern).into_owned(), end));
        }
        self.expression(at, depth + 1).map(|(found, end)| (found.text, end))
    }

    /// PowerShell: `-f`, `-replace`, `-join`.
    fn operator(&mut self, value: &Found, at: usize, depth: usize) -> Option<(Found, usize)> {
        let end = identifier(self.text.as_bytes(), at + 1);
        let name = self.text.get(at + 1..end).filter(|n| n.len() <= 10)?.to_ascii_lowercase();
        let coded = |text: String| Found { codes: value.codes, ..Found::coded(text, 0) };
        match name.as_str() {
            "replace" | "creplace" | "ireplace" => {
                let (from, end) = self.operand_text(end, depth)?;
                let end = self.expect(end, b',')?;
                let (to, end) = self.operand_text(end, depth)?;
                Some((coded(replaced(&value.text, &from, &to)?), end))
            }
            "f" => {
                let mut texts = Vec::new();
                let mut end = end;
                loop {
                    let (text, after) = self.operand_text(end, depth)?;
                    texts.push(text);
                    end = after;
                    match self.expect(end, b',') {
                        Some(next) if texts.len() < TEXTS => end = next,
                        _ => break,
                    }
                }
                Some((coded(formatted(&value.text, &texts)?), end))
            }
            _ => None,
        }
    }

    fn operand_text(&mut self, at: usize, depth: usize) -> Option<(String, usize)> {
        let at = self.space(at);
        if depth > DEPTH {
            return None;
        }
        self.operand(at, depth + 1).map(|(found, end)| (found.text, end))
    }

    /// PowerShell: `[char]104`, `[char[]](104, 116)`, `[byte[]](77, 90)`.
    fn cast(&mut self, at: usize, depth: usize) -> Option<(Found, usize)> {
        let head = self.text.get(at..).map(|t| lexicon::text::cut(t, 24))?;
        let lower = head.to_ascii_lowercase();
        if let Some(rest) = lower.strip_prefix("[string]").or_else(|| lower.strip_prefix("[text]")) {
            let end = at + lower.len() - rest.len();
            return if depth > DEPTH { None } else { self.operand(end, depth + 1) };
        }
        for (sign, many) in [("[char]", false), ("[char[]]", true), ("[byte[]]", true)] {
            if !lower.starts_with(sign) {
                continue;
            }
            let start = self.space(at + sign.len());
            if !many {
                let (code, end) = self.integer(start, depth + 1)?;
                let c = u32::try_from(code).ok().and_then(char::from_u32)?;
                return Some((code_of(c), end));
            }
            let open = match self.byte(start)? {
                b'(' => start + 1,
                b'@' => self.expect(start + 1, b'(')?,
                _ => return None,
            };
            let (codes, end) = self.integers(open, b')', depth + 1)?;
            return numbers(&codes).map(|found| (found, end));
        }
        None
    }

    /// PowerShell: `-join (…)`.
    fn join(&mut self, at: usize, depth: usize) -> Option<(Found, usize)> {
        let head = self.text.get(at..).map(|t| lexicon::text::cut(t, 6))?;
        if !head.get(..5)?.eq_ignore_ascii_case("-join") || depth > DEPTH {
            return None;
        }
        let start = self.space(at + 5);
        if self.byte(start) == Some(b'(') {
            let inner = self.space(start + 1);
            if self.byte(inner) != Some(b'[')
                && let Some((value, end)) = self.list(inner, b')', depth + 1)
            {
                return Some((value, end));
            }
        }
        self.operand(start, depth + 1)
    }

    /// A list of texts that is joined, or of numbers that are bytes.
    fn list(&mut self, at: usize, close: u8, depth: usize) -> Option<(Found, usize)> {
        if depth > DEPTH {
            return None;
        }
        let first = self.space(at);
        if self.byte(first).is_some_and(|b| b.is_ascii_digit()) {
            let (codes, end) = self.integers(first, close, depth + 1)?;
            let found = numbers(&codes)?;
            return Some((found, end));
        }
        let mut whole = String::new();
        let mut end = first;
        let mut texts = 0;
        let mut parts = Vec::new();
        loop {
            let (next, after) = self.expression(end, depth + 1)?;
            if whole.len() + next.text.len() > VALUE_BYTES || texts >= TEXTS {
                return None;
            }
            texts += 1;
            whole.push_str(&next.text);
            parts.push(next.text);
            let after = self.space(after);
            match self.byte(after)? {
                b',' => end = after + 1,
                b if b == close => {
                    end = after + 1;
                    break;
                }
                _ => return None,
            }
        }
        if self.language == Language::PowerShell {
            return Some((Found::coded(whole, 0), end));
        }
        // `["a", "b"].join("")`; without it, a list is not a text.
        let start = self.space(end);
        let (mut reversed, mut here) = (false, start);
        if self.text.get(here..).is_some_and(|t| t.starts_with(".reverse()")) {
            (reversed, here) = (true, here + 10);
        }
        let word = self.text.get(here..)?.strip_prefix(".join(")?;
        let open = self.text.len() - word.len();
        let (with, end) = self.expression(open, depth + 1)?;
        let end = self.expect(end, b')')?;
        if reversed {
            parts.reverse();
        }
        let size = parts.len().saturating_mul(with.text.len()).saturating_add(whole.len());
        // Lines of text are put together so in honest scripts too.
        let how = if reversed { How::Coded } else { How::Joined };
        (size <= VALUE_BYTES).then(|| (Found::new(parts.join(&with.text), how), end))
    }

    fn integers(&mut self, at: usize, close: u8, depth: usize) -> Option<(Vec<i64>, usize)> {
        let mut out = Vec::new();
        let mut at = at;
        loop {
            let (value, end) = self.integer(at, depth)?;
            out.push(value);
            let end = self.space(end);
            match self.byte(end)? {
                b',' if out.len() < NUMBERS => at = end + 1,
                b if b == close => return Some((out, end + 1)),
                _ => return None,
            }
        }
    }

    /// Numbers joined by `+`, `-`, `*`, `^` or `Xor`, from left to right.
    fn integer(&mut self, at: usize, depth: usize) -> Option<(i64, usize)> {
        if depth > DEPTH {
            return None;
        }
        let (mut value, mut end) = self.term(at, depth)?;
        for _ in 0..METHODS {
            let start = self.space(end);
            let (sign, skip) = match self.byte(start) {
                Some(b @ (b'+' | b'-' | b'*')) => (b, 1),
                Some(b'^') if self.is_js() => (b'^', 1),
                Some(b'X' | b'x')
                    if self.text.get(start..start + 3).is_some_and(|w| w.eq_ignore_ascii_case("xor")) =>
                {
                    (b'^', 3)
                }
                _ => break,
            };
            let Some((other, after)) = self.term(start + skip, depth) else {
                break;
            };
            value = match sign {
                b'+' => value.wrapping_add(other),
                b'-' => value.wrapping_sub(other),
                b'*' => value.wrapping_mul(other),
                _ => value ^ other,
            };
            end = after;
        }
        Some((value, end))
    }

    fn term(&mut self, at: usize, depth: usize) -> Option<(i64, usize)> {
        let at = self.space(at);
        match self.byte(at)? {
            b'(' => {
                let (value, end) = self.integer(at + 1, depth + 1)?;
                Some((value, self.expect(end, b')')?))
            }
            b'-' => number(self.text.as_bytes(), at + 1).map(|(value, end)| (value.wrapping_neg(), end)),
            _ => number(self.text.as_bytes(), at),
        }
    }
}

/// One character by its code. Line ends and quotes are written so in honest scripts too.
fn code_of(c: char) -> Found {
    let tells = c.is_alphanumeric();
    let how = if tells { How::Coded } else { How::Joined };
    Found { codes: usize::from(tells), ..Found::new(c.to_string(), how) }
}

/// Numbers that are bytes: text, or what may be a file.
fn numbers(codes: &[i64]) -> Option<Found> {
    let bytes: Vec<u8> = codes.iter().map(|c| u8::try_from(*c).ok()).collect::<Option<_>>()?;
    if bytes.len() < 8 {
        return None;
    }
    match codecs::readable(&bytes) {
        Some(text) => Some(Found::coded(text, bytes.len())),
        None => Some(Found { bytes: Some(bytes), ..Found::coded(String::new(), 0) }),
    }
}

fn replaced(text: &str, from: &str, to: &str) -> Option<String> {
    if from.is_empty() {
        return Some(text.to_owned());
    }
    let times = text.len() / from.len() + 1;
    let size = times.saturating_mul(to.len()).saturating_add(text.len());
    (size <= VALUE_BYTES).then(|| text.replace(from, to))
}

/// PowerShell's `-f`.
fn formatted(pattern: &str, texts: &[String]) -> Option<String> {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (index, after) = after.split_once('}')?;
        let index: usize = index.split([',', ':']).next()?.trim().parse().ok()?;
        out.push_str(texts.get(index)?);
        if out.len() > VALUE_BYTES {
            return None;
        }
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}
