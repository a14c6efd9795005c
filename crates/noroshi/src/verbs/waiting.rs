//! Mails that wait for a password. The password of an attachment comes in another mail, mostly a later one: results
//! are held back, in their order, until later mails have been seen, the end is reached, or too much is held.

use std::collections::VecDeque;

use anatomy::Password;
use desk::keyring::{Keyring, Ring};
use lexicon::MailFacts;

/// Results held back behind one that waits.
const MAILS: usize = 5_000;
/// Bytes held back.
const BYTES: usize = 64 << 20;
/// A mail larger than this does not wait.
const MAIL_BYTES: usize = 32 << 20;

/// A mail in which something is still closed.
pub(super) struct Locked {
    pub(super) raw: Vec<u8>,
    pub(super) facts: MailFacts,
}

impl Locked {
    /// `None` for a mail that is too large to wait.
    pub(super) fn new(raw: &[u8], facts: &MailFacts) -> Option<Box<Self>> {
        (raw.len() <= MAIL_BYTES).then(|| Box::new(Self { raw: raw.to_vec(), facts: facts.clone() }))
    }
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
