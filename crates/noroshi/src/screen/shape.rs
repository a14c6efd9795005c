//! Texts on a screen: how wide, cut, padded and wrapped, with Japanese in its true width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// `text` in at most `max` columns, with `…` where something is left out.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if width(text) <= max {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide + 1 > max {
            break;
        }
        used += wide;
        out.push(c);
    }
    out.push('…');
    out
}

/// `path` in at most `max` columns: its end, which tells more than its beginning.
pub(crate) fn cut_front(path: &str, max: usize) -> String {
    if width(path) <= max {
        return path.to_owned();
    }
    let mut used = 1;
    let kept: Vec<char> = path
        .chars()
        .rev()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= max
        })
        .collect();
    std::iter::once('…').chain(kept.into_iter().rev()).collect()
}

/// `text` cut or filled with spaces to exactly `columns`.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let mut out = cut(text, columns);
    out.extend(std::iter::repeat_n(' ', columns.saturating_sub(width(&out))));
    out
}

/// Lines of at most `max` columns: broken at spaces, between Japanese characters (but never before a closing
/// mark or after an opening one), and only if need be inside a word.
pub(crate) fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(4);
    if width(text) <= max {
        return vec![text.to_owned()];
    }
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    // Byte position in `line` after which it may end, and the columns up to there.
    let mut chance: Option<(usize, usize)> = None;
    let mut before: Option<char> = None;
    for c in text.chars() {
        let wide = c.width().unwrap_or(0);
        if let Some(last) = before
            && may_break(last, c)
        {
            chance = Some((line.len(), used));
        }
        // More than once where what is carried over is itself nearly a line.
        while used + wide > max && used > 0 {
            let (at, columns) = chance.take().unwrap_or((line.len(), used));
            let rest = line.split_off(at);
            lines.push(line.trim_end().to_owned());
            let kept = rest.trim_start();
            used = used.saturating_sub(columns + width(&rest).saturating_sub(width(kept)));
            line = kept.to_owned();
        }
        if c == ' ' && line.is_empty() && !lines.is_empty() {
            before = Some(c);
            continue;
        }
        line.push(c);
        used += wide;
        before = Some(c);
    }
    lines.push(line);
    lines
}

/// True if a line may end between the two characters.
fn may_break(before: char, after: char) -> bool {
    if before == ' ' || before == '\u{3000}' {
        return after != ' ';
    }
    let is_wide = |c: char| c.width() == Some(2);
    // 行頭禁則 and 行末禁則 (JIS X 4051).
    let never_first = "、。，．・：；？！゛゜´｀ヽヾゝゞ々ー）〕］｝〉》」』】’”ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ…,.!?)]}";
    let never_last = "（〔［｛〈《「『【‘“([{";
    (is_wide(before) || is_wide(after)) && !never_first.contains(after) && !never_last.contains(before)
}

/// `1,234,567`.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `12.3 KB`: powers of 1,024, as file managers show them.
pub(crate) fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut unit = "B";
    for next in ["KB", "MB", "GB", "TB"] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    if value < 10.0 { format!("{value:.1} {unit}") } else { format!("{value:.0} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_takes_two_columns() {
        assert_eq!(cut("見積書のご確認", 9), "見積書の…");
        assert_eq!(cut("見積書", 6), "見積書");
        assert_eq!(cut_front("mails/見積書.eml", 11), "…見積書.eml");
        assert_eq!(pad("見積", 6), "見積  ");
        assert_eq!(width(&pad("請求書のご確認", 10)), 10);
    }

    #[test]
    fn lines_break_where_a_reader_expects_it() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("見積書をご確認ください。", 12), ["見積書をご確", "認ください。"]);
        // 。 never stands first: its character before comes along.
        assert_eq!(wrap("あいうえおか。", 12), ["あいうえお", "か。"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 10), [""]);
        for max in 4..20 {
            for line in wrap(
                "The 請求書 is「至急」 attached, と書かれた https://a.example/bcdefghijklmnop です。",
                max,
            ) {
                assert!(width(&line) <= max, "{line}");
            }
        }
    }

    #[test]
    fn sizes_are_short() {
        for (bytes, expect) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KB"),
            (12_345, "12 KB"),
            (5 << 20, "5.0 MB"),
            (3 << 30, "3.0 GB"),
        ] {
            assert_eq!(size(bytes), expect);
        }
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(123), "123");
    }
}
