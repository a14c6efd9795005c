//! Threat actors, the claims that tie campaigns to them, and C2 addresses.

use std::collections::BTreeMap;

use async_trait::async_trait;
use desk::records::{AuditEntry, C2Record, RecordResult, ThreatActorSummary, ThreatActors};
use lexicon::ThreatActor;
use lexicon::ids::{CampaignId, HypothesisId, ThreatActorId};
use lexicon::threat_actor::{Hypothesis, Withdrawn};
use sqlx::AssertSqlSafe;

use super::audit;
use crate::Vault;
use crate::sql::{Arg, Row, Session, args, insert_many, padded};

/// The columns of a claim.
macro_rules! claim {
    ($which:literal) => {
        concat!(
            "SELECT id, actor, campaign, basis, source, confidence, note, account, at, withdrawn_at, \
             withdrawn_by, withdrawn_why FROM hypothesis WHERE ",
            $which,
            " ORDER BY at, id"
        )
    };
}

fn read_actor(row: &Row, aliases: &mut BTreeMap<ThreatActorId, Vec<String>>) -> RecordResult<ThreatActor> {
    let id = row.id("id")?;
    Ok(ThreatActor {
        id,
        name: row.text("name")?,
        aliases: aliases.remove(&id).unwrap_or_default(),
        note: row.text("note")?,
        created: row.time("created")?,
        account: row.id("account")?,
    })
}

async fn aliases(session: &mut Session) -> RecordResult<BTreeMap<ThreatActorId, Vec<String>>> {
    let mut aliases: BTreeMap<ThreatActorId, Vec<String>> = BTreeMap::new();
    let sql = "SELECT actor, name FROM threat_actor_alias ORDER BY actor, place";
    for row in session.rows(sql, Vec::new()).await? {
        aliases.entry(row.id("actor")?).or_default().push(row.text("name")?);
    }
    Ok(aliases)
}

fn read_claim(row: &Row, values: &mut BTreeMap<HypothesisId, Vec<String>>) -> RecordResult<Hypothesis> {
    let id = row.id("id")?;
    let withdrawn = match row.maybe_time("withdrawn_at")? {
        None => None,
        Some(at) => {
            Some(Withdrawn { at, account: row.id("withdrawn_by")?, reason: row.text("withdrawn_why")? })
        }
    };
    Ok(Hypothesis {
        id,
        actor: row.id("actor")?,
        campaign: row.id("campaign")?,
        basis: row.word("basis")?,
        values: values.remove(&id).unwrap_or_default(),
        source: row.text("source")?,
        confidence: row.word("confidence")?,
        note: row.text("note")?,
        account: row.id("account")?,
        at: row.time("at")?,
        withdrawn,
    })
}

/// Claims of a query by one id, with their values.
async fn claims(
    session: &mut Session,
    claims: &'static str,
    values: &'static str,
    id: Arg,
) -> RecordResult<Vec<Hypothesis>> {
    let mut of: BTreeMap<HypothesisId, Vec<String>> = BTreeMap::new();
    for row in session.rows(values, vec![id.clone()]).await? {
        of.entry(row.id("hypothesis")?).or_default().push(row.text("value")?);
    }
    session.rows(claims, vec![id]).await?.iter().map(|row| read_claim(row, &mut of)).collect()
}

#[async_trait]
impl ThreatActors for Vault {
    async fn put_threat_actor(&self, actor: &ThreatActor, entry: &AuditEntry) -> RecordResult<()> {
        let mut session = self.store.write("write a threat actor", "threat actor").await?;
        let done = async {
            let sql = "INSERT INTO threat_actor (id, name, note, account, created) VALUES ($1, $2, $3, $4, $5) \
                       ON CONFLICT (id) DO UPDATE SET name = excluded.name, note = excluded.note";
            let args = args![actor.id, &actor.name, &actor.note, actor.account, actor.created];
            session.run(sql, args).await?;
            session.run("DELETE FROM threat_actor_alias WHERE actor = $1", args![actor.id]).await?;
            let rows = (0i64..).zip(&actor.aliases).map(|(place, name)| args![actor.id, place, name]).collect();
            insert_many(&mut session, "threat_actor_alias (actor, place, name)", 3, rows, "").await?;
            audit::insert(&mut session, entry).await
        }
        .await;
        session.end(done).await
    }

    async fn threat_actor(&self, id: ThreatActorId) -> RecordResult<Option<ThreatActor>> {
        let mut session = self.store.snapshot("read a threat actor", "threat actor").await?;
        let mut aliases = aliases(&mut session).await?;
        let sql = "SELECT id, name, note, account, created FROM threat_actor WHERE id = $1";
        session.row(sql, args![id]).await?.map(|row| read_actor(&row, &mut aliases)).transpose()
    }

    async fn threat_actors(&self) -> RecordResult<Vec<ThreatActorSummary>> {
        let mut session = self.store.snapshot("list threat actors", "threat actor").await?;
        let mut aliases = aliases(&mut session).await?;
        let sql = "SELECT id, name, note, account, created, \
                   (SELECT COUNT(DISTINCT COALESCE(c.merged_into, c.id)) FROM hypothesis h \
                   JOIN campaign c ON c.id = h.campaign \
                   WHERE h.actor = t.id AND h.withdrawn_at IS NULL) AS campaigns, \
                   (SELECT MAX(at) FROM hypothesis h WHERE h.actor = t.id) AS latest \
                   FROM threat_actor t ORDER BY name, id";
        let rows = session.rows(sql, Vec::new()).await?;
        rows.iter()
            .map(|row| {
                Ok(ThreatActorSummary {
                    actor: read_actor(row, &mut aliases)?,
                    campaigns: row.count("campaigns")?,
                    latest: row.maybe_time("latest")?,
                })
            })
            .collect()
    }

    async fn put_hypothesis(&self, hypothesis: &Hypothesis, entry: &AuditEntry) -> RecordResult<()> {
        let mut session = self.store.write("write a claim on a threat actor", "hypothesis").await?;
        let done = async {
            let sql = "INSERT INTO hypothesis (id, actor, campaign, basis, source, confidence, note, account, at) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
            let args = args![
                hypothesis.id,
                hypothesis.actor,
                hypothesis.campaign,
                hypothesis.basis.word(),
                &hypothesis.source,
                hypothesis.confidence.word(),
                &hypothesis.note,
                hypothesis.account,
                hypothesis.at,
            ];
            session.run(sql, args).await?;
            let mut values = hypothesis.values.clone();
            values.sort();
            values.dedup();
            let rows = values.iter().map(|value| args![hypothesis.id, value]).collect();
            insert_many(&mut session, "hypothesis_value (hypothesis, value)", 2, rows, "").await?;
            audit::insert(&mut session, entry).await
        }
        .await;
        session.end(done).await
    }

    async fn withdraw_hypothesis(
        &self,
        id: HypothesisId,
        withdrawn: &Withdrawn,
        entry: &AuditEntry,
    ) -> RecordResult<()> {
        let mut session = self.store.write("take a claim back", "hypothesis").await?;
        let done = async {
            let sql = "UPDATE hypothesis SET withdrawn_at = $1, withdrawn_by = $2, withdrawn_why = $3 \
                       WHERE id = $4 AND withdrawn_at IS NULL";
            let args = args![withdrawn.at, withdrawn.account, &withdrawn.reason, id];
            if session.run(sql, args).await? == 0 {
                return Err(session.conflict());
            }
            audit::insert(&mut session, entry).await
        }
        .await;
        session.end(done).await
    }

    async fn hypotheses_of(&self, actor: ThreatActorId) -> RecordResult<Vec<Hypothesis>> {
        let mut session = self.store.snapshot("list claims on a threat actor", "hypothesis").await?;
        let values = "SELECT v.hypothesis AS hypothesis, v.value AS value FROM hypothesis h \
                      JOIN hypothesis_value v ON v.hypothesis = h.id WHERE h.actor = $1 \
                      ORDER BY v.hypothesis, v.value";
        claims(&mut session, claim!("actor = $1"), values, Arg::from(actor)).await
    }

    async fn hypotheses_on(&self, campaign: CampaignId) -> RecordResult<Vec<Hypothesis>> {
        let mut session = self.store.snapshot("list claims on a campaign", "hypothesis").await?;
        let values = "SELECT v.hypothesis AS hypothesis, v.value AS value FROM hypothesis h \
                      JOIN hypothesis_value v ON v.hypothesis = h.id WHERE h.campaign IN \
                      (SELECT id FROM campaign WHERE id = $1 OR merged_into = $1) \
                      ORDER BY v.hypothesis, v.value";
        let which = claim!("campaign IN (SELECT id FROM campaign WHERE id = $1 OR merged_into = $1)");
        claims(&mut session, which, values, Arg::from(campaign)).await
    }

    async fn put_c2(&self, records: &[C2Record], entry: &AuditEntry) -> RecordResult<u64> {
        let mut session = self.store.write("write C2 addresses", "C2 address").await?;
        let done = async {
            let rows = records
                .iter()
                .map(|it| args![it.campaign, &it.value, &it.source, it.account, it.at])
                .collect();
            let once = "ON CONFLICT (campaign, value) DO NOTHING RETURNING value";
            let into = "campaign_c2 (campaign, value, source, account, at)";
            let new = insert_many(&mut session, into, 5, rows, once).await?.len();
            audit::insert(&mut session, entry).await?;
            Ok(u64::try_from(new).unwrap_or(u64::MAX))
        }
        .await;
        session.end(done).await
    }

    async fn c2_of(&self, campaign: CampaignId) -> RecordResult<Vec<C2Record>> {
        let mut session = self.store.read("list C2 addresses", "C2 address").await?;
        let sql = "SELECT campaign, value, source, account, at FROM campaign_c2 WHERE campaign IN \
                   (SELECT id FROM campaign WHERE id = $1 OR merged_into = $1) \
                   UNION SELECT s.campaign AS campaign, t.value AS value, t.source AS source, t.account AS account, \
                   t.at AS at FROM submission s JOIN submission_told t ON t.submission = s.id \
                   WHERE s.campaign = $1 ORDER BY value, campaign, at";
        let rows = session.rows(sql, args![campaign]).await?;
        rows.iter()
            .map(|row| {
                Ok(C2Record {
                    campaign: row.id("campaign")?,
                    value: row.text("value")?,
                    source: row.text("source")?,
                    account: row.id("account")?,
                    at: row.time("at")?,
                })
            })
            .collect()
    }

    async fn c2_sharers(&self, values: &[String]) -> RecordResult<Vec<(String, CampaignId)>> {
        let mut session = self.store.snapshot("find campaigns with a C2 address", "C2 address").await?;
        let mut out = Vec::new();
        for list in padded(values) {
            let marks: Vec<String> = (1..=list.len()).map(|n| format!("${n}")).collect();
            let sql = format!(
                "SELECT x.value AS value, COALESCE(c.merged_into, c.id) AS campaign FROM campaign_c2 x \
                 JOIN campaign c ON c.id = x.campaign WHERE x.value IN ({marks}) \
                 UNION SELECT t.value AS value, s.campaign AS campaign FROM submission_told t \
                 JOIN submission s ON s.id = t.submission WHERE s.campaign IS NOT NULL AND t.value IN ({marks})",
                marks = marks.join(", ")
            );
            for row in session.rows(AssertSqlSafe(sql), list.iter().map(Arg::from).collect()).await? {
                out.push((row.text("value")?, row.id("campaign")?));
            }
        }
        out.sort();
        out.dedup();
        Ok(out)
    }
}
