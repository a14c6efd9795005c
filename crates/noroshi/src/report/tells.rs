//! What gives the mail away, heaviest first, with the evidence.

use lexicon::facts::Tell;
use lexicon::{Lang, MailFacts};

use super::{Page, harmless};
use crate::screen::Paint;
use crate::screen::shape::wrap;

pub(super) fn show(page: &mut Page<'_>, facts: &MailFacts) {
    page.section(page.t("見分け方", "Tells"), &count(facts.tells.len()));
    let paint = page.paint();
    if facts.tells.is_empty() {
        let text = paint.dim(page.t(
            "目立つ点はありません。安全という意味ではありません。",
            "Nothing stands out. That does not mean that it is safe.",
        ));
        page.line(&text);
        return;
    }
    let room = page.room().saturating_sub(8);
    // Sorted by weight and id: one tell with several pieces of evidence stands together.
    for tells in facts.tells.chunk_by(|a, b| a.id == b.id) {
        let Some(first) = tells.first() else { continue };
        let mut bar = bar(paint, first.weight);
        for line in wrap(&name(first, page.style.lang), room) {
            let text = format!("{bar}  {}", paint.bold(&line));
            page.line(&text);
            bar = " ".repeat(5);
        }
        for line in tells.iter().flat_map(|tell| wrap(&harmless(&tell.why), room)) {
            page.line(&format!("       {line}"));
        }
    }
}

/// Five cells, filled by weight.
pub(super) fn bar(paint: Paint, weight: u8) -> String {
    let weight = weight.min(5);
    let filled = "■".repeat(usize::from(weight));
    let empty = "□".repeat(usize::from(5 - weight));
    format!("{}{}", paint.weight(weight, &filled), paint.dim(&empty))
}

/// What a tell says: an own tell brings its text along.
pub(super) fn name(tell: &Tell, lang: Lang) -> String {
    match &tell.text {
        Some(own) => harmless(lang.pick(&own.ja, &own.en)),
        None => anatomy::tells::text(&tell.id).map_or(&*tell.id, |text| text.of(lang)).to_owned(),
    }
}

pub(super) fn count(number: usize) -> String {
    if number == 0 { String::new() } else { format!("({number})") }
}
