//! Promises of verdicts.

use desk::records::{
    Agreement, AuditTrail as _, CampaignVerdictRecord, Casebook as _, Extent, Judged, PageRequest,
    SubmissionFilter, Submissions as _, VerdictRecord, Verdicts as _,
};
use lexicon::ids::CampaignId;
use lexicon::{Judgement, Scheme, SubmissionState, Verdict};
use vault::Vault;

use crate::world::{
    account, all_pages, at, campaign_of, completed, completion, entry, hostile, id, is_conflict, mail,
    members, received, same,
};

fn verdict(n: u32, verdict: Verdict, time: i64) -> VerdictRecord {
    VerdictRecord {
        submission: mail(n),
        judgement: verdict.into(),
        suggested: None,
        campaign: None,
        reason: hostile(),
        account: account(900),
        at: at(time),
    }
}

fn whole(
    campaign: CampaignId,
    verdict: Verdict,
    extent: Extent,
    mails: u64,
    time: i64,
) -> CampaignVerdictRecord {
    CampaignVerdictRecord {
        campaign,
        judgement: Judgement::from(verdict).monitored(true),
        suggested: Some(Judgement::UNDETERMINED),
        extent,
        mails,
        reason: hostile(),
        account: account(900),
        at: at(time),
    }
}

/// A campaign of mails 1 to `mails`, by member 1.
async fn grown(vault: &Vault, mails: u32) -> CampaignId {
    members(vault, 2).await;
    for n in 1..=mails {
        completed(vault, n, id(1), 1).await;
    }
    campaign_of(vault, 1).await.unwrap()
}

pub(crate) async fn a_verdict_marks_the_submission_judged_and_a_later_one_supersedes_it(vault: Vault) {
    members(&vault, 1).await;
    completed(&vault, 1, id(1), 0).await;
    assert_eq!(vault.verdicts(mail(1)).await.unwrap(), []);
    let first = verdict(1, Verdict::Undetermined, 10);
    let by_scheme =
        Judgement { jcsip: Verdict::Targeted, jcrat: Verdict::Other, npa: Verdict::Mass, monitoring: true };
    let second = VerdictRecord {
        judgement: by_scheme,
        suggested: Some(Judgement::from(Verdict::Mass)),
        ..verdict(1, Verdict::Targeted, 20)
    };
    for (given, entries) in [(&first, 2), (&second, 3)] {
        vault.put_verdict(given, &entry()).await.unwrap();
        let kept = vault.submission(mail(1)).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.verdict), (SubmissionState::Judged, Some(given.judgement.jcsip)));
        assert_eq!(kept.monitoring, given.judgement.monitoring);
        assert_eq!(vault.audit(PageRequest::first(9)).await.unwrap().items.len(), entries);
    }
    assert_eq!(vault.verdicts(mail(1)).await.unwrap(), [first, second]);
    assert_eq!(vault.queue().await.unwrap().judged, 1);
}

pub(crate) async fn a_submission_that_is_not_yet_dissected_cannot_be_judged(vault: Vault) {
    received(&vault, 1).await;
    let early = verdict(1, Verdict::Mass, 1);
    assert!(is_conflict(&vault.put_verdict(&early, &entry()).await));
    vault.claim().await.unwrap();
    assert!(is_conflict(&vault.put_verdict(&early, &entry()).await));
    vault.complete(&completion(1)).await.unwrap();
    vault.put_verdict(&early, &entry()).await.unwrap();
    assert!(is_conflict(&vault.put_verdict(&verdict(2, Verdict::Mass, 1), &entry()).await));
}

pub(crate) async fn a_verdict_on_a_campaign_judges_its_mails_and_stays_in_its_history(vault: Vault) {
    let campaign = grown(&vault, 3).await;
    vault.put_verdict(&verdict(2, Verdict::Other, 10), &entry()).await.unwrap();
    let given = whole(campaign, Verdict::Mass, Extent::All, 3, 20);
    assert_eq!(vault.put_campaign_verdict(&given, &entry()).await.unwrap(), 3);
    assert_eq!(vault.campaign_verdicts(campaign).await.unwrap(), std::slice::from_ref(&given));
    for n in 1..=3 {
        let kept = vault.submission(mail(n)).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.verdict), (SubmissionState::Judged, Some(Verdict::Mass)));
        assert!(kept.monitoring);
    }
    let history = vault.verdicts(mail(2)).await.unwrap();
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].judgement.jcsip, Verdict::Other);
    assert_eq!((history[1].campaign, history[1].judgement), (Some(campaign), given.judgement));
    // An older one that comes late does not become the latest.
    vault.put_campaign_verdict(&whole(campaign, Verdict::Bec, Extent::All, 3, 5), &entry()).await.unwrap();
    assert_eq!(vault.submission(mail(1)).await.unwrap().unwrap().verdict, Some(Verdict::Mass));
}

pub(crate) async fn a_verdict_on_the_unjudged_leaves_what_was_judged_as_it_is(vault: Vault) {
    let campaign = grown(&vault, 3).await;
    vault.put_verdict(&verdict(2, Verdict::Recon, 10), &entry()).await.unwrap();
    let given = whole(campaign, Verdict::Targeted, Extent::Unjudged, 2, 20);
    assert_eq!(vault.put_campaign_verdict(&given, &entry()).await.unwrap(), 2);
    assert_eq!(vault.submission(mail(2)).await.unwrap().unwrap().verdict, Some(Verdict::Recon));
    assert_eq!(vault.submission(mail(3)).await.unwrap().unwrap().verdict, Some(Verdict::Targeted));
    assert_eq!(vault.verdicts(mail(2)).await.unwrap().len(), 1);
    assert_eq!(vault.queue().await.unwrap().judged, 3);
    // Nothing is left that was not judged.
    assert_eq!(
        vault
            .put_campaign_verdict(&whole(campaign, Verdict::Mass, Extent::Unjudged, 0, 30), &entry())
            .await
            .unwrap(),
        0
    );
}

pub(crate) async fn a_verdict_on_a_merged_campaign_is_a_conflict_and_its_history_moves_along(vault: Vault) {
    let campaign = grown(&vault, 3).await;
    for n in 4..=5 {
        completed(&vault, n, id(2), 2).await;
    }
    let smaller = campaign_of(&vault, 4).await.unwrap();
    let given = whole(smaller, Verdict::Mass, Extent::All, 2, 20);
    vault.put_campaign_verdict(&given, &entry()).await.unwrap();
    vault.put_pin(&same(1, 4), &entry()).await.unwrap();
    assert!(is_conflict(&vault.put_campaign_verdict(&given, &entry()).await));
    let unknown = whole(id(9), Verdict::Mass, Extent::All, 0, 1);
    assert!(is_conflict(&vault.put_campaign_verdict(&unknown, &entry()).await));
    assert_eq!(vault.campaign_verdicts(campaign).await.unwrap(), [given]);
}

pub(crate) async fn what_is_watched_on_is_found_by_its_filter(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=3 {
        completed(&vault, n, id(1), 0).await;
    }
    let watched = |n, monitoring, time| VerdictRecord {
        judgement: Judgement::from(Verdict::Other).monitored(monitoring),
        ..verdict(n, Verdict::Other, time)
    };
    vault.put_verdict(&watched(1, true, 1), &entry()).await.unwrap();
    vault.put_verdict(&watched(2, true, 2), &entry()).await.unwrap();
    vault.put_verdict(&watched(2, false, 3), &entry()).await.unwrap();
    let filter = SubmissionFilter { monitoring: Some(true), ..SubmissionFilter::default() };
    let found = vault.submissions(filter, PageRequest::first(9)).await.unwrap().items;
    assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), [mail(1)]);
    for (verdict, expect) in [(Verdict::Other, vec![mail(2), mail(1)]), (Verdict::Targeted, vec![])] {
        let filter = SubmissionFilter { verdict: Some(verdict), ..SubmissionFilter::default() };
        let found = vault.submissions(filter, PageRequest::first(9)).await.unwrap().items;
        assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), expect);
    }
}

pub(crate) async fn agreement_counts_a_campaign_once_and_opens_down_to_its_decisions(vault: Vault) {
    let campaign = grown(&vault, 4).await;
    members(&vault, 3).await;
    for n in 5..=7 {
        completed(&vault, n, id(3), 0).await;
    }
    let suggested = |n, suggested: Verdict, decided: Verdict, time| VerdictRecord {
        suggested: Some(suggested.into()),
        ..verdict(n, decided, time)
    };
    // Four mails by one decision; three mails by one each, of which one was revised and one had no suggestion.
    vault.put_campaign_verdict(&whole(campaign, Verdict::Mass, Extent::All, 4, 10), &entry()).await.unwrap();
    vault.put_verdict(&suggested(5, Verdict::Targeted, Verdict::Other, 11), &entry()).await.unwrap();
    vault.put_verdict(&suggested(5, Verdict::Targeted, Verdict::Targeted, 12), &entry()).await.unwrap();
    vault.put_verdict(&suggested(6, Verdict::Targeted, Verdict::Mass, 13), &entry()).await.unwrap();
    vault.put_verdict(&verdict(7, Verdict::Mass, 14), &entry()).await.unwrap();
    let counted = |suggested, decided, decisions| Agreement { suggested, decided, decisions };
    let found = vault.agreement(Scheme::Jcsip).await.unwrap();
    assert_eq!(
        found,
        [
            counted(Verdict::Targeted, Verdict::Targeted, 1),
            counted(Verdict::Targeted, Verdict::Mass, 1),
            counted(Verdict::Undetermined, Verdict::Mass, 1),
        ]
    );
    for scheme in Scheme::ALL {
        for figure in vault.agreement(scheme).await.unwrap() {
            let (vault, suggested, decided) = (&vault, figure.suggested, figure.decided);
            let items = all_pages(1, |page| vault.decisions(scheme, suggested, decided, page)).await;
            assert_eq!(items.len() as u64, figure.decisions, "{scheme} {figure:?}");
            assert!(items.iter().all(|it| it.suggested.by(scheme) == suggested));
            assert!(items.iter().all(|it| it.judgement.by(scheme) == decided && it.reason == hostile()));
        }
    }
    let page = PageRequest::first(5);
    let whole = vault.decisions(Scheme::Jcsip, Verdict::Undetermined, Verdict::Mass, page).await.unwrap();
    assert_eq!(whole.items[0].about, Judged::Campaign(campaign));
}
