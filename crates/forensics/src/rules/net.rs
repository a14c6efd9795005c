//! Addresses and ranges of addresses.

use std::net::IpAddr;

/// A range of addresses; a single one has all bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Net {
    address: IpAddr,
    bits: u8,
}

impl Net {
    /// `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.trim().split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().ok()?)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        (bits <= most).then_some(Self { address, bits })
    }

    /// True if the address lies in it.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(one)) => {
                let shift = 32 - u32::from(self.bits);
                u32::from(net).checked_shr(shift) == u32::from(one).checked_shr(shift)
            }
            (IpAddr::V6(net), IpAddr::V6(one)) => {
                let shift = 128 - u32::from(self.bits);
                u128::from(net).checked_shr(shift) == u128::from(one).checked_shr(shift)
            }
            _ => false,
        }
    }
}
