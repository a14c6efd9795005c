//! Mailboxes in mbox form (RFC 4155): telling them, and reading them message by message.

use std::io::{self, BufRead};

/// True if `bytes` start as an mbox does: a `From ` line with a sender and a date, then a header.
///
/// ```
/// assert!(forensics::mbox::is_mbox(b"From a@example.com Wed Aug  7 09:12:00 2013\nSubject: x\n\n"));
/// assert!(!forensics::mbox::is_mbox(b"From: a@example.com\n\n"));
/// ```
pub fn is_mbox(bytes: &[u8]) -> bool {
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(bytes.len());
    let Some(rest) = bytes.get(start..) else {
        return false;
    };
    let end = memchr::memchr2(b'\r', b'\n', rest).unwrap_or(rest.len());
    rest.get(..end).is_some_and(is_separator)
}

/// Longest separator line.
const SEPARATOR_BYTES: usize = 512;

/// A `From ` line with a clock time in it; tools write the rest of the line in many ways.
fn is_separator(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else {
        return false;
    };
    line.len() <= SEPARATOR_BYTES
        && rest.windows(5).any(|w| matches!(w, [a, b, b':', c, d]
            if (a.is_ascii_digit() || *a == b' ') && b.is_ascii_digit() && c.is_ascii_digit() && d.is_ascii_digit()))
}

/// One message of an mbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its bytes, without the `From ` line and with `>From ` lines restored.
    pub bytes: Vec<u8>,
    /// True if it was longer than the cap and the rest was left out.
    pub cut: bool,
}

/// Reads an mbox message by message, holding one at a time.
#[derive(Debug)]
pub struct MboxReader<R> {
    inner: R,
    cap: usize,
    /// The separator of the next message was read.
    started: bool,
    line: Vec<u8>,
    /// Lines end in lone carriage returns.
    mac: Option<bool>,
    ended: bool,
}

/// Longest piece taken for one line: a longer line is handed on in pieces.
const LINE_BYTES: usize = 1 << 20;

impl<R: BufRead> MboxReader<R> {
    /// Reads from `inner`; of a message longer than `cap` bytes the rest is left out.
    pub fn new(inner: R, cap: usize) -> Self {
        Self { inner, cap, started: false, line: Vec::new(), mac: None, ended: false }
    }

    /// Reads one line with its end into `self.line`, at most [`LINE_BYTES`]; false at the end of the input.
    fn next_line(&mut self) -> io::Result<bool> {
        self.line.clear();
        loop {
            let buffer = match self.inner.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if buffer.is_empty() {
                return Ok(!self.line.is_empty());
            }
            if self.mac.is_none() {
                let first = memchr::memchr2(b'\r', b'\n', buffer);
                self.mac = first.map(|at| {
                    buffer.get(at) == Some(&b'\r') && buffer.get(at + 1).is_some_and(|b| *b != b'\n')
                });
            }
            let sign = if self.mac == Some(true) { b'\r' } else { b'\n' };
            let room = LINE_BYTES.saturating_sub(self.line.len());
            let window = buffer.get(..room.min(buffer.len())).unwrap_or(buffer);
            let (take, done) = match memchr::memchr(sign, window) {
                Some(at) => (at + 1, true),
                None => (window.len(), false),
            };
            self.line.extend_from_slice(window.get(..take).unwrap_or(&[]));
            self.inner.consume(take);
            if done || self.line.len() >= LINE_BYTES {
                return Ok(true);
            }
        }
    }

    fn next_message(&mut self) -> io::Result<Option<Message>> {
        if self.ended {
            return Ok(None);
        }
        let mut message = Message { bytes: Vec::new(), cut: false };
        let mut blank = true;
        let mut any = std::mem::take(&mut self.started);
        let mut separated = any;
        loop {
            if !self.next_line()? {
                self.ended = true;
                break;
            }
            let content = self.line.trim_ascii_end();
            if blank && is_separator(content) {
                if any {
                    self.started = true;
                    break;
                }
                (any, separated) = (true, true);
                blank = false;
                continue;
            }
            blank = content.is_empty();
            if !any && blank {
                continue;
            }
            any = true;
            // mboxrd: one `>` was put before every line of `>`s and `From `.
            let quotes = self.line.iter().take_while(|b| **b == b'>').count();
            let quoted = quotes > 0 && self.line.get(quotes..).is_some_and(|l| l.starts_with(b"From "));
            let line = self.line.get(usize::from(quoted)..).unwrap_or(&[]);
            let room = self.cap.saturating_sub(message.bytes.len());
            message.cut |= line.len() > room;
            message.bytes.extend_from_slice(line.get(..room.min(line.len())).unwrap_or(&[]));
        }
        if !any {
            return Ok(None);
        }
        // The blank line before the next separator belongs to the mailbox; so does the one after the last message, which
        // is then the same message when another one follows it.
        if separated {
            for end in [&b"\r\n\r\n"[..], b"\n\n", b"\r\r"] {
                if message.bytes.ends_with(end) {
                    let keep = message.bytes.len() - end.len() / 2;
                    message.bytes.truncate(keep);
                    break;
                }
            }
        }
        Ok(Some(message))
    }
}

impl<R: BufRead> Iterator for MboxReader<R> {
    type Item = io::Result<Message>;

    /// The next message, or the error that the input gave; after an error there is nothing more.
    fn next(&mut self) -> Option<Self::Item> {
        match self.next_message() {
            Ok(message) => message.map(Ok),
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEPARATOR: &str = "From a@example.com Wed Aug  7 09:12:00 2013\n";

    fn check(input: &str, expect: &[&str]) {
        for (name, text) in [
            ("LF", input.to_owned()),
            ("CRLF", input.replace('\n', "\r\n")),
            ("CR", input.replace('\n', "\r")),
        ] {
            let got: Vec<String> = MboxReader::new(text.as_bytes(), 1 << 20)
                .map(|m| {
                    String::from_utf8(m.expect("readable").bytes)
                        .expect("text")
                        .replace("\r\n", "\n")
                        .replace('\r', "\n")
                })
                .collect();
            assert_eq!(got, expect, "{name} {input:?}");
        }
    }

    #[test]
    fn messages_are_split_with_every_line_end() {
        let two = format!("{SEPARATOR}Subject: 1\n\none\n\n{SEPARATOR}Subject: 2\n\ntwo\n");
        check(&two, &["Subject: 1\n\none\n", "Subject: 2\n\ntwo\n"]);
        check(&format!("\n\n{SEPARATOR}\nbody\n"), &["\nbody\n"]);
        check("", &[]);
    }

    #[test]
    fn from_lines_of_the_text_are_restored_and_do_not_split() {
        check(
            &format!("{SEPARATOR}A: 1\n\n>From me\n>>From you\nFrom here at 10:00 on\n> From x\n"),
            &["A: 1\n\nFrom me\n>From you\nFrom here at 10:00 on\n> From x\n"],
        );
    }

    #[test]
    fn a_message_is_capped_and_the_next_one_is_whole() {
        let input = format!("{SEPARATOR}{}\n\n{SEPARATOR}B: 2\n", "x".repeat(5_000));
        let got: Vec<Message> =
            MboxReader::new(input.as_bytes(), 100).map(|m| m.expect("readable")).collect();
        assert_eq!((got[0].bytes.len(), got[0].cut), (100, true));
        assert_eq!(got[1], Message { bytes: b"B: 2\n".to_vec(), cut: false });
    }

    #[test]
    fn an_mbox_is_told_from_a_mail() {
        assert!(is_mbox(SEPARATOR.as_bytes()));
        assert!(is_mbox(b"\r\nFrom - Sat Feb 17 09:12:00 2018\r\nSubject: x"));
        assert!(!is_mbox(b"From: a@example.com\n\n"));
        assert!(!is_mbox(b"From here on, all is text\n"));
        assert!(!is_mbox(b""));
    }
}
