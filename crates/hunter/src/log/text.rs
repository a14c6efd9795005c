//! Any text: names, addresses, hashes and parts wherever they stand, without knowing the format.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use crate::Kind;
use crate::near::{Lane, block_at, ipv4, lowest, network};
use crate::set::{Set, split_url};

/// Something listed that was seen: where, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sight {
    /// Where it begins.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// The values, the most specific last.
    pub(crate) entries: Vec<u32>,
    /// What was seen, where it does not stand like this in the text.
    pub(crate) written: Option<Vec<u8>>,
}

/// Letters of names: other scripts as well, and the underscore, because `a_b.example` is one name.
static IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0;
    while at < 256 {
        #[allow(clippy::cast_possible_truncation, reason = "below 256")]
        let byte = at as u8;
        table[at] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') || byte >= 0x80;
        at += 1;
    }
    table
};

#[inline]
fn in_name(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|&byte| IN_NAME[usize::from(byte)])
}

/// Everything listed in `text`, in the order in which it stands there.
pub(crate) fn scan(set: &Set, text: &[u8], sights: &mut Vec<Sight>) {
    scan_part(set, text, 0..text.len(), sights);
}

/// Everything listed in a part of `text`, of which nothing reaches beyond the part.
pub(crate) fn scan_part(set: &Set, text: &[u8], part: Range<usize>, sights: &mut Vec<Sight>) {
    let from = sights.len();
    if set.wants_names() || set.has(Kind::Ipv4) || set.has(Kind::Email) {
        dotted(set, text, &part, sights);
    }
    if set.has_rare() {
        let first = sights.len();
        rare(set, text.get(part.clone()).unwrap_or_default(), sights);
        for sight in sights.get_mut(first..).unwrap_or_default() {
            sight.start += part.start;
            sight.end += part.start;
        }
    }
    if sights.len() > from + 1 {
        sights.get_mut(from..).unwrap_or_default().sort_by_key(|sight| (sight.start, sight.end));
    }
}

fn push(sights: &mut Vec<Sight>, start: usize, end: usize, found: &mut Vec<u32>) {
    if !found.is_empty() {
        sights.push(Sight { start, end, entries: std::mem::take(found), written: None });
    }
}

/// Names, IPv4 and mail addresses: what is around each dot.
fn dotted(set: &Set, whole: &[u8], part: &Range<usize>, sights: &mut Vec<Sight>) {
    let mut found = Vec::new();
    let text = whole.get(..part.end).unwrap_or(whole);
    // Everything before has been looked at.
    let mut at = part.start;
    let mut block = part.start;
    while block < text.len() {
        // What stands behind the part is only loaded because sixty-four bytes at once are quicker than fewer.
        let here = lowest(text.len() - block);
        let seen = lowest(at.saturating_sub(block));
        let mut dots = block_at(whole, block, |lane| lane.is(b'.')) & here & !seen;
        if dots != 0 {
            let outside = !(block_at(whole, block, Lane::in_name) & here);
            while dots != 0 {
                let place = dots.trailing_zeros() as usize;
                let mut start = match (outside & lowest(place)).checked_ilog2() {
                    Some(last) => block + last as usize + 1,
                    None => block,
                };
                // It may have begun in the block before.
                while start <= block && start > at && in_name(text, start - 1) {
                    start -= 1;
                }
                let behind = (outside & !lowest(place)).trailing_zeros() as usize;
                let mut end = (block + behind).min(text.len());
                while behind == 64 && in_name(text, end) {
                    end += 1;
                }
                let start = start.max(at);
                at = end;
                dots &= !lowest(end - block);
                token(set, text, part.start, start..end, block + place, sights, &mut found);
            }
        }
        block += 64;
    }
}

/// The bytes of names around a dot. Nothing before `first` belongs to the text.
#[inline]
fn token(
    set: &Set,
    text: &[u8],
    first: usize,
    around: Range<usize>,
    dot: usize,
    sights: &mut Vec<Sight>,
    found: &mut Vec<u32>,
) {
    let Range { mut start, end } = around;
    while start < dot && matches!(text.get(start), Some(b'.' | b'-')) {
        start += 1;
    }
    if start == dot && dot + 1 < end {
        start += 1;
    }
    let token = text.get(start..end).unwrap_or_default();
    if token.last().is_some_and(u8::is_ascii_digit) {
        if let Some(network) = network(token)
            && set.may_begin(network)
            && let Some(address) = ipv4(token)
        {
            set.find_ipv4(address, found);
            push(sights, start, end, found);
        }
        // `evil.example-1` is no name below `.example`.
        return;
    }
    set.find_name(token, found);
    if found.is_empty() {
        // The last byte before, and the ends of the token, tell whether something sticks to it.
        let before = start.checked_sub(1).filter(|&at| at >= first);
        let before = before.and_then(|at| text.get(at)).copied().unwrap_or(b' ');
        let ends = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b'.' | b'-'));
        if matches!(before, b'%' | b'\\') || ends(token.first()) || ends(token.last()) || !token.is_ascii() {
            odd_name(set, text.get(start..end).unwrap_or_default(), before, found);
        }
    }
    if set.has(Kind::Email) && start > first && text.get(start - 1) == Some(&b'@') {
        start = mailbox(text, first, start);
        set.find_exact(Kind::Email, text.get(start..end).unwrap_or_default(), found);
    }
    push(sights, start, end, found);
}

/// Names that something else sticks to: `%2Fevil.example`, `\nevil.example`, `はevil.exampleへ`, `evil.example.`,
/// `-evil.example`.
#[cold]
#[inline(never)]
fn odd_name(set: &Set, token: &[u8], before: u8, found: &mut Vec<u32>) {
    let skip = match before {
        b'%' if token.get(..2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) => 2,
        b'\\' if matches!(token.first(), Some(b'n' | b't' | b'r' | b'"' | b'f' | b'b')) => 1,
        b'\\' if token.first() == Some(&b'u') => 5,
        _ => token.iter().take_while(|b| matches!(b, b'.' | b'-')).count(),
    };
    if skip > 0 {
        set.find_name(token.get(skip..).unwrap_or_default(), found);
    }
    if !token.is_ascii() {
        for piece in token.split(|b| !b.is_ascii()).filter(|piece| piece.contains(&b'.') && *piece != token) {
            match ipv4(piece) {
                Some(address) => set.find_ipv4(address, found),
                None => set.find_name(piece, found),
            }
        }
    }
    let trimmed = token.trim_ascii_end();
    let trimmed =
        trimmed.get(..trimmed.iter().rposition(|b| !matches!(b, b'.' | b'-')).map_or(0, |at| at + 1));
    if let Some(trimmed) = trimmed.filter(|trimmed| trimmed.len() + 1 < token.len() || token.ends_with(b"-"))
    {
        set.find_name(trimmed, found);
    }
}

/// Where the mailbox before the `@` begins.
fn mailbox(text: &[u8], first: usize, host: usize) -> usize {
    let mut start = host.saturating_sub(1);
    while start > first
        && text
            .get(start - 1)
            .is_some_and(|&b| IN_NAME[usize::from(b)] || matches!(b, b'+' | b'=' | b'&' | b'\''))
    {
        start -= 1;
    }
    start
}

/// What few sets hold.
fn rare(set: &Set, text: &[u8], sights: &mut Vec<Sight>) {
    if set.has_v6() {
        v6(set, text, sights);
    }
    if set.has(Kind::FileHash) {
        hashes(set, text, sights);
    }
    if set.has(Kind::Url) {
        urls(set, text, sights);
    }
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_part() && *kind != Kind::DomainPart) {
        if set.has(kind) {
            parts(set, kind, text, sights);
        }
    }
}

/// Parts, told with the word around them.
fn parts(set: &Set, kind: Kind, text: &[u8], sights: &mut Vec<Sight>) {
    let mut found = Vec::new();
    for (start, line) in lines(text) {
        set.find_part(kind, line, &mut found);
        for entry in found.drain(..) {
            let value = set.value(entry);
            let at = find_fold(line, value.as_bytes()).unwrap_or(0);
            sights.push(Sight {
                start: start + at,
                end: start + at + value.len().min(line.len() - at),
                entries: vec![entry],
                written: None,
            });
        }
    }
}

fn find_fold(line: &[u8], value: &[u8]) -> Option<usize> {
    let first = value.first()?.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = memchr::memchr2(first, first.to_ascii_uppercase(), line.get(from..)?) {
        let at = from + at;
        if line.get(at..at + value.len()).is_some_and(|here| here.eq_ignore_ascii_case(value)) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// The lines of a text and where each begins.
pub(crate) fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        let start = at;
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        at += end + 1;
        Some((start, rest.get(..end)?))
    })
}

/// IPv6 addresses: what is around each pair of colons.
fn v6(set: &Set, text: &[u8], sights: &mut Vec<Sight>) {
    let in_address =
        |at: usize| text.get(at).is_some_and(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.'));
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| memchr(b':', rest)) {
        let colon = at + next;
        let mut start = colon;
        while start > at && in_address(start - 1) {
            start -= 1;
        }
        let mut end = colon + 1;
        while in_address(end) && end - start < 64 {
            end += 1;
        }
        at = end;
        let token = text.get(start..end).unwrap_or_default();
        if memchr::memchr_iter(b':', token).nth(1).is_none() {
            continue;
        }
        // A colon or a full stop may follow that is none of its own.
        let trimmed = token.trim_ascii();
        let cut = trimmed.strip_suffix(b".").unwrap_or(trimmed);
        let cut = if cut.ends_with(b"::") { cut } else { cut.strip_suffix(b":").unwrap_or(cut) };
        if set.find_ip(cut, &mut found) {
            push(sights, start, start + cut.len(), &mut found);
        }
    }
}

/// Hashes: runs of exactly 32, 40 or 64 hexadecimal digits.
fn hashes(set: &Set, text: &[u8], sights: &mut Vec<Sight>) {
    let is_hex = |at: usize| text.get(at).is_some_and(u8::is_ascii_hexdigit);
    let mut found = Vec::new();
    let mut at = 0;
    while at + 31 < text.len() {
        // The last digit of the shortest hash that could begin here: where it is none, nothing before it counts.
        if !is_hex(at + 31) {
            at += 32;
            continue;
        }
        let mut start = at + 31;
        while start > at && is_hex(start - 1) {
            start -= 1;
        }
        let mut end = at + 32;
        while is_hex(end) {
            end += 1;
        }
        if matches!(end - start, 32 | 40 | 64) && !start.checked_sub(1).is_some_and(is_hex) {
            set.find_exact(Kind::FileHash, text.get(start..end).unwrap_or_default(), &mut found);
            push(sights, start, end, &mut found);
        }
        at = end.max(at + 1);
    }
}

/// URLs: around each `://`, and `host/path` is found by them as well where the host is listed.
fn urls(set: &Set, text: &[u8], sights: &mut Vec<Sight>) {
    let mut found = Vec::new();
    for mark in memmem::find_iter(text, b"://") {
        let mut start = mark;
        while start > 0 && text.get(start - 1).is_some_and(u8::is_ascii_alphanumeric) && mark - start < 8 {
            start -= 1;
        }
        let rest = text.get(start..).unwrap_or_default();
        let end = rest
            .iter()
            .position(|b| {
                b.is_ascii_whitespace()
                    || b.is_ascii_control()
                    || matches!(b, b'"' | b'<' | b'>' | b'\'' | b'|' | b'`')
            })
            .unwrap_or(rest.len());
        let url = rest.get(..end).unwrap_or_default();
        if let Some(parts) = split_url(url) {
            set.find_url(parts.host, parts.port, parts.tail, &mut found);
            push(sights, start, start + end, &mut found);
        }
    }
}

/// The first IP address of a line: the client, in most logs.
pub(crate) fn first_address(line: &[u8]) -> Option<&[u8]> {
    let head = line.get(..line.len().min(2048)).unwrap_or(line);
    head.split(|b| !(b.is_ascii_hexdigit() || matches!(b, b'.' | b':')))
        .map(|token| match token.iter().filter(|b| **b == b':').count() {
            1 => token.get(..memrchr(b':', token).unwrap_or(token.len())).unwrap_or(token),
            _ => token,
        })
        .find(|token| {
            ipv4(token).is_some()
                || (token.len() > 5 && token.contains(&b':') && crate::set::ipv6(token).is_some())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::Gather;
    use indicators::guard::Guards;

    #[track_caller]
    fn check(list: &str, text: &str, expect: &[&str]) {
        let mut gather = Gather::new(Guards::builtin_for_examples(), false);
        gather.add("list", list.as_bytes());
        let set = gather.finish();
        let mut sights = Vec::new();
        scan(&set, text.as_bytes(), &mut sights);
        let found: Vec<&str> =
            sights.iter().flat_map(|sight| &sight.entries).map(|entry| set.value(*entry)).collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn names_and_addresses_are_found_whole_wherever_they_stand() {
        check("ver.net", "a steamserver.net b ver.net. c x.VER.net", &["ver.net", "ver.net"]);
        check("evil.example", "u=http%3A%2F%2Fevil.example%2Fx", &["evil.example"]);
        check("evil.example", "通信先はevil.exampleです", &["evil.example"]);
        check("evil.example", "{\"a\":\"x\\nevil.example\"}", &["evil.example"]);
        check("evil.example", "evil.example-x.test notevil.example evil.example.test", &[]);
        check("日本語.example", "日本語.example xn--wgv71a119e.example", &["xn--wgv71a119e.example"; 2]);
        check("192.0.2.1", "192.0.2.1:443 192.0.2.10 1192.0.2.1 [192.0.2.1]", &["192.0.2.1"; 2]);
        check("198.51.100.0/24", "from 198.51.100.77#53", &["198.51.100.0/24"]);
        check("2001:db8::/32", "at 12:30:00 2001:db8::7 done", &["2001:db8::/32"]);
        check("a@evil.example", "from=<A@evil.example> to b@evil.example", &["a@evil.example"]);
        check(
            "d41d8cd98f00b204e9800998ecf8427e",
            "md5 D41D8CD98F00B204E9800998ECF8427E x",
            &["d41d8cd98f00b204e9800998ecf8427e"],
        );
        check("d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e0", &[]);
        check("http://evil.example/a", "GET http://evil.example/a?b HTTP/1.1", &["http://evil.example/a"]);
        check("file-name: 請求書.exe", "添付 請求書.exe を開いた", &["請求書.exe"]);
    }
}
