//! Everything that linking needs of one mail.

use lexicon::{MailFacts, ReasonKind};
use sha2::{Digest, Sha256};

use crate::kinds::Kinds;
use crate::letters::letters;
use crate::mark::{Mark, MarkKind};
use crate::marks::marks;
use crate::print::{Layer, Print};

/// A shown text with fewer bytes of letters than this says little: what stands in the mail's other texts counts with
/// it. (An unsubscribe sentence under a picture is everybody's.)
const THIN: usize = 96;
/// Hidden text ties by itself only where there is this much of it (bytes of letters).
const MIN_HIDDEN: usize = 512;

/// What is kept of a mail for linking: about a kilobyte, self-contained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    pub(crate) identity: [u8; 16],
    pub(crate) prints: Vec<Print>,
    pub(crate) marks: Vec<Mark>,
}

impl Signature {
    /// Takes from a mail's facts what linking needs. Never fails: an empty mail has an empty signature.
    ///
    /// ```
    /// use casework::Signature;
    /// use lexicon::MailFacts;
    ///
    /// let mut facts = MailFacts::default();
    /// assert!(Signature::of(&facts).prints().is_empty());
    /// facts.body.text = "添付の請求書をご確認のうえ、本日中にご返信ください。".into();
    /// assert_eq!(Signature::of(&facts).prints().len(), 1);
    /// ```
    pub fn of(facts: &MailFacts) -> Self {
        Self::of_kinds(facts, Kinds::ALL)
    }

    /// Takes what linking by some kinds needs: where only texts are asked for, nothing else is looked at.
    pub fn of_kinds(facts: &MailFacts, kinds: Kinds) -> Self {
        // Mail programs show the HTML part where there is one; the text part beside it is often a stub.
        let beside = if facts.html.text.trim().is_empty() { "" } else { facts.body.text.as_str() };
        let shown = if beside.is_empty() { &facts.body.text } else { &facts.html.text };
        let mut read = letters(shown);
        let stuffed = letters(&facts.html.hidden);
        if read.len() < THIN {
            for more in [&letters(beside), &stuffed] {
                if more.len() > read.len() {
                    read.extend_from_slice(more);
                }
            }
        }
        let text = Print::of(Layer::Text, &read);
        let hidden = if stuffed.len() < MIN_HIDDEN { None } else { Print::of(Layer::Hidden, &stuffed) };
        let prints: Vec<Print> = text.into_iter().chain(hidden).collect();
        let mut marks = if kinds == Kinds::only(ReasonKind::Text) { Vec::new() } else { marks(facts) };
        if prints.is_empty() && !facts.sha256.is_empty() {
            marks.push(Mark::new(MarkKind::Mail, &facts.sha256, 1.0));
            marks.sort_unstable();
        }
        Self { identity: [0; 16], prints, marks }.named(&facts.sha256, &read)
    }

    /// Gives it its name: a hash of everything in it, and of what else tells the mail from others.
    fn named(mut self, sha256: &str, read: &[u8]) -> Self {
        let mut identity = Sha256::new();
        identity.update(sha256);
        for print in &self.prints {
            identity.update(print.id().to_be_bytes());
        }
        if self.prints.is_empty() {
            identity.update(Sha256::digest(read));
        }
        for mark in &self.marks {
            identity.update(mark.key.to_be_bytes());
        }
        let whole = identity.finalize();
        self.identity.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        self
    }

    /// Names the mail by its content: orders mails alike in every input.
    pub fn identity(&self) -> [u8; 16] {
        self.identity
    }

    /// Its texts.
    pub fn prints(&self) -> &[Print] {
        &self.prints
    }

    /// Its marks, sorted.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The same with more marks: what analysts and sandbox reports told of the mail.
    #[must_use]
    pub fn with(mut self, told: impl IntoIterator<Item = Mark>) -> Self {
        self.marks.extend(told);
        self.marks.sort_unstable();
        self.marks.dedup_by(|a, b| (a.kind, &a.value) == (b.kind, &b.value));
        self
    }

    /// The same without its texts and strong marks, but for what analysts hold to be the same: a mail of which an
    /// analyst says that it is not of the attack that it looks like.
    #[must_use]
    pub fn apart(mut self) -> Self {
        self.prints.clear();
        self.marks.retain(|mark| !mark.kind.is_strong() || mark.kind == MarkKind::Same);
        self
    }

    /// The numbers of what ties it for good to every mail that has the same: its texts, as they are, and its
    /// [strong](MarkKind::is_strong) marks.
    pub fn anchors(&self) -> Vec<u64> {
        let strong = self.marks.iter().filter(|mark| mark.kind.is_strong()).map(Mark::key);
        self.prints.iter().map(Print::id).chain(strong).collect()
    }

    /// Its marks and the numbers of its texts in a compact form for a store; the texts are kept once for all mails
    /// that have them ([`Print::to_bytes`]).
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![FORM];
        out.extend(self.identity);
        out.push(u8::try_from(self.prints.len()).unwrap_or(u8::MAX));
        for print in &self.prints {
            out.extend(print.id().to_be_bytes());
        }
        for mark in &self.marks {
            let (value, name) = (mark.value.as_bytes(), mark.name.as_bytes());
            out.extend([mark.kind.code(), mark.base, short(value), short(name)]);
            out.extend(mark.key.to_be_bytes());
            out.extend_from_slice(value);
            out.extend_from_slice(name);
        }
        out
    }
}

/// The form of [`Signature::to_bytes`]; another number here means that mails are signed anew.
const FORM: u8 = 1;

fn short(bytes: &[u8]) -> u8 {
    u8::try_from(bytes.len()).unwrap_or(u8::MAX)
}

/// What a store kept of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// See [`Signature::identity`].
    pub identity: [u8; 16],
    /// The numbers of its texts.
    pub prints: Vec<u64>,
    /// Its marks, sorted.
    pub marks: Vec<Mark>,
}

impl Card {
    /// Reads what [`Signature::to_bytes`] wrote; `None` for another or a broken form.
    ///
    /// ```
    /// use casework::{Card, Signature};
    /// use lexicon::MailFacts;
    ///
    /// let facts = MailFacts { subject: Some("Your parcel 1234 is waiting".into()), ..MailFacts::default() };
    /// let signature = Signature::of(&facts);
    /// let card = Card::read(&signature.to_bytes()).unwrap();
    /// assert_eq!(card.marks, signature.marks());
    /// assert!(Card::read(b"?").is_none());
    /// ```
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&[FORM])?;
        let (identity, rest) = rest.split_first_chunk::<16>()?;
        let (&prints, mut rest) = rest.split_first()?;
        let mut card = Self { identity: *identity, prints: Vec::new(), marks: Vec::new() };
        for _ in 0..prints {
            let (id, more) = rest.split_first_chunk::<8>()?;
            card.prints.push(u64::from_be_bytes(*id));
            rest = more;
        }
        while let Some((&[kind, base, value, name], more)) = rest.split_first_chunk::<4>() {
            let (key, more) = more.split_first_chunk::<8>()?;
            let (value, more) = more.split_at_checked(usize::from(value))?;
            let (name, more) = more.split_at_checked(usize::from(name))?;
            card.marks.push(Mark {
                kind: MarkKind::of_code(kind)?,
                key: u64::from_be_bytes(*key),
                base,
                value: std::str::from_utf8(value).ok()?.into(),
                name: std::str::from_utf8(name).ok()?.into(),
            });
            rest = more;
        }
        rest.is_empty().then_some(card)
    }

    /// See [`Signature::anchors`].
    pub fn anchors(&self) -> Vec<u64> {
        let strong = self.marks.iter().filter(|mark| mark.kind.is_strong()).map(Mark::key);
        self.prints.iter().copied().chain(strong).collect()
    }

    /// The signature, with its texts as they were kept.
    pub fn with_prints(self, prints: Vec<Print>) -> Signature {
        Signature { identity: self.identity, prints, marks: self.marks }
    }
}
