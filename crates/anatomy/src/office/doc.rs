//! Word's binary documents ([MS-DOC]): language and version, the template, the text with its fields taken out.

use forensics::charset;
use forensics::ole::Ole;

use crate::binary::{piece, u8_at, u16_at, u32_at, utf16};
use crate::specimen::Specimen;

use super::links::{field, relate, visible_text};
use super::ole::main;
use super::ooxml::TEXT_BYTES;
use super::parts::{Fields, push};
use super::propset::label;

/// Pieces of text.
const PIECES: usize = 200_000;

/// The first version that has a piece table as read here (Word 97).
const WORD_97: u16 = 101;

pub(super) fn run(ole: &Ole<'_>, word: &[u8], specimen: &mut Specimen<'_, '_>) {
    let (Some(version), Some(language), Some(flags)) = (u16_at(word, 2), u16_at(word, 6), u16_at(word, 10))
    else {
        specimen.odd("document-damaged", "WordDocument");
        return;
    };
    // fDot of the header ([MS-DOC] 2.5.2): a template.
    if flags & 1 != 0 && specimen.file.kind == "doc" {
        specimen.file.kind = "dot".to_owned();
    }
    specimen.property("document.word-version", version.to_string());
    specimen.property("document.language", language_name(language));
    if let Some(east) = u16_at(word, 60).filter(|e| version >= WORD_97 && *e != 0 && *e != language) {
        specimen.property("document.language-east-asian", language_name(east));
    }
    if version < WORD_97 {
        let (from, to) = (at(word, 24), at(word, 28));
        let raw = piece(word, from, to.saturating_sub(from).min(TEXT_BYTES));
        let page = if language == 0x411 { 932 } else { 1252 };
        show(specimen, &charset::decode(raw, Some(&label(page))).text);
        return;
    }
    let name = if flags & 0x0200 != 0 { "1Table" } else { "0Table" };
    let Some(table) = main(ole, name).or_else(|| main(ole, "1Table")).or_else(|| main(ole, "0Table")) else {
        specimen.odd("document-damaged", name);
        return;
    };
    template(specimen, piece(&table, at(word, 410), at(word, 414)));
    let text = text(word, piece(&table, at(word, 418), at(word, 422)));
    if text.is_empty() {
        specimen.odd("document-damaged", "WordDocument");
    }
    show(specimen, &text);
}

fn at(bytes: &[u8], place: usize) -> usize {
    u32_at(bytes, place).and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
}

/// A language by its Windows number: the common ones in words, others as the number.
pub(crate) fn language_name(id: u16) -> String {
    let word = match id {
        0x0404 => "zh-TW",
        0x0407 => "de-DE",
        0x0409 => "en-US",
        0x040a | 0x0c0a => "es-ES",
        0x040c => "fr-FR",
        0x0410 => "it-IT",
        0x0411 => "ja-JP",
        0x0412 => "ko-KR",
        0x0415 => "pl-PL",
        0x0416 => "pt-BR",
        0x0419 => "ru-RU",
        0x041e => "th-TH",
        0x041f => "tr-TR",
        0x0422 => "uk-UA",
        0x042a => "vi-VN",
        0x0429 => "fa-IR",
        0x0804 => "zh-CN",
        0x0809 => "en-GB",
        0x0c04 => "zh-HK",
        _ => return format!("0x{id:04x}"),
    };
    word.to_owned()
}

/// The attached template: the second string of the document's associated strings.
fn template(specimen: &mut Specimen<'_, '_>, strings: &[u8]) {
    if u16_at(strings, 0) != Some(0xffff) {
        return;
    }
    let mut at = 6;
    for index in 0..2 {
        let Some(length) = u16_at(strings, at) else { return };
        let bytes = piece(strings, at + 2, usize::from(length) * 2);
        if index == 1 && !bytes.is_empty() {
            relate(specimen, "template", &utf16(bytes));
        }
        at += 2 + usize::from(length) * 2;
    }
}

/// The text by its piece table.
fn text(word: &[u8], clx: &[u8]) -> String {
    let mut at_clx = 0;
    while u8_at(clx, at_clx) == Some(1) {
        at_clx += 3 + usize::from(u16_at(clx, at_clx + 1).unwrap_or(0));
    }
    let mut out = String::new();
    if u8_at(clx, at_clx) != Some(2) {
        return out;
    }
    let table = piece(clx, at_clx + 5, at(clx, at_clx + 1));
    let count = (table.len().saturating_sub(4) / 12).min(PIECES);
    for index in 0..count {
        let (from, to) = (at(table, 4 * index), at(table, 4 * index + 4));
        let place = at(table, 4 * (count + 1) + 8 * index + 2);
        let length = to.saturating_sub(from).min(TEXT_BYTES);
        if place & 0x4000_0000 != 0 {
            let raw = piece(word, (place & 0x3fff_ffff) / 2, length);
            // Compressed pieces are Latin letters of code page 1252 whatever the language.
            push(&mut out, &charset::decode(raw, Some("windows-1252")).text);
        } else {
            push(&mut out, &wide(piece(word, place & 0x3fff_ffff, length * 2)));
        }
        if out.len() >= TEXT_BYTES - 4 {
            break;
        }
    }
    out
}

fn wide(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
}

/// Takes the fields out, and hands the rest on.
fn show(specimen: &mut Specimen<'_, '_>, text: &str) {
    let mut fields = Fields::default();
    let mut out = String::with_capacity(text.len());
    let mut pictures = 0usize;
    for c in text.chars() {
        match c {
            '\u{13}' => fields.begin(),
            '\u{14}' => fields.separate(),
            '\u{15}' => fields.end(),
            '\u{1}' | '\u{8}' => pictures += 1,
            _ if fields.in_code() => fields.text(c.encode_utf8(&mut [0; 4])),
            '\r' | '\u{b}' | '\u{c}' => out.push('\n'),
            '\u{7}' => out.push('\t'),
            c if c.is_control() && c != '\t' && c != '\n' => {}
            c => out.push(c),
        }
    }
    fields.finish();
    for code in &fields.done {
        field(specimen, code);
    }
    specimen.property("document.images", pictures.to_string());
    visible_text(specimen, &out);
}
