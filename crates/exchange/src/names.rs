//! Domain names as zone files and hosts files take them.

/// Octets of a whole name in text form (RFC 1035 §2.3.4: 255 on the wire).
pub(crate) const MAX_NAME: usize = 253;
/// Octets of one label (RFC 1035 §2.3.4).
pub(crate) const MAX_LABEL: usize = 63;

/// True if `name` is made of labels of lower-case letters, digits, `-` and `_`, at least two of them, each of
/// a lawful length: such a name needs no escaping anywhere, and can be no directive of a zone file.
pub(crate) fn is_plain(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.contains('.')
        && name.split('.').all(|label| {
            (1..=MAX_LABEL).contains(&label.len())
                && label
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
        })
}

/// A text from outside as the rest of a comment: on one line, nothing invisible, cut.
pub(crate) fn comment(text: &str) -> String {
    lexicon::text::visible(lexicon::text::cut(text, 200)).replace(['\u{2028}', '\u{2029}', '\u{85}'], " ")
}
