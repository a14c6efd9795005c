//! Reading a list of indicators that somebody wrote: one value a line, or CSV with a header.

use std::str::FromStr;

use jiff::Timestamp;
use lexicon::indicator::FileHashes;
use lexicon::{Indicator, IndicatorSet, ObservableType, Tlp};

use crate::defang::refang;
use crate::extraction::one_hash;
use crate::guard::without_comment;
use crate::limits::{MAX_PROBLEMS, MAX_SET};
use crate::name::Name;
use crate::problem::Problem;
use crate::shape::classify;

/// Reads `text` as an indicator set.
///
/// Plain: one value a line, its type told by its shape, `#` starts a comment. CSV: the first line names the
/// columns `value` (or `indicator`, `ioc`, `url`, `domain`, `ip`, `hash`), `type` and `note` (or `comment`,
/// `description`) in any order, separated by comma, semicolon or tab; others are passed over. `type` is a STIX
/// name or a common one (`ip`, `domain`, `sha256` …) and may be empty. Defanged values
/// are understood. Lines that cannot be read are told and left out; the rest is the set.
///
/// ```
/// use lexicon::{ObservableType, Tlp};
/// let text = "# 2026年11月\nhxxps://evil[.]example/a\n192[.]0[.]2[.]1\nhello\n";
/// let (set, problems) = indicators::set::parse("list", text, Tlp::Green, jiff::Timestamp::UNIX_EPOCH);
/// assert_eq!(set.indicators.len(), 2);
/// assert_eq!(set.indicators[0].kind, ObservableType::Ipv4Addr);
/// assert_eq!(problems[0].line, 4);
/// ```
pub fn parse(name: &str, text: &str, tlp: Tlp, created: Timestamp) -> (IndicatorSet, Vec<Problem>) {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = Reader::default();
    match header(text) {
        Some(columns) => reader.csv(text, &columns),
        None => {
            for (at, line) in text.lines().enumerate() {
                reader.add(at + 1, without_comment(line), "", "");
            }
        }
    }
    let Reader { mut indicators, problems } = reader;
    // Of the same value twice, the one with a note stays.
    indicators.sort_by(|a, b| {
        (a.kind, &a.value, a.note.is_empty(), &a.note).cmp(&(b.kind, &b.value, b.note.is_empty(), &b.note))
    });
    indicators.dedup_by(|later, first| later.kind == first.kind && later.value == first.value);
    (IndicatorSet { name: name.to_owned(), tlp, created, indicators }, problems)
}

#[derive(Default)]
struct Reader {
    indicators: Vec<Indicator>,
    problems: Vec<Problem>,
}

impl Reader {
    fn add(&mut self, line: usize, value: &str, kind: &str, note: &str) {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let result = match self.indicators.len() < MAX_SET {
            true => typed(value, kind.trim()),
            false => Err(("the list is full", "split it into several lists")),
        };
        match result {
            Ok((kind, value)) => {
                let hashes = (kind == ObservableType::File).then(|| FileHashes::from(one_hash(&value)));
                self.indicators.push(Indicator { kind, value, hashes, note: note.trim().to_owned() });
            }
            Err((what, hint)) => {
                if self.problems.len() < MAX_PROBLEMS {
                    self.problems.push(Problem::new(line, what, value, hint));
                }
            }
        }
    }

    fn csv(&mut self, text: &str, columns: &Columns) {
        let mut rest = text;
        let mut line = 1;
        let mut header_seen = false;
        while !rest.is_empty() {
            let (record, lines, behind) = record(rest, columns.separator);
            rest = behind;
            let at = line;
            line += lines;
            let first = record.first().map_or("", |field| field.trim());
            if first.starts_with('#') || record.iter().all(|field| field.trim().is_empty()) {
                continue;
            }
            if !std::mem::replace(&mut header_seen, true) {
                continue;
            }
            let field =
                |column: Option<usize>| column.and_then(|at| record.get(at)).map_or("", String::as_str);
            if field(Some(columns.value)).trim().is_empty() {
                self.problems.push(Problem::new(
                    at,
                    "no value",
                    first,
                    "fill the column value, or delete the line",
                ));
                self.problems.truncate(MAX_PROBLEMS);
                continue;
            }
            self.add(at, field(Some(columns.value)), field(columns.kind), field(columns.note));
        }
    }
}

/// Where the columns are.
struct Columns {
    separator: char,
    value: usize,
    kind: Option<usize>,
    note: Option<usize>,
}

/// The header, if the first line that says something is one.
fn header(text: &str) -> Option<Columns> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let separator = [',', ';', '\t'].into_iter().find(|&c| line.contains(c))?;
    let (names, _, _) = record(line, separator);
    let find = |wanted: &[&str]| {
        names.iter().position(|name| wanted.iter().any(|wanted| name.trim().eq_ignore_ascii_case(wanted)))
    };
    Some(Columns {
        separator,
        value: find(&["value"]).or_else(|| find(&["indicator", "ioc", "url", "domain", "ip", "hash"]))?,
        kind: find(&["type", "kind"]),
        note: find(&["note", "comment", "description"]),
    })
}

/// One CSV record (RFC 4180), how many lines it takes, and the text behind it.
fn record(text: &str, separator: char) -> (Vec<String>, usize, &str) {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut lines = 1;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' if quoted => {
                if chars.next_if(|(_, next)| *next == '"').is_some() {
                    field.push('"');
                } else {
                    quoted = false;
                }
            }
            '"' if field.trim().is_empty() => {
                field.clear();
                quoted = true;
            }
            '\n' if quoted => {
                lines += 1;
                field.push('\n');
            }
            '\n' => {
                fields.push(field);
                return (fields, lines, text.get(at + 1..).unwrap_or_default());
            }
            '\r' if !quoted => {}
            c if c == separator && !quoted => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    fields.push(field);
    (fields, lines, "")
}

/// The type and the normal form of `value`, of which a column may say what it is.
fn typed(value: &str, kind: &str) -> Result<(ObservableType, String), (&'static str, &'static str)> {
    let shape = classify(value);
    if kind.is_empty() {
        return shape.ok_or((
            "not a domain, address, URL, e-mail address or hash",
            "correct it, or put # before the line if it is a remark",
        ));
    }
    let Some(wanted) = Wanted::parse(kind) else {
        return Err((
            "its type is not known",
            "use ipv4-addr, ipv6-addr, domain-name, url, email-addr or file, or leave the type empty",
        ));
    };
    match (wanted, shape) {
        (Wanted::Ip, Some(found @ (ObservableType::Ipv4Addr | ObservableType::Ipv6Addr, _))) => Ok(found),
        (Wanted::Kind(kind), Some(found)) if found.0 == kind => Ok(found),
        // The list says what it is: then a host without a path is a URL, a name needs no public suffix.
        (Wanted::Kind(ObservableType::Url), Some((ObservableType::DomainName, _))) => {
            Ok((ObservableType::Url, refang(value).trim().to_owned()))
        }
        (Wanted::Kind(ObservableType::DomainName), None) => Name::parse(&refang(value))
            .filter(|name| name.ascii.contains('.'))
            .map(|name| (ObservableType::DomainName, name.ascii))
            .ok_or(MISMATCH),
        _ => Err(MISMATCH),
    }
}

const MISMATCH: (&str, &str) = (
    "the value does not have the form of its type",
    "correct the value or the type, or leave the type empty",
);

/// What a type column asks for.
#[derive(Clone, Copy)]
enum Wanted {
    Kind(ObservableType),
    Ip,
}

impl Wanted {
    fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase().replace(['_', ' '], "-");
        if let Ok(kind) = ObservableType::from_str(&text) {
            return Some(Self::Kind(kind));
        }
        Some(match text.as_str() {
            "ip" | "ip-src" | "ip-dst" | "ip-addr" | "address" => Self::Ip,
            "ipv4" => Self::Kind(ObservableType::Ipv4Addr),
            "ipv6" => Self::Kind(ObservableType::Ipv6Addr),
            "domain" | "hostname" | "host" | "fqdn" => Self::Kind(ObservableType::DomainName),
            "uri" | "link" => Self::Kind(ObservableType::Url),
            "email" | "mail" | "e-mail" | "email-src" | "email-address" => {
                Self::Kind(ObservableType::EmailAddr)
            }
            "hash" | "md5" | "sha1" | "sha-1" | "sha256" | "sha-256" | "filehash" => {
                Self::Kind(ObservableType::File)
            }
            _ => return None,
        })
    }
}
