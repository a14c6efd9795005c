//! Script blocks of markup: pages, HTA, Windows script files and components, SVG.

use crate::macros::calls::Language;
use crate::macros::study;
use crate::specimen::Specimen;

/// Blocks read of one file.
const BLOCKS: usize = 60;

/// Bytes of one tag.
const TAG_BYTES: usize = 4096;

/// One block: its language, its name, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) language: Language,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The value of an attribute in the inside of a tag.
pub(crate) fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let bytes = tag.as_bytes();
    let mut at = 0;
    while at + name.len() < bytes.len() {
        let found = bytes.get(at..at + name.len())?.eq_ignore_ascii_case(name.as_bytes());
        let starts = at
            .checked_sub(1)
            .is_none_or(|b| matches!(bytes.get(b), Some(b' ' | b'\t' | b'\r' | b'\n' | b'/' | b'"' | b'\'')));
        if found && starts {
            let rest = tag.get(at + name.len()..)?.trim_start();
            if let Some(value) = rest.strip_prefix('=') {
                let value = value.trim_start();
                let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
                return match quote {
                    Some(quote) => value.get(1..)?.split(quote).next(),
                    None => value.split([' ', '\t', '\r', '\n', '>']).next(),
                };
            }
        }
        at += 1;
    }
    None
}

/// The blocks of a text, and the addresses that scripts are fetched from.
pub(crate) fn find(text: &str, page: bool) -> (Vec<Block>, Vec<String>) {
    let (mut blocks, mut remote) = (Vec::new(), Vec::new());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', bytes.get(at..).unwrap_or(&[])).map(|n| at + n) {
        at = open + 1;
        // XML may put a name space before it.
        let head = crate::binary::piece(bytes, at, 16);
        let skip = head.iter().position(|b| *b == b':').map_or(0, |n| n + 1);
        let is_script = head.get(skip..skip + 6).is_some_and(|n| n.eq_ignore_ascii_case(b"script"))
            && head.get(skip + 6).is_none_or(|b| !b.is_ascii_alphanumeric());
        if !is_script {
            continue;
        }
        let Some(close) = memchr::memchr(b'>', crate::binary::piece(bytes, at, TAG_BYTES)).map(|n| at + n)
        else {
            continue;
        };
        let tag = text.get(at + skip + 6..close).unwrap_or("");
        for source in ["src", "href"].iter().filter_map(|name| attribute(tag, name)) {
            if !source.is_empty() {
                remote.push(source.to_owned());
            }
        }
        if tag.ends_with('/') {
            continue;
        }
        let end = block_end(bytes, close + 1);
        let inner = text.get(close + 1..end).unwrap_or("").trim();
        let inner = inner.strip_prefix("<![CDATA[").map_or(inner, |i| i.strip_suffix("]]>").unwrap_or(i));
        let inner = inner.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
        let kind = attribute(tag, "language").or_else(|| attribute(tag, "type")).unwrap_or("");
        let name = attribute(tag, "id").unwrap_or("");
        at = end;
        let Some(language) = language(kind, page).filter(|_| !inner.is_empty()) else {
            continue;
        };
        if blocks.len() >= BLOCKS {
            break;
        }
        blocks.push(Block { language, name: name.to_owned(), text: inner.to_owned() });
    }
    (blocks, remote)
}

fn block_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(n) = memchr::memmem::find(bytes.get(at..).unwrap_or(&[]), b"</") {
        let start = at + n;
        let head = crate::binary::piece(bytes, start + 2, 16);
        let skip = head.iter().position(|b| *b == b':').map_or(0, |n| n + 1);
        if head.get(skip..skip + 6).is_some_and(|t| t.eq_ignore_ascii_case(b"script")) {
            return start;
        }
        at = start + 2;
    }
    bytes.len()
}

/// The language by its name or type; `None` for what is data, not script.
fn language(kind: &str, page: bool) -> Option<Language> {
    let lower = kind.to_ascii_lowercase();
    if lower.contains("json") || lower.contains("template") || lower == "text/html" {
        return None;
    }
    if lower.contains("vbs") || lower == "vb" || lower == "text/vb" {
        return Some(Language::VbScript);
    }
    Some(if page { Language::Page } else { Language::JavaScript })
}

/// Keeps every block of a script file or component with what it gives away.
pub(crate) fn blocks(specimen: &mut Specimen<'_, '_>, text: &str) {
    let (blocks, remote) = find(text, false);
    for source in remote {
        specimen.relation("script", &source);
    }
    for block in blocks {
        keep(specimen, &block);
    }
}

/// Keeps one block; files written into it become children.
pub(crate) fn keep(specimen: &mut Specimen<'_, '_>, block: &Block) {
    super::source(specimen, block.language, &block.name, &block.text);
}

/// Keeps one block of a page, and gives back the files written into it.
pub(crate) fn look(specimen: &mut Specimen<'_, '_>, block: &Block) -> Vec<Vec<u8>> {
    match super::encoded::decode(&block.text) {
        Some(decoded) => {
            specimen.property("script.encoded", "Windows Script Encoder");
            study::look(specimen, block.language, &block.name, &decoded)
        }
        None => study::look(specimen, block.language, &block.name, &block.text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::open;

    #[test]
    fn blocks_are_found_with_their_language() {
        let text = "<job id='a'><script language=\"VBScript\"><![CDATA[ x = 1 ]]></script>\
                    <script language=JScript>var y;</script><script src='http://a.example/z.js'/></job>";
        let (blocks, remote) = find(text, false);
        assert_eq!(blocks.len(), 2);
        assert_eq!((blocks[0].language, blocks[0].text.as_str()), (Language::VbScript, "x = 1"));
        assert_eq!((blocks[1].language, blocks[1].text.as_str()), (Language::JavaScript, "var y;"));
        assert_eq!(remote, ["http://a.example/z.js"]);
        assert_eq!(find("<script type='application/ld+json'>{}</script>", true).0, []);
    }

    #[test]
    fn a_script_file_gives_its_blocks() {
        let file = "<job><script language='VBScript'>x = \"ht\" & \"tp://a.example/\"</script></job>";
        let opened = open("a.wsf", "wsf", file.as_bytes());
        assert_eq!(opened.attachment.scripts[0].language, "vbscript");
        assert_eq!(opened.attachment.scripts[1].text, "http://a.example/");
    }
}
