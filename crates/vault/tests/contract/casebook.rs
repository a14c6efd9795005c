//! Promises of campaigns and verdicts; how campaigns come to be is in `linking.rs`.

use desk::records::{
    AuditTrail as _, CampaignSummary, Casebook as _, PageRequest, Submissions as _, VerdictRecord,
};
use lexicon::ids::SubmissionId;
use lexicon::{SubmissionState, Verdict};
use vault::Vault;

use crate::world::{
    account, all_pages, at, campaign_of, completed, completion, entry, hostile, id, is_conflict, mail,
    members, new, received, templated,
};

fn mails(numbers: impl IntoIterator<Item = u32>) -> Vec<SubmissionId> {
    numbers.into_iter().map(mail).collect()
}

pub(crate) async fn campaigns_are_listed_newest_first_with_counts_and_the_first_subject(vault: Vault) {
    members(&vault, 3).await;
    completed(&vault, 1, id(2), 1).await;
    completed(&vault, 2, id(1), 1).await;
    completed(&vault, 3, id(2), 1).await;
    for n in 4..=9 {
        completed(&vault, n, id(3), n / 2).await;
    }
    let all = all_pages(2, |page| vault.campaigns(page)).await;
    let order: Vec<_> = all.iter().map(|summary| Some(summary.id)).collect();
    let mut expect = Vec::new();
    for n in [8, 6, 4, 1] {
        expect.push(campaign_of(&vault, n).await);
    }
    assert_eq!(order, expect);
    let expect = CampaignSummary {
        id: campaign_of(&vault, 1).await.unwrap(),
        opened: templated(2, 1).dissection.at,
        submissions: 3,
        members: 2,
        first: new(1).received,
        last: new(3).received,
        subject: Some("件名1".to_owned()),
    };
    assert_eq!(all.last(), Some(&expect));
}

pub(crate) async fn members_of_a_campaign_come_in_the_order_of_their_first_report(vault: Vault) {
    members(&vault, 3).await;
    for (n, by) in [(1, 3), (2, 1), (3, 3), (4, 2), (5, 1)] {
        completed(&vault, n, id(by), 1).await;
    }
    let campaign = campaign_of(&vault, 5).await.unwrap();
    assert_eq!(vault.campaign_members(campaign).await.unwrap(), [3, 1, 2].map(id));
    assert_eq!(vault.campaign_members(id(2)).await.unwrap(), []);
    assert_eq!(vault.campaign(campaign).await.unwrap().unwrap().submissions, mails(1..=5));
    assert_eq!(vault.campaign(id(2)).await.unwrap(), None);
}

fn verdict(n: u32, verdict: Verdict, time: i64) -> VerdictRecord {
    VerdictRecord { submission: mail(n), verdict, reason: hostile(), account: account(900), at: at(time) }
}

pub(crate) async fn a_verdict_marks_the_submission_judged_and_a_later_one_supersedes_it(vault: Vault) {
    members(&vault, 1).await;
    completed(&vault, 1, id(1), 0).await;
    assert_eq!(vault.verdicts(mail(1)).await.unwrap(), []);
    let first = verdict(1, Verdict::Undetermined, 10);
    let second = verdict(1, Verdict::Targeted, 20);
    for (given, entries) in [(&first, 2), (&second, 3)] {
        vault.put_verdict(given, &entry()).await.unwrap();
        let kept = vault.submission(mail(1)).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.verdict), (SubmissionState::Judged, Some(given.verdict)));
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
