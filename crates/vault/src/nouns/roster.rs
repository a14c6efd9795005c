//! The roster: SIGs and member organisations.

use std::collections::BTreeMap;

use async_trait::async_trait;
use desk::records::{RecordResult, Roster};
use lexicon::ids::MemberId;
use lexicon::member::Identity;
use lexicon::{Member, Sig};

use crate::Vault;
use crate::sql::{Arg, Session, args, insert_many, select};

/// The lists of an identity under the words that the table keeps them by.
fn lists(identity: &Identity) -> [(&'static str, &[String]); 5] {
    [
        ("name", &identity.names),
        ("domain", &identity.domains),
        ("address", &identity.addresses),
        ("network", &identity.networks),
        ("person", &identity.persons),
    ]
}

/// The list of an identity that a word stands for.
fn list<'a>(identity: &'a mut Identity, kind: &str) -> Option<&'a mut Vec<String>> {
    match kind {
        "name" => Some(&mut identity.names),
        "domain" => Some(&mut identity.domains),
        "address" => Some(&mut identity.addresses),
        "network" => Some(&mut identity.networks),
        "person" => Some(&mut identity.persons),
        _ => None,
    }
}

/// Members with their SIGs and identities, sorted by id: the one named, or all.
async fn members(session: &mut Session, only: Option<MemberId>) -> RecordResult<Vec<Member>> {
    let only = || only.map(Arg::from);
    let mut members = BTreeMap::new();

    let query = select("SELECT id, role, name FROM member WHERE 1 = 1").and("id = ?", only());
    let (sql, args) = query.end("");
    for row in session.rows(sql, args).await? {
        let id: MemberId = row.id("id")?;
        let (role, name) = (row.word("role")?, row.text("name")?);
        let (sigs, identity) = Default::default();
        members.insert(id, Member { id, role, name, sigs, identity });
    }

    let query = select("SELECT member, sig FROM member_sig WHERE 1 = 1").and("member = ?", only());
    let (sql, args) = query.end("");
    for row in session.rows(sql, args).await? {
        if let Some(member) = members.get_mut(&row.id("member")?) {
            member.sigs.insert(row.id("sig")?);
        }
    }

    let query =
        select("SELECT member, kind, value FROM member_identity WHERE 1 = 1").and("member = ?", only());
    let (sql, args) = query.end(" ORDER BY member, kind, place");
    for row in session.rows(sql, args).await? {
        if let Some(member) = members.get_mut(&row.id("member")?) {
            let kind = row.text("kind")?;
            let list = list(&mut member.identity, &kind)
                .ok_or_else(|| row.corrupt("kind", "holds no valid value"))?;
            list.push(row.text("value")?);
        }
    }
    Ok(members.into_values().collect())
}

#[async_trait]
impl Roster for Vault {
    async fn put_sig(&self, sig: &Sig) -> RecordResult<()> {
        let mut session = self.store.write("write a SIG", "SIG").await?;
        let sql = "INSERT INTO sig (id, name_ja, name_en) VALUES ($1, $2, $3) \
                   ON CONFLICT (id) DO UPDATE SET name_ja = excluded.name_ja, name_en = excluded.name_en";
        let done = session.run(sql, args![sig.id, &sig.name_ja, &sig.name_en]).await.map(|_| ());
        session.end(done).await
    }

    async fn sigs(&self) -> RecordResult<Vec<Sig>> {
        let mut session = self.store.read("list SIGs", "SIG").await?;
        let rows = session.rows("SELECT id, name_ja, name_en FROM sig", Vec::new()).await?;
        let mut sigs = rows
            .iter()
            .map(|row| {
                let (name_ja, name_en) = (row.text("name_ja")?, row.text("name_en")?);
                Ok(Sig { id: row.id("id")?, name_ja, name_en })
            })
            .collect::<RecordResult<Vec<Sig>>>()?;
        sigs.sort_by(|a, b| (&a.name_ja, a.id).cmp(&(&b.name_ja, b.id)));
        Ok(sigs)
    }

    async fn put_member(&self, member: &Member) -> RecordResult<()> {
        let mut session = self.store.write("write a member", "member").await?;
        let done = async {
            let sql = "INSERT INTO member (id, role, name) VALUES ($1, $2, $3) \
                       ON CONFLICT (id) DO UPDATE SET role = excluded.role, name = excluded.name";
            session.run(sql, args![member.id, member.role.word(), &member.name]).await?;
            session.run("DELETE FROM member_sig WHERE member = $1", args![member.id]).await?;
            session.run("DELETE FROM member_identity WHERE member = $1", args![member.id]).await?;
            let sigs = member.sigs.iter().map(|sig| args![member.id, *sig]).collect();
            insert_many(&mut session, "member_sig (member, sig)", 2, sigs, "").await?;
            let values = lists(&member.identity)
                .into_iter()
                .flat_map(|(kind, list)| {
                    (0i64..).zip(list).map(move |(place, value)| args![member.id, kind, place, value])
                })
                .collect();
            insert_many(&mut session, "member_identity (member, kind, place, value)", 4, values, "").await?;
            Ok(())
        }
        .await;
        session.end(done).await
    }

    async fn member(&self, id: MemberId) -> RecordResult<Option<Member>> {
        let mut session = self.store.snapshot("read a member", "member").await?;
        Ok(members(&mut session, Some(id)).await?.pop())
    }

    async fn members(&self) -> RecordResult<Vec<Member>> {
        let mut session = self.store.snapshot("list members", "member").await?;
        members(&mut session, None).await
    }
}
