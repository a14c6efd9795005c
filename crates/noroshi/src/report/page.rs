//! The page that a report is written on.

use std::fmt::Write as _;

use lexicon::Lang;

use crate::screen::Paint;
use crate::screen::shape::{pad, width, wrap};

/// Columns for the names of header fields.
const NAMES: usize = 14;

/// How a report is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) lang: Lang,
    pub(crate) paint: Paint,
    /// Columns.
    pub(crate) width: usize,
    /// Nothing is cut.
    pub(crate) full: bool,
}

/// A report in the making.
pub(crate) struct Page<'a> {
    pub(crate) style: &'a Style,
    pub(crate) out: String,
}

impl<'a> Page<'a> {
    pub(crate) fn new(style: &'a Style) -> Self {
        Self { style, out: String::new() }
    }

    /// The text in the report's language.
    pub(crate) fn t(&self, ja: &'static str, en: &'static str) -> &'static str {
        self.style.lang.pick(ja, en)
    }

    pub(crate) fn paint(&self) -> Paint {
        self.style.paint
    }

    /// Columns to write on, with the margin left free.
    pub(crate) fn room(&self) -> usize {
        self.style.width.saturating_sub(4)
    }

    /// A line below the margin.
    pub(crate) fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "  {}", text.trim_end());
    }

    pub(crate) fn blank(&mut self) {
        self.out.push('\n');
    }

    /// The head of a section, with a rule up to the edge.
    pub(crate) fn section(&mut self, title: &str, note: &str) {
        let paint = self.paint();
        let note = if note.is_empty() { String::new() } else { format!(" {note}") };
        let rule = self.style.width.saturating_sub(width(title) + width(&note) + 2);
        self.blank();
        let _ =
            writeln!(self.out, "{}{} {}", paint.bold(title), paint.dim(&note), paint.dim(&"─".repeat(rule)));
    }

    /// `name  value`, with the value wrapped under itself. `style` paints each line of the value.
    pub(crate) fn field(&mut self, name: &str, value: &str, style: impl Fn(&str) -> String) {
        let column = NAMES;
        let room = self.room().saturating_sub(column);
        let mut name = pad(name, column);
        for line in wrap(value, room) {
            let text = format!("{}{}", self.paint().dim(&name), style(&line));
            self.line(&text);
            name = " ".repeat(column);
        }
    }

    /// Says that something was cut, and how to see it.
    pub(crate) fn more(&mut self, count: usize, indent: usize) {
        let text = match self.style.lang {
            Lang::Ja => format!("… ほか {count} 件（すべて表示: --full）"),
            Lang::En => format!("… and {count} more (--full shows all)"),
        };
        let text = format!("{}{}", " ".repeat(indent), self.paint().dim(&text));
        self.line(&text);
    }
}
