//! Linking: a mail comes in, and cores, ties and campaigns are again what casework makes of all mails at once.
//!
//! All in the transaction that the caller commits; the caller has seen to it that no other runs beside it. Many mails
//! are put in as one change: what they need is read at once (`book.rs`, `anchors.rs`) and written at the end. One mail
//! touches its anchors, the places of its texts, the values that it carries, the cores that these tie, and the
//! neighbours of those: each a bounded number, however many mails there are. Mails are only moved one by one where
//! cores become one (those of the smaller core) or fall apart.

mod anchors;
mod book;
mod cores;
mod pins;
mod reasons;
mod settling;

use std::collections::{BTreeSet, HashMap};

use casework::{Held, Mark, Signature};
use desk::records::RecordResult;
use jiff::Timestamp;
use lexicon::MailFacts;
use lexicon::ids::{CampaignId, PinId, SubmissionId};

use book::numbers;

use crate::sql::{Session, args, padded};

pub(super) use pins::{pin, pins, tell, told, withdraw};
pub(super) use reasons::{links, links_of_pairs};

/// One change of what is linked.
pub(super) struct Linker<'s> {
    session: &'s mut Session,
    at: Timestamp,
    anchors: anchors::Anchors,
    book: book::Book,
    /// Cores whose ties are to be decided anew.
    dirty: BTreeSet<i64>,
    /// Cores that carry a value that became more common, and nothing else of which changed: they gain no tie, and lose
    /// none but to each other.
    weakened: BTreeSet<i64>,
    /// Cores whose ties changed, or that are new.
    moved: BTreeSet<i64>,
    /// Cores that have other mails than before.
    grown: BTreeSet<i64>,
    /// Cores that a mail brought a campaign into.
    brought: BTreeSet<i64>,
    /// What is to be told in the history.
    events: Vec<settling::Event>,
    /// Cores that were the centre of something that is no more.
    centres: BTreeSet<i64>,
    /// Campaigns whose mails went into another core.
    gone: Vec<(Option<CampaignId>, i64)>,
    /// Values that turned common, and who carries them.
    common: Vec<(Held, Vec<i64>)>,
    /// How many ties were withdrawn.
    untied: u64,
    /// Values in words, for the history.
    words: HashMap<u64, String>,
    any_apart: Option<bool>,
}

impl<'s> Linker<'s> {
    pub(super) fn new(session: &'s mut Session, at: Timestamp) -> Self {
        Self {
            session,
            at,
            anchors: anchors::Anchors::default(),
            book: book::Book::default(),
            brought: BTreeSet::new(),
            events: Vec::new(),
            dirty: BTreeSet::new(),
            weakened: BTreeSet::new(),
            moved: BTreeSet::new(),
            grown: BTreeSet::new(),
            centres: BTreeSet::new(),
            gone: Vec::new(),
            common: Vec::new(),
            untied: 0,
            words: HashMap::new(),
            any_apart: None,
        }
    }

    /// Says whether any pin keeps mails apart, where the caller knows it.
    pub(super) fn knowing(mut self, apart: bool) -> Self {
        self.any_apart = Some(apart);
        self
    }

    /// Puts a mail in, or in anew, with what analysts told and hold of it.
    pub(super) async fn put(&mut self, mail: SubmissionId, signature: Signature) -> RecordResult<()> {
        self.book.flush_mails(self.session).await?;
        let sql = "SELECT core, campaign FROM submission WHERE id = $1";
        let Some(row) = self.session.row(sql, args![mail]).await? else { return Ok(()) };
        let (core, campaign) = (row.maybe_int("core")?, row.maybe_id("campaign")?);
        self.put_all(vec![Coming { mail, signature, core, campaign, arrived: None, said: true }]).await
    }

    /// Puts mails in: what is asked of the store for them is asked for all at once.
    pub(super) async fn put_all(&mut self, mails: Vec<Coming>) -> RecordResult<()> {
        let mails = self.effective(mails).await?;
        for coming in mails.iter().filter(|coming| coming.core.is_some()) {
            self.leave(coming.mail).await?;
        }
        let known: Vec<(SubmissionId, &Signature)> =
            mails.iter().map(|coming| (coming.mail, &coming.signature)).collect();
        self.prepare(&known).await?;
        for coming in &mails {
            let signature = &coming.signature;
            for mark in signature.marks() {
                self.words
                    .entry(mark.key())
                    .or_insert_with(|| format!("{} {}", mark.kind.word(), mark.value));
            }
            self.enter(coming).await?;
        }
        Ok(())
    }

    /// Puts a mail in anew, from its dissection.
    pub(super) async fn renew(&mut self, mail: SubmissionId) -> RecordResult<()> {
        let sql = "SELECT d.facts AS facts FROM submission s LEFT JOIN dissection d ON d.sha256 = s.sha256 \
                   WHERE s.id = $1 AND s.state IN ('dissected', 'judged') ORDER BY d.at DESC, d.engine DESC LIMIT 1";
        let Some(row) = self.session.row(sql, args![mail]).await? else { return Ok(()) };
        // What cannot be read any more ties nothing; the mail itself is kept as it is.
        let facts = row.maybe_text("facts")?.unwrap_or_default();
        let facts: MailFacts = serde_json::from_str(&facts).unwrap_or_default();
        self.put(mail, Signature::of(&facts)).await
    }

    /// Gives signatures what analysts told and hold of their mails.
    async fn effective(&mut self, mails: Vec<Coming>) -> RecordResult<Vec<Coming>> {
        let mut told: HashMap<SubmissionId, Vec<Mark>> = HashMap::new();
        let mut pinned: HashMap<SubmissionId, Vec<(PinId, bool, bool)>> = HashMap::new();
        let ids: Vec<SubmissionId> =
            mails.iter().filter(|coming| coming.said).map(|coming| coming.mail).collect();
        for list in padded(&ids) {
            let (numbers, values) = (numbers(list.len()), list.iter().flat_map(|id| args![*id]));
            let values: Vec<_> = values.collect();
            let sql = format!(
                "SELECT submission, value FROM submission_told WHERE submission IN ({numbers}) ORDER BY value"
            );
            for row in self.session.rows(sqlx::AssertSqlSafe(sql), values.clone()).await? {
                told.entry(row.id("submission")?).or_default().push(Mark::c2(&row.text("value")?));
            }
            let sql = format!(
                "SELECT id, a, b, same FROM campaign_pin WHERE withdrawn IS NULL \
                 AND (a IN ({numbers}) OR b IN ({numbers})) UNION SELECT id, a, b, same FROM (SELECT id, a, b, same \
                 FROM campaign_pin WHERE withdrawn IS NULL AND same = 0 LIMIT 1) AS any_apart ORDER BY id"
            );
            // Whether there is any that keeps mails apart is seen on the way: it is asked for again and again.
            let mut apart = false;
            for row in self.session.rows(sqlx::AssertSqlSafe(sql), values).await? {
                let (id, same) = (row.id("id")?, row.truth("same")?);
                apart |= !same;
                let (a, b) = (row.id("a")?, row.id("b")?);
                pinned.entry(a).or_default().push((id, same, false));
                pinned.entry(b).or_default().push((id, same, true));
            }
            self.any_apart = Some(apart);
        }
        let with = |mut coming: Coming| {
            let mut signature = coming.signature.with(told.remove(&coming.mail).unwrap_or_default());
            for (id, same, second) in pinned.remove(&coming.mail).unwrap_or_default() {
                if same {
                    signature = signature.with([Mark::same(&id.to_string())]);
                } else if second {
                    signature = signature.apart();
                }
            }
            coming.signature = signature;
            coming
        };
        Ok(mails.into_iter().map(with).collect())
    }

    /// Decides everything that rests on what changed, and writes it.
    pub(super) async fn finish(mut self) -> RecordResult<()> {
        self.retie().await?;
        self.settle().await?;
        let mut writes = self.anchors.writes();
        writes.extend(self.book.writes());
        self.session.run_each(writes).await?;
        self.tell_events().await
    }
}

/// A mail that is to be put in.
pub(super) struct Coming {
    pub(super) mail: SubmissionId,
    pub(super) signature: Signature,
    /// The core that it is in, where it was in before.
    pub(super) core: Option<i64>,
    /// The campaign that it is or was in.
    pub(super) campaign: Option<CampaignId>,
    /// When it arrived where it was received, where that is not kept yet.
    pub(super) arrived: Option<Timestamp>,
    /// False where it is known that analysts told and hold nothing of it.
    pub(super) said: bool,
}
