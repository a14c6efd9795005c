//! Verdicts on mails and on whole campaigns.

use async_trait::async_trait;
use desk::records::{
    Agreement, AuditEntry, CampaignVerdictRecord, Cursor, Decision, Extent, Judged, Page, PageRequest,
    RecordResult, VerdictRecord, Verdicts,
};
use lexicon::ids::{CampaignId, SubmissionId};
use lexicon::{Judgement, Scheme, SubmissionState, Verdict};
use sqlx::AssertSqlSafe;

use super::audit;
use super::pages::page;
use crate::Vault;
use crate::sql::{Arg, Row, Session, args, select};

/// What a submission's own columns say of its latest verdict; `$1` is the submission.
const LATEST: &str = "verdict = (SELECT jcsip FROM verdict v WHERE v.submission = submission.id \
                      ORDER BY at DESC, nth DESC LIMIT 1), \
                      monitoring = (SELECT monitoring FROM verdict v WHERE v.submission = submission.id \
                      ORDER BY at DESC, nth DESC LIMIT 1)";

/// All decisions that count: on a mail by itself and on a campaign as a whole, the latest on each.
const DECISIONS: &str = "SELECT * FROM (\
    SELECT v.submission AS about, CAST(0 AS BIGINT) AS whole, v.jcsip AS jcsip, v.jcrat AS jcrat, v.npa AS npa, \
    v.monitoring AS monitoring, v.suggested_jcsip AS suggested_jcsip, v.suggested_jcrat AS suggested_jcrat, \
    v.suggested_npa AS suggested_npa, v.reason AS reason, v.account AS account, v.at AS at \
    FROM verdict v WHERE v.campaign IS NULL AND v.suggested_jcsip IS NOT NULL AND NOT EXISTS \
    (SELECT 1 FROM verdict l WHERE l.submission = v.submission AND (l.at, l.nth) > (v.at, v.nth)) \
    UNION ALL \
    SELECT c.campaign, CAST(1 AS BIGINT), c.jcsip, c.jcrat, c.npa, c.monitoring, c.suggested_jcsip, \
    c.suggested_jcrat, c.suggested_npa, c.reason, c.account, c.at \
    FROM campaign_verdict c WHERE c.suggested_jcsip IS NOT NULL AND NOT EXISTS \
    (SELECT 1 FROM campaign_verdict l WHERE l.campaign = c.campaign AND (l.at, l.nth) > (c.at, c.nth))\
    ) AS decision WHERE 1 = 1";

/// The columns of one scheme: what was suggested and what was decided.
fn columns(scheme: Scheme) -> (&'static str, &'static str) {
    match scheme {
        Scheme::Jcsip => ("suggested_jcsip", "jcsip"),
        Scheme::Jcrat => ("suggested_jcrat", "jcrat"),
        Scheme::Npa => ("suggested_npa", "npa"),
    }
}

fn judgement(row: &Row) -> RecordResult<Judgement> {
    Ok(Judgement {
        jcsip: row.word("jcsip")?,
        jcrat: row.word("jcrat")?,
        npa: row.word("npa")?,
        monitoring: row.truth("monitoring")?,
    })
}

fn suggested(row: &Row) -> RecordResult<Option<Judgement>> {
    let fields = (
        row.maybe_word("suggested_jcsip")?,
        row.maybe_word("suggested_jcrat")?,
        row.maybe_word("suggested_npa")?,
    );
    Ok(match fields {
        (Some(jcsip), Some(jcrat), Some(npa)) => Some(Judgement { jcsip, jcrat, npa, monitoring: false }),
        _ => None,
    })
}

/// The words of a suggestion.
fn words(suggested: Option<Judgement>) -> [Option<&'static str>; 3] {
    Scheme::ALL.map(|scheme| suggested.map(|judgement| judgement.by(scheme).word()))
}

fn read(row: &Row) -> RecordResult<VerdictRecord> {
    Ok(VerdictRecord {
        submission: row.id("submission")?,
        judgement: judgement(row)?,
        suggested: suggested(row)?,
        campaign: row.maybe_id("campaign")?,
        reason: row.text("reason")?,
        account: row.id("account")?,
        at: row.time("at")?,
    })
}

fn read_whole(row: &Row) -> RecordResult<CampaignVerdictRecord> {
    Ok(CampaignVerdictRecord {
        campaign: row.id("campaign")?,
        judgement: judgement(row)?,
        suggested: suggested(row)?,
        extent: row.parsed("extent", Extent::parse)?,
        mails: row.count("mails")?,
        reason: row.text("reason")?,
        account: row.id("account")?,
        at: row.time("at")?,
    })
}

fn read_decision(row: &Row) -> RecordResult<Decision> {
    Ok(Decision {
        about: match row.truth("whole")? {
            true => Judged::Campaign(row.id("about")?),
            false => Judged::Submission(row.id("about")?),
        },
        suggested: suggested(row)?.ok_or_else(|| row.corrupt("suggested_jcsip", "is empty"))?,
        judgement: judgement(row)?,
        reason: row.text("reason")?,
        account: row.id("account")?,
        at: row.time("at")?,
    })
}

async fn one(session: &mut Session, verdict: &VerdictRecord, entry: &AuditEntry) -> RecordResult<()> {
    let VerdictRecord { submission: id, judgement: what, reason, account, at, .. } = verdict;
    // First the submission, which holds off others that judge it.
    let (judged, dissected) = (SubmissionState::Judged.word(), SubmissionState::Dissected.word());
    let sql = "UPDATE submission SET state = $1 WHERE id = $2 AND state IN ($1, $3)";
    if session.run(sql, args![judged, *id, dissected]).await? == 0 {
        return Err(session.conflict());
    }
    let [jcsip, jcrat, npa] = words(verdict.suggested);
    let sql = "INSERT INTO verdict (submission, nth, jcsip, jcrat, npa, monitoring, suggested_jcsip, \
               suggested_jcrat, suggested_npa, campaign, reason, account, at) VALUES ($1, \
               (SELECT COUNT(*) + 1 FROM verdict WHERE submission = $1), \
               $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let args = args![
        *id,
        what.jcsip.word(),
        what.jcrat.word(),
        what.npa.word(),
        what.monitoring,
        jcsip,
        jcrat,
        npa,
        verdict.campaign,
        reason,
        *account,
        *at,
    ];
    session.run(sql, args).await?;
    let sql = format!("UPDATE submission SET {LATEST} WHERE id = $1");
    session.run(AssertSqlSafe(sql), args![*id]).await?;
    audit::insert(session, entry).await
}

async fn whole(
    session: &mut Session,
    verdict: &CampaignVerdictRecord,
    entry: &AuditEntry,
) -> RecordResult<u64> {
    // No mail joins meanwhile.
    session.alone().await?;
    let CampaignVerdictRecord { campaign: id, judgement: what, reason, account, at, extent, .. } = verdict;
    let sql = "SELECT id FROM campaign WHERE id = $1 AND merged_into IS NULL";
    if session.row(sql, args![*id]).await?.is_none() {
        return Err(session.conflict());
    }
    let [jcsip, jcrat, npa] = words(verdict.suggested);
    let (judged, dissected) = (SubmissionState::Judged.word(), SubmissionState::Dissected.word());
    // Where only the unjudged are meant, both places name the same state.
    let also = match extent {
        Extent::Unjudged => dissected,
        Extent::All => judged,
    };
    let sql = "INSERT INTO verdict (submission, nth, jcsip, jcrat, npa, monitoring, suggested_jcsip, \
               suggested_jcrat, suggested_npa, campaign, reason, account, at) SELECT s.id, \
               (SELECT COUNT(*) + 1 FROM verdict v WHERE v.submission = s.id), \
               $2, $3, $4, $5, $6, $7, $8, $1, $9, $10, $11 \
               FROM submission s WHERE s.campaign = $1 AND s.state IN ($12, $13)";
    let args = args![
        *id,
        what.jcsip.word(),
        what.jcrat.word(),
        what.npa.word(),
        what.monitoring,
        jcsip,
        jcrat,
        npa,
        reason,
        *account,
        *at,
        dissected,
        also,
    ];
    let mails = session.run(sql, args).await?;
    let sql = format!("UPDATE submission SET state = $2, {LATEST} WHERE campaign = $1 AND state IN ($3, $4)");
    session.run(AssertSqlSafe(sql), args![*id, judged, dissected, also]).await?;
    let sql = "INSERT INTO campaign_verdict (campaign, nth, jcsip, jcrat, npa, monitoring, suggested_jcsip, \
               suggested_jcrat, suggested_npa, extent, mails, reason, account, at) VALUES ($1, \
               (SELECT COUNT(*) + 1 FROM campaign_verdict WHERE campaign = $1), \
               $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let args = args![
        *id,
        what.jcsip.word(),
        what.jcrat.word(),
        what.npa.word(),
        what.monitoring,
        jcsip,
        jcrat,
        npa,
        extent.word(),
        mails,
        reason,
        *account,
        *at,
    ];
    session.run(sql, args).await?;
    audit::insert(session, entry).await?;
    Ok(mails)
}

#[async_trait]
impl Verdicts for Vault {
    /// A submission that is not yet dissected is a conflict: marking it judged would take it from the
    /// worker, and its dissection would never be written.
    async fn put_verdict(&self, verdict: &VerdictRecord, entry: &AuditEntry) -> RecordResult<()> {
        let mut session = self.store.write("write a verdict", "submission").await?;
        let done = one(&mut session, verdict, entry).await;
        session.end(done).await
    }

    async fn verdicts(&self, submission: SubmissionId) -> RecordResult<Vec<VerdictRecord>> {
        let mut session = self.store.read("list verdicts", "verdict").await?;
        let sql = "SELECT submission, jcsip, jcrat, npa, monitoring, suggested_jcsip, suggested_jcrat, \
                   suggested_npa, campaign, reason, account, at FROM verdict WHERE submission = $1 \
                   ORDER BY at, nth";
        session.rows(sql, args![submission]).await?.iter().map(read).collect()
    }

    async fn put_campaign_verdict(
        &self,
        verdict: &CampaignVerdictRecord,
        entry: &AuditEntry,
    ) -> RecordResult<u64> {
        let mut session = self.store.write("write a verdict on a campaign", "campaign").await?;
        let done = whole(&mut session, verdict, entry).await;
        session.end(done).await
    }

    async fn campaign_verdicts(&self, campaign: CampaignId) -> RecordResult<Vec<CampaignVerdictRecord>> {
        let mut session = self.store.read("list verdicts on a campaign", "verdict").await?;
        let sql = "SELECT campaign, jcsip, jcrat, npa, monitoring, suggested_jcsip, suggested_jcrat, \
                   suggested_npa, extent, mails, reason, account, at FROM campaign_verdict WHERE campaign IN \
                   (SELECT id FROM campaign WHERE id = $1 OR merged_into = $1) ORDER BY at, campaign, nth";
        session.rows(sql, args![campaign]).await?.iter().map(read_whole).collect()
    }

    async fn agreement(&self, scheme: Scheme) -> RecordResult<Vec<Agreement>> {
        let mut session = self.store.read("count verdicts by suggestion", "verdict").await?;
        let (suggested, decided) = columns(scheme);
        let sql = format!(
            "SELECT {suggested} AS suggested, {decided} AS decided, COUNT(*) AS n FROM ({DECISIONS}) AS counted \
             GROUP BY {suggested}, {decided}"
        );
        let rows = session.rows(AssertSqlSafe(sql), Vec::new()).await?;
        let mut out = rows
            .iter()
            .map(|row| {
                Ok(Agreement {
                    suggested: row.word("suggested")?,
                    decided: row.word("decided")?,
                    decisions: row.count("n")?,
                })
            })
            .collect::<RecordResult<Vec<_>>>()?;
        out.sort_unstable();
        Ok(out)
    }

    async fn decisions(
        &self,
        scheme: Scheme,
        suggested: Verdict,
        decided: Verdict,
        request: PageRequest,
    ) -> RecordResult<Page<Decision>> {
        let mut session = self.store.read("list verdicts by suggestion", "verdict").await?;
        let (was_suggested, was_decided) = match scheme {
            Scheme::Jcsip => ("suggested_jcsip = ?", "jcsip = ?"),
            Scheme::Jcrat => ("suggested_jcrat = ?", "jcrat = ?"),
            Scheme::Npa => ("suggested_npa = ?", "npa = ?"),
        };
        let (sql, args) = select(DECISIONS)
            .and(was_suggested, Some(Arg::from(suggested.word())))
            .and(was_decided, Some(Arg::from(decided.word())))
            .page("at", "about", request);
        let rows = session.rows(sql, args).await?;
        let items = rows.iter().map(read_decision).collect::<RecordResult<_>>()?;
        Ok(page(items, request, |it: &Decision| Cursor {
            at: it.at,
            id: match it.about {
                Judged::Submission(id) => id.uuid(),
                Judged::Campaign(id) => id.uuid(),
            },
        }))
    }
}
