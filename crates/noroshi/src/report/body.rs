//! The body, and links that do not lead where they say.

use std::collections::BTreeSet;

use indicators::shape::{classify, host_of_url};
use lexicon::{MailFacts, ObservableType};

use super::{Page, defanged, harmless};
use crate::screen::shape::wrap;

/// Lines shown.
const MAX_LINES: usize = 40;
/// Links shown.
const MAX_LINKS: usize = 10;

pub(super) fn show(page: &mut Page<'_>, facts: &MailFacts) {
    let body = &facts.body;
    let mut note: Vec<String> = Vec::new();
    note.extend((!body.source.is_empty()).then(|| body.source.clone()));
    note.extend(body.charset.clone());
    if let Some(declared) = &body.charset_declared {
        note.push(format!("{} {declared}", page.t("宣言は", "declared")));
    }
    note.extend(body.language.clone());
    let note = harmless(&note.join(", "));
    page.section(page.t("本文", "Body"), &if note.is_empty() { note } else { format!("({note})") });
    let paint = page.paint();
    let text = body.text.trim_end();
    if text.is_empty() {
        let text = paint.dim(page.t("（本文なし）", "(no body)"));
        page.line(&text);
        return;
    }
    let limit = if page.style.full { usize::MAX } else { MAX_LINES };
    let room = page.room().saturating_sub(2);
    let mut shown = 0;
    let mut blank = true;
    let mut lines = text.lines();
    for line in lines.by_ref() {
        // A run of blank lines says no more than one.
        let is_blank = line.trim().is_empty();
        if is_blank && blank {
            continue;
        }
        blank = is_blank;
        for line in wrap(harmless(line).trim_end(), room) {
            shown += 1;
            if shown > limit {
                break;
            }
            page.line(&format!("{} {line}", paint.dim("│")));
        }
        if shown >= limit {
            break;
        }
    }
    let left = lines.filter(|line| !line.trim().is_empty()).count();
    if left > 0 || shown > limit {
        let text = match page.style.lang {
            lexicon::Lang::Ja => format!("… 以下 {left} 行（すべて表示: --full）"),
            lexicon::Lang::En => format!("… {left} more lines (--full shows all)"),
        };
        let text = paint.dim(&text);
        page.line(&text);
    }
}

/// Links whose text names one host while they lead to another.
pub(super) fn links(page: &mut Page<'_>, facts: &MailFacts) {
    let mut seen = BTreeSet::new();
    let lying: Vec<(String, String)> = facts
        .html
        .links
        .iter()
        .filter(|link| lies(&link.url, &link.text))
        .map(|link| (harmless(link.text.trim()), defanged(&link.url)))
        .filter(|pair| seen.insert(pair.clone()))
        .collect();
    if lying.is_empty() {
        return;
    }
    page.section(
        page.t("表示と違う所へ行くリンク", "Links that lead elsewhere"),
        &super::tells::count(lying.len()),
    );
    let paint = page.paint();
    let shown = if page.style.full { lying.len() } else { MAX_LINKS };
    let room = page.room().saturating_sub(3);
    for (text, url) in lying.iter().take(shown) {
        for line in wrap(text, room) {
            page.line(&line);
        }
        let mut arrow = paint.dim("→ ");
        for line in wrap(url, room) {
            let text = format!("{arrow}{}", paint.red(&line));
            page.line(&text);
            arrow = "  ".to_owned();
        }
    }
    if lying.len() > shown {
        page.more(lying.len() - shown, 0);
    }
}

/// True if the text is itself a URL or a name, of another host than the link's.
fn lies(url: &str, text: &str) -> bool {
    let shown = match classify(text) {
        Some((ObservableType::Url, shown)) => host_of_url(&shown),
        Some(host @ (ObservableType::DomainName | ObservableType::Ipv4Addr, _)) => Some(host),
        _ => None,
    };
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    match (shown, host_of_url(url)) {
        (Some((_, shown)), Some((_, true_host))) => bare(&shown) != bare(&true_host),
        _ => false,
    }
}
