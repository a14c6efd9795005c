//! Any bytes as a mail from which names are taken: no panic; without a name in it, every byte stays.
#![no_main]

use courier::redact::{Terms, redact};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let terms = |list: &[&str]| Terms::new(list.iter().map(|term| (*term).to_owned())).unwrap();
    let some = redact(data, &terms(&["taro@member.example", "member.example", "Member Gas", "山田太郎", "山田 太郎"]));
    if some.count() == 0 {
        assert_eq!(some.bytes, data);
    }
    let none = redact(data, &terms(&["no-such-name-anywhere-0123456789"]));
    assert!(none.count() > 0 || none.bytes == data);
});
