//! Running text: one pass over its words, a closer look at the few that hold a dot, a colon or an at sign.
//!
//! Japanese is written without spaces, so a URL ends where the text goes on in Japanese:
//! `https://evil.example/a.htmlを開いて`. Its host may be Japanese (`http://例え.テスト/`), its path may not;
//! whoever has the whole URL (a link's target) does not come here.

mod link;
mod named;
mod number;

use memchr::memmem;

pub(crate) use self::number::is_hash;
use crate::extraction::Gather;

const BREAK: u8 = 1; // ends a word of the text
const SKIP: u8 = 2; // cannot start a word of the text
const DOT: u8 = 4;
const COLON: u8 = 8;
const AT: u8 = 16;
const PART: u8 = 32; // may stand in a name, an address or a number

/// What each byte means. Letters of two-byte scripts (é, я, ש) are parts of words; three-byte scripts, kana
/// and kanji among them, are written without spaces and break words.
const CLASS: [u8; 256] = {
    let mut class = [0u8; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            0..=b' ' | 0x7f | b'<' | b'>' | b'"' | b'`' | b'|' | b'\\' => BREAK | SKIP,
            b'.' => DOT | PART,
            b':' => COLON,
            b'@' => AT | PART,
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'+' | b'%' | b'~' => PART,
            0x80..=0xbf => PART | SKIP,
            0xc3..=0xdf => PART,
            0xc0..=0xff => BREAK | SKIP,
            _ => 0,
        };
        byte += 1;
    }
    class
};

fn class(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}

/// Looks through `text` (refanged) and gives what it finds to `gather`.
pub(crate) fn scan(text: &str, gather: &mut Gather<'_>) {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        while bytes.get(at).is_some_and(|&b| class(b) & SKIP != 0) {
            at += 1;
        }
        let start = at;
        let mut seen = 0;
        while let Some(&byte) = bytes.get(at) {
            let class = class(byte);
            if class & BREAK != 0 {
                break;
            }
            seen |= class;
            at += 1;
        }
        if start == at {
            return;
        }
        if seen & (DOT | COLON | AT) != 0 || at - start >= 32 {
            at = Word { text, bytes, start, end: at }.look(seen, gather).max(at);
        }
    }
}

/// A word of the text: `bytes[start..end]`.
struct Word<'a> {
    text: &'a str,
    bytes: &'a [u8],
    start: usize,
    end: usize,
}

impl<'a> Word<'a> {
    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b' ')
    }

    fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b' ', |before| self.byte(before))
    }

    /// Looks at the whole word; gives where the text goes on (a Japanese host reaches beyond the word).
    fn look(&self, seen: u8, gather: &mut Gather<'_>) -> usize {
        let mut at = self.start;
        if seen & COLON != 0 {
            while let Some(found) = self
                .bytes
                .get(at..self.end)
                .and_then(|rest| memmem::find(rest, b"://"))
                .map(|found| at + found)
            {
                let behind = found + 3;
                let url =
                    self.scheme(at, found).and_then(|start| Some((start, self.url(start, behind, gather)?)));
                match url {
                    Some((start, stop)) => {
                        self.parts(at, start, gather);
                        at = stop;
                    }
                    None => {
                        self.parts(at, found, gather);
                        at = behind;
                    }
                }
                if at >= self.end {
                    return at;
                }
            }
        }
        self.parts(at, self.end, gather);
        self.end
    }

    /// Looks at `start..end`, in which no URL with a scheme stands.
    fn parts(&self, start: usize, end: usize, gather: &mut Gather<'_>) {
        if end.saturating_sub(start) < 3 {
            return;
        }
        let range = self.bytes.get(start..end).unwrap_or_default();
        if memchr::memchr_iter(b':', range).nth(1).is_some() {
            self.ipv6(start, end, gather);
        }
        let mut at = start;
        while at < end {
            let class_at = class(self.byte(at));
            if class_at & PART == 0 {
                at += 1;
                continue;
            }
            let part = at;
            let mut seen = 0;
            while at < end {
                let class = class(self.byte(at));
                if class & PART == 0 {
                    break;
                }
                seen |= class;
                at += 1;
            }
            if seen & AT != 0 {
                self.address(part, at, gather);
            } else if seen & DOT != 0 {
                at = self.dotted(part, at, end, gather).max(at);
            } else if at - part >= 32 {
                self.hash(part, at, gather);
            }
        }
    }
}
