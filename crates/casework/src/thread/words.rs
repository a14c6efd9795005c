//! What desks and attackers write to each other, in Japanese and English.

use lexicon::text::cut;

/// Bytes of a text in which phrases are looked for.
const MAX_TEXT: usize = 32 << 10;

const ARCHIVERS: &[&str] = &[
    "解凍ソフト",
    "圧縮ソフト",
    "解凍用ソフト",
    "解凍ツール",
    "展開ソフト",
    "アーカイバ",
    "圧縮・解凍",
    "解凍に使",
    "解凍にお使い",
    "lhaplus",
    "lhaca",
    "lhasa",
    "winrar",
    "winzip",
    "7-zip",
    "7zip",
    "explzh",
    "unpacking software",
    "archiver",
    "extraction software",
    "unzip software",
    "archive software",
];
const ASKS: &[&str] = &[
    "でしょうか",
    "ですか",
    "ますか",
    "教えて",
    "お知らせください",
    "何を",
    "どの",
    "どちら",
    "お使い",
    "ご使用",
    "ご利用",
    "？",
    "?",
    "which",
    "what",
];
const CANNOT: &[&str] = &[
    "開けません",
    "開けませんでした",
    "開けない",
    "開くことができ",
    "開封できません",
    "開封できない",
    "解凍できません",
    "解凍できない",
    "解凍できず",
    "解凍することができ",
    "展開できません",
    "展開できない",
    "閲覧できません",
    "閲覧できない",
    "確認できません",
    "確認できない",
    "確認することができ",
    "表示されません",
    "表示できません",
    "読めません",
    "読み込めません",
    "文字化け",
    "破損して",
    "拝見できません",
    "エラーになり",
    "エラーとなり",
    "エラーが表示",
    "開けず",
    "could not open",
    "cannot open",
    "can't open",
    "couldn't open",
    "unable to open",
    "could not be opened",
    "cannot be opened",
    "could not extract",
    "cannot extract",
    "unable to extract",
    "could not read the",
    "cannot view",
];
const FILES: &[&str] = &[
    "ファイル",
    "添付",
    "資料",
    "文書",
    "データ",
    "圧縮",
    "内容",
    "パスワード",
    "file",
    "attach",
    "document",
    "archive",
    "password",
];
const PASSWORDS: &[&str] = &["パスワード", "ﾊﾟｽﾜｰﾄﾞ", "解凍pw", "pw:", "pw：", "パスは", "password"];

/// Asks which program the reader unpacks with, within one sentence.
pub(super) fn asks_archiver(text: &str) -> bool {
    let text = folded(text);
    sentences(&text).any(|sentence| has(sentence, ARCHIVERS) && has(sentence, ASKS))
}

/// Says that a file could not be opened or read, within one sentence.
pub(super) fn cannot_open(text: &str) -> bool {
    let text = folded(text);
    sentences(&text).any(|sentence| has(sentence, CANNOT) && has(sentence, FILES))
}

/// Tells a password: the word, and something of letters and digits behind it.
pub(super) fn tells_password(text: &str) -> bool {
    let text = folded(text);
    PASSWORDS.iter().any(|word| {
        text.match_indices(word).take(8).any(|(at, _)| {
            let rest = cut(text.get(at + word.len()..).unwrap_or_default(), 90);
            let rest =
                rest.trim_start_matches(|c: char| "はが:：・】」』）)「『【（( 　\r\n\t*is".contains(c));
            let told = rest.chars().take_while(char::is_ascii_graphic).count();
            told >= 4
        })
    })
}

fn has(sentence: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| sentence.contains(phrase))
}

/// Width and case folded.
fn folded(text: &str) -> String {
    let plain = |c| match c {
        '\u{ff01}'..='\u{ff5e}' if c != '？' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    };
    cut(text, MAX_TEXT).chars().map(plain).flat_map(char::to_lowercase).collect()
}

/// Sentences; the mark that ends one belongs to it. Lines of Japanese mail are cut at any place, so that they end none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['。', '？', '?', '！', '!']).flat_map(|piece| piece.split("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_for_the_archiver_is_found_and_the_answer_is_not() {
        assert!(asks_archiver("お手数ですが、解凍ソフトは何を使用していらっしゃいますか。"));
        assert!(asks_archiver("お使いの圧縮・解凍\nソフトを教えて\nいただけますでしょうか。"));
        assert!(asks_archiver("Which archiver do you use?"));
        assert!(!asks_archiver("「Ｌｈａｐｌｕｓ」という解凍ソフトを使用しました。"));
        assert!(!asks_archiver("資料はいつ届きますか。"));
    }

    #[test]
    fn a_file_that_could_not_be_opened_is_found() {
        assert!(cannot_open("お送りいただいたファイルの内容が確認できませんでした。"));
        assert!(cannot_open("添付の資料が文字化けしております。"));
        assert!(cannot_open("We could not open the attached document."));
        assert!(!cannot_open("添付をご確認ください。来週は出席できません。"));
    }

    #[test]
    fn a_password_is_told_only_where_one_stands() {
        assert!(tells_password("パスワード：Nori-88"));
        assert!(tells_password("解凍パスワードは「20130807」です。"));
        assert!(!tells_password("パスワードは別途お送りします。"));
    }
}
