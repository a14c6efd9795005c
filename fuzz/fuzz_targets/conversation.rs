//! Mails of a pile, divided by a line of `%%%`: threads and re-used mail are found without a panic, and in any order alike.
#![no_main]

use casework::reuse::{Index, Original, print_of, relation};
use casework::thread::{Letter, Own, threads};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mails: Vec<_> = text
        .split("%%%\n")
        .take(12)
        .map(|raw| forensics::read(raw.as_bytes(), &forensics::Limits::default()).facts)
        .collect();
    let mut letters: Vec<Letter> = mails.iter().flat_map(Letter::all_of).collect();
    let standings = |letters: &[Letter]| {
        let mut found: Vec<_> = threads(letters, &Own::default()).threads.iter().map(|t| (t.standing, t.steps.len())).collect();
        found.sort();
        found
    };
    let before = standings(&letters);
    letters.reverse();
    assert_eq!(standings(&letters), before);
    let originals: Vec<Original> = mails.iter().map(Original::of).collect();
    let index = Index::new(originals.iter().map(|original| (&original.print, original.family)));
    for mail in &mails {
        for overlap in index.find(&print_of(mail)) {
            relation(mail, &originals[overlap.original]);
        }
    }
});
