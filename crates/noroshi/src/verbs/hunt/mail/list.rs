//! Hits for people: an aligned list with the matches marked.

use lexicon::Lang;
use mailbox::Hit;
use mailbox::snippet::Snippet;

use super::question::Asked;
use super::sweep::Swept;
use crate::report::{defanged, harmless};
use crate::screen::shape::{cut, cut_front, number, pad, size, width};
use crate::screen::{Paint, Session};

/// Columns of a date: `2024-01-31 09:12`.
const DATE: usize = 16;
/// Columns of a sender.
const FROM: usize = 26;

pub(super) fn text(swept: &Swept, asked: &Asked, session: &Session, columns: usize) -> String {
    let paint = session.paint;
    let lang = session.lang;
    let mut out = String::new();
    for hit in &swept.hits {
        let mail = &hit.mail;
        let subject = match mail.subject.as_deref().map(str::trim) {
            Some(subject) if !subject.is_empty() => harmless(subject),
            _ => lang.pick("（件名なし）", "(no subject)").to_owned(),
        };
        let rest = columns.saturating_sub(DATE + FROM + 4).max(10);
        out.push_str(&format!(
            "{}  {}  {}\n",
            paint.dim(&pad(&date(hit), DATE)),
            paint.cyan(&pad(&sender(hit), FROM)),
            paint.bold(&cut(&subject, rest)),
        ));
        for seen in &hit.seen {
            let Some(wanted) = asked.question.watch.as_ref().and_then(|w| w.list().get(seen.indicator))
            else {
                continue;
            };
            let places = seen.places.join(", ");
            let line = format!("{} {}  ({places})", wanted.kind.word(), defanged(&wanted.value));
            out.push_str(&format!("  {}\n", paint.yellow(&cut(&line, columns - 2))));
        }
        if hit.seen.is_empty() && !hit.snippet.text.is_empty() {
            let place = format!("{}: ", hit.shown);
            let room = columns.saturating_sub(width(&place) + 2);
            out.push_str(&format!("  {}{}\n", paint.dim(&place), marked(&hit.snippet, room, paint)));
        }
        out.push_str(&format!("  {}\n", paint.dim(&cut_front(&harmless(&mail.path), columns - 2))));
    }
    let (found, mails) = (number(swept.hits.len() as u64), number(swept.mails));
    if asked.searches {
        let text = match lang {
            Lang::Ja => format!("{mails} 通のうち {found} 通"),
            Lang::En => format!("{found} of {mails} mails"),
        };
        out.push_str(&format!("{}\n", paint.bold(&text)));
    }
    if let Some(index) = &swept.index {
        let n = number;
        out.push_str(&match lang {
            Lang::Ja => format!(
                "索引: 追加 {}、そのまま {}、削除 {}（{}）\n",
                n(index.added),
                n(index.kept),
                n(index.dropped),
                size(index.bytes)
            ),
            Lang::En => format!(
                "index: {} added, {} kept, {} dropped ({})\n",
                n(index.added),
                n(index.kept),
                n(index.dropped),
                size(index.bytes)
            ),
        });
    }
    out
}

/// When it was sent, in Japan.
pub(super) fn date(hit: &Hit) -> String {
    let Some(at) = hit.mail.time.and_then(|time| jiff::Timestamp::from_second(time).ok()) else {
        return "-".to_owned();
    };
    let shown = jiff::tz::offset(9).to_datetime(at);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}",
        shown.year(),
        shown.month(),
        shown.day(),
        shown.hour(),
        shown.minute()
    )
}

/// Who sent it: the name and the address.
pub(super) fn sender(hit: &Hit) -> String {
    match &hit.mail.from {
        Some(from) if from.name.trim().is_empty() => defanged(&from.address),
        Some(from) => harmless(from.name.trim()),
        None => "-".to_owned(),
    }
}

/// A snippet in at most `columns` columns, its matches painted, its links defanged.
fn marked(snippet: &Snippet, columns: usize, paint: Paint) -> String {
    let mut out = String::new();
    let mut used = 0;
    let mut at = 0;
    let mut piece = |from: usize, to: usize, mark: bool| {
        let text = harmless(snippet.text.get(from..to).unwrap_or_default());
        let room = columns.saturating_sub(used);
        if room == 0 || text.is_empty() {
            return;
        }
        let text = cut(&text, room);
        used += width(&text);
        out.push_str(&if mark { paint.red(&text) } else { text });
    };
    for mark in &snippet.marks {
        piece(at, mark.start, false);
        piece(mark.start, mark.end, true);
        at = mark.end;
    }
    piece(at, snippet.text.len(), false);
    out
}
