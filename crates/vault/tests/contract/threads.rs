//! Threads, genuine mail and files of forms.

use desk::records::{
    FormFileRecord, FormFiles as _, OriginalRecord, Originals as _, ReuseRecord, ThreadRecord, Threads as _,
    WarningRecord,
};
use vault::Vault;

use crate::world::{at, entry, hostile, id, mail, members, received};

fn thread(n: u32, standing: &str, last: i64) -> ThreadRecord {
    ThreadRecord {
        submission: mail(n),
        member: id(1),
        standing: standing.to_owned(),
        waits: true,
        outside: hostile(),
        window: "info@member.example".to_owned(),
        steps: 3,
        desks: 2,
        revisit: false,
        first: None,
        last: Some(at(last)),
    }
}

fn warning(n: u32, open: bool, when: i64) -> WarningRecord {
    WarningRecord { submission: mail(n), member: id(1), attacks: true, open, at: at(when) }
}

async fn mails(vault: &Vault, count: u32) {
    members(vault, 2).await;
    received(vault, count).await;
}

pub(crate) async fn mails_of_a_conversation_are_found_by_a_shared_key_and_a_key_of_everybody_finds_none(
    vault: Vault,
) {
    mails(&vault, 5).await;
    vault.put_thread_keys(mail(1), &[7, u64::MAX, 7]).await.unwrap();
    vault.put_thread_keys(mail(1), &[7]).await.unwrap();
    vault.put_thread_keys(mail(2), &[u64::MAX]).await.unwrap();
    for n in 3..=5 {
        vault.put_thread_keys(mail(n), &[7]).await.unwrap();
    }
    assert_eq!(vault.thread_carriers(&[u64::MAX, 99], 3).await.unwrap(), [mail(1), mail(2)]);
    assert_eq!(vault.thread_carriers(&[7, u64::MAX], 3).await.unwrap(), [mail(1), mail(2)]);
    assert_eq!(vault.thread_carriers(&[7], 4).await.unwrap(), [mail(1), mail(3), mail(4), mail(5)]);
    assert!(vault.thread_carriers(&[], 4).await.unwrap().is_empty());
}

pub(crate) async fn what_was_found_of_threads_replaces_what_was_known_and_warnings_keep_their_time(
    vault: Vault,
) {
    mails(&vault, 3).await;
    let of = [mail(1), mail(2)];
    vault
        .put_threads(&of, &[thread(1, "forming", 5), thread(2, "rapport", 9)], &[warning(1, true, 100)])
        .await
        .unwrap();
    let found = vault.threads(None, 10).await.unwrap();
    assert_eq!(found, [thread(2, "rapport", 9), thread(1, "forming", 5)]);
    let waiting = u64::try_from(found.iter().filter(|thread| thread.waits).count()).unwrap();
    assert_eq!(vault.thread_counts().await.unwrap(), (2, waiting));
    assert_eq!(vault.threads(Some(id(2)), 10).await.unwrap(), []);
    assert_eq!(vault.threads(None, 1).await.unwrap().len(), 1);
    vault.put_threads(&of, &[thread(2, "rapport", 9)], &[warning(1, true, 200)]).await.unwrap();
    assert_eq!(vault.threads(None, 10).await.unwrap().len(), 1);
    assert_eq!(vault.warnings(Some(id(1)), 10).await.unwrap(), [warning(1, true, 100)]);
    // The desk has answered.
    vault.put_threads(&of, &[], &[]).await.unwrap();
    assert_eq!(vault.warnings(None, 10).await.unwrap(), [warning(1, false, 100)]);
    assert!(vault.threads(None, 10).await.unwrap().is_empty());
}

fn original(n: u64, prints: &[u64]) -> OriginalRecord {
    OriginalRecord {
        member: id(1),
        mail: format!("{n:032x}"),
        at: Some(at(n as i64)),
        subject: hostile(),
        sender: "a@own.example".to_owned(),
        people: vec!["a@own.example".to_owned(), "b@partner.example".to_owned()],
        family: u64::MAX,
        prints: prints.to_vec(),
    }
}

pub(crate) async fn genuine_mail_comes_back_by_its_fingerprints_and_is_counted_once(vault: Vault) {
    mails(&vault, 2).await;
    let (one, two) = (original(1, &[4, 5, u64::MAX - 3]), original(2, &[4, 8]));
    assert_eq!(vault.put_originals(&[one.clone(), two.clone()], &entry()).await.unwrap(), 2);
    assert_eq!(vault.original(id(1), &one.mail).await.unwrap(), Some(one.clone()));
    assert_eq!((vault.originals(id(1)).await.unwrap(), vault.originals(id(2)).await.unwrap()), (2, 0));
    assert_eq!(vault.originals_with(&[4], 4).await.unwrap(), [one.clone(), two]);
    assert_eq!(vault.originals_with(&[u64::MAX - 3], 4).await.unwrap(), std::slice::from_ref(&one));
    assert!(vault.originals_with(&[4], 1).await.unwrap().is_empty());
    vault.put_mail_prints(mail(1), &[4, 4, 12]).await.unwrap();
    vault.put_mail_prints(mail(1), &[4]).await.unwrap();
    assert_eq!(vault.mails_with(&[12, 16], 4).await.unwrap(), [mail(1)]);
    let reuse = |share| ReuseRecord {
        submission: mail(1),
        member: id(1),
        mail: one.mail.clone(),
        relation: "reuse".to_owned(),
        of_original: share,
        of_mail: 0.25,
        lag: Some(39_600),
    };
    vault.put_reuses(&[reuse(0.5)]).await.unwrap();
    vault.put_reuses(&[reuse(0.75)]).await.unwrap();
    assert_eq!(vault.reuses(None, 10).await.unwrap(), [reuse(0.75)]);
    assert_eq!(vault.reuses(Some(id(2)), 10).await.unwrap(), []);
    assert_eq!(vault.reuses_in(mail(1)).await.unwrap(), [reuse(0.75)]);
    assert_eq!(vault.reuses_in(mail(2)).await.unwrap(), []);
    assert_eq!(vault.reuse_count().await.unwrap(), 1);
}

pub(crate) async fn a_file_of_forms_is_kept_once_a_member(vault: Vault) {
    members(&vault, 2).await;
    let file = |member: u128| FormFileRecord {
        member: id(member),
        sha256: "a".repeat(64),
        name: hostile(),
        rows: 30,
        at: at(7),
    };
    assert!(vault.put_form_file(&file(1), &entry()).await.unwrap());
    assert!(!vault.put_form_file(&file(1), &entry()).await.unwrap());
    assert!(vault.put_form_file(&file(2), &entry()).await.unwrap());
    assert_eq!(vault.form_files(Some(id(1)), 10).await.unwrap(), [file(1)]);
    assert_eq!(vault.form_files(None, 10).await.unwrap().len(), 2);
}
