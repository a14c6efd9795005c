//! Logs in columns: Zeek's TSV, W3C (IIS, Blue Coat), Exchange, CSV. A header says which column is what.

use super::record::{Record, Role};
use super::roles::role;
use crate::near::{Marks, find};

/// What separates columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// A byte; quotes mean nothing (Zeek).
    Plain(u8),
    /// A byte; `"a b"` is one column, `""` a quote in it.
    Quoted(u8),
}

/// The columns of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    separator: Separator,
    roles: Vec<Option<Role>>,
    /// Fewer columns: the line has another shape.
    least: usize,
}

impl Columns {
    /// Columns with these names. `text`: columns of unknown names are looked through as text.
    pub(super) fn new<'a>(separator: Separator, names: impl Iterator<Item = &'a [u8]>, text: bool) -> Self {
        let names: Vec<Vec<u8>> = names.map(|name| name.trim_ascii().to_ascii_lowercase()).collect();
        let has = |wanted: &[u8]| names.iter().any(|name| name == wanted);
        let mut roles: Vec<Option<Role>> = names
            .iter()
            .map(|name| match name.as_slice() {
                // W3C: date and time apart.
                b"date" if has(b"time") => Some(Role::Time),
                b"time" if has(b"date") => Some(Role::TimeOfDay),
                b"date" => Some(Role::Time),
                // Zeek's files: which protocol carried it.
                b"source" if has(b"fuid") => None,
                // A certificate's subject is no mail's.
                b"subject" | b"issuer" | b"issuer_subject" if has(b"server_name") => Some(Role::Text),
                // Zeek's route of a mail, and a server's own address.
                b"path" if has(b"mailfrom") => Some(Role::Answers),
                b"s-ip" | b"s-computername" if has(b"s-sitename") || has(b"cs-uri-stem") => None,
                b"from" | b"to" | b"cc" | b"sender" | b"recipient" => Some(Role::Text),
                name => role(name, None).or(text.then_some(Role::Text)),
            })
            .collect();
        // Only the first of several is the client.
        let mut client = false;
        for role in &mut roles {
            if *role == Some(Role::Client) && std::mem::replace(&mut client, true) {
                *role = Some(Role::Host);
            }
        }
        let wanted = roles.iter().rposition(Option::is_some).map_or(0, |at| at + 1);
        roles.truncate(wanted);
        let least = names.len().min(2);
        Self { separator, roles, least }
    }

    /// True if some column says what was contacted.
    pub(super) fn is_useful(&self) -> bool {
        let told = |role: &Role| {
            !matches!(role, Role::Text | Role::Time | Role::TimeOfDay | Role::User | Role::Port)
        };
        self.roles.iter().flatten().any(told)
    }

    pub(super) fn read(&self, line: &[u8], record: &mut Record) -> bool {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.first() == Some(&b'#') {
            // A header or a remark: read, and nothing in it.
            return true;
        }
        match self.separator {
            Separator::Plain(byte) => self.plain(byte, line, record),
            Separator::Quoted(byte) => self.quoted(byte, line, record),
        }
    }

    fn plain(&self, separator: u8, line: &[u8], record: &mut Record) -> bool {
        let mut marks = Marks::new(line, |lane| lane.is(separator));
        let mut start = 0;
        let mut count = 0;
        for role in &self.roles {
            let end = marks.from(start);
            count += 1;
            if role.is_some() || end.is_none() {
                push(record, *role, line.get(start..end.unwrap_or(line.len())).unwrap_or_default());
            }
            match end {
                Some(end) => start = end + 1,
                None => break,
            }
        }
        count >= self.least
    }

    fn quoted(&self, separator: u8, line: &[u8], record: &mut Record) -> bool {
        let mut marks = Marks::new(line, |lane| lane.is(separator));
        let mut start = 0;
        let mut count = 0;
        for role in &self.roles {
            count += 1;
            let mut from = start;
            if line.get(start) == Some(&b'"') {
                let inside = line.get(start + 1..).unwrap_or_default();
                let (end, doubled) = closing(inside);
                let field = inside.get(..end).unwrap_or_default();
                match role {
                    Some(role) if doubled => record.push_written(*role, |out| undouble(field, out)),
                    role => push(record, *role, field),
                }
                from = start + end + 2;
            }
            let end = marks.from(from);
            if from == start && (role.is_some() || end.is_none()) {
                push(record, *role, line.get(start..end.unwrap_or(line.len())).unwrap_or_default());
            }
            match end {
                Some(end) => start = end + 1,
                None => break,
            }
        }
        count >= self.least
    }
}

#[inline]
fn push(record: &mut Record, role: Option<Role>, field: &[u8]) {
    if let Some(role) = role
        && !matches!(field, b"" | b"-" | b"(empty)")
    {
        record.push(role, field);
    }
}

/// Where a quoted field ends, and whether it has doubled quotes.
fn closing(text: &[u8]) -> (usize, bool) {
    let mut at = 0;
    let mut doubled = false;
    while let Some(found) = find(b'"', text.get(at..).unwrap_or_default()) {
        at += found;
        if text.get(at + 1) != Some(&b'"') {
            return (at, doubled);
        }
        doubled = true;
        at += 2;
    }
    (text.len(), doubled)
}

fn undouble(field: &[u8], out: &mut Vec<u8>) {
    let mut before_was_quote = false;
    for &byte in field {
        if byte == b'"' && before_was_quote {
            before_was_quote = false;
            continue;
        }
        before_was_quote = byte == b'"';
        out.push(byte);
    }
}
