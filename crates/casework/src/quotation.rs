//! What of a body its sender wrote, and what is carried along from an earlier mail.
//!
//! Quoted are lines that begin with `>`, `＞` or `|`, and everything below a line such as
//! `-----Original Message-----` or a block of header lines (Outlook, Thunderbird, webmail in Japanese and English).
//! The line that introduces a quotation (`2013年8月7日 9:12 佐藤 <…>:`) belongs to neither.

use lexicon::text::cut;

/// Bytes of a body that are looked at.
const MAX_BODY: usize = 256 << 10;
/// A line that introduces a quotation is no longer than this (bytes).
const MAX_INTRODUCTION: usize = 240;
/// Header lines that must stand together so that what follows is an earlier mail.
const HEADER_LINES: usize = 3;

/// A body in two parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// What the sender wrote.
    pub(crate) own: String,
    /// What an earlier mail said, marks of quotation taken off.
    pub(crate) quoted: String,
}

/// Parts of `body`.
pub(crate) fn split(body: &str) -> Parts {
    let body = cut(body, MAX_BODY);
    let mut parts = Parts::default();
    let lines: Vec<&str> = body.lines().collect();
    let mut below = false;
    for (at, line) in lines.iter().enumerate() {
        let bare = line.trim_start_matches([' ', '\t', '\u{3000}']);
        if let Some(quoted) = unmarked(bare) {
            push(&mut parts.quoted, quoted);
        } else if below {
            if !is_header(bare) {
                push(&mut parts.quoted, line);
            }
        } else if is_rule_of_reply(bare) || heads_earlier_mail(lines.get(at..).unwrap_or(&[])) {
            below = true;
        } else if !introduces(bare, lines.get(at + 1..).unwrap_or(&[])) {
            push(&mut parts.own, line);
        }
    }
    parts
}

fn push(to: &mut String, line: &str) {
    to.push_str(line);
    to.push('\n');
}

/// The line without its marks of quotation, if it has one.
fn unmarked(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['>', '＞'])?;
    Some(rest.trim_start_matches(['>', '＞', ' ', '|']))
}

/// `-----Original Message-----`, `----- 元のメッセージ -----`, `________________________________`.
fn is_rule_of_reply(line: &str) -> bool {
    let line = line.trim_end();
    let dashed = line.starts_with("--") && line.ends_with("--");
    if line.len() >= 32 && line.bytes().all(|b| b == b'_') {
        return true;
    }
    let words = line.trim_matches(['-', ' ', '\u{3000}']).to_lowercase();
    dashed
        && [
            "original message",
            "元のメッセージ",
            "original mail",
            "元のメール",
            "forwarded message",
            "転送メッセージ",
        ]
        .iter()
        .any(|known| words.contains(known))
}

fn is_header(line: &str) -> bool {
    let Some((name, _)) = line.split_once([':', '：']) else { return false };
    let name = name.trim().trim_matches('*').to_lowercase();
    matches!(
        name.as_str(),
        "from"
            | "sent"
            | "date"
            | "to"
            | "cc"
            | "subject"
            | "差出人"
            | "送信者"
            | "送信日時"
            | "日時"
            | "日付"
            | "宛先"
            | "件名"
            | "ｃｃ"
    )
}

/// True if the lines are the header of an earlier mail.
fn heads_earlier_mail(lines: &[&str]) -> bool {
    let first = lines.first().map_or("", |line| line.trim_start());
    let opens = first.split_once([':', '：']).is_some_and(|(name, _)| {
        matches!(name.trim().trim_matches('*').to_lowercase().as_str(), "from" | "差出人" | "送信者")
    });
    opens && lines.iter().take(HEADER_LINES).all(|line| is_header(line.trim_start()))
}

/// True if a quotation follows this line and the line says whose: `… wrote:`, `…のメール:`, a date and an address.
fn introduces(line: &str, next: &[&str]) -> bool {
    let line = line.trim_end();
    if line.is_empty() || line.len() > MAX_INTRODUCTION {
        return false;
    }
    let follows = next
        .iter()
        .take(3)
        .find(|line| !line.trim().is_empty())
        .is_some_and(|line| unmarked(line.trim_start()).is_some());
    let ends = line.ends_with([':', '：']) || line.ends_with("wrote") || line.ends_with("書きました。");
    follows && ends && (line.contains('@') || line.bytes().filter(u8::is_ascii_digit).count() >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, own: &str, quoted: &str) {
        let parts = split(body);
        assert_eq!((parts.own.trim(), parts.quoted.trim()), (own, quoted), "{body}");
    }

    #[test]
    fn marked_lines_are_quoted_and_who_wrote_them_belongs_to_neither() {
        check(
            "承知しました。\n\n2013年8月7日 9:12 佐藤 <sato@free.example>:\n> 製品について\n> 教えてください\n",
            "承知しました。",
            "製品について\n教えてください",
        );
        check("Yes.\nOn Wed, 7 Aug 2013, Sato <s@free.example> wrote:\n> May I ask?\n", "Yes.", "May I ask?");
        check("はい\n＞確認できません\n", "はい", "確認できません");
    }

    #[test]
    fn everything_below_the_header_of_an_earlier_mail_is_quoted() {
        check(
            "届きました。\n-----Original Message-----\nFrom: a@b.example\nSent: x\n\n本文\n",
            "届きました。",
            "本文",
        );
        check(
            "届きました。\n\n差出人: 佐藤\n送信日時: 2013年8月7日\n宛先: 窓口\n件名: 製品\n\n本文です\n",
            "届きました。",
            "本文です",
        );
    }

    #[test]
    fn a_body_without_quotation_is_all_its_senders() {
        check(
            "件名: の話です。\nTo: be or not\n1 > 0 です",
            "件名: の話です。\nTo: be or not\n1 > 0 です",
            "",
        );
        check("", "", "");
    }
}
