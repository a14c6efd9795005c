//! Parts of a URL, read with the patience of a browser: attackers write for browsers, not for RFC 3986.

use crate::host::Host;

/// Schemes whose URLs are kept.
const WEB: [&str; 4] = ["http", "https", "ftp", "ftps"];

/// What a whole value is, seen as a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// `http`, `https`, `ftp`: what stands behind the scheme and its slashes.
    Web(&'a str),
    /// `//host/…`: the same without a scheme.
    Relative(&'a str),
    /// `mailto:`: what stands behind it.
    Mail(&'a str),
    /// `data:`: its content is not looked at; as a document it is the business of who opens files.
    Data,
    /// Another scheme (`javascript:`, `search-ms:`, `intent:` …).
    Other,
    /// No scheme.
    Plain,
}

/// Tells what `value` is.
pub(crate) fn kind(value: &str) -> Kind<'_> {
    if value.starts_with("//") || value.starts_with("\\\\") {
        return Kind::Relative(value.trim_start_matches(['/', '\\']));
    }
    let Some(colon) = memchr::memchr(b':', value.as_bytes().get(..32.min(value.len())).unwrap_or_default())
    else {
        return Kind::Plain;
    };
    let (scheme, rest) = (value.get(..colon).unwrap_or_default(), value.get(colon + 1..).unwrap_or_default());
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    {
        return Kind::Plain;
    }
    if WEB.iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        // `https:/host`, `https:\\host`: browsers open them.
        return Kind::Web(rest.trim_start_matches(['/', '\\']));
    }
    if scheme.eq_ignore_ascii_case("mailto") {
        return Kind::Mail(rest);
    }
    if ["data", "cid", "mid", "tel", "sms", "about"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Kind::Data;
    }
    // `evil.example:8080/x` has no scheme but a port.
    if scheme.contains('.') && rest.starts_with(|c: char| c.is_ascii_digit()) {
        return Kind::Plain;
    }
    Kind::Other
}

/// The parts behind the scheme: host as written, and everything from the first `/`, `?` or `#` on.
pub(crate) fn split(rest: &str) -> (&str, &str) {
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = authority.rfind('@').and_then(|at| authority.get(at + 1..)).unwrap_or(authority);
    (without_port(host), tail)
}

fn without_port(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').and_then(|end| host.get(..=end)).unwrap_or(host);
    }
    host.split(':').next().unwrap_or(host)
}

/// The host of a URL that is kept (also without a scheme), and its tail.
pub(crate) fn host_and_tail(url: &str) -> Option<(Host, &str)> {
    let rest = match kind(url) {
        Kind::Web(rest) | Kind::Relative(rest) => rest,
        Kind::Plain => url,
        Kind::Mail(_) | Kind::Data | Kind::Other => return None,
    };
    let (host, tail) = split(rest);
    Some((Host::parse(host)?, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, host: &str, tail: &str) {
        let (found, behind) = host_and_tail(url).unwrap();
        let found = match found {
            Host::Ip(address) => address.to_string(),
            Host::Name(name) => name.ascii,
        };
        assert_eq!((found.as_str(), behind), (host, tail), "{url}");
    }

    #[test]
    fn the_host_is_what_a_browser_would_open() {
        check("https://Evil.Example/a", "evil.example", "/a");
        check("https://good.example@evil.example:8443?x", "evil.example", "?x");
        check("https://user:p@ss@evil.example#x", "evil.example", "#x");
        check("http:\\\\evil.example\\a", "evil.example", "\\a");
        check("https:/evil.example/", "evil.example", "/");
        check("//evil.example/a", "evil.example", "/a");
        check("www.evil.example:8080/a", "www.evil.example", "/a");
        check("http://[2001:db8::1]:80/a", "2001:db8::1", "/a");
        check("http://3221225985/a", "192.0.2.1", "/a");
        check("http://日本語.example/経路", "xn--wgv71a119e.example", "/経路");
    }

    #[test]
    fn other_schemes_are_told_apart() {
        assert_eq!(kind("mailto:a@evil.example"), Kind::Mail("a@evil.example"));
        assert_eq!(kind("data:text/html,x"), Kind::Data);
        assert_eq!(kind("javascript:void(0)"), Kind::Other);
        assert_eq!(kind("images/a.png"), Kind::Plain);
        assert_eq!(kind("evil.example:8080/a"), Kind::Plain);
    }
}
