//! Guard lists from the command line: shared by the verbs that dissect.

use std::path::PathBuf;

use indicators::guard::Guards;
use lexicon::Lang;

use crate::intake;
use crate::outcome::Failure;
use crate::screen::Session;

/// Bytes of a guard list.
const MAX_LIST: u64 = 256 << 20;

/// What must not be taken for an indicator.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Guard lists")]
pub(crate) struct GuardArgs {
    /// A list of what is never an indicator: names, .suffixes, ranges, URLs, addresses, one a line
    #[arg(long = "guard-list", value_name = "FILE")]
    guard_lists: Vec<PathBuf>,

    /// A domain of your own: it, everything below it and its addresses are marked
    #[arg(long = "own-domain", value_name = "DOMAIN")]
    own_domains: Vec<String>,

    /// Count a guarded value as an indicator after all, and say why
    #[arg(long = "override", value_name = "VALUE=REASON", value_parser = value_and_reason)]
    overrides: Vec<(String, String)>,
}

fn value_and_reason(text: &str) -> Result<(String, String), String> {
    // A URL may hold a `=`, a reason hardly ever does.
    match text.rsplit_once('=') {
        Some((value, reason)) if !value.trim().is_empty() && !reason.trim().is_empty() => {
            Ok((value.trim().to_owned(), reason.trim().to_owned()))
        }
        _ => Err("write the value and the reason, e.g. --override \"files.example.com=taken over, see N-2026-0007\"".to_owned()),
    }
}

impl GuardArgs {
    /// The organisation's own domains.
    pub(crate) fn own_domains(&self) -> &[String] {
        &self.own_domains
    }

    /// The files of guard lists.
    pub(crate) fn list_paths(&self) -> &[PathBuf] {
        &self.guard_lists
    }

    /// The built-in lists, `base`, with what the command line adds. Lines that cannot be read are told.
    pub(crate) fn guards(&self, base: Guards, session: &Session) -> Result<Guards, Failure> {
        let mut guards = base.with_own_names(&self.own_domains);
        for path in &self.guard_lists {
            let shown = path.display();
            let text = intake::text_file(path, MAX_LIST).map_err(|why| {
                let why = why.of(session.lang);
                Failure::Input(match session.lang {
                    Lang::Ja => format!("除外リスト {shown} を読めません: {why}"),
                    Lang::En => format!("the guard list {shown} cannot be read: {why}"),
                })
            })?;
            let name = path.file_stem().map_or_else(|| "list".into(), |stem| stem.to_string_lossy());
            for problem in guards.add_list(&name, &text) {
                session.say(&format!("{shown}: {problem}"));
            }
        }
        for (value, reason) in &self.overrides {
            guards.add_override(value, reason);
        }
        Ok(guards)
    }
}
