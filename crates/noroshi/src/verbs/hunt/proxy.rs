//! `noroshi hunt proxy`: who fetched a listed URL or reached a listed host.

use super::logs;
use crate::outcome::{Failure, Outcome};
use crate::screen::Session;

/// Sweep proxy and web logs: Squid, Blue Coat, IIS, Apache, nginx, Zeek, Suricata (プロキシのログを探す)
///
/// As `hunt dns`. A listed URL is found with what lies below its path, a listed name with every URL on it or below it;
/// parts of paths (/gate.php) and of user agents are found in their own fields.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi hunt proxy access.log access.log.*.gz --indicators list.csv\n  noroshi hunt proxy --format squid /srv/logs --indicators bundle.json --html sweep.html"
)]
pub(crate) struct Args {
    #[command(flatten)]
    logs: logs::LogArgs,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    logs::run(args.logs, session)
}
