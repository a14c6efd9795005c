//! `noroshi watch`: follows logs and tells of hits within seconds.

mod alert;
mod smtp;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use hunter::watch::{State, Watch};
use lexicon::Lang;

use super::hunt::logs::SweepArgs;
use super::hunt::report::unread_line;
use super::hunt::sets::{Lists, Loaded, SetArgs};
use crate::clock;
use crate::outcome::{Failure, Outcome};
use crate::screen::Session;

use alert::{Alert, Sinks, Webhook};

/// Follow logs and tell of hits within seconds (ログを監視する)
///
/// Every line counts once: across rotation (renamed, or copied and truncated), also while noroshi was not running, and
/// across restarts, by what --state keeps. Lists are read again when they change. Logs that are new to the state are read
/// from their end; --from-start reads them whole. Ends when it is stopped.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi watch /var/log/named/query.log --indicators /etc/noroshi/list.txt --state /var/lib/noroshi/watch.json\n  noroshi watch /var/log/squid --indicators list.txt --syslog 192.0.2.50:514 --webhook https://chat.example.co.jp/hooks/abc\n  noroshi watch mail.log --indicators list.txt --mail-to csirt@example.co.jp --smtp localhost:25 --mail-from noroshi@example.co.jp\n  noroshi watch /var/log --indicators list.txt --state watch.json --once --fail-on hit"
)]
pub(crate) struct Args {
    /// Logs: files, folders, patterns in quotes; those that come later are followed as well
    #[arg(value_name = "PATH")]
    paths: Vec<String>,

    #[command(flatten)]
    lists: Lists,

    /// Keep what was read in FILE: a restart goes on from there
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Read logs that are new from their beginning
    #[arg(long)]
    from_start: bool,

    /// Read what is there and end
    #[arg(long)]
    once: bool,

    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, value_parser = seconds)]
    interval: f64,

    /// Do not write hits to standard output
    #[arg(long)]
    quiet: bool,

    /// Send each hit to syslog: HOST:PORT over UDP, or local
    #[arg(long, value_name = "HOST:PORT|local")]
    syslog: Option<String>,

    /// Post each hit as JSON to this address; its key text is a line for people, which chat services show
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,

    /// Trust the certificates in this PEM file instead of the public authorities
    #[arg(long, value_name = "FILE", requires = "webhook")]
    webhook_ca: Option<PathBuf>,

    /// Mail the hits of each look to this address; repeatable
    #[arg(long = "mail-to", value_name = "ADDRESS", requires = "mail_from")]
    mail_to: Vec<String>,

    /// The sender of these mails
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,

    /// The mail server that takes them, without encryption: one of your own
    #[arg(long, value_name = "HOST:PORT", default_value = "localhost:25")]
    smtp: String,

    /// With --once: exit code 1 if something was found
    #[arg(long = "fail-on", value_name = "WHAT", value_parser = ["hit"])]
    fail_on: Option<String>,

    #[command(flatten)]
    sweep: SweepArgs,

    #[command(flatten)]
    set: SetArgs,
}

fn seconds(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0.05..=3600.0).contains(seconds))
        .ok_or_else(|| "use 0.05 to 3600".to_owned())
}

/// Seconds between two tries of an alert that could not be delivered, at most.
const PATIENCE: f64 = 60.0;

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let (lists, paths) = args.lists.settle(args.paths)?;
    let mut loaded = args.set.load(&lists, session)?;
    let mut changed = stamps(&lists);
    let state = match &args.state {
        Some(path) => {
            State::read(path).map_err(|error| Failure::Input(format!("{}: {error}", path.display())))?
        }
        None => State::default(),
    };
    let ca = args.webhook_ca.as_deref().map(|path| crate::remote::read(path, session.lang)).transpose()?;
    let webhook =
        args.webhook.as_deref().map(|url| Webhook::new(url, ca.as_deref(), session.lang)).transpose()?;
    let sinks =
        Sinks::new(&args.syslog, webhook, &args.mail_to, args.mail_from.as_deref(), &args.smtp, !args.quiet)?;
    let settings = args.sweep.settings(paths, false);
    let mut watch = Watch::new(settings, state, args.from_start);
    let mut found = false;
    let mut unread = false;
    let mut saved = None;
    let mut wait = args.interval;
    loop {
        let stamps = stamps(&lists);
        if stamps != changed {
            changed = stamps;
            reload(&args.set, &lists, &mut loaded, session);
        }
        let round = watch.round(&loaded.set, clock::now());
        for told in &round.unread {
            unread |= !told.harmless;
            session.say(&unread_line(told, session.lang));
        }
        found |= !round.hits.is_empty();
        let mut waiting: VecDeque<Alert> =
            round.hits.iter().map(|(log, hit)| Alert::new(&loaded.set, log, hit)).collect();
        // Nothing more is read before these are delivered: what waits stays in the logs, not in memory.
        while !waiting.is_empty() {
            match sinks.deliver(&mut waiting, session) {
                Ok(()) => wait = args.interval,
                Err(error) => {
                    session.say(&match session.lang {
                        Lang::Ja => format!("通知できません。{wait:.0} 秒後にもう一度送ります: {error}"),
                        Lang::En => {
                            format!("an alert cannot be delivered, trying again in {wait:.0} s: {error}")
                        }
                    });
                    if args.once {
                        return Err(Failure::Output(error));
                    }
                    pause(wait);
                    wait = (wait * 2.0).min(PATIENCE);
                }
            }
        }
        if let Some(path) = &args.state {
            let state = watch.state();
            if saved.as_ref() != Some(&state) {
                state.save(path)?;
                saved = Some(state);
            }
        }
        if args.once && !round.is_behind {
            return Ok(match (unread, found && args.fail_on.is_some()) {
                (true, _) => Outcome::Unread,
                (false, true) => Outcome::Found,
                (false, false) => Outcome::Done,
            });
        }
        if !round.is_behind {
            pause(args.interval);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "following a log is waiting for it")]
fn pause(seconds: f64) {
    std::thread::sleep(Duration::from_secs_f64(seconds));
}

/// When the lists were last written to, and how long they are.
fn stamps(lists: &[String]) -> Vec<Option<(SystemTime, u64)>> {
    lists
        .iter()
        .map(|list| std::fs::metadata(list).ok().and_then(|meta| Some((meta.modified().ok()?, meta.len()))))
        .collect()
}

/// A list that changed is read again; one that cannot be read leaves the old set at work.
fn reload(set: &SetArgs, lists: &[String], loaded: &mut Loaded, session: &Session) {
    match set.load(lists, session) {
        Ok(new) => {
            *loaded = new;
            let values = crate::screen::shape::number(loaded.set.len() as u64);
            session.say(&match session.lang {
                Lang::Ja => format!("リストを読み直しました: {values} 件"),
                Lang::En => format!("the lists were read again: {values} indicators"),
            });
        }
        Err(failure) => session.say_error(&failure),
    }
}
