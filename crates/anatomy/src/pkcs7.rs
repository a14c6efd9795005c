//! Signed, enveloped and compressed data (CMS, RFC 5652) and the certificates in them (RFC 5280). Nothing is
//! verified: what is said here is what the file claims.

use jiff::civil::DateTime;

use crate::binary::hex;
use crate::der::{self, Value, tag};

/// Certificates, signers and recipients that are read, each.
const PEOPLE: usize = 32;

/// Parts of one name that are read.
const NAME_PARTS: usize = 64;

/// What a CMS structure is.
pub(crate) enum Cms<'a> {
    /// Signed data.
    Signed(Signed<'a>),
    /// Encrypted data.
    Enveloped(Enveloped),
    /// Compressed data, still compressed.
    Compressed(Vec<u8>),
}

/// Signed data.
pub(crate) struct Signed<'a> {
    /// What was signed, where it stands inside.
    pub(crate) content: Option<Value<'a>>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) signers: Vec<Signer>,
}

/// Who signed.
#[derive(Default)]
pub(crate) struct Signer {
    pub(crate) issuer: String,
    pub(crate) serial: String,
    pub(crate) digest: String,
    /// RFC 3339; empty where it is not told.
    pub(crate) time: String,
}

/// Encrypted data: how, and for whom.
pub(crate) struct Enveloped {
    pub(crate) algorithm: String,
    /// Issuer and serial number of each recipient's certificate.
    pub(crate) recipients: Vec<(String, String)>,
}

/// One certificate.
#[derive(Default)]
pub(crate) struct Certificate {
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) serial: String,
    pub(crate) from: String,
    pub(crate) until: String,
    pub(crate) addresses: Vec<String>,
}

/// The numbers of the contents, after 1.2.840.113549.1.
const SIGNED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
const ENVELOPED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03";
const COMPRESSED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09";
const AUTH_ENVELOPED: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17";
const SIGNING_TIME: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05";
const ADDRESS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01";
const ALTERNATIVE_NAMES: &[u8] = b"\x55\x1d\x11";

/// Reads a CMS structure; `None` if it is none.
pub(crate) fn read(bytes: &[u8]) -> Option<Cms<'_>> {
    let mut outer = der::read(bytes).filter(|v| v.tag == tag::SEQUENCE)?.items();
    let kind = outer.next().filter(|v| v.tag == tag::OID)?.content;
    let body = outer.next()?.first(tag::SEQUENCE)?;
    match kind {
        SIGNED => Some(Cms::Signed(signed(body))),
        ENVELOPED | AUTH_ENVELOPED => Some(Cms::Enveloped(enveloped(body))),
        COMPRESSED => {
            let content = body.items().filter(|v| v.tag == tag::SEQUENCE).nth(1)?;
            Some(Cms::Compressed(content.first(tag::CONTEXT_0)?.items().next()?.octets()))
        }
        _ => None,
    }
}

fn signed(body: Value<'_>) -> Signed<'_> {
    let content = body.first(tag::SEQUENCE).and_then(|c| c.first(tag::CONTEXT_0)?.items().next());
    let certificates = body
        .first(tag::CONTEXT_0)
        .map(|set| set.items().take(PEOPLE).filter(|v| v.tag == tag::SEQUENCE).map(certificate).collect());
    let sets = body.items().filter(|v| v.tag == tag::SET);
    let signers = sets.last().map(|set| set.items().take(PEOPLE).map(signer).collect());
    Signed { content, certificates: certificates.unwrap_or_default(), signers: signers.unwrap_or_default() }
}

fn signer(info: Value<'_>) -> Signer {
    let mut out = Signer::default();
    let mut sequences = info.items().filter(|v| v.tag == tag::SEQUENCE);
    if let Some(id) = sequences.next() {
        (out.issuer, out.serial) = issuer_and_serial(id);
    }
    if let Some(algorithm) = sequences.next().and_then(|a| a.first(tag::OID)) {
        out.digest = der::oid(algorithm.content);
    }
    let attributes = info.first(tag::CONTEXT_0).map(Value::items).into_iter().flatten().take(PEOPLE);
    for attribute in attributes {
        if attribute.first(tag::OID).is_some_and(|oid| oid.content == SIGNING_TIME) {
            let value = attribute.first(tag::SET).and_then(|set| set.items().next());
            out.time = value.and_then(time).unwrap_or_default();
        }
    }
    out
}

fn issuer_and_serial(id: Value<'_>) -> (String, String) {
    let issuer = id.first(tag::SEQUENCE).map(name).unwrap_or_default();
    let serial = id.first(tag::INTEGER).map(|v| serial(v.content)).unwrap_or_default();
    (issuer, serial)
}

/// A serial number in hexadecimal, without the zero byte that only says that it is positive.
fn serial(content: &[u8]) -> String {
    let content = content.get(..64).unwrap_or(content);
    hex(content.strip_prefix(b"\0").filter(|rest| !rest.is_empty()).unwrap_or(content))
}

fn enveloped(body: Value<'_>) -> Enveloped {
    let set = body.first(tag::SET);
    let recipients = set.map(Value::items).into_iter().flatten().take(PEOPLE).filter_map(|recipient| {
        // A recipient by key agreement keeps its ids one level deeper; only its presence is told.
        match recipient.tag {
            tag::SEQUENCE => recipient.first(tag::SEQUENCE).map(issuer_and_serial),
            _ => None,
        }
    });
    let recipients = recipients.collect();
    let content = body.items().find(|v| v.tag == tag::SEQUENCE);
    let algorithm = content.and_then(|c| c.first(tag::SEQUENCE)?.first(tag::OID));
    Enveloped { algorithm: algorithm.map(|a| der::oid(a.content)).unwrap_or_default(), recipients }
}

fn certificate(value: Value<'_>) -> Certificate {
    let mut out = Certificate::default();
    let Some(body) = value.first(tag::SEQUENCE) else {
        return out;
    };
    out.serial = body.first(tag::INTEGER).map(|v| serial(v.content)).unwrap_or_default();
    let mut sequences = body.items().filter(|v| v.tag == tag::SEQUENCE).skip(1);
    out.issuer = sequences.next().map(name).unwrap_or_default();
    if let Some(validity) = sequences.next() {
        let mut dates = validity.items().map(|v| time(v).unwrap_or_default());
        out.from = dates.next().unwrap_or_default();
        out.until = dates.next().unwrap_or_default();
    }
    if let Some(subject) = sequences.next() {
        out.subject = name(subject);
        let own = parts(subject).filter(|(oid, _)| *oid == ADDRESS).map(|(_, value)| text(value));
        out.addresses.extend(own);
    }
    let extensions = body.first(tag::CONTEXT_3).and_then(|e| e.first(tag::SEQUENCE));
    for extension in extensions.map(Value::items).into_iter().flatten().take(NAME_PARTS) {
        if extension.first(tag::OID).is_none_or(|oid| oid.content != ALTERNATIVE_NAMES) {
            continue;
        }
        let names = extension.first(tag::OCTETS).and_then(|octets| der::read(octets.content));
        for name in names.map(Value::items).into_iter().flatten().take(NAME_PARTS) {
            let address = text(name);
            if name.tag == 0x81 && !out.addresses.contains(&address) {
                out.addresses.push(address);
            }
        }
    }
    out
}

/// The parts of a distinguished name.
fn parts(name: Value<'_>) -> impl Iterator<Item = (&[u8], Value<'_>)> {
    name.items().take(NAME_PARTS).filter(|v| v.tag == tag::SET).filter_map(|set| {
        let mut pair = set.first(tag::SEQUENCE)?.items();
        Some((pair.next()?.content, pair.next()?))
    })
}

/// A distinguished name in one line, the way it stands in the certificate.
fn name(name: Value<'_>) -> String {
    let shown = parts(name).map(|(oid, value)| {
        let label = match oid {
            b"\x55\x04\x03" => "CN".to_owned(),
            b"\x55\x04\x06" => "C".to_owned(),
            b"\x55\x04\x07" => "L".to_owned(),
            b"\x55\x04\x08" => "ST".to_owned(),
            b"\x55\x04\x0a" => "O".to_owned(),
            b"\x55\x04\x0b" => "OU".to_owned(),
            ADDRESS => "E".to_owned(),
            other => der::oid(other),
        };
        format!("{label}={}", text(value))
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn text(value: Value<'_>) -> String {
    let bytes = value.content.get(..1_024).unwrap_or(value.content);
    if value.tag == 0x1e {
        let units = bytes.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]]));
        return char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
    }
    forensics::charset::decode(bytes, Some("utf-8")).text.into_owned()
}

/// UTCTime or GeneralizedTime → RFC 3339.
fn time(value: Value<'_>) -> Option<String> {
    let digits = value.content.get(..value.content.len().min(20))?;
    let (years, rest) = match value.tag {
        0x17 => {
            let year = number(digits.get(..2)?)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, digits.get(2..)?)
        }
        0x18 => (number(digits.get(..4)?)?, digits.get(4..)?),
        _ => return None,
    };
    let part = |at: usize| i8::try_from(number(rest.get(at..at + 2)?)?).ok();
    let second = part(8).unwrap_or(0);
    let moment = DateTime::new(years, part(0)?, part(2)?, part(4)?, part(6)?, second, 0).ok()?;
    Some(format!("{moment}Z"))
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0i16, |sum, d| {
        d.is_ascii_digit().then(|| sum.saturating_mul(10).saturating_add(i16::from(d - b'0')))
    })
}
