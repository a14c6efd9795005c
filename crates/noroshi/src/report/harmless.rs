//! Showing what a sender wrote without doing what the sender wants.

use std::fmt::Write as _;

use lexicon::text::visible;

/// `text` on one line: invisible characters told, URLs defanged.
pub(crate) fn harmless(text: &str) -> String {
    let shown = visible(text);
    if !shown.contains("://") && !shown.contains("www.") && !shown.contains("mailto:") {
        return shown;
    }
    let mut out = String::with_capacity(shown.len() + 16);
    let mut rest = shown.as_str();
    while let Some(start) = start_of_link(rest) {
        let (before, link) = rest.split_at(start);
        let end = link
            .find(|c: char| c.is_whitespace() || !c.is_ascii() || matches!(c, '<' | '>' | '"' | '`'))
            .unwrap_or(link.len());
        let (link, behind) = link.split_at(end);
        let _ = write!(out, "{before}{}", indicators::defang::defang(link));
        rest = behind;
    }
    out.push_str(rest);
    disarm(out)
}

/// Schemes that terminals open.
const LIVE: [&str; 4] = ["http", "https", "ftp", "ftps"];

/// Takes the point off every link that is left, as inside another one's query: `http://` → `hxxp://`.
fn disarm(text: String) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text.as_str();
    while let Some((front, behind)) = rest.split_once("://") {
        let letters = front.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        let (before, scheme) = front.split_at(front.len() - letters);
        let live = LIVE.iter().any(|live| {
            scheme.len() >= live.len()
                && scheme.as_bytes()[scheme.len() - live.len()..].eq_ignore_ascii_case(live.as_bytes())
        });
        out.push_str(before);
        match live {
            true => out.extend(scheme.chars().map(|c| match c {
                't' => 'x',
                'T' => 'X',
                c => c,
            })),
            false => out.push_str(scheme),
        }
        out.push_str("://");
        rest = behind;
    }
    out.push_str(rest);
    out.replace("www.", "www[.]")
}

/// One value (a URL, a name, an address, an IP address) on one line, defanged.
pub(crate) fn defanged(value: &str) -> String {
    let shown = visible(value);
    match shown.strip_prefix("//") {
        Some(rest) => disarm(format!("//{}", indicators::defang::defang(rest))),
        None => disarm(indicators::defang::defang(&shown)),
    }
}

/// Where the first thing stands that terminals make a link of.
fn start_of_link(text: &str) -> Option<usize> {
    let scheme = text.match_indices("://").find_map(|(at, _)| {
        let front = text.get(..at)?;
        let letters = front.bytes().rev().take_while(u8::is_ascii_alphanumeric).count();
        (letters > 0).then_some(at - letters)
    });
    let www = text.find("www.");
    let mailto = text.find("mailto:");
    [scheme, www, mailto].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_defanged_wherever_they_stand() {
        for (text, expect) in [
            ("請求書はhttps://evil.example/a.htmlをご覧", "請求書はhxxps://evil[.]example/a.htmlをご覧"),
            ("<http://a.example>, HTTP://B.example", "<hxxp://a[.]example>, HXXP://B[.]example"),
            ("see www.evil.example/a", "see www[.]evil[.]example/a"),
            ("mailto:a@evil.example", "mailto:a[@]evil[.]example"),
            ("://nothing ://", "://nothing ://"),
            ("https://a.example/?u=http://b.example", "hxxps://a[.]example/?u=hxxp://b.example"),
            ("日本語", "日本語"),
        ] {
            assert_eq!(harmless(text), expect);
        }
    }

    #[test]
    fn values_are_defanged_also_without_a_scheme() {
        assert_eq!(defanged("//a.example/b.html"), "//a[.]example/b.html");
        assert_eq!(defanged("id@<http://a.example>"), "id[@]<hxxp://a.example>");
        assert_eq!(defanged("www.a.example"), "www[.]a[.]example");
        assert_eq!(defanged("192.0.2.1"), "192[.]0[.]2[.]1");
    }

    #[test]
    fn no_text_steers_the_terminal() {
        let text = "a\u{1b}]8;;http://evil.example\u{7}b\u{1b}[31m\u{9b}2J\u{202e}c\r\nd";
        let shown = harmless(text);
        assert!(!shown.chars().any(|c| c.is_control() || lexicon::text::is_invisible(c)), "{shown}");
    }
}
