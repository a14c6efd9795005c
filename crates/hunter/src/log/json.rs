//! JSON lines: Zeek, Suricata EVE, ECS, and any other with named fields. One pass over the bytes, no tree.

use std::collections::HashMap;

use super::record::{Record, Role};
use super::roles;
use crate::near::{find, find2};

/// Objects inside objects that are told apart; deeper ones are read by their keys alone.
const MAX_DEPTH: usize = 16;
/// Keys remembered: a log has some hundred different ones.
const MAX_KEYS: usize = 4_096;

/// Reads JSON lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Json {
    /// Strings under unknown keys are looked through as text.
    pub(super) text: bool,
}

/// What keys mean, remembered by the reader of one thread.
#[derive(Debug, Default)]
pub struct Keys {
    known: HashMap<Box<[u8]>, Option<Role>, std::hash::BuildHasherDefault<Fnv>>,
    whole: Vec<u8>,
    /// The keys of the first lines, in their order: the next lines have nearly always the same.
    order: Vec<Expected>,
    at: usize,
}

/// A key and what it meant.
#[derive(Debug)]
struct Expected {
    key: Box<[u8]>,
    front: Option<Box<[u8]>>,
    is_certificate: bool,
    role: Option<Role>,
}

/// FNV-1a: keys are short, and a log's own.
#[derive(Debug, Clone)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        let (blocks, tail) = bytes.as_chunks::<8>();
        for block in blocks {
            self.0 =
                (self.0 ^ u64::from_le_bytes(*block)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        }
        for &byte in tail {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self.0 ^= self.0 >> 32;
    }
    fn write_usize(&mut self, _: usize) {}
    fn write_u8(&mut self, _: u8) {}
}

impl Keys {
    fn role(&mut self, key: &[u8], front: Option<&[u8]>, is_certificate: bool) -> Option<Role> {
        let at = self.at;
        self.at += 1;
        if let Some(expected) = self.order.get(at)
            && *expected.key == *key
            && expected.front.as_deref() == front
            && expected.is_certificate == is_certificate
        {
            return expected.role;
        }
        let role = self.look_up(key, front, is_certificate);
        // Never replaced: lines of several kinds take turns, and the table knows the others.
        if at == self.order.len() && at < MAX_KEYS {
            self.order.push(Expected { key: key.into(), front: front.map(Into::into), is_certificate, role });
        }
        role
    }

    fn look_up(&mut self, key: &[u8], front: Option<&[u8]>, is_certificate: bool) -> Option<Role> {
        if is_certificate && matches!(key, b"subject" | b"issuer" | b"issuerdn") {
            return Some(Role::Text);
        }
        let whole = match front {
            None => key,
            Some(front) => {
                self.whole.clear();
                self.whole.extend_from_slice(front);
                self.whole.push(b'.');
                self.whole.extend_from_slice(key);
                &self.whole
            }
        };
        if let Some(known) = self.known.get(whole) {
            return *known;
        }
        let role = roles::role(key, front);
        if self.known.len() < MAX_KEYS {
            self.known.insert(whole.into(), role);
        }
        role
    }
}

impl Json {
    /// The parts of a line that is one JSON object.
    pub(super) fn read(&self, line: &[u8], record: &mut Record, keys: &mut Keys) -> bool {
        let line = line.trim_ascii();
        if line.first() != Some(&b'{') || line.last() != Some(&b'}') {
            return false;
        }
        keys.at = 0;
        // Zeek's ssl and Suricata's tls have a certificate's subject.
        let mut is_certificate = false;
        let mut fronts: [&[u8]; MAX_DEPTH] = [b""; MAX_DEPTH];
        let mut depth = 0usize;
        let mut at = 1;
        let mut key: &[u8] = b"";
        let mut role = None;
        let mut is_value = false;
        while let Some(&byte) = line.get(at) {
            match byte {
                b'"' => {
                    let rest = line.get(at + 1..).unwrap_or_default();
                    let Some((length, escaped)) = string(rest) else { return false };
                    let text = rest.get(..length).unwrap_or_default();
                    at += length + 2;
                    if !is_value && (line.get(at) == Some(&b':') || is_key(line, &mut at)) {
                        at += 1;
                        key = text;
                        let front =
                            if depth == 0 { None } else { fronts.get(depth.min(MAX_DEPTH) - 1).copied() };
                        is_certificate |=
                            key == b"server_name" || key == b"tls" || key == b"cert_chain_fuids";
                        role = keys.role(key, front, is_certificate || front == Some(b"tls"));
                        // Zeek's source is a protocol.
                        if !self.text && front.is_none() && key == b"source" {
                            role = None;
                        }
                        if role.is_none() && self.text {
                            role = Some(Role::Text);
                        }
                        is_value = true;
                    } else if let Some(role) = role {
                        if escaped {
                            record.push_written(role, |out| unescape(text, out));
                        } else if !text.is_empty() {
                            record.push(role, text);
                        }
                        is_value = false;
                    } else {
                        is_value = false;
                    }
                }
                b'{' => {
                    if let Some(front) = fronts.get_mut(depth) {
                        *front = key;
                    }
                    depth += 1;
                    is_value = false;
                    at += 1;
                }
                b'}' => {
                    depth = depth.saturating_sub(1);
                    // The next object of a list stands under the same key.
                    key = fronts.get(depth).copied().unwrap_or_default();
                    is_value = false;
                    at += 1;
                }
                // Strings in a list belong to its key.
                b'[' => {
                    is_value = false;
                    at += 1;
                }
                b'0'..=b'9' | b'-' if is_value => {
                    let rest = line.get(at..).unwrap_or_default();
                    let end = rest
                        .iter()
                        .position(|b| matches!(b, b',' | b'}' | b']' | b' '))
                        .unwrap_or(rest.len());
                    if matches!(role, Some(Role::Time | Role::Port)) {
                        record.push(role.unwrap_or(Role::Text), rest.get(..end).unwrap_or_default());
                    }
                    is_value = false;
                    at += end;
                }
                b',' => {
                    is_value = false;
                    at += 1;
                }
                _ => at += 1,
            }
        }
        true
    }
}

/// Spaces between a key and its colon.
fn is_key(line: &[u8], at: &mut usize) -> bool {
    let rest = line.get(*at..).unwrap_or_default();
    let spaces = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let is_key = spaces > 0 && rest.get(spaces) == Some(&b':');
    if is_key {
        *at += spaces;
    }
    is_key
}

/// The length of a string up to its closing quote, and whether something in it is escaped.
#[inline]
fn string(text: &[u8]) -> Option<(usize, bool)> {
    let first = find2(b'"', b'\\', text)?;
    if text.get(first) == Some(&b'"') {
        return Some((first, false));
    }
    let mut at = first;
    loop {
        at += find2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some((at, true));
        }
        at += 2;
    }
}

/// Undoes the escapes of RFC 8259 §7; what is none stays as it is.
fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    let mut high: Option<u32> = None;
    while let Some(at) = find(b'\\', rest) {
        if at > 0 {
            high = None;
        }
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        let code = rest.get(at + 1).copied();
        rest = rest.get(at + 2..).unwrap_or_default();
        let byte = match code {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'u') => {
                let digits = rest.get(..4).and_then(|digits| std::str::from_utf8(digits).ok());
                if let Some(unit) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
                    rest = rest.get(4..).unwrap_or_default();
                    let c = match (high.take(), unit) {
                        (_, 0xd800..=0xdbff) => {
                            high = Some(unit);
                            continue;
                        }
                        (Some(high), 0xdc00..=0xdfff) => 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00),
                        (_, unit) => unit,
                    };
                    let c = char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
                    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                }
                continue;
            }
            Some(other) => other,
            None => break,
        };
        out.push(byte);
    }
    out.extend_from_slice(rest);
}
