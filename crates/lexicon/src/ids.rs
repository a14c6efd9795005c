//! One id type per noun, so that a member can never be passed where a campaign is meant.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// An id text that is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{given}\" is not a {noun} id; an id looks like 01890a5d-ac96-874b-b1b7-6f2d5c3e9a10")]
pub struct IdError {
    /// The noun that was expected, e.g. `member`.
    pub noun: &'static str,
    /// What was given, cut to 64 characters.
    pub given: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $noun:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The noun this id names.
            pub const NOUN: &'static str = $noun;

            /// An id from 16 bytes whose first 48 bits are the millisecond of creation, so that ids sort by
            /// age, and whose rest the caller drew at random (RFC 9562, version 8).
            pub fn from_time_and_random(millisecond: i64, random: [u8; 10]) -> Self {
                let mut bytes = [0u8; 16];
                bytes[..6].copy_from_slice(&millisecond.max(0).to_be_bytes()[2..]);
                bytes[6..].copy_from_slice(&random);
                Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
            }

            /// An id that follows from a text alone: the same text always gives the same id (version 5).
            pub fn from_name(name: &str) -> Self {
                Self(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{}:{name}", $noun).as_bytes()))
            }

            /// The UUID itself.
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Uuid::try_parse(text)
                    .map(Self)
                    .map_err(|_| IdError { noun: $noun, given: text.chars().take(64).collect() })
            }
        }
    };
}

id!(
    /// A member organisation (参加組織).
    MemberId, "member");
id!(
    /// An industry group (SIG).
    SigId, "sig");
id!(
    /// A person's or machine's account at the hub.
    AccountId, "account");
id!(
    /// An API token of an account.
    TokenId, "token");
id!(
    /// One submission (情報提供): one mail that one member gave.
    SubmissionId, "submission");
id!(
    /// A campaign: mails recognised as one attack.
    CampaignId, "campaign");
id!(
    /// What an analyst holds of two mails: the same attack, or not.
    PinId, "pin");
id!(
    /// An advisory (注意喚起・参考情報), through all its versions.
    AdvisoryId, "advisory");
id!(
    /// One answer "we saw it too" or "we did not" (同様の受信確認).
    SightingId, "sighting");
id!(
    /// One entry of the audit trail.
    AuditId, "audit");
id!(
    /// Somebody whom several campaigns may be the work of.
    ThreatActorId, "threat actor");
id!(
    /// One claim that a campaign is the work of a threat actor.
    HypothesisId, "hypothesis");
