//! Mails that wait for a password. The password of an attachment comes in another mail, mostly a later one: results
//! are held back, in their order, until later mails have been seen, the end is reached, or too much is held.

use std::collections::VecDeque;

use anatomy::Password;
use desk::keyring::{Keyring, Ring};
use forensics::Reading;
use lexicon::MailFacts;

use crate::intake::Input;

/// Results held back behind one that waits.
const MAILS: usize = 5_000;
/// Bytes held back.
const BYTES: usize = 64 << 20;
/// A mail larger than this does not wait.
const MAIL_BYTES: usize = 32 << 20;

/// A mail in which something is still closed.
pub(super) struct Locked {
    pub(super) mail: Kept,
    pub(super) facts: MailFacts,
}

/// A mail that is kept to be dissected once more.
pub(super) enum Kept {
    Raw(Vec<u8>),
    Read(Box<Reading>),
}

impl Kept {
    pub(super) fn input(&self) -> Input<'_> {
        match self {
            Self::Raw(bytes) => Input::Raw(bytes),
            Self::Read(reading) => Input::Read(reading),
        }
    }
}

impl Locked {
    /// `None` for a mail that is too large to wait.
    pub(super) fn new(mail: Input<'_>, facts: &MailFacts) -> Option<Box<Self>> {
        let mail = match mail {
            Input::Raw(bytes) => (bytes.len() <= MAIL_BYTES).then(|| Kept::Raw(bytes.to_vec())),
            Input::Read(reading) => {
                (payloads(reading) <= MAIL_BYTES).then(|| Kept::Read(Box::new(reading.clone())))
            }
        };
        Some(Box::new(Self { mail: mail?, facts: facts.clone() }))
    }

    /// What keeping it takes.
    pub(super) fn size(&self) -> usize {
        match &self.mail {
            Kept::Raw(bytes) => bytes.len(),
            Kept::Read(reading) => payloads(reading),
        }
    }
}

fn payloads(reading: &Reading) -> usize {
    reading.payloads.iter().map(|payload| payload.bytes.len()).sum()
}

/// A result that may have to wait.
pub(super) trait Waits {
    /// What holding it takes.
    fn bytes(&self) -> usize;
    /// What it tells other mails.
    fn ring(&mut self) -> Option<Ring>;
    /// Itself, if something in it is closed.
    fn locked(&mut self) -> Option<Box<Locked>>;
    /// Whether something in it is closed.
    fn is_locked(&self) -> bool;
}

/// The results that are held back.
pub(super) struct Waiting<W, F> {
    queue: VecDeque<W>,
    bytes: usize,
    keyring: Keyring,
    again: F,
}

impl<W: Waits, F: Fn(&Locked, &[Password]) -> W> Waiting<W, F> {
    /// `again` dissects a mail once more with passwords of other mails.
    pub(super) fn new(again: F) -> Self {
        Self { queue: VecDeque::new(), bytes: 0, keyring: Keyring::default(), again }
    }

    /// Takes the next result in order.
    pub(super) fn push(&mut self, mut result: W) {
        self.keyring.add(result.ring());
        self.bytes += result.bytes();
        self.queue.push_back(result);
    }

    /// The next result that need not wait any longer.
    pub(super) fn next(&mut self) -> Option<W> {
        let full = self.queue.len() > MAILS || self.bytes > BYTES;
        if !full && self.queue.front()?.is_locked() {
            return None;
        }
        self.take()
    }

    /// Everything that still waits.
    pub(super) fn rest(mut self) -> impl Iterator<Item = W> {
        std::iter::from_fn(move || self.take())
    }

    fn take(&mut self) -> Option<W> {
        let mut result = self.queue.pop_front()?;
        self.bytes -= result.bytes();
        let Some(locked) = result.locked() else { return Some(result) };
        let passwords = self.keyring.passwords_for(&locked.facts);
        Some(if passwords.is_empty() { result } else { (self.again)(&locked, &passwords) })
    }
}
