//! The hash that log fields and indicators are looked up by: eight bytes a step, ASCII capitals folded.

const K0: u64 = 0x9e37_79b9_7f4a_7c15;
const K1: u64 = 0xd6e8_feb8_6659_fd93;
const FOLD: u64 = 0x2020_2020_2020_2020;

#[inline]
fn mix(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    #[allow(clippy::cast_possible_truncation, reason = "both halves are wanted")]
    {
        (wide as u64) ^ (wide >> 64) as u64
    }
}

/// Hash of `bytes` with ASCII letters folded. Other bytes that differ only by the bit 0x20 fall together; the
/// comparison after the look-up tells them apart.
#[inline]
pub(crate) fn fold_hash(bytes: &[u8], seed: u64) -> u64 {
    let mut hash = mix(seed ^ K1, K0 ^ bytes.len() as u64);
    let (blocks, tail) = bytes.as_chunks::<8>();
    for block in blocks {
        hash = mix(hash ^ (u64::from_le_bytes(*block) | FOLD), K0);
    }
    if !tail.is_empty() {
        let mut last = 0u64;
        if let Some(block) = bytes.last_chunk::<8>() {
            last = u64::from_le_bytes(*block);
        } else {
            for &byte in tail {
                last = last << 8 | u64::from(byte);
            }
        }
        hash = mix(hash ^ (last | FOLD), K1);
    }
    mix(hash, K1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_fall_together_and_nothing_else() {
        assert_eq!(fold_hash(b"Evil.Example", 1), fold_hash(b"eVIL.eXAMPLE", 1));
        assert_ne!(fold_hash(b"evil.example", 1), fold_hash(b"evil.example", 2));
        assert_ne!(fold_hash(b"a.jp", 1), fold_hash(b"b.jp", 1));
        assert_ne!(fold_hash(b"", 1), fold_hash(b"\0", 1));
        let mut seen = std::collections::HashSet::new();
        for number in 0..100_000u32 {
            assert!(seen.insert(fold_hash(format!("n{number}.example").as_bytes(), 7)));
        }
    }
}
