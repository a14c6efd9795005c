//! Oddities: what was wrong with a mail as data, in both languages. To add one: an entry in [`CATALOGUE`], and a
//! fixture or test that shows it.

use lexicon::Text;

/// One oddity of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Stable id.
    pub id: &'static str,
    /// What it says, in both languages.
    pub text: Text,
}

const fn entry(id: &'static str, ja: &'static str, en: &'static str) -> Entry {
    Entry { id, text: Text::new(ja, en) }
}

/// Every oddity, sorted by id.
pub static CATALOGUE: &[Entry] = &[
    entry(
        "address-limit",
        "宛先が多すぎるため一部だけを読みました",
        "There are too many addresses; only the first were read",
    ),
    entry(
        "attached-mail-limit",
        "添付されたメールが大きすぎるため中を読んでいません",
        "The attached mail is too big and was not read",
    ),
    entry(
        "attachment-limit",
        "添付ファイルが多すぎるため一部だけを読みました",
        "There are too many attachments; only the first were read",
    ),
    entry(
        "attachment-not-opened",
        "添付ファイルが大きすぎるため中を開いていません",
        "The attachment is too big and was not opened",
    ),
    entry(
        "attachment-size-limit",
        "添付ファイルが大きいため、種類は先頭部分だけで判定しました",
        "The attachment is big; its kind is judged by its beginning only",
    ),
    entry(
        "body-limit",
        "本文が長すぎるため途中までを読みました",
        "The body is too long; only its beginning was read",
    ),
    entry("body-nul", "本文に NUL 文字が含まれています", "The body holds NUL characters"),
    entry(
        "charset-mismatch",
        "宣言された文字コードと実際の文字コードが違います",
        "The text is not in the charset that it declares",
    ),
    entry("charset-missing", "文字コードが宣言されていません", "No charset is declared"),
    entry(
        "charset-undecodable",
        "どの文字コードでも正しく読めない文字があります",
        "Some characters cannot be read in any charset",
    ),
    entry("charset-unknown", "宣言された文字コードの名前が不明です", "The declared charset is not known"),
    entry("date-unreadable", "日付を読み取れません", "The date cannot be read"),
    entry(
        "date-without-zone",
        "日付に時差がないため UTC とみなしました",
        "The date names no zone; UTC is assumed",
    ),
    entry("from-missing", "差出人がありません", "There is no sender"),
    entry("from-several", "差出人が複数あります", "There are several senders"),
    entry(
        "header-byte-order-mark",
        "ヘッダの前にバイト順マークがあります",
        "A byte order mark stands before the header",
    ),
    entry(
        "header-count-limit",
        "ヘッダが多すぎるため一部だけを読みました",
        "There are too many header fields; only the first were read",
    ),
    entry(
        "header-junk-line",
        "ヘッダの途中にヘッダでない行があります",
        "A line within the header is no header field",
    ),
    entry(
        "header-length-limit",
        "ヘッダが長すぎるため途中までを読みました",
        "A header field is too long; only its beginning was read",
    ),
    entry("header-missing", "ヘッダがありません", "There is no header"),
    entry(
        "header-no-blank-line",
        "ヘッダと本文の間に空行がありません",
        "No blank line stands between header and body",
    ),
    entry("header-nul", "ヘッダに NUL 文字が含まれています", "The header holds NUL characters"),
    entry(
        "header-raw-bytes",
        "ヘッダに符号化されていない文字があります",
        "The header holds raw characters that should be encoded",
    ),
    entry(
        "header-repeated",
        "一つしかないはずのヘッダが繰り返されています",
        "A header field that may stand only once is repeated",
    ),
    entry(
        "html-limit",
        "HTML が長いかリンクが多すぎるため途中までを読みました",
        "The HTML is too long or has too many links; only its beginning was read",
    ),
    entry(
        "line-ends-limit",
        "改行が CR だけの巨大なメールのため、途中までを読みました",
        "A huge mail whose lines end in lone carriage returns; only its beginning was read",
    ),
    entry(
        "mail-depth-limit",
        "メールの入れ子が深すぎるため、これより内側を読んでいません",
        "Mails are nested too deep; what is further inside was not read",
    ),
    entry("mail-empty", "空のファイルです", "The file is empty"),
    entry(
        "mbox-line",
        "先頭に mbox の区切り行があります",
        "The mail starts with the separator line of an mbox",
    ),
    entry(
        "mime-depth-limit",
        "マルチパートの入れ子が深すぎるため、これより内側を分けていません",
        "Multiparts are nested too deep; what is further inside was not split",
    ),
    entry(
        "mime-parts-limit",
        "パートが多すぎるため、残りを分けていません",
        "There are too many parts; the rest was not split",
    ),
    entry(
        "msg-rtf-unreadable",
        "Outlook の RTF 本文を読めません",
        "The RTF body of the Outlook message cannot be read",
    ),
    entry("msg-unreadable", "Outlook メッセージとして読めません", "It cannot be read as an Outlook message"),
    entry(
        "multipart-boundary-absent",
        "宣言された区切り文字列が本文に現れません",
        "The declared boundary does not occur in the body",
    ),
    entry(
        "multipart-boundary-missing",
        "マルチパートの区切り文字列が宣言されていません",
        "The multipart declares no boundary",
    ),
    entry(
        "multipart-epilogue",
        "マルチパートの終わりの後に文があります",
        "Text follows the end of the multipart",
    ),
    entry("multipart-unterminated", "マルチパートが閉じられていません", "The multipart is never closed"),
    entry(
        "own-tells-limit",
        "メールが大きすぎるため、自作の見分け方の一部を調べていません",
        "The mail is too large to be held against all own tells",
    ),
    entry(
        "pst-damaged",
        "Outlook データファイルの一部が壊れており、読めた範囲だけを示しています",
        "Part of the Outlook data file is damaged; what could be read is shown",
    ),
    entry(
        "pst-message-unreadable",
        "Outlook データファイルの中のこのメールは壊れていて読めません",
        "This message of the Outlook data file is damaged and cannot be read",
    ),
    entry(
        "received-limit",
        "Received ヘッダが多すぎるため一部だけを読みました",
        "There are too many Received fields; only the first were read",
    ),
    entry(
        "references-limit",
        "References が多すぎるため一部だけを読みました",
        "There are too many references; only the first were read",
    ),
    entry(
        "source-limit",
        "文が多すぎるため、インディケータを一部からだけ探しました",
        "There is too much text; indicators were looked for in a part of it",
    ),
    entry(
        "transfer-encoding-mismatch",
        "宣言されていない base64 で符号化されています",
        "The text is base64 although it does not say so",
    ),
    entry(
        "transfer-encoding-unknown",
        "転送符号化の名前が不明なため、そのまま読みました",
        "The transfer encoding is not known; the bytes were read as they are",
    ),
    entry(
        "yenc-not-read",
        "本文に yEnc 形式のファイルがあります（中は読んでいません）",
        "The body holds a file in yEnc, which was not read",
    ),
];

/// The text of an oddity; `None` for an id that is not in the catalogue.
///
/// ```
/// assert!(forensics::oddities::text("charset-mismatch").is_some());
/// ```
pub fn text(id: &str) -> Option<Text> {
    CATALOGUE
        .binary_search_by(|entry| entry.id.cmp(id))
        .ok()
        .and_then(|at| CATALOGUE.get(at))
        .map(|entry| entry.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_is_sorted_with_every_id_once() {
        assert!(CATALOGUE.iter().zip(CATALOGUE.iter().skip(1)).all(|(a, b)| a.id < b.id));
    }
}
