//! Cores: mails tied for good, what values they carry, and which other cores these tie them to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use casework::{Card, Held, Kinds, Mark, MarkKind, Profile, Rank, Signature, TIES};
use desk::records::{RecordError, RecordResult};
use lexicon::ids::{CampaignId, SubmissionId};

use super::{Linker, anchors};
use crate::sql::{Row, args, insert_many, padded};

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

    fn read(row: &Row) -> RecordResult<Self> {
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

fn held_bytes(held: &[Held]) -> Vec<u8> {
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

pub(super) const CORE: &str = "SELECT id, mails, ties, first, held, centre, campaign FROM core";

impl Linker<'_> {
    pub(super) async fn core(&mut self, id: i64) -> RecordResult<Core> {
        let sql = "SELECT id, mails, ties, first, held, centre, campaign FROM core WHERE id = $1";
        match self.session.row(sql, args![id]).await? {
            Some(row) => Core::read(&row),
            None => Err(RecordError::Corrupt { noun: "core", detail: "it is not there".to_owned() }),
        }
    }

    pub(super) async fn cores(&mut self, ids: &BTreeSet<i64>) -> RecordResult<Vec<Core>> {
        let ids: Vec<i64> = ids.iter().copied().collect();
        let mut out = BTreeMap::new();
        for list in padded(&ids) {
            let marks: Vec<String> = (1..=list.len()).map(|n| format!("${n}")).collect();
            let sql = format!("{CORE} WHERE id IN ({})", marks.join(", "));
            let values = list.iter().flat_map(|id| args![*id]).collect();
            for row in self.session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                let core = Core::read(&row)?;
                out.insert(core.id, core);
            }
        }
        Ok(out.into_values().collect())
    }

    /// Ties and centre of a core that is there already are not touched: others keep them.
    async fn save(&mut self, core: &Core) -> RecordResult<()> {
        let sql = "INSERT INTO core (id, mails, ties, first, held, centre, campaign) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET mails = excluded.mails, \
                   first = excluded.first, held = excluded.held, campaign = excluded.campaign";
        let held = held_bytes(&core.profile.held);
        let (mails, first) = (core.profile.mails, core.first.as_slice());
        let values = args![core.id, mails, core.ties, first, held.as_slice(), core.centre, core.campaign];
        self.session.run(sql, values).await.map(|_| ())
    }

    /// A number for a new core: from one of its mails.
    async fn new_core(&mut self, mail: SubmissionId) -> RecordResult<i64> {
        let bytes = mail.uuid().into_bytes();
        let mut id = bytes.iter().skip(8).fold(0u64, |sum, &byte| (sum << 8) | u64::from(byte)) >> 1;
        loop {
            let taken = self.session.row("SELECT id FROM core WHERE id = $1", args![id]).await?.is_some();
            if !taken && id != 0 {
                return Ok(id.cast_signed());
            }
            id = (id + 1) >> u32::from(id == u64::MAX >> 1);
        }
    }

    /// The mails of a core with what was kept of them.
    pub(super) async fn cards(&mut self, core: i64) -> RecordResult<Vec<(SubmissionId, Card)>> {
        let sql = "SELECT s.id AS id, g.card AS card FROM submission s JOIN submission_signature g \
                   ON g.submission = s.id WHERE s.core = $1";
        let rows = self.session.rows(sql, args![core]).await?;
        rows.iter().map(|row| Ok((row.id("id")?, read_card(&row.bytes("card")?)?))).collect()
    }

    /// Puts a mail in.
    pub(super) async fn enter(&mut self, mail: SubmissionId, signature: &Signature) -> RecordResult<()> {
        let own = signature.anchors();
        let (cores, filled) = anchors::enter(self.session, signature.prints(), &own).await?;
        let known = self.cores(&cores).await?;
        let mut core = match known.iter().max_by_key(|core| (core.profile.mails, core.id)) {
            Some(largest) => largest.clone(),
            None => {
                let id = self.new_core(mail).await?;
                let (first, profile) = (signature.identity(), Profile::default());
                Core { id, ties: 0, first, profile, centre: id, campaign: None }
            }
        };
        let own_id = core.id;
        for other in known.into_iter().filter(|other| other.id != own_id) {
            self.unite(&mut core, &other).await?;
        }
        self.anchor(core.id, &own).await?;
        let held = counted(signature.marks().iter());
        self.add(&mut core, 1, signature.identity(), &held).await?;
        if core.campaign.is_none() {
            // A mail that was in a campaign before brings it along.
            core.campaign = self.campaign_of(mail).await?;
            if core.campaign.is_some() {
                let sql = "UPDATE submission SET campaign = $1 WHERE core = $2";
                self.session.run(sql, args![core.campaign, core.id]).await?;
            }
        }
        self.save(&core).await?;
        let sql = "UPDATE submission SET core = $1, campaign = $2 WHERE id = $3";
        self.session.run(sql, args![core.id, core.campaign, mail]).await?;
        let sql = "INSERT INTO submission_signature (submission, card) VALUES ($1, $2) \
                   ON CONFLICT (submission) DO UPDATE SET card = excluded.card";
        self.session.run(sql, args![mail, signature.to_bytes().as_slice()]).await?;
        self.dirty.insert(core.id);
        for ends in filled {
            self.cut(&ends).await?;
        }
        Ok(())
    }

    async fn campaign_of(&mut self, mail: SubmissionId) -> RecordResult<Option<CampaignId>> {
        match self.session.row("SELECT campaign FROM submission WHERE id = $1", args![mail]).await? {
            Some(row) => row.maybe_id("campaign"),
            None => Ok(None),
        }
    }

    async fn anchor(&mut self, core: i64, ids: &[u64]) -> RecordResult<()> {
        for id in ids {
            self.session
                .run("UPDATE anchor SET core = $1 WHERE id = $2 AND core <> $1", args![core, *id])
                .await?;
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
        let rows = values.values().map(|held| args![held.key, core.id, held.mails]).collect();
        let again = "ON CONFLICT (value, core) DO UPDATE SET mails = core_value.mails + excluded.mails \
                     RETURNING value, mails";
        let now: HashMap<u64, u64> =
            insert_many(self.session, "core_value (value, core, mails)", 3, rows, again)
                .await?
                .iter()
                .map(|row| Ok((row.int("value")?.cast_unsigned(), row.count("mails")?)))
                .collect::<RecordResult<_>>()?;
        let new: Vec<Held> =
            values.values().filter(|held| now.get(&held.key) == Some(&held.mails)).copied().collect();
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
        let values: Vec<Held> = values
            .iter()
            .filter(|held| !held.kind.is_strong() && held.kind.most_texts() > 0)
            .copied()
            .collect();
        let carriers = self.carriers(&values).await?;
        for held in values {
            let now = carriers.get(&held.key).map_or(&[][..], Vec::as_slice);
            let texts = now.len() as u64;
            let before = texts.saturating_add_signed(-change);
            if held.kind.rarity(texts).to_bits() == held.kind.rarity(before).to_bits() {
                continue;
            }
            self.dirty.extend(now);
            if held.kind.rarity(texts) == 0.0 && change > 0 {
                self.common.push((held, now.to_vec()));
            }
        }
        Ok(())
    }

    /// The cores that carry each value; of a common one, two more than may.
    async fn carriers(&mut self, values: &[Held]) -> RecordResult<HashMap<u64, Vec<i64>>> {
        let mut out: HashMap<u64, Vec<i64>> = HashMap::new();
        for list in padded(values) {
            let parts: Vec<String> = (0..list.len())
                .map(|at| {
                    format!(
                        "SELECT value, core FROM (SELECT value, core FROM core_value WHERE value = ${} \
                         LIMIT ${}) AS v{at}",
                        at * 2 + 1,
                        at * 2 + 2
                    )
                })
                .collect();
            let sql = parts.join(" UNION ");
            let limits = list.iter().flat_map(|held| args![held.key, held.kind.most_texts().min(1000) + 2]);
            let limits = limits.collect();
            for row in self.session.rows(sqlx::AssertSqlSafe(sql), limits).await? {
                out.entry(row.int("value")?.cast_unsigned()).or_default().push(row.int("core")?);
            }
        }
        Ok(out)
    }

    /// Puts all mails of one core into another.
    async fn unite(&mut self, into: &mut Core, from: &Core) -> RecordResult<()> {
        let cards = self.cards(from.id).await?;
        self.forget(from, &cards).await?;
        let sql = "UPDATE submission SET core = $1, campaign = $2 WHERE core = $3";
        self.session.run(sql, args![into.id, into.campaign, from.id]).await?;
        for (_, card) in &cards {
            self.anchor(into.id, &card.anchors()).await?;
        }
        self.gone.push((from.campaign, into.id));
        let values = counted(cards.iter().flat_map(|(_, card)| &card.marks));
        self.add(into, cards.len() as u64, from.first, &values).await
    }

    /// Takes a core away: its values and ties.
    async fn forget(&mut self, core: &Core, cards: &[(SubmissionId, Card)]) -> RecordResult<()> {
        let values = counted(cards.iter().flat_map(|(_, card)| &card.marks));
        for value in values.keys() {
            let sql = "DELETE FROM core_value WHERE value = $1 AND core = $2";
            self.session.run(sql, args![*value, core.id]).await?;
        }
        for near in self.near(core.id).await? {
            self.untie(core.id, near).await?;
        }
        self.session.run("DELETE FROM core WHERE id = $1", args![core.id]).await?;
        self.dirty.remove(&core.id);
        self.moved.remove(&core.id);
        self.grown.remove(&core.id);
        self.centres.insert(core.centre);
        if core.centre == core.id {
            let rows = self.session.rows("SELECT id FROM core WHERE centre = $1", args![core.id]).await?;
            for row in &rows {
                self.moved.insert(row.int("id")?);
            }
        }
        let values: Vec<Held> = values.into_values().collect();
        self.carried(&values, -1).await
    }

    /// Takes a mail out.
    pub(super) async fn leave(&mut self, mail: SubmissionId) -> RecordResult<()> {
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
        let (loose, tied) = anchors::leave(self.session, &card.anchors()).await?;
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
            self.save(&into).await?;
            self.dirty.insert(into.id);
        }
        Ok(())
    }

    async fn core_of_anchor(&mut self, anchor: i64) -> RecordResult<Option<i64>> {
        match self.session.row("SELECT core FROM anchor WHERE id = $1", args![anchor]).await? {
            Some(row) => Ok(Some(row.int("core")?)),
            None => Ok(None),
        }
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
            let pieces = anchors::pieces(self.session, &ends).await?;
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
            self.save(&core).await?;
            if at > 0 {
                for (mail, card) in &part {
                    self.session
                        .run("UPDATE submission SET core = $1 WHERE id = $2", args![id, *mail])
                        .await?;
                    self.anchor(id, &card.anchors()).await?;
                }
            }
            self.dirty.insert(id);
            self.moved.insert(id);
        }
        Ok(())
    }

    /// The cores that one is tied to.
    pub(super) async fn near(&mut self, core: i64) -> RecordResult<Vec<i64>> {
        let rows = self.session.rows("SELECT b FROM core_tie WHERE a = $1", args![core]).await?;
        rows.iter().map(|row| row.int("b")).collect()
    }

    async fn untie(&mut self, a: i64, b: i64) -> RecordResult<()> {
        self.session
            .run("DELETE FROM core_tie WHERE (a = $1 AND b = $2) OR (a = $2 AND b = $1)", args![a, b])
            .await?;
        self.session.run("UPDATE core SET ties = ties - 1 WHERE id IN ($1, $2)", args![a, b]).await?;
        self.untied += 1;
        self.moved.extend([a, b]);
        Ok(())
    }

    async fn tie(&mut self, a: i64, b: i64) -> RecordResult<()> {
        let sql = "INSERT INTO core_tie (a, b) VALUES ($1, $2), ($2, $1) ON CONFLICT (a, b) DO NOTHING";
        if self.session.run(sql, args![a, b]).await? == 2 {
            self.session.run("UPDATE core SET ties = ties + 1 WHERE id IN ($1, $2)", args![a, b]).await?;
            self.moved.extend([a, b]);
        }
        Ok(())
    }

    /// Decides anew what every core that changed is tied to.
    pub(super) async fn retie(&mut self) -> RecordResult<()> {
        while let Some(id) = self.dirty.pop_first() {
            let core = self.core(id).await?;
            self.grown.insert(id);
            let weak: Vec<Held> = core
                .profile
                .held
                .iter()
                .filter(|held| !held.kind.is_strong() && held.kind.most_texts() > 0)
                .copied()
                .collect();
            let carriers = self.carriers(&weak).await?;
            let texts = |key: u64| carriers.get(&key).map_or(0, Vec::len) as u64;
            let mut others = BTreeSet::new();
            for held in weak.iter().filter(|held| held.kind.rarity(texts(held.key)) > 0.0) {
                others.extend(carriers.get(&held.key).into_iter().flatten().filter(|other| **other != id));
            }
            let apart = self.apart_from(id).await?;
            let mut tied = BTreeSet::new();
            for other in self.cores(&others).await? {
                let strength = core.profile.tie(&other.profile, texts, Kinds::ALL).0;
                if strength >= TIES && !apart.contains(&other.id) {
                    tied.insert(other.id);
                }
            }
            for gone in self.near(id).await?.into_iter().filter(|other| !tied.contains(other)) {
                self.untie(id, gone).await?;
            }
            for other in tied {
                self.tie(id, other).await?;
            }
        }
        Ok(())
    }

    /// The cores that an analyst keeps apart from one.
    pub(super) async fn apart_from(&mut self, core: i64) -> RecordResult<BTreeSet<i64>> {
        if !self.has_apart().await? {
            return Ok(BTreeSet::new());
        }
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

pub(super) fn read_card(bytes: &[u8]) -> RecordResult<Card> {
    Card::read(bytes).ok_or_else(|| RecordError::Corrupt {
        noun: "signature",
        detail: "it is in no known form".to_owned(),
    })
}
