//! BIND's query log.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::lines::{from, upto, word};
use super::quick::Quick;
use super::record::{Record, Role};
use crate::near::{Lane, block, find, first_of_8, lowest, network, same, wide};

static QUERY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b": query: "));
static ANY_QUERY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" query: "));

/// `14-Nov-2023 22:13:20.004 queries: info: client @0x7f 192.0.2.9#10158 (name): view x: query: name IN A +E (10.0.0.53)`
#[inline]
pub(super) fn bind(line: &[u8], record: &mut Record) -> bool {
    let Some(hash) = find(b'#', line) else { return false };
    let front = upto(line, hash);
    let client = from(front, front.iter().rposition(|&b| b == b' ').map_or(0, |at| at + 1));
    let rest = from(line, hash + 1);
    // The port has at most five digits; the name in brackets follows, in old versions nothing.
    let name = match upto(rest, rest.len().min(8)).iter().position(|&b| b == b'(') {
        Some(open) => {
            let rest = from(rest, open + 1);
            let Some(close) = find(b')', rest) else { return false };
            let (told, behind) = (upto(rest, close), from(rest, close));
            match behind.strip_prefix(b"): query: ") {
                // Nearly always the name in brackets once more.
                Some(query) if query.get(told.len()) == Some(&b' ') && query.starts_with(told) => told,
                Some(query) => upto(query, find(b' ', query).unwrap_or(query.len())),
                None => match ANY_QUERY.find(behind) {
                    Some(at) => word(from(behind, at + 8)).0,
                    None => return false,
                },
            }
        }
        None => match QUERY.find(rest) {
            Some(at) => word(from(rest, at + 9)).0,
            None => return false,
        },
    };
    if name.is_empty() || client.is_empty() {
        return false;
    }
    record.push(Role::Client, client);
    record.push(Role::Name, name);
    true
}

/// `): query: `, which stands between the name in brackets and the name again.
const BETWEEN: &[u8; 10] = b"): query: ";

/// The first line of `text`, if it is an ordinary one: the name in brackets and the name asked for are the same. What
/// [`bind`] would tell of it is the same; any other line is left to that.
#[inline]
pub(super) fn quick(text: &[u8]) -> Option<Quick<'_>> {
    // The client is the word before the first `#`.
    let head = text.first_chunk::<128>()?;
    let (stops, spaces) = (wide(head, |lane| lane.either(b'#', b'\n')), wide(head, |lane| lane.is(b' ')));
    let hash = stops.trailing_zeros() as usize;
    if stops == 0 || text.get(hash) != Some(&b'#') {
        return None;
    }
    let client = (spaces & ((1 << hash) - 1)).checked_ilog2().map_or(0, |at| at as usize + 1);
    let network = network(text.get(client..hash)?)?;
    // A port of at most five digits, a space, the name in brackets.
    let port = u64::from_le_bytes(*text.get(hash + 1..)?.first_chunk::<8>()?);
    let open = first_of_8(port, b'(');
    if open > 7 || first_of_8(port, b'\n') < open {
        return None;
    }
    let start = hash + 2 + open;
    let told = text.get(start..)?.first_chunk::<64>()?;
    let length = block(told, |lane| lane.either(b')', b'\n')).trailing_zeros() as usize;
    let here = lowest(length);
    let dots = block(told, |lane| lane.is(b'.')) & here;
    let high = block(told, Lane::high) & here;
    let behind = text.get(start + length..)?;
    let between = behind.first_chunk::<10>()?;
    let again = behind.get(10..)?;
    let same = same(told, again.first_chunk::<64>()?) & here;
    if *between != *BETWEEN || high != 0 || same != here || again.get(length) != Some(&b' ') {
        return None;
    }
    let last = dots.checked_ilog2()?;
    if last as usize + 1 == length {
        return None;
    }
    let two = (dots ^ 1 << last).checked_ilog2().map_or(0, |at| at as usize + 1);
    let end = find(b'\n', again.get(length..)?)?;
    let name = told.get(..length)?;
    Some(Quick { network, name, two, end: start + length + 10 + length + end })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &str = "14-Nov-2023 22:13:20.004 queries: info: client @0x7f04616db304 10.28.34.62#10158 (www.evil.example): query: www.evil.example IN A +E(0)K (10.0.0.53)\n";

    /// What the reader tells of the first line.
    fn read(text: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let line = text.split(|b| *b == b'\n').next()?;
        let mut record = Record::default();
        record.begin(line);
        bind(line, &mut record).then(|| {
            let part = |role| record.first(line, role).unwrap_or_default().to_vec();
            (part(Role::Client), part(Role::Name))
        })
    }

    #[test]
    fn an_ordinary_line_is_looked_at_quickly() {
        let two = format!("{LINE}{LINE}");
        let quick = quick(two.as_bytes()).unwrap();
        assert_eq!(
            (quick.network, quick.name, quick.two, quick.end),
            (0x0a1c, &b"www.evil.example"[..], 4, LINE.len() - 1)
        );
    }

    proptest! {
        #[test]
        fn the_quick_look_never_contradicts_the_reader(
            edits in proptest::collection::vec((0..LINE.len(), "[ #()\n.:a1]"), 0..4),
        ) {
            let mut text = format!("{LINE}{LINE}");
            for (at, byte) in edits {
                text.replace_range(at..at + 1, &byte);
            }
            if let Some(quick) = quick(text.as_bytes()) {
                let (client, name) = read(text.as_bytes()).unwrap();
                prop_assert_eq!(quick.name, name.as_slice());
                prop_assert_eq!(Some(quick.network), network(&client));
                prop_assert_eq!(text.as_bytes().iter().position(|b| *b == b'\n'), Some(quick.end));
                let labels: Vec<&[u8]> = quick.name.rsplitn(3, |b| *b == b'.').collect();
                prop_assert_eq!(quick.name.len() - quick.two, labels[0].len() + 1 + labels[1].len());
            }
        }
    }
}
