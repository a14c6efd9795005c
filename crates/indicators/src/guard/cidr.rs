//! Ranges of addresses, and a table of them that is searched, not walked.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of IPv4 or IPv6 addresses, host bits cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    v6: bool,
    length: u8,
    network: u128,
}

impl Cidr {
    /// Reads `198.51.100.0/24` or `2001:db8::/32`; host bits are cleared. `None` without a prefix length, or
    /// with one that the family does not have.
    ///
    /// ```
    /// use indicators::guard::Cidr;
    /// assert_eq!(Cidr::parse("198.51.100.7/24").unwrap().to_string(), "198.51.100.0/24");
    /// assert!(Cidr::parse("198.51.100.7").is_none());
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        if length.len() > 3 || !length.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Self::new(address.parse().ok()?, length.parse().ok()?)
    }

    /// The range of `length` leading bits around `address`.
    pub fn new(address: IpAddr, length: u8) -> Option<Self> {
        let (v6, bits) = bits(address);
        (length <= width(v6)).then(|| Self { v6, length, network: mask(bits, v6, length) })
    }

    /// True for a range of IPv4 addresses.
    pub fn is_ipv4(&self) -> bool {
        !self.v6
    }

    /// True if `address` lies in the range.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (v6, bits) = bits(address);
        v6 == self.v6 && mask(bits, v6, self.length) == self.network
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u32::try_from(self.network) {
            Ok(network) if !self.v6 => write!(f, "{}/{}", Ipv4Addr::from(network), self.length),
            _ => write!(f, "{}/{}", Ipv6Addr::from(self.network), self.length),
        }
    }
}

fn bits(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(address) => (false, u128::from(u32::from(address))),
        IpAddr::V6(address) => (true, u128::from(address)),
    }
}

fn width(v6: bool) -> u8 {
    if v6 { 128 } else { 32 }
}

fn mask(bits: u128, v6: bool, length: u8) -> u128 {
    let host = u32::from(width(v6) - length);
    bits.checked_shr(host).and_then(|bits| bits.checked_shl(host)).unwrap_or(0)
}

/// Ranges with a value each, in a sorted array: one binary search for each prefix length that occurs.
#[derive(Debug, Clone)]
pub(super) struct Ranges<T> {
    entries: Vec<(Cidr, T)>,
    lengths: Vec<(bool, u8)>,
}

impl<T> Default for Ranges<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), lengths: Vec::new() }
    }
}

impl<T> Ranges<T> {
    /// Adds ranges; [`Ranges::all`] sees them after this call. The array is sorted once for the whole batch.
    pub(super) fn extend(&mut self, ranges: impl IntoIterator<Item = (Cidr, T)>) {
        self.entries.extend(ranges);
        self.entries.sort_by_key(|(range, _)| *range);
        self.lengths = self.entries.iter().map(|(range, _)| (range.v6, range.length)).collect();
        self.lengths.dedup();
    }

    /// Every range that holds `address`, the widest first.
    pub(super) fn all(&self, address: IpAddr) -> impl Iterator<Item = &(Cidr, T)> {
        self.lengths.iter().filter_map(move |&(v6, length)| {
            let wanted = Cidr::new(address, length).filter(|wanted| wanted.v6 == v6)?;
            let at = self.entries.partition_point(|(range, _)| *range < wanted);
            self.entries.get(at).filter(|(range, _)| *range == wanted)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_ranges_are_all_found() {
        let mut ranges = Ranges::default();
        let parse = |text| (Cidr::parse(text).unwrap(), text);
        ranges.extend(
            ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32", "0.0.0.0/0", "2001:db8::/32", "::/0"].map(parse),
        );
        let hits = |text: &str| ranges.all(text.parse().unwrap()).map(|(_, name)| *name).collect::<Vec<_>>();
        assert_eq!(hits("10.1.2.3"), ["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.2.3/32"]);
        assert_eq!(hits("10.2.0.1"), ["0.0.0.0/0", "10.0.0.0/8"]);
        assert_eq!(hits("2001:db8::1"), ["::/0", "2001:db8::/32"]);
    }

    #[test]
    fn what_is_no_range_is_none() {
        for text in
            ["10.0.0.0/33", "10.0.0.0", "10.0.0/8", "/8", "10.0.0.0/", "10.0.0.0/+8", "2001:db8::/129", "x/8"]
        {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }
}
