//! The version resource: what the program says it is.

use crate::binary::{u16_at, u32_at, utf16};
use crate::specimen::Specimen;

use super::resources::named;

/// Blocks of a version resource that are read.
const BLOCKS: usize = 256;

/// Blocks inside blocks: the version, its strings, a table, a string.
const DEPTH: usize = 4;

/// The strings that are told, and their properties.
const STRINGS: [(&str, &str); 9] = [
    ("CompanyName", "pe.company"),
    ("FileDescription", "pe.description"),
    ("OriginalFilename", "pe.original-name"),
    ("InternalName", "pe.internal-name"),
    ("ProductName", "pe.product"),
    ("FileVersion", "pe.file-version"),
    ("ProductVersion", "pe.product-version"),
    ("LegalCopyright", "pe.copyright"),
    ("Comments", "pe.comments"),
];

pub(super) fn read(data: &[u8], specimen: &mut Specimen<'_, '_>) {
    let mut left = BLOCKS;
    block(data, 0, data.len(), 0, &mut left, specimen);
}

/// One block from `at` to at most `end`; gives the place after it.
fn block(
    data: &[u8],
    at: usize,
    end: usize,
    depth: usize,
    left: &mut usize,
    specimen: &mut Specimen<'_, '_>,
) -> Option<usize> {
    if *left == 0 || depth >= DEPTH {
        return None;
    }
    *left -= 1;
    let length = usize::from(u16_at(data, at)?);
    let end = at.checked_add(length.max(6))?.min(end);
    let key = utf16(data.get(at + 6..end)?);
    let aligned = |at: usize| at.saturating_add(3) & !3;
    let value = aligned(at + 6 + (key.encode_utf16().count() + 1) * 2);
    if depth == 3 {
        if let Some((_, name)) = STRINGS.iter().find(|(string, _)| *string == key) {
            specimen.property(name, utf16(data.get(value..end).unwrap_or(&[])));
        }
        return Some(aligned(end));
    }
    if depth == 2
        && let Some(language) = key.get(..4).and_then(|l| u32::from_str_radix(l, 16).ok())
    {
        specimen.property("pe.version-language", named(language));
    }
    let size = usize::from(u16_at(data, at + 2)?);
    if depth == 0 && u32_at(data, value) == Some(0xfeef_04bd) {
        let part = |at: usize| u16_at(data, value + at).unwrap_or(0);
        let version = format!("{}.{}.{}.{}", part(10), part(8), part(14), part(12));
        specimen.property("pe.version", version);
    }
    let mut inner = aligned(value.saturating_add(if depth == 0 { size } else { 0 }));
    while inner < end {
        inner = block(data, inner, end, depth + 1, left, specimen)?;
    }
    Some(aligned(end))
}
