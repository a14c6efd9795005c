//! The RTF body of a .msg: decompression (MS-OXRTFCP), and the HTML that Outlook hides in it (MS-OXRTFEX).

use crate::charset;
use crate::ole::u32_at;

/// What the dictionary holds before the first byte.
const DICTIONARY: &[u8] =
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \
\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \
\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Decompresses at most `limit` bytes; `None` if the header is not of this format.
pub fn decompress(input: &[u8], limit: usize) -> Option<Vec<u8>> {
    let raw_size = usize::try_from(u32_at(input, 4)).ok()?;
    let body = input.get(16..)?;
    match input.get(8..12)? {
        b"MELA" => return Some(body.get(..raw_size.min(limit)).unwrap_or(body).to_vec()),
        b"LZFu" => {}
        _ => return None,
    }
    let most = raw_size.min(limit);
    let mut window = [0u8; 4096];
    for (target, source) in window.iter_mut().zip(DICTIONARY) {
        *target = *source;
    }
    let mut at = DICTIONARY.len();
    let mut out = Vec::with_capacity(most.min(input.len() * 8));
    let mut rest = body;
    while let Some((&control, after)) = rest.split_first() {
        rest = after;
        for bit in 0..8 {
            if out.len() >= most {
                return Some(out);
            }
            if control & 1 << bit == 0 {
                let Some((&byte, after)) = rest.split_first() else {
                    return Some(out);
                };
                rest = after;
                out.push(byte);
                window[at % 4096] = byte;
                at += 1;
                continue;
            }
            let [high, low, after @ ..] = rest else {
                return Some(out);
            };
            rest = after;
            let word = usize::from(u16::from_be_bytes([*high, *low]));
            let (mut from, length) = (word >> 4, (word & 15) + 2);
            if from == at % 4096 {
                return Some(out);
            }
            for _ in 0..length {
                let byte = window[from % 4096];
                out.push(byte);
                window[at % 4096] = byte;
                at += 1;
                from += 1;
            }
        }
    }
    Some(out)
}

/// What an RTF text holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// The HTML that it was made from.
    Html(String),
    /// Its own text.
    Text(String),
}

/// Groups inside groups that are followed; deeper ones share the state of the last.
const DEPTH: usize = 200;

/// Destinations whose text is no body text.
const NO_TEXT: [&str; 14] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "header",
    "footer",
    "generator",
    "listtable",
    "listoverridetable",
    "xmlnstbl",
    "themedata",
    "fldinst",
];

#[derive(Clone, Copy)]
struct Group {
    /// Text here is not shown.
    skip: bool,
    /// Inside `{\*\htmltag …}`.
    tag: bool,
    /// Inside `\htmlrtf … \htmlrtf0`: RTF for readers that know no HTML.
    rtf_only: bool,
    /// Bytes that stand for one `\u` character.
    fallback: usize,
}

/// Reads RTF: the HTML it was made from, if it says so, else its text.
pub fn read(rtf: &[u8]) -> Content {
    let head = rtf.get(..1_024).unwrap_or(rtf);
    let from_html = memchr::memmem::find(head, b"\\fromhtml1").is_some();
    let mut reader = Reader {
        from_html,
        out: String::new(),
        pending: Vec::new(),
        label: "windows-1252",
        groups: vec![Group { skip: false, tag: false, rtf_only: false, fallback: 1 }],
        deeper: 0,
        skip_bytes: 0,
        star: false,
        high: None,
    };
    reader.run(rtf);
    if from_html { Content::Html(reader.out) } else { Content::Text(reader.out.trim().to_owned()) }
}

struct Reader {
    from_html: bool,
    out: String,
    /// Bytes in the RTF's charset, not decoded yet.
    pending: Vec<u8>,
    label: &'static str,
    groups: Vec<Group>,
    /// Open groups beyond [`DEPTH`].
    deeper: usize,
    /// Fallback bytes still to leave out after a `\u`.
    skip_bytes: usize,
    /// The group starts with `\*`.
    star: bool,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

impl Reader {
    fn group(&self) -> Group {
        self.groups.last().copied().unwrap_or(Group { skip: true, tag: false, rtf_only: false, fallback: 1 })
    }

    fn change(&mut self, change: impl FnOnce(&mut Group)) {
        if let Some(group) = self.groups.last_mut() {
            change(group);
        }
    }

    fn shown(&self) -> bool {
        let group = self.group();
        !group.skip && (!self.from_html || group.tag || !group.rtf_only)
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            let bytes = std::mem::take(&mut self.pending);
            self.out.push_str(&charset::decode(&bytes, Some(self.label)).text);
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.skip_bytes > 0 {
            self.skip_bytes -= 1;
        } else if self.shown() {
            self.pending.push(byte);
        }
    }

    fn push(&mut self, c: char) {
        if self.shown() {
            self.flush();
            self.out.push(c);
        }
    }

    fn run(&mut self, rtf: &[u8]) {
        let mut at = 0;
        while let Some(&byte) = rtf.get(at) {
            at += 1;
            match byte {
                b'{' => {
                    if self.groups.len() < DEPTH {
                        let group = self.group();
                        self.groups.push(group);
                    } else {
                        self.deeper += 1;
                    }
                    self.star = false;
                    self.skip_bytes = 0;
                }
                b'}' => {
                    if self.deeper > 0 {
                        self.deeper -= 1;
                    } else if self.groups.len() > 1 {
                        self.groups.pop();
                    }
                    self.skip_bytes = 0;
                }
                b'\\' => at = self.control(rtf, at),
                b'\r' | b'\n' | 0 => {}
                byte => self.byte(byte),
            }
        }
        self.flush();
    }

    /// Reads the control word or symbol after a backslash; where the text goes on.
    fn control(&mut self, rtf: &[u8], at: usize) -> usize {
        let Some(&first) = rtf.get(at) else {
            return at;
        };
        if !first.is_ascii_alphabetic() {
            match first {
                b'\'' => {
                    let digit = |i: usize| rtf.get(at + i).and_then(|b| char::from(*b).to_digit(16));
                    if let (Some(a), Some(b)) = (digit(1), digit(2)) {
                        self.byte((a * 16 + b) as u8);
                    }
                    return at + 3;
                }
                b'*' => self.star = true,
                b'~' => self.push('\u{a0}'),
                b'_' => self.push('-'),
                b'\\' | b'{' | b'}' => self.byte(first),
                b'\r' | b'\n' => self.word("par", None),
                _ => {}
            }
            return at + 1;
        }
        let rest = rtf.get(at..).unwrap_or(&[]);
        let length = rest.iter().take(32).take_while(|b| b.is_ascii_alphabetic()).count();
        let word = rest.get(..length).and_then(|w| std::str::from_utf8(w).ok()).unwrap_or("");
        let mut end = length;
        let negative = rest.get(end) == Some(&b'-');
        let digits_from = end + usize::from(negative);
        let digits =
            rest.get(digits_from..).unwrap_or(&[]).iter().take(10).take_while(|b| b.is_ascii_digit()).count();
        let mut number = None;
        if digits > 0 {
            end = digits_from + digits;
            number = rest
                .get(length..end)
                .and_then(|n| std::str::from_utf8(n).ok())
                .and_then(|n| n.parse::<i64>().ok());
        }
        if rest.get(end) == Some(&b' ') {
            end += 1;
        }
        self.word(word, number);
        at + end
    }

    fn word(&mut self, word: &str, number: Option<i64>) {
        let star = std::mem::take(&mut self.star);
        match word {
            "ansicpg" => {
                if let Some(label) = number.and_then(|n| u32::try_from(n).ok()).and_then(super::bag::label_of)
                {
                    self.flush();
                    self.label = label;
                }
            }
            "uc" => {
                let count = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(1).min(16);
                self.change(|g| g.fallback = count);
            }
            "u" => {
                // Signed 16-bit; surrogates come as two of them.
                let unit = number.unwrap_or(0).rem_euclid(65_536);
                let unit = u16::try_from(unit).unwrap_or(0xfffd);
                self.unit(unit);
                self.skip_bytes = self.group().fallback;
            }
            "htmltag" => {
                self.flush();
                self.change(|g| {
                    g.tag = true;
                    g.skip = false;
                });
            }
            "htmlrtf" => {
                let on = number != Some(0);
                self.change(|g| g.rtf_only = on);
            }
            "par" | "line" | "row" | "sect" => self.push('\n'),
            "tab" | "cell" => self.push('\t'),
            "lquote" => self.push('\u{2018}'),
            "rquote" => self.push('\u{2019}'),
            "ldblquote" => self.push('\u{201c}'),
            "rdblquote" => self.push('\u{201d}'),
            "bullet" => self.push('\u{2022}'),
            "endash" => self.push('\u{2013}'),
            "emdash" => self.push('\u{2014}'),
            "mhtmltag" => self.change(|g| g.skip = true),
            word if NO_TEXT.contains(&word) => self.change(|g| g.skip = true),
            _ if star => self.change(|g| g.skip = true),
            _ => {}
        }
    }

    /// One UTF-16 unit; a surrogate waits for its other half.
    fn unit(&mut self, unit: u16) {
        if !self.shown() {
            return;
        }
        self.flush();
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return;
        }
        let units = self.high.take().into_iter().chain([unit]);
        self.out.extend(char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_decompressed() {
        // MS-OXRTFCP §3.1.1
        let input = b"\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125\x42\x32\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        let got = decompress(input, 1_000).expect("compressed RTF");
        assert_eq!(String::from_utf8_lossy(&got), "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        assert_eq!(decompress(b"short", 10), None);
    }

    fn check(rtf: &str, expect: Content) {
        assert_eq!(read(rtf.as_bytes()), expect, "{rtf}");
    }

    #[test]
    fn hidden_html_is_taken_out() {
        check(
            "{\\rtf1\\ansi\\ansicpg932\\fromhtml1 {\\*\\htmltag64 <p>}\\htmlrtf {\\b\\htmlrtf0 A\\'82\\'a0{\\*\\htmltag84 <a href=\"http://a.example/\">}x{\\*\\htmltag92 </a>}\\htmlrtf}\\htmlrtf0 \\u26085?{\\*\\htmltag72 </p>}}",
            Content::Html("<p>Aあ<a href=\"http://a.example/\">x</a>日</p>".into()),
        );
    }

    #[test]
    fn plain_rtf_gives_its_text() {
        check(
            "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\*\\generator X;}Hello\\par w\\'f6rld \\u-10179?\\u-8704?}",
            Content::Text("Hello\nwörld 😀".into()),
        );
        check("no rtf {{{", Content::Text("no rtf".into()));
    }
}
