//! Guard lists: what must not be taken for an indicator without thought (誤配信の防止).
//!
//! A block list with `google.com` or `10.0.0.1` on it does more harm than the attack. Guards *mark*: the
//! observable stays, the mark names the list and the entry, and a person can override it with a reason.
//!
//! To add a built-in list: put its entries into `builtin`, give it a rank here, and name it in the guide.

mod builtin;
mod cidr;

use std::collections::HashMap;
use std::net::IpAddr;

use lexicon::observable::GuardMark;
use lexicon::{Observable, ObservableType};

pub use self::cidr::Cidr;
use self::cidr::Ranges;
use crate::host::{Host, ip};
use crate::limits::{MAX_PROBLEMS, MAX_SET};
use crate::name::{Name, is_public_suffix};
use crate::problem::Problem;
use crate::shape::classify;
use crate::url;

/// Names of the built-in lists, as [`GuardMark::list`] gives them.
pub mod lists {
    /// Names of the organisation that uses this, its addresses and everything below.
    pub const OWN_NAMES: &str = "own-names";
    /// Addresses that are private, reserved, multicast or local.
    pub const PRIVATE_RANGE: &str = "private-range";
    /// Addresses for examples (RFC 5737, RFC 3849, RFC 9637).
    pub const DOCUMENTATION_RANGE: &str = "documentation-range";
    /// Names for examples and for local use (RFC 2606, RFC 6761).
    pub const RESERVED_NAME: &str = "reserved-name";
    /// Names that are a public suffix as a whole.
    pub const PUBLIC_SUFFIX: &str = "public-suffix";
    /// Services that nearly everybody uses.
    pub const POPULAR_SERVICE: &str = "popular-service";
}

/// How strongly a list speaks: where several match, the smallest rank gives the mark.
type Rank = u32;
const OWN: Rank = 0;
const PRIVATE: Rank = 1;
const RESERVED: Rank = 2;
const SUFFIX: Rank = 3;
const OPERATOR: Rank = 10;
const POPULAR: Rank = Rank::MAX;

/// How far an entry for a name reaches beyond the name itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Host names only, and URLs that are no more than a host.
    Host,
    /// Also every URL on the host.
    Url,
    /// Also every address at it.
    Address,
}

#[derive(Debug, Clone)]
struct Entry {
    rank: Rank,
    list: String,
    shown: String,
    reach: Reach,
}

/// A set of guard lists, ready to mark observables.
///
/// ```
/// use indicators::guard::Guards;
/// use lexicon::facts::{Source, SourceForm};
/// let text = "https://evil.example/a 10.0.0.1 https://docs.google.com/forms/x".to_owned();
/// let body = Source { place: "body".to_owned(), form: SourceForm::Prose, text };
/// let mut found = indicators::extract(&[body], &[]).observables;
/// Guards::builtin_for_examples().mark(&mut found);
/// let marked: Vec<_> = found.iter().filter(|o| o.guard.is_some()).map(|o| o.value.as_str()).collect();
/// assert_eq!(marked, ["10.0.0.1", "docs.google.com"]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Guards {
    /// Names that are meant themselves.
    exact: HashMap<String, Entry>,
    /// Names of which everything below is meant.
    below: HashMap<String, Entry>,
    /// Whole URLs, addresses and hashes.
    values: HashMap<String, Entry>,
    ranges: Ranges<Entry>,
    overrides: HashMap<String, String>,
    public_suffixes: bool,
    added: Rank,
}

impl Guards {
    /// All built-in lists: for work with real mail.
    pub fn builtin() -> Self {
        let mut guards = Self::builtin_for_examples();
        guards.ranges(&builtin::DOCUMENTATION, RESERVED, lists::DOCUMENTATION_RANGE);
        guards.names(&builtin::RESERVED_EXAMPLES, RESERVED, lists::RESERVED_NAME, Reach::Address);
        guards
    }

    /// The built-in lists without those for documentation: demonstrations, exercises and tests use
    /// `192.0.2.0/24` and `.example` as if they were an attacker's.
    pub fn builtin_for_examples() -> Self {
        let mut guards = Self { public_suffixes: true, ..Self::default() };
        guards.ranges(&builtin::PRIVATE, PRIVATE, lists::PRIVATE_RANGE);
        guards.names(&builtin::RESERVED_LOCAL, RESERVED, lists::RESERVED_NAME, Reach::Address);
        guards.names(&builtin::NAME_SPACES, POPULAR, lists::POPULAR_SERVICE, Reach::Url);
        guards.names(&builtin::POPULAR, POPULAR, lists::POPULAR_SERVICE, Reach::Host);
        guards
    }

    /// Adds the well-known public resolvers: in a log every machine asks them, so that a sweep must not look for them
    /// by accident.
    #[must_use]
    pub fn with_public_resolvers(mut self) -> Self {
        self.ranges(&builtin::RESOLVERS, POPULAR, lists::POPULAR_SERVICE);
        self
    }

    /// Adds the organisation's own domains: they, everything below them, URLs on them and addresses in them
    /// are marked `own-names`. What is no domain name is passed over.
    #[must_use]
    pub fn with_own_names(mut self, domains: &[String]) -> Self {
        for domain in domains {
            let domain = domain.trim().trim_start_matches(['*', '.', '@']);
            if let Some(name) = Name::parse(domain) {
                self.names(&[&name.ascii], OWN, lists::OWN_NAMES, Reach::Address);
            }
        }
        self
    }

    /// Adds an operator's list. `#` starts a comment; one entry a line:
    ///
    /// | written | means |
    /// |---|---|
    /// | `partner.example` | this name, URLs on it |
    /// | `.partner.example` | the name and everything below it, URLs on them |
    /// | `*.partner.example` | everything below it, URLs on them |
    /// | `198.51.100.7`, `198.51.100.0/24` | an address, a range, URLs on them |
    /// | a URL, an e-mail address, a hash | this value only |
    ///
    /// Lines that cannot be read are told and left out; the others count. Where several lists match, the
    /// one added first gives the mark; own names and private ranges go before, popular services after.
    pub fn add_list(&mut self, name: &str, text: &str) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut ranges = Vec::new();
        let rank = OPERATOR + self.added;
        self.added += 1;
        for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate().take(MAX_SET) {
            let written = without_comment(line);
            if written.is_empty() {
                continue;
            }
            let entry = Entry { rank, list: name.to_owned(), shown: written.to_owned(), reach: Reach::Url };
            if let Err((what, hint)) = self.add_entry(written, entry, &mut ranges)
                && problems.len() < MAX_PROBLEMS
            {
                problems.push(Problem::new(at + 1, what, written, hint));
            }
        }
        self.ranges.extend(ranges);
        problems
    }

    fn add_entry(
        &mut self,
        written: &str,
        entry: Entry,
        ranges: &mut Vec<(Cidr, Entry)>,
    ) -> Result<(), (&'static str, &'static str)> {
        let below = written.strip_prefix("*.");
        if let Some(suffix) = below.or_else(|| written.strip_prefix('.')) {
            let name = Name::parse(suffix)
                .ok_or(("not a domain name behind the dot", "write a domain as in .partner.example"))?;
            if below.is_none() {
                put(&mut self.exact, name.ascii.clone(), entry.clone());
            }
            put(&mut self.below, name.ascii, entry);
            return Ok(());
        }
        if written.contains('*') && !written.contains('/') {
            return Err((
                "a * in the middle is not understood",
                "write *.suffix, or each value on a line of its own",
            ));
        }
        if let Some(range) = Cidr::parse(written) {
            ranges.push((range, entry));
            return Ok(());
        }
        match classify(written) {
            Some((ObservableType::Ipv4Addr | ObservableType::Ipv6Addr, value)) => {
                let address: IpAddr =
                    value.parse().map_err(|_| ("not an IP address", "write 198.51.100.7"))?;
                let length = if address.is_ipv4() { 32 } else { 128 };
                ranges.extend(Cidr::new(address, length).map(|range| (range, entry)));
                Ok(())
            }
            Some((ObservableType::DomainName, value)) => {
                put(&mut self.exact, value, entry);
                Ok(())
            }
            Some((_, value)) => {
                put(&mut self.values, value, entry);
                Ok(())
            }
            None if written.contains('/') && !written.contains("://") => Err((
                "not a range of addresses",
                "write a prefix length up to 32 (IPv4) or 128 (IPv6): 198.51.100.0/24",
            )),
            // Names inside a house (`fileserver.corp`) have no public suffix and are guarded all the same.
            None => match Name::parse(written).filter(|name| name.ascii.contains('.')) {
                Some(name) => {
                    put(&mut self.exact, name.ascii, entry);
                    Ok(())
                }
                None => Err((
                    "not a domain, address, range, URL, e-mail address or hash",
                    "correct the line, or put # before it",
                )),
            },
        }
    }

    /// Lets `value` count as an indicator although a list speaks against it: the mark stays and carries
    /// `reason`. A name also speaks for URLs on exactly this host and addresses at it.
    pub fn add_override(&mut self, value: &str, reason: &str) {
        let value = classify(value).map_or_else(|| value.trim().to_owned(), |(_, value)| value);
        self.overrides.insert(value, reason.to_owned());
    }

    /// Marks what a list speaks against. Marks that are there already are replaced; nothing is dropped.
    pub fn mark(&self, observables: &mut [Observable]) {
        for observable in observables {
            observable.guard = self.against(observable.kind, &observable.value);
        }
    }

    /// The mark that a value in its normal form would get.
    ///
    /// ```
    /// use indicators::guard::Guards;
    /// use lexicon::ObservableType;
    /// let mark = Guards::builtin().against(ObservableType::DomainName, "co.jp").unwrap();
    /// assert_eq!(mark.list, "public-suffix");
    /// ```
    pub fn against(&self, kind: ObservableType, value: &str) -> Option<GuardMark> {
        let mut best = Best { entry: self.values.get(value), suffix: None };
        let host = match kind {
            ObservableType::File => None,
            ObservableType::Ipv4Addr | ObservableType::Ipv6Addr => {
                // A range in a list (`198.51.100.0/24`) goes by its first address.
                let address = ip(value.split('/').next()?)?;
                self.match_ip(address, &mut best);
                None
            }
            ObservableType::DomainName => {
                self.match_name(value, Reach::Host, &mut best);
                None
            }
            ObservableType::EmailAddr => {
                let domain = value.rsplit_once('@')?.1;
                self.match_name(domain, Reach::Address, &mut best);
                Some(domain.to_owned())
            }
            ObservableType::Url => match url::host_and_tail(value) {
                Some((Host::Ip(address), _)) => {
                    self.match_ip(address, &mut best);
                    Some(address.to_string())
                }
                Some((Host::Name(name), tail)) => {
                    // A bare `https://www.google.com/` says no more than its host does.
                    let bare = matches!(tail, "" | "/");
                    self.match_name(&name.ascii, if bare { Reach::Host } else { Reach::Url }, &mut best);
                    Some(name.ascii)
                }
                None => None,
            },
        };
        let (list, entry) = match (best.entry, best.suffix) {
            (Some(entry), None) => (entry.list.clone(), entry.shown.clone()),
            (Some(entry), Some(_)) if entry.rank < SUFFIX => (entry.list.clone(), entry.shown.clone()),
            (_, Some(suffix)) => (lists::PUBLIC_SUFFIX.to_owned(), suffix),
            (None, None) => return None,
        };
        let overridden = self.overrides.get(value).or_else(|| self.overrides.get(&host?)).cloned();
        Some(GuardMark { list, entry, overridden })
    }

    fn match_ip<'a>(&'a self, address: IpAddr, best: &mut Best<'a>) {
        for (_, entry) in self.ranges.all(address) {
            best.offer(entry);
        }
    }

    /// Walks from the top-level label to the name itself, so that the nearest entry of a list wins.
    fn match_name<'a>(&'a self, name: &str, wanted: Reach, best: &mut Best<'a>) {
        let reaches = |entry: &&Entry| match wanted {
            Reach::Host => true,
            Reach::Url => entry.reach != Reach::Host,
            Reach::Address => entry.reach == Reach::Address,
        };
        for (dot, _) in name.rmatch_indices('.') {
            if let Some(entry) = name.get(dot + 1..).and_then(|parent| self.below.get(parent)).filter(reaches)
            {
                best.offer(entry);
            }
        }
        if let Some(entry) = self.exact.get(name).filter(reaches) {
            best.offer(entry);
        }
        if self.public_suffixes && wanted == Reach::Host && is_public_suffix(name) {
            best.suffix = Some(name.to_owned());
        }
    }

    fn ranges(&mut self, ranges: &[&str], rank: Rank, list: &str) {
        let entry =
            |shown: &str| Entry { rank, list: list.to_owned(), shown: shown.to_owned(), reach: Reach::Url };
        self.ranges.extend(ranges.iter().filter_map(|range| Some((Cidr::parse(range)?, entry(range)))));
    }

    /// Names with everything below them.
    fn names(&mut self, names: &[&str], rank: Rank, list: &str, reach: Reach) {
        for name in names {
            let entry = Entry { rank, list: list.to_owned(), shown: (*name).to_owned(), reach };
            put(&mut self.exact, (*name).to_owned(), entry.clone());
            put(&mut self.below, (*name).to_owned(), entry);
        }
    }
}

/// The entry that speaks most strongly so far.
struct Best<'a> {
    entry: Option<&'a Entry>,
    suffix: Option<String>,
}

impl<'a> Best<'a> {
    /// Entries come from the widest to the nearest: of one rank the later one wins.
    fn offer(&mut self, entry: &'a Entry) {
        if self.entry.is_none_or(|known| entry.rank <= known.rank) {
            self.entry = Some(entry);
        }
    }
}

/// Keeps the entry of the stronger list where two lists name the same value.
fn put(map: &mut HashMap<String, Entry>, key: String, entry: Entry) {
    match map.get(&key) {
        Some(known) if known.rank <= entry.rank => {}
        _ => {
            map.insert(key, entry);
        }
    }
}

/// A line of a list without its comment. A `#` inside a value (a URL's fragment) starts none.
///
/// ```
/// assert_eq!(indicators::guard::without_comment("evil.example # seen in May"), "evil.example");
/// ```
pub fn without_comment(line: &str) -> &str {
    let line = line.trim();
    if line.starts_with('#') {
        return "";
    }
    let comment = line
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|&at| line.get(..at).is_some_and(|front| front.ends_with([' ', '\t', '\u{3000}'])));
    comment.and_then(|at| line.get(..at)).unwrap_or(line).trim()
}
