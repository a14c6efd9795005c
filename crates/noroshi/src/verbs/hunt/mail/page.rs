//! Hits as one page for a browser: everything in it, no script, nothing fetched.

use std::fmt::Write as _;

use lexicon::Lang;
use mailbox::Hit;

use super::list::{date, sender};
use super::question::Asked;
use super::sweep::Swept;
use crate::report::{defanged, harmless};
use crate::screen::shape::number;

const STYLE: &str = "\
:root{color-scheme:light}\
body{margin:0;background:#fff;color:#333;font:16px/1.7 \"Noto Sans JP\",\"Noto Sans CJK JP\",sans-serif;\
letter-spacing:.02em;line-break:strict;overflow-wrap:anywhere}\
main{max-width:80rem;margin:0 auto;padding:24px}\
h1{font-size:24px;line-height:1.5;color:#1a1a1a;margin:0 0 8px}\
h2{font-size:20px;line-height:1.5;color:#1a1a1a;margin:32px 0 8px}\
p{margin:0 0 16px}code{font-family:\"Noto Sans Mono CJK JP\",monospace;font-size:15px}\
table{border-collapse:collapse;width:100%;font-size:15px;line-height:1.4;letter-spacing:0}\
caption{text-align:left;padding:8px 0;color:#666}\
th,td{border:1px solid #949494;padding:8px;text-align:left;vertical-align:top}\
th{background:#e6e6e6;white-space:nowrap}tbody tr:hover{background:#e8f1fe}\
td.date{white-space:nowrap}td.from{max-width:14rem}\
.path,.place{color:#666;font-size:14px}\
mark{background:#fff2c2;color:#1a1a1a;font-weight:700;padding:0 2px}\
@media (max-width:48rem){table,tbody,tr,td{display:block}thead{display:none}td{border-width:0 1px}\
tr{border-top:1px solid #949494}}";

/// The page.
pub(super) fn page(swept: &Swept, asked: &Asked, lang: Lang) -> String {
    let t = |ja, en| lang.pick(ja, en);
    let title = t("メール検索の結果", "Mail search");
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>",
        lang.tag()
    );
    if let Some(text) = &asked.text {
        let _ = write!(out, "<p>{}: <code>{}</code></p>", t("検索式", "Query"), escape(text));
    }
    if let Some(watch) = &asked.question.watch {
        let count = number(watch.list().len() as u64);
        let _ = write!(out, "<p>{}: {count}</p>", t("インディケータ", "Indicators"));
    }
    let (found, mails) = (number(swept.hits.len() as u64), number(swept.mails));
    let counted = match lang {
        Lang::Ja => format!("{mails} 通のうち {found} 通、新しい順。日時は日本時間"),
        Lang::En => format!("{found} of {mails} mails, newest first; times are Japan's"),
    };
    let _ = write!(
        out,
        "<table><caption>{counted}</caption><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>\
         <th scope=\"col\">{}</th></tr></thead><tbody>",
        t("日時", "Date"),
        t("差出人", "From"),
        t("件名と一致箇所", "Subject and match"),
    );
    for hit in &swept.hits {
        row(&mut out, hit, asked, lang);
    }
    out.push_str("</tbody></table>");
    unread(&mut out, swept, lang);
    out.push_str("</main></body></html>\n");
    out
}

fn row(out: &mut String, hit: &Hit, asked: &Asked, lang: Lang) {
    let subject = hit.mail.subject.as_deref().unwrap_or(lang.pick("（件名なし）", "(no subject)"));
    let address = hit.mail.from.as_ref().map(|from| defanged(&from.address)).unwrap_or_default();
    let _ = write!(
        out,
        "<tr><td class=\"date\">{}</td><td class=\"from\">{}<br><span class=\"place\">{}</span></td><td><b>{}</b>",
        escape(&date(hit)),
        escape(&sender(hit)),
        escape(&address),
        escape(&harmless(subject)),
    );
    for seen in &hit.seen {
        if let Some(wanted) = asked.question.watch.as_ref().and_then(|w| w.list().get(seen.indicator)) {
            let _ = write!(
                out,
                "<br>{} <mark>{}</mark> <span class=\"place\">{}</span>",
                wanted.kind.word(),
                escape(&defanged(&wanted.value)),
                escape(&seen.places.join(", ")),
            );
        }
    }
    if hit.seen.is_empty() && !hit.snippet.text.is_empty() {
        let _ = write!(out, "<br><span class=\"place\">{}</span> ", escape(&hit.shown));
        let mut at = 0;
        let piece =
            |from: usize, to: usize| escape(&harmless(hit.snippet.text.get(from..to).unwrap_or_default()));
        for mark in &hit.snippet.marks {
            let _ = write!(out, "{}<mark>{}</mark>", piece(at, mark.start), piece(mark.start, mark.end));
            at = mark.end;
        }
        out.push_str(&piece(at, hit.snippet.text.len()));
    }
    let _ = write!(
        out,
        "<br><span class=\"path\">{}</span><br><span class=\"path\">SHA-256 {}</span></td></tr>",
        escape(&harmless(&hit.mail.path)),
        escape(&hit.mail.sha256),
    );
}

fn unread(out: &mut String, swept: &Swept, lang: Lang) {
    let mut lines: Vec<String> = Vec::new();
    lines
        .extend(swept.notes.unread.iter().map(|(path, why)| format!("{}: {}", harmless(path), why.of(lang))));
    let changed = lang.pick("読んでいる間に変わりました", "changed while it was read");
    lines.extend(swept.changed.iter().map(|path| format!("{}: {changed}", harmless(path))));
    lines.extend(swept.partly.iter().map(|(path, what)| format!("{}: {}", harmless(path), what.join(", "))));
    lines.extend(swept.damaged.iter().map(|problem| problem.of(lang)));
    if lines.is_empty() {
        return;
    }
    let _ = write!(out, "<h2>{}</h2><ul>", lang.pick("読めなかったもの", "What could not be read"));
    for line in lines {
        let _ = write!(out, "<li>{}</li>", escape(&line));
    }
    out.push_str("</ul>");
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
