//! Indicators held against mails: each is told once a mail, with every place where it stands.
//!
//! - A domain is found itself and below: `evil.example` in `www.evil.example`, never in `notevil.example`.
//! - An address or a range of IP addresses is found wherever an address of it is seen: in the text, in a link, on the
//!   way that the mail took.
//! - A URL is found itself and as the beginning of a longer one, up to a sign that ends a part (`/ ? & # =`).
//! - An e-mail address is found in the header and in the text; a hash among those of the mail and of everything in it.

use std::net::IpAddr;

use lexicon::ObservableType;
use rustc_hash::FxHashMap;

use crate::document::{Document, Field};
use crate::query::Range;

/// An indicator to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What it is.
    pub kind: ObservableType,
    /// Its normal form.
    pub value: String,
    /// The advisory that it is from.
    pub advisory: Option<String>,
}

/// Indicators, ready to be looked for.
#[derive(Debug, Default)]
pub struct Watch {
    list: Vec<Wanted>,
    domains: FxHashMap<String, usize>,
    addresses: FxHashMap<IpAddr, usize>,
    ranges: Vec<(Range, usize)>,
    urls: FxHashMap<String, usize>,
    mailboxes: FxHashMap<String, usize>,
    hashes: FxHashMap<String, usize>,
}

/// An indicator that was seen in a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its number in [`Watch::list`].
    pub indicator: usize,
    /// What was seen, as the mail has it.
    pub value: String,
    /// Where it stands, first place first.
    pub places: Vec<String>,
}

/// Places told of one indicator in one mail.
const PLACES: usize = 20;
/// Parts of a URL at which a shorter one may end.
const PARTS: usize = 64;

impl Watch {
    /// Looks for these; of the same one twice, the first counts.
    ///
    /// ```
    /// use lexicon::ObservableType;
    /// use mailbox::watch::{Wanted, Watch};
    /// use mailbox::{Document, Entry, Field};
    /// let wanted = |value: &str| Wanted { kind: ObservableType::DomainName, value: value.into(), advisory: None };
    /// let watch = Watch::new(vec![wanted("evil.example"), wanted("vil.example")]);
    /// let seen = Entry { field: Field::Host, place: "html:link".into(), text: "www.evil.example".into() };
    /// let mail = Document { entries: vec![seen], ..Document::default() };
    /// let hits = watch.seen_in(&mail);
    /// assert_eq!((hits.len(), hits[0].indicator), (1, 0));
    /// ```
    pub fn new(list: Vec<Wanted>) -> Self {
        let mut watch = Self::default();
        for (at, wanted) in list.iter().enumerate() {
            let value = wanted.value.clone();
            match wanted.kind {
                ObservableType::DomainName => {
                    watch.domains.entry(value).or_insert(at);
                }
                ObservableType::EmailAddr => {
                    watch.mailboxes.entry(value).or_insert(at);
                }
                ObservableType::File => {
                    watch.hashes.entry(value).or_insert(at);
                }
                ObservableType::Url => {
                    watch.urls.entry(url_key(&value)).or_insert(at);
                }
                ObservableType::Ipv4Addr | ObservableType::Ipv6Addr => match value.parse() {
                    Ok(address) => {
                        watch.addresses.entry(address).or_insert(at);
                    }
                    Err(_) => watch.ranges.extend(Range::parse(&value).map(|range| (range, at))),
                },
            }
        }
        watch.list = list;
        watch
    }

    /// The indicators, in the order given.
    pub fn list(&self) -> &[Wanted] {
        &self.list
    }

    /// The ranges among them.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = &Range> {
        self.ranges.iter().map(|(range, _)| range)
    }

    /// Those that are seen in a mail, in the order of the list.
    pub fn seen_in(&self, document: &Document) -> Vec<Seen> {
        let mut out: Vec<Seen> = Vec::new();
        let mut tell = |indicator: usize, value: &str, place: &str| match out
            .iter_mut()
            .find(|seen| seen.indicator == indicator)
        {
            Some(seen) if seen.places.len() < PLACES && seen.places.iter().all(|known| known != place) => {
                seen.places.push(place.to_owned());
            }
            Some(_) => {}
            None => out.push(Seen { indicator, value: value.to_owned(), places: vec![place.to_owned()] }),
        };
        for entry in &document.entries {
            let text = entry.text.as_str();
            match entry.field {
                Field::Host => {
                    let mut name = text;
                    loop {
                        if let Some(at) = self.domains.get(name) {
                            tell(*at, text, &entry.place);
                        }
                        match name.split_once('.') {
                            Some((_, rest)) => name = rest,
                            None => break,
                        }
                    }
                }
                Field::Ip => {
                    let Ok(address) = text.parse::<IpAddr>() else { continue };
                    if let Some(at) = self.addresses.get(&address) {
                        tell(*at, text, &entry.place);
                    }
                    for (_, at) in self.ranges.iter().filter(|(range, _)| range.contains(address)) {
                        tell(*at, text, &entry.place);
                    }
                }
                Field::Url if !self.urls.is_empty() => {
                    for part in url_parts(&url_key(text)) {
                        if let Some(at) = self.urls.get(part) {
                            tell(*at, text, &entry.place);
                        }
                    }
                }
                Field::Address => {
                    if let Some(at) = self.mailboxes.get(text) {
                        tell(*at, text, &entry.place);
                    }
                }
                Field::Hash => {
                    if let Some(at) = self.hashes.get(text) {
                        tell(*at, text, &entry.place);
                    }
                }
                _ => {}
            }
        }
        out.sort_by_key(|seen| seen.indicator);
        out
    }
}

/// A URL with its scheme and host in lower case, without a slash at its end.
fn url_key(url: &str) -> String {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url.get(host..).and_then(|rest| rest.find(['/', '?', '#'])).map_or(url.len(), |at| host + at);
    let (head, tail) = url.split_at(end);
    let mut key = head.to_lowercase();
    key.push_str(tail);
    key.truncate(key.trim_end_matches('/').len());
    key
}

/// The URL and its beginnings that end with a part.
fn url_parts(key: &str) -> impl Iterator<Item = &str> {
    let host = key.find("://").map_or(0, |at| at + 3);
    let ends = key
        .char_indices()
        .filter(move |(at, c)| *at > host && matches!(c, '/' | '?' | '&' | '#' | '='))
        .flat_map(|(at, c)| [at, at + c.len_utf8()])
        .take(PARTS);
    ends.filter(|end| *end < key.len()).filter_map(|end| key.get(..end)).chain(std::iter::once(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Entry;

    #[track_caller]
    fn check(kind: ObservableType, wanted: &str, field: Field, seen: &str, expect: bool) {
        let wanted = Wanted { kind, value: wanted.to_owned(), advisory: None };
        let entry = Entry { field, place: "body".to_owned(), text: seen.to_owned() };
        let mail = Document { entries: vec![entry], ..Document::default() };
        let shown = format!("{wanted:?} in {seen}");
        assert_eq!(!Watch::new(vec![wanted]).seen_in(&mail).is_empty(), expect, "{shown}");
    }

    #[test]
    fn a_domain_is_found_itself_and_below() {
        let check =
            |wanted, seen, expect| check(ObservableType::DomainName, wanted, Field::Host, seen, expect);
        check("ver.example", "ver.example", true);
        check("ver.example", "a.b.ver.example", true);
        check("ver.example", "steamserver.example", false);
        check("ver.example", "ver.example.evil.example", false);
    }

    #[test]
    fn a_url_is_found_itself_and_as_the_beginning_of_another() {
        let check = |wanted, seen, expect| check(ObservableType::Url, wanted, Field::Url, seen, expect);
        check("https://evil.example/a", "https://EVIL.example/a", true);
        check("https://evil.example/a", "https://evil.example/a/b?c", true);
        check("https://evil.example/a", "https://evil.example/ab", false);
        check("https://evil.example/a?id=", "https://evil.example/a?id=7", true);
        check("https://evil.example/", "https://evil.example", true);
        check("https://evil.example/a", "http://evil.example/a", false);
    }

    #[test]
    fn an_address_is_found_in_its_range() {
        check(ObservableType::Ipv4Addr, "192.0.2.0/24", Field::Ip, "192.0.2.9", true);
        check(ObservableType::Ipv4Addr, "192.0.2.0/24", Field::Ip, "198.51.100.9", false);
        check(ObservableType::Ipv6Addr, "2001:db8::1", Field::Ip, "2001:db8:0::1", true);
    }
}
