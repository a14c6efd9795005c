//! A sweep as one page for a browser: no script, nothing fetched, prints.

use std::fmt::Write as _;

use hunter::sweep::{Summary, Tally, Timeline};
use jiff::Timestamp;
use lexicon::Lang;

use super::machine::advisory;
use super::report::{Found, at, searched, unread_line, verdict};
use super::sets::Loaded;
use crate::report::{defanged, harmless};
use crate::screen::shape::number;

/// Rows of one table.
const MAX_ROWS: usize = 10_000;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#5d6670;--line:#d6dbe0;--paper:#fff;--hit:#a3201d;--bar:#c2410c}\
@media(prefers-color-scheme:dark){:root{--ink:#e7eaee;--dim:#9aa4af;--line:#39414a;--paper:#14181c;--hit:#ff8a80;--bar:#fb923c}}\
body{margin:0 auto;max-width:76rem;padding:1.5rem;background:var(--paper);color:var(--ink);\
font:16px/1.6 'Hiragino Sans','Noto Sans CJK JP','Yu Gothic',system-ui,sans-serif}\
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}\
p{margin:.25rem 0}.dim{color:var(--dim)}.hit{color:var(--hit);font-weight:600}\
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}\
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}\
th{color:var(--dim);font-weight:500;white-space:nowrap}td.n{text-align:right;font-variant-numeric:tabular-nums}\
td.t{white-space:nowrap;font-variant-numeric:tabular-nums}td.v{overflow-wrap:anywhere}\
svg{display:block}svg rect{fill:var(--bar)}\
@media print{body{max-width:none;padding:0}.scroll{overflow:visible}}";

pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn plot(timeline: &Timeline, first: Timestamp, last: Timestamp, width: usize, height: usize) -> String {
    let columns = width / 4;
    let counts = timeline.plot(first, last, columns);
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let mut out =
        format!("<svg role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">");
    for (column, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let share = (*count as f64 / most as f64).sqrt() * height as f64;
        let _ = write!(
            out,
            "<rect x=\"{}\" y=\"{:.1}\" width=\"3\" height=\"{share:.1}\"/>",
            column * 4,
            height as f64 - share
        );
    }
    out.push_str("</svg>");
    out
}

/// The beginning of a page, up to its heading.
pub(super) fn begin(title: &str, lang: Lang) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"referrer\" content=\"no-referrer\"><title>{}</title><style>{STYLE}</style></head><body>\n<h1>{}</h1>\n",
        lang.tag(),
        escape(title),
        escape(title)
    )
}

fn table(
    out: &mut String,
    title: &str,
    heads: &[&str],
    rows: impl Iterator<Item = String>,
    all: usize,
    lang: Lang,
) {
    let _ = write!(
        out,
        "<h2>{} ({})</h2>\n<div class=\"scroll\"><table><thead><tr>",
        escape(title),
        number(all as u64)
    );
    for head in heads {
        let _ = write!(out, "<th scope=\"col\">{}</th>", escape(head));
    }
    out.push_str("</tr></thead><tbody>\n");
    out.extend(rows.take(MAX_ROWS));
    out.push_str("</tbody></table></div>\n");
    if all > MAX_ROWS {
        let more = number((all - MAX_ROWS) as u64);
        let _ = writeln!(
            out,
            "<p class=\"dim\">{}</p>",
            match lang {
                Lang::Ja => format!("ほか {more} 件は --jsonl にあります。"),
                Lang::En => format!("{more} more are in --jsonl."),
            }
        );
    }
}

/// The whole page.
pub(super) fn page(loaded: &Loaded, summary: &Summary, tally: &Tally, found: &Found, lang: Lang) -> String {
    let t = |ja: &'static str, en: &'static str| lang.pick(ja, en);
    let set = &loaded.set;
    let mut out = begin(&verdict(summary, tally, lang), lang);
    let _ = writeln!(out, "<p class=\"dim\">{}</p>", escape(&searched(loaded, summary, lang)));
    if let (Some(first), Some(last)) = (summary.first, summary.last) {
        let _ = writeln!(
            out,
            "<p>{} <strong>{}</strong> · {} <strong>{}</strong></p>\n<div class=\"scroll\">{}</div>",
            t("初回", "first seen"),
            at(Some(first), lang),
            t("最終", "last seen"),
            at(Some(last), lang),
            plot(&tally.all.timeline, first.at, last.at, 960, 60)
        );
    }
    let span = summary.first.zip(summary.last);
    if summary.hits > 0 {
        let rows = tally.by_entry();
        let heads = [
            t("値", "value"),
            t("種別", "type"),
            t("注意喚起", "advisory"),
            t("件数", "count"),
            t("初回", "first seen"),
            t("最終", "last seen"),
            t("推移", "when"),
        ];
        let cells = rows.iter().map(|(entry, seen)| {
            format!(
                "<tr><td class=\"v hit\">{}</td><td>{}</td><td class=\"v\">{}</td><td class=\"n\">{}</td><td class=\"t\">{}</td><td class=\"t\">{}</td><td>{}</td></tr>\n",
                escape(&defanged(set.value(*entry))),
                set.kind(*entry).word(),
                escape(advisory(set, *entry)),
                number(seen.count),
                at(seen.first, lang),
                at(seen.last, lang),
                span.map_or_else(String::new, |(first, last)| plot(&seen.timeline, first.at, last.at, 160, 20))
            )
        });
        table(&mut out, t("インディケータ別", "By indicator"), &heads, cells, rows.len(), lang);
        let rows = tally.machines();
        let heads = [
            t("端末", "machine"),
            t("値", "value"),
            t("件数", "count"),
            t("初回", "first seen"),
            t("最終", "last seen"),
        ];
        let cells = rows.iter().map(|row| {
            format!(
                "<tr><td>{}</td><td class=\"v\">{}</td><td class=\"n\">{}</td><td class=\"t\">{}</td><td class=\"t\">{}</td></tr>\n",
                escape(&harmless(&row.who)),
                escape(&defanged(set.value(row.entry))),
                number(row.count),
                at(row.first, lang),
                at(row.last, lang)
            )
        });
        table(&mut out, t("端末別", "By machine"), &heads, cells, rows.len(), lang);
        let heads = [
            t("時刻", "time"),
            t("端末", "machine"),
            t("見えたもの", "seen"),
            t("値", "value"),
            t("ログ:行", "log:line"),
        ];
        let cells = found.hits.iter().map(|(path, hit)| {
            format!(
                "<tr><td class=\"t\">{}</td><td>{}</td><td class=\"v\">{}</td><td class=\"v\">{}</td><td class=\"v\">{}:{}</td></tr>\n",
                at(hit.time, lang),
                escape(&harmless(&hit.who)),
                escape(&defanged(&hit.what)),
                escape(&defanged(set.value(hit.entry))),
                escape(&harmless(path)),
                hit.line
            )
        });
        let all = usize::try_from(summary.hits).unwrap_or(usize::MAX);
        table(&mut out, t("一致した行", "Lines"), &heads, cells, all, lang);
    }
    let heads = [
        t("ログ", "log"),
        t("形式", "format"),
        t("行", "lines"),
        t("一致", "hits"),
        t("最初の時刻", "from"),
        t("最後の時刻", "to"),
    ];
    let cells = summary.logs.iter().map(|log| {
        format!(
            "<tr><td class=\"v\">{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"t\">{}</td><td class=\"t\">{}</td></tr>\n",
            escape(&harmless(&log.log.path)),
            log.log.format.word(),
            number(log.lines),
            number(log.hits),
            at(log.first, lang),
            at(log.last, lang)
        )
    });
    table(&mut out, t("調べたログ", "Logs"), &heads, cells, summary.logs.len(), lang);
    if !summary.unread.is_empty() {
        let cells = summary
            .unread
            .iter()
            .map(|unread| format!("<tr><td class=\"v\">{}</td></tr>\n", escape(&unread_line(unread, lang))));
        let title = t("調べられなかったもの", "Not read");
        table(&mut out, title, &[t("何が、なぜ", "what, and why")], cells, summary.unread.len(), lang);
    }
    out.push_str("</body></html>\n");
    out
}
