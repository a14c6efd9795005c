//! Full-width and zero-width characters in running text, brought to the ASCII that they stand for.
//!
//! Japanese writers type `ｈｔｔｐ：／／ｅｘａｍｐｌｅ．ｊｐ` and senders of attack mail put U+200B into names so
//! that filters do not see them. Full-width characters that only touch an ASCII word
//! (`https://evil.example/aＡＢＣ株式会社`) are not part of it and stay.

use std::borrow::Cow;

/// `text` with full-width words in ASCII and without zero-width characters.
pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut copied = 0;
    // Where the character after the last folded one stands: a run of full-width characters is one word.
    let mut run_end = usize::MAX;
    // The same for a run that stays as it is.
    let mut kept_end = usize::MAX;
    let mut at = 0;
    while at < bytes.len() {
        // Lead bytes of U+00AD, U+2000–U+2FFF and U+F000–U+FFFF: nothing else is of interest here.
        at += match memchr::memchr3(0xC2, 0xE2, 0xEF, bytes.get(at..).unwrap_or_default()) {
            Some(skipped) => skipped,
            None => break,
        };
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        let next_at = at + c.len_utf8();
        if is_zero_width(c) {
            out.push_str(text.get(copied..at).unwrap_or_default());
            if run_end == at {
                run_end = next_at;
            }
            copied = next_at;
        } else if let Some(ascii) = ascii_of(c) {
            if kept_end != at && (run_end == at || belongs(text, at, next_at, ascii)) {
                out.push_str(text.get(copied..at).unwrap_or_default());
                out.push(char::from(ascii));
                copied = next_at;
                run_end = next_at;
            } else {
                kept_end = next_at;
            }
        }
        at = next_at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(out)
}

/// True if a full-width character after something else starts a word of its own, or joins two halves of one.
fn belongs(text: &str, at: usize, next_at: usize, ascii: u8) -> bool {
    let previous = at.checked_sub(1).and_then(|before| text.as_bytes().get(before)).copied().unwrap_or(b' ');
    if !previous.is_ascii()
        || !(previous.is_ascii_alphanumeric() || matches!(previous, b'/' | b':' | b'.' | b'-'))
    {
        return true;
    }
    let next = text.get(next_at..).and_then(|rest| rest.chars().find(|&c| !is_zero_width(c))).unwrap_or(' ');
    let next = ascii_of(next).map_or(next, char::from);
    match ascii {
        b'.' | b'@' => next.is_ascii_alphanumeric(),
        b':' => next == '/',
        b'/' => matches!(previous, b':' | b'/'),
        // `evil.ｅｘａｍｐｌｅ`: after a dot or a slash the rest of the name may be full-width.
        _ => matches!(previous, b'.'),
    }
}

/// Characters that are not seen and that a browser drops from a host: joiners, marks of direction.
fn is_zero_width(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The ASCII form of a full-width character that may stand in a URL, an address or a name.
fn ascii_of(c: char) -> Option<u8> {
    if !('\u{ff01}'..='\u{ff5e}').contains(&c) {
        return None;
    }
    let ascii = u8::try_from(u32::from(c) - 0xfee0).ok()?;
    (ascii.is_ascii_alphanumeric() || b".:/@-_%?=&#~+".contains(&ascii)).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(fold(text), expect);
    }

    #[test]
    fn full_width_words_become_ascii() {
        check("ｈｔｔｐ：／／ｅｘａｍｐｌｅ．ｊｐ／ａを開く", "http://example.jp/aを開く");
        check("接続元は１９２．０．２．１です", "接続元は192.0.2.1です");
        check("http：／／evil．example", "http://evil.example");
        check("user＠evil．example", "user@evil.example");
    }

    #[test]
    fn zero_width_characters_go() {
        check("evil\u{200b}.exa\u{2060}mple\u{feff}", "evil.example");
        check("soft\u{ad}hyphen", "softhyphen");
    }

    #[test]
    fn full_width_characters_next_to_an_ascii_word_stay() {
        for text in [
            "https://evil.example/aＡＢＣ株式会社",
            "https://evil.example／https://other.example",
            "https://evil.example/a．次の",
            "（https://evil.example/）！",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn text_without_such_characters_is_borrowed() {
        assert!(matches!(fold("請求書を送ります。https://evil.example/"), Cow::Borrowed(_)));
    }
}
