//! Address headers (RFC 5322 §3.4, with groups, obsolete and broken forms).

use lexicon::facts::Mailbox;

use crate::words;

/// The mailboxes of an address header, at most `limit`; true if there were more. `label` is a guess at the
/// charset of raw bytes.
pub(crate) fn parse(value: &[u8], label: Option<&str>, limit: usize) -> (Vec<Mailbox>, bool) {
    let text = words::raw_text_as(value, label);
    let (mut found, more) = list(&text, limit);
    // `From: =?utf-8?B?…?=` with the address inside the encoded-word: read once more after decoding.
    if found.iter().all(|m| m.address.is_empty()) && text.contains("=?") {
        let decoded = words::decode(&text);
        if decoded.contains('@') {
            let (again, _) = list(&decoded, limit);
            if again.iter().any(|m| !m.address.is_empty()) {
                found = again;
            }
        }
    }
    (found, more)
}

/// Comments in comments that are followed.
const COMMENT_DEPTH: usize = 8;

#[derive(Default)]
struct Draft {
    /// Words before the angle bracket, quotes taken off.
    phrase: String,
    /// A part of the phrase stood in quotes.
    quoted: bool,
    angle: Option<String>,
    comment: String,
}

impl Draft {
    fn finish(&mut self) -> Option<Mailbox> {
        let draft = std::mem::take(self);
        let phrase = draft.phrase.trim();
        if let Some(angle) = draft.angle {
            let address = clean_address(&angle);
            let name = words::decode(phrase);
            let name = if name.trim().is_empty() { words::decode(draft.comment.trim()) } else { name };
            return Some(Mailbox { name: tidy(&name), address });
        }
        if phrase.is_empty() {
            return None;
        }
        // No brackets: the word with the @ is the address, the rest the name.
        if let Some(at) = phrase.split_whitespace().find(|w| w.contains('@') && !w.starts_with("=?")) {
            let rest: Vec<&str> = phrase.split_whitespace().filter(|w| *w != at).collect();
            let joined = if phrase.contains(" @ ") { phrase.replace(' ', "") } else { at.to_owned() };
            let rest = if phrase.contains(" @ ") { String::new() } else { rest.join(" ") };
            let name = if rest.is_empty() { draft.comment.trim().to_owned() } else { rest };
            return Some(Mailbox { name: tidy(&words::decode(&name)), address: clean_address(&joined) });
        }
        Some(Mailbox { name: tidy(&words::decode(phrase)), address: String::new() })
    }
}

fn tidy(name: &str) -> String {
    name.trim().trim_matches('"').trim().to_owned()
}

/// Without blanks, brackets, quotes around it and an obsolete route (`@a,@b:user@host`).
fn clean_address(text: &str) -> String {
    let text = text.trim();
    let text = match text.split_once(':') {
        Some((route, rest)) if route.starts_with('@') => rest,
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => rest,
        _ => text,
    };
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '\'' | ',' | ';'));
    let text: String = if text.starts_with('"') {
        text.to_owned()
    } else {
        let plain = without_comments(text);
        // `<name user@example.com>`: the one word that is an address by itself.
        let whole = |w: &&str| w.split_once('@').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty());
        match plain.split_whitespace().find(whole) {
            Some(word) => word.to_owned(),
            None => plain.chars().filter(|c| !c.is_whitespace()).collect(),
        }
    };
    // `"user@example.com"` in quotes as a whole.
    match text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) {
        Some(inner) if inner.contains('@') => inner.to_owned(),
        _ => text,
    }
}

/// `pete(his account)@silly.test(his host)` without its comments.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn list(text: &str, limit: usize) -> (Vec<Mailbox>, bool) {
    let mut out = Vec::new();
    let mut draft = Draft::default();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        match c {
            '"' => {
                let (inner, tail) = quoted(after);
                if let Some(angle) = &mut draft.angle {
                    angle.push('"');
                    angle.push_str(&inner);
                    angle.push('"');
                } else if tail.starts_with('@') {
                    // "odd local part"@example.com
                    draft.phrase.push('"');
                    draft.phrase.push_str(&inner);
                    draft.phrase.push('"');
                } else {
                    draft.quoted = true;
                    draft.phrase.push_str(&inner);
                }
                rest = tail;
            }
            '(' => {
                let (inner, tail) = comment(after);
                draft.comment = inner.to_owned();
                rest = tail;
            }
            '<' => {
                let end = after.find(['>', '\u{0}']);
                let (inner, tail) = match end {
                    Some(end) => (after.get(..end).unwrap_or(""), after.get(end + 1..).unwrap_or("")),
                    None => {
                        let end = after.find([',', ';']).unwrap_or(after.len());
                        after.split_at(end)
                    }
                };
                // `<name> <address>`: the last brackets with an @ hold the address.
                match &draft.angle {
                    Some(first) if !first.contains('@') && inner.contains('@') => {
                        let name = first.clone();
                        draft.phrase.push_str(&name);
                        draft.angle = Some(inner.to_owned());
                    }
                    Some(_) => {}
                    None => draft.angle = Some(inner.to_owned()),
                }
                rest = tail;
            }
            // A name with a bare comma in it: `Support Team, Example <a@example.com>`.
            ',' if draft.angle.is_none()
                && !draft.phrase.contains('@')
                && !draft.phrase.trim().is_empty() =>
            {
                draft.phrase.push(',');
                rest = after;
            }
            ',' | ';' => {
                push(&mut out, &mut draft);
                rest = after;
            }
            ':' if draft.angle.is_none() && !draft.phrase.contains('@') && !draft.quoted => {
                // A group's name says nothing about its members; a lone `mailto:` neither.
                draft = Draft::default();
                rest = after;
            }
            '=' => {
                let length = words::word_length(rest);
                if length == 0 {
                    draft.phrase.push('=');
                    rest = after;
                } else {
                    let (word, tail) = rest.split_at(length);
                    draft.phrase.push_str(word);
                    rest = tail;
                }
            }
            c => {
                if draft.angle.is_none() {
                    draft.phrase.push(c);
                }
                rest = after;
            }
        }
        if out.len() > limit {
            out.truncate(limit);
            return (out, true);
        }
    }
    push(&mut out, &mut draft);
    let more = out.len() > limit;
    out.truncate(limit);
    (out, more)
}

fn push(out: &mut Vec<Mailbox>, draft: &mut Draft) {
    if let Some(mailbox) = draft.finish()
        && (!mailbox.name.is_empty() || !mailbox.address.is_empty())
    {
        out.push(mailbox);
    }
}

/// Reads to the closing quote, resolving escapes; an unclosed quote ends with the text.
fn quoted(text: &str) -> (String, &str) {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (out, text.get(at + 1..).unwrap_or("")),
            '\\' => out.extend(chars.next().map(|(_, c)| c)),
            c => out.push(c),
        }
    }
    // Unclosed: an address may still stand in brackets at the end.
    match text.rfind('<') {
        Some(at) => (text.get(..at).unwrap_or("").to_owned(), text.get(at..).unwrap_or("")),
        None => (out, ""),
    }
}

fn comment(text: &str) -> (&str, &str) {
    let mut depth = 1;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '(' if depth < COMMENT_DEPTH => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return (text.get(..at).unwrap_or(""), text.get(at + 1..).unwrap_or(""));
                }
            }
            _ => {}
        }
    }
    (text, "")
}

/// The part after the last `@`, in lower case, without a closing dot; empty where there is none.
pub(crate) fn domain(address: &str) -> String {
    address.rsplit_once('@').map_or("", |(_, d)| d).trim_end_matches('.').to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &[u8], expect: &[(&str, &str)]) {
        let (got, _) = parse(value, None, 100);
        let got: Vec<(&str, &str)> = got.iter().map(|m| (m.name.as_str(), m.address.as_str())).collect();
        assert_eq!(got, expect, "{:?}", String::from_utf8_lossy(value));
    }

    #[test]
    fn mailboxes_are_read_in_every_usual_form() {
        check(b"a@example.com", &[("", "a@example.com")]);
        check(b"<a@example.com>", &[("", "a@example.com")]);
        check(
            b"Ann Lee <a@example.com>, b@example.com",
            &[("Ann Lee", "a@example.com"), ("", "b@example.com")],
        );
        check(b"\"Lee, Ann\" <a@example.com>", &[("Lee, Ann", "a@example.com")]);
        check(b"a@example.com (Ann (the boss) Lee)", &[("Ann (the boss) Lee", "a@example.com")]);
        check(
            b"Friends: a@example.com, B <b@example.com>;, c@example.com",
            &[("", "a@example.com"), ("B", "b@example.com"), ("", "c@example.com")],
        );
        check(b"undisclosed-recipients:;", &[]);
        check(b"<@a.example,@b.example:c@example.com>", &[("", "c@example.com")]);
    }

    #[test]
    fn broken_mailboxes_still_give_their_address() {
        check(b"Ann a@example.com", &[("Ann", "a@example.com")]);
        check(b"Ann <a@example.com", &[("Ann", "a@example.com")]);
        check(b"\"Ann <a@example.com>", &[("Ann", "a@example.com")]);
        check(b"Pete <pete(his account)@silly.test(his host)>", &[("Pete", "pete@silly.test")]);
        check(b"<Ann a@example.com>", &[("", "a@example.com")]);
        check(b"a @ example.com", &[("", "a@example.com")]);
        check(b"<Ann> <a@example.com>", &[("Ann", "a@example.com")]);
        check(b"Nobody", &[("Nobody", "")]);
        check(
            b"Team, Example <a@example.com>, b@example.com",
            &[("Team, Example", "a@example.com"), ("", "b@example.com")],
        );
        check(b"", &[]);
        check(b",,;", &[]);
    }

    #[test]
    fn names_are_decoded_before_they_are_shown_and_after_they_are_split() {
        check(b"=?UTF-8?Q?Lee,_Ann?= <a@example.com>", &[("Lee, Ann", "a@example.com")]);
        check(b"=?UTF-8?B?5oOF5aCx44K744Oz44K/44O8?= <a@example.com>", &[("情報センター", "a@example.com")]);
        check(b"\"=?UTF-8?B?5oOF5aCx?=\" <a@example.com>", &[("情報", "a@example.com")]);
        check(b"\x1b$B>pJs\x1b(B <a@example.com>", &[("情報", "a@example.com")]);
        check(b"=?UTF-8?Q?Ann_=3Ca=40example=2Ecom=3E?=", &[("Ann", "a@example.com")]);
    }

    #[test]
    fn a_thousand_mailboxes_are_cut_at_the_limit() {
        let many = "a@example.com, ".repeat(1000);
        let (found, more) = parse(many.as_bytes(), None, 10);
        assert_eq!((found.len(), more), (10, true));
    }

    #[test]
    fn the_domain_is_what_follows_the_last_at() {
        assert_eq!(domain("\"a@b\"@Example.COM."), "example.com");
        assert_eq!(domain("nobody"), "");
    }
}
