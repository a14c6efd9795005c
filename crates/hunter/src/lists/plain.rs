//! One value a line; `#` starts a comment.

use super::Gather;
use crate::Kind;
use crate::set::Origin;

pub(super) fn read(gather: &mut Gather, text: &str, name: &str) {
    gather.reserve(text.len() / 20);
    let origin = gather.origin(Origin { advisory: name.to_owned(), ..Origin::default() });
    for (at, line) in text.lines().enumerate() {
        // Most lines of a large list are a name and nothing else.
        if is_plain_domain(line.as_bytes()) {
            gather.normal(at + 1, Kind::Domain, line, origin);
            continue;
        }
        let value = indicators::guard::without_comment(line);
        if value.is_empty() || (value.starts_with(['!', ';']) && value.contains(' ')) {
            continue;
        }
        // A list of columns without a header: the first that says what it is.
        if value.contains([',', '\t', ';'])
            && super::normal::shape(value).is_err()
            && let Some(cell) = value
                .split([',', '\t', ';'])
                .map(|cell| cell.trim().trim_matches('"'))
                .find(|cell| super::normal::shape(cell).is_ok())
        {
            gather.value(at + 1, None, cell, origin);
            continue;
        }
        gather.value(at + 1, None, value, origin);
    }
}

/// A name in its normal form, with at least two labels and letters at the end that are no file's ending.
fn is_plain_domain(line: &[u8]) -> bool {
    if line.len() > 253 || line.len() < 4 {
        return false;
    }
    let mut label = 0usize;
    let mut dots = 0;
    for &byte in line {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'_' => label += 1,
            b'-' if label > 0 => label += 1,
            b'.' if (1..=63).contains(&label) => {
                dots += 1;
                label = 0;
            }
            _ => return false,
        }
    }
    let last = line.get(line.len() - label.min(line.len())..).unwrap_or_default();
    dots > 0 && (2..=63).contains(&label) && last.iter().all(u8::is_ascii_lowercase) && is_common_suffix(last)
}

/// Endings that cannot be taken for a file's: most names of any list. The rest takes the longer way.
fn is_common_suffix(last: &[u8]) -> bool {
    last.len() == 2
        || matches!(
            last,
            b"com"
                | b"net"
                | b"org"
                | b"info"
                | b"top"
                | b"xyz"
                | b"online"
                | b"site"
                | b"club"
                | b"shop"
                | b"icu"
                | b"biz"
                | b"live"
                | b"app"
                | b"dev"
                | b"cloud"
                | b"tech"
                | b"store"
                | b"space"
                | b"website"
                | b"pro"
                | b"test"
                | b"example"
        ) && last != b"js"
}
