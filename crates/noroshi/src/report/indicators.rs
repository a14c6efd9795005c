//! Indicators by type, defanged; guarded ones after the others, dimmed, with the list that guards them.

use lexicon::{MailFacts, Observable, ObservableType};

use super::{Page, defanged, harmless};
use crate::screen::shape::{cut, width, wrap};

/// Shown of each type.
const MAX_SHOWN: usize = 12;
/// Guarded ones shown of each type.
const MAX_GUARDED: usize = 4;

pub(super) fn show(page: &mut Page<'_>, facts: &MailFacts) {
    if facts.observables.is_empty() {
        return;
    }
    let usable = facts.observables.iter().filter(|o| o.is_actionable()).count();
    let guarded = facts.observables.len() - usable;
    let note = match (guarded, page.style.lang) {
        (0, _) => format!("({usable})"),
        (_, lexicon::Lang::Ja) => format!("({usable}、除外 {guarded})"),
        (_, lexicon::Lang::En) => format!("({usable}, guarded {guarded})"),
    };
    page.section(page.t("インディケータ", "Indicators"), &note);
    for kind in ObservableType::ALL {
        let of_kind = |guarded: bool| {
            facts
                .observables
                .iter()
                .filter(move |o| o.kind == kind && o.is_actionable() != guarded)
                .collect::<Vec<_>>()
        };
        let (free, guarded) = (of_kind(false), of_kind(true));
        if free.is_empty() && guarded.is_empty() {
            continue;
        }
        let name = match kind {
            ObservableType::Ipv4Addr => page.t("IPv4 アドレス", "IPv4 addresses"),
            ObservableType::Ipv6Addr => page.t("IPv6 アドレス", "IPv6 addresses"),
            ObservableType::DomainName => page.t("ドメイン", "Domains"),
            ObservableType::Url => "URL",
            ObservableType::EmailAddr => page.t("メールアドレス", "E-mail addresses"),
            ObservableType::File => page.t("ファイル", "Files"),
        };
        let head = page.paint().cyan(name);
        page.line(&head);
        for (list, limit) in [(free, MAX_SHOWN), (guarded, MAX_GUARDED)] {
            let limit = if page.style.full { list.len() } else { limit };
            for observable in list.iter().take(limit) {
                one(page, observable);
            }
            if list.len() > limit {
                page.more(list.len() - limit, 2);
            }
        }
    }
}

fn one(page: &mut Page<'_>, observable: &Observable) {
    let paint = page.paint();
    let mut value = defanged(&observable.value);
    if let Some(unicode) = &observable.unicode {
        value.push_str(&format!(" ({})", defanged(unicode)));
    }
    let mut note = places(observable);
    let mut marked = false;
    if let Some(mark) = &observable.guard {
        let entry = harmless(&mark.entry);
        let list = harmless(&mark.list);
        let text = match &mark.overridden {
            None => format!("[{list}: {entry}]"),
            Some(reason) => format!("[{list}: {entry} → {}]", harmless(reason)),
        };
        marked = mark.overridden.is_none();
        note = text;
    }
    let room = page.room().saturating_sub(2);
    let max = if page.style.full { usize::MAX } else { 2 * room };
    let lines = wrap(&cut(&value, max), room);
    let last = lines.len().saturating_sub(1);
    for (at, line) in lines.iter().enumerate() {
        let text = if marked { paint.dim(line) } else { line.clone() };
        let left = room.saturating_sub(width(line) + 2);
        if at == last && left >= 12 {
            page.line(&format!("  {text}  {}", paint.dim(&cut(&note, left))));
        } else {
            page.line(&format!("  {text}"));
        }
    }
}

/// The first places, and how many more there are.
fn places(observable: &Observable) -> String {
    let mut text =
        observable.places.iter().take(2).map(|place| harmless(place)).collect::<Vec<_>>().join(", ");
    if observable.places.len() > 2 {
        text.push_str(&format!(" +{}", observable.places.len() - 2));
    }
    text
}
