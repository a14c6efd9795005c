//! Approve and release: the provider's word on exactly one text, and the gate.

use std::collections::BTreeSet;

use gate::{Acknowledged, Approval, FreshPapers, Origin, Papers, Released, approval_digest};
use lexicon::ids::{AdvisoryId, MemberId};
use lexicon::{Advisory, AdvisoryState, Audience, Member, Role};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::error::{DeskError, DeskResult};
use crate::records::{AdvisoryRecord, ApprovalRecord, ApprovalState, Page, PageRequest, ReleaseRecord};

/// A request for approval, as its provider sees it.
pub struct Asked {
    /// What was asked, and answered.
    pub approval: ApprovalRecord,
    /// The advisory's number.
    pub number: String,
    /// Where the advisory stands.
    pub state: AdvisoryState,
    /// The text and audience, while they still are what this provider was asked about. A text under revision is
    /// not the provider's to see: it has passed no check and may name another.
    pub shown: Option<(Advisory, Audience)>,
}

impl Asked {
    fn of(approval: ApprovalRecord, record: AdvisoryRecord) -> Self {
        let is_this = approval.digest == approval_digest(&record.advisory, &record.audience);
        Self {
            approval,
            number: record.advisory.number.clone(),
            state: record.state,
            shown: is_this.then_some((record.advisory, record.audience)),
        }
    }
}

impl Desk {
    /// Asks every provider of the campaign to approve exactly the present text to exactly the present audience.
    /// Providers that have answered on just this are not asked again; so this may be repeated when the campaign
    /// has grown by a provider since.
    ///
    /// # Errors
    /// Not an analyst; not a draft and nobody new to ask; the identity check has findings; no audience; material
    /// from members without a provider on record.
    pub async fn ask_approval(
        &self,
        actor: &Actor,
        id: AdvisoryId,
        acknowledged: &[Acknowledged],
    ) -> DeskResult<()> {
        actor.analyst("advisory")?;
        let mut record = self.advisory(id).await?;
        if record.state != AdvisoryState::AwaitingApproval {
            step(&record, AdvisoryState::AwaitingApproval)?;
        }
        // The same questions that the gate will ask, asked before a provider is troubled: a dry run with the
        // hub's own word in place of the providers'.
        let providers = self.providers(&record).await?;
        let protected = self.protected(&providers).await?;
        self.gate.release(
            record.advisory.clone(),
            Papers::Fresh(FreshPapers {
                audience: record.audience.clone(),
                origin: Origin::HubObtained,
                approvals: &[],
                protected: &protected,
                acknowledged,
                at: self.now(),
            }),
        )?;
        if record.campaign.is_some() && providers.is_empty() {
            return Err(gate::Refusal::NoProvider.into());
        }
        self.note_acknowledged(actor, id, acknowledged).await?;
        let digest = approval_digest(&record.advisory, &record.audience);
        let answered = self.records.approvals(id).await?;
        for member in &providers {
            if answered
                .iter()
                .any(|a| a.member == *member && a.digest == digest && a.state == ApprovalState::Approved)
            {
                continue;
            }
            let asked = ApprovalRecord {
                advisory: id,
                member: *member,
                state: ApprovalState::Asked,
                digest,
                note: String::new(),
                at: self.now(),
                account: None,
            };
            self.records.put_approval(&asked, &self.entry(actor, "advisory.ask", id)).await?;
        }
        record.state =
            if providers.is_empty() { AdvisoryState::Approved } else { AdvisoryState::AwaitingApproval };
        Ok(self.records.put_advisory(&record, &self.entry(actor, "advisory.await", id)).await?)
    }

    /// Providers of an advisory that have not been asked about its present text and audience, as a number: the
    /// campaign grew after the others were asked.
    ///
    /// # Errors
    /// Not an analyst; no such advisory.
    pub async fn not_yet_asked(&self, actor: &Actor, id: AdvisoryId) -> DeskResult<usize> {
        let record = self.draft_for(actor, id).await?;
        let digest = approval_digest(&record.advisory, &record.audience);
        let asked = self.records.approvals(id).await?;
        let providers = self.providers(&record).await?;
        Ok(providers.iter().filter(|p| !asked.iter().any(|a| a.member == **p && a.digest == digest)).count())
    }

    /// What this organisation was asked to approve, newest first.
    ///
    /// # Errors
    /// The records failed.
    pub async fn approvals_for(&self, actor: &Actor) -> DeskResult<Vec<Asked>> {
        let member = actor.organisation("approval")?;
        let mut out = Vec::new();
        for approval in self.records.approvals_of(member).await? {
            if let Some(record) = self.records.advisory(approval.advisory).await? {
                out.push(Asked::of(approval, record));
            }
        }
        Ok(out)
    }

    /// One request for approval, as the provider sees it.
    ///
    /// # Errors
    /// This organisation was not asked.
    pub async fn approval_for(&self, actor: &Actor, id: AdvisoryId) -> DeskResult<Asked> {
        Ok(self.asked(actor, id).await?.0)
    }

    async fn asked(&self, actor: &Actor, id: AdvisoryId) -> DeskResult<(Asked, AdvisoryRecord)> {
        let member = actor.organisation("approval")?;
        let approvals = self.records.approvals(id).await?;
        let approval =
            approvals.into_iter().find(|a| a.member == member).ok_or(DeskError::NotFound("approval"))?;
        let record = self.records.advisory(id).await?.ok_or(DeskError::NotFound("approval"))?;
        Ok((Asked::of(approval, record.clone()), record))
    }

    /// A provider approves or declines exactly the text and audience with this digest.
    ///
    /// # Errors
    /// This organisation was not asked; the text or audience has changed since; declined without a reason.
    pub async fn answer_approval(
        &self,
        actor: &Actor,
        id: AdvisoryId,
        digest: [u8; 32],
        approve: bool,
        note: &str,
    ) -> DeskResult<()> {
        let (asked, mut record) = self.asked(actor, id).await?;
        if record.state != AdvisoryState::AwaitingApproval {
            return Err(DeskError::refused(
                "この注意喚起は承認を待っていません。",
                "this advisory does not await approval",
            ));
        }
        if asked.shown.is_none() || digest != asked.approval.digest {
            return Err(DeskError::refused(
                "表示後に文面または共有範囲が変わりました。新しい内容を確かめてから、もう一度お答えください。",
                "the text or its audience has changed since it was shown; read it again and answer again",
            ));
        }
        if !approve && note.trim().is_empty() {
            return Err(DeskError::invalid(
                "note",
                "承認しない理由を書いてください。文面の修正に使います。",
                "write why not; the text will be mended with it",
            ));
        }
        let answer = ApprovalRecord {
            state: if approve { ApprovalState::Approved } else { ApprovalState::Declined },
            note: note.trim().chars().take(crate::receive::NOTE_LIMIT).collect(),
            at: self.now(),
            account: Some(actor.account),
            ..asked.approval
        };
        let action = if approve { "advisory.approve" } else { "advisory.decline" };
        self.records.put_approval(&answer, &self.entry(actor, action, id)).await?;
        if !approve {
            record.state = AdvisoryState::Draft;
        } else {
            let approvals = self.records.approvals(id).await?;
            let providers = self.providers(&record).await?;
            let has_approved = |member: &MemberId| {
                approvals
                    .iter()
                    .any(|a| a.member == *member && a.state == ApprovalState::Approved && a.digest == digest)
            };
            if providers.is_empty() || !providers.iter().all(has_approved) {
                return Ok(());
            }
            record.state = AdvisoryState::Approved;
        }
        Ok(self.records.put_advisory(&record, &self.entry(actor, "advisory.settle", id)).await?)
    }

    /// Lets an approved advisory out through the gate.
    ///
    /// # Errors
    /// Not an analyst; not approved; the gate's refusal.
    pub async fn release(
        &self,
        actor: &Actor,
        id: AdvisoryId,
        acknowledged: &[Acknowledged],
    ) -> DeskResult<Released<Advisory>> {
        actor.analyst("advisory")?;
        let record = self.advisory(id).await?;
        step(&record, AdvisoryState::Released)?;
        let providers = self.providers(&record).await?;
        let approvals: Vec<Approval> = self
            .records
            .approvals(id)
            .await?
            .into_iter()
            .filter(|approval| approval.state == ApprovalState::Approved)
            .map(|approval| Approval { provider: approval.member, digest: approval.digest })
            .collect();
        let protected = self.protected(&providers).await?;
        let origin =
            if record.campaign.is_some() { Origin::Members(&providers) } else { Origin::HubObtained };
        let released = self.gate.release(
            record.advisory.clone(),
            Papers::Fresh(FreshPapers {
                audience: record.audience.clone(),
                origin,
                approvals: &approvals,
                protected: &protected,
                acknowledged,
                at: self.now(),
            }),
        )?;
        let frozen = ReleaseRecord {
            advisory: released.item().clone(),
            audience: released.audience().clone(),
            at: released.at(),
            stamp: released.stamp(),
        };
        self.note_acknowledged(actor, id, acknowledged).await?;
        self.records
            .put_release(&frozen, record.revision, &self.entry(actor, "advisory.release", id))
            .await?;
        Ok(released)
    }

    /// Withdraws an advisory that has not been released.
    ///
    /// # Errors
    /// Not an analyst; released or withdrawn already.
    pub async fn withdraw(&self, actor: &Actor, id: AdvisoryId) -> DeskResult<()> {
        let mut record = self.draft_for(actor, id).await?;
        step(&record, AdvisoryState::Withdrawn)?;
        record.state = AdvisoryState::Withdrawn;
        Ok(self.records.put_advisory(&record, &self.entry(actor, "advisory.withdraw", id)).await?)
    }

    /// A released advisory, for an actor whom its audience includes.
    ///
    /// # Errors
    /// It is not there for this actor; or the stored text no longer fits the gate's stamp.
    pub async fn released_for(&self, actor: &Actor, id: AdvisoryId) -> DeskResult<Released<Advisory>> {
        let record = self.records.release(id).await?.ok_or(DeskError::NotFound("advisory"))?;
        let released = self.reopen(record)?;
        let sigs = self.sigs_of(actor).await?;
        if released.audience().includes(actor.role, &sigs) {
            Ok(released)
        } else {
            Err(DeskError::NotFound("advisory"))
        }
    }

    /// A page of the released advisories that this actor may see, newest first.
    ///
    /// # Errors
    /// The records failed, or a stored text no longer fits its stamp.
    pub async fn releases_for(
        &self,
        actor: &Actor,
        page: PageRequest,
    ) -> DeskResult<Page<Released<Advisory>>> {
        let sigs = self.sigs_of(actor).await?;
        let wanted = page.bounded() as usize;
        let mut items = Vec::new();
        let mut request = page;
        loop {
            let batch = self.records.releases(request).await?;
            let more = batch.next.is_some();
            for record in batch.items {
                let cursor = crate::records::Cursor { at: record.at, id: record.advisory.id.uuid() };
                if !record.audience.includes(actor.role, &sigs) {
                    request.after = Some(cursor);
                    continue;
                }
                if items.len() == wanted {
                    return Ok(Page { items, next: request.after });
                }
                items.push(self.reopen(record)?);
                request.after = Some(cursor);
            }
            if !more {
                return Ok(Page { items, next: None });
            }
        }
    }

    pub(crate) fn reopen(&self, record: ReleaseRecord) -> DeskResult<Released<Advisory>> {
        let ReleaseRecord { advisory, audience, at, stamp } = record;
        Ok(self.gate.release(advisory, Papers::Stamped { audience, at, stamp })?)
    }

    pub(crate) async fn sigs_of(&self, actor: &Actor) -> DeskResult<BTreeSet<lexicon::ids::SigId>> {
        Ok(match actor.member {
            Some(member) => self.records.member(member).await?.map(|member| member.sigs).unwrap_or_default(),
            None => BTreeSet::new(),
        })
    }

    /// Puts on record why each doubtful finding was let pass. The excerpt is left out: it may be a name.
    async fn note_acknowledged(
        &self,
        actor: &Actor,
        id: AdvisoryId,
        list: &[Acknowledged],
    ) -> DeskResult<()> {
        for acknowledged in list {
            let object = format!("{id} {}: {}", acknowledged.field, acknowledged.reason.trim());
            let object = lexicon::text::cut(&object, 1_000);
            self.records.put_audit(&self.entry(actor, "advisory.acknowledge", object)).await?;
        }
        Ok(())
    }

    /// The members whose submissions stand behind an advisory.
    pub(crate) async fn providers(&self, record: &AdvisoryRecord) -> DeskResult<Vec<MemberId>> {
        let Some(mut campaign) = record.campaign else { return Ok(Vec::new()) };
        // A merged campaign's submissions, and so its providers, are in the one that it went into.
        if let Some(into) = self.records.campaign_head(campaign).await?.and_then(|found| found.merged_into) {
            campaign = into;
        }
        Ok(self.records.campaign_members(campaign).await?)
    }

    /// Everybody whose identity must not show: every member organisation, and a vendor where it is a provider
    /// itself. (Other vendors are named in public all the time.)
    pub(crate) async fn protected(&self, providers: &[MemberId]) -> DeskResult<Vec<Member>> {
        let mut roster = self.records.members().await?;
        roster.retain(|member| member.role == Role::Member || providers.contains(&member.id));
        Ok(roster)
    }
}

fn step(record: &AdvisoryRecord, next: AdvisoryState) -> DeskResult<()> {
    if record.state.may_become(next) {
        return Ok(());
    }
    Err(DeskError::refused(
        "この注意喚起は、いまの状態ではその操作ができません。最新の状態を確かめてください。",
        "the advisory's present state does not allow this; look at its latest state",
    ))
}
