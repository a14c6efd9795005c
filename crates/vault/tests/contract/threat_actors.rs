//! Promises of threat actors, claims and C2 addresses.

use desk::records::{C2Record, Casebook as _, ThreatActors as _, ToldRecord};
use lexicon::ThreatActor;
use lexicon::ids::CampaignId;
use lexicon::threat_actor::{Basis, Confidence, Hypothesis, Withdrawn};
use vault::Vault;

use crate::world::{
    account, at, campaign_of, completed, entry, hostile, id, is_conflict, is_refused, mail, members, same,
};

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

fn claim(n: u128, actor: u128, about: CampaignId) -> Hypothesis {
    Hypothesis {
        id: id(8000 + n),
        actor: id(7000 + actor),
        campaign: about,
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

/// Two campaigns, of three mails and of two.
async fn two_campaigns(vault: &Vault) -> [CampaignId; 2] {
    members(vault, 1).await;
    for (n, template) in [(1, 1), (2, 1), (3, 1), (4, 2), (5, 2)] {
        completed(vault, n, id(1), template).await;
    }
    [campaign_of(vault, 1).await.unwrap(), campaign_of(vault, 4).await.unwrap()]
}

/// The second goes into the first.
async fn merged(vault: &Vault) {
    vault.put_pin(&same(1, 4), &entry()).await.unwrap();
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
    let [one, two] = two_campaigns(&vault).await;
    assert!(is_refused(&vault.put_hypothesis(&claim(1, 1, one), &entry()).await), "there is no such actor");
    vault.put_threat_actor(&actor(1, "A"), &entry()).await.unwrap();
    vault.put_hypothesis(&claim(1, 1, one), &entry()).await.unwrap();
    vault.put_hypothesis(&claim(2, 1, two), &entry()).await.unwrap();
    assert!(is_conflict(&vault.put_hypothesis(&claim(1, 1, two), &entry()).await));
    assert_eq!(vault.threat_actors().await.unwrap()[0].campaigns, 2);
    let withdrawn = Withdrawn { at: at(50), account: account(901), reason: hostile() };
    vault.withdraw_hypothesis(id(8001), &withdrawn, &entry()).await.unwrap();
    assert!(is_conflict(&vault.withdraw_hypothesis(id(8001), &withdrawn, &entry()).await));
    assert!(is_conflict(&vault.withdraw_hypothesis(id(8009), &withdrawn, &entry()).await));
    let gone = Hypothesis { withdrawn: Some(withdrawn), ..claim(1, 1, one) };
    assert_eq!(vault.hypotheses_of(id(7001)).await.unwrap(), [gone.clone(), claim(2, 1, two)]);
    assert_eq!(vault.hypotheses_on(one).await.unwrap(), [gone]);
    assert_eq!(vault.threat_actors().await.unwrap()[0].campaigns, 1);
}

pub(crate) async fn claims_follow_a_campaign_into_the_one_it_was_merged_into(vault: Vault) {
    let [one, two] = two_campaigns(&vault).await;
    vault.put_threat_actor(&actor(1, "A"), &entry()).await.unwrap();
    vault.put_hypothesis(&claim(1, 1, one), &entry()).await.unwrap();
    vault.put_hypothesis(&claim(2, 1, two), &entry()).await.unwrap();
    merged(&vault).await;
    assert_eq!(vault.hypotheses_on(one).await.unwrap(), [claim(1, 1, one), claim(2, 1, two)]);
    // Two claims on one campaign are one campaign.
    assert_eq!(vault.threat_actors().await.unwrap()[0].campaigns, 1);
}

pub(crate) async fn campaigns_that_share_a_c2_address_are_found(vault: Vault) {
    let [one, two] = two_campaigns(&vault).await;
    let c2 = |n: CampaignId, value: &str| C2Record {
        campaign: n,
        value: value.to_owned(),
        source: hostile(),
        account: account(900),
        at: at(3),
    };
    assert_eq!(vault.put_c2(&[c2(one, "192.0.2.7"), c2(one, "c2.example")], &entry()).await.unwrap(), 2);
    assert_eq!(vault.put_c2(&[c2(one, "192.0.2.7"), c2(two, "192.0.2.7")], &entry()).await.unwrap(), 1);
    assert_eq!(vault.c2_of(one).await.unwrap(), [c2(one, "192.0.2.7"), c2(one, "c2.example")]);
    let asked = ["192.0.2.7".to_owned(), "c2.example".to_owned(), "none.example".to_owned()];
    let pair = |value: &str, n: CampaignId| (value.to_owned(), n);
    assert_eq!(
        vault.c2_sharers(&asked).await.unwrap(),
        [pair("192.0.2.7", one), pair("192.0.2.7", two), pair("c2.example", one)]
    );
    assert_eq!(vault.c2_sharers(&[]).await.unwrap(), []);
    merged(&vault).await;
    assert_eq!(vault.c2_sharers(&asked).await.unwrap(), [pair("192.0.2.7", one), pair("c2.example", one)]);
    assert_eq!(vault.c2_of(one).await.unwrap().len(), 3);
    // What was told of a mail counts for its campaign.
    let told = ToldRecord {
        submission: mail(2),
        value: "told.example".to_owned(),
        source: hostile(),
        account: account(900),
        at: at(4),
    };
    vault.put_told(&told, &entry()).await.unwrap();
    assert!(vault.c2_of(one).await.unwrap().iter().any(|c2| c2.value == "told.example"));
    assert_eq!(vault.c2_sharers(&["told.example".to_owned()]).await.unwrap(), [pair("told.example", one)]);
}
