//! What the tests share.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::path::Path;

use hunter::lists::Gather;
use hunter::set::Set;
use hunter::sweep::{Hit, Settings, Summary, sweep};
use indicators::guard::Guards;
use jiff::tz::Offset;

/// A set of one list.
pub(crate) fn set(list: &str) -> Set {
    let mut gather = Gather::new(Guards::builtin_for_examples(), false);
    gather.add("list.txt", list.as_bytes());
    assert!(gather.remarks().is_empty(), "the list of the test must be readable: {:?}", gather.remarks());
    gather.finish()
}

/// Settings for these paths.
pub(crate) fn settings(paths: &[&Path]) -> Settings {
    Settings {
        paths: paths.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        format: None,
        threads: 2,
        zone: Offset::constant(9),
        day_first: false,
        since: None,
        until: None,
        with_digests: false,
        now: "2024-01-03T00:00:00Z".parse().unwrap(),
    }
}

/// Sweeps; each hit with its path.
pub(crate) fn run(set: &Set, settings: &Settings) -> (Vec<(String, Hit)>, Summary) {
    let mut hits = Vec::new();
    let summary = sweep(
        set,
        settings,
        |log, hit| {
            hits.push((log.path.clone(), hit.clone()));
            Ok(())
        },
        |_| {},
    )
    .unwrap();
    (hits, summary)
}

/// Sweeps one log of this text.
pub(crate) fn sweep_text(set: &Set, text: &[u8]) -> (Vec<Hit>, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.log");
    std::fs::write(&path, text).unwrap();
    // A log that is old: syslog's times without a year are told by the last change.
    let written = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_704_240_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(written).unwrap();
    let (hits, summary) = run(set, &settings(&[&path]));
    (hits.into_iter().map(|(_, hit)| hit).collect(), summary)
}
