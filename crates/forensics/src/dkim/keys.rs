//! The key file: public keys that an operator has looked up, so that nothing need be asked of a network.
//!
//! One key a line: the name in the DNS, white space, the record's text, with or without quotation marks. Empty
//! lines and lines that start with `#` are passed over.
//!
//! ```text
//! # looked up 2024-01-15
//! mail2024._domainkey.example.com  v=DKIM1; k=rsa; p=MIIBIjANBg…
//! ```

use std::collections::HashMap;

/// Keys that are taken from one file.
const KEYS: usize = 100_000;

/// Bytes of one record.
const RECORD_BYTES: usize = 8 << 10;

/// Public keys by their name in the DNS.
///
/// ```
/// let keys = forensics::dkim::Keys::parse("# mine\nkey1._domainkey.example.com v=DKIM1; p=\n");
/// assert_eq!(keys.len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys(HashMap<String, String>);

impl Keys {
    /// Reads a key file; a line that is none is left out. Of two keys of one name the later counts.
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let key = |line: &str| {
            let (name, record) = line.split_once(char::is_whitespace)?;
            let record = record.trim();
            let record = if record.starts_with('"') {
                // The strings of a TXT record count as one.
                record.split('"').skip(1).step_by(2).collect()
            } else {
                record.to_owned()
            };
            let good = record.len() <= RECORD_BYTES && name.contains("._domainkey.");
            good.then(|| (name.trim_end_matches('.').to_lowercase(), record))
        };
        Self(lines.filter_map(key).take(KEYS).collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The record of a selector and domain.
    pub(super) fn get(&self, selector: &str, domain: &str) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&format!("{}._domainkey.{domain}", selector.to_lowercase())).map(String::as_str)
    }
}
