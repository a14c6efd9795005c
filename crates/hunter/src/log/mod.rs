//! Readers of logs: what a log is, and the parts of its lines.
//!
//! A format is told (`--format`) or recognised from the first lines. A line that does not have the shape of its log's
//! format is looked through as text, so that nothing is missed; it is counted.
//!
//! To add a format: a function in `lines`, or names of its fields in `roles`; a variant of [`Format`]; a line in
//! `recognise`; a fixture in `tests/formats.rs`.

mod bind;
mod columns;
mod json;
mod lines;
mod moment;
mod quick;
mod record;
mod roles;
pub(crate) mod text;

use std::fmt;
use std::str::FromStr;

use columns::{Columns, Separator};
use json::Json;
pub use json::Keys;
pub use moment::{Clock, Moment, find as find_moment, read as read_moment};
pub(crate) use quick::Quick;
pub use record::{Field, Record, Role};

/// A format of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// BIND's query log.
    Bind,
    /// Unbound's log of queries and replies.
    Unbound,
    /// dnsmasq's log of queries.
    Dnsmasq,
    /// The debug log of Windows DNS.
    WindowsDns,
    /// Zeek, with tabs and a header.
    Zeek,
    /// Zeek, as JSON lines.
    ZeekJson,
    /// Squid's native access log.
    Squid,
    /// Apache's and nginx's common and combined access log.
    Combined,
    /// W3C extended: IIS, Blue Coat (ELFF).
    W3c,
    /// Suricata's EVE.
    Eve,
    /// Postfix.
    Postfix,
    /// Exchange's message tracking log.
    Exchange,
    /// CSV with a header.
    Csv,
    /// JSON lines with named fields.
    Json,
    /// Anything else.
    Text,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 15] = [
        Self::Bind,
        Self::Unbound,
        Self::Dnsmasq,
        Self::WindowsDns,
        Self::Zeek,
        Self::ZeekJson,
        Self::Squid,
        Self::Combined,
        Self::W3c,
        Self::Eve,
        Self::Postfix,
        Self::Exchange,
        Self::Csv,
        Self::Json,
        Self::Text,
    ];

    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Bind => "bind",
            Self::Unbound => "unbound",
            Self::Dnsmasq => "dnsmasq",
            Self::WindowsDns => "windows-dns",
            Self::Zeek => "zeek",
            Self::ZeekJson => "zeek-json",
            Self::Squid => "squid",
            Self::Combined => "combined",
            Self::W3c => "w3c",
            Self::Eve => "eve",
            Self::Postfix => "postfix",
            Self::Exchange => "exchange",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "apache" | "nginx" => return Ok(Self::Combined),
            "iis" | "elff" | "bluecoat" => return Ok(Self::W3c),
            "suricata" => return Ok(Self::Eve),
            "any" => return Ok(Self::Text),
            _ => {}
        }
        Self::ALL.into_iter().find(|format| format.word() == text).ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|format| format.word()).collect();
            format!("use one of {}", words.join(", "))
        })
    }
}

/// How the lines of one log are read.
#[derive(Debug, Clone)]
pub struct Schema {
    /// The format.
    pub format: Format,
    /// Its lines are wrapped in syslog's.
    pub syslog: bool,
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    Lines(fn(&[u8], &mut Record) -> bool),
    Bind,
    Columns(Columns),
    Json(Json),
    Text,
}

/// Lines of the beginning that are looked at.
const LOOK_LINES: usize = 200;

impl Schema {
    /// The schema that reads everything as text.
    pub fn text() -> Self {
        Self { format: Format::Text, syslog: false, shape: Shape::Text }
    }

    /// What a quick look tells of the first line of a text, for the formats that have one.
    #[inline]
    pub(crate) fn quick(&self) -> Option<QuickLook> {
        match self.format {
            Format::Bind if matches!(self.shape, Shape::Bind) => Some(bind::quick),
            Format::Unbound => Some(quick::of_unbound),
            Format::Dnsmasq => Some(quick::of_dnsmasq),
            _ => None,
        }
    }

    /// True if lines are not cut into parts.
    pub fn is_text(&self) -> bool {
        matches!(self.shape, Shape::Text)
    }

    /// What a log that begins like this is; `told` is believed where the beginning can be read so at all.
    pub fn of(head: &[u8], told: Option<Format>) -> Self {
        match told {
            Some(Format::Text) => Self::text(),
            Some(format) => Self::as_told(head, format),
            None => recognise(head).unwrap_or_else(Self::text),
        }
    }

    fn as_told(head: &[u8], format: Format) -> Self {
        let syslog = wrapped(head);
        let lines = |read| Self { format, syslog, shape: Shape::Lines(read) };
        match format {
            Format::Bind => Self { format, syslog: false, shape: Shape::Bind },
            Format::Unbound => lines(lines::unbound),
            Format::Dnsmasq => lines(lines::dnsmasq),
            Format::WindowsDns => lines(lines::windows_dns),
            Format::Squid => lines(lines::squid),
            Format::Combined => lines(lines::combined),
            Format::Postfix => Self { format, syslog: false, shape: Shape::Lines(lines::postfix) },
            Format::ZeekJson | Format::Eve => {
                Self { format, syslog, shape: Shape::Json(Json { text: false }) }
            }
            Format::Json => Self { format, syslog, shape: Shape::Json(Json { text: true }) },
            Format::Zeek | Format::W3c | Format::Exchange | Format::Csv => recognise(head)
                .filter(|schema| matches!(schema.shape, Shape::Columns(_)))
                .unwrap_or_else(Self::text),
            Format::Text => Self::text(),
        }
    }

    /// The schema that holds from this line on, where it is a header of columns.
    pub fn headed(&self, line: &[u8]) -> Option<Self> {
        if line.first() != Some(&b'#') || !matches!(self.shape, Shape::Columns(_)) {
            return None;
        }
        header(line, self.syslog)
    }

    /// The last header in a text of whole lines.
    pub(crate) fn last_header(&self, text: &[u8]) -> Option<Self> {
        if !matches!(self.shape, Shape::Columns(_)) {
            return None;
        }
        // Forwards: a search with vectors over all of it is quicker than a backward one without them.
        let starts = memchr::memmem::find_iter(text, b"\n#").map(|at| at + 1);
        let first = (text.first() == Some(&b'#')).then_some(0);
        first
            .into_iter()
            .chain(starts)
            .filter_map(|at| {
                let rest = text.get(at..)?;
                self.headed(rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len()))?)
            })
            .last()
    }

    /// The parts of a line; false where it has another shape.
    #[inline]
    pub fn read(&self, line: &[u8], record: &mut Record, keys: &mut Keys) -> bool {
        record.begin(line);
        let body = match self.syslog.then(|| lines::wrapper(line)).flatten() {
            Some(at) => line.get(at..).unwrap_or_default(),
            None => line,
        };
        match &self.shape {
            Shape::Bind => bind::bind(body, record),
            Shape::Lines(read) => read(body, record),
            Shape::Columns(columns) => columns.read(body, record),
            Shape::Json(json) => json.read(body, record, keys),
            Shape::Text => false,
        }
    }

    /// When the line was written.
    pub fn moment(&self, line: &[u8], record: &Record, clock: &Clock) -> Option<Moment> {
        let Some(time) = record.first(line, Role::Time) else { return find_moment(line, clock) };
        match record.first(line, Role::TimeOfDay) {
            // W3C writes UTC (its specification says so, IIS and Blue Coat do so).
            Some(of_day) => {
                let clock = Clock { zone: jiff::tz::Offset::UTC, ..*clock };
                read_moment(&[time, b" ", of_day].concat(), &clock)
            }
            None => read_moment(time, clock).or_else(|| find_moment(line, clock)),
        }
    }
}

fn wrapped(head: &[u8]) -> bool {
    let (mut all, mut wrapped) = (0, 0);
    for (_, line) in text::lines(head).take(LOOK_LINES).filter(|(_, line)| !line.is_empty()) {
        all += 1;
        wrapped += usize::from(lines::wrapper(line).is_some());
    }
    wrapped * 2 > all
}

/// A quick look at the first line of a text.
pub(crate) type QuickLook = fn(&[u8]) -> Option<Quick<'_>>;

/// A reader of a format whose lines are sentences.
type ReadLine = fn(&[u8], &mut Record) -> bool;

/// Formats whose lines are sentences, with what must stand somewhere in them.
const SENTENCES: [(Format, ReadLine, &[u8]); 6] = [
    (Format::Unbound, lines::unbound, b"info: "),
    (Format::Dnsmasq, lines::dnsmasq, b"dnsmasq"),
    (Format::WindowsDns, lines::windows_dns, b" PACKET "),
    (Format::Squid, lines::squid, b"/"),
    (Format::Combined, lines::combined, b"["),
    (Format::Postfix, lines::postfix, b"postfix/"),
];

fn recognise(head: &[u8]) -> Option<Schema> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let looked: Vec<&[u8]> = text::lines(head)
        .map(|(_, line)| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !line.is_empty())
        .take(LOOK_LINES)
        .collect();
    if let Some(schema) =
        looked.iter().take(40).take_while(|line| line.first() == Some(&b'#')).find_map(|l| header(l, false))
    {
        return Some(schema);
    }
    let syslog = wrapped(head);
    let bodies: Vec<&[u8]> = looked
        .iter()
        .map(|line| match syslog.then(|| lines::wrapper(line)).flatten() {
            Some(at) => line.get(at..).unwrap_or_default(),
            None => line,
        })
        .collect();
    let mut record = Record::default();
    let mut share = |read: ReadLine, from: &[&[u8]]| {
        let read = from.iter().filter(|line| {
            record.begin(line);
            read(line, &mut record)
        });
        read.count() * 100 / from.len().max(1)
    };
    // BIND names itself with `client` and `query:`, wrapped or not.
    if share(bind::bind, &looked) >= 30 {
        return Some(Schema { format: Format::Bind, syslog: false, shape: Shape::Bind });
    }
    let json = bodies
        .iter()
        .filter(|line| line.trim_ascii_start().starts_with(b"{\"") && line.trim_ascii_end().ends_with(b"}"))
        .count();
    if json * 2 > bodies.len() {
        let has = |wanted: &[u8]| bodies.iter().any(|line| memchr::memmem::find(line, wanted).is_some());
        let format = if has(b"\"event_type\"") && has(b"\"src_ip\"") {
            Format::Eve
        } else if has(b"\"uid\":") && has(b"\"id.orig_h\"") || has(b"\"fuid\":") {
            Format::ZeekJson
        } else {
            Format::Json
        };
        return Some(Schema { format, syslog, shape: Shape::Json(Json { text: format == Format::Json }) });
    }
    let best = SENTENCES
        .iter()
        .filter(|(_, _, mark)| looked.iter().any(|line| memchr::memmem::find(line, mark).is_some()))
        .map(|&(format, read, _)| {
            let whole = matches!(format, Format::Postfix | Format::Unbound | Format::Dnsmasq);
            (share(read, if whole { &looked } else { &bodies }), format, read, whole)
        })
        .max_by_key(|(share, ..)| *share)
        .filter(|(share, ..)| *share >= 30);
    if let Some((_, format, read, whole)) = best {
        return Some(Schema { format, syslog: syslog && !whole, shape: Shape::Lines(read) });
    }
    bodies.first().and_then(|first| csv(first, syslog))
}

/// A header of Zeek, W3C or Exchange.
fn header(line: &[u8], syslog: bool) -> Option<Schema> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if let Some(names) = line.strip_prefix(b"#fields\t") {
        let columns = Columns::new(Separator::Plain(b'\t'), names.split(|b| *b == b'\t'), false);
        return Some(Schema { format: Format::Zeek, syslog, shape: Shape::Columns(columns) });
    }
    let names = line.strip_prefix(b"#Fields:")?.trim_ascii();
    let (separator, format) = match names.contains(&b',') {
        true => (b',', Format::Exchange),
        false if names.contains(&b'\t') => (b'\t', Format::W3c),
        false => (b' ', Format::W3c),
    };
    let columns = Columns::new(Separator::Quoted(separator), names.split(|b| *b == separator), false);
    Some(Schema { format, syslog, shape: Shape::Columns(columns) })
}

/// CSV, where the first line names at least one column that can be looked for.
fn csv(first: &[u8], syslog: bool) -> Option<Schema> {
    let separator = [b',', b'\t', b';', b'|'].into_iter().find(|separator| first.contains(separator))?;
    let mut names = Vec::new();
    crate::lists::split_record(first, separator, &mut names);
    let is_name = |name: &Vec<u8>| name.len() < 64 && !name.iter().all(u8::is_ascii_digit);
    if names.len() < 2 || !names.iter().all(is_name) {
        return None;
    }
    let columns = Columns::new(Separator::Quoted(separator), names.iter().map(Vec::as_slice), true);
    columns.is_useful().then_some(Schema { format: Format::Csv, syslog, shape: Shape::Columns(columns) })
}
