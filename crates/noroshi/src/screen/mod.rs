//! What the terminal is like: language, colours, width.

pub(crate) mod paint;
pub(crate) mod shape;

use std::io::{IsTerminal, Write};

use clap::ValueEnum;
use lexicon::Lang;

pub(crate) use paint::Paint;

use crate::outcome::Failure;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Width of a report where no terminal tells it.
const DEFAULT_WIDTH: usize = 100;
/// A report is never wider: long lines are hard to read.
const MAX_WIDTH: usize = 140;
/// Nor narrower: nothing would fit.
const MIN_WIDTH: usize = 50;

/// Settled once, before work starts.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// Language of reports.
    pub(crate) lang: Lang,
    /// Colours on standard output.
    pub(crate) paint: Paint,
    /// Colours on standard error.
    pub(crate) paint_error: Paint,
    /// True if a person reads standard output.
    pub(crate) out_is_terminal: bool,
    /// True if a person reads standard error.
    pub(crate) error_is_terminal: bool,
}

impl Session {
    pub(crate) fn new(lang: Lang, when: When) -> Self {
        let out_is_terminal = std::io::stdout().is_terminal();
        let error_is_terminal = std::io::stderr().is_terminal();
        // https://no-color.org: set and not empty.
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            && std::env::var_os("TERM").is_none_or(|value| value != "dumb");
        let colours = |is_terminal: bool| match when {
            When::Always => true,
            When::Never => false,
            When::Auto => wanted && is_terminal,
        };
        Self {
            lang,
            paint: Paint::new(colours(out_is_terminal)),
            paint_error: Paint::new(colours(error_is_terminal)),
            out_is_terminal,
            error_is_terminal,
        }
    }

    /// The width to write for: as asked, else the terminal's.
    pub(crate) fn width(&self, asked: Option<usize>) -> usize {
        let found = || {
            let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
            match terminal_size::terminal_size() {
                Some((terminal_size::Width(width), _)) if self.out_is_terminal => Some(usize::from(width)),
                _ => columns,
            }
        };
        asked.or_else(found).unwrap_or(DEFAULT_WIDTH).clamp(MIN_WIDTH, MAX_WIDTH)
    }

    /// A line on standard error.
    pub(crate) fn say(&self, text: &str) {
        // Standard error may be closed; then nobody wants to hear it.
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Says why nothing was done.
    pub(crate) fn say_error(&self, failure: &Failure) {
        let word = self.lang.pick("エラー", "error");
        self.say(&format!("{}: {failure}", self.paint_error.red(word)));
    }
}

/// The language of the environment.
pub(crate) fn locale() -> Lang {
    // POSIX: LC_ALL goes before LC_MESSAGES, which goes before LANG.
    ["NOROSHI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find_map(|value| Lang::parse(&value))
        .unwrap_or_default()
}
