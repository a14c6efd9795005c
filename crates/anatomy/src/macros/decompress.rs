//! The compression of VBA streams ([MS-OVBA] 2.4.1), own and bounded.

/// Decompressed bytes of one stream.
pub(super) const STREAM_BYTES: usize = 8 << 20;

/// Decompressed bytes of one chunk.
const CHUNK: usize = 4096;

/// Decompresses the container at the start of `bytes` as far as it is whole; `None` if there is none.
pub(super) fn container(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(b"\x01")?;
    let mut out = Vec::new();
    while let [low, high, ..] = rest {
        let header = u16::from_le_bytes([*low, *high]);
        // The signature is 0b011 in bits 12 to 14.
        if header >> 12 & 7 != 3 || out.len() >= STREAM_BYTES {
            break;
        }
        let size = usize::from(header & 0x0fff) + 3;
        let data = rest.get(2..size.min(rest.len())).unwrap_or(&[]);
        if header & 0x8000 == 0 {
            out.extend_from_slice(data.get(..CHUNK).unwrap_or(data));
        } else {
            chunk(data, &mut out);
        }
        match rest.get(size..) {
            Some(next) => rest = next,
            None => break,
        }
    }
    (!out.is_empty()).then_some(out)
}

/// One compressed chunk: flag bytes, each followed by eight literals or copies.
fn chunk(data: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let mut at = 0;
    while let Some(flags) = data.get(at) {
        at += 1;
        for bit in 0..8 {
            let here = out.len() - start;
            if here >= CHUNK {
                return;
            }
            if flags >> bit & 1 == 0 {
                let Some(byte) = data.get(at) else {
                    return;
                };
                out.push(*byte);
                at += 1;
                continue;
            }
            let (Some(low), Some(high)) = (data.get(at), data.get(at + 1)) else {
                return;
            };
            at += 2;
            let token = u16::from_le_bytes([*low, *high]);
            // The more there is to look back to, the more bits the distance takes.
            let bits = (usize::BITS - here.saturating_sub(1).leading_zeros()).max(4);
            let distance = usize::from(token >> (16 - bits)) + 1;
            let length = usize::from(token & (0xffff >> bits)) + 3;
            if distance > here {
                return;
            }
            for _ in 0..length.min(CHUNK - here) {
                let byte = out.get(out.len() - distance).copied().unwrap_or(0);
                out.push(byte);
            }
        }
    }
}

/// Where a compressed container of module source starts in a stream whose directory is lost: the signature, and
/// `Attribut` as the first eight literals.
pub(super) fn find_source(bytes: &[u8]) -> Option<usize> {
    // 01, two bytes of header, a flag byte 00, then "Attribut".
    memchr::memmem::find_iter(bytes, b"\0Attribut")
        .find_map(|at| at.checked_sub(3).filter(|start| bytes.get(*start) == Some(&1)))
}

#[cfg(test)]
pub(super) mod testing {
    /// Packs text into a container of literals only.
    pub(crate) fn pack(text: &[u8]) -> Vec<u8> {
        let mut out = vec![1];
        for piece in text.chunks(3640) {
            let mut data = Vec::new();
            for eight in piece.chunks(8) {
                data.push(0);
                data.extend_from_slice(eight);
            }
            let header = 0xb000 | u16::try_from(data.len() - 1).unwrap();
            out.extend_from_slice(&header.to_le_bytes());
            out.extend_from_slice(&data);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_specification_decompress() {
        // [MS-OVBA] 3.2.1 and 3.2.2.
        let none = b"\x01\x19\xb0\0abcdefgh\0ijklmnop\0qrstuv.";
        assert_eq!(container(none).unwrap(), b"abcdefghijklmnopqrstuv.");
        let normal = b"\x01\x2f\xb0\0#aaabcde\x82f\0pagh\xc2ij\x28\x81\x01\x10k\0lmn\x08\x02o\x05p\x01p";
        assert!(container(normal).unwrap().starts_with(b"#aaabcdef"));
        assert_eq!(container(b"\x01\x03\xb0\x02a\x45\0").unwrap(), b"a".repeat(73));
    }

    #[test]
    fn broken_containers_give_what_they_hold() {
        assert_eq!(container(b""), None);
        assert_eq!(container(b"\x01\xff\xff\xff"), None);
        assert_eq!(container(b"\x01\x19\xb0\0abc").unwrap(), b"abc");
        assert_eq!(container(b"\x01\x19\xb0\x02a\xff\xff").unwrap(), b"a");
    }

    #[test]
    fn lost_sources_are_found_by_their_first_words() {
        let packed = testing::pack(b"Attribute VB_Name = \"Module1\"");
        let mut stream = vec![0; 100];
        stream.extend_from_slice(&packed);
        let at = find_source(&stream).unwrap();
        assert!(container(&stream[at..]).unwrap().starts_with(b"Attribute VB_Name"));
    }
}
