//! Promises of the audit trail.

use desk::records::{AuditEntry, AuditTrail as _, PageRequest};
use vault::Vault;

use crate::world::{all_pages, at, audit_id, entry, hostile, is_conflict};

pub(crate) async fn entries_come_back_newest_first_page_by_page(vault: Vault) {
    let entries: Vec<AuditEntry> = (0..10)
        .map(|n| AuditEntry {
            id: audit_id(n),
            at: at(i64::try_from(n / 4).unwrap()),
            account: (n % 2 == 0).then(|| crate::world::account(n)),
            action: hostile(),
            object: hostile(),
        })
        .collect();
    for entry in &entries {
        vault.put_audit(entry).await.unwrap();
    }
    let expect: Vec<_> = entries.into_iter().rev().collect();
    for limit in [1, 3, 10, 11] {
        assert_eq!(all_pages(limit, |page| vault.audit(page)).await, expect, "by {limit}");
    }
}

pub(crate) async fn an_entry_is_never_replaced(vault: Vault) {
    let first = entry();
    vault.put_audit(&first).await.unwrap();
    let second = AuditEntry { action: "test.other".to_owned(), ..first.clone() };
    assert!(is_conflict(&vault.put_audit(&second).await));
    assert_eq!(vault.audit(PageRequest::first(9)).await.unwrap().items, [first]);
}
