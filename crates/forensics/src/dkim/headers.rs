//! Canonical headers (RFC 6376 §3.4.1, §3.4.2) and what of them was signed.

use super::body::squeeze;
use crate::header::{Block, Field, offset};

/// A form of canonicalisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Canonical {
    Simple,
    Relaxed,
}

impl Canonical {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "simple" => Some(Self::Simple),
            "relaxed" => Some(Self::Relaxed),
            _ => None,
        }
    }
}

/// Bytes of canonical headers that are put together for one signature.
const SIGNED_BYTES: usize = 1 << 20;

/// The bytes that a signature of headers covers: each named header from the bottom up, then the signature's own
/// without its value.
pub(super) fn signed(
    raw: &[u8],
    block: &Block<'_>,
    own: Field<'_>,
    names: &[String],
    form: Canonical,
) -> Vec<u8> {
    let mut out = Vec::new();
    // Where the search for the next header of a name goes on.
    let mut next: Vec<(&str, usize)> = Vec::new();
    for name in names {
        let start = next.iter().find(|(n, _)| n == name).map_or(block.fields.len(), |(_, at)| *at);
        let above = block.fields.get(..start).unwrap_or(&[]);
        let found = above.iter().rposition(|field| field.is(name));
        match next.iter_mut().find(|(n, _)| n == name) {
            Some(entry) => entry.1 = found.unwrap_or(0),
            None => next.push((name, found.unwrap_or(0))),
        }
        if let Some(field) = found.and_then(|at| above.get(at))
            && out.len() < SIGNED_BYTES
        {
            write(raw, *field, form, &mut out);
            out.extend_from_slice(b"\r\n");
        }
    }
    own_header(raw, own, form, &mut out);
    out
}

/// The header of a signature without the value of its `b` tag.
pub(super) fn own_header(raw: &[u8], own: Field<'_>, form: Canonical, out: &mut Vec<u8>) {
    let mut value = Vec::with_capacity(own.value.len());
    for (index, piece) in own.value.split(|b| *b == b';').enumerate() {
        if index > 0 {
            value.push(b';');
        }
        let equals = memchr::memchr(b'=', piece).unwrap_or(piece.len());
        if piece.get(..equals).unwrap_or(piece).trim_ascii() == b"b" {
            value.extend_from_slice(piece.get(..=equals).unwrap_or(piece));
        } else {
            value.extend_from_slice(piece);
        }
    }
    write_parts(before_value(raw, own), &value, form, out);
}

/// A header in canonical form, without a line end.
pub(super) fn write(raw: &[u8], field: Field<'_>, form: Canonical, out: &mut Vec<u8>) {
    write_parts(before_value(raw, field), field.value, form, out);
}

/// The name with its colon, as it stands.
fn before_value<'r>(raw: &'r [u8], field: Field<'_>) -> &'r [u8] {
    raw.get(offset(raw, field.name)..offset(raw, field.value)).unwrap_or(&[])
}

fn write_parts(before: &[u8], value: &[u8], form: Canonical, out: &mut Vec<u8>) {
    match form {
        Canonical::Simple => {
            out.extend_from_slice(before);
            for (index, line) in value.split(|b| *b == b'\n').enumerate() {
                if index > 0 {
                    // The line before keeps its own carriage return.
                    if out.last() != Some(&b'\r') {
                        out.push(b'\r');
                    }
                    out.push(b'\n');
                }
                out.extend_from_slice(line);
            }
        }
        Canonical::Relaxed => {
            let name = before.strip_suffix(b":").unwrap_or(before).trim_ascii();
            out.extend(name.iter().map(u8::to_ascii_lowercase));
            out.push(b':');
            let unfolded: Vec<u8> = value
                .iter()
                .enumerate()
                .filter(|(at, b)| !(**b == b'\n' || **b == b'\r' && value.get(at + 1) == Some(&b'\n')))
                .map(|(_, b)| *b)
                .collect();
            let start = unfolded.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            squeeze(unfolded.get(start..).unwrap_or(&[]), out);
        }
    }
}
