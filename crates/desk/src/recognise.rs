//! Recognise: a worker dissects a submission, compares it with its neighbours, and a campaign opens or grows.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;

use casework::{Count, Key, KeyKind, Kinds, Rarity, Signature};
use futures_util::FutureExt;
use lexicon::facts::Oddity;
use lexicon::ids::{CampaignId, SubmissionId};
use lexicon::{Link, MailFacts};

use crate::desk::Desk;
use crate::dissect::{ENGINE, dissect};
use crate::error::{DeskError, DeskResult};
use crate::records::{CampaignChange, Completion, DissectionRecord, LinkKey, SubmissionRecord};

/// A value that more submissions than this carry brings up no neighbours, unless it is the text itself.
const COMMON: u64 = 400;
/// The most neighbours that a new mail is compared with.
const NEIGHBOURS: u32 = 96;
/// After this many tries a mail that brings its worker down is set aside with an oddity.
const ATTEMPTS: u32 = 3;

impl Desk {
    /// Takes up the oldest waiting submission and finishes it; false where none waits.
    ///
    /// # Errors
    /// The records failed: the submission waits on, and is taken up again after the next start.
    pub async fn work_one(&self) -> DeskResult<bool> {
        let Some(submission) = self.records.claim().await? else { return Ok(false) };
        // A mail that brings the reader down is taken up again a few times and then set aside with an oddity; it
        // must take neither the queue nor another worker's mail with it.
        match AssertUnwindSafe(self.finish(&submission)).catch_unwind().await {
            Ok(Ok(())) => Ok(true),
            Ok(Err(error)) => {
                self.records.release_claim(submission.id).await?;
                Err(error)
            }
            Err(_) => {
                self.records.release_claim(submission.id).await?;
                Err(DeskError::refused("解析処理が中断しました。", "the dissection was cut off"))
            }
        }
    }

    async fn finish(&self, submission: &SubmissionRecord) -> DeskResult<()> {
        let dissection = match self.records.dissection(&submission.sha256).await? {
            Some(known) if known.engine == ENGINE => self.for_all_givers(submission, known).await?,
            _ => self.dissect_submission(submission).await?,
        };
        let _linking = self.linking.lock().await;
        let completion = self.link(submission, dissection).await?;
        self.records.complete(&completion).await?;
        self.unlock_earlier(submission, &completion.dissection.facts).await
    }

    async fn dissect_submission(&self, submission: &SubmissionRecord) -> DeskResult<DissectionRecord> {
        let lost = |id: &str| MailFacts {
            // No file name: one dissection serves every submission of these bytes, whoever gave them.
            sha256: submission.sha256.clone(),
            size: submission.size,
            oddities: vec![Oddity { id: id.to_owned(), place: "mail".to_owned() }],
            ..MailFacts::default()
        };
        let facts = if submission.attempts > ATTEMPTS {
            lost("dissection-failed")
        } else {
            match self.blobs.get(&submission.sha256).await? {
                None => lost("raw-bytes-missing"),
                Some(raw) => {
                    let facts = dissect(&raw, "", &self.settings).facts;
                    self.unlock(submission, &raw, facts).await?
                }
            }
        };
        Ok(DissectionRecord {
            sha256: submission.sha256.clone(),
            facts,
            engine: ENGINE.to_owned(),
            at: self.now(),
        })
    }

    async fn link(
        &self,
        submission: &SubmissionRecord,
        dissection: DissectionRecord,
    ) -> DeskResult<Completion> {
        let signature = Signature::of(&dissection.facts);
        let keys: Vec<LinkKey> = signature.keys().iter().map(link_key).collect();
        let rarity = self.rarity(&signature, &keys).await?;
        let carriers = self.neighbours(submission.id, &keys).await?;

        let mut links = Vec::new();
        let mut seen: BTreeMap<String, Signature> = BTreeMap::new();
        for other in &carriers {
            if !seen.contains_key(&other.sha256) {
                let Some(known) = self.records.dissection(&other.sha256).await? else { continue };
                seen.insert(other.sha256.clone(), Signature::of(&known.facts));
            }
            let Some(theirs) = seen.get(&other.sha256) else { continue };
            let reasons = casework::compare(&signature, theirs, &rarity, Kinds::ALL);
            if !reasons.is_empty() {
                let (a, b) = (other.id.min(submission.id), other.id.max(submission.id));
                links.push(Link { a, b, reasons });
            }
        }
        links.sort_by_key(|link| (link.a, link.b));
        let change = self.campaign_change(submission, &carriers, &links).await?;
        Ok(Completion {
            submission: submission.id,
            family: signature.family(),
            dissection,
            keys,
            links,
            change,
        })
    }

    /// Counts of this mail's values among the mails known and itself.
    async fn rarity(&self, signature: &Signature, keys: &[LinkKey]) -> DeskResult<Rarity> {
        let known = self.records.key_counts(keys).await?;
        let mut rarity = Rarity::new(self.records.keyed().await? + 1);
        for key in signature.keys() {
            let stored = known.iter().find(|count| count.key == link_key(key));
            rarity.set(
                *key,
                Count {
                    mails: stored.map_or(0, |count| count.submissions) + 1,
                    // Whether this mail's text is among those counted makes a difference of one at most, and
                    // leaving it out would make a value look rarer, which ties: so a new value starts at 1.
                    texts: stored.map_or(0, |count| count.families).max(1),
                },
            );
        }
        Ok(rarity)
    }

    /// Counts of the values of mails that are all known already.
    pub(crate) async fn rarity_of(&self, signatures: impl Iterator<Item = &Signature>) -> DeskResult<Rarity> {
        let keys: BTreeMap<LinkKey, Key> =
            signatures.flat_map(Signature::keys).map(|key| (link_key(key), *key)).collect();
        let wanted: Vec<LinkKey> = keys.keys().copied().collect();
        let mut rarity = Rarity::new(self.records.keyed().await?);
        for count in self.records.key_counts(&wanted).await? {
            if let Some(key) = keys.get(&count.key) {
                rarity.set(*key, Count { mails: count.submissions, texts: count.families.max(1) });
            }
        }
        Ok(rarity)
    }

    /// The submissions that share a value with this one and may tie to it.
    async fn neighbours(&self, id: SubmissionId, keys: &[LinkKey]) -> DeskResult<Vec<SubmissionRecord>> {
        let counts = self.records.key_counts(keys).await?;
        let worth: Vec<LinkKey> = counts
            .iter()
            .filter(|count| {
                count.submissions <= COMMON || KeyKind::of_code(count.key.kind).is_some_and(KeyKind::is_text)
            })
            .map(|count| count.key)
            .collect();
        let mut out = Vec::new();
        if !worth.is_empty() {
            for carrier in self.records.carriers(&worth, NEIGHBOURS).await? {
                if carrier != id
                    && let Some(record) = self.records.submission(carrier).await?
                {
                    out.push(record);
                }
            }
        }
        Ok(out)
    }

    /// What the new links do to the campaigns: the mails of every touched campaign are formed anew together
    /// with the new one, and the group that holds the new one says.
    async fn campaign_change(
        &self,
        submission: &SubmissionRecord,
        carriers: &[SubmissionRecord],
        links: &[Link<SubmissionId>],
    ) -> DeskResult<CampaignChange> {
        if links.is_empty() {
            return Ok(CampaignChange::None);
        }
        let linked: BTreeSet<SubmissionId> = links.iter().flat_map(|link| [link.a, link.b]).collect();
        let touched: BTreeSet<CampaignId> =
            carriers.iter().filter(|c| linked.contains(&c.id)).filter_map(|c| c.campaign).collect();
        let mut mails: BTreeSet<SubmissionId> = linked;
        let mut all_links: Vec<Link<SubmissionId>> = links.to_vec();
        let mut of: BTreeMap<SubmissionId, CampaignId> = BTreeMap::new();
        for &campaign in &touched {
            if let Some(record) = self.records.campaign(campaign).await? {
                of.extend(record.submissions.iter().map(|&id| (id, campaign)));
                mails.extend(record.submissions);
                all_links.extend(record.links);
            }
        }
        let mails: Vec<SubmissionId> = mails.into_iter().collect();
        let place = |id: &SubmissionId| mails.binary_search(id).unwrap_or(usize::MAX);
        let numbered: Vec<Link<usize>> = all_links
            .iter()
            .map(|link| Link { a: place(&link.a), b: place(&link.b), reasons: link.reasons.clone() })
            .collect();
        let groups = casework::form(mails.len(), &numbered, |mail| mails.get(mail).copied());
        let own = place(&submission.id);
        let Some(group) = groups.into_iter().find(|group| group.contains(&own)) else {
            return Ok(CampaignChange::None);
        };
        let members: Vec<SubmissionId> = group.iter().filter_map(|&mail| mails.get(mail).copied()).collect();
        // Ids sort by age, so the first campaign is the oldest.
        let campaigns: BTreeSet<CampaignId> = members.iter().filter_map(|id| of.get(id).copied()).collect();
        let also: Vec<SubmissionId> = members.iter().filter(|id| !of.contains_key(id)).copied().collect();
        let mut campaigns = campaigns.into_iter();
        Ok(match (campaigns.next(), campaigns.collect::<Vec<_>>()) {
            (None, _) => CampaignChange::Open(self.new_id(CampaignId::from_time_and_random), members),
            (Some(only), from) if from.is_empty() && also == [submission.id] => CampaignChange::Join(only),
            (Some(into), from) => CampaignChange::Merge { into, from, also },
        })
    }
}

fn link_key(key: &Key) -> LinkKey {
    LinkKey { kind: key.kind.code(), value: key.value }
}
