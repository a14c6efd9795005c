//! Everything that linking needs of one mail.

use lexicon::MailFacts;
use sha2::{Digest, Sha256};

use crate::key::{Key, KeyKind, first_u64};
use crate::letters::letters;
use crate::marks::{Mark, marks};
use crate::sketch::{Sketch, mix};

/// A text with fewer bytes of letters than this (24 Latin letters, 8 kana or kanji) never ties by itself:
/// "please see attached" is everybody's.
const MIN_LETTERS: usize = 24;
/// Hidden text ties only where there is this much of it (bytes of letters).
const MIN_HIDDEN: usize = 512;

/// What is kept of a mail for linking: about a kilobyte, self-contained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Names the mail by its content: orders mails alike in every input.
    pub(crate) identity: [u8; 16],
    /// The text, where there is enough of it.
    pub(crate) text: Option<TextPrint>,
    /// Stuffing that no reader sees, where there is much of it.
    pub(crate) hidden: Option<TextPrint>,
    /// Attachments and infrastructure, sorted.
    pub(crate) marks: Vec<Mark>,
    family: u64,
    keys: Vec<Key>,
}

/// What is kept of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextPrint {
    /// A cryptographic hash of its letters: equal for equal texts only.
    pub(crate) whole: [u8; 16],
    /// How alike it is to others.
    pub(crate) sketch: Sketch,
}

impl Signature {
    /// Takes from a mail's facts what linking needs. Never fails: an empty mail has an empty signature.
    ///
    /// ```
    /// use casework::Signature;
    /// use lexicon::MailFacts;
    ///
    /// let mut facts = MailFacts::default();
    /// assert!(Signature::of(&facts).keys().is_empty());
    /// facts.body.text = "添付の請求書をご確認のうえ、本日中にご返信ください。".into();
    /// assert!(!Signature::of(&facts).keys().is_empty());
    /// ```
    pub fn of(facts: &MailFacts) -> Self {
        let marks = marks(facts);
        let mut keys: Vec<Key> = marks.iter().map(|mark| mark.key).collect();
        // Mail programs show the HTML part where there is one; the text part beside it is often a stub.
        let shown = if facts.html.text.trim().is_empty() { &facts.body.text } else { &facts.html.text };
        let read = letters(shown);
        let whole = half(&Sha256::digest(&read));
        let text = print(&read, whole, MIN_LETTERS, 0, &mut keys);
        let stuffed = letters(&facts.html.hidden);
        let hidden = print(&stuffed, half(&Sha256::digest(&stuffed)), MIN_HIDDEN, 1, &mut keys);
        let family = match &text {
            Some(text) => u64::from(text.sketch.family()),
            None if read.is_empty() => 0,
            None => first_u64(&whole),
        };
        keys.sort_unstable();
        keys.dedup();

        let mut identity = Sha256::new();
        identity.update(&facts.sha256);
        identity.update(whole);
        for mark in &marks {
            identity.update(mark.key.value.to_be_bytes());
        }
        Self { identity: half(&identity.finalize()), text, hidden, marks, family, keys }
    }

    /// The keys under which a store finds it, sorted, each once: two mails that may link share at least one.
    ///
    /// Where very many mails share a key, a text key ([`KeyKind::is_text`]) needs only a few of them looked
    /// at, and any other key none at all.
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Which text it is, roughly: equal for most mails of one template, different for unrelated ones, 0 for
    /// mails without text. [`Count::texts`](crate::Count::texts) counts the different ones.
    pub fn family(&self) -> u64 {
        self.family
    }
}

/// What is kept of a text with enough letters; its keys go to `keys`, apart from those of another `layer`.
fn print(
    letters: &[u8],
    whole: [u8; 16],
    least: usize,
    layer: u64,
    keys: &mut Vec<Key>,
) -> Option<TextPrint> {
    if letters.len() < least {
        return None;
    }
    let (sketch, bands) = Sketch::of(letters)?;
    keys.push(Key { kind: KeyKind::Letters, value: first_u64(&whole) ^ layer });
    keys.extend(bands.map(|band| Key { kind: KeyKind::Band, value: mix(band ^ layer) }));
    Some(TextPrint { whole, sketch })
}

/// The first 16 bytes of a digest.
fn half(digest: &[u8]) -> [u8; 16] {
    let mut out = [0; 16];
    out.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    out
}
