//! Text of header fields: unfolding, raw eight-bit bytes, and encoded-words (RFC 2047).

use std::borrow::Cow;

use crate::{charset, transfer};

/// A header value as text: folds removed, raw bytes read by what they look like, encoded-words left as they are.
pub(crate) fn raw_text(value: &[u8]) -> Cow<'_, str> {
    raw_text_as(value, None)
}

/// The same; raw bytes are read as `label` if they are well-formed in it. The charset of the body is a good guess
/// for those of the header.
pub(crate) fn raw_text_as<'a>(value: &'a [u8], label: Option<&str>) -> Cow<'a, str> {
    let value = value.trim_ascii();
    let folded = memchr::memchr3(b'\r', b'\n', 0x1b, value).is_some();
    if !folded && value.is_ascii() && memchr::memchr(0, value).is_none() {
        return Cow::Borrowed(std::str::from_utf8(value).unwrap_or(""));
    }
    let mut unfolded = Vec::with_capacity(value.len());
    let mut from = 0;
    for at in memchr::memchr3_iter(b'\r', b'\n', 0, value) {
        unfolded.extend_from_slice(value.get(from..at).unwrap_or(&[]));
        from = at + 1;
    }
    unfolded.extend_from_slice(value.get(from..).unwrap_or(&[]));
    if unfolded.is_ascii() && !unfolded.contains(&0x1b) {
        return Cow::Owned(String::from_utf8(unfolded).unwrap_or_default());
    }
    let label = label.filter(|_| std::str::from_utf8(&unfolded).is_err());
    Cow::Owned(charset::decode(&unfolded, label).text.into_owned())
}

/// The value of an unstructured header, decoded.
pub(crate) fn text(value: &[u8]) -> String {
    text_as(value, None)
}

/// The same, with a guess at the charset of raw bytes.
pub(crate) fn text_as(value: &[u8], label: Option<&str>) -> String {
    decode(&raw_text_as(value, label)).into_owned()
}

/// One encoded-word.
struct Word<'a> {
    charset: &'a str,
    base64: bool,
    text: &'a str,
    /// Bytes from its `=?` to after its `?=`.
    length: usize,
}

/// Longest encoded-word accepted: far beyond the 75 of the RFC, which many senders ignore.
const WORD_BYTES: usize = 16 << 10;

/// The encoded-word at the start of `input`.
fn word_at(input: &str) -> Option<Word<'_>> {
    let rest = input.strip_prefix("=?")?;
    let (charset, rest) = rest.split_once('?').filter(|(c, _)| c.len() <= 40 && !c.is_empty())?;
    if charset.bytes().any(|b| b.is_ascii_whitespace()) {
        return None;
    }
    let (encoding, rest) = rest.split_once('?').filter(|(e, _)| e.len() <= 1)?;
    let base64 = match encoding {
        "B" | "b" => true,
        "Q" | "q" => false,
        _ => return None,
    };
    let window = lexicon::text::cut(rest, WORD_BYTES);
    // `?=` may also be the start of `?=3D…` inside Q text that holds a raw `?`.
    let mut end = window.find("?=")?;
    if !base64 {
        while window.as_bytes().get(end + 2).is_some_and(u8::is_ascii_hexdigit)
            && window.as_bytes().get(end + 3).is_some_and(u8::is_ascii_hexdigit)
            && let Some(next) = window.get(end + 2..).and_then(|w| w.find("?="))
        {
            end += 2 + next;
        }
    }
    let text = window.get(..end)?;
    let length = input.len() - rest.len() + end + 2;
    Some(Word { charset, base64, text, length })
}

/// Length of the encoded-word at the start of `input`, 0 if there is none.
pub(crate) fn word_length(input: &str) -> usize {
    word_at(input).map_or(0, |word| word.length)
}

/// Bytes of adjacent words in one charset, joined before they are decoded: senders cut words inside a character.
#[derive(Default)]
struct Joined<'a> {
    charset: Option<&'a str>,
    bytes: Vec<u8>,
    /// Base64 text that does not end on a whole group yet.
    base64: String,
}

impl<'a> Joined<'a> {
    fn add(&mut self, word: &Word<'a>, out: &mut String) {
        if !self.charset.is_some_and(|c| c.eq_ignore_ascii_case(word.charset)) {
            self.flush(out);
        }
        self.charset = Some(word.charset);
        if word.base64 {
            self.base64.push_str(word.text);
            let signs = self.base64.bytes().filter(|b| !b.is_ascii_whitespace()).count();
            if signs % 4 == 0 || self.base64.ends_with('=') {
                self.settle();
            }
        } else {
            self.settle();
            let spaced: Vec<u8> = word.text.bytes().map(|b| if b == b'_' { b' ' } else { b }).collect();
            self.bytes.extend_from_slice(&transfer::quoted_printable(&spaced));
        }
    }

    fn settle(&mut self) {
        if !self.base64.is_empty() {
            self.bytes.extend_from_slice(&transfer::base64(self.base64.as_bytes()));
            self.base64.clear();
        }
    }

    fn flush(&mut self, out: &mut String) {
        self.settle();
        if let Some(label) = self.charset.take() {
            out.push_str(&charset::decode(&self.bytes, Some(label)).text);
            self.bytes.clear();
        }
    }
}

/// Decodes the encoded-words in `input`; white space between two of them falls away.
pub(crate) fn decode(input: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memmem::find(input.as_bytes(), b"=?") else {
        return Cow::Borrowed(input);
    };
    let mut out = String::with_capacity(input.len());
    let mut joined = Joined::default();
    let mut rest = input;
    let mut next = first;
    loop {
        let (plain, tail) = rest.split_at(next);
        let between_words = joined.charset.is_some() && plain.bytes().all(|b| b.is_ascii_whitespace());
        if !between_words {
            joined.flush(&mut out);
            out.push_str(plain);
        }
        match word_at(tail) {
            Some(word) => {
                joined.add(&word, &mut out);
                rest = tail.get(word.length..).unwrap_or("");
            }
            None => {
                joined.flush(&mut out);
                if between_words {
                    out.push_str(plain);
                }
                out.push_str(tail.get(..2).unwrap_or(""));
                rest = tail.get(2..).unwrap_or("");
            }
        }
        match memchr::memmem::find(rest.as_bytes(), b"=?") {
            Some(at) => next = at,
            None => break,
        }
    }
    joined.flush(&mut out);
    out.push_str(rest);
    // Line ends inside an encoded-word would let a sender write lines of his own into a report.
    if out.contains(['\r', '\n']) {
        out = out.replace(['\r', '\n'], " ");
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &[u8], expect: &str) {
        assert_eq!(text(value), expect, "{:?}", String::from_utf8_lossy(value));
    }

    #[test]
    fn encoded_words_are_decoded_and_joined() {
        check(b"plain text", "plain text");
        check(b"=?UTF-8?Q?caf=C3=A9_noir?= and more", "café noir and more");
        check(b"=?ISO-2022-JP?B?GyRCcS07UhsoQg==?=\r\n =?ISO-2022-JP?B?GyRCSD4zWxsoQg==?=", "餃子半額");
        check(b"=?UTF-8?B?5Y2K6Q==?=\r\n =?UTF-8?B?oY3jgrvjg7zjg6s=?=", "半額セール");
        check(b"=?Shift_JIS?B?lLyK?=\r\n =?Shift_JIS?B?eoNagVuDiw==?=", "半額セール");
        check(b"=?utf-8?q?a?= =?iso-8859-1?q?=e9?= b", "aé b");
        check(b"\"=?utf-8?q?quoted?=\"", "\"quoted\"");
        check(b"=?utf-8*en?q?tagged?=", "tagged");
    }

    #[test]
    fn one_base64_stream_cut_across_words_is_joined() {
        check(b"=?UTF-8?B?5pel5pys6K?= =?UTF-8?B?qe?=", "日本語");
    }

    #[test]
    fn what_is_no_encoded_word_stays() {
        check(b"1 =? 2 ?= 3", "1 =? 2 ?= 3");
        check(b"=?utf-8?x?abc?=", "=?utf-8?x?abc?=");
        check(b"=?utf-8?q?open", "=?utf-8?q?open");
    }

    #[test]
    fn raw_bytes_are_read_by_what_they_are() {
        check(b"\x93\xfa\x96{\x8c\xea\x82\xcc\x96{\x95\xb6\x82\xc5\x82\xb7", "日本語の本文です");
        check(b"\x1b$BF|K\\8l$NK\\J8$G$9\x1b(B", "日本語の本文です");
        check("請求書".as_bytes(), "請求書");
        check(b"Betreff f\xfcr Sie", "Betreff für Sie");
    }

    #[test]
    fn a_decoded_header_stays_on_one_line() {
        check(b"=?utf-8?q?a=0D=0AX-Fake:_b?=", "a  X-Fake: b");
    }
}
