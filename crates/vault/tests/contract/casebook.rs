//! Promises of keys, links and campaigns.

use desk::records::{
    CampaignChange, CampaignRecord, CampaignSummary, Casebook as _, Completion, KeyCount, PageRequest,
    Submissions as _,
};
use futures_util::future::join_all;
use lexicon::ids::{CampaignId, SubmissionId};
use vault::Vault;

use crate::world::{
    all_pages, completed, completion, id, is_conflict, key, link, mail, members, new, received, taken,
};

fn campaign(n: u128) -> CampaignId {
    id(5000 + n)
}

fn mails(numbers: impl IntoIterator<Item = u32>) -> Vec<SubmissionId> {
    numbers.into_iter().map(mail).collect()
}

fn open(n: u128, numbers: impl IntoIterator<Item = u32>) -> CampaignChange {
    CampaignChange::Open(campaign(n), mails(numbers))
}

fn merge(into: u128, from: &[u128], also: impl IntoIterator<Item = u32>) -> CampaignChange {
    let from = from.iter().map(|&n| campaign(n)).collect();
    CampaignChange::Merge { into: campaign(into), from, also: mails(also) }
}

pub(crate) async fn keys_are_counted_by_submission_and_by_family(vault: Vault) {
    members(&vault, 1).await;
    let (large, common) = (key(1, u64::MAX), key(255, 7));
    for (n, family, keys) in [
        (1, u64::MAX, vec![large, common, common]),
        (2, u64::MAX, vec![common]),
        (3, 5, vec![common]),
        (4, 5, vec![]),
    ] {
        taken(&vault, n, id(1)).await;
        vault.complete(&Completion { keys, family, ..completion(n) }).await.unwrap();
    }
    let counts = vault.key_counts(&[common, large, common]).await.unwrap();
    let one = KeyCount { key: large, submissions: 1, families: 1 };
    assert_eq!(counts, [one, KeyCount { key: common, submissions: 3, families: 2 }]);
}

pub(crate) async fn key_counts_are_sorted_and_leave_out_what_nobody_carries(vault: Vault) {
    members(&vault, 1).await;
    let keys = vec![key(2, 1), key(1, u64::MAX), key(1, 0), key(1, 1 << 63)];
    taken(&vault, 1, id(1)).await;
    vault.complete(&Completion { keys: keys.clone(), ..completion(1) }).await.unwrap();
    let mut asked = keys.clone();
    asked.extend([key(1, 99), key(3, 0), key(2, 0)]);
    let counted: Vec<_> = vault.key_counts(&asked).await.unwrap().into_iter().map(|it| it.key).collect();
    assert_eq!(counted, [key(1, 0), key(1, 1 << 63), key(1, u64::MAX), key(2, 1)]);
    assert_eq!(vault.key_counts(&[]).await.unwrap(), []);
    assert_eq!(vault.carriers(&[], 5).await.unwrap(), []);
    assert_eq!(vault.carriers(&asked, 0).await.unwrap(), []);
}

pub(crate) async fn more_keys_than_a_statement_takes_are_counted(vault: Vault) {
    members(&vault, 1).await;
    let keys: Vec<_> = (0..1500u64).map(|n| key(1, u64::MAX / 1499 * n)).collect();
    for n in 1..=2 {
        taken(&vault, n, id(1)).await;
        vault.complete(&Completion { keys: keys.clone(), ..completion(n) }).await.unwrap();
    }
    let counts = vault.key_counts(&keys).await.unwrap();
    assert_eq!(counts.len(), keys.len());
    assert!(counts.iter().all(|count| count.submissions == 2 && count.families == 2));
    assert_eq!(vault.carriers(&keys, 5).await.unwrap(), mails([1, 2]));
}

pub(crate) async fn carriers_come_oldest_first_each_once_up_to_the_limit(vault: Vault) {
    members(&vault, 1).await;
    for (n, keys) in [
        (1, vec![key(1, 3)]),
        (2, vec![key(1, 1), key(2, 1)]),
        (3, vec![key(1, 1), key(1, 2)]),
        (4, vec![key(1, 2)]),
    ] {
        taken(&vault, n, id(1)).await;
        vault.complete(&Completion { keys, ..completion(n) }).await.unwrap();
    }
    let keys = [key(1, 2), key(1, 1), key(2, 1)];
    assert_eq!(vault.carriers(&keys, 10).await.unwrap(), mails([2, 3, 4]));
    assert_eq!(vault.carriers(&keys, 2).await.unwrap(), mails([2, 3]));
    assert_eq!(vault.carriers(&[key(2, 3)], 10).await.unwrap(), []);
}

pub(crate) async fn only_submissions_with_keys_count_as_keyed(vault: Vault) {
    assert_eq!(vault.keyed().await.unwrap(), 0);
    members(&vault, 1).await;
    for (n, keys) in [(1, vec![key(1, 1), key(1, 2)]), (2, vec![]), (3, vec![key(1, 1)])] {
        taken(&vault, n, id(1)).await;
        vault.complete(&Completion { keys, ..completion(n) }).await.unwrap();
    }
    assert_eq!(vault.keyed().await.unwrap(), 2);
}

pub(crate) async fn a_campaign_opens_with_its_submissions_and_links(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=3 {
        completed(&vault, n, id(1), CampaignChange::None).await;
    }
    taken(&vault, 4, id(1)).await;
    let links = vec![link(2, 4), link(1, 4)];
    let change = open(1, [4, 1, 2]);
    vault.complete(&Completion { links, change, ..completion(4) }).await.unwrap();
    let expect = CampaignRecord {
        id: campaign(1),
        opened: completion(4).dissection.at,
        merged_into: None,
        submissions: mails([1, 2, 4]),
        links: vec![link(1, 4), link(2, 4)],
    };
    assert_eq!(vault.campaign(campaign(1)).await.unwrap(), Some(expect));
    assert_eq!(vault.campaign(campaign(2)).await.unwrap(), None);
    assert_eq!(vault.submission(mail(1)).await.unwrap().unwrap().campaign, Some(campaign(1)));
    assert_eq!(vault.submission(mail(3)).await.unwrap().unwrap().campaign, None);
}

pub(crate) async fn a_submission_joins_a_campaign(vault: Vault) {
    members(&vault, 1).await;
    completed(&vault, 1, id(1), open(1, [1])).await;
    taken(&vault, 2, id(1)).await;
    let change = CampaignChange::Join(campaign(1));
    vault.complete(&Completion { links: vec![link(1, 2)], change, ..completion(2) }).await.unwrap();
    let kept = vault.campaign(campaign(1)).await.unwrap().unwrap();
    assert_eq!(kept.submissions, mails([1, 2]));
    assert_eq!(kept.links, [link(1, 2)]);
    assert_eq!(kept.opened, completion(1).dissection.at);
}

async fn members_of(vault: &Vault, n: u128) -> (Option<CampaignId>, Vec<SubmissionId>) {
    let record = vault.campaign(campaign(n)).await.unwrap().unwrap();
    (record.merged_into, record.submissions)
}

pub(crate) async fn a_merge_keeps_the_history_and_leads_old_addresses_on(vault: Vault) {
    members(&vault, 1).await;
    completed(&vault, 1, id(1), open(1, [1])).await;
    taken(&vault, 2, id(1)).await;
    vault.complete(&Completion { change: open(2, [2]), ..completion(2) }).await.unwrap();
    taken(&vault, 3, id(1)).await;
    let three =
        Completion { links: vec![link(2, 3)], change: CampaignChange::Join(campaign(2)), ..completion(3) };
    vault.complete(&three).await.unwrap();
    completed(&vault, 4, id(1), CampaignChange::None).await;
    taken(&vault, 5, id(1)).await;
    let change = merge(1, &[2], [5, 4]);
    vault.complete(&Completion { links: vec![link(1, 5)], change, ..completion(5) }).await.unwrap();
    let stays = vault.campaign(campaign(1)).await.unwrap().unwrap();
    assert_eq!((stays.merged_into, stays.submissions), (None, mails(1..=5)));
    assert_eq!(stays.links, [link(1, 5), link(2, 3)]);
    let ended = vault.campaign(campaign(2)).await.unwrap().unwrap();
    assert_eq!((ended.merged_into, ended.submissions, ended.links), (Some(campaign(1)), vec![], vec![]));
    assert_eq!(ended.opened, completion(2).dissection.at);
    // It is no longer listed.
    let listed = vault.campaigns(PageRequest::first(10)).await.unwrap().items;
    assert_eq!(listed.into_iter().map(|it| it.id).collect::<Vec<_>>(), [campaign(1)]);
}

pub(crate) async fn a_merge_of_a_merge_leads_to_the_campaign_that_stands(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=3 {
        completed(&vault, n, id(1), open(u128::from(n), [n])).await;
    }
    completed(&vault, 4, id(1), merge(2, &[3], [4])).await;
    completed(&vault, 5, id(1), merge(1, &[2], [5])).await;
    assert_eq!(members_of(&vault, 1).await, (None, mails(1..=5)));
    assert_eq!(members_of(&vault, 2).await, (Some(campaign(1)), vec![]));
    assert_eq!(members_of(&vault, 3).await, (Some(campaign(1)), vec![]));
}

pub(crate) async fn joining_a_campaign_that_was_merged_meanwhile_joins_the_one_that_stands(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=2 {
        completed(&vault, n, id(1), open(u128::from(n), [n])).await;
    }
    completed(&vault, 3, id(1), merge(1, &[2], [3])).await;
    completed(&vault, 4, id(1), CampaignChange::Join(campaign(2))).await;
    assert_eq!(members_of(&vault, 1).await, (None, mails(1..=4)));
    completed(&vault, 5, id(1), merge(2, &[1], [5])).await;
    assert_eq!(members_of(&vault, 1).await, (None, mails(1..=5)));
}

pub(crate) async fn opening_with_a_submission_that_found_a_campaign_meanwhile_joins_that_one(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=2 {
        completed(&vault, n, id(1), open(u128::from(n), [n])).await;
    }
    completed(&vault, 3, id(1), CampaignChange::None).await;
    completed(&vault, 4, id(1), open(9, [2, 3, 4])).await;
    assert_eq!(members_of(&vault, 2).await, (None, mails(2..=4)));
    assert_eq!(vault.campaign(campaign(9)).await.unwrap(), None);
    // Two such campaigns become one, the older.
    completed(&vault, 5, id(1), open(9, [2, 1, 5])).await;
    assert_eq!(members_of(&vault, 1).await, (None, mails(1..=5)));
    assert_eq!(members_of(&vault, 2).await, (Some(campaign(1)), vec![]));
}

pub(crate) async fn an_unknown_campaign_cannot_be_joined(vault: Vault) {
    members(&vault, 1).await;
    let record = taken(&vault, 1, id(1)).await;
    let stray = Completion { change: CampaignChange::Join(campaign(9)), ..completion(1) };
    assert!(is_conflict(&vault.complete(&stray).await));
    assert_eq!(vault.submission(mail(1)).await.unwrap(), Some(record));
}

pub(crate) async fn workers_that_complete_at_once_lose_no_tie(vault: Vault) {
    const MAILS: u32 = 24;
    received(&vault, MAILS).await;
    while vault.claim().await.unwrap().is_some() {}
    // Each ties itself to the one before it, as if it had not seen what that one just became: so in the end
    // all must be in one campaign, however the workers met.
    vault.complete(&Completion { change: open(0, [1]), ..completion(1) }).await.unwrap();
    let workers = (2..=MAILS).map(|n| {
        let vault = vault.clone();
        let change = open(u128::from(n), [n - 1, n]);
        let completion = Completion { keys: vec![key(1, 1), key(1, u64::from(n))], change, ..completion(n) };
        tokio::spawn(async move { vault.complete(&completion).await.unwrap() })
    });
    for worker in join_all(workers).await {
        worker.unwrap();
    }
    let standing = vault.campaigns(PageRequest::first(200)).await.unwrap().items;
    assert_eq!(standing.len(), 1, "{standing:?}");
    assert_eq!(standing[0].submissions, u64::from(MAILS));
    let count = &vault.key_counts(&[key(1, 1)]).await.unwrap()[0];
    assert_eq!((count.submissions, count.families), (u64::from(MAILS) - 1, u64::from(MAILS) - 1));
}

pub(crate) async fn campaigns_are_listed_newest_first_with_counts_and_the_first_subject(vault: Vault) {
    members(&vault, 3).await;
    completed(&vault, 1, id(2), open(1, [1])).await;
    completed(&vault, 2, id(1), CampaignChange::Join(campaign(1))).await;
    completed(&vault, 3, id(2), CampaignChange::Join(campaign(1))).await;
    for n in 4..=9 {
        completed(&vault, n, id(3), open(u128::from(n), [n])).await;
    }
    let all = all_pages(2, |page| vault.campaigns(page)).await;
    let order: Vec<_> = all.iter().map(|summary| summary.id).collect();
    assert_eq!(order, [9, 8, 7, 6, 5, 4, 1].map(campaign));
    let expect = CampaignSummary {
        id: campaign(1),
        opened: completion(1).dissection.at,
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
    completed(&vault, 1, id(3), open(1, [1])).await;
    for (n, by) in [(2, 1), (3, 3), (4, 2), (5, 1)] {
        completed(&vault, n, id(by), CampaignChange::Join(campaign(1))).await;
    }
    assert_eq!(vault.campaign_members(campaign(1)).await.unwrap(), [3, 1, 2].map(id));
    assert_eq!(vault.campaign_members(campaign(2)).await.unwrap(), []);
}
