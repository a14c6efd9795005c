//! Excel 4 macros: macro sheets of xls ([MS-XLS]) and of packages, as the formulas that they run.

use forensics::ole::{self, Ole};

use super::calls::Language;
use super::xlm_names::FUNCTIONS;
use super::{part, study};
use crate::binary::{piece, u8_at, u16_at, u32_at};
use crate::registry::Analyser;
use crate::specimen::Specimen;
use crate::tells;

/// Bytes of a workbook that are read.
const BOOK_BYTES: usize = 64 << 20;

/// Records of a workbook.
const RECORDS: usize = 500_000;

/// Macro sheets read.
const SHEETS: usize = 50;

/// Formulas of one sheet.
const FORMULAS: usize = 20_000;

/// Bytes of the text of one sheet's formulas.
const SHEET_BYTES: usize = 256 << 10;

/// Bytes of one formula's text.
const FORMULA_BYTES: usize = 16 << 10;

/// Values waiting on the stack of one formula.
const STACK: usize = 500;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["xls", "xlt", "xla", "ole", "xlsm", "xltm", "xlam", "xlsb", "xlsx", "xltx"],
    run,
    tells: &[tells::entry(
        "macro-sheet-hidden",
        4,
        "Excel 4.0マクロのシートが隠されています",
        "A sheet of Excel 4.0 macros in it is hidden",
        "MITRE ATT&CK T1564, T1059",
    )],
    oddities: &[],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    if bytes.starts_with(ole::MAGIC) {
        let Some(ole) = Ole::open(bytes) else {
            return;
        };
        if let Some(entry) = ole.find("Workbook").or_else(|| ole.find("Book"))
            && specimen.file.encrypted != Some(true)
        {
            book(&ole.stream(entry, BOOK_BYTES), specimen);
        }
        return;
    }
    package(bytes, specimen);
}

/// How formulas are written: as Excel 5, 97 and 2007 (binary) write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Five,
    Eight,
    Twelve,
}

/// A sheet of the workbook.
struct Sheet {
    at: usize,
    hidden: u8,
    name: String,
}

fn book(book: &[u8], specimen: &mut Specimen<'_, '_>) {
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut starts = false;
    let mut old = false;
    let mut at = 0;
    for _ in 0..RECORDS {
        let Some((id, data, next)) = record(book, at) else {
            break;
        };
        match id {
            0x0809 => old = u16_at(data, 0) != Some(0x0600),
            0x85 if u8_at(data, 5) == Some(1) && sheets.len() < SHEETS => {
                let name = short_text(data, 6, old);
                let place = u32_at(data, 0).and_then(|p| usize::try_from(p).ok()).unwrap_or(usize::MAX);
                sheets.push(Sheet { at: place, hidden: u8_at(data, 4).unwrap_or(0) & 3, name });
            }
            // A built-in name: 1 is Auto_Open, 2 Auto_Close.
            0x18 if u16_at(data, 0).is_some_and(|flags| flags & 0x20 != 0) => {
                let at = if old { 14 } else { 15 };
                starts |= u8_at(data, at) == Some(1);
            }
            0x18 => {
                let name = String::from_utf8_lossy(piece(data, if old { 14 } else { 15 }, 9)).to_lowercase();
                starts |= name == "auto_open";
            }
            // The end of the globals.
            0x0a => break,
            _ => {}
        }
        at = next;
    }
    for sheet in sheets {
        let text = formulas(book, sheet.at, old);
        finish(specimen, &sheet.name, sheet.hidden, starts, &text);
    }
}

fn record(book: &[u8], at: usize) -> Option<(u16, &[u8], usize)> {
    let (id, size) = (u16_at(book, at)?, usize::from(u16_at(book, at + 2)?));
    (id != 0 || size != 0).then(|| (id, piece(book, at + 4, size), at + 4 + size))
}

fn short_text(data: &[u8], at: usize, old: bool) -> String {
    let length = usize::from(u8_at(data, at).unwrap_or(0));
    if old {
        return forensics::charset::decode(piece(data, at + 1, length), None).text.into_owned();
    }
    if u8_at(data, at + 1).unwrap_or(0) & 1 == 1 {
        crate::binary::utf16(piece(data, at + 2, length * 2))
    } else {
        piece(data, at + 2, length).iter().map(|b| char::from(*b)).collect()
    }
}

/// `A1: =EXEC("…")`, a line each.
fn formulas(book: &[u8], start: usize, old: bool) -> String {
    let mut out = String::new();
    let mut at = start;
    let mut count = 0;
    for _ in 0..RECORDS {
        let Some((id, data, next)) = record(book, at) else {
            break;
        };
        // FORMULA, in BIFF8 and in the two older shapes.
        if matches!(id, 0x06 | 0x0206 | 0x0406) && count < FORMULAS && out.len() < SHEET_BYTES {
            count += 1;
            let (row, column) = (u16_at(data, 0).unwrap_or(0), u16_at(data, 2).unwrap_or(0));
            let size = usize::from(u16_at(data, 20).unwrap_or(0));
            let form = if old { Form::Five } else { Form::Eight };
            let text = expression(piece(data, 22, size), form);
            out.push_str(&format!("{}{}: ={text}\n", column_name(column), u32::from(row) + 1));
        }
        if id == 0x0a {
            break;
        }
        at = next;
    }
    out
}

fn column_name(column: u16) -> String {
    let mut number = u32::from(column) + 1;
    let mut out = Vec::new();
    while number > 0 {
        let digit = (number - 1) % 26;
        out.push(char::from(b'A' + u8::try_from(digit).unwrap_or(0)));
        number = (number - 1) / 26;
    }
    out.iter().rev().collect()
}

/// A parsed expression as text, as far as it can be followed.
fn expression(bytes: &[u8], form: Form) -> String {
    const OPERATORS: [&str; 15] =
        ["+", "-", "*", "/", "^", "&", "<", "<=", "=", ">=", ">", "<>", " ", ",", ":"];
    let mut stack: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(token) = u8_at(bytes, at) {
        at += 1;
        let class = if token >= 0x40 { token & 0x1f | 0x20 } else { token };
        let skip = |eight: usize, five: usize, twelve: usize| match form {
            Form::Five => five,
            Form::Eight => eight,
            Form::Twelve => twelve,
        };
        match class {
            0x03..=0x11 => {
                let right = stack.pop().unwrap_or_default();
                let left = stack.pop().unwrap_or_default();
                let sign = OPERATORS.get(usize::from(class - 3)).copied().unwrap_or(" ");
                push(&mut stack, format!("{left}{sign}{right}"));
            }
            0x12..=0x15 => {
                let value = stack.pop().unwrap_or_default();
                let text = match class {
                    0x12 => format!("+{value}"),
                    0x13 => format!("-{value}"),
                    0x14 => format!("{value}%"),
                    _ => format!("({value})"),
                };
                push(&mut stack, text);
            }
            0x16 => push(&mut stack, String::new()),
            0x17 if form == Form::Twelve => {
                let length = usize::from(u16_at(bytes, at).unwrap_or(0)) * 2;
                let text = crate::binary::utf16(piece(bytes, at + 2, length));
                push(&mut stack, format!("\"{}\"", text.replace('"', "\"\"")));
                at += 2 + length;
            }
            0x17 => {
                let old = form == Form::Five;
                let length = usize::from(u8_at(bytes, at).unwrap_or(0));
                let wide = !old && u8_at(bytes, at + 1).unwrap_or(0) & 1 == 1;
                push(&mut stack, format!("\"{}\"", short_text(bytes, at, old).replace('"', "\"\"")));
                at += 1 + usize::from(!old) + if wide { length * 2 } else { length };
            }
            0x19 => {
                let (flags, value) = (u8_at(bytes, at).unwrap_or(0), u16_at(bytes, at + 1).unwrap_or(0));
                at += 3;
                if flags & 4 != 0 {
                    at += (usize::from(value) + 1) * 2;
                } else if flags & 0x10 != 0 {
                    let inner = stack.pop().unwrap_or_default();
                    push(&mut stack, format!("SUM({inner})"));
                }
            }
            0x1c => {
                push(&mut stack, "#ERR".to_owned());
                at += 1;
            }
            0x1d => {
                push(&mut stack, if u8_at(bytes, at) == Some(1) { "TRUE" } else { "FALSE" }.to_owned());
                at += 1;
            }
            0x1e => {
                push(&mut stack, u16_at(bytes, at).unwrap_or(0).to_string());
                at += 2;
            }
            0x1f => {
                let bits = crate::binary::u64_at(bytes, at).unwrap_or(0);
                push(&mut stack, f64::from_bits(bits).to_string());
                at += 8;
            }
            0x21 => {
                let id = u16_at(bytes, at).unwrap_or(0);
                at += 2;
                let known = FUNCTIONS.iter().find(|f| f.0 == id);
                function(&mut stack, id, known.and_then(|f| f.2).map_or(1, usize::from));
            }
            0x22 => {
                let (count, id) = (u8_at(bytes, at).unwrap_or(0) & 0x7f, u16_at(bytes, at + 1).unwrap_or(0));
                at += 3;
                function(&mut stack, id, usize::from(count));
            }
            0x24 | 0x2c => {
                let short = |at: usize| u32::from(u16_at(bytes, at).unwrap_or(0));
                let (row, column) = match form {
                    Form::Five => (short(at) & 0x3fff, u16::from(u8_at(bytes, at + 2).unwrap_or(0))),
                    Form::Eight => (short(at), u16_at(bytes, at + 2).unwrap_or(0)),
                    Form::Twelve => (u32_at(bytes, at).unwrap_or(0), u16_at(bytes, at + 4).unwrap_or(0)),
                };
                at += skip(4, 3, 6);
                let name = column_name(column & 0x3fff);
                push(&mut stack, format!("{name}{}", row.saturating_add(1)));
            }
            // Names, areas and what else is only named here.
            _ => {
                let size = match class {
                    0x01 | 0x02 => 4,
                    0x20 => skip(7, 7, 14),
                    0x23 => skip(4, 14, 4),
                    0x25 | 0x2d | 0x2b => skip(8, 6, 12),
                    0x26..=0x28 => 6,
                    0x29 => 2,
                    0x2a => skip(4, 3, 6),
                    0x39 => skip(6, 24, 6),
                    0x3a | 0x3c => skip(6, 17, 8),
                    0x3b | 0x3d => skip(10, 20, 14),
                    _ => break,
                };
                at += size;
                push(&mut stack, "REF".to_owned());
            }
        }
    }
    stack.join(" ")
}

fn push(stack: &mut Vec<String>, text: String) {
    if stack.len() < STACK {
        stack.push(lexicon::text::cut(&text, FORMULA_BYTES).to_owned());
    }
}

fn function(stack: &mut Vec<String>, id: u16, arguments: usize) {
    let arguments = stack.split_off(stack.len().saturating_sub(arguments));
    // 255 calls what its first argument names.
    let (name, arguments) = match (id, arguments.as_slice()) {
        (255, [name, rest @ ..]) => (name.clone(), rest.to_vec()),
        _ => {
            let known = FUNCTIONS.iter().find(|f| f.0 == id);
            let kind = if id & 0x8000 == 0 { "FUNCTION" } else { "COMMAND" };
            (known.map_or_else(|| format!("{kind}.{}", id & 0x7fff), |f| f.1.to_owned()), arguments)
        }
    };
    push(stack, format!("{name}({})", arguments.join(",")));
}

/// Macro sheets of a package: XML with `<f>` formulas, or binary ones of which the texts are taken.
fn package(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let parts = part::list(bytes);
    let read = |name: &str| {
        let part = parts.iter().find(|p| p.name.eq_ignore_ascii_case(name))?;
        part::read(bytes, part)
    };
    let sheets: Vec<_> = parts
        .iter()
        .filter(|p| {
            let lower = p.name.to_ascii_lowercase();
            lower.starts_with("xl/macrosheets/")
                && !lower.contains("/_rels/")
                && !lower.contains("binaryindex")
        })
        .take(SHEETS)
        .collect();
    if sheets.is_empty() {
        return;
    }
    let book = read("xl/workbook.xml").unwrap_or_default();
    let book = String::from_utf8_lossy(&book).into_owned();
    let binary = read("xl/workbook.bin").unwrap_or_default();
    let lower = book.to_ascii_lowercase();
    let wide: Vec<u8> = "auto_open".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let starts =
        lower.contains("auto_open") || memchr::memmem::find(&binary.to_ascii_lowercase(), &wide).is_some();
    let hidden =
        if lower.contains("state=\"veryhidden\"") { 2 } else { u8::from(lower.contains("state=\"hidden\"")) };
    for sheet in sheets {
        let Some(content) = part::read(bytes, sheet) else {
            continue;
        };
        let text = if sheet.name.to_ascii_lowercase().ends_with(".xml") {
            xml_formulas(&String::from_utf8_lossy(&content))
        } else {
            // The formulas, or where none can be followed, the words.
            Some(binary_formulas(&content))
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| crate::script::words(&content))
        };
        let name = sheet.name.rsplit('/').next().unwrap_or("");
        finish(specimen, name, hidden, starts, &text);
    }
}

/// A number of [MS-XLSB] 2.1.4: seven bits a byte, at most `most` bytes; and where the next starts.
fn varied(bytes: &[u8], at: usize, most: usize) -> Option<(usize, usize)> {
    let mut value = 0;
    for index in 0..most {
        let byte = usize::from(u8_at(bytes, at + index)?);
        value |= (byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, at + index + 1));
        }
    }
    Some((value, at + most))
}

/// The formulas of a binary sheet ([MS-XLSB]), a line each.
fn binary_formulas(bytes: &[u8]) -> String {
    let mut out = String::new();
    let (mut at, mut row, mut count) = (0, 0u32, 0);
    for _ in 0..RECORDS {
        let Some((id, after)) = varied(bytes, at, 2) else {
            break;
        };
        let Some((size, start)) = varied(bytes, after, 4) else {
            break;
        };
        let data = piece(bytes, start, size);
        let text_size = || u32_at(data, 8).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
        let value = match id {
            0 => {
                row = u32_at(data, 0).unwrap_or(0);
                None
            }
            8 => Some(text_size().saturating_mul(2).saturating_add(4)),
            9 => Some(8),
            10 | 11 => Some(1),
            _ => None,
        };
        if let Some(value) = value.filter(|v| *v < data.len())
            && count < FORMULAS
            && out.len() < SHEET_BYTES
        {
            count += 1;
            let column = u32_at(data, 0).and_then(|c| u16::try_from(c).ok()).unwrap_or(0);
            let length = u32_at(data, 10 + value).and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
            let text = expression(piece(data, 14 + value, length), Form::Twelve);
            out.push_str(&format!("{}{}: ={text}\n", column_name(column), row.saturating_add(1)));
        }
        at = start.saturating_add(size);
    }
    out
}

/// `<c r="A1"><f>EXEC(…)</f>`, a line each.
fn xml_formulas(xml: &str) -> String {
    let mut out = String::new();
    let mut cell = "";
    let mut count = 0;
    for tag in xml.split('<').skip(1) {
        let (head, text) = tag.split_once('>').unwrap_or((tag, ""));
        let name = head.split([' ', '/']).next().unwrap_or("");
        match name {
            "c" => cell = crate::script::markup::attribute(head, "r").unwrap_or(""),
            "f" if !text.is_empty() && count < FORMULAS && out.len() < SHEET_BYTES => {
                count += 1;
                let text = text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">");
                let text = text.replace("&amp;", "&");
                out.push_str(&format!("{cell}: ={}\n", lexicon::text::cut(&text, FORMULA_BYTES)));
            }
            _ => {}
        }
    }
    out
}

fn finish(specimen: &mut Specimen<'_, '_>, name: &str, hidden: u8, starts: bool, text: &str) {
    specimen.property("macro.sheet", name);
    if hidden > 0 {
        specimen.property("macro.sheet-state", if hidden == 2 { "very-hidden" } else { "hidden" });
        specimen.tell("macro-sheet-hidden", name);
    }
    study::study(specimen, Language::Xlm, name, text);
    if starts && !text.is_empty() {
        specimen.property("macro.auto-start", "Auto_Open");
        specimen.tell("macro-starts-itself", "Auto_Open");
    }
    calls(specimen, name, text);
}

/// The functions by which a sheet leaves the workbook, with what they are given.
pub(crate) fn calls(specimen: &mut Specimen<'_, '_>, name: &str, text: &str) {
    for function in ["EXEC", "CALL", "REGISTER", "FOPEN", "EXECUTE"] {
        let sign = format!("{function}(");
        let found = text.match_indices(&sign).find(|(at, _)| {
            let before = text.get(..*at).and_then(|b| b.chars().next_back());
            !before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '"'))
        });
        if let Some((at, _)) = found {
            specimen.property("macro.calls", function);
            if function != "FOPEN" {
                let line = text.get(at..).and_then(|t| t.lines().next()).unwrap_or(function);
                specimen.tell("macro-runs-programs", &format!("{name}: {}", lexicon::text::cut(line, 200)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{compound, ids, open};

    fn record(id: u16, data: &[u8]) -> Vec<u8> {
        let mut out = id.to_le_bytes().to_vec();
        out.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
        out.extend(data);
        out
    }

    fn workbook() -> Vec<u8> {
        let globals = |place: u32| {
            let mut out = record(0x0809, b"\0\x06\x05\0");
            let mut sheet = place.to_le_bytes().to_vec();
            sheet.extend(b"\x02\x01\x03\0Mac");
            out.extend(record(0x85, &sheet));
            let mut name = 0x20u16.to_le_bytes().to_vec();
            name.resize(15, 0);
            name.push(1);
            out.extend(record(0x18, &name));
            out.extend(record(0x0a, &[]));
            out
        };
        let length = globals(0).len();
        let mut book = globals(u32::try_from(length).unwrap());
        // =EXEC("calc"&"ulate"), cell B3.
        let mut rpn = b"\x17\x04\0calc\x17\x05\0ulate\x08\x42\x01".to_vec();
        rpn.extend(0x6eu16.to_le_bytes());
        let mut formula = vec![2, 0, 1, 0, 0, 0];
        formula.resize(20, 0);
        formula.extend(u16::try_from(rpn.len()).unwrap().to_le_bytes());
        formula.extend(rpn);
        book.extend(record(0x0809, b"\0\x06\x40\0"));
        book.extend(record(0x06, &formula));
        book.extend(record(0x0a, &[]));
        book
    }

    #[test]
    fn a_hidden_macro_sheet_is_read_as_formulas() {
        let opened = open("a.xls", "xls", &compound(&[("Workbook", &workbook())]));
        let file = &opened.attachment;
        assert_eq!(file.scripts[0].text, "B3: =EXEC(\"calc\"&\"ulate\")\n");
        assert_eq!(file.property("macro.sheet-state"), Some("very-hidden"));
        assert_eq!(ids(&opened), ["macro-runs-programs", "macro-sheet-hidden", "macro-starts-itself"]);
    }

    #[test]
    fn a_macro_sheet_of_a_package_is_read() {
        let package = crate::macros::part::testing::package(&[
            ("xl/workbook.xml", b"<definedName name=\"_xlnm.Auto_Open\">"),
            ("xl/macrosheets/sheet1.xml", b"<c r=\"A1\"><f>EXEC(&quot;x&quot;)</f></c>"),
        ]);
        let opened = open("a.xlsm", "xlsm", &package);
        assert_eq!(opened.attachment.scripts[0].text, "A1: =EXEC(\"x\")\n");
        assert_eq!(ids(&opened), ["macro-runs-programs", "macro-starts-itself"]);
    }

    #[test]
    fn a_binary_macro_sheet_is_read_as_formulas() {
        let mut rpn = b"\x17\x01\0x\0\x42\x01".to_vec();
        rpn.extend(0x6eu16.to_le_bytes());
        let mut cell = vec![1, 0, 0, 0, 0, 0, 0, 0];
        cell.extend([0; 10]);
        cell.extend(u32::try_from(rpn.len()).unwrap().to_le_bytes());
        cell.extend(rpn);
        let mut sheet = vec![0, 4, 2, 0, 0, 0, 9, u8::try_from(cell.len()).unwrap()];
        sheet.extend(cell);
        let package = crate::macros::part::testing::package(&[
            ("xl/workbook.bin", b""),
            ("xl/macrosheets/sheet1.bin", &sheet),
        ]);
        let opened = open("a.xlsb", "xlsb", &package);
        assert_eq!(opened.attachment.scripts[0].text, "B3: =EXEC(\"x\")\n");
    }

    #[test]
    fn bent_workbooks_are_survived() {
        let book = workbook();
        for at in 0..book.len() {
            let mut bent = book.clone();
            bent[at] ^= 0xff;
            open("a.xls", "xls", &compound(&[("Workbook", &bent)]));
        }
    }
}
