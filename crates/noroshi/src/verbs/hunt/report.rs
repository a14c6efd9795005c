//! A sweep on the terminal: what was found, when, on which machines, in what, and what was not read.

use hunter::input::Unread;
use hunter::limits::MAX_KEPT_HITS;
use hunter::log::Moment;
use hunter::sweep::{Hit, Log, Summary, Tally, Timeline};
use jiff::Timestamp;
use lexicon::Lang;

use super::logs::looked_for;
use super::machine::advisory;
use super::sets::Loaded;
use crate::report::{Page, Style, defanged, harmless};
use crate::screen::shape::{cut, cut_front, number, pad, size, width};

/// Hits shown on the terminal one by one.
const SHOWN_HITS: usize = 20;
/// Indicators and machines shown on the terminal.
const SHOWN_ROWS: usize = 100;

/// Hits kept to be shown.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The path of the log and the hit, the first [`MAX_KEPT_HITS`].
    pub(super) hits: Vec<(String, Hit)>,
}

impl Found {
    pub(super) fn add(&mut self, log: &Log, hit: &Hit) {
        if self.hits.len() < MAX_KEPT_HITS {
            self.hits.push((log.path.clone(), hit.clone()));
        }
    }
}

/// `2023-11-14 22:13:20`, in the offset of the log.
pub(crate) fn at(moment: Option<Moment>, lang: Lang) -> String {
    match moment {
        None => lang.pick("時刻なし", "no time").to_owned(),
        Some(moment) => moment.offset.to_datetime(moment.at).strftime("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

/// What was not read, on one line.
pub(crate) fn unread_line(unread: &Unread, lang: Lang) -> String {
    let (path, text) = (harmless(&unread.path), unread.text.of(lang));
    match (unread.detail.is_empty(), lang) {
        (true, _) => format!("{path}: {text}"),
        (false, Lang::Ja) => format!("{path}: {text}（{}）", harmless(&unread.detail)),
        (false, Lang::En) => format!("{path}: {text} ({})", harmless(&unread.detail)),
    }
}

/// Blocks from empty to full.
const BLOCKS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A timeline in one line of text: `·` is nothing, higher is more.
pub(super) fn spark(timeline: &Timeline, first: Timestamp, last: Timestamp, columns: usize) -> String {
    let plot = timeline.plot(first, last, columns);
    let most = plot.iter().copied().max().unwrap_or(0).max(1);
    plot.iter()
        .map(|&count| {
            // The square root shows a single hit beside a thousand.
            let share = (count as f64 / most as f64).sqrt();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 8")]
            let step = if count == 0 { 0 } else { (share * 7.0).round() as usize + 1 };
            BLOCKS.get(step).copied().unwrap_or('█')
        })
        .collect()
}

/// The sentence that says it all.
pub(super) fn verdict(summary: &Summary, tally: &Tally, lang: Lang) -> String {
    let machines: std::collections::BTreeSet<String> =
        tally.machines().into_iter().map(|machine| machine.who).collect();
    let (hits, values, machines) =
        (number(summary.hits), number(tally.by_entry().len() as u64), number(machines.len() as u64));
    match (summary.hits, lang) {
        (0, Lang::Ja) => "一致はありません。".to_owned(),
        (0, Lang::En) => "Nothing listed was found.".to_owned(),
        (_, Lang::Ja) => format!("一致 {hits} 件（インディケータ {values} 件、端末 {machines} 台）"),
        (_, Lang::En) => format!("{hits} hits: {values} indicators, {machines} machines"),
    }
}

/// `4 logs, 1,234 lines, 12 MB`.
pub(super) fn searched(loaded: &Loaded, summary: &Summary, lang: Lang) -> String {
    let (logs, lines, bytes) =
        (number(summary.logs.len() as u64), number(summary.lines()), size(summary.bytes()));
    let wanted = looked_for(loaded, lang);
    match lang {
        Lang::Ja => format!("ログ {logs} 本、{lines} 行、{bytes} を {wanted} で調べました"),
        Lang::En => format!("{logs} logs, {lines} lines, {bytes} searched for {wanted}"),
    }
}

pub(super) fn report(
    loaded: &Loaded,
    summary: &Summary,
    tally: &Tally,
    found: &Found,
    style: &Style,
) -> String {
    let mut page = Page::new(style);
    let lang = style.lang;
    let paint = page.paint();
    let text = verdict(summary, tally, lang);
    page.blank();
    page.line(&if summary.hits > 0 { paint.red(&text) } else { paint.green(&text) });
    page.line(&paint.dim(&searched(loaded, summary, lang)));
    if let (Some(first), Some(last)) = (summary.first, summary.last) {
        let text = format!(
            "{} {}   {} {}",
            page.t("初回", "first seen"),
            paint.bold(&at(Some(first), lang)),
            page.t("最終", "last seen"),
            paint.bold(&at(Some(last), lang))
        );
        page.line(&text);
        let columns = page.room().saturating_sub(2).min(100);
        let plot = spark(&tally.all.timeline, first.at, last.at, columns);
        page.line(&paint.yellow(&plot));
    }
    if summary.hits > 0 {
        indicators(&mut page, loaded, summary, tally);
        machines(&mut page, loaded, tally);
        hits(&mut page, loaded, found, summary.hits);
    }
    logs(&mut page, summary);
    unread(&mut page, summary);
    page.blank();
    page.out
}

/// Columns for a time.
const TIME: usize = 20;
/// Columns for a count.
const COUNT: usize = 9;

fn right(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

fn indicators(page: &mut Page<'_>, loaded: &Loaded, summary: &Summary, tally: &Tally) {
    let lang = page.style.lang;
    let paint = page.paint();
    let rows = tally.by_entry();
    page.section(page.t("インディケータ別", "By indicator"), &format!("({})", number(rows.len() as u64)));
    let plot = 16;
    let room = page.room().saturating_sub(COUNT + 2 * TIME + plot + 8).max(16);
    let head = format!(
        "{} {}  {}{}  {}",
        pad(page.t("値", "value"), room),
        right(page.t("件数", "count"), COUNT),
        pad(page.t("初回", "first seen"), TIME),
        pad(page.t("最終", "last seen"), TIME),
        page.t("推移", "when")
    );
    page.line(&paint.dim(&head));
    let span = summary.first.zip(summary.last);
    for (entry, seen) in rows.iter().take(SHOWN_ROWS) {
        let value = defanged(loaded.set.value(*entry));
        let when =
            span.map_or_else(String::new, |(first, last)| spark(&seen.timeline, first.at, last.at, plot));
        let line = format!(
            "{} {}  {}{}  {}",
            paint.red(&pad(&cut(&value, room), room)),
            right(&number(seen.count), COUNT),
            pad(&at(seen.first, lang), TIME),
            pad(&at(seen.last, lang), TIME),
            paint.yellow(&when)
        );
        page.line(&line);
        let note =
            format!("  {}  {}", loaded.set.kind(*entry).word(), harmless(advisory(&loaded.set, *entry)));
        page.line(&paint.dim(&note));
    }
    if rows.len() > SHOWN_ROWS {
        page.line(&paint.dim(&rest(rows.len() - SHOWN_ROWS, lang)));
    }
}

fn rest(more: usize, lang: Lang) -> String {
    match lang {
        Lang::Ja => format!("… ほか {more} 件（--jsonl か --html で全件）"),
        Lang::En => format!("… and {more} more (--jsonl or --html has all)"),
    }
}

fn machines(page: &mut Page<'_>, loaded: &Loaded, tally: &Tally) {
    let lang = page.style.lang;
    let paint = page.paint();
    let rows = tally.machines();
    if rows.is_empty() {
        return;
    }
    page.section(page.t("端末別", "By machine"), &format!("({})", number(rows.len() as u64)));
    let who = rows.iter().take(SHOWN_ROWS).map(|row| width(&row.who)).max().unwrap_or(0).clamp(8, 40);
    let room = page.room().saturating_sub(who + COUNT + 2 * TIME + 4).max(12);
    let mut before = "";
    for row in rows.iter().take(SHOWN_ROWS) {
        let name = if row.who == before { String::new() } else { harmless(&row.who) };
        before = &row.who;
        let line = format!(
            "{} {} {}  {}{}",
            paint.bold(&pad(&cut(&name, who), who)),
            pad(&cut(&defanged(loaded.set.value(row.entry)), room), room),
            right(&number(row.count), COUNT),
            pad(&at(row.first, lang), TIME),
            at(row.last, lang)
        );
        page.line(&line);
    }
    if rows.len() > SHOWN_ROWS {
        page.line(&paint.dim(&rest(rows.len() - SHOWN_ROWS, lang)));
    }
}

fn hits(page: &mut Page<'_>, loaded: &Loaded, found: &Found, all: u64) {
    let lang = page.style.lang;
    let paint = page.paint();
    page.section(page.t("一致した行", "Lines"), &format!("({})", number(all)));
    for (path, hit) in found.hits.iter().take(SHOWN_HITS) {
        let place = format!("{}:{}", cut_front(path, 48), hit.line);
        let line = format!(
            "{}  {}  {}",
            at(hit.time, lang),
            paint.bold(&if hit.who.is_empty() { "-".to_owned() } else { harmless(&hit.who) }),
            defanged(&hit.what)
        );
        page.line(&cut(&line, page.room() + 24));
        let value = defanged(loaded.set.value(hit.entry));
        page.line(&paint.dim(&format!("  {place}  ← {value}")));
    }
    if all > SHOWN_HITS as u64 {
        page.line(&paint.dim(&rest(usize::try_from(all).unwrap_or(usize::MAX) - SHOWN_HITS, lang)));
    }
}

fn logs(page: &mut Page<'_>, summary: &Summary) {
    let lang = page.style.lang;
    let paint = page.paint();
    page.section(page.t("調べたログ", "Logs"), &format!("({})", number(summary.logs.len() as u64)));
    let room = page.room().saturating_sub(12 + 12 + 2 * TIME + 6).max(16);
    for log in summary.logs.iter().take(SHOWN_ROWS) {
        let mut format = log.log.format.word().to_owned();
        if let Some(wrapping) = log.log.wrapping {
            format = format!("{format}+{wrapping}");
        }
        let line = format!(
            "{} {} {}  {}{}",
            pad(&cut_front(&harmless(&log.log.path), room), room),
            pad(&format, 12),
            right(&number(log.lines), 12),
            pad(&at(log.first, lang), TIME),
            at(log.last, lang)
        );
        page.line(&line);
        if log.other_lines > 0 {
            let lines = number(log.other_lines);
            let text = match lang {
                Lang::Ja => format!("  {lines} 行は形式が異なるため、文字列として調べました"),
                Lang::En => format!("  {lines} lines have another shape and were looked through as text"),
            };
            page.line(&paint.dim(&text));
        }
    }
    if summary.logs.len() > SHOWN_ROWS {
        page.line(&paint.dim(&rest(summary.logs.len() - SHOWN_ROWS, lang)));
    }
}

fn unread(page: &mut Page<'_>, summary: &Summary) {
    if summary.unread.is_empty() {
        return;
    }
    let lang = page.style.lang;
    let paint = page.paint();
    page.section(
        page.t("調べられなかったもの", "Not read"),
        &format!("({})", number(summary.unread.len() as u64)),
    );
    for unread in summary.unread.iter().take(SHOWN_ROWS) {
        let line = unread_line(unread, lang);
        page.line(&if unread.harmless { paint.dim(&line) } else { paint.yellow(&line) });
    }
    if summary.unread.len() > SHOWN_ROWS {
        page.line(&paint.dim(&rest(summary.unread.len() - SHOWN_ROWS, lang)));
    }
}
