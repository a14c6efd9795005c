//! Anchors: what ties mails for good, and which of them are one core.
//!
//! Anchors are the nodes of a graph. Two are joined where one mail has both (a bridge) and where they are texts that
//! casework holds for one template, by the places that they stand in. A core is what hangs together. Joins come and go
//! with mails and as places fill up; where one goes, what it held together is looked at from its ends, side by side,
//! until the ends have met or one side is seen to be cut off.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use casework::{Print, ROOM, Signature};
use desk::records::{RecordError, RecordResult};

use super::book::{aggregated, number, numbers};
use crate::sql::{Session, Statement, args, filled, inserts, marks, padded};

/// Places are asked for with two rows more than may be compared pair by pair: so it is seen whether there are more, and
/// whether the last one that came was one too many.
const LOOK: u32 = ROOM as u32 + 2;

/// A place in which nothing stands: lists of places are filled up with it.
const NOWHERE: (u64, u64) = (0, 0);

/// Sketches read at once.
const CHUNK: usize = 16;

/// The texts that share a place with one text, and may be compared with it.
#[derive(Debug, Default)]
struct Near {
    /// Texts to compare with, by how many places are shared.
    compare: BTreeMap<i64, u32>,
    /// Texts that are taken for the same template as they are.
    unseen: BTreeSet<i64>,
    /// Shallow places that hold one text more than may be compared.
    filled: Vec<Vec<i64>>,
}

fn corrupt(detail: &str) -> RecordError {
    RecordError::Corrupt { noun: "signature", detail: detail.to_owned() }
}

/// Sketches that are kept in memory at most; each has about a kilobyte.
const SKETCHES: usize = 8192;

/// Shallow places that are kept in memory at most, but for those that are to be written.
const PLACES: usize = 65_536;

/// An anchor as it is now.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    core: i64,
    mails: u64,
}

/// What a change has read of anchors and places, and what it has not written yet. What is read or written by hand here
/// is so after what [`writes`](Self::writes) says.
#[derive(Default)]
pub(super) struct Anchors {
    /// `None` where there is none of this number.
    anchors: HashMap<i64, Option<Anchor>>,
    /// Anchors to write.
    changed: BTreeSet<i64>,
    /// Texts that nothing is stored of yet.
    new: HashMap<i64, Print>,
    prints: HashMap<i64, Print>,
    /// Places, each with what is to be written to it: at least as many texts as are looked for.
    shallow: HashMap<u64, Vec<(u64, i64)>>,
    deep: HashMap<(u64, u64), Vec<i64>>,
    /// Shallow place, deep place and text, to write.
    placed: Vec<(u64, u64, i64)>,
    /// Of how many mails more two anchors are, to write.
    bridges: BTreeMap<(i64, i64), u64>,
}

impl Anchors {
    /// Reads anchors.
    async fn load(&mut self, session: &mut Session, ids: impl IntoIterator<Item = i64>) -> RecordResult<()> {
        let missing: BTreeSet<i64> = ids.into_iter().filter(|id| !self.anchors.contains_key(id)).collect();
        let missing: Vec<i64> = missing.into_iter().collect();
        for list in padded(&missing) {
            let sql = format!(
                "SELECT string_agg(CAST(id AS TEXT) || '=' || CAST(core AS TEXT) || ':' || CAST(mails AS TEXT), ';') \
                 AS anchors FROM anchor WHERE id IN ({})",
                numbers(list.len())
            );
            let values = list.iter().flat_map(|id| args![*id]).collect();
            for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                for (id, of) in aggregated(&row.maybe_text("anchors")?.unwrap_or_default()) {
                    let (core, mails) = of.split_once(':').unwrap_or_default();
                    let anchor = Anchor { core: number(core)?, mails: number(mails)? };
                    self.anchors.insert(number(id)?, Some(anchor));
                }
            }
        }
        for id in missing {
            self.anchors.entry(id).or_insert(None);
        }
        Ok(())
    }

    /// The core of an anchor that was loaded.
    fn core(&self, id: i64) -> Option<i64> {
        self.anchors.get(&id).copied().flatten().map(|anchor| anchor.core)
    }

    /// The cores of anchors that are there, by anchor.
    pub(super) async fn cores(
        &mut self,
        session: &mut Session,
        ids: &[i64],
    ) -> RecordResult<HashMap<i64, i64>> {
        self.load(session, ids.iter().copied()).await?;
        Ok(ids.iter().filter_map(|id| Some((*id, self.core(*id)?))).collect())
    }

    /// Puts anchors into a core.
    pub(super) async fn set_core(
        &mut self,
        session: &mut Session,
        core: i64,
        ids: &[u64],
    ) -> RecordResult<()> {
        self.load(session, ids.iter().map(|id| id.cast_signed())).await?;
        for id in ids.iter().map(|id| id.cast_signed()) {
            if let Some(Some(anchor)) = self.anchors.get_mut(&id)
                && anchor.core != core
            {
                anchor.core = core;
                self.changed.insert(id);
            }
        }
        Ok(())
    }

    /// Reads shallow places.
    async fn load_shallow(
        &mut self,
        session: &mut Session,
        places: impl IntoIterator<Item = u64>,
    ) -> RecordResult<()> {
        if self.shallow.len() > PLACES && self.placed.is_empty() {
            self.shallow.clear();
            self.deep.clear();
        }
        let missing: BTreeSet<u64> = places.into_iter().filter(|it| !self.shallow.contains_key(it)).collect();
        let missing: Vec<u64> = missing.into_iter().collect();
        for list in filled(&missing, &NOWHERE.0) {
            // One row for all, and not one for each place or text: rows are what costs.
            let sql = format!(
                "WITH asked (s) AS (VALUES {}) SELECT string_agg(CAST(s AS TEXT) || '=' || \
                 (SELECT string_agg(CAST(deep AS TEXT) || ':' || CAST(anchor AS TEXT), ',') FROM \
                 (SELECT deep, anchor FROM anchor_place WHERE shallow = s LIMIT $1) AS few), ';') AS places \
                 FROM asked",
                marks(2, 1, list.len())
            );
            let mut values = args![LOOK];
            values.extend(list.iter().flat_map(|shallow| args![*shallow]));
            for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                for (place, texts) in aggregated(&row.maybe_text("places")?.unwrap_or_default()) {
                    let there = self.shallow.entry(number::<i64>(place)?.cast_unsigned()).or_default();
                    for text in texts.split(',') {
                        let (deep, id) = text.split_once(':').unwrap_or_default();
                        there.push((number::<i64>(deep)?.cast_unsigned(), number(id)?));
                    }
                }
            }
        }
        for place in missing {
            let there = self.shallow.entry(place).or_default();
            there.sort_unstable();
            there.dedup();
        }
        Ok(())
    }

    /// Reads deep places of shallow ones that were loaded and hold too many.
    async fn load_deep(&mut self, session: &mut Session, places: &[(u64, u64)]) -> RecordResult<()> {
        let missing: BTreeSet<(u64, u64)> =
            places.iter().copied().filter(|place| !self.deep.contains_key(place)).collect();
        let missing: Vec<(u64, u64)> = missing.into_iter().collect();
        for list in filled(&missing, &NOWHERE) {
            let sql = format!(
                "WITH asked (s, d) AS (VALUES {}) SELECT string_agg(CAST(s AS TEXT) || ':' || CAST(d AS TEXT) || '=' || \
                 (SELECT string_agg(CAST(anchor AS TEXT), ',') FROM \
                 (SELECT anchor FROM anchor_place WHERE shallow = s AND deep = d LIMIT $1) AS few), ';') AS places \
                 FROM asked",
                marks(2, 2, list.len())
            );
            let mut values = args![LOOK];
            values.extend(list.iter().flat_map(|(shallow, deep)| args![*shallow, *deep]));
            for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                for (place, texts) in aggregated(&row.maybe_text("places")?.unwrap_or_default()) {
                    let (shallow, deep) = place.split_once(':').unwrap_or_default();
                    let place =
                        (number::<i64>(shallow)?.cast_unsigned(), number::<i64>(deep)?.cast_unsigned());
                    let there = self.deep.entry(place).or_default();
                    for id in texts.split(',') {
                        there.push(number(id)?);
                    }
                }
            }
        }
        for place in missing {
            let there = self.deep.entry(place).or_default();
            let pending = self.placed.iter().filter(|(shallow, deep, _)| (*shallow, *deep) == place);
            there.extend(pending.map(|(_, _, id)| *id));
            there.sort_unstable();
            there.dedup();
        }
        Ok(())
    }

    /// Puts a text into its places.
    async fn place(&mut self, session: &mut Session, print: &Print) -> RecordResult<()> {
        self.load_shallow(session, print.places().map(|(shallow, _)| shallow)).await?;
        let id = print.id().cast_signed();
        for (shallow, deep) in print.places() {
            let there = self.shallow.entry(shallow).or_default();
            if there.contains(&(deep, id)) {
                continue;
            }
            there.push((deep, id));
            self.placed.push((shallow, deep, id));
            if let Some(there) = self.deep.get_mut(&(shallow, deep)) {
                there.push(id);
            }
        }
        Ok(())
    }

    /// What stands with `print`, which is in its places already, and shares a place in which it counts.
    async fn near(&mut self, session: &mut Session, print: &Print) -> RecordResult<Near> {
        let own = print.id().cast_signed();
        let places = print.places();
        self.load_shallow(session, places.map(|(shallow, _)| shallow)).await?;
        let full = |shallow: &u64| self.shallow.get(shallow).is_some_and(|there| there.len() > ROOM);
        let crowded: Vec<(u64, u64)> = places.iter().filter(|place| full(&place.0)).copied().collect();
        self.load_deep(session, &crowded).await?;
        let mut near = Near::default();
        for place in places {
            let Some(there) = self.shallow.get(&place.0) else { continue };
            if there.len() <= ROOM {
                for (_, other) in there.iter().filter(|(_, other)| *other != own) {
                    *near.compare.entry(*other).or_default() += 1;
                }
                continue;
            }
            if there.len() == ROOM + 1 {
                near.filled.push(there.iter().map(|(_, id)| *id).collect());
            }
            let there = self.deep.get(&place).map_or(&[][..], Vec::as_slice);
            let others = there.iter().filter(|other| **other != own);
            if there.len() <= ROOM {
                others.for_each(|other| *near.compare.entry(*other).or_default() += 1);
            } else {
                // One stands for all that were one already; where this text is the one too many, all become one with
                // it.
                near.unseen.extend(others.take(if there.len() == ROOM + 1 { ROOM } else { 1 }));
            }
        }
        Ok(near)
    }

    /// Reads texts, so that [`print`](Self::print) knows them.
    async fn load_prints(&mut self, session: &mut Session, ids: &[i64]) -> RecordResult<()> {
        if self.prints.len() > SKETCHES {
            self.prints.clear();
        }
        let missing: Vec<i64> = ids
            .iter()
            .copied()
            .filter(|id| !self.prints.contains_key(id) && !self.new.contains_key(id))
            .collect();
        self.prints.extend(prints(session, &missing).await?);
        Ok(())
    }

    fn print(&self, id: i64) -> Option<&Print> {
        self.new.get(&id).or_else(|| self.prints.get(&id))
    }

    /// The cores that hang together with `print` by its places.
    async fn joined(
        &mut self,
        session: &mut Session,
        print: &Print,
        near: &Near,
    ) -> RecordResult<BTreeSet<i64>> {
        let all: Vec<i64> = near.compare.keys().chain(&near.unseen).copied().collect();
        let cores = self.cores(session, &all).await?;
        let mut out: BTreeSet<i64> = near.unseen.iter().filter_map(|id| cores.get(id)).copied().collect();
        let mut open: Vec<(u32, i64, i64)> = near
            .compare
            .iter()
            .filter_map(|(id, shared)| Some((*shared, *id, *cores.get(id)?)))
            .filter(|(_, _, core)| !out.contains(core))
            .collect();
        // Those that share most places first: one that is alike decides for its whole core.
        open.sort_unstable_by(|a, b| b.cmp(a));
        while !open.is_empty() {
            let rest = open.split_off(open.len().min(CHUNK));
            let ids: Vec<i64> = open.iter().map(|(_, id, _)| *id).collect();
            self.load_prints(session, &ids).await?;
            for (_, id, core) in open {
                if !out.contains(&core) && self.print(id).is_some_and(|other| print.alike(other).is_some()) {
                    out.insert(core);
                }
            }
            open = rest.into_iter().filter(|(_, _, core)| !out.contains(core)).collect();
        }
        Ok(out)
    }

    /// Reads at once what [`enter`](Self::enter) of these signatures asks for one by one; returns the cores that their
    /// anchors are in.
    pub(super) async fn prepare(
        &mut self,
        session: &mut Session,
        signatures: &[&Signature],
    ) -> RecordResult<BTreeSet<i64>> {
        let anchors: Vec<i64> = signatures
            .iter()
            .flat_map(|signature| signature.anchors())
            .map(|anchor| anchor.cast_signed())
            .collect();
        self.load(session, anchors.iter().copied()).await?;
        let new: Vec<&Print> = signatures
            .iter()
            .flat_map(|signature| signature.prints())
            .filter(|print| self.core(print.id().cast_signed()).is_none())
            .collect();
        let places = new.iter().flat_map(|print| print.places()).map(|(shallow, _)| shallow);
        self.load_shallow(session, places).await?;
        let places = new.iter().flat_map(|print| print.places());
        let there = |(shallow, _): (u64, u64)| self.shallow.get(&shallow).filter(|it| it.len() <= ROOM);
        let others: BTreeSet<i64> = places.filter_map(there).flatten().map(|(_, id)| *id).collect();
        self.load(session, others).await?;
        Ok(anchors.iter().filter_map(|id| self.core(*id)).collect())
    }

    /// Puts a mail's anchors in and returns the cores that hang together through it, and the anchors of each place that
    /// filled up: what held them together there must be looked at.
    pub(super) async fn enter(
        &mut self,
        session: &mut Session,
        prints: &[Print],
        anchors: &[u64],
    ) -> RecordResult<(BTreeSet<i64>, Vec<Vec<i64>>)> {
        let mut cores = BTreeSet::new();
        let mut filled = Vec::new();
        self.load(session, anchors.iter().map(|anchor| anchor.cast_signed())).await?;
        for &anchor in anchors {
            let id = anchor.cast_signed();
            self.changed.insert(id);
            if let Some(Some(known)) = self.anchors.get_mut(&id) {
                known.mails += 1;
                cores.insert(known.core);
                continue;
            }
            self.anchors.insert(id, Some(Anchor { core: 0, mails: 1 }));
            let Some(print) = prints.iter().find(|print| print.id() == anchor) else { continue };
            self.new.insert(id, print.clone());
            self.place(session, print).await?;
            let near = self.near(session, print).await?;
            cores.extend(self.joined(session, print, &near).await?);
            filled.extend(near.filled);
        }
        for (at, &a) in anchors.iter().enumerate() {
            for &b in anchors.iter().take(at) {
                for (a, b) in [(a, b), (b, a)] {
                    *self.bridges.entry((a.cast_signed(), b.cast_signed())).or_default() += 1;
                }
            }
        }
        cores.remove(&0);
        Ok((cores, filled))
    }

    /// What writes everything.
    pub(super) fn writes(&mut self) -> Vec<Statement> {
        let mut rows = Vec::new();
        for id in std::mem::take(&mut self.changed) {
            if let Some(Some(anchor)) = self.anchors.get(&id) {
                let kept = self.new.get(&id).map(Print::to_bytes);
                rows.push(args![id, anchor.core, anchor.mails, kept.as_deref()]);
            }
        }
        // What is kept of a text never changes.
        let again = "ON CONFLICT (id) DO UPDATE SET core = excluded.core, mails = excluded.mails";
        let mut writes = inserts("anchor (id, core, mails, kept)", 4, rows, again);
        self.prints.extend(self.new.drain());
        let mut placed = std::mem::take(&mut self.placed);
        placed.sort_unstable();
        let rows = placed.into_iter().map(|(shallow, deep, id)| args![shallow, deep, id]).collect();
        let again = "ON CONFLICT DO NOTHING";
        writes.extend(inserts("anchor_place (shallow, deep, anchor)", 3, rows, again));
        let bridges = std::mem::take(&mut self.bridges);
        let rows = bridges.into_iter().map(|((a, b), mails)| args![a, b, mails]).collect();
        let again = "ON CONFLICT (a, b) DO UPDATE SET mails = anchor_bridge.mails + excluded.mails";
        writes.extend(inserts("anchor_bridge (a, b, mails)", 3, rows, again));
        writes
    }

    async fn flush(&mut self, session: &mut Session) -> RecordResult<()> {
        session.run_each(self.writes()).await.map(|_| ())
    }

    /// Writes everything and forgets what was read: others change it.
    async fn put_down(&mut self, session: &mut Session) -> RecordResult<()> {
        self.flush(session).await?;
        *self = Self::default();
        Ok(())
    }
}

/// Texts as they were kept.
pub(super) async fn prints(session: &mut Session, ids: &[i64]) -> RecordResult<HashMap<i64, Print>> {
    let mut out = HashMap::new();
    for list in padded(ids) {
        let sql =
            format!("SELECT id, kept FROM anchor WHERE kept IS NOT NULL AND id IN ({})", numbers(list.len()));
        let values = list.iter().flat_map(|id| args![*id]).collect();
        for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
            let print = Print::from_bytes(&row.bytes("kept")?)
                .ok_or_else(|| corrupt("a text is in no known form"))?;
            out.insert(row.int("id")?, print);
        }
    }
    Ok(out)
}

/// Which kind of place.
enum Crossing {
    Shallow,
    Deep,
}

/// The places of a text that hold exactly `count` texts now, with these.
async fn crossed(
    session: &mut Session,
    print: &Print,
    count: usize,
) -> RecordResult<Vec<(Crossing, Vec<i64>)>> {
    let mut out = Vec::new();
    let limit = u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    for (place, within) in print.places() {
        let sql = "SELECT deep, anchor FROM anchor_place WHERE shallow = $1 LIMIT $2";
        let rows = session.rows(sql, args![place, limit]).await?;
        let there: Vec<(u64, i64)> = rows
            .iter()
            .map(|row| Ok((row.int("deep")?.cast_unsigned(), row.int("anchor")?)))
            .collect::<RecordResult<_>>()?;
        if there.len() == count {
            out.push((Crossing::Shallow, there.iter().map(|(_, id)| *id).collect()));
        }
        if there.len() > ROOM {
            let sql = "SELECT anchor FROM anchor_place WHERE shallow = $1 AND deep = $2 LIMIT $3";
            let rows = session.rows(sql, args![place, within, limit]).await?;
            if rows.len() == count {
                let ids = rows.iter().map(|row| row.int("anchor")).collect::<RecordResult<_>>()?;
                out.push((Crossing::Deep, ids));
            }
        }
    }
    Ok(out)
}

/// Takes a mail's anchors out. Returns groups of anchors that may no longer hang together, and pairs that do from now
/// on: a place that is no longer too full is compared again.
pub(super) async fn leave(
    known: &mut Anchors,
    session: &mut Session,
    anchors: &[u64],
) -> RecordResult<(Vec<Vec<i64>>, Vec<(i64, i64)>)> {
    known.put_down(session).await?;
    let mut loose: Vec<Vec<i64>> = vec![anchors.iter().map(|anchor| anchor.cast_signed()).collect()];
    let mut tied = Vec::new();
    for (at, &a) in anchors.iter().enumerate() {
        for &b in anchors.iter().take(at) {
            for (a, b) in [(a, b), (b, a)] {
                session
                    .run("UPDATE anchor_bridge SET mails = mails - 1 WHERE a = $1 AND b = $2", args![a, b])
                    .await?;
                session
                    .run("DELETE FROM anchor_bridge WHERE a = $1 AND b = $2 AND mails <= 0", args![a, b])
                    .await?;
            }
        }
    }
    for &anchor in anchors {
        let sql = "UPDATE anchor SET mails = mails - 1 WHERE id = $1 RETURNING mails";
        let left = session.row(sql, args![anchor]).await?.map_or(Ok(1), |row| row.int("mails"))?;
        if left > 0 {
            continue;
        }
        let id = anchor.cast_signed();
        let kept = prints(session, &[id]).await?.remove(&id);
        let (mut around, full) = neighbours(known, session, id, kept.as_ref()).await?;
        known.put_down(session).await?;
        for place in full {
            // The place stays one without it; any of the others stands for it.
            around.extend(all_in(session, place).await?.into_iter().find(|other| *other != id));
        }
        // All that hung together by it, be it by a mail of both or by their texts, may have done so by it alone.
        loose.retain(|group| {
            let of = group.contains(&id);
            if of {
                around.extend(group);
            }
            !of
        });
        around.remove(&id);
        loose.push(around.into_iter().collect());
        session.run("DELETE FROM anchor WHERE id = $1", args![anchor]).await?;
        let Some(print) = kept else { continue };
        for (shallow, deep) in print.places() {
            let sql = "DELETE FROM anchor_place WHERE shallow = $1 AND deep = $2 AND anchor = $3";
            session.run(sql, args![shallow, deep, anchor]).await?;
        }
        for (crossing, there) in crossed(session, &print, ROOM).await? {
            let known = prints(session, &there).await?;
            let mut known: Vec<(&i64, &Print)> = known.iter().collect();
            known.sort_unstable_by_key(|(id, _)| **id);
            for (at, (a, print)) in known.iter().enumerate() {
                let alike = known.iter().take(at).filter(|(_, other)| print.alike(other).is_some());
                tied.extend(alike.map(|(b, _)| (**a, **b)));
            }
            if matches!(crossing, Crossing::Deep) {
                loose.push(there);
            }
        }
    }
    Ok((loose, tied))
}

/// What is joined to one anchor: others one by one, and places that hold too many, each of which is one as it is.
/// Everything was written before.
async fn neighbours(
    known: &mut Anchors,
    session: &mut Session,
    id: i64,
    print: Option<&Print>,
) -> RecordResult<(BTreeSet<i64>, Vec<(u64, u64)>)> {
    let rows = session.rows("SELECT b FROM anchor_bridge WHERE a = $1", args![id]).await?;
    let mut out: BTreeSet<i64> = rows.iter().map(|row| row.int("b")).collect::<RecordResult<_>>()?;
    let mut full = Vec::new();
    if let Some(print) = print {
        let near = known.near(session, print).await?;
        let ids: Vec<i64> = near.compare.keys().copied().collect();
        known.load_prints(session, &ids).await?;
        let alike = |other: &&i64| known.print(**other).is_some_and(|theirs| print.alike(theirs).is_some());
        out.extend(ids.iter().filter(alike));
        if !near.unseen.is_empty() {
            let many = |place: &(u64, u64)| {
                known.shallow.get(&place.0).is_some_and(|there| there.len() > ROOM)
                    && known.deep.get(place).is_some_and(|there| there.len() > ROOM)
            };
            full.extend(print.places().iter().filter(|place| many(place)));
        }
    }
    out.remove(&id);
    Ok((out, full))
}

/// All texts of a place.
async fn all_in(session: &mut Session, (shallow, deep): (u64, u64)) -> RecordResult<BTreeSet<i64>> {
    let sql = "SELECT anchor FROM anchor_place WHERE shallow = $1 AND deep = $2";
    let rows = session.rows(sql, args![shallow, deep]).await?;
    rows.iter().map(|row| row.int("anchor")).collect()
}

/// An anchor, or a place that holds too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Node {
    Anchor(i64),
    Place(u64, u64),
}

/// Ends that are followed side by side.
#[derive(Default)]
struct Walk {
    side: HashMap<Node, usize>,
    parent: Vec<usize>,
    open: Vec<VecDeque<Node>>,
}

impl Walk {
    fn root(&self, mut at: usize) -> usize {
        while let Some(&up) = self.parent.get(at).filter(|up| **up != at) {
            at = up;
        }
        at
    }

    fn roots(&self) -> BTreeSet<usize> {
        (0..self.parent.len()).filter(|at| self.root(*at) == *at).collect()
    }

    fn is_busy(&self, at: usize) -> bool {
        self.open.get(at).is_some_and(|open| !open.is_empty())
    }

    /// `at` has come to `node`.
    fn meet(&mut self, at: usize, node: Node) {
        let own = self.root(at);
        let Some(known) = self.side.get(&node).map(|known| self.root(*known)) else {
            self.side.insert(node, own);
            if let Some(queue) = self.open.get_mut(own) {
                queue.push_back(node);
            }
            return;
        };
        if known == own {
            return;
        }
        let (keep, give) = (known.min(own), known.max(own));
        if let Some(slot) = self.parent.get_mut(give) {
            *slot = keep;
        }
        let moved = self.open.get_mut(give).map(std::mem::take).unwrap_or_default();
        if let Some(queue) = self.open.get_mut(keep) {
            queue.extend(moved);
        }
    }

    /// The next node of a side: an anchor before a place that holds very many.
    fn next(&mut self, at: usize) -> Option<Node> {
        let queue = self.open.get_mut(at)?;
        let anchor = queue.iter().position(|node| matches!(node, Node::Anchor(_))).unwrap_or(0);
        queue.remove(anchor)
    }
}

/// Looks whether these anchors of one core still hang together; returns what does not hang together with the rest, each
/// piece with all its anchors. All ends are followed side by side, so that the work is that of the smaller pieces.
pub(super) async fn pieces(
    known: &mut Anchors,
    session: &mut Session,
    ends: &[i64],
) -> RecordResult<Vec<BTreeSet<i64>>> {
    known.flush(session).await?;
    let mut walk = Walk::default();
    for end in ends.iter().copied().collect::<BTreeSet<i64>>() {
        let at = walk.parent.len();
        walk.parent.push(at);
        walk.open.push(VecDeque::new());
        walk.meet(at, Node::Anchor(end));
    }
    loop {
        let roots = walk.roots();
        let busy: Vec<usize> = roots.iter().copied().filter(|at| walk.is_busy(*at)).collect();
        // Done where all have met, or all but one have come to their end.
        if roots.len() <= 1 || busy.len() <= 1 {
            break;
        }
        for at in busy {
            if walk.root(at) != at {
                continue;
            }
            match walk.next(at) {
                None => {}
                Some(Node::Place(shallow, deep)) => {
                    for other in all_in(session, (shallow, deep)).await? {
                        walk.meet(at, Node::Anchor(other));
                    }
                }
                Some(Node::Anchor(id)) => {
                    known.load_prints(session, &[id]).await?;
                    let print = known.print(id).cloned();
                    let (others, full) = neighbours(known, session, id, print.as_ref()).await?;
                    others.into_iter().for_each(|other| walk.meet(at, Node::Anchor(other)));
                    full.into_iter().for_each(|(shallow, deep)| walk.meet(at, Node::Place(shallow, deep)));
                }
            }
        }
    }
    let mut cut: BTreeMap<usize, BTreeSet<i64>> = BTreeMap::new();
    for (node, at) in &walk.side {
        if let Node::Anchor(id) = node {
            cut.entry(walk.root(*at)).or_default().insert(*id);
        }
    }
    // The one that is not at its end is the rest; where all are, the largest is.
    let rest =
        cut.iter().max_by_key(|(at, nodes)| (walk.is_busy(**at), nodes.len(), **at)).map(|(at, _)| *at);
    Ok(cut.into_iter().filter(|(at, _)| Some(*at) != rest).map(|(_, nodes)| nodes).collect())
}
