//! An indicator set: made once, then asked millions of times a second.
//!
//! - A domain is found with everything below it: a filter of the last two or three labels says no for nearly every name,
//!   an exact table is walked label by label for the rest. `ver.net` is never found in `steamserver.net`.
//! - Addresses: a bitmap of /24 networks, a sorted array, ranges by their lengths.
//! - URLs by their host, then path by path; parts (of names, paths, subjects …) by an automaton for each kind.
//!
//! Compiled ([`Set::write`]) it is one file, versioned and checksummed, that is loaded by reading it.

mod builder;
mod file;
mod hash;
mod ips;
mod names;
mod origin;
mod parts;
mod url;

use std::io::{self, Read, Write};

pub use builder::{Added, Builder};
pub use file::{SetFileError, is_compiled};
pub use origin::Origin;

use crate::Kind;
use crate::limits::MAX_NAME;
use builder::value_of;
use hash::fold_hash;
use ips::Ips;
pub(crate) use ips::{ipv4, ipv6};
use names::{NameFilter, last_two_labels};
use origin::{Origins, Stored};
use parts::AllParts;
pub(crate) use parts::{behind_variable, below_hive, longest_piece};
use url::{covers, url_key};
pub(crate) use url::{scheme_end, split_url};

/// A compiled indicator set.
///
/// ```
/// use hunter::Kind;
/// use hunter::set::{Builder, Origin};
/// let mut builder = Builder::new();
/// let origin = builder.origin(Origin { advisory: "N-2026-0001".into(), ..Origin::default() });
/// builder.add(Kind::Domain, "ver.net", origin);
/// let set = builder.finish();
/// let mut found = Vec::new();
/// set.find_name(b"WWW.ver.net.", &mut found);
/// set.find_name(b"steamserver.net", &mut found);
/// assert_eq!(found.len(), 1);
/// assert_eq!(set.value(found[0]), "ver.net");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Set {
    ends: Vec<u32>,
    blob: Vec<u8>,
    kinds: Vec<u8>,
    groups: Vec<u32>,
    origins: Origins,
    /// Open addressing: the high half of the hash, and the entry + 1; 0 is empty.
    slots: Vec<u64>,
    filter: NameFilter,
    has_single_label: bool,
    ips: Ips,
    /// Hashes of the hosts of URLs, sorted, and the URL of each.
    url_hosts: Vec<u64>,
    url_entries: Vec<u32>,
    has: [bool; Kind::ALL.len()],
    /// Something is looked for that is neither a name nor an IPv4 address.
    has_rare: bool,
    parts: AllParts,
}

impl Set {
    /// How many values it has.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True if it has none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// What kind the value is.
    #[inline]
    pub fn kind(&self, entry: u32) -> Kind {
        let at = self.kinds.get(entry as usize).copied().unwrap_or(0);
        Kind::ALL.get(usize::from(at)).copied().unwrap_or(Kind::Domain)
    }

    /// The value, in its normal form.
    pub fn value(&self, entry: u32) -> &str {
        std::str::from_utf8(value_of(&self.ends, &self.blob, entry)).unwrap_or_default()
    }

    /// Where the value comes from; never empty, in the order in which the lists were given.
    pub fn origins(&self, entry: u32) -> impl Iterator<Item = &Origin> {
        self.origins.of(self.groups.get(entry as usize).copied().unwrap_or(u32::MAX))
    }

    /// True if some value is of this kind.
    #[inline]
    pub fn has(&self, kind: Kind) -> bool {
        self.has.get(kind as usize).copied().unwrap_or(false)
    }

    /// True if names are looked for.
    #[inline]
    pub(crate) fn wants_names(&self) -> bool {
        !self.filter.is_empty() || self.has(Kind::DomainPart)
    }

    /// True if something is looked for that is neither a name nor an IPv4 address: most sets hold nothing else.
    #[inline]
    pub(crate) fn has_rare(&self) -> bool {
        self.has_rare
    }

    /// False where nothing listed can stand in a text, because it is too short or has no dot.
    #[inline]
    pub(crate) fn looks_at_text(&self, text: &[u8]) -> bool {
        self.has_rare || text.len() > 3 && crate::near::find(b'.', text).is_some()
    }

    #[inline]
    pub(crate) fn has_v6(&self) -> bool {
        self.ips.has_v6()
    }

    /// Looks a whole value of `kind` up; letters alike.
    pub fn find_exact(&self, kind: Kind, value: &[u8], found: &mut Vec<u32>) {
        if self.has(kind) {
            found.extend(self.lookup(kind, value, fold_hash(value, kind as u64)));
        }
    }

    #[inline]
    fn lookup(&self, kind: Kind, value: &[u8], hash: u64) -> Option<u32> {
        let mask = self.slots.len().wrapping_sub(1);
        #[allow(clippy::cast_possible_truncation, reason = "the low bits are wanted")]
        let mut at = hash as usize & mask;
        // A table is never full, a damaged file is found by its checksum; the bound is for what nobody thought of.
        for _ in 0..self.slots.len() {
            let slot = self.slots.get(at).copied().unwrap_or(0);
            if slot == 0 {
                return None;
            }
            if slot >> 32 == hash >> 32 {
                #[allow(clippy::cast_possible_truncation, reason = "the low half is the entry")]
                let entry = (slot as u32).wrapping_sub(1);
                if self.kinds.get(entry as usize) == Some(&(kind as u8))
                    && value_of(&self.ends, &self.blob, entry).eq_ignore_ascii_case(value)
                {
                    return Some(entry);
                }
            }
            at = (at + 1) & mask;
        }
        None
    }

    /// Finds the listed names that `name` is, or is below: the most specific last. Case and a final dot do not
    /// matter; other scripts are read as A-labels.
    #[inline]
    pub fn find_name(&self, name: &[u8], found: &mut Vec<u32>) {
        let name = name.strip_suffix(b".").unwrap_or(name);
        if self.filter.is_empty() && !self.has(Kind::DomainPart) {
            return;
        }
        let Some(start) = last_two_labels(name) else {
            return self.find_rare_name(name, found);
        };
        if self.filter.may_hold(name, start) {
            self.walk(name, start, found);
        }
        if self.looks_at_whole_names() || !name.is_ascii() {
            self.find_rare_name(name, found);
        }
    }

    /// True if nothing listed is an address that begins like this, or this name (ASCII, no final dot, its last two labels
    /// begin at `two`); false says nothing.
    #[inline]
    pub(crate) fn passes(&self, network: u16, name: &[u8], two: usize) -> bool {
        let may_hold = self.ips.may_begin(network)
            || self.looks_at_whole_names()
            || self.filter.may_hold(name, two) && self.holds(name, two);
        !may_hold
    }

    #[inline]
    fn looks_at_whole_names(&self) -> bool {
        self.has(Kind::DomainPart) || self.has_single_label
    }

    /// The listed names that `name` is, or is below, the most specific last; its last two labels begin at `two`.
    fn listed(&self, name: &[u8], two: usize) -> impl Iterator<Item = u32> {
        let before = |&start: &usize| {
            let end = start.checked_sub(1)?;
            Some(memchr::memrchr(b'.', name.get(..end)?).map_or(0, |at| at + 1))
        };
        std::iter::successors(Some(two), before).filter_map(|start| {
            let label = name.get(start..).unwrap_or_default();
            self.lookup(Kind::Domain, label, fold_hash(label, Kind::Domain as u64))
        })
    }

    /// True if the name, or one above it, is listed. A name that many ask for may be one that the filter does not know to be
    /// unlisted.
    #[inline(never)]
    fn holds(&self, name: &[u8], two: usize) -> bool {
        self.listed(name, two).next().is_some()
    }

    #[cold]
    #[inline(never)]
    fn walk(&self, name: &[u8], two: usize, found: &mut Vec<u32>) {
        if name.len() <= MAX_NAME {
            found.extend(self.listed(name, two));
        }
    }

    /// Names in other scripts, single labels, parts of names.
    #[cold]
    fn find_rare_name(&self, name: &[u8], found: &mut Vec<u32>) {
        if name.len() > MAX_NAME {
            return;
        }
        if self.has_single_label {
            let label = memchr::memrchr(b'.', name).map_or(0, |at| at + 1);
            let label = name.get(label..).unwrap_or_default();
            let hash = fold_hash(label, Kind::Domain as u64);
            if let Some(entry) = self.lookup(Kind::Domain, label, hash) {
                found.insert(0, entry);
            }
        }
        self.parts.find(Kind::DomainPart, name, |entry| self.value(entry), found);
        if !name.is_ascii()
            && let Some(ascii) = std::str::from_utf8(name).ok().and_then(|n| idna::domain_to_ascii(n).ok())
            && ascii.is_ascii()
        {
            self.find_name(ascii.as_bytes(), found);
        }
    }

    /// Finds the listed addresses and ranges that `address` is or lies in.
    #[inline]
    pub fn find_ipv4(&self, address: u32, found: &mut Vec<u32>) {
        if self.ips.may_hold(address) {
            self.ips.v4(address, found);
        }
    }

    /// False where nothing listed can be an IPv4 address that begins like this.
    #[inline]
    pub(crate) fn may_begin(&self, network: u16) -> bool {
        self.ips.may_begin(network)
    }

    /// Finds an address as it is written, of both families, also in brackets. False if it is none.
    #[inline]
    pub fn find_ip(&self, text: &[u8], found: &mut Vec<u32>) -> bool {
        if let Some(network) = crate::near::network(text) {
            if !self.ips.may_begin(network) {
                return true;
            }
            if let Some(address) = ipv4(text) {
                self.find_ipv4(address, found);
                return true;
            }
        }
        if crate::near::find(b':', text).is_none() {
            return false;
        }
        match ipv6(text) {
            Some(std::net::IpAddr::V4(address)) => self.find_ipv4(address.into(), found),
            Some(std::net::IpAddr::V6(address)) => self.ips.v6(address.into(), found),
            None => return false,
        }
        true
    }

    /// Finds the listed URLs that this one is, or is below. The scheme does not matter; a port that is listed does.
    pub(crate) fn find_url(&self, host: &[u8], port: Option<u16>, tail: &[u8], found: &mut Vec<u32>) {
        if self.url_hosts.is_empty() {
            return;
        }
        let key = fold_hash(host.strip_suffix(b".").unwrap_or(host), Kind::Url as u64);
        let from = self.url_hosts.partition_point(|&listed| listed < key);
        let same =
            self.url_hosts.iter().zip(&self.url_entries).skip(from).take_while(|(listed, _)| **listed == key);
        for (_, &entry) in same {
            if covers(self.value(entry), host, port, tail) {
                found.push(entry);
            }
        }
    }

    /// Finds the listed parts of `kind` in `text`.
    #[inline]
    pub fn find_part(&self, kind: Kind, text: &[u8], found: &mut Vec<u32>) {
        if self.parts.has(kind) {
            self.parts.find(kind, text, |entry| self.value(entry), found);
        }
    }

    /// Writes it as one file.
    ///
    /// # Errors
    /// What the system says of `out`.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut parts = file::Parts::default();
        parts.bytes(&serde_json::to_vec(&self.origins.stored())?);
        parts.u32s(&self.ends);
        parts.bytes(&self.blob);
        parts.bytes(&self.kinds);
        parts.u32s(&self.groups);
        parts.u64s(&self.slots);
        parts.u64s(self.filter.words());
        parts.bytes(&[u8::from(self.has_single_label)]);
        self.ips.write(&mut parts);
        parts.u64s(&self.url_hosts);
        parts.u32s(&self.url_entries);
        parts.write(out)
    }

    /// Loads a compiled set.
    ///
    /// # Errors
    /// [`SetFileError`]: no set, another version, damaged, or the system's error.
    pub fn read(input: &mut dyn Read) -> Result<Self, SetFileError> {
        let mut reader = file::Reader::new(input)?;
        let stored: Stored = serde_json::from_slice(&reader.bytes()?)
            .map_err(|_| SetFileError::Damaged("its origins cannot be read"))?;
        let mut set = Self {
            origins: Origins::from_stored(stored),
            ends: reader.u32s()?,
            blob: reader.bytes()?,
            kinds: reader.bytes()?,
            groups: reader.u32s()?,
            slots: reader.u64s()?,
            filter: NameFilter::from_words(reader.u64s()?)
                .ok_or(SetFileError::Damaged("tables of different lengths"))?,
            has_single_label: reader.bytes()?.first() == Some(&1),
            ips: Ips::read(&mut reader)?,
            url_hosts: reader.u64s()?,
            url_entries: reader.u32s()?,
            ..Self::default()
        };
        reader.finish()?;
        let count = set.ends.len();
        let is_power = |length: usize| length == 0 || length.is_power_of_two();
        if set.kinds.len() != count
            || set.groups.len() != count
            || set.url_hosts.len() != set.url_entries.len()
            || !is_power(set.slots.len())
        {
            return Err(SetFileError::Damaged("tables of different lengths"));
        }
        set.derive();
        Ok(set)
    }
}
