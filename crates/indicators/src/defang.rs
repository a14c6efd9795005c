//! Defanged shapes: written so that no screen makes a link of them, and read back.

use std::borrow::Cow;

use crate::fold::fold;

/// Writes a URL, name, address or IP address so that nobody opens it by accident.
///
/// Only what makes it a link is changed: the scheme and the host. The path stays readable.
///
/// ```
/// use indicators::defang::defang;
/// assert_eq!(defang("https://evil.example/a.html"), "hxxps://evil[.]example/a.html");
/// assert_eq!(defang("user@evil.example"), "user[@]evil[.]example");
/// assert_eq!(defang("192.0.2.1"), "192[.]0[.]2[.]1");
/// assert_eq!(defang("2001:db8::1"), "2001[:]db8[:][:]1");
/// ```
pub fn defang(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 16);
    let rest = match value.find("://").and_then(|at| Some((value.get(..at)?, value.get(at + 3..)?))) {
        Some((scheme, rest)) if is_scheme(scheme) => {
            push_scheme(&mut out, scheme);
            out.push_str("://");
            rest
        }
        _ => value,
    };
    let head_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (head, tail) = rest.split_at(head_end);
    let has_scheme = !out.is_empty();
    let is_ipv6 = !has_scheme && head.parse::<std::net::Ipv6Addr>().is_ok();
    // The dots of a local part harm nobody.
    let local_end = if has_scheme { 0 } else { head.rfind('@').unwrap_or(0) };
    for (at, c) in head.char_indices() {
        match c {
            '.' if at >= local_end => out.push_str("[.]"),
            '@' => out.push_str("[@]"),
            ':' if is_ipv6 => out.push_str("[:]"),
            c => out.push(c),
        }
    }
    out.push_str(tail);
    out
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// `http` → `hxxp`, `ftp` → `fxp`; any other scheme stays.
fn push_scheme(out: &mut String, scheme: &str) {
    let known = ["http", "https", "ftp", "ftps"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    out.extend(scheme.chars().map(|c| match c {
        't' if known => 'x',
        'T' if known => 'X',
        c => c,
    }));
}

/// Reads defanged, full-width and zero-width shapes back, in a value or in running text.
///
/// Understood are `hxxp`, `hXXps`, `h**p`, `fxp`, `[.]`, `(.)`, `{.}`, `[dot]`, `[:]`, `[://]`, `[@]`, `[at]`
/// and the like, with at most one space on each side, and full-width letters, digits and dots.
///
/// ```
/// use indicators::defang::refang;
/// assert_eq!(refang("hxxps[:]//evil[.]example/"), "https://evil.example/");
/// assert_eq!(refang("user [at] evil [dot] example"), "user@evil.example");
/// assert_eq!(refang("ｈｔｔｐ：／／ｅｖｉｌ．ｅｘａｍｐｌｅ"), "http://evil.example");
/// ```
pub fn refang(text: &str) -> Cow<'_, str> {
    match fold(text) {
        Cow::Borrowed(text) => unbracket(text),
        Cow::Owned(text) => match unbracket(&text) {
            Cow::Borrowed(_) => Cow::Owned(text),
            Cow::Owned(text) => Cow::Owned(text),
        },
    }
}

/// One part of the text and what is written in its place.
struct Change {
    start: usize,
    end: usize,
    with: &'static str,
}

/// Finds, one after the other, the bytes at which a defanged shape can be recognised: `[`, `(`, `{`, `:`.
struct Hot<'a> {
    bytes: &'a [u8],
    bracket: usize,
    colon: usize,
}

impl<'a> Hot<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let mut hot = Self { bytes, bracket: 0, colon: 0 };
        hot.bracket = hot.next_bracket(0);
        hot.colon = hot.next_colon(0);
        hot
    }

    fn rest(&self, from: usize) -> &'a [u8] {
        self.bytes.get(from..).unwrap_or_default()
    }

    fn next_bracket(&self, from: usize) -> usize {
        memchr::memchr3(b'[', b'(', b'{', self.rest(from)).map_or(usize::MAX, |at| from + at)
    }

    fn next_colon(&self, from: usize) -> usize {
        memchr::memchr(b':', self.rest(from)).map_or(usize::MAX, |at| from + at)
    }

    /// The first such byte from `from` on; `from` never goes back.
    fn next(&mut self, from: usize) -> Option<usize> {
        if self.bracket < from {
            self.bracket = self.next_bracket(from);
        }
        if self.colon < from {
            self.colon = self.next_colon(from);
        }
        Some(self.bracket.min(self.colon)).filter(|&at| at != usize::MAX)
    }
}

fn unbracket(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    let mut from = 0;
    let mut hot = Hot::new(bytes);
    while let Some(at) = hot.next(from) {
        let is_colon = bytes.get(at) == Some(&b':');
        let bracket = if is_colon { None } else { bracket(bytes, at) };
        let colon = match &bracket {
            Some(change) if change.with.starts_with(':') => Some(change.start),
            Some(_) => None,
            None => is_colon.then_some(at),
        };
        if let Some(scheme) =
            colon.and_then(|colon| scheme(bytes, colon)).filter(|scheme| scheme.start >= copied)
        {
            out.push_str(text.get(copied..scheme.start).unwrap_or_default());
            out.push_str(scheme.with);
            copied = scheme.end;
        }
        match bracket {
            Some(change) if change.start >= copied => {
                out.push_str(text.get(copied..change.start).unwrap_or_default());
                out.push_str(change.with);
                copied = change.end;
                from = change.end;
            }
            _ => from = at + 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// Bracketed words and what they stand for.
const WORDS: [(&[u8], &str); 7] =
    [(b"://", "://"), (b":", ":"), (b".", "."), (b"dot", "."), (b"@", "@"), (b"at", "@"), (b"/", "/")];

/// A bracketed dot, at or colon whose opening bracket stands at `at`.
fn bracket(bytes: &[u8], at: usize) -> Option<Change> {
    let open = *bytes.get(at)?;
    let close = match open {
        b'[' => b']',
        b'(' => b')',
        _ => b'}',
    };
    let rest = bytes.get(at + 1..)?;
    let inner = rest.iter().take(6).position(|&b| b == close)?;
    let word = rest.get(..inner)?.trim_ascii();
    let (_, with) = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word))?;
    let end = at + 1 + inner + 1;
    // `[.]` has no other meaning; `(.)`, `(at)` or a spaced `[dot]` count between two words only.
    if open == b'[' && !word.is_empty() && !word.first().is_some_and(u8::is_ascii_alphabetic) {
        let can_be_spaced = matches!(*with, "." | "@");
        if !can_be_spaced || !touches_space(bytes, at, end) {
            return Some(Change { start: at, end, with });
        }
    }
    let spaces_before = usize::from(at.checked_sub(1).and_then(|i| bytes.get(i)) == Some(&b' '));
    let spaces_after = usize::from(bytes.get(end) == Some(&b' '));
    let start = at - spaces_before;
    let end = end + spaces_after;
    let before = start.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
    let after = bytes.get(end).copied().unwrap_or(b' ');
    let is_word = |b: u8| b.is_ascii_alphanumeric() || !b.is_ascii() || b == b'_';
    (is_word(before) && (is_word(after) || after == b'[' || after == b'/')).then_some(Change {
        start,
        end,
        with,
    })
}

fn touches_space(bytes: &[u8], at: usize, end: usize) -> bool {
    at.checked_sub(1).and_then(|i| bytes.get(i)) == Some(&b' ') || bytes.get(end) == Some(&b' ')
}

/// Defanged schemes, longest first, and what they stand for.
const SCHEMES: [(&[u8], &str); 10] = [
    (b"hxxps", "https"),
    (b"h**ps", "https"),
    (b"htxps", "https"),
    (b"hxtps", "https"),
    (b"hxxp", "http"),
    (b"h**p", "http"),
    (b"htxp", "http"),
    (b"hxtp", "http"),
    (b"fxps", "ftps"),
    (b"fxp", "ftp"),
];

/// A defanged scheme that ends at the colon at `colon`.
fn scheme(bytes: &[u8], colon: usize) -> Option<Change> {
    let front = bytes.get(colon.saturating_sub(5)..colon)?;
    if front.len() < 3 || !matches!(front.last(), Some(b'p' | b'P' | b's' | b'S')) {
        return None;
    }
    let (known, with) = SCHEMES.iter().find(|(known, _)| {
        front.len() >= known.len() && front[front.len() - known.len()..].eq_ignore_ascii_case(known)
    })?;
    let start = colon - known.len();
    // HXXP is HTTP; hXXp, the usual shape, is http.
    let head = bytes.get(start)?;
    let with = match *with {
        "https" if head == &b'H' && bytes.get(start + 1) == Some(&b'X') => "HTTPS",
        "http" if head == &b'H' && bytes.get(start + 1) == Some(&b'X') => "HTTP",
        "ftp" if head == &b'F' => "FTP",
        with => with,
    };
    Some(Change { start, end: colon, with })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(refang(text), expect, "{text}");
    }

    #[test]
    fn the_usual_shapes_are_read_back() {
        check("hxxp://evil[.]example/a", "http://evil.example/a");
        check("hXXps://evil[.]example/a", "https://evil.example/a");
        check("h**p://evil.example", "http://evil.example");
        check("hxxps[:]//evil[.]example", "https://evil.example");
        check("hxxp[://]evil[.]example", "http://evil.example");
        check("fxp://evil.example", "ftp://evil.example");
        check("evil(.)example", "evil.example");
        check("evil{.}example", "evil.example");
        check("evil[dot]example", "evil.example");
        check("evil(DOT)example", "evil.example");
        check("evil [.] example", "evil.example");
        check("evil [dot] example [dot] com", "evil.example.com");
        check("user[@]evil[.]example", "user@evil.example");
        check("user[at]evil[dot]example", "user@evil.example");
        check("user (at) evil (dot) example", "user@evil.example");
        check("2001[:]db8[:][:]1", "2001:db8::1");
        check("192[.]0[.]2[.]1", "192.0.2.1");
        check("例え[.]テスト", "例え.テスト");
    }

    #[test]
    fn ordinary_brackets_stay() {
        for text in
            ["see [1].", "f(x)", "(at)", "{}", "[", "([{", "a (b) c", "dot com", "(.)", "at: home", "Txp:"]
        {
            check(text, text);
        }
    }

    #[test]
    fn only_scheme_and_host_are_defanged() {
        assert_eq!(defang("HTTPS://a.example:8443/x.y?z=a.b@c"), "HXXPS://a[.]example:8443/x.y?z=a.b@c");
        assert_eq!(defang("ftp://a.example/x.y"), "fxp://a[.]example/x.y");
        assert_eq!(defang("a.b@evil.example"), "a.b[@]evil[.]example");
        assert_eq!(defang("www.evil.example/a.b"), "www[.]evil[.]example/a.b");
        assert_eq!(defang("http://[2001:db8::1]/"), "hxxp://[2001:db8::1]/");
        let hash = "d41d8cd98f00b204e9800998ecf8427e";
        assert_eq!(defang(hash), hash);
    }
}
