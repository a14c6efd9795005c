//! What an operator knows, from the command line: rules and lists, shared by the verbs that dissect.

use std::path::PathBuf;
use std::sync::Arc;

use desk::dissect::Settings;
use hub::supplied::{Supplied, UNREADABLE};

use crate::outcome::Failure;
use crate::screen::Session;

/// What the operator knows.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Your own knowledge")]
pub(crate) struct SuppliedArgs {
    /// Own tells (.toml) or YARA rules (.yar, .yara): a file, or a folder of them
    #[arg(long, value_name = "PATH")]
    rules: Vec<PathBuf>,

    /// Public keys for DKIM, one a line: selector._domainkey.domain v=DKIM1; p=…
    #[arg(long, value_name = "FILE")]
    dkim_keys: Option<PathBuf>,

    /// Free mail domains, one a line, instead of the built-in ones
    #[arg(long, value_name = "FILE")]
    freemail: Option<PathBuf>,

    /// People and organisations that mails pretend to come from, one a line: name = domain, domain; own domains alone
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
}

impl SuppliedArgs {
    /// Reads everything. Lines of lists that cannot be read are told; a fault in a rule ends the run.
    pub(crate) fn read(&self, session: &Session) -> Result<Supplied, Failure> {
        let mut supplied = Supplied::default();
        for path in &self.rules {
            supplied.add_rules(path);
        }
        supplied.add_lists(self.dkim_keys.as_deref(), self.freemail.as_deref(), self.people.as_deref());
        supplied.finish();
        for line in &supplied.faulty_lines {
            session.say(line.show(session.lang).trim_end());
        }
        if supplied.problems.is_empty() {
            return Ok(supplied);
        }
        let all: Vec<String> = supplied.problems.iter().map(|problem| problem.show(session.lang)).collect();
        let text = all.join("\n").trim_end().to_owned();
        let unread = supplied.problems.iter().all(|problem| problem.code == UNREADABLE);
        Err(if unread { Failure::Input(text) } else { Failure::Usage(text) })
    }

    /// The settings of a verb that dissects; `settings` says the rest.
    pub(crate) fn settings(supplied: Supplied, settings: Settings) -> Settings {
        Settings {
            opener: super::worker::opener(&supplied.yara),
            known: supplied.known,
            own: Arc::new(supplied.own),
            yara: !supplied.yara.is_empty(),
            ..settings
        }
    }
}
