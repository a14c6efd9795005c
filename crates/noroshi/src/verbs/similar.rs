//! `noroshi similar`: which genuine mail an attack mail was made from, and whose mailbox was read.

use std::io::{self, Write};
use std::path::PathBuf;

use casework::reuse::{
    Holder, Index, Original, Overlap, Print, Relation, holders, mail_name, print_of, relation,
};
use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;
use desk::dissect::Settings;
use exchange::fingerprints::{self, Entry};
use indicators::guard::Guards;
use lexicon::{Lang, MailFacts};
use serde::Serialize;

use super::supplied::SuppliedArgs;
use crate::intake::{self, Dissect, Input, Intake};
use crate::outcome::{Failure, Outcome};
use crate::report::{Page, Style, closing, harmless, progress, span};
use crate::screen::Session;
use crate::screen::shape::{cut, number};

/// Bytes of a file of fingerprints.
const MAX_PRINT_FILE: u64 = 4 << 30;

/// Find the genuine mail that an attack mail re-uses, and who held it (再利用された正規のメールを探す)
///
/// An attack mail often is a stolen genuine one with another attachment. Its text is looked for in mailboxes by
/// containment: in quotations, forwards and between other text, whatever the charset. With several attack mails, the
/// addresses that held all of the originals come first: there somebody may be reading along.
///
/// With --fingerprint it writes, instead, a file of hashes of the mailboxes' own texts. It can be given away in place of
/// the mails: no word, name or address can be read out of it. Who has it can test whether a text that he already knows
/// was written, and when.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi similar attack.eml --in Sent.mbox ~/Maildir archive.pst\n  noroshi similar attack1.eml attack2.eml --in Sent.mbox --json\n  noroshi similar --fingerprint Sent.mbox --out prints.jsonl\n  noroshi similar attack.eml --in prints.jsonl --fail-on reuse"
)]
pub(crate) struct Args {
    /// Attack mails (with --fingerprint: mailboxes); - is standard input
    #[arg(required = true, value_name = "MAIL", value_parser = NonEmptyStringValueParser::new())]
    mails: Vec<String>,

    /// Genuine mail: mbox, Maildir, folders, .eml, .msg, .pst, or files written with --fingerprint
    #[arg(long = "in", value_name = "MAILBOX", num_args = 1.., required_unless_present = "fingerprint")]
    within: Vec<String>,

    /// Write fingerprints of the mailboxes instead
    #[arg(long, conflicts_with_all = ["within", "json", "report", "fail_on"])]
    fingerprint: bool,

    /// Where to write fingerprints [default: standard output]
    #[arg(long, value_name = "FILE", requires = "fingerprint")]
    out: Option<PathBuf>,

    /// JSON (the default where no terminal is)
    #[arg(long, conflicts_with = "report")]
    json: bool,

    /// The report for people, also where no terminal is
    #[arg(long)]
    report: bool,

    /// End with exit code 1 if found
    #[arg(long = "fail-on", value_name = "WHAT", value_enum)]
    fail_on: Option<FailOn>,

    /// Columns of the report [default: the terminal's]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,

    /// Mails to work on at the same time [default: one a processor]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,

    #[command(flatten)]
    supplied: SuppliedArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A genuine mail is used again by somebody who did not hold it
    Reuse,
    /// Any mail whose text is in common, answers and forwards included
    Match,
}

/// A genuine mail, and where it lies.
struct Genuine {
    path: String,
    subject: String,
    original: Original,
}

/// The genuine mail that was looked through.
#[derive(Default)]
struct Shelf {
    mails: Vec<Genuine>,
    /// Of them, those known by fingerprints only.
    printed: usize,
}

/// An attack mail and what was found.
struct Asked {
    facts: MailFacts,
    found: Vec<(usize, Overlap, Relation)>,
}

impl Asked {
    fn reuses(&self) -> bool {
        self.found.iter().any(|(_, _, relation)| *relation == Relation::Reuse)
    }
}

#[derive(Serialize)]
struct Output<'a> {
    mails: Vec<OneMail<'a>>,
    holders: Vec<OneHolder<'a>>,
    searched: Searched,
}

#[derive(Serialize)]
struct Searched {
    mails: usize,
    of_them_fingerprints: usize,
}

#[derive(Serialize)]
struct OneMail<'a> {
    path: &'a str,
    message_id: Option<&'a str>,
    date: Option<&'a str>,
    from: Option<&'a str>,
    subject: Option<&'a str>,
    reuse: bool,
    matches: Vec<OneMatch<'a>>,
}

#[derive(Serialize)]
struct OneMatch<'a> {
    path: &'a str,
    message_id: Option<&'a str>,
    date: Option<String>,
    from: Option<&'a str>,
    subject: &'a str,
    relation: &'static str,
    share_of_original: f64,
    share_of_mail: f64,
    fingerprints: usize,
    lag_seconds: Option<i64>,
    holders: &'a [String],
}

#[derive(Serialize)]
struct OneHolder<'a> {
    address: &'a str,
    held: usize,
    of: usize,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    if args.fingerprint {
        return write_fingerprints(args, session);
    }
    let supplied = args.supplied.read(session)?;
    let settings = SuppliedArgs::settings(
        supplied,
        Settings { guards: Guards::builtin_for_examples(), ..Settings::default() },
    );
    let mut asked: Vec<Asked> = Vec::new();
    let mut intake = Intake::new(args.mails);
    intake::each(
        &mut intake,
        args.jobs,
        |path, mail| Asked { facts: mail.dissect(path, &settings, &[]), found: Vec::new() },
        |one| {
            asked.push(one);
            Ok::<(), Failure>(())
        },
    )?;
    let mut unread = !intake.notes.unread.is_empty();
    if asked.is_empty() || unread {
        closing::notes(session, &intake.notes, asked.len() as u64);
    }
    let (shelf, complete) = read_shelf(args.within, args.jobs, session)?;
    unread |= !complete;
    look(&mut asked, &shelf);

    let reused: Vec<Vec<String>> = asked.iter().filter_map(|asked| best(asked, &shelf)).collect();
    let held = holders(&reused);
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.json || (!args.report && !session.out_is_terminal) {
        let output = Output {
            mails: asked.iter().map(|asked| one_mail(asked, &shelf)).collect(),
            holders: held
                .iter()
                .map(|holder| OneHolder { address: &holder.address, held: holder.held, of: reused.len() })
                .collect(),
            searched: Searched { mails: shelf.mails.len(), of_them_fingerprints: shelf.printed },
        };
        serde_json::to_writer_pretty(&mut out, &output).map_err(io::Error::from)?;
        out.write_all(b"\n")?;
    } else {
        let style =
            Style { lang: session.lang, paint: session.paint, width: session.width(args.width), full: false };
        out.write_all(report(&asked, &shelf, &held, reused.len(), &style).as_bytes())?;
    }
    out.flush()?;
    if unread {
        return Ok(Outcome::Unread);
    }
    let met = match args.fail_on {
        Some(FailOn::Reuse) => asked.iter().any(Asked::reuses),
        Some(FailOn::Match) => {
            asked.iter().any(|asked| asked.found.iter().any(|(_, _, r)| *r != Relation::Same))
        }
        None => false,
    };
    Ok(if met { Outcome::Found } else { Outcome::Done })
}

fn look(asked: &mut [Asked], shelf: &Shelf) {
    let index = Index::new(shelf.mails.iter().map(|mail| (&mail.original.print, mail.original.family)));
    for one in asked {
        for overlap in index.find(&print_of(&one.facts)) {
            let Some(genuine) = shelf.mails.get(overlap.original).filter(|_| overlap.is_reuse()) else {
                continue;
            };
            let relation = relation(&one.facts, &genuine.original);
            one.found.push((overlap.original, overlap, relation));
        }
        // A re-use first, then what has most in common.
        one.found.sort_by_key(|(_, overlap, relation)| {
            (*relation != Relation::Reuse, std::cmp::Reverse(overlap.shared), overlap.original)
        });
    }
}

/// The people of the original from which a mail was made.
fn best(asked: &Asked, shelf: &Shelf) -> Option<Vec<String>> {
    let (at, _, _) = asked.found.iter().find(|(_, _, relation)| *relation == Relation::Reuse)?;
    shelf.mails.get(*at).map(|genuine| genuine.original.people.clone()).filter(|people| !people.is_empty())
}

/// Reads genuine mail; false where some could not be read.
fn read_shelf(paths: Vec<String>, jobs: usize, session: &Session) -> Result<(Shelf, bool), Failure> {
    let mut shelf = Shelf::default();
    let mut mailboxes = Vec::new();
    let mut complete = true;
    for path in paths {
        match fingerprint_file(&path) {
            Some(Ok(text)) => {
                let (entries, bad) = fingerprints::read(&text);
                if let Some(line) = bad.first() {
                    complete = false;
                    session.say(&match session.lang {
                        Lang::Ja => format!("{path}: {line} 行目など {} 行は指紋ではありません", bad.len()),
                        Lang::En => {
                            format!("{path}: {} lines are no fingerprints, line {line} the first", bad.len())
                        }
                    });
                }
                shelf.printed += entries.len();
                shelf.mails.extend(entries.into_iter().map(|entry| printed(&path, &entry)));
            }
            Some(Err(why)) => return Err(Failure::Input(format!("{path}: {}", why.of(session.lang)))),
            None => mailboxes.push(path),
        }
    }
    let bar = progress(session, true);
    let mut intake = Intake::new(mailboxes);
    let mut found: Vec<Genuine> = Vec::new();
    intake::each(
        &mut intake,
        jobs,
        |path, mail| {
            let facts = facts_of(mail);
            Genuine {
                path: path.to_owned(),
                subject: cut(&harmless(facts.subject.as_deref().unwrap_or_default()), 200),
                original: Original::of(&facts),
            }
        },
        |genuine| {
            bar.inc(1);
            found.push(genuine);
            Ok::<(), Failure>(())
        },
    )?;
    bar.finish_and_clear();
    // The older one of two equal texts is the original.
    shelf.mails.extend(found);
    shelf.mails.sort_by(|a, b| {
        let key = |g: &Genuine| (g.original.at.is_none(), g.original.at);
        key(a).cmp(&key(b)).then_with(|| a.path.cmp(&b.path))
    });
    let unread = intake.notes.unread.is_empty();
    closing::notes(session, &intake.notes, shelf.mails.len() as u64);
    Ok((shelf, complete && unread))
}

/// What forensics reads: attachments of genuine mail need not be opened.
fn facts_of(mail: Input<'_>) -> MailFacts {
    match mail {
        Input::Raw(bytes) => forensics::read(bytes, &forensics::Limits::default()).facts,
        Input::Read(reading) => reading.facts.clone(),
    }
}

/// The text of a file of fingerprints; `None` where the path is something else.
fn fingerprint_file(path: &str) -> Option<Result<String, intake::Why>> {
    use std::io::Read as _;
    let mut head = Vec::new();
    let meta = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    std::fs::File::open(path).ok()?.take(256.min(meta.len())).read_to_end(&mut head).ok()?;
    fingerprints::is_fingerprints(&head).then(|| intake::text_file(path.as_ref(), MAX_PRINT_FILE))
}

fn printed(path: &str, entry: &Entry) -> Genuine {
    Genuine {
        path: format!("{path}#{}", entry.mail),
        subject: String::new(),
        original: Original {
            message_id: None,
            at: entry.at.as_deref().and_then(|at| at.parse().ok()),
            from: None,
            people: Vec::new(),
            family: entry.family(),
            print: Print::from_hashes(entry.hashes()),
        },
    }
}

fn write_fingerprints(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let mut out: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(io::BufWriter::new(std::fs::File::create(path)?)),
        None => Box::new(io::BufWriter::new(io::stdout().lock())),
    };
    writeln!(out, "{}", fingerprints::head())?;
    let bar = progress(session, args.out.is_some() || !session.out_is_terminal);
    let mut intake = Intake::new(args.mails);
    let mut count = 0u64;
    intake::each(
        &mut intake,
        args.jobs,
        |_, mail| {
            let facts = facts_of(mail);
            let original = Original::of(&facts);
            let name = facts.message_id.as_deref().unwrap_or(&facts.sha256);
            (!original.print.is_empty()).then(|| Entry {
                mail: mail_name(name),
                at: original.at.map(|at| at.to_string()),
                family: format!("{:016x}", original.family),
                prints: fingerprints::hex(original.print.hashes()),
            })
        },
        |entry| {
            bar.inc(1);
            count += 1;
            if let Some(entry) = entry {
                writeln!(out, "{}", fingerprints::line(&entry))?;
            }
            Ok::<(), Failure>(())
        },
    )?;
    bar.finish_and_clear();
    out.flush()?;
    closing::notes(session, &intake.notes, count);
    Ok(if intake.notes.unread.is_empty() { Outcome::Done } else { Outcome::Unread })
}

fn lag(asked: &Asked, genuine: &Genuine) -> Option<i64> {
    let at: jiff::Timestamp = asked.facts.date.as_deref()?.parse().ok()?;
    Some(at.as_second() - genuine.original.at?.as_second())
}

fn one_mail<'a>(asked: &'a Asked, shelf: &'a Shelf) -> OneMail<'a> {
    let facts = &asked.facts;
    let matches = asked.found.iter().filter_map(|(at, overlap, relation)| {
        let genuine = shelf.mails.get(*at)?;
        Some(OneMatch {
            path: &genuine.path,
            message_id: genuine.original.message_id.as_deref(),
            date: genuine
                .original
                .at
                .map(|at| at.to_zoned(lexicon::time::jst()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()),
            from: genuine.original.from.as_deref(),
            subject: &genuine.subject,
            relation: relation.word(),
            share_of_original: hundredths(overlap.of_original),
            share_of_mail: hundredths(overlap.of_mail),
            fingerprints: overlap.shared,
            lag_seconds: lag(asked, genuine),
            holders: &genuine.original.people,
        })
    });
    OneMail {
        path: &facts.path,
        message_id: facts.message_id.as_deref(),
        date: facts.date.as_deref(),
        from: facts.from.as_ref().map(|from| from.address.as_str()),
        subject: facts.subject.as_deref(),
        reuse: asked.reuses(),
        matches: matches.collect(),
    }
}

fn hundredths(share: f64) -> f64 {
    (share.min(1.0) * 100.0).round() / 100.0
}

/// Matches shown of one mail.
const MAX_SHOWN: usize = 8;
/// Holders shown.
const MAX_HOLDERS: usize = 12;

fn report(asked: &[Asked], shelf: &Shelf, held: &[Holder], of: usize, style: &Style) -> String {
    let mut page = Page::new(style);
    let paint = style.paint;
    for one in asked {
        let subject = harmless(one.facts.subject.as_deref().unwrap_or_default());
        let dot = if one.reuses() { paint.red("●") } else { paint.dim("○") };
        page.out.push_str(&format!(
            "{dot} {}  {}\n",
            paint.bold(&cut(&subject, 60)),
            paint.dim(&harmless(&one.facts.path))
        ));
        if one.found.is_empty() {
            page.line(page.t("同じ文面の正規のメールはありません", "no genuine mail has its text"));
        }
        for (at, overlap, relation) in one.found.iter().take(MAX_SHOWN) {
            let Some(genuine) = shelf.mails.get(*at) else { continue };
            let share = format!("{:.0}%", overlap.of_original.min(1.0) * 100.0);
            let lag = lag(one, genuine).map(|seconds| span(seconds, style.lang)).unwrap_or_default();
            let word = match (relation, style.lang) {
                (Relation::Reuse, Lang::Ja) => "再利用",
                (Relation::Same, Lang::Ja) => "そのメール",
                (Relation::Answer, Lang::Ja) => "返信",
                (Relation::Onward, Lang::Ja) => "転送",
                (Relation::Earlier, Lang::Ja) => "これより前",
                (relation, Lang::En) => relation.word(),
            };
            let sent = genuine.original.at.map(lexicon::time::show).unwrap_or_default();
            let text = match style.lang {
                Lang::Ja => {
                    format!("{word}: {sent} のメールの {share} を使用、{lag} 後  {}", genuine.subject)
                }
                Lang::En => {
                    format!("{word}: has {share} of a mail of {sent}, {lag} later  {}", genuine.subject)
                }
            };
            let text = cut(&text, page.room());
            page.line(&if *relation == Relation::Reuse { paint.red(&text) } else { text });
            page.line(&format!("  {} {}", paint.dim("└"), paint.dim(&harmless(&genuine.path))));
            if !genuine.original.people.is_empty() {
                let people =
                    genuine.original.people.iter().map(|p| harmless(p)).collect::<Vec<_>>().join(", ");
                page.line(&format!(
                    "  {} {}",
                    paint.dim(page.t("保持者", "held by")),
                    cut(&people, page.room().saturating_sub(12))
                ));
            }
        }
        page.blank();
    }
    if of > 0 && !held.is_empty() {
        page.section(page.t("元のメールを持っていた人", "who held the originals"), "");
        for holder in held.iter().take(MAX_HOLDERS) {
            let line = format!("{}/{of}  {}", holder.held, harmless(&holder.address));
            page.line(&if holder.held == of && of > 1 { paint.red(&line) } else { line });
        }
        page.blank();
    }
    let reused = asked.iter().filter(|asked| asked.reuses()).count() as u64;
    let n = |value: usize| number(value as u64);
    let line = match style.lang {
        Lang::Ja => format!(
            "{} 通中 {} 通が正規のメールの再利用  ·  照合した正規のメール {} 通",
            n(asked.len()),
            number(reused),
            n(shelf.mails.len())
        ),
        Lang::En => format!(
            "{} of {} mails re-use genuine mail  ·  {} genuine mails looked through",
            number(reused),
            n(asked.len()),
            n(shelf.mails.len())
        ),
    };
    page.out.push_str(&format!("{}\n{}\n", paint.cyan(&"━".repeat(style.width)), paint.bold(&line)));
    page.out
}
