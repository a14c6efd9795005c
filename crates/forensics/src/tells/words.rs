//! Tells in the wording: subjects that press, and what attackers who build rapport ask.

use lexicon::facts::MailFacts;

use crate::session::Session;

/// Themes that make people open a mail, in Japanese.
const PRESSING_JA: [&str; 19] = [
    "請求書",
    "履歴書",
    "取材",
    "緊急",
    "至急",
    "重要",
    "督促",
    "未払い",
    "お支払い",
    "振込",
    "見積",
    "注文書",
    "採用応募",
    "応募書類",
    "アンケート",
    "製品に関する",
    "クレーム",
    "不具合",
    "医療費",
];

/// The same in English, as whole words or phrases in lower case.
const PRESSING_EN: [&str; 20] = [
    "invoice",
    "urgent",
    "overdue",
    "payment",
    "purchase order",
    "quotation",
    "resume",
    "curriculum vitae",
    "account suspended",
    "verify your",
    "action required",
    "security alert",
    "unusual sign-in",
    "password expir",
    "delivery failed",
    "final notice",
    "past due",
    "remittance",
    "wire transfer",
    "undelivered",
];

/// Questions about unpacking or opening, as before an attack (#4-7 of the FY2013 report).
const ARCHIVER: [&str; 13] = [
    "解凍ソフト",
    "圧縮ソフト",
    "Lhaplus",
    "lhaplus",
    "解凍でき",
    "解凍出来",
    "解凍してください",
    "解凍して下さい",
    "展開できますか",
    "開封できますか",
    "RAR形式",
    "rar形式",
    "7-Zip",
];

/// Questions about the right window.
const ENQUIRY: [&str; 14] = [
    "窓口はこちらで",
    "窓口でよろしい",
    "窓口は、こちら",
    "こちらの窓口で",
    "こちらのアドレスでよろしい",
    "こちらのメールアドレスでよろしい",
    "宛先でよろしい",
    "お問い合わせ先はこちらで",
    "問合せ先はこちらで",
    "どちらにお問い合わせすれば",
    "どちらに連絡すれば",
    "担当部署を教え",
    "担当者を教え",
    "ご担当者様をご紹介",
];

/// Announcements that the password comes apart from the file.
const SEPARATELY: [&str; 7] = [
    "パスワードは別途",
    "パスワードは別メール",
    "パスワードは、別",
    "パスワードは後ほど",
    "パスワードを別",
    "パスワードにつきましては別",
    "パスワードについては別",
];

/// Bytes of the body looked at.
const BODY_BYTES: usize = 64 << 10;

pub(super) fn subject(session: &mut Session<'_>, facts: &MailFacts) {
    let Some(subject) = &facts.subject else {
        return;
    };
    let subject = lexicon::text::cut(subject, SUBJECT_BYTES);
    let japanese = || PRESSING_JA.iter().find(|word| subject.contains(*word)).copied();
    let found = if subject.is_ascii() { None } else { japanese() }.or_else(|| pressing_english(subject));
    if let Some(word) = found {
        session.tell("pressing-subject", format!("header:subject: {word}"));
    }
}

/// Bytes of the subject looked at.
const SUBJECT_BYTES: usize = 1_000;

/// The first pressing English phrase that starts at a word's start.
fn pressing_english(subject: &str) -> Option<&'static str> {
    let bytes = subject.as_bytes();
    let mut before = b' ';
    for (at, &byte) in bytes.iter().enumerate() {
        if byte.is_ascii_alphabetic() && !before.is_ascii_alphanumeric() {
            let rest = bytes.get(at..).unwrap_or(&[]);
            let starts = |phrase: &&&str| {
                rest.get(..phrase.len()).is_some_and(|r| r.eq_ignore_ascii_case(phrase.as_bytes()))
            };
            if let Some(phrase) = PRESSING_EN.iter().find(starts) {
                return Some(phrase);
            }
        }
        before = byte;
    }
    None
}

pub(super) fn body(session: &mut Session<'_>, facts: &MailFacts) {
    let text = lexicon::text::cut(&facts.body.text, BODY_BYTES);
    // All phrases are Japanese: a text without one such character has none of them.
    if facts.body.language.as_deref() == Some("ja") {
        first(session, "asks-about-archiver", text, &ARCHIVER);
        first(session, "enquiry-wording", text, &ENQUIRY);
        first(session, "password-sent-separately", text, &SEPARATELY);
    } else {
        let announced = memchr::memmem::find_iter(text.as_bytes(), b"assword").any(|at| {
            let rest = text.as_bytes().get(at + 7..).unwrap_or(&[]).trim_ascii_start();
            [
                "will be sent separately",
                "will be sent in a separate",
                "in a separate",
                "will follow separately",
            ]
            .iter()
            .any(|tail| rest.get(..tail.len()).is_some_and(|r| r.eq_ignore_ascii_case(tail.as_bytes())))
        });
        if announced {
            session.tell("password-sent-separately", "body: password … separate".to_owned());
        }
    }
}

/// Tells the first of the phrases that occurs, with the sentence around it.
fn first(session: &mut Session<'_>, id: &'static str, text: &str, phrases: &[&str]) {
    let Some(at) = phrases.iter().find_map(|p| memchr::memmem::find(text.as_bytes(), p.as_bytes())) else {
        return;
    };
    let is_end = |c: char| matches!(c, '\n' | '。' | '！' | '？');
    let start = text
        .get(..at)
        .and_then(|t| t.rfind(is_end))
        .map_or(0, |e| e + text.get(e..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8));
    let rest = text.get(start..).unwrap_or("");
    let end = rest.get(at - start..).and_then(|t| t.find(is_end)).map_or(rest.len(), |e| e + at - start);
    let sentence = lexicon::text::cut(rest.get(..end).unwrap_or("").trim(), 300);
    session.tell(id, format!("body: {sentence}"));
}

#[cfg(test)]
mod tests {
    use crate::tells::testing::check;

    #[test]
    fn wordings_of_rapport_building_are_told() {
        check(
            "From: a@example.com\n\nお世話になっております。\nお使いの解凍ソフトを教えていただけますか。\n",
            "asks-about-archiver",
            true,
        );
        check(
            "From: a@example.com\n\n製品についてお尋ねします。お問い合わせの窓口はこちらでよろしいでしょうか。\n",
            "enquiry-wording",
            true,
        );
        check(
            "From: a@example.com\n\nThe password will be sent separately.\n",
            "password-sent-separately",
            true,
        );
        check("From: a@example.com\n\nYour password is safe.\n", "password-sent-separately", false);
        check(
            "From: a@example.com\n\n資料を添付します。パスワードは別途お送りします。\n",
            "password-sent-separately",
            true,
        );
        check(
            "From: a@example.com\n\n明日の打ち合わせは十時からです。よろしくお願いします。\n",
            "enquiry-wording",
            false,
        );
    }

    #[test]
    fn pressing_subjects_are_told() {
        check("From: a@example.com\nSubject: 【至急】請求書の件\n\n", "pressing-subject", true);
        check("From: a@example.com\nSubject: Overdue Invoice 7\n\n", "pressing-subject", true);
        check("From: a@example.com\nSubject: 打ち合わせの件\n\n", "pressing-subject", false);
    }
}
