//! The query language: what notmuch and Gmail users write, with one exact meaning.
//!
//! `docs/guide/mail-search.md` is its reference. [`Query::parse`] reads it, [`Query::holds`] asks a document;
//! [`crate::index`] asks whole mailboxes the same question.

mod date;
mod holds;
mod names;
mod parse;
mod phrase;
mod problem;
mod token;

use std::net::IpAddr;

use indicators::guard::Cidr;

pub use date::Moment;
pub(crate) use holds::normal_address;
pub use holds::{Found, Text};
pub use phrase::{Atom, Phrase};
pub(crate) use phrase::{Words, matches};
pub use problem::Problem;

use crate::document::Field;

/// Characters of a query.
pub const MAX_QUERY: usize = 64 << 10;
/// Parentheses inside of parentheses.
pub const MAX_DEPTH: usize = 64;
/// Terms of a query.
pub const MAX_TERMS: usize = 10_000;

/// A query that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub(crate) top: Node,
}

/// What a query is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Every mail.
    All,
    /// One condition.
    Leaf(Leaf),
    /// What does not hold.
    Not(Box<Node>),
    /// All of them.
    And(Vec<Node>),
    /// At least one of them.
    Or(Vec<Node>),
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leaf {
    /// Words in a row, in one text of one of these fields.
    Words(&'static [Field], Phrase),
    /// This address in one of these fields.
    Address(&'static [Field], String),
    /// An address of this domain or below it in one of these fields, or the words in the display name.
    Domain(&'static [Field], String, Phrase),
    /// This host, or one below it.
    Host(String),
    /// An address in this range.
    Ip(Range),
    /// This value, whole.
    Exact(Field, String),
    /// Sent at or after the first and before the second, seconds since 1970.
    Time(Option<i64>, Option<i64>),
    /// At least and at most so many bytes.
    Size(u64, u64),
}

/// A range of IP addresses, or one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range(Cidr);

impl Range {
    /// The range or address of a text.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(range) = Cidr::parse(text) {
            return Some(Self(range));
        }
        let address: IpAddr = text.parse().ok()?;
        Cidr::new(address, if address.is_ipv4() { 32 } else { 128 }).map(Self)
    }

    /// True if the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(address)
    }
}

/// What a query depends on besides its text.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// The time now: `newer_than:7d`.
    pub now: jiff::Timestamp,
    /// The zone in which days begin.
    pub zone: jiff::tz::Offset,
}

impl Context {
    /// Days begin as in Japan.
    ///
    /// ```
    /// let context = mailbox::query::Context::japan(jiff::Timestamp::UNIX_EPOCH);
    /// assert_eq!(context.zone.seconds(), 9 * 3600);
    /// ```
    pub fn japan(now: jiff::Timestamp) -> Self {
        Self { now, zone: jiff::tz::offset(9) }
    }
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// What is wrong, where, and what to write instead.
    ///
    /// ```
    /// use mailbox::query::{Context, Query};
    /// let context = Context::japan(jiff::Timestamp::UNIX_EPOCH);
    /// assert!(Query::parse("from:example.com subject:請求書 -has:attachment", &context).is_ok());
    /// let problem = Query::parse("(invoice", &context).unwrap_err();
    /// assert_eq!(problem.at, 0..1);
    /// ```
    pub fn parse(text: &str, context: &Context) -> Result<Self, Problem> {
        parse::parse(text, context).map(|top| Self { top })
    }

    /// The query that holds of every mail.
    pub fn all() -> Self {
        Self { top: Node::All }
    }

    /// The node on top.
    pub fn top(&self) -> &Node {
        &self.top
    }
}
