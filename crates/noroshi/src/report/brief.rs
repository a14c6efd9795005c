//! One of several mails, in four lines.

use lexicon::MailFacts;

use super::{Page, Style, harmless, headers, moment, tells};
use crate::screen::shape::{cut, cut_front, number, pad, width};

pub(super) fn show(facts: &MailFacts, style: &Style) -> String {
    let mut page = Page::new(style);
    let paint = style.paint;
    let heaviest = facts.tells.iter().map(|tell| tell.weight).max().unwrap_or(0);
    let mark = if heaviest == 0 { paint.dim("○") } else { paint.weight(heaviest, "●") };

    let date = facts.date.as_deref().and_then(moment::parse).map(lexicon::time::show).unwrap_or_default();
    let subject = facts.subject.as_deref().map(harmless).unwrap_or_default();
    let subject = if subject.trim().is_empty() {
        page.t("（件名なし）", "(no subject)").to_owned()
    } else {
        subject
    };
    let room = style.width.saturating_sub(2 + width(&date) + 2);
    let head = match date.is_empty() {
        true => paint.bold(&cut(&subject, room)),
        false => format!("{}  {}", paint.bold(&pad(&subject, room)), paint.dim(&date)),
    };
    page.out.push_str(&format!("{mark} {head}\n"));

    let from = facts.from.as_ref().map(headers::mailbox).filter(|from| !from.is_empty());
    let from = from.unwrap_or_else(|| page.t("（差出人なし）", "(no sender)").to_owned());
    let auth = headers::auth_words(facts, paint);
    let plain = headers::auth_words(facts, crate::screen::Paint::new(false));
    let room = page.room().saturating_sub(width(&plain) + 2);
    page.line(&format!("{}  {auth}", pad(&from, room)));

    if let Some(first) = facts.tells.first() {
        let name = tells::name(first, style.lang);
        let why = harmless(&first.why);
        let more = facts.tells.len() - 1;
        let more = match (more, style.lang) {
            (0, _) => String::new(),
            (more, lexicon::Lang::Ja) => format!("  ほか {more} 点"),
            (more, lexicon::Lang::En) => format!("  +{more} more"),
        };
        let room = page.room().saturating_sub(7 + width(&more));
        let name = cut(&name, room);
        let left = room.saturating_sub(width(&name) + 2);
        let why = if left >= 10 { format!("  {}", paint.dim(&cut(&why, left))) } else { String::new() };
        page.line(&format!("{}  {name}{why}{}", tells::bar(paint, first.weight), paint.dim(&more)));
    }
    let files: Vec<String> = facts
        .attachments
        .iter()
        .filter(|file| !file.inline)
        .map(|file| {
            let name = super::attachments::name(&page, file);
            let locked =
                if file.encrypted == Some(true) { page.t("・暗号化", ", encrypted") } else { "" };
            format!("{} ({}{locked})", cut(&name, 30), file.kind)
        })
        .collect();
    if !files.is_empty() {
        let text = cut(&files.join("  "), page.room().saturating_sub(14));
        let line = format!("{}{text}", paint.dim(&pad(page.t("添付", "Attached"), 10)));
        page.line(&line);
    }
    let indicators = facts.observables.iter().filter(|o| o.is_actionable()).count() as u64;
    let count = match style.lang {
        lexicon::Lang::Ja => format!("インディケータ {}", number(indicators)),
        lexicon::Lang::En => format!("{} indicators", number(indicators)),
    };
    let room = page.room().saturating_sub(width(&count) + 2);
    let line = paint.dim(&format!("{}  {count}", pad(&cut_front(&harmless(&facts.path), room), room)));
    page.line(&line);
    page.blank();
    page.out
}
