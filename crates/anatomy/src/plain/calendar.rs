//! Calendars (RFC 5545) and contacts (RFC 6350): people, places, addresses, and files written into them.

use lexicon::facts::SourceForm;

use crate::macros::strings;
use crate::specimen::{Entry, Specimen};

/// Lines after unfolding.
const LINES: usize = 50_000;

/// Files taken out of one calendar.
const FILES: usize = 50;

/// The property lines, unfolded: name, parameters, value.
fn lines(text: &str) -> Vec<(String, String, String)> {
    let mut whole: Vec<String> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix([' ', '\t']) {
            Some(rest) if !whole.is_empty() => {
                if let Some(last) = whole.last_mut() {
                    last.push_str(rest);
                }
            }
            _ if whole.len() >= LINES => break,
            _ => whole.push(line.trim_end().to_owned()),
        }
    }
    whole.iter().filter_map(|line| split(line)).collect()
}

/// Splits at the first colon outside of quotes.
fn split(line: &str) -> Option<(String, String, String)> {
    let mut quoted = false;
    let at = line.char_indices().find_map(|(at, c)| {
        quoted ^= c == '"';
        (c == ':' && !quoted).then_some(at)
    })?;
    let (head, value) = (line.get(..at)?, line.get(at + 1..)?);
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    // Contacts may group: `item1.EMAIL`.
    let name = name.rsplit('.').next().unwrap_or(name);
    Some((name.to_ascii_uppercase(), parameters.to_owned(), plain(value)))
}

/// Resolves the escapes of text values.
fn plain(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            (c, _) => out.push(c),
        }
    }
    out
}

fn parameter<'p>(parameters: &'p str, name: &str) -> Option<&'p str> {
    let mut found = parameters.split(';').filter_map(|p| p.split_once('='));
    found.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim_matches('"'))
}

fn person(specimen: &mut Specimen<'_, '_>, property: &str, parameters: &str, value: &str) {
    let address = match value.get(..7) {
        Some(head) if head.eq_ignore_ascii_case("mailto:") => value.get(7..).unwrap_or(""),
        _ => value,
    };
    let name = parameter(parameters, "CN").unwrap_or("");
    let both =
        if name.is_empty() || name == address { address.to_owned() } else { format!("{name} <{address}>") };
    specimen.property(property, both);
    if address.contains('@') {
        specimen.source(property, SourceForm::Address, address);
    }
}

/// A calendar's events.
pub(super) fn events(specimen: &mut Specimen<'_, '_>, text: &str) {
    let mut files = 0;
    for (name, parameters, value) in lines(text) {
        match name.as_str() {
            "ORGANIZER" => person(specimen, "calendar.organizer", &parameters, &value),
            "ATTENDEE" => person(specimen, "calendar.attendee", &parameters, &value),
            "SUMMARY" => specimen.property("calendar.summary", value),
            "DESCRIPTION" | "COMMENT" => specimen.source("text", SourceForm::Prose, &value),
            "X-ALT-DESC" => {
                let page = forensics::html::read(&value, &forensics::Limits::default());
                for source in forensics::html::sources(&page.facts, &specimen.place) {
                    specimen.bench.source(source.place, source.form, &source.text);
                }
            }
            "METHOD" => specimen.property("calendar.method", value),
            "PRODID" => specimen.property("calendar.program", value),
            "DTSTART" => specimen.property("calendar.start", value),
            "LOCATION" => {
                specimen.property("calendar.location", &*value);
                if value.contains("://") {
                    specimen.relation("link", &value);
                }
            }
            "URL" | "CONFERENCE" | "X-GOOGLE-CONFERENCE" | "X-MICROSOFT-SKYPETEAMSMEETINGURL" => {
                specimen.relation("link", &value);
            }
            "ATTACH" => {
                let encoded =
                    parameter(&parameters, "ENCODING").is_some_and(|e| e.eq_ignore_ascii_case("BASE64"));
                if !encoded {
                    specimen.relation("attachment", &value);
                } else if let Some(bytes) = strings::base64(&value) {
                    files += 1;
                    if files > FILES {
                        continue;
                    }
                    let name = ["FILENAME", "X-FILENAME", "X-ORACLE-FILENAME", "X-APPLE-FILENAME"];
                    let name = name.iter().find_map(|n| parameter(&parameters, n));
                    let name = name.map(str::to_owned);
                    specimen.child(Entry { name, content: Some(&bytes), ..Entry::default() });
                }
            }
            _ => {}
        }
    }
}

/// Contacts.
pub(super) fn cards(specimen: &mut Specimen<'_, '_>, text: &str) {
    for (name, parameters, value) in lines(text) {
        match name.as_str() {
            "FN" => specimen.property("contact.name", value),
            "ORG" => specimen.property("contact.organisation", value.trim_matches(';')),
            "TITLE" => specimen.property("contact.title", value),
            "EMAIL" => person(specimen, "contact.address", &parameters, &value),
            "TEL" => specimen.property("contact.telephone", value),
            "URL" => specimen.relation("link", &value),
            _ => {}
        }
    }
}
