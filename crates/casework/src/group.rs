//! Campaigns of a pile of mails at once.
//!
//! Mails that share a key are compared ([`compare`]); nothing else is, and never all with all: of very many
//! mails under one key only a few stand for the rest, so that the work stays linear whatever the input is.

use lexicon::{Link, ReasonKind};

use crate::compare::{compare, is_common, is_strong};
use crate::form::{Sets, form};
use crate::key::{Key, KeyKind};
use crate::kinds::Kinds;
use crate::rarity::{Rarity, RarityOf};
use crate::signature::Signature;

/// Under one key each mail is compared with at most this many that stand for the rest.
const STAND_INS: usize = 32;
/// Weak links kept of one mail under one key: enough for [`form`] to see that it is tied.
const WEAK_LINKS: usize = 4;

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
    /// Links that hold it together and a bounded number more, by `(a, b)`.
    pub links: Vec<Link<usize>>,
}

/// Groups mails into campaigns, with values counted over these mails.
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
    // Texts have no rarity: where nothing else is asked for, nothing need be counted.
    let counts = kinds != Kinds::only(ReasonKind::Text);
    let rarity = if counts { Rarity::of(signatures) } else { Rarity::new(signatures.len() as u64) };
    group_with(signatures, &rarity, kinds)
}

/// Groups mails into campaigns, with values counted elsewhere: in the store that these mails are part of.
pub fn group_with(signatures: &[Signature], rarity: &impl RarityOf, kinds: Kinds) -> Grouping {
    let links = find_links(signatures, rarity, kinds);
    let campaigns = form(signatures.len(), &links, |mail| signatures.get(mail).map(|s| s.identity));
    let mut at = vec![usize::MAX; signatures.len()];
    for (number, mails) in campaigns.iter().enumerate() {
        mails.iter().for_each(|&mail| at[mail] = number);
    }
    let singletons = at.iter().enumerate().filter(|(_, c)| **c == usize::MAX).map(|(mail, _)| mail).collect();
    let mut campaigns: Vec<Group> =
        campaigns.into_iter().map(|mails| Group { mails, links: Vec::new() }).collect();
    for link in links {
        if at[link.a] == at[link.b]
            && let Some(campaign) = campaigns.get_mut(at[link.a])
        {
            campaign.links.push(link);
        }
    }
    for campaign in &mut campaigns {
        campaign.links.sort_unstable_by_key(|link| (link.a, link.b));
    }
    Grouping { campaigns, singletons }
}

/// Links between mails that share a key, each pair once.
fn find_links(signatures: &[Signature], rarity: &impl RarityOf, kinds: Kinds) -> Vec<Link<usize>> {
    // Everything below goes by content, never by place, so that the input's order does not matter.
    let mut order: Vec<usize> = (0..signatures.len()).collect();
    order.sort_unstable_by(|&a, &b| signatures[a].identity.cmp(&signatures[b].identity).then(a.cmp(&b)));

    let mut finder =
        Finder { signatures, rarity, kinds, cores: Sets::new(signatures.len()), links: Vec::new() };
    let mut buckets: Vec<(Key, u32)> = Vec::new();
    for (rank, &mail) in order.iter().enumerate() {
        let keys = signatures[mail].keys().iter().filter(|key| ties(key.kind, kinds));
        buckets.extend(keys.map(|&key| (key, rank as u32)));
    }
    buckets.sort_unstable();
    // Keys sort by kind: equal texts first, so that near-identical ones find them united already, then bands
    // and attachments, which make the cores, and infrastructure last.
    for bucket in buckets.chunk_by(|a, b| a.0 == b.0).filter(|bucket| bucket.len() > 1) {
        let Some(&(key, _)) = bucket.first() else { continue };
        if key.kind.is_text() || !is_common(key.kind, rarity.count(key), rarity.mails()) {
            finder.bucket(bucket.iter().filter_map(|(_, rank)| order.get(*rank as usize).copied()));
        }
    }
    finder.links.sort_by_key(|link| (link.a, link.b));
    finder.links.dedup_by_key(|link| (link.a, link.b));
    finder.links
}

/// True if mails under such a key may be tied by one of `kinds`.
fn ties(key: KeyKind, kinds: Kinds) -> bool {
    kinds.has(match key {
        KeyKind::Letters | KeyKind::Band => ReasonKind::Text,
        KeyKind::Attachment => ReasonKind::Attachment,
        KeyKind::Host | KeyKind::Sender | KeyKind::Origin => ReasonKind::Infrastructure,
    })
}

struct Finder<'a, R> {
    signatures: &'a [Signature],
    rarity: &'a R,
    kinds: Kinds,
    cores: Sets,
    links: Vec<Link<usize>>,
}

impl<R: RarityOf> Finder<'_, R> {
    /// Compares the mails under one key, each with those that stand for the mails before it.
    fn bucket(&mut self, mails: impl Iterator<Item = usize>) {
        let mut stand_ins: Vec<usize> = Vec::new();
        for mail in mails {
            let (mut known, mut weak) = (false, 0);
            for &other in &stand_ins {
                if self.cores.root(mail) == self.cores.root(other) {
                    known = true;
                } else if weak < WEAK_LINKS {
                    match self.pair(mail, other) {
                        Some(true) => known = true,
                        Some(false) => weak += 1,
                        None => {}
                    }
                }
            }
            if !known && stand_ins.len() < STAND_INS {
                stand_ins.push(mail);
            }
        }
    }

    /// Compares two mails that are not yet in one core: whether the link is strong, if there is one.
    fn pair(&mut self, a: usize, b: usize) -> Option<bool> {
        let (a, b) = (a.min(b), a.max(b));
        let reasons = compare(&self.signatures[a], &self.signatures[b], self.rarity, self.kinds);
        if reasons.is_empty() {
            return None;
        }
        let strong = is_strong(&reasons);
        self.links.push(Link { a, b, reasons });
        if strong {
            self.cores.unite(a, b);
        }
        Some(strong)
    }
}
