//! Cutting and cleaning text without breaking a character.

/// The longest prefix of `text` that is at most `bytes` bytes and ends on a character boundary.
///
/// ```
/// assert_eq!(lexicon::text::cut("半額", 4), "半");
/// ```
pub fn cut(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// True for characters that change how a line is shown without being seen: bidirectional controls,
/// zero-width characters and C0/C1 controls other than tab and newline.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `text` on one line with invisible characters written as `⟨U+202E⟩`, so that a terminal or a page shows
/// what is there and nothing a sender wrote can steer it.
///
/// ```
/// assert_eq!(lexicon::text::visible("資料\u{202e}fdp.exe"), "資料⟨U+202E⟩fdp.exe");
/// ```
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if is_invisible(c) => out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// A text as a cell that no spreadsheet computes (CWE-1236): an apostrophe before what it would take for a formula, control
/// characters as spaces. Japanese Excel takes the full-width signs for formulas too.
///
/// ```
/// assert_eq!(lexicon::text::cell("=1+1"), "'=1+1");
/// ```
pub fn cell(text: &str) -> String {
    let computed = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let mut out = String::with_capacity(text.len() + 1);
    if computed {
        out.push('\'');
    }
    out.extend(text.chars().map(|c| if c.is_control() { ' ' } else { c }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for (text, expect) in [
            ("=1+1", "'=1+1"),
            ("+81", "'+81"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "' =1"),
            ("\r\n=1", "'  =1"),
            ("＝1", "'＝1"),
            ("請求書\n.exe", "請求書 .exe"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(cell(text), expect, "{text:?}");
        }
    }
}
