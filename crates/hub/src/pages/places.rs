//! Where something was found in a mail, in words: `attachment[0]:attachment[1]:name` as 添付 1 › 添付 2 › ファイル名.

use lexicon::Lang;

use super::kinds;
use super::lists::aside;
use super::mail::Hosts;
use crate::view::View;

/// A place in words.
pub(super) fn place_text(v: &View, place: &str) -> String {
    words(v, place).unwrap_or_else(|| super::lists::inert(place))
}

/// What a tell was told from, its place in words and everything in it that leads somewhere defanged.
pub(super) fn evidence_text(v: &View, hosts: &Hosts<'_>, why: &str) -> String {
    let (head, rest) = why.split_once(' ').unwrap_or((why, ""));
    let place = words(v, head.strip_suffix(':').unwrap_or(head));
    let rest = if place.is_some() { rest } else { why };
    let mut told = match rest.strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")) {
        Some((front, kind)) if kinds::is_known(kind) => {
            format!("{}{}", hosts.inert(front), aside(v, &kinds::kind(v.lang, kind)))
        }
        _ => hosts.inert(rest),
    };
    if let Some(place) = place {
        let between = if told.is_empty() { "" } else { v.t("：", ": ") };
        told = format!("{place}{between}{told}");
    }
    told
}

/// The place in words; `None` for what is none.
fn words(v: &View, place: &str) -> Option<String> {
    let mut out: Vec<String> = Vec::new();
    let mut parts = place.split(':');
    while let Some(part) = parts.next() {
        let (word, number) = numbered(part);
        out.push(match (word, number) {
            ("header", None) => header(v, parts.next()?)?,
            ("html", None) => match parts.next()? {
                "link" => v.t("本文のリンク", "link").to_owned(),
                "text" => v.t("HTML の文字", "HTML text").to_owned(),
                "form" => v.t("フォームの送信先", "form").to_owned(),
                "remote" => v.t("外部から読み込むもの", "fetched from outside").to_owned(),
                "refresh" => v.t("自動の移動", "refresh").to_owned(),
                other => format!("HTML {}", plain(other)?),
            },
            ("body", None) => v.t("本文", "body").to_owned(),
            ("attachment", Some(n)) => format!("{}{}", v.t("添付 ", "attachment "), n + 1),
            ("script", Some(n)) if !out.is_empty() => format!("{}{}", v.t("コード ", "code "), n + 1),
            ("name", None) if !out.is_empty() => v.t("ファイル名", "name").to_owned(),
            ("text", None) if !out.is_empty() => v.t("文字", "text").to_owned(),
            ("template", None) if !out.is_empty() => v.t("テンプレート", "template").to_owned(),
            ("reference", None) if !out.is_empty() => v.t("外部への参照", "reference").to_owned(),
            (other, None) if !out.is_empty() => plain(other)?,
            _ => return None,
        });
    }
    Some(out.join(" › "))
}

fn header(v: &View, name: &str) -> Option<String> {
    let (name, number) = numbered(name);
    let mut shown = plain(name)?;
    // Message-ID, Reply-To: each word with a capital.
    let mut start = true;
    shown = shown
        .chars()
        .map(|c| {
            let upper = if start { c.to_ascii_uppercase() } else { c };
            start = c == '-';
            upper
        })
        .collect();
    if shown.ends_with("-Id") {
        shown = format!("{}-ID", shown.trim_end_matches("-Id"));
    }
    Some(match (number, v.lang) {
        (None, Lang::Ja) => format!("{shown} ヘッダー"),
        (None, Lang::En) => format!("{shown} header"),
        (Some(n), Lang::Ja) => format!("{shown}（{} 番目）", n + 1),
        (Some(n), Lang::En) => format!("{shown} header {}", n + 1),
    })
}

/// A word of letters, digits and strokes; `None` for anything else.
fn plain(word: &str) -> Option<String> {
    let fits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    fits.then(|| word.to_owned())
}

/// `attachment[2]`: the word and its number.
fn numbered(part: &str) -> (&str, Option<usize>) {
    let found = part.strip_suffix(']').and_then(|part| part.split_once('['));
    match found.and_then(|(word, number)| Some((word, number.parse::<usize>().ok()?))) {
        Some((word, number)) if number < usize::MAX => (word, Some(number)),
        _ => (part, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(place: &str, ja: &str, en: &str) {
        assert_eq!(place_text(&View::bare(Lang::Ja), place), ja);
        assert_eq!(place_text(&View::bare(Lang::En), place), en);
    }

    #[test]
    fn places_are_told_in_words() {
        check("header:from", "From ヘッダー", "From header");
        check("header:message-id", "Message-ID ヘッダー", "Message-ID header");
        check("header:received[1]", "Received（2 番目）", "Received header 2");
        check("body", "本文", "body");
        check("html:link", "本文のリンク", "link");
        check(
            "attachment[0]:attachment[1]:template",
            "添付 1 › 添付 2 › テンプレート",
            "attachment 1 › attachment 2 › template",
        );
        // What is no place stays as it is, harmless.
        check("evil.example: x", "evil[.]example: x", "evil[.]example: x");
        check(
            "attachment[18446744073709551615]",
            "attachment[18446744073709551615]",
            "attachment[18446744073709551615]",
        );
    }

    #[test]
    fn evidence_begins_with_its_place_in_words() {
        let hosts = Hosts::default();
        let ja = |why: &str| evidence_text(&View::bare(Lang::Ja), &hosts, why);
        assert_eq!(ja("header:subject: 履歴書"), "Subject ヘッダー：履歴書");
        assert_eq!(ja("attachment[0]: 見積依頼書.zip (zip)"), "添付 1：見積依頼書.zip（ZIP 書庫）");
        assert_eq!(
            ja("attachment[0]:attachment[0]: 見積依頼書.docx (http://t.kirishima-shoji.test/m.dotm)"),
            "添付 1 › 添付 1：見積依頼書.docx (hxxp://t[.]kirishima-shoji[.]test/m.dotm)"
        );
        assert_eq!(ja("a@b.example → c@d.example"), "a[@]b[.]example → c[@]d[.]example");
        assert_eq!(ja("body"), "本文");
        assert_eq!(ja(""), "");
    }
}
