//! Subjects, names and paths with what changes from mail to mail masked.

/// A masked subject with fewer letters than this is everybody's ("invoice", "Re: 見積").
const MIN_SUBJECT: usize = 12;
/// A display name with fewer letters than this is no name.
const MIN_NAME: usize = 4;
/// Segments of a path that are looked at.
const MAX_SEGMENTS: usize = 8;
/// A word of a path longer than this (bytes) is random or one mail's own.
const LONG_WORD: usize = 24;

/// A subject's letters in lower case, without prefixes of replies; runs of digits become `#`, mail addresses `@`.
/// `None` where too little is left.
pub(super) fn subject(subject: &str) -> Option<String> {
    let mut rest = subject.trim();
    while let Some((head, tail)) = rest.split_once([':', '：']) {
        let prefix = head.trim().trim_end_matches(|c: char| c.is_ascii_digit() || "[]()".contains(c));
        if !["re", "fw", "fwd", "aw", "wg", "sv", "返信", "転送"].contains(&prefix.to_lowercase().as_str())
        {
            break;
        }
        rest = tail.trim();
    }
    let mut out = String::new();
    for word in rest.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        if word.contains('@') {
            out.push('@');
            continue;
        }
        let mut digits = false;
        for c in word.chars() {
            if c.is_numeric() {
                if !digits {
                    out.push('#');
                }
                digits = true;
            } else if c.is_alphanumeric() {
                out.extend(c.to_lowercase());
                digits = false;
            }
        }
    }
    let letters: usize = out.chars().filter(|c| c.is_alphabetic()).map(weight).sum();
    (letters >= MIN_SUBJECT).then_some(out)
}

/// A kana or kanji says as much as two or three Latin letters.
fn weight(c: char) -> usize {
    if u32::from(c) >= 0x3000 { 3 } else { 1 }
}

/// A display name in lower case; `None` for an address or too little.
pub(super) fn name(name: &str) -> Option<String> {
    let name = name.trim().trim_matches(['"', '\'']).to_lowercase();
    let letters: usize = name.chars().filter(|c| c.is_alphabetic()).map(weight).sum();
    (letters >= MIN_NAME && !name.contains('@')).then_some(name)
}

/// The shape of a link's path: folders and file as they are, identifiers as `*`, the names of what is asked for
/// without their values: `/wp-content/*/x.php?id=`. `None` where the shape is everybody's: no file that runs at the
/// server, and nothing asked for by two names.
pub(super) fn path(path: &str) -> Option<String> {
    let path = path.split('#').next().unwrap_or("");
    let (folders, asked) = path.split_once('?').unwrap_or((path, ""));
    let mut out = String::new();
    let mut words = 0;
    let mut segments = folders.split('/').filter(|segment| !segment.is_empty()).take(MAX_SEGMENTS).peekable();
    let mut runs = false;
    while let Some(segment) = segments.next() {
        out.push('/');
        let plain = segment.len() <= LONG_WORD
            && segment.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '_' | '.'))
            && segment.chars().any(char::is_alphabetic);
        if plain {
            out.push_str(&segment.to_lowercase());
            words += 1;
            let last = segments.peek().is_none();
            runs |= last
                && [".php", ".asp", ".aspx", ".jsp", ".cgi", ".do"].iter().any(|end| segment.ends_with(end));
        } else {
            out.push('*');
        }
    }
    let mut names: Vec<&str> = asked
        .split(['&', ';'])
        .filter_map(|pair| pair.split_once('=').map(|(name, _)| name))
        .filter(|name| {
            !name.is_empty()
                && name.len() <= LONG_WORD
                && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        })
        .filter(|name| !name.starts_with("utm_"))
        .take(MAX_SEGMENTS)
        .collect();
    names.sort_unstable();
    names.dedup();
    if !names.is_empty() {
        out.push('?');
        for name in &names {
            out.push_str(name);
            out.push('=');
        }
    }
    let telling = (runs && words >= 2) || (words >= 1 && names.len() >= 2) || (runs && !names.is_empty());
    telling.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_in_a_subject_is_masked() {
        assert_eq!(
            subject("RE: Fwd: Invoice No. 4711-2 for a.b@x.example is overdue!").as_deref(),
            Some("invoice no ## for @ is overdue")
        );
        assert_eq!(subject("返信：御見積書の送付 第12号").as_deref(), Some("御見積書の送付 第#号"));
        assert_eq!(subject("Re: hello"), None);
        assert_eq!(subject("見積書"), None);
        assert_eq!(subject(""), None);
    }

    #[test]
    fn a_path_keeps_its_shape_only() {
        let told = |text: &str| path(text).unwrap_or_default();
        assert_eq!(told("/wp-content/9f3a/x.php?id=77"), "/wp-content/*/x.php?id=");
        assert_eq!(told("/wp-content/0b1c/x.php?id=12#top"), "/wp-content/*/x.php?id=");
        assert_eq!(told("/cl/6304_md/1997?oc=2&a=1&utm_source=x"), "/cl/*/*?a=oc=");
        for common in ["/", "/index.php", "/news/today", "/en/", "/a/b/c?x=1", ""] {
            assert_eq!(path(common), None, "{common}");
        }
    }

    #[test]
    fn an_address_is_no_name() {
        assert_eq!(name("\"DHL Express\"").as_deref(), Some("dhl express"));
        assert_eq!(name("山田 太郎").as_deref(), Some("山田 太郎"));
        assert_eq!(name("a@b.example"), None);
        assert_eq!(name("ok"), None);
    }
}
