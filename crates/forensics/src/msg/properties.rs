//! The properties of one storage of a .msg: fixed ones in a table, long ones in streams of their own.

use std::borrow::Cow;

use super::bag::{Bag, Data, Message, id, kind};
use crate::ole::{Ole, u32_at};

/// Properties of one storage that are read.
const PROPERTIES: usize = 4_096;

/// The properties of one storage.
pub(super) struct Properties<'a> {
    ole: &'a Ole<'a>,
    /// Name and entry of every child.
    children: Vec<(&'a str, usize)>,
    /// Id and value of the fixed properties.
    fixed: Vec<(u16, [u8; 8])>,
    /// The charset of its eight-bit texts.
    label: Option<&'static str>,
}

impl<'a> Properties<'a> {
    /// Those of a message. Eight-bit texts are in its code page.
    pub(super) fn message(ole: &'a Ole<'a>, storage: usize) -> Self {
        let mut out = Self::read(ole, storage, if storage == 0 { 32 } else { 24 });
        out.label = super::bag::label(&out);
        out
    }

    /// Those of a recipient or an attachment of `message`.
    pub(super) fn item(ole: &'a Ole<'a>, storage: usize, message: &Properties<'_>) -> Self {
        let mut out = Self::read(ole, storage, 8);
        out.label = message.label;
        out
    }

    fn read(ole: &'a Ole<'a>, storage: usize, header: usize) -> Self {
        let children: Vec<(&str, usize)> = ole
            .children(storage)
            .into_iter()
            .filter_map(|index| ole.entries.get(index).map(|e| (e.name.as_str(), index)))
            .collect();
        let mut fixed = Vec::new();
        let table = children.iter().find(|(name, _)| name.eq_ignore_ascii_case("__properties_version1.0"));
        if let Some(entry) = table.and_then(|(_, index)| ole.entries.get(*index)) {
            let bytes = ole.stream(entry, header + PROPERTIES * 16);
            for record in bytes.get(header..).unwrap_or(&[]).chunks_exact(16) {
                let mut value = [0; 8];
                value.copy_from_slice(record.get(8..16).unwrap_or(&[0; 8]));
                fixed.push(((u32_at(record, 0) >> 16) as u16, value));
            }
        }
        Self { ole, children, fixed, label: None }
    }

    fn child(&self, id: u16, kind: u16) -> Option<usize> {
        let name = format!("__substg1.0_{id:04X}{kind:04X}");
        self.children.iter().find(|(n, _)| n.eq_ignore_ascii_case(&name)).map(|(_, index)| *index)
    }

    /// The child storages whose names start so, in order of their numbers.
    pub(super) fn storages(&self, start: &str) -> impl Iterator<Item = usize> + use<> {
        let mut found: Vec<(&str, usize)> = self
            .children
            .iter()
            .filter(|(name, index)| {
                name.get(..start.len()).is_some_and(|n| n.eq_ignore_ascii_case(start))
                    && self.ole.entries.get(*index).is_some_and(|e| !e.is_stream())
            })
            .copied()
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, index)| index).collect::<Vec<_>>().into_iter()
    }
}

impl Bag for Properties<'_> {
    fn raw(&self, id: u16, kind: u16, limit: usize) -> Option<Cow<'_, [u8]>> {
        let entry = self.ole.entries.get(self.child(id, kind)?)?;
        entry.is_stream().then(|| self.ole.stream(entry, limit))
    }

    fn fixed(&self, id: u16) -> Option<[u8; 8]> {
        self.fixed.iter().find(|(i, _)| *i == id).map(|(_, value)| *value)
    }

    fn label(&self) -> Option<&'static str> {
        self.label
    }
}

/// A message in a storage of a .msg.
pub(super) struct Stored<'a> {
    ole: &'a Ole<'a>,
    properties: Properties<'a>,
}

impl<'a> Stored<'a> {
    pub(super) fn new(ole: &'a Ole<'a>, storage: usize) -> Self {
        Self { ole, properties: Properties::message(ole, storage) }
    }

    /// The file in an object of another program: what its server keeps under names that all know.
    fn object(&self, storage: usize) -> Option<Cow<'a, [u8]>> {
        let stream = |name: &str| {
            let entry = self.ole.entries.get(self.ole.child(storage, name)?)?;
            entry.is_stream().then(|| self.ole.stream(entry, usize::MAX)).filter(|s| !s.is_empty())
        };
        if let Some(native) = stream("\u{1}Ole10Native") {
            return Some(packed(&native).map_or(native.clone(), |file| Cow::Owned(file.to_vec())));
        }
        ["CONTENTS", "Package", "Workbook", "WordDocument", "EmbeddedOdf"].into_iter().find_map(stream)
    }
}

/// The file inside a packager object: names and paths, then its length and bytes.
fn packed(native: &[u8]) -> Option<&[u8]> {
    let after_text = |bytes: &'_ [u8]| memchr::memchr(0, bytes).map(|end| end + 1);
    // Length of all, and the word 2.
    let mut rest = native.get(6..)?;
    for _ in 0..2 {
        rest = rest.get(after_text(rest)?..)?;
    }
    // Four bytes of flags, the length of the temporary path, the path itself.
    let path = usize::try_from(u32_at(rest, 4)).ok()?;
    rest = rest.get(8usize.checked_add(path)?..)?;
    let length = usize::try_from(u32_at(rest, 0)).ok()?;
    rest.get(4..)?.get(..length)
}

impl<'a> Message for Stored<'a> {
    type Item = Properties<'a>;

    fn bag(&self) -> &dyn Bag {
        &self.properties
    }

    fn recipients(&self, most: usize) -> Vec<Self::Item> {
        let found = self.properties.storages("__recip_version1.0_").take(most);
        found.map(|index| Properties::item(self.ole, index, &self.properties)).collect()
    }

    fn attachments(&self, most: usize) -> Vec<Self::Item> {
        let found = self.properties.storages("__attach_version1.0_").take(most);
        found.map(|index| Properties::item(self.ole, index, &self.properties)).collect()
    }

    fn data<'i>(&self, item: &'i Self::Item) -> Data<'i, Self>
    where
        Self: 'i,
    {
        let Some(index) = item.child(id::ATTACH_DATA, kind::OBJECT) else {
            return Data::Bytes(item.raw(id::ATTACH_DATA, kind::BINARY, usize::MAX).unwrap_or_default());
        };
        match self.ole.entries.get(index) {
            Some(entry) if entry.is_stream() => Data::Bytes(self.ole.stream(entry, usize::MAX)),
            _ if self.ole.child(index, "__properties_version1.0").is_some() => {
                Data::Message(Box::new(Stored::new(self.ole, index)))
            }
            _ => self.object(index).map_or(Data::Nothing, Data::Object),
        }
    }
}
