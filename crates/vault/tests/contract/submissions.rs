//! Promises of submissions and their queue.

use std::collections::BTreeSet;

use desk::records::{
    AuditTrail as _, Channel, NewSubmission, PAGE_LIMIT, PageRequest, QueueDepth, Receipt, SubmissionFilter,
    SubmissionRecord, Submissions as _,
};
use futures_util::future::join_all;
use lexicon::SubmissionState;
use lexicon::ids::SubmissionId;
use vault::Vault;

use crate::world::{
    all_pages, at, campaign_of, completed, completion, entry, hostile, id, is_refused, mail, members, new,
    received, taken,
};

pub(crate) async fn a_submission_comes_back_exactly_whatever_its_texts_hold(vault: Vault) {
    members(&vault, 1).await;
    let new =
        NewSubmission { size: u64::MAX, name: hostile(), note: hostile(), channel: Channel::Page, ..new(1) };
    let receipt = vault.receive(&new, &entry()).await.unwrap();
    assert_eq!(receipt, Receipt { id: new.id, already: false, received: new.received });
    let expect = SubmissionRecord {
        id: new.id,
        member: new.member,
        sha256: new.sha256,
        size: new.size,
        name: new.name,
        note: new.note,
        channel: new.channel,
        received: new.received,
        state: SubmissionState::Received,
        attempts: 0,
        subject: None,
        sender: None,
        tells: 0,
        campaign: None,
        verdict: None,
        monitoring: false,
    };
    assert_eq!(vault.submission(new.id).await.unwrap(), Some(expect));
    assert_eq!(vault.submission(id(9)).await.unwrap(), None);
}

async fn entries(vault: &Vault) -> usize {
    vault.audit(PageRequest::first(200)).await.unwrap().items.len()
}

pub(crate) async fn the_same_bytes_by_the_same_member_are_one_submission_with_one_audit_entry(vault: Vault) {
    received(&vault, 1).await;
    let again = NewSubmission { id: id(77), received: at(99), name: "other.eml".to_owned(), ..new(1) };
    let receipt = vault.receive(&again, &entry()).await.unwrap();
    assert_eq!(receipt, Receipt { id: mail(1), already: true, received: new(1).received });
    assert_eq!(vault.submission(id(77)).await.unwrap(), None);
    assert_eq!(vault.submission(mail(1)).await.unwrap().unwrap().name, "1.eml");
    assert_eq!(entries(&vault).await, 1);
}

pub(crate) async fn the_same_bytes_by_another_member_are_another_submission(vault: Vault) {
    members(&vault, 2).await;
    vault.receive(&new(1), &entry()).await.unwrap();
    let other = NewSubmission { id: id(77), member: id(2), ..new(1) };
    assert!(!vault.receive(&other, &entry()).await.unwrap().already);
    assert_eq!(entries(&vault).await, 2);
}

pub(crate) async fn of_ten_who_give_the_same_bytes_at_once_one_is_new(vault: Vault) {
    members(&vault, 1).await;
    let tries = (0..10).map(|n| {
        let vault = vault.clone();
        let new = NewSubmission { id: id(500 + n), ..new(1) };
        tokio::spawn(async move { vault.receive(&new, &entry()).await.unwrap() })
    });
    let receipts: Vec<Receipt> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(receipts.iter().filter(|receipt| !receipt.already).count(), 1);
    assert_eq!(receipts.iter().map(|receipt| receipt.id).collect::<BTreeSet<_>>().len(), 1);
    assert_eq!(entries(&vault).await, 1);
}

pub(crate) async fn a_submission_of_an_unknown_member_is_refused_and_nothing_of_it_stays(vault: Vault) {
    assert!(is_refused(&vault.receive(&new(1), &entry()).await));
    assert_eq!(vault.submission(mail(1)).await.unwrap(), None);
    assert_eq!(entries(&vault).await, 0);
}

async fn list(vault: &Vault, filter: SubmissionFilter, limit: u32) -> Vec<SubmissionId> {
    let pages = all_pages(limit, |page| vault.submissions(filter.clone(), page)).await;
    pages.into_iter().map(|record| record.id).collect()
}

pub(crate) async fn a_list_comes_whole_page_by_page_newest_first_also_where_times_are_equal(vault: Vault) {
    members(&vault, 1).await;
    let mut expect = Vec::new();
    for n in 1..=25u32 {
        // Five at each moment.
        let new = NewSubmission { received: at(i64::from(n / 5)), ..new(n) };
        vault.receive(&new, &entry()).await.unwrap();
        expect.push((new.received, new.id));
    }
    expect.sort();
    let expect: Vec<_> = expect.into_iter().rev().map(|(_, id)| id).collect();
    for limit in [1, 4, 5, 25, 26] {
        assert_eq!(list(&vault, SubmissionFilter::default(), limit).await, expect, "by {limit}");
    }
}

pub(crate) async fn nothing_is_shown_twice_or_left_out_while_submissions_arrive(vault: Vault) {
    received(&vault, 20).await;
    let mut seen = Vec::new();
    let mut request = PageRequest::first(3);
    let mut n = 20;
    loop {
        let page = vault.submissions(SubmissionFilter::default(), request).await.unwrap();
        seen.extend(page.items.into_iter().map(|record| record.id));
        let Some(next) = page.next else { break };
        request.after = Some(next);
        for _ in 0..2 {
            n += 1;
            vault.receive(&new(n), &entry()).await.unwrap();
        }
    }
    assert_eq!(seen, (1..=20).rev().map(mail).collect::<Vec<_>>());
}

pub(crate) async fn a_list_is_filtered_by_member_state_and_campaign_together(vault: Vault) {
    members(&vault, 2).await;
    completed(&vault, 1, id(1), 1).await;
    completed(&vault, 2, id(2), 1).await;
    completed(&vault, 3, id(1), 0).await;
    let campaign = campaign_of(&vault, 1).await.unwrap();
    vault.receive(&new(4), &entry()).await.unwrap();
    let all = SubmissionFilter::default();
    let member = SubmissionFilter { member: Some(id(1)), ..all.clone() };
    let state = SubmissionFilter { state: Some(SubmissionState::Dissected), ..all.clone() };
    let in_campaign = SubmissionFilter { campaign: Some(campaign), ..all.clone() };
    let together = SubmissionFilter {
        member: Some(id(1)),
        state: Some(SubmissionState::Dissected),
        ..in_campaign.clone()
    };
    for (filter, expect) in [
        (all.clone(), vec![4, 3, 2, 1]),
        (member, vec![4, 3, 1]),
        (state, vec![3, 2, 1]),
        (in_campaign, vec![2, 1]),
        (together, vec![1]),
        (SubmissionFilter { member: Some(id(3)), ..all }, vec![]),
    ] {
        let expect: Vec<_> = expect.into_iter().map(mail).collect();
        assert_eq!(list(&vault, filter.clone(), 1).await, expect, "{filter:?}");
    }
}

pub(crate) async fn a_list_is_searched_by_text_and_by_days(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=3u32 {
        let name = ["報告 100%.eml", "Invoice_7.EML", "c.eml"][n as usize - 1].to_owned();
        vault.receive(&NewSubmission { received: at(i64::from(n)), name, ..new(n) }, &entry()).await.unwrap();
    }
    let sha256 = new(3).sha256;
    let text = |text: &str| SubmissionFilter { text: Some(text.to_owned()), ..SubmissionFilter::default() };
    let between = |since: i64, before: i64| SubmissionFilter {
        since: Some(at(since)),
        before: Some(at(before)),
        ..SubmissionFilter::default()
    };
    for (filter, expect) in [
        (text("報告"), vec![1]),
        (text("invoice"), vec![2]),
        (text(".eml"), vec![3, 2, 1]),
        // What stands for anything elsewhere stands for itself.
        (text("100%"), vec![1]),
        (text("_7"), vec![2]),
        (text("_"), vec![2]),
        (text("\\"), vec![]),
        (text(sha256.get(54..).unwrap()), vec![3]),
        (between(2, 3), vec![2]),
        (between(1, 4), vec![3, 2, 1]),
        (SubmissionFilter { text: Some("eml".into()), ..between(2, 4) }, vec![3, 2]),
    ] {
        let expect: Vec<_> = expect.into_iter().map(mail).collect();
        assert_eq!(list(&vault, filter.clone(), 2).await, expect, "{filter:?}");
    }
}

pub(crate) async fn a_page_holds_no_more_than_the_limit(vault: Vault) {
    received(&vault, PAGE_LIMIT + 1).await;
    for (limit, expect) in [(0, 1), (1, 1), (u32::MAX, PAGE_LIMIT)] {
        let page = vault.submissions(SubmissionFilter::default(), PageRequest::first(limit)).await.unwrap();
        assert_eq!(page.items.len(), expect as usize);
        assert!(page.next.is_some());
    }
}

pub(crate) async fn the_oldest_submission_is_claimed_first_and_its_attempt_counted(vault: Vault) {
    assert_eq!(vault.claim().await.unwrap(), None);
    members(&vault, 1).await;
    // Two of the same moment: the smaller id first.
    for (n, time) in [(3, 5), (1, 9), (2, 5)] {
        vault.receive(&NewSubmission { received: at(time), ..new(n) }, &entry()).await.unwrap();
    }
    for n in [2, 3, 1] {
        let record = vault.claim().await.unwrap().unwrap();
        assert_eq!((record.id, record.state, record.attempts), (mail(n), SubmissionState::Dissecting, 1));
        assert_eq!(vault.submission(mail(n)).await.unwrap(), Some(record));
    }
    assert_eq!(vault.claim().await.unwrap(), None);
}

pub(crate) async fn ten_workers_claim_each_submission_once(vault: Vault) {
    received(&vault, 60).await;
    let workers = (0..10).map(|_| {
        let vault = vault.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            while let Some(record) = vault.claim().await.unwrap() {
                mine.push(record.id);
                tokio::task::yield_now().await;
            }
            mine
        })
    });
    let mut claimed: Vec<_> = join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
    claimed.sort();
    assert_eq!(claimed, (1..=60).map(mail).collect::<Vec<_>>());
}

pub(crate) async fn what_was_being_dissected_is_put_back(vault: Vault) {
    received(&vault, 3).await;
    assert_eq!(vault.requeue().await.unwrap(), 0);
    vault.claim().await.unwrap();
    vault.claim().await.unwrap();
    vault.complete(&completion(2)).await.unwrap();
    assert_eq!(vault.requeue().await.unwrap(), 1);
    let again = vault.claim().await.unwrap().unwrap();
    assert_eq!((again.id, again.attempts), (mail(1), 2));
}

pub(crate) async fn the_queue_says_how_many_stand_where_and_since_when(vault: Vault) {
    assert_eq!(vault.queue().await.unwrap(), QueueDepth::default());
    members(&vault, 1).await;
    taken(&vault, 1, id(1)).await;
    vault.complete(&completion(1)).await.unwrap();
    taken(&vault, 2, id(1)).await;
    for n in 3..=5 {
        vault.receive(&new(n), &entry()).await.unwrap();
    }
    let depth = QueueDepth {
        received: 3,
        dissecting: 1,
        dissected: 1,
        judged: 0,
        oldest_waiting: Some(new(3).received),
    };
    assert_eq!(vault.queue().await.unwrap(), depth);
}
