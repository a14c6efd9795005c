//! An expression as it is worked out on one mail, with the evidence for its answer.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::rc::Rc;

use lexicon::facts::{MailFacts, Tell};
use lexicon::text::{cut, visible};
use regex::Regex;

use super::field::{self, Field, Sort, Value};
use super::net::Net;

/// Bytes of texts that all the rules may look through in one mail: a bound on the time that they take.
const WORK_BYTES: usize = 256 << 20;
/// How much more a pattern takes than a plain text, where its automaton does not fit into memory.
const PATTERN_WORK: usize = 8;
/// Characters of a value that the evidence shows.
const SHOWN: usize = 120;
/// Characters that the evidence shows before the place that matched, in a long value.
const BEFORE: usize = 30;
/// Pieces of evidence shown.
const PIECES: usize = 5;
/// Names below a listed domain that are tried.
const LABELS: usize = 20;

/// What must hold.
#[derive(Debug)]
pub(super) enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test(Test),
}

/// One question about one field.
#[derive(Debug)]
pub(super) struct Test {
    pub(super) field: Field,
    pub(super) ask: Ask,
    /// How many values must answer yes; any of them where nothing is said.
    pub(super) count: Option<(Compare, u64)>,
}

/// What is asked of each value.
#[derive(Debug)]
pub(super) enum Ask {
    Exists,
    Contains(Vec<String>),
    StartsWith(Vec<String>),
    EndsWith(Vec<String>),
    Matches(Box<Regex>),
    In(List),
    Nets(Vec<Net>),
    Number(Compare, u64),
}

/// Values to choose from.
#[derive(Debug, Default)]
pub(super) struct List {
    whole: HashSet<String>,
    /// Entries that began with a dot: every name that ends so.
    below: HashSet<String>,
}

impl List {
    /// Takes an entry in its plain form; of `hosts` one that begins with a dot means all names below it.
    pub(super) fn add(&mut self, entry: String, hosts: bool) {
        match entry.strip_prefix("*.").or_else(|| entry.strip_prefix('.')) {
            Some(parent) if hosts && !parent.is_empty() => self.below.insert(parent.to_owned()),
            _ => self.whole.insert(entry),
        };
    }

    fn holds(&self, plain: &str) -> bool {
        self.whole.contains(plain)
            || (!self.below.is_empty()
                && plain
                    .match_indices('.')
                    .take(LABELS)
                    .any(|(at, _)| plain.get(at + 1..).is_some_and(|parent| self.below.contains(parent))))
    }
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    AtLeast,
    AtMost,
    More,
    Less,
    Equal,
    Other,
}

impl Compare {
    pub(super) fn parse(mark: &str) -> Option<Self> {
        Some(match mark {
            ">=" => Self::AtLeast,
            "<=" => Self::AtMost,
            ">" => Self::More,
            "<" => Self::Less,
            "=" | "==" => Self::Equal,
            "!=" => Self::Other,
            _ => return None,
        })
    }

    fn holds(self, a: u64, b: u64) -> bool {
        match self {
            Self::AtLeast => a >= b,
            Self::AtMost => a <= b,
            Self::More => a > b,
            Self::Less => a < b,
            Self::Equal => a == b,
            Self::Other => a != b,
        }
    }
}

/// A mail on which expressions are worked out; the plain form of each field is made once.
pub(super) struct Mail<'f> {
    facts: &'f MailFacts,
    known: HashMap<Field, Rc<Vec<Value<'f>>>>,
    work: usize,
}

impl<'f> Mail<'f> {
    pub(super) fn new(facts: &'f MailFacts) -> Self {
        Self { facts, known: HashMap::new(), work: WORK_BYTES }
    }

    /// True once the rules have looked through more than they may.
    pub(super) fn is_spent(&self) -> bool {
        self.work == 0
    }

    /// Lets the rules that follow ask for an own tell.
    pub(super) fn told(&mut self, tell: &Tell) {
        let field = Field { name: "tell", sort: Sort::Flag, argument: Some(tell.id.clone()) };
        self.known.insert(field, Rc::new(vec![Value::of_own(tell)]));
    }

    fn values(&mut self, field: &Field) -> Rc<Vec<Value<'f>>> {
        if let Some(values) = self.known.get(field) {
            return Rc::clone(values);
        }
        let values = Rc::new(field::values(self.facts, field));
        self.known.insert(field.clone(), Rc::clone(&values));
        values
    }

    /// The evidence, if the expression holds. Never deeper than its parser allows.
    pub(super) fn holds(&mut self, node: &Node) -> Option<Vec<String>> {
        match node {
            Node::All(nodes) => {
                let mut evidence = Vec::new();
                for node in nodes {
                    evidence.extend(self.holds(node)?);
                }
                evidence.truncate(PIECES);
                Some(evidence)
            }
            Node::Any(nodes) => nodes.iter().find_map(|node| self.holds(node)),
            Node::Not(node) => match self.holds(node) {
                Some(_) => None,
                None => Some(Vec::new()),
            },
            Node::Test(test) => self.test(test),
        }
    }

    fn test(&mut self, test: &Test) -> Option<Vec<String>> {
        let values = self.values(&test.field);
        let mut found = 0;
        let mut evidence = Vec::new();
        for value in values.iter() {
            let Some(at) = self.value(&test.ask, value) else { continue };
            found += 1;
            if evidence.len() < PIECES {
                evidence.push(show(value, at));
            }
            if test.count.is_none() {
                break;
            }
        }
        let holds = test.count.map_or(found > 0, |(compare, number)| compare.holds(found, number));
        holds.then_some(evidence)
    }

    /// Where in the plain form the answer is, if it is yes.
    fn value(&mut self, ask: &Ask, value: &Value<'_>) -> Option<usize> {
        let plain = value.plain.as_str();
        let looks = match ask {
            Ask::Contains(needles) | Ask::StartsWith(needles) | Ask::EndsWith(needles) => needles.len(),
            Ask::Nets(nets) => nets.len() / 8 + 1,
            Ask::Matches(_) => PATTERN_WORK,
            _ => 1,
        };
        self.work = self.work.saturating_sub((plain.len() + 16).saturating_mul(looks));
        if self.work == 0 {
            return None;
        }
        match ask {
            Ask::Exists => Some(0),
            Ask::Contains(needles) => needles.iter().find_map(|needle| plain.find(needle)),
            Ask::StartsWith(needles) => needles.iter().any(|needle| plain.starts_with(needle)).then_some(0),
            Ask::EndsWith(needles) => {
                needles.iter().any(|needle| plain.ends_with(needle)).then_some(plain.len())
            }
            Ask::Matches(pattern) => pattern.find(plain).map(|found| found.start()),
            Ask::In(list) => list.holds(plain).then_some(0),
            Ask::Nets(nets) => {
                let address: IpAddr = plain.trim().parse().ok()?;
                nets.iter().any(|net| net.holds(address)).then_some(0)
            }
            Ask::Number(compare, number) => compare.holds(value.number, *number).then_some(0),
        }
    }
}

/// `subject: 請求書のご確認`; of a long value the part around `at`, in its plain form.
fn show(value: &Value<'_>, at: usize) -> String {
    if value.shown.chars().nth(SHOWN).is_none() {
        return format!("{}: {}", value.place, visible(value.shown.trim()));
    }
    let head = cut(&value.plain, at);
    let start = head.char_indices().rev().nth(BEFORE).map_or(0, |(at, _)| at);
    let part: String = value.plain.get(start..).unwrap_or("").chars().take(SHOWN).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if start + part.len() < value.plain.len() { "…" } else { "" };
    format!("{}: {before}{}{after}", value.place, visible(part.trim()))
}
