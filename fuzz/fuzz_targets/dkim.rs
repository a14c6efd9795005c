//! Signatures and the keys that they are checked with: a key file, an empty line, a mail. No panic, no hang, the same
//! answer twice.
#![no_main]

use forensics::dkim::Keys;
use forensics::{Known, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let at = data.windows(2).position(|two| two == b"\n\n").unwrap_or(0);
    let (keys, mail) = data.split_at(at);
    let known = Known { keys: Keys::parse(&String::from_utf8_lossy(keys)), ..Known::default() };
    let mail = mail.get(2..).unwrap_or(mail);
    let limits = Limits::default();
    let reading = forensics::read_with(mail, &limits, &known);
    assert_eq!(
        forensics::read_with(mail, &limits, &known),
        reading,
        "the same bytes must give the same facts"
    );
});
