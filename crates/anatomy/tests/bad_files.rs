//! Files that are made to break what opens them: each ends in bounded time, and what is wrong with it is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod carriers;

use std::time::{Duration, Instant};

use anatomy::{Job, Limits, Opened, Password, open};

/// A debug build is some twenty times slower than what users run, and this machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

fn opened(name: &str, bytes: &[u8]) -> Opened {
    let passwords: Vec<Password> =
        (0..60).map(|n| Password { value: format!("given-{n}"), from: "given".to_owned() }).collect();
    // What a release opens in a second takes a debug build its time: less of the same.
    let limits =
        Limits { all_bytes: 8 << 20, file_bytes: 4 << 20, files: 200, hashes: 200_000, ..Limits::default() };
    open(&Job { name: Some(name), place: "attachment[0]", inline: false, bytes }, &passwords, &limits)
}

#[test]
fn every_bad_file_ends_and_is_told() {
    let mut wrong = Vec::new();
    for carrier in carriers::ALL {
        let bytes = (carrier.make)();
        let start = Instant::now();
        let opened = opened(carrier.name, &bytes);
        let took = start.elapsed();
        let odd: Vec<&str> = opened.oddities.iter().map(|oddity| oddity.id.as_str()).collect();
        let told = carrier.odd.is_empty() || carrier.odd.iter().any(|id| odd.contains(id));
        if !told || took > PATIENCE || opened.attachment.size != bytes.len() as u64 {
            wrong.push(format!("{} ({}): {odd:?}, {took:?}", carrier.name, opened.attachment.kind));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
