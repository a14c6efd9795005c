//! `noroshi sight`: what a sweep found → answers to the hub's advisories.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;

use courier::feed::State;
use courier::hits::{Counter, Seen, Sweep};
use courier::limits::MAX_LINE;
use courier::set::Set;
use lexicon::Lang;
use serde::{Deserialize, Serialize};

use super::pull::read_set;
use crate::intake::Why;
use crate::outcome::{Failure, Outcome};
use crate::remote::{Ask, Hub, HubArgs, unreadable};
use crate::report::harmless;
use crate::screen::Session;
use crate::screen::shape::{cut, number, pad};

/// Answers of one request.
const AT_ONCE: usize = 500;
/// Machines that are named in one answer.
const MAX_NAMED: usize = 50;
/// Characters of a note.
const MAX_NOTE: usize = 4_000;

/// Report back to the hub what a sweep has found (同様の受信を回答する)
///
/// Reads what noroshi hunt … --jsonl wrote and answers each advisory of the pulled set with a count and two dates. No
/// machine, person, value or log line leaves, unless --with-machines asks for the machines. What would leave is shown
/// first; answering again with the same result changes nothing.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi hunt dns /var/log/named --indicators noroshi-set.json --jsonl | noroshi sight --from - --set noroshi-set.json --hub https://hub.example.org --yes\n  noroshi sight --from hits.jsonl --set noroshi-set.json --hub https://hub.example.org\n  noroshi sight --from hits.jsonl --set noroshi-set.json --hub https://hub.example.org --not-seen --yes --json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    hub: HubArgs,

    /// Output of noroshi hunt … --jsonl; - is standard input; repeatable
    #[arg(long, value_name = "HITS", required = true)]
    from: Vec<PathBuf>,

    /// The pulled set that the sweep looked for
    #[arg(long, value_name = "FILE", default_value = "noroshi-set.json")]
    set: PathBuf,

    /// Also answer "we did not see it" for the other advisories of the set
    #[arg(long)]
    not_seen: bool,

    /// Name the machines in the note to the analysts (no other member sees it)
    #[arg(long)]
    with_machines: bool,

    /// A word to the analysts, with every answer
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,

    /// Send without asking
    #[arg(long)]
    yes: bool,

    /// Send nothing: show what would leave
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,

    /// JSON
    #[arg(long)]
    json: bool,
}

/// An answer, as it would leave.
#[derive(Debug, Clone, Serialize)]
struct Sighting {
    advisory: String,
    seen: bool,
    count: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_date: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

#[derive(Serialize)]
struct Body<'a> {
    sightings: &'a [Sighting],
}

#[derive(Deserialize)]
struct Answer {
    sightings: Vec<Told>,
}

/// What became of an answer.
#[derive(Deserialize)]
struct Told {
    state: String,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    error_ja: Option<String>,
}

#[derive(Serialize)]
struct Output<'a> {
    hub: &'a str,
    sent: bool,
    sightings: Vec<OutputRow<'a>>,
    /// Hits of values that no advisory of the set brought.
    other_hits: u64,
    /// Hits of advisories that were withdrawn.
    withdrawn_hits: u64,
    complete: bool,
}

#[derive(Serialize)]
struct OutputRow<'a> {
    number: &'a str,
    /// `would-leave`, `recorded`, `unchanged`, `not_found`, `invalid`.
    state: &'a str,
    #[serde(flatten)]
    sighting: &'a Sighting,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let lang = session.lang;
    let address = args.hub.address(lang)?;
    let set = read_set(&args.set, lang)?;
    if set.hub != address.as_str() {
        let (shown, of) = (args.set.display(), harmless(&set.hub));
        return Err(Failure::Usage(match lang {
            Lang::Ja => format!("{shown} は {of} のセットです。--hub をそのアドレスにしてください"),
            Lang::En => format!("{shown} is the set of {of}; answer to that hub with --hub"),
        }));
    }
    let mut counter = Counter::new(&set);
    for path in &args.from {
        read_hits(&mut counter, path, lang)?;
    }
    let sweep = counter.finish();
    if args.not_seen && !sweep.may_deny() {
        return Err(Failure::Input(
            lang.pick(
                "検索が途中で終わっているか、読めなかったものがあるため、「受信していない」とは回答できません。検索をやり直すか、--not-seen を付けずに回答してください",
                "the sweep was cut off or could not read everything, so that \"not seen\" would not be true; sweep again, or answer without --not-seen",
            )
            .to_owned(),
        ));
    }
    let sightings = answers(&args, &set, &sweep);
    if !args.json {
        preview(&set, &sightings, &sweep, session)?;
    }
    if sightings.is_empty() {
        if args.json {
            json(&args, &set, &sweep, &[], &[], false)?;
        } else {
            session.say(lang.pick(
                "回答するものがありません（「受信していない」も回答するには --not-seen）",
                "there is nothing to answer (--not-seen also answers what was not seen)",
            ));
        }
        return Ok(Outcome::Done);
    }
    if args.dry_run || !agreed(&args, session)? {
        if args.json {
            json(&args, &set, &sweep, &sightings, &[], false)?;
        }
        return Ok(Outcome::Done);
    }
    let hub = args.hub.open(session)?;
    let mut told = Vec::with_capacity(sightings.len());
    for chunk in sightings.chunks(AT_ONCE) {
        told.extend(send(&hub, chunk, lang)?);
    }
    if args.json {
        json(&args, &set, &sweep, &sightings, &told, true)?;
    }
    Ok(close(&set, &sightings, &told, &args, session))
}

/// Reads the lines of a sweep, each bounded.
fn read_hits(counter: &mut Counter<'_>, path: &std::path::Path, lang: Lang) -> Result<(), Failure> {
    let input: Box<dyn Read> = match path == std::path::Path::new("-") {
        true => Box::new(io::stdin()),
        false => Box::new(File::open(path).map_err(|error| unreadable(path, &Why::from(&error), lang))?),
    };
    let mut reader = BufReader::with_capacity(256 << 10, input);
    let mut line = Vec::new();
    for number in 1u64.. {
        line.clear();
        let most = MAX_LINE as u64 + 2;
        let read = (&mut reader).take(most).read_until(b'\n', &mut line);
        let read = read.map_err(|error| unreadable(path, &Why::from(&error), lang))?;
        if read == 0 {
            break;
        }
        counter.line(&line).map_err(|error| {
            let shown = path.display();
            Failure::Input(match lang {
                Lang::Ja => format!(
                    "{shown} の {number} 行目を読めません。noroshi hunt --jsonl の出力を最後まで渡してください。何も回答していません"
                ),
                Lang::En => format!("{shown}, line {number}: {error}; nothing was answered"),
            })
        })?;
    }
    Ok(())
}

/// What would leave, in the order of the advisories' numbers.
fn answers(args: &Args, set: &Set, sweep: &Sweep) -> Vec<Sighting> {
    let mut advisories: Vec<_> =
        set.advisories().filter(|advisory| advisory.state == State::Released).collect();
    advisories.sort_by(|a, b| a.number.cmp(&b.number));
    let note = |seen: &Seen| {
        let mut note = args.note.clone();
        if args.with_machines && !seen.machines.is_empty() {
            let mut machines: Vec<(&String, &u64)> = seen.machines.iter().collect();
            machines.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), (*name).clone()));
            let named: Vec<String> =
                machines.iter().take(MAX_NAMED).map(|(name, count)| format!("{name} ({count})")).collect();
            if !note.is_empty() {
                note.push('\n');
            }
            note.push_str(&named.join(", "));
            let more = machines.len().saturating_sub(MAX_NAMED);
            if more > 0 {
                note.push_str(&format!(" + {more}"));
            }
        }
        note.chars().take(MAX_NOTE).collect::<String>()
    };
    let date = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
    advisories
        .into_iter()
        .filter_map(|advisory| match sweep.seen.get(&advisory.id) {
            Some(seen) => Some(Sighting {
                advisory: advisory.id.clone(),
                seen: true,
                count: u32::try_from(seen.count).unwrap_or(u32::MAX),
                first_date: date(seen.first),
                last_date: date(seen.last),
                note: note(seen),
            }),
            None => args.not_seen.then(|| Sighting {
                advisory: advisory.id.clone(),
                seen: false,
                count: 0,
                first_date: None,
                last_date: None,
                note: note(&Seen::default()),
            }),
        })
        .collect()
}

/// Shows all that would leave.
fn preview(set: &Set, sightings: &[Sighting], sweep: &Sweep, session: &Session) -> Result<(), Failure> {
    let (lang, paint) = (session.lang, session.paint);
    let mut out = io::stdout().lock();
    if !sightings.is_empty() {
        let head = match lang {
            Lang::Ja => ["番号", "回答", "件数", "最初", "最後", "表題"],
            Lang::En => ["advisory", "answer", "count", "first", "last", "title"],
        };
        let row = |cells: [&str; 6]| {
            let [number, answer, count, first, last, title] = cells;
            let columns = [pad(number, 13), pad(answer, 16), pad(count, 10), pad(first, 10), pad(last, 10)];
            let room = session.width(None).saturating_sub(69).max(16);
            format!("{}  {}", columns.join("  "), cut(title, room))
        };
        writeln!(out, "{}", paint.bold(row(head).trim_end()))?;
        for sighting in sightings {
            let Some(advisory) = set.advisory(&sighting.advisory) else { continue };
            let answer = match sighting.seen {
                true => lang.pick("受信した", "seen"),
                false => lang.pick("受信していない", "not seen"),
            };
            let count = if sighting.seen { number(u64::from(sighting.count)) } else { String::new() };
            let first = sighting.first_date.as_deref().unwrap_or_default();
            let last = sighting.last_date.as_deref().unwrap_or_default();
            let title = harmless(&advisory.title);
            writeln!(out, "{}", row([&advisory.number, answer, &count, first, last, &title]).trim_end())?;
            if !sighting.note.is_empty() {
                let word = lang.pick("補足", "note");
                writeln!(out, "{}", paint.yellow(&format!("    {word}: {}", harmless(&sighting.note))))?;
            }
        }
    }
    drop(out);
    if sweep.others > 0 {
        let others = number(sweep.others);
        session.say(&match lang {
            Lang::Ja => format!("このセットにない注意喚起の一致 {others} 件は回答に含みません"),
            Lang::En => format!("{others} hits belong to no advisory of this set and stay out"),
        });
    }
    if sweep.withdrawn > 0 {
        let withdrawn = number(sweep.withdrawn);
        session.say(&match lang {
            Lang::Ja => format!("取り下げられた注意喚起の一致 {withdrawn} 件は回答に含みません"),
            Lang::En => format!("{withdrawn} hits belong to withdrawn advisories and stay out"),
        });
    }
    Ok(())
}

/// Whether it may leave: as the command line says, else as the person at the terminal says.
fn agreed(args: &Args, session: &Session) -> Result<bool, Failure> {
    if args.yes {
        return Ok(true);
    }
    let lang = session.lang;
    let from_stdin = args.from.iter().any(|path| path == std::path::Path::new("-"));
    if !io::stdin().is_terminal() || from_stdin || !session.error_is_terminal {
        return Err(Failure::Usage(
            lang.pick(
                "送っていません。内容を確かめて、--yes を付けてもう一度実行してください",
                "nothing was sent; look at it and run it again with --yes",
            )
            .to_owned(),
        ));
    }
    let question = lang.pick("この内容を情報ハブに送りますか [y/N]: ", "send this to the hub? [y/N]: ");
    let mut error = io::stderr().lock();
    error.write_all(question.as_bytes())?;
    error.flush()?;
    let mut answer = String::new();
    io::stdin().lock().take(100).read_line(&mut answer)?;
    let agreed = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "ｙ" | "はい");
    if !agreed {
        session.say(lang.pick("送っていません", "nothing was sent"));
    }
    Ok(agreed)
}

fn send(hub: &Hub, sightings: &[Sighting], lang: Lang) -> Result<Vec<Told>, Failure> {
    let body = serde_json::to_vec(&Body { sightings }).map_err(io::Error::from)?;
    let reply = hub.ask("/api/v1/sightings", Ask::Post("application/json", &body))?;
    let answer = serde_json::from_slice::<Answer>(&reply.body)
        .ok()
        .filter(|answer| reply.status == 200 && answer.sightings.len() == sightings.len());
    answer.map(|answer| answer.sightings).ok_or_else(|| {
        let (address, why) = (hub.address(), reply.refusal(lang));
        Failure::Input(match lang {
            Lang::Ja => format!("{address} が回答を受け付けません: {why}"),
            Lang::En => format!("{address} does not take the answers: {why}"),
        })
    })
}

fn json(
    args: &Args,
    set: &Set,
    sweep: &Sweep,
    sightings: &[Sighting],
    told: &[Told],
    sent: bool,
) -> Result<(), Failure> {
    let rows = sightings.iter().enumerate().map(|(at, sighting)| OutputRow {
        number: set.advisory(&sighting.advisory).map_or("", |advisory| advisory.number.as_str()),
        state: told.get(at).map_or("would-leave", |told| told.state.as_str()),
        sighting,
    });
    let output = Output {
        hub: &args.hub.hub,
        sent,
        sightings: rows.collect(),
        other_hits: sweep.others,
        withdrawn_hits: sweep.withdrawn,
        complete: sweep.may_deny(),
    };
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &output).map_err(io::Error::from)?;
    Ok(writeln!(out)?)
}

/// Tells what became of the answers; what the hub did not take makes the exit code 3.
fn close(set: &Set, sightings: &[Sighting], told: &[Told], args: &Args, session: &Session) -> Outcome {
    let lang = session.lang;
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    let mut refused = false;
    for (sighting, told) in sightings.iter().zip(told) {
        *sums.entry(told.state.as_str()).or_default() += 1;
        if !matches!(told.state.as_str(), "recorded" | "unchanged") {
            refused = true;
            let why = match lang {
                Lang::Ja => told.error_ja.as_deref(),
                Lang::En => told.error.as_deref(),
            };
            let why = why.unwrap_or(lang.pick(
                "情報ハブにありません。noroshi pull でセットを新しくしてください",
                "the hub has no such advisory for you; run noroshi pull",
            ));
            let number = set.advisory(&sighting.advisory).map_or("", |advisory| advisory.number.as_str());
            session.say(&session.paint_error.red(&format!("{}: {}", harmless(number), harmless(why))));
        }
    }
    if !args.json {
        let of = |state: &str| number(sums.get(state).copied().unwrap_or(0));
        session.say(&match lang {
            Lang::Ja => format!("回答 {} 件を記録、{} 件は前回と同じ", of("recorded"), of("unchanged")),
            Lang::En => format!("{} answers recorded, {} as before", of("recorded"), of("unchanged")),
        });
    }
    if refused { Outcome::Unread } else { Outcome::Done }
}
