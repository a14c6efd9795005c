//! Values on their way into the database.

use jiff::Timestamp;
use lexicon::ids::{
    AccountId, AdvisoryId, AuditId, CampaignId, HypothesisId, MemberId, PinId, SigId, SightingId,
    SubmissionId, ThreatActorId, TokenId,
};
use uuid::Uuid;

use super::text::escape;

/// One value of a statement. `None` is SQL's NULL, which PostgreSQL wants typed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Arg {
    /// A whole number, a truth (0, 1), or a time (microseconds since 1970, UTC).
    Int(Option<i64>),
    /// A text, escaped.
    Text(Option<String>),
    /// An id (16 bytes, so that ids sort alike everywhere) or a digest.
    Bytes(Option<Vec<u8>>),
    /// A weight.
    Real(f64),
}

/// Values of a statement, each through `Arg::from`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::sql::Arg::from($value)),*] };
}
pub(crate) use args;

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<u32> for Arg {
    fn from(value: u32) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<u8> for Arg {
    fn from(value: u8) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<u64> for Arg {
    /// Bit by bit, since neither database has unsigned numbers: above `i64::MAX` it is negative there.
    fn from(value: u64) -> Self {
        Self::Int(Some(value.cast_signed()))
    }
}

impl From<bool> for Arg {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<f64> for Arg {
    /// A weight that is no number ties nothing: it is kept as 0.
    fn from(value: f64) -> Self {
        Self::Real(if value.is_nan() { 0.0 } else { value })
    }
}

impl From<Timestamp> for Arg {
    fn from(at: Timestamp) -> Self {
        Self::Int(Some(at.as_microsecond()))
    }
}

impl From<Option<Timestamp>> for Arg {
    fn from(at: Option<Timestamp>) -> Self {
        Self::Int(at.map(Timestamp::as_microsecond))
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(Some(escape(text).into_owned()))
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Option<&str>> for Arg {
    fn from(text: Option<&str>) -> Self {
        Self::Text(text.map(|text| escape(text).into_owned()))
    }
}

impl From<&[u8]> for Arg {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Some(bytes.to_vec()))
    }
}

impl From<Option<&[u8]>> for Arg {
    fn from(bytes: Option<&[u8]>) -> Self {
        Self::Bytes(bytes.map(<[u8]>::to_vec))
    }
}

impl From<&[u8; 32]> for Arg {
    fn from(digest: &[u8; 32]) -> Self {
        Self::Bytes(Some(digest.to_vec()))
    }
}

impl From<Uuid> for Arg {
    fn from(id: Uuid) -> Self {
        Self::Bytes(Some(id.as_bytes().to_vec()))
    }
}

macro_rules! id_args {
    ($($id:ty),*) => {$(
        impl From<$id> for Arg {
            fn from(id: $id) -> Self {
                Self::from(id.uuid())
            }
        }
        impl From<Option<$id>> for Arg {
            fn from(id: Option<$id>) -> Self {
                Self::Bytes(id.map(|id| id.uuid().as_bytes().to_vec()))
            }
        }
    )*};
}
id_args!(
    MemberId,
    SigId,
    AccountId,
    TokenId,
    SubmissionId,
    CampaignId,
    AdvisoryId,
    SightingId,
    AuditId,
    PinId
);
id_args!(ThreatActorId, HypothesisId);
