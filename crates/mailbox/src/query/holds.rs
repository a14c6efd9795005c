//! A query held against one document. The index answers the same question for many; what it answers is held against
//! the document once more, so that scanning and the index cannot differ.

use std::cell::OnceCell;
use std::net::IpAddr;
use std::ops::Range;

use super::{Leaf, Node, Phrase, Query, Words};
use crate::document::{Document, Entry, Field, address_of, name_of};

/// Where a query matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The entry of the document.
    pub entry: usize,
    /// The bytes of its text; empty where the whole entry is meant.
    pub at: Vec<Range<usize>>,
}

/// Spans told of one entry.
const SPANS: usize = 50;

/// A document with its words, each text split once.
pub struct Text<'d> {
    document: &'d Document,
    words: Vec<OnceCell<Words>>,
}

impl<'d> Text<'d> {
    /// The words of a document, split when they are first asked for.
    pub fn of(document: &'d Document) -> Self {
        let words = document.entries.iter().map(|_| OnceCell::new()).collect();
        Self { document, words }
    }

    fn entries(&self) -> impl Iterator<Item = (usize, &'d Entry)> + use<'d> {
        self.document.entries.iter().enumerate()
    }

    fn words(&self, at: usize) -> Option<&Words> {
        let entry = self.document.entries.get(at)?;
        Some(self.words.get(at)?.get_or_init(|| Words::of(&entry.text)))
    }
}

impl Query {
    /// Whether the query holds of a document, and where it shows; `None` where it does not hold.
    ///
    /// ```
    /// use mailbox::query::{Context, Query, Text};
    /// use mailbox::{Document, Entry, Field};
    /// let context = Context::japan(jiff::Timestamp::UNIX_EPOCH);
    /// let entry = Entry { field: Field::Subject, place: "header:subject".into(), text: "御請求書".into() };
    /// let mail = Document { entries: vec![entry], ..Document::default() };
    /// let found = Query::parse("請求", &context).unwrap().holds(&Text::of(&mail)).unwrap();
    /// assert_eq!(found[0].at, [3..9]);
    /// ```
    pub fn holds(&self, text: &Text<'_>) -> Option<Vec<Found>> {
        let mut found = Vec::new();
        if !node(&self.top, text, &mut Some(&mut found)) {
            return None;
        }
        found.sort_by_key(|found: &Found| found.entry);
        let mut merged: Vec<Found> = Vec::new();
        for next in found {
            match merged.last_mut() {
                Some(last) if last.entry == next.entry => last.at.extend(next.at),
                _ => merged.push(next),
            }
        }
        for found in &mut merged {
            found.at.sort_by_key(|at| (at.start, std::cmp::Reverse(at.end)));
            found.at.dedup_by(|later, first| later.start < first.end);
        }
        Some(merged)
    }
}

type To<'f> = Option<&'f mut Vec<Found>>;

fn node(asked: &Node, text: &Text<'_>, to: &mut To<'_>) -> bool {
    match asked {
        Node::All => true,
        Node::Not(inner) => !node(inner, text, &mut None),
        Node::And(all) => all.iter().all(|inner| node(inner, text, to)),
        // Every side is asked: each may show something.
        Node::Or(all) => {
            all.iter().fold(
                false,
                |held, inner| {
                    if held && to.is_none() { true } else { node(inner, text, to) || held }
                },
            )
        }
        Node::Leaf(asked) => leaf(asked, text, to),
    }
}

fn leaf(asked: &Leaf, text: &Text<'_>, to: &mut To<'_>) -> bool {
    let document = text.document;
    match asked {
        Leaf::Time(from, until) => document.time.is_some_and(|time| {
            from.is_none_or(|from| time >= from) && until.is_none_or(|until| time < until)
        }),
        Leaf::Size(least, most) => (*least..=*most).contains(&document.size),
        Leaf::Words(fields, phrase) => any(text, fields, to, |at, _| spans(text, at, phrase, SPANS)),
        Leaf::Address(fields, address) => {
            any(text, fields, to, |_, entry| whole(same_address(address_of(&entry.text), address)))
        }
        Leaf::Domain(fields, domain, phrase) => any(text, fields, to, |at, entry| {
            if is_of_domain(address_of(&entry.text), domain) {
                return Some(Vec::new());
            }
            let name = name_of(&entry.text).len();
            let spans: Vec<_> =
                spans(text, at, phrase, SPANS)?.into_iter().filter(|at| at.end <= name).collect();
            (!spans.is_empty()).then_some(spans)
        }),
        Leaf::Host(name) => any(text, &[Field::Host], to, |_, entry| whole(is_below(&entry.text, name))),
        Leaf::Ip(range) => any(text, &[Field::Ip], to, |_, entry| {
            whole(entry.text.parse::<IpAddr>().is_ok_and(|address| range.contains(address)))
        }),
        Leaf::Exact(field, value) => {
            any(text, std::slice::from_ref(field), to, |_, entry| whole(entry.text.to_lowercase() == *value))
        }
    }
}

/// Asks every entry of these fields.
fn any(
    text: &Text<'_>,
    fields: &[Field],
    to: &mut To<'_>,
    ask: impl Fn(usize, &Entry) -> Option<Vec<Range<usize>>>,
) -> bool {
    let mut held = false;
    for (at, entry) in text.entries().filter(|(_, entry)| fields.contains(&entry.field)) {
        let Some(spans) = ask(at, entry) else { continue };
        held = true;
        match to {
            Some(to) => to.push(Found { entry: at, at: spans }),
            None => break,
        }
    }
    held
}

fn whole(held: bool) -> Option<Vec<Range<usize>>> {
    held.then(Vec::new)
}

fn spans(text: &Text<'_>, at: usize, phrase: &Phrase, most: usize) -> Option<Vec<Range<usize>>> {
    let spans = phrase.places(text.words(at)?, most);
    (!spans.is_empty()).then_some(spans)
}

/// True if the address as written is the one looked for, in its normal form.
fn same_address(written: &str, wanted: &str) -> bool {
    normal_address(written).is_some_and(|(local, domain)| {
        wanted.rsplit_once('@').is_some_and(|(l, d)| local == l && domain == d)
    })
}

fn is_of_domain(written: &str, domain: &str) -> bool {
    normal_address(written).is_some_and(|(_, found)| is_below(&found, domain))
}

/// The local part and the domain of an address in their normal form.
pub(crate) fn normal_address(written: &str) -> Option<(String, String)> {
    let (local, domain) = written.trim().rsplit_once('@')?;
    let domain = domain.trim_end_matches('.');
    let domain = match indicators::shape::classify(domain) {
        Some((lexicon::ObservableType::DomainName, name)) => name,
        _ => domain.to_lowercase(),
    };
    Some((local.to_lowercase(), domain))
}

/// True for the name itself and everything below it.
pub(crate) fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
