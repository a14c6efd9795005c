//! Texts in bytes: runs of ASCII, of UTF-16, and of Japanese in UTF-8 or Shift_JIS.

/// Texts a page.
pub const PAGE: usize = 400;
/// Bytes looked through for one page.
pub const SCAN: usize = 8 << 20;
/// Characters shown of one text.
const SHOWN: usize = 400;
/// The shortest text that may be asked for, and the longest that may be the least.
pub const SHORTEST: std::ops::RangeInclusive<usize> = 3..=64;
/// Characters of two bytes in a row that make a run of Shift_JIS: fewer are found in any noise.
const KANJI_RUN: usize = 4;

/// UTF-16 as Windows writes it.
const WIDE: &str = "UTF-16LE";
/// Printable bytes in a row that are taken for plain letters and not for kanji in UTF-16.
const PLAIN_RUN: usize = 6;

/// A text that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its first byte.
    pub offset: usize,
    /// How many bytes.
    pub length: usize,
    /// How it is written.
    pub encoding: &'static str,
    /// The text, bounded.
    pub text: String,
}

/// One page of texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// In order of their places.
    pub found: Vec<Found>,
    /// Where the next page starts.
    pub next: Option<usize>,
}

/// The texts of at least `least` characters from the byte `from` on.
///
/// ```
/// let bytes = b"\x00\x01harmless\x00h\0i\0d\0d\0e\0n\0\xff\xff";
/// let page = hub::show::strings::page(bytes, 0, 4);
/// let found: Vec<_> = page.found.iter().map(|f| (f.offset, f.encoding, f.text.as_str())).collect();
/// assert_eq!(found, [(2, "ASCII", "harmless"), (11, "UTF-16LE", "hidden")]);
/// ```
pub fn page(bytes: &[u8], from: usize, least: usize) -> Page {
    let least = least.clamp(*SHORTEST.start(), *SHORTEST.end());
    let end = from.saturating_add(SCAN).min(bytes.len());
    let Some(window) = bytes.get(from..end) else { return Page::default() };
    let mut found = utf8(window, least);
    found.extend(shift_jis(window, least));
    found.extend(utf16(window, least));
    found.extend(ascii(window, least, from > 0));
    // Where two readings start at the same byte, the one that came first above is the better one.
    found.sort_by_key(|one| one.offset);
    let mut kept: Vec<Found> = Vec::new();
    let mut covered = 0;
    let mut next = None;
    for mut one in found {
        if one.offset < covered {
            // A wide text that seems to begin inside of a plain one begins behind it.
            let from = one.offset + (covered - one.offset).next_multiple_of(2);
            let rest = window.get(from..one.offset + one.length).filter(|_| one.encoding == WIDE);
            let Some(rest) = rest.and_then(|rest| utf16(rest, least).into_iter().next()) else { continue };
            one = Found { offset: from + rest.offset, ..rest };
        }
        covered = one.offset + one.length;
        one.offset += from;
        if kept.len() == PAGE {
            next = Some(one.offset);
            break;
        }
        kept.push(one);
    }
    if next.is_none() && end < bytes.len() {
        next = Some(end);
    }
    Page { found: kept, next }
}

fn is_printable(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) || byte == b'\t'
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9d}')
}

fn is_japanese(c: char) -> bool {
    is_kana(c) || matches!(c, '\u{3000}'..='\u{3020}' | '\u{4e00}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

fn bounded(text: &str) -> String {
    let mut out: String = text.chars().take(SHOWN).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    lexicon::text::visible(&out)
}

/// `more` where bytes stand before the window: a run that began there was told there.
fn ascii(window: &[u8], least: usize, more: bool) -> Vec<Found> {
    let mut out = Vec::new();
    let mut at = if more { window.iter().take_while(|b| is_printable(**b)).count() } else { 0 };
    // The page started with a run that the page before ended with: this is it.
    if at >= least {
        at = 0;
    }
    while at < window.len() && out.len() <= PAGE {
        let run = window.get(at..).unwrap_or(&[]).iter().take_while(|b| is_printable(**b)).count();
        if run >= least {
            let text: String = window
                .get(at..at + run)
                .unwrap_or(&[])
                .iter()
                .take(SHOWN * 2)
                .map(|b| char::from(*b))
                .collect();
            out.push(Found { offset: at, length: run, encoding: "ASCII", text: bounded(&text) });
        }
        at += run.max(1);
    }
    out
}

fn utf16(window: &[u8], least: usize) -> Vec<Found> {
    let mut out = Vec::new();
    let mut at = 0;
    while at + 1 < window.len() && out.len() <= PAGE {
        let mut text = String::new();
        let (mut units, mut plain, mut end) = (0usize, 0usize, at);
        while let Some([low, high]) = window.get(end..end + 2) {
            let unit = u16::from_le_bytes([*low, *high]);
            let Some(c) = char::from_u32(u32::from(unit)) else { break };
            let is_plain = (c.is_ascii() && is_printable(*low)) || is_kana(c);
            if !is_plain && !is_japanese(c) {
                break;
            }
            // Any two letters can be a kanji: where plain letters follow each other they are what they seem.
            let letters = |from: usize| {
                let bytes = window.get(from..from + PLAIN_RUN);
                bytes.is_some_and(|bytes| bytes.iter().all(|byte| is_printable(*byte)))
            };
            if !is_plain && (letters(end) || letters(end + 1)) {
                break;
            }
            if units <= SHOWN {
                text.push(c);
            }
            units += 1;
            plain += usize::from(is_plain);
            end += 2;
        }
        // Any two bytes can be a kanji: a run that is mostly that is noise.
        if units >= least && plain * 2 >= units {
            out.push(Found { offset: at, length: end - at, encoding: WIDE, text: bounded(&text) });
            at = end;
        } else if units > 1 {
            // The run may have been read from its second byte: look at the next one, but walk each run only twice.
            at += if plain * 2 >= units { 1 } else { (end - at - 1).max(1) };
        } else {
            at += 1;
        }
    }
    out
}

fn utf8(window: &[u8], least: usize) -> Vec<Found> {
    let mut out = Vec::new();
    let mut at = 0;
    for chunk in window.utf8_chunks() {
        let valid = chunk.valid();
        for (start, run) in runs(valid) {
            let japanese = run.chars().filter(|c| is_japanese(*c)).count();
            if japanese >= 2 && run.chars().count() >= least && out.len() <= PAGE {
                let (offset, length) = (at + start, run.len());
                out.push(Found { offset, length, encoding: "UTF-8", text: bounded(run) });
            }
        }
        at += valid.len() + chunk.invalid().len();
    }
    out
}

/// The parts of a text between characters that are no Japanese and no printable ASCII.
fn runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| is_japanese(c) || (c.is_ascii() && u8::try_from(c).is_ok_and(is_printable));
    text.split(move |c: char| !is_part(c))
        .filter(|run| !run.is_empty())
        .map(move |run| (run.as_ptr() as usize - text.as_ptr() as usize, run))
}

/// True for two bytes that are a frequent Japanese character: punctuation, kana, or a kanji of the first level.
fn is_pair(lead: u8, trail: u8) -> bool {
    let trails = matches!(trail, 0x40..=0x7e | 0x80..=0xfc);
    match lead {
        0x81 => matches!(trail, 0x40..=0x5b | 0x69..=0x7a),
        0x82 => matches!(trail, 0x4f..=0x58 | 0x60..=0x79 | 0x81..=0x9a | 0x9f..=0xf1),
        0x83 => matches!(trail, 0x40..=0x7e | 0x80..=0x96),
        0x88 => matches!(trail, 0x9f..=0xfc),
        0x89..=0x97 => trails,
        0x98 => matches!(trail, 0x40..=0x72),
        _ => false,
    }
}

fn shift_jis(window: &[u8], least: usize) -> Vec<Found> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < window.len() && out.len() <= PAGE {
        let (mut end, mut characters, mut pairs) = (at, 0usize, 0usize);
        loop {
            match (window.get(end), window.get(end + 1)) {
                (Some(lead), Some(trail)) if is_pair(*lead, *trail) => {
                    end += 2;
                    pairs += 1;
                }
                // A run starts with a character of two bytes.
                (Some(byte), _) if pairs > 0 && is_printable(*byte) => end += 1,
                _ => break,
            }
            characters += 1;
        }
        if pairs >= KANJI_RUN && characters >= least && pairs * 2 >= characters {
            let bytes = window.get(at..end.min(at + SHOWN * 2)).unwrap_or(&[]);
            let text = forensics::charset::decode(bytes, Some("shift_jis")).text;
            out.push(Found { offset: at, length: end - at, encoding: "Shift_JIS", text: bounded(&text) });
            at = end;
        } else if pairs >= KANJI_RUN {
            at = end;
        } else {
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<(usize, &'static str, String)> {
        page(bytes, 0, 4).found.into_iter().map(|f| (f.offset, f.encoding, f.text)).collect()
    }

    #[test]
    fn japanese_is_found_however_it_is_written() {
        let mut bytes = b"\x00\x00".to_vec();
        bytes.extend("請求書のご確認".as_bytes());
        bytes.extend(b"\x00\xff\x00");
        // 請求書を確認 in Shift_JIS.
        bytes.extend(b"\x90\xbf\x8b\x81\x8f\x91\x82\xf0\x8a\x6d\x94\x46\x00\x00");
        bytes.extend("見積もりの件です".encode_utf16().flat_map(u16::to_le_bytes));
        let found = texts(&bytes);
        let found: Vec<(&str, &str)> = found.iter().map(|(_, e, t)| (*e, t.as_str())).collect();
        assert_eq!(
            found,
            [("UTF-8", "請求書のご確認"), ("Shift_JIS", "請求書を確認"), ("UTF-16LE", "見積もりの件です")]
        );
    }

    #[test]
    fn pages_go_on_where_the_one_before_ended() {
        let bytes: Vec<u8> = (0..PAGE + 5).flat_map(|n| format!("text number {n}\0").into_bytes()).collect();
        let first = page(&bytes, 0, 4);
        assert_eq!(first.found.len(), PAGE);
        let second = page(&bytes, first.next.unwrap(), 4);
        assert_eq!((second.found.len(), second.next), (5, None));
        assert_eq!(second.found[0].text, format!("text number {PAGE}"));
        assert_eq!(page(&bytes, bytes.len() + 9, 4), Page::default());
    }

    #[test]
    fn noise_gives_little_and_takes_little_time() {
        let mut state = 1u32;
        let noise: Vec<u8> = (0..1 << 20)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_le_bytes()[3]
            })
            .collect();
        let found = page(&noise, 0, 6);
        let japanese = found.found.iter().filter(|f| f.encoding != "ASCII").count();
        assert!(japanese < 40, "{japanese}");
    }
}
