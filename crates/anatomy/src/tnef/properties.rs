//! MAPI properties as TNEF writes them one after the other.

use crate::binary::{piece, u16_at, u32_at, u64_at, utf16};

/// Properties of one list that are read.
const PROPERTIES: usize = 2_000;

/// Values of one property that are passed over.
const VALUES: usize = 10_000;

/// A property's value, as far as its type is of use here.
pub(super) enum Value<'a> {
    Text(String),
    Bytes(&'a [u8]),
    Object(&'a [u8]),
    Time(u64),
}

pub(super) struct Property<'a> {
    pub(super) id: u16,
    pub(super) value: Value<'a>,
}

/// Text in a Windows code page.
pub(super) fn ansi(bytes: &[u8], page: u32) -> String {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    let label = match page {
        932 => "shift_jis",
        936 => "gb18030",
        949 => "euc-kr",
        950 => "big5",
        1250 => "windows-1250",
        1251 => "windows-1251",
        1252 => "windows-1252",
        50220..=50222 => "iso-2022-jp",
        51932 => "euc-jp",
        _ => "utf-8",
    };
    forensics::charset::decode(bytes.get(..end).unwrap_or(bytes), Some(label)).text.into_owned()
}

/// Reads a list; ends at the first property that is not whole.
pub(super) fn read(bytes: &[u8], page: u32) -> Vec<Property<'_>> {
    let mut out = Vec::new();
    let count = usize::try_from(u32_at(bytes, 0).unwrap_or(0)).unwrap_or(0);
    let mut at = 4;
    for _ in 0..count.min(PROPERTIES) {
        let Some((property, next)) = one(bytes, at, page) else {
            break;
        };
        at = next;
        out.extend(property);
    }
    out
}

/// The property at `at` and the place after it.
fn one(bytes: &[u8], at: usize, page: u32) -> Option<(Option<Property<'_>>, usize)> {
    let (kind, id) = (u16_at(bytes, at)?, u16_at(bytes, at + 2)?);
    let mut at = at + 4;
    if id >= 0x8000 {
        // Named: a GUID, then a number or a name.
        let named = u32_at(bytes, at + 16)? == 1;
        let length = usize::try_from(u32_at(bytes, at + 20)?).ok()?;
        at = at.checked_add(if named { 24usize.checked_add(padded(length)?)? } else { 24 })?;
    }
    let fixed = match kind & 0xfff {
        2..=4 | 0xa | 0xb => 4,
        5..=7 | 0x14 | 0x40 => 8,
        0x48 => 16,
        0xd | 0x1e | 0x1f | 0x102 => 0,
        _ => return None,
    };
    if fixed > 0 && kind & 0x1000 == 0 {
        let value = if kind == 0x40 { u64_at(bytes, at).map(Value::Time) } else { None };
        return Some((value.map(|value| Property { id, value }), at.checked_add(fixed)?));
    }
    let count = usize::try_from(u32_at(bytes, at)?).ok()?;
    at += 4;
    let mut found = None;
    for index in 0..count {
        if index >= VALUES {
            return None;
        }
        if fixed > 0 {
            at = at.checked_add(fixed).filter(|at| *at <= bytes.len())?;
            continue;
        }
        let length = usize::try_from(u32_at(bytes, at)?).ok()?;
        let content = piece(bytes, at + 4, length);
        at = at.checked_add(4)?.checked_add(padded(length)?)?;
        if index == 0 {
            found = Some(match kind & 0xfff {
                0x1e => Value::Text(ansi(content, page)),
                0x1f => Value::Text(utf16(content)),
                0xd => Value::Object(content),
                _ => Value::Bytes(content),
            });
        }
    }
    Some((found.map(|value| Property { id, value }), at))
}

fn padded(length: usize) -> Option<usize> {
    length.checked_next_multiple_of(4)
}
