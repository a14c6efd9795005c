//! Passwords that a text tells, in the many ways in which Japanese and English mails tell them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use unicode_normalization::UnicodeNormalization;

use crate::Password;

/// Bytes of one text that are read.
const TEXT_BYTES: usize = 256 << 10;

/// Characters of one line that are read.
const LINE_CHARS: usize = 4_000;

/// Passwords told at most.
const PASSWORDS: usize = 40;

/// Characters of a password.
const SHORTEST: usize = 3;
const LONGEST: usize = 64;

/// Lines after the word in which the password may stand.
const LINES_AFTER: usize = 4;

/// What is said before a password, in lower case. The longer words stand before their beginnings.
const WORDS: [&str; 24] = [
    "パスワード",
    "ぱすわーど",
    "パスコード",
    "パスフレーズ",
    "パス",
    "解凍キー",
    "復号キー",
    "開封キー",
    "暗証番号",
    "合言葉",
    "合い言葉",
    "解凍ｐｗ",
    "密码",
    "密碼",
    "비밀번호",
    "passphrase",
    "password",
    "pass word",
    "passcode",
    "passwd",
    "pass",
    "pwd",
    "p/w",
    "pw",
];

/// Words that follow "password is" and are none.
const NO_PASSWORDS: [&str; 42] = [
    "the",
    "a",
    "an",
    "as",
    "in",
    "on",
    "at",
    "to",
    "for",
    "of",
    "by",
    "is",
    "are",
    "was",
    "will",
    "be",
    "not",
    "no",
    "sent",
    "send",
    "below",
    "above",
    "following",
    "follows",
    "required",
    "needed",
    "provided",
    "attached",
    "included",
    "same",
    "this",
    "that",
    "your",
    "our",
    "protected",
    "protection",
    "reset",
    "and",
    "or",
    "it",
    "expired",
    "incorrect",
];

/// Words that say that the password stands further down.
const BELOW: [&str; 12] = [
    "以下",
    "下記",
    "次の",
    "次に",
    "こちら",
    "後記",
    "below",
    "as follows",
    "following",
    "the following",
    "下の",
    "下に",
];

/// The passwords that are told in `texts` (each with its place, which becomes where the password is from), the most
/// likely ones first, each once.
///
/// ```
/// let found = anatomy::passwords::told(&[("body", "解凍パスワードは【k3rB-7】です。")]);
/// assert_eq!((found[0].value.as_str(), found[0].from.as_str()), ("k3rB-7", "body"));
/// ```
pub fn told(texts: &[(&str, &str)]) -> Vec<Password> {
    let mut found: Vec<(u8, String, &str)> = Vec::new();
    for (place, text) in texts {
        let text = lexicon::text::cut(text, TEXT_BYTES);
        // One look at the whole text: few mails speak of passwords, and dividing the others into lines is for nothing.
        if !may_speak(text) {
            continue;
        }
        let lines: Vec<&str> =
            text.split(['\n', '\r']).filter(|line| line.contains(|c: char| !c.is_whitespace())).collect();
        for range in near_words(&lines) {
            let near = lines.get(range).unwrap_or(&[]);
            let wide: Vec<Vec<char>> =
                near.iter().map(|line| line.chars().take(LINE_CHARS).collect()).collect();
            // As it may be meant (ａ１ is a1), then as it is written.
            let narrow: Vec<Vec<char>> =
                wide.iter().map(|line| line.iter().copied().nfkc().take(LINE_CHARS).collect()).collect();
            for lines in [&narrow, &wide] {
                for (weight, value) in in_lines(lines) {
                    found.push((weight, value, place));
                }
            }
        }
    }
    found.sort_by_key(|(weight, ..)| std::cmp::Reverse(*weight));
    let mut seen = BTreeSet::new();
    found
        .into_iter()
        .filter(|(_, value, _)| seen.insert(value.clone()))
        .take(PASSWORDS)
        .map(|(_, value, from)| Password { value, from: from.to_owned() })
        .collect()
}

/// A beginning of each of [`WORDS`], also as it is written wide or in half-width kana.
static SIGNS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build([
            "パス",
            "ぱす",
            "ﾊﾟｽ",
            "キー",
            "ｷｰ",
            "番号",
            "合言葉",
            "合い言葉",
            "密码",
            "密碼",
            "비밀번호",
            "pass",
            "pw",
            "p/w",
            "ＰＷ",
            "ｐｗ",
            "Ｐｗ",
            "ＰＡＳＳ",
            "ｐａｓｓ",
            "Ｐａｓｓ",
            "Ｐ／Ｗ",
        ])
        .ok()
});

/// Whether a word for a password may stand in a text. Without the quick look every text counts.
fn may_speak(text: &str) -> bool {
    SIGNS.as_ref().is_none_or(|signs| signs.is_match(text))
}

/// The ranges of lines in which a word for a password may stand, each with the lines after it that may hold one: most
/// mails have none, and are looked at once, quickly.
fn near_words(lines: &[&str]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if !may_speak(line) {
            continue;
        }
        let end = (number + 1 + LINES_AFTER).min(lines.len());
        match out.last_mut() {
            Some(last) if last.end >= number => last.end = end,
            _ => out.push(number..end),
        }
    }
    out
}

/// The forms of a date, if one of `texts` says that the password is one (パスワードは本日の日付です). They are from
/// `date`.
pub fn dated(texts: &[&str], year: u16, month: u8, day: u8) -> Vec<Password> {
    let says = texts.iter().any(|text| {
        // The close look at a line tries every word at every place of it: only where one may stand.
        let text = lexicon::text::cut(text, TEXT_BYTES);
        may_speak(text)
            && text.split(['\n', '。']).filter(|line| may_speak(line)).any(|line| {
                let line: Vec<char> = line.chars().take(LINE_CHARS).nfkc().map(fold).collect();
                let holds = |word: &str| (0..line.len()).any(|at| starts(&line, at, word));
                (0..line.len()).any(|at| word_at(&line, at).is_some())
                    && ["日付", "年月日", "送信日", "today's date", "the date"].into_iter().any(holds)
            })
    });
    if !says {
        return Vec::new();
    }
    let short = year % 100;
    [
        format!("{month:02}{day:02}"),
        format!("{year:04}{month:02}{day:02}"),
        format!("{short:02}{month:02}{day:02}"),
        format!("{day:02}{month:02}{year:04}"),
        format!("{month}{day}"),
    ]
    .into_iter()
    .map(|value| Password { value, from: "date".to_owned() })
    .collect()
}

/// The few passwords that are worth a try everywhere.
pub fn common() -> Vec<Password> {
    const COMMON: [&str; 16] = [
        "infected", "password", "1234", "12345", "123456", "0000", "1111", "pass", "virus", "malware",
        "abc123", "test", "111", "123", "777", "2013",
    ];
    COMMON.iter().map(|value| Password { value: (*value).to_owned(), from: "common".to_owned() }).collect()
}

/// One character as words are compared: narrow, in lower case.
fn fold(c: char) -> char {
    let narrow = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        other => other,
    };
    narrow.to_ascii_lowercase()
}

fn starts(line: &[char], at: usize, word: &str) -> bool {
    let mut count = 0;
    let same = word.chars().enumerate().all(|(index, c)| {
        count = index + 1;
        line.get(at + index) == Some(&fold(c))
    });
    same && count > 0
}

fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30a1}'..='\u{30fe}')
}

/// The end of the word for a password that starts at `at` in a folded line.
fn word_at(line: &[char], at: usize) -> Option<usize> {
    // Every character of a line that speaks of passwords comes by here: most are no first letter of any word, and
    // trying all words on them was a tenth of a whole run.
    if !matches!(line.get(at), Some('p' | 'パ' | 'ぱ' | '解' | '復' | '開' | '暗' | '合' | '密' | '비'))
    {
        return None;
    }
    let before = at.checked_sub(1).and_then(|at| line.get(at)).copied().unwrap_or(' ');
    WORDS.iter().find_map(|word| {
        if !starts(line, at, word) {
            return None;
        }
        let end = at + word.chars().count();
        let after = line.get(end).copied().unwrap_or(' ');
        let free = if word.is_ascii() {
            // "zippassword" is one, "compass" and "passport" are none.
            (!before.is_ascii_alphanumeric() || *word == "password") && !after.is_ascii_alphanumeric()
        } else {
            *word != "パス" || !is_katakana(before) && !is_katakana(after)
        };
        free.then_some(end)
    })
}

/// What stands between the word and the password.
fn is_link(c: char) -> bool {
    matches!(
        c,
        ':' | '='
            | '→'
            | '⇒'
            | '>'
            | '|'
            | '…'
            | '・'
            | '、'
            | ','
            | '~'
            | '〜'
            | '】'
            | '」'
            | '』'
            | ')'
            | ']'
            | '〕'
            | '》'
            | '〉'
            | '*'
            | '※'
            | '─'
            | '■'
            | '□'
            | '●'
            | '◆'
            | '★'
            | '―'
            | '"'
            | '\''
    )
}

fn closing(c: char) -> Option<char> {
    Some(match c {
        '「' => '」',
        '『' => '』',
        '【' => '】',
        '"' => '"',
        '\'' => '\'',
        '“' => '”',
        '‘' => '’',
        '[' => ']',
        '［' => '］',
        '<' => '>',
        '＜' => '＞',
        '(' => ')',
        '（' => '）',
        '《' => '》',
        '〈' => '〉',
        '〔' => '〕',
        '`' => '`',
        '{' => '}',
        '”' => '”',
        '＂' => '＂',
        _ => return None,
    })
}

/// Characters that passwords are made of, wide ones included.
fn is_token(c: char) -> bool {
    matches!(c, '!'..='~' | '\u{ff01}'..='\u{ff5e}')
}

fn in_lines(lines: &[Vec<char>]) -> Vec<(u8, String)> {
    let mut out = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let folded: Vec<char> = line.iter().copied().map(fold).collect();
        let mut at = 0;
        let mut told = false;
        while at < folded.len() && out.len() < PASSWORDS * 4 {
            let Some(end) = word_at(&folded, at) else {
                at += 1;
                continue;
            };
            told = true;
            let (open, explicit) = after_word(line, &folded, end, &mut out);
            if open {
                let next = lines.get(number + 1..).unwrap_or(&[]);
                below(next.get(..LINES_AFTER.min(next.len())).unwrap_or(&[]), explicit, &mut out);
            }
            at = end;
        }
        if told {
            // Whatever on this line is mixed of letters and digits.
            for token in line.split(|c| !is_token(*c) || matches!(fold(*c), ':' | '=')).take(40) {
                let mixed = token.iter().any(|c| fold(*c).is_ascii_digit())
                    && token.iter().any(|c| fold(*c).is_ascii_alphabetic());
                if mixed {
                    push(1, token, &mut out);
                }
            }
        }
    }
    out
}

/// Reads what follows the word on its line. Tells whether nothing stood there, so that the next lines count, and
/// whether it was announced.
fn after_word(line: &[char], folded: &[char], end: usize, out: &mut Vec<(u8, String)>) -> (bool, bool) {
    let mut at = end;
    // パスワード（半角英数）：… and Password (case sensitive): …
    let open = folded.iter().skip(at).take(2).find(|c| !c.is_whitespace());
    if open == Some(&'(')
        && let Some(close) = folded.iter().skip(at).take(40).position(|c| *c == ')')
    {
        let after = at + close + 1;
        let rest = folded.iter().skip(after).find(|c| !c.is_whitespace());
        if matches!(rest, Some(':' | '=' | 'は' | '→')) {
            at = after;
        }
    }
    let mut explicit = false;
    loop {
        match folded.get(at) {
            None => return (true, explicit),
            Some(c) if c.is_whitespace() => at += 1,
            Some('-') if folded.get(at + 1).is_none_or(|c| c.is_whitespace()) => at += 1,
            Some('は' | 'が') => {
                explicit = true;
                at += 1;
            }
            Some(c) if is_link(*c) && !opens(folded, at) => {
                explicit = true;
                at += 1;
            }
            Some('i') if starts(folded, at, "is ") || starts(folded, at, "is:") => {
                explicit = true;
                at += 2;
            }
            Some(_) => break,
        }
    }
    let rest = folded.get(at..).unwrap_or(&[]);
    if let Some(close) = folded.get(at).copied().and_then(closing)
        && let Some(length) = rest.iter().skip(1).take(LONGEST + 2).position(|c| *c == fold(close))
    {
        let inner = line.get(at + 1..at + 1 + length).unwrap_or(&[]);
        push(4, inner, out);
        return (false, explicit);
    }
    if BELOW.iter().any(|word| (0..rest.len().min(16)).any(|skip| starts(rest, skip, word))) {
        // パスワードは以下の通りです：abc
        match rest.iter().take(40).position(|c| matches!(c, ':' | '→')) {
            Some(colon) => at += colon + 1,
            None => return (true, true),
        }
        at += folded.iter().skip(at).take_while(|c| c.is_whitespace()).count();
        if at >= folded.len() {
            return (true, true);
        }
        explicit = true;
    }
    let token: Vec<char> =
        line.iter().skip(at).take(LONGEST + 1).copied().take_while(|c| is_token(*c)).collect();
    if token.is_empty() {
        // A password in Japanese: only where a colon says that nothing else comes.
        let colon = at > end && folded.get(end..at).is_some_and(|link| link.contains(&':'));
        if colon {
            let words: Vec<char> = line
                .iter()
                .skip(at)
                .take(LONGEST + 1)
                .copied()
                .take_while(|c| !"。、 　".contains(*c))
                .collect();
            push(2, &words, out);
        }
        return (false, explicit);
    }
    let word: String = token.iter().copied().map(fold).collect();
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let plain = word.bytes().all(|byte| byte.is_ascii_alphabetic());
    if NO_PASSWORDS.contains(&word) || (!explicit && plain) {
        return (false, explicit);
    }
    push(if explicit { 4 } else { 2 }, &token, out);
    (false, explicit)
}

/// True if a quotation mark at `at` opens: the same one closes on the line.
fn opens(folded: &[char], at: usize) -> bool {
    let Some(mark @ ('"' | '\'')) = folded.get(at) else {
        return false;
    };
    let length = folded.iter().skip(at + 1).take(LONGEST + 1).position(|c| c == mark);
    length.is_some_and(|length| length >= SHORTEST)
}

/// Reads the lines after the word: the first that holds one thing only.
fn below(lines: &[Vec<char>], explicit: bool, out: &mut Vec<(u8, String)>) {
    for line in lines {
        let decoration = |c: &char| c.is_whitespace() || "■□●○◆◇★☆・＊*→⇒>＞|:：".contains(*c);
        let line: Vec<char> = line.iter().copied().skip_while(decoration).collect();
        let end = line.iter().rposition(|c| !c.is_whitespace()).map_or(0, |at| at + 1);
        let line = line.get(..end).unwrap_or(&[]);
        let inner = match line {
            [first, middle @ .., last] if closing(*first) == Some(*last) => middle,
            other => other,
        };
        let rule = inner.iter().all(|c| !c.is_alphanumeric());
        if inner.is_empty() || rule {
            continue;
        }
        if inner.len() <= LONGEST && inner.iter().all(|c| is_token(*c)) {
            push(if explicit { 4 } else { 3 }, inner, out);
            return;
        }
        // A line of prose: the password may still follow it.
    }
}

/// Notes a password, and what it is without the marks of the sentence around it.
fn push(weight: u8, value: &[char], out: &mut Vec<(u8, String)>) {
    let value: String = value.iter().collect();
    let value = value.trim();
    let bare = value.trim_end_matches(|c: char| ".,;:)]}>\"'。、．，；：）］｝＞」』】".contains(c));
    let bare = bare.trim_start_matches(['"', '\'', '<', '(', '「', '『', '【', '“', '‘']);
    for (index, form) in [bare, value].into_iter().enumerate() {
        let length = form.chars().count();
        let fits = (SHORTEST..=LONGEST).contains(&length);
        let fine = form.chars().any(char::is_alphanumeric)
            && !form.contains("://")
            && !form.contains(char::is_control);
        let is_word = word_at(&form.chars().map(fold).collect::<Vec<_>>(), 0)
            .is_some_and(|end| end == length)
            && !form.eq_ignore_ascii_case("password");
        if fits && fine && !is_word {
            out.push((weight.saturating_sub(index as u8), form.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_for_a_password_is_seen_where_it_starts() {
        for word in WORDS {
            let line: Vec<char> = word.chars().map(fold).collect();
            assert_eq!(word_at(&line, 0), Some(line.len()), "{word}");
        }
    }

    fn values(text: &str) -> Vec<String> {
        told(&[("body", text)]).into_iter().map(|p| p.value).collect()
    }

    #[test]
    fn the_first_password_is_the_one_that_is_told() {
        for (text, password) in [
            ("パスワード：abc123", "abc123"),
            ("パスワード: Kx9!qz", "Kx9!qz"),
            ("PW: 20130807", "20130807"),
            ("pw=himitsu", "himitsu"),
            ("P/W： a1b2c3", "a1b2c3"),
            ("解凍パスワードは以下の通りです。\n\nTokyo2013\n\n以上", "Tokyo2013"),
            (
                "解凍用パスワードを下記の通りお知らせします。\n　　sakura-77\nよろしくお願いします。",
                "sakura-77",
            ),
            ("パスワードは【k3rB-7】です", "k3rB-7"),
            ("パスワードは「請求書2013」です。", "請求書2013"),
            ("【パスワード】 x7Yz", "x7Yz"),
            ("■パスワード■\n  ab12cd", "ab12cd"),
            ("パスワードは abc123 です。", "abc123"),
            ("パスワードはabc123です。", "abc123"),
            ("添付ファイルのパスワードは、1234となります。", "1234"),
            ("ＰＡＳＳ：ａｂｃ１２３", "abc123"),
            ("ﾊﾟｽﾜｰﾄﾞ:9876", "9876"),
            ("パスワード（半角英数）：Ab12", "Ab12"),
            ("Password (case sensitive): Ab12", "Ab12"),
            ("pass: infected", "infected"),
            ("Password: password", "password"),
            ("The password is Winter2013.", "Winter2013"),
            ("The archive password is \"open sesame 1\".", "open sesame 1"),
            ("password - 4711", "4711"),
            ("Please use the following password:\n\n  zx81\n", "zx81"),
            ("ZIPのパスワード → 5566", "5566"),
            ("開封パスワード『moji-99』", "moji-99"),
            ("解凍キー：7777", "7777"),
            ("暗証番号は 0824 です", "0824"),
            ("パスワード：ひみつ。", "ひみつ"),
            ("パスワードは次の通りです：qwe-123", "qwe-123"),
            ("パスワード：\n========\nmonday7\n========", "monday7"),
            ("Pass  :  a.b,c.1", "a.b,c.1"),
            ("zippassword: xyz1", "xyz1"),
        ] {
            assert_eq!(values(text).first().map(String::as_str), Some(password), "{text}");
        }
    }

    #[test]
    fn a_wide_password_is_offered_as_it_is_written_too() {
        assert_eq!(values("パスワード：ａｂｃ１"), ["abc1", "ａｂｃ１"]);
        assert_eq!(values("password: End."), ["End", "End."]);
    }

    #[test]
    fn where_none_is_told_none_is_found() {
        for text in [
            "パスワードは別途お送りします。",
            "パスワードは電話番号の下4桁です。",
            "The file is password protected.",
            "The password will be sent in a separate mail.",
            "Your password is required to continue.",
            "passport and compass, バイパス手術, パスポート",
            "Reset your password: https://example.com/reset",
            "",
        ] {
            assert_eq!(values(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_password_that_is_a_date_is_made_from_the_mails_own() {
        let made = dated(&["パスワードは本日の日付（4桁）です。"], 2013, 8, 7);
        let made: Vec<&str> = made.iter().map(|p| p.value.as_str()).collect();
        assert_eq!(made, ["0807", "20130807", "130807", "07082013", "87"]);
        assert_eq!(dated(&["日付を確認してください。パスワードは別途。"], 2013, 8, 7), []);
    }

    #[test]
    fn places_are_kept_and_the_surer_one_stands_first() {
        let found = told(&[("header:subject", "pass 1a2b"), ("body", "パスワード：zz99")]);
        assert_eq!(found[0], Password { value: "zz99".into(), from: "body".into() });
        assert_eq!(found[1], Password { value: "1a2b".into(), from: "header:subject".into() });
        assert!(common().len() <= 20 && common().iter().all(|p| p.from == "common"));
    }

    #[test]
    fn a_text_made_of_nothing_but_the_word_is_read_in_one_go() {
        for unit in ["パスワード", "pw ", "password:", "pw\n", "パスワード（", "pw\""] {
            let text = unit.repeat(100_000 / unit.len());
            assert!(told(&[("body", &text)]).len() <= PASSWORDS);
        }
    }
}
