//! The schema and its versions: numbered files, applied in order at the start, all in one transaction.
//!
//! A released file is never edited; a change is a new file. The first line of each says what it does, and
//! so does its entry here, in both languages. The
//! files are SQL for both databases; `{bytes}`, `{text}` and `{clustered}` stand for what each of them calls
//! it.

use desk::records::RecordResult;
use lexicon::Text;

use crate::open::OpenError;
use crate::sql::{Session, Store, args};

/// One step of the schema; its version is its place, from 1.
struct Migration {
    /// What it does, in a sentence.
    what: Text,
    /// The whole file.
    sql: &'static str,
}

const MIGRATIONS: [Migration; 8] = [
    Migration {
        what: Text::new(
            "名簿（SIG、参加組織、組織が特定される記述）、アカウント、セッション、API トークンの表を作成。",
            "Makes tables for the roster (SIGs, member organisations, what identifies them), accounts, sessions and API tokens.",
        ),
        sql: include_str!("migrations/0001_roster.sql"),
    },
    Migration {
        what: Text::new(
            "情報提供、解析結果、照合値、つながり、キャンペーン、判定、監査証跡の表を作成。",
            "Makes tables for submissions, their dissections, link keys, links, campaigns, verdicts and the audit trail.",
        ),
        sql: include_str!("migrations/0002_casebook.sql"),
    },
    Migration {
        what: Text::new(
            "注意喚起、共有範囲、インディケータ、承認、公開、受信確認の表を作成。",
            "Makes tables for advisories, their audiences and indicators, approvals, releases and sightings.",
        ),
        sql: include_str!("migrations/0003_advisories.sql"),
    },
    Migration {
        what: Text::new(
            "同じメールの情報提供をハッシュ値で探す索引を作成。",
            "Makes an index that finds the submissions of one mail by its hash.",
        ),
        sql: include_str!("migrations/0004_by_hash.sql"),
    },
    Migration {
        what: Text::new(
            "メールを結び付けるもの（照合用の特徴、本文、まとまり、値、ピン、通報された通信先、キャンペーンの経過）の表を作成。",
            "Makes tables for what ties mails: signatures, texts, cores, values, pins, told addresses and the history of campaigns.",
        ),
        sql: include_str!("migrations/0005_cores.sql"),
    },
    Migration {
        what: Text::new(
            "やり取り型の会話と警告、正規のメールの指紋とその再利用、フォームの記録の表を作成。",
            "Makes tables for rapport threads and their warnings, for fingerprints of genuine mail and their re-uses, and for files of form submissions.",
        ),
        sql: include_str!("migrations/0006_threads.sql"),
    },
    Migration {
        what: Text::new(
            "判定を集計の定義ごとの欄に分け、提案とキャンペーン全体の判定を残し、攻撃者の仮説と不正接続先の表を作成。",
            "Gives verdicts a field for each scheme, keeps what was suggested and verdicts on whole campaigns, and makes tables for threat actors, claims on them and C2 addresses.",
        ),
        sql: include_str!("migrations/0007_verdicts.sql"),
    },
    Migration {
        what: Text::new(
            "公開した注意喚起の変更を参加組織が読む順に記録する表と、受信確認の最後の日付の列を作成。",
            "Makes a table of the changes to released advisories, in the order in which members read them, and a column for the last date of a sighting.",
        ),
        sql: include_str!("migrations/0008_feed.sql"),
    },
];

/// The newest schema version that this program knows.
#[allow(clippy::cast_possible_truncation, reason = "a handful of files, and a const cannot convert")]
pub const KNOWN_SCHEMA: u32 = MIGRATIONS.len() as u32;

/// The key of PostgreSQL's advisory lock for migrations ("noroshi" in ASCII, and one more).
const MIGRATION_LOCK: i64 = 0x6e6f_726f_7368_6901;

/// What opening did to the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The version found; 0 where there was none.
    pub from_schema: u32,
    /// The version now.
    pub to_schema: u32,
    /// What each migration did, in a sentence each; empty where all was up to date.
    pub applied: Vec<Text>,
}

/// The schema version of a database; 0 where it has none.
pub(crate) async fn found(store: &Store) -> RecordResult<u32> {
    version(&mut store.read("read the schema version", "schema version").await?).await
}

/// An error for a version that is not known here.
pub(crate) fn refuse_newer(found: u32) -> Result<(), OpenError> {
    if found > KNOWN_SCHEMA {
        return Err(OpenError::NewerSchema { found, known: KNOWN_SCHEMA });
    }
    Ok(())
}

/// Brings the schema up to version `to`.
pub(crate) async fn apply(store: &Store, what: &str, to: u32) -> Result<Opened, OpenError> {
    let failed = |source| OpenError::records(what, source);
    let before = found(store).await.map_err(failed)?;
    refuse_newer(before)?;
    if before >= to {
        return Ok(Opened { from_schema: before, to_schema: before, applied: Vec::new() });
    }
    let mut session = store.write("bring the schema up to date", "schema version").await.map_err(failed)?;
    let done = locked(&mut session, to).await;
    let (from, applied) = session.end(done).await.map_err(failed)?;
    refuse_newer(from)?;
    for what in &applied {
        tracing::info!(what = what.en, "schema migration");
    }
    Ok(Opened { from_schema: from, to_schema: from.max(to), applied })
}

/// Applies what is missing; returns the version found and what was done.
async fn locked(session: &mut Session, to: u32) -> RecordResult<(u32, Vec<Text>)> {
    // Another process may start at the same moment: whoever comes second waits, and looks again.
    if session.is_postgres() {
        session.row("SELECT pg_advisory_xact_lock($1)", args![MIGRATION_LOCK]).await?;
    }
    let from = version(session).await?;
    Ok((from, steps(session, from, to).await?))
}

async fn steps(session: &mut Session, from: u32, to: u32) -> RecordResult<Vec<Text>> {
    let mut applied = Vec::new();
    if from == 0 {
        let sql = "CREATE TABLE schema_migration (version BIGINT NOT NULL PRIMARY KEY, what {text} NOT NULL)";
        session.script(for_engine(sql, session.is_postgres())).await?;
    }
    for (version, migration) in (1u32..).zip(&MIGRATIONS) {
        if version > from && version <= to {
            session.script(for_engine(migration.sql, session.is_postgres())).await?;
            let sql = "INSERT INTO schema_migration (version, what) VALUES ($1, $2)";
            session.run(sql, args![version, migration.what.en]).await?;
            applied.push(migration.what);
        }
    }
    Ok(applied)
}

async fn version(session: &mut Session) -> RecordResult<u32> {
    let there = if session.is_postgres() {
        "SELECT CAST(1 AS BIGINT) AS there WHERE to_regclass('schema_migration') IS NOT NULL"
    } else {
        "SELECT 1 AS there FROM sqlite_master WHERE type = 'table' AND name = 'schema_migration'"
    };
    if session.row(there, Vec::new()).await?.is_none() {
        return Ok(0);
    }
    match session.row("SELECT MAX(version) AS version FROM schema_migration", Vec::new()).await? {
        Some(row) => {
            Ok(row.maybe_int("version")?.map_or(0, |version| u32::try_from(version).unwrap_or(u32::MAX)))
        }
        None => Ok(0),
    }
}

/// The file in the words of one database. Texts sort by their bytes in both.
fn for_engine(sql: &str, postgres: bool) -> String {
    let (bytes, text, clustered) =
        if postgres { ("BYTEA", "TEXT COLLATE \"C\"", "") } else { ("BLOB", "TEXT", "WITHOUT ROWID") };
    sql.replace("{bytes}", bytes).replace("{text}", text).replace("{clustered}", clustered)
}

#[cfg(test)]
#[path = "../tests/contract/cluster.rs"]
mod cluster;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_says_what_it_does_in_a_sentence() {
        for migration in &MIGRATIONS {
            let Text { ja, en } = migration.what;
            assert!(en.ends_with('.') && en.len() > 20 && ja.ends_with('。'), "{en}");
            assert!(migration.sql.starts_with(&format!("-- {en}\n")), "the file says the same: {en}");
        }
    }

    #[test]
    fn no_place_mark_is_left_in_either_dialect() {
        for migration in &MIGRATIONS {
            for postgres in [false, true] {
                assert!(!for_engine(migration.sql, postgres).contains(['{', '}']));
            }
        }
    }

    #[tokio::test]
    async fn records_of_every_older_schema_are_brought_up_to_date() {
        for older in 1..KNOWN_SCHEMA {
            let folder = tempfile::tempdir().unwrap();
            brought_up_to_date(sqlite(&folder).await, older).await;
        }
    }

    async fn brought_up_to_date(store: Store, older: u32) {
        apply(&store, "test", older).await.unwrap();
        let mut session = store.write("write", "SIG").await.unwrap();
        let sql = "INSERT INTO sig (id, name_ja, name_en) VALUES ($1, 'ガス', 'Gas')";
        let done = session.run(sql, args![uuid::Uuid::nil()]).await;
        session.end(done).await.unwrap();

        let opened = apply(&store, "test", KNOWN_SCHEMA).await.unwrap();
        assert_eq!((opened.from_schema, opened.to_schema), (older, KNOWN_SCHEMA));
        assert_eq!(opened.applied.len(), (KNOWN_SCHEMA - older) as usize);
        let mut session = store.read("read", "SIG").await.unwrap();
        assert_eq!(session.rows("SELECT id FROM sig", Vec::new()).await.unwrap().len(), 1);
        session.row("SELECT id FROM sighting", Vec::new()).await.unwrap();
        drop(session);
        store.close().await;
    }

    /// Verdicts of before there were schemes: what each said is kept, and nothing is made up about the others.
    #[tokio::test]
    async fn verdicts_of_an_older_schema_are_kept_and_say_of_other_schemes_only_what_follows() {
        let folder = tempfile::tempdir().unwrap();
        judged_earlier(sqlite(&folder).await).await;
    }

    async fn judged_earlier(store: Store) {
        let before = MIGRATIONS.iter().position(|m| m.sql.contains("CREATE TABLE campaign_verdict")).unwrap();
        apply(&store, "test", u32::try_from(before).unwrap()).await.unwrap();
        let mut session = store.write("write", "verdict").await.unwrap();
        let words = ["targeted", "recon", "mass", "bec", "phishing", "other", "undetermined"];
        let member = uuid::Uuid::from_u128(1);
        let sql = "INSERT INTO member (id, role, name) VALUES ($1, 'member', '組織')";
        session.run(sql, args![member]).await.unwrap();
        for (n, word) in (10u128..).zip(words) {
            let id = uuid::Uuid::from_u128(n);
            let sql = "INSERT INTO submission (id, member, account, sha256, size, name, note, channel, received, \
                       state, attempts, tells, verdict) VALUES ($1, $2, $2, $3, 1, '', '', 'api', 0, 'judged', 1, 0, $4)";
            session.run(sql, args![id, member, &format!("{n:064}"), word]).await.unwrap();
            let sql = "INSERT INTO verdict (submission, nth, verdict, reason, account, at) VALUES ($1, 1, $2, '理由', $3, 7)";
            session.run(sql, args![id, word, member]).await.unwrap();
        }
        session.end(Ok(())).await.unwrap();
        apply(&store, "test", KNOWN_SCHEMA).await.unwrap();
        let mut session = store.read("read", "verdict").await.unwrap();
        let sql = "SELECT v.jcsip AS jcsip, v.jcrat AS jcrat, v.npa AS npa, v.reason AS reason, s.verdict AS verdict, \
                   v.monitoring AS monitoring FROM verdict v JOIN submission s ON s.id = v.submission \
                   ORDER BY v.submission";
        let rows = session.rows(sql, Vec::new()).await.unwrap();
        assert_eq!(rows.len(), words.len());
        for (row, word) in rows.iter().zip(words) {
            let kept: lexicon::Verdict = word.parse().unwrap();
            let follows = lexicon::Judgement::from(kept);
            let read = |column| row.word::<lexicon::Verdict>(column).unwrap();
            assert_eq!((read("jcsip"), read("verdict")), (kept, kept));
            assert_eq!((read("jcrat"), read("npa")), (follows.jcrat, follows.npa), "{word}");
            assert_eq!(
                (row.text("reason").unwrap(), row.truth("monitoring").unwrap()),
                ("理由".to_owned(), false)
            );
        }
    }

    /// An empty SQLite file.
    async fn sqlite(folder: &tempfile::TempDir) -> Store {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(folder.path().join("old.sqlite"))
            .create_if_missing(true)
            .foreign_keys(true);
        let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
        Store::sqlite(pool.clone(), pool)
    }

    #[tokio::test]
    async fn mails_that_an_earlier_version_linked_keep_their_campaign() {
        let folder = tempfile::tempdir().unwrap();
        linked_earlier(sqlite(&folder).await).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_an_earlier_version_wrote_to_postgresql_is_brought_up_to_date() {
        let cluster = cluster::Cluster::start();
        for promise in [true, false] {
            let pool = sqlx::PgPool::connect(&cluster.database().await).await.unwrap();
            let store = Store::Postgres(pool);
            if promise {
                linked_earlier(store).await;
            } else {
                judged_earlier(store).await;
            }
        }
        // From every older version, with a row in it.
        for older in 1..KNOWN_SCHEMA {
            let store = Store::Postgres(sqlx::PgPool::connect(&cluster.database().await).await.unwrap());
            brought_up_to_date(store, older).await;
        }
    }

    /// Campaigns that an earlier version made are there, under their ids, when their mails are linked anew.
    async fn linked_earlier(store: Store) {
        use desk::records::Casebook as _;
        use lexicon::MailFacts;
        use lexicon::ids::CampaignId;

        apply(&store, "test", 4).await.unwrap();
        let id = |n: u128| uuid::Uuid::from_u128(n);
        let mut session = store.write("write", "submission").await.unwrap();
        let done = async {
            let sql = "INSERT INTO member (id, role, name) VALUES ($1, 'member', 'A')";
            session.run(sql, args![id(1)]).await?;
            session.run("INSERT INTO campaign (id, opened) VALUES ($1, 7)", args![id(50)]).await?;
            let text = "Your parcel could not be delivered, please pay the customs fee today.";
            for (n, text, campaign) in [(1u128, text, true), (2, text, true), (3, "Minutes of the meeting.", false)] {
                let mut facts = MailFacts { sha256: format!("{n:064}"), ..MailFacts::default() };
                facts.body.text = text.to_owned();
                let facts = serde_json::to_string(&facts).unwrap();
                let sql = "INSERT INTO dissection (sha256, engine, facts, at) VALUES ($1, 'old', $2, 1)";
                session.run(sql, args![format!("{n:064}").as_str(), facts.as_str()]).await?;
                let campaign = campaign.then(|| CampaignId::from(id(50)));
                let sql = "INSERT INTO submission (id, member, account, sha256, size, name, note, channel, received, \
                           state, attempts, tells, campaign) VALUES ($1, $2, $2, $3, 1, '', '', 'api', $4, \
                           'judged', 1, 0, $5)";
                let received = i64::try_from(n).unwrap();
                session.run(sql, args![id(n), id(1), format!("{n:064}").as_str(), received, campaign]).await?;
            }
            let sql = "INSERT INTO link_reason (a, b, place, kind, weight, value) \
                       VALUES ($1, $2, 0, 'infrastructure', 0.5, 'x')";
            session.run(sql, args![id(1), id(2)]).await.map(|_| ())
        }
        .await;
        session.end(done).await.unwrap();

        apply(&store, "test", KNOWN_SCHEMA).await.unwrap();
        let vault = crate::Vault { store: std::sync::Arc::new(store) };
        let campaign = CampaignId::from(id(50));
        let now = jiff::Timestamp::UNIX_EPOCH;
        // Before they are signed, everything stands as it stood.
        assert_eq!(vault.campaign(campaign).await.unwrap().unwrap().submissions.len(), 2);
        assert_eq!(vault.sign_earlier(2, now).await.unwrap(), 2);
        assert_eq!(vault.sign_earlier(9, now).await.unwrap(), 1);
        assert_eq!(vault.sign_earlier(9, now).await.unwrap(), 0);
        let kept = vault.campaign(campaign).await.unwrap().unwrap();
        assert_eq!((kept.submissions.len(), kept.ended, kept.links.len()), (2, None, 1));
        vault.close().await;
    }
}
