//! IP addresses and hashes in running text, told from times, versions and section numbers.

use super::Word;
use crate::extraction::Gather;
use crate::host::{Host, ip};

impl Word<'_> {
    pub(super) fn ipv4(
        &self,
        start: usize,
        text: &str,
        end: usize,
        limit: usize,
        gather: &mut Gather<'_>,
    ) -> usize {
        let mut offset = start;
        for piece in text.split('-') {
            let at = offset;
            offset += piece.len() + 1;
            // The shortest is 0.0.0.0, the longest 255.255.255.255.
            if !(7..=15).contains(&piece.len()) || self.is_version(at) {
                continue;
            }
            let Some(address) = ip(piece) else { continue };
            if at + piece.len() == end
                && let Some(stop) = self.schemeless(end, limit)
            {
                gather.found_url(self.slice(at, stop), Some(&Host::Ip(address)));
                return stop;
            }
            gather.found_ip(address);
        }
        end
    }

    /// `Chrome/120.0.48.1`, `version 1.2.3.4`: numbers of programs that have the form of an address.
    fn is_version(&self, start: usize) -> bool {
        let front = self.bytes.get(start.saturating_sub(24)..start).unwrap_or_default();
        if let [.., before, b'/'] = front {
            return before.is_ascii_alphanumeric();
        }
        let words = front.trim_ascii_end();
        if words.ends_with("バージョン".as_bytes()) || words.ends_with("バージョン：".as_bytes()) {
            return true;
        }
        let words = words.strip_suffix(b":").or_else(|| words.strip_suffix(b".")).unwrap_or(words);
        let word = words.rsplit(|b| !b.is_ascii_alphabetic()).next().unwrap_or_default();
        ["version", "ver", "build", "release", "firmware"]
            .iter()
            .any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
    }

    pub(super) fn ipv6(&self, start: usize, end: usize, gather: &mut Gather<'_>) {
        let is_part = |b: u8| b.is_ascii_hexdigit() || matches!(b, b':' | b'.');
        let mut at = start;
        while at < end {
            if !is_part(self.byte(at)) {
                at += 1;
                continue;
            }
            let mut from = at;
            while at < end && is_part(self.byte(at)) {
                at += 1;
            }
            let mut to = at;
            let mut before = self.before(from);
            // RFC 5321's `IPv6:2001:db8::1`.
            if matches!(before, b'v' | b'V') && self.byte(from) == b'6' && self.byte(from + 1) == b':' {
                from += 2;
                before = b':';
            } else if self.byte(from) == b':' && self.byte(from + 1) != b':' {
                from += 1;
            }
            while to > from
                && (self.before(to) == b'.' || self.before(to) == b':' && self.before(to - 1) != b':')
            {
                to -= 1;
            }
            let glued =
                |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-') || (0x80..0xe0).contains(&b);
            if !(3..=45).contains(&to.saturating_sub(from)) || glued(before) || glued(self.byte(at)) {
                continue;
            }
            let text = self.slice(from, to);
            if looks_like_ipv6(text)
                && let Some(address) = ip(text)
            {
                gather.found_ip(address);
            }
        }
    }

    pub(super) fn hash(&self, start: usize, end: usize, gather: &mut Gather<'_>) {
        let text = self.slice(start, end);
        let alone_before = !matches!(self.before(start), b'/' | b'@' | b'&' | b'?' | b'#' | b'$' | b'*');
        let alone_after = !matches!(self.byte(end), b'/' | b'@' | b'&' | b'=' | b'$' | b'*');
        if alone_before && alone_after && is_hash(text) {
            gather.found_hash(text);
        }
    }
}

/// True for an MD5, SHA-1 or SHA-256 in hexadecimal. A number of that length is no hash, nor is a word.
pub(crate) fn is_hash(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 64)
        && text.bytes().all(|b| b.is_ascii_hexdigit())
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Times (`12:34:56`) do not parse; this keeps out what does: `a::b` of programs, hardware addresses.
fn looks_like_ipv6(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix("::") {
        return rest == "1" || rest.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("ffff:"));
    }
    let first = text.split(':').next().unwrap_or_default();
    if text.contains("::") {
        return first.len() >= 3 && first.bytes().any(|b| b.is_ascii_digit())
            || first == "64"
            || text.matches(':').count() > 3;
    }
    text.split(':').any(|group| group.len() > 2)
}
