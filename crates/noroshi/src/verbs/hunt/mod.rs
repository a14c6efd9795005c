//! `noroshi hunt`: sweeps of one's own evidence, one file each.

mod accept;
mod compile;
mod dns;
mod html;
mod log;
pub(crate) mod logs;
pub(crate) mod machine;
mod mail;
mod proxy;
pub(crate) mod report;
pub(crate) mod sets;

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
    Dns(Box<dns::Args>),
    Proxy(Box<proxy::Args>),
    Log(Box<log::Args>),
    Accept(Box<accept::Args>),
    Compile(Box<compile::Args>),
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    match args.what {
        What::Mail(args) => mail::run(*args, session),
        What::Dns(args) => dns::run(*args, session),
        What::Proxy(args) => proxy::run(*args, session),
        What::Log(args) => log::run(*args, session),
        What::Accept(args) => accept::run(*args, session),
        What::Compile(args) => compile::run(*args, session),
    }
}
