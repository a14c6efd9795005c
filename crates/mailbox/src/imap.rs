//! Mailboxes on an IMAP server (RFC 3501, RFC 9051), read and never changed: `EXAMINE` opens a folder so that nothing
//! can be written, `BODY.PEEK` fetches a mail without marking it as seen.
//!
//! `imaps://user@host/folder` speaks TLS from the start; `imap://` upgrades with STARTTLS. Only to a loopback address,
//! where nobody listens in between, a plain connection will do. The password comes from [`Login`], never from the
//! address.

mod address;
mod client;
mod modified_utf7;
mod tls;

use std::collections::VecDeque;

pub use address::{Address, Wrong};
pub use client::Failure;

use crate::intake::{MAX_MAIL, Mail, Notes, Place, Source, Stamp, Why};
use client::Client;

/// How to log in, and whom to trust.
#[derive(Clone, Default)]
pub struct Login {
    /// The password.
    pub password: String,
    /// Certificates in PEM to trust instead of the system's.
    pub authorities: Option<Vec<u8>>,
}

/// Mails fetched with one command, by their sizes together.
const FETCH: u64 = 8 << 20;
/// Mails fetched with one command.
const FETCH_MAILS: usize = 100;

/// A folder on a server, as a mailbox.
pub struct Folder {
    address: Address,
    client: Client,
    validity: u32,
    /// What is to be fetched: number and size.
    ahead: VecDeque<(u32, u64)>,
    fetched: VecDeque<(u32, Vec<u8>)>,
    ended: bool,
}

impl Folder {
    /// Connects, logs in and opens the folder.
    ///
    /// # Errors
    /// What failed, with what the server said.
    pub fn open(address: Address, login: &Login) -> Result<Self, Failure> {
        let mut client = Client::connect(&address, login)?;
        let opened = client.examine(&address.folder)?;
        let ahead = client.list(opened.messages)?.into();
        let validity = opened.validity;
        Ok(Self { address, client, validity, ahead, fetched: VecDeque::new(), ended: false })
    }

    /// The name of a message, after RFC 5092.
    fn name(&self, uid: u32) -> String {
        format!("{};UIDVALIDITY={}/;UID={uid}", self.address, self.validity)
    }

    fn stamp(&self, uid: u32, size: u64) -> Stamp {
        Stamp { size, modified: i64::from(self.validity), inode: u64::from(uid) }
    }

    /// Fetches the next messages that are wanted.
    fn fetch(
        &mut self,
        notes: &mut Notes,
        pass_over: &mut dyn FnMut(&str, Stamp) -> bool,
    ) -> Result<(), Failure> {
        let mut wanted = Vec::new();
        let mut bytes = 0;
        while let Some((uid, size)) = self.ahead.pop_front() {
            let (name, stamp) = (self.name(uid), self.stamp(uid, size));
            if pass_over(&name, stamp) {
                continue;
            }
            if size > MAX_MAIL {
                notes.unread.push((name, Why::LargeMail));
                continue;
            }
            wanted.push(uid);
            bytes += size;
            if bytes >= FETCH || wanted.len() >= FETCH_MAILS {
                break;
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let fetched = self.client.fetch(&wanted)?;
        for uid in wanted {
            if !fetched.iter().any(|(found, _)| *found == uid) {
                // Expunged since it was listed.
                notes.unread.push((self.name(uid), Why::Missing));
            }
        }
        self.fetched.extend(fetched);
        Ok(())
    }
}

impl Source for Folder {
    fn next(&mut self, notes: &mut Notes, pass_over: &mut dyn FnMut(&str, Stamp) -> bool) -> Option<Mail> {
        while self.fetched.is_empty() && !self.ahead.is_empty() && !self.ended {
            if let Err(failure) = self.fetch(notes, pass_over) {
                // What was not fetched is told as one: the folder.
                notes.unread.push((self.address.to_string(), failure.into()));
                self.ended = true;
            }
        }
        let Some((uid, bytes)) = self.fetched.pop_front() else {
            if !self.ended {
                self.ended = true;
                self.client.logout();
            }
            return None;
        };
        let path = self.name(uid);
        let stamp = self.stamp(uid, bytes.len() as u64);
        Some(Mail::of_bytes(Place { file: path.len(), path, stamp }, bytes))
    }
}

impl From<Failure> for Why {
    fn from(failure: Failure) -> Self {
        Self::Server(failure.ja(), failure.en())
    }
}
