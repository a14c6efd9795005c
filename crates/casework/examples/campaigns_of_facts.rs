//! Campaigns of mails that are dissected already: `noroshi dissect --jsonl … | campaigns_of_facts [KINDS]` writes what
//! `noroshi campaigns --json` would, and tells on standard error how long signing and grouping took.

use std::io::{BufRead as _, Write as _};
use std::time::Instant;

use casework::{Kinds, Signature, group};
use lexicon::MailFacts;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let kinds = std::env::args().nth(1).map_or(Ok(Kinds::ALL), |list| Kinds::parse(&list))?;
    let mut mails: Vec<MailFacts> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        mails.push(serde_json::from_str(&line?)?);
    }
    mails.sort_by(|a, b| a.path.cmp(&b.path));
    let start = Instant::now();
    let signatures: Vec<Signature> = mails.iter().map(|facts| Signature::of_kinds(facts, kinds)).collect();
    let signed = start.elapsed();
    let grouping = group(&signatures, kinds);
    let all = start.elapsed();
    let speed = mails.len() as f64 / all.as_secs_f64();
    writeln!(
        std::io::stderr(),
        "{} mails: signed in {signed:?}, grouped in {:?}: {speed:.0} a second",
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
