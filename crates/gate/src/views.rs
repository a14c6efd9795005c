//! Views: one text, read in every encoding that could hide a name in it.
//!
//! Each view keeps, for every character, the range of the original text it came from, so that a finding can
//! be shown where it stands.

use std::collections::BTreeSet;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

/// Encodings inside encodings are opened this deep.
const DEPTH_LIMIT: u32 = 4;
/// The most views of one field; past it the field counts as uncheckable.
const VIEW_LIMIT: usize = 512;
/// The most characters over all views of one field; past it the field counts as uncheckable.
const CHAR_LIMIT: usize = 2_000_000;
/// The shortest run of base64 or hexadecimal that is opened: 8 characters carry 4 to 6 bytes, two kanji.
const ENCODED_MIN: usize = 8;

/// A text as read in one way.
#[derive(Clone)]
pub(crate) struct View {
    /// How it was read, outermost first: empty for the text itself.
    pub(crate) via: Vec<&'static str>,
    /// Its characters.
    pub(crate) chars: Vec<char>,
    /// For each character, the byte range of the original.
    pub(crate) ranges: Vec<(u32, u32)>,
}

impl View {
    fn of(text: &str) -> Self {
        let mut view = Self { via: Vec::new(), chars: Vec::new(), ranges: Vec::new() };
        for (at, c) in text.char_indices() {
            view.push(c, (offset(at), offset(at + c.len_utf8())));
        }
        view
    }

    fn child(&self, via: &'static str) -> Self {
        let mut path = self.via.clone();
        path.push(via);
        Self { via: path, chars: Vec::new(), ranges: Vec::new() }
    }

    fn push(&mut self, c: char, range: (u32, u32)) {
        self.chars.push(c);
        self.ranges.push(range);
    }

    fn span(&self, from: usize, to: usize) -> (u32, u32) {
        let start = self.ranges.get(from).map_or(0, |range| range.0);
        let end = to.checked_sub(1).and_then(|last| self.ranges.get(last)).map_or(start, |range| range.1);
        (start, end)
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// All views of a text. The second value is false where a limit was met, so that not everything was read.
pub(crate) fn views(text: &str) -> (Vec<View>, bool) {
    let mut all = vec![View::of(text)];
    let mut seen: BTreeSet<Vec<char>> = all.iter().map(|view| view.chars.clone()).collect();
    let mut spent = all[0].chars.len();
    let mut next = 0;
    while next < all.len() {
        let view = all[next].clone();
        next += 1;
        if view.via.len() as u32 >= DEPTH_LIMIT {
            continue;
        }
        let opened = children(&view);
        if opened.len() > VIEW_LIMIT {
            return (all, false);
        }
        for child in opened {
            if child.chars.is_empty() || !seen.insert(child.chars.clone()) {
                continue;
            }
            spent += child.chars.len();
            if all.len() >= VIEW_LIMIT || spent > CHAR_LIMIT {
                return (all, false);
            }
            all.push(child);
        }
    }
    (all, true)
}

fn children(view: &View) -> Vec<View> {
    let mut out = Vec::new();
    out.extend(without_tags(view));
    out.extend(escapes(view));
    out.extend(punycode(view));
    tokens(view, &mut out);
    out
}

/// Without `<…>`, which can split a name: `mi<b>ta</b>ho`.
fn without_tags(view: &View) -> Option<View> {
    let mut out = view.child("tags");
    let mut at = 0;
    let mut cut = false;
    while at < view.chars.len() {
        if matches!(view.chars[at], '<' | '＜')
            && let Some(end) =
                (at + 1..view.chars.len().min(at + 2000)).find(|&i| matches!(view.chars[i], '>' | '＞'))
        {
            at = end + 1;
            cut = true;
            continue;
        }
        out.push(view.chars[at], view.ranges[at]);
        at += 1;
    }
    cut.then_some(out)
}

/// Percent-encoding, quoted-printable, HTML character references and `\u` escapes.
fn escapes(view: &View) -> Option<View> {
    let mut out = view.child("escapes");
    let mut at = 0;
    let mut found = false;
    while at < view.chars.len() {
        if let Some((bytes, next)) = byte_run(view, at) {
            let span = view.span(at, next);
            for c in decode(&bytes).first().map(String::as_str).unwrap_or("").chars() {
                out.push(c, span);
            }
            at = next;
            found = true;
        } else if let Some((c, next)) = character(view, at) {
            let span = view.span(at, next);
            c.into_iter().for_each(|c| out.push(c, span));
            at = next;
            found = true;
        } else {
            out.push(view.chars[at], view.ranges[at]);
            at += 1;
        }
    }
    found.then_some(out)
}

/// A run of `%E3%81`, `=E3=81` or `\xE3\x81` with plain letters between, as bytes.
fn byte_run(view: &View, start: usize) -> Option<(Vec<u8>, usize)> {
    let mut at = start;
    let mut bytes = Vec::new();
    loop {
        let skip = match view.chars.get(at) {
            Some('%' | '=' | '％') => 1,
            Some('\\') if matches!(view.chars.get(at + 1), Some('x' | 'X')) => 2,
            _ => break,
        };
        if skip == 1 && view.chars.get(at) == Some(&'=') && soft_break(view, at).is_some() {
            at = soft_break(view, at)?;
            continue;
        }
        let Some(byte) = hex(view, at + skip, 2) else { break };
        bytes.push(byte as u8);
        at += skip + 2;
    }
    (!bytes.is_empty()).then_some((bytes, at))
}

/// A quoted-printable soft line break after `=`.
fn soft_break(view: &View, at: usize) -> Option<usize> {
    match (view.chars.get(at + 1), view.chars.get(at + 2)) {
        (Some('\r'), Some('\n')) => Some(at + 3),
        (Some('\n'), _) => Some(at + 2),
        _ => None,
    }
}

/// `&#26085;`, `&#x65E5;`, `&amp;`, `\u65e5`, `U+65E5`.
fn character(view: &View, at: usize) -> Option<(Option<char>, usize)> {
    let get = |i: usize| view.chars.get(i).copied();
    match get(at)? {
        '&' if get(at + 1) == Some('#') => {
            let (radix, from) =
                if matches!(get(at + 2), Some('x' | 'X')) { (16, at + 3) } else { (10, at + 2) };
            let mut end = from;
            let mut number = 0u32;
            while end - from < 8
                && let Some(digit) = get(end).and_then(|c| c.to_digit(radix))
            {
                number = number.saturating_mul(radix).saturating_add(digit);
                end += 1;
            }
            (end > from).then(|| (char::from_u32(number), end + usize::from(get(end) == Some(';'))))
        }
        '&' => {
            let named = [
                ("amp;", '&'),
                ("lt;", '<'),
                ("gt;", '>'),
                ("quot;", '"'),
                ("nbsp;", ' '),
                ("period;", '.'),
                ("commat;", '@'),
            ];
            named.iter().find_map(|(name, c)| {
                name.chars()
                    .enumerate()
                    .all(|(i, n)| get(at + 1 + i) == Some(n))
                    .then(|| (Some(*c), at + 1 + name.len()))
            })
        }
        '\\' if matches!(get(at + 1), Some('u' | 'U')) => {
            Some((char::from_u32(hex(view, at + 2, 4)?), at + 6))
        }
        'U' | 'u' if get(at + 1) == Some('+') => Some((char::from_u32(hex(view, at + 2, 4)?), at + 6)),
        _ => None,
    }
}

fn hex(view: &View, at: usize, digits: usize) -> Option<u32> {
    (at..at + digits).try_fold(0u32, |n, i| Some(n * 16 + view.chars.get(i)?.to_digit(16)?))
}

/// With `xn--` labels in Unicode.
fn punycode(view: &View) -> Option<View> {
    let mut out = view.child("punycode");
    let mut at = 0;
    let mut found = false;
    while at < view.chars.len() {
        let end = (at..view.chars.len()).find(|&i| !is_label(view.chars[i])).unwrap_or(view.chars.len());
        let label: String = view.chars[at..end].iter().map(char::to_ascii_lowercase).collect();
        if let Some(start) = label.find("xn--").filter(|_| label.len() <= 300) {
            let (unicode, _) = idna::domain_to_unicode(label.get(start..).unwrap_or(""));
            let span = view.span(at, end);
            unicode.chars().for_each(|c| out.push(c, span));
            found = true;
        } else {
            (at..end).for_each(|i| out.push(view.chars[i], view.ranges[i]));
        }
        if end < view.chars.len() {
            out.push(view.chars[end], view.ranges[end]);
        }
        at = end + 1;
    }
    found.then_some(out)
}

fn is_label(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

/// Every base64 and hexadecimal run, opened: each a view of its own.
fn tokens(view: &View, out: &mut Vec<View>) {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    let mut at = 0;
    // One past the limit is enough for `views` to see that the limit was met.
    while at < view.chars.len() && out.len() <= VIEW_LIMIT {
        if !is_part(view.chars[at]) {
            at += 1;
            continue;
        }
        let start = at;
        // A line break inside a long run folds it, as MIME does.
        let mut token = String::new();
        while at < view.chars.len() {
            let c = view.chars[at];
            if is_part(c) {
                token.push(c);
            } else if !(matches!(c, '\r' | '\n')
                && token.len() >= 48
                && view.chars.get(at + 1).is_some_and(|&n| is_part(n) || n == '\n'))
            {
                break;
            }
            at += 1;
        }
        if token.len() < ENCODED_MIN {
            continue;
        }
        let span = view.span(start, at);
        let mut add = |via: &'static str, text: &str| {
            let mut child = view.child(via);
            text.chars().for_each(|c| child.push(c, span));
            out.push(child);
        };
        let hex_digits: String = token.chars().filter(char::is_ascii_hexdigit).collect();
        if hex_digits.len() == token.len() && token.len().is_multiple_of(2) {
            let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(token.as_bytes()).unwrap_or_default();
            decode(&bytes).iter().for_each(|text| add("hex", text));
        }
        // Where the run began may not be where the encoding began (`q=` before it, a path around it): try
        // each separator and each alignment.
        for piece in token.split(['=', '/', '-', '_']).chain(std::iter::once(token.trim_matches('='))) {
            for skip in 0..4usize.min(piece.len()) {
                let Some(aligned) = piece.get(skip..).filter(|aligned| aligned.len() >= ENCODED_MIN - 2)
                else {
                    continue;
                };
                let whole = aligned.len() - usize::from(aligned.len() % 4 == 1);
                let Some(aligned) = aligned.get(..whole) else { continue };
                let mut lenient = data_encoding::Specification::new();
                lenient.symbols.push_str(if aligned.contains(['-', '_']) {
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                } else {
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
                });
                lenient.check_trailing_bits = false;
                let strict = BASE64_NOPAD
                    .decode(aligned.as_bytes())
                    .or_else(|_| BASE64URL_NOPAD.decode(aligned.as_bytes()));
                let bytes = strict.ok().or_else(|| lenient.encoding().ok()?.decode(aligned.as_bytes()).ok());
                for text in decode(&bytes.unwrap_or_default()) {
                    add("base64", &text);
                }
            }
        }
    }
}

/// The texts that bytes could be: those that decode without a fault and look like text.
fn decode(bytes: &[u8]) -> Vec<String> {
    if bytes.len() < 2 {
        return std::str::from_utf8(bytes).map(|text| vec![text.to_owned()]).unwrap_or_default();
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !bytes.contains(&0)
        && !bytes.contains(&0x1b)
    {
        return vec![text.to_owned()];
    }
    let encodings = [
        encoding_rs::ISO_2022_JP,
        encoding_rs::SHIFT_JIS,
        encoding_rs::EUC_JP,
        encoding_rs::UTF_16LE,
        encoding_rs::UTF_16BE,
    ];
    let mut out: Vec<String> = encodings
        .iter()
        .filter_map(|encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes))
        .map(|text| text.into_owned())
        .collect();
    // Bytes cut mid-character at either end still hold the name in their middle.
    out.push(String::from_utf8_lossy(bytes).into_owned());
    out.retain(|text| {
        let (mut good, mut all) = (0usize, 0usize);
        for c in text.chars() {
            all += 1;
            good += usize::from(c.is_alphanumeric() || c.is_whitespace() || c.is_ascii_punctuation());
        }
        good * 10 >= all * 6
    });
    out.dedup();
    out
}
