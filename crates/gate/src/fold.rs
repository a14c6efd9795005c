//! Folding: what two writings of one name have in common.
//!
//! Width, case, compatibility forms (NFKC), kana (カナ = かな), the long-vowel mark, old and variant kanji of
//! family names, and Cyrillic and Greek letters that look Latin are made one. Everything that is not a letter
//! or digit falls away, so that `m i t a`, `mi-ta` and `mi[.]ta` are `mita`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::views::BARRIER;

/// One folded character and where it came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Folded {
    /// The folded character: a letter or digit.
    pub(crate) c: char,
    /// Index of the character of the view that it came from.
    pub(crate) from: u32,
}

/// Folds the characters of a view; the result holds letters and digits only.
pub(crate) fn fold(chars: impl Iterator<Item = char>) -> Vec<Folded> {
    let mut out = Vec::new();
    for (from, c) in chars.enumerate() {
        let from = u32::try_from(from).unwrap_or(u32::MAX);
        if c == BARRIER {
            out.push(Folded { c, from });
            continue;
        }
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                out.push(Folded { c: c.to_ascii_lowercase(), from });
            }
            continue;
        }
        for compatible in std::iter::once(c).nfkd() {
            // A lone dakuten is part of か→が in decomposed text; dropping it folds が to か on both sides.
            if is_combining_mark(compatible) {
                continue;
            }
            for lower in compatible.to_lowercase() {
                let lower = one_form(lower);
                if lower.is_alphanumeric() && lower != 'ー' {
                    out.push(Folded { c: lower, from });
                }
            }
        }
    }
    out
}

/// Folds a term.
pub(crate) fn fold_text(text: &str) -> String {
    fold(text.chars()).into_iter().map(|folded| folded.c).collect()
}

/// One form for letters that a reader takes for the same.
fn one_form(c: char) -> char {
    match c {
        // Katakana to hiragana: the blocks lie 0x60 apart.
        'ァ'..='ヶ' => one_form(char::from_u32(u32::from(c) - 0x60).unwrap_or(c)),
        // キヤノン and キャノン are one company.
        'ぁ' => 'あ',
        'ぃ' => 'い',
        'ぅ' => 'う',
        'ぇ' => 'え',
        'ぉ' => 'お',
        'っ' => 'つ',
        'ゃ' => 'や',
        'ゅ' => 'ゆ',
        'ょ' => 'よ',
        'ゎ' => 'わ',
        '髙' => '高',
        '﨑' | '嵜' | '埼' => '崎',
        '齋' | '斉' | '齊' => '斎',
        '邊' | '邉' => '辺',
        '澤' => '沢',
        '廣' => '広',
        '濱' | '濵' => '浜',
        '國' => '国',
        '櫻' => '桜',
        '龍' => '竜',
        '會' => '会',
        '學' => '学',
        '縣' => '県',
        '嶋' | '嶌' => '島',
        '槇' => '槙',
        '藪' => '薮',
        '冨' => '富',
        '舘' => '館',
        '鐵' | '銕' => '鉄',
        '實' => '実',
        '榮' => '栄',
        '眞' => '真',
        '惠' => '恵',
        '淺' => '浅',
        '瀧' => '滝',
        '德' => '徳',
        '關' => '関',
        'а' | 'α' => 'a',
        'в' | 'β' => 'b',
        'с' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' => 'e',
        'һ' => 'h',
        'і' | 'ι' | 'ı' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' => 'l',
        'м' => 'm',
        'п' => 'n',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::fold_text;

    #[test]
    fn writings_of_one_name_fold_to_one_form() {
        for (a, b) in [
            ("ＭＩＴＡＨＯ　ガス", "mitaho ｶﾞｽ"),
            ("みたほガス", "ミタホがす"),
            ("髙橋", "高橋"),
            ("キヤノン", "キャノン"),
            ("サーバー", "さーば"),
            ("㈱", "(株)"),
            ("mitаho", "mitaho"), // a Cyrillic а
            ("mi\u{200b}ta.ho", "MITAHO"),
        ] {
            assert_eq!(fold_text(a), fold_text(b), "{a} {b}");
        }
    }

    #[test]
    fn different_names_stay_different() {
        assert_ne!(fold_text("高橋"), fold_text("高島"));
    }
}
