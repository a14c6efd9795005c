//! Cores: mails tied for good, what values they carry, and which other cores these tie them to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use casework::{Card, Held, Kinds, Mark, MarkKind, Profile, Rank, Signature, TIES};
use desk::records::{RecordError, RecordResult};
use lexicon::ids::{CampaignId, SubmissionId};

use super::book::MailPlace;
use super::{Coming, Linker, anchors};
use crate::sql::{Row, args};

/// A core as kept.
#[derive(Debug, Clone)]
pub(super) struct Core {
    pub(super) id: i64,
    pub(super) ties: u64,
    pub(super) first: [u8; 16],
    pub(super) profile: Profile,
    pub(super) centre: i64,
    pub(super) campaign: Option<CampaignId>,
}

impl Core {
    pub(super) fn rank(&self) -> Rank {
        (self.profile.mails, self.ties, std::cmp::Reverse(self.first))
    }

    pub(super) fn read(row: &Row) -> RecordResult<Self> {
        let bad = || row.corrupt("held", "is in no known form");
        let kept = row.bytes("held")?;
        let mut held = Vec::with_capacity(kept.len() / HELD);
        for bytes in kept.as_chunks::<HELD>().0 {
            let (key, rest) = bytes.split_first_chunk::<8>().ok_or_else(bad)?;
            let (mails, rest) = rest.split_first_chunk::<8>().ok_or_else(bad)?;
            let [kind, base] = rest else { return Err(bad()) };
            held.push(Held {
                key: u64::from_be_bytes(*key),
                mails: u64::from_be_bytes(*mails),
                kind: MarkKind::of_code(*kind).ok_or_else(bad)?,
                base: *base,
            });
        }
        let first =
            row.bytes("first")?.try_into().map_err(|_| row.corrupt("first", "is in no known form"))?;
        Ok(Self {
            id: row.int("id")?,
            ties: row.count("ties")?,
            first,
            profile: Profile { mails: row.count("mails")?, held },
            centre: row.int("centre")?,
            campaign: row.maybe_id("campaign")?,
        })
    }
}

/// Bytes of one kept value.
const HELD: usize = 18;

pub(super) fn held_bytes(held: &[Held]) -> Vec<u8> {
    let mut out = Vec::with_capacity(held.len() * HELD);
    for held in held {
        out.extend(held.key.to_be_bytes());
        out.extend(held.mails.to_be_bytes());
        out.extend([held.kind.code(), held.base]);
    }
    out
}

/// How often the values of some mails are seen among them.
fn counted<'a>(marks: impl Iterator<Item = &'a Mark>) -> BTreeMap<u64, Held> {
    let mut out: BTreeMap<u64, Held> = BTreeMap::new();
    for mark in marks {
        let one = Held::one(mark);
        out.entry(one.key).and_modify(|held| held.mails += 1).or_insert(one);
    }
    out
}

/// The number that a new core of this mail has, if it is free. Cores are numbered by when their mails came: what is
/// written about new ones then stands together in every index.
pub(super) fn core_number(mail: SubmissionId) -> i64 {
    let bytes = mail.uuid().into_bytes();
    let number = |bytes: &[u8]| bytes.iter().fold(0u64, |sum, &byte| (sum << 8) | u64::from(byte));
    // 48 bits of time in milliseconds (RFC 9562 §5.7) and 15 of chance.
    let (time, chance) = (bytes.get(..6).unwrap_or_default(), bytes.get(14..).unwrap_or_default());
    (number(time) << 15 | number(chance) & 0x7fff).cast_signed()
}

impl Linker<'_> {
    /// A core that must be there.
    pub(super) async fn core(&mut self, id: i64) -> RecordResult<Core> {
        self.book.load(self.session, [id]).await?;
        self.book
            .core(id)
            .cloned()
            .ok_or_else(|| RecordError::Corrupt { noun: "core", detail: "it is not there".to_owned() })
    }

    /// Cores by their numbers.
    pub(super) async fn cores(&mut self, ids: &BTreeSet<i64>) -> RecordResult<Vec<Core>> {
        self.book.load(self.session, ids.iter().copied()).await?;
        Ok(ids.iter().filter_map(|id| self.book.core(*id)).cloned().collect())
    }

    /// A number for a new core: from one of its mails.
    async fn new_core(&mut self, mail: SubmissionId) -> RecordResult<i64> {
        let mut id = core_number(mail);
        loop {
            self.book.load(self.session, [id]).await?;
            if id != 0 && self.book.core(id).is_none() {
                return Ok(id);
            }
            id = if id == i64::MAX { 1 } else { id + 1 };
        }
    }

    /// The mails of a core with what was kept of them.
    pub(super) async fn cards(&mut self, core: i64) -> RecordResult<Vec<(SubmissionId, Card)>> {
        self.book.flush_mails(self.session).await?;
        let sql = "SELECT s.id AS id, g.card AS card FROM submission s JOIN submission_signature g \
                   ON g.submission = s.id WHERE s.core = $1";
        let rows = self.session.rows(sql, args![core]).await?;
        rows.iter().map(|row| Ok((row.id("id")?, read_card(&row.bytes("card")?)?))).collect()
    }

    /// Reads at once what [`enter`](Self::enter) of these mails asks for one by one.
    pub(super) async fn prepare(&mut self, mails: &[(SubmissionId, &Signature)]) -> RecordResult<()> {
        let signatures: Vec<&Signature> = mails.iter().map(|(_, signature)| *signature).collect();
        let known = self.anchors.prepare(self.session, &signatures).await?;
        let new = mails.iter().map(|(mail, _)| core_number(*mail));
        self.book.load(self.session, known.into_iter().chain(new)).await?;
        let values: Vec<Held> =
            signatures.iter().flat_map(|signature| signature.marks()).map(Held::one).filter(ties).collect();
        self.book.load_carriers(self.session, values).await?;
        let mut pairs = Vec::new();
        for signature in signatures {
            let anchors: Vec<i64> = signature.anchors().iter().map(|id| id.cast_signed()).collect();
            for core in self.anchors.cores(self.session, &anchors).await?.into_values() {
                pairs.extend(signature.marks().iter().map(|mark| (mark.key(), core)));
            }
        }
        self.book.load_counts(self.session, pairs).await
    }

    /// Puts a mail in.
    pub(super) async fn enter(&mut self, coming: &Coming) -> RecordResult<()> {
        let Coming { mail, signature, campaign: before, arrived, .. } = coming;
        let mail = *mail;
        let own = signature.anchors();
        let (cores, filled) = self.anchors.enter(self.session, signature.prints(), &own).await?;
        let known = self.cores(&cores).await?;
        let mut core = match known.iter().max_by_key(|core| (core.profile.mails, core.id)) {
            Some(largest) => largest.clone(),
            None => {
                let id = self.new_core(mail).await?;
                let (first, profile) = (signature.identity(), Profile::default());
                let core = Core { id, ties: 0, first, profile, centre: id, campaign: None };
                self.book.open(core.clone());
                core
            }
        };
        let own_id = core.id;
        for other in known.into_iter().filter(|other| other.id != own_id) {
            self.unite(&mut core, &other).await?;
        }
        self.anchors.set_core(self.session, core.id, &own).await?;
        let held = counted(signature.marks().iter());
        self.add(&mut core, 1, signature.identity(), &held).await?;
        if core.campaign.is_none() && before.is_some() {
            // A mail that was in a campaign before brings it along.
            core.campaign = *before;
            self.brought.insert(core.id);
            self.book.flush_mails(self.session).await?;
            let sql = "UPDATE submission SET campaign = $1 WHERE core = $2";
            self.session.run(sql, args![core.campaign, core.id]).await?;
        }
        let place = MailPlace { core: core.id, campaign: core.campaign, arrived: *arrived };
        self.book.put_mail(mail, place, signature.to_bytes());
        self.dirty.insert(core.id);
        self.book.save(core);
        for ends in filled {
            self.cut(&ends).await?;
        }
        Ok(())
    }

    /// Adds mails with these values to a core.
    async fn add(
        &mut self,
        core: &mut Core,
        mails: u64,
        first: [u8; 16],
        values: &BTreeMap<u64, Held>,
    ) -> RecordResult<()> {
        self.book.load_counts(self.session, values.keys().map(|key| (*key, core.id))).await?;
        let mut new = Vec::new();
        let mut now: HashMap<u64, u64> = HashMap::new();
        for held in values.values() {
            let before = self.book.count(held.key, core.id);
            if before == 0 {
                new.push(*held);
            }
            self.book.set_count(held.key, core.id, before + held.mails);
            now.insert(held.key, before + held.mails);
        }
        self.carried(&new, 1).await?;
        core.first = core.first.min(first);
        let total = core.profile.mails + mails;
        let mut held: BTreeMap<u64, Held> = core.profile.held.iter().map(|held| (held.key, *held)).collect();
        for (key, value) in values {
            held.insert(*key, Held { mails: now.get(key).copied().unwrap_or(value.mails), ..*value });
        }
        core.profile = Profile::new(total, held.into_values());
        Ok(())
    }

    /// Values that one core more (`change` 1) or less (-1) carries now: where a step of rarity is passed, whatever
    /// rests on the value is decided anew.
    async fn carried(&mut self, values: &[Held], change: i64) -> RecordResult<()> {
        let values: Vec<Held> = values.iter().filter(|held| ties(held)).copied().collect();
        self.book.load_carriers(self.session, values.iter().copied()).await?;
        for held in values {
            let texts = self.book.texts(held.key);
            let before = texts.saturating_add_signed(-change);
            if held.kind.rarity(texts).to_bits() == held.kind.rarity(before).to_bits() {
                continue;
            }
            // A value that more carry ties less, whatever else ties with it.
            if change > 0 {
                self.weakened.extend(self.book.carriers(held.key));
            } else {
                self.dirty.extend(self.book.carriers(held.key));
            }
            if held.kind.rarity(texts) == 0.0 && held.kind.rarity(before) > 0.0 {
                self.common.push((held, self.book.carriers(held.key).collect()));
            }
        }
        Ok(())
    }

    /// Puts all mails of one core into another.
    async fn unite(&mut self, into: &mut Core, from: &Core) -> RecordResult<()> {
        let cards = self.cards(from.id).await?;
        self.forget(from, &cards).await?;
        let sql = "UPDATE submission SET core = $1, campaign = $2 WHERE core = $3";
        self.session.run(sql, args![into.id, into.campaign, from.id]).await?;
        let anchors: Vec<u64> = cards.iter().flat_map(|(_, card)| card.anchors()).collect();
        self.anchors.set_core(self.session, into.id, &anchors).await?;
        self.gone.push((from.campaign, into.id));
        let values = counted(cards.iter().flat_map(|(_, card)| &card.marks));
        self.add(into, cards.len() as u64, from.first, &values).await
    }

    /// Takes a core away: its values and ties.
    async fn forget(&mut self, core: &Core, cards: &[(SubmissionId, Card)]) -> RecordResult<()> {
        let values = counted(cards.iter().flat_map(|(_, card)| &card.marks));
        for value in values.keys() {
            self.book.set_count(*value, core.id, 0);
        }
        self.book.load_near(self.session, [core.id]).await?;
        let near: Vec<i64> = self.book.near(core.id).collect();
        self.book.load(self.session, near.iter().copied().chain([core.id])).await?;
        for near in near {
            self.untie(core.id, near);
        }
        if core.centre == core.id {
            self.book.load_groups(self.session, [core.id]).await?;
        }
        self.book.remove(core.id);
        self.dirty.remove(&core.id);
        self.weakened.remove(&core.id);
        self.moved.remove(&core.id);
        self.grown.remove(&core.id);
        self.centres.insert(core.centre);
        if core.centre == core.id {
            self.moved.extend(self.book.group(core.id));
        }
        let values: Vec<Held> = values.into_values().collect();
        self.carried(&values, -1).await
    }

    /// Takes a mail out.
    pub(super) async fn leave(&mut self, mail: SubmissionId) -> RecordResult<()> {
        self.book.flush_mails(self.session).await?;
        let sql = "SELECT s.core AS core, g.card AS card FROM submission s JOIN submission_signature g \
                   ON g.submission = s.id WHERE s.id = $1 AND s.core IS NOT NULL";
        let Some(row) = self.session.row(sql, args![mail]).await? else { return Ok(()) };
        let (core, card) = (row.int("core")?, read_card(&row.bytes("card")?)?);
        let old = self.core(core).await?;
        let rest: Vec<(SubmissionId, Card)> =
            self.cards(core).await?.into_iter().filter(|(id, _)| *id != mail).collect();
        self.session.run("UPDATE submission SET core = NULL WHERE id = $1", args![mail]).await?;
        let all: Vec<(SubmissionId, Card)> = rest.iter().cloned().chain([(mail, card.clone())]).collect();
        self.replace(&old, &all, vec![rest]).await?;
        let (loose, tied) = anchors::leave(&mut self.anchors, self.session, &card.anchors()).await?;
        for (a, b) in tied {
            self.tie_anchors(a, b).await?;
        }
        for ends in loose {
            self.cut(&ends).await?;
        }
        Ok(())
    }

    /// Two anchors are joined from now on.
    async fn tie_anchors(&mut self, a: i64, b: i64) -> RecordResult<()> {
        let ids = BTreeSet::from([self.core_of_anchor(a).await?, self.core_of_anchor(b).await?]);
        let cores = self.cores(&ids.into_iter().flatten().collect()).await?;
        if let [one, two] = cores.as_slice() {
            let (into, from) = if (one.profile.mails, one.id) > (two.profile.mails, two.id) {
                (one, two)
            } else {
                (two, one)
            };
            let mut into = into.clone();
            self.unite(&mut into, from).await?;
            self.dirty.insert(into.id);
            self.book.save(into);
        }
        Ok(())
    }

    async fn core_of_anchor(&mut self, anchor: i64) -> RecordResult<Option<i64>> {
        Ok(self.anchors.cores(self.session, &[anchor]).await?.remove(&anchor))
    }

    /// Looks whether what these anchors held together still hangs together, and parts what does not.
    async fn cut(&mut self, ends: &[i64]) -> RecordResult<()> {
        let mut of_core: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for &end in ends {
            if let Some(core) = self.core_of_anchor(end).await? {
                of_core.entry(core).or_default().push(end);
            }
        }
        for (core, ends) in of_core.into_iter().filter(|(_, ends)| ends.len() > 1) {
            let pieces = anchors::pieces(&mut self.anchors, self.session, &ends).await?;
            if pieces.is_empty() {
                continue;
            }
            let old = self.core(core).await?;
            let all = self.cards(core).await?;
            let mut parts: Vec<Vec<(SubmissionId, Card)>> = vec![Vec::new(); pieces.len() + 1];
            for (mail, card) in &all {
                let of =
                    |piece: &BTreeSet<i64>| card.anchors().iter().any(|id| piece.contains(&id.cast_signed()));
                let at = pieces.iter().position(of).map_or(0, |at| at + 1);
                if let Some(part) = parts.get_mut(at) {
                    part.push((*mail, card.clone()));
                }
            }
            self.replace(&old, &all, parts).await?;
        }
        Ok(())
    }

    /// Makes new cores of the mails of one: a core of each part, the first under the old number.
    async fn replace(
        &mut self,
        old: &Core,
        all: &[(SubmissionId, Card)],
        parts: Vec<Vec<(SubmissionId, Card)>>,
    ) -> RecordResult<()> {
        self.forget(old, all).await?;
        for (at, part) in parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty()) {
            let Some((mail, _)) = part.first() else { continue };
            let id = if at == 0 { old.id } else { self.new_core(*mail).await? };
            let first = part.iter().map(|(_, card)| card.identity).min().unwrap_or_default();
            let profile = Profile::default();
            let mut core = Core { id, ties: 0, first, profile, centre: id, campaign: old.campaign };
            let values = counted(part.iter().flat_map(|(_, card)| &card.marks));
            self.add(&mut core, part.len() as u64, first, &values).await?;
            self.book.save(core);
            if at > 0 {
                let sql = "UPDATE submission SET core = $1 WHERE id = $2";
                for (mail, _) in &part {
                    self.session.run(sql, args![id, *mail]).await?;
                }
                let anchors: Vec<u64> = part.iter().flat_map(|(_, card)| card.anchors()).collect();
                self.anchors.set_core(self.session, id, &anchors).await?;
            }
            self.dirty.insert(id);
            self.moved.insert(id);
        }
        Ok(())
    }

    fn untie(&mut self, a: i64, b: i64) {
        if self.book.tie(a, b, false) {
            self.untied += 1;
            self.moved.extend([a, b]);
        }
    }

    fn tie(&mut self, a: i64, b: i64) {
        if self.book.tie(a, b, true) {
            self.moved.extend([a, b]);
        }
    }

    /// Decides anew what every core that changed is tied to.
    pub(super) async fn retie(&mut self) -> RecordResult<()> {
        let dirty = std::mem::take(&mut self.dirty);
        self.grown.extend(&dirty);
        let cores = self.cores(&dirty).await?;
        let values = cores.iter().flat_map(|core| &core.profile.held).copied().filter(ties);
        self.book.load_carriers(self.session, values).await?;
        self.book.load_near(self.session, dirty.iter().copied()).await?;
        let mut near: Vec<BTreeSet<i64>> = Vec::with_capacity(cores.len());
        let mut wanted: BTreeSet<i64> = BTreeSet::new();
        for core in &cores {
            let near_one = self.may_tie(core);
            wanted.extend(&near_one);
            wanted.extend(self.book.near(core.id));
            near.push(near_one);
        }
        self.book.load(self.session, wanted).await?;
        for (core, others) in cores.iter().zip(near) {
            let apart = self.apart_from(core.id).await?;
            let texts = |key: u64| self.book.texts(key);
            let ties_to = |other: &i64| {
                let Some(other) = self.book.core(*other) else { return false };
                !apart.contains(&other.id) && core.profile.tie(&other.profile, texts, Kinds::ALL).0 >= TIES
            };
            let tied: BTreeSet<i64> = others.into_iter().filter(ties_to).collect();
            let gone: Vec<i64> = self.book.near(core.id).filter(|other| !tied.contains(other)).collect();
            gone.into_iter().for_each(|other| self.untie(core.id, other));
            tied.into_iter().for_each(|other| self.tie(core.id, other));
        }
        self.loosen(&dirty).await
    }

    /// Looks whether what ties the cores whose values became more common is still enough; ties of `done` were decided.
    async fn loosen(&mut self, done: &BTreeSet<i64>) -> RecordResult<()> {
        let weakened: BTreeSet<i64> = std::mem::take(&mut self.weakened).difference(done).copied().collect();
        self.book.load_near(self.session, weakened.iter().copied()).await?;
        let mut pairs: Vec<(i64, i64)> = Vec::new();
        for &a in &weakened {
            pairs.extend(self.book.near(a).filter(|b| a < *b && weakened.contains(b)).map(|b| (a, b)));
        }
        let ids: Vec<i64> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        self.book.load(self.session, ids).await?;
        let pairs: Vec<(Core, Core)> = pairs
            .into_iter()
            .filter_map(|(a, b)| Some((self.book.core(a)?.clone(), self.book.core(b)?.clone())))
            .collect();
        let mut values: Vec<Held> = Vec::new();
        for (a, b) in &pairs {
            let theirs: BTreeSet<u64> = b.profile.held.iter().map(|held| held.key).collect();
            values.extend(a.profile.held.iter().filter(|held| theirs.contains(&held.key) && ties(held)));
        }
        self.book.load_carriers(self.session, values).await?;
        for (a, b) in pairs {
            let texts = |key: u64| self.book.texts(key);
            if a.profile.tie(&b.profile, texts, Kinds::ALL).0 < TIES {
                self.untie(a.id, b.id);
                self.grown.extend([a.id, b.id]);
            }
        }
        Ok(())
    }

    /// The cores that share enough values with one to be tied to it, if they speak for both: only these are looked at.
    fn may_tie(&self, core: &Core) -> BTreeSet<i64> {
        let mut shared: HashMap<i64, Vec<Held>> = HashMap::new();
        for held in core.profile.held.iter().filter(|held| ties(held)) {
            if held.kind.rarity(self.book.texts(held.key)) > 0.0 {
                for other in self.book.carriers(held.key).filter(|other| *other != core.id) {
                    shared.entry(other).or_default().push(*held);
                }
            }
        }
        let enough = |held: &[Held]| {
            // As strongly as a core is tied that carries exactly these, in all its mails.
            let like =
                |mails| Profile { mails, held: held.iter().map(|held| Held { mails, ..*held }).collect() };
            like(1).tie(&like(1), |key| self.book.texts(key), Kinds::ALL).0 >= TIES
        };
        shared.into_iter().filter(|(_, held)| enough(held)).map(|(core, _)| core).collect()
    }

    /// The cores that an analyst keeps apart from one.
    pub(super) async fn apart_from(&mut self, core: i64) -> RecordResult<BTreeSet<i64>> {
        if !self.has_apart().await? {
            return Ok(BTreeSet::new());
        }
        self.book.flush_mails(self.session).await?;
        let sql = "SELECT x.core AS a, y.core AS b FROM campaign_pin p JOIN submission x ON x.id = p.a \
                   JOIN submission y ON y.id = p.b WHERE p.same = 0 AND p.withdrawn IS NULL \
                   AND x.core IS NOT NULL AND y.core IS NOT NULL AND (x.core = $1 OR y.core = $1)";
        let mut out = BTreeSet::new();
        for row in self.session.rows(sql, args![core]).await? {
            out.extend([row.int("a")?, row.int("b")?]);
        }
        out.remove(&core);
        Ok(out)
    }

    async fn has_apart(&mut self) -> RecordResult<bool> {
        if let Some(known) = self.any_apart {
            return Ok(known);
        }
        let sql = "SELECT id FROM campaign_pin WHERE same = 0 AND withdrawn IS NULL LIMIT 1";
        let any = self.session.row(sql, Vec::new()).await?.is_some();
        self.any_apart = Some(any);
        Ok(any)
    }
}

/// True for a value that may tie weakly.
fn ties(held: &Held) -> bool {
    !held.kind.is_strong() && held.kind.most_texts() > 0
}

pub(super) fn read_card(bytes: &[u8]) -> RecordResult<Card> {
    Card::read(bytes).ok_or_else(|| RecordError::Corrupt {
        noun: "signature",
        detail: "it is in no known form".to_owned(),
    })
}
