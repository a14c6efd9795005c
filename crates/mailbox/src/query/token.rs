//! A query's text cut into its signs: words, quotes, fields, operators. Full-width signs of a Japanese keyboard count
//! as the plain ones.

use std::ops::Range;

use super::names::{self, Name};
use super::problem::Problem;

/// A sign of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sign {
    /// A word as written.
    Word(String),
    /// What stood between quotes.
    Quoted(String),
    /// `from:`; what follows is its value.
    Field(Name),
    Open,
    Close,
    And,
    Or,
    Not,
}

/// A sign and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) sign: Sign,
    pub(super) at: Range<usize>,
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{3000}'
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ff02}')
}

fn is_open(c: char) -> bool {
    matches!(c, '(' | '\u{ff08}')
}

fn is_close(c: char) -> bool {
    matches!(c, ')' | '\u{ff09}')
}

fn is_minus(c: char) -> bool {
    matches!(c, '-' | '\u{2212}' | '\u{ff0d}')
}

fn is_colon(c: char) -> bool {
    matches!(c, ':' | '\u{ff1a}')
}

/// The signs of a query.
pub(super) fn signs(text: &str) -> Result<Vec<Placed>, Problem> {
    let mut out = Vec::new();
    let mut at = 0;
    // True right behind a field: what follows is its value, whatever it looks like.
    let mut value = false;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let behind = at + c.len_utf8();
        let next = text.get(behind..).and_then(|rest| rest.chars().next());
        if is_space(c) {
            value = false;
            at = behind;
        } else if is_quote(c) {
            let rest = text.get(behind..).unwrap_or_default();
            let Some(length) = rest.find(is_quote) else {
                return Err(Problem::new(
                    at..behind,
                    ("引用符が閉じていません", "the quote is not closed"),
                    ("引用符 \" で閉じてください", "close it with \""),
                ));
            };
            let end = behind + length;
            let close = rest.get(length..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            let inner = text.get(behind..end).unwrap_or_default().to_owned();
            out.push(Placed { sign: Sign::Quoted(inner), at: at..end + close });
            at = end + close;
            value = false;
        } else if is_open(c) || is_close(c) {
            let sign = if is_open(c) { Sign::Open } else { Sign::Close };
            out.push(Placed { sign, at: at..behind });
            at = behind;
            value = false;
        } else if !value && is_minus(c) && next.is_some_and(|n| !is_space(n) && !is_minus(n)) {
            out.push(Placed { sign: Sign::Not, at: at..behind });
            at = behind;
        } else {
            let rest = text.get(at..).unwrap_or_default();
            // Inside of brackets is inside of the word: `evil[.]example`, `[192.0.2.1]`.
            let length = rest
                .find(|c: char| is_space(c) || is_quote(c) || is_open(c) || is_close(c))
                .unwrap_or(rest.len());
            let word = rest.get(..length).unwrap_or_default();
            if !value && let Some((name, length)) = field(word, at)? {
                out.push(Placed { sign: Sign::Field(name), at: at..at + length });
                at += length;
                value = true;
                continue;
            }
            let sign = match word {
                "AND" if !value => Sign::And,
                "OR" if !value => Sign::Or,
                "NOT" if !value => Sign::Not,
                word => Sign::Word(word.to_owned()),
            };
            out.push(Placed { sign, at: at..at + length });
            at += length;
            value = false;
        }
    }
    Ok(out)
}

/// The field that a word begins with, and its length with the colon.
fn field(word: &str, at: usize) -> Result<Option<(Name, usize)>, Problem> {
    let Some((colon, sign)) = word.char_indices().find(|(_, c)| is_colon(*c)) else { return Ok(None) };
    let written = word.get(..colon).unwrap_or_default();
    if let Some(name) = names::of(written) {
        return Ok(Some((name, colon + sign.len_utf8())));
    }
    match names::near(written) {
        Some(meant) => Err(Problem::new(
            at..at + colon,
            (&format!("「{written}:」という項目はありません"), &format!("there is no field {written}:")),
            (
                &format!("{meant}: のことでしょうか。言葉として探すには引用符で囲んでください"),
                &format!("did you mean {meant}:? To look for the words, put them in quotes"),
            ),
        )),
        None => Ok(None),
    }
}
