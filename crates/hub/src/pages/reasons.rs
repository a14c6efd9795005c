//! What two mails have in common, in words. A reason's value begins with the word of its kind and may end with how many
//! mails had it: `host evil.example (3 mails)`. By that word, and not by how a value looks, it is known what leads
//! somewhere and is defanged.

use lexicon::{Lang, Reason, ReasonKind, Text};

use super::lists::{aside, inert, named, shown};
use crate::view::View;

/// What a value is, and so how it is shown.
#[derive(Clone, Copy)]
enum Shape {
    /// A host, page, address or IP address: defanged whatever it looks like.
    Place,
    /// A name that somebody gave: of a file, a person, a program.
    Name,
    /// Running text.
    Prose,
}

/// The words that values begin with.
const WORDS: [(&str, Shape, Text); 18] = [
    ("sha256", Shape::Name, Text::new("SHA-256", "SHA-256")),
    ("tlsh", Shape::Name, Text::new("似たファイル（TLSH）", "similar file (TLSH)")),
    ("macro", Shape::Name, Text::new("マクロ", "macro")),
    ("file", Shape::Name, Text::new("ファイルの情報", "file information")),
    ("password", Shape::Name, Text::new("パスワード", "password")),
    ("html", Shape::Name, Text::new("HTML の骨組み", "HTML skeleton")),
    ("host", Shape::Place, Text::new("ホスト", "host")),
    ("page", Shape::Place, Text::new("ページ", "page")),
    ("path", Shape::Name, Text::new("パスの形", "shape of the path")),
    ("from", Shape::Place, Text::new("差出人", "From")),
    ("reply-to", Shape::Place, Text::new("返信先", "Reply-To")),
    ("return-path", Shape::Place, Text::new("エラー返送先", "Return-Path")),
    ("name", Shape::Name, Text::new("表示名", "display name")),
    ("origin", Shape::Place, Text::new("送信元 IP", "origin IP")),
    ("helo", Shape::Place, Text::new("HELO", "HELO")),
    ("mailer", Shape::Name, Text::new("送信ソフト", "mailing program")),
    ("subject", Shape::Prose, Text::new("件名", "subject")),
    ("c2", Shape::Place, Text::new("不正接続先", "C2")),
];

/// What is shared, in words.
pub(super) fn value_text(v: &View, kind: ReasonKind, value: &str) -> String {
    match kind {
        ReasonKind::Text => return text(v, value).to_owned(),
        ReasonKind::Analyst => return v.t("分析担当者が同じ攻撃と指定", "an analyst says so").to_owned(),
        _ => {}
    }
    let (shared, count) = counted(value);
    let (shared, distance) = apart(shared);
    let known = shared.split_once(' ').and_then(|(word, rest)| {
        let (_, shape, text) = WORDS.iter().find(|(known, ..)| *known == word)?;
        Some((word, *shape, text.of(v.lang), rest))
    });
    let mut out = match known {
        Some((word, shape, text, rest)) => {
            let rest = match shape {
                Shape::Place => shown(rest),
                Shape::Prose => inert(rest),
                Shape::Name => named(rest),
            };
            let rest = match word {
                "mailer" => mailer(v, &rest),
                // What changes from mail to mail is masked.
                "subject" | "path" if rest.contains('#') => {
                    format!("{rest}{}", v.t("（# は変わる部分）", " (# varies)"))
                }
                _ => rest,
            };
            // The kind says it already.
            match word {
                "subject" | "password" | "c2" => rest,
                _ => format!("{text}{}{rest}", v.t("：", ": ")),
            }
        }
        // What a file says of its maker: `document.author 山田`.
        None if kind == ReasonKind::Attachment => match shared.split_once(' ') {
            Some((name, rest)) => match anatomy::words::property(name) {
                Some(text) => format!("{}{}{}", text.of(v.lang), v.t("：", ": "), named(rest)),
                None => named(shared),
            },
            None => named(shared),
        },
        None if kind.is_infrastructure() => shown(shared),
        None => inert(shared),
    };
    if let Some(distance) = distance {
        out.push_str(&aside(v, &format!("{} {distance}", v.t("距離", "distance"))));
    }
    match (count, v.lang) {
        (None, _) => {}
        (Some(count), Lang::Ja) => out.push_str(&format!("（{count} 通）")),
        (Some(1), Lang::En) => out.push_str(" (1 mail)"),
        (Some(count), Lang::En) => out.push_str(&format!(" ({count} mails)")),
    }
    out
}

/// How strong a reason is, in brackets.
pub(super) fn strength(v: &View, percent: u32) -> String {
    aside(v, &format!("{percent}%"))
}

/// How alike two texts are is told beside, as the strength.
fn text(v: &View, value: &str) -> &'static str {
    if value.starts_with("hidden") {
        v.t("読む人に見えない文面がほぼ同じ", "near-identical hidden text")
    } else if value.starts_with("same") {
        v.t("同じメール", "the same mail")
    } else {
        v.t("ほぼ同じ文面", "near-identical wording")
    }
}

/// `Outlook 16 +09:00 #3ca787` says the program, its clock's time zone, and how it writes headers.
fn mailer(v: &View, value: &str) -> String {
    let Some((rest, habits)) = value.rsplit_once(" #") else { return value.to_owned() };
    let (name, zone) = rest.rsplit_once(' ').unwrap_or((rest, ""));
    let name = if name == "?" { v.t("名前なし", "no name") } else { name };
    let zone = if zone.is_empty() { v.t("なし", "none") } else { zone };
    match v.lang {
        Lang::Ja => format!("{name}、時間帯 {zone}、書き方の型 {habits}"),
        Lang::En => format!("{name}, time zone {zone}, writing habits {habits}"),
    }
}

/// `host evil.example (3 mails)`: what is shared, and by how many.
fn counted(value: &str) -> (&str, Option<u64>) {
    let Some((shared, count)) = value.rsplit_once(" (") else { return (value, None) };
    let count = count.strip_suffix(" mails)").or_else(|| count.strip_suffix(" mail)"));
    match count.and_then(|count| count.parse().ok()) {
        Some(count) => (shared, Some(count)),
        None => (value, None),
    }
}

/// `tlsh invoice.doc (distance 12)`: which file is alike, and how far apart the two are.
fn apart(value: &str) -> (&str, Option<u32>) {
    let told = value.strip_prefix("tlsh").and_then(|_| value.strip_suffix(')')?.rsplit_once(" (distance "));
    match told.and_then(|(shared, distance)| Some((shared, distance.parse().ok()?))) {
        Some((shared, distance)) => (shared, Some(distance)),
        None => (value, None),
    }
}

/// What is shared, without what differs from pair to pair: the likeness of two texts (`jaccard 0.94`), or how many mails
/// had the value when the link was made.
pub(super) fn what(reason: &Reason) -> &str {
    match reason.kind {
        ReasonKind::Text => reason.value.split(' ').next().unwrap_or(&reason.value),
        _ => apart(counted(&reason.value).0).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: ReasonKind, value: &str, ja: &str, en: &str) {
        assert_eq!(value_text(&View::bare(Lang::Ja), kind, value), ja);
        assert_eq!(value_text(&View::bare(Lang::En), kind, value), en);
    }

    #[test]
    fn what_leads_somewhere_is_defanged_by_its_kind() {
        check(
            ReasonKind::Url,
            "page shiryo-kakunin.test/fuguai/1 (3 mails)",
            "ページ：shiryo-kakunin[.]test/fuguai/1（3 通）",
            "page: shiryo-kakunin[.]test/fuguai/1 (3 mails)",
        );
        check(
            ReasonKind::Url,
            "host evil.zip (1 mail)",
            "ホスト：evil[.]zip（1 通）",
            "host: evil[.]zip (1 mail)",
        );
        check(ReasonKind::Sender, "from a@b.example", "差出人：a[@]b[.]example", "From: a[@]b[.]example");
        check(
            ReasonKind::Route,
            "origin 192.0.2.1",
            "送信元 IP：192[.]0[.]2[.]1",
            "origin IP: 192[.]0[.]2[.]1",
        );
        check(ReasonKind::C2, "c2 evil.mov", "evil[.]mov", "evil[.]mov");
        check(ReasonKind::Infrastructure, "evil.zip", "evil[.]zip", "evil[.]zip");
    }

    #[test]
    fn names_of_files_stay_as_they_are() {
        check(
            ReasonKind::Attachment,
            "sha256 3ca787f1a2b3… 請求書.xlsm",
            "SHA-256：3ca787f1a2b3… 請求書.xlsm",
            "SHA-256: 3ca787f1a2b3… 請求書.xlsm",
        );
        check(
            ReasonKind::Attachment,
            "tlsh 請求書.doc (distance 12)",
            "似たファイル（TLSH）：請求書.doc（距離 12）",
            "similar file (TLSH): 請求書.doc (distance 12)",
        );
        check(ReasonKind::Attachment, "document.author 霧島", "作成者：霧島", "Author: 霧島");
    }

    #[test]
    fn the_rest_is_told_in_words() {
        check(ReasonKind::Text, "jaccard 0.98", "ほぼ同じ文面", "near-identical wording");
        check(ReasonKind::Text, "hidden", "読む人に見えない文面がほぼ同じ", "near-identical hidden text");
        check(ReasonKind::Text, "same mail", "同じメール", "the same mail");
        check(ReasonKind::Analyst, "same attack", "分析担当者が同じ攻撃と指定", "an analyst says so");
        check(
            ReasonKind::Subject,
            "subject ご請求書の送付no# (6 mails)",
            "ご請求書の送付no#（# は変わる部分）（6 通）",
            "ご請求書の送付no# (# varies) (6 mails)",
        );
        check(
            ReasonKind::Route,
            "mailer ? +09:00 #3ca787f1a2b3",
            "送信ソフト：名前なし、時間帯 +09:00、書き方の型 3ca787f1a2b3",
            "mailing program: no name, time zone +09:00, writing habits 3ca787f1a2b3",
        );
    }
}
