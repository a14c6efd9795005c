//! What a change has read of cores, and what it has not written yet.
//!
//! Everything that linking asks about cores, their ties, values and groups is asked here: it is read once for all mails
//! of a change, many at a time, and written once at its end. So a hundred mails cost little more statements than one.
//! What is written by hand elsewhere (mails that move from core to core) is written after
//! [`flush_mails`](Book::flush_mails).

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use casework::{Held, MarkKind};
use desk::records::{RecordError, RecordResult};
use jiff::Timestamp;
use lexicon::ids::{CampaignId, SubmissionId};

use super::cores::{Core, held_bytes};
use crate::sql::{Session, Statement, args, filled, inserts, marks, padded};

/// No value and no core: lists of what is asked for are filled up with it.
const NOTHING: (u64, i64) = (0, 0);

/// Stands for the carriers of a value that has too many to read them.
const COMMON: &str = "-";

/// From how many carriers of a value on they are not read: two more than may carry it before it ties nothing, so that it
/// is seen whether the last one passed the step.
fn look(kind: MarkKind) -> u32 {
    u32::try_from(kind.most_texts()).unwrap_or(u32::MAX).saturating_add(2)
}

/// The cores that carry a value.
#[derive(Debug, Default)]
struct Carriers {
    /// All of them, or those of a common value that this change has to do with.
    cores: BTreeSet<i64>,
    /// False where the value is common: its carriers were not read.
    whole: bool,
    /// How many carry a common value at the least.
    least: u64,
}

/// Where a mail is.
#[derive(Debug, Clone, Copy)]
pub(super) struct MailPlace {
    pub(super) core: i64,
    pub(super) campaign: Option<CampaignId>,
    /// When it arrived where it was received, where that is not kept yet.
    pub(super) arrived: Option<Timestamp>,
}

/// See the module.
#[derive(Default)]
pub(super) struct Book {
    /// Cores as they are now; `None` where there is none of this number.
    cores: HashMap<i64, Option<Core>>,
    /// Cores to write.
    changed: BTreeSet<i64>,
    /// Cores that nothing is stored of yet.
    fresh: HashSet<i64>,
    /// What cores are tied to.
    near: HashMap<i64, BTreeSet<i64>>,
    /// Ties to write, the smaller number first: true where they hold from now on.
    ties: BTreeMap<(i64, i64), bool>,
    /// How many mails of a core carry a value.
    counts: HashMap<(u64, i64), u64>,
    /// Counts to write.
    counted: BTreeSet<(u64, i64)>,
    /// True where one of these is 0.
    emptied: bool,
    carriers: HashMap<u64, Carriers>,
    /// Cores by the core whose campaign they are in.
    groups: HashMap<i64, BTreeSet<i64>>,
    /// Where mails are, to write.
    mails: BTreeMap<SubmissionId, MailPlace>,
    /// Cards of mails, to write.
    cards: BTreeMap<SubmissionId, Vec<u8>>,
}

impl Book {
    /// Reads cores, so that [`core`](Self::core) knows them.
    pub(super) async fn load(
        &mut self,
        session: &mut Session,
        ids: impl IntoIterator<Item = i64>,
    ) -> RecordResult<()> {
        let missing: BTreeSet<i64> = ids.into_iter().filter(|id| !self.cores.contains_key(id)).collect();
        let missing: Vec<i64> = missing.into_iter().collect();
        for list in padded(&missing) {
            let sql = format!(
                "SELECT id, mails, ties, first, held, centre, campaign FROM core WHERE id IN ({})",
                numbers(list.len())
            );
            let values = list.iter().flat_map(|id| args![*id]).collect();
            for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                let core = Core::read(&row)?;
                self.cores.insert(core.id, Some(core));
            }
        }
        for id in missing {
            self.cores.entry(id).or_insert(None);
        }
        Ok(())
    }

    /// A core that was [loaded](Self::load).
    pub(super) fn core(&self, id: i64) -> Option<&Core> {
        self.cores.get(&id)?.as_ref()
    }

    /// A core of a number that no core has.
    pub(super) fn open(&mut self, core: Core) {
        self.fresh.insert(core.id);
        self.near.insert(core.id, BTreeSet::new());
        self.groups.entry(core.id).or_default();
        self.save(core);
    }

    /// Keeps a core. Ties and centre of one that is there already are not touched: others keep them.
    pub(super) fn save(&mut self, mut core: Core) {
        match self.core(core.id) {
            Some(known) => (core.ties, core.centre) = (known.ties, known.centre),
            None => {
                if let Some(group) = self.groups.get_mut(&core.centre) {
                    group.insert(core.id);
                }
            }
        }
        self.changed.insert(core.id);
        self.cores.insert(core.id, Some(core));
    }

    /// Takes a core away, of which nothing is left but its row.
    pub(super) fn remove(&mut self, id: i64) {
        if let Some(core) = self.cores.insert(id, None).flatten()
            && let Some(group) = self.groups.get_mut(&core.centre)
        {
            group.remove(&id);
        }
        self.near.insert(id, BTreeSet::new());
        self.changed.insert(id);
    }

    /// Changes a core that is there.
    pub(super) fn change(&mut self, id: i64, change: impl FnOnce(&mut Core)) {
        let Some(core) = self.cores.get_mut(&id).and_then(Option::as_mut) else { return };
        let before = core.centre;
        change(core);
        let now = core.centre;
        if before != now {
            if let Some(group) = self.groups.get_mut(&before) {
                group.remove(&id);
            }
            if let Some(group) = self.groups.get_mut(&now) {
                group.insert(id);
            }
        }
        self.changed.insert(id);
    }

    /// Reads what cores are tied to, so that [`near`](Self::near) knows it.
    pub(super) async fn load_near(
        &mut self,
        session: &mut Session,
        ids: impl IntoIterator<Item = i64>,
    ) -> RecordResult<()> {
        let missing: BTreeSet<i64> = ids.into_iter().filter(|id| !self.near.contains_key(id)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut read: HashMap<i64, BTreeSet<i64>> = missing.iter().map(|id| (*id, BTreeSet::new())).collect();
        let asked: Vec<i64> = missing.into_iter().collect();
        for list in padded(&asked) {
            let sql = format!("SELECT a, b FROM core_tie WHERE a IN ({})", numbers(list.len()));
            let values = list.iter().flat_map(|id| args![*id]).collect();
            for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                read.entry(row.int("a")?).or_default().insert(row.int("b")?);
            }
        }
        for (&(a, b), &holds) in &self.ties {
            for (a, b) in [(a, b), (b, a)] {
                if let Some(near) = read.get_mut(&a) {
                    if holds {
                        near.insert(b)
                    } else {
                        near.remove(&b)
                    };
                }
            }
        }
        self.near.extend(read);
        Ok(())
    }

    /// What a core is tied to.
    pub(super) fn near(&self, id: i64) -> impl Iterator<Item = i64> + '_ {
        self.near.get(&id).into_iter().flatten().copied()
    }

    /// Ties two cores, or unties them; false where they were so already. Both were loaded, and what `a` is tied to.
    pub(super) fn tie(&mut self, a: i64, b: i64, holds: bool) -> bool {
        let near = self.near.entry(a).or_default();
        if !(if holds { near.insert(b) } else { near.remove(&b) }) {
            return false;
        }
        if let Some(near) = self.near.get_mut(&b) {
            if holds {
                near.insert(a)
            } else {
                near.remove(&a)
            };
        }
        for id in [a, b] {
            self.change(id, |core| {
                core.ties = if holds { core.ties + 1 } else { core.ties.saturating_sub(1) };
            });
        }
        self.ties.insert((a.min(b), a.max(b)), holds);
        true
    }

    /// Reads how many mails of cores carry values, so that [`count`](Self::count) knows it.
    pub(super) async fn load_counts(
        &mut self,
        session: &mut Session,
        pairs: impl IntoIterator<Item = (u64, i64)>,
    ) -> RecordResult<()> {
        let missing: BTreeSet<(u64, i64)> = pairs
            .into_iter()
            .filter(|pair| !self.fresh.contains(&pair.1) && !self.counts.contains_key(pair))
            .collect();
        let missing: Vec<(u64, i64)> = missing.into_iter().collect();
        for list in filled(&missing, &NOTHING) {
            let sql = format!(
                "WITH asked (v, c) AS (VALUES {}) SELECT string_agg(CAST(value AS TEXT) || ':' || CAST(core AS TEXT) \
                 || '=' || CAST(mails AS TEXT), ';') AS counts FROM asked JOIN core_value ON value = v AND core = c",
                marks(1, 2, list.len())
            );
            let values = list.iter().flat_map(|(value, core)| args![*value, *core]).collect();
            for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                for (pair, mails) in aggregated(&row.maybe_text("counts")?.unwrap_or_default()) {
                    let (value, core) = pair.split_once(':').unwrap_or_default();
                    let pair = (number(value)?, number(core)?);
                    self.counts.insert(pair, number(mails)?);
                }
            }
        }
        for pair in missing {
            self.counts.entry(pair).or_insert(0);
        }
        Ok(())
    }

    /// How many mails of a core carry a value.
    pub(super) fn count(&self, value: u64, core: i64) -> u64 {
        self.counts.get(&(value, core)).copied().unwrap_or(0)
    }

    /// Says how many mails of a core carry a value.
    pub(super) fn set_count(&mut self, value: u64, core: i64, mails: u64) {
        self.counts.insert((value, core), mails);
        self.counted.insert((value, core));
        self.emptied |= mails == 0;
        let Some(carriers) = self.carriers.get_mut(&value) else { return };
        if mails > 0 {
            carriers.cores.insert(core);
        } else {
            carriers.cores.remove(&core);
            // Of a common value others may come to sight.
            if !carriers.whole {
                self.carriers.remove(&value);
            }
        }
    }

    /// Reads which cores carry values, so that [`carriers`](Self::carriers) knows it; of a common one only that it is
    /// common.
    pub(super) async fn load_carriers(
        &mut self,
        session: &mut Session,
        values: impl IntoIterator<Item = Held>,
    ) -> RecordResult<()> {
        let missing: BTreeMap<u64, u32> = values
            .into_iter()
            .filter(|held| !self.carriers.contains_key(&held.key))
            .map(|held| (held.key, look(held.kind)))
            .collect();
        if self.emptied && !missing.is_empty() {
            self.flush_counts(session).await?;
        }
        let missing: Vec<(u64, u32)> = missing.into_iter().collect();
        for list in filled(&missing, &(NOTHING.0, 0)) {
            self.read_carriers(session, &list).await?;
        }
        Ok(())
    }

    /// Reads the carriers of values of which nothing is known, each with the number from which on they are not told.
    async fn read_carriers(&mut self, session: &mut Session, list: &[(u64, u32)]) -> RecordResult<()> {
        let most = list.iter().map(|(_, most)| *most).max().unwrap_or_default();
        // One row for all, and not one for each value or core: rows are what costs.
        let sql = format!(
            "WITH asked (v, most) AS (VALUES {}) SELECT string_agg(CAST(v AS TEXT) || '=' || CASE WHEN \
             (SELECT COUNT(*) FROM (SELECT 1 FROM core_value WHERE value = v LIMIT $1) AS few) < most THEN \
             (SELECT string_agg(CAST(core AS TEXT), ',') FROM core_value WHERE value = v) ELSE '{COMMON}' END, ';') \
             AS carriers FROM asked",
            marks(2, 2, list.len())
        );
        let mut asked = args![most];
        asked.extend(list.iter().flat_map(|(value, most)| args![*value, *most]));
        let mut common = HashSet::new();
        for row in session.rows(sqlx::AssertSqlSafe(sql), asked).await? {
            for (value, cores) in aggregated(&row.maybe_text("carriers")?.unwrap_or_default()) {
                let value = number(value)?;
                if cores == COMMON {
                    common.insert(value);
                    continue;
                }
                let carriers = self.carriers.entry(value).or_default();
                for core in cores.split(',') {
                    carriers.cores.insert(number(core)?);
                }
            }
        }
        for (value, most) in list {
            let carriers = self.carriers.entry(*value).or_default();
            carriers.whole = !common.contains(value);
            carriers.least = if carriers.whole { 0 } else { u64::from(*most) };
            let pending = self.counted.range((*value, i64::MIN)..=(*value, i64::MAX));
            carriers.cores.extend(pending.map(|(_, core)| *core));
        }
        Ok(())
    }

    /// The cores that carry a value.
    pub(super) fn carriers(&self, value: u64) -> impl Iterator<Item = i64> + '_ {
        self.carriers.get(&value).into_iter().flat_map(|carriers| &carriers.cores).copied()
    }

    /// How many cores carry a value; where it is common, at least two more than may.
    pub(super) fn texts(&self, value: u64) -> u64 {
        self.carriers.get(&value).map_or(0, |carriers| carriers.least.max(carriers.cores.len() as u64))
    }

    /// Reads which cores are in the campaigns of these, so that [`group`](Self::group) knows it.
    pub(super) async fn load_groups(
        &mut self,
        session: &mut Session,
        centres: impl IntoIterator<Item = i64>,
    ) -> RecordResult<()> {
        let missing: BTreeSet<i64> =
            centres.into_iter().filter(|centre| !self.groups.contains_key(centre)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut read: HashMap<i64, BTreeSet<i64>> = missing.iter().map(|id| (*id, BTreeSet::new())).collect();
        let asked: Vec<i64> = missing.into_iter().collect();
        for list in padded(&asked) {
            let sql = format!("SELECT id, centre FROM core WHERE centre IN ({})", numbers(list.len()));
            let values = list.iter().flat_map(|id| args![*id]).collect();
            for row in session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                let id = row.int("id")?;
                if !self.changed.contains(&id) {
                    read.entry(row.int("centre")?).or_default().insert(id);
                }
            }
        }
        for core in self.changed.iter().filter_map(|id| self.core(*id)) {
            if let Some(group) = read.get_mut(&core.centre) {
                group.insert(core.id);
            }
        }
        self.groups.extend(read);
        Ok(())
    }

    /// The cores that are in the campaign of one.
    pub(super) fn group(&self, centre: i64) -> BTreeSet<i64> {
        self.groups.get(&centre).cloned().unwrap_or_default()
    }

    /// Says in which core and campaign a mail is, and what is kept of it.
    pub(super) fn put_mail(&mut self, mail: SubmissionId, place: MailPlace, card: Vec<u8>) {
        self.mails.insert(mail, place);
        self.cards.insert(mail, card);
    }

    /// Writes where mails are: what reads or writes that by hand asks for it before.
    pub(super) async fn flush_mails(&mut self, session: &mut Session) -> RecordResult<()> {
        session.run_each(self.mail_writes()).await.map(|_| ())
    }

    fn mail_writes(&mut self) -> Vec<Statement> {
        let mut writes = Vec::new();
        let mails: Vec<(SubmissionId, MailPlace)> = std::mem::take(&mut self.mails).into_iter().collect();
        for list in padded(&mails) {
            let sql = format!(
                "WITH given (mail, its_core, its_campaign, at) AS (VALUES {}) UPDATE submission \
                 SET core = its_core, campaign = its_campaign, arrived = COALESCE(at, arrived) FROM given \
                 WHERE id = mail",
                marks(1, 4, list.len())
            );
            let mut values = Vec::with_capacity(list.len() * 4);
            for (mail, MailPlace { core, campaign, arrived }) in list {
                values.extend(args![mail, core, campaign, arrived]);
            }
            writes.push(Statement::new(sql, values));
        }
        let cards = std::mem::take(&mut self.cards);
        let rows = cards.iter().map(|(mail, card)| args![*mail, card.as_slice()]).collect();
        let again = "ON CONFLICT (submission) DO UPDATE SET card = excluded.card";
        writes.extend(inserts("submission_signature (submission, card)", 2, rows, again));
        writes
    }

    async fn flush_counts(&mut self, session: &mut Session) -> RecordResult<()> {
        session.run_each(self.count_writes()).await.map(|_| ())
    }

    fn count_writes(&mut self) -> Vec<Statement> {
        let mut writes = Vec::new();
        let mut rows = Vec::new();
        for (value, core) in std::mem::take(&mut self.counted) {
            match self.count(value, core) {
                0 => {
                    let sql = "DELETE FROM core_value WHERE value = $1 AND core = $2";
                    writes.push(Statement::new(sql, args![value, core]));
                }
                mails => rows.push(args![value, core, mails]),
            }
        }
        self.emptied = false;
        let again = "ON CONFLICT (value, core) DO UPDATE SET mails = excluded.mails";
        writes.extend(inserts("core_value (value, core, mails)", 3, rows, again));
        writes
    }

    /// What writes everything.
    pub(super) fn writes(&mut self) -> Vec<Statement> {
        let mut writes = self.mail_writes();
        let mut rows = Vec::new();
        for id in std::mem::take(&mut self.changed) {
            let Some(core) = self.core(id) else {
                writes.push(Statement::new("DELETE FROM core WHERE id = $1", args![id]));
                continue;
            };
            let (held, first) = (held_bytes(&core.profile.held), core.first.as_slice());
            let (mails, held) = (core.profile.mails, held.as_slice());
            rows.push(args![core.id, mails, core.ties, first, held, core.centre, core.campaign]);
        }
        self.fresh.clear();
        let again = "ON CONFLICT (id) DO UPDATE SET mails = excluded.mails, ties = excluded.ties, \
                     first = excluded.first, held = excluded.held, centre = excluded.centre, \
                     campaign = excluded.campaign";
        let into = "core (id, mails, ties, first, held, centre, campaign)";
        writes.extend(inserts(into, 7, rows, again));
        let mut rows = Vec::new();
        for ((a, b), holds) in std::mem::take(&mut self.ties) {
            if holds {
                rows.extend([args![a, b], args![b, a]]);
            } else {
                let sql = "DELETE FROM core_tie WHERE (a = $1 AND b = $2) OR (a = $2 AND b = $1)";
                writes.push(Statement::new(sql, args![a, b]));
            }
        }
        writes.extend(inserts("core_tie (a, b)", 2, rows, "ON CONFLICT (a, b) DO NOTHING"));
        writes.extend(self.count_writes());
        writes
    }
}

/// `$1, $2 …`
pub(super) fn numbers(count: usize) -> String {
    (1..=count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

/// The parts of what a database put together into one row: `name=value;name=value`.
pub(super) fn aggregated(row: &str) -> impl Iterator<Item = (&str, &str)> {
    row.split_terminator(';').map(|part| part.split_once('=').unwrap_or_default())
}

/// A number out of a list that a database put together.
pub(super) fn number<T: FromStr>(text: &str) -> RecordResult<T> {
    text.parse().map_err(|_| RecordError::Corrupt {
        noun: "number",
        detail: "a list of numbers is in no known form".to_owned(),
    })
}
