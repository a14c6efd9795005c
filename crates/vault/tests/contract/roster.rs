//! Promises of the roster.

use std::collections::BTreeSet;

use desk::records::Roster as _;
use lexicon::member::Identity;
use lexicon::{Member, Role};
use vault::Vault;

use crate::world::{HOSTILE, hostile, id, is_refused, member, sig};

pub(crate) async fn a_sig_comes_back_and_is_replaced_by_its_id(vault: Vault) {
    let mut gas = sig(1, "ガス");
    vault.put_sig(&gas).await.unwrap();
    assert_eq!(vault.sigs().await.unwrap(), [gas.clone()]);
    gas.name_ja = hostile();
    gas.name_en = hostile();
    vault.put_sig(&gas).await.unwrap();
    assert_eq!(vault.sigs().await.unwrap(), [gas]);
}

pub(crate) async fn sigs_are_sorted_by_japanese_name_then_id(vault: Vault) {
    for (n, name) in [(3, "電力"), (4, "ガス"), (1, "電力"), (2, "Ω"), (5, "z"), (6, "Z"), (7, "\0")] {
        vault.put_sig(&sig(n, name)).await.unwrap();
    }
    let order: Vec<_> = vault.sigs().await.unwrap().into_iter().map(|sig| sig.id).collect();
    assert_eq!(order, [7, 6, 5, 2, 4, 1, 3].map(id));
}

fn large() -> Member {
    let texts = || HOSTILE.iter().map(|&text| text.to_owned()).collect::<Vec<String>>();
    Member {
        role: Role::Vendor,
        name: hostile(),
        sigs: BTreeSet::from([id(1), id(2)]),
        identity: Identity {
            names: texts(),
            domains: vec!["b.example".to_owned(), "a.example".to_owned(), "b.example".to_owned()],
            addresses: (0..300).map(|n| format!("person{n}@example.com")).collect(),
            networks: vec!["2001:db8::/32".to_owned(), "192.0.2.0/24".to_owned()],
            persons: texts().into_iter().rev().collect(),
        },
        ..member(7)
    }
}

pub(crate) async fn a_member_comes_back_exactly_whatever_its_texts_hold(vault: Vault) {
    for n in 1..=2 {
        vault.put_sig(&sig(n, "ガス")).await.unwrap();
    }
    let member = large();
    vault.put_member(&member).await.unwrap();
    assert!(vault.member(member.id).await.unwrap() == Some(member.clone()));
    assert!(vault.members().await.unwrap() == [member]);
    assert!(vault.member(id(8)).await.unwrap().is_none());
}

pub(crate) async fn a_member_written_again_replaces_the_earlier_one_with_its_sigs_and_identity(vault: Vault) {
    for n in 1..=3 {
        vault.put_sig(&sig(n, "ガス")).await.unwrap();
    }
    vault.put_member(&large()).await.unwrap();
    let mut other = member(7);
    other.sigs = BTreeSet::from([id(2), id(3)]);
    other.identity.persons = vec!["佐藤".to_owned()];
    vault.put_member(&other).await.unwrap();
    assert!(vault.members().await.unwrap() == [other]);
}

pub(crate) async fn members_are_sorted_by_id(vault: Vault) {
    // Ids whose order differs as signed numbers and in the last byte.
    let ids = [u128::MAX, 1, u128::MAX / 2 + 1, 256, 255];
    for n in ids {
        vault.put_member(&member(n)).await.unwrap();
    }
    let order: Vec<_> = vault.members().await.unwrap().into_iter().map(|member| member.id).collect();
    assert_eq!(order, [1, 255, 256, u128::MAX / 2 + 1, u128::MAX].map(id));
}

pub(crate) async fn a_member_of_an_unknown_sig_is_refused_and_nothing_of_it_stays(vault: Vault) {
    let mut stray = member(1);
    stray.sigs = BTreeSet::from([id(99)]);
    stray.identity.names = vec!["名".to_owned()];
    assert!(is_refused(&vault.put_member(&stray).await));
    assert!(vault.members().await.unwrap().is_empty());
}
