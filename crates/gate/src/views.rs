//! Views: one text, read in every encoding that could hide a name in it.
//!
//! Each view keeps, for every character, the range of the original text it came from, so that a finding can
//! be shown where it stands.

use std::collections::BTreeSet;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

/// Encodings inside encodings are opened this deep.
const DEPTH_LIMIT: usize = 4;
/// The most views of one field; past it the field counts as uncheckable.
const VIEW_LIMIT: usize = 512;
/// Stands between decoded pieces that are gathered in one view: no name is found across it.
pub(crate) const BARRIER: char = '\u{e000}';
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
        for child in children(&view) {
            if child.chars.is_empty() || !seen.insert(child.chars.clone()) {
                continue;
            }
            spent += child.chars.len();
            // An encoding inside more encodings than are opened is a place that was not looked into.
            if view.via.len() >= DEPTH_LIMIT || all.len() >= VIEW_LIMIT || spent > CHAR_LIMIT {
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
    out.extend(encoded_words(view));
    out.extend(tokens(view));
    out
}

/// Without `<…>`, which can split a name: `mi<b>ta</b>ho`.
fn without_tags(view: &View) -> Option<View> {
    let mut out = view.child("tags");
    let mut at = 0;
    let mut cut = false;
    while at < view.chars.len() {
        if matches!(view.chars[at], '<' | '＜')
            && let Some(end) = tag_end(view, at)
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

/// The end of a tag or, where one begins here, of a comment, which may hold `>` itself.
fn tag_end(view: &View, at: usize) -> Option<usize> {
    let near = at + 1..view.chars.len().min(at + 2000);
    if view.chars.get(at..at + 4) == Some(&['<', '!', '-', '-']) {
        return near.clone().find(|&i| i > at + 5 && view.chars.get(i - 2..=i) == Some(&['-', '-', '>']));
    }
    near.into_iter().find(|&i| matches!(view.chars[i], '>' | '＞'))
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
                ("hyphen;", '-'),
                ("shy;", '\u{ad}'),
                ("zwj;", '\u{200d}'),
                ("zwnj;", '\u{200c}'),
            ];
            named.iter().find_map(|(name, c)| {
                name.chars()
                    .enumerate()
                    .all(|(i, n)| get(at + 1 + i) == Some(n))
                    .then(|| (Some(*c), at + 1 + name.len()))
            })
        }
        '\\' | '%' if matches!(get(at + 1), Some('u' | 'U')) => {
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

/// RFC 2047 encoded words, decoded in place; neighbours of one charset are joined before decoding, because a
/// name may be split between them in mid-character.
fn encoded_words(view: &View) -> Option<View> {
    let text: String = view.chars.iter().collect();
    if !text.contains("=?") {
        return None;
    }
    let mut out = view.child("encoded-word");
    let mut found = false;
    let mut at = 0;
    while at < view.chars.len() {
        let Some((charset, mut bytes, mut next)) = encoded_word(view, at) else {
            out.push(view.chars[at], view.ranges[at]);
            at += 1;
            continue;
        };
        loop {
            let gap = (next..view.chars.len()).find(|&i| !view.chars[i].is_whitespace()).unwrap_or(next);
            match encoded_word(view, gap) {
                Some((other, more, end)) if other == charset => {
                    bytes.extend(more);
                    next = end;
                }
                _ => break,
            }
        }
        let span = view.span(at, next);
        let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
        encoding.decode_without_bom_handling(&bytes).0.chars().for_each(|c| out.push(c, span));
        found = true;
        at = next;
    }
    found.then_some(out)
}

/// `=?charset?B|Q?text?=` at this place: charset in lower case, bytes, and where it ends.
fn encoded_word(view: &View, at: usize) -> Option<(String, Vec<u8>, usize)> {
    if view.chars.get(at..at + 2)? != ['=', '?'] {
        return None;
    }
    let field = |from: usize| -> Option<(String, usize)> {
        let end = (from..view.chars.len().min(from + 400)).find(|&i| view.chars[i] == '?')?;
        Some((view.chars.get(from..end)?.iter().collect(), end + 1))
    };
    let (charset, next) = field(at + 2)?;
    let (encoding, next) = field(next)?;
    let (text, next) = field(next)?;
    if view.chars.get(next) != Some(&'=') {
        return None;
    }
    let bytes = match encoding.as_str() {
        "B" | "b" => lenient_base64(text.trim_end_matches('='))?,
        "Q" | "q" => with_ascii(&text.replace('_', " ")),
        _ => return None,
    };
    Some((charset.to_ascii_lowercase(), bytes, next + 1))
}

/// The bytes of a text in which `%XX` and `=XX` stand for bytes and every other character for itself: the way
/// Shift_JIS comes, whose second bytes are often plain letters.
fn with_ascii(text: &str) -> Vec<u8> {
    let view = View::of(text);
    let mut bytes = Vec::new();
    let mut at = 0;
    while let Some(&c) = view.chars.get(at) {
        match c {
            '%' | '=' | '％' if hex(&view, at + 1, 2).is_some() => {
                bytes.push(hex(&view, at + 1, 2).unwrap_or(0) as u8);
                at += 3;
            }
            c => {
                let mut buffer = [0; 4];
                bytes.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
                at += 1;
            }
        }
    }
    bytes
}

fn lenient_base64(text: &str) -> Option<Vec<u8>> {
    let strict = BASE64_NOPAD.decode(text.as_bytes()).or_else(|_| BASE64URL_NOPAD.decode(text.as_bytes()));
    if let Ok(bytes) = strict {
        return Some(bytes);
    }
    let mut lenient = data_encoding::Specification::new();
    lenient.symbols.push_str(if text.contains(['-', '_']) {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    } else {
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    });
    lenient.check_trailing_bits = false;
    lenient.encoding().ok()?.decode(text.as_bytes()).ok()
}

/// Every base64, hexadecimal and byte-escaped run, opened, and gathered in one view with barriers between.
fn tokens(view: &View) -> Option<View> {
    let mut out = view.child("encoded");
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut add = |text: &str, span: (u32, u32)| {
        if !text.is_empty() && seen.insert(text.to_owned()) {
            text.chars().for_each(|c| out.push(c, span));
            out.push(BARRIER, span);
        }
    };
    for (start, end) in runs(view, |c| !c.is_whitespace() && c != BARRIER) {
        let token: String = view.chars[start..end].iter().collect();
        if token.contains(['%', '=', '％']) {
            let bytes = with_ascii(&token);
            if bytes != token.as_bytes() {
                decode(&bytes).iter().for_each(|text| add(text, view.span(start, end)));
            }
        }
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    let mut pieces = runs(view, is_part);
    // A line break inside a long run folds it, as MIME does.
    pieces.extend(runs(view, |c| is_part(c) || matches!(c, '\r' | '\n')));
    for (start, end) in pieces {
        let token: String = view.chars[start..end].iter().filter(|c| !c.is_whitespace()).collect();
        if token.len() < ENCODED_MIN {
            continue;
        }
        let span = view.span(start, end);
        let digits = token.strip_prefix("0x").or_else(|| token.strip_prefix("0X")).unwrap_or(&token);
        if digits.len().is_multiple_of(2) && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).unwrap_or_default();
            decode(&bytes).iter().for_each(|text| add(text, span));
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
                let bytes = aligned.get(..whole).and_then(lenient_base64).unwrap_or_default();
                decode(&bytes).iter().for_each(|text| add(text, span));
            }
        }
    }
    (!out.chars.is_empty()).then_some(out)
}

/// The longest runs of characters that fit.
fn runs(view: &View, fits: impl Fn(char) -> bool) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, &c) in view.chars.iter().chain(std::iter::once(&BARRIER)).enumerate() {
        match (fits(c) && at < view.chars.len(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                out.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    out
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
