//! What is wrong with a rule file: a code, a place, and what to do, in both languages.

use lexicon::Lang;
use lexicon::text::{cut, visible};

/// Bytes of a line that are shown.
const LINE_BYTES: usize = 240;
/// The longest mark below a line, in characters.
const MARK_CHARS: usize = 100;

/// A text in both languages, made when it is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
}

impl Said {
    /// Both texts.
    ///
    /// ```
    /// let said = forensics::rules::Said::new("誤り", "a fault");
    /// assert_eq!(said.of(lexicon::Lang::En), "a fault");
    /// ```
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }

    /// The text in `lang`.
    pub fn of(&self, lang: Lang) -> &str {
        lang.pick(&self.ja, &self.en)
    }
}

/// One thing that is wrong with a rule file. It always stops the rule that it is about, never another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable code: `NR…` for own tells, `NY…` for YARA rules.
    pub code: &'static str,
    /// The file, as it was named.
    pub file: String,
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// The line itself.
    pub excerpt: String,
    /// How many characters of it are meant.
    pub length: usize,
    /// What is wrong.
    pub what: Said,
    /// What to do.
    pub advice: Said,
}

impl Problem {
    /// A problem of a file as a whole.
    pub fn whole(code: &'static str, file: &str, what: Said, advice: Said) -> Self {
        Self {
            code,
            file: file.to_owned(),
            line: 0,
            column: 0,
            excerpt: String::new(),
            length: 0,
            what,
            advice,
        }
    }

    /// A problem at `span` (bytes) of the file's text. A span outside of the text means its end.
    ///
    /// ```
    /// use forensics::rules::{Problem, Said};
    /// let problem = Problem::at("NR001", "a.toml", "a = 1\nb = ?\n", 10..11, Said::new("", ""), Said::new("", ""));
    /// assert_eq!((problem.line, problem.column, problem.excerpt.as_str()), (2, 5, "b = ?"));
    /// ```
    pub fn at(
        code: &'static str,
        file: &str,
        text: &str,
        span: std::ops::Range<usize>,
        what: Said,
        advice: Said,
    ) -> Self {
        let before = cut(text, span.start.min(text.len()));
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let rest = text.get(start..).unwrap_or("");
        let excerpt = rest.lines().next().unwrap_or("");
        let column = before.get(start..).map_or(1, |head| head.chars().count() + 1);
        let meant = text.get(before.len()..span.end.clamp(before.len(), text.len())).unwrap_or("");
        let length = meant.lines().next().unwrap_or("").chars().count().clamp(1, MARK_CHARS);
        Self { code, file: file.to_owned(), line, column, excerpt: excerpt.to_owned(), length, what, advice }
    }

    /// `file:line:column`, or the file alone.
    pub fn place(&self) -> String {
        if self.line == 0 {
            self.file.clone()
        } else {
            format!("{}:{}:{}", self.file, self.line, self.column)
        }
    }

    /// The problem as people read it: code and place, the line with a mark below it, what to do.
    pub fn show(&self, lang: Lang) -> String {
        let what = visible(self.what.of(lang));
        let mut out = format!("{} {}: {what}\n", self.code, visible(&self.place()));
        if self.line > 0 && !self.excerpt.trim().is_empty() {
            let number = self.line.to_string();
            let margin = " ".repeat(number.len());
            // A long line is shown around the place that is meant.
            let skipped = self.column.saturating_sub(60);
            let shown: String = self.excerpt.chars().skip(skipped).collect();
            let shown = visible(cut(&shown, LINE_BYTES));
            let head: String = shown.chars().take(self.column - 1 - skipped).collect();
            let room = shown.chars().count().saturating_sub(head.chars().count()).max(1);
            let blank = " ".repeat(columns(&head));
            let meant: String =
                shown.chars().skip(head.chars().count()).take(self.length.min(room)).collect();
            let mark = "^".repeat(columns(&meant).max(1));
            out.push_str(&format!("  {number} | {shown}\n  {margin} | {blank}{mark}\n"));
        }
        out.push_str(&format!("  → {}\n", visible(self.advice.of(lang))));
        out
    }
}

/// Columns on a terminal, near enough for a mark below a line: characters from the East Asian blocks take two.
fn columns(text: &str) -> usize {
    let wide = |c: char| matches!(u32::from(c), 0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x2_0000..=0x3_fffd);
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// The word of `known` that is nearest to `word`, where one is near.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// The longest word that is compared.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    known
        .filter(|other| other.len() <= LONGEST)
        .map(|other| (distance(&word, other), other))
        .min()
        .filter(|(distance, other)| *distance <= (other.len() / 3).max(1))
        .map(|(_, other)| other)
}

/// How many letters must be added, taken away or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut last = i + 1;
        let mut next = Vec::with_capacity(row.len());
        next.push(last);
        for (y, (up, diagonal)) in b.iter().zip(row.iter().skip(1).zip(&row)) {
            last = (last + 1).min(up + 1).min(diagonal + usize::from(x != *y));
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
