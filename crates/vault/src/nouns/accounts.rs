//! Accounts, sessions, API tokens and the set-up link.

use async_trait::async_trait;
use desk::records::{AccountRecord, Accounts, RecordResult, SessionRecord, TokenRecord};
use jiff::Timestamp;
use lexicon::ids::{AccountId, TokenId};

use crate::Vault;
use crate::sql::{Row, args};

fn read_account(row: &Row) -> RecordResult<AccountRecord> {
    Ok(AccountRecord {
        id: row.id("id")?,
        user: row.text("login")?,
        role: row.word("role")?,
        member: row.maybe_id("member")?,
        password_hash: row.text("password_hash")?,
        created: row.time("created")?,
        disabled: row.truth("disabled")?,
    })
}

fn read_token(row: &Row) -> RecordResult<TokenRecord> {
    Ok(TokenRecord {
        id: row.id("id")?,
        hash: row.digest("hash")?,
        account: row.id("account")?,
        label: row.text("label")?,
        created: row.time("created")?,
    })
}

#[async_trait]
impl Accounts for Vault {
    async fn put_account(&self, account: &AccountRecord) -> RecordResult<()> {
        let mut session = self.store.write("write an account", "account").await?;
        let sql = "INSERT INTO account (id, login, role, member, password_hash, created, disabled) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) \
                   ON CONFLICT (id) DO UPDATE SET login = excluded.login, role = excluded.role, \
                   member = excluded.member, password_hash = excluded.password_hash, \
                   created = excluded.created, disabled = excluded.disabled";
        let AccountRecord { id, user, role, member, password_hash, created, disabled } = account;
        let args = args![*id, user, role.word(), *member, password_hash, *created, *disabled];
        let done = session.run(sql, args).await.map(|_| ());
        session.end(done).await
    }

    async fn account(&self, id: AccountId) -> RecordResult<Option<AccountRecord>> {
        let mut session = self.store.read("read an account", "account").await?;
        let sql = "SELECT id, login, role, member, password_hash, created, disabled FROM account \
                   WHERE id = $1";
        session.row(sql, args![id]).await?.as_ref().map(read_account).transpose()
    }

    async fn account_by_user(&self, user: &str) -> RecordResult<Option<AccountRecord>> {
        let mut session = self.store.read("read an account", "account").await?;
        let sql = "SELECT id, login, role, member, password_hash, created, disabled FROM account \
                   WHERE login = $1";
        session.row(sql, args![user]).await?.as_ref().map(read_account).transpose()
    }

    async fn accounts(&self) -> RecordResult<Vec<AccountRecord>> {
        let mut session = self.store.read("list accounts", "account").await?;
        let sql = "SELECT id, login, role, member, password_hash, created, disabled FROM account";
        let rows = session.rows(sql, Vec::new()).await?;
        let mut accounts = rows.iter().map(read_account).collect::<RecordResult<Vec<_>>>()?;
        accounts.sort_by(|a, b| a.user.cmp(&b.user));
        Ok(accounts)
    }

    async fn put_session(&self, record: &SessionRecord) -> RecordResult<()> {
        let mut session = self.store.write("write a session", "session").await?;
        let sql = "INSERT INTO account_session (hash, account, csrf, created, expires) \
                   VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (hash) DO UPDATE SET account = excluded.account, csrf = excluded.csrf, \
                   created = excluded.created, expires = excluded.expires";
        let SessionRecord { hash, account, csrf, created, expires } = record;
        let done = session.run(sql, args![hash, *account, csrf, *created, *expires]).await.map(|_| ());
        session.end(done).await
    }

    async fn session(&self, hash: &[u8; 32], now: Timestamp) -> RecordResult<Option<SessionRecord>> {
        let mut session = self.store.read("read a session", "session").await?;
        let sql = "SELECT hash, account, csrf, created, expires FROM account_session \
                   WHERE hash = $1 AND expires > $2";
        let Some(row) = session.row(sql, args![hash, now]).await? else { return Ok(None) };
        Ok(Some(SessionRecord {
            hash: row.digest("hash")?,
            account: row.id("account")?,
            csrf: row.text("csrf")?,
            created: row.time("created")?,
            expires: row.time("expires")?,
        }))
    }

    async fn delete_session(&self, hash: &[u8; 32]) -> RecordResult<()> {
        let mut session = self.store.write("end a session", "session").await?;
        let done = session.run("DELETE FROM account_session WHERE hash = $1", args![hash]).await.map(|_| ());
        session.end(done).await
    }

    async fn delete_sessions_of(&self, account: AccountId) -> RecordResult<()> {
        let mut session = self.store.write("end an account's sessions", "session").await?;
        let sql = "DELETE FROM account_session WHERE account = $1";
        let done = session.run(sql, args![account]).await.map(|_| ());
        session.end(done).await
    }

    async fn delete_expired_sessions(&self, now: Timestamp) -> RecordResult<u64> {
        let mut session = self.store.write("forget expired sessions", "session").await?;
        let done = session.run("DELETE FROM account_session WHERE expires <= $1", args![now]).await;
        session.end(done).await
    }

    async fn put_token(&self, token: &TokenRecord) -> RecordResult<()> {
        let mut session = self.store.write("write an API token", "API token").await?;
        let sql = "INSERT INTO account_token (id, hash, account, label, created) \
                   VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, account = excluded.account, \
                   label = excluded.label, created = excluded.created";
        let TokenRecord { id, hash, account, label, created } = token;
        let done = session.run(sql, args![*id, hash, *account, label, *created]).await.map(|_| ());
        session.end(done).await
    }

    async fn token(&self, hash: &[u8; 32]) -> RecordResult<Option<TokenRecord>> {
        let mut session = self.store.read("read an API token", "API token").await?;
        let sql = "SELECT id, hash, account, label, created FROM account_token WHERE hash = $1";
        session.row(sql, args![hash]).await?.as_ref().map(read_token).transpose()
    }

    async fn tokens_of(&self, account: AccountId) -> RecordResult<Vec<TokenRecord>> {
        let mut session = self.store.read("list API tokens", "API token").await?;
        let sql = "SELECT id, hash, account, label, created FROM account_token WHERE account = $1 \
                   ORDER BY created, id";
        session.rows(sql, args![account]).await?.iter().map(read_token).collect()
    }

    async fn delete_token(&self, account: AccountId, id: TokenId) -> RecordResult<bool> {
        let mut session = self.store.write("revoke an API token", "API token").await?;
        let sql = "DELETE FROM account_token WHERE account = $1 AND id = $2";
        let done = session.run(sql, args![account, id]).await.map(|gone| gone == 1);
        session.end(done).await
    }

    async fn put_setup(&self, hash: &[u8; 32]) -> RecordResult<()> {
        let mut session = self.store.write("write the set-up link", "set-up link").await?;
        let sql = "INSERT INTO setup_link (slot, hash) VALUES (1, $1) \
                   ON CONFLICT (slot) DO UPDATE SET hash = excluded.hash";
        let done = session.run(sql, args![hash]).await.map(|_| ());
        session.end(done).await
    }

    async fn setup_is_open(&self, hash: &[u8; 32]) -> RecordResult<bool> {
        let mut session = self.store.read("read the set-up link", "set-up link").await?;
        Ok(session.row("SELECT slot FROM setup_link WHERE hash = $1", args![hash]).await?.is_some())
    }

    async fn take_setup(&self, hash: &[u8; 32]) -> RecordResult<bool> {
        let mut session = self.store.write("use up the set-up link", "set-up link").await?;
        let done =
            session.run("DELETE FROM setup_link WHERE hash = $1", args![hash]).await.map(|gone| gone == 1);
        session.end(done).await
    }
}
