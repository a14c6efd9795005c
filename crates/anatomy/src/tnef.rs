//! winmail.dat (MS-OXTNEF): the mail and the attachments that Outlook wraps so that others cannot read them.

mod properties;
#[cfg(test)]
mod tests;

use crate::binary::{piece, u8_at, u16_at, u32_at};
use crate::oddities;
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::time;

use properties::{Property, Value};

/// Attributes of one file that are read.
const ATTRIBUTES: usize = 10_000;

/// Attachments of one file that are kept before they are opened.
const ATTACHMENTS: usize = 1_000;

/// Bytes of a body.
const BODY: usize = 4 << 20;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["tnef"],
    run,
    tells: &[],
    oddities: &[oddities::entry(
        "tnef-cut",
        "winmail.dat（TNEF）が途中で切れています",
        "The winmail.dat (TNEF) ends before it is complete",
    )],
};

/// The attributes that are read, by the lower half of their number.
mod id {
    pub(super) const FROM: u16 = 0x8000;
    pub(super) const SUBJECT: u16 = 0x8004;
    pub(super) const SENT: u16 = 0x8005;
    pub(super) const MESSAGE_CLASS: u16 = 0x8008;
    pub(super) const BODY: u16 = 0x800c;
    pub(super) const ATTACH_DATA: u16 = 0x800f;
    pub(super) const ATTACH_TITLE: u16 = 0x8010;
    pub(super) const ATTACH_MODIFIED: u16 = 0x8013;
    pub(super) const ATTACH_START: u16 = 0x9002;
    pub(super) const MESSAGE_PROPERTIES: u16 = 0x9003;
    pub(super) const ATTACH_PROPERTIES: u16 = 0x9005;
    pub(super) const CODE_PAGE: u16 = 0x9007;
}

/// An attachment that is being put together.
#[derive(Default)]
struct Piece<'a> {
    title: String,
    name: String,
    data: &'a [u8],
    modified: String,
    is_message: bool,
}

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let mut at = 6;
    let mut page = 932;
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    let (mut sent, mut from) = (String::new(), String::new());
    for _ in 0..ATTRIBUTES {
        if at >= bytes.len() {
            break;
        }
        let (Some(number), Some(length)) = (u32_at(bytes, at + 1), u32_at(bytes, at + 5)) else {
            specimen.odd("tnef-cut", "");
            break;
        };
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let data = piece(bytes, at + 9, length);
        if data.len() < length {
            specimen.odd("tnef-cut", "");
        }
        let which = (number & 0xffff) as u16;
        if which == id::CODE_PAGE {
            page = u32_at(data, 0).unwrap_or(page);
        }
        let text = |data: &[u8]| properties::ansi(data, page);
        match which {
            id::SUBJECT => specimen.property("mail.subject", text(data)),
            id::MESSAGE_CLASS => specimen.property("tnef.message-class", text(data)),
            id::FROM => from = sender(data, page),
            id::SENT => sent = date(data).unwrap_or_default(),
            id::BODY => specimen.text(&text(data.get(..BODY).unwrap_or(data))),
            id::MESSAGE_PROPERTIES => message(&properties::read(data, page), specimen),
            id::ATTACH_START if pieces.len() < ATTACHMENTS => pieces.push(Piece::default()),
            _ => {}
        }
        if let Some(last) = pieces.last_mut() {
            match which {
                id::ATTACH_TITLE => last.title = text(data),
                id::ATTACH_DATA => last.data = data,
                id::ATTACH_MODIFIED => last.modified = date(data).unwrap_or_default(),
                id::ATTACH_PROPERTIES => attachment(&properties::read(data, page), last),
                _ => {}
            }
        }
        at = at.saturating_add(length).saturating_add(11);
    }
    if u8_at(bytes, 6).is_none() {
        specimen.odd("tnef-cut", "");
    }
    // The newer properties say the same with more care: a time zone, an address.
    for (name, value) in [("mail.date", sent), ("mail.from", from)] {
        if specimen.file.property(name).is_none() {
            specimen.property(name, value);
        }
    }
    for piece in pieces {
        let name = if piece.name.is_empty() { piece.title } else { piece.name };
        let added = specimen.child(Entry {
            name: Some(name).filter(|n| !n.is_empty()),
            size: piece.data.len() as u64,
            content: Some(piece.data),
            properties: vec![
                ("entry.modified", piece.modified),
                ("entry.method", if piece.is_message { "message".to_owned() } else { String::new() }),
            ],
            ..Entry::default()
        });
        if !added {
            return;
        }
    }
}

/// An old sender: lengths of a name and an address, then both.
fn sender(data: &[u8], page: u32) -> String {
    let length = |at: usize| usize::from(u16_at(data, at).unwrap_or(0));
    let name = properties::ansi(piece(data, 8, length(4)), page);
    let address = properties::ansi(piece(data, 8 + length(4), length(6)), page);
    let address = address.split_once(':').map_or(address.as_str(), |(_, rest)| rest);
    if name.is_empty() { address.to_owned() } else { format!("{name} <{address}>") }
}

/// Seven numbers from the year to the day of the week; no time zone is told.
fn date(data: &[u8]) -> Option<String> {
    let part = |at: usize| i8::try_from(u16_at(data, at)?).ok();
    let year = i16::try_from(u16_at(data, 0)?).ok().filter(|y| *y >= 1601)?;
    let moment =
        jiff::civil::DateTime::new(year, part(2)?, part(4)?, part(6)?, part(8)?, part(10)?, 0).ok()?;
    Some(moment.to_string())
}

fn message(found: &[Property<'_>], specimen: &mut Specimen<'_, '_>) {
    let mut name = String::new();
    let mut address = String::new();
    for property in found {
        match (property.id, &property.value) {
            (0x0037, Value::Text(text)) => specimen.property("mail.subject", text.as_str()),
            (0x001a, Value::Text(text)) => specimen.property("tnef.message-class", text.as_str()),
            (0x1035, Value::Text(text)) => {
                specimen.property("mail.message-id", text.trim_matches(['<', '>']));
            }
            (0x0c1a, Value::Text(text)) => name.clone_from(text),
            (0x0c1f | 0x5d01, Value::Text(text)) if text.contains('@') => address.clone_from(text),
            (0x0039, Value::Time(ticks)) => {
                specimen.property("mail.date", time::filetime(*ticks).unwrap_or_default());
            }
            (0x1000, Value::Text(text)) => specimen.text(text),
            (0x1009, Value::Bytes(packed)) => rtf(packed, specimen),
            (0x1013, Value::Bytes(html)) => {
                let label = forensics::html::declared_charset(html);
                page(&forensics::charset::decode(html, label).text, specimen);
            }
            (0x1013, Value::Text(html)) => page(html, specimen),
            _ => {}
        }
    }
    let from = if address.is_empty() { name } else { format!("{name} <{address}>") };
    specimen.property("mail.from", from);
}

/// The body that most winmail.dat hold: RTF, which may hide the HTML that it was made from.
fn rtf(packed: &[u8], specimen: &mut Specimen<'_, '_>) {
    match forensics::rtf::decompress(packed, BODY).map(|rtf| forensics::rtf::read(&rtf)) {
        Some(forensics::rtf::Content::Html(html)) => page(&html, specimen),
        Some(forensics::rtf::Content::Text(text)) => specimen.text(&text),
        None => {}
    }
}

fn page(html: &str, specimen: &mut Specimen<'_, '_>) {
    let html = lexicon::text::cut(html, BODY);
    let read = forensics::html::read(html, &forensics::Limits::default());
    for link in &read.facts.links {
        specimen.relation("link", &link.url);
    }
    specimen.text(&forensics::html::text(html, &forensics::Limits::default()));
}

fn attachment<'a>(found: &[Property<'a>], piece: &mut Piece<'a>) {
    for property in found {
        match (property.id, &property.value) {
            (0x3707, Value::Text(text)) => piece.name.clone_from(text),
            (0x3704, Value::Text(text)) if piece.name.is_empty() => piece.name.clone_from(text),
            (0x3001, Value::Text(text)) if piece.title.is_empty() => piece.title.clone_from(text),
            (0x3701, Value::Bytes(data)) => piece.data = data,
            // A message or an object comes behind the id of its interface.
            (0x3701, Value::Object(data)) => {
                piece.data = data.get(16..).unwrap_or(&[]);
                piece.is_message = piece.data.starts_with(b"\x78\x9f\x3e\x22");
            }
            _ => {}
        }
    }
}
