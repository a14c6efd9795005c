//! What was acknowledged or approved is there, once, however often the hub is killed (`kill -9`) while it works.
//!
//! The test starts itself again as a child that takes in mails, dissects them and prints what it has
//! acknowledged, kills it at odd moments, and counts at the end.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test, a panic is the report")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use casework::Signature;
use desk::records::{
    Advisories as _, AdvisoryFilter, AdvisoryRecord, ApprovalRecord, ApprovalState, AuditEntry,
    AuditTrail as _, Blobs as _, Casebook as _, Channel, Completion, DissectionRecord, NewSubmission,
    PageRequest, RecordResult, Roster as _, SubmissionFilter, Submissions as _,
};
use jiff::Timestamp;
use lexicon::ids::{AccountId, AdvisoryId, AuditId, MemberId, SubmissionId};
use lexicon::member::Identity;
use lexicon::{Advisory, AdvisoryState, Audience, Lang, MailFacts, Member, Role, SubmissionState, Tlp};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use vault::{LocalBlobs, Vault};

/// How often the hub is killed; `NOROSHI_KILLS=1000` for a long run.
const KILLS: u32 = 24;

fn kills() -> u32 {
    std::env::var("NOROSHI_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS)
}

/// Where the child finds its data, and the number of the mail to begin with; unset in a normal test run.
const FOLDER: &str = "NOROSHI_KILL_TEST_FOLDER";
const FIRST: &str = "NOROSHI_KILL_TEST_FIRST";

fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

fn at(n: u64) -> Timestamp {
    Timestamp::from_microsecond(1_795_000_000_000_000 + i64::try_from(n).unwrap()).unwrap()
}

fn bytes(n: u64) -> Vec<u8> {
    format!("Subject: mail {n}\r\n\r\n{}", "text ".repeat(200)).into_bytes()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

async fn open(folder: &Path) -> (Vault, LocalBlobs) {
    let (vault, _) = Vault::open_sqlite(&folder.join("noroshi.sqlite")).await.unwrap();
    let member = Member {
        id: id::<MemberId>(1),
        role: Role::Member,
        name: "組織".to_owned(),
        sigs: BTreeSet::new(),
        identity: Identity::default(),
    };
    vault.put_member(&member).await.unwrap();
    vault.requeue().await.unwrap();
    (vault, LocalBlobs::open(&folder.join("blobs")).unwrap())
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
    out.flush().unwrap();
}

/// Takes up one waiting submission and completes it: a key that all carry, and one campaign for all.
async fn work(vault: &Vault) -> RecordResult<Option<SubmissionId>> {
    let Some(record) = vault.claim().await? else { return Ok(None) };
    let mut facts = MailFacts::default();
    facts.body.text = "Your parcel could not be delivered, please pay the customs fee today.".to_owned();
    let signature = Signature::of(&facts);
    let dissection =
        DissectionRecord { sha256: record.sha256, facts, engine: "test".to_owned(), at: record.received };
    let completion = Completion { submission: record.id, dissection, signature };
    vault.complete(&completion).await?;
    Ok(Some(record.id))
}

/// Drafts the advisory of a mail and approves it, as far as an earlier run has not.
async fn approve(vault: &Vault, n: u64, unique: u128) {
    let entry = |tag: u128, action: &str| AuditEntry {
        id: id::<AuditId>(unique + (tag << 120)),
        at: at(n),
        account: None,
        action: action.to_owned(),
        object: n.to_string(),
    };
    let advisory = id::<AdvisoryId>(u128::from(n) + 1);
    if vault.advisory(advisory).await.unwrap().is_none() {
        let record = AdvisoryRecord {
            advisory: Advisory {
                id: advisory,
                number: format!("N-{n}"),
                version: 1,
                lang: Lang::Ja,
                title: String::new(),
                summary: String::new(),
                features: String::new(),
                measures: String::new(),
                request: String::new(),
                organisations: 1,
                first_seen: None,
                last_seen: None,
                indicators: Vec::new(),
                tlp: Tlp::Amber,
            },
            state: AdvisoryState::AwaitingApproval,
            campaign: None,
            audience: Audience::all_members(),
            author: id(1),
            created: at(n),
            revision: 0,
        };
        vault.put_advisory(&record, &entry(1, "advisory.draft")).await.unwrap();
    }
    if vault.approvals(advisory).await.unwrap().is_empty() {
        let approval = ApprovalRecord {
            advisory,
            member: id(1),
            state: ApprovalState::Approved,
            digest: [7; 32],
            note: String::new(),
            at: at(n),
            account: None,
        };
        vault.put_approval(&approval, &entry(2, "advisory.approve")).await.unwrap();
    }
}

/// The child. In a normal test run it has nothing to do.
#[test]
fn the_child_takes_in_mails_until_it_is_killed() {
    let (Some(folder), Ok(first)) = (std::env::var_os(FOLDER), std::env::var(FIRST)) else { return };
    let first: u64 = first.parse().unwrap();
    runtime().block_on(async {
        let (vault, blobs) = open(Path::new(&folder)).await;
        let worker = vault.clone();
        tokio::spawn(async move {
            loop {
                match work(&worker).await.unwrap() {
                    Some(id) => say(&format!("done {id}")),
                    None => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
        });
        for n in first.. {
            let bytes = bytes(n);
            let sha256 = sha256(&bytes);
            blobs.put(&sha256, &bytes).await.unwrap();
            // Ids differ from run to run, as they do when a member tries again.
            let unique = (u128::from(first) << 64) + u128::from(n);
            let new = NewSubmission {
                id: id(unique),
                member: id(1),
                account: id::<AccountId>(1),
                sha256: sha256.clone(),
                size: u64::try_from(bytes.len()).unwrap(),
                name: String::new(),
                note: String::new(),
                channel: Channel::Api,
                received: at(n),
            };
            let entry = AuditEntry {
                id: id::<AuditId>(unique),
                at: at(n),
                account: None,
                action: "submission.receive".to_owned(),
                object: new.id.to_string(),
            };
            let receipt = vault.receive(&new, &entry).await.unwrap();
            say(&format!("acknowledged {n} {sha256} {}", receipt.id));
            approve(&vault, n, unique).await;
            say(&format!("approved {n}"));
        }
    });
}

/// Starts the child, kills it after a while, and returns what it said.
async fn run_and_kill(folder: &Path, first: u64, after: Duration) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_child_takes_in_mails_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        BufReader::new(out).split(b'\n').map_while(Result::ok).collect::<Vec<Vec<u8>>>()
    });
    tokio::time::sleep(after).await;
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap().into_iter().filter_map(|line| String::from_utf8(line).ok()).collect()
}

#[test]
fn what_was_acknowledged_is_there_once_and_dissected_once_however_often_the_hub_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged: BTreeMap<u64, (String, SubmissionId)> = BTreeMap::new();
    let mut done: BTreeSet<SubmissionId> = BTreeSet::new();
    let mut approved: BTreeSet<u64> = BTreeSet::new();
    runtime().block_on(async {
        for kill in 0..kills() {
            // From "before the file is there" to "well at work", in an order that repeats itself late.
            let after = Duration::from_millis(u64::from(kill * 89 % 241) + 5);
            // Some mails again that were acknowledged, as a member does that got no answer.
            let first = acknowledged.last_key_value().map_or(0, |(n, _)| n.saturating_sub(3));
            for line in run_and_kill(folder.path(), first, after).await {
                let mut words = line.split(' ');
                match (words.next(), words.next(), words.next(), words.next()) {
                    (Some("acknowledged"), Some(n), Some(sha256), Some(id)) if id.len() == 36 => {
                        let said = (sha256.to_owned(), id.parse().unwrap());
                        let before = acknowledged.insert(n.parse().unwrap(), said.clone());
                        assert!(before.is_none_or(|before| before == said), "the same receipt twice");
                    }
                    (Some("approved"), Some(n), None, None) => {
                        approved.insert(n.parse().unwrap());
                    }
                    (Some("done"), Some(id), None, None) if id.len() == 36 => {
                        assert!(done.insert(id.parse().unwrap()), "{id} was dissected twice");
                    }
                    _ => {}
                }
            }
        }
        assert!(acknowledged.len() > 20, "too few to say anything: {}", acknowledged.len());

        let (vault, blobs) = open(folder.path()).await;
        while work(&vault).await.unwrap().is_some() {}
        let mut kept = Vec::new();
        let mut request = PageRequest::first(200);
        loop {
            let page = vault.submissions(SubmissionFilter::default(), request).await.unwrap();
            kept.extend(page.items);
            let Some(next) = page.next else { break };
            request.after = Some(next);
        }
        for (sha256, id) in acknowledged.values() {
            let same = kept.iter().filter(|record| record.sha256 == *sha256).collect::<Vec<_>>();
            assert_eq!(same.iter().map(|record| record.id).collect::<Vec<_>>(), [*id]);
            assert!(blobs.get(sha256).await.unwrap().is_some());
        }
        for record in &kept {
            assert_eq!(record.state, SubmissionState::Dissected);
            assert!(vault.dissection(&record.sha256).await.unwrap().is_some());
        }
        // Each counts once: in the audit trail, in its campaign.
        let all = u64::try_from(kept.len()).unwrap();
        let campaigns = vault.campaigns(PageRequest::first(200)).await.unwrap().items;
        assert_eq!(campaigns.iter().map(|it| it.submissions).collect::<Vec<_>>(), [all]);
        // What was approved is approved; and a draft without its approval is one that was cut off between them.
        assert!(!approved.is_empty());
        for n in &approved {
            let approvals = vault.approvals(id(u128::from(*n) + 1)).await.unwrap();
            assert_eq!(
                approvals.iter().map(|a| a.state).collect::<Vec<_>>(),
                [ApprovalState::Approved],
                "{n}"
            );
        }
        let mut decisions = 0;
        let mut request = PageRequest::first(200);
        loop {
            let page = vault.advisories(AdvisoryFilter::default(), request).await.unwrap();
            for record in &page.items {
                decisions += 1 + vault.approvals(record.advisory.id).await.unwrap().len();
            }
            let Some(next) = page.next else { break };
            request.after = Some(next);
        }
        let mut entries = 0;
        let mut request = PageRequest::first(200);
        loop {
            let page = vault.audit(request).await.unwrap();
            entries += page.items.len();
            let Some(next) = page.next else { break };
            request.after = Some(next);
        }
        assert_eq!(entries, kept.len() + decisions, "the audit trail agrees with the records");
        vault.close().await;
    });
}
