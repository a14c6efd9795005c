//! What is wrong with a query: what, where, and what to do.

use std::ops::Range;

use lexicon::Lang;

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes of the query that it is about.
    pub at: Range<usize>,
    /// What is wrong, in Japanese and in English.
    what: (String, String),
    /// What to do.
    hint: (String, String),
}

impl Problem {
    pub(crate) fn new(at: Range<usize>, what: (&str, &str), hint: (&str, &str)) -> Self {
        let own = |(ja, en): (&str, &str)| (ja.to_owned(), en.to_owned());
        Self { at, what: own(what), hint: own(hint) }
    }

    /// What is wrong.
    pub fn what(&self, lang: Lang) -> &str {
        lang.pick(&self.what.0, &self.what.1)
    }

    /// What to do about it.
    pub fn hint(&self, lang: Lang) -> &str {
        lang.pick(&self.hint.0, &self.hint.1)
    }
}
