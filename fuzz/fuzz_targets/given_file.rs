//! Records of web forms and files of fingerprints: no panic, no hang, the same answer twice.
#![no_main]

use casework::flood::{Given, Post, floods};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let forms = exchange::forms::read(data);
    assert_eq!(forms, exchange::forms::read(data));
    let posts: Vec<Post> = forms
        .rows
        .iter()
        .map(|row| Post::of(row.time.as_deref(), &row.source, &row.target, row.fields.as_deref(), row.sent))
        .collect();
    floods(&[Given { organisation: "a", posts: &posts }]);
    if exchange::fingerprints::is_fingerprints(data) {
        let (entries, _) = exchange::fingerprints::read(&String::from_utf8_lossy(data));
        entries.iter().for_each(|entry| drop(entry.hashes()));
    }
});
