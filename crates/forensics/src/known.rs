//! What the operator knows: keys, free mail services, people and organisations.

use crate::dkim::Keys;
use crate::freemail::Freemail;
use crate::lookalike::Roster;

/// What one mail is held against.
///
/// ```
/// use forensics::{Known, KnownName, Roster};
/// let roster = Roster::new(
///     vec![KnownName { name: "例示省".to_owned(), domains: vec!["example.go.jp".to_owned()] }],
///     vec!["example.com".to_owned()],
/// );
/// let known = Known { roster, ..Known::default() };
/// let mail = "From: 例示省 <a@free.test>\r\n\r\n".as_bytes();
/// let reading = forensics::read_with(mail, &forensics::Limits::default(), &known);
/// assert_eq!(reading.facts.tells[0].id, "known-name-foreign-address");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Public keys by which signatures are verified.
    pub keys: Keys,
    /// Free mail and provider services.
    pub freemail: Freemail,
    /// The people and organisations that mails may pretend to come from, and the own domains.
    pub roster: Roster,
}

impl Known {
    /// What is known where an operator says nothing.
    pub(crate) fn nothing() -> &'static Self {
        static NOTHING: std::sync::LazyLock<Known> = std::sync::LazyLock::new(Known::default);
        &NOTHING
    }
}
