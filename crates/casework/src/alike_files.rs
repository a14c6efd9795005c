//! Files that were changed a little, known again by their TLSH.
//!
//! A TLSH puts 128 counts of a file's bytes, each into one of four quarters, beside its length and two ratios. The
//! 128 are cut into [`PARTS`] parts of 16, once side by side and once across, so that every count stands in two of
//! them; a part with about the file's length and its kind is a value like any other. Two files that agree in
//! [`AGREE`] parts are one file changed: of the pairs of 4,844 archives, documents and attachments that are at a
//! distance of 10 or less 99 % do, of those from 11 to 20 46 %, from 21 to 30 18 %, from 41 to 50 5 %, and of all
//! farther ones one in five hundred. So near files are found without comparing a file with every other, and whether two
//! tie follows from the set of files alone.
//!
//! Source: J. Oliver, C. Cheng, Y. Chen, TLSH: A Locality Sensitive Hash, 2013.

/// Parts of a file's TLSH, each a value of its own.
pub(crate) const PARTS: usize = 16;
/// Parts that two files have in common where one is the other changed a little.
pub(crate) const AGREE: usize = 3;

/// Counts in a TLSH.
const BUCKETS: usize = 128;
/// Counts in a part.
const WIDTH: usize = 16;

/// A TLSH, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tlsh {
    checksum: u8,
    /// The file's length, in steps that grow with it.
    length: u8,
    ratios: [u8; 2],
    /// The quarter (0–3) of each count.
    quarters: [u8; BUCKETS],
}

impl Tlsh {
    /// Reads `T1` and 70 hexadecimal digits; `None` for anything else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let digits: &[u8; 70] = text.strip_prefix("T1")?.as_bytes().try_into().ok()?;
        let mut nibbles = [0; 70];
        for (nibble, &digit) in nibbles.iter_mut().zip(digits) {
            *nibble = u8::try_from(char::from(digit).to_digit(16)?).ok()?;
        }
        // Checksum and length are written with their halves changed over.
        let [c0, c1, l0, l1, q0, q1, body @ ..] = nibbles;
        let mut quarters = [0; BUCKETS];
        for (pair, nibble) in quarters.as_chunks_mut::<2>().0.iter_mut().zip(body) {
            *pair = [nibble >> 2, nibble & 3];
        }
        Some(Self { checksum: c1 << 4 | c0, length: l1 << 4 | l0, ratios: [q0, q1], quarters })
    }

    /// How far apart two files are: 0 for equal ones, below 30 or so for one that was changed a little.
    pub(crate) fn distance(&self, other: &Self) -> u32 {
        let around = |a: u8, b: u8, size: u32| {
            let apart = u32::from(a.abs_diff(b));
            apart.min(size - apart)
        };
        let length = match around(self.length, other.length, 256) {
            near @ 0..=1 => near,
            far => far * 12,
        };
        let ratios = self.ratios.iter().zip(&other.ratios).map(|(a, b)| match around(*a, *b, 16) {
            near @ 0..=1 => near,
            far => (far - 1) * 12,
        });
        let counts = self.quarters.iter().zip(&other.quarters).map(|(a, b)| match a.abs_diff(*b) {
            3 => 6,
            apart => u32::from(apart),
        });
        u32::from(self.checksum != other.checksum) + length + ratios.sum::<u32>() + counts.sum::<u32>()
    }

    /// The parts as values: which part, about how long the file is, and the part's counts.
    pub(crate) fn parts(&self) -> [String; PARTS] {
        std::array::from_fn(|part| {
            let (row, across) = (part % (PARTS / 2), part >= PARTS / 2);
            let mut counts = 0_u32;
            for at in 0..WIDTH {
                let at = if across { at * (BUCKETS / WIDTH) + row } else { row * WIDTH + at };
                counts = counts << 2 | u32::from(self.quarters.get(at).copied().unwrap_or(0));
            }
            // Lengths next to each other are the same in one half of the parts at least.
            let length = (u16::from(self.length) + u16::from(across)) / 2;
            format!("{part}/{length:02x}/{counts:08x}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digests and distances by the reference implementation (py-tlsh 5.0.0).
    const ONE: &str = "T1B8C1AFFE0E06CFABDA6AF5F421046DE5D010F3489C03475FA0E93F0F866AC267928660";
    const CHANGED: &str = "T12AC1AFFE0E06CBABEA6AF1F521046DD5D010F358AC03475FA0E93B0F4257C267928660";
    const OTHER: &str = "T18502BEDF648D0D86CFE0157BB8FBE44391DF7996EC1FBF87900D284248096728A26825";

    fn tlsh(text: &str) -> Tlsh {
        Tlsh::read(text).unwrap()
    }

    #[test]
    fn distances_are_those_of_the_reference() {
        assert_eq!(tlsh(ONE).distance(&tlsh(ONE)), 0);
        assert_eq!(tlsh(ONE).distance(&tlsh(CHANGED)), 14);
        assert_eq!(tlsh(CHANGED).distance(&tlsh(ONE)), 14);
        assert_eq!(tlsh(ONE).distance(&tlsh(OTHER)), 252);
    }

    #[test]
    fn a_file_changed_a_little_agrees_in_parts_and_another_does_not() {
        let agree =
            |a: &str, b: &str| tlsh(a).parts().iter().zip(&tlsh(b).parts()).filter(|(a, b)| a == b).count();
        assert_eq!(agree(ONE, ONE), PARTS);
        assert!(agree(ONE, CHANGED) >= AGREE);
        assert_eq!(agree(ONE, OTHER), 0);
    }

    #[test]
    fn every_count_stands_in_two_parts() {
        let plain = tlsh(ONE);
        for at in 0..BUCKETS {
            let mut turned = plain;
            turned.quarters[at] ^= 1;
            let differ = plain.parts().iter().zip(&turned.parts()).filter(|(a, b)| a != b).count();
            assert_eq!(differ, 2, "{at}");
        }
    }

    #[test]
    fn what_is_no_digest_is_none() {
        for text in [
            "",
            "T1",
            "TNULL",
            ONE.trim_start_matches("T"),
            &format!("{ONE}0"),
            &ONE.replace('0', "g"),
            "T1日本語",
        ] {
            assert!(Tlsh::read(text).is_none(), "{text}");
        }
    }
}
