//! The language of a text: by script where the script tells, by statistics where it does not.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

/// Characters looked at.
const SAMPLE: usize = 1_000;

/// Letters that a text must have before a language is named.
const LEAST: usize = 24;

/// ISO 639-1 code, where the text is long enough to tell.
pub(crate) fn of(text: &str) -> Option<String> {
    let (mut kana, mut han, mut hangul, mut letters) = (0usize, 0usize, 0usize, 0usize);
    let head = text.as_bytes().get(..SAMPLE).unwrap_or(text.as_bytes());
    if head.is_ascii() {
        letters = head.iter().filter(|b| b.is_ascii_alphabetic()).count();
    }
    let head = if head.is_ascii() { "" } else { text };
    for c in head.chars().take(SAMPLE) {
        if c.is_ascii() {
            letters += usize::from(c.is_ascii_alphabetic());
            continue;
        }
        match c {
            '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}' => kana += 1,
            '\u{3400}'..='\u{9fff}' => han += 1,
            '\u{ac00}'..='\u{d7a3}' => hangul += 1,
            // Zero-width and other format characters are padding in mail that hides from filters.
            '\u{2000}'..='\u{206f}' => {}
            c if c.is_alphabetic() => letters += 1,
            _ => {}
        }
    }
    let east = kana + han + hangul;
    // A character of these scripts says about as much as three Latin letters.
    if east * 3 >= letters && east >= 4 {
        return Some(
            match () {
                () if hangul * 2 > east => "ko",
                () if kana * 10 >= han => "ja",
                () => "zh",
            }
            .to_owned(),
        );
    }
    if letters < LEAST {
        return None;
    }
    let sample = words(text);
    if let Some(language) = by_small_words(&sample) {
        return Some(language.to_owned());
    }
    // Text without one accented or foreign letter is of the languages above, or of none.
    if sample.is_ascii() {
        return None;
    }
    let found = whatlang::detect(lexicon::text::cut(&sample, STATISTICS_BYTES))?;
    if !found.is_reliable() {
        return None;
    }
    two_letters(found.lang()).map(str::to_owned)
}

/// Small words that every text in a language is full of; those that two languages share count for both.
const SMALL_WORDS: [(&str, &str); 12] = [
    (
        "en",
        "the of and to in is you your for this that with have has been are be we our on from it will not please if by as",
    ),
    (
        "de",
        "der die das und ist sie ihr ihre ihnen nicht mit für von zu den dem ein eine auf wir werden im bitte oder haben",
    ),
    (
        "fr",
        "le la les des et est vous votre vos de du une un pour dans que nous pas sur avec ce cette au aux être par",
    ),
    (
        "es",
        "el la los las de del y es su sus usted para por con una un que en se no al como más nuestro esta este ha",
    ),
    (
        "pt",
        "o a os as de do da dos das e é seu sua você para por com uma um que em não no na ao como mais está foi",
    ),
    (
        "it",
        "il lo la gli le di del della e è suo sua per con una un che in non si al come più questo questa sono ha",
    ),
    (
        "nl",
        "de het een en van is u uw voor met dat niet op te zijn wij om naar deze aan bij wordt of kunt heeft ons",
    ),
    (
        "sv",
        "och att det som är en ett för du din ditt dina på med av inte har till vi kan om från den detta eller oss",
    ),
    (
        "da",
        "og at det som er en et for du din dit dine på med af ikke har til vi kan om fra den dette eller os jeg",
    ),
    (
        "pl",
        "i w na z do nie się jest że to twoje twój dla oraz od po za przez jak aby lub prosimy twoja swoje został",
    ),
    ("cs", "a v na se je že do pro s z k od po nebo vaše váš aby jako které jsme prosím účet byl není tento"),
    (
        "id",
        "dan yang di ke dari untuk ini itu dengan anda kami tidak adalah akan pada atau dapat telah saya oleh",
    ),
];

/// Words of the sample that are weighed.
const WEIGHED: usize = 150;

/// The language whose small words make up a good part of the text, well ahead of every other.
fn by_small_words(sample: &str) -> Option<&'static str> {
    let mut hits = [0usize; SMALL_WORDS.len()];
    let mut count = 0usize;
    let table = small_words();
    for word in sample.split_ascii_whitespace().take(WEIGHED) {
        let word = word.trim_matches(|c: char| !c.is_alphabetic());
        if word.is_empty() {
            continue;
        }
        count += 1;
        if word.len() > SMALL_WORD_BYTES {
            continue;
        }
        let mut lower = [0u8; SMALL_WORD_BYTES];
        for (target, source) in lower.iter_mut().zip(word.bytes()) {
            *target = source.to_ascii_lowercase();
        }
        let key = lower.get(..word.len()).unwrap_or(&[]);
        let mut languages = table.get(key).copied().unwrap_or(0);
        while languages != 0 {
            if let Some(hit) = hits.get_mut(languages.trailing_zeros() as usize) {
                *hit += 1;
            }
            languages &= languages - 1;
        }
    }
    let (best, most) =
        hits.iter().enumerate().max_by_key(|(i, n)| (**n, usize::MAX - i)).map(|(i, n)| (i, *n))?;
    let second = hits.iter().enumerate().filter(|(i, _)| *i != best).map(|(_, n)| *n).max().unwrap_or(0);
    let clear = most >= 3 && most * 6 >= count && most >= second + 2 && most * 4 >= second * 5;
    clear.then(|| SMALL_WORDS.get(best).map(|(language, _)| *language)).flatten()
}

/// Longest small word in bytes.
const SMALL_WORD_BYTES: usize = 10;

type Table = HashMap<&'static [u8], u16, BuildHasherDefault<Fnv>>;

/// FNV-1a: the table's words are ours, so no sender can make them collide, and they are short.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_usize(&mut self, _length: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Each small word with the set of its languages, one bit a language.
fn small_words() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let mut table = Table::default();
        for (index, (_, words)) in SMALL_WORDS.iter().enumerate() {
            for word in words.split(' ') {
                *table.entry(word.as_bytes()).or_default() |= 1u16 << index;
            }
        }
        table
    });
    &TABLE
}

/// Bytes given to the statistics where small words do not decide.
const STATISTICS_BYTES: usize = 300;

/// Bytes of plain words looked at.
const WORDS_BYTES: usize = 1_000;

/// The text's words without addresses, links and numbers.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(WORDS_BYTES + 48);
    for word in text.split_whitespace().take(4 * WEIGHED) {
        if word.len() > 40 || word.bytes().any(|b| matches!(b, b'@' | b'/' | b'_' | b'=' | b'<')) {
            continue;
        }
        out.push_str(word);
        out.push(' ');
        if out.len() >= WORDS_BYTES {
            break;
        }
    }
    out
}

fn two_letters(lang: whatlang::Lang) -> Option<&'static str> {
    use whatlang::Lang;
    Some(match lang {
        Lang::Eng => "en",
        Lang::Jpn => "ja",
        Lang::Cmn => "zh",
        Lang::Kor => "ko",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Pol => "pl",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Ces => "cs",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Bul => "bg",
        Lang::Srp => "sr",
        Lang::Hrv => "hr",
        Lang::Ell => "el",
        Lang::Tur => "tr",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        Lang::Pes => "fa",
        Lang::Hin => "hi",
        Lang::Tha => "th",
        Lang::Vie => "vi",
        Lang::Ind => "id",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Cat => "ca",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        assert_eq!(of(text).as_deref(), expect, "{text:?}");
    }

    #[test]
    fn languages_are_told_where_the_text_is_long_enough() {
        check("お世話になっております。", Some("ja"));
        check("请查收附件中的发票并尽快付款。", Some("zh"));
        check("안녕하세요 확인 부탁드립니다", Some("ko"));
        check(
            "Dear customer, your account has been suspended. Please sign in to restore your access today.",
            Some("en"),
        );
        check(
            "Sehr geehrte Damen und Herren, bitte finden Sie im Anhang die Rechnung für den letzten Monat.",
            Some("de"),
        );
        check("ok", None);
        check("", None);
    }
}
