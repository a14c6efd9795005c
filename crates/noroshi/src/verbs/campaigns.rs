//! `noroshi campaigns`: a pile of mails → campaigns with reasons.

use std::fmt::Write as _;
use std::io::{self, Write};

use casework::{Grouping, Kinds, Signature, group};
use clap::builder::NonEmptyStringValueParser;
use desk::dissect::Settings;
use indicators::guard::Guards;
use lexicon::Lang;
use lexicon::ids::CampaignId;
use serde::Serialize;

use super::guards::GuardArgs;
use crate::intake::{self, Intake};
use crate::outcome::{Failure, Outcome};
use crate::report::{Page, Style, closing, defanged, harmless, progress};
use crate::screen::Session;
use crate::screen::shape::{cut, number, pad, width};

/// Recognise campaigns in a pile of mails, and say why (同じ攻撃を見分ける)
///
/// Near-identical text, attachments and what made them, the same rare senders, routes and link targets tie mails; what
/// many unrelated mails have in common ties nothing. Works offline; the order of the paths does not matter.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi campaigns reported/\n  noroshi campaigns --by text,attachment --json a.mbox ~/Maildir > campaigns.json"
)]
pub(crate) struct Args {
    /// Mails, mailboxes, folders; - is standard input
    #[arg(required = true, value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    paths: Vec<String>,

    /// What may tie mails, separated by commas: text, structure, attachment, password, subject, sender, route, url;
    /// infrastructure stands for sender, route and url [default: all]
    #[arg(long, value_name = "KINDS", value_parser = kinds, default_value = ALL, hide_default_value = true)]
    by: Kinds,

    /// JSON (the default where no terminal is)
    #[arg(long, conflicts_with = "report")]
    json: bool,

    /// The table for people, also where no terminal is
    #[arg(long)]
    report: bool,

    /// In the table: every mail and every reason
    #[arg(long)]
    full: bool,

    /// Columns of the table [default: the terminal's]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,

    /// Mails to work on at the same time [default: one a processor]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,

    #[command(flatten)]
    guards: GuardArgs,
}

/// Every kind that mails alone can show.
const ALL: &str = "text,structure,attachment,password,subject,infrastructure";

fn kinds(text: &str) -> Result<Kinds, String> {
    Kinds::parse(text).map_err(|error| {
        format!(
            "{error}; use text, structure, attachment, password, subject, sender, route, url, infrastructure"
        )
    })
}

/// What is kept of a mail: its raw bytes and its facts are gone by then.
struct Kept {
    path: String,
    sha256: String,
    subject: String,
    at: Option<jiff::Timestamp>,
    signature: Signature,
}

#[derive(Serialize)]
struct Output<'a> {
    campaigns: Vec<Campaign<'a>>,
    singletons: Vec<&'a str>,
}

#[derive(Serialize)]
struct Campaign<'a> {
    id: String,
    mails: Vec<&'a str>,
    links: Vec<Link<'a>>,
}

#[derive(Serialize)]
struct Link<'a> {
    a: &'a str,
    b: &'a str,
    reasons: Vec<Reason<'a>>,
}

#[derive(Serialize)]
struct Reason<'a> {
    kind: &'static str,
    weight: f64,
    value: &'a str,
    /// How many different texts here carry the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    texts: Option<u64>,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    // Names for examples tie mails in exercises, and real mails have none.
    let settings = Settings {
        guards: args.guards.guards(Guards::builtin_for_examples(), session)?,
        opener: super::worker::opener(&[]),
        ..Settings::default()
    };
    let bar = progress(session, true);
    let mut intake = Intake::new(args.paths);
    let mut mails: Vec<Kept> = Vec::new();
    intake::each(
        &mut intake,
        args.jobs,
        |path, mail| {
            let facts = mail.dissect(path, &settings, &[]);
            Kept {
                signature: Signature::of_kinds(&facts, args.by),
                at: facts.date.as_deref().and_then(|date| date.parse().ok()),
                subject: cut(&harmless(facts.subject.as_deref().unwrap_or_default()), 200),
                sha256: facts.sha256,
                path: facts.path,
            }
        },
        |kept| {
            bar.inc(1);
            mails.push(kept);
            Ok(())
        },
    )?;
    bar.finish_and_clear();
    // Another order of the arguments is the same question.
    mails.sort_by(|a, b| a.path.cmp(&b.path));
    let (signatures, mails): (Vec<Signature>, Vec<Mail>) = mails
        .into_iter()
        .map(|kept| {
            let Kept { path, sha256, subject, at, signature } = kept;
            (signature, Mail { path, sha256, subject, at })
        })
        .unzip();
    let grouping = group(&signatures, args.by);

    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json || (!args.report && !session.out_is_terminal) {
        serde_json::to_writer_pretty(&mut out, &output(&grouping, &mails)).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    } else {
        let style = Style {
            lang: session.lang,
            paint: session.paint,
            width: session.width(args.width),
            full: args.full,
        };
        out.write_all(table(&grouping, &mails, &style).as_bytes())?;
    }
    out.flush()?;
    closing::notes(session, &intake.notes, mails.len() as u64);
    Ok(if intake.notes.unread.is_empty() { Outcome::Done } else { Outcome::Unread })
}

struct Mail {
    path: String,
    sha256: String,
    subject: String,
    at: Option<jiff::Timestamp>,
}

/// The id of a campaign: from the content of its mails alone, wherever they lie.
fn id(group: &casework::Group, mails: &[Mail]) -> CampaignId {
    let mut hashes: Vec<&str> = of(group, mails).map(|mail| mail.sha256.as_str()).collect();
    hashes.sort_unstable();
    CampaignId::from_name(&hashes.join("\n"))
}

fn of<'a>(group: &'a casework::Group, mails: &'a [Mail]) -> impl Iterator<Item = &'a Mail> {
    group.mails.iter().filter_map(|&at| mails.get(at))
}

fn output<'a>(grouping: &'a Grouping, mails: &'a [Mail]) -> Output<'a> {
    let path = |at: usize| mails.get(at).map_or("", |mail| mail.path.as_str());
    let campaigns = grouping
        .campaigns
        .iter()
        .map(|group| Campaign {
            id: id(group, mails).to_string(),
            mails: group.mails.iter().map(|&at| path(at)).collect(),
            links: group
                .links
                .iter()
                .map(|link| Link {
                    a: path(link.a),
                    b: path(link.b),
                    reasons: link
                        .reasons
                        .iter()
                        .map(|reason| Reason {
                            kind: reason.kind.word(),
                            weight: reason.weight,
                            value: &reason.value,
                            texts: reason.texts,
                        })
                        .collect(),
                })
                .collect(),
        })
        .collect();
    Output { campaigns, singletons: grouping.singletons.iter().map(|&at| path(at)).collect() }
}

/// Subjects, mails and reasons shown of one campaign.
const MAX_SHOWN: usize = 3;
/// Campaigns shown.
const MAX_CAMPAIGNS: usize = 40;

fn table(grouping: &Grouping, mails: &[Mail], style: &Style) -> String {
    let mut page = Page::new(style);
    let paint = style.paint;
    let mut groups: Vec<&casework::Group> = grouping.campaigns.iter().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.mails.len()));
    let campaigns = if style.full { groups.len() } else { MAX_CAMPAIGNS };
    let limit = if style.full { usize::MAX } else { MAX_SHOWN };
    for group in groups.iter().take(campaigns) {
        let count = number(group.mails.len() as u64);
        let size = match style.lang {
            Lang::Ja => format!("{count} 通"),
            Lang::En => format!("{count} mails"),
        };
        let id = id(group, mails).to_string();
        let id = if style.full { id.as_str() } else { id.get(..8).unwrap_or(&id) };
        let head = format!("{}  {}", paint.bold(&size), span(group, mails));
        page.out.push_str(&format!("{} {head}  {}\n", paint.red("●"), paint.dim(id)));
        for (subject, times) in
            counted(of(group, mails).map(|mail| mail.subject.as_str())).into_iter().take(limit)
        {
            let times = if times > 1 { format!("  ×{}", number(times)) } else { String::new() };
            let subject = if subject.trim().is_empty() {
                page.t("（件名なし）", "(no subject)")
            } else {
                subject
            };
            let text = cut(subject, page.room().saturating_sub(2 + width(&times)));
            page.line(&format!("  {text}{}", paint.dim(&times)));
        }
        let reasons = group.links.iter().flat_map(|link| &link.reasons).map(|reason| {
            let name = match style.lang {
                Lang::Ja => japanese(reason.kind),
                Lang::En => reason.kind.word(),
            };
            // How alike two texts are differs from pair to pair: one line for all of them.
            let value = if reason.kind == lexicon::ReasonKind::Text {
                page.t("ほぼ同じ文面", "near-identical")
            } else {
                &reason.value
            };
            format!("{}{}", pad(name, page_column(style.lang)), shown(reason.kind, value))
        });
        let reasons: Vec<String> = reasons.collect();
        for (reason, times) in
            counted(reasons.iter().map(String::as_str)).into_iter().take(limit.saturating_add(1))
        {
            let times = if times > 1 { format!("  ×{}", number(times)) } else { String::new() };
            let text = cut(reason, page.room().saturating_sub(4 + width(&times)));
            page.line(&format!("  {} {}{}", paint.dim("└"), paint.cyan(&text), paint.dim(&times)));
        }
        if style.full {
            for mail in of(group, mails) {
                let line = paint.dim(&harmless(&mail.path));
                page.line(&format!("    {line}"));
            }
        }
        page.blank();
    }
    if groups.len() > campaigns {
        page.more(groups.len() - campaigns, 0);
        page.blank();
    }
    let tied: usize = groups.iter().map(|group| group.mails.len()).sum();
    let n = |value: usize| number(value as u64);
    let line = match style.lang {
        Lang::Ja => format!(
            "{} 通  ·  キャンペーン {}（{} 通）  ·  単独 {} 通",
            n(mails.len()),
            n(groups.len()),
            n(tied),
            n(grouping.singletons.len())
        ),
        Lang::En => format!(
            "{} mails  ·  {} campaign{} of {} mails  ·  {} alone",
            n(mails.len()),
            n(groups.len()),
            if groups.len() == 1 { "" } else { "s" },
            n(tied),
            n(grouping.singletons.len())
        ),
    };
    let _ = writeln!(page.out, "{}\n{}", paint.cyan(&"━".repeat(style.width)), paint.bold(&line));
    page.out
}

/// A kind of link in Japanese, short enough for a column.
fn japanese(kind: lexicon::ReasonKind) -> &'static str {
    match kind {
        lexicon::ReasonKind::Text => "本文",
        lexicon::ReasonKind::Structure => "構造",
        lexicon::ReasonKind::Attachment => "添付",
        lexicon::ReasonKind::Password => "暗号",
        lexicon::ReasonKind::Subject => "件名",
        lexicon::ReasonKind::Sender => "送信",
        lexicon::ReasonKind::Route => "経路",
        lexicon::ReasonKind::Url => "接続",
        lexicon::ReasonKind::C2 => "Ｃ２",
        lexicon::ReasonKind::Analyst => "分析",
        lexicon::ReasonKind::Infrastructure => "基盤",
    }
}

/// A value in common. Infrastructure is told as `host evil.example (3 mails)`.
fn shown(kind: lexicon::ReasonKind, value: &str) -> String {
    match kind {
        kind if kind.is_infrastructure() => value.split(' ').map(defanged).collect::<Vec<_>>().join(" "),
        _ => harmless(value),
    }
}

fn page_column(lang: Lang) -> usize {
    match lang {
        Lang::Ja => 6,
        Lang::En => 16,
    }
}

/// `2026-11-10 – 2026-11-18`.
fn span(group: &casework::Group, mails: &[Mail]) -> String {
    let days = || of(group, mails).filter_map(|mail| mail.at).map(lexicon::time::show_date);
    match (days().min(), days().max()) {
        (Some(first), Some(last)) if first == last => first,
        (Some(first), Some(last)) => format!("{first} – {last}"),
        _ => String::new(),
    }
}

/// Each text once with how often it is there, the most frequent first, then in order.
fn counted<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<(&'a str, u64)> {
    let mut counts: std::collections::BTreeMap<&str, u64> = std::collections::BTreeMap::new();
    for text in texts {
        *counts.entry(text).or_default() += 1;
    }
    let mut list: Vec<_> = counts.into_iter().collect();
    list.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    list
}
