//! A body's letters: what stays the same when a template's names, numbers, links and layout change.
//!
//! Kept are letters only, in lower case, full-width and mathematical look-alikes as the plain letter,
//! half-width kana as kana. Dropped are digits, punctuation, white space, invisible characters, web addresses,
//! mail addresses, and a signature or mailing-list footer at the end.

use lexicon::text;

/// At most this many bytes of letters are looked at; the rest of a longer body says nothing new.
pub(crate) const MAX_LETTERS: usize = 64 * 1024;
/// At most this many bytes of body are read to find them.
const MAX_BODY: usize = 512 * 1024;
/// A footer longer than this is no footer but content (bytes).
const MAX_FOOTER: usize = 1200;
/// So many underscores alone on a line open a mailing list's footer; a mail program that forwards draws a
/// shorter line (32) above the forwarded mail, which is no footer.
const FOOTER_RULE: usize = 40;

/// The letters of `body` as UTF-8.
pub(crate) fn letters(body: &str) -> Vec<u8> {
    let body = without_salutation(without_footer(text::cut(body, MAX_BODY)));
    let bytes = body.as_bytes();
    let mut out = Folder { out: Vec::with_capacity(body.len().min(MAX_LETTERS + RUN)), last: None };
    let mut at = 0;
    while at < bytes.len() && out.out.len() < MAX_LETTERS {
        // Most of most bodies: letters and what stands between them. Written without branches: every byte is
        // put down, and the next one overwrites it unless it was a letter.
        let mut run = [0; RUN];
        let mut kept = 0;
        let mut stop = None;
        for &byte in bytes.iter().skip(at).take(RUN) {
            let class = CLASS[usize::from(byte)];
            run[kept] = class;
            kept += usize::from(class > BEYOND_ASCII);
            at += 1;
            if class == SIGN || class == BEYOND_ASCII {
                stop = Some(class);
                break;
            }
        }
        out.out.extend_from_slice(run.get(..kept).unwrap_or_default());
        match stop {
            Some(SIGN) => {
                out.last = None;
                at = out.sign(bytes, at - 1);
            }
            Some(_) => {
                let Some(c) = body.get(at - 1..).and_then(|rest| rest.chars().next()) else { break };
                out.letter(c);
                at += c.len_utf8() - 1;
            }
            None => {}
        }
    }
    let mut letters = out.out;
    letters.truncate(MAX_LETTERS);
    letters
}

/// Bytes looked at in one go.
const RUN: usize = 64;

/// What a byte is: nothing that counts, one of `:` `@` `.`, the start of a longer character, or a letter in
/// lower case.
const CLASS: [u8; 256] = {
    let mut class = [NOTHING; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            letter if letter.is_ascii_alphabetic() => letter.to_ascii_lowercase(),
            b':' | b'@' | b'.' => SIGN,
            0x80.. => BEYOND_ASCII,
            _ => NOTHING,
        };
        byte += 1;
    }
    class
};
const NOTHING: u8 = 0;
const SIGN: u8 = 1;
const BEYOND_ASCII: u8 = 2;

/// `body` up to a signature (`-- ` on a line of its own, RFC 3676 §4.3) or a mailing list's footer.
fn without_footer(body: &str) -> &str {
    let mut start = body.len().saturating_sub(MAX_FOOTER);
    while !body.is_char_boundary(start) {
        start += 1;
    }
    let tail = body.get(start..).unwrap_or("");
    let mut at = start;
    for line in tail.split_inclusive('\n') {
        let bare = line.trim_end_matches(['\r', '\n']);
        let rule = bare.trim_end();
        let opens = bare == "-- " || (rule.len() >= FOOTER_RULE && rule.bytes().all(|b| b == b'_'));
        // The first line of the tail may be the end of a longer one.
        if opens && (at > start || start == 0) {
            let head = body.get(..at).unwrap_or(body);
            return if head.trim().is_empty() { body } else { head };
        }
        at += line.len();
    }
    body
}

/// How far down a body a salutation stands.
const SALUTATION_LINES: usize = 6;
/// The longest line that is a salutation (bytes): company, department and name.
const SALUTATION_BYTES: usize = 160;

/// `body` below its Japanese salutation: `みたほ商事株式会社` / `総務部 佐久間様`. It is what differs from one
/// recipient of a template to the next, and in a short mail it is much of the text.
fn without_salutation(body: &str) -> &str {
    let mut at = 0;
    let mut below = 0;
    let mut lines = 0;
    for line in body.split_inclusive('\n') {
        at += line.len();
        let bare = line.trim().trim_end_matches(['、', '，', ',', '。', '：', ':']);
        if bare.is_empty() {
            continue;
        }
        let honorific = ["様", "さま", "御中", "各位", "殿", "先生"].iter().any(|word| bare.ends_with(word));
        if honorific && bare.len() <= SALUTATION_BYTES {
            below = at;
        }
        lines += 1;
        if lines == SALUTATION_LINES || at > SALUTATION_LINES * SALUTATION_BYTES {
            break;
        }
    }
    let rest = body.get(below..).unwrap_or(body);
    if rest.trim().is_empty() { body } else { rest }
}

struct Folder {
    out: Vec<u8>,
    /// The last kana written from half-width, which a sound mark may still change.
    last: Option<u32>,
}

impl Folder {
    /// Looks whether the `:`, `@` or `.` at `at` is part of a web or mail address. Takes back what was written
    /// of it; returns where to read on.
    fn sign(&mut self, bytes: &[u8], at: usize) -> usize {
        let before = bytes.get(at.saturating_sub(LONGEST_LOCAL)..at).unwrap_or_default();
        let after = bytes.get(at + 1..).unwrap_or_default();
        let back = |wanted: fn(&u8) -> bool| before.iter().rev().take_while(|byte| wanted(byte)).count();
        let start = match bytes.get(at) {
            Some(b':') if after.starts_with(b"//") => back(u8::is_ascii_alphabetic).min(LONGEST_SCHEME),
            Some(b'.')
                if before.len() >= 3
                    && before.iter().rev().take(3).all(|b| b.eq_ignore_ascii_case(&b'w')) =>
            {
                3
            }
            Some(b'@') if after.first().is_some_and(u8::is_ascii_alphanumeric) => back(in_address),
            _ => 0,
        };
        if start == 0 {
            return at + 1;
        }
        let written = before.iter().rev().take(start).filter(|byte| byte.is_ascii_alphabetic()).count();
        self.out.truncate(self.out.len().saturating_sub(written));
        let ends = |byte: &u8| !byte.is_ascii_graphic() || matches!(byte, b'<' | b'>' | b'"' | b'\'' | b'|');
        at + 1 + after.iter().position(ends).unwrap_or(after.len())
    }

    fn letter(&mut self, c: char) {
        let code = u32::from(c);
        match code {
            // General punctuation, zero-width characters and the grapheme joiner: fillers of many lures.
            0x2000..=0x206f | 0x34f | 0xa0 => return,
            // Kana, kanji, hangul: letters as they are.
            0x3041..=0x3096 | 0x30a1..=0x30fa | 0x4e00..=0x9fff | 0xac00..=0xd7a3 => return self.push(c),
            _ => {}
        }
        if let (0xff9e..=0xff9f, Some(last)) = (code, self.last.take()) {
            self.sound_mark(last, code - 0xff9d);
            return;
        }
        let folded = match code {
            0xff21..=0xff3a | 0xff41..=0xff5a => char::from_u32(code - 0xfee0).unwrap_or(c),
            // Mathematical alphabets, 52 letters each: bold, italic, script …
            0x1d400..=0x1d6a3 => alphabet((code - 0x1d400) % 52),
            // Circled letters; squared ones are emoji-like and used the same way.
            0x24b6..=0x24e9 => alphabet(code - 0x24b6),
            0x1f130..=0x1f149 => alphabet(code - 0x1f130),
            0x1f150..=0x1f169 => alphabet(code - 0x1f150),
            0x1f170..=0x1f189 => alphabet(code - 0x1f170),
            0xff66..=0xff9d => {
                let kana = HALF_WIDTH.chars().nth((code - 0xff66) as usize).unwrap_or(c);
                self.last = Some(u32::from(kana));
                kana
            }
            _ => c,
        };
        if folded.is_alphabetic() {
            self.push(folded.to_lowercase().next().unwrap_or(folded));
        }
    }

    fn push(&mut self, c: char) {
        self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Gives the kana just written its (han)dakuten: カ and ﾞ are ガ.
    fn sound_mark(&mut self, kana: u32, step: u32) {
        let voiced = matches!(kana, 0x30ab..=0x30c2 | 0x30c4..=0x30c8) || matches!(kana, 0x30cf..=0x30db);
        let semi = matches!(kana, 0x30cf..=0x30db);
        if (step == 1 && voiced) || (step == 2 && semi) {
            self.out.truncate(self.out.len().saturating_sub(3));
            if let Some(c) = char::from_u32(kana + step) {
                self.push(c);
            }
        }
    }
}

/// The kana of U+FF66 to U+FF9D.
const HALF_WIDTH: &str = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン";

fn alphabet(index: u32) -> char {
    char::from_u32(u32::from(b'a') + index % 26).unwrap_or('a')
}

/// Characters of a mail address before its `@` (RFC 5321 §4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;
/// Letters of a web address before its `://`.
const LONGEST_SCHEME: usize = 16;

fn in_address(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'%' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expect: &str) {
        assert_eq!(String::from_utf8(letters(body)).unwrap(), expect, "{body:?}");
    }

    #[test]
    fn a_japanese_salutation_does_not_count() {
        check(
            "みたほ商事株式会社\r\n総務部 佐久間 恵理子 様\r\n\r\nお世話になっております。",
            "お世話になっております",
        );
        check("各位、\nご確認ください", "ご確認ください");
        check("佐久間様", "佐久間様");
        let far = format!("{}佐久間様\n", "本文です。\n".repeat(7));
        check(&far, &format!("{}佐久間様", "本文です".repeat(7)));
    }

    #[test]
    fn names_of_places_on_the_net_and_numbers_do_not_count() {
        check("Pay 12,345 EUR at https://evil.example/a?b=c now", "payeuratnow");
        check("write to a.b+c@mail.example today", "writetotoday");
        check("(see WWW.evil.example) or <http://x.test/>or", "seeoror");
        check("HTTP://a.example", "");
    }

    #[test]
    fn width_case_and_ornament_do_not_count() {
        check("Ｐａｙ 𝐏𝐚𝐲 𝘗𝘢𝘺 Ⓟⓐⓨ", "paypaypaypay");
        check("ｶﾞｿﾘﾝ ﾊﾟｽﾜｰﾄﾞ", "ガソリンパスワード");
        check("ÉTÉ\u{200b}\u{ad}X", "étéx");
        check("請求書の件（第３号）", "請求書の件第号");
    }

    #[test]
    fn a_signature_or_list_footer_does_not_count() {
        check("Yes.\n-- \nAda\nExample Ltd", "yes");
        check("Yes.\n_______________________________________________\nThe list\n", "yes");
        let long = format!("Yes.\n-- \n{}", "word ".repeat(400));
        assert!(letters(&long).len() > 1000);
    }

    #[test]
    fn a_huge_body_is_cut() {
        assert_eq!(letters(&"半".repeat(1_000_000)).len(), MAX_LETTERS);
        assert_eq!(letters(&"@".repeat(1_000_000)).len(), 0);
        assert!(letters(&"a@".repeat(400_000)).len() <= MAX_LETTERS);
    }
}
