//! Keys under which a store keeps a signature: two mails that may link share at least one.

use sha2::{Digest, Sha256};

/// What a key stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// The whole text, letters only: equal for equal texts.
    Letters,
    /// One band of the text's sketch: likely equal for near-identical texts.
    Band,
    /// An attachment's bytes.
    Attachment,
    /// Where the mail's links lead.
    Host,
    /// Who sends: From, Reply-To, Return-Path.
    Sender,
    /// The address that the mail came from.
    Origin,
}

impl KeyKind {
    /// All kinds, in the order of their [`code`](Self::code).
    pub const ALL: [Self; 6] =
        [Self::Letters, Self::Band, Self::Attachment, Self::Host, Self::Sender, Self::Origin];

    /// A stable number for a store's column.
    pub fn code(self) -> u8 {
        match self {
            Self::Letters => 0,
            Self::Band => 1,
            Self::Attachment => 2,
            Self::Host => 3,
            Self::Sender => 4,
            Self::Origin => 5,
        }
    }

    /// The kind with this code.
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// True for keys of the text. They have no rarity: where very many mails share one, it is one template,
    /// and comparing with a few of them is enough. Every other key that many share ties nothing and can be
    /// passed over.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Letters | Self::Band)
    }
}

/// A key: what it stands for and a hash of its value, stable over versions and machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What it stands for.
    pub kind: KeyKind,
    /// The hash.
    pub value: u64,
}

impl Key {
    /// The key of a value told in words.
    pub(crate) fn of_value(kind: KeyKind, value: &str) -> Self {
        let digest = Sha256::digest(value.as_bytes());
        Self { kind, value: first_u64(&digest) }
    }
}

/// The first eight bytes as a number.
pub(crate) fn first_u64(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |sum, &byte| (sum << 8) | u64::from(byte))
}

/// The first eight bytes of a text's SHA-256, as a number.
pub(crate) fn first_u64_of(text: &str) -> u64 {
    first_u64(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_their_kinds() {
        for kind in KeyKind::ALL {
            assert_eq!(KeyKind::of_code(kind.code()), Some(kind));
        }
        assert_eq!(KeyKind::of_code(9), None);
    }

    #[test]
    fn the_hash_of_a_value_never_changes() {
        // A store holds these numbers: another number here means that every stored mail must be signed anew.
        assert_eq!(Key::of_value(KeyKind::Host, "evil.example").value, 0x9c18_0de0_cd69_9ee7);
    }
}
