//! Hits and summaries for machines. Field names are stable: add, never change their meaning.

use std::io::{self, Write};

use hunter::log::Moment;
use hunter::set::Set;
use hunter::sweep::{Hit, Log, Summary, Tally};
use serde::Serialize;

use super::sets::Loaded;

#[derive(Serialize)]
struct HitLine<'a> {
    source: &'a str,
    line: u64,
    offset: u64,
    time: Option<String>,
    who: Option<&'a str>,
    what: &'a str,
    indicator: Value<'a>,
    advisory: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    also: Vec<Also<'a>>,
    format: &'static str,
}

#[derive(Serialize)]
struct Value<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    value: &'a str,
    /// Every advisory that names it, where it is more than one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advisories: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tlp: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
}

#[derive(Serialize)]
struct Also<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    value: &'a str,
    advisory: &'a str,
}

/// The advisory that names a value first.
pub(super) fn advisory(set: &Set, entry: u32) -> &str {
    set.origins(entry).next().map(|origin| origin.advisory.as_str()).unwrap_or_default()
}

fn value(set: &Set, entry: u32) -> Value<'_> {
    let mut advisories: Vec<&str> = set.origins(entry).map(|origin| origin.advisory.as_str()).collect();
    advisories.dedup();
    if advisories.len() < 2 {
        advisories.clear();
    }
    Value {
        kind: set.kind(entry).word(),
        value: set.value(entry),
        advisories,
        // The narrowest of several.
        tlp: set.origins(entry).filter_map(|origin| origin.tlp).min().map(|tlp| tlp.label()),
        valid_from: set.origins(entry).filter_map(|origin| origin.valid_from).min().map(|at| at.to_string()),
        valid_until: set
            .origins(entry)
            .filter_map(|origin| origin.valid_until)
            .max()
            .map(|at| at.to_string()),
    }
}

fn told(time: Option<Moment>) -> Option<String> {
    time.map(|time| time.to_string())
}

/// One hit, without an end of line.
pub(crate) fn hit(out: &mut impl Write, set: &Set, log: &Log, hit: &Hit) -> io::Result<()> {
    let line = HitLine {
        source: &log.path,
        line: hit.line,
        offset: hit.offset,
        time: told(hit.time),
        who: (!hit.who.is_empty()).then_some(hit.who.as_str()),
        what: &hit.what,
        indicator: value(set, hit.entry),
        advisory: advisory(set, hit.entry),
        also: hit
            .also
            .iter()
            .map(|&entry| Also {
                kind: set.kind(entry).word(),
                value: set.value(entry),
                advisory: advisory(set, entry),
            })
            .collect(),
        format: log.format.word(),
    };
    Ok(serde_json::to_writer(out, &line)?)
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    summary: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    noroshi: &'static str,
    hits: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    /// Everything that was named was read to its end.
    complete: bool,
    bytes: u64,
    lines: u64,
    out_of_time: u64,
    indicators: Indicators<'a>,
    seen: Vec<SeenLine<'a>>,
    read: Vec<Read<'a>>,
    skipped: Vec<Skipped<'a>>,
}

#[derive(Serialize)]
struct Indicators<'a> {
    values: u64,
    repeated: u64,
    guarded: u64,
    unread: u64,
    not_for_detection: u64,
    lists: Vec<List<'a>>,
}

#[derive(Serialize)]
struct List<'a> {
    path: &'a str,
    sha256: &'a str,
}

/// Enough to make a sighting of: no machine is named.
#[derive(Serialize)]
struct SeenLine<'a> {
    indicator: Value<'a>,
    advisory: &'a str,
    count: u64,
    first_seen: Option<String>,
    last_seen: Option<String>,
    machines: usize,
}

#[derive(Serialize)]
struct Read<'a> {
    source: &'a str,
    format: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    compressed: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    syslog: bool,
    bytes: u64,
    lines: u64,
    /// Lines of another shape: looked through as text.
    other_lines: u64,
    hits: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Serialize)]
struct Skipped<'a> {
    source: &'a str,
    why: &'static str,
    text: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    detail: &'a str,
}

/// The last line: what was read, what not and why, first and last seen.
pub(super) fn summary(
    out: &mut impl Write,
    loaded: &Loaded,
    summary: &Summary,
    tally: &Tally,
) -> io::Result<()> {
    let set = &loaded.set;
    let mut machines = std::collections::HashMap::<u32, usize>::new();
    for machine in tally.machines() {
        *machines.entry(machine.entry).or_default() += 1;
    }
    let seen = tally.by_entry().into_iter().map(|(entry, seen)| SeenLine {
        indicator: value(set, entry),
        advisory: advisory(set, entry),
        count: seen.count,
        first_seen: told(seen.first),
        last_seen: told(seen.last),
        machines: machines.get(&entry).copied().unwrap_or(0),
    });
    let body = Body {
        noroshi: env!("CARGO_PKG_VERSION"),
        hits: summary.hits,
        first_seen: told(summary.first),
        last_seen: told(summary.last),
        complete: !summary.is_incomplete(),
        bytes: summary.bytes(),
        lines: summary.lines(),
        out_of_time: summary.out_of_time,
        indicators: Indicators {
            values: loaded.notes.values,
            repeated: loaded.notes.again,
            guarded: loaded.notes.guarded,
            unread: loaded.notes.unread,
            not_for_detection: loaded.notes.not_for_detection,
            lists: lists(loaded),
        },
        seen: seen.collect(),
        read: summary.logs.iter().map(read).collect(),
        skipped: skipped(summary),
    };
    Ok(serde_json::to_writer(out, &SummaryLine { summary: body })?)
}

fn lists(loaded: &Loaded) -> Vec<List<'_>> {
    loaded.lists.iter().map(|(path, sha256)| List { path, sha256 }).collect()
}

fn read(log: &hunter::sweep::LogRead) -> Read<'_> {
    Read {
        source: &log.log.path,
        format: log.log.format.word(),
        compressed: log.log.wrapping,
        syslog: log.log.syslog,
        bytes: log.bytes,
        lines: log.lines,
        other_lines: log.other_lines,
        hits: log.hits,
        first: told(log.first),
        last: told(log.last),
    }
}

fn skipped(summary: &Summary) -> Vec<Skipped<'_>> {
    summary
        .unread
        .iter()
        .map(|unread| Skipped {
            source: &unread.path,
            why: unread.why,
            text: unread.text.en,
            detail: &unread.detail,
        })
        .collect()
}

#[derive(Serialize)]
struct Manifest<'a> {
    noroshi: &'static str,
    files: Vec<FileLine<'a>>,
    logs: Vec<Read<'a>>,
    skipped: Vec<Skipped<'a>>,
    lists: Vec<List<'a>>,
}

#[derive(Serialize)]
struct FileLine<'a> {
    path: &'a str,
    size: Option<u64>,
    bytes_read: u64,
    sha256: Option<&'a str>,
}

/// What was read, with the digest of every file.
pub(super) fn manifest(out: &mut impl Write, loaded: &Loaded, summary: &Summary) -> io::Result<()> {
    let files = summary.files.iter().map(|file| FileLine {
        path: &file.path,
        size: file.size,
        bytes_read: file.bytes,
        sha256: file.sha256.as_deref(),
    });
    let manifest = Manifest {
        noroshi: env!("CARGO_PKG_VERSION"),
        files: files.collect(),
        logs: summary.logs.iter().map(read).collect(),
        skipped: skipped(summary),
        lists: lists(loaded),
    };
    serde_json::to_writer_pretty(&mut *out, &manifest)?;
    out.write_all(b"\n")
}
