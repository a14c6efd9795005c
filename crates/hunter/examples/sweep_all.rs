//! `sweep_all LIST... -- LOG...`: loads, sweeps, prints hits and figures; for measuring without the command line.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a tool for measuring"
)]

use hunter::lists::Gather;
use hunter::sweep::{Settings, sweep};
use indicators::guard::Guards;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (lists, logs) = args.split_at(args.iter().position(|arg| arg == "--").unwrap());
    let start = std::time::Instant::now();
    let mut gather = Gather::new(Guards::builtin_for_examples(), std::env::var_os("USE_GUARDED").is_some());
    for list in lists {
        gather.add(list, &std::fs::read(list).unwrap());
    }
    let counts = gather.counts();
    for guarded in gather.guarded() {
        eprintln!("guarded {} {:?}", guarded.value, guarded.mark);
    }
    let set = gather.finish();
    eprintln!("{counts:?} in {:?}", start.elapsed());
    let var = |name: &str| std::env::var(name).ok();
    let settings = Settings {
        paths: logs[1..].to_vec(),
        format: var("FORMAT").map(|format| format.parse().unwrap()),
        threads: var("THREADS").map_or(1, |threads| threads.parse().unwrap()),
        zone: jiff::tz::Offset::UTC,
        day_first: false,
        since: None,
        until: None,
        with_digests: false,
        now: jiff::Timestamp::now(),
    };
    let start = std::time::Instant::now();
    let mut hits = 0u64;
    let summary = sweep(
        &set,
        &settings,
        |log, hit| {
            hits += 1;
            if var("QUIET").is_none() {
                let time = hit.time.map(|time| time.to_string());
                println!(
                    "{}:{} {time:?} {} {} {}",
                    log.path,
                    hit.line,
                    hit.who,
                    hit.what,
                    set.value(hit.entry)
                );
            }
            Ok(())
        },
        |_| {},
    )
    .unwrap();
    let seconds = start.elapsed().as_secs_f64();
    for log in &summary.logs {
        eprintln!(
            "{} {} lines {} other {} {:?}..{:?}",
            log.log.path,
            log.log.format,
            log.lines,
            log.other_lines,
            log.first.map(|m| m.to_string()),
            log.last.map(|m| m.to_string())
        );
    }
    for unread in &summary.unread {
        eprintln!("unread {unread:?}");
    }
    eprintln!(
        "{hits} hits, {} bytes in {seconds:.3} s: {:.2} GB/s",
        summary.bytes(),
        summary.bytes() as f64 / 1e9 / seconds
    );
}
