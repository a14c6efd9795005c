//! A line of the text around a match, cut on character boundaries, with the matches marked.

use std::ops::Range;

/// A piece of a text around a match.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snippet {
    /// The piece on one line, without characters that nobody sees; `…` where something is left out.
    pub text: String,
    /// The bytes of [`Snippet::text`] that matched.
    pub marks: Vec<Range<usize>>,
}

/// Columns before the first match.
const BEFORE: usize = 30;

/// About `columns` columns of `text` around the first of `spans`.
///
/// ```
/// let snippet = mailbox::snippet::of("お支払いは\n請求書のとおりです。", &[16..25], 40);
/// assert_eq!(snippet.text, "お支払いは請求書のとおりです。");
/// assert_eq!(&snippet.text[snippet.marks[0].clone()], "請求書");
/// ```
pub fn of(text: &str, spans: &[Range<usize>], columns: usize) -> Snippet {
    let first = spans.first().map_or(0, |span| span.start);
    let start = start(text, first, BEFORE.min(columns / 3));
    let mut out = Snippet::default();
    if start > 0 {
        out.text.push('…');
    }
    let mut used = 0;
    let mut spans = spans.iter().skip_while(|span| span.end <= start).peekable();
    let mut opened: Option<usize> = None;
    let mut gap = false;
    let mut last_wide = false;
    let mut end = text.len();
    for (at, c) in text.get(start..).unwrap_or_default().char_indices() {
        let at = start + at;
        if let (Some(from), Some(span)) = (opened, spans.peek())
            && at >= span.end
        {
            out.marks.push(from..out.text.len());
            opened = None;
            spans.next();
        }
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        if lexicon::text::is_invisible(c) {
            continue;
        }
        let wide = is_wide(c);
        if gap {
            // Nothing stands between Japanese characters on two lines.
            if !(out.text.is_empty() || out.text.ends_with('…') || last_wide && wide) {
                out.text.push(' ');
                used += 1;
            }
            gap = false;
        }
        if used >= columns {
            end = at;
            break;
        }
        if opened.is_none() && spans.peek().is_some_and(|span| span.contains(&at)) {
            opened = Some(out.text.len());
        }
        out.text.push(c);
        used += if wide { 2 } else { 1 };
        last_wide = wide;
    }
    if let Some(from) = opened {
        out.marks.push(from..out.text.len());
    }
    if end < text.len() {
        out.text.push('…');
    }
    out
}

fn is_wide(c: char) -> bool {
    crate::words::is_wide(c) || matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff60}')
}

/// Where a piece begins that shows `columns` columns before `at`: at the start of a word where there is one.
fn start(text: &str, at: usize, columns: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let mut used = 0;
    let mut start = at;
    let mut word = None;
    for (position, c) in before.char_indices().rev() {
        used += if is_wide(c) { 2 } else { 1 };
        if used > columns {
            return word.unwrap_or(start);
        }
        start = position;
        if position > 0 && before.get(..position).is_some_and(|b| b.ends_with(char::is_whitespace)) {
            word = Some(position);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_text_is_cut_on_both_sides() {
        let text = format!("{} the invoice is here {}", "word ".repeat(50), "tail ".repeat(50));
        let at = text.find("invoice").unwrap();
        let snippet = of(&text, std::slice::from_ref(&(at..at + 7)), 60);
        assert!(snippet.text.starts_with("…word") && snippet.text.ends_with('…'), "{}", snippet.text);
        assert_eq!(snippet.text.get(snippet.marks[0].clone()), Some("invoice"));
    }

    proptest! {
        #[test]
        fn any_text_and_any_span_give_a_snippet(text in "(?s).{0,300}", from in 0usize..300, length in 0usize..20) {
            let from = (from.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            let end = ((from + length).min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap();
            let snippet = of(&text, std::slice::from_ref(&(from..end)), 50);
            for mark in snippet.marks {
                prop_assert!(snippet.text.get(mark).is_some());
            }
            prop_assert!(!snippet.text.contains('\n'));
        }
    }
}
