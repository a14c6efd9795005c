//! Files of fingerprints: what an organisation gives of its own mail instead of the mail.
//!
//! JSON lines. The first names the format; each other one is a mail: a hash of its Message-ID, when it was sent, a hash
//! of its subject, and the fingerprints of what its sender wrote. No word, name or address is in it. What can be done
//! with it: whoever guesses a text can see whether it was written, when, and in how many mails; nobody can read a text
//! out of it.

use serde::{Deserialize, Serialize};

/// The version of the fingerprints: other ones cannot be compared.
pub const FORMAT: &str = "noroshi-fingerprints-1";
/// Mails of one file.
const MAX_MAILS: usize = 2_000_000;
/// Bytes of one line.
const MAX_LINE: usize = 128 << 10;
/// Fingerprints of one mail.
const MAX_PRINTS: usize = 4096;

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
}

/// One mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The first 16 bytes of the SHA-256 of its Message-ID, in hexadecimal.
    pub mail: String,
    /// When it was sent, RFC 3339 in UTC.
    pub at: Option<String>,
    /// A number for its conversation, in hexadecimal.
    pub family: String,
    /// The fingerprints: 16 hexadecimal digits each, one after the other.
    pub prints: String,
}

impl Entry {
    /// The fingerprints as numbers; none where the text is not one.
    pub fn hashes(&self) -> Vec<u64> {
        let digits = self.prints.as_bytes().chunks_exact(16).take(MAX_PRINTS);
        digits.filter_map(|piece| u64::from_str_radix(std::str::from_utf8(piece).ok()?, 16).ok()).collect()
    }

    /// The number of its conversation.
    pub fn family(&self) -> u64 {
        u64::from_str_radix(&self.family, 16).unwrap_or(0)
    }
}

/// Fingerprints in their writing.
///
/// ```
/// assert_eq!(exchange::fingerprints::hex(&[1, 255]), "000000000000000100000000000000ff");
/// ```
pub fn hex(hashes: &[u64]) -> String {
    hashes.iter().map(|hash| format!("{hash:016x}")).collect()
}

/// The first line of a file.
pub fn head() -> String {
    serde_json::to_string(&Head { format: FORMAT.to_owned() }).unwrap_or_default()
}

/// A mail's line.
pub fn line(entry: &Entry) -> String {
    serde_json::to_string(entry).unwrap_or_default()
}

/// True if a file begins as one of these does.
pub fn is_fingerprints(beginning: &[u8]) -> bool {
    let line = beginning.split(|&b| b == b'\n').next().unwrap_or_default();
    line.len() < 200 && serde_json::from_slice::<Head>(line).is_ok_and(|head| head.format == FORMAT)
}

/// The mails of a file, and the lines (from 1) that are none.
///
/// ```
/// use exchange::fingerprints::{Entry, head, line, read};
/// let entry = Entry { mail: "ab".into(), prints: "0000000000000001".into(), family: "7".into(), at: None };
/// let (entries, bad) = read(&format!("{}\n{}\nrubbish\n", head(), line(&entry)));
/// assert_eq!((entries[0].hashes(), bad), (vec![1], vec![3]));
/// ```
pub fn read(text: &str) -> (Vec<Entry>, Vec<usize>) {
    let mut entries = Vec::new();
    let mut bad = Vec::new();
    for (at, line) in text.lines().enumerate().skip(1) {
        if line.trim().is_empty() {
            continue;
        }
        let entry = (line.len() <= MAX_LINE).then(|| serde_json::from_str::<Entry>(line).ok()).flatten();
        match entry.filter(is_sound) {
            Some(entry) if entries.len() < MAX_MAILS => entries.push(entry),
            _ => bad.push(at + 1),
        }
    }
    (entries, bad)
}

/// Nothing but hexadecimal digits and a time: a file cannot carry words in its fields.
fn is_sound(entry: &Entry) -> bool {
    let hex = |text: &str, most: usize| text.len() <= most && text.bytes().all(|b| b.is_ascii_hexdigit());
    hex(&entry.mail, 64)
        && hex(&entry.family, 16)
        && hex(&entry.prints, MAX_PRINTS * 16)
        && entry.prints.len().is_multiple_of(16)
        && entry.at.as_deref().is_none_or(|at| at.parse::<jiff::Timestamp>().is_ok())
}
