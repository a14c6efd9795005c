//! The title, and the headers that matter.

use lexicon::MailFacts;
use lexicon::facts::Mailbox;

use super::{Page, defanged, harmless, moment};
use crate::screen::shape::{self, width, wrap};

/// Recipients shown one by one.
const MAX_RECIPIENTS: usize = 5;

pub(super) fn show(page: &mut Page<'_>, facts: &MailFacts) {
    title(page, facts);
    let paint = page.paint();
    let plain = |text: &str| text.to_owned();

    if let Some(from) = &facts.from {
        page.field(page.t("差出人", "From"), &mailbox(from), |text| paint.bold(text));
    } else {
        page.field(page.t("差出人", "From"), page.t("（なし）", "(none)"), |text| paint.dim(text));
    }
    let from = facts.from.as_ref().map_or("", |from| from.address.as_str());
    if let Some(sender) = facts.sender.as_ref().filter(|sender| !same(&sender.address, from)) {
        page.field(page.t("送信者", "Sender"), &mailbox(sender), plain);
    }
    if let Some(reply_to) = &facts.reply_to {
        // A reply that goes elsewhere is what やり取り型 mails live on.
        let elsewhere = !same(&reply_to.address, from);
        page.field(page.t("返信先", "Reply-To"), &mailbox(reply_to), |text| {
            if elsewhere { paint.yellow(text) } else { text.to_owned() }
        });
    }
    if let Some(return_path) = &facts.return_path {
        let value = if return_path.is_empty() { "<>".to_owned() } else { defanged(return_path) };
        let elsewhere = !same(domain(return_path), domain(from));
        page.field(
            "Return-Path",
            &value,
            |text| if elsewhere { paint.yellow(text) } else { text.to_owned() },
        );
    }
    recipients(page, page.t("宛先", "To"), &facts.to);
    recipients(page, "Cc", &facts.cc);
    match &facts.date {
        Some(date) => page.field(page.t("日時", "Date"), &moment::with_jst(&harmless(date)), plain),
        None => {
            page.field(page.t("日時", "Date"), page.t("（なし）", "(none)"), |text| paint.dim(text))
        }
    }
    if let Some(id) = &facts.message_id {
        page.field("Message-ID", &defanged(id), |text| paint.dim(text));
    }
    authentication(page, facts);
    for header in facts.headers.iter().take(if page.style.full { usize::MAX } else { 6 }) {
        // A lone value, such as that of X-Originating-IP, is one that somebody may click.
        let one = !header.value.trim().contains(char::is_whitespace);
        let value = if one { defanged(header.value.trim()) } else { harmless(&header.value) };
        let name = harmless(&header.name);
        page.field(&name, &value, |text| paint.dim(text));
    }
}

/// The subject between rules, and below it what was read.
fn title(page: &mut Page<'_>, facts: &MailFacts) {
    let paint = page.paint();
    let subject = facts.subject.as_deref().map(harmless).unwrap_or_default();
    let subject = if subject.trim().is_empty() {
        page.t("（件名なし）", "(no subject)").to_owned()
    } else {
        subject
    };
    let rule = "━".repeat(page.style.width);
    page.out.push_str(&format!("{}\n", paint.cyan(&rule)));
    for line in wrap(&subject, page.room()) {
        let line = paint.bold(&line);
        page.line(&line);
    }
    let path = harmless(&facts.path);
    let behind = format!("{}  sha256 {}", shape::size(facts.size), facts.sha256);
    if width(&path) + width(&behind) + 2 <= page.room() {
        let line = paint.dim(&format!("{path}  {behind}"));
        page.line(&line);
    } else {
        for line in wrap(&path, page.room()) {
            let line = paint.dim(&line);
            page.line(&line);
        }
        let line = paint.dim(&behind);
        page.line(&line);
    }
    page.out.push_str(&format!("{}\n", paint.cyan(&rule)));
}

fn recipients(page: &mut Page<'_>, name: &'static str, list: &[Mailbox]) {
    if list.is_empty() {
        return;
    }
    let shown = if page.style.full { list.len() } else { MAX_RECIPIENTS };
    let mut text = list.iter().take(shown).map(mailbox).collect::<Vec<_>>().join(", ");
    if list.len() > shown {
        let more = list.len() - shown;
        let more = match page.style.lang {
            lexicon::Lang::Ja => format!(" ほか {more} 名"),
            lexicon::Lang::En => format!(" and {more} more"),
        };
        text.push_str(&more);
    }
    page.field(name, &text, str::to_owned);
}

fn authentication(page: &mut Page<'_>, facts: &MailFacts) {
    let auth = &facts.authentication;
    if auth.spf.is_none() && auth.dkim.is_none() && auth.dmarc.is_none() {
        let text = page.t("受信側の判定が書かれていない", "the receiving side says nothing");
        let paint = page.paint();
        page.field(page.t("認証", "Auth"), text, |text| paint.dim(text));
        return;
    }
    let column = page.t("認証", "Auth");
    let text = auth_words(facts, page.style.paint);
    // Painted word by word, and always short: not wrapped.
    let name = page.paint().dim(&shape::pad(column, 14));
    page.line(&format!("{name}{text}"));
}

/// `SPF pass   DKIM fail   DMARC –`, in colours.
pub(super) fn auth_words(facts: &MailFacts, paint: crate::screen::Paint) -> String {
    let auth = &facts.authentication;
    let word = |name: &str, result: &Option<String>| match result.as_deref() {
        None => format!("{name} {}", paint.dim("–")),
        Some(result) => {
            let shown = shape::cut(&harmless(result), 20);
            let painted = match result {
                "pass" => paint.green(&shown),
                "fail" | "softfail" | "permerror" | "hardfail" => paint.red(&shown),
                _ => paint.yellow(&shown),
            };
            format!("{name} {painted}")
        }
    };
    [word("SPF", &auth.spf), word("DKIM", &auth.dkim), word("DMARC", &auth.dmarc)].join("   ")
}

/// `name <address>`, defanged.
pub(super) fn mailbox(mailbox: &Mailbox) -> String {
    let name = harmless(&mailbox.name);
    match (name.is_empty(), mailbox.address.is_empty()) {
        (true, _) => defanged(&mailbox.address),
        (false, true) => name,
        (false, false) => format!("{name} <{}>", defanged(&mailbox.address)),
    }
}

fn domain(address: &str) -> &str {
    address.rsplit_once('@').map_or("", |(_, domain)| domain)
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}
