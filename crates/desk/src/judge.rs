//! Judge: an analyst says what a submission or a whole campaign is, by each scheme, and why. What the facts suggest is
//! worked out beside it and kept with the verdict, so that it can be counted how often people decide otherwise.

use std::collections::{BTreeMap, BTreeSet};

use casework::suggest::{MAILS, Past, Reach, suggest};
use lexicon::ids::{CampaignId, MemberId, SubmissionId};
use lexicon::{Judgement, Link, MailFacts, ReasonKind, Scheme, SubmissionState, Verdict};

pub use casework::suggest::{Ground, Suggestion, Why};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::links::COMPARED;
use crate::records::{CampaignVerdictRecord, Extent, SubmissionRecord, VerdictRecord};

/// The longest reason, in characters.
const REASON: usize = 4_000;

impl Desk {
    /// Gives a verdict; an earlier one stays in the history.
    ///
    /// # Errors
    /// Not an analyst; no such submission; no reason given.
    pub async fn judge(
        &self,
        actor: &Actor,
        submission: SubmissionId,
        judgement: impl Into<Judgement>,
        reason: &str,
    ) -> DeskResult<()> {
        actor.analyst("submission")?;
        let reason = reason_given(reason)?;
        let record = self.records.submission(submission).await?.ok_or(DeskError::NotFound("submission"))?;
        let suggested = self.suggest_for(&record).await?;
        let verdict = VerdictRecord {
            submission: record.id,
            judgement: judgement.into(),
            suggested: suggested.map(|suggestion| suggestion.judgement),
            campaign: None,
            reason,
            account: actor.account,
            at: self.now(),
        };
        Ok(self.records.put_verdict(&verdict, &self.entry(actor, "submission.judge", submission)).await?)
    }

    /// Gives a verdict on several mails at once, each with a history of its own; returns how many were judged. Mails
    /// that somebody else took up or that are not dissected yet are left as they are.
    ///
    /// # Errors
    /// Not an analyst; no reason given.
    pub async fn judge_several(
        &self,
        actor: &Actor,
        submissions: &BTreeSet<SubmissionId>,
        judgement: impl Into<Judgement>,
        reason: &str,
    ) -> DeskResult<u64> {
        actor.analyst("submission")?;
        reason_given(reason)?;
        let judgement = judgement.into();
        let mut judged = 0;
        for id in submissions {
            match self.judge(actor, *id, judgement, reason).await {
                Ok(()) => judged += 1,
                Err(
                    DeskError::NotFound(_) | DeskError::Records(crate::records::RecordError::Conflict { .. }),
                ) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(judged)
    }

    /// Gives a verdict on a campaign and, as `extent` says, on its mails; returns how many mails those are.
    ///
    /// # Errors
    /// Not an analyst; no such campaign; no reason given.
    pub async fn judge_campaign(
        &self,
        actor: &Actor,
        campaign: CampaignId,
        judgement: impl Into<Judgement>,
        extent: Extent,
        reason: &str,
    ) -> DeskResult<u64> {
        actor.analyst("campaign")?;
        let reason = reason_given(reason)?;
        let suggested = self.suggest_for_campaign(campaign).await?;
        let verdict = CampaignVerdictRecord {
            campaign,
            judgement: judgement.into(),
            suggested: suggested.map(|suggestion| suggestion.judgement),
            extent,
            mails: 0,
            reason,
            account: actor.account,
            at: self.now(),
        };
        let entry = self.entry(actor, "campaign.judge", campaign);
        Ok(self.records.put_campaign_verdict(&verdict, &entry).await?)
    }

    /// What the facts suggest for a mail, for an analyst; `None` while it is not dissected.
    ///
    /// # Errors
    /// It is not there for this actor.
    pub async fn suggestion(
        &self,
        actor: &Actor,
        submission: SubmissionId,
    ) -> DeskResult<Option<Suggestion>> {
        actor.analyst("submission")?;
        let record = self.records.submission(submission).await?.ok_or(DeskError::NotFound("submission"))?;
        self.suggest_for(&record).await
    }

    /// What the facts suggest for a whole campaign, for an analyst; `None` while none of its mails is dissected.
    ///
    /// # Errors
    /// It is not there for this actor.
    pub async fn campaign_suggestion(
        &self,
        actor: &Actor,
        campaign: CampaignId,
    ) -> DeskResult<Option<Suggestion>> {
        actor.analyst("campaign")?;
        self.suggest_for_campaign(campaign).await
    }

    async fn suggest_for(&self, record: &SubmissionRecord) -> DeskResult<Option<Suggestion>> {
        let Some(facts) = self.facts_judged_by(record).await? else { return Ok(None) };
        let (reach, past) = match record.campaign {
            Some(campaign) => {
                let shown = self.shown(campaign).await?;
                self.around(campaign, record.verdict, &shown).await?
            }
            None => {
                let sectors = self.sectors(&BTreeSet::from([record.member])).await?;
                let reach = Reach { mails: 1, places: 1, sectors, same_text: 1, same_file: 1 };
                (reach, Past::default())
            }
        };
        Ok(Some(suggest([&facts], reach, past)))
    }

    async fn suggest_for_campaign(&self, campaign: CampaignId) -> DeskResult<Option<Suggestion>> {
        let shown = self.shown(campaign).await?;
        if shown.facts.is_empty() {
            return Ok(None);
        }
        let (reach, past) = self.around(campaign, None, &shown).await?;
        // What its own mails were judged to be is no ground for judging the whole of them.
        let past = Past { actors: past.actors, ..Past::default() };
        let mut seen = BTreeSet::new();
        let distinct = shown.facts.iter().map(|(_, facts)| facts).filter(|facts| seen.insert(&facts.sha256));
        Ok(Some(suggest(distinct.take(MAILS), reach, past)))
    }

    /// The mails that stand for a campaign, with their facts.
    async fn shown(&self, campaign: CampaignId) -> DeskResult<Shown> {
        let most = u32::try_from(COMPARED).unwrap_or(u32::MAX);
        let mails = self.records.campaign_picture(campaign, most).await?;
        let by = mails.iter().map(|mail| (mail.id, mail.member)).collect();
        let mut facts = Vec::new();
        for record in &mails {
            if let Some(known) = self.facts_judged_by(record).await? {
                facts.push((record.id, known));
            }
        }
        Ok(Shown { by, facts })
    }

    /// The facts of a mail, once they are there to be judged by.
    pub(crate) async fn facts_judged_by(&self, record: &SubmissionRecord) -> DeskResult<Option<MailFacts>> {
        if record.state < SubmissionState::Dissected {
            return Ok(None);
        }
        Ok(self.records.dissection(&record.sha256).await?.map(|known| known.facts))
    }

    /// Where the mails of a campaign went and what they were judged to be, without a mail of this verdict.
    async fn around(
        &self,
        campaign: CampaignId,
        own: Option<Verdict>,
        shown: &Shown,
    ) -> DeskResult<(Reach, Past)> {
        let places = self.campaign_places(campaign).await?;
        let mut reach = Reach {
            places: u64::try_from(places.len()).unwrap_or(u64::MAX),
            sectors: self.sectors(&places).await?,
            ..Reach::default()
        };
        let ids: Vec<SubmissionId> = shown.by.keys().copied().collect();
        let links = self.records.links_among(&ids).await?;
        reach.same_text = widest(&links, ReasonKind::Text, &shown.by);
        reach.same_file = widest(&links, ReasonKind::Attachment, &shown.by);
        let mut past = Past::default();
        for standing in self.records.campaign_standing(campaign).await? {
            reach.mails += standing.mails;
            let Some(judgement) = standing.judgement else { continue };
            let others = standing.mails - u64::from(own == Some(judgement.jcsip) && standing.mails > 0);
            if matches!(judgement.jcsip, Verdict::Targeted | Verdict::Recon) {
                past.targeted += others;
            }
            if judgement.jcsip == Verdict::Mass {
                past.mass += others;
            }
            if judgement.by(Scheme::Jcrat) == Verdict::Targeted {
                past.espionage += others;
            }
        }
        let claims = self.records.hypotheses_on(campaign).await?;
        let standing = claims.iter().filter(|claim| claim.withdrawn.is_none()).count();
        past.actors = u64::try_from(standing).unwrap_or(u64::MAX);
        Ok((reach, past))
    }

    /// How many different SIGs these organisations are of; those of none count as one more.
    async fn sectors(&self, places: &BTreeSet<MemberId>) -> DeskResult<u64> {
        let members = self.records.members().await?;
        let mut sigs = BTreeSet::new();
        for member in members.iter().filter(|member| places.contains(&member.id)) {
            if member.sigs.is_empty() {
                sigs.insert(None);
            }
            sigs.extend(member.sigs.iter().copied().map(Some));
        }
        Ok(u64::try_from(sigs.len()).unwrap_or(u64::MAX))
    }
}

/// The mails that stand for a campaign.
struct Shown {
    /// Who gave each.
    by: BTreeMap<SubmissionId, MemberId>,
    /// The facts of those that are dissected.
    facts: Vec<(SubmissionId, MailFacts)>,
}

fn reason_given(reason: &str) -> DeskResult<String> {
    let reason: String = reason.trim().chars().take(REASON).collect();
    if reason.is_empty() {
        return Err(DeskError::invalid(
            "reason",
            "判定の理由を書いてください。あとで見直すときの根拠になります。",
            "write why; it is what a later review rests on",
        ));
    }
    Ok(reason)
}

/// How many organisations the largest group of mails reached that reasons of one kind tie to one another.
fn widest(links: &[Link<SubmissionId>], kind: ReasonKind, by: &BTreeMap<SubmissionId, MemberId>) -> u64 {
    fn find(root: &BTreeMap<SubmissionId, SubmissionId>, id: SubmissionId) -> SubmissionId {
        let mut at = id;
        while let Some(up) = root.get(&at).copied().filter(|up| *up != at) {
            at = up;
        }
        at
    }
    let mut root: BTreeMap<SubmissionId, SubmissionId> = BTreeMap::new();
    for link in links.iter().filter(|link| link.reasons.iter().any(|reason| reason.kind == kind)) {
        let (a, b) = (find(&root, link.a), find(&root, link.b));
        root.entry(a).or_insert(a);
        root.insert(a.max(b), a.min(b));
    }
    let mut groups: BTreeMap<SubmissionId, BTreeSet<MemberId>> = BTreeMap::new();
    for (id, member) in by {
        groups.entry(find(&root, *id)).or_default().insert(*member);
    }
    let widest = groups.values().map(BTreeSet::len).max().unwrap_or(1);
    u64::try_from(widest).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lexicon::Reason;
    use uuid::Uuid;

    fn mail(n: u128) -> SubmissionId {
        SubmissionId::from(Uuid::from_u128(n))
    }

    #[test]
    fn one_text_at_three_places_and_another_at_two_reached_three() {
        let link = |a, b, kind| Link {
            a: mail(a),
            b: mail(b),
            reasons: vec![Reason { kind, weight: 1.0, value: String::new(), texts: None }],
        };
        let mut links: Vec<_> =
            [(1, 2), (2, 3), (4, 5), (3, 6)].map(|(a, b)| link(a, b, ReasonKind::Text)).into();
        links.push(link(1, 4, ReasonKind::Attachment));
        let by = [(1, 1), (2, 2), (3, 3), (4, 1), (5, 4), (6, 3)]
            .map(|(id, member): (u128, u128)| (mail(id), MemberId::from(Uuid::from_u128(member))))
            .into();
        assert_eq!(widest(&links, ReasonKind::Text, &by), 3);
        links.reverse();
        assert_eq!(widest(&links, ReasonKind::Text, &by), 3);
        assert_eq!(widest(&links, ReasonKind::Infrastructure, &by), 1);
    }
}
