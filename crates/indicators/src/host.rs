//! The host of a URL or an address: a name, or an IP address however it is written.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::limits::MAX_HOST;
use crate::name::Name;

/// A host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Host {
    /// An IP address.
    Ip(IpAddr),
    /// A name, of any standing.
    Name(Name),
}

impl Host {
    /// Reads a host as a browser would (WHATWG URL §3.5): percent-encoded, in any script, in brackets, and
    /// IPv4 in decimal, octal or hexadecimal parts.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_HOST {
            return None;
        }
        if let Some(inside) = text.strip_prefix('[') {
            let inside = inside.strip_suffix(']')?;
            return ip(inside).map(Self::Ip);
        }
        let decoded = percent_decode(text);
        if let Some(address) = browser_ipv4(&decoded) {
            return Some(Self::Ip(IpAddr::V4(address)));
        }
        Name::parse(&decoded).map(|name| match browser_ipv4(&name.ascii) {
            Some(address) => Self::Ip(IpAddr::V4(address)),
            None => Self::Name(name),
        })
    }
}

/// Reads an IP address strictly, with an optional zone (`%eth0`) and the `IPv6:` of RFC 5321. An IPv4-mapped
/// IPv6 address is the IPv4 address that it stands for.
pub(crate) fn ip(text: &str) -> Option<IpAddr> {
    let text = match text.get(..5) {
        Some(tag) if tag.eq_ignore_ascii_case("ipv6:") => text.get(5..)?,
        _ => text,
    };
    let text = text.split('%').next()?;
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Some(IpAddr::V4(address));
    }
    let address = text.parse::<Ipv6Addr>().ok()?;
    Some(address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4))
}

/// `0x7f.1`, `3221225985`, `0300.0.02.1`: what browsers take for IPv4. Attackers write it to slip past
/// filters that look for dotted quads.
fn browser_ipv4(text: &str) -> Option<Ipv4Addr> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if !text.as_bytes().first()?.is_ascii_digit() || text.len() > 64 {
        return None;
    }
    let mut parts = [0u64; 4];
    let mut count = 0;
    for part in text.split('.') {
        *parts.get_mut(count)? = browser_number(part)?;
        count += 1;
    }
    let (last, front) = parts.get(..count)?.split_last()?;
    let room = 4 - front.len();
    if front.iter().any(|&part| part > 255) || *last >= 1u64 << (8 * room) {
        return None;
    }
    let high = front.iter().fold(0u64, |sum, part| sum << 8 | part) << (8 * room);
    u32::try_from(high | last).ok().map(Ipv4Addr::from)
}

fn browser_number(part: &str) -> Option<u64> {
    let (digits, radix) = match part.as_bytes() {
        [b'0', b'x' | b'X', ..] => (part.get(2..)?, 16),
        [b'0', _, ..] => (part.get(1..)?, 8),
        _ => (part, 10),
    };
    if digits.is_empty() {
        return (radix == 16).then_some(0);
    }
    if !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// Decodes `%41`; what does not become UTF-8 is left as it was.
pub(crate) fn percent_decode(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'%', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        if first == b'%'
            && let [high, low, behind @ ..] = rest
            && let (Some(high), Some(low)) = (char::from(*high).to_digit(16), char::from(*low).to_digit(16))
            && let Ok(byte) = u8::try_from(high << 4 | low)
        {
            out.push(byte);
            rest = behind;
        } else {
            out.push(first);
        }
    }
    String::from_utf8(out).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<&str>) {
        let host = Host::parse(text).map(|host| match host {
            Host::Ip(address) => address.to_string(),
            Host::Name(name) => name.ascii,
        });
        assert_eq!(host.as_deref(), expect, "{text}");
    }

    #[test]
    fn a_host_is_read_as_a_browser_reads_it() {
        check("EVIL.example", Some("evil.example"));
        check("%65vil.example", Some("evil.example"));
        check("日本語.example", Some("xn--wgv71a119e.example"));
        check("%E6%97%A5%E6%9C%AC%E8%AA%9E.example", Some("xn--wgv71a119e.example"));
        check("192.0.2.1", Some("192.0.2.1"));
        check("3221225985", Some("192.0.2.1"));
        check("0xC0.0x00.0x02.0x01", Some("192.0.2.1"));
        check("0xc0000201", Some("192.0.2.1"));
        check("0300.0.02.1", Some("192.0.2.1"));
        check("192.0.513", Some("192.0.2.1"));
        check("１９２．０．２．１", Some("192.0.2.1"));
        check("[2001:DB8::1]", Some("2001:db8::1"));
        check("[::ffff:192.0.2.1]", Some("192.0.2.1"));
        check("[fe80::1%25eth0]", Some("fe80::1"));
    }

    #[test]
    fn what_is_no_host_is_none() {
        for text in ["", "[", "[]", "[2001:db8", "a b", "%00", "a..b"] {
            check(text, None);
        }
    }

    #[test]
    fn numbers_too_large_for_an_address_are_not_one() {
        assert_eq!(browser_ipv4("256.0.0.1"), None);
        assert_eq!(browser_ipv4("4294967296"), None);
        assert_eq!(browser_ipv4("1.2.3.4.5"), None);
    }
}
