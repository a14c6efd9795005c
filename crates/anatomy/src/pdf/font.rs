//! From the codes of a font to characters: by its ToUnicode map, else by a known encoding.

use std::collections::HashMap;

use super::file::File;
use super::syntax::{Dict, Reader, Token, Value};

/// Bytes of a ToUnicode map that are read.
const MAP_BYTES: usize = 1 << 20;

/// Tokens of a ToUnicode map that are read.
const MAP_TOKENS: usize = 200_000;

/// Codes and ranges of one map.
const CODES: usize = 70_000;

/// How a font's codes are read.
pub(super) enum Font {
    /// By its own map, with codes of so many bytes.
    Map { width: usize, codes: HashMap<u32, String>, ranges: Vec<(u32, u32, u32)> },
    /// As text of a known encoding.
    Encoding(&'static encoding_rs::Encoding),
    /// Codes of two bytes of JIS X 0208.
    Jis,
    /// Glyph numbers that nothing explains.
    Unknown,
}

impl Font {
    pub(super) fn read(file: &File<'_>, dict: &Dict<'_>) -> Self {
        let wide = dict.is(b"Subtype", b"Type0");
        if let Some(object) = dict.get(b"ToUnicode").and_then(|value| match value {
            Value::Reference(number) => file.object(*number),
            _ => None,
        }) {
            let (data, _) = object.data(file.key.as_ref(), MAP_BYTES);
            let map = map(&data, wide);
            if !matches!(&map, Self::Map { codes, ranges, .. } if codes.is_empty() && ranges.is_empty()) {
                return map;
            }
        }
        let encoding = match dict.get(b"Encoding") {
            Some(Value::Name(name)) => String::from_utf8_lossy(name).into_owned(),
            _ => String::new(),
        };
        if !wide {
            let mac = encoding == "MacRomanEncoding";
            return Self::Encoding(if mac { encoding_rs::MACINTOSH } else { encoding_rs::WINDOWS_1252 });
        }
        let starts = |sign: &str| encoding.starts_with(sign);
        match encoding.as_str() {
            "H" | "V" => Self::Jis,
            _ if encoding.contains("RKSJ") => Self::Encoding(encoding_rs::SHIFT_JIS),
            _ if encoding.contains("UCS2") || encoding.contains("UTF16") => {
                Self::Encoding(encoding_rs::UTF_16BE)
            }
            _ if starts("EUC-") => Self::Encoding(encoding_rs::EUC_JP),
            _ if starts("GBK") || starts("GB-EUC") => Self::Encoding(encoding_rs::GBK),
            _ if starts("ETen") || starts("B5") => Self::Encoding(encoding_rs::BIG5),
            _ if starts("KSC") => Self::Encoding(encoding_rs::EUC_KR),
            _ => Self::Unknown,
        }
    }

    /// The characters of a string that is shown.
    pub(super) fn show(&self, bytes: &[u8], out: &mut String) {
        match self {
            Self::Map { width, codes, ranges } => {
                for code in bytes.chunks(*width) {
                    let code = code.iter().fold(0_u32, |code, byte| code << 8 | u32::from(*byte));
                    if let Some(text) = codes.get(&code) {
                        out.push_str(text);
                        continue;
                    }
                    let index = ranges.partition_point(|range| range.0 <= code);
                    let range = index.checked_sub(1).and_then(|index| ranges.get(index));
                    if let Some((low, _, first)) = range.filter(|range| code <= range.1) {
                        out.extend(char::from_u32(first.saturating_add(code - low)));
                    }
                }
            }
            Self::Encoding(encoding) => out.push_str(&encoding.decode_without_bom_handling(bytes).0),
            Self::Jis => {
                let upper: Vec<u8> = bytes.iter().map(|b| b | 0x80).collect();
                out.push_str(&encoding_rs::EUC_JP.decode_without_bom_handling(&upper).0);
            }
            Self::Unknown => {}
        }
    }
}

fn code(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |code, byte| code << 8 | u32::from(*byte))
}

fn wide(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).filter_map(Result::ok).take(8).collect()
}

/// Reads a ToUnicode map.
fn map(data: &[u8], two: bool) -> Font {
    let mut reader = Reader::new(data, 0, MAP_TOKENS);
    let mut width = if two { 2 } else { 1 };
    let (mut codes, mut ranges) = (HashMap::new(), Vec::new());
    let mut stack: Vec<Value<'_>> = Vec::new();
    while let Some(token) = reader.content() {
        let word = match token {
            Token::Value(value) => {
                stack.push(value);
                continue;
            }
            Token::Word(word) => word,
        };
        match word {
            b"endcodespacerange" => {
                if let Some(Value::Text(low)) = stack.first() {
                    width = low.len().clamp(1, 4);
                }
            }
            b"endbfchar" => {
                for pair in stack.chunks_exact(2) {
                    if let [Value::Text(from), Value::Text(to)] = pair
                        && codes.len() < CODES
                    {
                        codes.insert(code(from), wide(to));
                    }
                }
            }
            b"endbfrange" => {
                for triple in stack.chunks_exact(3) {
                    match triple {
                        [Value::Text(low), Value::Text(high), Value::Text(to)] if ranges.len() < CODES => {
                            if let Some(first) = wide(to).chars().next() {
                                ranges.push((code(low), code(high), u32::from(first)));
                            }
                        }
                        [Value::Text(low), _, Value::List(list)] => {
                            for (offset, to) in (0_u32..).zip(list) {
                                if let Value::Text(to) = to
                                    && codes.len() < CODES
                                {
                                    codes.insert(code(low).saturating_add(offset), wide(to));
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        stack.clear();
    }
    ranges.sort_unstable();
    Font::Map { width, codes, ranges }
}
