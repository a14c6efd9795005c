//! What is wrong with the mail as data.

use std::collections::BTreeMap;

use lexicon::MailFacts;

use super::tells::count;
use super::{Page, harmless};
use crate::screen::shape::{cut, wrap};

/// Places shown of one oddity.
const MAX_PLACES: usize = 3;

pub(super) fn show(page: &mut Page<'_>, facts: &MailFacts) {
    if facts.oddities.is_empty() {
        return;
    }
    page.section(page.t("形式の異状", "Oddities"), &count(facts.oddities.len()));
    let mut by_id: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for oddity in &facts.oddities {
        by_id.entry(&oddity.id).or_default().push(&oddity.place);
    }
    let paint = page.paint();
    let room = page.room().saturating_sub(2);
    for (id, places) in by_id {
        let text = anatomy::oddities::text(id).map_or(id, |text| text.of(page.style.lang));
        let mut sign = paint.yellow("•");
        for line in wrap(text, room) {
            page.line(&format!("{sign} {line}"));
            sign = " ".to_owned();
        }
        let shown = if page.style.full { places.len() } else { MAX_PLACES };
        let mut list = places.iter().take(shown).map(|place| harmless(place)).collect::<Vec<_>>().join(", ");
        if places.len() > shown {
            list.push_str(&format!(" +{}", places.len() - shown));
        }
        let line = paint.dim(&cut(&format!("{id}  {list}"), if page.style.full { usize::MAX } else { room }));
        page.line(&format!("  {line}"));
    }
}
