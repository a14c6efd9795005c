//! The parts of a line, held against a set.

use memchr::memrchr;

use crate::Kind;
use crate::log::text::{Sight, scan, scan_part};
use crate::log::{Record, Role};
use crate::near::find;
use crate::set::{Set, scheme_end, split_url};

/// Scratch of one thread.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    found: Vec<u32>,
    inner: Vec<Sight>,
}

impl Probe {
    /// What of the set stands in the parts. `sights` have their places in the line.
    #[inline]
    pub(crate) fn record(&mut self, set: &Set, line: &[u8], record: &Record, sights: &mut Vec<Sight>) {
        for &field in record.fields() {
            let text = record.text(line, field);
            match field.role {
                Role::Name => set.find_name(text, &mut self.found),
                Role::Text | Role::Email if !set.looks_at_text(text) => continue,
                Role::Client | Role::Ip => {
                    if !set.find_ip(text, &mut self.found) {
                        self.other(set, field.role, text);
                    }
                }
                Role::Time | Role::TimeOfDay | Role::User | Role::Port | Role::Query => continue,
                Role::Text | Role::Email => {
                    self.within(set, line, text, sights);
                    continue;
                }
                role => self.other(set, role, text),
            }
            if !self.found.is_empty() {
                self.tell(line, text, sights);
            }
        }
        if set.has(Kind::Url) || set.has(Kind::UrlPath) {
            self.joined(set, line, record, sights);
        }
    }

    #[cold]
    #[inline(never)]
    fn tell(&mut self, line: &[u8], text: &[u8], sights: &mut Vec<Sight>) {
        let mut entries = std::mem::take(&mut self.found);
        // Each value once; the most specific stays last.
        let mut seen = Vec::new();
        entries.retain(|entry| {
            !seen.contains(entry) && {
                seen.push(*entry);
                true
            }
        });
        let start = (text.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
        sights.push(match start < line.len() {
            true => Sight { start, end: start + text.len(), entries, written: None },
            false => Sight { start: 0, end: 0, entries, written: Some(text.to_vec()) },
        });
    }

    /// A text: each thing in it by itself.
    fn within(&mut self, set: &Set, line: &[u8], text: &[u8], sights: &mut Vec<Sight>) {
        let place = (text.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
        if place < line.len() {
            scan_part(set, line, place..place + text.len(), sights);
            return;
        }
        scan(set, text, &mut self.inner);
        for mut sight in self.inner.drain(..) {
            sight.written = text.get(sight.start..sight.end).map(<[u8]>::to_vec);
            (sight.start, sight.end) = (0, 0);
            sights.push(sight);
        }
    }

    fn other(&mut self, set: &Set, role: Role, text: &[u8]) {
        let found = &mut self.found;
        match role {
            Role::Client | Role::Ip | Role::Host => host(set, text, found),
            Role::Answers => {
                for answer in text.split(|b| matches!(b, b',' | b';' | b' ')) {
                    host(set, answer, found);
                }
            }
            Role::Url if !text.starts_with(b"/") => url(set, text, found),
            Role::Path | Role::Url => {
                set.find_part(Kind::UrlPath, text, found);
                set.find_part(Kind::FileName, text, found);
                // A proxy's request may stand where a path is expected.
                if scheme_end(text).is_some() {
                    url(set, text, found);
                }
            }
            Role::Agent => set.find_part(Kind::UserAgent, text, found),
            Role::FileName => {
                set.find_part(Kind::FileName, text, found);
                set.find_part(Kind::FilePath, text, found);
            }
            Role::FilePath => {
                for kind in
                    [Kind::FileName, Kind::FilePath, Kind::RegistryKey, Kind::RegistryValue, Kind::Mutex]
                {
                    set.find_part(kind, text, found);
                }
            }
            Role::Hash => {
                for hash in text.split(|b| !b.is_ascii_hexdigit()) {
                    set.find_exact(Kind::FileHash, hash, found);
                }
            }
            Role::Subject => set.find_part(Kind::Subject, text, found),
            Role::Email
            | Role::Text
            | Role::Name
            | Role::Time
            | Role::TimeOfDay
            | Role::User
            | Role::Port
            | Role::Query => {}
        }
    }

    /// URLs whose host and path are fields of their own.
    fn joined(&mut self, set: &Set, line: &[u8], record: &Record, sights: &mut Vec<Sight>) {
        // Suricata's url is a path.
        let as_url = || record.first(line, Role::Url).filter(|url| url.starts_with(b"/"));
        let Some(path) = record.first(line, Role::Path).or_else(as_url) else { return };
        let host = record.first(line, Role::Host).or_else(|| record.first(line, Role::Ip));
        let query = record.first(line, Role::Query);
        let whole;
        let tail = match query {
            None => path,
            Some(query) => {
                whole = [path, b"?", query.strip_prefix(b"?").unwrap_or(query)].concat();
                &whole
            }
        };
        if query.is_some() {
            set.find_part(Kind::UrlPath, tail, &mut self.found);
        }
        if let Some(host) = host {
            let (host, port) = host_and_port(host);
            let port = record
                .first(line, Role::Port)
                .and_then(|port| std::str::from_utf8(port).ok()?.parse().ok())
                .or(port);
            set.find_url(host, port, tail, &mut self.found);
        }
        // What the path alone told is not told twice.
        self.found.retain(|entry| !sights.iter().any(|sight| sight.entries.contains(entry)));
        if !self.found.is_empty() {
            self.tell(line, path, sights);
        }
    }
}

/// `name:443`, `[2001:db8::1]:443`, `2001:db8::1`, `name`.
fn host_and_port(text: &[u8]) -> (&[u8], Option<u16>) {
    let Some(first) = find(b':', text) else { return (text, None) };
    let bracketed = text.first() == Some(&b'[');
    let colon = match memrchr(b':', text) {
        // An IPv6 address without brackets has several.
        Some(at) if bracketed || first == at => at,
        _ => return (text, None),
    };
    if bracketed && text.get(colon - 1) != Some(&b']') {
        return (text, None);
    }
    let port = text.get(colon + 1..).and_then(|port| std::str::from_utf8(port).ok()?.parse().ok());
    (text.get(..colon).unwrap_or(text), port)
}

fn host(set: &Set, text: &[u8], found: &mut Vec<u32>) {
    if set.find_ip(text, found) {
        return;
    }
    let (host, _) = host_and_port(text);
    // `\\host`, `host (10.0.0.1)`: what else stands there is not the name.
    let host = host.strip_prefix(b"\\\\").unwrap_or(host);
    if host.len() == text.len() || !set.find_ip(host, found) {
        set.find_name(host, found);
    }
}

fn url(set: &Set, text: &[u8], found: &mut Vec<u32>) {
    let Some(parts) = split_url(text) else { return };
    host(set, parts.host, found);
    if set.has(Kind::UrlPath) {
        set.find_part(Kind::UrlPath, parts.tail, found);
    }
    if set.has(Kind::FileName) {
        set.find_part(Kind::FileName, parts.tail, found);
    }
    set.find_url(parts.host, parts.port, parts.tail, found);
}
