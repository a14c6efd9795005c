//! Promises of campaigns read part by part.

use desk::records::{
    CampaignArrival, CampaignStanding, CampaignViews as _, NewSubmission, Submissions as _, VerdictRecord,
    Verdicts as _,
};
use jiff::{SignedDuration, Timestamp};
use lexicon::Verdict;
use lexicon::ids::MemberId;
use vault::Vault;

use crate::world::{account, at, campaign_of, completed, entry, id, mail, members, new, templated};

pub(crate) async fn a_campaign_is_read_part_by_part_oldest_first(vault: Vault) {
    members(&vault, 2).await;
    for n in 1..=7 {
        completed(&vault, n, id(u128::from(n % 2) + 1), 1).await;
    }
    let campaign = campaign_of(&vault, 1).await.unwrap();
    let head = vault.campaign_head(campaign).await.unwrap().unwrap();
    assert_eq!((head.submissions, head.members, head.merged_into), (7, 2, None));
    assert_eq!(vault.campaign_head(id(2)).await.unwrap(), None);
    let (mut after, mut numbers, mut all) = (None, Vec::new(), Vec::new());
    loop {
        let part = vault.campaign_mails(campaign, after, 3).await.unwrap();
        numbers.push(part.first_number);
        all.extend(part.items.iter().map(|it| it.id));
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(numbers, [1, 4, 7]);
    assert_eq!(all, (1..=7).map(mail).collect::<Vec<_>>());
}

/// Hands in the n-th mail of a member at a time, dated at another.
async fn dated(vault: &Vault, n: u32, by: MemberId, received: Timestamp, date: Option<&str>) {
    let given = NewSubmission { member: by, received, ..new(n) };
    vault.receive(&given, &entry()).await.unwrap();
    vault.claim().await.unwrap();
    let mut done = templated(n, 1);
    done.dissection.facts.date = date.map(str::to_owned);
    vault.complete(&done).await.unwrap();
}

pub(crate) async fn arrivals_are_told_by_member_and_hour(vault: Vault) {
    members(&vault, 2).await;
    let hour: Timestamp = "2026-11-20T01:00:00Z".parse().unwrap();
    let minute = |n| hour + SignedDuration::from_mins(n);
    dated(&vault, 1, id(1), minute(1), Some("2026-11-19T10:00:00+09:00")).await;
    dated(&vault, 2, id(1), minute(2), None).await;
    dated(&vault, 3, id(2), minute(3), Some("2031-01-01T00:00:00Z")).await;
    dated(&vault, 4, id(1), minute(61), None).await;
    dated(&vault, 5, id(1), minute(62), None).await;
    let campaign = campaign_of(&vault, 1).await.unwrap();
    let arrival = |member: u128, arrived, received, mails| CampaignArrival {
        member: id(member),
        arrived,
        received,
        mails,
    };
    assert_eq!(
        vault.campaign_arrivals(campaign).await.unwrap(),
        [
            arrival(1, "2026-11-19T01:00:00Z".parse().unwrap(), minute(1), 1),
            arrival(1, minute(2), minute(2), 1),
            // A date in the future is not believed.
            arrival(2, minute(3), minute(3), 1),
            arrival(1, minute(61), minute(61), 2),
        ]
    );
}

pub(crate) async fn a_picture_shows_the_first_mail_of_each_member(vault: Vault) {
    members(&vault, 3).await;
    for (n, by) in [(1, 1), (2, 1), (3, 2), (4, 1), (5, 3), (6, 2)] {
        completed(&vault, n, id(by), 1).await;
    }
    let campaign = campaign_of(&vault, 1).await.unwrap();
    let ids = |limit| {
        let vault = vault.clone();
        async move {
            let found = vault.campaign_picture(campaign, limit).await.unwrap();
            found.iter().map(|it| it.id).collect::<Vec<_>>()
        }
    };
    assert_eq!(ids(3).await, [1, 3, 5].map(mail));
    assert_eq!(ids(4).await, [1, 2, 3, 5].map(mail));
    assert_eq!(ids(2).await, [1, 3].map(mail));
    assert_eq!(ids(90).await.len(), 6);
}

pub(crate) async fn pairs_of_mails_say_what_they_have_in_common(vault: Vault) {
    members(&vault, 1).await;
    for (n, template) in [(1, 1), (2, 1), (3, 0)] {
        completed(&vault, n, id(1), template).await;
    }
    let links = vault.links_among(&[3, 2, 1].map(mail)).await.unwrap();
    // All three come from one sender; one text have only two of them.
    let by_text = |link: &&lexicon::Link<_>| link.reasons.iter().any(|r| r.kind == lexicon::ReasonKind::Text);
    let alike: Vec<_> = links.iter().filter(by_text).map(|link| (link.a, link.b)).collect();
    assert_eq!(alike, [(mail(1), mail(2))]);
    assert_eq!(links[0].reasons[0].value, "jaccard 1.00");
    assert_eq!(vault.links_among(&[]).await.unwrap(), []);
}

pub(crate) async fn how_a_campaign_was_judged_is_counted(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=4 {
        completed(&vault, n, id(1), 1).await;
    }
    let campaign = campaign_of(&vault, 1).await.unwrap();
    for (n, verdict, time) in
        [(1, Verdict::Mass, 1), (2, Verdict::Mass, 2), (2, Verdict::Other, 3), (3, Verdict::Mass, 4)]
    {
        let verdict = VerdictRecord {
            submission: mail(n),
            judgement: verdict.into(),
            suggested: None,
            campaign: None,
            reason: "理由".to_owned(),
            account: account(900),
            at: at(time),
        };
        vault.put_verdict(&verdict, &entry()).await.unwrap();
    }
    let standing =
        |judgement: Option<Verdict>, mails| CampaignStanding { judgement: judgement.map(Into::into), mails };
    assert_eq!(
        vault.campaign_standing(campaign).await.unwrap(),
        [standing(None, 1), standing(Some(Verdict::Mass), 2), standing(Some(Verdict::Other), 1)]
    );
}
