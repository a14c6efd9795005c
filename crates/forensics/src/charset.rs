//! Charset truth: what a part declares, what its bytes are, and what was used to read it.
//!
//! Japanese mail lies often: `iso-2022-jp` on Shift_JIS or UTF-8 bytes, no charset at all on JIS bytes, NEC and
//! IBM characters (㈱ ①) and half-width katakana that the label does not allow. So a declaration is believed
//! only as far as the bytes agree with it.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, WINDOWS_1252};

/// A way to read bytes as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Charset {
    /// One of the WHATWG Encoding Standard.
    Standard(&'static Encoding),
    /// The ISO-2022-JP family, read more widely than the standard does.
    Jis,
    /// ISO-2022-KR (RFC 1557).
    Iso2022Kr,
    /// HZ (RFC 1843).
    Hz,
    /// UTF-7 (RFC 2152).
    Utf7,
}

impl Charset {
    fn name(self) -> Cow<'static, str> {
        match self {
            Self::Standard(encoding) => {
                let name = encoding.name();
                if name.bytes().any(|b| b.is_ascii_uppercase()) {
                    Cow::Owned(name.to_ascii_lowercase())
                } else {
                    Cow::Borrowed(name)
                }
            }
            Self::Jis => Cow::Borrowed("iso-2022-jp"),
            Self::Iso2022Kr => Cow::Borrowed("iso-2022-kr"),
            Self::Hz => Cow::Borrowed("hz-gb-2312"),
            Self::Utf7 => Cow::Borrowed("utf-7"),
        }
    }

    /// The text, and whether some bytes could not be read.
    fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, bool) {
        match self {
            Self::Standard(encoding) => encoding.decode_without_bom_handling(bytes),
            Self::Jis => {
                let (text, bad) = jis(bytes);
                (Cow::Owned(text), bad)
            }
            Self::Iso2022Kr => eight_bit(bytes, EUC_KR, &[b"\x1b$)C"], b"\x0e", b"\x0f"),
            Self::Hz => eight_bit(bytes, GBK, &[b"~\n"], b"~{", b"~}"),
            Self::Utf7 => {
                let (text, bad) = utf7(bytes);
                (Cow::Owned(text), bad)
            }
        }
    }

    fn is_ascii_superset(self) -> bool {
        matches!(self, Self::Standard(encoding) if encoding.is_ascii_compatible())
    }

    fn is_single_byte(self) -> bool {
        matches!(self, Self::Standard(encoding) if encoding.is_single_byte())
    }
}

/// Decoded text, and how it was come by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// WHATWG name in lower case.
    pub used: Cow<'static, str>,
    /// What was declared, where it is not what was used.
    pub declared: Option<String>,
    /// What the bytes look like, where that was asked and is not what was declared; WHATWG name in lower case.
    pub detected: Option<Cow<'static, str>>,
    /// An oddity id, where the declaration was wrong.
    pub oddity: Option<&'static str>,
}

/// The charset that a label names; `None` for labels that say nothing (`unknown-8bit`, `default` …).
fn by_label(label: &str) -> Option<Charset> {
    let label = label.trim().trim_matches(|c: char| matches!(c, '"' | '\'')).trim();
    // RFC 2231 language suffix in encoded-words: `utf-8*ja`.
    let label = label.split('*').next().unwrap_or(label);
    let lower = label.to_ascii_lowercase();
    match lower.as_str() {
        "" => return None,
        "utf-7" | "unicode-1-1-utf-7" | "unicode-2-0-utf-7" | "utf7" => return Some(Charset::Utf7),
        "iso-2022-kr" | "csiso2022kr" => return Some(Charset::Iso2022Kr),
        "hz-gb-2312" | "hz" => return Some(Charset::Hz),
        _ => {}
    }
    if lower.starts_with("iso-2022-jp")
        || lower.starts_with("iso2022jp")
        || matches!(lower.as_str(), "csiso2022jp" | "jis" | "cp50220" | "cp50221" | "cp50222" | "jis7")
    {
        return Some(Charset::Jis);
    }
    let standard = match lower.as_str() {
        "cp932" | "ms932" | "sjis-win" | "shift-jisx0213" | "shift_jisx0213" | "sjis" | "shiftjis"
        | "x-ms-cp932" | "windows-932" => Some(SHIFT_JIS),
        "eucjp" | "euc_jp" | "eucjp-ms" | "eucjp-win" | "euc-jisx0213" | "ujis" => Some(EUC_JP),
        "cp936" | "ms936" | "windows-936" | "euc-cn" | "euc_cn" => Some(GBK),
        "cp949" | "ms949" | "uhc" | "euckr" => Some(EUC_KR),
        "cp950" | "ms950" => Some(BIG5),
        "utf8mb4" | "utf-8mb4" | "utf_8" | "cp65001" | "utf-8-sig" => Some(UTF_8),
        "latin-1" | "iso8859_1" | "ansi" | "iso-8859" | "iso8859" => Some(WINDOWS_1252),
        _ => Encoding::for_label_no_replacement(lower.as_bytes()),
    };
    standard.map(Charset::Standard)
}

fn is_ascii_label(label: &str) -> bool {
    let lower = label.trim().to_ascii_lowercase();
    matches!(
        lower.as_str(),
        "us-ascii" | "ascii" | "ansi_x3.4-1968" | "iso646-us" | "iso_646.irv:1991" | "us"
    )
}

/// Decodes `bytes` by the label it was declared with, if the bytes bear it out, and by what they look like if not.
pub fn decode<'a>(bytes: &'a [u8], label: Option<&str>) -> Decoded<'a> {
    let label = label.map(str::trim).filter(|l| !l.is_empty());
    let declared = label.and_then(by_label);
    let unknown = label.is_some() && declared.is_none();
    if let Some((encoding, length)) = Encoding::for_bom(bytes)
        && (encoding == UTF_8 || bytes.len().is_multiple_of(2) && !(declared.is_some() && has_word(bytes)))
    {
        let body = bytes.get(length..).unwrap_or(&[]);
        let used = Charset::Standard(encoding);
        return tell(used, used.decode(body).0, label, declared, None);
    }
    let shifts = memchr::memchr3(0x1b, 0x0e, b'~', bytes).is_some();
    if bytes.is_ascii() && (!shifts || !has_escapes(bytes)) {
        let plain = declared.is_none_or(|d| d.is_ascii_superset() || d == Charset::Jis);
        if plain && declared != Some(Charset::Hz) {
            let text = Cow::Borrowed(std::str::from_utf8(bytes).unwrap_or(""));
            let used = match declared {
                Some(used) if !label.is_some_and(is_ascii_label) => used,
                _ => Charset::Standard(UTF_8),
            };
            let label = label.filter(|l| !is_ascii_label(l));
            return tell(used, text, label, declared, unknown.then_some("charset-unknown"));
        }
    }
    if let Some(used) = declared
        && !label.is_some_and(is_ascii_label)
        && let Some(text) = declared_holds(bytes, used)
    {
        return tell(used, text, label, declared, None);
    }
    if let Some(used) = declared.filter(|d| !d.is_single_byte() && *d != Charset::Jis)
        && std::str::from_utf8(bytes).is_err()
        && !has_jis_escape(bytes)
        && let (text, _) = used.decode(bytes)
        && mostly_read(&text)
    {
        return tell(used, text, label, declared, Some("charset-undecodable"));
    }
    // Cut in the middle of its last character, and good before that: what a broken-off mail leaves.
    if declared.is_none_or(|d| d == Charset::Standard(UTF_8)) && is_cut_utf8(bytes) {
        let used = Charset::Standard(UTF_8);
        return tell(used, used.decode(bytes).0, label, declared, Some("charset-undecodable"));
    }
    let (used, text, bad) = detect(bytes);
    let detected = (declared != Some(used)).then(|| used.name());
    if let Some(first) = declared
        && bad
    {
        // Nothing reads these bytes without loss: stay with the declaration unless the guess loses less.
        let by_label = first.decode(bytes).0;
        if lost(&by_label) <= lost(&text) {
            let told = tell(first, by_label, label, declared, Some("charset-undecodable"));
            return Decoded { detected, ..told };
        }
    }
    let oddity = match (label, declared) {
        (None, _) if used == Charset::Standard(UTF_8) => None,
        (None, _) => Some("charset-missing"),
        (Some(_), None) => Some("charset-unknown"),
        (Some(_), Some(d)) if d != used => Some("charset-mismatch"),
        _ if bad => Some("charset-undecodable"),
        _ => Some("charset-mismatch"),
    };
    Decoded { detected, ..tell(used, text, label, declared, oddity) }
}

/// UTF-8 with characters beyond ASCII, of which only the last is not whole.
fn is_cut_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| {
        error.error_len().is_none() && bytes.get(..error.valid_up_to()).is_some_and(|good| !good.is_ascii())
    })
}

/// ASCII letters in a row, as no text in UTF-16 has them: what stands before them is no byte order mark.
fn has_word(bytes: &[u8]) -> bool {
    /// Letters that are a word.
    const LETTERS: usize = 6;
    bytes
        .chunk_by(|a, b| a.is_ascii_alphabetic() == b.is_ascii_alphabetic())
        .any(|run| run.len() >= LETTERS && run.first().is_some_and(u8::is_ascii_alphabetic))
}

fn tell<'a>(
    used: Charset,
    text: Cow<'a, str>,
    label: Option<&str>,
    declared: Option<Charset>,
    oddity: Option<&'static str>,
) -> Decoded<'a> {
    let differs = label.filter(|_| declared != Some(used) || oddity == Some("charset-mismatch"));
    Decoded {
        text,
        used: used.name(),
        declared: differs.map(|l| l.to_ascii_lowercase()),
        detected: None,
        oddity,
    }
}

/// True if all but a few of the characters beyond ASCII could be read: one broken byte in a text does not prove
/// its label wrong.
fn mostly_read(text: &str) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if c == '\u{fffd}' { bad += 1 } else { good += 1 }
    }
    good >= bad * 20
}

fn lost(text: &str) -> usize {
    text.chars().filter(|&c| c == '\u{fffd}').count()
}

/// The text by the declared charset, unless the bytes speak against it.
fn declared_holds(bytes: &[u8], declared: Charset) -> Option<Cow<'_, str>> {
    if declared == Charset::Jis {
        // JIS is seven-bit: eight-bit bytes without one escape are something else.
        if !bytes.is_ascii() && !has_escapes(bytes) {
            return None;
        }
    } else if has_jis_escape(bytes) && bytes.is_ascii() {
        return None;
    }
    let (text, bad) = declared.decode(bytes);
    if bad {
        return None;
    }
    if declared != Charset::Standard(UTF_8) && looks_utf8(bytes, declared.is_single_byte()) {
        return None;
    }
    Some(text)
}

/// Characters beyond ASCII that must be well-formed UTF-8 before a multi-byte declaration is overruled.
const UTF8_PROOF: usize = 3;

/// True if `bytes` are UTF-8 with so many characters beyond ASCII that they can hardly be so by chance.
fn looks_utf8(bytes: &[u8], single_byte: bool) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let proof = if single_byte { 1 } else { UTF8_PROOF };
    text.chars().filter(|c| !c.is_ascii()).take(proof).count() == proof
}

fn has_escapes(bytes: &[u8]) -> bool {
    has_jis_escape(bytes)
        || memchr::memchr(0x0e, bytes).is_some()
        || memchr::memmem::find(bytes, b"~{").is_some()
        || memchr::memmem::find(bytes, b"\x1b(").is_some()
}

fn has_jis_escape(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0x1b, bytes).any(|at| {
        matches!(
            bytes.get(at + 1..at + 3),
            Some([b'$', b'@' | b'B' | b'(' | b'A']) | Some([b'(', b'B' | b'J' | b'I' | b'H'])
        )
    })
}

/// What `bytes` look like, their text, and whether some could not be read.
fn detect(bytes: &[u8]) -> (Charset, Cow<'_, str>, bool) {
    if has_jis_escape(bytes) {
        let (text, bad) = jis(bytes);
        if !bad {
            return (Charset::Jis, Cow::Owned(text), false);
        }
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Charset::Standard(UTF_8), Cow::Borrowed(text), false);
    }
    if nearly_utf8(bytes) {
        return (Charset::Standard(UTF_8), Cow::Owned(mixed(bytes)), true);
    }
    let used = guess(bytes);
    let (text, bad) = used.decode(bytes);
    if !bad {
        return (used, text, false);
    }
    if mostly_read(&text) {
        return (used, text, true);
    }
    let mut best = (used, lost(&text), text);
    // GB 18030 reads nearly everything, so it is tried only where the text looked like it.
    let wide = (used == Charset::Standard(GBK)).then_some(GB18030);
    for encoding in [UTF_8, SHIFT_JIS, EUC_JP].into_iter().chain(wide) {
        let other = Charset::Standard(encoding);
        let (text, _) = other.decode(bytes);
        let loss = lost(&text);
        if loss < best.1 && mostly_read(&text) {
            best = (other, loss, text);
        }
    }
    let bad = best.1 > 0;
    (best.0, best.2, bad)
}

/// True if `bytes` are UTF-8 but for a few broken places: a name cut within a character, garbage put into a text.
/// No other charset has so many sequences that are well-formed in UTF-8.
fn nearly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= 8 && good >= bad * 4
}

/// UTF-8 into which single bytes of windows-1252 were put: `©` and no-break spaces of a template. A byte at the
/// end, or several, are a character cut off.
fn mixed(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        out.push_str(chunk.valid());
        let plain_next = chunks.peek().is_some_and(|next| next.valid().starts_with(|c: char| c.is_ascii()));
        match chunk.invalid() {
            [] => {}
            [byte] if *byte >= 0xa0 && plain_next => out.push(char::from(*byte)),
            _ => out.push('\u{fffd}'),
        }
    }
    out
}

/// The label for file names in an archive that says nothing about their charset.
pub fn file_names(names: &[u8]) -> &'static str {
    if std::str::from_utf8(names).is_ok() {
        return "utf-8";
    }
    match guess(names) {
        Charset::Standard(encoding) => encoding.name(),
        _ => "shift_jis",
    }
}

/// Bytes that are looked at to guess a charset.
const GUESS_BYTES: usize = 16 << 10;

fn guess(bytes: &[u8]) -> Charset {
    let first = memchr_high(bytes);
    let sample = bytes.get(first.saturating_sub(64)..).unwrap_or(bytes);
    let whole = sample.len() <= GUESS_BYTES;
    let sample = sample.get(..GUESS_BYTES).unwrap_or(sample);
    // Kana tell Japanese from everything else, even in texts too short for statistics.
    let mut best: Option<(usize, Charset)> = None;
    for encoding in [SHIFT_JIS, EUC_JP] {
        let (text, bad) = encoding.decode_without_bom_handling(sample);
        if bad && whole {
            continue;
        }
        let kana = text.chars().filter(|c| matches!(c, '\u{3041}'..='\u{30fe}')).count();
        let strange = text
            .chars()
            .filter(|c| matches!(c, '\u{ff61}'..='\u{ff9f}' | '\u{fffd}' | '\u{e000}'..='\u{f8ff}'))
            .count();
        if kana > strange * 2 && best.is_none_or(|(most, _)| kana > most) {
            best = Some((kana, Charset::Standard(encoding)));
        }
    }
    if let Some((_, charset)) = best {
        return charset;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let plain = detector.guess(None, Utf8Detection::Deny);
    let high = sample.iter().filter(|b| **b >= 0x80).take(EAST_PROOF).count();
    if high >= EAST_PROOF && (plain == EUC_KR || plain == BIG5 || plain == GBK) {
        return Charset::Standard(plain);
    }
    // Western text has single accented letters between plain ones; only other text gets the Japanese hint.
    if high_runs(sample) {
        let hinted = detector.guess(Some(b"jp"), Utf8Detection::Deny);
        if mostly_read(&hinted.decode_without_bom_handling(sample).0) {
            return Charset::Standard(hinted);
        }
    }
    Charset::Standard(plain)
}

/// Bytes beyond ASCII from which on Korean and Chinese are told from Japanese without kana.
const EAST_PROOF: usize = 12;

fn memchr_high(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| *b >= 0x80).unwrap_or(0)
}

/// True if bytes beyond ASCII stand mostly in pairs, as two-byte charsets make them.
fn high_runs(bytes: &[u8]) -> bool {
    let mut alone = 0usize;
    let mut paired = 0usize;
    for window in bytes.windows(2) {
        if let [a, b] = window
            && *a >= 0x80
        {
            if *b >= 0x80 { paired += 1 } else { alone += 1 }
        }
    }
    paired > alone
}

/// Reads the ISO-2022-JP family: JIS X 0208 with the NEC and IBM rows, JIS X 0212, half-width katakana by escape
/// or shift, and stray eight-bit stretches, which are detected on their own.
///
/// JIS-Roman is read as ASCII: `\` and `~` of addresses and paths are what the sender typed.
fn jis(bytes: &[u8]) -> (String, bool) {
    #[derive(Clone, Copy, PartialEq)]
    enum Set {
        Ascii,
        Kana,
        X0208,
        X0212,
    }
    let mut out = String::with_capacity(bytes.len() * 3 / 2);
    let mut bad = false;
    let mut set = Set::Ascii;
    let mut rest = bytes;
    let mut double = Vec::new();
    while let Some(&first) = rest.first() {
        if first == 0x1b {
            let (next, length) = match rest {
                [_, b'$', b'@' | b'B', ..] => (Set::X0208, 3),
                // JIS X 0213 has the characters of JIS X 0208 in their places.
                [_, b'$', b'(', b'@' | b'B' | b'O' | b'Q', ..] => (Set::X0208, 4),
                [_, b'$', b'(', b'D', ..] => (Set::X0212, 4),
                [_, b'(', b'B' | b'J' | b'H', ..] => (Set::Ascii, 3),
                [_, b'(', b'I', ..] => (Set::Kana, 3),
                _ => {
                    out.push('\u{1b}');
                    (set, 1)
                }
            };
            set = next;
            rest = rest.get(length..).unwrap_or(&[]);
            continue;
        }
        if first == 0x0e || first == 0x0f {
            set = if first == 0x0e { Set::Kana } else { Set::Ascii };
            rest = rest.get(1..).unwrap_or(&[]);
            continue;
        }
        let end = rest.iter().position(|b| matches!(b, 0x1b | 0x0e | 0x0f)).unwrap_or(rest.len());
        let (mut run, after) = rest.split_at(end);
        // A line end takes the text back to ASCII, whatever was forgotten before it.
        if set != Set::Ascii
            && let Some(line) = memchr::memchr2(b'\r', b'\n', run)
        {
            let (head, _) = run.split_at(line);
            run = head;
            rest = rest.get(line..).unwrap_or(&[]);
            double.clear();
            let current = set;
            set = Set::Ascii;
            bad |= push_set(&mut out, run, current as u8, &mut double);
            continue;
        }
        rest = after;
        if set == Set::Ascii {
            if run.is_ascii() {
                out.push_str(std::str::from_utf8(run).unwrap_or(""));
            } else {
                let (text, lossy) = match std::str::from_utf8(run) {
                    Ok(text) => (Cow::Borrowed(text), false),
                    Err(_) => guess(run).decode(run),
                };
                out.push_str(&text);
                bad |= lossy;
            }
        } else {
            double.clear();
            bad |= push_set(&mut out, run, set as u8, &mut double);
        }
    }
    (out, bad)
}

/// Appends a run of a 94- or 94×94-character set (1 katakana, 2 JIS X 0208, 3 JIS X 0212) by way of EUC-JP;
/// true if something in it could not be read.
fn push_set(out: &mut String, run: &[u8], set: u8, euc: &mut Vec<u8>) -> bool {
    match set {
        1 => run.iter().for_each(|b| euc.extend_from_slice(&[0x8e, b | 0x80])),
        _ => {
            for pair in run.chunks(2) {
                match pair {
                    [a, b] if *a > 0x20 && *b > 0x20 => {
                        if set == 3 {
                            euc.push(0x8f);
                        }
                        euc.extend_from_slice(&[a | 0x80, b | 0x80]);
                    }
                    other => euc.extend_from_slice(other),
                }
            }
        }
    }
    let (text, bad) = EUC_JP.decode_without_bom_handling(euc);
    out.push_str(&text);
    bad
}

/// Reads a seven-bit form of an eight-bit charset: between `open` and `close`, bytes have their high bit set.
fn eight_bit<'a>(
    bytes: &[u8],
    encoding: &'static Encoding,
    dropped: &[&[u8]],
    open: &[u8],
    close: &[u8],
) -> (Cow<'a, str>, bool) {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    let mut shifted = false;
    while let Some((&first, after)) = rest.split_first() {
        if let Some(tail) = dropped.iter().find_map(|d| rest.strip_prefix(*d)) {
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix(open) {
            shifted = true;
            rest = tail;
        } else if let Some(tail) = rest.strip_prefix(close) {
            shifted = false;
            rest = tail;
        } else {
            if first == b'\n' {
                shifted = false;
            }
            out.push(if shifted && first > 0x20 { first | 0x80 } else { first });
            rest = after;
        }
    }
    let (text, bad) = encoding.decode_without_bom_handling(&out);
    (Cow::Owned(text.into_owned()), bad)
}

/// Reads UTF-7.
fn utf7(bytes: &[u8]) -> (String, bool) {
    let mut out = String::with_capacity(bytes.len());
    let mut bad = false;
    let mut rest = bytes;
    while let Some(at) = memchr::memchr(b'+', rest) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(&String::from_utf8_lossy(plain));
        let tail = tail.get(1..).unwrap_or(&[]);
        let length =
            tail.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).count();
        let (coded, after) = tail.split_at(length);
        if coded.is_empty() {
            out.push('+');
        } else {
            let units = crate::transfer::base64(coded);
            let units = units.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]]));
            for c in char::decode_utf16(units) {
                bad |= c.is_err();
                out.push(c.unwrap_or('\u{fffd}'));
            }
        }
        rest = after.strip_prefix(b"-").unwrap_or(after);
    }
    out.push_str(&String::from_utf8_lossy(rest));
    (out, bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], label: Option<&str>, text: &str, used: &str, oddity: Option<&str>) {
        let got = decode(bytes, label);
        assert_eq!((got.text.as_ref(), got.used.as_ref(), got.oddity), (text, used, oddity), "{bytes:?}");
    }

    #[test]
    fn a_text_that_is_cut_in_its_last_character_is_read_up_to_there() {
        let whole = "本文は請求".as_bytes();
        for label in [Some("utf-8"), None] {
            let cut = decode(&whole[..whole.len() - 1], label);
            assert_eq!((cut.text.as_ref(), cut.used.as_ref()), ("本文は請\u{fffd}", "utf-8"), "{label:?}");
        }
    }

    #[test]
    fn two_bytes_before_plain_words_are_no_byte_order_mark() {
        let mixed = decode(b"\xff\xfe\x90\xbf goodword \x8b\x81", Some("utf-8"));
        assert!(mixed.text.contains("goodword"), "{mixed:?}");
        let real: Vec<u8> = "\u{feff}goodword".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&real, Some("utf-8")).text, "goodword");
    }

    #[test]
    fn a_true_label_is_used() {
        check(b"plain", None, "plain", "utf-8", None);
        check(b"plain", Some("US-ASCII"), "plain", "utf-8", None);
        check(b"plain", Some("iso-2022-jp"), "plain", "iso-2022-jp", None);
        check(b"caf\xe9", Some("iso-8859-1"), "café", "windows-1252", None);
        check("日本".as_bytes(), Some("\"UTF-8\""), "日本", "utf-8", None);
        check(b"\x93\xfa\x96\x7b", Some("x-sjis"), "日本", "shift_jis", None);
        check(b"\xc4\xe3\xba\xc3", Some("gb2312"), "你好", "gbk", None);
    }

    #[test]
    fn a_false_label_gives_way_to_the_bytes() {
        check("日本語".as_bytes(), Some("iso-2022-jp"), "日本語", "utf-8", Some("charset-mismatch"));
        check(
            b"\x93\xfa\x96\x7b\x8c\xea\x82\xcc",
            Some("iso-2022-jp"),
            "日本語の",
            "shift_jis",
            Some("charset-mismatch"),
        );
        check(b"\x1b$BF|K\\\x1b(B", Some("us-ascii"), "日本", "iso-2022-jp", Some("charset-mismatch"));
        check(b"\x1b$BF|K\\\x1b(B", Some("utf-8"), "日本", "iso-2022-jp", Some("charset-mismatch"));
        check("日本語".as_bytes(), Some("iso-8859-1"), "日本語", "utf-8", Some("charset-mismatch"));
        check(
            b"caf\xe9 \xe0 la carte",
            Some("utf-8"),
            "café à la carte",
            "windows-1252",
            Some("charset-mismatch"),
        );
    }

    #[test]
    fn one_broken_byte_does_not_prove_a_label_wrong() {
        let mut korean = b"\xb1\xa4\xb0\xed\xc3\xdf\xbc\xae".repeat(10);
        korean.extend_from_slice(b" \xff");
        let got = decode(&korean, Some("ks_c_5601-1987"));
        assert_eq!((got.used.as_ref(), got.oddity), ("euc-kr", Some("charset-undecodable")));
        assert!(got.text.starts_with("광고추석"));
    }

    #[test]
    fn no_label_is_no_hindrance() {
        check(b"\x1b$BF|K\\\x1b(B", None, "日本", "iso-2022-jp", Some("charset-missing"));
        check(
            b"\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x96\x7b\x95\xb6",
            None,
            "日本語の本文",
            "shift_jis",
            Some("charset-missing"),
        );
        check(b"\x90\xbf\x8b\x81\x8f\x91.zip", None, "請求書.zip", "shift_jis", Some("charset-missing"));
        check(b"\xc6\xfc\xcb\xdc\xb8\xec\xa4\xce", None, "日本語の", "euc-jp", Some("charset-missing"));
        check(
            b"[\xb1\xa4\xb0\xed] \xc3\xdf\xbc\xae \xb8\xc2\xb4\xc2 \xc1\xbe\xb7\xf9 Best 5",
            None,
            "[광고] 추석 맞는 종류 Best 5",
            "euc-kr",
            Some("charset-missing"),
        );
        check("日本".as_bytes(), None, "日本", "utf-8", None);
        check(b"x", Some("x-made-up"), "x", "utf-8", Some("charset-unknown"));
    }

    #[test]
    fn jis_is_read_with_vendor_characters_katakana_and_forgotten_escapes() {
        let jis = Some("iso-2022-jp");
        check(b"\x1b$B-j-!\x1b(B", jis, "㈱①", "iso-2022-jp", None);
        check(b"\x1b(I1\x1b(B \x0e2\x0f", jis, "ｱ ｲ", "iso-2022-jp", None);
        check(b"\x1b$BF|K\\\nabc", jis, "日本\nabc", "iso-2022-jp", None);
        check(b"\x1b$(D0!\x1b(B", jis, "丂", "iso-2022-jp", None);
        check(b"\x1b(JC:\\~\x1b(B", jis, "C:\\~", "iso-2022-jp", None);
    }

    #[test]
    fn old_seven_bit_forms_are_read() {
        check(b"Hi Mom +Jjo-! A+-B", Some("utf-7"), "Hi Mom ☺! A+B", "utf-7", None);
        check(b"~{<:Ky2;~}.", Some("hz-gb-2312"), "己所不.", "hz-gb-2312", None);
        check(b"\x1b$)C\x0eGQ1[\x0f", Some("iso-2022-kr"), "한글", "iso-2022-kr", None);
    }

    #[test]
    fn a_byte_order_mark_decides() {
        check(b"\xef\xbb\xbfa", Some("iso-8859-1"), "a", "utf-8", None);
        check(b"\xff\xfea\0", None, "a", "utf-16le", None);
    }

    #[test]
    fn text_in_utf_8_with_broken_places_stays_utf_8() {
        let mut bytes =
            "Você tem um limite pré-aprovado até 2.000: açúcar, não há após amanhã".as_bytes().to_vec();
        bytes.extend_from_slice(b"\x98b\xb2 fim");
        let got = decode(&bytes, Some("utf-8"));
        assert!(got.text.starts_with("Você tem") && got.text.ends_with(" fim"), "{}", got.text);
        assert_eq!((got.used.as_ref(), got.oddity), ("utf-8", Some("charset-undecodable")));
        let mut bytes = "№ 1 «весь текст» ".repeat(3).into_bytes();
        bytes.extend_from_slice(b"\xa9 2013 \xe9t");
        assert!(decode(&bytes, None).text.ends_with("» © 2013 ét"));
        // A name cut in the middle of a character.
        let name = "Юникод запрещен".as_bytes();
        assert!(decode(&name[..name.len() - 1], None).text.starts_with("Юникод запреще"));
    }

    #[test]
    fn what_the_bytes_look_like_is_told_where_it_is_not_what_they_say() {
        let jis = encoding_rs::SHIFT_JIS.encode("至急ご確認ください").0;
        assert_eq!(decode(&jis, Some("iso-2022-jp")).detected.as_deref(), Some("shift_jis"));
        assert_eq!(decode(&jis, Some("shift_jis")).detected, None);
    }

    #[test]
    fn labels_of_other_countries_and_vendors_are_known() {
        check(b"\x1b$(Q0l\x1b(B", Some("iso-2022-jp-2004"), "一", "iso-2022-jp", None);
        check(b"\x1b$B-j\x1b(B", Some("CP50220"), "㈱", "iso-2022-jp", None);
        check(b"\x1b$B-j\x1b(B", Some("iso-2022-jp-ms"), "㈱", "iso-2022-jp", None);
        check(b"\xca\xc7\xd1\xca\xb4\xd5", Some("windows-874"), "สวัสดี", "windows-874", None);
        check(b"\xa4\xa4\xa4\xe5", Some("big5"), "中文", "big5", None);
        check(b"\xd6\xd0\xce\xc4\x81\x30\x81\x30", Some("gb18030"), "中文\u{80}", "gb18030", None);
        check(b"\xc7\xd1\xb1\xdb", Some("ks_c_5601-1987"), "한글", "euc-kr", None);
    }
}
