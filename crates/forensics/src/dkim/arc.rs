//! ARC seals (RFC 8617 §5.1.1): what each seal covers.

use super::headers::{Canonical, own_header, write};
use super::tags;
use crate::header::{Block, Field};

/// Highest instance (RFC 8617 §4.2.1).
pub(super) const INSTANCES: u32 = 50;

/// Headers of one chain that are looked at.
const HEADERS: usize = 150;

/// The bytes that the seal of `instance` covers; `None` where the chain below it is incomplete or doubled.
pub(super) fn seal_input(raw: &[u8], block: &Block<'_>, seal: Field<'_>, instance: u32) -> Option<Vec<u8>> {
    const NAMES: [&str; 3] = ["arc-authentication-results", "arc-message-signature", "arc-seal"];
    // (instance, which of the three names): the field.
    let mut chain: Vec<((u32, usize), Field<'_>)> = block
        .fields
        .iter()
        .filter_map(|field| {
            let name = NAMES.iter().position(|name| field.is(name))?;
            Some(((instance_of(field.value)?, name), *field))
        })
        .filter(|((i, _), _)| *i <= instance)
        .take(HEADERS)
        .collect();
    chain.sort_by_key(|(place, _)| *place);
    let expected = (1..=instance).flat_map(|i| (0..NAMES.len()).map(move |name| (i, name)));
    if !chain.iter().map(|(place, _)| *place).eq(expected) {
        return None;
    }
    let mut out = Vec::new();
    for ((i, name), field) in &chain {
        if (*i, *name) == (instance, 2) {
            own_header(raw, seal, Canonical::Relaxed, &mut out);
        } else {
            write(raw, *field, Canonical::Relaxed, &mut out);
            out.extend_from_slice(b"\r\n");
        }
    }
    Some(out)
}

/// The instance at the start of an ARC header; its results follow in a form of their own.
fn instance_of(value: &[u8]) -> Option<u32> {
    let tags = tags::parse(value).ok();
    if let Some(instance) = tags.as_ref().and_then(|t| t.get("i")) {
        return instance.parse().ok();
    }
    let first = value.split(|b| *b == b';').next()?;
    let (name, number) = std::str::from_utf8(first).ok()?.split_once('=')?;
    (name.trim() == "i").then(|| number.trim().parse().ok()).flatten()
}
