//! `noroshi hunt compile`: lists → one compiled set.

use std::path::PathBuf;

use lexicon::Lang;

use super::sets::{SetArgs, write_set};
use crate::outcome::{Failure, Outcome};
use crate::screen::Session;
use crate::screen::shape::number;

/// Compile lists into one set that loads in a moment (リストを 1 つにまとめる)
///
/// Sweeps do this by themselves for large lists and keep the result; compile where one set goes to many machines.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  noroshi hunt compile n-2026-*.json feed.csv --output march.nset\n  noroshi hunt dns query.log --indicators march.nset"
)]
pub(crate) struct Args {
    /// Plain lists, CSV, STIX 2.1 bundles, MISP events, compiled sets
    #[arg(value_name = "LIST", required = true)]
    lists: Vec<String>,

    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    #[command(flatten)]
    set: SetArgs,
}

pub(crate) fn run(args: Args, session: &Session) -> Result<Outcome, Failure> {
    let loaded = args.set.load(&args.lists, session)?;
    write_set(&args.output, &loaded.set)?;
    let notes = &loaded.notes;
    let (shown, values, again, guarded) =
        (args.output.display(), number(notes.values), number(notes.again), number(notes.guarded));
    session.say(&match session.lang {
        Lang::Ja => format!(
            "{shown}: {values} 件（重複 {again} 件をまとめ、除外リストにより {guarded} 件を除きました）"
        ),
        Lang::En => format!(
            "{shown}: {values} values ({again} repeated ones joined, {guarded} left out by guard lists)"
        ),
    });
    Ok(Outcome::Done)
}
