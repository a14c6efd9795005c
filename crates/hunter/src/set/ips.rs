//! IP addresses and ranges: a bitmap of /24 networks that says no, a sorted array that says yes.

use std::net::{IpAddr, Ipv6Addr};

use indicators::guard::Cidr;

use super::file::{Parts, Reader, SetFileError};

/// Bits of the folded map: 32 KiB.
const FOLDED: usize = 1 << 18;

#[inline]
fn fold(net: u32) -> (usize, u32) {
    let hash = net.wrapping_mul(0x9e37_79b1) >> 14;
    ((hash >> 6) as usize, hash & 63)
}

/// One network: its family, its length and its first address.
type Network = (bool, u8, u128);

/// Addresses and ranges with the value that each belongs to.
#[derive(Debug, Clone, Default)]
pub(super) struct Ips {
    /// One bit for each IPv4 /24 of which something is listed; empty where nothing of IPv4 is.
    map: Vec<u64>,
    /// The same folded into [`FOLDED`] bits by a hash: it stays in the nearest cache and says no for most.
    folded: Vec<u64>,
    /// One bit for each IPv4 /16.
    wide: Vec<u64>,
    /// Single IPv4 addresses, sorted.
    v4: Vec<u32>,
    v4_entry: Vec<u32>,
    /// Everything else, sorted by family, length and address.
    networks: Vec<Network>,
    network_entry: Vec<u32>,
    /// Family and length pairs that occur, with where theirs begin and end.
    lengths: Vec<(bool, u8, usize, usize)>,
}

pub(crate) use crate::near::ipv4;

/// Reads an IPv6 address, also with a zone or in brackets; an IPv4-mapped one is IPv4.
pub(crate) fn ipv6(text: &[u8]) -> Option<IpAddr> {
    let text = text.strip_prefix(b"[").and_then(|text| text.strip_suffix(b"]")).unwrap_or(text);
    let end = memchr::memchr(b'%', text).unwrap_or(text.len());
    let text = std::str::from_utf8(text.get(..end)?).ok()?;
    let address: Ipv6Addr = text.parse().ok()?;
    Some(address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4))
}

impl Ips {
    /// Makes the tables of values like `192.0.2.1`, `198.51.100.0/24`, `2001:db8::/32`.
    pub(super) fn build<'a>(values: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let mut singles = Vec::new();
        let mut networks: Vec<(Network, u32)> = Vec::new();
        for (entry, value) in values {
            if let Some(range) = Cidr::parse(value) {
                let (address, length) = value.split_once('/').unwrap_or_default();
                let network = address.parse::<IpAddr>().ok().zip(length.parse().ok());
                if let Some((address, length)) = network {
                    networks.push(((!range.is_ipv4(), length, bits(address)), entry));
                }
            } else if let Some(address) = ipv4(value.as_bytes()) {
                singles.push((address, entry));
            } else if let Ok(IpAddr::V6(address)) = value.parse() {
                networks.push(((true, 128, u128::from(address)), entry));
            }
        }
        singles.sort_unstable();
        networks.sort_unstable();
        let mut ips = Self {
            v4: singles.iter().map(|single| single.0).collect(),
            v4_entry: singles.iter().map(|single| single.1).collect(),
            networks: networks.iter().map(|network| network.0).collect(),
            network_entry: networks.iter().map(|network| network.1).collect(),
            ..Self::default()
        };
        ips.derive();
        ips
    }

    /// What is not stored: the bitmap and the lengths.
    fn derive(&mut self) {
        if !self.v4.is_empty() || self.networks.iter().any(|network| !network.0) {
            self.map = vec![0; 1 << 18];
            self.folded = vec![0; FOLDED / 64];
            self.wide = vec![0; (1 << 16) / 64];
        }
        for at in 0..self.v4.len() {
            let net = self.v4.get(at).map_or(0, |address| address >> 8);
            self.set(net, net);
        }
        for at in 0..self.networks.len() {
            let Some(&(v6, length, network)) = self.networks.get(at) else { continue };
            if !v6 {
                #[allow(clippy::cast_possible_truncation, reason = "IPv4 has 32 bits")]
                let first = network as u32;
                let last = first | u32::MAX.checked_shr(u32::from(length)).unwrap_or(0);
                self.set(first >> 8, last >> 8);
            }
        }
        for (at, &(v6, length, _)) in self.networks.iter().enumerate() {
            match self.lengths.last_mut() {
                Some(last) if (last.0, last.1) == (v6, length) => last.3 = at + 1,
                _ => self.lengths.push((v6, length, at, at + 1)),
            }
        }
    }

    fn set(&mut self, first: u32, last: u32) {
        // Wide ranges would fill it one by one.
        if (last - first) as usize > FOLDED / 8 {
            self.folded.fill(u64::MAX);
        }
        for net in first >> 8..=last >> 8 {
            if let Some(word) = self.wide.get_mut((net >> 6) as usize) {
                *word |= 1 << (net & 63);
            }
        }
        for net in first..=last {
            if let Some(word) = self.map.get_mut((net >> 6) as usize) {
                *word |= 1 << (net & 63);
            }
            let (word, bit) = fold(net);
            if let Some(word) = self.folded.get_mut(word) {
                *word |= 1 << bit;
            }
        }
    }

    pub(super) fn has_v6(&self) -> bool {
        self.networks.last().is_some_and(|network| network.0)
    }

    /// False where nothing listed can be an IPv4 address that begins like this.
    #[inline]
    pub(super) fn may_begin(&self, network: u16) -> bool {
        self.wide.get(usize::from(network >> 6)).is_some_and(|word| word >> (network & 63) & 1 != 0)
    }

    /// False where nothing listed can be this IPv4 address.
    #[inline]
    pub(super) fn may_hold(&self, address: u32) -> bool {
        let (word, bit) = fold(address >> 8);
        self.folded.get(word).is_some_and(|word| word >> bit & 1 != 0) && {
            let word = self.map.get((address >> 14) as usize).copied().unwrap_or(0);
            word >> (address >> 8 & 63) & 1 != 0
        }
    }

    /// Every value that is this address or holds it, the widest first.
    #[cold]
    pub(super) fn v4(&self, address: u32, found: &mut Vec<u32>) {
        self.within(false, u128::from(address), 32, found);
        let from = self.v4.partition_point(|&listed| listed < address);
        let same =
            self.v4.iter().zip(&self.v4_entry).skip(from).take_while(|(listed, _)| **listed == address);
        found.extend(same.map(|(_, entry)| *entry));
    }

    /// The same for IPv6.
    pub(super) fn v6(&self, address: u128, found: &mut Vec<u32>) {
        self.within(true, address, 128, found);
    }

    fn within(&self, v6: bool, address: u128, width: u8, found: &mut Vec<u32>) {
        for &(family, length, from, to) in &self.lengths {
            if family != v6 {
                continue;
            }
            let host = u32::from(width.saturating_sub(length));
            let network = address.checked_shr(host).and_then(|bits| bits.checked_shl(host)).unwrap_or(0);
            let listed = self.networks.get(from..to).unwrap_or_default();
            let first = listed.partition_point(|listed| listed.2 < network);
            let same = listed.iter().skip(first).take_while(|listed| listed.2 == network).count();
            found.extend(self.network_entry.iter().skip(from + first).take(same));
        }
    }

    pub(super) fn write(&self, parts: &mut Parts) {
        parts.u32s(&self.v4);
        parts.u32s(&self.v4_entry);
        #[allow(clippy::cast_possible_truncation, reason = "halves")]
        let words: Vec<u64> = self
            .networks
            .iter()
            .flat_map(|&(v6, length, address)| {
                [u64::from(v6) << 8 | u64::from(length), (address >> 64) as u64, address as u64]
            })
            .collect();
        parts.u64s(&words);
        parts.u32s(&self.network_entry);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, SetFileError> {
        let v4 = reader.u32s()?;
        let v4_entry = reader.u32s()?;
        let words = reader.u64s()?;
        let network_entry = reader.u32s()?;
        let networks: Vec<Network> = words
            .as_chunks::<3>()
            .0
            .iter()
            .map(|&[kind, high, low]| {
                let v6 = kind >> 8 != 0;
                let most = if v6 { 128 } else { 32 };
                let length = u8::try_from(kind & 0xff).unwrap_or(most).min(most);
                (v6, length, u128::from(high) << 64 | u128::from(low))
            })
            .collect();
        if v4.len() != v4_entry.len() || networks.len() != network_entry.len() {
            return Err(SetFileError::Damaged("address tables of different lengths"));
        }
        let mut ips = Self { v4, v4_entry, networks, network_entry, ..Self::default() };
        ips.derive();
        Ok(ips)
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_strictly() {
        assert_eq!(ipv4(b"192.0.2.1"), Some(0xc000_0201));
        for text in
            ["1.2.3", "1.2.3.4.5", "256.1.1.1", "1..2.3.4", "1.2.3.4x", "1.2.3.", ".1.2.3", "0001.2.3.4"]
        {
            assert_eq!(ipv4(text.as_bytes()), None, "{text}");
        }
        assert_eq!(ipv6(b"[2001:db8::1%eth0]"), Some("2001:db8::1".parse().unwrap()));
        assert!(ipv6(b"[2001:db8::1]").is_some());
        assert_eq!(ipv6(b"::ffff:192.0.2.1"), Some("192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn an_address_is_found_in_every_range_that_holds_it() {
        let values =
            ["192.0.2.1", "192.0.2.0/24", "192.0.0.0/8", "2001:db8::/32", "2001:db8::1", "192.0.2.9/32"];
        let ips = Ips::build((0..).zip(values));
        let found = |text: &str| {
            let mut found = Vec::new();
            match text.parse().unwrap() {
                IpAddr::V4(address) if ips.may_hold(address.into()) => ips.v4(address.into(), &mut found),
                IpAddr::V4(_) => {}
                IpAddr::V6(address) => ips.v6(address.into(), &mut found),
            }
            found.into_iter().map(|entry| values[entry as usize]).collect::<Vec<_>>()
        };
        assert_eq!(found("192.0.2.1"), ["192.0.0.0/8", "192.0.2.0/24", "192.0.2.1"]);
        assert_eq!(found("192.0.2.9"), ["192.0.0.0/8", "192.0.2.0/24", "192.0.2.9/32"]);
        assert_eq!(found("192.200.0.1"), ["192.0.0.0/8"]);
        assert_eq!(found("193.0.2.1"), [""; 0]);
        assert_eq!(found("2001:db8::1"), ["2001:db8::/32", "2001:db8::1"]);
        assert_eq!(found("2001:db9::1"), [""; 0]);
    }
}
