//! What sweeps of logs share: arguments, the run, how it ends.

use std::io::{self, Write};
use std::path::PathBuf;

use hunter::log::Format;
use hunter::sweep::{Hit, Log, Settings, Summary, Tally, sweep};
use jiff::Timestamp;
use jiff::tz::Offset;
use lexicon::Lang;

use super::machine;
use super::report::{self, Found};
use super::sets::{Lists, Loaded, SetArgs};
use crate::clock;
use crate::outcome::{Failure, Outcome};
use crate::screen::Session;

/// Arguments of sweeps of logs.
#[derive(Debug, clap::Args)]
pub(crate) struct LogArgs {
    /// Logs: files, folders, patterns in quotes, - for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<String>,

    #[command(flatten)]
    lists: Lists,

    /// One JSON object a hit, the summary as the last line (the default where no terminal is)
    #[arg(long, conflicts_with_all = ["json", "report"])]
    jsonl: bool,

    /// One JSON object with all hits and the summary
    #[arg(long, conflicts_with = "report")]
    json: bool,

    /// The report for people, also where no terminal is
    #[arg(long)]
    report: bool,

    /// Also write one page for a browser to FILE: no script, nothing fetched
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Write what was read, with the SHA-256 of every file, to FILE
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// Columns of the report [default: the terminal's]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,

    /// End with exit code 1 if something is found: hit
    #[arg(long = "fail-on", value_name = "WHAT", value_parser = ["hit"])]
    fail_on: Option<String>,

    #[command(flatten)]
    sweep: SweepArgs,

    #[command(flatten)]
    set: SetArgs,
}

/// How logs are read.
#[derive(Debug, clap::Args)]
pub(crate) struct SweepArgs {
    /// The format of the logs [default: recognised]: bind, unbound, dnsmasq, windows-dns, zeek, zeek-json, squid,
    /// combined, w3c, eve, postfix, exchange, csv, json, text
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// Only hits from this time on: 2026-04-01, or with a time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<Timestamp>,

    /// Only hits before this time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    until: Option<Timestamp>,

    /// The offset of times that are written without one: +09:00, UTC
    #[arg(long, value_name = "OFFSET", value_parser = offset, default_value = "+09:00")]
    zone: Offset,

    /// In 03/04/2026 the day stands first
    #[arg(long)]
    day_first: bool,

    /// Threads that search [default: one a processor]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
}

/// A point in time; a date is its beginning in Japan.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let in_japan = |at: jiff::civil::DateTime| at.to_zoned(lexicon::time::jst()).map(|at| at.timestamp());
    let date =
        text.parse::<jiff::civil::Date>().ok().map(|date| date.to_datetime(jiff::civil::Time::midnight()));
    let read = date.or_else(|| text.parse::<jiff::civil::DateTime>().ok()).and_then(|at| in_japan(at).ok());
    read.ok_or_else(|| "write 2026-04-01, 2026-04-01T09:00 (in Japan) or 2026-04-01T00:00:00Z".to_owned())
}

/// `+09:00`, `-0500`, `UTC`, `JST`.
pub(crate) fn offset(text: &str) -> Result<Offset, String> {
    let wrong = || "write an offset: +09:00, -05:00, UTC or JST".to_owned();
    match text.to_ascii_uppercase().as_str() {
        "UTC" | "Z" | "GMT" => return Ok(Offset::UTC),
        "JST" => return Ok(Offset::constant(9)),
        _ => {}
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: Vec<i32> =
        text.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| i32::try_from(d).ok()).collect();
    let number = |digits: &[i32]| digits.iter().fold(0, |sum, digit| sum * 10 + digit);
    let (hours, minutes) = match digits.len() {
        1 | 2 => (number(&digits), 0),
        4 => (number(digits.get(..2).unwrap_or_default()), number(digits.get(2..).unwrap_or_default())),
        _ => return Err(wrong()),
    };
    if !text.starts_with(['+', '-']) || minutes > 59 {
        return Err(wrong());
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).map_err(|_| wrong())
}

impl SweepArgs {
    /// What to sweep, and how.
    pub(crate) fn settings(&self, paths: Vec<String>, with_digests: bool) -> Settings {
        Settings {
            paths,
            format: self.format,
            threads: self.threads,
            zone: self.zone,
            day_first: self.day_first,
            since: self.since,
            until: self.until,
            with_digests,
            now: clock::now(),
        }
    }
}

/// How hits are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Jsonl,
    Json,
    Report,
}

pub(crate) fn run(args: LogArgs, session: &Session) -> Result<Outcome, Failure> {
    let (lists, paths) = args.lists.settle(args.paths)?;
    let loaded = args.set.load(&lists, session)?;
    let form = match () {
        () if args.report => Form::Report,
        () if args.json => Form::Json,
        () if args.jsonl || !session.out_is_terminal => Form::Jsonl,
        () => Form::Report,
    };
    let settings = args.sweep.settings(paths, args.manifest.is_some());
    let set = &loaded.set;
    let wants_found = form == Form::Report || args.html.is_some();
    let mut found = Found::default();
    let mut tally = Tally::default();
    let mut out = io::BufWriter::with_capacity(64 << 10, io::stdout().lock());
    if form == Form::Json {
        out.write_all(b"{\"hits\":[")?;
    }
    let progress = progress(session, total(&settings.paths));
    let live = settings.paths.iter().any(|path| path == "-");
    let mut count = 0u64;
    let on_hit = |log: &Log, hit: &Hit| -> io::Result<()> {
        tally.add(hit);
        if wants_found {
            found.add(log, hit);
        }
        match form {
            Form::Report => {}
            Form::Jsonl => {
                machine::hit(&mut out, set, log, hit)?;
                out.write_all(b"\n")?;
                if live {
                    out.flush()?;
                }
            }
            Form::Json => {
                out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
                machine::hit(&mut out, set, log, hit)?;
            }
        }
        count += 1;
        Ok(())
    };
    let swept = sweep(set, &settings, on_hit, |bytes| progress.set_position(bytes));
    progress.finish_and_clear();
    let summary = swept?;
    match form {
        Form::Jsonl => {
            machine::summary(&mut out, &loaded, &summary, &tally)?;
            out.write_all(b"\n")?;
        }
        Form::Json => {
            out.write_all(b"\n],")?;
            let mut text = Vec::new();
            machine::summary(&mut text, &loaded, &summary, &tally)?;
            out.write_all(text.get(1..).unwrap_or_default())?;
            out.write_all(b"\n")?;
        }
        Form::Report => {
            let style = crate::report::Style {
                lang: session.lang,
                paint: session.paint,
                width: session.width(args.width),
                full: false,
            };
            out.write_all(report::report(&loaded, &summary, &tally, &found, &style).as_bytes())?;
        }
    }
    out.flush()?;
    if let Some(file) = &args.html {
        std::fs::write(file, super::html::page(&loaded, &summary, &tally, &found, session.lang))?;
    }
    if let Some(file) = &args.manifest {
        let mut text = Vec::new();
        machine::manifest(&mut text, &loaded, &summary)?;
        std::fs::write(file, text)?;
    }
    if form != Form::Report {
        say_unread(session, &summary);
    }
    Ok(outcome(&summary, args.fail_on.is_some()))
}

/// How the run ends.
fn outcome(summary: &Summary, fail_on_hit: bool) -> Outcome {
    match (summary.is_incomplete(), fail_on_hit && summary.hits > 0) {
        (true, _) => Outcome::Unread,
        (false, true) => Outcome::Found,
        (false, false) => Outcome::Done,
    }
}

/// What was not read, on standard error.
pub(crate) fn say_unread(session: &Session, summary: &Summary) {
    for unread in summary.unread.iter().filter(|unread| !unread.harmless) {
        session.say(&report::unread_line(unread, session.lang));
    }
}

/// Bytes of the files that are named, as far as that is quickly known.
fn total(paths: &[String]) -> u64 {
    paths
        .iter()
        .filter_map(|path| std::fs::metadata(path).ok())
        .filter(std::fs::Metadata::is_file)
        .map(|meta| meta.len())
        .sum()
}

/// A bar on standard error, where a person is looking.
fn progress(session: &Session, total: u64) -> indicatif::ProgressBar {
    if !session.error_is_terminal {
        return indicatif::ProgressBar::hidden();
    }
    let (bar, template) = match total {
        0 => (indicatif::ProgressBar::new_spinner(), "{spinner} {bytes}  {bytes_per_sec}  {elapsed}"),
        total => {
            (indicatif::ProgressBar::new(total), "{bar:30} {bytes} / {total_bytes}  {bytes_per_sec}  {eta}")
        }
    };
    if let Ok(style) = indicatif::ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// The words for what a set holds, for headings.
pub(crate) fn looked_for(loaded: &Loaded, lang: Lang) -> String {
    use crate::screen::shape::number;
    let values = number(loaded.set.len() as u64);
    match lang {
        Lang::Ja => format!("インディケータ {values} 件"),
        Lang::En => format!("{values} indicators"),
    }
}
