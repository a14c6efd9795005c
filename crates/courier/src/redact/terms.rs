//! What is to be taken out, and finding it in a text.

use crate::limits::{MAX_TERM, MAX_TERMS};

/// Names and addresses to take out, the longest first: an address goes before the domain in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms(Vec<Term>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    written: String,
    /// Characters in lower case; white space is one space.
    folded: Vec<char>,
    mark: &'static str,
}

/// Why a term is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// One letter, or two of ASCII, would stand everywhere.
    #[error("\"{0}\" is too short: take three letters, or two of Japanese")]
    Short(String),
    /// No name is that long.
    #[error("\"{0}\" is longer than {max} characters", max = MAX_TERM)]
    Long(String),
    /// More than can be looked for.
    #[error("more than {max} names", max = MAX_TERMS)]
    Many,
    /// It would be found in its own replacement.
    #[error("\"{0}\" is a part of what is written in its place")]
    Mark(String),
}

/// A term found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Bytes of the text.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Which term.
    pub(super) term: usize,
}

const MARKS: [&str; 3] = ["redacted@redacted.invalid", "redacted.invalid", "REDACTED"];

impl Terms {
    /// Terms as a person writes them; empty ones are passed over.
    ///
    /// # Errors
    /// One is too short or too long, there are too many, or one would be found in its own replacement.
    pub fn new(written: impl IntoIterator<Item = String>) -> Result<Self, TermError> {
        let mut terms: Vec<Term> = Vec::new();
        for written in written {
            let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
            if written.is_empty() {
                continue;
            }
            let folded: Vec<char> = written.chars().map(fold).collect();
            let shown = || lexicon::text::visible(lexicon::text::cut(&written, 80));
            if folded.len() > MAX_TERM {
                return Err(TermError::Long(shown()));
            }
            if folded.len() < if written.is_ascii() { 3 } else { 2 } {
                return Err(TermError::Short(shown()));
            }
            let lower: String = folded.iter().collect();
            if MARKS.iter().any(|mark| mark.to_ascii_lowercase().contains(&lower)) {
                return Err(TermError::Mark(shown()));
            }
            let mark = match () {
                () if written.is_ascii() && written.contains('@') && !written.starts_with('@') => MARKS[0],
                () if written.is_ascii() && written.contains('.') && !written.contains([' ', '@']) => {
                    MARKS[1]
                }
                () => MARKS[2],
            };
            if !terms.iter().any(|term| term.folded == folded) {
                terms.push(Term { written, folded, mark });
            }
            if terms.len() > MAX_TERMS {
                return Err(TermError::Many);
            }
        }
        terms.sort_by_key(|term| std::cmp::Reverse(term.folded.len()));
        Ok(Self(terms))
    }

    /// True where nothing is to be taken out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A term as it was written.
    pub fn written(&self, term: usize) -> &str {
        self.0.get(term).map_or("", |term| term.written.as_str())
    }

    /// What is written in its place.
    pub fn mark(&self, term: usize) -> &'static str {
        self.0.get(term).map_or("", |term| term.mark)
    }

    /// The terms that a text holds, e.g. for a look at the finished copy by another reader of mails.
    pub fn in_text(&self, text: &str) -> Vec<usize> {
        let mut all: Vec<usize> = self.find(text).iter().map(|found| found.term).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Where terms stand in a text, from its beginning on and never one over the other. Case does not matter, nor how
    /// much white space there is; between Japanese characters a line may end.
    pub(super) fn find(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        if self.0.is_empty() {
            return found;
        }
        let chars: Vec<(usize, char)> = text.char_indices().map(|(at, c)| (at, fold(c))).collect();
        let mut at = 0;
        while let Some(&(start, first)) = chars.get(at) {
            let hit = self.0.iter().enumerate().find_map(|(term, candidate)| {
                if candidate.folded.first() != Some(&first) {
                    return None;
                }
                Some((term, stands(&candidate.folded, &chars, at)?))
            });
            match hit {
                Some((term, next)) => {
                    let end = chars.get(next).map_or(text.len(), |(end, _)| *end);
                    found.push(Found { start, end, term });
                    at = next;
                }
                None => at += 1,
            }
        }
        found
    }

    /// A text with its terms replaced.
    pub(super) fn replace(&self, text: &str, found: &[Found]) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in found {
            out.push_str(text.get(at..found.start).unwrap_or_default());
            out.push_str(self.mark(found.term));
            at = found.end;
        }
        out.push_str(text.get(at..).unwrap_or_default());
        out
    }
}

/// The place behind the term, if it stands at `at`.
fn stands(term: &[char], chars: &[(usize, char)], at: usize) -> Option<usize> {
    let mut at = at;
    let mut before: Option<char> = None;
    for &wanted in term {
        if wanted == ' ' {
            let from = at;
            while chars.get(at).is_some_and(|(_, c)| c.is_whitespace()) {
                at += 1;
            }
            if at == from {
                return None;
            }
            before = Some(' ');
            continue;
        }
        if let Some(before) = before
            && (is_wide(before) || is_wide(wanted))
            && chars.get(at).is_some_and(|(_, c)| matches!(c, '\r' | '\n'))
        {
            // A line was folded here; what begins the next one in a quoted mail goes with it.
            while chars.get(at).is_some_and(|(_, c)| matches!(c, '\r' | '\n' | ' ' | '\t' | '>')) {
                at += 1;
            }
        }
        if chars.get(at).map(|(_, c)| *c) != Some(wanted) {
            return None;
        }
        before = Some(wanted);
        at += 1;
    }
    Some(at)
}

/// One form for the letters that are the same to a reader. One character for one, so that places stay.
fn fold(c: char) -> char {
    let c = match c {
        // Full-width ASCII, as Japanese programs write names and addresses.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

/// Characters between which a line may be folded without a space.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(list: &[&str]) -> Terms {
        Terms::new(list.iter().map(|term| (*term).to_owned())).unwrap()
    }

    #[track_caller]
    fn check(list: &[&str], text: &str, expect: &str) {
        let terms = terms(list);
        assert_eq!(terms.replace(text, &terms.find(text)), expect, "{list:?} in {text:?}");
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        check(&["Member Gas"], "to member  GAS, Ltd", "to REDACTED, Ltd");
        check(&["Member Gas"], "to Member\r\n\tGas", "to REDACTED");
        check(&["山田 太郎", "山田太郎"], "山田　太郎 様、山田太郎 様", "REDACTED 様、REDACTED 様");
        check(&["山田太郎"], "担当: 山田\r\n> 太郎です", "担当: REDACTEDです");
        check(&["member.example"], "ＭＥＭＢＥＲ．ｅｘａｍｐｌｅ", "redacted.invalid");
    }

    #[test]
    fn the_longest_goes_first() {
        check(
            &["member.example", "taro@member.example", "taro"],
            "taro@member.example, hanako@member.example, Taro",
            "redacted@redacted.invalid, hanako@redacted.invalid, REDACTED",
        );
    }

    #[test]
    fn what_would_stand_everywhere_is_refused() {
        for wrong in ["a", "ab", "田", "redacted", "invalid", "redacted.invalid"] {
            assert!(Terms::new([wrong.to_owned()]).is_err(), "{wrong}");
        }
        assert!(Terms::new([" ".to_owned(), String::new()]).unwrap().is_empty());
    }
}
