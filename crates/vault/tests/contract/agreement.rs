//! Both databases give the same answers, whatever is done in whatever order.

use desk::records::{
    AuditTrail as _, CampaignChange, Casebook as _, Completion, NewSubmission, PageRequest, RecordError,
    RecordResult, SubmissionFilter, Submissions as _, VerdictRecord, Verdicts as _,
};
use lexicon::ids::CampaignId;
use lexicon::{SubmissionState, Verdict};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use vault::Vault;

use crate::cluster::Cluster;
use crate::harness::runtime;
use crate::world::{account, all_pages, at, audit_id, completion, entry, id, key, link, mail, members, new};

/// How many random histories, each in a new pair of databases.
const HISTORIES: u32 = 24;

/// How many mails, members and campaigns a history is about: few, so that they meet often.
const MAILS: u32 = 8;

/// One step of a history.
#[derive(Debug, Clone)]
enum Step {
    Receive { mail: u32, by: u128, time: i64 },
    Claim,
    Requeue,
    Complete { mail: u32, keys: Vec<u64>, family: u64, link: u32, change: Change },
    Judge { mail: u32, verdict: Verdict, time: i64 },
    List { member: Option<u128>, state: Option<SubmissionState>, campaign: Option<u128>, limit: u32 },
    Carriers { keys: Vec<u64>, limit: u32 },
}

/// A campaign change without the mail that brings it.
#[derive(Debug, Clone)]
enum Change {
    None,
    Open(u128, Vec<u32>),
    Join(u128),
    Merge(u128, Vec<u128>, Vec<u32>),
}

fn campaign(n: u128) -> CampaignId {
    id(5000 + n)
}

fn step() -> impl Strategy<Value = Step> {
    let number = 1..=MAILS;
    let name = 1u128..=4;
    let few = proptest::collection::vec(1..=MAILS, 0..3);
    let keys = proptest::collection::vec(prop_oneof![0u64..4, Just(u64::MAX)], 0..4);
    let change = prop_oneof![
        Just(Change::None),
        (name.clone(), few.clone()).prop_map(|(id, also)| Change::Open(id, also)),
        name.clone().prop_map(Change::Join),
        (name.clone(), proptest::collection::vec(name.clone(), 1..3), few)
            .prop_map(|(into, from, also)| Change::Merge(into, from, also)),
    ];
    prop_oneof![
        4 => (number.clone(), 1u128..=2, 0i64..3).prop_map(|(mail, by, time)| Step::Receive { mail, by, time }),
        4 => Just(Step::Claim),
        1 => Just(Step::Requeue),
        8 => (number.clone(), keys.clone(), 0u64..3, number.clone(), change).prop_map(
            |(mail, keys, family, link, change)| Step::Complete { mail, keys, family, link, change }
        ),
        2 => (number, proptest::sample::select(Verdict::ALL.to_vec()), 0i64..3)
            .prop_map(|(mail, verdict, time)| Step::Judge { mail, verdict, time }),
        1 => (
            proptest::option::of(1u128..=3),
            proptest::option::of(proptest::sample::select(SubmissionState::ALL.to_vec())),
            proptest::option::of(name),
            1u32..5
        )
            .prop_map(|(member, state, campaign, limit)| Step::List { member, state, campaign, limit }),
        1 => (keys, 0u32..5).prop_map(|(keys, limit)| Step::Carriers { keys, limit }),
    ]
}

/// An answer in words; of an error only its kind, since each database has its own words.
fn words<T: std::fmt::Debug>(result: RecordResult<T>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(RecordError::Store { .. }) => "the store could not".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// Takes one step; `n` is its number in the history.
async fn take(vault: &Vault, n: u128, step: &Step) -> String {
    let mut entry = entry();
    entry.id = audit_id(n);
    match step.clone() {
        Step::Receive { mail, by, time } => {
            // The same bytes under different ids, and other bytes under the same id.
            let new = NewSubmission { member: id(by), received: at(time), ..new(mail) };
            words(vault.receive(&new, &entry).await)
        }
        Step::Claim => words(vault.claim().await),
        Step::Requeue => words(vault.requeue().await),
        Step::Complete { mail: n, keys, family, link: other, change } => {
            let with_new = |also: Vec<u32>| also.into_iter().chain([n]).map(mail).collect();
            let change = match change {
                Change::None => CampaignChange::None,
                Change::Open(id, also) => CampaignChange::Open(campaign(id), with_new(also)),
                Change::Join(id) => CampaignChange::Join(campaign(id)),
                Change::Merge(into, from, also) => CampaignChange::Merge {
                    into: campaign(into),
                    from: from.into_iter().map(campaign).collect(),
                    also: with_new(also),
                },
            };
            let keys = keys.into_iter().map(|value| key(1, value)).collect();
            let links = if other < n { vec![link(other, n)] } else { Vec::new() };
            let completion = Completion { keys, family, links, change, ..completion(n) };
            words(vault.complete(&completion).await)
        }
        Step::Judge { mail: n, verdict, time } => {
            let reason = "理由".to_owned();
            let record = VerdictRecord {
                submission: mail(n),
                judgement: verdict.into(),
                suggested: None,
                campaign: None,
                reason,
                account: account(900),
                at: at(time),
            };
            words(vault.put_verdict(&record, &entry).await)
        }
        Step::List { member, state, campaign: about, limit } => {
            let filter = SubmissionFilter {
                member: member.map(id),
                state,
                campaign: about.map(campaign),
                ..SubmissionFilter::default()
            };
            format!("{:?}", all_pages(limit, |page| vault.submissions(filter, page)).await)
        }
        Step::Carriers { keys, limit } => {
            let keys: Vec<_> = keys.into_iter().map(|value| key(1, value)).collect();
            words(vault.carriers(&keys, limit).await)
        }
    }
}

/// Everything that is kept, in words.
async fn all(vault: &Vault) -> Vec<String> {
    let keys: Vec<_> = (0..4).chain([u64::MAX]).map(|value| key(1, value)).collect();
    let mut all = vec![
        format!("{:?}", all_pages(3, |page| vault.submissions(SubmissionFilter::default(), page)).await),
        format!("{:?}", all_pages(3, |page| vault.campaigns(page)).await),
        words(vault.audit(PageRequest::first(200)).await),
        words(vault.queue().await),
        words(vault.keyed().await),
        words(vault.key_counts(&keys).await),
    ];
    for n in 1..=4 {
        all.push(words(vault.campaign(campaign(n)).await));
        all.push(words(vault.campaign_members(campaign(n)).await));
    }
    for n in 1..=MAILS {
        all.push(words(vault.verdicts(mail(n)).await));
        all.push(words(vault.dissection(&new(n).sha256).await));
    }
    all
}

#[test]
fn both_databases_give_the_same_answers_to_any_history() {
    let cluster = Cluster::start();
    let runtime = runtime();
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let history = proptest::collection::vec(step(), 1..80);
    let outcome = TestRunner::new(config).run(&history, |history| {
        let folder = tempfile::tempdir().unwrap();
        runtime.block_on(async {
            let (ours, _) = Vault::open_sqlite(&folder.path().join("noroshi.sqlite")).await.unwrap();
            let (theirs, _) = Vault::open_postgres(&cluster.database().await).await.unwrap();
            for vault in [&ours, &theirs] {
                members(vault, 2).await;
            }
            for (n, step) in (1..).zip(&history) {
                prop_assert_eq!(take(&ours, n, step).await, take(&theirs, n, step).await, "{:?}", step);
            }
            prop_assert_eq!(all(&ours).await, all(&theirs).await);
            ours.close().await;
            theirs.close().await;
            Ok(())
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
