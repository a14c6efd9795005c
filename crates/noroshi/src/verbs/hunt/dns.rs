//! `noroshi hunt dns`: who asked for a listed name, years back.

use super::logs;
use crate::outcome::{Failure, Outcome};
use crate::screen::Session;

/// Sweep name logs: BIND, Unbound, dnsmasq, Windows DNS, Zeek, Suricata, any other (DNS ログを探す)
///
/// Files, folders, patterns or - for standard input; gzip, zstd, xz, bzip2, zip and tar are read as they are. On a
/// terminal it prints a report: first seen, last seen, how often, by indicator and by machine. Elsewhere, and with
/// --jsonl, one JSON object a hit and a summary as the last line.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi hunt dns /var/log/named/ --indicators n-2026-0001.txt\n  noroshi hunt dns 'query.log*' --indicators bundle.json event.json --since 2024-04-01 --jsonl > hits.jsonl\n  zcat old.gz | noroshi hunt dns - --indicators list.txt --fail-on hit"
)]
pub(crate) struct Args {
    #[command(flatten)]
    logs: logs::LogArgs,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    logs::run(args.logs, session)
}
