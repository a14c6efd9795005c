//! What one operator does: conversations tied by the address that writes, by the file that is sent, by an enquiry in the
//! same words, or by the place from which it is written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::Standing;
use super::join::Sets;
use super::letter::Letter;
use super::sides::Own;
use super::steps::Draft;

/// Windows written to within this many seconds are one move: J-CSIP saw three windows within four minutes.
pub const MINUTES: i64 = 4 * 60;
/// Organisations written to within this many seconds (two weeks) are one wave: J-CSIP saw five.
pub const FORTNIGHT: i64 = 14 * 86_400;
/// Who comes back to the same organisation after so many seconds (four weeks) revisits it.
pub const REVISIT: i64 = 28 * 86_400;
/// Enquiries at least this alike are in the same words.
const ALIKE: f64 = 0.83;
/// Enquiries in the same words that lie further apart (400 days) say nothing.
const ENQUIRY_SECONDS: i64 = 400 * 86_400;
/// Enquiries held against one of the same band: the newest.
const MAX_ALIKE: usize = 6;
/// A value that more conversations have is everybody's.
const MAX_SHARED: usize = 200;
/// From one place, more addresses than this are those of a provider's customers.
const MAX_ADDRESSES: usize = 5;

/// What ties two conversations to one operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TieKind {
    /// The same address writes, or is to be answered.
    Address,
    /// The same file.
    File,
    /// An enquiry in the same words.
    Enquiry,
    /// Free addresses that write from one place within two weeks.
    Place,
}

impl TieKind {
    /// The stable word: `address`, `file`, `enquiry`, `place`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::File => "file",
            Self::Enquiry => "enquiry",
            Self::Place => "place",
        }
    }
}

/// A tie between two conversations.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tie {
    /// The one, by its place in [`Findings::threads`](super::Findings::threads).
    pub a: usize,
    /// The other.
    pub b: usize,
    /// What ties them.
    pub kind: TieKind,
    /// The address, hash, likeness or place.
    pub value: String,
}

/// The operator came back to an organisation after a long time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revisit {
    /// The organisation.
    pub desk: String,
    /// The last mail from outside before.
    pub before: Timestamp,
    /// The first one again.
    pub at: Timestamp,
}

impl Revisit {
    /// Whole days between.
    pub fn days(&self) -> i64 {
        (self.at.as_second() - self.before.as_second()) / 86_400
    }
}

/// What one operator does.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its conversations, ascending, by their places in [`Findings::threads`](super::Findings::threads).
    pub threads: Vec<usize>,
    /// Why they are one operator's.
    pub ties: Vec<Tie>,
    /// The organisations written to, ascending.
    pub desks: Vec<String>,
    /// The most windows that were written to within [`MINUTES`], and the seconds that it took.
    pub windows: (usize, i64),
    /// The most organisations that were written to within [`FORTNIGHT`].
    pub fortnight: usize,
    /// Organisations that he came back to.
    pub revisits: Vec<Revisit>,
    /// The strongest standing of its conversations.
    pub standing: Standing,
    pub(super) same_files: BTreeSet<usize>,
}

impl Operation {
    /// The organisations whose desks have his enquiry before them and have not answered: they are to be warned.
    pub fn waiting<'a>(&'a self, threads: &'a [super::Thread]) -> impl Iterator<Item = &'a super::Thread> {
        self.threads.iter().filter_map(|&thread| threads.get(thread)).filter(|thread| thread.waits)
    }

    /// Counts organisations, windows and revisits of the conversations that are left.
    pub(super) fn settle(&mut self, letters: &[Letter], drafts: &[Draft]) {
        let of = || self.threads.iter().filter_map(|&thread| drafts.get(thread));
        let desks: BTreeSet<&str> = of().map(|draft| draft.sides.desk.as_str()).collect();
        let mut first: BTreeMap<&str, i64> = BTreeMap::new();
        let mut first_desk: BTreeMap<&str, i64> = BTreeMap::new();
        let mut visits: BTreeMap<&str, Vec<Timestamp>> = BTreeMap::new();
        for draft in of() {
            for (_, letter) in draft.outside_letters(letters) {
                let Some(at) = letter.at else { continue };
                let second = at.as_second();
                let earliest = |slot: &mut i64| *slot = second.min(*slot);
                first.entry(&draft.sides.window).and_modify(earliest).or_insert(second);
                first_desk.entry(&draft.sides.desk).and_modify(earliest).or_insert(second);
                visits.entry(&draft.sides.desk).or_default().push(at);
            }
        }
        let windows = densest(first.into_values().collect(), MINUTES);
        let fortnight = densest(first_desk.into_values().collect(), FORTNIGHT).0;
        let mut revisits = Vec::new();
        for (desk, mut times) in visits {
            times.sort_unstable();
            for pair in times.windows(2) {
                if let &[before, at] = pair
                    && at.as_second() - before.as_second() >= REVISIT
                {
                    revisits.push(Revisit { desk: desk.to_owned(), before, at });
                }
            }
        }
        let desks = desks.into_iter().map(str::to_owned).collect();
        let threads: BTreeSet<usize> = self.threads.iter().copied().collect();
        self.ties.retain(|tie| threads.contains(&tie.a) && threads.contains(&tie.b));
        (self.desks, self.windows, self.fortnight, self.revisits) = (desks, windows, fortnight, revisits);
    }
}

/// The most moments within `span` seconds, and the seconds that they really take.
fn densest(mut moments: Vec<i64>, span: i64) -> (usize, i64) {
    moments.sort_unstable();
    let mut best = (0, 0);
    let mut from = 0;
    for (to, &last) in moments.iter().enumerate() {
        while moments.get(from).is_some_and(|&first| last - first > span) {
            from += 1;
        }
        let (count, took) = (to + 1 - from, last - moments.get(from).copied().unwrap_or(last));
        if count > best.0 || (count == best.0 && took < best.1) {
            best = (count, took);
        }
    }
    best
}

/// The operators of these conversations, ordered by their first conversation.
pub(super) fn operations(letters: &[Letter], drafts: &[Draft], own: &Own) -> Vec<Operation> {
    let mut ties: Vec<Tie> = Vec::new();
    by_value(letters, drafts, &mut ties);
    by_enquiry(letters, drafts, &mut ties);
    by_place(letters, drafts, own, &mut ties);
    let mut sets = Sets::new(drafts.len());
    for tie in &ties {
        sets.unite(tie.a, tie.b);
    }
    let mut of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for thread in 0..drafts.len() {
        of.entry(sets.root(thread)).or_default().push(thread);
    }
    let mut ties_of: HashMap<usize, Vec<Tie>> = HashMap::new();
    for tie in ties {
        ties_of.entry(sets.root(tie.a)).or_default().push(tie);
    }
    let mut out: Vec<Operation> = of
        .into_iter()
        .map(|(root, threads)| {
            let mut ties = ties_of.remove(&root).unwrap_or_default();
            ties.sort();
            ties.dedup();
            let desk = |at: usize| drafts.get(at).map(|draft| draft.sides.desk.as_str());
            let same_files = ties
                .iter()
                .filter(|tie| tie.kind == TieKind::File && desk(tie.a) != desk(tie.b))
                .flat_map(|tie| [tie.a, tie.b])
                .collect();
            let mut operation = Operation {
                threads,
                ties,
                desks: Vec::new(),
                windows: (0, 0),
                fortnight: 0,
                revisits: Vec::new(),
                standing: Standing::Conversation,
                same_files,
            };
            operation.settle(letters, drafts);
            operation
        })
        .collect();
    out.sort_by(|a, b| a.threads.cmp(&b.threads));
    out
}

/// Ties by addresses and files. Each conversation is tied to the first that has the value: a chain, not all pairs.
fn by_value(letters: &[Letter], drafts: &[Draft], ties: &mut Vec<Tie>) {
    let mut carriers: BTreeMap<(TieKind, &str), Vec<usize>> = BTreeMap::new();
    for (thread, draft) in drafts.iter().enumerate() {
        let mut values: BTreeSet<(TieKind, &str)> = BTreeSet::new();
        for (_, letter) in draft.outside_letters(letters) {
            if letter.automatic {
                continue;
            }
            values.extend(letter.from.iter().chain(&letter.reply_to).map(|a| (TieKind::Address, a.as_str())));
            let files = letter.payload.iter().filter(|file| file.weight >= 2 && !file.sha256.is_empty());
            values.extend(files.map(|file| (TieKind::File, file.sha256.as_str())));
        }
        for value in values {
            carriers.entry(value).or_default().push(thread);
        }
    }
    for ((kind, value), threads) in carriers {
        if threads.len() > MAX_SHARED {
            continue;
        }
        if let Some((&first, others)) = threads.split_first() {
            ties.extend(others.iter().map(|&b| Tie { a: first, b, kind, value: value.to_owned() }));
        }
    }
}

fn by_enquiry(letters: &[Letter], drafts: &[Draft], ties: &mut Vec<Tie>) {
    let mut bands: HashMap<u64, Vec<usize>> = HashMap::new();
    for (thread, draft) in drafts.iter().enumerate() {
        let Some(letter) = draft.enquiry(letters) else { continue };
        let Some((sketch, own)) = &letter.enquiry else { continue };
        let mut near: BTreeSet<usize> = BTreeSet::new();
        for band in own {
            let bucket = bands.entry(*band).or_default();
            near.extend(bucket.iter().rev().take(MAX_ALIKE).copied());
            bucket.push(thread);
            if bucket.len() > MAX_SHARED {
                bucket.drain(..MAX_SHARED - MAX_ALIKE);
            }
        }
        for other in near {
            let Some(theirs) = drafts.get(other).and_then(|draft| draft.enquiry(letters)) else { continue };
            let Some((their_sketch, _)) = &theirs.enquiry else { continue };
            let apart = letter.at.zip(theirs.at).map_or(0, |(a, b)| (a.as_second() - b.as_second()).abs());
            if apart <= ENQUIRY_SECONDS
                && let Some(likeness) = sketch.jaccard(their_sketch, ALIKE)
            {
                ties.push(Tie {
                    a: other,
                    b: thread,
                    kind: TieKind::Enquiry,
                    value: format!("{likeness:.2}"),
                });
            }
        }
    }
}

fn by_place(letters: &[Letter], drafts: &[Draft], own: &Own, ties: &mut Vec<Tie>) {
    let mut places: BTreeMap<&str, Vec<(Timestamp, usize, &str)>> = BTreeMap::new();
    for (thread, draft) in drafts.iter().enumerate() {
        for (_, letter) in draft.outside_letters(letters).filter(|(_, letter)| own.is_free(letter)) {
            if let (Some(place), Some(at), Some(from)) = (&letter.origin, letter.at, &letter.from) {
                places.entry(place).or_default().push((at, thread, from));
            }
        }
    }
    for (place, mut seen) in places {
        let addresses: BTreeSet<&str> = seen.iter().map(|(_, _, from)| *from).collect();
        if addresses.len() > MAX_ADDRESSES || seen.len() > MAX_SHARED {
            continue;
        }
        seen.sort_unstable();
        for pair in seen.windows(2) {
            let &[(before, a, _), (after, b, _)] = pair else { continue };
            if a != b && after.as_second() - before.as_second() <= FORTNIGHT {
                let kind = TieKind::Place;
                ties.push(Tie { a: a.min(b), b: a.max(b), kind, value: place.to_owned() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_densest_window_is_found_and_measured() {
        assert_eq!(densest(vec![0, 100, 220, 1000, 1100], MINUTES), (3, 220));
        assert_eq!(densest(vec![0, 300, 360], MINUTES), (2, 60));
        assert_eq!(densest(Vec::new(), MINUTES), (0, 0));
    }
}
