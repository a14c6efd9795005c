//! Invented members, mails and entries for the promises.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use casework::Signature;
use desk::records::{
    AuditEntry, Channel, Completion, DissectionRecord, NewSubmission, Page, PageRequest, PinRecord,
    RecordError, RecordResult, Roster as _, SubmissionRecord, Submissions as _,
};
use jiff::Timestamp;
use lexicon::facts::Mailbox;
use lexicon::ids::{AccountId, AuditId, CampaignId, MemberId, SubmissionId};
use lexicon::member::Identity;
use lexicon::{MailFacts, Member, Role, Sig};
use uuid::Uuid;
use vault::Vault;

/// Texts that a careless store loses, changes, cuts or obeys.
pub(crate) const HOSTILE: &[&str] = &[
    "",
    "\0",
    "請求書\0.exe",
    "\u{1a}",
    "\u{1a}0\u{1a}1\0",
    "🎣 𠮷野家 👩‍👩‍👧‍👦",
    "資料\u{202e}fdp.exe",
    "שלום عالم",
    "e\u{301} é",
    "'; DROP TABLE submission; --",
    "\\0 \\u0000 %00 $1 ? {}",
    "\u{feff}\u{10ffff}\u{fffd}\r\n\t\u{7f}\u{80}",
    " trailing and leading ",
];

/// All of [`HOSTILE`] in one text.
pub(crate) fn hostile() -> String {
    HOSTILE.concat()
}

/// The n-th id of a noun.
pub(crate) fn id<T: From<Uuid>>(n: u128) -> T {
    T::from(Uuid::from_u128(n))
}

/// A moment, `n` microseconds after another that is fixed.
pub(crate) fn at(n: i64) -> Timestamp {
    Timestamp::from_microsecond(1_795_000_000_000_000 + n).unwrap()
}

/// A digest.
pub(crate) fn digest(n: u8) -> [u8; 32] {
    [n; 32]
}

/// An audit entry that nobody wrote yet.
pub(crate) fn entry() -> AuditEntry {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    AuditEntry {
        id: id(u128::from(NEXT.fetch_add(1, Ordering::Relaxed))),
        at: at(0),
        account: Some(id(900)),
        action: "test.act".to_owned(),
        object: "nothing".to_owned(),
    }
}

pub(crate) fn sig(n: u128, name_ja: &str) -> Sig {
    Sig { id: id(n), name_ja: name_ja.to_owned(), name_en: format!("SIG {n}") }
}

pub(crate) fn member(n: u128) -> Member {
    Member {
        id: id(n),
        role: Role::Member,
        name: format!("組織{n}"),
        sigs: BTreeSet::new(),
        identity: Identity::default(),
    }
}

/// Members 1 to `n`.
pub(crate) async fn members(vault: &Vault, n: u128) {
    for n in 1..=n {
        vault.put_member(&member(n)).await.unwrap();
    }
}

/// The n-th mail, by member 1 unless changed, received at second n.
pub(crate) fn new(n: u32) -> NewSubmission {
    NewSubmission {
        id: id(u128::from(n) + 1000),
        member: id(1),
        account: id(900),
        sha256: format!("{n:064x}"),
        size: u64::from(n),
        name: format!("{n}.eml"),
        note: String::new(),
        channel: Channel::Api,
        received: at(i64::from(n) * 1_000_000),
    }
}

/// The id of the n-th mail.
pub(crate) fn mail(n: u32) -> SubmissionId {
    new(n).id
}

/// Hands in mails `1..=n` of member 1, who is made too.
pub(crate) async fn received(vault: &Vault, n: u32) {
    members(vault, 1).await;
    for n in 1..=n {
        vault.receive(&new(n), &entry()).await.unwrap();
    }
}

/// Hands in the n-th mail of a member and takes it up.
pub(crate) async fn taken(vault: &Vault, n: u32, by: MemberId) -> SubmissionRecord {
    vault.receive(&NewSubmission { member: by, ..new(n) }, &entry()).await.unwrap();
    let record = vault.claim().await.unwrap().expect("a waiting submission");
    assert_eq!(record.id, mail(n), "another submission was waiting");
    record
}

/// What a worker writes for the n-th mail, with nothing that ties it to others.
pub(crate) fn completion(n: u32) -> Completion {
    let facts = MailFacts {
        path: format!("{n}.eml"),
        sha256: new(n).sha256,
        size: u64::from(n),
        subject: Some(format!("件名{n}")),
        from: Some(Mailbox { name: "山田".to_owned(), address: format!("yamada{n}@example.com") }),
        ..MailFacts::default()
    };
    Completion {
        submission: mail(n),
        dissection: DissectionRecord {
            sha256: new(n).sha256,
            facts,
            engine: "noroshi 0.1.0".to_owned(),
            at: at(i64::from(n) * 1_000_000 + 5),
        },
        signature: Signature::of(&MailFacts::default()),
    }
}

/// What a worker writes for the n-th mail, whose text is that of a template: mails of one template are one campaign.
/// Template 0 is of the mail's own.
pub(crate) fn templated(n: u32, template: u32) -> Completion {
    let mut completion = completion(n);
    let seed = if template == 0 { 1_000_000 + n } else { template };
    completion.dissection.facts.body.text = text_of(seed);
    completion.signature = Signature::of(&completion.dissection.facts);
    completion
}

/// A text that shares nothing with that of another number.
pub(crate) fn text_of(number: u32) -> String {
    let mut state = u64::from(number) * 7919 + 13;
    let mut word = || {
        (0..6)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b'a' + (state >> 33) as u8 % 26)
            })
            .collect::<String>()
    };
    (0..40).map(|_| word()).collect::<Vec<_>>().join(" ")
}

/// A pin that two mails are the same attack.
pub(crate) fn same(a: u32, b: u32) -> PinRecord {
    let (id, note) = (id(u128::from(a) * 1000 + u128::from(b)), "note".to_owned());
    PinRecord {
        id,
        a: mail(a),
        b: mail(b),
        same: true,
        note,
        account: account(900),
        at: at(0),
        withdrawn: None,
    }
}

/// The campaign of the n-th mail.
pub(crate) async fn campaign_of(vault: &Vault, n: u32) -> Option<CampaignId> {
    vault.submission(mail(n)).await.unwrap().unwrap().campaign
}

/// Hands in, takes up and completes the n-th mail of a member, with the text of a template.
pub(crate) async fn completed(vault: &Vault, n: u32, by: MemberId, template: u32) {
    taken(vault, n, by).await;
    vault.complete(&templated(n, template)).await.unwrap();
}

/// An account's id.
pub(crate) fn account(n: u128) -> AccountId {
    id(n)
}

/// An entry's id.
pub(crate) fn audit_id(n: u128) -> AuditId {
    id(n)
}

/// True for "somebody else changed it".
pub(crate) fn is_conflict<T>(result: &RecordResult<T>) -> bool {
    matches!(result, Err(RecordError::Conflict { .. }))
}

/// True for "the store could not do it".
pub(crate) fn is_refused<T>(result: &RecordResult<T>) -> bool {
    matches!(result, Err(RecordError::Store { .. }))
}

/// Reads a list to its end, page by page.
pub(crate) async fn all_pages<T, F>(limit: u32, mut fetch: impl FnMut(PageRequest) -> F) -> Vec<T>
where
    F: Future<Output = RecordResult<Page<T>>>,
{
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = fetch(PageRequest { after, limit }).await.unwrap();
        assert!(page.items.len() <= limit as usize);
        all.extend(page.items);
        match page.next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}
