//! Binary workbooks ([MS-XLSB]): strings, sheets and links to other programs, record by record.

use crate::binary::{piece, u8_at, u16_at, u32_at, utf16};
use crate::specimen::Specimen;

use super::parts;
use super::xml::Health;

/// Records of one part.
const RECORDS: usize = 2_000_000;

const STRING_ITEM: u32 = 19;
const BUNDLE_SHEET: u32 = 156;
const BEGIN_SUP_BOOK: u32 = 360;

pub(super) fn run(specimen: &mut Specimen<'_, '_>, bytes: &[u8], text: &mut String) -> Health {
    let mut at = 0;
    for _ in 0..RECORDS {
        let Some((kind, next)) = number(bytes, at, 2) else { break };
        let Some((length, next)) = number(bytes, next, 4) else { break };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let data = piece(bytes, next, length);
        match kind {
            STRING_ITEM => {
                parts::push(text, &wide(data, 1).0);
                parts::push(text, "\n");
            }
            BUNDLE_SHEET => {
                let state = match u32_at(data, 0) {
                    Some(1) => "hidden",
                    Some(2) => "veryHidden",
                    _ => "",
                };
                let (_, next) = wide(data, 8);
                parts::sheet_name(specimen, &wide(data, next).0, state);
            }
            BEGIN_SUP_BOOK if u16_at(data, 0) == Some(1) => {
                let (service, next) = wide(data, 2);
                parts::dde_link(specimen, &service, &wide(data, next).0);
            }
            _ => {}
        }
        at = next.saturating_add(length);
    }
    Health { entities: false, broken: at > bytes.len() }
}

/// A number of up to `most` bytes with seven bits each.
fn number(bytes: &[u8], mut at: usize, most: u32) -> Option<(u32, usize)> {
    let mut value = 0u32;
    for index in 0..most {
        let byte = u8_at(bytes, at)?;
        at += 1;
        // Record numbers keep their continuation bit's place: 0x80 of the first byte is not part of the value.
        value |= u32::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((value, at))
}

/// A string behind its length, and where it ends; a length of all ones is none.
fn wide(data: &[u8], at: usize) -> (String, usize) {
    match u32_at(data, at) {
        None | Some(u32::MAX) => (String::new(), at.saturating_add(4)),
        Some(length) => {
            let length = usize::try_from(length).unwrap_or(usize::MAX).saturating_mul(2);
            (utf16(piece(data, at + 4, length)), at.saturating_add(4).saturating_add(length))
        }
    }
}
