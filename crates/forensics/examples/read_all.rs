//! Reads every file below the given paths as a mail (mboxes message by message) and prints how many, how fast,
//! and what was odd: `cargo run --release -p forensics --example read_all -- [--jsonl] DIR…`
//! With `--jsonl` the facts of every mail are printed instead, one JSON object a line.
//!
//! The files are read into memory first, so that the figure is that of the reading alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use forensics::{Limits, mbox};

/// Longest message taken from an mbox.
const MESSAGE_BYTES: usize = 256 << 20;

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path()).collect();
        entries.sort();
        entries.iter().for_each(|p| collect(p, files));
    } else {
        files.push(path.to_owned());
    }
}

/// Seconds this thread has run on a CPU, where the system tells.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

#[expect(clippy::print_stdout, reason = "a tool that prints")]
fn main() {
    let mut jsonl = false;
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        if argument == "--jsonl" {
            jsonl = true;
        } else {
            collect(Path::new(&argument), &mut files);
        }
    }
    let mut mails: Vec<(String, Vec<u8>)> = Vec::new();
    for file in files {
        let Ok(bytes) = std::fs::read(&file) else {
            continue;
        };
        let name = file.display().to_string();
        if mbox::is_mbox(&bytes) {
            let messages = mbox::MboxReader::new(bytes.as_slice(), MESSAGE_BYTES).flatten();
            mails.extend(messages.enumerate().map(|(i, m)| (format!("{name}#{}", i + 1), m.bytes)));
        } else {
            mails.push((name, bytes));
        }
    }
    let limits = Limits::default();
    let size: usize = mails.iter().map(|m| m.1.len()).sum();
    let mut slowest = (0.0, "");
    let mut oddities: BTreeMap<String, usize> = BTreeMap::new();
    let mut tells: BTreeMap<String, usize> = BTreeMap::new();
    let mut attachments = 0;
    let mut lossy = 0;
    let start = Instant::now();
    let cpu_start = cpu_seconds();
    for (name, bytes) in &mails {
        let begun = Instant::now();
        let reading = forensics::read(bytes, &limits);
        let seconds = begun.elapsed().as_secs_f64();
        if seconds > slowest.0 {
            slowest = (seconds, name);
        }
        let facts = &reading.facts;
        attachments += facts.attachments.len();
        lossy += usize::from(facts.body.text.contains('\u{fffd}'));
        facts.oddities.iter().for_each(|o| *oddities.entry(o.id.clone()).or_default() += 1);
        facts.tells.iter().for_each(|t| *tells.entry(t.id.clone()).or_default() += 1);
        if jsonl {
            let facts = lexicon::MailFacts { path: name.clone(), ..reading.facts };
            println!("{}", serde_json::to_string(&facts).unwrap_or_default());
        }
    }
    if jsonl {
        return;
    }
    let wall = start.elapsed().as_secs_f64();
    let seconds = cpu_start.and_then(|start| Some(cpu_seconds()? - start)).unwrap_or(wall);
    println!(
        "{} mails, {size} bytes, {attachments} attachments, {lossy} bodies with U+FFFD: {wall:.3} s, {seconds:.3} CPU-s, \
         {:.0} mails/CPU-s; slowest {:.4} s {}",
        mails.len(),
        mails.len() as f64 / seconds,
        slowest.0,
        slowest.1
    );
    println!("oddities: {oddities:#?}");
    println!("tells: {tells:#?}");
}
