//! `imap://user@host:port/folder` (RFC 5092), without a password.

use std::fmt;
use std::net::IpAddr;

/// Where a folder is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// TLS from the start.
    pub tls: bool,
    /// Who logs in.
    pub user: String,
    /// Name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The folder; `INBOX` where none is named.
    pub folder: String,
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// It does not begin with `imap://` or `imaps://`.
    Scheme,
    /// It names no user.
    User,
    /// It holds a password, which others could then read.
    Password,
    /// It names no host, or no port where a number should be.
    Host,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// See [`Wrong`].
    ///
    /// ```
    /// let address = mailbox::imap::Address::parse("imaps://sato%40example.com@mail.example.com/Archive/2024").unwrap();
    /// assert_eq!((address.user.as_str(), address.port), ("sato@example.com", 993));
    /// assert_eq!(address.folder, "Archive/2024");
    /// ```
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        let (scheme, rest) = text.split_once("://").ok_or(Wrong::Scheme)?;
        let tls = match scheme {
            "imap" => false,
            "imaps" => true,
            _ => return Err(Wrong::Scheme),
        };
        let (server, folder) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, host) = server.rsplit_once('@').ok_or(Wrong::User)?;
        // `;AUTH=…` says how to log in: this program finds that out itself.
        let user = user.split(';').next().unwrap_or(user);
        if user.contains(':') {
            return Err(Wrong::Password);
        }
        let user = unescape(user);
        if user.is_empty() {
            return Err(Wrong::User);
        }
        let standard = if tls { 993 } else { 143 };
        let (host, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((host, "")) => (host, standard),
            Some((host, port)) => {
                (host, port.strip_prefix(':').and_then(|port| port.parse().ok()).ok_or(Wrong::Host)?)
            }
            None => match host.split_once(':') {
                Some((host, port)) => (host, port.parse().map_err(|_| Wrong::Host)?),
                None => (host, standard),
            },
        };
        if host.is_empty() {
            return Err(Wrong::Host);
        }
        let folder = unescape(folder.trim_end_matches('/'));
        let folder = if folder.is_empty() { "INBOX".to_owned() } else { folder };
        Ok(Self { tls, user, host: host.to_owned(), port, folder })
    }

    /// True for this very machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "imaps" } else { "imap" };
        let user = self.user.replace('%', "%25").replace('@', "%40").replace('/', "%2F");
        write!(f, "{scheme}://{user}@")?;
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?
        } else {
            f.write_str(&self.host)?
        }
        if self.port != if self.tls { 993 } else { 143 } {
            write!(f, ":{}", self.port)?;
        }
        write!(f, "/{}", self.folder.replace('%', "%25").replace(';', "%3B"))
    }
}

/// `%40` → `@`; what is no escape stays.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.filter(|_| *byte == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_back_as_it_was() {
        for text in [
            "imaps://sato%40example.com@mail.example.com/Archive/2024",
            "imap://sato@127.0.0.1:1143/INBOX",
            "imap://sato@[::1]:1143/受信箱",
        ] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Address::parse("imap://sato@host.example").unwrap().folder, "INBOX");
    }

    #[test]
    fn a_password_has_no_place_in_an_address() {
        assert_eq!(Address::parse("imaps://sato:secret@mail.example.com/"), Err(Wrong::Password));
        assert_eq!(Address::parse("imaps://mail.example.com/"), Err(Wrong::User));
        assert_eq!(Address::parse("imaps://sato@:x/"), Err(Wrong::Host));
        assert_eq!(Address::parse("http://sato@mail.example.com/"), Err(Wrong::Scheme));
    }
}
