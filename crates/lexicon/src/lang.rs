//! The two languages of every page, report and tell.

use std::fmt;

/// A language that Noroshi speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub enum Lang {
    /// Japanese, the default: most readers are Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// The first supported language in a tag, a POSIX locale or an `Accept-Language` header.
    ///
    /// ```
    /// use lexicon::Lang;
    /// assert_eq!(Lang::parse("ja_JP.UTF-8"), Some(Lang::Ja));
    /// assert_eq!(Lang::parse("fr, en-GB;q=0.8"), Some(Lang::En));
    /// assert_eq!(Lang::parse("C"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',').find_map(|item| {
            let tag = item.split(';').next().unwrap_or("").trim();
            match tag.get(..2).map(str::to_ascii_lowercase).as_deref() {
                Some("ja") => Some(Self::Ja),
                Some("en") => Some(Self::En),
                _ => None,
            }
        })
    }

    /// The BCP 47 tag: `ja` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// The text of the pair in this language. Writing both side by side means that no text can lack one.
    pub fn pick<'a>(self, ja: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Ja => ja,
            Self::En => en,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A fixed text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Text {
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

impl Text {
    /// A text in both languages.
    pub const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }

    /// The text in `lang`.
    pub fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }
}
