//! Passwords told in texts: no panic, no hang, each once.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (subject, body) = text.split_once('\n').unwrap_or(("", &*text));
    let texts = [("body", body), ("header:subject", subject)];
    let found = anatomy::passwords::told(&texts);
    let mut values: Vec<&str> = found.iter().map(|password| password.value.as_str()).collect();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), found.len(), "a password is told once");
    assert!(values.iter().all(|value| !value.is_empty()));
    assert_eq!(anatomy::passwords::told(&texts), found, "the same text must give the same passwords");
    let _ = anatomy::passwords::dated(&[body], 2026, 11, 21);
});
