//! Colours, or none.

use anstyle::{AnsiColor, Style};

/// Paints texts, or leaves them as they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    pub(crate) fn new(on: bool) -> Self {
        Self { on }
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn color(self, color: AnsiColor, text: &str) -> String {
        self.with(Style::new().fg_color(Some(color.into())), text)
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.with(Style::new().bold().fg_color(Some(AnsiColor::Red.into())), text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.color(AnsiColor::Yellow, text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.color(AnsiColor::Green, text)
    }

    pub(crate) fn cyan(self, text: &str) -> String {
        self.color(AnsiColor::Cyan, text)
    }

    /// By how bad it is, 1 to 5.
    pub(crate) fn weight(self, weight: u8, text: &str) -> String {
        match weight {
            4.. => self.red(text),
            3 => self.yellow(text),
            _ => self.color(AnsiColor::Blue, text),
        }
    }
}
