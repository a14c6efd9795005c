//! Both databases give the same answers, whatever is done in whatever order.

use desk::records::{
    AuditTrail as _, Casebook as _, NewSubmission, PageRequest, PinRecord, RecordError, RecordResult,
    SubmissionFilter, Submissions as _, VerdictRecord, Verdicts as _,
};
use lexicon::{SubmissionState, Verdict};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use vault::Vault;

use crate::cluster::Cluster;
use crate::harness::runtime;
use crate::world::{account, all_pages, at, audit_id, entry, id, mail, members, new, templated};

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
    Complete { mail: u32, template: u32 },
    Pin { a: u32, b: u32, same: bool },
    Unpin { nth: u128 },
    Judge { mail: u32, verdict: Verdict, time: i64 },
    List { member: Option<u128>, state: Option<SubmissionState>, campaign: Option<u32>, limit: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    let number = 1..=MAILS;
    prop_oneof![
        4 => (number.clone(), 1u128..=2, 0i64..3).prop_map(|(mail, by, time)| Step::Receive { mail, by, time }),
        4 => Just(Step::Claim),
        1 => Just(Step::Requeue),
        8 => (number.clone(), 0u32..4).prop_map(|(mail, template)| Step::Complete { mail, template }),
        2 => (number.clone(), number.clone(), proptest::bool::ANY)
            .prop_map(|(a, b, same)| Step::Pin { a, b: if a == b { a % MAILS + 1 } else { b }, same }),
        1 => (1u128..80).prop_map(|nth| Step::Unpin { nth }),
        2 => (number, proptest::sample::select(Verdict::ALL.to_vec()), 0i64..3)
            .prop_map(|(mail, verdict, time)| Step::Judge { mail, verdict, time }),
        1 => (
            proptest::option::of(1u128..=3),
            proptest::option::of(proptest::sample::select(SubmissionState::ALL.to_vec())),
            proptest::option::of(1u32..=MAILS),
            1u32..5
        )
            .prop_map(|(member, state, campaign, limit)| Step::List { member, state, campaign, limit }),
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
        Step::Complete { mail: n, template } => words(vault.complete(&templated(n, template)).await),
        Step::Pin { a, b, same } => {
            let (id, note, account) = (id(n), "理由".to_owned(), account(900));
            let at = at(1_000_000_000 + i64::try_from(n).unwrap());
            let pin = PinRecord { id, a: mail(a), b: mail(b), same, note, account, at, withdrawn: None };
            words(vault.put_pin(&pin, &entry).await)
        }
        Step::Unpin { nth } => words(vault.withdraw_pin(id(nth), at(2_000_000_000), &entry).await),
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
            let campaign = match about {
                Some(n) => vault.submission(mail(n)).await.unwrap().and_then(|record| record.campaign),
                None => None,
            };
            let filter =
                SubmissionFilter { member: member.map(id), state, campaign, ..SubmissionFilter::default() };
            format!("{:?}", all_pages(limit, |page| vault.submissions(filter.clone(), page)).await)
        }
    }
}

/// Everything that is kept, in words.
async fn all(vault: &Vault) -> Vec<String> {
    let mut all = vec![
        format!("{:?}", all_pages(3, |page| vault.submissions(SubmissionFilter::default(), page)).await),
        format!("{:?}", all_pages(3, |page| vault.campaigns(page)).await),
        words(vault.audit(PageRequest::first(200)).await),
        words(vault.queue().await),
    ];
    for campaign in all_pages(3, |page| vault.campaigns(page)).await {
        all.push(words(vault.campaign(campaign.id).await));
        all.push(words(vault.campaign_members(campaign.id).await));
        all.push(words(vault.campaign_events(campaign.id).await));
    }
    for n in 1..=MAILS {
        all.push(words(vault.verdicts(mail(n)).await));
        all.push(words(vault.pins(mail(n)).await));
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
