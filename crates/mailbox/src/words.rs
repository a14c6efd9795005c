//! What a word is.
//!
//! Text is brought to one form first: NFKC (full-width and half-width are the same, `ｶﾞ` is `ガ`, `㈱` is `(株)`), then
//! lower case; characters that nobody sees (zero-width, soft hyphen, direction marks, NUL) are not there at all.
//!
//! - A **word** is a run of letters, digits and their combining marks: `invoice_2024.pdf` has three.
//! - Scripts written without spaces (Han, kana, bopomofo, Thai, Lao, Khmer, Burmese) have no words: each of their
//!   characters is a token of its own, **joined** to the one before it where nothing stands between them. A search for
//!   several such characters in a row finds them wherever they stand in a row: `請求` is found in `御請求書`.
//! - One line break between two such characters joins them still, with the blanks, ideographic spaces and quote marks
//!   (`>`) around it: mail programs break Japanese wherever the line is full.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// A token of a text, in its one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'t> {
    /// A whole word.
    Word(&'t str),
    /// A character of a script that is written without spaces.
    Wide {
        /// The character.
        c: char,
        /// True if nothing but at most a line break stands between it and the wide character before it.
        joined: bool,
    },
}

/// Hands out the tokens of `text` in order, each with the bytes of `text` that it stands on.
///
/// ```
/// use mailbox::words::{Token, tokens};
/// let mut words = Vec::new();
/// tokens("ＩＮＶＯＩＣＥ-2024", |token, _| if let Token::Word(word) = token { words.push(word.to_owned()) });
/// assert_eq!(words, ["invoice", "2024"]);
/// ```
pub fn tokens(text: &str, each: impl FnMut(Token<'_>, Range<usize>)) {
    run(text, false, each);
}

/// The same for a text in which `*` stands for letters: it is part of its word.
pub fn tokens_with_stars(text: &str, each: impl FnMut(Token<'_>, Range<usize>)) {
    run(text, true, each);
}

/// What stands between two tokens.
#[derive(Default, Clone, Copy)]
struct Gap {
    hard: bool,
    blank: bool,
    newlines: u8,
    /// The token before is a wide one.
    after_wide: bool,
}

impl Gap {
    fn joins(self) -> bool {
        self.after_wide && !self.hard && (self.newlines == 1 || self.newlines == 0 && !self.blank)
    }

    fn add(&mut self, c: char) {
        match c {
            '\n' => self.newlines = self.newlines.saturating_add(1),
            // Quote marks at the start of a line.
            '>' if self.newlines > 0 => {}
            c if c.is_whitespace() => self.blank = true,
            _ => self.hard = true,
        }
    }
}

struct Splitter<F> {
    each: F,
    word: String,
    /// Where the word starts, and ends so far.
    span: Range<usize>,
    gap: Gap,
}

impl<F: FnMut(Token<'_>, Range<usize>)> Splitter<F> {
    fn end_word(&mut self) {
        if !self.word.is_empty() {
            (self.each)(Token::Word(&self.word), self.span.clone());
            self.word.clear();
            self.gap = Gap::default();
        }
    }

    /// A character in its one form that stands on `at`.
    fn take(&mut self, c: char, at: Range<usize>) {
        if is_wide(c) {
            self.end_word();
            (self.each)(Token::Wide { c, joined: self.gap.joins() }, at);
            self.gap = Gap { after_wide: true, ..Gap::default() };
        } else if c.is_alphanumeric() || (!self.word.is_empty() && is_mark(c)) {
            if self.word.is_empty() {
                self.span = at.clone();
            }
            self.span.end = at.end;
            if c.is_lowercase() || c.is_numeric() {
                self.word.push(c);
            } else {
                self.word.extend(c.to_lowercase());
            }
        } else if self.gap.after_wide && is_mark(c) {
            // A tone or vowel sign that could not be composed belongs to the character before it.
        } else {
            self.end_word();
            self.gap.add(c);
        }
    }
}

fn run(text: &str, stars: bool, each: impl FnMut(Token<'_>, Range<usize>)) {
    let bytes = text.as_bytes();
    let mut to = Splitter { each, word: String::new(), span: 0..0, gap: Gap::default() };
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_alphanumeric() || (stars && byte == b'*') {
            let rest = bytes.get(at..).unwrap_or_default();
            let plain = |b: &u8| b.is_ascii_alphanumeric() || (stars && *b == b'*');
            let length = rest.iter().position(|b| !plain(b)).unwrap_or(rest.len());
            if to.word.is_empty() {
                to.span.start = at;
            }
            to.span.end = at + length;
            // Only ASCII letters and digits, or stars: always valid.
            let start = to.word.len();
            to.word.push_str(text.get(at..at + length).unwrap_or_default());
            if let Some(added) = to.word.get_mut(start..) {
                added.make_ascii_lowercase();
            }
            at += length;
        } else if byte.is_ascii() {
            // Other controls are not seen, and hide no word.
            if byte >= b' ' && byte != 0x7f || matches!(byte, b'\n' | b'\t' | b'\x0b' | b'\x0c') {
                to.end_word();
                to.gap.add(char::from(byte));
            }
            at += 1;
        } else {
            let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
            let mut end = at + c.len_utf8();
            let next = || text.get(end..).and_then(|rest| rest.chars().next());
            if is_unseen(c) {
                at = end;
                continue;
            }
            let continued = next().is_some_and(is_composing);
            if is_composing(c)
                && let Some(letter) = to.word.pop()
            {
                end = marks_end(text, end);
                let from = to.span.start;
                let marks = text.get(at..end).unwrap_or_default();
                for folded in std::iter::once(letter).chain(marks.chars()).nfkc() {
                    to.take(folded, from..end);
                }
                to.span.start = from;
                at = end;
                continue;
            }
            if is_plain_wide(c) && !continued {
                to.take(c, at..end);
                at = end;
                continue;
            }
            // Marks behind it are composed with it.
            end = marks_end(text, end);
            for folded in text.get(at..end).unwrap_or_default().nfkc() {
                to.take(folded, at..end);
            }
            at = end;
        }
    }
    to.end_word();
}

/// The end of the marks that stand from `end` on; a run of them has an end.
fn marks_end(text: &str, mut end: usize) -> usize {
    for _ in 0..MARKS {
        match text.get(end..).and_then(|rest| rest.chars().next()) {
            Some(mark) if is_composing(mark) => end += mark.len_utf8(),
            _ => break,
        }
    }
    end
}

/// Marks composed with one character.
const MARKS: usize = 16;

/// True for a character that may be composed with the one before it.
fn is_composing(c: char) -> bool {
    c >= '\u{300}' && (matches!(c, '\u{ff9e}' | '\u{ff9f}') || canonical_combining_class(c) != 0)
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Characters that are not seen: as if they were not there.
fn is_unseen(c: char) -> bool {
    lexicon::text::is_invisible(c)
        || matches!(c, '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Wide characters that are in their one form already.
fn is_plain_wide(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{3094}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}' | '\u{3005}' | '\u{4e00}'..='\u{9fff}')
}

/// True for scripts that are written without spaces between words.
///
/// ```
/// assert!("請のノー々".chars().all(mailbox::words::is_wide));
/// assert!(!"aé한1。".chars().any(mailbox::words::is_wide));
/// ```
pub fn is_wide(c: char) -> bool {
    c >= '\u{e01}'
        && matches!(c,
            '\u{e01}'..='\u{e3a}' | '\u{e40}'..='\u{e4e}' | '\u{e81}'..='\u{ece}' | '\u{1000}'..='\u{103f}'
            | '\u{1050}'..='\u{108f}' | '\u{1780}'..='\u{17d3}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
            | '\u{3031}'..='\u{3035}' | '\u{303b}'..='\u{303c}' | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}'
            | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}'
            | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words as they are, wide characters with `+` where they are joined.
    #[track_caller]
    fn check(text: &str, expect: &str) {
        let mut out = Vec::new();
        tokens(text, |token, at| {
            assert!(text.get(at).is_some(), "a span that cuts a character");
            match token {
                Token::Word(word) => out.push(word.to_owned()),
                Token::Wide { c, joined } => out.push(format!("{}{c}", if joined { "+" } else { "" })),
            }
        });
        assert_eq!(out.join(" "), expect, "{text:?}");
    }

    #[test]
    fn words_are_runs_of_letters_and_digits_in_lower_case() {
        check("Invoice_2024.PDF", "invoice 2024 pdf");
        check("don't", "don t");
        check("Éva İzmir", "éva i\u{307}zmir");
        check("e\u{301}va", "éva");
    }

    #[test]
    fn japanese_is_read_character_by_character() {
        check("請求書No.5", "請 +求 +書 no 5");
        check("請求 書", "請 +求 書");
        check("請求。書", "請 +求 書");
        check("データ", "デ +ー +タ");
    }

    #[test]
    fn width_is_no_difference() {
        check("ＡＢＣ１２", "abc12");
        check("ｴﾗｰ ｶﾞｽ", "エ +ラ +ー ガ +ス");
        check("㈱山田", "株 山 +田");
        check("か\u{3099}", "が");
    }

    #[test]
    fn a_line_break_hides_no_japanese_word() {
        check("請求\n書", "請 +求 +書");
        check("請求\r\n  書", "請 +求 +書");
        check("> 請求\n> 書", "請 +求 +書");
        check("請求\n\n書", "請 +求 書");
        check("請求\n　書", "請 +求 +書");
        check("in\nvoice", "in voice");
    }

    #[test]
    fn what_is_not_seen_is_not_there() {
        check("in\u{200b}voi\u{ad}ce\0s", "invoices");
        check("請\u{200b}求", "請 +求");
    }
}
