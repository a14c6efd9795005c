//! Any bytes as a file to sweep: compressed, archive or text. It ends, and says what it could not read.
#![no_main]

use std::sync::LazyLock;

use hunter::lists::Gather;
use hunter::set::Set;
use hunter::sweep::{Settings, sweep};
use indicators::guard::Guards;
use libfuzzer_sys::fuzz_target;

static SET: LazyLock<Set> = LazyLock::new(|| {
    let mut gather = Gather::new(Guards::builtin_for_examples(), false);
    gather.add("list", b"evil.example\n192.0.2.1\n2001:db8::/32\nhttp://shop.test/gate\n/gate.php\nfile-name: a.exe\na@evil.example\n");
    gather.finish()
});

fuzz_target!(|data: &[u8]| {
    let path = std::env::temp_dir().join(format!("noroshi-fuzz-{}", std::process::id()));
    std::fs::write(&path, data).expect("the temporary folder takes a file");
    let settings = Settings {
        paths: vec![path.to_string_lossy().into_owned()],
        format: None,
        threads: 1,
        zone: jiff::tz::Offset::UTC,
        day_first: false,
        since: None,
        until: None,
        with_digests: false,
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    let summary = sweep(&SET, &settings, |_, _| Ok(()), |_| {}).expect("nothing is written");
    assert_eq!(summary.files.len(), 1);
});
