//! Promises of completing a submission.

use casework::Signature;
use desk::records::{Casebook as _, Completion, DissectionRecord, Submissions as _};
use futures_util::future::join_all;
use lexicon::SubmissionState;
use lexicon::facts::{
    Attachment, Authentication, Body, Fingerprint, Header, Hop, HtmlFacts, HtmlForm, HtmlLink, InlineMail,
    MailFacts, Mailbox, Oddity, Origin, Property, Relation, Script, Tell, TextPart,
};
use lexicon::observable::{GuardMark, Hashes, Observable, ObservableType};
use vault::Vault;

use crate::world::{
    HOSTILE, at, campaign_of, completed, completion, hostile, id, is_conflict, mail, members, received,
    taken, templated,
};

/// How deep mails and archives lie in each other at most; `forensics` stops far earlier.
const DEPTH: usize = 50;

/// Facts with something in every field, and nothing in it that is easy to keep.
fn facts() -> MailFacts {
    let some = || Some(hostile());
    let texts = || HOSTILE.iter().map(|&text| text.to_owned()).collect::<Vec<String>>();
    let mailbox = || Mailbox { name: hostile(), address: hostile() };
    let leaf = Attachment {
        size: u64::MAX,
        password: some(),
        password_from: some(),
        encrypted: Some(false),
        properties: vec![Property { name: hostile(), value: hostile() }],
        scripts: vec![Script { language: hostile(), name: hostile(), text: hostile() }],
        relations: vec![Relation { kind: hostile(), target: hostile() }],
        text: hostile(),
        tlsh: some(),
        ..Attachment::default()
    };
    MailFacts {
        path: hostile(),
        sha256: "f".repeat(64),
        size: u64::MAX,
        message_id: some(),
        date: Some("2013-08-07T09:12:00+09:00".to_owned()),
        subject: some(),
        from: Some(mailbox()),
        sender: Some(mailbox()),
        return_path: some(),
        reply_to: Some(mailbox()),
        to: vec![mailbox(), Mailbox::default()],
        cc: vec![mailbox()],
        references: texts(),
        received: vec![Hop { from: some(), ip: some(), ..Hop::default() }, Hop::default()],
        origin: Some(Origin { ip: hostile(), helo: some(), hop: Some(7), why: hostile(), claimed: some() }),
        fingerprint: Fingerprint { mailer: some(), header_order: hostile(), ..Fingerprint::default() },
        authentication: Authentication { spf: some(), dmarc: some(), ..Authentication::default() },
        body: Body {
            text: hostile(),
            charset: some(),
            charset_declared: some(),
            charset_detected: some(),
            parts: vec![TextPart { charset: hostile(), ..TextPart::default() }],
            language: None,
            source: hostile(),
        },
        forwards: vec![InlineMail { from: Some(mailbox()), ..InlineMail::default() }],
        html: HtmlFacts {
            skeleton: hostile(),
            links: vec![HtmlLink { url: hostile(), text: hostile() }],
            forms: vec![HtmlForm { action: hostile(), method: hostile(), password: true }],
            refresh: texts(),
            remote: texts(),
            references: texts(),
            text: hostile(),
            hidden: hostile(),
        },
        attachments: vec![Attachment {
            name: some(),
            kind: hostile(),
            children: vec![leaf.clone(), leaf],
            ..Attachment::default()
        }],
        urls: texts(),
        observables: vec![Observable {
            kind: ObservableType::File,
            value: hostile(),
            unicode: some(),
            hashes: Some(Hashes { md5: None, sha1: some(), sha256: some() }),
            places: texts(),
            guard: Some(GuardMark { list: hostile(), entry: hostile(), overridden: some() }),
        }],
        tells: vec![
            Tell { id: hostile(), why: hostile(), weight: 5, text: None },
            Tell { id: "b".to_owned(), why: String::new(), weight: 0, text: None },
        ],
        oddities: vec![Oddity { id: hostile(), place: hostile() }],
        headers: vec![Header { name: hostile(), value: hostile() }],
    }
}

fn with_facts(n: u32, facts: MailFacts) -> Completion {
    let completion = completion(n);
    let signature = Signature::of(&facts);
    Completion { dissection: DissectionRecord { facts, ..completion.dissection }, signature, ..completion }
}

pub(crate) async fn facts_come_back_exactly_whatever_the_mail_holds(vault: Vault) {
    members(&vault, 1).await;
    for (n, facts) in [(1, facts()), (2, MailFacts::default())] {
        taken(&vault, n, id(1)).await;
        let completion = with_facts(n, facts);
        vault.complete(&completion).await.unwrap();
        let kept = vault.dissection(&completion.dissection.sha256).await.unwrap();
        assert_eq!(kept, Some(completion.dissection));
    }
    assert_eq!(vault.dissection("no such hash").await.unwrap(), None);
}

pub(crate) async fn completing_fills_the_columns_for_lists(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=3 {
        taken(&vault, n, id(1)).await;
    }
    let nameless = MailFacts { from: Some(Mailbox::default()), ..MailFacts::default() };
    vault.complete(&with_facts(1, facts())).await.unwrap();
    vault.complete(&with_facts(2, MailFacts::default())).await.unwrap();
    vault.complete(&with_facts(3, nameless)).await.unwrap();
    let one = vault.submission(mail(1)).await.unwrap().unwrap();
    assert_eq!(one.state, SubmissionState::Dissected);
    assert_eq!((one.subject, one.sender, one.tells), (Some(hostile()), Some(hostile()), 2));
    for n in [2, 3] {
        let none = vault.submission(mail(n)).await.unwrap().unwrap();
        assert_eq!((none.subject, none.sender, none.tells), (None, None, 0));
    }
}

pub(crate) async fn a_better_dissection_takes_the_place_of_the_known_one(vault: Vault) {
    members(&vault, 1).await;
    taken(&vault, 1, id(1)).await;
    let first = with_facts(1, MailFacts::default());
    assert!(is_conflict(&vault.redissected(&first.dissection).await), "there is none to replace");
    vault.complete(&first).await.unwrap();
    let better = DissectionRecord { facts: facts(), at: at(99), ..first.dissection };
    vault.redissected(&better).await.unwrap();
    assert_eq!(vault.dissection(&better.sha256).await.unwrap(), Some(better));
    assert_eq!(vault.submission(mail(1)).await.unwrap().unwrap().tells, 2, "the lists follow");
    let given = vault.submission(mail(1)).await.unwrap().unwrap().sha256;
    assert_eq!(vault.givers(&given).await.unwrap(), 1);
    assert_eq!(vault.givers("no such hash").await.unwrap(), 0);
}

pub(crate) async fn a_submission_that_is_not_being_dissected_cannot_be_completed(vault: Vault) {
    received(&vault, 1).await;
    assert!(is_conflict(&vault.complete(&completion(1)).await), "it waits");
    assert_eq!(vault.dissection(&completion(1).dissection.sha256).await.unwrap(), None);
    vault.claim().await.unwrap();
    vault.complete(&completion(1)).await.unwrap();
    assert!(is_conflict(&vault.complete(&completion(1)).await), "it is dissected");
    assert!(is_conflict(&vault.complete(&completion(2)).await), "there is none such");
}

pub(crate) async fn of_two_who_complete_at_once_one_meets_a_conflict(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=10 {
        taken(&vault, n, id(1)).await;
        let completion = templated(n, 1);
        let tries = (0..2).map(|_| {
            let (vault, completion) = (vault.clone(), completion.clone());
            tokio::spawn(async move { vault.complete(&completion).await })
        });
        let results: Vec<_> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        assert_eq!(results.iter().filter(|result| is_conflict(result)).count(), 1);
    }
    // Each was counted once: a campaign of ten.
    let campaign = campaign_of(&vault, 1).await.unwrap();
    assert_eq!(vault.campaign(campaign).await.unwrap().unwrap().submissions.len(), 10);
}

pub(crate) async fn completions_that_fail_together_leave_nothing_behind(vault: Vault) {
    members(&vault, 1).await;
    completed(&vault, 1, id(1), 1).await;
    taken(&vault, 2, id(1)).await;
    // The second of them was never taken up.
    let both = [templated(2, 1), templated(3, 1)];
    assert!(is_conflict(&vault.complete_all(&both).await));
    assert_eq!(vault.submission(mail(2)).await.unwrap().unwrap().state, SubmissionState::Dissecting);
    assert_eq!(vault.dissection(&both[0].dissection.sha256).await.unwrap(), None);
    assert_eq!(campaign_of(&vault, 1).await, None);
    vault.complete(&both[0]).await.unwrap();
    assert!(campaign_of(&vault, 1).await.is_some());
}

pub(crate) async fn a_completion_that_fails_holds_up_nobody(vault: Vault) {
    received(&vault, 20).await;
    for n in 1..20 {
        vault.claim().await.unwrap();
        let stray = [templated(n, 1), templated(n + 1, 1)];
        assert!(is_conflict(&vault.complete_all(&stray).await));
        let next = vault.claim().await.unwrap().expect("the waiting submission");
        assert_eq!(next.id, mail(n + 1));
        // Everything back, and this one out of the way.
        vault.requeue().await.unwrap();
        assert_eq!(vault.claim().await.unwrap().unwrap().id, mail(n));
        vault.complete(&completion(n)).await.unwrap();
    }
}

pub(crate) async fn a_dissection_of_the_same_engine_is_kept_and_a_newer_engine_is_shown(vault: Vault) {
    members(&vault, 3).await;
    let dissection = |engine: &str, subject: &str, time| DissectionRecord {
        engine: engine.to_owned(),
        facts: MailFacts { subject: Some(subject.to_owned()), ..MailFacts::default() },
        at: at(time),
        ..completion(1).dissection
    };
    let first = dissection("noroshi 1", "first", 10);
    let same = dissection("noroshi 1", "second", 20);
    let newer = dissection("noroshi 2", "third", 30);
    for (n, record, shown) in [(1, &first, &first), (2, &same, &first), (3, &newer, &newer)] {
        taken(&vault, n, id(u128::from(n))).await;
        vault.complete(&Completion { dissection: record.clone(), ..completion(n) }).await.unwrap();
        assert_eq!(vault.dissection(&first.sha256).await.unwrap().as_ref(), Some(shown));
    }
}

pub(crate) async fn an_attachment_tree_as_deep_as_the_limits_allow_can_be_read_again(vault: Vault) {
    members(&vault, 1).await;
    let mut tree = Attachment::default();
    for _ in 0..DEPTH {
        tree = Attachment { children: vec![tree], ..Attachment::default() };
    }
    let completion = with_facts(1, MailFacts { attachments: vec![tree], ..MailFacts::default() });
    taken(&vault, 1, id(1)).await;
    vault.complete(&completion).await.unwrap();
    let kept = vault.dissection(&completion.dissection.sha256).await.unwrap();
    assert_eq!(kept, Some(completion.dissection));
}
