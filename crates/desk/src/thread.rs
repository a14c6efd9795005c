//! Rapport threads over all members: with every mail that comes, its conversation and its operator's others are looked at
//! anew, and whoever has an enquiry of such an operator before him is warned at once.
//!
//! What a mail touches is found by keys and bounded (`COMPONENT`); the judgement itself is
//! [`casework::thread::threads`]. A member sees his own conversation, computed from his own mails alone, and his warning;
//! nothing that he sees says who else was written to, or how many.

use std::collections::{BTreeMap, BTreeSet};

use casework::thread::threads;
pub use casework::thread::{Findings, Letter, Own, Sign, Standing, Step, StepKind, Thread};
use lexicon::ids::{MemberId, SubmissionId};
use lexicon::{MailFacts, SubmissionState};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::DeskResult;
use crate::records::{SubmissionRecord, ThreadRecord, WarningRecord};

/// Submissions that are looked at together at most.
const COMPONENT: usize = 240;
/// A key that more submissions have joins none: a newsletter's sender, a subject that everybody uses.
const EVERYBODY: u32 = 96;
/// How often neighbours of neighbours are looked for.
const ROUNDS: usize = 4;

/// A conversation's letters with the submissions that they came in.
pub struct Woven {
    /// The letters.
    pub letters: Vec<Letter>,
    /// For each letter, its submission.
    pub of: Vec<SubmissionRecord>,
    /// What they are.
    pub findings: Findings,
}

impl Woven {
    /// The submission of a letter.
    pub fn submission(&self, letter: usize) -> Option<&SubmissionRecord> {
        self.of.get(letter)
    }

    /// The submissions of a thread, each once.
    fn submissions_of(&self, thread: &Thread) -> BTreeSet<SubmissionId> {
        let letters = thread.steps.iter().flat_map(|step| &step.copies);
        letters.filter_map(|&letter| self.submission(letter)).map(|record| record.id).collect()
    }
}

impl Desk {
    /// Looks at the conversation that a newly dissected mail belongs to, and warns whom it must. Called while linking is
    /// locked.
    pub(crate) async fn weave(&self, submission: &SubmissionRecord, facts: &MailFacts) -> DeskResult<()> {
        let keys = Letter::keys(&Letter::all_of(facts));
        if keys.is_empty() {
            return Ok(());
        }
        self.records.put_thread_keys(submission.id, &keys).await?;
        let woven = self.woven_around(submission, None).await?;
        let now = self.now();
        let all: BTreeSet<SubmissionId> = woven.of.iter().map(|record| record.id).collect();
        let mut records = Vec::new();
        let mut warnings: BTreeMap<SubmissionId, WarningRecord> = BTreeMap::new();
        for (at, thread) in woven.findings.threads.iter().enumerate() {
            let Some(first) = thread.steps.first().and_then(|step| woven.submission(step.letter)) else {
                continue;
            };
            if thread.standing == Standing::Conversation {
                continue;
            }
            let operation =
                woven.findings.operations.iter().find(|operation| operation.threads.contains(&at));
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            records.push(ThreadRecord {
                submission: first.id,
                member: first.member,
                standing: thread.standing.word().to_owned(),
                waits: thread.waits,
                outside: thread.outside.clone(),
                window: thread.window.clone(),
                steps: count(thread.steps.len()),
                desks: count(operation.map_or(1, |operation| operation.desks.len())),
                revisit: operation
                    .is_some_and(|o| o.revisits.iter().any(|revisit| revisit.desk == thread.desk)),
                first: thread.first(),
                last: thread.last(),
            });
            if !thread.waits {
                continue;
            }
            let attacks = thread.evidence.iter().any(|evidence| evidence.sign == Sign::KnownOperator);
            // Everybody who gave one of its mails has it before him.
            for id in woven.submissions_of(thread) {
                let Some(record) = woven.of.iter().find(|record| record.id == id) else { continue };
                let warning =
                    WarningRecord { submission: id, member: record.member, attacks, open: true, at: now };
                warnings.insert(id, warning);
            }
        }
        // One line a submission: of two threads that begin in one, the graver.
        records.sort_by(|a, b| (a.submission, &b.standing).cmp(&(b.submission, &a.standing)));
        records.dedup_by_key(|record| record.submission);
        let of: Vec<SubmissionId> = all.into_iter().collect();
        let warnings: Vec<WarningRecord> = warnings.into_values().collect();
        self.records.put_threads(&of, &records, &warnings).await?;
        Ok(())
    }

    /// The conversation and the operator's others around a submission: for an analyst over all members, for others over
    /// their own submissions alone.
    ///
    /// # Errors
    /// The submission is not there for this actor.
    pub async fn woven(&self, actor: &Actor, id: SubmissionId) -> DeskResult<Woven> {
        let record = self.submission_for(actor, id).await?;
        // Until its own turn has come, a mail shows nothing: that it is dissected already would tell that somebody else
        // had given the same bytes.
        if record.state < SubmissionState::Dissected {
            return Ok(Woven { letters: Vec::new(), of: Vec::new(), findings: Findings::default() });
        }
        self.woven_around(&record, actor.only_own()?).await
    }

    async fn woven_around(&self, start: &SubmissionRecord, only: Option<MemberId>) -> DeskResult<Woven> {
        let mut known: BTreeMap<SubmissionId, SubmissionRecord> = BTreeMap::new();
        let mut letters: BTreeMap<SubmissionId, Vec<Letter>> = BTreeMap::new();
        let mut open = vec![start.clone()];
        let mut asked: BTreeSet<u64> = BTreeSet::new();
        for round in 0..=ROUNDS {
            let mut keys: BTreeSet<u64> = BTreeSet::new();
            for record in open.drain(..) {
                let Some(known_facts) = self.records.dissection(&record.sha256).await? else { continue };
                let found = Letter::all_of(&known_facts.facts);
                keys.extend(Letter::keys(&found));
                letters.insert(record.id, found);
                known.insert(record.id, record);
            }
            let keys: Vec<u64> = keys.into_iter().filter(|key| asked.insert(*key)).collect();
            if keys.is_empty() || round == ROUNDS {
                break;
            }
            for id in self.records.thread_carriers(&keys, EVERYBODY).await? {
                if known.len() + open.len() >= COMPONENT {
                    break;
                }
                if known.contains_key(&id) || open.iter().any(|record| record.id == id) {
                    continue;
                }
                let Some(record) = self.records.submission(id).await? else { continue };
                if only.is_none_or(|member| member == record.member) {
                    open.push(record);
                }
            }
        }
        let own = Own::new(self.domains_of(known.values().map(|record| record.member)).await?);
        let mut woven = Woven { letters: Vec::new(), of: Vec::new(), findings: Findings::default() };
        for (id, found) in letters {
            let Some(record) = known.get(&id) else { continue };
            woven.of.extend(found.iter().map(|_| record.clone()));
            woven.letters.extend(found);
        }
        woven.findings = threads(&woven.letters, &own);
        Ok(woven)
    }

    async fn domains_of(&self, members: impl Iterator<Item = MemberId>) -> DeskResult<Vec<String>> {
        let mut domains = Vec::new();
        for member in members.collect::<BTreeSet<_>>() {
            if let Some(member) = self.records.member(member).await? {
                domains.extend(member.identity.domains);
            }
        }
        Ok(domains)
    }

    /// Threads that are attacks or may become ones, the last mail first; for analysts.
    ///
    /// # Errors
    /// Not an analyst.
    pub async fn threads(&self, actor: &Actor, limit: u32) -> DeskResult<Vec<ThreadRecord>> {
        actor.analyst("thread")?;
        Ok(self.records.threads(None, limit).await?)
    }

    /// Warnings: an organisation's own, or all for an analyst.
    ///
    /// # Errors
    /// An account that is neither.
    pub async fn warnings(&self, actor: &Actor, limit: u32) -> DeskResult<Vec<WarningRecord>> {
        Ok(self.records.warnings(actor.only_own()?, limit).await?)
    }

    /// The warning on one submission, for an analyst or its own provider.
    ///
    /// # Errors
    /// The submission is not there for this actor.
    pub async fn warning_on(&self, actor: &Actor, id: SubmissionId) -> DeskResult<Option<WarningRecord>> {
        let record = self.submission_for(actor, id).await?;
        let all = self.records.warnings(Some(record.member), u32::MAX).await?;
        Ok(all.into_iter().find(|warning| warning.submission == id && warning.open))
    }

    /// What every finished mail is looked at for, beside its links: its conversation, and genuine mail that it uses.
    pub(crate) async fn look_further(
        &self,
        submission: &SubmissionRecord,
        facts: &MailFacts,
    ) -> DeskResult<()> {
        self.weave(submission, facts).await?;
        self.find_originals(submission, facts).await
    }
}
