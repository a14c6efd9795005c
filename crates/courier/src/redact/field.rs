//! Header fields: raw text, encoded-words (RFC 2047), parameters (RFC 2045, RFC 2231).

use std::ops::Range;

use data_encoding::{BASE64, BASE64_MIME_PERMISSIVE};

use super::{Edit, Work, charset};

/// Parameters without which the mail could not be taken apart.
const STRUCTURE: [&str; 11] = [
    "boundary",
    "charset",
    "type",
    "start",
    "protocol",
    "micalg",
    "format",
    "delsp",
    "report-type",
    "access-type",
    "smime-type",
];

/// Bytes of the longest encoded-word that is read.
const WORD_BYTES: usize = 16 << 10;

/// Replaces terms in one field. `value` is what stands behind the colon, without the last line end.
pub(super) fn field(work: &mut Work<'_>, name: &str, value: Range<usize>, place: &str) {
    match name {
        "content-transfer-encoding" | "mime-version" => {}
        "content-type" | "content-disposition" => parameters(work, value, place),
        _ => text(work, value, place),
    }
}

/// An encoded-word.
struct Word {
    range: Range<usize>,
    label: String,
    bytes: Vec<u8>,
}

/// Free text with encoded-words in it.
fn text(work: &mut Work<'_>, value: Range<usize>, place: &str) {
    let mut at = value.start;
    let mut raw_from = at;
    while at < value.end {
        let Some(first) = word_at(work.raw, at, value.end) else {
            at += 1;
            continue;
        };
        raw(work, raw_from..at, place);
        at = first.range.end;
        let mut words = vec![first];
        // Words with nothing but white space between them are one text.
        loop {
            let rest = work.raw.get(at..value.end).unwrap_or_default();
            let space = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let Some(next) = word_at(work.raw, at + space, value.end) else { break };
            at = next.range.end;
            words.push(next);
        }
        run(work, &words, place);
        raw_from = at;
    }
    raw(work, raw_from..value.end, place);
}

/// Text as it stands.
fn raw(work: &mut Work<'_>, range: Range<usize>, place: &str) {
    let bytes = work.raw.get(range.clone()).unwrap_or_default();
    if let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.contains(&0x1b)
    {
        let found = work.terms.find(text);
        work.note(place, &found);
        work.edits.extend(found.iter().map(|found| Edit {
            range: range.start + found.start..range.start + found.end,
            bytes: work.terms.mark(found.term).as_bytes().to_vec(),
        }));
        return;
    }
    let encoding = charset::of(bytes, None);
    let Some(text) = charset::read(bytes, encoding) else { return };
    let found = work.terms.find(&text);
    if found.is_empty() {
        return;
    }
    match charset::write(&work.terms.replace(&text, &found), encoding) {
        Some(bytes) => {
            work.note(place, &found);
            work.edits.push(Edit { range, bytes });
        }
        None => work.leave(place, &found),
    }
}

/// A run of encoded-words: one text, however it was cut.
fn run(work: &mut Work<'_>, words: &[Word], place: &str) {
    let mut text = String::new();
    let mut rest = words;
    while let Some(first) = rest.first() {
        // Some programs cut inside a character: words of one charset are read together.
        let same = rest.iter().take_while(|word| word.label.eq_ignore_ascii_case(&first.label)).count();
        let (group, after) = rest.split_at(same);
        let bytes: Vec<u8> = group.iter().flat_map(|word| word.bytes.iter().copied()).collect();
        let together = charset::of(&bytes, Some(&first.label));
        let separate: Option<String> = group
            .iter()
            .map(|word| charset::read(&word.bytes, charset::of(&word.bytes, Some(&word.label))))
            .collect();
        match separate.or_else(|| charset::read(&bytes, together)) {
            Some(read) => text.push_str(&read),
            // It cannot be read, so nobody reads a name in it; nor is it joined with what can.
            None => text.push('\u{fffd}'),
        }
        rest = after;
    }
    let found = work.terms.find(&text);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
    if found.is_empty() {
        return;
    }
    if text.contains('\u{fffd}') {
        return work.leave(place, &found);
    }
    let new = work.terms.replace(&text, &found);
    let range = first.range.start..last.range.end;
    work.note(place, &found);
    work.edits.push(Edit { range, bytes: encode(&new, ending(work.raw)).into_bytes() });
}

/// How the mail ends its lines.
pub(super) fn ending(raw: &[u8]) -> &'static str {
    match memchr::memchr(b'\n', raw) {
        Some(at) if at == 0 || raw.get(at - 1) != Some(&b'\r') => "\n",
        _ => "\r\n",
    }
}

/// Encoded-words of a text, at most 75 characters each (RFC 2047 §2), folded.
fn encode(text: &str, ending: &str) -> String {
    let mut words = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut chunk = lexicon::text::cut(rest, 45);
        if chunk.is_empty() {
            chunk = rest;
        }
        words.push(format!("=?UTF-8?B?{}?=", BASE64.encode(chunk.as_bytes())));
        rest = rest.get(chunk.len()..).unwrap_or_default();
    }
    words.join(&format!("{ending} "))
}

/// The encoded-word at `at`.
fn word_at(raw: &[u8], at: usize, end: usize) -> Option<Word> {
    let input = raw.get(at..end)?;
    let rest = input.strip_prefix(b"=?")?;
    let label_end = memchr::memchr(b'?', rest.get(..60.min(rest.len()))?)?;
    let label = std::str::from_utf8(rest.get(..label_end)?).ok()?;
    if label.is_empty() || !label.bytes().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let kind = rest.get(label_end + 1)?.to_ascii_lowercase();
    if rest.get(label_end + 2) != Some(&b'?') {
        return None;
    }
    let text = rest.get(label_end + 3..)?;
    // Far beyond the 75 characters of the RFC, which many senders ignore.
    let length = memchr::memmem::find(text.get(..text.len().min(WORD_BYTES))?, b"?=")?;
    let text = text.get(..length)?;
    // Long words are common; what spans lines is none.
    if text.iter().any(|b| matches!(b, b'\r' | b'\n')) {
        return None;
    }
    let bytes = match kind {
        b'b' => {
            let clean: Vec<u8> =
                text.iter().copied().filter(|b| !b.is_ascii_whitespace() && *b != b'=').collect();
            let mut padded = clean;
            while !padded.len().is_multiple_of(4) {
                padded.push(b'=');
            }
            BASE64_MIME_PERMISSIVE.decode(&padded).ok()?
        }
        b'q' => escaped(text, b'='),
        _ => return None,
    };
    let range = at..at + 2 + label_end + 3 + length + 2;
    Some(Word { range, label: label.to_owned(), bytes })
}

/// The Q encoding (RFC 2047 §4.2), or percent encoding (RFC 2231 §4), by its sign.
fn escaped(text: &[u8], sign: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let digit = |at: usize| text.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, digit(at + 1), digit(at + 2)) {
            (byte, Some(high), Some(low)) if byte == sign => {
                out.push(u8::try_from(high << 4 | low).unwrap_or_default());
                at += 2;
            }
            (b'_', ..) if sign == b'=' => out.push(b' '),
            _ => out.push(byte),
        }
        at += 1;
    }
    out
}

/// A piece of a value (RFC 2231 §3).
struct Slice {
    /// The whole parameter, without the semicolon before it.
    chunk: Range<usize>,
    /// What stands behind its equals sign.
    told: Range<usize>,
    /// Percent-encoded.
    coded: bool,
}

/// A field with parameters: only those that name something are looked into.
fn parameters(work: &mut Work<'_>, value: Range<usize>, place: &str) {
    let bytes = work.raw.get(value.clone()).unwrap_or_default();
    let mut chunks: Vec<Range<usize>> = Vec::new();
    let (mut from, mut in_quotes, mut escaped) = (0, false, false);
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_quotes => escaped = true,
            b'"' => in_quotes = !in_quotes,
            b';' if !in_quotes => {
                chunks.push(value.start + from..value.start + at);
                from = at + 1;
            }
            _ => {}
        }
    }
    chunks.push(value.start + from..value.end);
    // Pieces of one value: `filename*0*`, `filename*1*` … (RFC 2231 §3, §4).
    let mut extended: Vec<(String, Vec<Slice>)> = Vec::new();
    for chunk in chunks.into_iter().skip(1) {
        let text = work.raw.get(chunk.clone()).unwrap_or_default();
        let Some(equals) = memchr::memchr(b'=', text) else { continue };
        let name =
            String::from_utf8_lossy(text.get(..equals).unwrap_or_default()).trim().to_ascii_lowercase();
        let base = name.split('*').next().unwrap_or_default().to_owned();
        if STRUCTURE.contains(&base.as_str()) {
            continue;
        }
        let told = chunk.start + equals + 1..chunk.end;
        if name.contains('*') {
            let piece = Slice { coded: name.ends_with('*'), chunk, told };
            match extended.iter_mut().find(|(known, _)| *known == base) {
                Some((_, pieces)) => pieces.push(piece),
                None => extended.push((base, vec![piece])),
            }
        } else {
            self::text(work, told, place);
        }
    }
    for (base, pieces) in extended {
        self::extended(work, &base, &pieces, place);
    }
}

/// A value in pieces, percent-encoded in the charset that the first names.
fn extended(work: &mut Work<'_>, base: &str, pieces: &[Slice], place: &str) {
    let mut bytes = Vec::new();
    let mut label = None;
    for (at, Slice { told, coded, .. }) in pieces.iter().enumerate() {
        let mut text = work.raw.get(told.clone()).unwrap_or_default().trim_ascii();
        if let [b'"', inner @ .., b'"'] = text {
            text = inner;
        }
        if at == 0 && *coded {
            let mut parts = text.splitn(3, |b| *b == b'\'');
            if let (Some(charset), Some(_), Some(rest)) = (parts.next(), parts.next(), parts.next()) {
                label = Some(String::from_utf8_lossy(charset).into_owned());
                text = rest;
            }
        }
        if *coded { bytes.extend(escaped(text, b'%')) } else { bytes.extend_from_slice(text) }
    }
    let Some(text) = charset::read(&bytes, charset::of(&bytes, label.as_deref())) else { return };
    let found = work.terms.find(&text);
    if found.is_empty() {
        return;
    }
    let mut value = format!(" {base}*=UTF-8''");
    for byte in work.terms.replace(&text, &found).bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => value.push(char::from(byte)),
            byte => value.push_str(&format!("%{byte:02X}")),
        }
    }
    work.note(place, &found);
    for (at, Slice { chunk, .. }) in pieces.iter().enumerate() {
        let edit = match at {
            0 => Edit { range: chunk.clone(), bytes: value.clone().into_bytes() },
            // With the semicolon before it.
            _ => Edit { range: chunk.start - 1..chunk.end, bytes: Vec::new() },
        };
        work.edits.push(edit);
    }
}
