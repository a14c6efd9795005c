//! The properties of one storage of a .msg: fixed ones in a table, long ones in streams of their own.

use std::borrow::Cow;

use crate::charset;
use crate::ole::{Ole, u32_at};

/// Bytes of one text property.
const TEXT_BYTES: usize = 8 << 20;

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
        // PidTagMessageCodepage, else PidTagInternetCodepage.
        out.label = [0x3ffd, 0x3fde].into_iter().filter_map(|id| out.number(id)).find_map(label_of);
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

    pub(super) fn label(&self) -> Option<&'static str> {
        self.label
    }

    /// True if a text property is there in UTF-16.
    pub(super) fn is_wide(&self, id: u16) -> bool {
        self.child(id, "001F").is_some()
    }

    fn child(&self, id: u16, kind: &str) -> Option<usize> {
        let name = format!("__substg1.0_{id:04X}{kind}");
        self.children.iter().find(|(n, _)| n.eq_ignore_ascii_case(&name)).map(|(_, index)| *index)
    }

    fn stream(&self, id: u16, kind: &str, limit: usize) -> Option<Cow<'a, [u8]>> {
        let entry = self.ole.entries.get(self.child(id, kind)?)?;
        entry.is_stream().then(|| self.ole.stream(entry, limit))
    }

    /// A text property: UTF-16, or eight-bit in the message's code page.
    pub(super) fn text(&self, id: u16) -> Option<String> {
        if let Some(bytes) = self.stream(id, "001F", TEXT_BYTES) {
            let units = bytes.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]]));
            let text: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
            return Some(text);
        }
        let bytes = self.stream(id, "001E", TEXT_BYTES)?;
        Some(charset::decode(&bytes, self.label).text.into_owned())
    }

    /// A binary property, at most `limit` bytes of it.
    pub(super) fn bytes(&self, id: u16, limit: usize) -> Option<Cow<'a, [u8]>> {
        self.stream(id, "0102", limit)
    }

    /// The storage of an object property.
    pub(super) fn storage(&self, id: u16) -> Option<usize> {
        let index = self.child(id, "000D")?;
        self.ole.entries.get(index).filter(|e| !e.is_stream()).map(|_| index)
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

    /// A fixed property as a number.
    pub(super) fn number(&self, id: u16) -> Option<u32> {
        self.fixed.iter().find(|(i, _)| *i == id).map(|(_, value)| u32_at(value, 0))
    }

    /// A fixed property as a time (100 ns since 1601), in RFC 3339 at UTC.
    pub(super) fn time(&self, id: u16) -> Option<String> {
        let (_, value) = self.fixed.iter().find(|(i, _)| *i == id)?;
        let ticks = i64::try_from(u64::from_le_bytes(*value)).ok()?;
        let seconds = ticks / 10_000_000 - 11_644_473_600;
        let time = jiff::Timestamp::from_second(seconds).ok()?;
        // The year 1601 stands for no time.
        (seconds > 0).then(|| time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string())
    }
}

/// The charset label of a Windows code page.
pub(super) fn label_of(code_page: u32) -> Option<&'static str> {
    Some(match code_page {
        932 => "shift_jis",
        936 | 54936 => "gb18030",
        949 => "euc-kr",
        950 => "big5",
        874 => "windows-874",
        1250 => "windows-1250",
        1251 => "windows-1251",
        1252 => "windows-1252",
        1253 => "windows-1253",
        1254 => "windows-1254",
        1255 => "windows-1255",
        1256 => "windows-1256",
        1257 => "windows-1257",
        1258 => "windows-1258",
        20127 => "utf-8",
        20866 => "koi8-r",
        20932 | 51932 => "euc-jp",
        28591 => "iso-8859-1",
        28592 => "iso-8859-2",
        28605 => "iso-8859-15",
        50220..=50222 => "iso-2022-jp",
        51949 => "euc-kr",
        65000 => "utf-7",
        65001 => "utf-8",
        _ => return None,
    })
}
