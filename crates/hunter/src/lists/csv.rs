//! CSV with a header: which columns hold the value, its kind, its advisory, label and validity.

use jiff::Timestamp;
use lexicon::Text;

use super::gather::{Gather, Why};
use crate::Kind;
use crate::set::Origin;

/// Where the columns are.
pub(super) struct Columns {
    separator: u8,
    value: usize,
    kind: Option<usize>,
    /// What the column of the value says of its kind, where there is no column for it.
    fixed: Option<Kind>,
    advisory: Option<usize>,
    tlp: Option<usize>,
    from: Option<usize>,
    until: Option<usize>,
}

/// The header, if the first line that says something is one.
pub(super) fn header(text: &str) -> Option<Columns> {
    let line =
        text.lines().map(str::trim).find(|line| !line.is_empty())?.trim_start_matches('#').trim_start();
    let separator = [b',', b';', b'\t', b'|'].into_iter().find(|&c| line.as_bytes().contains(&c))?;
    let mut names = Vec::new();
    split_record(line.as_bytes(), separator, &mut names);
    let names: Vec<String> =
        names.iter().map(|name| String::from_utf8_lossy(name).trim().to_ascii_lowercase()).collect();
    let find = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
    let value = find(&["value", "indicator", "ioc", "observable", "attribute"]);
    let typed = find(&[
        "url",
        "domain",
        "hostname",
        "fqdn",
        "ip",
        "ip address",
        "hash",
        "sha256",
        "sha1",
        "md5",
        "email",
        "filename",
        "subject",
        "user-agent",
        "mutex",
    ]);
    let at = value.or(typed)?;
    let fixed = match value {
        Some(_) => None,
        None => names.get(at).and_then(|name| Kind::from_common_word(name)),
    };
    Some(Columns {
        separator,
        value: at,
        kind: find(&["type", "kind", "indicator_type", "ioc_type", "ioc type", "indicator type"]),
        fixed,
        advisory: find(&["advisory", "event", "event_id", "campaign", "report", "reference", "case"]),
        tlp: find(&["tlp", "label", "marking"]),
        from: find(&["valid_from", "valid from", "first_seen"]),
        until: find(&["valid_until", "valid until", "expires", "expiry"]),
    })
}

pub(super) fn read(gather: &mut Gather, text: &str, columns: &Columns, name: &str) {
    let mut rest = text.as_bytes();
    let mut line = 1;
    let mut header_seen = false;
    let mut record = Vec::new();
    while !rest.is_empty() {
        let end = record_end(rest);
        let this = rest.get(..end).unwrap_or_default();
        rest = rest.get(end + 1..).unwrap_or_default();
        let at = line;
        line += 1 + memchr::memchr_iter(b'\n', this).count();
        let trimmed = this.trim_ascii();
        if trimmed.is_empty() || !std::mem::replace(&mut header_seen, true) || trimmed.starts_with(b"#") {
            continue;
        }
        split_record(this, columns.separator, &mut record);
        let field = |column: Option<usize>| {
            let cell = column.and_then(|at| record.get(at)).map(Vec::as_slice).unwrap_or_default();
            String::from_utf8_lossy(cell.trim_ascii()).into_owned()
        };
        let value = field(Some(columns.value));
        if value.is_empty() {
            gather.remark(at, &String::from_utf8_lossy(trimmed), NO_VALUE);
            continue;
        }
        let word = field(columns.kind);
        let kind = match word.is_empty() {
            true => columns.fixed,
            false
                if matches!(
                    word.to_ascii_lowercase().as_str(),
                    "ip" | "ip-src" | "ip-dst" | "ip-addr" | "address"
                ) =>
            {
                Some(Kind::Ipv4)
            }
            false => match Kind::from_common_word(&word) {
                Some(kind) => Some(kind),
                None => {
                    gather.remark(at, &word, UNKNOWN_KIND);
                    continue;
                }
            },
        };
        let advisory = field(columns.advisory);
        let origin = gather.origin(Origin {
            advisory: if advisory.is_empty() { name.to_owned() } else { advisory },
            source: String::new(),
            tlp: field(columns.tlp).parse().ok(),
            valid_from: moment(&field(columns.from)),
            valid_until: moment(&field(columns.until)),
        });
        gather.value(at, kind, &value, origin);
    }
}

/// A point in time, or the beginning of a day in Japan.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let date: jiff::civil::Date = text.get(..10)?.replace('/', "-").parse().ok()?;
        date.to_zoned(lexicon::time::jst()).ok().map(|at| at.timestamp())
    })
}

/// Where the record ends: at a line's end that stands in no quotes.
fn record_end(text: &[u8]) -> usize {
    let mut quoted = false;
    for at in memchr::memchr2_iter(b'"', b'\n', text) {
        match text.get(at) {
            Some(b'"') => quoted = !quoted,
            _ if !quoted => return at,
            _ => {}
        }
    }
    // A quote that is never closed: the record is its first line.
    if quoted { memchr::memchr(b'\n', text).unwrap_or(text.len()) } else { text.len() }
}

/// The fields of one record (RFC 4180), quotes undone.
pub(crate) fn split_record(record: &[u8], separator: u8, fields: &mut Vec<Vec<u8>>) {
    fields.clear();
    let record = record.strip_suffix(b"\r").unwrap_or(record);
    let mut field = Vec::new();
    let mut quoted = false;
    let mut bytes = record.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' if quoted => {
                if bytes.next_if_eq(&b'"').is_some() {
                    field.push(b'"');
                } else {
                    quoted = false;
                }
            }
            b'"' if field.is_empty() => quoted = true,
            byte if byte == separator && !quoted => fields.push(std::mem::take(&mut field)),
            byte => field.push(byte),
        }
    }
    fields.push(field);
}

const NO_VALUE: Why = Why {
    what: Text::new("値がありません", "no value"),
    hint: Text::new(
        "値の列を埋めるか、行を消してください",
        "fill the column of the value, or delete the line",
    ),
};
const UNKNOWN_KIND: Why = Why {
    what: Text::new("種別が分かりません", "its type is not known"),
    hint: Text::new(
        "domain-name、ipv4-addr、url、email-addr、file、file-name、user-agent などを書くか、空にしてください",
        "write domain-name, ipv4-addr, url, email-addr, file, file-name, user-agent …, or leave it empty",
    ),
};
