//! Words in a row.

use crate::words::{Token, tokens, tokens_with_stars};

/// Words that stand in a row, each at its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Phrase {
    /// One for each place.
    pub atoms: Vec<Atom>,
}

/// What stands at one place of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Atom {
    /// This word.
    Word(String),
    /// A word of this pattern: `*` stands for any letters and digits, also none.
    Pattern(String),
    /// A wide character, joined to the one before it in the phrase or not.
    Wide(char, bool),
    /// Anything.
    Any,
}

/// The tokens of a text, kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    /// The tokens in their one form, one behind the other.
    forms: String,
    list: Vec<Word>,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    /// Where its form ends; it begins where the one before ends.
    form: u32,
    kind: Kind,
    /// The bytes of the text that it stands on.
    from: u32,
    until: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Wide,
    Joined,
}

impl Words {
    /// The tokens of a text; those beyond 4 GiB are left out.
    pub(crate) fn of(text: &str) -> Self {
        let mut words = Self::default();
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        tokens(text, |token, at| {
            let kind = match token {
                Token::Word(word) => {
                    words.forms.push_str(word);
                    Kind::Plain
                }
                Token::Wide { c, joined } => {
                    words.forms.push(c);
                    if joined { Kind::Joined } else { Kind::Wide }
                }
            };
            let form = small(words.forms.len());
            words.list.push(Word { form, kind, from: small(at.start), until: small(at.end) });
        });
        words
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    fn form(&self, at: usize) -> &str {
        let end = |at: usize| self.list.get(at).map_or(0, |word| word.form as usize);
        self.forms.get(at.checked_sub(1).map_or(0, end)..end(at)).unwrap_or_default()
    }

    /// The bytes of the text on which `count` tokens from `at` stand.
    pub(crate) fn span(&self, at: usize, count: usize) -> std::ops::Range<usize> {
        let list = self.list.get(at..at + count).unwrap_or_default();
        match (list.first(), list.last()) {
            (Some(first), Some(last)) => first.from as usize..last.until as usize,
            _ => 0..0,
        }
    }
}

impl Phrase {
    /// The phrase of a text in which `*` stands for letters.
    ///
    /// ```
    /// use mailbox::query::{Atom, Phrase};
    /// assert_eq!(Phrase::of("inv*.PDF").atoms, [Atom::Pattern("inv*".into()), Atom::Word("pdf".into())]);
    /// assert_eq!(Phrase::of("*.exe").atoms, [Atom::Word("exe".into())]);
    /// ```
    pub fn of(text: &str) -> Self {
        let mut atoms = Vec::new();
        tokens_with_stars(text, |token, _| {
            atoms.push(match token {
                Token::Word(word) if word.bytes().all(|b| b == b'*') => Atom::Any,
                Token::Word(word) if word.contains('*') => Atom::Pattern(word.to_owned()),
                Token::Word(word) => Atom::Word(word.to_owned()),
                Token::Wide { c, joined } => Atom::Wide(c, joined),
            });
        });
        // At the ends, anything says nothing.
        while atoms.last() == Some(&Atom::Any) {
            atoms.pop();
        }
        let first = atoms.iter().position(|atom| *atom != Atom::Any).unwrap_or(atoms.len());
        atoms.drain(..first);
        Self { atoms }
    }

    /// The same in which the last word may go on, unless a sign stands behind it: for addresses of which the
    /// beginning is known.
    pub(super) fn going_on(text: &str) -> Self {
        let mut phrase = Self::of(text);
        if text.chars().last().is_some_and(char::is_alphanumeric)
            && let Some(Atom::Word(word)) = phrase.atoms.last_mut()
        {
            let pattern = format!("{word}*");
            phrase.atoms.pop();
            phrase.atoms.push(Atom::Pattern(pattern));
        }
        phrase
    }

    /// True where there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.atoms.is_empty()
    }

    /// True if the phrase stands in `words` from `at`.
    pub(crate) fn stands_at(&self, words: &Words, at: usize) -> bool {
        self.atoms.iter().enumerate().all(|(place, atom)| {
            let Some(word) = words.list.get(at + place) else { return false };
            match atom {
                Atom::Any => true,
                Atom::Word(wanted) => word.kind == Kind::Plain && words.form(at + place) == wanted,
                Atom::Pattern(pattern) => {
                    word.kind == Kind::Plain && matches(pattern, words.form(at + place))
                }
                // Joined in the phrase is joined in the text; the first one's joint is outside of it.
                Atom::Wide(wanted, joined) => {
                    word.kind != Kind::Plain
                        && words.form(at + place).starts_with(*wanted)
                        && (place == 0 || !joined || word.kind == Kind::Joined)
                }
            }
        })
    }

    /// Where the phrase stands in a text, in bytes, not overlapping, at most `most` times.
    pub(crate) fn places(&self, words: &Words, most: usize) -> Vec<std::ops::Range<usize>> {
        let mut out = Vec::new();
        let mut at = 0;
        while out.len() < most && at + self.atoms.len() <= words.len() && !self.is_empty() {
            if self.stands_at(words, at) {
                out.push(words.span(at, self.atoms.len()));
                at += self.atoms.len();
            } else {
                at += 1;
            }
        }
        out
    }
}

/// True if `word` has the form of `pattern`. Linear in the word for each star, and patterns are short.
pub(crate) fn matches(pattern: &str, word: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = word.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters() {
        for (pattern, word, expect) in [
            ("inv*", "invoice", true),
            ("inv*", "inv", true),
            ("*voice", "invoice", true),
            ("i*o*e", "invoice", true),
            ("i*x*e", "invoice", false),
            ("in*in", "in", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, word), expect, "{pattern} {word}");
        }
    }

    #[test]
    fn a_phrase_stands_where_its_words_are_in_a_row() {
        let check = |phrase: &str, text: &str, expect: bool| {
            let phrase = Phrase::of(phrase);
            let found = !phrase.places(&Words::of(text), 1).is_empty();
            assert_eq!(found, expect, "{phrase:?} in {text:?}");
        };
        check("account has been", "Your Account\nhas  been closed", true);
        check("account has been", "account was been", false);
        check("請求書", "御請求\n書を", true);
        check("請求書", "請求 書", false);
        check("請求 書", "請求書", true);
        check("求", "請求書", true);
        check("第3回", "第３回", true);
        check("ｶﾞｽ", "都市ガスの", true);
        check("invoice*.pdf", "Invoice_2024.pdf", false);
        check("invoice * pdf", "Invoice_2024.pdf", true);
    }
}
