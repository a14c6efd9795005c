//! OneNote sections ([MS-ONESTORE]): the files embedded in them, found by the mark before each, and their text.
//!
//! The revision store is not followed: an attacker's section is small, and a scan also finds what was removed from
//! view but not from the file.

use crate::binary::{u32_at, u64_at};
use crate::registry::Analyser;
use crate::specimen::{Entry, Specimen};
use crate::{oddities, tells};

/// The mark before an embedded file (FileDataStoreObject, [MS-ONESTORE] 2.6.13).
const MARK: &[u8; 16] = b"\xe7\x16\xe3\xbd\x65\x26\x11\x45\xa4\xc4\x8d\x4d\x0b\x7a\x9e\xac";

/// Bytes from the mark to the file.
const HEAD: usize = 36;

/// Files taken out of one section.
const FILES: usize = 200;

/// Bytes of one text.
const TEXT_BYTES: usize = 64 << 10;

/// Texts kept.
const TEXTS: usize = 5_000;

/// How many times the file's own length may be looked at in the search for texts.
const LOOKS: usize = 8;

pub(crate) static ANALYSER: Analyser = Analyser {
    kinds: &["one"],
    run,
    tells: &[tells::entry(
        "onenote-embeds-program",
        5,
        "OneNoteのノートに、開くと動くプログラムやスクリプトが埋め込まれています",
        "The OneNote section carries a program or script that runs when it is clicked",
        "MITRE ATT&CK T1204.002; Microsoft, OneNote embedded file types",
    )],
    oddities: &[oddities::entry(
        "onenote-files-limit",
        "埋め込まれたファイルが多すぎるため一部だけを取り出しました",
        "There are too many embedded files; only the first were taken out",
    )],
};

fn run(bytes: &[u8], specimen: &mut Specimen<'_, '_>) {
    let files = files(bytes, specimen);
    let mut outside = Vec::new();
    let mut at = 0;
    for (start, length) in &files {
        outside.push(bytes.get(at..*start).unwrap_or(&[]));
        at = start + length;
    }
    outside.push(bytes.get(at.min(bytes.len())..).unwrap_or(&[]));
    let texts = texts(&outside);
    let (mut names, shown): (Vec<String>, Vec<String>) = texts.into_iter().partition(|t| is_name(t));
    names.dedup();
    specimen.text(&shown.join("\n"));
    let kinds: Vec<&str> = files
        .iter()
        .map(|(start, length)| forensics::kind::of(None, crate::binary::piece(bytes, *start, *length)).word)
        .collect();
    let named = assign(&kinds, &mut names);
    for ((start, length), name) in files.iter().zip(named) {
        let content = crate::binary::piece(bytes, *start, *length);
        let inline = name.is_none();
        if !specimen.child(Entry { name, content: Some(content), inline, ..Entry::default() }) {
            break;
        }
        let child = specimen.file.children.last();
        let told = child
            .filter(|c| runs(&c.kind))
            .map(|c| format!("{} {}", c.kind, c.name.as_deref().unwrap_or("")));
        if let Some(why) = told {
            specimen.tell("onenote-embeds-program", &why);
        }
    }
    // Names that belong to no file found still say something.
    for name in names {
        specimen.property("onenote.name", name);
    }
}

/// Kinds that run when they are clicked.
fn runs(kind: &str) -> bool {
    matches!(
        kind,
        "exe"
            | "dll"
            | "scr"
            | "com"
            | "pif"
            | "cpl"
            | "msi"
            | "js"
            | "jse"
            | "vbs"
            | "vbe"
            | "wsf"
            | "wsh"
            | "hta"
            | "bat"
            | "ps1"
            | "lnk"
            | "jar"
            | "chm"
            | "sct"
            | "reg"
            | "url"
            | "xll"
            | "settingcontent-ms"
    )
}

/// Where the embedded files lie: start and length.
fn files(bytes: &[u8], specimen: &mut Specimen<'_, '_>) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(n) = memchr::memmem::find(bytes.get(at..).unwrap_or(&[]), MARK) {
        let mark = at + n;
        at = mark + MARK.len();
        let length = u64_at(bytes, at).and_then(|l| usize::try_from(l).ok());
        let start = mark + HEAD;
        let Some(length) =
            length.filter(|l| *l > 0 && start.checked_add(*l).is_some_and(|end| end <= bytes.len()))
        else {
            continue;
        };
        if out.len() >= FILES {
            specimen.odd("onenote-files-limit", "");
            break;
        }
        out.push((start, length));
        at = start + length;
    }
    out
}

/// Counted texts, UTF-16LE or ASCII: four bytes of length, then as many bytes of text.
fn texts(pieces: &[&[u8]]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let whole: usize = pieces.iter().map(|p| p.len()).sum();
    let mut looks = whole.saturating_mul(LOOKS);
    let mut keep = |text: String| {
        let text = text.trim_matches(['\0', ' ', '\r', '\n']).to_owned();
        let told = out.iter().rev().take(100).any(|t| *t == text);
        if text.chars().count() >= 2 && !told && out.len() < TEXTS {
            out.push(text);
        }
    };
    for bytes in pieces {
        let mut at = 0;
        while at + 8 <= bytes.len() && looks > 0 {
            let length = u32_at(bytes, at).and_then(|l| usize::try_from(l).ok()).unwrap_or(0);
            at += 1;
            if !(4..=TEXT_BYTES).contains(&length) {
                continue;
            }
            let Some(data) = bytes.get(at + 3..at + 3 + length) else {
                continue;
            };
            let found = wide(data).or_else(|| narrow(data));
            looks = looks.saturating_sub(length.min(64));
            if let Some(text) = found {
                keep(text);
                at += 3 + length;
            }
        }
    }
    out
}

fn is_text(c: char) -> bool {
    !c.is_control() && c != '\u{fffd}' && !matches!(c, '\u{e000}'..='\u{f8ff}')
        || matches!(c, '\r' | '\n' | '\t' | '\u{b}')
}

fn wide(data: &[u8]) -> Option<String> {
    if !data.len().is_multiple_of(2) {
        return None;
    }
    let mut text = String::new();
    let units = data.chunks_exact(2).map(|p| u16::from_le_bytes([p[0], p[1]]));
    let mut common = 0;
    for (index, c) in char::decode_utf16(units).enumerate() {
        let c = c.ok()?;
        // A NUL only ends.
        if c == '\0' && index * 2 + 2 >= data.len() {
            break;
        }
        if !is_text(c) {
            return None;
        }
        common += usize::from(
            c.is_ascii()
                || matches!(c, '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}'),
        );
        text.push(c);
    }
    // Numbers read as characters lie anywhere.
    (common * 4 >= text.chars().count() * 3).then_some(text)
}

fn narrow(data: &[u8]) -> Option<String> {
    let data = data.strip_suffix(b"\0").unwrap_or(data);
    let shown = data.iter().all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n'));
    (shown && data.len() >= 6).then(|| data.iter().map(|b| char::from(*b)).collect())
}

/// A file name, without its folders.
fn is_name(text: &str) -> bool {
    let extension = text.rsplit_once('.').map_or("", |(_, e)| e);
    text.len() <= 260
        && !text.contains(['\n', '\r', '<', '>', '|', '"', '?', '*', '/'])
        && (1..=12).contains(&extension.len())
        && extension.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && extension.bytes().any(|b| b.is_ascii_alphabetic())
        && !text.trim_end_matches(extension).trim_end_matches('.').is_empty()
}

/// Which name is whose: by kind, then, where as many are left of both, by order. Names used are taken out.
fn assign(kinds: &[&str], names: &mut Vec<String>) -> Vec<Option<String>> {
    let base = |name: &str| name.rsplit('\\').next().unwrap_or(name).to_owned();
    let mut plain: Vec<String> = Vec::new();
    for name in names.iter().map(|n| base(n)) {
        if !plain.contains(&name) && plain.len() < TEXTS.min(500) {
            plain.push(name);
        }
    }
    let mut out: Vec<Option<String>> = kinds.iter().map(|_| None).collect();
    for (slot, kind) in out.iter_mut().zip(kinds) {
        let found = plain.iter().position(|n| forensics::kind::word_by_name(n) == *kind && *kind != "bin");
        *slot = found.map(|at| plain.remove(at));
    }
    let open: Vec<usize> = out.iter().enumerate().filter(|(_, n)| n.is_none()).map(|(i, _)| i).collect();
    let text = |kind: &str| matches!(kind, "txt" | "bin" | "html" | "xml");
    let open: Vec<usize> = open.into_iter().filter(|i| kinds.get(*i).is_some_and(|k| text(k))).collect();
    if open.len() == plain.len() {
        for (slot, name) in open.into_iter().zip(plain.drain(..)) {
            if let Some(slot) = out.get_mut(slot) {
                *slot = Some(name);
            }
        }
    }
    names.clear();
    names.append(&mut plain);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ids, open};

    fn counted(text: &str) -> Vec<u8> {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut out = vec![0xff, 0xff, 0xff];
        out.extend(u32::try_from(wide.len()).unwrap().to_le_bytes());
        out.extend(wide);
        out
    }

    fn section(name: &str, content: &[u8]) -> Vec<u8> {
        let mut out = b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d\xae\xb1\x53\x78\xd0\x29\x96\xd3".to_vec();
        out.resize(200, 0xff);
        out.extend(counted("ここをダブルクリックして文書を表示"));
        out.extend(counted(name));
        out.extend([0xff; 9]);
        out.extend(MARK);
        out.extend(u64::try_from(content.len()).unwrap().to_le_bytes());
        out.extend([0; 12]);
        out.extend(content);
        out.extend([0xff; 40]);
        out
    }

    #[test]
    fn an_embedded_script_comes_out_under_its_name_and_is_told() {
        let opened = open("a.one", "one", &section("請求書.bat", b"echo hello\r\n"));
        let child = &opened.attachment.children[0];
        assert_eq!((child.name.as_deref(), child.kind.as_str()), (Some("請求書.bat"), "bat"));
        assert!(opened.attachment.text.contains("ダブルクリック"), "{}", opened.attachment.text);
        assert!(ids(&opened).contains(&"onenote-embeds-program"));
    }

    #[test]
    fn a_picture_is_no_program() {
        let opened =
            open("a.one", "one", &section("image.png", b"\x89PNG\r\n\x1a\n and more of it, much more"));
        assert_eq!(opened.attachment.children[0].kind, "png");
        assert_eq!(ids(&opened), [""; 0]);
    }

    #[test]
    fn broken_sections_are_survived() {
        let section = section("a.bat", b"echo");
        for end in 0..section.len() {
            open("a.one", "one", &section[..end]);
        }
        open("a.one", "one", &b"\x10\0\0\0".repeat(50_000));
    }
}
