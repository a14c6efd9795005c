//! A dissected mail, ready to be shown: every value with invisible characters made visible, and everything
//! that a browser or a hasty hand could follow defanged.

use std::collections::BTreeSet;

use indicators::guard::{Guards, lists};
use lexicon::facts::{HtmlFacts, MailFacts};
use lexicon::observable::GuardMark;
use lexicon::{Member, Observable, ObservableType};

use super::attachments::tree;
use super::criteria::{self, Criterion, criterion_of};
use super::kinds;
use super::labels::{self, AuthMark, Chip};
use super::lists::{inert, shown};
use super::places::{evidence_text, place_text};
use crate::view::View;

/// Lines of a body shown.
const LINES: usize = 2_000;
/// Characters of one line shown.
const LINE: usize = 4_000;
/// Links, remote things and observables of one kind shown.
const ROWS: usize = 300;

/// A mail as the page shows it.
pub(super) struct Mail {
    pub(super) headers: Vec<HeaderRow>,
    pub(super) authentication: Vec<AuthMark>,
    pub(super) hops: Vec<HopRow>,
    /// Before every id, so that several mails fit on one page; empty for an only one.
    pub(super) key: String,
    /// The same in labels, after a space.
    pub(super) key_label: String,
    /// Where the mail's other views are, in a hub.
    pub(super) base: Option<String>,
    /// Where the mail is shown made harmless, in a hub.
    pub(super) frame_address: Option<String>,
    /// The mail made harmless as a page, where it is to stand in this one.
    pub(super) frame_document: Option<String>,
    /// How high its frame is to be: a frame without scripts cannot find out.
    pub(super) frame_size: &'static str,
    /// The source by lines, where it is to stand in this page.
    pub(super) source: Vec<String>,
    pub(super) source_cut: bool,
    pub(super) criteria: Vec<CriterionRow>,
    pub(super) body: Vec<String>,
    pub(super) body_lang: Option<String>,
    pub(super) body_from: Option<String>,
    pub(super) html_text: Vec<String>,
    pub(super) has_html_facts: bool,
    pub(super) links: Vec<LinkRow>,
    pub(super) forms: Vec<FormRow>,
    pub(super) refresh: Vec<String>,
    pub(super) remote: Vec<String>,
    pub(super) hidden: String,
    /// Markup of ours; see [`tree`].
    pub(super) attachments: String,
    pub(super) groups: Vec<Group>,
    pub(super) oddities: Vec<OddityRow>,
}

pub(super) struct HeaderRow {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) mono: bool,
}

pub(super) struct HopRow {
    pub(super) from: String,
    pub(super) by: String,
    pub(super) ip: String,
    pub(super) date: String,
}

/// One criterion of a verdict with all that speaks to it.
pub(super) struct CriterionRow {
    pub(super) word: &'static str,
    pub(super) name: &'static str,
    pub(super) nothing: &'static str,
    pub(super) facts: Vec<String>,
    pub(super) campaign: Option<String>,
    pub(super) tells: Vec<TellRow>,
    pub(super) is_sender: bool,
}

/// One tell with all its evidence.
pub(super) struct TellRow {
    pub(super) weight: u8,
    pub(super) strength: &'static str,
    pub(super) text: String,
    pub(super) why: Vec<String>,
    pub(super) more: usize,
}

/// What stands around a mail on its page.
#[derive(Default)]
pub(super) struct Around<'a> {
    /// Before every id; empty for an only mail.
    pub(super) key: String,
    /// The address of the submission, in a hub.
    pub(super) base: Option<String>,
    /// The mail made harmless as a page, where there is no address.
    pub(super) document: Option<String>,
    /// The source, where there is no address, and whether it was cut.
    pub(super) source: (Vec<String>, bool),
    /// What ties it to other mails, in words.
    pub(super) relations: Vec<String>,
    /// Its campaign, for those who may know.
    pub(super) campaign: Option<String>,
    /// The reader's own organisation: its names are marked for it, and for nobody else.
    pub(super) own: Option<&'a Member>,
}

pub(super) struct LinkRow {
    pub(super) url: String,
    pub(super) text: String,
    pub(super) differs: bool,
    pub(super) mark: Chip,
}

pub(super) struct FormRow {
    pub(super) action: String,
    pub(super) password: bool,
}

pub(super) struct Group {
    pub(super) name: &'static str,
    pub(super) rows: Vec<IndicatorRow>,
}

pub(super) struct IndicatorRow {
    pub(super) value: String,
    pub(super) shown: String,
    pub(super) unicode: Option<String>,
    /// Of a hash, the file's name and kind.
    pub(super) file: Option<String>,
    pub(super) guard: Option<GuardRow>,
    pub(super) places: String,
}

pub(super) struct GuardRow {
    pub(super) chip: Chip,
    pub(super) entry: String,
}

pub(super) struct OddityRow {
    pub(super) text: String,
    pub(super) place: String,
}

impl Mail {
    pub(super) fn of(v: &View, facts: &MailFacts, around: Around<'_>) -> Self {
        let html = &facts.html;
        let own = around.own;
        let hosts = Hosts::of(facts);
        let attachments = tree(v, &facts.attachments, around.base.as_deref());
        Self {
            criteria: criteria(v, facts, &hosts, around.relations, around.campaign),
            key_label: if around.key.is_empty() { String::new() } else { format!(" {}", around.key) },
            key: around.key,
            frame_address: around
                .base
                .as_ref()
                .filter(|_| has_html(facts))
                .map(|base| format!("{base}/rendered")),
            frame_document: around.document.filter(|_| has_html(facts)),
            frame_size: match facts.body.text.len().max(html.text.len()) {
                0..500 => "mail-frame-low",
                500..4_000 => "mail-frame-middle",
                _ => "mail-frame-high",
            },
            source: around.source.0,
            source_cut: around.source.1,
            base: around.base,
            headers: headers(v, facts),
            authentication: vec![
                labels::authentication("SPF", facts.authentication.spf.as_deref(), v),
                labels::authentication("DKIM", facts.authentication.dkim.as_deref(), v),
                labels::authentication("DMARC", facts.authentication.dmarc.as_deref(), v),
            ],
            // Headers stand newest first; a reader follows the mail from its origin.
            hops: facts
                .received
                .iter()
                .rev()
                .map(|hop| HopRow {
                    from: hop.from.as_deref().map_or_else(|| "?".to_owned(), shown),
                    by: hop.by.as_deref().map_or_else(|| "?".to_owned(), shown),
                    ip: hop
                        .ip
                        .as_deref()
                        .filter(|ip| !names(hop.from.as_deref(), ip))
                        .map(shown)
                        .unwrap_or_default(),
                    date: hop.date.as_deref().map(date_text).unwrap_or_default(),
                })
                .collect(),
            body: lines(&facts.body.text, &hosts),
            body_lang: language(facts.body.language.as_deref()),
            body_from: body_from(v, facts),
            html_text: lines(&html.text, &hosts),
            has_html_facts: !html.links.is_empty()
                || !html.forms.is_empty()
                || !html.refresh.is_empty()
                || !html.remote.is_empty()
                || !html.hidden.is_empty(),
            links: html
                .links
                .iter()
                .take(ROWS)
                .map(|link| LinkRow {
                    url: shown(&link.url),
                    text: hosts.inert(&link.text),
                    differs: leads_elsewhere(&link.text, &link.url),
                    mark: Chip::new("red", "alert", v.t("表示と違う", "Differs")),
                })
                .collect(),
            forms: html
                .forms
                .iter()
                .take(ROWS)
                .map(|form| FormRow { action: shown(&form.action), password: form.password })
                .collect(),
            refresh: html.refresh.iter().take(ROWS).map(|url| shown(url)).collect(),
            remote: html.remote.iter().take(ROWS).map(|url| shown(url)).collect(),
            hidden: hosts.inert(lexicon::text::cut(&html.hidden, LINE)),
            attachments,
            groups: groups(v, facts, own),
            oddities: facts
                .oddities
                .iter()
                .take(ROWS)
                .map(|oddity| OddityRow {
                    text: anatomy::oddities::text(&oddity.id).map_or_else(
                        || lexicon::text::visible(&oddity.id),
                        |text| text.of(v.lang).to_owned(),
                    ),
                    place: place_text(v, &oddity.place),
                })
                .collect(),
        }
    }
}

/// True for a mail with an HTML part: a plain text is shown as such already.
fn has_html(facts: &MailFacts) -> bool {
    facts.body.source == "text/html" || !facts.html.text.is_empty() || facts.html != HtmlFacts::default()
}

/// Text line by line: a line break of the mail stays one, every other control becomes visible.
pub(super) fn lines(text: &str, hosts: &Hosts<'_>) -> Vec<String> {
    let text = text.trim_end();
    if text.is_empty() {
        return Vec::new();
    }
    let mut out: Vec<String> =
        text.lines().take(LINES).map(|line| hosts.inert(lexicon::text::cut(line, LINE))).collect();
    if text.lines().nth(LINES).is_some() {
        out.push("…".to_owned());
    }
    out
}

/// The names in a mail that are known to be hosts, whatever they look like: `evil.zip`.
#[derive(Default)]
pub(super) struct Hosts<'a>(BTreeSet<&'a str>);

impl<'a> Hosts<'a> {
    pub(super) fn of(facts: &'a MailFacts) -> Self {
        let names = facts.observables.iter().filter(|seen| seen.kind == ObservableType::DomainName);
        Self(names.map(|seen| seen.value.as_str()).collect())
    }

    /// Running text with all that leads somewhere defanged.
    pub(super) fn inert(&self, text: &str) -> String {
        lexicon::text::visible(&indicators::inert::text(text, &|name| self.0.contains(name)))
    }
}

/// A language tag that is safe in markup.
fn language(code: Option<&str>) -> Option<String> {
    code.filter(|code| (2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase()))
        .map(str::to_owned)
}

fn body_from(v: &View, facts: &MailFacts) -> Option<String> {
    let charset = lexicon::text::visible(facts.body.charset.as_deref()?);
    let source = lexicon::text::visible(&facts.body.source);
    Some(match facts.body.charset_declared.as_deref().map(lexicon::text::visible) {
        Some(declared) => {
            format!("{source} · {charset} {}", v.t("（宣言は ", "(declared ")) + &declared + v.t("）", ")")
        }
        None => format!("{source} · {charset}"),
    })
}

/// Pieces of evidence shown of one tell.
const EVIDENCE: usize = 6;

fn criteria(
    v: &View,
    facts: &MailFacts,
    hosts: &Hosts<'_>,
    relations: Vec<String>,
    campaign: Option<String>,
) -> Vec<CriterionRow> {
    let mut relations = Some(relations);
    let mut campaign = campaign;
    Criterion::ALL
        .into_iter()
        .map(|criterion| CriterionRow {
            word: criterion.word(),
            name: criterion.text().of(v.lang),
            nothing: criteria::nothing(criterion).of(v.lang),
            facts: match criterion {
                Criterion::Kind => files(v, facts),
                Criterion::Past => relations.take().unwrap_or_default(),
                _ => Vec::new(),
            },
            campaign: if criterion == Criterion::Past { campaign.take() } else { None },
            tells: tells(v, facts, hosts, criterion),
            is_sender: criterion == Criterion::Sender,
        })
        .collect()
}

/// The kinds of all files in a mail, in words: `ZIP › Windows shortcut`.
fn files(v: &View, facts: &MailFacts) -> Vec<String> {
    fn chains(v: &View, file: &lexicon::facts::Attachment, above: &str, depth: usize, out: &mut Vec<String>) {
        if out.len() >= 12 || depth == 0 {
            return;
        }
        let kind = kinds::kind(v.lang, &file.kind);
        let chain = if above.is_empty() { kind } else { format!("{above} › {kind}") };
        if file.children.is_empty() {
            if !out.contains(&chain) {
                out.push(chain);
            }
            return;
        }
        file.children.iter().for_each(|child| chains(v, child, &chain, depth - 1, out));
    }
    let mut out = Vec::new();
    for file in facts.attachments.iter().filter(|file| !file.inline) {
        chains(v, file, "", 8, &mut out);
    }
    if out.is_empty() {
        return out;
    }
    vec![format!("{}{}", v.t("添付ファイル：", "Files: "), out.join(v.t("、", "; ")))]
}

/// The tells that speak to a criterion, heaviest first; each with all its evidence.
fn tells(v: &View, facts: &MailFacts, hosts: &Hosts<'_>, criterion: Criterion) -> Vec<TellRow> {
    let mut rows: Vec<(&str, TellRow)> = Vec::new();
    let mut tells: Vec<&lexicon::facts::Tell> =
        facts.tells.iter().filter(|tell| criterion_of(tell) == criterion).take(ROWS).collect();
    tells.sort_by_key(|tell| std::cmp::Reverse(tell.weight));
    for tell in tells {
        let why = evidence_text(v, hosts, lexicon::text::cut(&tell.why, LINE));
        if let Some((_, row)) = rows.iter_mut().find(|(id, _)| *id == tell.id) {
            if row.why.len() < EVIDENCE {
                row.why.push(why);
            } else {
                row.more += 1;
            }
            continue;
        }
        let strength = match tell.weight {
            0..=1 => v.t("手がかり", "a hint"),
            2 => v.t("やや怪しい", "somewhat telling"),
            3 => v.t("怪しい", "telling"),
            4 => v.t("強く怪しい", "strong"),
            _ => v.t("ほぼ確実", "nearly certain"),
        };
        let text = match &tell.text {
            // An operator's own tell says itself what it says.
            Some(own) => lexicon::text::visible(v.lang.pick(&own.ja, &own.en)),
            None => anatomy::tells::text(&tell.id)
                .map_or_else(|| lexicon::text::visible(&tell.id), |text| text.of(v.lang).to_owned()),
        };
        let why = if why.is_empty() { Vec::new() } else { vec![why] };
        rows.push((&tell.id, TellRow { weight: tell.weight.min(5), strength, text, why, more: 0 }));
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

fn headers(v: &View, facts: &MailFacts) -> Vec<HeaderRow> {
    let mut rows = Vec::new();
    let mut add = |name: &str, value: String, mono: bool| {
        if !value.trim().is_empty() {
            rows.push(HeaderRow { name: lexicon::text::visible(name), value, mono });
        }
    };
    let mailbox = |mailbox: &lexicon::facts::Mailbox| {
        let name = lexicon::text::visible(&mailbox.name);
        let address = shown(&mailbox.address);
        match (name.is_empty(), address.is_empty()) {
            (true, _) => address,
            (false, true) => name,
            (false, false) => format!("{name} <{address}>"),
        }
    };
    let many = |list: &[lexicon::facts::Mailbox]| {
        let mut text = list.iter().take(20).map(mailbox).collect::<Vec<_>>().join(", ");
        if list.len() > 20 {
            text.push_str(&format!(" … (+{})", list.len() - 20));
        }
        text
    };
    add("From", facts.from.as_ref().map(mailbox).unwrap_or_default(), true);
    add("Reply-To", facts.reply_to.as_ref().map(mailbox).unwrap_or_default(), true);
    add("Sender", facts.sender.as_ref().map(mailbox).unwrap_or_default(), true);
    add("Return-Path", facts.return_path.as_deref().map(shown).unwrap_or_default(), true);
    add("To", many(&facts.to), true);
    add("Cc", many(&facts.cc), true);
    let date = facts.date.as_deref().map(date_text);
    add("Date", date.unwrap_or_else(|| v.t("（なし）", "(none)").to_owned()), false);
    add("Message-ID", facts.message_id.as_deref().map(shown).unwrap_or_default(), true);
    for header in facts.headers.iter().take(40) {
        add(&header.name, inert(lexicon::text::cut(&header.value, LINE)), true);
    }
    rows
}

/// True where the name that a client gave is its address itself, as in `[192.0.2.1]`.
fn names(from: Option<&str>, ip: &str) -> bool {
    from.is_some_and(|from| from.trim_matches(['[', ']']) == ip)
}

/// `2026-11-20T10:00:00+09:00` as `2026-11-20 10:00:00 +09:00`: the mail's own offset is part of the evidence.
fn date_text(date: &str) -> String {
    let text = lexicon::text::visible(date);
    match (text.get(..10), text.get(10..11), text.get(11..19), text.get(19..)) {
        (Some(day), Some("T"), Some(time), Some(offset)) => format!("{day} {time} {offset}"),
        _ => text,
    }
}

/// True where a link shows one address and leads to another.
fn leads_elsewhere(text: &str, url: &str) -> bool {
    let host = |text: &str| -> Option<String> {
        let text = indicators::defang::refang(text.trim()).to_ascii_lowercase();
        let rest = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or("");
        let host = host.rsplit('@').next().unwrap_or("").split(':').next().unwrap_or("");
        let is_name = host.contains('.') && !host.contains(char::is_whitespace) && !host.starts_with('.');
        is_name.then(|| host.trim_start_matches("www.").trim_end_matches('.').to_owned())
    };
    match (host(text), host(url)) {
        (Some(seen), Some(real)) => seen != real,
        _ => false,
    }
}

fn groups(v: &View, facts: &MailFacts, own: Option<&Member>) -> Vec<Group> {
    let mut own_marks = facts.observables.clone();
    match own {
        Some(member) => Guards::default().with_own_names(&member.identity.domains).mark(&mut own_marks),
        None => own_marks.iter_mut().for_each(|observable| observable.guard = None),
    }
    ObservableType::ALL
        .into_iter()
        .filter_map(|kind| {
            let rows: Vec<IndicatorRow> = facts
                .observables
                .iter()
                .zip(&own_marks)
                .filter(|(observable, _)| observable.kind == kind)
                .take(ROWS)
                .map(|(observable, own)| {
                    let mut row = row(v, observable, own.guard.as_ref().or(observable.guard.as_ref()));
                    if kind == ObservableType::File {
                        row.file = file_of(&facts.attachments, observable, 8)
                            .map(|file| kinds::named(v.lang, file.name.as_deref(), &file.kind));
                    }
                    row
                })
                .collect();
            (!rows.is_empty()).then(|| Group { name: labels::observable(v.lang, kind), rows })
        })
        .collect()
}

fn row(v: &View, observable: &Observable, guard: Option<&GuardMark>) -> IndicatorRow {
    let mut places = observable.places.iter().take(6).map(|place| place_text(v, place)).collect::<Vec<_>>();
    if observable.places.len() > places.len() {
        places.push(format!("(+{})", observable.places.len() - places.len()));
    }
    IndicatorRow {
        value: lexicon::text::visible(&observable.value),
        shown: shown(&observable.value),
        unicode: observable.unicode.as_deref().map(shown),
        file: None,
        guard: guard.map(|guard| GuardRow {
            chip: Chip::new("grey", "shield", guard_text(v, &guard.list)),
            entry: shown(&guard.entry),
        }),
        places: places.join(v.t("、", ", ")),
    }
}

/// The attachment that a hash is of.
fn file_of<'a>(
    files: &'a [lexicon::facts::Attachment],
    observable: &Observable,
    depth: usize,
) -> Option<&'a lexicon::facts::Attachment> {
    files.iter().find_map(|file| {
        let known = observable.hashes.as_ref().and_then(|hashes| hashes.sha256.as_deref());
        if !file.sha256.is_empty() && (file.sha256 == observable.value || known == Some(file.sha256.as_str()))
        {
            return Some(file);
        }
        if depth == 0 { None } else { file_of(&file.children, observable, depth - 1) }
    })
}

fn guard_text(v: &View, list: &str) -> &'static str {
    match list {
        lists::OWN_NAMES => v.t("自組織の名前", "Your own name"),
        lists::PRIVATE_RANGE => v.t("内部アドレス", "Private range"),
        lists::DOCUMENTATION_RANGE => v.t("文書用アドレス", "Documentation range"),
        lists::RESERVED_NAME => v.t("予約された名前", "Reserved name"),
        lists::PUBLIC_SUFFIX => v.t("公開サフィックス", "Public suffix"),
        lists::POPULAR_SERVICE => v.t("よく使われるサービス", "Popular service"),
        _ => v.t("運用者の一覧", "Operator's list"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_shows_another_host_is_marked() {
        assert!(leads_elsewhere("https://www.bank.example/", "http://evil.example/x"));
        assert!(!leads_elsewhere("bank.example", "https://www.bank.example/login"));
        assert!(!leads_elsewhere("こちら", "https://evil.example/"));
        assert!(!leads_elsewhere("Dr. Smith", "https://evil.example/"));
    }

    #[test]
    fn what_a_sender_wrote_cannot_steer_the_page() {
        let facts = MailFacts {
            observables: vec![Observable {
                kind: ObservableType::DomainName,
                value: "evil.zip".into(),
                unicode: None,
                hashes: None,
                places: Vec::new(),
                guard: None,
            }],
            ..MailFacts::default()
        };
        assert_eq!(
            lines("a\u{202e}b\nHTTPS://evil.example 198.51.100.7\n写真.zip evil.zip", &Hosts::of(&facts)),
            ["a⟨U+202E⟩b", "HXXPS://evil[.]example 198[.]51[.]100[.]7", "写真.zip evil[.]zip"]
        );
    }
}
