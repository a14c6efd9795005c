//! The way the mail took, first hop first, with what passed between the hops.

use lexicon::MailFacts;

use super::tells::count;
use super::{Page, defanged, harmless, moment};
use crate::screen::shape::{cut, pad, width};

/// A hop that took longer is worth a look.
const SLOW: i64 = 600;
/// Hops shown.
const MAX_HOPS: usize = 20;

pub(super) fn show(page: &mut Page<'_>, facts: &MailFacts) {
    if facts.received.is_empty() {
        return;
    }
    page.section(page.t("経路", "Route"), &count(facts.received.len()));
    let paint = page.paint();
    let shown = if page.style.full { facts.received.len() } else { MAX_HOPS };
    // Room for the number, the date, and the delay.
    let names = page.room().saturating_sub(3 + 2 + 25);
    let mut last = None;
    for (number, hop) in facts.received.iter().rev().take(shown).enumerate() {
        let at = hop.date.as_deref().and_then(moment::parse);
        if number > 0 {
            let delay = match (last, at) {
                (Some(before), Some(now)) => {
                    let seconds = jiff::Timestamp::as_second(now) - jiff::Timestamp::as_second(before);
                    let text = moment::span(seconds, page.style.lang);
                    if !(0..=SLOW).contains(&seconds) { paint.yellow(&text) } else { paint.dim(&text) }
                }
                _ => String::new(),
            };
            let line = format!("   {} {delay}", paint.dim("↓"));
            page.line(&line);
        }
        last = at.or(last);
        let name = |name: &Option<String>| defanged(name.as_deref().unwrap_or("?"));
        let (from, by) = (name(&hop.from), name(&hop.by));
        let ip = hop.ip.as_deref().map(|ip| format!("[{}] ", defanged(ip))).unwrap_or_default();
        let date = hop.date.as_deref().map(|date| moment::shown(&harmless(date))).unwrap_or_default();
        let number = paint.dim(&format!("{:>2}", number + 1));
        let arrow = paint.dim("→");
        // All on one line where it fits, else the names one below the other; the address is never cut.
        let columns = width(&from) + width(&ip) + width(&by) + 3;
        if columns <= names {
            let gap = " ".repeat(names - columns);
            page.line(&format!("{number} {from} {}{arrow} {by}{gap}  {}", paint.cyan(&ip), paint.dim(&date)));
        } else {
            page.line(&format!("{number} {}  {}", pad(&from, names), paint.dim(&date)));
            let room = page.room().saturating_sub(5 + width(&ip));
            page.line(&format!("   {}{arrow} {}", paint.cyan(&ip), cut(&by, room)));
        }
    }
    if facts.received.len() > shown {
        page.more(facts.received.len() - shown, 3);
    }
}
