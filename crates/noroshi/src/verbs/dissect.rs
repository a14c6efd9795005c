//! `noroshi dissect`: mails → facts, tells, indicators.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use desk::dissect::{Settings, is_locked};
use desk::keyring::Ring;
use hub::standalone::Shown;
use hub::supplied::Supplied;
use indicators::guard::Guards;
use lexicon::{Lang, MailFacts};

use super::dissect_html::Sheet;
use super::guards::GuardArgs;
use super::supplied::SuppliedArgs;
use super::waiting::{Locked, Waiting, Waits};
use crate::intake::{self, Dissect, Intake};
use crate::outcome::{Failure, Outcome};
use crate::report::{self, Counts, Style, closing};
use crate::screen::Session;

/// Take mails apart: facts, what gives them away, indicators (メールを解剖する)
///
/// Reads .eml and Outlook's .msg, mbox, Maildir and whole folders. On a terminal it prints a report; elsewhere,
/// and with --jsonl, one JSON object a mail, in the order of the paths; with --html one page for a browser, which
/// stands alone. Nothing that a mail names is ever fetched or opened.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi dissect suspicious.eml\n  noroshi dissect --jsonl ~/Maildir box.mbox > facts.jsonl\n  noroshi dissect --html suspicious.html suspicious.eml\n  noroshi dissect --fail-on tell:4 - < mail.eml\n  noroshi dissect --own-domain example.co.jp --guard-list partners.txt reported/\n  noroshi dissect --rules rules/ --people people.txt --fail-on own-fake-invoice,yara-match reported/"
)]
pub(crate) struct Args {
    /// Mails, mailboxes, folders; - is standard input
    #[arg(required_unless_present = "html", value_name = "PATH", value_parser = NonEmptyStringValueParser::new())]
    paths: Vec<String>,

    /// One JSON object a line and mail (the default where no terminal is)
    #[arg(long, conflicts_with_all = ["json", "report", "html"])]
    jsonl: bool,

    /// One JSON array
    #[arg(long, conflicts_with_all = ["report", "html"])]
    json: bool,

    /// The report for people, also where no terminal is
    #[arg(long, conflicts_with = "html")]
    report: bool,

    /// Write one page for a browser to FILE: everything in it, no script, nothing fetched; several mails with a table
    /// on top. - is standard output; with no PATH, FILE is the mail and the page goes to standard output
    #[arg(long, value_name = "FILE", value_parser = NonEmptyStringValueParser::new())]
    html: Option<String>,

    /// In the report: everything, nothing cut; of several mails, the whole report of each
    #[arg(long)]
    full: bool,

    /// Columns of the report [default: the terminal's]
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,

    /// End with exit code 1 if found: tell, tell:WEIGHT (1 to 5), oddity, or the id of one
    #[arg(long = "fail-on", value_name = "WHAT", value_delimiter = ',', value_parser = FailOn::parse)]
    fail_on: Vec<FailOn>,

    /// Mails to work on at the same time [default: one a processor]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    jobs: usize,

    /// Try this password on what is locked, beside those told in the mails; repeatable
    #[arg(long = "password", value_name = "PASSWORD")]
    passwords: Vec<String>,

    #[command(flatten)]
    guards: GuardArgs,

    #[command(flatten)]
    supplied: SuppliedArgs,
}

/// What ends the run with exit code 1.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FailOn {
    /// A tell of at least this weight.
    Tell(u8),
    /// Any oddity.
    Oddity,
    /// A tell or an oddity with this id.
    Id(String),
}

impl FailOn {
    fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "tell" => Ok(Self::Tell(1)),
            "oddity" => Ok(Self::Oddity),
            other => {
                if let Some(weight) = other.strip_prefix("tell:") {
                    return match weight.parse() {
                        Ok(weight @ 1..=5) => Ok(Self::Tell(weight)),
                        _ => Err("the weight goes from 1 to 5, e.g. tell:4".to_owned()),
                    };
                }
                // Whether there is such an own tell is known once the rules are read.
                if other.starts_with("own-") {
                    return Ok(Self::Id(other.to_owned()));
                }
                let known = anatomy::tells::text(other).or_else(|| anatomy::oddities::text(other));
                match known {
                    Some(_) => Ok(Self::Id(other.to_owned())),
                    None => {
                        Err("use tell, tell:4, oddity, or the id of a tell or oddity as --jsonl gives it"
                            .to_owned())
                    }
                }
            }
        }
    }

    fn check_own(&self, supplied: &Supplied, session: &Session) -> Result<(), Failure> {
        match self {
            Self::Id(id) if id.starts_with("own-") && !supplied.own.has(id) => {
                Err(Failure::Usage(match session.lang {
                    Lang::Ja => format!("--fail-on {id}: --rules の規則にこの id の見分け方はありません"),
                    Lang::En => format!("--fail-on {id}: no tell of --rules has this id"),
                }))
            }
            _ => Ok(()),
        }
    }

    fn is_met(&self, facts: &MailFacts) -> bool {
        match self {
            Self::Tell(weight) => facts.tells.iter().any(|tell| tell.weight >= *weight),
            Self::Oddity => !facts.oddities.is_empty(),
            Self::Id(id) => {
                facts.tells.iter().any(|tell| tell.id == *id)
                    || facts.oddities.iter().any(|oddity| oddity.id == *id)
            }
        }
    }
}

/// How the facts are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Jsonl,
    Json,
    Report,
    Html,
}

/// What is kept of a mail until its turn to be written.
struct Written {
    /// The line, or the report for several mails.
    text: String,
    /// The facts, where it may be the only mail: its report is another one then.
    facts: Option<Box<MailFacts>>,
    /// What the page shows of it.
    shown: Option<Box<Shown>>,
    counts: Counts,
    found: bool,
    /// The passwords that it tells other mails.
    ring: Option<Ring>,
    /// Itself, where something in it is still closed.
    locked: Option<Box<Locked>>,
}

impl Waits for Written {
    fn bytes(&self) -> usize {
        self.text.len()
            + self.shown.as_ref().map_or(0, |shown| shown.bytes())
            + self.locked.as_ref().map_or(0, |locked| locked.size())
    }

    fn ring(&mut self) -> Option<Ring> {
        self.ring.take()
    }

    fn locked(&mut self) -> Option<Box<Locked>> {
        self.locked.take()
    }

    fn is_locked(&self) -> bool {
        self.locked.is_some()
    }
}

/// The file that the page is written to; `None` is standard output. A file that is there and is no page is never
/// written over: it may be a mail.
fn page_file(args: &mut Args) -> Result<Option<PathBuf>, Failure> {
    let Some(name) = args.html.clone() else { return Ok(None) };
    if args.paths.is_empty() {
        args.paths.push(name);
        return Ok(None);
    }
    let file = PathBuf::from(&name);
    let is_page =
        file.extension().is_some_and(|e| e.eq_ignore_ascii_case("html") || e.eq_ignore_ascii_case("htm"));
    match name.as_str() {
        "-" => Ok(None),
        _ if file.exists() && !is_page => Err(Failure::Usage(format!(
            "--html {name}: the file is there and is no .html; name the page first, then the mails: \
             noroshi dissect --html page.html {name}"
        ))),
        _ => Ok(Some(file)),
    }
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let mut args = args;
    let page = page_file(&mut args)?;
    let guards = args.guards.guards(Guards::builtin(), session)?;
    let supplied = args.supplied.read(session)?;
    for condition in &args.fail_on {
        condition.check_own(&supplied, session)?;
    }
    let settings = SuppliedArgs::settings(supplied, Settings { guards, ..Settings::default() });
    let given: Vec<anatomy::Password> = args
        .passwords
        .iter()
        .map(|value| anatomy::Password { value: value.clone(), from: "given".to_owned() })
        .collect();
    let form = match () {
        () if args.html.is_some() => Form::Html,
        () if args.report => Form::Report,
        () if args.json => Form::Json,
        () if args.jsonl || !session.out_is_terminal => Form::Jsonl,
        () => Form::Report,
    };
    let style =
        Style { lang: session.lang, paint: session.paint, width: session.width(args.width), full: args.full };
    let progress = report::progress(session, form != Form::Report || !session.out_is_terminal);
    let mut out = io::BufWriter::with_capacity(256 << 10, io::stdout().lock());
    let mut sheet = Sheet::new(&args.paths, session.lang);
    let only = sheet.is_only();
    let mut intake = Intake::new(args.paths);
    let mut counts = Counts::default();
    let mut found = false;
    // In a report the first mail waits for the second: an only mail is shown whole.
    let mut first: Option<Written> = None;
    if form == Form::Json {
        out.write_all(b"[")?;
    }
    let render = |raw: &[u8], facts: MailFacts| {
        let mut written = Written {
            text: String::new(),
            counts: Counts::of(&facts),
            found: args.fail_on.iter().any(|condition| condition.is_met(&facts)),
            facts: None,
            shown: None,
            ring: None,
            locked: None,
        };
        match form {
            // Plain data: nothing in it can fail to be written.
            Form::Jsonl | Form::Json => written.text = serde_json::to_string(&facts).unwrap_or_default(),
            Form::Html => written.shown = Some(Box::new(Shown::of(raw, facts, session.lang, only))),
            Form::Report if args.full => written.text = report::whole(&facts, &style),
            Form::Report => {
                written.text = report::brief(&facts, &style);
                written.facts = Some(Box::new(facts));
            }
        }
        written
    };
    let mut write = |mut written: Written| -> io::Result<()> {
        found |= written.found;
        let is_first = counts.mails == 0;
        counts.add(&written.counts);
        match form {
            Form::Jsonl => out.write_all(written.text.as_bytes()).and_then(|()| out.write_all(b"\n"))?,
            Form::Json => {
                out.write_all(if is_first { b"\n" } else { b",\n" })?;
                out.write_all(written.text.as_bytes())?;
            }
            Form::Html => sheet.add(written.shown),
            Form::Report if is_first => first = Some(written),
            Form::Report => {
                if let Some(first) = first.take() {
                    out.write_all(first.text.as_bytes())?;
                }
                written.facts = None;
                out.write_all(written.text.as_bytes())?;
                if session.out_is_terminal {
                    out.flush()?;
                }
            }
        }
        Ok(())
    };
    let mut waiting = Waiting::new(|locked: &Locked, passwords: &[anatomy::Password]| {
        let mail = locked.mail.input();
        let passwords = [given.as_slice(), passwords].concat();
        render(mail.raw(), mail.dissect(&locked.facts.path, &settings, &passwords))
    });
    intake::each(
        &mut intake,
        args.jobs,
        |path, mail| {
            let facts = mail.dissect(path, &settings, &given);
            let ring = Ring::told_by(&facts);
            let locked = is_locked(&facts).then(|| Locked::new(mail, &facts)).flatten();
            Written { ring, locked, ..render(mail.raw(), facts) }
        },
        |written| -> Result<(), Failure> {
            progress.inc(1);
            waiting.push(written);
            while let Some(written) = waiting.next() {
                write(written)?;
            }
            Ok(())
        },
    )?;
    for written in waiting.rest() {
        write(written)?;
    }
    progress.finish_and_clear();
    match form {
        Form::Json => out.write_all(if counts.mails == 0 { b"]\n" } else { b"\n]\n" })?,
        Form::Report => {
            if let Some(only) = first {
                let text = only.facts.map(|facts| report::whole(&facts, &style)).unwrap_or(only.text);
                out.write_all(text.as_bytes())?;
            } else if counts.mails > 1 {
                out.write_all(closing::summary(&counts, &style).as_bytes())?;
            }
        }
        Form::Html => match page {
            Some(file) => std::fs::write(&file, sheet.page())?,
            None => out.write_all(sheet.page().as_bytes())?,
        },
        Form::Jsonl => {}
    }
    out.flush()?;
    closing::notes(session, &intake.notes, counts.mails);
    Ok(match (intake.notes.unread.is_empty(), found) {
        (false, _) => Outcome::Unread,
        (true, true) => Outcome::Found,
        (true, false) => Outcome::Done,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_fail_on_is_checked_before_any_work() {
        assert_eq!(FailOn::parse("tell"), Ok(FailOn::Tell(1)));
        assert_eq!(FailOn::parse("tell:4"), Ok(FailOn::Tell(4)));
        assert_eq!(FailOn::parse("oddity"), Ok(FailOn::Oddity));
        assert!(FailOn::parse("tell:9").is_err());
        assert!(FailOn::parse("everything").is_err());
    }
}
