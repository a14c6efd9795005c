//! The demo's mails. Everybody in them is invented, every domain is reserved, and the attachments are harmless
//! bytes in the shape of what an attacker sends.

use data_encoding::{BASE64, BASE64_MIME};
use jiff::Timestamp;

use super::cast::Player;
use crate::show::sealed;

/// A file on a mail.
#[derive(Clone)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) content_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// A mail to be written out.
#[derive(Clone)]
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

/// A zip of stored entries; with a password, encrypted with it.
pub(super) fn zip(entries: &[(&str, &[u8])], password: Option<&str>) -> Vec<u8> {
    // The same bytes at every start: mails of one attack carry the same file.
    let sealed: Vec<sealed::Entry<'_>> =
        entries.iter().map(|(name, bytes)| sealed::Entry { name, bytes, random: [0x5a; 11] }).collect();
    match password {
        Some(password) => sealed::zip_with(&sealed, password),
        None => sealed::plain(&sealed),
    }
}

/// A Windows shortcut that would start a program with these arguments, under the icon of another one.
pub(super) fn shortcut(program: &str, arguments: &str, icon: &str) -> Vec<u8> {
    // Relative path, working folder, arguments, icon; texts in Unicode.
    const FLAGS: u32 = 0x08 | 0x10 | 0x20 | 0x40 | 0x80;
    let mut out = Vec::new();
    out.extend_from_slice(&0x4cu32.to_le_bytes());
    out.extend_from_slice(b"\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46");
    out.extend_from_slice(&FLAGS.to_le_bytes());
    // An ordinary file; no times, no size, first icon.
    out.extend_from_slice(&0x20u32.to_le_bytes());
    out.extend_from_slice(&[0; 32]);
    // Started minimised, without a key.
    out.extend_from_slice(&7u32.to_le_bytes());
    out.extend_from_slice(&[0; 12]);
    for text in [program, "%TEMP%", arguments, icon] {
        let units: Vec<u16> = text.encode_utf16().collect();
        out.extend_from_slice(&u16::try_from(units.len()).unwrap_or(0).to_le_bytes());
        out.extend(units.into_iter().flat_map(u16::to_le_bytes));
    }
    out.extend_from_slice(&[0; 4]);
    out
}

/// A Word document of one paragraph whose template lies elsewhere: Word would fetch it when the document is opened.
pub(super) fn document(paragraph: &str, author: &str, template: &str) -> Vec<u8> {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let types = format!(
        "{HEAD}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/><Override PartName=\"/word/settings.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml\"/><Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>"
    );
    let package = format!(
        "{HEAD}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/officeDocument\" Target=\"word/document.xml\"/><Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
    );
    let text = format!(
        "{HEAD}<w:document xmlns:w=\"{MAIN}\"><w:body><w:p><w:r><w:t>{paragraph}</w:t></w:r></w:p></w:body></w:document>"
    );
    let of_text = format!(
        "{HEAD}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/settings\" Target=\"settings.xml\"/></Relationships>"
    );
    let settings = format!(
        "{HEAD}<w:settings xmlns:w=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><w:attachedTemplate r:id=\"rId1\"/></w:settings>"
    );
    let of_settings = format!(
        "{HEAD}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"rId1\" Type=\"{OFFICE}/attachedTemplate\" Target=\"{template}\" TargetMode=\"External\"/></Relationships>"
    );
    let core = format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><dc:creator>{author}</dc:creator><cp:lastModifiedBy>{author}</cp:lastModifiedBy><dcterms:created xsi:type=\"dcterms:W3CDTF\">2026-10-02T03:11:00Z</dcterms:created></cp:coreProperties>"
    );
    zip(
        &[
            ("[Content_Types].xml", types.as_bytes()),
            ("_rels/.rels", package.as_bytes()),
            ("word/document.xml", text.as_bytes()),
            ("word/_rels/document.xml.rels", of_text.as_bytes()),
            ("word/settings.xml", settings.as_bytes()),
            ("word/_rels/settings.xml.rels", of_settings.as_bytes()),
            ("docProps/core.xml", core.as_bytes()),
        ],
        None,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carriers_are_what_they_are_meant_to_be() {
        let kind = |name: &str, bytes: &[u8]| forensics::kind::of(Some(name), bytes);
        assert_eq!(kind("a.docx", &document("x", "y", "http://a.test/t.dotm")).word, "docx");
        assert_eq!(kind("a.lnk", &shortcut("cmd.exe", "/c echo", "x.exe")).word, "lnk");
        let locked = kind("a.zip", &zip(&[("a.txt", b"x")], Some("0807")));
        assert_eq!((locked.word, locked.encrypted), ("zip", Some(true)));
        assert_eq!(kind("a.zip", &zip(&[("a.txt", b"x")], None)).encrypted, Some(false));
    }
}
