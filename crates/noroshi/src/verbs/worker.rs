//! `noroshi worker`: the confined process that opens attachments. Started by [`opener`], never by hand.

use std::sync::Arc;

use anatomy::yara::RuleFile;
use anatomy::{Opener, Remembering};

use crate::outcome::{Failure, Outcome};

/// The program that a worker is. On Linux this very program, even after an upgrade has put another file in its place.
fn program() -> std::path::PathBuf {
    if cfg!(target_os = "linux") {
        return "/proc/self/exe".into();
    }
    std::env::current_exe().unwrap_or_else(|_| "noroshi".into())
}

/// Workers of this program.
pub(crate) fn pool() -> confine::Pool {
    confine::Pool::new(program(), &["worker"], confine::Limits::default())
}

/// Opens attachments in confined workers, each file once, and holds them against these YARA rules.
pub(crate) fn opener(rules: &[RuleFile]) -> Arc<dyn Opener> {
    Arc::new(Remembering::new(pool().with_rules(rules)))
}

/// Opens attachments for a search: for their names, hashes and texts.
pub(crate) fn searcher() -> Arc<dyn Opener> {
    let pool = confine::Pool::new(program(), &["worker", "--search"], confine::Limits::default());
    Arc::new(Remembering::new(pool))
}

pub(crate) fn run(search: bool) -> Result<Outcome, Failure> {
    let limits = anatomy::Limits { judge: !search, ..anatomy::Limits::default() };
    confine::worker::serve(&limits)?;
    Ok(Outcome::Done)
}
