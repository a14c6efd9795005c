//! The terms of a document: what the dictionary of a segment holds.
//!
//! A key is the field, a class, and the term. Words are cut to [`WORD`] bytes: what the index finds is held against the
//! document anyway.

use std::cell::RefCell;
use std::hash::Hasher;
use std::net::IpAddr;

use rustc_hash::FxHasher;

use crate::document::bytes::put;
use crate::document::{Document, Entry, Field, address_of};
use crate::query::normal_address;
use crate::words::{Token, tokens};

/// A word.
pub(super) const PLAIN: u8 = b'w';
/// Two wide characters in a row, or the last one of a row.
pub(super) const WIDE: u8 = b'j';
/// An address.
pub(super) const ADDRESS: u8 = b'a';
/// A domain and what it is below of.
pub(super) const DOMAIN: u8 = b'd';
/// A whole value.
pub(super) const WHOLE: u8 = b'x';
/// An IPv6 address.
pub(super) const IPV6: u8 = b'y';

/// Bytes of a word that are kept.
pub(super) const WORD: usize = 40;
/// Bytes of a whole value that are kept.
const VALUE: usize = 200;
/// Positions between two texts of one field: no phrase reaches from one into the other.
pub(super) const GAP: u32 = 100;

/// True for classes with positions.
pub(super) fn has_positions(class: u8) -> bool {
    matches!(class, PLAIN | WIDE)
}

/// A key.
pub(super) fn key(field: Field, class: u8, term: &[u8]) -> Vec<u8> {
    let mut key = vec![field as u8, class];
    key.extend_from_slice(term);
    key
}

/// The beginning of a word that is kept.
pub(super) fn word(word: &str) -> &str {
    lexicon::text::cut(word, WORD)
}

/// The key of a whole value.
pub(super) fn whole(field: Field, value: &str) -> Vec<u8> {
    if field == Field::Hash
        && let Some(bytes) = hex(value)
    {
        return key(field, WHOLE, &bytes);
    }
    key(field, WHOLE, lexicon::text::cut(&value.to_lowercase(), VALUE).as_bytes())
}

/// The key of an IP address.
pub(super) fn ip(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => key(Field::Ip, WHOLE, &address.octets()),
        IpAddr::V6(address) => key(Field::Ip, IPV6, &address.octets()),
    }
}

/// The address of such a key.
pub(super) fn ip_of(key: &[u8]) -> Option<IpAddr> {
    match key {
        [_, WHOLE, octets @ ..] => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
        [_, IPV6, octets @ ..] => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
        _ => None,
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    text.as_bytes().chunks(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// The terms of one document, each once, with the positions where it stands.
#[derive(Debug, Default)]
pub(super) struct Inverted {
    /// The keys, one behind the other.
    pub(super) keys: Vec<u8>,
    pub(super) terms: Vec<TermIn>,
    /// Their positions, each the distance to the one before.
    pub(super) positions: Vec<u8>,
}

/// A term in a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct TermIn {
    pub(super) hash: u32,
    /// Where its key and its positions end.
    pub(super) key: u32,
    pub(super) positions: u32,
}

/// The hash of a key.
pub(super) fn hash(key: &[u8]) -> u32 {
    let mut hasher = FxHasher::default();
    hasher.write(key);
    (hasher.finish() >> 32) as u32
}

/// Memory used again from one document to the next.
#[derive(Default)]
struct Scratch {
    table: Vec<u32>,
    keys: Vec<u8>,
    terms: Vec<(u32, u32, u32)>,
    /// Number of the term, position.
    stands: Vec<(u32, u32)>,
    starts: Vec<u32>,
    sorted: Vec<u32>,
    key: Vec<u8>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Inverts a document.
pub(super) fn invert(document: &Document) -> Inverted {
    SCRATCH.with_borrow_mut(|scratch| scratch.invert(document))
}

impl Scratch {
    fn invert(&mut self, document: &Document) -> Inverted {
        self.keys.clear();
        self.terms.clear();
        self.stands.clear();
        self.table.clear();
        self.table.resize(1 << 13, 0);
        let mut next = [0u32; 32];
        for entry in &document.entries {
            let Some(position) = next.get_mut(usize::from(entry.field as u8)) else { continue };
            if entry.field.is_words() {
                *position = self.words(entry, *position).saturating_add(GAP);
            }
            self.values(entry);
        }
        self.finish()
    }

    /// The words of a text, from `position`; the position behind the last.
    fn words(&mut self, entry: &Entry, mut position: u32) -> u32 {
        let field = entry.field as u8;
        let mut key = std::mem::take(&mut self.key);
        let mut wide: Option<char> = None;
        let mut buffer = [0; 4];
        tokens(&entry.text, |token, _| {
            if let Some(before) = wide.take() {
                key.clear();
                key.extend_from_slice(&[field, WIDE]);
                key.extend_from_slice(before.encode_utf8(&mut buffer).as_bytes());
                if let Token::Wide { c, joined: true } = token {
                    key.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                }
                self.stand(&key, position - 1);
            }
            match token {
                Token::Word(text) => {
                    key.clear();
                    key.extend_from_slice(&[field, PLAIN]);
                    key.extend_from_slice(word(text).as_bytes());
                    self.stand(&key, position);
                }
                Token::Wide { c, .. } => wide = Some(c),
            }
            position = position.saturating_add(1);
        });
        if let Some(before) = wide {
            key.clear();
            key.extend_from_slice(&[field, WIDE]);
            key.extend_from_slice(before.encode_utf8(&mut buffer).as_bytes());
            self.stand(&key, position - 1);
        }
        self.key = key;
        position
    }

    /// What is looked for whole.
    fn values(&mut self, entry: &Entry) {
        let Entry { field, text, .. } = entry;
        match field {
            Field::Host => self.domain(*field, text),
            Field::Ip => {
                if let Ok(address) = text.parse() {
                    self.stand(&ip(address), 0);
                }
            }
            Field::Address | Field::Id | Field::Hash | Field::Kind | Field::Has => {
                self.stand(&whole(*field, text), 0);
            }
            field if field.is_mailbox() => {
                if let Some((local, domain)) = normal_address(address_of(text)) {
                    let address = format!("{local}@{domain}");
                    let address = lexicon::text::cut(&address, VALUE);
                    self.stand(&key(*field, ADDRESS, address.as_bytes()), 0);
                    self.domain(*field, &domain);
                }
            }
            _ => {}
        }
    }

    fn domain(&mut self, field: Field, name: &str) {
        let mut name = name;
        // A name has at most 127 labels.
        for _ in 0..128 {
            self.stand(&key(field, DOMAIN, lexicon::text::cut(name, VALUE).as_bytes()), 0);
            match name.split_once('.') {
                Some((_, rest)) if !rest.is_empty() => name = rest,
                _ => break,
            }
        }
    }

    /// Notes that a term stands at a position.
    fn stand(&mut self, key: &[u8], position: u32) {
        let hash = hash(key);
        let mask = self.table.len() - 1;
        let mut slot = hash as usize & mask;
        let term = loop {
            match self.table.get(slot).copied().unwrap_or(0) {
                0 => {
                    self.keys.extend_from_slice(key);
                    let end = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
                    self.terms.push((hash, end, 0));
                    let number = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
                    if let Some(place) = self.table.get_mut(slot) {
                        *place = number;
                    }
                    if self.terms.len() * 2 > self.table.len() {
                        self.grow();
                    }
                    break number - 1;
                }
                number => {
                    let at = number as usize - 1;
                    let end = |at: usize| self.terms.get(at).map_or(0, |term| term.1 as usize);
                    let from = at.checked_sub(1).map_or(0, end);
                    if self.terms.get(at).is_some_and(|term| term.0 == hash)
                        && self.keys.get(from..end(at)) == Some(key)
                    {
                        break number - 1;
                    }
                    slot = (slot + 1) & mask;
                }
            }
        };
        if let Some((_, _, count)) = self.terms.get_mut(term as usize) {
            *count += 1;
        }
        self.stands.push((term, position));
    }

    fn grow(&mut self) {
        let size = self.table.len() * 2;
        self.table.clear();
        self.table.resize(size, 0);
        for (at, (hash, _, _)) in self.terms.iter().enumerate() {
            let mut slot = *hash as usize & (size - 1);
            while self.table.get(slot).is_some_and(|number| *number != 0) {
                slot = (slot + 1) & (size - 1);
            }
            if let Some(place) = self.table.get_mut(slot) {
                *place = u32::try_from(at + 1).unwrap_or(u32::MAX);
            }
        }
    }

    fn finish(&mut self) -> Inverted {
        // Positions sorted by term, in the order in which they were met.
        self.starts.clear();
        let mut sum = 0;
        for (_, _, count) in &self.terms {
            self.starts.push(sum);
            sum += count;
        }
        self.sorted.clear();
        self.sorted.resize(sum as usize, 0);
        for (term, position) in &self.stands {
            if let Some(start) = self.starts.get_mut(*term as usize) {
                if let Some(place) = self.sorted.get_mut(*start as usize) {
                    *place = *position;
                }
                *start += 1;
            }
        }
        let mut out = Inverted { keys: self.keys.clone(), ..Inverted::default() };
        out.terms.reserve_exact(self.terms.len());
        out.positions.reserve(self.sorted.len() * 2);
        let mut at = 0usize;
        let mut from = 0usize;
        for (hash, end, count) in &self.terms {
            let stands = self.sorted.get(at..at + *count as usize).unwrap_or_default();
            at += *count as usize;
            let class = self.keys.get(from + 1).copied().unwrap_or(0);
            from = *end as usize;
            if has_positions(class) {
                let mut before = 0;
                for position in stands {
                    put(&mut out.positions, u64::from(position - before));
                    before = *position;
                }
            }
            let positions = u32::try_from(out.positions.len()).unwrap_or(u32::MAX);
            out.terms.push(TermIn { hash: *hash, key: *end, positions });
        }
        out
    }
}
