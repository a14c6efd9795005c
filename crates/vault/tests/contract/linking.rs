//! Promises of linking: campaigns are what casework makes of all mails at once, whatever came first.

use std::collections::{BTreeMap, BTreeSet};

use casework::{Kinds, Pins, ROOM, Signature, group_pinned};
use desk::records::{
    Casebook as _, Completion, DissectionRecord, NewSubmission, PageRequest, PinOutcome, PinRecord,
    Submissions as _, ToldRecord,
};
use futures_util::future::join_all;
use lexicon::facts::{Attachment, HtmlLink, MailFacts, Mailbox};
use lexicon::ids::PinId;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use vault::Vault;

use crate::cluster::Cluster;
use crate::harness::runtime;
use crate::world::{
    account, at, campaign_of, completed, completion, entry, id, mail, members, new, received, taken,
    templated, text_of,
};

fn with_facts(n: u32, facts: MailFacts) -> Completion {
    let completion = completion(n);
    let facts = MailFacts { sha256: completion.dissection.sha256.clone(), ..facts };
    let signature = Signature::of(&facts);
    Completion { dissection: DissectionRecord { facts, ..completion.dissection }, signature, ..completion }
}

async fn complete(vault: &Vault, n: u32, facts: MailFacts) {
    taken(vault, n, id(1)).await;
    vault.complete(&with_facts(n, facts)).await.unwrap();
}

/// A mail with a text of its own and a link to a page.
fn lure(text: u32, page: &str) -> MailFacts {
    let mut facts = MailFacts::default();
    facts.body.text = text_of(text);
    facts.html.links.push(HtmlLink { url: format!("https://{page}"), text: String::new() });
    facts
}

fn pin(n: u128, a: u32, b: u32, same: bool) -> PinRecord {
    let (note, at) = (format!("note {n}"), at(1_000_000_000 + i64::try_from(n).unwrap()));
    PinRecord { id: id(n), a: mail(a), b: mail(b), same, note, account: account(900), at, withdrawn: None }
}

pub(crate) async fn mails_of_one_template_are_one_campaign_and_say_why(vault: Vault) {
    members(&vault, 1).await;
    completed(&vault, 1, id(1), 1).await;
    completed(&vault, 2, id(1), 0).await;
    assert_eq!(campaign_of(&vault, 1).await, None);
    completed(&vault, 3, id(1), 1).await;
    let campaign = campaign_of(&vault, 1).await.unwrap();
    assert_eq!(campaign_of(&vault, 3).await, Some(campaign));
    assert_eq!(campaign_of(&vault, 2).await, None);
    let record = vault.campaign(campaign).await.unwrap().unwrap();
    assert_eq!(record.opened, templated(3, 1).dissection.at);
    assert_eq!((record.links[0].a, record.links[0].b), (mail(1), mail(3)));
    assert_eq!(record.links[0].reasons[0].value, "jaccard 1.00");
}

pub(crate) async fn a_merge_keeps_the_history_and_leads_old_addresses_on(vault: Vault) {
    members(&vault, 1).await;
    for (n, template) in [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)] {
        completed(&vault, n, id(1), template).await;
    }
    let (larger, smaller) = (campaign_of(&vault, 1).await.unwrap(), campaign_of(&vault, 5).await.unwrap());
    let made = vault.put_pin(&pin(1, 1, 5, true), &entry()).await.unwrap();
    assert_eq!(made, PinOutcome::Made);
    for n in 1..=5 {
        assert_eq!(campaign_of(&vault, n).await, Some(larger), "{n}");
    }
    assert_eq!(vault.campaign(smaller).await.unwrap().unwrap().merged_into, Some(larger));
    let words = |events: Vec<desk::records::CampaignEvent>| {
        events.into_iter().map(|event| (event.event, event.other)).collect::<Vec<_>>()
    };
    let kept = words(vault.campaign_events(larger).await.unwrap());
    assert!(kept.contains(&("merged".to_owned(), Some(smaller))), "{kept:?}");
    let gone = words(vault.campaign_events(smaller).await.unwrap());
    assert!(gone.contains(&("merged-into".to_owned(), Some(larger))), "{gone:?}");
    let listed = vault.campaigns(PageRequest::first(9)).await.unwrap().items;
    assert_eq!(listed.iter().map(|it| it.id).collect::<Vec<_>>(), [larger]);
}

pub(crate) async fn a_value_that_turns_common_withdraws_what_rested_on_it_and_the_history_says_so(
    vault: Vault,
) {
    members(&vault, 1).await;
    // Two files, each in two texts: who sent them is common in the end, but they are not.
    let file = |n: u32| Attachment {
        kind: "pdf".to_owned(),
        size: 9_000,
        sha256: n.to_string().repeat(64),
        ..Attachment::default()
    };
    let sent = |n: u32| {
        let mut facts = lure(n, &format!("www.host{n}.example/{n}"));
        facts.from = Some(Mailbox { name: String::new(), address: "clerk@firm.example".to_owned() });
        facts
    };
    let mut campaigns = Vec::new();
    for n in 1..=4 {
        complete(&vault, n, lure(n, "www.shared.example/lure/page")).await;
        // Up to two texts a page alone ties; beyond that it no longer does by itself.
        campaigns.extend(campaign_of(&vault, 1).await);
        assert_eq!(campaign_of(&vault, 1).await.is_some(), n == 2, "{n}");
    }
    let all = vault.campaigns(PageRequest::first(9)).await.unwrap().items;
    assert_eq!(all, []);
    let told = vault.campaign_events(campaigns[0]).await.unwrap();
    let told: Vec<&str> = told.iter().map(|event| event.event.as_str()).collect();
    assert_eq!(told, ["opened", "ended"]);
    for n in 5..=40 {
        let mut facts = sent(n);
        facts.attachments =
            [file(1), file(2)].into_iter().skip(n as usize % 2).take(usize::from(n < 9)).collect();
        complete(&vault, n, facts).await;
    }
    assert!(campaign_of(&vault, 5).await.is_some());
    assert_eq!(campaign_of(&vault, 5).await, campaign_of(&vault, 7).await);
    assert_ne!(campaign_of(&vault, 5).await, campaign_of(&vault, 6).await);
    assert_eq!(campaign_of(&vault, 40).await, None);
    // A file ties up to 24 texts; the 25th takes from the campaign what it rested on, and its history names it.
    let mut campaign = None;
    for n in 41..=65 {
        let mut facts = lure(n, &format!("www.host{n}.example/{n}"));
        facts.attachments = vec![file(3)];
        complete(&vault, n, facts).await;
        assert_eq!(campaign_of(&vault, n).await.is_some(), (42..=64).contains(&n), "{n}");
        campaign = campaign.or(campaign_of(&vault, n).await);
    }
    assert_eq!(campaign_of(&vault, 41).await, None);
    let told = vault.campaign_events(campaign.unwrap()).await.unwrap();
    let withdrawn: Vec<(u64, &str)> = told
        .iter()
        .filter(|event| event.event == "withdrawn")
        .map(|event| (event.mails, event.detail.as_str()))
        .collect();
    assert_eq!(withdrawn, [(25, format!("sha256 {}", "3".repeat(64)).as_str())], "{told:?}");
}

pub(crate) async fn workers_that_complete_at_once_come_to_what_one_after_the_other_does(vault: Vault) {
    const MAILS: u32 = 24;
    received(&vault, MAILS).await;
    while vault.claim().await.unwrap().is_some() {}
    let workers = (1..=MAILS).map(|n| {
        let (vault, completion) = (vault.clone(), templated(n, 1 + n % 3));
        tokio::spawn(async move { vault.complete(&completion).await.unwrap() })
    });
    for worker in join_all(workers).await {
        worker.unwrap();
    }
    let standing = vault.campaigns(PageRequest::first(200)).await.unwrap().items;
    assert_eq!(standing.iter().map(|it| it.submissions).collect::<Vec<_>>(), [8, 8, 8]);
}

pub(crate) async fn a_pin_ties_what_nothing_else_ties_and_survives_what_comes(vault: Vault) {
    members(&vault, 1).await;
    completed(&vault, 1, id(1), 1).await;
    completed(&vault, 2, id(1), 2).await;
    vault.put_pin(&pin(1, 1, 2, true), &entry()).await.unwrap();
    let campaign = campaign_of(&vault, 1).await;
    assert!(campaign.is_some() && campaign == campaign_of(&vault, 2).await);
    for (n, template) in [(3, 1), (4, 2), (5, 3)] {
        completed(&vault, n, id(1), template).await;
    }
    for n in 1..=4 {
        assert_eq!(campaign_of(&vault, n).await, campaign, "{n}");
    }
    assert_eq!(campaign_of(&vault, 5).await, None);
    let links = vault.campaign(campaign.unwrap()).await.unwrap().unwrap().links;
    assert!(links.iter().flat_map(|link| &link.reasons).any(|reason| reason.value == "same attack"));
    // The same again changes nothing, in either order.
    let again = vault.put_pin(&pin(2, 2, 1, true), &entry()).await.unwrap();
    assert_eq!(again, PinOutcome::Stands(id(1)));
}

pub(crate) async fn a_mail_that_is_pinned_apart_leaves_its_template(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=3 {
        completed(&vault, n, id(1), 1).await;
    }
    let campaign = campaign_of(&vault, 1).await;
    vault.put_pin(&pin(1, 1, 2, false), &entry()).await.unwrap();
    assert_eq!(campaign_of(&vault, 2).await, None);
    assert_eq!(campaign_of(&vault, 3).await, campaign);
    completed(&vault, 4, id(1), 1).await;
    assert_eq!(campaign_of(&vault, 4).await, campaign);
    assert_eq!(campaign_of(&vault, 2).await, None);
}

pub(crate) async fn a_mail_that_leaves_parts_what_only_it_held_together(vault: Vault) {
    members(&vault, 1).await;
    let program = |kind: &str| Attachment {
        kind: kind.to_owned(),
        size: 9_000,
        sha256: "ab".repeat(32),
        ..Attachment::default()
    };
    // 1: the program; 2: the program with a text; 3: nearly that text; 4: something else.
    let of = |text: u32, own: u32, kind: Option<&str>| {
        let mut facts = MailFacts::default();
        facts.body.text = format!("{} {}", text_of(text), text_of(own).get(..10).unwrap());
        facts.attachments = kind.map(program).into_iter().collect();
        facts
    };
    let mails = [of(1, 91, Some("exe")), of(2, 92, Some("exe")), of(2, 93, None), of(4, 94, None)];
    for (n, facts) in (1..).zip(mails) {
        complete(&vault, n, facts).await;
    }
    assert!(campaign_of(&vault, 1).await.is_some());
    assert_eq!(campaign_of(&vault, 1).await, campaign_of(&vault, 3).await);
    vault.put_pin(&pin(1, 4, 2, false), &entry()).await.unwrap();
    for n in 1..=4 {
        assert_eq!(campaign_of(&vault, n).await, None, "{n}");
    }
}

pub(crate) async fn a_pin_that_contradicts_an_earlier_one_is_refused_by_its_name(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=4 {
        completed(&vault, n, id(1), 0).await;
    }
    for (n, a, b) in [(1, 1, 2), (2, 2, 3)] {
        assert_eq!(vault.put_pin(&pin(n, a, b, true), &entry()).await.unwrap(), PinOutcome::Made);
    }
    // 1 is the same as 3, by way of 2.
    let refused = vault.put_pin(&pin(3, 1, 3, false), &entry()).await.unwrap();
    assert!(
        matches!(&refused, PinOutcome::Contradicts(earlier) if earlier.id == id::<PinId>(2)),
        "{refused:?}"
    );
    assert_eq!(vault.put_pin(&pin(4, 3, 4, false), &entry()).await.unwrap(), PinOutcome::Made);
    let refused = vault.put_pin(&pin(5, 4, 1, true), &entry()).await.unwrap();
    assert_eq!(refused, PinOutcome::Contradicts(pin(4, 3, 4, false)));
    assert_eq!(vault.pins(mail(4)).await.unwrap().len(), 1);
}

pub(crate) async fn a_pin_that_is_withdrawn_leaves_the_mails_to_what_they_say(vault: Vault) {
    members(&vault, 1).await;
    for (n, template) in [(1, 1), (2, 1), (3, 2)] {
        completed(&vault, n, id(1), template).await;
    }
    vault.put_pin(&pin(1, 1, 2, false), &entry()).await.unwrap();
    vault.put_pin(&pin(2, 1, 3, true), &entry()).await.unwrap();
    assert_eq!(campaign_of(&vault, 1).await, campaign_of(&vault, 3).await);
    for n in [1, 2] {
        assert!(vault.withdraw_pin(id(n), at(2_000_000_000), &entry()).await.unwrap());
        assert!(!vault.withdraw_pin(id(n), at(2_000_000_000), &entry()).await.unwrap());
    }
    assert!(campaign_of(&vault, 1).await.is_some());
    assert_eq!(campaign_of(&vault, 1).await, campaign_of(&vault, 2).await);
    assert_eq!(campaign_of(&vault, 3).await, None);
    assert_eq!(vault.pins(mail(1)).await.unwrap().iter().filter(|pin| pin.withdrawn.is_some()).count(), 2);
}

pub(crate) async fn a_told_address_ties_and_is_told_once(vault: Vault) {
    members(&vault, 1).await;
    for n in 1..=2 {
        completed(&vault, n, id(1), n).await;
    }
    let told = |n, value: &str| ToldRecord {
        submission: mail(n),
        value: value.to_owned(),
        source: "sandbox report 12".to_owned(),
        account: account(900),
        at: at(3_000_000_000),
    };
    for n in [1, 2, 2] {
        vault.put_told(&told(n, "c2.evil.example"), &entry()).await.unwrap();
    }
    assert_eq!(vault.told(mail(2)).await.unwrap(), [told(2, "c2.evil.example")]);
    let campaign = campaign_of(&vault, 1).await.unwrap();
    assert_eq!(campaign_of(&vault, 2).await, Some(campaign));
    let reason = vault.campaign(campaign).await.unwrap().unwrap().links[0].reasons[0].clone();
    assert_eq!((reason.value.as_str(), reason.texts), ("c2 c2.evil.example (2 mails)", Some(2)));
}

pub(crate) async fn what_is_told_of_a_mail_that_still_waits_ties_it_when_it_is_done(vault: Vault) {
    members(&vault, 1).await;
    completed(&vault, 1, id(1), 1).await;
    taken(&vault, 2, id(1)).await;
    for n in [1, 2] {
        let told = ToldRecord {
            submission: mail(n),
            value: "c2.evil.example".to_owned(),
            source: "sandbox report 12".to_owned(),
            account: account(900),
            at: at(3_000_000_000),
        };
        vault.put_told(&told, &entry()).await.unwrap();
    }
    assert_eq!(campaign_of(&vault, 1).await, None);
    vault.complete(&templated(2, 2)).await.unwrap();
    assert!(campaign_of(&vault, 2).await.is_some());
    assert_eq!(campaign_of(&vault, 1).await, campaign_of(&vault, 2).await);
}

pub(crate) async fn a_better_dissection_ties_by_what_is_inside(vault: Vault) {
    members(&vault, 1).await;
    let program = Attachment {
        name: Some("update.exe".to_owned()),
        kind: "exe".to_owned(),
        size: 90_000,
        sha256: "ab".repeat(32),
        ..Attachment::default()
    };
    let mut open = lure(1, "one.example/");
    open.attachments = vec![program.clone()];
    complete(&vault, 1, open).await;
    let closed = lure(2, "two.example/");
    complete(&vault, 2, closed.clone()).await;
    assert_eq!(campaign_of(&vault, 2).await, None);
    let mut facts = MailFacts { sha256: completion(2).dissection.sha256, ..closed };
    facts.attachments =
        vec![Attachment { kind: "zip".to_owned(), children: vec![program], ..Attachment::default() }];
    let better = DissectionRecord { facts, at: at(3_000_000_000), ..completion(2).dissection };
    vault.redissected(&better).await.unwrap();
    assert!(campaign_of(&vault, 2).await.is_some());
    assert_eq!(campaign_of(&vault, 1).await, campaign_of(&vault, 2).await);
}

pub(crate) async fn a_template_of_very_many_texts_is_one_campaign(vault: Vault) {
    members(&vault, 1).await;
    let count = u32::try_from(ROOM * 4).unwrap();
    for n in 1..=count {
        let mut facts = MailFacts::default();
        let own = text_of(10_000 + n);
        facts.body.text = format!("{} {}", text_of(1), own.get(..10).unwrap());
        complete(&vault, n, facts).await;
    }
    let all = vault.campaigns(PageRequest::first(9)).await.unwrap().items;
    assert_eq!(all.iter().map(|it| it.submissions).collect::<Vec<_>>(), [u64::from(count)]);
}

/// A mail of few ingredients, so that many share some.
fn some_mail() -> impl Strategy<Value = MailFacts> {
    (0u32..6, 0u32..5, 0u32..7, 0u32..7, 0u32..9).prop_map(|(text, change, host, from, file)| {
        let own = text_of(50 + change);
        // Changes of several sizes: near enough, at the border, too far.
        let length = [0, 8, 20, 35, 60][change as usize];
        let mut facts = lure(0, &format!("www.host{host}.example/lure/{text}"));
        facts.body.text = format!("{} {}", text_of(text), own.get(..length).unwrap());
        facts.from =
            Some(Mailbox { name: String::new(), address: format!("clerk{from}@firm{from}.example") });
        if file < 3 {
            facts.attachments = vec![Attachment {
                kind: ["exe", "pdf", "doc"][file as usize].to_owned(),
                size: 9_000,
                sha256: file.to_string().repeat(64),
                ..Attachment::default()
            }];
        }
        // One document, changed more and more: the first two are alike, the third is at the border.
        if (3..6).contains(&file) {
            let mut tlsh = format!("T1{}", "0123456789abcdef".repeat(5).get(..70).unwrap());
            for at in 0..[0, 3, 12][file as usize - 3] {
                tlsh.replace_range(12 + 4 * at..13 + 4 * at, "7");
            }
            facts.attachments = vec![Attachment {
                kind: "doc".to_owned(),
                size: 9_000,
                sha256: file.to_string().repeat(64),
                tlsh: Some(tlsh),
                ..Attachment::default()
            }];
        }
        facts
    })
}

/// A mail of a text of its own as a rule, and of senders, hosts and files that far more have than may have them.
fn crowded_mail() -> impl Strategy<Value = MailFacts> {
    (0u32..90, 0u32..3, 0u32..4, 0u32..6).prop_map(|(text, from, host, file)| {
        let mut facts = lure(600 + text, &format!("www.crowd{host}.example/lure/{}", host / 2));
        facts.from =
            Some(Mailbox { name: String::new(), address: format!("clerk{from}@crowd{from}.example") });
        // The same bytes run under one name and are a text under another: they are one value.
        let kind = ["js", "txt", "pdf", "pdf", "png"].get(file as usize);
        let attachment = |kind: &&str| Attachment {
            kind: (*kind).to_owned(),
            size: 90_000,
            sha256: (file / 2).to_string().repeat(64),
            ..Attachment::default()
        };
        facts.attachments = kind.iter().map(|kind| attachment(kind)).collect();
        facts
    })
}

#[derive(Debug, Clone)]
struct Set {
    mails: Vec<MailFacts>,
    order: Vec<usize>,
    pins: Vec<(usize, usize, bool)>,
    /// How many mails are completed as one change.
    at_once: usize,
}

fn some_set(most: usize) -> impl Strategy<Value = Set> {
    set_of(some_mail(), 2..most)
}

fn set_of(
    mail: impl Strategy<Value = MailFacts>,
    sizes: std::ops::Range<usize>,
) -> impl Strategy<Value = Set> {
    let most = sizes.end;
    let pins = proptest::collection::vec((0..most, 0..most, proptest::bool::ANY), 0..4);
    (proptest::collection::vec(mail, sizes), pins).prop_flat_map(|(mails, pins)| {
        let order: Vec<usize> = (0..mails.len()).collect();
        (Just(mails), Just(order).prop_shuffle(), Just(pins), some_number())
            .prop_map(|(mails, order, pins, at_once)| Set { mails, order, pins, at_once })
    })
}

/// How many mails are completed as one change: one by one as often as not.
fn some_number() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1), 2usize..50]
}

/// The parts that mails fall into, by their places.
fn parts(of: impl Iterator<Item = (usize, Option<String>)>) -> BTreeSet<Vec<usize>> {
    let mut parts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (mail, campaign) in of {
        parts.entry(campaign.unwrap_or_else(|| format!("alone {mail}"))).or_default().push(mail);
    }
    parts.into_values().collect()
}

async fn by_store(vault: &Vault, set: &Set) -> (BTreeSet<Vec<usize>>, Pins) {
    members(vault, 1).await;
    let number = |mail: usize| u32::try_from(mail).unwrap() + 1;
    let mut made = Pins::default();
    let half = set.order.len() / 2;
    let mut done: Vec<Completion> = Vec::new();
    for (nth, &at_mail) in set.order.iter().enumerate() {
        let n = number(at_mail);
        let when = i64::try_from(nth).unwrap();
        vault.receive(&NewSubmission { received: at(when), ..new(n) }, &entry()).await.unwrap();
        vault.claim().await.unwrap().unwrap();
        done.push(with_facts(n, set.mails[at_mail].clone()));
        if done.len() >= set.at_once || nth == half || nth + 1 == set.order.len() {
            vault.complete_all(&done).await.unwrap();
            done.clear();
        }
        // Pins come in the middle: mails before and after them.
        if nth == half {
            for (nth, &(a, b, same)) in set.pins.iter().enumerate() {
                let seen = |mail: usize| set.order.iter().take(half + 1).any(|&other| other == mail);
                if a != b && seen(a) && seen(b) {
                    let record = pin(nth as u128 + 1, number(a), number(b), same);
                    if vault.put_pin(&record, &entry()).await.unwrap() == PinOutcome::Made {
                        if same { made.same.push((a, b)) } else { made.apart.push((a, b)) }
                    }
                }
            }
        }
    }
    let mut of = Vec::new();
    for mail in 0..set.mails.len() {
        of.push((mail, campaign_of(vault, number(mail)).await.map(|id| id.to_string())));
    }
    (parts(of.into_iter()), made)
}

fn by_batch(set: &Set, pins: &Pins) -> BTreeSet<Vec<usize>> {
    let signatures: Vec<Signature> =
        (1u32..).zip(&set.mails).map(|(n, facts)| with_facts(n, facts.clone()).signature).collect();
    let told = group_pinned(&signatures, Kinds::ALL, pins);
    let groups = told.campaigns.into_iter().map(|group| group.mails);
    groups.chain(told.singletons.into_iter().map(|mail| vec![mail])).collect()
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() }
}

/// Tries so many sets, each in a SQLite file of its own.
fn in_sqlite(cases: u32, sets: impl Strategy<Value = Set>) {
    let runtime = runtime();
    let outcome = TestRunner::new(config(cases)).run(&sets, |set| {
        let folder = tempfile::tempdir().unwrap();
        runtime.block_on(async {
            let (vault, _) = Vault::open_sqlite(&folder.path().join("noroshi.sqlite")).await.unwrap();
            let (told, pins) = by_store(&vault, &set).await;
            vault.close().await;
            prop_assert_eq!(told, by_batch(&set, &pins));
            Ok(())
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn mail_by_mail_in_any_order_comes_to_what_the_batch_over_all_mails_gives_in_sqlite() {
    in_sqlite(48, some_set(40));
}

#[test]
fn mail_by_mail_in_any_order_comes_to_what_the_batch_over_all_mails_gives_in_postgresql() {
    let cluster = Cluster::start();
    let runtime = runtime();
    let outcome = TestRunner::new(config(12)).run(&some_set(30), |set| {
        runtime.block_on(async {
            let (vault, _) = Vault::open_postgres(&cluster.database().await).await.unwrap();
            let (told, pins) = by_store(&vault, &set).await;
            vault.close().await;
            prop_assert_eq!(told, by_batch(&set, &pins));
            Ok(())
        })
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Values that more carry than may, up and down again as analysts keep mails apart.
#[test]
fn values_that_turn_common_and_rare_again_come_to_what_the_batch_gives() {
    in_sqlite(32, set_of(crowded_mail(), 20..80));
}

/// Texts of one template that differ so much that places fill up, split and hold together by others.
#[test]
fn places_that_fill_up_part_what_they_held_together_alike_in_any_order() {
    let sizes = proptest::collection::vec((0u32..3, 0usize..70), ROOM..ROOM * 3);
    let sets = sizes.prop_flat_map(|sizes| {
        let mails: Vec<MailFacts> = (0u32..)
            .zip(&sizes)
            .map(|(n, (template, change))| {
                let mut facts = MailFacts::default();
                let own = text_of(500 + n);
                facts.body.text = format!("{} {}", text_of(*template / 2 + 1), own.get(..*change).unwrap());
                facts
            })
            .collect();
        let order: Vec<usize> = (0..sizes.len()).collect();
        (Just(mails), Just(order).prop_shuffle(), some_number()).prop_map(|(mails, order, at_once)| Set {
            mails,
            order,
            pins: Vec::new(),
            at_once,
        })
    });
    in_sqlite(8, sets);
}
