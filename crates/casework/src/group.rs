//! Campaigns of a pile of mails at once: what the store comes to mail by mail.

use std::collections::{BTreeMap, HashMap, HashSet};

use lexicon::{Link, ReasonKind};

use crate::compare::{compare, reasons_of};
use crate::cores::cores;
use crate::kinds::Kinds;
use crate::mark::{Mark, MarkKind};
use crate::profile::{Held, Profile, TIES};
use crate::settle::{Sets, settle};
use crate::signature::Signature;

/// What a pile of mails falls into. Mails are named by their place in the input.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Grouping {
    /// Campaigns, each of at least two mails, by their first mail.
    pub campaigns: Vec<Group>,
    /// Mails that are tied to no other, ascending.
    pub singletons: Vec<usize>,
}

/// One campaign.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// Its mails, ascending.
    pub mails: Vec<usize>,
    /// Links that hold it together, by `(a, b)`: one less than it has mails, at most.
    pub links: Vec<Link<usize>>,
}

/// What analysts hold, against or beyond what the mails say. Mails are named by their place in the input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pins {
    /// Pairs that are the same attack.
    pub same: Vec<(usize, usize)>,
    /// Pairs that are not; the second mail of each leaves whatever the first is in.
    pub apart: Vec<(usize, usize)>,
}

/// How often a value is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// Mails that carry it.
    pub mails: u64,
    /// Different cores among them: mails that nothing but this value may tie.
    pub texts: u64,
}

/// Groups mails into campaigns.
///
/// Mails are told apart by content: another order of the same mails gives the same campaigns.
///
/// ```
/// use casework::{Kinds, Signature, group};
/// use lexicon::MailFacts;
///
/// let mail = |text: &str| {
///     let mut facts = MailFacts::default();
///     facts.body.text = text.into();
///     Signature::of(&facts)
/// };
/// let mails = [
///     mail("Your parcel 1234 could not be delivered. Please pay the customs fee of 1.99 EUR today."),
///     mail("Minutes of the meeting on Tuesday are attached; please send corrections by Friday."),
///     mail("Your parcel 9876 could not be delivered. Please pay the customs fee of 2.99 EUR today."),
/// ];
/// let grouping = group(&mails, Kinds::ALL);
/// assert_eq!(grouping.campaigns[0].mails, [0, 2]);
/// assert_eq!(grouping.campaigns[0].links[0].reasons[0].value, "jaccard 1.00");
/// assert_eq!(grouping.singletons, [1]);
/// ```
pub fn group(signatures: &[Signature], kinds: Kinds) -> Grouping {
    group_pinned(signatures, kinds, &Pins::default())
}

/// Groups mails into campaigns, with what analysts hold.
pub fn group_pinned(signatures: &[Signature], kinds: Kinds, pins: &Pins) -> Grouping {
    let pinned;
    let signatures = if pins == &Pins::default() {
        signatures
    } else {
        pinned = with_pins(signatures, pins);
        &pinned
    };
    // In an order of its own: by content, so that every input of these mails gives the same links.
    let mut order: Vec<usize> = (0..signatures.len()).collect();
    order.sort_by_key(|&mail| (signatures[mail].identity(), mail));
    let mut found = cores(signatures, &order, kinds);
    let mut links: Vec<(usize, usize, Vec<lexicon::Reason>)> = Vec::new();

    let weak = ReasonKind::ALL.into_iter().any(|kind| kind != ReasonKind::Text && kinds.has(kind));
    let counts = if weak { counts(signatures, &order, kinds, &mut found.sets) } else { HashMap::new() };
    let count = |key: u64| counts.get(&key).copied().unwrap_or_default();
    for &(a, b) in &found.joins {
        links.push((a, b, compare(&signatures[a], &signatures[b], &count, kinds)));
    }
    let core: Vec<usize> = (0..signatures.len()).map(|mail| found.sets.root(mail)).collect();
    let mut all = Sets::new(signatures.len());
    for (mail, &core) in core.iter().enumerate() {
        all.unite(mail, core);
    }
    if weak {
        let cores = Numbered::new(signatures, &core, &order);
        let apart: Vec<(usize, usize)> =
            pins.apart.iter().map(|&(a, b)| (cores.number[core[a]], cores.number[core[b]])).collect();
        let ties = cores.ties(&count, kinds, &apart);
        let ranks: Vec<(u64, [u8; 16])> = cores
            .first
            .iter()
            .zip(&cores.profiles)
            .map(|(&mail, profile)| (profile.mails, signatures[mail].identity()))
            .collect();
        for (from, to) in
            settle(&ranks, &ties, &apart).into_iter().enumerate().filter(|(from, to)| from != to)
        {
            let (_, values) = cores.profiles[from].tie(&cores.profiles[to], |key| count(key).texts, kinds);
            let (a, b) = cores.pair(signatures, from, to, &values);
            let marks = signatures[a].marks();
            links.push((a, b, reasons_of(&values, marks, signatures[b].marks(), &count)));
            all.unite(a, b);
        }
    }
    output(&mut all, links, signatures.len())
}

/// Two cores that may be tied: how strongly, which they are, and by what.
type WeighedTie = (f64, usize, usize, Vec<(Held, f64)>);

/// Links that show why these mails belong together, where a store says that they do: a tree of what ties them, with
/// values counted elsewhere.
pub fn links_among(signatures: &[Signature], count: impl Fn(u64) -> Count) -> Vec<Link<usize>> {
    let mut order: Vec<usize> = (0..signatures.len()).collect();
    order.sort_by_key(|&mail| (signatures[mail].identity(), mail));
    let mut found = cores(signatures, &order, Kinds::ALL);
    let mut links: Vec<(usize, usize, Vec<lexicon::Reason>)> = Vec::new();
    for &(a, b) in &found.joins {
        links.push((a, b, compare(&signatures[a], &signatures[b], &count, Kinds::ALL)));
    }
    let core: Vec<usize> = (0..signatures.len()).map(|mail| found.sets.root(mail)).collect();
    let cores = Numbered::new(signatures, &core, &order);
    let mut all = Sets::new(signatures.len());
    for (mail, &core) in core.iter().enumerate() {
        all.unite(mail, core);
    }
    let mut ties: Vec<WeighedTie> = Vec::new();
    for (a, b) in cores.candidates(&|key| count(key), Kinds::ALL) {
        let (strength, values) =
            cores.profiles[a].tie(&cores.profiles[b], |key| count(key).texts, Kinds::ALL);
        ties.push((strength, a, b, values));
    }
    ties.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| (x.1, x.2).cmp(&(y.1, y.2))));
    for (strength, from, to, values) in ties {
        let (a, b) = cores.pair(signatures, from, to, &values);
        if strength >= TIES && all.unite(a, b) {
            let reasons = reasons_of(&values, signatures[a].marks(), signatures[b].marks(), &count);
            links.push((a, b, reasons));
        }
    }
    let mut links: Vec<Link<usize>> = links.into_iter().filter_map(link).collect();
    links.sort_by_key(|link| (link.a, link.b));
    links
}

fn link((a, b, reasons): (usize, usize, Vec<lexicon::Reason>)) -> Option<Link<usize>> {
    (!reasons.is_empty()).then(|| Link { a: a.min(b), b: a.max(b), reasons })
}

/// The signatures as pins make them.
fn with_pins(signatures: &[Signature], pins: &Pins) -> Vec<Signature> {
    let mut out = signatures.to_vec();
    for &(_, mail) in &pins.apart {
        out[mail] = out[mail].clone().apart();
    }
    for (number, &(a, b)) in pins.same.iter().enumerate() {
        for mail in [a, b] {
            out[mail] = out[mail].clone().with([Mark::same(&format!("pin {number}"))]);
        }
    }
    out
}

/// How often every value is seen: in how many mails, and in how many cores by all strong ties, whatever is asked for.
fn counts(
    signatures: &[Signature],
    order: &[usize],
    kinds: Kinds,
    by_kinds: &mut Sets,
) -> HashMap<u64, Count> {
    let strong = [ReasonKind::Text, ReasonKind::Attachment, ReasonKind::Analyst];
    let mut full =
        (!strong.into_iter().all(|kind| kinds.has(kind))).then(|| cores(signatures, order, Kinds::ALL).sets);
    let sets = full.as_mut().unwrap_or(by_kinds);
    let mut carried: Vec<(u64, usize)> = Vec::new();
    for (mail, signature) in signatures.iter().enumerate() {
        let core = sets.root(mail);
        carried.extend(signature.marks().iter().map(|mark| (mark.key(), core)));
    }
    carried.sort_unstable();
    carried
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|of| {
            let count = Count { mails: of.len() as u64, texts: of.chunk_by(|a, b| a == b).count() as u64 };
            of.first().map(|(key, _)| (*key, count))
        })
        .collect()
}

/// Cores with numbers from 0.
struct Numbered {
    /// The number of the core that a mail names.
    number: Vec<usize>,
    /// The number of each mail's core.
    of: Vec<usize>,
    profiles: Vec<Profile>,
    /// The first mail of each by content.
    first: Vec<usize>,
    /// All mails of each, by content.
    mails: Vec<Vec<usize>>,
}

impl Numbered {
    fn new(signatures: &[Signature], core: &[usize], order: &[usize]) -> Self {
        let mut number = vec![usize::MAX; core.len()];
        let mut first = Vec::new();
        let mut mails: Vec<Vec<usize>> = Vec::new();
        let mut of = vec![0; core.len()];
        for &mail in order {
            let slot = &mut number[core[mail]];
            if *slot == usize::MAX {
                *slot = first.len();
                first.push(mail);
                mails.push(Vec::new());
            }
            of[mail] = *slot;
            mails[*slot].push(mail);
        }
        let profiles = mails
            .iter()
            .map(|mails| {
                let marks = mails.iter().flat_map(|&mail| signatures[mail].marks());
                let mut held: Vec<Held> = marks.map(Held::one).collect();
                // Of one key the first mail's: the sort keeps their order.
                held.sort_by_key(|held| held.key);
                held.dedup_by(|next, first| {
                    let same = next.key == first.key;
                    first.mails += u64::from(same);
                    same
                });
                Profile::new(mails.len() as u64, held)
            })
            .collect();
        Self { number, of, profiles, first, mails }
    }

    /// Pairs of cores that share a value that ties.
    fn candidates(&self, count: &dyn Fn(u64) -> Count, kinds: Kinds) -> Vec<(usize, usize)> {
        let mut carriers: Vec<(u64, usize)> = Vec::new();
        for (core, profile) in self.profiles.iter().enumerate() {
            for held in &profile.held {
                let ties = held.kind != MarkKind::Scattered
                    && kinds.has(held.kind.reason())
                    && held.kind.rarity(count(held.key).texts) > 0.0;
                if ties {
                    carriers.push((held.key, core));
                }
            }
        }
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        carriers.sort_unstable();
        for cores in carriers.chunk_by(|a, b| a.0 == b.0) {
            for (at, &(_, a)) in cores.iter().enumerate() {
                pairs.extend(cores[..at].iter().map(|&(_, b)| (b.min(a), b.max(a))));
            }
        }
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    }

    fn ties(
        &self,
        count: &dyn Fn(u64) -> Count,
        kinds: Kinds,
        apart: &[(usize, usize)],
    ) -> Vec<(usize, usize)> {
        let apart: HashSet<(usize, usize)> = apart.iter().flat_map(|&(a, b)| [(a, b), (b, a)]).collect();
        let mut ties = self.candidates(count, kinds);
        ties.retain(|&(a, b)| {
            !apart.contains(&(a, b))
                && self.profiles[a].tie(&self.profiles[b], |key| count(key).texts, kinds).0 >= TIES
        });
        ties
    }

    /// Two mails that show a tie: the first of each core that has the most of its values.
    fn pair(&self, signatures: &[Signature], a: usize, b: usize, values: &[(Held, f64)]) -> (usize, usize) {
        let best = |core: usize| {
            let has = |mail: usize| {
                let marks = signatures[mail].marks();
                values.iter().filter(|(held, _)| marks.iter().any(|mark| mark.key() == held.key)).count()
            };
            let mut best = self.first[core];
            for &mail in self.mails[core].iter().take(SHOWN) {
                if has(mail) > has(best) {
                    best = mail;
                }
            }
            best
        };
        debug_assert!(self.of.len() == signatures.len());
        (best(a), best(b))
    }
}

/// Mails of a core that are looked at for the pair that shows a tie.
const SHOWN: usize = 64;

fn output(all: &mut Sets, links: Vec<(usize, usize, Vec<lexicon::Reason>)>, count: usize) -> Grouping {
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for mail in 0..count {
        groups.entry(all.root(mail)).or_default().mails.push(mail);
    }
    for link in links.into_iter().filter_map(link) {
        if let Some(group) = groups.get_mut(&all.root(link.a)) {
            group.links.push(link);
        }
    }
    let mut out = Grouping::default();
    for mut group in groups.into_values() {
        match group.mails.as_slice() {
            [alone] => out.singletons.push(*alone),
            _ => {
                group.links.sort_unstable_by_key(|link| (link.a, link.b));
                out.campaigns.push(group);
            }
        }
    }
    out
}
