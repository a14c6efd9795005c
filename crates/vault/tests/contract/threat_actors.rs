//! Promises of threat actors, claims and C2 addresses.

use desk::records::{C2Record, CampaignChange, ThreatActors as _};
use lexicon::ThreatActor;
use lexicon::ids::CampaignId;
use lexicon::threat_actor::{Basis, Confidence, Hypothesis, Withdrawn};
use vault::Vault;

use crate::world::{account, at, completed, entry, hostile, id, is_conflict, is_refused, mail, members};

fn campaign(n: u128) -> CampaignId {
    id(5000 + n)
}

fn actor(n: u128, name: &str) -> ThreatActor {
    ThreatActor {
        id: id(7000 + n),
        name: name.to_owned(),
        aliases: vec![hostile(), "別名".to_owned()],
        note: hostile(),
        created: at(1),
        account: account(900),
    }
}

fn claim(n: u128, actor: u128, about: u128) -> Hypothesis {
    Hypothesis {
        id: id(8000 + n),
        actor: id(7000 + actor),
        campaign: campaign(about),
        basis: Basis::C2,
        values: vec!["192.0.2.7".to_owned(), "203.0.113.9".to_owned()],
        source: hostile(),
        confidence: Confidence::Moderate,
        note: hostile(),
        account: account(900),
        at: at(i64::try_from(n).unwrap()),
        withdrawn: None,
    }
}

/// Campaigns 1 and 2, of one mail each.
async fn two_campaigns(vault: &Vault) {
    members(vault, 1).await;
    for n in 1..=2 {
        let change = CampaignChange::Open(campaign(u128::from(n)), vec![mail(n)]);
        completed(vault, n, id(1), change).await;
    }
}

async fn merged(vault: &Vault) {
    let change = CampaignChange::Merge { into: campaign(1), from: vec![campaign(2)], also: vec![mail(3)] };
    completed(vault, 3, id(1), change).await;
}

pub(crate) async fn an_actor_comes_back_exactly_and_is_replaced_by_its_id(vault: Vault) {
    assert_eq!(vault.threat_actor(id(7001)).await.unwrap(), None);
    vault.put_threat_actor(&actor(1, "B"), &entry()).await.unwrap();
    vault.put_threat_actor(&actor(2, "A"), &entry()).await.unwrap();
    assert_eq!(vault.threat_actor(id(7001)).await.unwrap(), Some(actor(1, "B")));
    let renamed = ThreatActor { aliases: Vec::new(), ..actor(1, "攻撃者 C") };
    vault.put_threat_actor(&renamed, &entry()).await.unwrap();
    assert_eq!(vault.threat_actor(id(7001)).await.unwrap(), Some(renamed.clone()));
    let listed: Vec<_> = vault.threat_actors().await.unwrap().into_iter().map(|it| it.actor).collect();
    assert_eq!(listed, [actor(2, "A"), renamed]);
}

pub(crate) async fn a_claim_is_taken_back_once_and_never_erased(vault: Vault) {
    two_campaigns(&vault).await;
    assert!(is_refused(&vault.put_hypothesis(&claim(1, 1, 1), &entry()).await), "there is no such actor");
    vault.put_threat_actor(&actor(1, "A"), &entry()).await.unwrap();
    vault.put_hypothesis(&claim(1, 1, 1), &entry()).await.unwrap();
    vault.put_hypothesis(&claim(2, 1, 2), &entry()).await.unwrap();
    assert!(is_conflict(&vault.put_hypothesis(&claim(1, 1, 2), &entry()).await));
    assert_eq!(vault.threat_actors().await.unwrap()[0].campaigns, 2);
    let withdrawn = Withdrawn { at: at(50), account: account(901), reason: hostile() };
    vault.withdraw_hypothesis(id(8001), &withdrawn, &entry()).await.unwrap();
    assert!(is_conflict(&vault.withdraw_hypothesis(id(8001), &withdrawn, &entry()).await));
    assert!(is_conflict(&vault.withdraw_hypothesis(id(8009), &withdrawn, &entry()).await));
    let gone = Hypothesis { withdrawn: Some(withdrawn), ..claim(1, 1, 1) };
    assert_eq!(vault.hypotheses_of(id(7001)).await.unwrap(), [gone.clone(), claim(2, 1, 2)]);
    assert_eq!(vault.hypotheses_on(campaign(1)).await.unwrap(), [gone]);
    assert_eq!(vault.threat_actors().await.unwrap()[0].campaigns, 1);
}

pub(crate) async fn claims_follow_a_campaign_into_the_one_it_was_merged_into(vault: Vault) {
    two_campaigns(&vault).await;
    vault.put_threat_actor(&actor(1, "A"), &entry()).await.unwrap();
    vault.put_hypothesis(&claim(1, 1, 1), &entry()).await.unwrap();
    vault.put_hypothesis(&claim(2, 1, 2), &entry()).await.unwrap();
    merged(&vault).await;
    assert_eq!(vault.hypotheses_on(campaign(1)).await.unwrap(), [claim(1, 1, 1), claim(2, 1, 2)]);
    // Two claims on one campaign are one campaign.
    assert_eq!(vault.threat_actors().await.unwrap()[0].campaigns, 1);
}

pub(crate) async fn campaigns_that_share_a_c2_address_are_found(vault: Vault) {
    two_campaigns(&vault).await;
    let c2 = |n, value: &str| C2Record {
        campaign: campaign(n),
        value: value.to_owned(),
        source: hostile(),
        account: account(900),
        at: at(3),
    };
    assert_eq!(vault.put_c2(&[c2(1, "192.0.2.7"), c2(1, "c2.example")], &entry()).await.unwrap(), 2);
    assert_eq!(vault.put_c2(&[c2(1, "192.0.2.7"), c2(2, "192.0.2.7")], &entry()).await.unwrap(), 1);
    assert_eq!(vault.c2_of(campaign(1)).await.unwrap(), [c2(1, "192.0.2.7"), c2(1, "c2.example")]);
    let asked = ["192.0.2.7".to_owned(), "c2.example".to_owned(), "none.example".to_owned()];
    let pair = |value: &str, n| (value.to_owned(), campaign(n));
    assert_eq!(
        vault.c2_sharers(&asked).await.unwrap(),
        [pair("192.0.2.7", 1), pair("192.0.2.7", 2), pair("c2.example", 1)]
    );
    assert_eq!(vault.c2_sharers(&[]).await.unwrap(), []);
    merged(&vault).await;
    assert_eq!(vault.c2_sharers(&asked).await.unwrap(), [pair("192.0.2.7", 1), pair("c2.example", 1)]);
    assert_eq!(vault.c2_of(campaign(1)).await.unwrap().len(), 3);
}
