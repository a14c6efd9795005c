//! Files written into a page as `data:` addresses.

use crate::macros::strings;

/// Files taken out of one page.
pub(super) const FILES: usize = 50;

/// Bytes before an address in which its tag's other attributes stand.
const TAG_BYTES: usize = 300;

/// A file out of an address.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) name: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// The files in `data:` addresses of attributes, one more than are wanted at most.
pub(super) fn find(text: &str) -> Vec<Found> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(n) = memchr::memmem::find(text.as_bytes().get(at..).unwrap_or(&[]), b"data:") {
        let start = at + n;
        at = start + 5;
        let before = text.as_bytes().get(start.saturating_sub(1)).copied();
        if !matches!(before, Some(b'"' | b'\'' | b'=' | b'(' | b' ')) {
            continue;
        }
        let rest = text.get(at..).unwrap_or("");
        let end = rest.find(['"', '\'', '>', '<', ')', ' ']).unwrap_or(rest.len());
        let url = rest.get(..end).unwrap_or("");
        at += end;
        let Some((head, body)) = url.split_once(',') else {
            continue;
        };
        let bytes = if head.to_ascii_lowercase().ends_with(";base64") {
            let body =
                if body.contains('%') { strings::percent(body).unwrap_or_default() } else { body.to_owned() };
            strings::base64(&body)
        } else {
            strings::percent(body).map(String::into_bytes)
        };
        let Some(bytes) = bytes.filter(|b| b.len() > 16) else {
            continue;
        };
        out.push(Found { name: name(text, start, at), bytes });
        if out.len() > FILES {
            break;
        }
    }
    out
}

/// The `download` attribute of the tag that the address stands in.
fn name(text: &str, start: usize, end: usize) -> Option<String> {
    let bytes = text.as_bytes();
    let before = bytes.get(start.saturating_sub(TAG_BYTES)..start)?;
    let open = memchr::memrchr(b'<', before).map_or(start, |n| start.saturating_sub(TAG_BYTES) + n);
    let tag = text.get(open..start)?;
    let after = crate::binary::piece(bytes, end, TAG_BYTES);
    let after = memchr::memchr(b'>', after).and_then(|n| text.get(end..end + n)).unwrap_or("");
    let attribute = crate::script::markup::attribute;
    attribute(tag, "download")
        .or_else(|| attribute(after, "download"))
        .filter(|n| !n.is_empty())
        .map(str::to_owned)
}
