//! The shape of an identifier: every run of characters as its class and length.

/// Words that programs put into every identifier they make: they stay as they are.
const MARKS: [&str; 24] = [
    "NextPart",
    "Part",
    "Apple",
    "Mail",
    "JavaMail",
    "mixed",
    "alternative",
    "alt",
    "related",
    "boundary",
    "Boundary",
    "BOUNDARY",
    "MIME",
    "PHP",
    "php",
    "swift",
    "symfony",
    "phpmailer",
    "SMTPIN",
    "geopod",
    "ismtpd",
    "Multipart",
    "multipart",
    "NmP",
];

/// Runs that are written out; what follows is left out.
const RUNS: usize = 40;

/// The shape of `text`.
pub(super) fn of(text: &str) -> String {
    if text.len() == 36
        && let Some(case) = uuid(text)
    {
        return case.to_owned();
    }
    let hex = |run: &str, letters: std::ops::RangeInclusive<u8>| {
        run.bytes().all(|b| b.is_ascii_digit() || letters.contains(&b))
    };
    let runs =
        || text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|r| !r.is_empty() && !MARKS.contains(r));
    // Digits alone are hexadecimal where everything beside them is: they have no letter by chance only.
    let whole = |letters: std::ops::RangeInclusive<u8>| {
        runs().all(|r| hex(r, letters.clone())) && runs().any(|r| r.bytes().any(|b| !b.is_ascii_digit()))
    };
    let (lower, upper) = (whole(b'a'..=b'f'), whole(b'A'..=b'F'));
    let mut out = String::new();
    let mut rest = text;
    for _ in 0..RUNS {
        let Some(first) = rest.chars().next() else {
            return out;
        };
        let end = if first.is_ascii_alphanumeric() {
            rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len())
        } else {
            rest.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(rest.len())
        };
        let (run, after) = rest.split_at(end);
        rest = after;
        if !first.is_ascii_alphanumeric() || MARKS.contains(&run) {
            out.push_str(run);
            continue;
        }
        let class = if lower {
            'x'
        } else if upper {
            'X'
        } else if run.bytes().all(|b| b.is_ascii_digit()) {
            '9'
        } else if run.len() >= 8 && hex(run, b'a'..=b'f') {
            'x'
        } else if run.len() >= 8 && hex(run, b'A'..=b'F') {
            'X'
        } else if run.bytes().all(|b| b.is_ascii_lowercase()) {
            'a'
        } else if run.bytes().all(|b| b.is_ascii_uppercase()) {
            'A'
        } else {
            'm'
        };
        out.push_str(&format!("{class}{}", run.len()));
    }
    out.push('…');
    out
}

/// `u` for a UUID in lower case, `U` in upper case.
pub(super) fn uuid(text: &str) -> Option<&'static str> {
    let good = text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        });
    let upper = text.bytes().any(|b| b.is_ascii_uppercase());
    let lower = text.bytes().any(|b| b.is_ascii_lowercase());
    match (good, lower, upper) {
        (true, _, false) => Some("u"),
        (true, false, true) => Some("U"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_keep_marks_and_lose_what_changes() {
        for (text, expect) in [
            ("000101da4792$2c0f1230$0a01a8c0", "x12$x8$x8"),
            ("000101da4792$12345678$0a01a8c0", "x12$x8$x8"),
            ("9b2f1c3e-0a1b-4c2d-8e3f-0123456789ab", "u"),
            ("9B2F1C3E-0A1B-4C2D-8E3F-0123456789AB", "U"),
            ("170532901234.1234.5678901234567890123", "912.94.919"),
            ("===============1234567890123456789==", "===============919=="),
            ("----=_Part_12_34.567", "----=_Part_92_92.93"),
            ("CAFx+Zz9_q", "m4+m3_a1"),
            ("会議", "会議"),
            ("", ""),
        ] {
            assert_eq!(of(text), expect, "{text}");
        }
        assert!(of(&"a-".repeat(200)).ends_with('…'));
    }
}
