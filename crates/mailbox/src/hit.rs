//! A mail that was found, and why.

use crate::document::{Document, Entry, Field};
use crate::query::{Found, Query, Text};
use crate::snippet::{self, Snippet};
use crate::watch::{Seen, Watch};

/// What is asked of every mail.
#[derive(Debug)]
pub struct Question {
    /// The query that must hold.
    pub query: Query,
    /// The indicators of which one must be seen, where there are some.
    pub watch: Option<Watch>,
    /// Columns of a snippet.
    pub columns: usize,
}

/// A mail that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The mail, without its texts.
    pub mail: Document,
    /// Where the query matched, in the mail's order, each place once.
    pub places: Vec<String>,
    /// The place that the snippet is from; empty where nothing can be shown.
    pub shown: String,
    /// A piece of the text around the first match.
    pub snippet: Snippet,
    /// The indicators that were seen.
    pub seen: Vec<Seen>,
}

impl Question {
    /// Asks one mail.
    pub fn ask(&self, mut mail: Document) -> Option<Hit> {
        let seen = match &self.watch {
            Some(watch) => {
                let seen = watch.seen_in(&mail);
                if seen.is_empty() {
                    return None;
                }
                seen
            }
            None => Vec::new(),
        };
        let found = self.query.holds(&Text::of(&mail))?;
        let mut places: Vec<String> = Vec::new();
        for place in found.iter().filter_map(|found| mail.entries.get(found.entry)).map(|entry| &entry.place)
        {
            if !places.contains(place) {
                places.push(place.clone());
            }
        }
        let (shown, snippet) = self.snippet(&mail, &found);
        mail.entries = Vec::new();
        Some(Hit { mail, places, shown, snippet, seen })
    }

    fn snippet(&self, mail: &Document, found: &[Found]) -> (String, Snippet) {
        let entry = |found: &Found| mail.entries.get(found.entry);
        let best = found
            .iter()
            .filter_map(|found| entry(found).map(|entry| (entry, found.at.as_slice())))
            .min_by_key(|(entry, at)| (at.is_empty(), rank(entry)));
        // A query without words: the beginning of the text.
        let shown = best.or_else(|| {
            mail.entries.iter().find(|entry| entry.field == Field::Body).map(|entry| (entry, [].as_slice()))
        });
        match shown {
            Some((entry, at)) => (entry.place.clone(), snippet::of(&entry.text, at, self.columns)),
            None => (String::new(), Snippet::default()),
        }
    }
}

/// What shows best why a mail was found.
fn rank(entry: &Entry) -> u8 {
    match entry.field {
        Field::Body => 0,
        Field::Inside => 1,
        Field::Name => 2,
        Field::Url => 3,
        Field::Subject => 4,
        _ => 5,
    }
}

impl Hit {
    /// Newest first; those without a time last; then by path.
    pub fn order(a: &Self, b: &Self) -> std::cmp::Ordering {
        b.mail.time.cmp(&a.mail.time).then_with(|| a.mail.path.cmp(&b.mail.path))
    }
}
