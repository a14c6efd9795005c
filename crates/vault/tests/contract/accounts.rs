//! Promises of accounts, sessions, tokens and the set-up link.

use desk::records::{AccountRecord, Accounts as _, SessionRecord, TokenRecord};
use futures_util::future::join_all;
use lexicon::Role;
use vault::Vault;

use crate::world::{account, at, digest, hostile, id, is_conflict, members};

fn record(n: u128, user: &str) -> AccountRecord {
    AccountRecord {
        id: id(n),
        user: user.to_owned(),
        role: Role::Analyst,
        member: None,
        password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned(),
        created: at(1),
        disabled: false,
    }
}

pub(crate) async fn an_account_comes_back_by_id_and_by_login_name(vault: Vault) {
    members(&vault, 1).await;
    let hostile =
        AccountRecord { role: Role::Member, member: Some(id(1)), disabled: true, ..record(1, &hostile()) };
    for kept in [&record(2, "hanako"), &hostile] {
        vault.put_account(kept).await.unwrap();
        assert!(vault.account(kept.id).await.unwrap().as_ref() == Some(kept));
        assert!(vault.account_by_user(&kept.user).await.unwrap().as_ref() == Some(kept));
    }
    assert!(vault.account(id(3)).await.unwrap().is_none());
    assert!(vault.account_by_user("Hanako").await.unwrap().is_none());
}

pub(crate) async fn an_account_written_again_is_replaced(vault: Vault) {
    vault.put_account(&record(1, "hanako")).await.unwrap();
    let changed = AccountRecord { role: Role::Administrator, disabled: true, ..record(1, "taro") };
    vault.put_account(&changed).await.unwrap();
    assert!(vault.accounts().await.unwrap() == [changed]);
}

pub(crate) async fn a_second_account_of_the_same_login_name_is_a_conflict(vault: Vault) {
    vault.put_account(&record(1, "hanako")).await.unwrap();
    assert!(is_conflict(&vault.put_account(&record(2, "hanako")).await));
    vault.put_account(&record(2, "taro")).await.unwrap();
    assert!(is_conflict(&vault.put_account(&record(2, "hanako")).await));
    assert!(vault.account(id(2)).await.unwrap() == Some(record(2, "taro")));
}

pub(crate) async fn accounts_are_sorted_by_login_name(vault: Vault) {
    for (n, user) in [(1, "b"), (2, "花子"), (3, "a\0"), (4, "a"), (5, "a\u{1}"), (6, "é")] {
        vault.put_account(&record(n, user)).await.unwrap();
    }
    let order: Vec<_> = vault.accounts().await.unwrap().into_iter().map(|account| account.user).collect();
    assert_eq!(order, ["a", "a\0", "a\u{1}", "b", "é", "花子"]);
}

fn session(n: u8, expires: i64) -> SessionRecord {
    SessionRecord {
        hash: digest(n),
        account: account(1),
        csrf: format!("csrf-{n}"),
        created: at(0),
        expires: at(expires),
    }
}

pub(crate) async fn a_session_is_there_until_it_ends(vault: Vault) {
    vault.put_account(&record(1, "hanako")).await.unwrap();
    vault.put_session(&session(1, 100)).await.unwrap();
    assert!(vault.session(&digest(1), at(99)).await.unwrap() == Some(session(1, 100)));
    assert!(vault.session(&digest(1), at(100)).await.unwrap().is_none());
    assert!(vault.session(&digest(2), at(0)).await.unwrap().is_none());
    // Written again it lasts longer.
    vault.put_session(&session(1, 200)).await.unwrap();
    assert!(vault.session(&digest(1), at(100)).await.unwrap() == Some(session(1, 200)));
}

pub(crate) async fn a_session_that_was_ended_is_gone(vault: Vault) {
    vault.put_account(&record(1, "hanako")).await.unwrap();
    vault.put_session(&session(1, 100)).await.unwrap();
    vault.put_session(&session(2, 100)).await.unwrap();
    vault.delete_session(&digest(1)).await.unwrap();
    vault.delete_session(&digest(1)).await.unwrap();
    assert!(vault.session(&digest(1), at(0)).await.unwrap().is_none());
    assert!(vault.session(&digest(2), at(0)).await.unwrap().is_some());
}

pub(crate) async fn all_sessions_of_an_account_end_and_nobody_else_s(vault: Vault) {
    for (n, user) in [(1, "hanako"), (2, "taro")] {
        vault.put_account(&record(n, user)).await.unwrap();
    }
    let of = |n: u8, owner: u128| SessionRecord { account: record(owner, "").id, ..session(n, 100) };
    for session in [of(1, 1), of(2, 1), of(3, 2)] {
        vault.put_session(&session).await.unwrap();
    }
    vault.delete_sessions_of(record(1, "").id).await.unwrap();
    for (n, there) in [(1, false), (2, false), (3, true)] {
        assert_eq!(vault.session(&digest(n), at(0)).await.unwrap().is_some(), there, "{n}");
    }
}

pub(crate) async fn expired_sessions_are_forgotten_and_counted(vault: Vault) {
    vault.put_account(&record(1, "hanako")).await.unwrap();
    for (n, expires) in [(1, 10), (2, 20), (3, 30)] {
        vault.put_session(&session(n, expires)).await.unwrap();
    }
    assert_eq!(vault.delete_expired_sessions(at(20)).await.unwrap(), 2);
    assert_eq!(vault.delete_expired_sessions(at(20)).await.unwrap(), 0);
    assert!(vault.session(&digest(3), at(20)).await.unwrap().is_some());
}

fn token(n: u8, owner: u128, created: i64) -> TokenRecord {
    TokenRecord {
        id: id(u128::from(n)),
        hash: digest(n),
        account: account(owner),
        label: hostile(),
        created: at(created),
    }
}

pub(crate) async fn a_token_comes_back_by_its_hash_and_is_listed_oldest_first(vault: Vault) {
    for (n, user) in [(1, "hanako"), (2, "taro")] {
        vault.put_account(&record(n, user)).await.unwrap();
    }
    for token in [token(1, 1, 30), token(2, 1, 10), token(3, 2, 20), token(4, 1, 10)] {
        vault.put_token(&token).await.unwrap();
    }
    assert!(vault.token(&digest(3)).await.unwrap() == Some(token(3, 2, 20)));
    assert!(vault.token(&digest(9)).await.unwrap().is_none());
    let mine = vault.tokens_of(account(1)).await.unwrap();
    assert!(mine == [token(2, 1, 10), token(4, 1, 10), token(1, 1, 30)]);
}

pub(crate) async fn a_token_is_revoked_by_its_owner_only(vault: Vault) {
    for (n, user) in [(1, "hanako"), (2, "taro")] {
        vault.put_account(&record(n, user)).await.unwrap();
    }
    vault.put_token(&token(1, 1, 0)).await.unwrap();
    assert!(!vault.delete_token(account(2), id(1)).await.unwrap());
    assert!(vault.token(&digest(1)).await.unwrap().is_some());
    assert!(vault.delete_token(account(1), id(1)).await.unwrap());
    assert!(!vault.delete_token(account(1), id(1)).await.unwrap());
    assert!(vault.token(&digest(1)).await.unwrap().is_none());
}

pub(crate) async fn a_set_up_link_is_used_once_and_a_new_one_replaces_it(vault: Vault) {
    assert!(!vault.setup_is_open(&digest(1)).await.unwrap());
    assert!(!vault.take_setup(&digest(1)).await.unwrap());
    vault.put_setup(&digest(1)).await.unwrap();
    vault.put_setup(&digest(2)).await.unwrap();
    assert!(!vault.setup_is_open(&digest(1)).await.unwrap());
    assert!(!vault.take_setup(&digest(1)).await.unwrap());
    assert!(vault.setup_is_open(&digest(2)).await.unwrap());
    assert!(vault.take_setup(&digest(2)).await.unwrap());
    assert!(!vault.take_setup(&digest(2)).await.unwrap());
    assert!(!vault.setup_is_open(&digest(2)).await.unwrap());
}

pub(crate) async fn of_ten_who_use_the_set_up_link_at_once_one_succeeds(vault: Vault) {
    vault.put_setup(&digest(1)).await.unwrap();
    let tries = (0..10).map(|_| {
        let vault = vault.clone();
        tokio::spawn(async move { vault.take_setup(&digest(1)).await.unwrap() })
    });
    let used = join_all(tries).await.into_iter().filter(|used| *used.as_ref().unwrap()).count();
    assert_eq!(used, 1);
}
