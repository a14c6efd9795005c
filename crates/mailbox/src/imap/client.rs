//! The little of IMAP that reading needs: log in, examine, list, fetch. Answers are read within bounds.

use std::io::{self, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::address::Address;
use super::tls::{Secure, secure};
use super::{Login, modified_utf7};
use crate::intake::MAX_MAIL;

/// Bytes of one line of an answer.
const MAX_LINE: usize = 1 << 20;
/// Messages of a folder that are listed.
const MAX_MESSAGES: usize = 20_000_000;
/// How long the server may be silent.
const SILENCE: Duration = Duration::from_secs(120);
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(30);

/// Why a folder could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// No connection, or it broke off.
    Connection(String),
    /// The server offers no TLS and is not on this machine.
    NoTls,
    /// TLS failed.
    Tls(String),
    /// There is no certificate to trust, or one cannot be read.
    Authorities,
    /// The server does not let this user in.
    Login(String),
    /// The server refuses a command.
    Refused(String),
    /// The server says what is no IMAP, or too much.
    Protocol,
}

impl Failure {
    /// In Japanese.
    pub fn ja(&self) -> String {
        match self {
            Self::Connection(why) => format!("サーバに接続できないか、接続が切れました: {why}"),
            Self::NoTls => "サーバが STARTTLS に対応していません。パスワードを平文では送らないので、imaps:// を使ってください".to_owned(),
            Self::Tls(why) => format!("TLS で接続できません: {why}。独自の認証局なら --imap-ca FILE で指定してください"),
            Self::Authorities => "信頼する証明書がないか、読めません。--imap-ca FILE で指定してください".to_owned(),
            Self::Login(why) => format!("ログインできません: {why}"),
            Self::Refused(why) => format!("サーバが断りました: {why}"),
            Self::Protocol => "サーバの応答が IMAP として読めません".to_owned(),
        }
    }

    /// In English.
    pub fn en(&self) -> String {
        match self {
            Self::Connection(why) => format!("no connection to the server, or it broke off: {why}"),
            Self::NoTls => {
                "the server offers no STARTTLS, and no password is sent in the clear; use imaps://".to_owned()
            }
            Self::Tls(why) => format!("TLS failed: {why}; name an authority of your own with --imap-ca FILE"),
            Self::Authorities => {
                "there is no certificate to trust, or one cannot be read; name them with --imap-ca FILE"
                    .to_owned()
            }
            Self::Login(why) => format!("the server does not let this user in: {why}"),
            Self::Refused(why) => format!("the server refuses: {why}"),
            Self::Protocol => "what the server answers is no IMAP".to_owned(),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Connection(error.to_string())
    }
}

enum Stream {
    Plain(TcpStream),
    Secure(Box<Secure>),
}

impl Read for Stream {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(to),
            Self::Secure(stream) => stream.read(to),
        }
    }
}

impl Stream {
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
            Self::Secure(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }
}

/// A folder that was opened.
pub(super) struct Opened {
    pub(super) messages: u32,
    pub(super) validity: u32,
}

/// A piece of an answer: the text of its lines, with its literals beside it.
struct Answer {
    text: String,
    literals: Vec<Vec<u8>>,
}

pub(super) struct Client {
    stream: BufReader<Stream>,
    tag: u32,
}

impl Client {
    /// Connects, secures the connection and logs in.
    pub(super) fn connect(address: &Address, login: &Login) -> Result<Self, Failure> {
        let mut last = None;
        let mut found = None;
        for at in (address.host.as_str(), address.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&at, CONNECT) {
                Ok(tcp) => {
                    found = Some(tcp);
                    break;
                }
                Err(error) => last = Some(error),
            }
        }
        let tcp = match (found, last) {
            (Some(tcp), _) => tcp,
            (None, Some(error)) => return Err(error.into()),
            (None, None) => return Err(Failure::Connection(address.host.clone())),
        };
        tcp.set_read_timeout(Some(SILENCE))?;
        tcp.set_write_timeout(Some(SILENCE))?;
        let authorities = login.authorities.as_deref();
        let stream = match address.tls {
            true => Stream::Secure(Box::new(secure(tcp, &address.host, authorities)?)),
            false => Stream::Plain(tcp),
        };
        let mut client = Self { stream: BufReader::with_capacity(64 << 10, stream), tag: 0 };
        if !client.answer()?.text.starts_with("* OK") {
            return Err(Failure::Protocol);
        }
        if !address.tls {
            client = client.start_tls(address, authorities)?;
        }
        client.log_in(&address.user, &login.password)?;
        Ok(client)
    }

    fn start_tls(mut self, address: &Address, authorities: Option<&[u8]>) -> Result<Self, Failure> {
        let mut offered = false;
        self.command("CAPABILITY", |answer| {
            offered |= answer.text.split_whitespace().any(|word| word.eq_ignore_ascii_case("STARTTLS"));
        })?;
        if !offered {
            return if address.is_loopback() { Ok(self) } else { Err(Failure::NoTls) };
        }
        self.command("STARTTLS", |_| {})?;
        // What came before the handshake could be anybody's (CVE-2021-38371 and its kin).
        if !self.stream.buffer().is_empty() {
            return Err(Failure::Protocol);
        }
        match self.stream.into_inner() {
            Stream::Plain(tcp) => {
                let stream = Stream::Secure(Box::new(secure(tcp, &address.host, authorities)?));
                Ok(Self { stream: BufReader::with_capacity(64 << 10, stream), tag: self.tag })
            }
            Stream::Secure(_) => Err(Failure::Protocol),
        }
    }

    fn log_in(&mut self, user: &str, password: &str) -> Result<(), Failure> {
        // As literals nothing in them needs quoting.
        let tag = self.next_tag();
        let stream = self.stream.get_mut();
        stream.send(format!("{tag} LOGIN {{{}}}\r\n", user.len()).as_bytes())?;
        self.goes_on(&tag)?;
        let line = format!("{user} {{{}}}\r\n", password.len());
        self.stream.get_mut().send(line.as_bytes())?;
        self.goes_on(&tag)?;
        self.stream.get_mut().send(format!("{password}\r\n").as_bytes())?;
        match self.until(&tag, |_| {}) {
            Err(Failure::Refused(why)) => Err(Failure::Login(why)),
            other => other,
        }
    }

    /// Waits until the server takes a literal.
    fn goes_on(&mut self, tag: &str) -> Result<(), Failure> {
        loop {
            let answer = self.answer()?;
            if answer.text.starts_with('+') {
                return Ok(());
            }
            if let Some(rest) = answer.text.strip_prefix(tag) {
                return Err(Failure::Login(shown(rest)));
            }
        }
    }

    /// Opens a folder so that nothing in it can be changed.
    pub(super) fn examine(&mut self, folder: &str) -> Result<Opened, Failure> {
        let name = modified_utf7::encode(folder).replace('\\', "\\\\").replace('"', "\\\"");
        let mut opened = Opened { messages: 0, validity: 0 };
        self.command(&format!("EXAMINE \"{name}\""), |answer| {
            let mut words = answer.text.split_whitespace().skip(1);
            if let (Some(number), Some("EXISTS")) = (words.next(), words.next()) {
                opened.messages = number.parse().unwrap_or(0);
            }
            if let Some((_, rest)) = answer.text.split_once("[UIDVALIDITY ") {
                opened.validity = rest.split(']').next().and_then(|n| n.trim().parse().ok()).unwrap_or(0);
            }
        })?;
        Ok(opened)
    }

    /// The number and the size of every message.
    pub(super) fn list(&mut self, messages: u32) -> Result<Vec<(u32, u64)>, Failure> {
        let mut out = Vec::new();
        if messages == 0 {
            return Ok(out);
        }
        self.command("FETCH 1:* (UID RFC822.SIZE)", |answer| {
            let uid = after(&answer.text, "UID ").and_then(|uid| u32::try_from(uid).ok());
            if let (Some(uid), Some(size)) = (uid, after(&answer.text, "RFC822.SIZE "))
                && out.len() < MAX_MESSAGES
            {
                out.push((uid, size));
            }
        })?;
        out.sort_unstable();
        out.dedup_by_key(|(uid, _)| *uid);
        Ok(out)
    }

    /// The bytes of messages, in the order in which the server gives them.
    pub(super) fn fetch(&mut self, uids: &[u32]) -> Result<Vec<(u32, Vec<u8>)>, Failure> {
        let list: Vec<String> = uids.iter().map(u32::to_string).collect();
        let mut out = Vec::new();
        self.command(&format!("UID FETCH {} (UID BODY.PEEK[])", list.join(",")), |answer| {
            let uid = after(&answer.text, "UID ").and_then(|uid| u32::try_from(uid).ok());
            if let (Some(uid), Some(bytes)) = (uid, answer.literals.into_iter().next()) {
                out.push((uid, bytes));
            } else if let Some(uid) = uid
                && (answer.text.contains("BODY[] \"\"") || answer.text.contains("BODY[] NIL"))
            {
                out.push((uid, Vec::new()));
            }
        })?;
        Ok(out)
    }

    /// Says good-bye; whether the server hears it is no matter.
    pub(super) fn logout(&mut self) {
        let tag = self.next_tag();
        let _ = self.stream.get_mut().send(format!("{tag} LOGOUT\r\n").as_bytes());
    }

    fn next_tag(&mut self) -> String {
        self.tag += 1;
        format!("n{}", self.tag)
    }

    fn command(&mut self, command: &str, each: impl FnMut(Answer)) -> Result<(), Failure> {
        let tag = self.next_tag();
        self.stream.get_mut().send(format!("{tag} {command}\r\n").as_bytes())?;
        self.until(&tag, each)
    }

    /// Reads until the command is answered.
    fn until(&mut self, tag: &str, mut each: impl FnMut(Answer)) -> Result<(), Failure> {
        loop {
            let answer = self.answer()?;
            match answer.text.strip_prefix(tag).and_then(|rest| rest.strip_prefix(' ')) {
                Some(rest) if rest.get(..2).is_some_and(|word| word.eq_ignore_ascii_case("OK")) => {
                    return Ok(());
                }
                Some(rest) => return Err(Failure::Refused(shown(rest))),
                None if answer.text.starts_with("* BYE") && tag.is_empty() => return Err(Failure::Protocol),
                None => each(answer),
            }
        }
    }

    /// One answer, with its literals.
    fn answer(&mut self) -> Result<Answer, Failure> {
        let mut answer = Answer { text: String::new(), literals: Vec::new() };
        loop {
            let line = self.line()?;
            answer.text.push_str(&String::from_utf8_lossy(&line));
            if answer.text.len() > MAX_LINE {
                return Err(Failure::Protocol);
            }
            let Some(size) = literal(&line) else { return Ok(answer) };
            if size > MAX_MAIL {
                return Err(Failure::Protocol);
            }
            let mut bytes = Vec::new();
            (&mut self.stream).take(size).read_to_end(&mut bytes)?;
            if bytes.len() as u64 != size {
                return Err(Failure::Connection("end of stream".to_owned()));
            }
            answer.literals.push(bytes);
        }
    }

    /// A line without its end.
    fn line(&mut self) -> Result<Vec<u8>, Failure> {
        let mut line = Vec::new();
        let read = io::BufRead::read_until(&mut (&mut self.stream).take(MAX_LINE as u64), b'\n', &mut line)?;
        if read == 0 {
            return Err(Failure::Connection("end of stream".to_owned()));
        }
        if line.pop() != Some(b'\n') {
            return Err(Failure::Protocol);
        }
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Ok(line)
    }
}

/// The size of the literal that a line announces: `… {1234}`.
fn literal(line: &[u8]) -> Option<u64> {
    let front = line.strip_suffix(b"}")?;
    let at = front.iter().rposition(|b| *b == b'{')?;
    std::str::from_utf8(front.get(at + 1..)?).ok()?.trim_end_matches('+').parse().ok()
}

/// The number behind a word.
fn after(text: &str, word: &str) -> Option<u64> {
    let (_, rest) = text.split_once(word)?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// What a server says, harmlessly and not at length.
fn shown(text: &str) -> String {
    lexicon::text::visible(lexicon::text::cut(text.trim(), 200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_announced_at_the_end_of_a_line() {
        assert_eq!(literal(b"* 1 FETCH (UID 7 BODY[] {1234}"), Some(1234));
        assert_eq!(literal(b"* OK {no literal} here"), None);
        assert_eq!(literal(b"{x}"), None);
        assert_eq!(after("* 3 FETCH (UID 17 RFC822.SIZE 2048)", "RFC822.SIZE "), Some(2048));
    }
}
