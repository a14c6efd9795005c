//! `noroshi dissect --html`: the mails gathered for one page.

use std::path::Path;

use hub::standalone::{BYTES, Shown, WHOLE, page};
use lexicon::Lang;

/// The page in the making.
pub(super) struct Sheet {
    lang: Lang,
    only: bool,
    mails: Vec<Shown>,
    whole: usize,
    bytes: usize,
}

impl Sheet {
    pub(super) fn new(paths: &[String], lang: Lang) -> Self {
        let only = matches!(paths, [path] if path == "-" || Path::new(path).is_file());
        Self { lang, only, mails: Vec::new(), whole: 0, bytes: 0 }
    }

    /// True where one file was named: its mail is most likely the only one, and shown in full length.
    pub(super) fn is_only(&self) -> bool {
        self.only
    }

    /// Takes the next mail. Past what a browser can bear, only its row of the table is kept.
    pub(super) fn add(&mut self, shown: Option<Box<Shown>>) {
        let Some(mut shown) = shown else { return };
        if self.whole >= WHOLE || (self.whole > 0 && self.bytes + shown.bytes() > BYTES) {
            shown.shorten();
        } else {
            self.whole += 1;
            self.bytes += shown.bytes();
        }
        self.mails.push(*shown);
    }

    pub(super) fn page(&self) -> String {
        page(&self.mails, self.lang)
    }
}
