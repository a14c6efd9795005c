//! A document as bytes: what the index stores. Reading takes nothing on trust.

use lexicon::facts::Mailbox;

use super::{Document, Entry, Field};
use crate::intake::Stamp;

/// A number in groups of seven bits, the lowest first.
pub(crate) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes such a number from the front of `bytes`.
pub(crate) fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (at * 7);
        if byte & 0x80 == 0 {
            *bytes = bytes.get(at + 1..)?;
            return Some(value);
        }
    }
    None
}

/// Takes `length` bytes from the front.
pub(crate) fn split<'b>(bytes: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (front, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(front)
}

/// A text with its length in front.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Takes such a text.
pub(crate) fn take_text(bytes: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(take(bytes)?).ok()?;
    Some(std::str::from_utf8(split(bytes, length)?).ok()?.to_owned())
}

fn put_some(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => {
            put(out, text.len() as u64 + 1);
            out.extend_from_slice(text.as_bytes());
        }
        None => out.push(0),
    }
}

fn take_some(bytes: &mut &[u8]) -> Option<Option<String>> {
    let length = usize::try_from(take(bytes)?).ok()?;
    let Some(length) = length.checked_sub(1) else { return Some(None) };
    Some(Some(std::str::from_utf8(split(bytes, length)?).ok()?.to_owned()))
}

fn put_mailbox(out: &mut Vec<u8>, mailbox: Option<&Mailbox>) {
    put_some(out, mailbox.map(|m| m.name.as_str()));
    put_some(out, mailbox.map(|m| m.address.as_str()));
}

fn take_mailbox(bytes: &mut &[u8]) -> Option<Option<Mailbox>> {
    let (name, address) = (take_some(bytes)?, take_some(bytes)?);
    Some(name.zip(address).map(|(name, address)| Mailbox { name, address }))
}

/// Signed numbers with the sign in the lowest bit.
fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

impl Document {
    /// Its bytes.
    pub(crate) fn to_bytes(&self, out: &mut Vec<u8>) {
        put_text(out, &self.path);
        put(out, self.file as u64);
        put(out, self.stamp.size);
        put(out, zigzag(self.stamp.modified));
        put(out, self.stamp.inode);
        put_text(out, &self.sha256);
        put(out, self.size);
        put_some(out, self.message_id.as_deref());
        put_some(out, self.date.as_deref());
        put(out, self.time.map_or(0, |time| zigzag(time).saturating_add(1)));
        put_some(out, self.subject.as_deref());
        put_mailbox(out, self.from.as_ref());
        put_mailbox(out, self.to.as_ref());
        put(out, self.unread.len() as u64);
        self.unread.iter().for_each(|text| put_text(out, text));
        put(out, self.entries.len() as u64);
        for entry in &self.entries {
            out.push(entry.field as u8);
            put_text(out, &entry.place);
            put_text(out, &entry.text);
        }
    }

    /// The document of such bytes; `None` for others.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes = &mut &*bytes;
        let mut out = Self {
            path: take_text(bytes)?,
            file: usize::try_from(take(bytes)?).ok()?,
            stamp: Stamp { size: take(bytes)?, modified: unzigzag(take(bytes)?), inode: take(bytes)? },
            sha256: take_text(bytes)?,
            size: take(bytes)?,
            message_id: take_some(bytes)?,
            date: take_some(bytes)?,
            time: take(bytes)?.checked_sub(1).map(unzigzag),
            subject: take_some(bytes)?,
            from: take_mailbox(bytes)?,
            to: take_mailbox(bytes)?,
            ..Self::default()
        };
        for _ in 0..take(bytes)? {
            out.unread.push(take_text(bytes)?);
        }
        for _ in 0..take(bytes)? {
            let field = Field::of(*split(bytes, 1)?.first()?)?;
            out.entries.push(Entry { field, place: take_text(bytes)?, text: take_text(bytes)? });
        }
        bytes.is_empty().then_some(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_stored_comes_back(
            path in ".{0,40}", time in proptest::option::of(-62_135_596_800i64..253_402_300_799),
            subject in proptest::option::of(".{0,40}"), modified in any::<i64>(),
            texts in proptest::collection::vec((1u8..19, ".{0,30}", "(?s).{0,80}"), 0..6),
        ) {
            let entries = texts.into_iter()
                .map(|(field, place, text)| Entry { field: Field::of(field).unwrap(), place, text }).collect();
            let stamp = Stamp { modified, ..Stamp::default() };
            let document = Document { path, time, subject, entries, stamp, ..Document::default() };
            let mut bytes = Vec::new();
            document.to_bytes(&mut bytes);
            prop_assert_eq!(Document::from_bytes(&bytes), Some(document));
        }

        #[test]
        fn other_bytes_are_no_document(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Document::from_bytes(&bytes);
        }
    }
}
