//! `noroshi`: one file per verb in [`verbs`].
//!
//! What a verb finds goes to standard output, what it has to say about its work to standard error. Exit codes:
//! 0 done, 1 something found that the verb was asked to find, 2 bad usage, 3 input could not be read.
#![allow(clippy::print_stdout, reason = "this is the command line")]

mod clock;
mod intake;
mod outcome;
mod remote;
mod report;
mod screen;
mod verbs;

use std::process::ExitCode;

use clap::Parser;
use lexicon::Lang;

use outcome::{Failure, Outcome};
use screen::{Session, When};

/// Noroshi, the signal fire: one organisation sees an attack mail, every organisation is warned.
///
/// 狼煙: 攻撃メールを解剖し、同じ攻撃を見分け、組織をまたいで知らせます。
#[derive(Debug, Parser)]
#[command(name = "noroshi", version, max_term_width = 100, propagate_version = true)]
#[command(
    after_help = "Examples:\n  noroshi dissect suspicious.eml\n  noroshi campaigns ~/Maildir --json > campaigns.json\n  noroshi export --format stix indicators.txt\n\nExit codes: 0 done, 1 found what was asked for, 2 bad usage, 3 input could not be read."
)]
struct Cli {
    /// Language of reports: ja or en [default: NOROSHI_LANG, then the locale, then ja]
    #[arg(long, global = true, value_name = "LANG", value_parser = parse_lang)]
    lang: Option<Lang>,

    /// Colours: on a terminal only, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = When::Auto)]
    color: When,

    #[command(subcommand)]
    verb: verbs::Verb,
}

/// Password hashes take 19 MiB each, and dissecting allocates in many threads at once: this allocator gives such
/// memory back, where the system's kept 180 MB of it after nine hashes.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn parse_lang(text: &str) -> Result<Lang, String> {
    Lang::parse(text).ok_or_else(|| "use ja or en".to_owned())
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let session = Session::new(cli.lang.unwrap_or_else(screen::locale), cli.color);
    match cli.verb.run(&session) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Ok(Outcome::Unread) => ExitCode::from(3),
        // The reader of our output has seen enough (`noroshi dissect … | head`).
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            session.say_error(&failure);
            failure.code()
        }
    }
}
