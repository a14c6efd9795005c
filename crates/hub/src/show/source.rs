//! The source of a mail line by line, every control and every byte that is no text made visible.

/// Bytes of a source shown.
pub const SOURCE: usize = 512 << 10;
/// Bytes of one line shown.
const LINE: usize = 8 << 10;

/// The first lines of a source; a line that is too long ends with an ellipsis.
///
/// ```
/// assert_eq!(hub::show::source::lines(b"Subject: \x1b$B\r\n\xff ok\n"), ["Subject: ⟨U+001B⟩$B", "⟨FF⟩ ok"]);
/// ```
pub fn lines(raw: &[u8]) -> Vec<String> {
    let raw = raw.get(..SOURCE).unwrap_or(raw);
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    if raw.is_empty() {
        return Vec::new();
    }
    raw.split(|b| *b == b'\n').map(|line| one(line.strip_suffix(b"\r").unwrap_or(line))).collect()
}

fn one(line: &[u8]) -> String {
    let shown = line.get(..LINE).unwrap_or(line);
    let mut out = String::with_capacity(shown.len());
    for chunk in shown.utf8_chunks() {
        out.push_str(&lexicon::text::visible(chunk.valid()));
        for byte in chunk.invalid() {
            out.push_str(&format!("⟨{byte:02X}⟩"));
        }
    }
    if line.len() > LINE {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_bounded_and_nothing_in_it_steers_the_page() {
        assert_eq!(lines("a\u{202e}b".as_bytes()), ["a⟨U+202E⟩b"]);
        assert!(lines(b"").is_empty());
        let long = lines(&vec![b'x'; 2 * SOURCE]);
        assert_eq!(long.len(), 1);
        assert!(long[0].ends_with('…') && long[0].len() < LINE + 10);
        assert_eq!(lines(b"a\n\nb\n"), ["a", "", "b"]);
    }
}
