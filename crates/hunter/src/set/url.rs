//! URLs: by the host first, then by the path.

use super::hash::fold_hash;
use crate::Kind;
use crate::near::{find2, find4};

/// A URL in a log, cut into its parts; the scheme may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UrlParts<'a> {
    pub(crate) host: &'a [u8],
    pub(crate) port: Option<u16>,
    /// From the first `/`, `?` or `#` on.
    pub(crate) tail: &'a [u8],
}

/// Bytes of the longest scheme that is looked for.
const MAX_SCHEME: usize = 20;

/// Where `://` begins, if the text begins with a scheme.
#[inline]
pub(crate) fn scheme_end(text: &[u8]) -> Option<usize> {
    if text.starts_with(b"http") {
        let at = 4 + usize::from(text.get(4) == Some(&b's'));
        if text.get(at..at + 3) == Some(b"://") {
            return Some(at);
        }
    }
    let head = text.get(..text.len().min(MAX_SCHEME)).unwrap_or(text);
    let at = head.iter().position(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'-' | b'.'))?;
    text.get(at..)?.starts_with(b"://").then_some(at)
}

/// Cuts a URL as a browser would: `http://user@host:8080/path?query`.
#[inline]
pub(crate) fn split_url(url: &[u8]) -> Option<UrlParts<'_>> {
    let (has_scheme, rest) = match scheme_end(url) {
        Some(at) => (Some(url.get(..at)?), url.get(at + 3..)?),
        None => (None, url.strip_prefix(b"//").unwrap_or(url)),
    };
    let end = find4(*b"/?#\\", rest).unwrap_or(rest.len());
    let (authority, tail) = (rest.get(..end)?, rest.get(end..)?);
    let host = match find2(b'@', b':', authority) {
        None => return Some(UrlParts { host: authority, port: None, tail }),
        Some(_) => memchr::memrchr(b'@', authority)
            .map_or(authority, |at| authority.get(at + 1..).unwrap_or_default()),
    };
    let colon = match host.first() {
        Some(b'[') => {
            memchr::memchr(b']', host).filter(|&at| host.get(at + 1) == Some(&b':')).map(|at| at + 1)
        }
        _ => memchr::memrchr(b':', host),
    };
    let (host, port) = match colon {
        Some(at) => {
            (host.get(..at)?, std::str::from_utf8(host.get(at + 1..)?).ok().and_then(|p| p.parse().ok()))
        }
        None => (host, None),
    };
    let usual = match has_scheme {
        Some(scheme) if scheme.eq_ignore_ascii_case(b"https") => Some(443),
        Some(scheme) if scheme.eq_ignore_ascii_case(b"http") => Some(80),
        _ => None,
    };
    Some(UrlParts { host, port: port.filter(|port| Some(*port) != usual), tail })
}

/// The hash of a listed URL's host.
pub(super) fn url_key(url: &str) -> Option<u64> {
    let host = split_url(url.as_bytes())?.host;
    Some(fold_hash(host.strip_suffix(b".").unwrap_or(host), Kind::Url as u64))
}

/// True if the listed URL is the seen one, or one above it: host alike, a listed port alike, and the listed path and
/// query a beginning of the seen ones that ends where a part ends.
pub(super) fn covers(listed: &str, host: &[u8], port: Option<u16>, tail: &[u8]) -> bool {
    let Some(parts) = split_url(listed.as_bytes()) else { return false };
    let seen_host = host.strip_suffix(b".").unwrap_or(host);
    if !parts.host.strip_suffix(b".").unwrap_or(parts.host).eq_ignore_ascii_case(seen_host) {
        return false;
    }
    // A log rarely tells the scheme: 80 and 443 are as good as none.
    if parts.port.is_some_and(|wanted| !matches!(wanted, 80 | 443) && port != Some(wanted)) {
        return false;
    }
    let wanted = without_fragment(parts.tail);
    let wanted = wanted.strip_prefix(b"/").unwrap_or(wanted);
    if wanted.is_empty() {
        return true;
    }
    let seen = without_fragment(tail);
    let seen = seen.strip_prefix(b"/").unwrap_or(seen);
    let (wanted, seen) = (decoded(wanted), decoded(seen));
    let Some(rest) = seen.strip_prefix(wanted.as_ref()) else { return false };
    matches!(wanted.last(), Some(b'/' | b'?' | b'=' | b'&'))
        || matches!(rest.first(), None | Some(b'/' | b'?' | b'&' | b'#' | b';'))
}

fn without_fragment(tail: &[u8]) -> &[u8] {
    memchr::memchr(b'#', tail).map_or(tail, |at| tail.get(..at).unwrap_or_default())
}

/// Percent escapes undone, so that `%7Ea` and `~a` are alike.
fn decoded(text: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    if memchr::memchr(b'%', text).is_none() {
        return text.into();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        let hex = |b: u8| char::from(b).to_digit(16);
        if first == b'%'
            && let [high, low, behind @ ..] = rest
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(u8::try_from(high << 4 | low).unwrap_or(b'?'));
            rest = behind;
        } else {
            out.push(first);
        }
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(listed: &str, seen: &str, expect: bool) {
        let parts = split_url(seen.as_bytes()).unwrap();
        assert_eq!(covers(listed, parts.host, parts.port, parts.tail), expect, "{listed} and {seen}");
    }

    #[test]
    fn a_url_is_found_with_what_lies_below_it_and_nothing_else() {
        check("http://evil.example/a", "https://EVIL.example/a", true);
        check("http://evil.example/a", "http://evil.example/a/b?c", true);
        check("http://evil.example/a", "http://evil.example/a?c", true);
        check("http://evil.example/a", "http://evil.example/ab", false);
        check("http://evil.example/a", "http://www.evil.example/a", false);
        check("http://evil.example/", "http://evil.example/x", true);
        check("http://evil.example", "evil.example:443", true);
        check("http://evil.example:8080/a", "http://evil.example:8080/a", true);
        check("http://evil.example:8080/a", "http://evil.example/a", false);
        check("http://evil.example/~x/", "http://evil.example/%7Ex/y", true);
        check("http://evil.example/a?id=1", "http://evil.example/a?id=1&b=2", true);
        check("http://evil.example/a?id=1", "http://evil.example/a?id=12", false);
        check("http://192.0.2.1/x", "http://192.0.2.1/x", true);
        check("http://[2001:db8::1]:81/x", "http://[2001:db8::1]:81/x", true);
    }
}
