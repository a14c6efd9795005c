//! Sightings, kept one and all.

use async_trait::async_trait;
use desk::records::{AuditEntry, RecordResult, Sightings};
use lexicon::Sighting;
use lexicon::ids::{AdvisoryId, MemberId};

use super::audit;
use crate::Vault;
use crate::sql::{Row, args};

fn read(row: &Row) -> RecordResult<Sighting> {
    Ok(Sighting {
        id: row.id("id")?,
        advisory: row.id("advisory")?,
        member: row.id("member")?,
        seen: row.truth("seen")?,
        count: row.count("count")?,
        first_date: row.maybe_word("first_date")?,
        last_date: row.maybe_word("last_date")?,
        note: row.text("note")?,
        answered: row.time("answered")?,
    })
}

#[async_trait]
impl Sightings for Vault {
    async fn put_sighting(&self, sighting: &Sighting, entry: &AuditEntry) -> RecordResult<()> {
        let mut session = self.store.write("write a sighting", "sighting").await?;
        let done = async {
            let sql = "INSERT INTO sighting (id, advisory, member, seen, count, first_date, last_date, note, answered) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
            let Sighting { id, advisory, member, seen, count, first_date, last_date, note, answered } = sighting;
            let first = first_date.map(|date| date.to_string());
            let last = last_date.map(|date| date.to_string());
            let (first, last) = (first.as_deref(), last.as_deref());
            let args = args![*id, *advisory, *member, *seen, *count, first, last, note, *answered];
            session.run(sql, args).await?;
            audit::insert(&mut session, entry).await
        }
        .await;
        session.end(done).await
    }

    async fn sightings(&self, advisory: AdvisoryId) -> RecordResult<Vec<Sighting>> {
        let mut session = self.store.read("list sightings", "sighting").await?;
        let sql = "SELECT id, advisory, member, seen, count, first_date, last_date, note, answered FROM sighting s \
                   WHERE advisory = $1 AND NOT EXISTS (SELECT 1 FROM sighting l WHERE l.advisory = s.advisory \
                   AND l.member = s.member AND (l.answered, l.id) > (s.answered, s.id)) \
                   ORDER BY answered, id";
        session.rows(sql, args![advisory]).await?.iter().map(read).collect()
    }

    async fn answers(&self, advisory: AdvisoryId, member: MemberId) -> RecordResult<Vec<Sighting>> {
        let mut session = self.store.read("list a member's answers", "sighting").await?;
        let sql = "SELECT id, advisory, member, seen, count, first_date, last_date, note, answered FROM sighting \
                   WHERE advisory = $1 AND member = $2 ORDER BY answered, id";
        session.rows(sql, args![advisory, member]).await?.iter().map(read).collect()
    }
}
