//! IP addresses in a draft, in every writing, held against a member's ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    base: IpAddr,
    prefix: u8,
}

impl Network {
    /// `192.0.2.0/24`, `2001:db8::/32`, or one address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (base, prefix) = match text.trim().split_once('/') {
            Some((base, prefix)) => (base.parse().ok()?, prefix.parse().ok()?),
            None => {
                let base: IpAddr = text.trim().parse().ok()?;
                (base, if base.is_ipv4() { 32 } else { 128 })
            }
        };
        let widest = if base.is_ipv4() { 32 } else { 128 };
        (prefix <= widest).then_some(Self { base, prefix })
    }

    /// True if `address` lies in the range.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                u32::from(base) & mask == u32::from(address) & mask
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                u128::from(base) & mask == u128::from(address) & mask
            }
            _ => false,
        }
    }
}

/// True if `text` is an address or a CIDR range that the identity check understands: what a roster may hold.
///
/// ```
/// assert!(gate::is_network("192.0.2.0/24") && gate::is_network("2001:db8::1"));
/// assert!(!gate::is_network("192.0.2.*"));
/// ```
pub fn is_network(text: &str) -> bool {
    Network::parse(text).is_some()
}

/// An address as read from a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// One address.
    One(IpAddr),
    /// `192.0.2.x`: an address whose last part was left out.
    Any([u8; 3]),
}

impl Network {
    /// True if what was seen lies in the range, or may.
    pub(crate) fn meets(&self, seen: Seen) -> bool {
        match seen {
            Seen::One(address) => self.contains(address),
            Seen::Any([a, b, c]) => {
                let block = Network { base: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), prefix: 24 };
                self.contains(block.base) || block.contains(self.base)
            }
        }
    }
}

/// Every address in a text, with the range of characters it was read from: dotted, defanged, with other
/// separators, reversed (as in `in-addr.arpa`), IPv6, and the one-number forms that browsers accept
/// (`3221225985`, `0xC0000201`).
pub(crate) fn addresses(chars: &[char]) -> Vec<(usize, usize, Seen)> {
    let mut out = dotted(chars);
    let mut at = 0;
    while at < chars.len() {
        if !is_part(narrow(chars[at])) {
            at += 1;
            continue;
        }
        let start = at;
        let mut token = String::new();
        while at < chars.len() && at - start < 120 && is_part(narrow(chars[at])) {
            match narrow(chars[at]) {
                '[' | ']' | '(' | ')' | '{' | '}' => {}
                c => token.push(c.to_ascii_lowercase()),
            }
            at += 1;
        }
        // A colon or full stop around the token may be punctuation, or the `::` of an IPv6 address.
        let bare = token.trim_matches(['.', ':', 'x']);
        if let Some(address) =
            read(&token).or_else(|| read(token.trim_end_matches('.'))).or_else(|| read(bare))
        {
            out.push((start, at, Seen::One(address)));
        }
    }
    out
}

/// Four numbers with any of the separators that people and names use: `.` `[.]` `(.)` `[dot]` `-`.
fn dotted(chars: &[char]) -> Vec<(usize, usize, Seen)> {
    let mut out = Vec::new();
    for start in 0..chars.len() {
        let digit = |i: usize| chars.get(i).is_some_and(|&c| narrow(c).is_ascii_digit());
        if !digit(start) || start.checked_sub(1).is_some_and(digit) {
            continue;
        }
        let mut parts = Vec::new();
        let mut at = start;
        let mut left_out = false;
        while parts.len() < 4 {
            if parts.len() == 3 && matches!(chars.get(at).map(|&c| narrow(c)), Some('x' | 'X' | '*')) {
                left_out = true;
                at += 1;
                break;
            }
            let from = at;
            let mut number = 0u32;
            while digit(at) && at - from < 4 {
                number = number * 10 + narrow(chars[at]).to_digit(10).unwrap_or(0);
                at += 1;
            }
            let Ok(part) = u8::try_from(number) else { break };
            if at == from || digit(at) {
                break;
            }
            parts.push(part);
            if parts.len() < 4 {
                let Some(next) = separator(chars, at) else { break };
                at = next;
            }
        }
        match parts[..] {
            [a, b, c, d] => {
                out.push((start, at, Seen::One(Ipv4Addr::new(a, b, c, d).into())));
                out.push((start, at, Seen::One(Ipv4Addr::new(d, c, b, a).into())));
            }
            [a, b, c] if left_out => out.push((start, at, Seen::Any([a, b, c]))),
            _ => {}
        }
    }
    out
}

/// Where a separator that begins here ends.
fn separator(chars: &[char], at: usize) -> Option<usize> {
    let word: String =
        chars.get(at..chars.len().min(at + 5))?.iter().map(|&c| narrow(c).to_ascii_lowercase()).collect();
    ["[dot]", "(dot)", "{dot}", "[.]", "(.)", "{.}", ".", "-"]
        .into_iter()
        .find(|separator| word.starts_with(separator))
        .map(|separator| at + separator.len())
}

fn narrow(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '。' | '｡' => '.',
        c => c,
    }
}

fn is_part(c: char) -> bool {
    c.is_ascii_hexdigit() || matches!(c, '.' | ':' | 'x' | 'X' | '[' | ']' | '(' | ')' | '{' | '}')
}

fn read(token: &str) -> Option<IpAddr> {
    if let Ok(address) = token.parse::<Ipv6Addr>() {
        return Some(IpAddr::V6(address));
    }
    if let Some(hex) = token.strip_prefix("0x").filter(|hex| hex.len() == 8) {
        return u32::from_str_radix(hex, 16).ok().map(|n| IpAddr::V4(Ipv4Addr::from(n)));
    }
    if (8..=10).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_digit()) {
        return token.parse::<u32>().ok().map(|n| IpAddr::V4(Ipv4Addr::from(n)));
    }
    // A port may follow; leading zeros are common in logs, and so is a word that ends in a hex letter.
    let host = token.split_once(':').map_or(token, |(host, _)| host);
    let parts: Vec<&str> = host.split('.').collect();
    if parts.len() == 4 {
        let mut bytes = [0u8; 4];
        for (byte, part) in bytes.iter_mut().zip(&parts) {
            *byte = match part.strip_prefix("0x") {
                Some(hex) => u8::from_str_radix(hex, 16).ok()?,
                None => part.parse().ok()?,
            };
        }
        return Some(IpAddr::V4(Ipv4Addr::from(bytes)));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_in_every_writing() {
        let network = Network::parse("192.0.2.0/24").unwrap();
        for text in [
            "192.0.2.7",
            "192[.]0[.]2[.]7",
            "１９２．０．２．７",
            "3221225991",
            "0xC0000207",
            "::ffff:192.0.2.7",
            "http://192.0.2.7:8080/",
            "(192.0.2.7)",
            "192.0.2.7(Exchange)",
            "192.0.2.7（Active Directory）",
            "192.0.2.7(192.0.9.8)",
            "192[dot]0[dot]2[dot]7",
            "192.0.2.x",
            "ip-192-0-2-7.isp.test",
            "7.2.0.192.in-addr.arpa",
            "192.0.2.7.bc.isp.test",
        ] {
            let chars: Vec<char> = text.chars().collect();
            assert!(addresses(&chars).iter().any(|(_, _, seen)| network.meets(*seen)), "{text}");
        }
    }

    #[test]
    fn a_neighbour_range_is_not_touched() {
        assert!(!Network::parse("192.0.2.0/24").unwrap().contains("192.0.3.7".parse().unwrap()));
        assert!(!Network::parse("2001:db8::/32").unwrap().contains("2001:db9::1".parse().unwrap()));
    }
}
