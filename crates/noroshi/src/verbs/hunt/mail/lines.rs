//! Hits for machines: one JSON object each, a summary last.

use std::io::{self, Write};

use lexicon::Lang;
use lexicon::facts::Mailbox;
use mailbox::Hit;
use mailbox::watch::Watch;
use serde::Serialize;

use super::question::Asked;
use super::sweep::Swept;

/// A mail for which the query holds.
#[derive(Serialize)]
struct Mail<'a> {
    path: &'a str,
    sha256: &'a str,
    size: u64,
    message_id: Option<&'a str>,
    date: Option<&'a str>,
    from: Option<&'a Mailbox>,
    subject: Option<&'a str>,
    #[serde(rename = "where")]
    places: &'a [String],
    snippet: &'a str,
    /// The characters of the snippet that matched, `[from, to)`.
    marks: Vec<[usize; 2]>,
}

/// An indicator seen in a mail.
#[derive(Serialize)]
struct Sighted<'a> {
    source: &'a str,
    line: u64,
    time: Option<&'a str>,
    who: Option<&'a str>,
    what: String,
    indicator: Indicator<'a>,
    advisory: Option<&'a str>,
    path: &'a str,
    sha256: &'a str,
    message_id: Option<&'a str>,
    from: Option<&'a Mailbox>,
    subject: Option<&'a str>,
    #[serde(rename = "where")]
    places: &'a [String],
}

#[derive(Serialize)]
struct Indicator<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
struct Last<'a> {
    summary: Summary<'a>,
}

#[derive(Serialize)]
struct Summary<'a> {
    mails: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    found: usize,
    first: Option<&'a str>,
    last: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    indicators: Option<Counted>,
    unread: Vec<Unread<'a>>,
    partly_read: Vec<Partly<'a>>,
    changed: &'a [String],
    passed_over: PassedOver,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<Index>,
}

#[derive(Serialize)]
struct Counted {
    given: usize,
    seen: usize,
}

#[derive(Serialize)]
struct Unread<'a> {
    path: &'a str,
    why: String,
}

#[derive(Serialize)]
struct Partly<'a> {
    path: &'a str,
    what: &'a [String],
}

#[derive(Serialize)]
struct PassedOver {
    no_mails: u64,
    not_followed: u64,
}

#[derive(Serialize)]
struct Index {
    added: u64,
    kept: u64,
    dropped: u64,
    bytes: u64,
    damaged: Vec<String>,
}

pub(super) fn write(out: &mut impl Write, swept: &Swept, asked: &Asked, found: usize) -> io::Result<()> {
    for hit in &swept.hits {
        match &asked.question.watch {
            Some(watch) => sighted(out, hit, watch)?,
            None => line(out, &mail(hit))?,
        }
    }
    line(out, &Last { summary: summary(swept, asked, found) })
}

fn line(out: &mut impl Write, object: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, object)?;
    out.write_all(b"\n")
}

fn mail(hit: &Hit) -> Mail<'_> {
    let text = hit.snippet.text.as_str();
    let chars = |end: usize| text.get(..end).map_or(0, |front| front.chars().count());
    Mail {
        path: &hit.mail.path,
        sha256: &hit.mail.sha256,
        size: hit.mail.size,
        message_id: hit.mail.message_id.as_deref(),
        date: hit.mail.date.as_deref(),
        from: hit.mail.from.as_ref(),
        subject: hit.mail.subject.as_deref(),
        places: &hit.places,
        snippet: text,
        marks: hit.snippet.marks.iter().map(|mark| [chars(mark.start), chars(mark.end)]).collect(),
    }
}

fn sighted(out: &mut impl Write, hit: &Hit, watch: &Watch) -> io::Result<()> {
    for seen in &hit.seen {
        let Some(wanted) = watch.list().get(seen.indicator) else { continue };
        let place = seen.places.first().map_or("", String::as_str);
        line(
            out,
            &Sighted {
                source: hit.mail.file(),
                line: hit.mail.number(),
                time: hit.mail.date.as_deref(),
                who: hit
                    .mail
                    .to
                    .as_ref()
                    .map(|to| if to.address.is_empty() { &to.name } else { &to.address })
                    .map(String::as_str),
                what: format!("{place} {}", seen.value),
                indicator: Indicator { kind: wanted.kind.word(), value: &wanted.value },
                advisory: wanted.advisory.as_deref(),
                path: &hit.mail.path,
                sha256: &hit.mail.sha256,
                message_id: hit.mail.message_id.as_deref(),
                from: hit.mail.from.as_ref(),
                subject: hit.mail.subject.as_deref(),
                places: &seen.places,
            },
        )?;
    }
    Ok(())
}

fn summary<'a>(swept: &'a Swept, asked: &'a Asked, found: usize) -> Summary<'a> {
    // The hits stand newest first, those without a date last.
    let dated = || swept.hits.iter().filter(|hit| hit.mail.time.is_some());
    let date = |hit: Option<&'a Hit>| hit.and_then(|hit| hit.mail.date.as_deref());
    let indicators = asked.question.watch.as_ref().map(|watch| {
        let mut seen: Vec<usize> =
            swept.hits.iter().flat_map(|hit| hit.seen.iter().map(|seen| seen.indicator)).collect();
        seen.sort_unstable();
        seen.dedup();
        Counted { given: watch.list().len(), seen: seen.len() }
    });
    Summary {
        mails: swept.mails,
        bytes: swept.index.is_none().then_some(swept.bytes).filter(|bytes| *bytes > 0),
        found,
        first: date(dated().next_back()),
        last: date(dated().next()),
        query: asked.text.as_deref(),
        indicators,
        unread: swept.notes.unread.iter().map(|(path, why)| Unread { path, why: why.of(Lang::En) }).collect(),
        partly_read: swept.partly.iter().map(|(path, what)| Partly { path, what }).collect(),
        changed: &swept.changed,
        passed_over: PassedOver { no_mails: swept.notes.no_mails, not_followed: swept.notes.not_followed },
        index: swept.index.as_ref().map(|index| Index {
            added: index.added,
            kept: index.kept,
            dropped: index.dropped,
            bytes: index.bytes,
            damaged: swept.damaged.iter().map(|problem| problem.of(Lang::En)).collect(),
        }),
    }
}
