//! Marks of a mail: exact values that it may share with others, and how much each kind says.

use lexicon::ReasonKind;
use sha2::{Digest, Sha256};

/// Bytes of a value that are kept.
pub(crate) const MAX_VALUE: usize = 255;

/// What a mark is. The numbers are kept in stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum MarkKind {
    /// A file that can run something when it is opened, by SHA-256: a program, script, shortcut, document with
    /// macros, or an archive of such or under a password. Ties for good ([`is_strong`](Self::is_strong)).
    Program = 0,
    /// Another file, by SHA-256.
    File = 1,
    /// A picture, by SHA-256: many unrelated mails carry the same ones.
    Image = 2,
    /// The source of a macro or script, by SHA-256 of its letters.
    Macro = 3,
    /// What only one machine or build leaves in files: droid of a shortcut, PDB, dotnet module id.
    Origin = 4,
    /// What a file says of who made it: author, template, machine name, imphash, Rich header.
    Trait = 5,
    /// The password that opened an attachment.
    Password = 6,
    /// The skeleton of the HTML part.
    Structure = 7,
    /// The registrable domain or the address that a link leads to.
    Host = 8,
    /// A page that a link leads to: host and path.
    Page = 9,
    /// The shape of a link's path.
    Pattern = 10,
    /// The From address.
    From = 11,
    /// The Reply-To address.
    ReplyTo = 12,
    /// The Return-Path's registrable domain.
    ReturnPath = 13,
    /// The From display name.
    Name = 14,
    /// The address that the mail came from.
    Address = 15,
    /// The name that the sending machine gave.
    Helo = 16,
    /// Mailing program, order of headers and time zone together.
    Mailer = 17,
    /// The subject, names and numbers masked.
    Subject = 18,
    /// A command-and-control address that somebody told.
    C2 = 19,
    /// Links lead to many places: ties nothing, but says that what is linked to is not what the mail is about.
    Scattered = 20,
    /// Two mails that an analyst holds to be the same attack.
    Same = 21,
    /// The mail itself, where it has no text by which it is known: the same bytes given by several.
    Mail = 22,
    /// A part of a file's TLSH: one part alone says nothing, files that have several in common are one file changed.
    Alike = 23,
}

/// Marks of one class depend on each other: a class counts by its strongest mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Class {
    File,
    Password,
    Structure,
    Url,
    Sender,
    Route,
    Mailer,
    Subject,
    C2,
}

impl Class {
    pub(crate) const ALL: [Self; 9] = [
        Self::File,
        Self::Password,
        Self::Structure,
        Self::Url,
        Self::Sender,
        Self::Route,
        Self::Mailer,
        Self::Subject,
        Self::C2,
    ];
}

/// A value that more different texts than this carry ties nothing …
const MOST_TEXTS: u64 = 16;
/// … but a file may be in more: mass mail puts one document into texts that are all different …
const MOST_TEXTS_FILE: u64 = 24;
/// … and what only one machine, build or macro leaves in still more.
const MOST_TEXTS_MAKER: u64 = MOST_CARRIERS;
/// No value of any kind that more different texts than this carry ties weakly: nothing that is shared by more need be
/// read.
const MOST_CARRIERS: u64 = 64;

impl MarkKind {
    /// All kinds, in the order of their numbers.
    pub const ALL: [Self; 24] = [
        Self::Program,
        Self::File,
        Self::Image,
        Self::Macro,
        Self::Origin,
        Self::Trait,
        Self::Password,
        Self::Structure,
        Self::Host,
        Self::Page,
        Self::Pattern,
        Self::From,
        Self::ReplyTo,
        Self::ReturnPath,
        Self::Name,
        Self::Address,
        Self::Helo,
        Self::Mailer,
        Self::Subject,
        Self::C2,
        Self::Scattered,
        Self::Same,
        Self::Mail,
        Self::Alike,
    ];

    /// The kind of this number.
    pub fn of_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Its number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// True where sharing it ties for good, however many mails do: nobody sends the same program by chance.
    pub fn is_strong(self) -> bool {
        matches!(self, Self::Program | Self::Same | Self::Mail)
    }

    /// How it is called in a reason.
    pub fn word(self) -> &'static str {
        match self {
            Self::Program | Self::File | Self::Image => "sha256",
            Self::Macro => "macro",
            Self::Origin | Self::Trait => "file",
            Self::Password => "password",
            Self::Structure => "html",
            Self::Host => "host",
            Self::Page => "page",
            Self::Pattern => "path",
            Self::From => "from",
            Self::ReplyTo => "reply-to",
            Self::ReturnPath => "return-path",
            Self::Name => "name",
            Self::Address => "origin",
            Self::Helo => "helo",
            Self::Mailer => "mailer",
            Self::Subject => "subject",
            Self::C2 => "c2",
            Self::Scattered => "scattered",
            Self::Same => "same",
            Self::Mail => "mail",
            Self::Alike => "tlsh",
        }
    }

    /// Of which kind of link it is a reason.
    pub fn reason(self) -> ReasonKind {
        match self {
            Self::Program
            | Self::File
            | Self::Image
            | Self::Macro
            | Self::Origin
            | Self::Trait
            | Self::Alike => ReasonKind::Attachment,
            Self::Password => ReasonKind::Password,
            Self::Structure => ReasonKind::Structure,
            Self::Host | Self::Page | Self::Pattern | Self::Scattered => ReasonKind::Url,
            Self::From | Self::ReplyTo | Self::ReturnPath | Self::Name => ReasonKind::Sender,
            Self::Address | Self::Helo | Self::Mailer => ReasonKind::Route,
            Self::Subject => ReasonKind::Subject,
            Self::C2 => ReasonKind::C2,
            Self::Same => ReasonKind::Analyst,
            Self::Mail => ReasonKind::Text,
        }
    }

    pub(crate) fn class(self) -> Class {
        match self {
            Self::Program
            | Self::File
            | Self::Image
            | Self::Macro
            | Self::Origin
            | Self::Trait
            | Self::Alike => Class::File,
            Self::Password => Class::Password,
            Self::Structure => Class::Structure,
            Self::Host | Self::Page | Self::Pattern | Self::Scattered => Class::Url,
            Self::From | Self::ReplyTo | Self::ReturnPath | Self::Name => Class::Sender,
            Self::Address | Self::Helo => Class::Route,
            Self::Mailer => Class::Mailer,
            Self::Subject => Class::Subject,
            Self::C2 | Self::Same | Self::Mail => Class::C2,
        }
    }

    /// The most different texts that may carry a value of this kind before it ties nothing. 0 where it never ties.
    pub fn most_texts(self) -> u64 {
        match self {
            Self::Scattered => 0,
            Self::Program | Self::Same | Self::Mail => u64::MAX,
            Self::File | Self::Alike => MOST_TEXTS_FILE,
            Self::Macro | Self::Origin => MOST_TEXTS_MAKER,
            _ => MOST_TEXTS,
        }
    }

    /// How much of its weight a value keeps that `texts` different texts carry: falls in steps, so that one more
    /// mail changes what rests on a value only where a step is passed.
    pub fn rarity(self, texts: u64) -> f64 {
        if texts > self.most_texts() || self.most_texts() == 0 {
            return 0.0;
        }
        if self.most_texts() > MOST_TEXTS {
            return 1.0;
        }
        match texts {
            0..=2 => 1.0,
            3..=4 => 0.75,
            5..=8 => 0.5,
            _ => 0.2,
        }
    }

    /// True where one text more than `texts` passes a step of [`rarity`](Self::rarity).
    pub fn is_step(self, texts: u64) -> bool {
        self.rarity(texts).to_bits() != self.rarity(texts + 1).to_bits()
    }
}

/// One mark.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// What it is.
    pub kind: MarkKind,
    /// Its value: a hash, a domain, an address.
    pub value: Box<str>,
    /// Beside the value, what a person calls it: an attachment's name, for a part of a TLSH after the whole of it.
    /// Empty elsewhere.
    pub name: Box<str>,
    /// What it weighs where it is rarest, in hundredths.
    pub base: u8,
    /// Under which number a store finds it: a hash of kind and value, never negative as a signed number.
    pub(crate) key: u64,
}

impl Mark {
    pub(crate) fn new(kind: MarkKind, value: &str, base: f64) -> Self {
        let value = lexicon::text::cut(value, MAX_VALUE);
        let mut digest = Sha256::new();
        digest.update(kind.word());
        digest.update(":");
        digest.update(value);
        let key = first_u64(&digest.finalize()) >> 1;
        Self { kind, value: value.into(), name: "".into(), base: (base * 100.0).round() as u8, key }
    }

    /// The mark of a command-and-control address that an analyst or a sandbox report told.
    ///
    /// ```
    /// let mark = casework::Mark::c2(" C2.Evil.Example. ");
    /// assert_eq!(&*mark.value, "c2.evil.example");
    /// ```
    pub fn c2(value: &str) -> Self {
        Self::new(MarkKind::C2, value.trim().trim_end_matches('.').to_lowercase().as_str(), 0.9)
    }

    /// The mark of both mails that an analyst holds to be the same attack.
    pub fn same(pin: &str) -> Self {
        Self::new(MarkKind::Same, pin, 1.0)
    }

    /// Under which number a store finds it: a hash of kind and value, never negative as a signed number.
    pub fn key(&self) -> u64 {
        self.key
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
    fn numbers_lead_back_to_their_kinds() {
        for kind in MarkKind::ALL {
            assert_eq!(MarkKind::of_code(kind.code()), Some(kind));
        }
        assert_eq!(MarkKind::of_code(99), None);
    }

    #[test]
    fn the_hash_of_a_value_never_changes() {
        // A store holds these numbers: another number here means that every stored mail must be signed anew.
        assert_eq!(Mark::new(MarkKind::Host, "evil.example", 0.5).key(), 0x0633_6f2f_fbcf_40e5 >> 1);
    }

    #[test]
    fn power_only_falls_and_steps_are_where_it_does() {
        for kind in MarkKind::ALL.into_iter().filter(|kind| !kind.is_strong()) {
            for texts in 1..80 {
                assert!(kind.rarity(texts) >= kind.rarity(texts + 1));
            }
            assert_eq!(kind.rarity(1000), 0.0);
        }
        assert!(MarkKind::Host.is_step(16) && MarkKind::Host.is_step(2) && !MarkKind::Host.is_step(3));
        assert!(MarkKind::File.is_step(24) && !MarkKind::File.is_step(16));
    }
}
