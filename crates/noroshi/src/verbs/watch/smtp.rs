//! A mail to a server of one's own (RFC 5321): enough to hand an alert over.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;

use data_encoding::BASE64;
use lexicon::Lang;

use super::alert::connect;
use crate::outcome::Failure;
use crate::report::harmless;

/// Bytes of a reply line.
const MAX_REPLY: u64 = 8 << 10;

/// Where mails go.
pub(super) struct Mail {
    pub(super) server: String,
    pub(super) from: String,
    pub(super) to: Vec<String>,
}

/// Addresses that could break out of their line are refused before anything is watched.
pub(super) fn check<'a>(addresses: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
    for address in addresses {
        let good = address.is_ascii()
            && address.contains('@')
            && !address
                .bytes()
                .any(|b| b.is_ascii_control() || matches!(b, b' ' | b'<' | b'>' | b'"' | b','));
        if !good {
            return Err(Failure::Usage(format!("{}: not an e-mail address", harmless(address))));
        }
    }
    Ok(())
}

impl Mail {
    /// Hands one mail with these lines over.
    pub(super) fn send(&self, lines: &[&str], lang: Lang) -> io::Result<()> {
        let stream = connect(&self.server)?;
        let mut out = stream.try_clone()?;
        let mut replies = BufReader::new(stream);
        expect(&mut replies, b'2')?;
        let mut command = |out: &mut TcpStream, text: &str, wanted: u8| {
            out.write_all(text.as_bytes())?;
            out.write_all(b"\r\n")?;
            expect(&mut replies, wanted)
        };
        command(&mut out, "EHLO noroshi", b'2')?;
        command(&mut out, &format!("MAIL FROM:<{}>", self.from), b'2')?;
        for to in &self.to {
            command(&mut out, &format!("RCPT TO:<{to}>"), b'2')?;
        }
        command(&mut out, "DATA", b'3')?;
        out.write_all(self.message(lines, lang).as_bytes())?;
        command(&mut out, ".", b'2')?;
        // The mail was taken: a server that does not say goodbye changes nothing.
        let _ = command(&mut out, "QUIT", b'2');
        Ok(())
    }

    /// The mail; its body is base64, so that no line of it can end the mail.
    fn message(&self, lines: &[&str], lang: Lang) -> String {
        let count = lines.len();
        let subject = match lang {
            Lang::Ja => format!("[狼煙] 一致 {count} 件"),
            Lang::En => format!("[noroshi] {count} hits"),
        };
        let body = BASE64.encode(format!("{}\r\n", lines.join("\r\n")).as_bytes());
        let mut folded = String::with_capacity(body.len() + body.len() / 38);
        for chunk in body.as_bytes().chunks(76) {
            folded.push_str(&String::from_utf8_lossy(chunk));
            folded.push_str("\r\n");
        }
        let date = crate::clock::now()
            .to_zoned(lexicon::time::jst())
            .strftime("%a, %d %b %Y %H:%M:%S %z")
            .to_string();
        format!(
            "From: <{}>\r\nTo: {}\r\nSubject: =?utf-8?B?{}?=\r\nDate: {date}\r\nAuto-Submitted: auto-generated\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{folded}",
            self.from,
            self.to.iter().map(|to| format!("<{to}>")).collect::<Vec<_>>().join(", "),
            BASE64.encode(subject.as_bytes())
        )
    }
}

/// Reads a reply, all its lines; an error where it does not begin as wanted.
fn expect(replies: &mut BufReader<TcpStream>, wanted: u8) -> io::Result<()> {
    loop {
        let mut line = String::new();
        io::Read::take(&mut *replies, MAX_REPLY).read_line(&mut line)?;
        let bytes = line.as_bytes();
        if bytes.len() < 4 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if bytes.first() != Some(&wanted) {
            return Err(io::Error::other(format!("the mail server answers: {}", harmless(line.trim()))));
        }
        if bytes.get(3) != Some(&b'-') {
            return Ok(());
        }
    }
}
