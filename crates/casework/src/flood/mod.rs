//! Floods of web forms (S64): meaningless content, in bursts, from few sources, the same ones at several organisations.
//!
//! In the NPA's case thirteen operators of eleven prefectures received blanks and digits through their enquiry forms
//! within a short time, from twelve addresses, half of them in China; the same addresses also called up pages in masses.
//! [`meaning`] looks at what a form was sent, [`floods`] finds the bursts and lays out sources beside organisations.

mod meaning;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

pub use meaning::{Meaning, meaning};

/// The seconds (ten minutes) within which a burst is counted.
pub const WINDOW: i64 = 600;
/// So many meaningless submissions of one source within [`WINDOW`] are a burst.
pub const BURST: usize = 8;
/// So many of all sources together to one form are one.
pub const BURST_TOGETHER: usize = 30;
/// A source takes part in such a burst with at least so many of them.
const TAKES_PART: usize = 3;
/// So many submissions of one source within [`WINDOW`] are a burst where their content is not known (an access log).
pub const BURST_UNREAD: usize = 20;
/// So many page requests of one source within [`WINDOW`] flood pages.
pub const BURST_PAGES: usize = 300;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// A form was sent, with content of this kind.
    Form(Meaning),
    /// A form was sent; its content is not known.
    Unread,
    /// A page was called up.
    Page,
}

/// One submission of a form, or one request of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// When.
    pub at: Option<Timestamp>,
    /// The address that it came from.
    pub source: String,
    /// The form or page: a path or a name.
    pub target: String,
    /// What was done.
    pub act: Act,
    /// The source's country, where the list says it.
    pub country: Option<String>,
}

/// What one organisation was sent.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    /// The organisation.
    pub organisation: &'a str,
    /// Its forms and pages.
    pub posts: &'a [Post],
}

/// What one source did to one organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// Submissions of forms.
    pub forms: u64,
    /// Those among them without any meaning.
    pub meaningless: u64,
    /// Requests of pages.
    pub pages: u64,
    /// The most submissions within [`WINDOW`].
    pub densest: u64,
    /// True where it flooded a form.
    pub floods_forms: bool,
    /// True where it flooded pages.
    pub floods_pages: bool,
    /// The first time.
    pub first: Option<Timestamp>,
    /// The last time.
    pub last: Option<Timestamp>,
}

/// A source of floods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its address.
    pub address: String,
    /// Its country, where a list says it.
    pub country: Option<String>,
    /// What it did to each organisation to which it did anything.
    pub cells: BTreeMap<String, Cell>,
}

impl Source {
    /// Organisations whose forms it floods.
    pub fn flooded(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().filter(|(_, cell)| cell.floods_forms).map(|(organisation, _)| organisation.as_str())
    }

    /// True where it floods pages too.
    pub fn floods_pages(&self) -> bool {
        self.cells.values().any(|cell| cell.floods_pages)
    }
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Floods {
    /// Sources that flood a form, those at most organisations first.
    pub sources: Vec<Source>,
    /// Organisations that are flooded, ascending.
    pub organisations: Vec<String>,
    /// The first and the last time of a flooding source.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Submissions and requests without a time or a source: they are counted in no burst.
    pub without_time: u64,
}

/// Floods among what the organisations were sent. The order of anything given makes no difference.
///
/// ```
/// use casework::flood::{Act, Given, Meaning, Post, floods};
/// let post = |second: i64| Post {
///     at: jiff::Timestamp::from_second(second).ok(),
///     source: "198.51.100.7".into(),
///     target: "/contact".into(),
///     act: Act::Form(Meaning::Blank),
///     country: None,
/// };
/// let posts: Vec<Post> = (0..12).map(|n| post(n * 5)).collect();
/// let found = floods(&[Given { organisation: "city.example", posts: &posts }]);
/// assert_eq!(found.sources[0].address, "198.51.100.7");
/// ```
pub fn floods(given: &[Given<'_>]) -> Floods {
    let mut out = Floods::default();
    let mut of: BTreeMap<&str, BTreeMap<&str, Vec<&Post>>> = BTreeMap::new();
    let mut countries: BTreeMap<&str, &str> = BTreeMap::new();
    let mut together: BTreeMap<(&str, &str), Vec<(i64, &str)>> = BTreeMap::new();
    for batch in given {
        for post in batch.posts {
            if let Some(country) = post.country.as_deref().filter(|country| !country.is_empty()) {
                let known = countries.entry(&post.source).or_insert(country);
                *known = country.min(known);
            }
            let Some(at) = post.at.filter(|_| !post.source.is_empty()) else {
                out.without_time += 1;
                continue;
            };
            of.entry(&post.source).or_default().entry(batch.organisation).or_default().push(post);
            if matches!(post.act, Act::Form(meaning) if meaning.is_meaningless()) {
                together
                    .entry((batch.organisation, &post.target))
                    .or_default()
                    .push((at.as_second(), &post.source));
            }
        }
    }
    let helpers = helpers(together);
    for (address, organisations) in of {
        let cells: BTreeMap<String, Cell> = organisations
            .into_iter()
            .map(|(name, posts)| {
                let mut cell = cell(&posts);
                cell.floods_forms |= helpers.contains(&(name, address));
                (name.to_owned(), cell)
            })
            .collect();
        if cells.values().any(|cell| cell.floods_forms) {
            let country = countries.get(address).map(|&country| country.to_owned());
            out.sources.push(Source { address: address.to_owned(), country, cells });
        }
    }
    let organisations: BTreeSet<&str> = out.sources.iter().flat_map(Source::flooded).collect();
    out.organisations = organisations.into_iter().map(str::to_owned).collect();
    let cells = || out.sources.iter().flat_map(|source| source.cells.values());
    out.span = cells().filter_map(|cell| cell.first).min().zip(cells().filter_map(|cell| cell.last).max());
    out.sources.sort_by(|a, b| {
        (b.flooded().count().cmp(&a.flooded().count())).then_with(|| a.address.cmp(&b.address))
    });
    out
}

fn cell(posts: &[&Post]) -> Cell {
    let mut cell = Cell::default();
    let (mut empty, mut unread, mut forms, mut pages) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for post in posts {
        let Some(at) = post.at else { continue };
        cell.first = Some(cell.first.map_or(at, |first| first.min(at)));
        cell.last = Some(cell.last.map_or(at, |last| last.max(at)));
        let second = at.as_second();
        match post.act {
            Act::Page => pages.push(second),
            Act::Unread => unread.push(second),
            Act::Form(meaning) if meaning.is_meaningless() => empty.push(second),
            Act::Form(_) => {}
        }
        if post.act != Act::Page {
            forms.push(second);
        }
    }
    (cell.forms, cell.meaningless, cell.pages) = (forms.len() as u64, empty.len() as u64, pages.len() as u64);
    // One who also writes sense is a person behind a shared address who tried the form.
    let mostly = empty.len() * 2 > forms.len() - unread.len();
    cell.floods_forms = (mostly && densest(empty) >= BURST) || densest(unread) >= BURST_UNREAD;
    cell.floods_pages = densest(pages) >= BURST_PAGES;
    cell.densest = densest(forms) as u64;
    cell
}

/// Sources that take part in a burst of many.
fn helpers<'a>(together: BTreeMap<(&'a str, &'a str), Vec<(i64, &'a str)>>) -> BTreeSet<(&'a str, &'a str)> {
    let mut out = BTreeSet::new();
    for ((organisation, _), mut posts) in together {
        posts.sort_unstable();
        let mut from = 0;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for to in 0..posts.len() {
            let Some(&(last, source)) = posts.get(to) else { break };
            *counts.entry(source).or_default() += 1;
            while let Some(&(first, gone)) = posts.get(from).filter(|(first, _)| last - first > WINDOW) {
                let _ = first;
                if let Some(count) = counts.get_mut(gone) {
                    *count -= 1;
                }
                from += 1;
            }
            if to + 1 - from >= BURST_TOGETHER && counts.get(source).is_some_and(|&count| count >= TAKES_PART)
            {
                out.insert((organisation, source));
            }
        }
    }
    out
}

/// The most moments within [`WINDOW`].
fn densest(mut moments: Vec<i64>) -> usize {
    moments.sort_unstable();
    let mut best = 0;
    let mut from = 0;
    for (to, &last) in moments.iter().enumerate() {
        while moments.get(from).is_some_and(|&first| last - first > WINDOW) {
            from += 1;
        }
        best = best.max(to + 1 - from);
    }
    best
}

impl Post {
    /// A submission or request as a file tells it: `fields` are what was filled in, `None` where the file does not say
    /// it; `sent` is false where a page was called up.
    ///
    /// ```
    /// use casework::flood::{Act, Meaning, Post};
    /// let post = Post::of(None, "198.51.100.7", "/contact", Some(&["".into(), "123".into()]), true);
    /// assert_eq!(post.act, Act::Form(Meaning::Digits));
    /// ```
    pub fn of(time: Option<&str>, source: &str, target: &str, fields: Option<&[String]>, sent: bool) -> Self {
        let act = match (sent, fields) {
            (false, _) => Act::Page,
            (true, None) => Act::Unread,
            (true, Some(fields)) => Act::Form(meaning(fields.iter().map(String::as_str))),
        };
        let at = time.and_then(crate::moment::read);
        Self { at, source: source.to_owned(), target: target.to_owned(), act, country: None }
    }
}
