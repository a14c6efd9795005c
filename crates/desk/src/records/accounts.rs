//! Accounts, their sessions and API tokens. Secrets are kept as hashes only.

use async_trait::async_trait;
use jiff::Timestamp;
use lexicon::Role;
use lexicon::ids::{AccountId, MemberId, TokenId};

use super::RecordResult;

/// An account at the hub.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRecord {
    /// Its id.
    pub id: AccountId,
    /// Its login name, lower case: unique.
    pub user: String,
    /// What it may do.
    pub role: Role,
    /// Whom it works for; `None` for the hub's own people.
    pub member: Option<MemberId>,
    /// Argon2id hash in PHC form.
    pub password_hash: String,
    /// When it was made.
    pub created: Timestamp,
    /// True if it may not log in.
    pub disabled: bool,
}

impl std::fmt::Debug for AccountRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountRecord")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

/// A browser session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// SHA-256 of the cookie's value.
    pub hash: [u8; 32],
    /// Whose it is.
    pub account: AccountId,
    /// The token that every form of this session carries.
    pub csrf: String,
    /// When it began.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}

/// An API token.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// Its id.
    pub id: TokenId,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Whose it is.
    pub account: AccountId,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub created: Timestamp,
}

/// Keeps accounts, sessions and tokens.
#[async_trait]
pub trait Accounts {
    /// Writes an account; one of the same id is replaced. Another account with the same `user` is a
    /// [`super::RecordError::Conflict`].
    async fn put_account(&self, account: &AccountRecord) -> RecordResult<()>;
    /// One account by id.
    async fn account(&self, id: AccountId) -> RecordResult<Option<AccountRecord>>;
    /// One account by its lower-case login name.
    async fn account_by_user(&self, user: &str) -> RecordResult<Option<AccountRecord>>;
    /// All accounts, sorted by login name.
    async fn accounts(&self) -> RecordResult<Vec<AccountRecord>>;

    /// Writes a session.
    async fn put_session(&self, session: &SessionRecord) -> RecordResult<()>;
    /// The session with this hash, unless it ended at or before `now`.
    async fn session(&self, hash: &[u8; 32], now: Timestamp) -> RecordResult<Option<SessionRecord>>;
    /// Ends a session.
    async fn delete_session(&self, hash: &[u8; 32]) -> RecordResult<()>;
    /// Ends all sessions of an account: its password was changed, or it was disabled.
    async fn delete_sessions_of(&self, account: AccountId) -> RecordResult<()>;
    /// Forgets sessions that ended at or before `now`; returns how many.
    async fn delete_expired_sessions(&self, now: Timestamp) -> RecordResult<u64>;

    /// Writes an API token.
    async fn put_token(&self, token: &TokenRecord) -> RecordResult<()>;
    /// The token with this hash.
    async fn token(&self, hash: &[u8; 32]) -> RecordResult<Option<TokenRecord>>;
    /// An account's tokens, oldest first.
    async fn tokens_of(&self, account: AccountId) -> RecordResult<Vec<TokenRecord>>;
    /// Revokes a token of this account; false if there is none such.
    async fn delete_token(&self, account: AccountId, id: TokenId) -> RecordResult<bool>;

    /// Writes the hash of the one-time set-up link, replacing an earlier one.
    async fn put_setup(&self, hash: &[u8; 32]) -> RecordResult<()>;
    /// True if the set-up link with this hash is the one that waits to be used.
    async fn setup_is_open(&self, hash: &[u8; 32]) -> RecordResult<bool>;
    /// Uses up the set-up link: true exactly once.
    async fn take_setup(&self, hash: &[u8; 32]) -> RecordResult<bool>;
}
