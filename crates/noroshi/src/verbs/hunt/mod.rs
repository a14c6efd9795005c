//! `noroshi hunt`: sweeps of one's own evidence, one file each.

mod mail;

use clap::Subcommand;

use crate::outcome::{Failure, Outcome};
use crate::screen::Session;

/// Sweep your own evidence for what others have seen (自組織の記録を探す)
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to sweep.
#[derive(Debug, Subcommand)]
enum What {
    Mail(Box<mail::Args>),
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    match args.what {
        What::Mail(args) => mail::run(*args, session),
    }
}
