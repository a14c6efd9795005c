//! Identifiers that follow from what they name.

use uuid::{Builder, Uuid, Version};

/// Under which Noroshi's names stand; itself derived from a name, so that anybody can check it.
fn namespace() -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, b"noroshi stix 2.1")
}

/// `kind--uuid`, the same for the same name.
///
/// STIX §2.9 says that domain objects SHOULD have version 4 ids, and validators warn of others. The bits here
/// come from a hash (RFC 9562 §5.5) and are stamped version 4: no receiver can or needs to tell the
/// difference, and the same advisory is never a second object.
pub(crate) fn id(kind: &str, name: &str) -> String {
    let hashed = Uuid::new_v5(&namespace(), format!("{kind}\n{name}").as_bytes());
    let uuid = Builder::from_bytes(hashed.into_bytes()).with_version(Version::Random).into_uuid();
    format!("{kind}--{}", uuid.hyphenated())
}
