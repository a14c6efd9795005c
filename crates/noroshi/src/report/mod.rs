//! What an analyst reads on a terminal.
//!
//! Everything that a sender wrote is shown harmlessly: one line, no invisible or steering characters, nothing
//! that a terminal would make a link of ([`harmless()`]).

mod attachments;
mod body;
mod brief;
pub(crate) mod closing;
mod counts;
mod harmless;
mod headers;
mod indicators;
mod inside;
mod moment;
mod oddities;
mod page;
mod route;
mod tells;

use lexicon::MailFacts;

pub(crate) use counts::Counts;
pub(crate) use harmless::{defanged, harmless};
pub(crate) use moment::span;
pub(crate) use page::{Page, Style};

use crate::screen::Session;

/// The whole report of one mail.
pub(crate) fn whole(facts: &MailFacts, style: &Style) -> String {
    let mut page = Page::new(style);
    headers::show(&mut page, facts);
    tells::show(&mut page, facts);
    route::show(&mut page, facts);
    attachments::show(&mut page, facts);
    inside::show(&mut page, facts);
    body::show(&mut page, facts);
    body::links(&mut page, facts);
    indicators::show(&mut page, facts);
    oddities::show(&mut page, facts);
    page.blank();
    page.out
}

/// A few lines on one of several mails.
pub(crate) fn brief(facts: &MailFacts, style: &Style) -> String {
    brief::show(facts, style)
}

/// A sign of life on standard error for long work, where a person is looking.
pub(crate) fn progress(session: &Session, wanted: bool) -> indicatif::ProgressBar {
    if !wanted || !session.error_is_terminal {
        return indicatif::ProgressBar::hidden();
    }
    let unit = session.lang.pick("通", "mails");
    let bar = indicatif::ProgressBar::new_spinner();
    if let Ok(style) = indicatif::ProgressStyle::with_template(&format!(
        "{{spinner}} {{human_pos}} {unit}  {{per_sec}}  {{elapsed}}"
    )) {
        bar.set_style(style);
    }
    bar
}
