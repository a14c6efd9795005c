//! XML of documents, read event by event inside limits. Entities are never expanded beyond XML's own five.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Events of one part.
const EVENTS: usize = 3_000_000;

/// Elements inside each other.
const DEPTH: usize = 4_000;

/// Attributes looked at in one element.
const ATTRIBUTES: usize = 200;

/// What stands next.
pub(super) enum Item<'a> {
    /// An element begins: its name without the prefix, and its attributes.
    Open(&'a str, &'a Element<'a>),
    /// An element ends.
    Close(&'a str),
    /// Characters.
    Text(&'a str),
}

/// An element that begins.
pub(super) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// The value of the attribute of that name, whatever its prefix.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.pairs().into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Every attribute by its name without the prefix.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        // With checks on, every attribute would be compared with every other one.
        let mut attributes = self.0.attributes();
        attributes
            .with_checks(false)
            .take(ATTRIBUTES)
            .flatten()
            .map(|a| (a.key.local_name().into_inner().to_owned(), unescape(&a.value)))
            .collect()
    }
}

/// XML's own entities and character references; others stay as they stand, since a DTD is never followed.
fn unescape(raw: &str) -> String {
    if !raw.contains('&') {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        match after.split_once(';').and_then(|(name, tail)| Some((reference(name)?, tail))) {
            Some((c, tail)) => {
                out.push(c);
                rest = tail;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            code.ok().and_then(char::from_u32)
        }
    }
}

/// What was wrong with a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Health {
    /// It has a DTD that declares entities.
    pub(super) entities: bool,
    /// It is not well-formed, or beyond the limits: it was read up to there.
    pub(super) broken: bool,
}

/// Reads a part, giving every item to `each`.
pub(super) fn walk(bytes: &[u8], mut each: impl FnMut(Item<'_>)) -> Health {
    let label = if bytes.starts_with(b"<\0") { Some("utf-16le") } else { Some("utf-8") };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => forensics::charset::decode(bytes, label).text,
    };
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut health = Health::default();
    let mut depth = 0usize;
    for _ in 0..EVENTS {
        let Ok(event) = reader.read_event() else {
            health.broken = true;
            return health;
        };
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEPTH {
                    health.broken = true;
                    return health;
                }
                let element = Element(start);
                each(Item::Open(element.0.local_name().into_inner(), &element));
            }
            Event::Empty(start) => {
                let element = Element(start);
                each(Item::Open(element.0.local_name().into_inner(), &element));
                each(Item::Close(element.0.local_name().into_inner()));
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                each(Item::Close(end.local_name().into_inner()));
            }
            Event::Text(text) => each(Item::Text(&text.into_inner())),
            Event::CData(text) => each(Item::Text(&text.into_inner())),
            Event::GeneralRef(name) => {
                if let Some(c) = reference(&name.into_inner()) {
                    each(Item::Text(c.encode_utf8(&mut [0; 4])));
                }
            }
            Event::DocType(doctype) => health.entities |= doctype.into_inner().contains("<!ENTITY"),
            Event::Eof => return health,
            _ => {}
        }
    }
    health.broken = true;
    health
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &str) -> (String, Health) {
        let mut out = String::new();
        let health = walk(xml.as_bytes(), |item| {
            if let Item::Text(text) = item {
                out.push_str(text);
            }
        });
        (out, health)
    }

    #[test]
    fn an_entity_bomb_stays_inert_and_is_told() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bang\"><!ENTITY c \"&b;&b;\">]><a>x&c;&amp;&#x41;y</a>";
        assert_eq!(text(bomb), ("x&Ay".to_owned(), Health { entities: true, broken: false }));
    }

    #[test]
    fn nesting_without_end_is_broken_off() {
        assert!(text(&"<a>".repeat(DEPTH + 5)).1.broken);
    }

    #[test]
    fn attributes_are_found_without_their_prefix_and_with_references_resolved() {
        let mut found = None;
        walk(b"<w:a r:id='x&amp;&#65;&none;'/>", |item| {
            if let Item::Open("a", element) = item {
                found = element.get("id");
            }
        });
        assert_eq!(found.as_deref(), Some("x&A&none;"));
    }
}
