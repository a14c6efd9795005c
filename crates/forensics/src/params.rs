//! Values with parameters: Content-Type and Content-Disposition (RFC 2045 §5.1, RFC 2183, RFC 2231).

use std::collections::BTreeMap;

use crate::{charset, words};

/// A value such as `text/plain` with its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Value {
    /// The word before the parameters, in lower case.
    pub(crate) word: String,
    /// Parameters by lower-case name, decoded; the first of a name counts.
    params: Vec<(String, String)>,
}

impl Value {
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Parameters read from one header.
const PARAMS: usize = 64;

/// Sections of one RFC 2231 continued parameter.
const SECTIONS: usize = 1_000;

/// Parses a header value.
pub(crate) fn parse(value: &[u8]) -> Value {
    let text = words::raw_text(value);
    let (word, mut rest) = match text.find(';') {
        Some(at) => (text.get(..at).unwrap_or(""), text.get(at..).unwrap_or("")),
        None => (text.as_ref(), ""),
    };
    let word = strip_comment(word).trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    // `text/plain charset=x`: the semicolon is forgotten.
    let (word, forgotten) = match word.split_once(|c: char| c.is_ascii_whitespace()) {
        Some((word, tail)) if tail.contains('=') && rest.is_empty() => (word, tail),
        Some((word, _)) => (word, ""),
        None => (word, ""),
    };
    let mut out = Value { word: word.to_ascii_lowercase(), params: Vec::new() };
    let mut sections: BTreeMap<String, BTreeMap<usize, (String, bool)>> = BTreeMap::new();
    if !forgotten.is_empty() {
        rest = forgotten;
    }
    let mut seen = 0;
    while !rest.is_empty() && seen < PARAMS + SECTIONS {
        seen += 1;
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';');
        let Some(equals) = rest.find(['=', ';']) else {
            break;
        };
        if rest.as_bytes().get(equals) == Some(&b';') {
            rest = rest.get(equals..).unwrap_or("");
            continue;
        }
        let name = strip_comment(rest.get(..equals).unwrap_or("")).trim().to_ascii_lowercase();
        let after = rest.get(equals + 1..).unwrap_or("").trim_start();
        let (value, tail) = read_value(after);
        rest = tail;
        add(&mut out, &mut sections, &name, value);
    }
    for (name, parts) in sections {
        let value = join(&parts);
        // RFC 2231 wins over a plain parameter of the same name (RFC 6266 §4.3).
        out.params.retain(|(n, _)| *n != name);
        out.params.push((name, value));
    }
    out
}

fn add(
    out: &mut Value,
    sections: &mut BTreeMap<String, BTreeMap<usize, (String, bool)>>,
    name: &str,
    value: String,
) {
    if name.is_empty() {
        return;
    }
    let Some((base, tail)) = name.split_once('*') else {
        if out.params.len() < PARAMS && out.param(name).is_none() {
            let value = if value.contains("=?") { words::decode(&value).into_owned() } else { value };
            out.params.push((name.to_owned(), value));
        }
        return;
    };
    let (number, encoded) = match tail.strip_suffix('*') {
        Some(number) => (number, true),
        None => (tail, tail.is_empty()),
    };
    let number = if number.is_empty() { Some(0) } else { number.parse::<usize>().ok() };
    if let Some(number) = number
        && number < SECTIONS
        && (sections.contains_key(base) || sections.len() < PARAMS)
    {
        sections.entry(base.to_owned()).or_default().entry(number).or_insert((value, encoded));
    }
}

/// Joins the sections of a continued parameter and decodes it.
fn join(parts: &BTreeMap<usize, (String, bool)>) -> String {
    let mut label = None;
    let mut bytes = Vec::new();
    let mut any_encoded = false;
    for (index, (value, encoded)) in parts {
        let mut value = value.as_str();
        if *encoded {
            any_encoded = true;
            if *index == 0 {
                let mut pieces = value.splitn(3, '\'');
                if let (Some(charset), Some(_), Some(rest)) = (pieces.next(), pieces.next(), pieces.next()) {
                    label = Some(charset);
                    value = rest;
                }
            }
            percent(value.as_bytes(), &mut bytes);
        } else {
            bytes.extend_from_slice(value.as_bytes());
        }
    }
    let text = charset::decode(&bytes, label).text;
    // Some senders put encoded-words into continued parameters.
    if !any_encoded && text.contains("=?") { words::decode(&text).into_owned() } else { text.into_owned() }
}

fn percent(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    while let Some((&first, after)) = rest.split_first() {
        let digit = |b: u8| char::from(b).to_digit(16);
        if first == b'%'
            && let [a, b, tail @ ..] = after
            && let (Some(a), Some(b)) = (digit(*a), digit(*b))
        {
            out.push((a * 16 + b) as u8);
            rest = tail;
        } else {
            out.push(first);
            rest = after;
        }
    }
}

/// Reads a quoted or bare parameter value, and what follows it.
fn read_value(text: &str) -> (String, &str) {
    let Some(inner) = text.strip_prefix('"') else {
        let end = text.find(';').unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        // Bare values may hold blanks against the rules (`name=my file.doc`); comments at the end do not count.
        let value = strip_comment(value).trim().trim_matches(|c: char| matches!(c, '"' | '\''));
        return (value.to_owned(), rest);
    };
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, inner.get(at + 1..).unwrap_or("")),
            '\\' => match chars.next() {
                // A backslash before anything but a quote or itself is a path's, not an escape.
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                Some((_, other)) => {
                    value.push('\\');
                    value.push(other);
                }
                None => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    (value, "")
}

/// Without a trailing comment in parentheses.
fn strip_comment(text: &str) -> &str {
    match text.find(" (") {
        Some(at) if text.trim_end().ends_with(')') => text.get(..at).unwrap_or(text),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &[u8], word: &str, params: &[(&str, &str)]) {
        let got = parse(value);
        assert_eq!(got.word, word, "{:?}", String::from_utf8_lossy(value));
        for (name, expect) in params {
            assert_eq!(got.param(name), Some(*expect), "{:?}", String::from_utf8_lossy(value));
        }
    }

    #[test]
    fn parameters_are_read_in_every_shape_that_is_sent() {
        check(b"text/plain; charset=UTF-8", "text/plain", &[("charset", "UTF-8")]);
        check(
            b"TEXT/HTML;charset=\"utf-8\";format=flowed",
            "text/html",
            &[("charset", "utf-8"), ("format", "flowed")],
        );
        check(b"text/plain charset=us-ascii", "text/plain", &[("charset", "us-ascii")]);
        check(b"multipart/mixed;\r\n\tboundary=\"a;b=c\"", "multipart/mixed", &[("boundary", "a;b=c")]);
        check(b"attachment; filename=my file.doc", "attachment", &[("filename", "my file.doc")]);
        check(b"attachment; filename=\"a\\\"b.txt\"", "attachment", &[("filename", "a\"b.txt")]);
        check(b"attachment; filename=\"open.txt", "attachment", &[("filename", "open.txt")]);
        check(b"text/plain; charset=utf-8 (comment)", "text/plain", &[("charset", "utf-8")]);
        check(b";;; x=1", "", &[("x", "1")]);
    }

    #[test]
    fn names_are_decoded_by_rfc_2231_rfc_2047_and_by_looks() {
        check(
            b"attachment; filename*=UTF-8''%E8%AB%8B%E6%B1%82%E6%9B%B8.zip",
            "attachment",
            &[("filename", "請求書.zip")],
        );
        check(
            b"attachment; filename*0*=Shift_JIS'ja'%90%BF%8B; filename*1*=%81%8F%91; filename*2=.zip",
            "attachment",
            &[("filename", "請求書.zip")],
        );
        check(b"attachment; filename*1=\"b.txt\"; filename*0=\"a\"", "attachment", &[("filename", "ab.txt")]);
        check(b"attachment; filename=\"plain\"; filename*=utf-8''ext", "attachment", &[("filename", "ext")]);
        check(
            b"application/zip; name=\"=?Shift_JIS?B?kL+LgY+RLnppcA==?=\"",
            "application/zip",
            &[("name", "請求書.zip")],
        );
        check(
            b"attachment; filename=\"\x90\xbf\x8b\x81\x8f\x91.zip\"",
            "attachment",
            &[("filename", "請求書.zip")],
        );
        check(
            b"attachment; filename=\"\x1b$B@A5a=q\x1b(B.zip\"",
            "attachment",
            &[("filename", "請求書.zip")],
        );
    }
}
