//! How much one more mail costs among very many: `scale FILE [MAILS] [BATCH] [SINGLES]` makes MAILS plausible mails from
//! a seed (a third in templates of every size, a third in small ones, a third alone; senders, hosts and subjects of
//! which a few are everybody's), hands their dissections to a new SQLite vault as the hub's workers do, BATCH at a time,
//! and stops at 10,000, 100,000 and 1,000,000 to complete SINGLES more one by one. Tells wall and CPU time, percentiles
//! and memory at each stop; on a busy machine the CPU time of one is what can be compared. A FILE that is there is gone
//! on with; where it holds MAILS already, SINGLES more are completed one by one.

use std::io::Write as _;
use std::time::{Duration, Instant};

use casework::Signature;
use desk::records::Submissions as _;
use desk::records::{Casebook as _, Completion, DissectionRecord, PageRequest, Roster as _};
use jiff::Timestamp;
use lexicon::facts::{Fingerprint, Hop, HtmlLink, Mailbox, Origin};
use lexicon::ids::{MemberId, SubmissionId};
use lexicon::member::Identity;
use lexicon::{MailFacts, Member, Role};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use uuid::Uuid;
use vault::Vault;

/// Mails that are completed one by one at each stop, where nothing is said.
const SINGLES: u64 = 1000;
const MEMBERS: u64 = 50;
/// Mails that are handed in by one transaction.
const HANDED_IN: usize = 10_000;

fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Chance with a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = mix(self.0);
        self.0 % sides
    }
}

/// Words of a vocabulary in which short ranks are frequent, as in a language.
fn words(seed: u64, count: u64) -> String {
    let mut dice = Dice(mix(seed));
    let mut out = String::new();
    for _ in 0..count {
        let rank = dice.roll(1 << (3 + dice.0 % 13));
        let mut letters = mix(rank + 77);
        for _ in 0..3 + rank % 7 {
            out.push(char::from(b'a' + (letters % 26) as u8));
            letters /= 26;
        }
        out.push(' ');
    }
    out
}

fn facts(n: u64) -> MailFacts {
    let mut dice = Dice(n ^ 0x6e6f_726f_7368_6921);
    // Templates: one in six mails is of the five largest, one in six of 300 middling ones, a third of small ones of
    // about eight, a third alone.
    let template = match dice.roll(6) {
        0 => 1 + dice.roll(5),
        1 => 100 + dice.roll(300),
        2 | 3 => 10_000 + n / 8,
        _ => 1_000_000_000 + n,
    };
    let length = 60 + mix(template) % 240;
    let text = words(template, length);
    // Half of a template's mails are the same to the letter (names of people, numbers and links aside), half have a few
    // words of their own.
    let own = if dice.roll(2) == 0 { String::new() } else { words(mix(n), 1 + dice.roll(length / 20 + 1)) };
    let mut facts = MailFacts::default();
    facts.body.text = format!("{text}{own}\nReference {n}");
    facts.sha256 = format!("{:064x}", u128::from(n) + (1 << 100));
    facts.size = 4000 + n % 50_000;
    facts.subject = Some(format!("{}{}", words(template ^ 5, 4), n % 1000));
    facts.date = Some("2026-11-20T09:12:00+09:00".to_owned());
    let common = dice.roll(10) < 3;
    let sender = if common { dice.roll(40) } else { mix(template) % 1_000_000_000 + dice.roll(3) };
    facts.from = Some(Mailbox { name: words(sender, 2), address: format!("{}@s{sender}.example", n % 7) });
    facts.return_path = Some(format!("bounce@s{sender}.example"));
    let host = if dice.roll(10) < 2 { dice.roll(30) } else { mix(template ^ 9) % 1_000_000_000 };
    let url = format!("https://www.h{host}.test/{}/login.php?id={n}", words(template ^ 11, 1).trim());
    facts.html.links.push(HtmlLink { url, text: String::new() });
    let ip = mix(template / 3) as u32;
    let ip = format!("{}.{}.{}.{}", 11 + ip % 100, ip >> 8 & 255, ip >> 16 & 255, ip >> 24 & 255);
    facts.received.push(Hop { ip: Some(ip.clone()), ..Hop::default() });
    facts.origin = Some(Origin { ip, helo: Some(format!("mail.s{sender}.example")), ..Origin::default() });
    facts.fingerprint = Fingerprint {
        mailer: Some(format!("mailer {}", mix(template) % 40)),
        header_order: format!("{:016x}", mix(mix(template) % 400)),
        ..Fingerprint::default()
    };
    facts
}

fn completion(n: u64) -> Completion {
    let facts = facts(n);
    let signature = Signature::of(&facts);
    let sha256 = facts.sha256.clone();
    let dissection = DissectionRecord { sha256, facts, engine: "scale".to_owned(), at: at(n) };
    Completion { submission: id(n), dissection, signature }
}

fn id(n: u64) -> SubmissionId {
    SubmissionId::from_time_and_random(1_795_000_000_000 + i64::try_from(n).unwrap_or(0), {
        let mut random = [0; 10];
        random.iter_mut().zip(mix(n).to_be_bytes()).for_each(|(to, from)| *to = from);
        random
    })
}

fn at(n: u64) -> Timestamp {
    Timestamp::from_millisecond(1_795_000_000_000 + i64::try_from(n).unwrap_or(0)).unwrap_or_default()
}

/// Mails that were received and taken up, as the hub has them when its workers finish.
async fn received(pool: &SqlitePool, from: u64, to: u64) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    for n in from..to {
        let member: MemberId = Uuid::from_u128(u128::from(n % MEMBERS) + 1).into();
        let sha256 = format!("{:064x}", u128::from(n) + (1 << 100));
        sqlx::query(
            "INSERT INTO submission (id, member, account, sha256, size, name, note, channel, received, state, \
             attempts, tells) VALUES (?, ?, ?, ?, 1, '', '', 'api', ?, 'dissecting', 1, 0) ON CONFLICT DO NOTHING",
        )
        .bind(id(n).uuid().as_bytes().to_vec())
        .bind(member.uuid().as_bytes().to_vec())
        .bind(vec![0u8; 16])
        .bind(sha256)
        .bind(at(n).as_microsecond())
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await
}

/// CPU time of this process, and its resident memory in MB.
fn spent() -> (f64, u64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0);
    ((ticks(11) + ticks(12)) / 100.0, pages * 4096 / 1_000_000)
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: scale FILE [MAILS] [BATCH] [SINGLES]")?;
    let mails: u64 = arguments.next().map_or(Ok(10_000), |text| text.parse())?;
    let batch: u64 = arguments.next().map_or(Ok(500), |text| text.parse())?;
    let singles: u64 = arguments.next().map_or(Ok(SINGLES), |text| text.parse())?.max(1);
    let (vault, _) = Vault::open(&file).await?;
    for n in 0..MEMBERS {
        let member = Member {
            id: Uuid::from_u128(u128::from(n) + 1).into(),
            role: Role::Member,
            name: format!("organisation {n}"),
            sigs: std::collections::BTreeSet::new(),
            identity: Identity::default(),
        };
        vault.put_member(&member).await?;
    }
    let pool = SqlitePool::connect_with(
        SqliteConnectOptions::new().filename(&file).busy_timeout(Duration::from_secs(60)),
    )
    .await?;
    let mut out = std::io::stdout();
    let (start, (cpu, _)) = (Instant::now(), spent());
    let (mut apart, mut apart_cpu) = (Duration::ZERO, 0.0);
    let mut n: u64 =
        sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM submission WHERE state = 'dissected'")
            .fetch_one(&pool)
            .await?
            .try_into()?;
    let mut stops: Vec<u64> = [10_000, 100_000, 1_000_000]
        .into_iter()
        .filter(|stop| (n + singles..=mails).contains(stop))
        .collect();
    if stops.is_empty() {
        stops.push(n + singles);
    }
    for stop in stops {
        // Handed in before: another connection that writes between two changes makes SQLite forget all its pages.
        let (aside, (aside_cpu, _)) = (Instant::now(), spent());
        for from in (n..stop).step_by(HANDED_IN) {
            received(&pool, from, stop.min(from + HANDED_IN as u64)).await?;
        }
        apart += aside.elapsed();
        apart_cpu += spent().0 - aside_cpu;
        while n < stop - singles {
            let to = (n + batch).min(stop - singles);
            let completions: Vec<Completion> = (n..to).map(completion).collect();
            vault.complete_all(&completions).await?;
            n = to;
        }
        let mut took: Vec<Duration> = Vec::new();
        let (singly, _) = spent();
        for _ in 0..singles {
            let completion = completion(n);
            let one = Instant::now();
            vault.complete(&completion).await?;
            took.push(one.elapsed());
            n += 1;
        }
        let each = (spent().0 - singly) / singles as f64 * 1000.0;
        took.sort_unstable();
        let at = |share: f64| took.get((took.len() as f64 * share) as usize).copied().unwrap_or_default();
        let (now, memory) = spent();
        let campaigns = vault.campaigns(PageRequest::first(1)).await?.items.len();
        writeln!(
            out,
            "{n} mails: {:.0} s wall ({:.0} s CPU) without handing in; one more: p50 {:?} p90 {:?} p99 {:?} max {:?} \
             ({each:.2} ms CPU); resident {memory} MB; campaigns {}",
            (start.elapsed() - apart).as_secs_f64(),
            now - cpu - apart_cpu,
            at(0.5),
            at(0.9),
            at(0.99),
            took.last().copied().unwrap_or_default(),
            if campaigns > 0 { "there" } else { "none" },
        )?;
        out.flush()?;
    }
    vault.close().await;
    let open = Instant::now();
    let (vault, _) = Vault::open(&file).await?;
    writeln!(out, "opened again in {:?}, resident {} MB", open.elapsed(), spent().1)?;
    vault.close().await;
    Ok(())
}
