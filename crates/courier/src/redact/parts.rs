//! The way through a mail: headers, parts, mails inside mails.

use std::ops::Range;

use super::transfer::{Transfer, lines};
use super::{Work, body, field};
use crate::limits::{MAX_DEPTH, MAX_PARTS};

/// What a header says about the body below it.
#[derive(Default)]
struct Head {
    kind: String,
    boundary: Option<String>,
    charset: Option<String>,
    transfer: String,
    attached: bool,
}

/// A whole mail; `within` names the part that it is, e.g. `1.2`, and is empty for the outermost.
pub(super) fn message(work: &mut Work<'_>, range: Range<usize>, within: &str, depth: usize) {
    let (head, body) = header(work, range, within);
    entity(work, &head, body, within, depth);
}

fn place(within: &str, what: &str) -> String {
    if within.is_empty() { what.to_owned() } else { format!("part:{within}/{what}") }
}

/// The header at the beginning of `range`, its fields worked on; and where the body is.
fn header(work: &mut Work<'_>, range: Range<usize>, within: &str) -> (Head, Range<usize>) {
    let raw = work.raw.get(range.clone()).unwrap_or_default();
    let mut fields: Vec<Range<usize>> = Vec::new();
    let mut end = raw.len();
    for line in lines(raw) {
        let text = raw.get(line.clone()).unwrap_or_default();
        if text.trim_ascii_end().is_empty() && !text.starts_with(b" ") && !text.starts_with(b"\t") {
            end = line.end;
            break;
        }
        match fields.last_mut() {
            Some(last) if text.starts_with(b" ") || text.starts_with(b"\t") => last.end = line.end,
            _ => fields.push(line),
        }
    }
    let mut head = Head::default();
    for line in fields {
        let text = raw.get(line.clone()).unwrap_or_default();
        let Some(colon) = memchr::memchr(b':', text) else {
            // No field: what is there is read as text.
            let value = range.start + line.start..range.start + line.end;
            field::field(work, "", value, &place(within, "header"));
            continue;
        };
        let name = String::from_utf8_lossy(text.get(..colon).unwrap_or_default()).trim().to_ascii_lowercase();
        let value = text.get(colon + 1..).unwrap_or_default();
        let length = value.trim_ascii_end().len();
        head.take(&name, value);
        let start = range.start + line.start + colon + 1;
        let shown = lexicon::text::visible(lexicon::text::cut(&name, 60));
        field::field(work, &name, start..start + length, &place(within, &format!("header:{shown}")));
    }
    (head, range.start + end..range.end)
}

impl Head {
    fn take(&mut self, name: &str, value: &[u8]) {
        let text = String::from_utf8_lossy(value).replace(['\r', '\n'], "");
        let first = || text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match name {
            "content-type" if self.kind.is_empty() => {
                self.kind = first();
                self.boundary = parameter(&text, "boundary");
                self.charset = parameter(&text, "charset");
            }
            "content-transfer-encoding" if self.transfer.is_empty() => {
                text.trim().clone_into(&mut self.transfer)
            }
            "content-disposition" => self.attached = first() == "attachment",
            _ => {}
        }
    }
}

/// A parameter of a field.
fn parameter(text: &str, wanted: &str) -> Option<String> {
    let mut rest = text;
    loop {
        rest = rest.split_once(';')?.1.trim_start();
        let (name, value) = rest.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case(wanted) {
            // A semicolon inside quotes does not end a parameter.
            if let Some(inner) = value.trim_start().strip_prefix('"') {
                rest = inner.split_once('"').map_or("", |(_, after)| after);
            }
            continue;
        }
        let value = value.trim_start();
        return Some(match value.strip_prefix('"') {
            Some(inner) => inner.split('"').next().unwrap_or_default().to_owned(),
            None => value.split([';', ' ', '\t']).next().unwrap_or_default().to_owned(),
        });
    }
}

fn entity(work: &mut Work<'_>, head: &Head, range: Range<usize>, within: &str, depth: usize) {
    work.parts += 1;
    if depth > MAX_DEPTH || work.parts > MAX_PARTS {
        work.untouched.push(place(within, "too deep"));
        return;
    }
    let transfer = Transfer::parse(&head.transfer);
    if head.kind.starts_with("multipart/")
        && let Some(boundary) =
            head.boundary.as_deref().map(str::trim_end).filter(|boundary| !boundary.is_empty())
        && multipart(work, boundary, range.clone(), within, depth)
    {
        return;
    }
    if matches!(head.kind.as_str(), "message/rfc822" | "message/global" | "message/news")
        && transfer == Transfer::Identity
    {
        return message(work, range, &deeper(within, 1), depth + 1);
    }
    let is_text = head.kind.is_empty()
        || head.kind.starts_with("text/")
        || head.kind.starts_with("message/")
        || head.kind.starts_with("multipart/")
        || !head.kind.contains('/');
    if !is_text || head.attached || transfer == Transfer::Other {
        let kind = if head.kind.is_empty() { "text/plain" } else { &head.kind };
        work.untouched.push(place(within, &lexicon::text::visible(lexicon::text::cut(kind, 80))));
        return;
    }
    body::text(work, range, transfer, head.charset.as_deref(), &place(within, "body"));
}

fn deeper(within: &str, number: usize) -> String {
    if within.is_empty() { number.to_string() } else { format!("{within}.{number}") }
}

/// The parts between boundaries; false where there is none.
fn multipart(work: &mut Work<'_>, boundary: &str, range: Range<usize>, within: &str, depth: usize) -> bool {
    let raw = work.raw.get(range.clone()).unwrap_or_default();
    let mut delimiters: Vec<(Range<usize>, bool)> = Vec::new();
    for line in lines(raw) {
        let text = raw.get(line.clone()).unwrap_or_default().trim_ascii_end();
        let Some(rest) = text.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(boundary.as_bytes()))
        else {
            continue;
        };
        if rest.is_empty() || rest == b"--" {
            delimiters.push((line, !rest.is_empty()));
            if !rest.is_empty() {
                break;
            }
        }
        if delimiters.len() > MAX_PARTS {
            break;
        }
    }
    let Some((first, _)) = delimiters.first() else { return false };
    let aside = |work: &mut Work<'_>, part: Range<usize>, what: &str| {
        let part = range.start + part.start..range.start + part.end;
        body::text(work, part, Transfer::Identity, None, &place(within, what));
    };
    aside(work, 0..first.start, "preamble");
    for (at, (delimiter, closes)) in delimiters.iter().enumerate() {
        if *closes {
            aside(work, delimiter.end..raw.len(), "epilogue");
            break;
        }
        let end = delimiters.get(at + 1).map_or(raw.len(), |(next, _)| {
            // The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1).
            let before = raw.get(delimiter.end..next.start).unwrap_or_default();
            let before = before.strip_suffix(b"\n").unwrap_or(before);
            delimiter.end + before.strip_suffix(b"\r").unwrap_or(before).len()
        });
        let number = deeper(within, at + 1);
        let part = range.start + delimiter.end..range.start + end.max(delimiter.end);
        let (head, body) = header(work, part, &number);
        entity(work, &head, body, &number, depth + 1);
    }
    true
}
