//! Fingerprints of the program that made a mail, in strings by which mails can be grouped.

pub(crate) mod form;
mod shape;

use lexicon::facts::{Fingerprint, MailFacts};

use crate::header::Block;
use crate::{hash, params, words};

/// Bytes of one header that are looked at.
const HEADER_BYTES: usize = 1_000;

/// Headers that servers on the way add or that a list or a reader's program adds: they say nothing of the sender's.
const ADDED: [&str; 24] = [
    "received",
    "return-path",
    "delivered-to",
    "x-original-to",
    "x-received",
    "envelope-to",
    "delivery-date",
    "authentication-results",
    "received-spf",
    "dkim-signature",
    "domainkey-signature",
    "arc-seal",
    "arc-message-signature",
    "arc-authentication-results",
    "x-google-smtp-source",
    "x-google-dkim-signature",
    "x-gm-message-state",
    "x-spam-status",
    "x-spam-level",
    "x-spam-flag",
    "x-spam-checker-version",
    "status",
    "x-status",
    "errors-to",
];

/// Beginnings of the names of such headers.
const ADDED_PREFIXES: [&str; 8] = [
    "x-ms-exchange-",
    "x-forefront-",
    "x-microsoft-antispam",
    "x-eop",
    "x-sid-",
    "x-virus-",
    "list-",
    "x-mailman-",
];

/// What the header of a mail shows.
pub(crate) fn of(block: &Block<'_>, facts: &MailFacts) -> Fingerprint {
    let mut out = Fingerprint::default();
    if let Some(id) = facts.message_id.as_deref().map(|id| lexicon::text::cut(id, HEADER_BYTES)) {
        let (local, domain) = id.rsplit_once('@').unwrap_or((id, ""));
        let end = if domain.is_empty() { "" } else { "@D" };
        out.message_id = Some(format!("<{}{end}>", shape::of(local)));
        out.message_id_domain = Some(domain.to_lowercase()).filter(|d| !d.is_empty());
        out.message_id_form = form::of_message_id(local, domain).map(str::to_owned);
    }
    let content = block.get("content-type");
    let short = |value: &'_ [u8]| value.get(..HEADER_BYTES).unwrap_or(value).to_vec();
    let content = content.map(|value| params::parse(&short(value))).unwrap_or_default();
    if let Some(boundary) = content.param("boundary").filter(|b| !b.is_empty()) {
        let boundary = lexicon::text::cut(boundary, HEADER_BYTES);
        out.boundary = Some(shape::of(boundary));
        out.boundary_form = form::of_boundary(boundary).map(str::to_owned);
    }
    let of = |name: &str| block.get(name).map(|v| words::text(&short(v)).trim().to_lowercase());
    out.mailer = of("x-mailer").or_else(|| of("user-agent")).map(|m| mailer(&m)).filter(|m| !m.is_empty());
    out.header_order = header_order(block);
    let version = of("mime-version");
    if version.is_some() || !content.word.is_empty() {
        let encoding = of("content-transfer-encoding").unwrap_or_default();
        let charset = content.param("charset").unwrap_or("").to_lowercase();
        out.mime = Some(format!("{};{};{charset};{encoding}", version.unwrap_or_default(), content.word));
    }
    out
}

/// The first 16 digits of the hash of the header names in order.
fn header_order(block: &Block<'_>) -> String {
    let mut names = String::with_capacity(1_024);
    for field in &block.fields {
        let start = names.len();
        names.extend(field.name.iter().map(|b| char::from(b.to_ascii_lowercase())));
        let name = names.get(start..).unwrap_or("");
        if ADDED.contains(&name) || ADDED_PREFIXES.iter().any(|p| name.starts_with(p)) {
            names.truncate(start);
        } else {
            names.push('\n');
        }
    }
    if names.is_empty() {
        return String::new();
    }
    lexicon::text::cut(&hash::sha256(names.as_bytes()), 16).to_owned()
}

/// A mailer's name without what follows the second number of its version:
/// `microsoft outlook express 6.00.2600.0000` becomes `microsoft outlook express 6.00`.
fn mailer(text: &str) -> String {
    let mut out = String::new();
    let mut numbers = 0;
    let mut before = ' ';
    for c in text.chars().take(200) {
        if c.is_ascii_digit() && !before.is_ascii_digit() {
            numbers += 1;
            if numbers > 2 {
                break;
            }
        }
        out.push(if c.is_whitespace() { ' ' } else { c });
        before = c;
    }
    out.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

/// The seconds since 1970 that a boundary or Message-ID of Outlook's form holds. The boundary counts the local
/// time of the sender's machine, the Message-ID its UTC.
pub(crate) fn outlook_time(message_id: bool, text: &str) -> Option<i64> {
    let hex = |range: std::ops::Range<usize>| {
        let part = text.get(range)?;
        part.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(part, 16).ok())?
    };
    if message_id {
        let local = text.split('@').next()?;
        (form::of_message_id(local, "") == Some("outlook")).then_some(())?;
        Some(crate::clock::filetime(hex(4..12)?, hex(13..21)?))
    } else {
        (form::of_boundary(text) == Some("outlook")).then_some(())?;
        Some(crate::clock::filetime(hex(24..32)?, hex(33..41)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Fingerprint {
        crate::read(raw.as_bytes(), &crate::Limits::default()).facts.fingerprint
    }

    #[test]
    fn the_traits_of_a_mailer_are_told_in_stable_strings() {
        let got = read(
            "Received: by x\nMessage-ID: <000101da4792$2c0f1230$0a01a8c0@EXAMPLE.com>\nFrom: a@example.com\n\
             X-Mailer: Microsoft Outlook Express 6.00.2600.0000\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed;\n boundary=\"----=_NextPart_000_0012_01DA4793.2C0F1230\"\n\n",
        );
        assert_eq!(got.message_id.as_deref(), Some("<x12$x8$x8@D>"));
        assert_eq!(got.message_id_domain.as_deref(), Some("example.com"));
        assert_eq!(got.message_id_form.as_deref(), Some("outlook"));
        assert_eq!(got.boundary.as_deref(), Some("----=_NextPart_X3_X4_X8.X8"));
        assert_eq!(got.boundary_form.as_deref(), Some("outlook"));
        assert_eq!(got.mailer.as_deref(), Some("microsoft outlook express 6.00"));
        assert_eq!(got.mime.as_deref(), Some("1.0;multipart/mixed;;"));
        assert_eq!(got.header_order.len(), 16);
    }

    #[test]
    fn the_order_of_headers_counts_and_what_servers_add_does_not() {
        let plain = read("From: a\nTo: b\nSubject: c\n\n").header_order;
        assert_eq!(
            read("Received: x\nReturn-Path: <a>\nFROM: d\nTo: e\nX-MS-Exchange-X: 1\nSubject: f\n\n")
                .header_order,
            plain
        );
        assert_ne!(read("To: b\nFrom: a\nSubject: c\n\n").header_order, plain);
    }

    #[test]
    fn outlook_writes_the_time_into_ids_and_boundaries() {
        let day = |t: Option<i64>| t.map(|t| t / 86_400);
        let expect = Some(1_705_311_012 / 86_400);
        assert_eq!(day(outlook_time(true, "000101da4793$2c0f1230$0a01a8c0@x")), expect);
        assert_eq!(day(outlook_time(false, "----=_NextPart_000_0012_01DA4793.2C0F1230")), expect);
        assert_eq!(outlook_time(false, "----=_NextPart_000_0012_01DA4793.2C0F123"), None);
    }
}
