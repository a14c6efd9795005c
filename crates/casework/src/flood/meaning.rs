//! Whether what a form was sent means anything.

use lexicon::text::cut;

/// Fields of one submission that are looked at.
const MAX_FIELDS: usize = 64;
/// Bytes of one field.
const MAX_FIELD: usize = 4096;
/// A run of so many Latin consonants is no word of any language that desks read.
const CONSONANTS: usize = 5;
/// A text of fewer different letters than this is a key held down.
const DIFFERENT: usize = 3;
/// So many kana or kanji, different ones, are a word.
const WORD: usize = 3;

/// What the content of a submission is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// Nothing, or white space.
    Blank,
    /// Digits and marks only.
    Digits,
    /// One or two characters again and again.
    Repeated,
    /// Latin letters that make no word.
    Random,
    /// Something that may mean something.
    Sense,
}

impl Meaning {
    /// True for everything but [`Meaning::Sense`].
    pub fn is_meaningless(self) -> bool {
        self != Self::Sense
    }

    /// The stable word: `blank`, `digits`, `repeated`, `random`, `sense`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Digits => "digits",
            Self::Repeated => "repeated",
            Self::Random => "random",
            Self::Sense => "sense",
        }
    }
}

/// What the fields of a submission mean together: one field with sense is enough. Mail addresses count for nothing; a
/// program invents them as easily as digits.
///
/// ```
/// use casework::flood::{Meaning, meaning};
/// assert_eq!(meaning(["", "　", "   "]), Meaning::Blank);
/// assert_eq!(meaning(["123", "0000-1111"]), Meaning::Digits);
/// assert_eq!(meaning(["ああああああ", "11"]), Meaning::Repeated);
/// assert_eq!(meaning(["xkqwrtzp", "bvcxzlkj hgfdqwrt"]), Meaning::Random);
/// assert_eq!(meaning(["山田太郎", "水道料金について"]), Meaning::Sense);
/// assert_eq!(meaning(["Taro", "Please call me back"]), Meaning::Sense);
/// ```
pub fn meaning<'a>(fields: impl IntoIterator<Item = &'a str>) -> Meaning {
    let mut all = Meaning::Blank;
    for field in fields.into_iter().take(MAX_FIELDS) {
        let field = one(cut(field, MAX_FIELD));
        if field == Meaning::Sense {
            return field;
        }
        all = all.max(field);
    }
    all
}

fn one(field: &str) -> Meaning {
    if field.split_whitespace().all(|word| word.contains('@')) && !field.trim().is_empty() {
        // An address and nothing else.
        return Meaning::Digits;
    }
    let mut latin_words = 0;
    let mut random_words = 0;
    let mut seen: Vec<char> = Vec::new();
    let mut wide = 0usize;
    let mut any = false;
    let mut letters = false;
    for word in field.split(|c: char| !c.is_alphanumeric()) {
        let plain: String = word.chars().map(narrow).collect();
        if plain.is_empty() {
            continue;
        }
        any = true;
        let latin = plain.chars().filter(char::is_ascii_alphabetic).count();
        if latin >= 2 {
            latin_words += 1;
            random_words += usize::from(is_random(&plain));
        }
        for c in plain.chars().filter(|c| c.is_alphabetic()) {
            letters = true;
            wide += usize::from(!c.is_ascii());
            if seen.len() < 64 && !seen.contains(&c) {
                seen.push(c);
            }
        }
    }
    let marks = field.chars().any(|c| !c.is_whitespace());
    if !any && !marks {
        return Meaning::Blank;
    }
    if !letters {
        return Meaning::Digits;
    }
    let wide_seen = seen.iter().filter(|c| !c.is_ascii()).count();
    if seen.len() < DIFFERENT && wide_seen < 2 {
        return Meaning::Repeated;
    }
    if wide > 0 {
        // A name of two kanji is a name, but `ああいいああいい` is not.
        let enough = wide_seen >= WORD || (wide_seen == 2 && wide == 2);
        return if enough { Meaning::Sense } else { Meaning::Repeated };
    }
    if latin_words == 0 || random_words * 2 > latin_words { Meaning::Random } else { Meaning::Sense }
}

fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// A word that nobody speaks: long runs of consonants, no vowel, or letters and digits mixed.
fn is_random(word: &str) -> bool {
    let (mut run, mut longest, mut vowels, mut letters, mut changes) = (0, 0, 0, 0, 0);
    let mut before: Option<bool> = None;
    for c in word.chars().map(|c| c.to_ascii_lowercase()) {
        let digit = c.is_ascii_digit();
        changes += usize::from(before.is_some_and(|before| before != digit));
        before = Some(digit);
        if !c.is_ascii_alphabetic() {
            run = 0;
            continue;
        }
        letters += 1;
        if "aeiouy".contains(c) {
            vowels += 1;
            run = 0;
        } else {
            run += 1;
            longest = longest.max(run);
        }
    }
    longest >= CONSONANTS
        || changes >= 3
        || (letters >= 5 && vowels == 0)
        || (letters >= 10 && vowels * 6 < letters)
}
