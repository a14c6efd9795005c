//! The demo's mails. Everybody in them is invented, every domain is reserved, and the attachments are harmless
//! bytes in the shape of what an attacker sends.

use data_encoding::{BASE64, BASE64_MIME};
use jiff::Timestamp;

use super::cast::Player;

/// A file on a mail.
pub(super) struct File {
    pub(super) name: String,
    pub(super) content_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// A mail to be written out.
pub(super) struct Letter<'a> {
    pub(super) from_name: &'a str,
    pub(super) from: &'a str,
    pub(super) reply_to: Option<&'a str>,
    pub(super) to: &'a Player,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: Option<String>,
    pub(super) files: Vec<File>,
    /// The address that handed it in.
    pub(super) origin: &'a str,
    pub(super) mailer: &'a str,
    /// SPF, DKIM and DMARC as the receiving side found them.
    pub(super) authentication: &'a str,
    pub(super) at: Timestamp,
    /// Tells mails of one moment apart.
    pub(super) key: &'a str,
    /// The Message-ID it answers.
    pub(super) answers: Option<String>,
}

fn date(at: Timestamp) -> String {
    at.to_zoned(lexicon::time::jst()).strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

fn word(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    // RFC 2047 allows 75 characters a word: 12 characters of Japanese are 48 of base64.
    let letters: Vec<char> = text.chars().collect();
    let words: Vec<String> = letters
        .chunks(12)
        .map(|chunk| format!("=?UTF-8?B?{}?=", BASE64.encode(chunk.iter().collect::<String>().as_bytes())))
        .collect();
    words.join("\r\n ")
}

fn wrapped(bytes: &[u8]) -> String {
    BASE64_MIME.encode(bytes)
}

/// The Message-ID of a letter.
pub(super) fn message_id(key: &str, from: &str) -> String {
    let domain = from.rsplit('@').next().unwrap_or("freemail.example");
    format!("{key}@{domain}")
}

impl Letter<'_> {
    /// The raw mail.
    pub(super) fn raw(&self) -> Vec<u8> {
        let to = self.to;
        let helo = self.from.rsplit('@').next().unwrap_or("");
        let mut head = format!(
            "Return-Path: <{from}>\r\n\
             Received: from mx.{helo} (mx.{helo} [{origin}])\r\n\tby mx1.{domain} (Postfix) with ESMTPS id {id}\r\n\tfor <{desk}>; {late}\r\n\
             Received: from [{origin}] by mx.{helo} with HTTP; {early}\r\n\
             Authentication-Results: mx1.{domain}; {authentication}\r\n\
             Message-ID: <{message_id}>\r\nDate: {early}\r\nFrom: {from_name} <{from}>\r\n",
            from = self.from,
            origin = self.origin,
            domain = to.domain,
            desk = to.desk,
            id = self.key.to_ascii_uppercase(),
            late = date(self.at + jiff::SignedDuration::from_secs(4)),
            early = date(self.at),
            authentication = self.authentication,
            message_id = message_id(self.key, self.from),
            from_name = word(self.from_name),
        );
        if let Some(reply_to) = self.reply_to {
            head.push_str(&format!("Reply-To: <{reply_to}>\r\n"));
        }
        if let Some(answered) = &self.answers {
            head.push_str(&format!("In-Reply-To: <{answered}>\r\nReferences: <{answered}>\r\n"));
        }
        head.push_str(&format!(
            "To: <{}>\r\nSubject: {}\r\nX-Mailer: {}\r\nMIME-Version: 1.0\r\n",
            to.desk,
            word(&self.subject),
            self.mailer
        ));
        let text = format!(
            "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            wrapped(self.text.as_bytes())
        );
        let body = match &self.html {
            None => text,
            Some(html) => {
                let boundary = format!("alt-{}", self.key);
                format!(
                    "Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n{text}--{boundary}\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--{boundary}--\r\n",
                    wrapped(html.as_bytes())
                )
            }
        };
        if self.files.is_empty() {
            return (head + &body).into_bytes();
        }
        let boundary = format!("mix-{}", self.key);
        let mut mail = format!(
            "{head}Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n{body}"
        );
        for file in &self.files {
            let name = word(&file.name).replace("\r\n ", " ");
            mail.push_str(&format!(
                "--{boundary}\r\nContent-Type: {}; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
                file.content_type,
                wrapped(&file.bytes)
            ));
        }
        mail.push_str(&format!("--{boundary}--\r\n"));
        mail.into_bytes()
    }
}

/// A zip of stored entries. With `locked`, its flags say "encrypted" and its bytes are noise, as a
/// password-protected archive looks from outside.
pub(super) fn zip(entries: &[(&str, &[u8])], locked: bool) -> Vec<u8> {
    let flags: u16 = 0x0800 | u16::from(locked);
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let content: Vec<u8> = if locked {
            (0u32..12).map(|i| (i * 37 % 251) as u8).chain(content.iter().map(|b| b ^ 0xa5)).collect()
        } else {
            content.to_vec()
        };
        let size = u32::try_from(content.len()).unwrap_or(0).to_le_bytes();
        let length = u16::try_from(name.len()).unwrap_or(0).to_le_bytes();
        let offset = u32::try_from(out.len()).unwrap_or(0).to_le_bytes();
        let shared = [
            &20u16.to_le_bytes()[..],
            &flags.to_le_bytes(),
            &[0, 0, 0, 0, 0x21, 0x5a],
            &crc32(&content).to_le_bytes(),
            &size,
            &size,
            &length,
            &[0, 0],
        ]
        .concat();
        out.extend_from_slice(b"PK\x03\x04");
        out.extend_from_slice(&shared);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(&content);
        directory.extend_from_slice(b"PK\x01\x02\x14\x00");
        directory.extend_from_slice(&shared);
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset);
        directory.extend_from_slice(name.as_bytes());
    }
    let count = u16::try_from(entries.len()).unwrap_or(0).to_le_bytes();
    let (start, length) = (out.len(), directory.len());
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&count);
    out.extend_from_slice(&count);
    out.extend_from_slice(&u32::try_from(length).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(&u32::try_from(start).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}
