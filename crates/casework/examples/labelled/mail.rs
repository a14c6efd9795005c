//! Mails as they are written: four charsets, headers, quotations, harmless files in the shape of what is sent.

use data_encoding::{BASE64, BASE64_MIME};

use crate::chance::Chance;

/// A charset that Japanese mail is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    Utf8,
    Jis,
    ShiftJis,
    EucJp,
}

impl Charset {
    pub fn any(chance: &mut Chance) -> Self {
        match chance.below(100) {
            0..45 => Self::Utf8,
            45..75 => Self::Jis,
            75..90 => Self::ShiftJis,
            _ => Self::EucJp,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Jis => "ISO-2022-JP",
            Self::ShiftJis => "Shift_JIS",
            Self::EucJp => "EUC-JP",
        }
    }

    fn encode(self, text: &str) -> Vec<u8> {
        let encoding = match self {
            Self::Utf8 => return text.as_bytes().to_vec(),
            Self::Jis => encoding_rs::ISO_2022_JP,
            Self::ShiftJis => encoding_rs::SHIFT_JIS,
            Self::EucJp => encoding_rs::EUC_JP,
        };
        encoding.encode(text).0.into_owned()
    }
}

/// A file on a mail.
#[derive(Debug, Clone)]
pub struct File {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// A person with an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub address: String,
}

impl Person {
    pub fn new(name: impl Into<String>, address: impl Into<String>) -> Self {
        Self { name: name.into(), address: address.into() }
    }
}

/// A mail to be written.
#[derive(Debug, Clone)]
pub struct Mail {
    pub from: Person,
    pub to: Vec<Person>,
    pub cc: Vec<Person>,
    pub subject: String,
    pub text: String,
    /// Written as HTML beside the text.
    pub html: bool,
    pub files: Vec<File>,
    /// Seconds of Unix time.
    pub at: i64,
    pub id: String,
    pub references: Vec<String>,
    pub charset: Charset,
    pub origin: String,
    pub headers: Vec<(String, String)>,
}

impl Mail {
    pub fn new(
        from: &Person,
        to: &[Person],
        subject: impl Into<String>,
        text: impl Into<String>,
        at: i64,
        chance: &mut Chance,
    ) -> Self {
        let domain = from.address.split('@').nth(1).unwrap_or("x.example");
        Self {
            from: from.clone(),
            to: to.to_vec(),
            cc: Vec::new(),
            subject: subject.into(),
            text: text.into(),
            html: false,
            files: Vec::new(),
            at,
            id: format!("{:016x}.{}@{domain}", chance.next(), at),
            references: Vec::new(),
            charset: Charset::any(chance),
            origin: format!("198.51.100.{}", chance.between(1, 250)),
            headers: Vec::new(),
        }
    }

    /// Answers `before`, with its references.
    pub fn answer(mut self, before: &Mail) -> Self {
        self.references = before.references.clone();
        self.references.push(before.id.clone());
        self
    }

    pub fn date(&self) -> String {
        let at = jiff::Timestamp::from_second(self.at).unwrap_or_default();
        at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9)))
            .strftime("%a, %d %b %Y %H:%M:%S %z")
            .to_string()
    }

    /// The date as mail programs write it for people.
    pub fn date_for_people(&self) -> String {
        let at = jiff::Timestamp::from_second(self.at).unwrap_or_default();
        at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(9))).strftime("%Y/%m/%d %H:%M").to_string()
    }

    /// The bytes of the mail.
    pub fn write(&self, chance: &mut Chance) -> Vec<u8> {
        let mut out = Vec::new();
        let mut line = |text: String| {
            out.extend_from_slice(text.as_bytes());
            out.extend_from_slice(b"\r\n");
        };
        let domain = self.to.first().and_then(|to| to.address.split('@').nth(1)).unwrap_or("x.example");
        let at = jiff::Timestamp::from_second(self.at + 4).unwrap_or_default();
        let received = at.strftime("%a, %d %b %Y %H:%M:%S +0000");
        line(format!(
            "Received: from client.{} ([{}]) by mx.{domain} with ESMTP; {received}",
            self.from.address.split('@').nth(1).unwrap_or("x.example"),
            self.origin
        ));
        line(format!("From: {}", self.mailbox(&self.from)));
        line(format!("To: {}", self.mailboxes(&self.to)));
        if !self.cc.is_empty() {
            line(format!("Cc: {}", self.mailboxes(&self.cc)));
        }
        line(format!("Subject: {}", self.word(&self.subject)));
        line(format!("Date: {}", self.date()));
        line(format!("Message-ID: <{}>", self.id));
        if let Some(last) = self.references.last() {
            line(format!("In-Reply-To: <{last}>"));
            let all: Vec<String> = self.references.iter().map(|id| format!("<{id}>")).collect();
            line(format!("References: {}", all.join("\r\n ")));
        }
        for (name, value) in &self.headers {
            line(format!("{name}: {value}"));
        }
        line("MIME-Version: 1.0".into());
        let boundary = format!("=_{:016x}", chance.next());
        let multipart = self.html || !self.files.is_empty();
        if !multipart {
            out.extend(self.part("plain", &self.text));
            return out;
        }
        let kind = if self.files.is_empty() { "alternative" } else { "mixed" };
        line(format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n"));
        let mut parts = vec![self.part("plain", &self.text)];
        if self.html {
            let body: String = self
                .text
                .lines()
                .map(|line| format!("{}<br>\n", line.replace('&', "&amp;").replace('<', "&lt;")))
                .collect();
            parts.push(self.part("html", &format!("<html><body>{body}</body></html>")));
        }
        for file in &self.files {
            let mut part = Vec::new();
            let name = self.word(&file.name);
            part.extend(format!("Content-Type: {}; name=\"{name}\"\r\n", mime(&file.name)).bytes());
            part.extend(format!("Content-Disposition: attachment; filename=\"{name}\"\r\n").bytes());
            part.extend(b"Content-Transfer-Encoding: base64\r\n\r\n");
            part.extend(BASE64_MIME.encode(&file.bytes).bytes());
            parts.push(part);
        }
        for part in parts {
            out.extend(format!("--{boundary}\r\n").bytes());
            out.extend(part);
            out.extend(b"\r\n");
        }
        out.extend(format!("--{boundary}--\r\n").bytes());
        out
    }

    fn part(&self, kind: &str, text: &str) -> Vec<u8> {
        let bytes = self.charset.encode(&text.replace('\n', "\r\n"));
        let mut out = format!("Content-Type: text/{kind}; charset={}\r\n", self.charset.label()).into_bytes();
        if self.charset == Charset::Jis {
            out.extend(b"Content-Transfer-Encoding: 7bit\r\n\r\n");
            out.extend(bytes);
        } else {
            out.extend(b"Content-Transfer-Encoding: base64\r\n\r\n");
            out.extend(BASE64_MIME.encode(&bytes).bytes());
        }
        out
    }

    fn mailbox(&self, person: &Person) -> String {
        if person.name.is_empty() {
            person.address.clone()
        } else {
            format!("{} <{}>", self.word(&person.name), person.address)
        }
    }

    fn mailboxes(&self, people: &[Person]) -> String {
        people.iter().map(|person| self.mailbox(person)).collect::<Vec<_>>().join(", ")
    }

    fn word(&self, text: &str) -> String {
        if text.is_ascii() {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().collect();
        let words: Vec<String> = letters
            .chunks(10)
            .map(|piece| {
                let bytes = self.charset.encode(&piece.iter().collect::<String>());
                format!("=?{}?B?{}?=", self.charset.label(), BASE64.encode(&bytes))
            })
            .collect();
        words.join("\r\n ")
    }
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "pdf" => "application/pdf",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsm" | "docm" => "application/vnd.ms-word.document.macroEnabled.12",
        "zip" => "application/zip",
        "eml" => "message/rfc822",
        _ => "application/octet-stream",
    }
}

/// Harmless bytes in the shape of a kind of file; `salt` makes two files differ.
pub mod shape {
    use super::File;

    fn crc32(bytes: &[u8]) -> u32 {
        let mut crc = !0u32;
        for &byte in bytes {
            crc ^= u32::from(byte);
            for _ in 0..8 {
                crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
            }
        }
        !crc
    }

    /// A stored zip; with `locked` its entries say that they need a password.
    fn zip(entries: &[(&str, Vec<u8>)], locked: bool) -> Vec<u8> {
        let (mut out, mut central) = (Vec::new(), Vec::new());
        let flags: u16 = if locked { 1 } else { 0 } | 0x800;
        for (name, bytes) in entries {
            let offset = out.len() as u32;
            let mut header = Vec::new();
            header.extend(20u16.to_le_bytes());
            header.extend(flags.to_le_bytes());
            header.extend(0u16.to_le_bytes());
            header.extend([0x21, 0x4a, 0x21, 0x43]);
            header.extend(crc32(bytes).to_le_bytes());
            header.extend((bytes.len() as u32).to_le_bytes());
            header.extend((bytes.len() as u32).to_le_bytes());
            header.extend((name.len() as u16).to_le_bytes());
            header.extend(0u16.to_le_bytes());
            out.extend(b"PK\x03\x04");
            out.extend(&header);
            out.extend(name.bytes());
            out.extend(bytes);
            central.extend(b"PK\x01\x02");
            central.extend(20u16.to_le_bytes());
            central.extend(&header);
            central.extend([0; 10]);
            central.extend(offset.to_le_bytes());
            central.extend(name.bytes());
        }
        let start = out.len() as u32;
        out.extend(&central);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend((entries.len() as u16).to_le_bytes());
        out.extend((entries.len() as u16).to_le_bytes());
        out.extend((central.len() as u32).to_le_bytes());
        out.extend(start.to_le_bytes());
        out.extend([0, 0]);
        out
    }

    fn bytes(salt: u64, count: usize) -> Vec<u8> {
        let mut state = salt | 1;
        (0..count)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 40) as u8
            })
            .collect()
    }

    pub fn pdf(name: &str, salt: u64) -> File {
        let text = format!(
            "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n% {salt}\ntrailer<</Root 1 0 R>>\n%%EOF\n"
        );
        File { name: name.into(), bytes: text.into_bytes() }
    }

    pub fn docx(name: &str, salt: u64) -> File {
        let types = b"<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>".to_vec();
        let document = format!(
            "<?xml version=\"1.0\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body><w:p><w:r><w:t>{salt}</w:t></w:r></w:p></w:body></w:document>"
        );
        File {
            name: name.into(),
            bytes: zip(
                &[("[Content_Types].xml", types), ("word/document.xml", document.into_bytes())],
                false,
            ),
        }
    }

    /// A Word document that says it has macros.
    pub fn docm(name: &str, salt: u64) -> File {
        let types = b"<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.ms-word.document.macroEnabled.main+xml\"/></Types>".to_vec();
        File {
            name: name.into(),
            bytes: zip(
                &[
                    ("[Content_Types].xml", types),
                    ("word/document.xml", b"<w:document/>".to_vec()),
                    ("word/vbaProject.bin", bytes(salt, 900)),
                ],
                false,
            ),
        }
    }

    /// What begins as a program does.
    pub fn program(salt: u64) -> Vec<u8> {
        let mut out = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec();
        out.resize(0x3c, 0);
        out.extend(0x80u32.to_le_bytes());
        out.resize(0x80, 0);
        out.extend(b"PE\0\0\x4c\x01\x01\0");
        out.extend(bytes(salt, 2000));
        out
    }

    pub fn zip_of(name: &str, inner: &str, salt: u64, locked: bool) -> File {
        let content = if inner.ends_with(".exe") || inner.ends_with(".scr") {
            program(salt)
        } else {
            bytes(salt, 1800)
        };
        File { name: name.into(), bytes: zip(&[(inner, content)], locked) }
    }

    /// A RAR 4 archive whose one entry needs a password.
    pub fn rar_locked(name: &str, inner: &str, salt: u64) -> File {
        let data = bytes(salt, 1600);
        let mut out = b"Rar!\x1a\x07\0".to_vec();
        let block = |kind: u8, flags: u16, body: Vec<u8>| {
            let mut block = vec![kind];
            block.extend(flags.to_le_bytes());
            block.extend((7 + body.len() as u16).to_le_bytes());
            block.extend(body);
            let mut all = (crc32(&block) as u16).to_le_bytes().to_vec();
            all.extend(block);
            all
        };
        out.extend(block(0x73, 0, vec![0; 6]));
        let mut file = Vec::new();
        file.extend((data.len() as u32).to_le_bytes());
        file.extend((data.len() as u32).to_le_bytes());
        file.push(2);
        file.extend(crc32(&data).to_le_bytes());
        file.extend([0x21, 0x4a, 0x21, 0x43]);
        file.push(29);
        file.push(0x33);
        file.extend((inner.len() as u16).to_le_bytes());
        file.extend(0x20u32.to_le_bytes());
        file.extend(inner.bytes());
        // 0x8000: data follows; 0x04: a password is needed.
        out.extend(block(0x74, 0x8004, file));
        out.extend(data);
        out.extend(block(0x7b, 0x4000, Vec::new()));
        File { name: name.into(), bytes: out }
    }
}
