//! The words of an expression, each with its place.

use std::ops::Range;

/// One word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A bare word: a field, an operator, `and`.
    Word(String),
    /// A text between quotation marks.
    Text(String),
    /// A pattern between slashes.
    Pattern(String),
    /// A whole number.
    Number(u64),
    /// `(`, `)`, `[`, `]`, `,` or a comparison.
    Mark(&'static str),
    /// The end.
    End,
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unread {
    /// A quotation mark or slash that is never closed.
    Open,
    /// A character that means nothing here.
    Character(char),
    /// A number that is too large.
    Number,
}

const MARKS: [&str; 12] = [">=", "<=", "!=", "==", "(", ")", "[", "]", ",", ">", "<", "="];

/// Something with the bytes that it takes.
type At<T> = (T, Range<usize>);

/// Splits an expression into words. Reading goes on behind a fault, so that all are told.
pub(super) fn tokens(text: &str) -> (Vec<At<Token>>, Vec<At<Unread>>) {
    let mut out = Vec::new();
    let mut faults = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(c) = rest.chars().next()
    {
        let length = if c.is_whitespace() {
            c.len_utf8()
        } else if c == '"' || c == '/' {
            let (value, length) = quoted(rest, c);
            match value {
                Some(value) if c == '"' => out.push((Token::Text(value), at..at + length)),
                Some(value) => out.push((Token::Pattern(value), at..at + length)),
                None => faults.push((Unread::Open, at..at + length)),
            }
            length
        } else if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            out.push((Token::Mark(mark), at..at + mark.len()));
            mark.len()
        } else {
            let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
            let length = rest.find(|c| !word(c)).unwrap_or(rest.len());
            let found = rest.get(..length).unwrap_or("");
            if length == 0 {
                faults.push((Unread::Character(c), at..at + c.len_utf8()));
                c.len_utf8()
            } else {
                if found.bytes().all(|byte| byte.is_ascii_digit()) {
                    match found.parse() {
                        Ok(number) => out.push((Token::Number(number), at..at + length)),
                        Err(_) => faults.push((Unread::Number, at..at + length)),
                    }
                } else {
                    out.push((Token::Word(found.to_owned()), at..at + length));
                }
                length
            }
        };
        at += length;
    }
    out.push((Token::End, text.len()..text.len()));
    (out, faults)
}

/// What stands between two marks, and how many bytes that takes. In texts `\"` and `\\` stand for the character
/// itself; in patterns only `\/` is taken out, the rest is the pattern's own.
fn quoted(text: &str, mark: char) -> (Option<String>, usize) {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == mark {
            return (Some(value), at + c.len_utf8());
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        match chars.next() {
            Some((_, next)) if next == mark || (mark == '"' && next == '\\') => value.push(next),
            Some((_, next)) => value.extend(['\\', next]),
            None => break,
        }
    }
    (None, text.len())
}
