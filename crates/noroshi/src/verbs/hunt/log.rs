//! `noroshi hunt log`: any log.

use super::logs;
use crate::outcome::{Failure, Outcome};
use crate::screen::Session;

/// Sweep any log: mail servers, network sensors, CSV, JSON lines, plain text (あらゆるログを探す)
///
/// The format is recognised, or told with --format. What has no known format is looked through as text: whole names,
/// addresses, hashes and parts wherever they stand.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi hunt log /var/log --indicators list.txt\n  noroshi hunt log mail.log eve.json conn.log --indicators bundle.json --since 2026-04-01 --until 2026-07-01\n  noroshi hunt log --format text dump.txt --indicators list.txt --manifest manifest.json"
)]
pub(crate) struct Args {
    #[command(flatten)]
    logs: logs::LogArgs,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    logs::run(args.logs, session)
}
