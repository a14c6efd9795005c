//! Anchors: what ties mails for good, and which of them are one core.
//!
//! Anchors are the nodes of a graph. Two are joined where one mail has both (a bridge) and where they are texts that
//! casework holds for one template, by the places that they stand in. A core is what hangs together. Joins come and go
//! with mails and as places fill up; where one goes, what it held together is looked at from its ends, side by side,
//! until the ends have met or one side is seen to be cut off.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use casework::{Print, ROOM};
use desk::records::{RecordError, RecordResult};

use crate::sql::{Session, args, insert_many};

/// Places are asked for with two rows more than may be compared pair by pair: so it is seen whether there are more, and
/// whether the last one that came was one too many.
const LOOK: u32 = ROOM as u32 + 2;

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

/// One shallow place as it is now.
async fn shallow(session: &mut Session, place: u64) -> RecordResult<Vec<(u64, i64)>> {
    let sql = "SELECT deep, anchor FROM anchor_place WHERE shallow = $1 LIMIT $2";
    let rows = session.rows(sql, args![place, LOOK]).await?;
    rows.iter().map(|row| Ok((row.int("deep")?.cast_unsigned(), row.int("anchor")?))).collect()
}

/// One deep place as it is now.
async fn deep(session: &mut Session, place: (u64, u64)) -> RecordResult<Vec<i64>> {
    let sql = "SELECT anchor FROM anchor_place WHERE shallow = $1 AND deep = $2 LIMIT $3";
    let rows = session.rows(sql, args![place.0, place.1, LOOK]).await?;
    rows.iter().map(|row| row.int("anchor")).collect()
}

/// What stands with `print`, which is in its places already, and shares a place in which it counts.
async fn near(session: &mut Session, print: &Print) -> RecordResult<Near> {
    let own = print.id().cast_signed();
    let mut near = Near::default();
    // All sixteen shallow places in one go: most are empty but for the text itself.
    let wanted = print.places();
    let parts: Vec<String> = (0..wanted.len())
        .map(|at| {
            format!(
                "SELECT shallow, deep, anchor FROM (SELECT shallow, deep, anchor FROM anchor_place \
                 WHERE shallow = ${} LIMIT $1) AS p{at}",
                at + 2
            )
        })
        .collect();
    let sql = parts.join(" UNION ALL ");
    let mut values = args![LOOK];
    values.extend(wanted.iter().flat_map(|(shallow, _)| args![*shallow]));
    let mut found: HashMap<u64, Vec<(u64, i64)>> = HashMap::new();
    for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
        let place = (row.int("deep")?.cast_unsigned(), row.int("anchor")?);
        found.entry(row.int("shallow")?.cast_unsigned()).or_default().push(place);
    }
    for place in wanted {
        let Some(there) = found.get(&place.0) else { continue };
        if there.len() <= ROOM {
            for (_, other) in there.iter().filter(|(_, other)| *other != own) {
                *near.compare.entry(*other).or_default() += 1;
            }
            continue;
        }
        if there.len() == ROOM + 1 {
            near.filled.push(there.iter().map(|(_, id)| *id).collect());
        }
        let there = deep(session, place).await?;
        let others = there.iter().filter(|other| **other != own);
        if there.len() <= ROOM {
            others.for_each(|other| *near.compare.entry(*other).or_default() += 1);
        } else {
            // One stands for all that were one already; where this text is the one too many, all become one with it.
            near.unseen.extend(others.take(if there.len() == ROOM + 1 { ROOM } else { 1 }));
        }
    }
    Ok(near)
}

/// The cores of anchors.
async fn cores_of(session: &mut Session, anchors: &[i64]) -> RecordResult<HashMap<i64, i64>> {
    let mut out = HashMap::new();
    for list in crate::sql::padded(anchors) {
        let sql = format!("SELECT id, core FROM anchor WHERE id IN ({})", numbers(list.len()));
        let values = list.iter().flat_map(|id| args![*id]).collect();
        for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
            out.insert(row.int("id")?, row.int("core")?);
        }
    }
    Ok(out)
}

/// `$1, $2 …`
fn numbers(count: usize) -> String {
    (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// Texts as they were kept.
pub(super) async fn prints(session: &mut Session, ids: &[i64]) -> RecordResult<HashMap<i64, Print>> {
    let mut out = HashMap::new();
    for list in crate::sql::padded(ids) {
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

/// The cores that hang together with `print` by its places.
async fn joined(session: &mut Session, print: &Print, near: &Near) -> RecordResult<BTreeSet<i64>> {
    let all: Vec<i64> = near.compare.keys().chain(&near.unseen).copied().collect();
    let cores = cores_of(session, &all).await?;
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
        let known = prints(session, &ids).await?;
        for (_, id, core) in open {
            if !out.contains(&core) && known.get(&id).is_some_and(|other| print.alike(other).is_some()) {
                out.insert(core);
            }
        }
        open = rest.into_iter().filter(|(_, _, core)| !out.contains(core)).collect();
    }
    Ok(out)
}

/// Puts a mail's anchors in and returns the cores that hang together through it, and the anchors of each place that
/// filled up: what held them together there must be looked at.
pub(super) async fn enter(
    session: &mut Session,
    prints: &[Print],
    anchors: &[u64],
) -> RecordResult<(BTreeSet<i64>, Vec<Vec<i64>>)> {
    let mut cores = BTreeSet::new();
    let mut filled = Vec::new();
    for &anchor in anchors {
        let sql = "UPDATE anchor SET mails = mails + 1 WHERE id = $1 RETURNING core";
        if let Some(row) = session.row(sql, args![anchor]).await? {
            cores.insert(row.int("core")?);
            continue;
        }
        let print = prints.iter().find(|print| print.id() == anchor);
        let kept = print.map(Print::to_bytes);
        let sql = "INSERT INTO anchor (id, core, mails, kept) VALUES ($1, $2, 1, $3)";
        session.run(sql, args![anchor, 0i64, kept.as_deref()]).await?;
        let Some(print) = print else { continue };
        let rows = print.places().iter().map(|(shallow, deep)| args![*shallow, *deep, anchor]).collect();
        insert_many(session, "anchor_place (shallow, deep, anchor)", 3, rows, "ON CONFLICT DO NOTHING")
            .await?;
        let near = near(session, print).await?;
        cores.extend(joined(session, print, &near).await?);
        filled.extend(near.filled);
    }
    for (at, &a) in anchors.iter().enumerate() {
        for &b in anchors.iter().take(at) {
            for (a, b) in [(a, b), (b, a)] {
                let sql = "INSERT INTO anchor_bridge (a, b, mails) VALUES ($1, $2, 1) \
                           ON CONFLICT (a, b) DO UPDATE SET mails = anchor_bridge.mails + 1";
                session.run(sql, args![a, b]).await?;
            }
        }
    }
    cores.remove(&0);
    Ok((cores, filled))
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
    session: &mut Session,
    anchors: &[u64],
) -> RecordResult<(Vec<Vec<i64>>, Vec<(i64, i64)>)> {
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
        let (mut around, full) = neighbours(session, id, kept.as_ref()).await?;
        for place in full {
            // The place stays one without it; any of the others stands for it.
            around.extend(all_in(session, place).await?.into_iter().find(|other| *other != id));
        }
        loose.push(around.into_iter().collect());
        for group in &mut loose {
            group.retain(|other| *other != id);
        }
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
async fn neighbours(
    session: &mut Session,
    id: i64,
    print: Option<&Print>,
) -> RecordResult<(BTreeSet<i64>, Vec<(u64, u64)>)> {
    let rows = session.rows("SELECT b FROM anchor_bridge WHERE a = $1", args![id]).await?;
    let mut out: BTreeSet<i64> = rows.iter().map(|row| row.int("b")).collect::<RecordResult<_>>()?;
    let mut full = Vec::new();
    if let Some(print) = print {
        let near = near(session, print).await?;
        let ids: Vec<i64> = near.compare.keys().copied().collect();
        for (other, theirs) in prints(session, &ids).await? {
            if print.alike(&theirs).is_some() {
                out.insert(other);
            }
        }
        if !near.unseen.is_empty() {
            for place in print.places() {
                if shallow(session, place.0).await?.len() > ROOM && deep(session, place).await?.len() > ROOM {
                    full.push(place);
                }
            }
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
pub(super) async fn pieces(session: &mut Session, ends: &[i64]) -> RecordResult<Vec<BTreeSet<i64>>> {
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
                    let print = prints(session, &[id]).await?.remove(&id);
                    let (others, full) = neighbours(session, id, print.as_ref()).await?;
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
