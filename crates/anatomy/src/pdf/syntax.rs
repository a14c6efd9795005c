//! The words of PDF: numbers, names, strings, lists and dictionaries, read where they stand.

use std::borrow::Cow;

/// Lists and dictionaries inside each other; deeper ones are read as nothing.
const DEPTH: usize = 40;

/// A value. Names and strings stand as they are in the file unless an escape had to be resolved.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(f64),
    Name(Cow<'a, [u8]>),
    Text(Cow<'a, [u8]>),
    List(Vec<Value<'a>>),
    Dict(Dict<'a>),
    /// The number of another object.
    Reference(u32),
}

/// A dictionary, in the order of the file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Dict<'a>(pub(super) Vec<(Cow<'a, [u8]>, Value<'a>)>);

impl<'a> Dict<'a> {
    /// The value of a key.
    pub(super) fn get(&self, key: &[u8]) -> Option<&Value<'a>> {
        self.0.iter().find(|(name, _)| name.as_ref() == key).map(|(_, value)| value)
    }

    /// The value of a key that is a name.
    pub(super) fn name(&self, key: &[u8]) -> Option<&[u8]> {
        match self.get(key)? {
            Value::Name(name) => Some(name),
            _ => None,
        }
    }

    /// The value of a key that is a whole number.
    pub(super) fn int(&self, key: &[u8]) -> Option<i64> {
        self.get(key)?.int()
    }

    /// True if the value of a key is that name.
    pub(super) fn is(&self, key: &[u8], name: &[u8]) -> bool {
        self.name(key) == Some(name)
    }
}

impl Value<'_> {
    pub(super) fn int(&self) -> Option<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "a cast from a float saturates")]
        match self {
            Value::Number(number) => Some(*number as i64),
            _ => None,
        }
    }

    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}

/// What comes next in a content stream: a value, or an operator.
pub(super) enum Token<'a> {
    Value(Value<'a>),
    Word(&'a [u8]),
}

/// Reads from a place on.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    /// Values that may still be read: a file of nothing but brackets would fill the memory.
    pub(super) left: usize,
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8], at: usize, left: usize) -> Self {
        Self { bytes, at, left }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Skips blanks and comments.
    pub(super) fn skip(&mut self) {
        while let Some(byte) = self.peek() {
            if byte == b'%' {
                let rest = self.bytes.get(self.at..).unwrap_or(&[]);
                self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            } else if is_space(byte) {
                self.at += 1;
            } else {
                break;
            }
        }
    }

    /// The next run of regular characters; empty at a delimiter.
    pub(super) fn word(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let length = rest.iter().position(|b| is_space(*b) || is_delimiter(*b)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or(&[])
    }

    /// Takes `word` if it comes next.
    pub(super) fn take(&mut self, word: &[u8]) -> bool {
        let comes = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        if comes {
            self.at += word.len();
        }
        comes
    }

    /// The next value; `None` where none stands.
    pub(super) fn value(&mut self) -> Option<Value<'a>> {
        let before = self.at;
        match self.token(DEPTH, true)? {
            Token::Value(value) => Some(value),
            Token::Word(_) => {
                self.at = before;
                None
            }
        }
    }

    /// The next value or operator of a content stream; `None` at its end.
    pub(super) fn content(&mut self) -> Option<Token<'a>> {
        self.token(DEPTH, false)
    }

    fn token(&mut self, depth: usize, references: bool) -> Option<Token<'a>> {
        self.skip();
        self.left = self.left.checked_sub(1)?;
        let first = self.peek()?;
        let value = match first {
            b'/' => {
                self.at += 1;
                Value::Name(unescape(self.word()))
            }
            b'(' => Value::Text(self.literal()),
            b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => {
                self.at += 2;
                Value::Dict(self.dict(depth.checked_sub(1)?, references))
            }
            b'<' => Value::Text(Cow::Owned(self.hexadecimal())),
            b'[' => {
                self.at += 1;
                Value::List(self.list(depth.checked_sub(1)?, references))
            }
            b'0'..=b'9' | b'+' | b'-' | b'.' => return Some(self.number(references)),
            b')' | b'>' | b']' | b'{' | b'}' => {
                // A bracket that closes nothing.
                let word = self.bytes.get(self.at..self.at + 1)?;
                self.at += 1;
                return Some(Token::Word(word));
            }
            _ => match self.word() {
                b"true" => Value::Bool(true),
                b"false" => Value::Bool(false),
                b"null" => Value::Null,
                word => return Some(Token::Word(word)),
            },
        };
        Some(Token::Value(value))
    }

    fn number(&mut self, references: bool) -> Token<'a> {
        let word = self.word();
        let Some(number) = number(word) else { return Token::Word(word) };
        if references
            && word.len() <= 10
            && word.iter().all(u8::is_ascii_digit)
            && let Some(target) = self.reference(number)
        {
            return Token::Value(Value::Reference(target));
        }
        Token::Value(Value::Number(number))
    }

    /// The rest of `12 0 R`, if that is what stands here.
    fn reference(&mut self, number: f64) -> Option<u32> {
        let mut ahead = self.clone();
        ahead.skip();
        let generation = ahead.word();
        if generation.is_empty() || generation.len() > 5 || !generation.iter().all(u8::is_ascii_digit) {
            return None;
        }
        ahead.skip();
        if ahead.word() != b"R" {
            return None;
        }
        self.at = ahead.at;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate")]
        let target = number as u32;
        Some(target)
    }

    fn list(&mut self, depth: usize, references: bool) -> Vec<Value<'a>> {
        let mut list = Vec::new();
        loop {
            self.skip();
            match self.token(depth, references) {
                Some(Token::Value(value)) => list.push(value),
                Some(Token::Word(b"]")) | None => return list,
                Some(Token::Word(b"endobj" | b"stream" | b"obj")) => return list,
                Some(Token::Word(_)) => {}
            }
        }
    }

    fn dict(&mut self, depth: usize, references: bool) -> Dict<'a> {
        let mut dict = Dict::default();
        loop {
            self.skip();
            if self.take(b">>") {
                return dict;
            }
            let before = self.at;
            match self.token(depth, references) {
                Some(Token::Value(Value::Name(key))) => {
                    self.skip();
                    if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b">>")) {
                        dict.0.push((key, Value::Null));
                        continue;
                    }
                    match self.token(depth, references) {
                        Some(Token::Value(value)) => dict.0.push((key, value)),
                        Some(Token::Word(_)) => {}
                        None => return dict,
                    }
                }
                Some(Token::Word(b"endobj" | b"stream" | b"endstream" | b"obj")) => {
                    // The dictionary was never closed.
                    self.at = before;
                    return dict;
                }
                Some(_) => {}
                None => return dict,
            }
        }
    }

    /// A string in parentheses; the reader stands on the first.
    fn literal(&mut self) -> Cow<'a, [u8]> {
        let start = self.at + 1;
        let (mut depth, mut end, mut escaped) = (1_usize, start, false);
        while let Some(byte) = self.bytes.get(end) {
            match byte {
                b'\\' => {
                    escaped = true;
                    end += 1;
                }
                b'(' => depth += 1,
                b')' => depth -= 1,
                b'\r' => escaped = true,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            end += 1;
        }
        let end = end.min(self.bytes.len());
        let raw = self.bytes.get(start..end).unwrap_or(&[]);
        self.at = end + 1;
        if escaped { Cow::Owned(resolve(raw)) } else { Cow::Borrowed(raw) }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        let rest = self.bytes.get(self.at + 1..).unwrap_or(&[]);
        let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
        self.at += end + 2;
        unhex(rest.get(..end).unwrap_or(&[]))
    }
}

/// Bytes from hexadecimal digits; what is none is skipped, a lone last digit is the upper half of a byte.
pub(super) fn unhex(digits: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(digits.len() / 2);
    let mut upper = None;
    for digit in digits.iter().filter_map(|b| hex(*b)) {
        match upper.take() {
            Some(first) => out.push(first << 4 | digit),
            None => upper = Some(digit),
        }
    }
    out.extend(upper.map(|first| first << 4));
    out
}

/// A number as PDF writes it; `None` if it is none.
fn number(word: &[u8]) -> Option<f64> {
    let (negative, digits) = match word {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let (mut value, mut scale, mut seen) = (0.0_f64, None, false);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                seen = true;
                let digit = f64::from(byte - b'0');
                match &mut scale {
                    Some(scale) => {
                        *scale /= 10.0;
                        value += digit * *scale;
                    }
                    None => value = value * 10.0 + digit,
                }
            }
            b'.' if scale.is_none() => scale = Some(1.0_f64),
            // `--5` and `5-3` stand in real files; readers take what is before.
            b'-' => {}
            _ => return None,
        }
    }
    (seen || scale.is_some()).then_some(if negative { -value } else { value })
}

/// A name with its `#xx` resolved.
fn unescape(raw: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'#', raw).is_none() {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(byte) = raw.get(at) {
        let pair = raw.get(at + 1).and_then(|b| hex(*b)).zip(raw.get(at + 2).and_then(|b| hex(*b)));
        match pair {
            Some((upper, lower)) if *byte == b'#' => {
                out.push(upper << 4 | lower);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    Cow::Owned(out)
}

/// A string with its backslashes resolved.
fn resolve(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        at += 1;
        if byte == b'\r' {
            out.push(b'\n');
            at += usize::from(raw.get(at) == Some(&b'\n'));
            continue;
        }
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        let Some(&next) = raw.get(at) else { break };
        at += 1;
        match next {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\n' => {}
            b'\r' => at += usize::from(raw.get(at) == Some(&b'\n')),
            b'0'..=b'7' => {
                let mut code = u32::from(next - b'0');
                for _ in 0..2 {
                    match raw.get(at) {
                        Some(&digit @ b'0'..=b'7') => {
                            code = code * 8 + u32::from(digit - b'0');
                            at += 1;
                        }
                        _ => break,
                    }
                }
                out.push(u8::try_from(code & 255).unwrap_or(0));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Value<'_>> {
        Reader::new(text.as_bytes(), 0, 1_000).value()
    }

    #[test]
    fn names_and_strings_are_read_with_their_escapes() {
        assert_eq!(read("/J#61va"), Some(Value::Name(Cow::Borrowed(b"Java"))));
        assert_eq!(read(r"(a\(b\051 \101(x)\n)"), Some(Value::Text(Cow::Borrowed(b"a(b) A(x)\n"))));
        assert_eq!(read("<61 6>"), Some(Value::Text(Cow::Borrowed(b"a`"))));
    }

    #[test]
    fn a_dictionary_that_is_never_closed_keeps_what_was_read() {
        let Some(Value::Dict(dict)) = read("<</A 1 /B 2 0 R /C [1 2] endobj") else {
            panic!("no dictionary")
        };
        assert_eq!(dict.int(b"A"), Some(1));
        assert_eq!(dict.get(b"B"), Some(&Value::Reference(2)));
    }

    #[test]
    fn brackets_nested_without_end_are_left() {
        assert!(read(&"[".repeat(100_000)).is_some());
        assert!(read(&"<</A".repeat(100_000)).is_some());
    }
}
