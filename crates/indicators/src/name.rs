//! Domain names: their normal form (A-labels, lower case) and what the public suffix list says of them.

use idna::{domain_to_ascii, domain_to_unicode};

use crate::limits::MAX_HOST;

/// A domain name in its normal form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// A-labels, lower case, without the final dot.
    pub(crate) ascii: String,
    /// U-labels, where they differ.
    pub(crate) unicode: Option<String>,
    /// Asked for by everybody who has a name, so looked up once.
    standing: Standing,
}

/// Where a name stands in the public name space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// At least one label before a known suffix.
    Registered,
    /// A known suffix of several labels and nothing else: `co.jp`.
    Suffix,
    /// No known suffix, or one label.
    Unknown,
}

/// Top-level names reserved by RFC 2606 and RFC 6761: valid in examples, tests and exercises.
pub(crate) const RESERVED: [&str; 4] = ["example", "test", "invalid", "localhost"];

/// IANA's reserved internationalised test domains (「テスト」 and its ten sisters).
const RESERVED_IDN: [&str; 11] = [
    "xn--0zwm56d",
    "xn--11b5bs3a9aj6g",
    "xn--80akhbyknj4f",
    "xn--9t4b11yi5a",
    "xn--deba0ad",
    "xn--g6w251d",
    "xn--hgbk6aj7f53bba",
    "xn--hlcj6aya9esc7a",
    "xn--jxalpdlp",
    "xn--kgbechtv",
    "xn--zckzah",
];

impl Name {
    /// The normal form of `text`; `None` if it cannot be a name. Underscores are kept: names that are not
    /// host names have them, and so do hosts that were set up by people who did not know better.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() || text.len() > MAX_HOST {
            return None;
        }
        let ascii = match plain(text) {
            Some(ascii) => ascii,
            None => {
                let mut ascii = domain_to_ascii(text).ok()?;
                if ascii.ends_with('.') {
                    ascii.pop();
                }
                plain_or_a_label(&ascii)?
            }
        };
        let unicode = if has_a_label(&ascii) {
            let (unicode, result) = domain_to_unicode(&ascii);
            (result.is_ok() && unicode != ascii).then_some(unicode)
        } else {
            None
        };
        let standing = standing(&ascii);
        Some(Self { ascii, unicode, standing })
    }

    /// Where it stands in the public name space.
    pub(crate) fn standing(&self) -> Standing {
        self.standing
    }
}

/// Where a name in normal form stands.
pub(crate) fn standing(ascii: &str) -> Standing {
    let Some((front, last)) = ascii.rsplit_once('.') else { return Standing::Unknown };
    if front.is_empty() {
        return Standing::Unknown;
    }
    if is_reserved(last) {
        return Standing::Registered;
    }
    let Some(suffix) = psl::suffix(ascii.as_bytes()).filter(psl::Suffix::is_known) else {
        return Standing::Unknown;
    };
    // A private suffix (github.io, blogspot.com) is somebody's registered name as well.
    if suffix.as_bytes().len() == ascii.len() && suffix.typ() == Some(psl::Type::Icann) {
        Standing::Suffix
    } else {
        Standing::Registered
    }
}

/// True if `ascii` is, as a whole, a public suffix, also a private one such as `github.io`.
pub(crate) fn is_public_suffix(ascii: &str) -> bool {
    psl::suffix(ascii.as_bytes())
        .is_some_and(|suffix| suffix.is_known() && suffix.as_bytes() == ascii.as_bytes())
}

/// True for a reserved top-level label, also one of the internationalised test labels.
pub(crate) fn is_reserved(label: &str) -> bool {
    RESERVED.contains(&label) || (label.starts_with("xn--") && RESERVED_IDN.contains(&label))
}

/// The lower-case form of a name that is plain ASCII without A-labels, which most are: one pass.
fn plain(text: &str) -> Option<String> {
    plain_or_a_label(text).filter(|ascii| !has_a_label(ascii))
}

fn has_a_label(ascii: &str) -> bool {
    ascii.as_bytes().windows(4).any(|head| head == b"xn--")
}

/// Checks labels and lengths (RFC 1035 §2.3.4) and lower-cases.
fn plain_or_a_label(text: &str) -> Option<String> {
    if text.len() > 253 {
        return None;
    }
    let mut label = 0;
    let mut good = true;
    let ascii = text.bytes().map(|byte| {
        match byte {
            b'.' => {
                good &= label > 0;
                label = 0;
            }
            b'-' if label == 0 => good = false,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => {
                label += 1;
                good &= label <= 63;
            }
            _ => good = false,
        }
        byte.to_ascii_lowercase()
    });
    let ascii: Vec<u8> = ascii.collect();
    if good && label > 0 { String::from_utf8(ascii).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, ascii: Option<&str>, unicode: Option<&str>) {
        let name = Name::parse(text);
        assert_eq!(name.as_ref().map(|name| name.ascii.as_str()), ascii, "{text}");
        assert_eq!(name.and_then(|name| name.unicode).as_deref(), unicode, "{text}");
    }

    #[test]
    fn a_name_is_lower_case_a_labels_with_its_unicode_form() {
        check("WWW.Evil.Example.", Some("www.evil.example"), None);
        check("日本語.example", Some("xn--wgv71a119e.example"), Some("日本語.example"));
        check("XN--WGV71A119E.example", Some("xn--wgv71a119e.example"), Some("日本語.example"));
        check("ＢＡＤ．example", Some("bad.example"), None);
        check("_dmarc.evil.example", Some("_dmarc.evil.example"), None);
    }

    #[test]
    fn what_cannot_be_a_name_is_none() {
        for text in ["", ".", "a..b", "-a.example", "a b.example", &"a".repeat(64), &"a.".repeat(200)] {
            check(text, None, None);
        }
    }

    #[test]
    fn only_known_suffixes_with_a_label_before_them_are_registered_names() {
        for (name, expect) in [
            ("evil.example", Standing::Registered),
            ("evil.co.jp", Standing::Registered),
            ("co.jp", Standing::Suffix),
            ("github.io", Standing::Registered),
            ("com", Standing::Unknown),
            ("evil.nosuchsuffix", Standing::Unknown),
            ("evil.xn--zckzah", Standing::Registered),
        ] {
            assert_eq!(standing(name), expect, "{name}");
        }
    }
}
