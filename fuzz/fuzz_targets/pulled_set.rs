//! Any text as a pulled set, as a hub's answer and as a sweep's line: no panic; what is taken in comes back the same.
#![no_main]

use courier::feed::Answer;
use courier::hits::Counter;
use courier::set::Set;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".parse().unwrap();
    let mut set = Set::new("https://hub.example.org", key);
    if let Ok(answer) = Answer::read(data, None) {
        let before = set.clone();
        if set.apply(answer).is_ok() {
            let _ = set.changes_since(&before);
            let text = set.to_text();
            let again = Set::parse(&text).expect("what was written can be read");
            assert_eq!(again.to_text(), text);
        }
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(read) = Set::parse(text)
    {
        let text = read.to_text();
        let again = Set::parse(&text).expect("what was written can be read");
        assert_eq!(again.to_text(), text);
        set = read;
    }
    let mut counter = Counter::new(&set);
    for line in data.split(|byte| *byte == b'\n') {
        let _ = counter.line(line);
    }
    let _ = counter.finish().may_deny();
});
