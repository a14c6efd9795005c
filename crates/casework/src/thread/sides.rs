//! Who is the desk, and who writes to it from outside.

use std::collections::BTreeMap;

use super::letter::Letter;
use crate::party;

/// The organisations whose mail is looked at, where that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    domains: Vec<String>,
    /// Domains where anybody gets an address, beside those that are known to everybody.
    free: std::collections::BTreeSet<String>,
}

impl Own {
    /// Organisations with these domains; mail from below a domain (`mail.member.example`) is theirs too.
    ///
    /// ```
    /// let own = casework::thread::Own::new(["Member.Example"]);
    /// assert!(own.has("info@desk.member.example") && !own.has("info@notmember.example"));
    /// ```
    pub fn new<D: Into<String>>(domains: impl IntoIterator<Item = D>) -> Self {
        let mut domains: Vec<String> =
            domains.into_iter().map(|domain| domain.into().trim().to_lowercase()).collect();
        domains.retain(|domain| !domain.is_empty());
        domains.sort_unstable();
        domains.dedup();
        Self { domains, free: std::collections::BTreeSet::new() }
    }

    /// The same, knowing also the free mail services that the dissections of these letters told.
    pub(super) fn told_by(&self, letters: &[Letter]) -> Self {
        let domain =
            |letter: &Letter| letter.from.as_deref()?.rsplit_once('@').map(|(_, domain)| domain.to_owned());
        let free = letters.iter().filter(|letter| letter.freemail).filter_map(domain).collect();
        Self { domains: self.domains.clone(), free }
    }

    /// True if an address is of one of them.
    pub fn has(&self, address: &str) -> bool {
        self.domain_of(address).is_some()
    }

    fn domain_of(&self, address: &str) -> Option<&str> {
        let (_, mut domain) = address.rsplit_once('@')?;
        loop {
            if let Ok(at) = self.domains.binary_search_by(|own| own.as_str().cmp(domain)) {
                return self.domains.get(at).map(String::as_str);
            }
            domain = domain.split_once('.')?.1;
        }
    }

    /// True if a letter's sender has the address from a service where anybody gets one: a mail copied into a forward has
    /// no tells of its own, but other mails told of the service.
    pub(super) fn is_free(&self, letter: &Letter) -> bool {
        let domain = letter.from.as_deref().and_then(|from| from.rsplit_once('@')).map(|(_, domain)| domain);
        letter.freemail || domain.is_some_and(|domain| self.free.contains(domain))
    }

    /// Whose address it is.
    pub(super) fn party(&self, address: &str) -> String {
        if let Some(own) = self.domain_of(address) {
            return own.to_owned();
        }
        let free = address.rsplit_once('@').is_some_and(|(_, domain)| self.free.contains(domain));
        if free { address.to_owned() } else { party::party(address) }
    }
}

/// The two sides of a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sides {
    /// The organisation that is written to: its domain. Empty where there are no two sides.
    pub(super) desk: String,
    /// Its address that was written to.
    pub(super) window: String,
    /// The first address that writes from outside.
    pub(super) outside: String,
}

impl Sides {
    /// True if the letter comes from outside.
    pub(super) fn is_outside(&self, letter: &Letter, own: &Own) -> bool {
        letter.from.as_deref().is_some_and(|from| own.party(from) != self.desk)
    }
}

/// The sides of a conversation whose letters stand in the order of time; `None` where nobody answers to anybody.
pub(super) fn of(letters: &[&Letter], own: &Own) -> Option<Sides> {
    let desk = desk(letters, own)?;
    let outside = letters.iter().find_map(|letter| {
        let from = letter.from.as_deref()?;
        let to_desk = letter.to.is_empty() || letter.to.iter().any(|to| own.party(to) == desk);
        (own.party(from) != desk && to_desk).then(|| from.to_owned())
    });
    let outside = outside.or_else(|| {
        // Only the desk's own letters were given: those to whom it writes.
        letters.iter().flat_map(|letter| &letter.to).find(|to| own.party(to) != desk).cloned()
    })?;
    let window = letters
        .iter()
        .flat_map(|letter| letter.to.iter().chain(letter.from.iter()))
        .find(|address| own.party(address) == desk)
        .cloned()
        .unwrap_or_default();
    Some(Sides { desk, window, outside })
}

fn desk(letters: &[&Letter], own: &Own) -> Option<String> {
    let mut named: BTreeMap<String, usize> = BTreeMap::new();
    for address in letters.iter().flat_map(|letter| letter.from.iter().chain(&letter.to)) {
        if own.has(address) {
            *named.entry(own.party(address)).or_default() += 1;
        }
    }
    if let Some((desk, _)) =
        named.into_iter().max_by_key(|(desk, times)| (*times, std::cmp::Reverse(desk.clone())))
    {
        return Some(desk);
    }
    let first = letters.iter().find(|letter| letter.from.is_some() && !letter.to.is_empty())?;
    let from = own.party(first.from.as_deref()?);
    let to = first.to.iter().map(|to| own.party(to)).find(|to| *to != from)?;
    let free = |party: &str| party.contains('@');
    // Of a company and one with an address that anybody can have, the company is the desk. Otherwise the one who is
    // written to first is; an answer, though, is the desk's, unless a file comes with it.
    let answered_first = first.is_answer && first.payload.is_empty() && !own.is_free(first);
    Some(match (free(&from), free(&to)) {
        (true, false) => to,
        (false, true) => from,
        _ if answered_first => from,
        _ => to,
    })
}
