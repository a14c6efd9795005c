//! Promises of campaigns; how campaigns come to be is in `linking.rs`.

use desk::records::{CampaignSummary, Casebook as _};
use lexicon::ids::SubmissionId;
use vault::Vault;

use crate::world::{all_pages, campaign_of, completed, id, mail, members, new, templated};

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
