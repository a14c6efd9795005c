//! The other side of the wire: a hub, as a member's verbs speak to it.
//!
//! A token never stands on the command line, where every user of the machine could read it, and is never told or
//! logged. It goes out by HTTPS; by plain HTTP only to this machine itself, or where somebody insists.

mod address;
mod client;
mod file;

use std::path::{Path, PathBuf};

use lexicon::Lang;

pub(crate) use address::Address;
pub(crate) use client::{Ask, Hub, Reply, is_tls, trust};
pub(crate) use file::write_whole;

use crate::intake::{self, Why};
use crate::outcome::Failure;
use crate::screen::Session;

/// Bytes of a token's or a certificate's file.
const MAX_FILE: u64 = 1 << 20;

/// Which hub, and who asks.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The hub")]
pub(crate) struct HubArgs {
    /// The hub's address, e.g. `https://hub.example.org`
    #[arg(long, value_name = "URL", env = "NOROSHI_HUB")]
    pub(crate) hub: String,

    /// File with the API token, in its first line [default: the variable NOROSHI_TOKEN]
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// Trust the certificates in this PEM file instead of the public authorities
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Speak plain HTTP to a hub on another machine: everybody on the way can read mails and token
    #[arg(long)]
    insecure_http: bool,

    /// Seconds that one request may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    timeout: u64,
}

impl HubArgs {
    /// The hub's address, checked.
    pub(crate) fn address(&self, lang: Lang) -> Result<Address, Failure> {
        Address::parse(&self.hub, self.insecure_http, lang)
    }

    /// A connection to be.
    pub(crate) fn open(&self, session: &Session) -> Result<Hub, Failure> {
        let address = self.address(session.lang)?;
        let token = self.token(session)?;
        let ca = self.ca.as_deref().map(|path| read(path, session.lang)).transpose()?;
        Hub::new(address, token, ca.as_deref(), self.timeout, session.lang)
    }

    fn token(&self, session: &Session) -> Result<String, Failure> {
        let lang = session.lang;
        let text = match &self.token_file {
            Some(path) => {
                tell_open_file(path, session);
                read(path, lang)?
            }
            None => std::env::var("NOROSHI_TOKEN").unwrap_or_default(),
        };
        let token = text.trim_start_matches('\u{feff}').lines().next().unwrap_or_default().trim();
        if token.is_empty() {
            return Err(Failure::Usage(
                lang.pick(
                    "API トークンがありません。--token-file で指定するか、環境変数 NOROSHI_TOKEN に入れてください（トークンは情報ハブの「アカウント」で作れます）",
                    "there is no API token; name its file with --token-file, or set NOROSHI_TOKEN (the hub's page Account makes one)",
                )
                .to_owned(),
            ));
        }
        // The token itself is not told: what is wrong with it is enough.
        if !token.bytes().all(|b| b.is_ascii_graphic()) || token.len() > 1_000 {
            return Err(Failure::Usage(
                lang.pick(
                    "API トークンに使えない文字があります。情報ハブが表示したとおりに 1 行で書いてください",
                    "the API token holds what no token holds; write it on one line, as the hub has shown it",
                )
                .to_owned(),
            ));
        }
        Ok(token.to_owned())
    }
}

/// A file of a token or of certificates.
pub(crate) fn read(path: &Path, lang: Lang) -> Result<String, Failure> {
    intake::text_file(path, MAX_FILE).map_err(|why| unreadable(path, &why, lang))
}

/// A file that could not be read.
pub(crate) fn unreadable(path: &Path, why: &Why, lang: Lang) -> Failure {
    let (shown, why) = (path.display(), why.of(lang));
    Failure::Input(match lang {
        Lang::Ja => format!("{shown} を読めません: {why}"),
        Lang::En => format!("{shown} cannot be read: {why}"),
    })
}

/// A secret that others can read is told; the work is done all the same.
fn tell_open_file(path: &Path, session: &Session) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = std::fs::metadata(path)
            .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o077 != 0);
        if open {
            let shown = path.display();
            session.say(&match session.lang {
                Lang::Ja => {
                    format!("注意: {shown} はほかの利用者も読めます。chmod 600 {shown} としてください")
                }
                Lang::En => format!("mind: others can read {shown}; run chmod 600 {shown}"),
            });
        }
    }
    #[cfg(not(unix))]
    let _ = (path, session);
}
