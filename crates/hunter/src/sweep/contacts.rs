//! What a device contacted, before it is installed (acceptance of machines, S23): names and addresses, ports, first and
//! last time, and how regular the intervals are — what calls home calls at a steady beat (S39, domain.md §5).

use std::collections::HashMap;
use std::sync::Arc;

use super::chunks::Source;
use super::scan::Worker;
use super::{Hit, LogRead, Settings, Summary};
use crate::input::Inputs;
use crate::log::{Keys, Moment, Record, Role};
use crate::set::{Set, ipv4, ipv6};

/// Contacts that are told apart.
const MAX_CONTACTS: usize = 100_000;
/// Hits kept.
const MAX_HITS: usize = 10_000;

/// What was contacted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// A name that was asked for, or that a connection names.
    Name(String),
    /// An address.
    Address(String),
}

/// One thing that was contacted.
#[derive(Debug, Clone)]
pub struct Contact {
    /// What.
    pub target: Target,
    /// On which port, where the log tells.
    pub port: Option<u16>,
    /// How often.
    pub count: u64,
    /// First time.
    pub first: Option<Moment>,
    /// Last time.
    pub last: Option<Moment>,
    /// The intervals between one time and the next.
    pub beat: Beat,
}

/// Intervals: their number, mean and spread (Welford's method: one pass, no list).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Beat {
    count: u64,
    mean: f64,
    squares: f64,
}

/// Intervals below this many seconds belong to one contact: a page and its pictures.
const ONE_CONTACT: f64 = 1.0;
/// Intervals that are needed to speak of a beat.
const ENOUGH: u64 = 5;
/// Spread in parts of the mean up to which a beat is regular.
const REGULAR: f64 = 0.15;

impl Beat {
    fn add(&mut self, seconds: f64) {
        if seconds < ONE_CONTACT {
            return;
        }
        self.count += 1;
        let off = seconds - self.mean;
        self.mean += off / self.count as f64;
        self.squares += off * (seconds - self.mean);
    }

    /// The mean interval in seconds, if the intervals are regular.
    pub fn regular(&self) -> Option<f64> {
        if self.count < ENOUGH {
            return None;
        }
        let spread = (self.squares / self.count as f64).sqrt();
        (spread <= self.mean * REGULAR).then_some(self.mean)
    }
}

/// What a captured log tells of a device.
#[derive(Debug, Clone, Default)]
pub struct Contacts {
    /// Names and addresses, by what they are, then by first time.
    pub contacts: Vec<Contact>,
    /// Machines that the log tells of, with how many lines each has.
    pub clients: Vec<(String, u64)>,
    /// Hits of the set, with the path of their log.
    pub hits: Vec<(String, Hit)>,
    /// Lines that could not be cut into parts: what they tell is searched, and not counted as contacts.
    pub not_understood: u64,
    /// There were more contacts than are told apart.
    pub is_full: bool,
}

/// Reads logs and tells what was contacted. `device`: only lines of this client.
///
/// Lines are read in the order of the files; intervals are those between lines.
pub fn contacts(set: &Set, settings: &Settings, device: Option<&str>) -> (Contacts, Summary) {
    let inputs = Inputs::new(settings.paths.clone(), settings.with_digests);
    let mut source = Source::new(inputs, settings.format, crate::limits::CHUNK);
    let mut worker = Worker::default();
    let mut gather = Gathered::default();
    let mut summary = Summary::default();
    let (mut record, mut keys) = (Record::default(), Keys::default());
    let mut buffer = Vec::new();
    while let Some(chunk) = source.next(std::mem::take(&mut buffer)) {
        let clock = settings.clock(&chunk.log);
        if summary.logs.len() <= chunk.log_number {
            let log = Arc::clone(&chunk.log);
            summary.logs.push(LogRead {
                log,
                bytes: 0,
                lines: 0,
                other_lines: 0,
                hits: 0,
                first: None,
                last: None,
            });
        }
        let scanned = worker.scan(set, &chunk, &clock);
        let Some(log) = summary.logs.last_mut() else { break };
        for mut hit in scanned.hits {
            if device.is_some_and(|device| !hit.who.is_empty() && hit.who != device)
                || !settings.is_in_time(hit.time)
            {
                continue;
            }
            hit.line += log.lines + 1;
            log.hits += 1;
            summary.hits += 1;
            if gather.found.hits.len() < MAX_HITS {
                gather.found.hits.push((chunk.log.path.clone(), hit));
            }
        }
        log.bytes += chunk.bytes.len() as u64;
        log.lines += scanned.lines;
        log.other_lines += scanned.other_lines;
        log.first = log.first.into_iter().chain(scanned.first).min();
        log.last = log.last.into_iter().chain(scanned.last).max();
        let mut schema = Arc::clone(&chunk.schema);
        for (_, line) in crate::log::text::lines(&chunk.bytes) {
            if line.is_empty() {
                continue;
            }
            if !schema.read(line, &mut record, &mut keys) {
                gather.found.not_understood += 1;
                continue;
            }
            if let Some(next) = schema.headed(line) {
                schema = Arc::new(next);
                continue;
            }
            if record.fields().is_empty() {
                continue;
            }
            let client = record.first(line, Role::Client);
            if let Some(device) = device
                && client != Some(device.as_bytes())
            {
                continue;
            }
            let time = schema.moment(line, &record, &clock);
            if settings.is_in_time(time) {
                gather.line(line, &record, client, time);
            }
        }
        buffer = chunk.bytes;
    }
    summary.unread = source.unread();
    (gather.finish(), summary)
}

#[derive(Default)]
struct Gathered {
    contacts: HashMap<(Target, Option<u16>), Contact>,
    clients: HashMap<String, u64>,
    found: Contacts,
}

impl Gathered {
    fn line(&mut self, line: &[u8], record: &Record, client: Option<&[u8]>, time: Option<Moment>) {
        if let Some(client) = client
            && self.clients.len() < MAX_CONTACTS
        {
            *self.clients.entry(super::hit::readable(client)).or_default() += 1;
        }
        let port =
            record.first(line, Role::Port).and_then(|port| std::str::from_utf8(port).ok()?.parse().ok());
        for &field in record.fields() {
            let text = record.text(line, field);
            match field.role {
                Role::Name | Role::Ip | Role::Host => self.contact(text, port, time),
                Role::Url => {
                    if let Some(parts) = crate::set::split_url(text) {
                        self.contact(parts.host, parts.port.or(port), time);
                    }
                }
                _ => {}
            }
        }
    }

    fn contact(&mut self, text: &[u8], port: Option<u16>, time: Option<Moment>) {
        let text = text.strip_suffix(b".").unwrap_or(text);
        let shown = super::hit::readable(text).to_lowercase();
        let (target, port) = if ipv4(text).is_some() || ipv6(text).is_some() {
            (Target::Address(shown), port)
        } else {
            let (host, its) = match shown.rsplit_once(':') {
                Some((host, its)) if its.bytes().all(|b| b.is_ascii_digit()) => {
                    (host.to_owned(), its.parse().ok())
                }
                _ => (shown, None),
            };
            match ipv4(host.as_bytes()) {
                Some(_) => (Target::Address(host), its.or(port)),
                None if host.contains('.') => (Target::Name(host), its.or(port)),
                None => return,
            }
        };
        let key = (target.clone(), port);
        if self.contacts.len() >= MAX_CONTACTS && !self.contacts.contains_key(&key) {
            self.found.is_full = true;
            return;
        }
        let contact = self.contacts.entry(key).or_insert(Contact {
            target,
            port,
            count: 0,
            first: None,
            last: None,
            beat: Beat::default(),
        });
        contact.count += 1;
        if let (Some(before), Some(now)) = (contact.last, time) {
            contact.beat.add((now.at.as_millisecond() - before.at.as_millisecond()).abs() as f64 / 1000.0);
        }
        contact.first = contact.first.into_iter().chain(time).min();
        contact.last = contact.last.into_iter().chain(time).max();
    }

    fn finish(self) -> Contacts {
        let mut found = self.found;
        found.contacts = self.contacts.into_values().collect();
        found.contacts.sort_by(|a, b| (&a.target, a.port).cmp(&(&b.target, b.port)));
        found.clients = self.clients.into_iter().collect();
        found.clients.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_beat_is_told_from_a_person() {
        let beat = |gaps: &[f64]| {
            let mut beat = Beat::default();
            gaps.iter().for_each(|gap| beat.add(*gap));
            beat.regular()
        };
        assert!(beat(&[60.0, 61.0, 59.5, 60.2, 60.0, 59.8]).is_some_and(|mean| (mean - 60.0).abs() < 0.5));
        assert_eq!(beat(&[5.0, 300.0, 12.0, 4000.0, 60.0, 7.0]), None);
        assert_eq!(beat(&[60.0, 60.0]), None);
    }
}
