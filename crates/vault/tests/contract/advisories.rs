//! Promises of advisories, approvals and releases.

use std::collections::BTreeSet;

use desk::records::{
    Advisories as _, AdvisoryFilter, AdvisoryRecord, ApprovalRecord, ApprovalState, AuditTrail as _,
    PAGE_LIMIT, PageRequest, ReleaseRecord, Roster as _,
};
use futures_util::future::join_all;
use lexicon::indicator::FileHashes;
use lexicon::{Advisory, AdvisoryState, Audience, Indicator, Lang, ObservableType, Tlp};
use vault::Vault;

use crate::world::{
    HOSTILE, account, all_pages, at, campaign_of, completed, digest, entry, hostile, id, is_conflict,
    members, sig,
};

pub(crate) async fn numbers_of_a_year_count_up_from_one_each_handed_out_once(vault: Vault) {
    assert_eq!(vault.next_number(2026).await.unwrap(), 1);
    assert_eq!(vault.next_number(2026).await.unwrap(), 2);
    assert_eq!(vault.next_number(-1).await.unwrap(), 1);
    let tries = (0..20).map(|_| {
        let vault = vault.clone();
        tokio::spawn(async move { vault.next_number(2026).await.unwrap() })
    });
    let mut numbers: Vec<u32> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (3..=22).collect::<Vec<_>>());
}

/// A small advisory, created at `n`.
fn draft(n: u32) -> AdvisoryRecord {
    AdvisoryRecord {
        advisory: Advisory {
            id: id(u128::from(n)),
            number: format!("N-2026-{n:04}"),
            version: 1,
            lang: Lang::Ja,
            title: format!("注意喚起{n}"),
            summary: String::new(),
            features: String::new(),
            measures: String::new(),
            request: String::new(),
            organisations: 0,
            first_seen: None,
            last_seen: None,
            indicators: Vec::new(),
            tlp: Tlp::Amber,
        },
        state: AdvisoryState::Draft,
        campaign: None,
        audience: Audience::default(),
        author: account(900),
        created: at(i64::from(n)),
        revision: 0,
    }
}

/// An advisory with something in every field, and nothing in it that is easy to keep.
fn large() -> AdvisoryRecord {
    let indicator =
        |kind, value: &str, hashes| Indicator { kind, value: value.to_owned(), hashes, note: hostile() };
    let hashes = FileHashes { md5: None, sha1: Some(hostile()), sha256: Some("a".repeat(64)) };
    let mut indicators: Vec<_> =
        HOSTILE.iter().map(|text| indicator(ObservableType::Url, text, None)).collect();
    indicators.push(indicator(ObservableType::File, "b", Some(hashes)));
    indicators.push(indicator(ObservableType::File, "a", Some(FileHashes::default())));
    indicators
        .extend((0..300).map(|n| indicator(ObservableType::DomainName, &format!("x{n}.example"), None)));
    let small = draft(1);
    AdvisoryRecord {
        advisory: Advisory {
            number: hostile(),
            version: u32::MAX,
            lang: Lang::En,
            title: hostile(),
            summary: hostile(),
            features: hostile(),
            measures: hostile(),
            request: hostile(),
            organisations: u32::MAX,
            first_seen: Some(at(-1)),
            last_seen: Some(at(1)),
            indicators,
            tlp: Tlp::AmberStrict,
            ..small.advisory
        },
        state: AdvisoryState::AwaitingApproval,
        audience: Audience { sigs: BTreeSet::from([id(1), id(2)]), all_members: true, vendors: true },
        ..small
    }
}

async fn sigs(vault: &Vault) {
    for n in 1..=2 {
        vault.put_sig(&sig(n, "ガス")).await.unwrap();
    }
}

/// The record as it is read after it was written.
fn kept(record: &AdvisoryRecord) -> AdvisoryRecord {
    AdvisoryRecord { revision: record.revision + 1, ..record.clone() }
}

async fn entries(vault: &Vault) -> usize {
    vault.audit(PageRequest::first(200)).await.unwrap().items.len()
}

pub(crate) async fn an_advisory_comes_back_exactly_whatever_its_texts_hold(vault: Vault) {
    sigs(&vault).await;
    for record in [large(), draft(2)] {
        vault.put_advisory(&record, &entry()).await.unwrap();
        assert_eq!(vault.advisory(record.advisory.id).await.unwrap(), Some(kept(&record)));
    }
    assert_eq!(vault.advisory(id(3)).await.unwrap(), None);
    assert_eq!(entries(&vault).await, 2);
}

pub(crate) async fn an_advisory_written_again_replaces_text_audience_and_indicators(vault: Vault) {
    sigs(&vault).await;
    vault.put_advisory(&large(), &entry()).await.unwrap();
    let mut changed = AdvisoryRecord { revision: 1, state: AdvisoryState::Withdrawn, ..draft(1) };
    changed.audience.sigs = BTreeSet::from([id(2)]);
    changed.advisory.indicators = large().advisory.indicators.split_off(310);
    vault.put_advisory(&changed, &entry()).await.unwrap();
    assert_eq!(vault.advisory(id(1)).await.unwrap(), Some(kept(&changed)));
}

pub(crate) async fn a_writer_with_a_stale_revision_meets_a_conflict_and_changes_nothing(vault: Vault) {
    vault.put_advisory(&draft(1), &entry()).await.unwrap();
    let mut changed = draft(1);
    changed.advisory.title = "別の題".to_owned();
    for revision in [0, 2, u32::MAX] {
        changed.revision = revision;
        assert!(is_conflict(&vault.put_advisory(&changed, &entry()).await), "revision {revision}");
    }
    assert_eq!(vault.advisory(id(1)).await.unwrap(), Some(kept(&draft(1))));
    assert_eq!(entries(&vault).await, 1);
    let unknown = AdvisoryRecord { revision: 1, ..draft(2) };
    assert!(is_conflict(&vault.put_advisory(&unknown, &entry()).await));
}

pub(crate) async fn of_two_writers_with_the_same_revision_one_meets_a_conflict(vault: Vault) {
    for revision in 0..10 {
        let tries = (0..2).map(|n| {
            let vault = vault.clone();
            let mut record = AdvisoryRecord { revision, ..draft(1) };
            record.advisory.title = format!("題{n}");
            tokio::spawn(async move { vault.put_advisory(&record, &entry()).await })
        });
        let results: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert_eq!(results.iter().filter(|result| is_conflict(result)).count(), 1, "{results:?}");
        assert_eq!(vault.advisory(id(1)).await.unwrap().unwrap().revision, revision + 1);
    }
}

pub(crate) async fn advisories_are_listed_newest_first_and_filtered(vault: Vault) {
    members(&vault, 1).await;
    completed(&vault, 1, id(1), 1).await;
    completed(&vault, 2, id(1), 1).await;
    let campaign = campaign_of(&vault, 1).await.unwrap();
    for n in 1..=7 {
        let mut record = AdvisoryRecord { created: at(i64::from(n / 3)), ..draft(n) };
        if n % 2 == 0 {
            record.state = AdvisoryState::Approved;
        }
        if n > 4 {
            record.campaign = Some(campaign);
        }
        vault.put_advisory(&record, &entry()).await.unwrap();
    }
    let all = AdvisoryFilter::default();
    let approved = AdvisoryFilter { state: Some(AdvisoryState::Approved), ..all };
    let about = AdvisoryFilter { campaign: Some(campaign), ..all };
    let both = AdvisoryFilter { campaign: Some(campaign), ..approved };
    for (filter, expect) in
        [(all, vec![7, 6, 5, 4, 3, 2, 1]), (approved, vec![6, 4, 2]), (about, vec![7, 6, 5]), (both, vec![6])]
    {
        let listed = all_pages(2, |page| vault.advisories(filter, page)).await;
        let order: Vec<_> = listed.into_iter().map(|record| record.advisory.id).collect();
        assert_eq!(order, expect.into_iter().map(id).collect::<Vec<_>>(), "{filter:?}");
    }
}

fn approval(advisory: u128, member: u128, time: i64) -> ApprovalRecord {
    ApprovalRecord {
        advisory: id(advisory),
        member: id(member),
        state: ApprovalState::Asked,
        digest: digest(1),
        note: String::new(),
        at: at(time),
        account: None,
    }
}

pub(crate) async fn an_approval_replaces_the_earlier_one_of_its_provider(vault: Vault) {
    members(&vault, 2).await;
    for n in 1..=2 {
        vault.put_advisory(&draft(n), &entry()).await.unwrap();
    }
    for asked in [approval(1, 2, 1), approval(1, 1, 1), approval(2, 1, 1)] {
        vault.put_approval(&asked, &entry()).await.unwrap();
    }
    assert_eq!(vault.approvals(id(1)).await.unwrap(), [approval(1, 1, 1), approval(1, 2, 1)]);
    for state in [ApprovalState::Declined, ApprovalState::Approved] {
        let answer = ApprovalRecord {
            state,
            digest: digest(2),
            note: hostile(),
            account: Some(account(900)),
            ..approval(1, 1, 5)
        };
        vault.put_approval(&answer, &entry()).await.unwrap();
        assert_eq!(vault.approvals(id(1)).await.unwrap(), [answer, approval(1, 2, 1)]);
    }
    assert_eq!(vault.approvals(id(3)).await.unwrap(), []);
    assert_eq!(entries(&vault).await, 7);
}

pub(crate) async fn what_a_provider_was_asked_comes_newest_first(vault: Vault) {
    members(&vault, 2).await;
    let many = PAGE_LIMIT + 3;
    for n in 1..=many {
        vault.put_advisory(&draft(n), &entry()).await.unwrap();
        vault.put_approval(&approval(u128::from(n), 1, i64::from(n / 2)), &entry()).await.unwrap();
    }
    vault.put_approval(&approval(1, 2, 1), &entry()).await.unwrap();
    let asked: Vec<_> = vault.approvals_of(id(1)).await.unwrap().into_iter().map(|it| it.advisory).collect();
    let expect: Vec<_> = (4..=many).rev().map(|n| id(u128::from(n))).collect();
    assert_eq!(asked, expect);
    assert_eq!(vault.approvals_of(id(2)).await.unwrap(), [approval(1, 2, 1)]);
}

fn release(record: &AdvisoryRecord, time: i64, stamp: u8) -> ReleaseRecord {
    ReleaseRecord {
        advisory: record.advisory.clone(),
        audience: record.audience.clone(),
        at: at(time),
        stamp: digest(stamp),
    }
}

pub(crate) async fn a_release_freezes_the_text_and_marks_the_advisory_released(vault: Vault) {
    sigs(&vault).await;
    vault.put_advisory(&large(), &entry()).await.unwrap();
    assert_eq!(vault.release(id(1)).await.unwrap(), None);
    let released = release(&large(), 5, 7);
    vault.put_release(&released, 1, &entry()).await.unwrap();
    let after = AdvisoryRecord { state: AdvisoryState::Released, revision: 2, ..large() };
    assert_eq!(vault.advisory(id(1)).await.unwrap(), Some(after));
    assert_eq!(entries(&vault).await, 2);
    // What is edited afterwards does not touch what left.
    vault.put_advisory(&AdvisoryRecord { revision: 2, ..draft(1) }, &entry()).await.unwrap();
    assert_eq!(vault.release(id(1)).await.unwrap(), Some(released));
}

pub(crate) async fn a_release_from_a_stale_revision_meets_a_conflict_and_freezes_nothing(vault: Vault) {
    vault.put_advisory(&draft(1), &entry()).await.unwrap();
    vault.put_advisory(&AdvisoryRecord { revision: 1, ..draft(1) }, &entry()).await.unwrap();
    for revision in [0, 1, 3] {
        let result = vault.put_release(&release(&draft(1), 5, 7), revision, &entry()).await;
        assert!(is_conflict(&result), "revision {revision}");
    }
    assert!(is_conflict(&vault.put_release(&release(&draft(2), 5, 7), 0, &entry()).await));
    assert_eq!(vault.release(id(1)).await.unwrap(), None);
    assert_eq!(vault.advisory(id(1)).await.unwrap().unwrap().state, AdvisoryState::Draft);
    assert_eq!(entries(&vault).await, 2);
}

pub(crate) async fn the_latest_release_is_shown_and_all_are_listed(vault: Vault) {
    vault.put_advisory(&draft(1), &entry()).await.unwrap();
    let first = release(&draft(1), 5, 1);
    vault.put_release(&first, 1, &entry()).await.unwrap();
    let mut second = draft(1);
    second.advisory.version = 2;
    second.advisory.title = "第二版".to_owned();
    vault.put_advisory(&AdvisoryRecord { revision: 2, ..second.clone() }, &entry()).await.unwrap();
    let second = release(&second, 9, 2);
    vault.put_release(&second, 3, &entry()).await.unwrap();
    assert_eq!(vault.release(id(1)).await.unwrap().as_ref(), Some(&second));
    assert_eq!(vault.releases(PageRequest::first(9)).await.unwrap().items, [second, first]);
}

pub(crate) async fn releases_come_whole_page_by_page(vault: Vault) {
    sigs(&vault).await;
    let mut expect = Vec::new();
    for n in 1..=9 {
        let mut record = draft(n);
        record.audience.sigs = BTreeSet::from([id(u128::from(n % 2) + 1)]);
        record.advisory.indicators = large().advisory.indicators.split_off(300 + n as usize);
        vault.put_advisory(&record, &entry()).await.unwrap();
        // Three at each moment.
        let released = release(&record, i64::from(n / 3), 1);
        vault.put_release(&released, 1, &entry()).await.unwrap();
        expect.insert(0, released);
    }
    for limit in [1, 2, 3, 9, 10] {
        assert_eq!(all_pages(limit, |page| vault.releases(page)).await, expect, "by {limit}");
    }
}
