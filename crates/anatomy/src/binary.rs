//! Numbers at places in a file that may be too short for them.

/// The byte at `at`.
pub(crate) fn u8_at(bytes: &[u8], at: usize) -> Option<u8> {
    bytes.get(at).copied()
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

/// The little-endian 16-bit number at `at`.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

/// The little-endian 32-bit number at `at`.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// The little-endian 64-bit number at `at`.
pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// The big-endian 16-bit number at `at`.
pub(crate) fn be16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

/// The big-endian 32-bit number at `at`.
pub(crate) fn be32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// `length` bytes at `at`, or as many of them as there are.
pub(crate) fn piece(bytes: &[u8], at: usize, length: usize) -> &[u8] {
    let end = at.saturating_add(length).min(bytes.len());
    bytes.get(at.min(end)..end).unwrap_or(&[])
}

/// UTF-16LE up to its first NUL; broken pairs become U+FFFD.
pub(crate) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]])).take_while(|u| *u != 0);
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pair = |b: &u8| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]];
    bytes.iter().flat_map(pair).map(char::from).collect()
}

/// A GUID in its usual form, from its sixteen bytes as they stand in Microsoft's files.
pub(crate) fn guid(bytes: &[u8]) -> Option<String> {
    let (a, b, c) = (u32_at(bytes, 0)?, u16_at(bytes, 4)?, u16_at(bytes, 6)?);
    let (d, e) = (bytes.get(8..10)?, bytes.get(10..16)?);
    Some(format!("{a:08x}-{b:04x}-{c:04x}-{}-{}", hex(d), hex(e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_beyond_the_end_gives_nothing() {
        assert_eq!(u32_at(b"\x01\0\0\0", 0), Some(1));
        assert_eq!(u32_at(b"\x01\0\0\0", 1), None);
        assert_eq!(u16_at(b"ab", usize::MAX), None);
        assert_eq!(piece(b"abc", 2, usize::MAX), b"c");
        assert_eq!(piece(b"abc", 9, 2), b"");
    }

    #[test]
    fn a_guid_is_written_in_its_usual_form() {
        let bytes = b"\x01\x14\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46";
        assert_eq!(guid(bytes).as_deref(), Some("00021401-0000-0000-c000-000000000046"));
    }
}
