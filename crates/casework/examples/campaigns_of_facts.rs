//! Campaigns of mails that are dissected already: `noroshi dissect --jsonl … | campaigns_of_facts [KINDS|all [TIMES]]` writes
//! what `noroshi campaigns --json` would, and tells on standard error what signing and grouping took in CPU time: the
//! median of TIMES runs.

use std::io::{BufRead as _, Write as _};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use casework::{Grouping, Kinds, Signature, group};
use lexicon::MailFacts;

/// CPU time of this thread, where the system tells it in nanoseconds (Linux); elsewhere the time of the clock.
fn spent() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|told| told.split(' ').next()?.parse().ok())
        .map_or_else(|| START.elapsed(), Duration::from_nanos)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let kinds = match std::env::args().nth(1).as_deref() {
        None | Some("all") => Kinds::ALL,
        Some(list) => Kinds::parse(list)?,
    };
    let mut mails: Vec<MailFacts> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        mails.push(serde_json::from_str(&line?)?);
    }
    mails.sort_by(|a, b| a.path.cmp(&b.path));
    let times: usize = std::env::args().nth(2).map_or(Ok(1), |times| times.parse())?;
    let mut took = Vec::new();
    let mut grouping = Grouping::default();
    for _ in 0..times.max(1) {
        let start = spent();
        let signatures: Vec<Signature> =
            mails.iter().map(|facts| Signature::of_kinds(facts, kinds)).collect();
        let signed = spent().saturating_sub(start);
        grouping = group(&signatures, kinds);
        took.push((spent().saturating_sub(start), signed));
    }
    took.sort_unstable();
    let (all, signed) = took.get(took.len() / 2).copied().unwrap_or_default();
    let speed = mails.len() as f64 / all.as_secs_f64();
    writeln!(
        std::io::stderr(),
        "{} mails: signed in {signed:?}, grouped in {:?}: {speed:.0} mails per CPU-second",
        mails.len(),
        all - signed
    )?;
    let path = |mail: usize| mails[mail].path.as_str();
    let campaigns: Vec<serde_json::Value> = grouping
        .campaigns
        .iter()
        .map(|group| {
            let links: Vec<serde_json::Value> = group
                .links
                .iter()
                .map(|link| {
                    let reasons: Vec<serde_json::Value> = link
                        .reasons
                        .iter()
                        .map(|r| serde_json::json!({"kind": r.kind.word(), "weight": r.weight, "value": r.value, "texts": r.texts}))
                        .collect();
                    serde_json::json!({"a": path(link.a), "b": path(link.b), "reasons": reasons})
                })
                .collect();
            let mails: Vec<&str> = group.mails.iter().map(|&mail| path(mail)).collect();
            serde_json::json!({"mails": mails, "links": links})
        })
        .collect();
    let singletons: Vec<&str> = grouping.singletons.iter().map(|&mail| path(mail)).collect();
    serde_json::to_writer(
        std::io::stdout(),
        &serde_json::json!({"campaigns": campaigns, "singletons": singletons}),
    )?;
    Ok(())
}
