//! Goes through the groups and control words of RTF, one pass, nothing built but what is kept.

use std::collections::BTreeMap;

use super::decode;

/// Groups inside each other; deeper ones are read at this depth.
const DEPTH: usize = 2_000;

/// Objects and stores kept.
const OBJECTS: usize = 100;

/// Pictures kept.
const PICTURES: usize = 20;

/// Bytes of all objects and pictures kept.
const KEPT_BYTES: usize = 64 << 20;

/// Bytes of the text kept.
const TEXT_BYTES: usize = 4 << 20;

/// Fields kept.
const FIELDS: usize = 500;

/// Bytes of a field, a template's name or a property.
const SHORT_BYTES: usize = 16 << 10;

/// Fonts remembered.
const FONTS: usize = 4_000;

/// Oddities in one object's digits from which it counts as hidden: honest writers break lines, no more.
pub(super) const TRICKS: usize = 3;

/// An object's data.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) class: String,
    pub(super) data: Vec<u8>,
    pub(super) updates: bool,
    /// Things in its digits that only somebody who hides writes.
    pub(super) tricks: usize,
}

/// What a document holds.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) text: String,
    pub(super) info: Vec<(String, String)>,
    pub(super) fields: Vec<String>,
    pub(super) templates: Vec<String>,
    pub(super) objects: Vec<Object>,
    pub(super) objects_cut: bool,
    pub(super) stores: Vec<Vec<u8>>,
    pub(super) pictures: Vec<Vec<u8>>,
    pub(super) pictures_seen: usize,
    pub(super) code_page: Option<u16>,
    pub(super) language: Option<u16>,
}

/// Where what is read goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Body,
    Skip,
    Info,
    Field,
    Template,
    FontTable,
    Class,
    Data,
    Store,
    Picture,
}

#[derive(Debug, Clone, Copy)]
struct State {
    place: Place,
    /// The code page of the font in use.
    page: u16,
    /// Characters to be skipped after `\u`.
    skip: usize,
}

struct Reader {
    out: Document,
    stack: Vec<State>,
    /// Groups deeper than are kept.
    beyond: usize,
    now: State,
    default_page: u16,
    /// Bytes of text not yet decoded, and their code page.
    held: Vec<u8>,
    held_page: u16,
    /// Text of a field, template, property or class.
    short: String,
    info_name: String,
    digits: Digits,
    updates: bool,
    class: String,
    fonts: BTreeMap<i32, u16>,
    font: i32,
    /// Characters still to be skipped after `\u`.
    to_skip: usize,
    surrogate: Option<u16>,
    kept: usize,
    star: bool,
    date: [i32; 6],
}

/// Hexadecimal digits of an object or picture.
#[derive(Debug, Default)]
struct Digits {
    bytes: Vec<u8>,
    half: Option<u8>,
    tricks: usize,
}

impl Digits {
    fn digit(&mut self, byte: u8) {
        let Some(value) = char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok()) else {
            if !byte.is_ascii_whitespace() && byte != 0 {
                self.tricks += 1;
            }
            return;
        };
        match self.half.take() {
            Some(high) => self.bytes.push(high << 4 | value),
            None => self.half = Some(value),
        }
    }
}

/// Reads a document as far as it goes.
pub(super) fn read(bytes: &[u8]) -> Document {
    let first = State { place: Place::Body, page: 1252, skip: 1 };
    let mut reader = Reader {
        out: Document::default(),
        stack: Vec::new(),
        beyond: 0,
        now: first,
        default_page: 1252,
        held: Vec::new(),
        held_page: 1252,
        short: String::new(),
        info_name: String::new(),
        digits: Digits::default(),
        updates: false,
        class: String::new(),
        fonts: BTreeMap::new(),
        font: -1,
        to_skip: 0,
        surrogate: None,
        kept: 0,
        star: false,
        date: [0; 6],
    };
    reader.run(bytes);
    reader.out
}

impl Reader {
    fn run(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            match byte {
                b'{' => {
                    self.flush();
                    self.to_skip = 0;
                    self.star = false;
                    if self.stack.len() < DEPTH {
                        self.stack.push(self.now);
                    } else {
                        self.beyond += 1;
                    }
                    at += 1;
                }
                b'}' => {
                    self.flush();
                    self.to_skip = 0;
                    if self.beyond > 0 {
                        self.beyond -= 1;
                    } else if let Some(outer) = self.stack.pop() {
                        self.leave(outer);
                    }
                    at += 1;
                }
                b'\\' => at = self.control(bytes, at + 1),
                b'\r' | b'\n' => at += 1,
                _ => {
                    self.byte(byte);
                    at += 1;
                }
            }
        }
        self.flush();
        while let Some(outer) = self.stack.pop() {
            self.leave(outer);
        }
    }

    /// Reads a control word or symbol after its backslash; where the document goes on.
    fn control(&mut self, bytes: &[u8], at: usize) -> usize {
        let Some(first) = bytes.get(at).copied() else {
            return at;
        };
        if !first.is_ascii_alphabetic() {
            return self.symbol(bytes, at, first);
        }
        let rest = bytes.get(at..).unwrap_or(&[]);
        let length = rest.iter().take(64).take_while(|b| b.is_ascii_alphabetic()).count();
        let name = rest.get(..length).and_then(|n| std::str::from_utf8(n).ok()).unwrap_or("");
        let mut end = at + length;
        let negative = bytes.get(end) == Some(&b'-');
        let digits_at = end + usize::from(negative);
        let digits =
            bytes.get(digits_at..).unwrap_or(&[]).iter().take(10).take_while(|b| b.is_ascii_digit()).count();
        let mut value = None;
        if digits > 0 {
            let text = bytes.get(digits_at..digits_at + digits).and_then(|t| std::str::from_utf8(t).ok());
            let number = text.and_then(|t| t.parse::<i64>().ok()).unwrap_or(0);
            let number = i32::try_from(number).unwrap_or(i32::MAX);
            value = Some(if negative { -number } else { number });
            end = digits_at + digits;
        }
        if bytes.get(end) == Some(&b' ') {
            end += 1;
        }
        if name == "bin" {
            let length = usize::try_from(value.unwrap_or(0)).unwrap_or(0);
            let data = crate::binary::piece(bytes, end, length);
            if matches!(self.now.place, Place::Data | Place::Store | Place::Picture) {
                // A half digit before it is dropped, as Word does.
                self.digits.half = None;
                self.digits.bytes.extend_from_slice(data);
                if self.now.place == Place::Data {
                    self.digits.tricks += 1;
                }
            }
            return end.saturating_add(length).min(bytes.len());
        }
        self.word(name, value);
        end
    }

    fn symbol(&mut self, bytes: &[u8], at: usize, first: u8) -> usize {
        match first {
            b'\'' => {
                let digit = |at: usize| bytes.get(at).and_then(|b| char::from(*b).to_digit(16));
                if let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) {
                    let byte = u8::try_from(high << 4 | low).unwrap_or(b'?');
                    if matches!(self.now.place, Place::Data | Place::Store | Place::Picture) {
                        // Word takes the digits out of step here, and hiders count on it.
                        self.digits.tricks += 1;
                    } else {
                        self.text_byte(byte);
                    }
                    return at + 3;
                }
                at + 1
            }
            b'*' => {
                self.star = true;
                at + 1
            }
            b'\\' | b'{' | b'}' => {
                if self.now.place == Place::Data {
                    self.digits.tricks += 1;
                } else {
                    self.text_byte(first);
                }
                at + 1
            }
            b'~' => {
                self.character('\u{a0}');
                at + 1
            }
            b'_' => {
                self.character('-');
                at + 1
            }
            b'\r' | b'\n' => {
                self.character('\n');
                at + 1
            }
            _ => at + 1,
        }
    }

    fn byte(&mut self, byte: u8) {
        match self.now.place {
            Place::Data | Place::Store | Place::Picture => {
                if self.digits.bytes.len() < KEPT_BYTES {
                    self.digits.digit(byte);
                }
            }
            _ => self.text_byte(byte),
        }
    }

    fn text_byte(&mut self, byte: u8) {
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return;
        }
        if self.now.place == Place::Skip || self.now.place == Place::FontTable {
            return;
        }
        if self.held_page != self.now.page {
            self.flush();
            self.held_page = self.now.page;
        }
        self.held.push(byte);
    }

    fn flush(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let held = std::mem::take(&mut self.held);
        let text = if held.is_ascii() {
            String::from_utf8(held).unwrap_or_default()
        } else {
            decode(&held, self.held_page)
        };
        self.push(&text);
    }

    fn character(&mut self, c: char) {
        self.flush();
        self.push(c.encode_utf8(&mut [0; 4]));
    }

    fn push(&mut self, text: &str) {
        match self.now.place {
            Place::Body if self.out.text.len() < TEXT_BYTES => self.out.text.push_str(text),
            Place::Info | Place::Field | Place::Template | Place::Class if self.short.len() < SHORT_BYTES => {
                self.short.push_str(text);
            }
            _ => {}
        }
    }

    fn enter(&mut self, place: Place) {
        self.flush();
        self.now.place = place;
        match place {
            Place::Data | Place::Store | Place::Picture => self.digits = Digits::default(),
            Place::Info | Place::Field | Place::Template | Place::Class => self.short.clear(),
            _ => {}
        }
    }

    /// A group ends: what it gathered is kept.
    fn leave(&mut self, outer: State) {
        let was = std::mem::replace(&mut self.now, outer).place;
        if was == outer.place && !matches!(was, Place::Info) {
            return;
        }
        let short = self.short.trim().to_owned();
        match was {
            Place::Info if outer.place != Place::Info || !self.info_name.is_empty() => self.keep_info(&short),
            Place::Field if !short.is_empty() && self.out.fields.len() < FIELDS => {
                self.out.fields.push(short);
                self.short.clear();
            }
            Place::Template if !short.is_empty() && self.out.templates.len() < FIELDS => {
                self.out.templates.push(short);
            }
            Place::Class => self.class = short,
            Place::Data => {
                let digits = std::mem::take(&mut self.digits);
                self.keep_object(digits);
            }
            Place::Store => {
                let bytes = std::mem::take(&mut self.digits).bytes;
                if bytes.len() > 16 && self.room(bytes.len()) && self.out.stores.len() < OBJECTS {
                    self.out.stores.push(bytes);
                }
            }
            Place::Picture => {
                let bytes = std::mem::take(&mut self.digits).bytes;
                self.out.pictures_seen += 1;
                if bytes.len() > 16 && self.out.pictures.len() < PICTURES && self.room(bytes.len()) {
                    self.out.pictures.push(bytes);
                }
            }
            _ => {}
        }
    }

    fn room(&mut self, size: usize) -> bool {
        self.kept = self.kept.saturating_add(size);
        self.kept <= KEPT_BYTES
    }

    fn keep_object(&mut self, digits: Digits) {
        let object = Object {
            class: std::mem::take(&mut self.class),
            data: digits.bytes,
            updates: std::mem::take(&mut self.updates),
            tricks: digits.tricks,
        };
        if object.data.is_empty() {
            return;
        }
        if self.out.objects.len() < OBJECTS && self.room(object.data.len()) {
            self.out.objects.push(object);
        } else {
            self.out.objects_cut = true;
        }
    }

    fn keep_info(&mut self, short: &str) {
        let name = std::mem::take(&mut self.info_name);
        if matches!(name.as_str(), "creatim" | "revtim" | "printim") {
            let [year, month, day, hour, minute, second] = std::mem::take(&mut self.date);
            let whole = (1601..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
            if whole && (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second) {
                let date = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
                self.out.info.push((name, date));
            }
        } else if !name.is_empty() && !short.is_empty() && self.out.info.len() < FIELDS {
            self.out.info.push((name, short.to_owned()));
        }
        self.short.clear();
    }

    fn word(&mut self, name: &str, value: Option<i32>) {
        let star = std::mem::take(&mut self.star);
        let number = value.unwrap_or(0);
        let page = || u16::try_from(number).ok();
        match name {
            // The first counts; changing every open group again and again would take long.
            "ansicpg" if self.out.code_page.is_none() => {
                self.default_page = page().filter(|p| *p != 0).unwrap_or(1252);
                self.out.code_page = Some(self.default_page);
                self.now.page = self.default_page;
                for state in &mut self.stack {
                    state.page = self.default_page;
                }
            }
            "mac" => self.default_page = 10000,
            "uc" => self.now.skip = usize::try_from(number).unwrap_or(0).min(100),
            "u" => self.unicode(number),
            "deflang" | "deflangfe" => {
                let is_japanese = number == 1041;
                if self.out.language.is_none() || is_japanese {
                    self.out.language = page();
                }
            }
            "fonttbl" => self.enter(Place::FontTable),
            "f" if self.now.place == Place::FontTable => self.font = number,
            "fcharset" if self.now.place == Place::FontTable => {
                if let Some(page) = font_page(number)
                    && self.fonts.len() < FONTS
                {
                    self.fonts.insert(self.font, page);
                }
            }
            "f" | "plain" | "af" => {
                let known = self.fonts.get(&number).filter(|_| name != "plain");
                let new = known.copied().unwrap_or(self.default_page);
                if new != self.now.page {
                    self.flush();
                    self.now.page = new;
                }
            }
            "par" | "line" | "row" | "sect" | "page" => self.character('\n'),
            "tab" | "cell" => self.character('\t'),
            "emdash" => self.character('—'),
            "endash" => self.character('–'),
            "lquote" => self.character('‘'),
            "rquote" => self.character('’'),
            "ldblquote" => self.character('“'),
            "rdblquote" => self.character('”'),
            "bullet" => self.character('•'),
            "info" => self.enter(Place::Skip),
            "author" | "title" | "operator" | "subject" | "company" | "manager" | "keywords" | "doccomm"
            | "hlinkbase" | "creatim" | "revtim" | "printim" | "generator"
                if matches!(self.now.place, Place::Skip | Place::Body) =>
            {
                self.enter(Place::Info);
                self.date = [0; 6];
                self.info_name = name.to_owned();
            }
            "yr" => self.date[0] = number,
            "mo" => self.date[1] = number,
            "dy" => self.date[2] = number,
            "hr" => self.date[3] = number,
            "min" => self.date[4] = number,
            "sec" => self.date[5] = number,
            "fldinst" => self.enter(Place::Field),
            "template" => self.enter(Place::Template),
            "objclass" => self.enter(Place::Class),
            "objupdate" => self.updates = true,
            "object" => {
                self.updates = false;
                self.class.clear();
            }
            "objdata" => self.enter(Place::Data),
            "datastore" => self.enter(Place::Store),
            "pict" => self.enter(Place::Picture),
            "result" | "fldrslt" => {
                self.flush();
                self.now.place = Place::Body;
            }
            "colortbl" | "stylesheet" | "listtable" | "listoverridetable" | "rsidtbl" | "themedata"
            | "colorschememapping" | "latentstyles" | "xmlnstbl" | "mmathPr" | "blipuid" | "picprop"
            | "objname" | "revtbl" | "pgptbl" | "userprops" | "xe" | "tc" | "sn" | "sv"
                if self.now.place != Place::Data && (self.now.place != Place::Picture || star) =>
            {
                // Text of these is none that a reader sees.
                self.enter(Place::Skip);
            }
            "shppict" | "shptxt" | "shpinst" => {}
            _ if self.now.place == Place::Data => {
                // A control word between digits is nothing that any honest writer puts there.
                self.digits.tricks += 1;
            }
            _ if star && self.now.place == Place::Body => self.enter(Place::Skip),
            _ => {}
        }
    }

    /// `\uN`: one UTF-16 unit, and the characters to skip that stand in for it.
    fn unicode(&mut self, number: i32) {
        self.flush();
        let unit = u16::try_from(number & 0xffff).unwrap_or(0xfffd);
        match (self.surrogate.take(), unit) {
            (_, high @ 0xd800..=0xdbff) => self.surrogate = Some(high),
            (Some(high), low @ 0xdc00..=0xdfff) => {
                let c = char::decode_utf16([high, low]).next().and_then(Result::ok);
                self.character(c.unwrap_or('\u{fffd}'));
            }
            (_, unit) => self.character(char::from_u32(u32::from(unit)).unwrap_or('\u{fffd}')),
        }
        self.to_skip = self.now.skip;
    }
}

/// The code page of a font's charset.
fn font_page(charset: i32) -> Option<u16> {
    Some(match charset {
        0 => 1252,
        77 => 10000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}
