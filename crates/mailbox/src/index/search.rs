//! A question asked of an index.
//!
//! Each condition gives two sets of documents: those of which it **may** hold, and those of which it **must**. They
//! differ where the index knows less than the documents (a word that was cut, a name before an address). What may hold
//! in the end is held against the documents themselves.

use std::ops::ControlFlow;

use lexicon::ObservableType;
use rayon::prelude::*;

use super::keys::{self, ADDRESS, DOMAIN, GAP, PLAIN, WIDE, WORD, ip_of, key, whole};
use super::postings::Postings;
use super::problem::Damage;
use super::segment::Segment;
use super::{Index, Part, Set};
use crate::document::Field;
use crate::hit::{Hit, Question};
use crate::query::{Atom, Leaf, Node, Phrase, Range, matches};
use crate::watch::Watch;

/// Hits below which one thread is enough.
const FEW: usize = 300;

/// What may hold, and what must.
struct Sets {
    may: Set,
    must: Set,
}

impl Sets {
    fn exact(set: Set) -> Self {
        Self { may: set.clone(), must: set }
    }
}

type Asked<T> = Result<T, Damage>;

impl Index {
    /// The mails for which the question holds, newest first, in files below one of `roots` (all where there are none),
    /// and what could not be read.
    pub fn search(&self, question: &Question, roots: &[String]) -> (Vec<Hit>, Vec<Damage>) {
        let mut hits = Vec::new();
        let mut damages = self.damaged.clone();
        for part in &self.segments {
            match candidates(part, question) {
                Ok(candidates) => {
                    let docs: Vec<u32> = candidates.iter().collect();
                    let ask = |doc: &u32| match part.segment.document(*doc) {
                        Ok(mail) if is_below(mail.file(), roots) => Ok(question.ask(mail)),
                        Ok(_) => Ok(None),
                        Err(damage) => Err(damage),
                    };
                    let asked: Vec<Asked<Option<Hit>>> = match docs.len() {
                        0..FEW => docs.iter().map(ask).collect(),
                        _ => docs.par_iter().with_min_len(32).map(ask).collect(),
                    };
                    for one in asked {
                        match one {
                            Ok(hit) => hits.extend(hit),
                            Err(damage) if !damages.contains(&damage) => damages.push(damage),
                            Err(_) => {}
                        }
                    }
                }
                Err(damage) => {
                    damages.push(Damage { file: part.name.clone(), ..damage });
                }
            }
        }
        hits.sort_by(Hit::order);
        self.mark_damaged(&damages);
        (hits, damages)
    }
}

/// True for a file that is one of `roots` or lies below one.
pub(super) fn is_below(file: &str, roots: &[String]) -> bool {
    roots.is_empty()
        || roots.iter().any(|root| {
            let root = root.trim_end_matches('/');
            file.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', ';', '#']))
        })
}

/// The documents of which the question may hold.
fn candidates(part: &Part, question: &Question) -> Asked<Set> {
    let mut asked = Asking { segment: &part.segment, times: None };
    let mut set = asked.node(&question.query.top)?.may;
    set.and(&part.dropped.clone().not());
    if let Some(watch) = &question.watch {
        set.and(&asked.watch(watch)?);
    }
    Ok(set)
}

struct Asking<'s> {
    segment: &'s Segment,
    times: Option<Vec<(Option<i64>, u64)>>,
}

impl Asking<'_> {
    fn none(&self) -> Set {
        Set::none(self.segment.docs())
    }

    fn node(&mut self, node: &Node) -> Asked<Sets> {
        match node {
            Node::All => Ok(Sets::exact(Set::all(self.segment.docs()))),
            Node::Leaf(leaf) => self.leaf(leaf),
            Node::Not(inner) => {
                let Sets { may, must } = self.node(inner)?;
                Ok(Sets { may: must.not(), must: may.not() })
            }
            Node::And(all) => {
                let mut out = Sets::exact(Set::all(self.segment.docs()));
                for inner in all {
                    let Sets { may, must } = self.node(inner)?;
                    out.may.and(&may);
                    out.must.and(&must);
                }
                Ok(out)
            }
            Node::Or(all) => {
                let mut out = Sets::exact(self.none());
                for inner in all {
                    let Sets { may, must } = self.node(inner)?;
                    out.may.or(&may);
                    out.must.or(&must);
                }
                Ok(out)
            }
        }
    }

    fn leaf(&mut self, leaf: &Leaf) -> Asked<Sets> {
        match leaf {
            Leaf::Words(fields, phrase) => self.words(fields, phrase),
            Leaf::Address(fields, address) => {
                self.any(fields.iter().map(|field| key(*field, ADDRESS, cut(address)))).map(Sets::exact)
            }
            Leaf::Domain(fields, domain, phrase) => {
                let must = self.any(fields.iter().map(|field| key(*field, DOMAIN, cut(domain))))?;
                let mut may = must.clone();
                if !phrase.is_empty() {
                    may.or(&self.words(fields, phrase)?.may);
                }
                Ok(Sets { may, must })
            }
            Leaf::Host(name) => self.any([key(Field::Host, DOMAIN, cut(name))].into_iter()).map(Sets::exact),
            Leaf::Ip(range) => self.range(range).map(Sets::exact),
            Leaf::Exact(field, value) => {
                let set = self.any([whole(*field, value)].into_iter())?;
                // A long value was cut.
                let must = if value.len() < 180 { set.clone() } else { self.none() };
                Ok(Sets { may: set, must })
            }
            Leaf::Time(from, until) => self.rows(|(time, _)| {
                time.is_some_and(|time| {
                    from.is_none_or(|from| time >= from) && until.is_none_or(|until| time < until)
                })
            }),
            Leaf::Size(least, most) => self.rows(|(_, size)| (*least..=*most).contains(size)),
        }
    }

    fn rows(&mut self, holds: impl Fn(&(Option<i64>, u64)) -> bool) -> Asked<Sets> {
        if self.times.is_none() {
            self.times = Some(self.segment.times()?);
        }
        let mut set = self.none();
        for (at, row) in self.times.iter().flatten().enumerate() {
            if holds(row) {
                set.add(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
        Ok(Sets::exact(set))
    }

    /// The documents of any of these terms.
    fn any(&self, keys: impl Iterator<Item = Vec<u8>>) -> Asked<Set> {
        let mut set = self.none();
        for key in keys {
            if let Some(found) = self.segment.find(&key)? {
                found.docs.iter().for_each(|doc| set.add(*doc));
            }
        }
        Ok(set)
    }

    fn range(&self, range: &Range) -> Asked<Set> {
        let mut lists = Vec::new();
        self.segment.from(&[Field::Ip as u8], |key, list| {
            if key.first() != Some(&(Field::Ip as u8)) {
                return ControlFlow::Break(());
            }
            if ip_of(key).is_some_and(|address| range.contains(address)) {
                lists.push(list);
            }
            ControlFlow::Continue(())
        })?;
        let mut set = self.none();
        for list in lists {
            self.segment.postings(&list)?.docs.iter().for_each(|doc| set.add(*doc));
        }
        Ok(set)
    }

    fn words(&self, fields: &[Field], phrase: &Phrase) -> Asked<Sets> {
        let mut may = self.none();
        for field in fields {
            may.or(&self.phrase(*field, phrase)?);
        }
        let must = if is_exact(phrase) { may.clone() } else { self.none() };
        Ok(Sets { may, must })
    }

    /// The documents in which a phrase may stand in a field.
    fn phrase(&self, field: Field, phrase: &Phrase) -> Asked<Set> {
        let mut set = self.none();
        let wanted = constraints(phrase);
        let mut found: Vec<(u32, Vec<Postings>)> = Vec::with_capacity(wanted.len());
        for (offset, constraint) in &wanted {
            let lists = self.lists(field, constraint)?;
            if lists.is_empty() {
                return Ok(set);
            }
            found.push((*offset, lists));
        }
        // In which documents all of them stand.
        let mut all = Set::all(self.segment.docs());
        for (_, lists) in &found {
            let mut here = self.none();
            lists.iter().flat_map(|list| &list.docs).for_each(|doc| here.add(*doc));
            all.and(&here);
        }
        if found.len() < 2 {
            return Ok(all);
        }
        // Where the phrase would begin, told by each of its words: all must agree on one place.
        let mut begins: Option<Vec<u64>> = None;
        for (offset, lists) in &found {
            let mut here = Vec::new();
            for list in lists {
                list.positions(
                    |doc| all.has(doc),
                    |doc, position| {
                        if let Some(begin) = position.checked_sub(*offset) {
                            here.push(u64::from(doc) << 32 | u64::from(begin));
                        }
                    },
                )
                .ok_or_else(|| Damage::new("", "lists"))?;
            }
            if lists.len() > 1 {
                here.sort_unstable();
                here.dedup();
            }
            begins = Some(match begins {
                None => here,
                Some(before) => both(&before, &here),
            });
        }
        begins.iter().flatten().for_each(|begin| set.add((begin >> 32) as u32));
        Ok(set)
    }

    /// The lists of the terms that a constraint allows.
    fn lists(&self, field: Field, constraint: &Constraint) -> Asked<Vec<Postings>> {
        type Fits<'c> = Box<dyn Fn(&str) -> bool + 'c>;
        let (start, fits): (Vec<u8>, Fits<'_>) = match constraint {
            Constraint::Term(class, term) => {
                return Ok(self.segment.find(&key(field, *class, term.as_bytes()))?.into_iter().collect());
            }
            Constraint::Wide(c) => {
                (key(field, WIDE, c.encode_utf8(&mut [0; 4]).as_bytes()), Box::new(|_| true))
            }
            Constraint::Pattern(pattern) => {
                let literal = keys::word(pattern.split('*').next().unwrap_or_default());
                let fits = move |term: &str| {
                    // Of a word that was cut the rest may fit.
                    term.len() + 4 > WORD || matches(pattern, term)
                };
                (key(field, PLAIN, literal.as_bytes()), Box::new(fits))
            }
        };
        let mut lists = Vec::new();
        self.segment.from(&start, |key, list| {
            if !key.starts_with(&start) {
                return ControlFlow::Break(());
            }
            let term = key.get(2..).and_then(|term| std::str::from_utf8(term).ok()).unwrap_or_default();
            if fits(term) {
                lists.push(list);
            }
            ControlFlow::Continue(())
        })?;
        lists.iter().map(|list| self.segment.postings(list)).collect()
    }

    /// The documents in which an indicator may be seen.
    fn watch(&self, watch: &Watch) -> Asked<Set> {
        let mut wanted: Vec<Vec<u8>> = Vec::new();
        let mut set = self.none();
        for indicator in watch.list() {
            let value = indicator.value.as_str();
            match indicator.kind {
                ObservableType::DomainName => wanted.push(key(Field::Host, DOMAIN, cut(value))),
                ObservableType::EmailAddr => wanted.push(whole(Field::Address, value)),
                ObservableType::File => wanted.push(whole(Field::Hash, value)),
                ObservableType::Ipv4Addr | ObservableType::Ipv6Addr => {
                    wanted.extend(value.parse().ok().map(keys::ip));
                }
                ObservableType::Url => {
                    set.or(&self.phrase(Field::Url, &Phrase::of(&value.replace('*', " ")))?);
                }
            }
        }
        for range in watch.ranges() {
            set.or(&self.range(range)?);
        }
        // In their order, blocks are read one after the other.
        wanted.sort_unstable();
        wanted.dedup();
        set.or(&self.any(wanted.into_iter())?);
        Ok(set)
    }
}

/// The bytes of a value that a key keeps.
fn cut(value: &str) -> &[u8] {
    lexicon::text::cut(value, 200).as_bytes()
}

/// What must stand at a place of a phrase.
enum Constraint {
    /// This term.
    Term(u8, String),
    /// A wide character, whatever follows.
    Wide(char),
    Pattern(String),
}

/// What a phrase asks of each of its places. Two wide characters in a row are one term.
fn constraints(phrase: &Phrase) -> Vec<(u32, Constraint)> {
    let mut out = Vec::new();
    for (at, atom) in phrase.atoms.iter().enumerate() {
        let offset = u32::try_from(at).unwrap_or(u32::MAX);
        match atom {
            Atom::Any => {}
            Atom::Word(word) => out.push((offset, Constraint::Term(PLAIN, keys::word(word).to_owned()))),
            Atom::Pattern(pattern) => out.push((offset, Constraint::Pattern(pattern.clone()))),
            Atom::Wide(c, joined) => match phrase.atoms.get(at + 1) {
                Some(Atom::Wide(next, true)) => {
                    out.push((offset, Constraint::Term(WIDE, String::from_iter([*c, *next]))));
                }
                // The pair before holds it already.
                _ if *joined && at > 0 => {}
                _ => out.push((offset, Constraint::Wide(*c))),
            },
        }
    }
    out
}

/// True if the index knows all that the phrase asks for.
fn is_exact(phrase: &Phrase) -> bool {
    phrase.atoms.len() < GAP as usize
        && phrase.atoms.iter().all(|atom| match atom {
            Atom::Word(word) => word.len() < WORD - 4,
            Atom::Pattern(_) => false,
            Atom::Any | Atom::Wide(..) => true,
        })
}

/// What stands in both, each in rising order.
fn both(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = Vec::new();
    let mut b = b.iter().peekable();
    for x in a {
        while b.next_if(|y| *y < x).is_some() {}
        if b.peek() == Some(&x) {
            out.push(*x);
        }
    }
    out
}
