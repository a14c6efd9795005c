//! The names of fields, as notmuch, Gmail and Japanese users write them.

use crate::document::Field;

/// What a field asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// Words in these fields.
    Words(&'static [Field]),
    /// Names and addresses in these fields.
    Mailboxes(&'static [Field]),
    /// Words of a URL.
    Url,
    /// Hosts and IP addresses.
    Host,
    /// A whole value.
    Exact(Field),
    /// A hash with so many hexadecimal digits; 0 for any.
    Hash(usize),
    /// A span of days.
    Date,
    Before,
    After,
    OlderThan,
    NewerThan,
    Larger,
    Smaller,
}

const ANY_MAILBOX: &[Field] = &[Field::From, Field::ReplyTo, Field::ReturnPath, Field::To, Field::Cc];

/// Every name, the one that is told first.
const NAMES: &[(&[&str], Name)] = &[
    (&["from", "差出人"], Name::Mailboxes(&[Field::From])),
    (&["to", "宛先"], Name::Mailboxes(&[Field::To])),
    (&["cc"], Name::Mailboxes(&[Field::Cc])),
    (&["reply-to", "replyto", "返信先"], Name::Mailboxes(&[Field::ReplyTo])),
    (&["return-path", "returnpath"], Name::Mailboxes(&[Field::ReturnPath])),
    (&["address", "addr", "アドレス"], Name::Mailboxes(ANY_MAILBOX)),
    (&["subject", "件名"], Name::Words(&[Field::Subject])),
    (&["body", "本文"], Name::Words(&[Field::Body])),
    (&["inside", "添付内"], Name::Words(&[Field::Inside])),
    (&["filename", "attachment", "添付"], Name::Words(&[Field::Name])),
    (&["path", "folder"], Name::Words(&[Field::Path])),
    (&["url", "link"], Name::Url),
    (&["host", "domain", "ip"], Name::Host),
    (&["id", "mid", "message-id", "rfc822msgid"], Name::Exact(Field::Id)),
    (&["kind", "mimetype", "種別"], Name::Exact(Field::Kind)),
    (&["has"], Name::Exact(Field::Has)),
    (&["hash"], Name::Hash(0)),
    (&["sha256"], Name::Hash(64)),
    (&["sha1"], Name::Hash(40)),
    (&["md5"], Name::Hash(32)),
    (&["date", "日付"], Name::Date),
    (&["before", "until"], Name::Before),
    (&["after", "since"], Name::After),
    (&["older_than", "older-than"], Name::OlderThan),
    (&["newer_than", "newer-than"], Name::NewerThan),
    (&["larger"], Name::Larger),
    (&["smaller"], Name::Smaller),
];

/// The field of a name.
pub(super) fn of(written: &str) -> Option<Name> {
    let same = |name: &&str| name.eq_ignore_ascii_case(written);
    NAMES.iter().find(|(names, _)| names.iter().any(&same)).map(|(_, name)| *name)
}

/// The name that `written` is a slip of: one letter missing, more, another, or two changed places.
pub(super) fn near(written: &str) -> Option<&'static str> {
    // What is written before a colon in a subject or is a scheme, and short words that are near to everything.
    const OTHERS: [&str; 9] = ["re", "fw", "fwd", "http", "https", "ftp", "file", "mailto", "data"];
    let lower = written.to_ascii_lowercase();
    if lower.len() < 3 || !lower.is_ascii() || OTHERS.contains(&lower.as_str()) {
        return None;
    }
    NAMES
        .iter()
        .flat_map(|(names, _)| names.iter())
        .copied()
        .find(|name| is_slip(name.as_bytes(), lower.as_bytes()))
}

fn is_slip(name: &[u8], written: &[u8]) -> bool {
    if name.len() < 4 {
        return false;
    }
    let same = name.iter().zip(written).take_while(|(a, b)| a == b).count();
    let (a, b) = (name.get(same..).unwrap_or_default(), written.get(same..).unwrap_or_default());
    match (a, b) {
        ([], []) => false,
        ([x, y, a @ ..], [v, w, b @ ..]) if x == w && y == v && a == b => true,
        (a, b) => {
            let tail = |s: &[u8]| s.get(1..).unwrap_or_default().to_vec();
            tail(a) == b || a == tail(b) || (!a.is_empty() && !b.is_empty() && tail(a) == tail(b))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_seen_and_other_words_are_not() {
        for (written, meant) in [("form", "from"), ("fom", "from"), ("subjct", "subject"), ("bofy", "body")] {
            assert_eq!(near(written), Some(meant), "{written}");
        }
        for written in ["re", "https", "10", "note", "from", "C"] {
            assert_eq!(near(written), None, "{written}");
        }
    }
}
