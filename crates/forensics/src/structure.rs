//! The MIME tree of one mail, found in one pass over its bytes (RFC 2046 §5.1).
//!
//! A boundary counts only where it fills a line. Multiparts that are never closed end where an outer boundary or
//! the mail ends. Depth and number of parts are limited: what lies beyond stays part of the last part's bytes.

use memchr::memmem;

use crate::header::{self, Block};
use crate::limits::Limits;
use crate::params::{self, Value};

/// One part: a leaf with its encoded body, or a multipart.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    /// Its place in the tree: `1`, `1.2` …
    pub(crate) number: String,
    pub(crate) block: Block<'a>,
    pub(crate) content_type: Value,
    /// The encoded body of a leaf; the preamble of a multipart.
    pub(crate) body: &'a [u8],
    pub(crate) multipart: bool,
    /// The nearest multipart/alternative around it.
    pub(crate) alternative: Option<usize>,
}

/// The parts of a mail, in its order; the first is the mail itself.
#[derive(Debug, Default)]
pub(crate) struct Structure<'a> {
    pub(crate) parts: Vec<Part<'a>>,
    /// Oddity id and place (`part:1.2`).
    pub(crate) oddities: Vec<(&'static str, String)>,
}

struct Open<'a> {
    boundary: &'a [u8],
    part: usize,
    children: usize,
    digest: bool,
    alternative: Option<usize>,
}

/// Preamble bytes in which a multipart's first boundary is looked for.
const PREAMBLE_BYTES: usize = 1 << 20;

/// Longest boundary taken for one: RFC 2046 allows 70, senders go beyond.
const BOUNDARY_BYTES: usize = 250;

/// Splits `raw`; `parts_left` counts down over all mails of one reading.
pub(crate) fn split<'a>(raw: &'a [u8], limits: &Limits, parts_left: &mut usize) -> Structure<'a> {
    let mut out = Structure::default();
    let mut open: Vec<Open<'a>> = Vec::new();
    let finder = memmem::Finder::new(b"\n--");
    let mut at = 0;
    let mut top = true;
    loop {
        let rest = raw.get(at..).unwrap_or(&[]);
        let block = header::read(rest, limits.headers, top);
        top = false;
        let (number, digest, alternative) = match open.last_mut() {
            None => ("1".to_owned(), false, None),
            Some(parent) => {
                parent.children += 1;
                let number = out.parts.get(parent.part).map_or("1", |p| p.number.as_str());
                (format!("{number}.{}", parent.children), parent.digest, parent.alternative)
            }
        };
        let mut content_type = block.get("content-type").map(params::parse).unwrap_or_default();
        if content_type.word.is_empty() {
            content_type.word = if digest { "message/rfc822" } else { "text/plain" }.to_owned();
        }
        for (id, byte) in &block.oddities {
            out.oddities.push((id, format!("byte:{}", at + byte)));
        }
        *parts_left = parts_left.saturating_sub(1);
        let body_start = at + block.body;
        let index = out.parts.len();
        let mut multipart = content_type.word.starts_with("multipart/");
        if multipart {
            let body = raw.get(body_start..).unwrap_or(&[]);
            let (boundary, oddity) = find_boundary(&content_type, body);
            if let Some(id) = oddity {
                out.oddities.push((id, format!("part:{number}")));
            }
            match boundary {
                Some(_) if open.len() >= limits.multipart_depth => {
                    out.oddities.push(("mime-depth-limit", format!("part:{number}")));
                    multipart = false;
                }
                Some(boundary) => {
                    let is_alternative = content_type.word == "multipart/alternative";
                    open.push(Open {
                        boundary,
                        part: index,
                        children: 0,
                        digest: content_type.word == "multipart/digest",
                        alternative: if is_alternative { Some(index) } else { alternative },
                    });
                }
                None => multipart = false,
            }
        }
        out.parts.push(Part { number, block, content_type, body: &[], multipart, alternative });
        // From here to the next boundary line of any open multipart.
        let mut from = body_start;
        let mut leaf = Some(index);
        let next = loop {
            let found = if *parts_left == 0 { None } else { next_boundary(raw, from, &open, &finder) };
            let Some(found) = found else {
                break None;
            };
            if let Some(leaf) = leaf.take().and_then(|i| out.parts.get_mut(i)) {
                leaf.body = trim_line_end(raw.get(body_start..found.line).unwrap_or(&[]));
            }
            while open.len() > found.open + 1 {
                if let Some(lost) = open.pop() {
                    let number = out.parts.get(lost.part).map_or("", |p| p.number.as_str());
                    out.oddities.push(("multipart-unterminated", format!("part:{number}")));
                }
            }
            if !found.close {
                break Some(found.next);
            }
            open.pop();
            from = found.next;
            if open.is_empty() {
                let epilogue = raw.get(from..).unwrap_or(&[]);
                if epilogue.iter().any(|b| !b.is_ascii_whitespace() && *b != 0) {
                    out.oddities.push(("multipart-epilogue", format!("byte:{from}")));
                }
                break None;
            }
        };
        match next {
            Some(next) => at = next,
            None => {
                if let Some(leaf) = leaf.and_then(|i| out.parts.get_mut(i)) {
                    leaf.body = raw.get(body_start..).unwrap_or(&[]);
                    if *parts_left == 0 && !open.is_empty() {
                        out.oddities.push(("mime-parts-limit", format!("part:{}", leaf.number)));
                    }
                }
                for lost in open {
                    if let Some(part) = out.parts.get_mut(lost.part) {
                        if lost.children == 0 {
                            part.multipart = false;
                        }
                        out.oddities.push(("multipart-unterminated", format!("part:{}", part.number)));
                    }
                }
                return out;
            }
        }
    }
}

struct Found {
    /// Where the boundary line starts.
    line: usize,
    /// Where the line after it starts.
    next: usize,
    /// Which open multipart it belongs to.
    open: usize,
    close: bool,
}

fn next_boundary(raw: &[u8], from: usize, open: &[Open<'_>], finder: &memmem::Finder<'_>) -> Option<Found> {
    if open.is_empty() {
        return None;
    }
    // The line at `from` itself may be a boundary: look from the line end before it.
    let mut at = from.saturating_sub(1);
    if from == 0
        && raw.starts_with(b"--")
        && let Some(found) = boundary_line(raw, 0, open)
    {
        return Some(found);
    }
    loop {
        let line = at + finder.find(raw.get(at..)?)? + 1;
        if let Some(found) = boundary_line(raw, line, open) {
            return Some(found);
        }
        at = line;
    }
}

/// The innermost open multipart whose boundary fills the line at `line`.
fn boundary_line(raw: &[u8], line: usize, open: &[Open<'_>]) -> Option<Found> {
    let rest = raw.get(line + 2..)?;
    for (index, candidate) in open.iter().enumerate().rev() {
        let Some(tail) = rest.strip_prefix(candidate.boundary) else {
            continue;
        };
        let (close, tail) = match tail.strip_prefix(b"--") {
            Some(tail) => (true, tail),
            None => (false, tail),
        };
        let blank = tail.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
        let end = match tail.get(blank) {
            None => raw.len(),
            Some(b'\n') => raw.len() - tail.len() + blank + 1,
            // `--BND--text`: closing lines with something behind them do occur; opening ones do not count.
            Some(_) => continue,
        };
        return Some(Found { line, next: end, open: index, close });
    }
    None
}

/// Without the line end that belongs to the boundary.
fn trim_line_end(body: &[u8]) -> &[u8] {
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    body.strip_suffix(b"\r").unwrap_or(body)
}

/// The boundary of a multipart: the declared one if it occurs, else the one that its body shows.
fn find_boundary<'a>(content_type: &Value, body: &'a [u8]) -> (Option<&'a [u8]>, Option<&'static str>) {
    let window = body.get(..PREAMBLE_BYTES).unwrap_or(body);
    let declared = content_type.param("boundary").map(str::trim_end).filter(|b| !b.is_empty());
    if let Some(declared) = declared {
        let mut line = Vec::with_capacity(declared.len() + 2);
        line.extend_from_slice(b"--");
        line.extend_from_slice(declared.as_bytes());
        for at in memmem::find_iter(window, &line) {
            if (at == 0 || window.get(at - 1) == Some(&b'\n'))
                && let Some(boundary) = body.get(at + 2..at + line.len())
            {
                return (Some(boundary), None);
            }
        }
    }
    let oddity = if declared.is_some() { "multipart-boundary-absent" } else { "multipart-boundary-missing" };
    (guess(window), Some(oddity))
}

/// The first line that starts with `--` and is followed by a MIME header.
fn guess(window: &[u8]) -> Option<&[u8]> {
    let mut at = 0;
    while at < window.len() {
        let rest = window.get(at..)?;
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..end)?.trim_ascii_end();
        if let Some(boundary) = line.strip_prefix(b"--")
            && (1..=BOUNDARY_BYTES).contains(&boundary.len())
            && rest.get(end + 1..end + 9).is_some_and(|next| next.eq_ignore_ascii_case(b"content-"))
        {
            return Some(boundary);
        }
        at += end + 1;
    }
    None
}
