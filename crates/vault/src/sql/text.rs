//! Texts with characters that a database refuses.
//!
//! PostgreSQL takes no U+0000 in a text, and SQLite's own functions stop at it; hostile mails contain it. So
//! U+0000 is kept as two characters, U+001A `0`, and U+001A itself as U+001A `1`. Every text takes this way
//! in and out, so every text comes back exactly, and equal texts stay equal in the database.

use std::borrow::Cow;

/// The character that begins an escape: SUBSTITUTE, of all control characters the one made for this.
const ESCAPE: char = '\u{1a}';

/// The form in which both databases take `text`.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|b| b == 0 || b == 0x1a) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0' => out.extend([ESCAPE, '0']),
            ESCAPE => out.extend([ESCAPE, '1']),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The text of a kept form; `None` for a form that [`escape`] never makes.
pub(crate) fn unescape(kept: String) -> Option<String> {
    if !kept.contains(ESCAPE) {
        return Some(kept);
    }
    let mut out = String::with_capacity(kept.len());
    let mut chars = kept.chars();
    while let Some(c) = chars.next() {
        match (c, c == ESCAPE) {
            (c, false) => out.push(c),
            (_, true) => match chars.next()? {
                '0' => out.push('\0'),
                '1' => out.push(ESCAPE),
                _ => return None,
            },
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_without_control_characters_is_kept_as_it_is() {
        assert!(matches!(escape("資料\u{202e}fdp.exe 🎣"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_form_that_nobody_wrote_is_refused() {
        assert_eq!(unescape("a\u{1a}".to_owned()), None);
        assert_eq!(unescape("a\u{1a}7".to_owned()), None);
    }

    proptest! {
        #[test]
        fn every_text_comes_back_exactly_and_none_keeps_a_nul(text in "[\\x00\\x1a01a半🎣]{0,40}") {
            let kept = escape(&text).into_owned();
            prop_assert!(!kept.contains('\0'));
            prop_assert_eq!(unescape(kept), Some(text));
        }
    }
}
