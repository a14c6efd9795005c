//! The verbs, one file each.
//!
//! To add one: a file with `Args` (clap) and `run(Args, &Session) -> Result<Outcome, Failure>`, a variant here
//! with an example in its help, and a test in `tests/`.

mod campaigns;
mod dissect;
mod dissect_html;
mod doctor;
mod export;
mod floods;
mod guards;
mod hunt;
mod pull;
mod serve;
mod sight;
mod similar;
mod submit;
mod supplied;
mod threads;
mod waiting;
mod watch;
mod worker;

use clap::Subcommand;

use crate::outcome::{Failure, Outcome};
use crate::screen::Session;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Serve(serve::Args),
    Dissect(dissect::Args),
    Campaigns(campaigns::Args),
    Threads(threads::Args),
    Similar(similar::Args),
    Floods(floods::Args),
    Submit(submit::Args),
    Pull(pull::Args),
    Sight(sight::Args),
    Export(export::Args),
    Hunt(hunt::Args),
    Watch(Box<watch::Args>),
    Doctor(doctor::Args),
    /// Opens attachments for its parent, locked in (started by noroshi itself)
    #[command(hide = true)]
    Worker {
        /// Only names, hashes and texts are asked for
        #[arg(long)]
        search: bool,
    },
}

impl Verb {
    pub(crate) fn run(self, session: &Session) -> Result<Outcome, Failure> {
        match self {
            Self::Serve(args) => serve::run(args, session),
            Self::Dissect(args) => dissect::run(args, session),
            Self::Campaigns(args) => campaigns::run(args, session),
            Self::Threads(args) => threads::run(args, session),
            Self::Similar(args) => similar::run(args, session),
            Self::Floods(args) => floods::run(args, session),
            Self::Submit(args) => submit::run(args, session),
            Self::Pull(args) => pull::run(args, session),
            Self::Sight(args) => sight::run(args, session),
            Self::Export(args) => export::run(args, session),
            Self::Hunt(args) => hunt::run(args, session),
            Self::Watch(args) => watch::run(*args, session),
            Self::Doctor(args) => doctor::run(&args, session),
            Self::Worker { search } => worker::run(search),
        }
    }
}
