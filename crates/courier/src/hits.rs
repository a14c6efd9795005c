//! What a sweep found, advisory by advisory: the output of `noroshi hunt … --jsonl` as sightings.
//!
//! A sighting is a number and two dates. Machines and people stay out of it, unless somebody asks for them; values and
//! log lines never get in.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use crate::feed::State;
use crate::limits::{MAX_LINE, MAX_MACHINES};
use crate::set::Set;

/// What came of one advisory in a sweep.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Hits: lines of logs, or mails.
    pub count: u64,
    /// The earliest date among them, as the logs write it.
    pub first: Option<Date>,
    /// The latest.
    pub last: Option<Date>,
    /// Hits by machine or person, for those who ask for it.
    pub machines: BTreeMap<String, u64>,
}

/// A sweep, read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sweep {
    /// By advisory id. An advisory without a hit is not there.
    pub seen: BTreeMap<String, Seen>,
    /// Hits of values that no advisory of the set brought.
    pub others: u64,
    /// Hits of advisories that were withdrawn since.
    pub withdrawn: u64,
    /// Sweeps whose summary said that everything was read.
    pub complete: u32,
    /// Sweeps whose summary said that something was not read.
    pub incomplete: u32,
    /// Hits stand behind the last summary: a sweep that was cut off.
    pub cut: bool,
}

/// A line that is none of a sweep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HitError {
    /// It cannot be read.
    #[error("it is no line of noroshi hunt --jsonl")]
    NoHit,
    /// It is too long.
    #[error("it is longer than 4 MiB")]
    Long,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    summary: Option<Summary>,
    #[serde(default)]
    indicator: Option<Value>,
    #[serde(default)]
    advisory: Option<String>,
    #[serde(default)]
    also: Vec<Also>,
    #[serde(default)]
    time: Option<String>,
    #[serde(default)]
    who: Option<String>,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    line: Option<u64>,
}

#[derive(Deserialize)]
struct Summary {
    #[serde(default)]
    complete: Option<bool>,
    #[serde(default)]
    skipped: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    unread: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    partly_read: Vec<serde::de::IgnoredAny>,
}

impl Summary {
    /// Everything that was named was read: as the sweep says itself, or because nothing is told that was not.
    fn is_complete(&self) -> bool {
        self.complete
            .unwrap_or(self.skipped.is_empty() && self.unread.is_empty() && self.partly_read.is_empty())
    }
}

#[derive(Deserialize)]
struct Value {
    #[serde(default)]
    advisories: Vec<String>,
}

#[derive(Deserialize)]
struct Also {
    #[serde(default)]
    advisory: Option<String>,
}

/// Where a hit stands: its log and line, or its mail.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Line(String, u64),
    Mail(String),
}

/// Counts a sweep's lines.
pub struct Counter<'a> {
    ids: BTreeMap<&'a str, (&'a str, State)>,
    sweep: Sweep,
    /// Where the last hit of each advisory stands: several values of one line, or of one mail, are one sighting.
    places: BTreeMap<&'a str, Place>,
}

impl<'a> Counter<'a> {
    /// A counter of hits on the advisories of a set.
    pub fn new(set: &'a Set) -> Self {
        let ids = set.advisories().map(|a| (a.number.as_str(), (a.id.as_str(), a.state))).collect();
        Self { ids, sweep: Sweep::default(), places: BTreeMap::new() }
    }

    /// Takes one line.
    ///
    /// # Errors
    /// It is none of a sweep. Then what was counted is no sweep either, and nothing should be answered by it.
    pub fn line(&mut self, line: &[u8]) -> Result<(), HitError> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        if line.len() > MAX_LINE {
            return Err(HitError::Long);
        }
        let line: Line = serde_json::from_slice(line).map_err(|_| HitError::NoHit)?;
        if let Some(summary) = line.summary {
            if summary.is_complete() {
                self.sweep.complete += 1
            } else {
                self.sweep.incomplete += 1
            }
            self.sweep.cut = false;
            return Ok(());
        }
        let Some(indicator) = line.indicator else { return Err(HitError::NoHit) };
        self.sweep.cut = true;
        let also = line.also.into_iter().filter_map(|also| also.advisory);
        let named: BTreeSet<String> =
            indicator.advisories.into_iter().chain(line.advisory).chain(also).collect();
        let mut known = false;
        let mut gone = false;
        // A mail is one, wherever in it the values stand. A hit that says nowhere where it stands is one by itself.
        let place = match (line.path, line.source, line.line) {
            (Some(path), ..) => Some(Place::Mail(path)),
            (None, Some(source), Some(number)) => Some(Place::Line(source, number)),
            _ => None,
        };
        for number in &named {
            let Some((id, state)) = self.ids.get(number.as_str()) else { continue };
            if *state == State::Withdrawn {
                gone = true;
                continue;
            }
            known = true;
            if let Some(place) = &place
                && self.places.insert(*id, place.clone()).as_ref() == Some(place)
            {
                continue;
            }
            let seen = self.sweep.seen.entry((*id).to_owned()).or_default();
            seen.count += 1;
            if let Some(date) = line.time.as_deref().and_then(date) {
                seen.first = Some(seen.first.map_or(date, |first| first.min(date)));
                seen.last = Some(seen.last.map_or(date, |last| last.max(date)));
            }
            if let Some(who) = line.who.as_deref().filter(|who| !who.is_empty()) {
                let who = lexicon::text::cut(who, 200);
                if let Some(count) = seen.machines.get_mut(who) {
                    *count += 1;
                } else if seen.machines.len() < MAX_MACHINES {
                    seen.machines.insert(who.to_owned(), 1);
                }
            }
        }
        if !known {
            let counter = if gone { &mut self.sweep.withdrawn } else { &mut self.sweep.others };
            *counter += 1;
        }
        Ok(())
    }

    /// What was counted.
    pub fn finish(self) -> Sweep {
        self.sweep
    }
}

impl Sweep {
    /// True where "not seen" may be said: every sweep was read to its end and left nothing out.
    pub fn may_deny(&self) -> bool {
        self.complete > 0 && self.incomplete == 0 && !self.cut
    }
}

/// The date of a time as it is written: a member reckons in its own days.
fn date(time: &str) -> Option<Date> {
    time.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::Answer;

    fn set() -> Set {
        let mut set =
            Set::new("https://hub.example.org", data_encoding::BASE64.encode(&[7; 32]).parse().unwrap());
        let advisory = |n: u32, state: &str| {
            format!(
                "{{\"id\":\"id-{n}\",\"number\":\"N-2026-000{n}\",\"version\":1,\"title\":\"t\",\"tlp\":\"TLP:AMBER\",\
                 \"state\":\"{state}\",\"released\":\"2026-11-20T00:00:00Z\",\"indicators\":[]}}"
            )
        };
        let list = [advisory(1, "released"), advisory(2, "released"), advisory(3, "withdrawn")].join(",");
        let body = format!(
            "{{\"after\":null,\"restart\":false,\"next\":\"n\",\"more\":false,\"advisories\":[{list}]}}"
        );
        set.apply(Answer::read(body.as_bytes(), None).unwrap()).unwrap();
        set
    }

    fn hit(number: &str, time: &str, who: &str) -> String {
        format!(
            "{{\"source\":\"q.log\",\"time\":\"{time}\",\"who\":\"{who}\",\"what\":\"x.example\",\
             \"indicator\":{{\"type\":\"domain-name\",\"value\":\"x.example\"}},\"advisory\":\"{number}\"}}"
        )
    }

    #[test]
    fn hits_become_counts_and_dates() {
        let set = set();
        let mut counter = Counter::new(&set);
        for line in [
            hit("N-2026-0001", "2026-11-18T23:59:00+09:00", "10.1.1.5"),
            hit("N-2026-0001", "2024-04-02T00:00:00+09:00", "10.1.1.5"),
            hit("N-2026-0001", "", "10.1.1.9"),
            hit("N-2026-0003", "2026-01-01", ""),
            hit("own list", "2026-01-01", ""),
            String::new(),
            "{\"summary\":{\"complete\":true}}".to_owned(),
        ] {
            counter.line(line.as_bytes()).unwrap();
        }
        let sweep = counter.finish();
        assert!(sweep.may_deny());
        assert_eq!((sweep.seen.len(), sweep.others, sweep.withdrawn), (1, 1, 1));
        let seen = &sweep.seen["id-1"];
        assert_eq!(seen.count, 3);
        assert_eq!(seen.first.map(|d| d.to_string()).as_deref(), Some("2024-04-02"));
        assert_eq!(seen.last.map(|d| d.to_string()).as_deref(), Some("2026-11-18"));
        assert_eq!(seen.machines["10.1.1.5"], 2);
    }

    #[test]
    fn a_value_of_several_advisories_counts_once_for_each() {
        let set = set();
        let mut counter = Counter::new(&set);
        let line = "{\"indicator\":{\"type\":\"url\",\"value\":\"u\",\"advisories\":[\"N-2026-0001\",\"N-2026-0002\"]},\
                    \"advisory\":\"N-2026-0001\",\"also\":[{\"type\":\"domain-name\",\"value\":\"d\",\"advisory\":\"N-2026-0002\"}]}";
        counter.line(line.as_bytes()).unwrap();
        let sweep = counter.finish();
        assert_eq!(sweep.seen.values().map(|seen| seen.count).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn several_values_of_one_line_or_one_mail_are_one_sighting() {
        let set = set();
        let mut counter = Counter::new(&set);
        let at = |place: &str| format!("{{{place},\"indicator\":{{}},\"advisory\":\"N-2026-0001\"}}");
        for place in [
            "\"source\":\"q.log\",\"line\":1",
            "\"source\":\"q.log\",\"line\":1",
            "\"source\":\"q.log\",\"line\":2",
            "\"source\":\"r.log\",\"line\":2",
            "\"source\":\"box\",\"line\":1,\"path\":\"box#1\"",
            "\"source\":\"box\",\"line\":9,\"path\":\"box#1\"",
        ] {
            counter.line(at(place).as_bytes()).unwrap();
        }
        assert_eq!(counter.finish().seen["id-1"].count, 4);
    }

    #[test]
    fn a_sweep_that_left_something_out_or_was_cut_off_denies_nothing() {
        let set = set();
        let check = |lines: &[&str], expect: bool| {
            let mut counter = Counter::new(&set);
            lines.iter().for_each(|line| counter.line(line.as_bytes()).unwrap());
            assert_eq!(counter.finish().may_deny(), expect, "{lines:?}");
        };
        let one = hit("N-2026-0001", "2026-01-01", "");
        check(&["{\"summary\":{\"complete\":true}}"], true);
        check(&["{\"summary\":{\"skipped\":[]}}"], true);
        check(&["{\"summary\":{\"skipped\":[{\"source\":\"a\"}]}}"], false);
        check(&["{\"summary\":{\"complete\":false}}"], false);
        check(&["{\"summary\":{\"complete\":true}}", &one], false);
        check(&[&one], false);
        check(&[], false);
    }

    #[test]
    fn what_is_no_hit_is_told() {
        let set = set();
        let mut counter = Counter::new(&set);
        for line in ["{", "[]", "{}", "plain text", "{\"source\":\"a\",\"li"] {
            assert_eq!(counter.line(line.as_bytes()), Err(HitError::NoHit), "{line}");
        }
    }
}
