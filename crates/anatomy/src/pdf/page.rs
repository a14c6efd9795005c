//! What a reader sees on the pages: the text, and the pictures.

use std::collections::HashMap;
use std::rc::Rc;

use super::file::{File, STREAM_BYTES};
use super::font::Font;
use super::syntax::{Dict, Reader, Token, Value};

/// Pages whose text is read.
const PAGES: usize = 100;

/// Bytes of text that are gathered; after that nothing more is unpacked.
const TEXT_BYTES: usize = 128 << 10;

/// Tokens of all pages together.
const TOKENS: usize = 2_000_000;

/// Unpacked bytes of all pages together.
const CONTENT_BYTES: usize = 32 << 20;

/// Forms inside of forms.
const FORMS: usize = 4;

/// Operands kept for one operator.
const OPERANDS: usize = 400;

/// Fonts that are read: one that stands in place is read each time it is chosen.
const FONTS: usize = 300;

/// A gap inside a line, in thousandths of the font's size, that is seen as a blank.
const GAP: f64 = -180.0;

/// Gathers the text of the pages.
pub(super) struct Pages<'p, 'a> {
    file: &'p File<'a>,
    fonts: HashMap<u32, Rc<Font>>,
    fonts_left: usize,
    tokens: usize,
    bytes: usize,
    pub(super) text: String,
    /// The numbers of the pictures shown.
    pub(super) pictures: Vec<u32>,
}

impl<'p, 'a> Pages<'p, 'a> {
    pub(super) fn read(file: &'p File<'a>) -> Self {
        let (tokens, bytes) = (TOKENS, CONTENT_BYTES);
        let mut pages = Self {
            file,
            fonts: HashMap::new(),
            fonts_left: FONTS,
            tokens,
            bytes,
            text: String::new(),
            pictures: Vec::new(),
        };
        let latest = file.objects.iter().filter(|object| {
            object.dict().is_some_and(|dict| dict.is(b"Type", b"Page"))
                && file.object(object.number).is_some_and(|last| std::ptr::eq(last, *object))
        });
        for page in latest.take(PAGES).filter_map(super::file::Object::dict) {
            pages.page(page);
        }
        pages
    }

    fn page(&mut self, page: &'p Dict<'a>) {
        let file = self.file;
        // What a page does not say itself, its parents say.
        let (mut resources, mut node) = (None, Some(page));
        for _ in 0..8 {
            resources = resources.or_else(|| node.and_then(|node| file.dict(node, b"Resources")));
            node = node.and_then(|node| file.dict(node, b"Parent"));
        }
        let parts = match page.get(b"Contents").map(|value| (value, file.follow(value))) {
            Some((_, Value::List(list))) => list.as_slice(),
            Some((value, _)) => std::slice::from_ref(value),
            None => &[],
        };
        let mut content = Vec::new();
        for object in parts.iter().filter_map(|part| file.stream(part)) {
            if self.bytes == 0 || self.text.len() >= TEXT_BYTES {
                break;
            }
            let (data, _) = object.data(file.key.as_ref(), self.bytes.min(STREAM_BYTES));
            self.bytes -= cost(object.stream, &data).min(self.bytes);
            content.extend_from_slice(&data);
            content.push(b'\n');
        }
        self.content(&content, resources, FORMS);
        self.line();
    }

    fn line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn content(&mut self, data: &[u8], resources: Option<&'p Dict<'a>>, depth: usize) {
        let mut reader = Reader::new(data, 0, self.tokens);
        let mut operands: Vec<Value<'_>> = Vec::new();
        let mut font: Option<Rc<Font>> = None;
        let mut height = None;
        while let Some(token) = reader.content() {
            let word = match token {
                Token::Value(value) => {
                    if operands.len() < OPERANDS {
                        operands.push(value);
                    }
                    continue;
                }
                Token::Word(word) => word,
            };
            let number = |index: usize| operands.get(index).and_then(Value::number).unwrap_or(0.0);
            match (word, operands.as_slice()) {
                (b"Tf", [Value::Name(name), ..]) => font = self.font(resources, name),
                (b"Tj" | b"'", [Value::Text(text)]) | (b"\"", [_, _, Value::Text(text)]) => {
                    if word != b"Tj" {
                        self.line();
                    }
                    self.show(font.as_deref(), text);
                }
                (b"TJ", [Value::List(list)]) => {
                    for piece in list {
                        match piece {
                            Value::Text(text) => self.show(font.as_deref(), text),
                            Value::Number(gap) if *gap < GAP && !self.text.ends_with([' ', '\n']) => {
                                self.text.push(' ');
                            }
                            _ => {}
                        }
                    }
                }
                (b"T*", _) => self.line(),
                (b"Td" | b"TD", [_, _]) if number(1) != 0.0 => self.line(),
                (b"Tm", [_, _, _, _, _, y]) => {
                    let y = y.number();
                    if y != height {
                        self.line();
                    }
                    height = y;
                }
                (b"Do", [Value::Name(name)]) => {
                    self.tokens = reader.left;
                    self.draw(resources, name, depth);
                    reader.left = self.tokens;
                }
                (b"ID", _) => {
                    let rest = data.get(reader.at..).unwrap_or(&[]);
                    reader.at += memchr::memmem::find(rest, b"EI").map_or(rest.len(), |at| at + 2);
                }
                _ => {}
            }
            operands.clear();
            if self.text.len() >= TEXT_BYTES {
                break;
            }
        }
        self.tokens = reader.left;
    }

    fn show(&mut self, font: Option<&Font>, text: &[u8]) {
        if let Some(font) = font {
            font.show(text, &mut self.text);
        }
    }

    fn font(&mut self, resources: Option<&'p Dict<'a>>, name: &[u8]) -> Option<Rc<Font>> {
        let value = self.file.dict(resources?, b"Font")?.get(name)?;
        let Value::Dict(dict) = self.file.follow(value) else { return None };
        let number = match value {
            Value::Reference(number) => Some(*number),
            _ => None,
        };
        if let Some(font) = number.and_then(|number| self.fonts.get(&number)) {
            return Some(Rc::clone(font));
        }
        self.fonts_left = self.fonts_left.checked_sub(1)?;
        let font = Rc::new(Font::read(self.file, dict));
        self.fonts.extend(number.map(|number| (number, Rc::clone(&font))));
        Some(font)
    }

    /// A picture or a form.
    fn draw(&mut self, resources: Option<&'p Dict<'a>>, name: &[u8], depth: usize) {
        let file = self.file;
        let Some(objects) = resources.and_then(|resources| file.dict(resources, b"XObject")) else { return };
        let Some(object) = objects.get(name).and_then(|value| file.stream(value)) else { return };
        let Some(dict) = object.dict() else { return };
        if dict.is(b"Subtype", b"Image") {
            if !self.pictures.contains(&object.number) && self.pictures.len() < PAGES {
                self.pictures.push(object.number);
            }
        } else if let Some(depth) = depth.checked_sub(1).filter(|_| self.bytes > 0) {
            let (data, _) = object.data(file.key.as_ref(), self.bytes.min(STREAM_BYTES));
            self.bytes -= cost(object.stream, &data).min(self.bytes);
            self.content(&data, file.dict(dict, b"Resources").or(resources), depth);
        }
    }
}

/// What unpacking cost: a stream of blanks gives nothing, and is still gone through.
fn cost(raw: Option<&[u8]>, data: &[u8]) -> usize {
    raw.map_or(0, <[u8]>::len).max(data.len())
}
