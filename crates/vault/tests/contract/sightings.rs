//! Promises of sightings.

use desk::records::{Advisories as _, AdvisoryRecord, AuditTrail as _, PageRequest, Sightings as _};
use jiff::civil::date;
use lexicon::{Advisory, AdvisoryState, Audience, Lang, Sighting, Tlp};
use vault::Vault;

use crate::world::{account, at, entry, hostile, id, is_refused, members};

async fn advisories(vault: &Vault) {
    members(vault, 3).await;
    for n in 1..=2 {
        let text = String::new;
        let advisory = Advisory {
            id: id(n),
            number: format!("N-2026-{n:04}"),
            version: 1,
            lang: Lang::Ja,
            title: text(),
            summary: text(),
            features: text(),
            measures: text(),
            request: text(),
            organisations: 1,
            first_seen: None,
            last_seen: None,
            indicators: Vec::new(),
            tlp: Tlp::Green,
        };
        let record = AdvisoryRecord {
            advisory,
            state: AdvisoryState::Released,
            campaign: None,
            audience: Audience::all_members(),
            author: account(900),
            created: at(0),
            revision: 0,
        };
        vault.put_advisory(&record, &entry()).await.unwrap();
    }
}

fn sighting(n: u128, member: u128, time: i64) -> Sighting {
    Sighting {
        id: id(n),
        advisory: id(1),
        member: id(member),
        seen: false,
        count: 0,
        first_date: None,
        last_date: None,
        note: String::new(),
        answered: at(time),
    }
}

pub(crate) async fn a_sighting_comes_back_exactly(vault: Vault) {
    advisories(&vault).await;
    let seen = Sighting {
        seen: true,
        count: u32::MAX,
        first_date: Some(date(2026, 2, 28)),
        last_date: Some(date(2026, 3, 1)),
        note: hostile(),
        ..sighting(1, 1, 5)
    };
    vault.put_sighting(&seen, &entry()).await.unwrap();
    assert_eq!(vault.sightings(id(1)).await.unwrap(), [seen]);
    assert_eq!(vault.sightings(id(2)).await.unwrap(), []);
    assert_eq!(vault.audit(PageRequest::first(9)).await.unwrap().items.len(), 3);
    let stray = Sighting { advisory: id(9), ..sighting(2, 1, 5) };
    assert!(is_refused(&vault.put_sighting(&stray, &entry()).await));
}

pub(crate) async fn a_later_answer_supersedes_the_earlier_one_and_both_are_kept(vault: Vault) {
    advisories(&vault).await;
    let other_advisory = Sighting { advisory: id(2), ..sighting(9, 1, 50) };
    // The later answer is written first: what counts is when it was given.
    let (late, early) = (sighting(1, 1, 20), sighting(2, 1, 10));
    let (second, third) = (sighting(3, 2, 15), sighting(4, 3, 30));
    for answer in [&late, &early, &second, &third, &other_advisory] {
        vault.put_sighting(answer, &entry()).await.unwrap();
    }
    assert_eq!(vault.sightings(id(1)).await.unwrap(), [second, late.clone(), third]);
    assert_eq!(vault.answers(id(1), id(1)).await.unwrap(), [early, late]);
    assert_eq!(vault.answers(id(2), id(2)).await.unwrap(), []);
}

pub(crate) async fn answers_given_at_the_same_moment_are_told_apart_by_id(vault: Vault) {
    advisories(&vault).await;
    for n in [2, 3, 1] {
        vault.put_sighting(&sighting(n, 1, 5), &entry()).await.unwrap();
    }
    assert_eq!(vault.sightings(id(1)).await.unwrap(), [sighting(3, 1, 5)]);
    assert_eq!(vault.answers(id(1), id(1)).await.unwrap(), [1, 2, 3].map(|n| sighting(n, 1, 5)));
}
