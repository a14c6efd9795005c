//! A quick look at the lines of name servers: it passes those in which nothing can be listed, which are nearly all.
//!
//! It reads ordinary lines only: an IPv4 client, a name in ASCII of less than 64 bytes with two labels or more. What it tells of them
//! is what the readers would tell; any other line is left to these.

use crate::near::{network, wide};

/// What the quick look tells of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quick<'a> {
    /// The first half of the address that asked.
    pub(crate) network: u16,
    /// The name asked for: ASCII, without a final dot.
    pub(crate) name: &'a [u8],
    /// Where its last two labels begin.
    pub(crate) two: usize,
    /// Where the line ends.
    pub(crate) end: usize,
}

impl<'a> Quick<'a> {
    /// From the parts of a line of less than 128 bytes, whose dots are told.
    #[inline]
    fn of(text: &'a [u8], client: (usize, usize), name: (usize, usize), end: usize) -> Option<Self> {
        let network = network(text.get(client.0..client.1)?)?;
        let name = text.get(name.0..name.1)?;
        let name = name.strip_suffix(b".").unwrap_or(name);
        if name.len() > 63 || !name.is_ascii() || name.last() == Some(&b'.') {
            return None;
        }
        let two = match crate::near::last_two_dots(name) {
            (None, _) => return None,
            (Some(_), second) => second.map_or(0, |at| at + 1),
        };
        Some(Self { network, name, two, end })
    }
}

/// Where a byte stands in the first 128.
struct Places(u128);

impl Places {
    #[inline(always)]
    fn from(&self, at: usize) -> Option<usize> {
        let rest = self.0.checked_shr(u32::try_from(at).ok()?)?;
        (rest != 0).then(|| at + rest.trailing_zeros() as usize)
    }
}

/// `[1699999999] unbound[1234:0] info: 192.0.2.9 name. A IN`
#[inline]
pub(super) fn of_unbound(text: &[u8]) -> Option<Quick<'_>> {
    let head = text.first_chunk::<128>()?;
    let end = Places(wide(head, |lane| lane.is(b'\n'))).from(0)?;
    let spaces = Places(wide(head, |lane| lane.is(b' ')));
    let first = spaces.from(0)?;
    let second = spaces.from(first + 1)?;
    if text.get(first.checked_sub(1)?) != Some(&b']')
        || !text.get(first + 1..)?.starts_with(b"unbound[")
        || !text.get(second - 1..)?.starts_with(b"] info: ")
    {
        return None;
    }
    let client = second + 7;
    let name = spaces.from(client)? + 1;
    let kind = spaces.from(name)?;
    let class = spaces.from(kind + 1)?;
    if text.get(class + 1..end)? != b"IN" {
        return None;
    }
    Quick::of(text, (client, name - 1), (name, kind), end)
}

/// `Nov 14 22:13:20 gw dnsmasq[412]: query[A] name from 192.0.2.9`
#[inline]
pub(super) fn of_dnsmasq(text: &[u8]) -> Option<Quick<'_>> {
    let head = text.first_chunk::<128>()?;
    let end = Places(wide(head, |lane| lane.is(b'\n'))).from(0)?;
    let closes = Places(wide(head, |lane| lane.is(b']')));
    let spaces = Places(wide(head, |lane| lane.is(b' ')));
    let pid = closes.from(0)?;
    let verb = closes.from(pid + 1)?;
    if spaces.from(pid + 3)? < verb {
        return None;
    }
    if !text.get(pid..)?.starts_with(b"]: query[") || text.get(verb + 1) != Some(&b' ') {
        return None;
    }
    let open = text.get(..pid)?.iter().rposition(|&b| b == b'[')?;
    if !text.get(..open)?.ends_with(b"dnsmasq") {
        return None;
    }
    let name = verb + 2;
    let behind = spaces.from(name)?;
    if !text.get(behind..)?.starts_with(b" from ") || spaces.from(behind + 6).is_some_and(|space| space < end)
    {
        return None;
    }
    Quick::of(text, (behind + 6, end), (name, behind), end)
}

#[cfg(test)]
mod tests {
    use super::super::lines::{dnsmasq, unbound};
    use super::super::record::{Record, Role};
    use super::*;
    use proptest::prelude::*;

    const UNBOUND: &str = "[1699999999] unbound[812:0] info: 10.28.34.62 www.evil.example. A IN\n";
    const DNSMASQ: &str = "Nov 14 22:13:20 gw dnsmasq[412]: query[A] www.evil.example from 10.28.34.62\n";

    #[track_caller]
    fn hold(quick: Quick<'_>, text: &str, read: fn(&[u8], &mut Record) -> bool) {
        let line = text.as_bytes().split(|b| *b == b'\n').next().unwrap();
        let mut record = Record::default();
        record.begin(line);
        assert!(read(line, &mut record), "{text}");
        let name = record.first(line, Role::Name).unwrap();
        assert_eq!(quick.name, name.strip_suffix(b".").unwrap_or(name), "{text}");
        let client = network(record.first(line, Role::Client).unwrap());
        assert_eq!(Some(quick.network), client, "{text}");
        assert_eq!(quick.end, line.len(), "{text}");
    }

    #[test]
    fn an_ordinary_line_is_looked_at_quickly() {
        for (line, quick) in [(UNBOUND, of_unbound as fn(&[u8]) -> Option<Quick<'_>>), (DNSMASQ, of_dnsmasq)]
        {
            let text = line.repeat(3);
            let quick = quick(text.as_bytes()).unwrap();
            assert_eq!((quick.network, quick.name, quick.two), (0x0a1c, &b"www.evil.example"[..], 4));
        }
    }

    proptest! {
        #[test]
        fn the_quick_look_never_contradicts_the_readers(
            edits in proptest::collection::vec((0..60usize, "[ \\[\\]\n.:a1]"), 0..4),
        ) {
            for (line, quick, read) in [
                (UNBOUND, of_unbound as fn(&[u8]) -> Option<Quick<'_>>, unbound as fn(&[u8], &mut Record) -> bool),
                (DNSMASQ, of_dnsmasq, dnsmasq),
            ] {
                let mut text = line.repeat(4);
                for (at, byte) in &edits {
                    text.replace_range(*at..at + 1, byte);
                }
                if let Some(quick) = quick(text.as_bytes()) {
                    hold(quick, &text, read);
                }
            }
        }
    }
}
