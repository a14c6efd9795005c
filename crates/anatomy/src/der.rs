//! ASN.1 as S/MIME and signed programs hold it: DER, and BER with lengths that are told only by their end.

use crate::binary::hex;

/// Values inside values that are followed.
const DEPTH: usize = 32;

/// Pieces of one text of bytes that are joined.
const PIECES: usize = 100_000;

/// Tags, as they stand in the first byte.
pub(crate) mod tag {
    pub(crate) const INTEGER: u8 = 0x02;
    pub(crate) const OCTETS: u8 = 0x04;
    pub(crate) const OID: u8 = 0x06;
    pub(crate) const SEQUENCE: u8 = 0x30;
    pub(crate) const SET: u8 = 0x31;
    pub(crate) const CONTEXT_0: u8 = 0xa0;
    pub(crate) const CONTEXT_3: u8 = 0xa3;
}

/// One value: its tag and what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Value<'a> {
    pub(crate) tag: u8,
    pub(crate) content: &'a [u8],
}

impl<'a> Value<'a> {
    /// The values inside.
    pub(crate) fn items(self) -> Items<'a> {
        Items { rest: self.content }
    }

    /// The first value inside with that tag.
    pub(crate) fn first(self, tag: u8) -> Option<Value<'a>> {
        self.items().find(|v| v.tag == tag)
    }

    /// The bytes of an octet string, joined if it comes in pieces.
    pub(crate) fn octets(self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut left = PIECES;
        join(self, 0, &mut left, &mut out);
        out
    }
}

fn join(value: Value<'_>, depth: usize, left: &mut usize, out: &mut Vec<u8>) {
    if value.tag & 0x20 == 0 {
        out.extend_from_slice(value.content);
        return;
    }
    for piece in value.items() {
        if depth >= DEPTH || *left == 0 {
            return;
        }
        *left -= 1;
        join(piece, depth + 1, left, out);
    }
}

/// Values that follow each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Items<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Items<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let (value, rest) = next(self.rest, 0)?;
        self.rest = rest;
        Some(value)
    }
}

/// The first value of `bytes`.
pub(crate) fn read(bytes: &[u8]) -> Option<Value<'_>> {
    next(bytes, 0).map(|(value, _)| value)
}

/// The next value and what follows it. A value longer than its file is as long as the file.
fn next(bytes: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let [tag, first, rest @ ..] = bytes else {
        return None;
    };
    let tag = *tag;
    if tag & 0x1f == 0x1f || (tag == 0 && *first == 0) || depth > DEPTH {
        return None;
    }
    if *first == 0x80 {
        // It ends with two zero bytes, behind all values inside.
        let mut inner = rest;
        loop {
            if let [0, 0, after @ ..] = inner {
                let length = rest.len() - inner.len();
                return Some((Value { tag, content: rest.get(..length)? }, after));
            }
            match next(inner, depth + 1) {
                Some((_, after)) => inner = after,
                None => return Some((Value { tag, content: rest }, &[])),
            }
        }
    }
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let digits = rest.get(..count).filter(|_| count <= 4)?;
        (digits.iter().fold(0usize, |sum, d| sum << 8 | usize::from(*d)), rest.get(count..)?)
    };
    let length = length.min(rest.len());
    let (content, after) = rest.split_at_checked(length)?;
    Some((Value { tag, content }, after))
}

/// Names of what S/MIME and signed programs use; other numbers are shown in dots.
pub(crate) fn oid(content: &[u8]) -> String {
    const NAMES: [(&str, &str); 27] = [
        ("2a864886f70d010101", "rsa"),
        ("2a864886f70d010107", "rsa-oaep"),
        ("2a864886f70d010104", "md5-rsa"),
        ("2a864886f70d010105", "sha1-rsa"),
        ("2a864886f70d01010b", "sha256-rsa"),
        ("2a864886f70d01010c", "sha384-rsa"),
        ("2a864886f70d01010d", "sha512-rsa"),
        ("2a8648ce3d0201", "ec"),
        ("2a8648ce3d040302", "ecdsa-sha256"),
        ("2a864886f70d0205", "md5"),
        ("2b0e03021a", "sha1"),
        ("608648016503040201", "sha256"),
        ("608648016503040202", "sha384"),
        ("608648016503040203", "sha512"),
        ("2b0e030207", "des-cbc"),
        ("2a864886f70d0302", "rc2-cbc"),
        ("2a864886f70d0304", "rc4"),
        ("2a864886f70d0307", "3des-cbc"),
        ("60864801650304012a", "aes256-cbc"),
        ("608648016503040116", "aes192-cbc"),
        ("608648016503040102", "aes128-cbc"),
        ("60864801650304012e", "aes256-gcm"),
        ("60864801650304011a", "aes192-gcm"),
        ("608648016503040106", "aes128-gcm"),
        ("2a831a8c9a44010102", "camellia128-cbc"),
        ("2a83088c9a4b3d01010102", "camellia128-cbc"),
        ("2a83088c9a4b3d01010104", "camellia256-cbc"),
    ];
    let digits = hex(content.get(..32).unwrap_or(content));
    if let Some((_, name)) = NAMES.iter().find(|(number, _)| *number == digits) {
        return (*name).to_owned();
    }
    let mut out = String::new();
    let mut number = 0u64;
    for byte in content.iter().take(32) {
        number = number.wrapping_shl(7) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if out.is_empty() {
                let first = (number / 40).min(2);
                out = format!("{first}.{}", number - first * 40);
            } else {
                out.push_str(&format!(".{number}"));
            }
            number = 0;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definite_and_indefinite_lengths_are_read() {
        let definite = read(b"\x30\x81\x05\x04\x03abc").unwrap();
        assert_eq!(definite.first(tag::OCTETS).unwrap().octets(), b"abc");
        let pieces = read(b"\x30\x80\x24\x80\x04\x02ab\x04\x01c\0\0\x02\x01\x05\0\0").unwrap();
        let values: Vec<_> = pieces.items().collect();
        assert_eq!(values[0].octets(), b"abc");
        assert_eq!(values[1], Value { tag: tag::INTEGER, content: b"\x05" });
    }

    #[test]
    fn a_value_that_claims_too_much_or_nests_too_deep_is_survived() {
        assert_eq!(read(b"\x04\x84\xff\xff\xff\xffab").unwrap().content, b"ab");
        assert_eq!(read(b"\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff"), None);
        let deep = [0x30, 0x80].repeat(100_000);
        assert!(read(&deep).is_some());
        assert_eq!(read(&[0x24, 0x80].repeat(100_000)).unwrap().octets(), b"");
    }

    #[test]
    fn an_object_is_named_or_shown_in_dots() {
        assert_eq!(oid(b"\x2b\x0e\x03\x02\x1a"), "sha1");
        assert_eq!(oid(b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), "1.2.840.113549.1.7.2");
    }
}
